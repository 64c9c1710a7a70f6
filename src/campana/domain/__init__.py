"""What the words mean: states, rules and arithmetic. Pure: no I/O, no clock, nothing of the other
packages."""

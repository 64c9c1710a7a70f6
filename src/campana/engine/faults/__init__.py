"""What can be wrong with an installation: the one place that knows each fault, how it is seen, and from when
on it is one."""

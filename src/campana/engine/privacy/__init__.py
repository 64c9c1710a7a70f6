"""People's rights in their data: what is held about a number, its erasure, and data that expire."""

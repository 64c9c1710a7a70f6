"""Taking all that a store holds somewhere else: to a file and back, or to another store."""

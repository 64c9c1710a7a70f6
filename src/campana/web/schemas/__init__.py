"""What goes over the wire, as contract.md names it; rules about content are the engine's."""

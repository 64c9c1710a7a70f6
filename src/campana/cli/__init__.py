"""The commands. Each reads its words, calls the services the web calls too, and prints for a person."""

from campana.cli.app import main

__all__ = ["main"]

"""The command `campana`."""

from campana.cli import main

if __name__ == "__main__":
    main()

"""How commands end and speak: results on standard output, errors in one line on standard error."""

from collections.abc import Coroutine
from typing import Any, NoReturn, TypeVar

import typer
import uvloop
from rich.console import Console

from campana.domain.errors import CampanaError, ConfigurationError, InvalidInput
from campana.engine.service import ServiceDied

FAILED = 1
WRONG_USAGE = 2
INTERRUPTED = 130

SETTINGS_HELP = "Settings come from the environment or a .env file, prefix CAMPANA_ (docs/configuration.md)."

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False, soft_wrap=True)

T = TypeVar("T")


def fail(message: str, status: int = FAILED) -> NoReturn:
    """Say in one line what is wrong, and end with that exit status."""
    errors.print(f"campana: {' '.join(message.split())}", markup=False, style="red")
    raise typer.Exit(status)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's work to its end; errors that a person can act on become one line and an exit status."""
    try:
        return uvloop.run(work)
    except (InvalidInput, ConfigurationError) as error:
        fail(str(error), WRONG_USAGE)
    except (CampanaError, ServiceDied) as error:
        fail(str(error))
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None

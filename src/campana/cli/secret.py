"""`campana secret rotate`: a new secret key for everything that is sealed, while servers run."""

import contextlib
import sys
from typing import Annotated

import typer

from campana.bootstrap import built
from campana.cli.output import WRONG_USAGE, console, fail, run
from campana.config import Settings, load_settings
from campana.domain.errors import Conflict, InvalidInput
from campana.engine.rotation import Resealed, Rotation
from campana.keys import SHORTEST_KEY, KeyFiles, new_key


def rotate(
    key_stdin: Annotated[
        bool,
        typer.Option("--key-stdin", help="Read the new key from standard input; by default one is made."),
    ] = False,
) -> None:
    """Seal everything anew with a new secret key. Broken off, it goes on where it was when run again."""
    given = _given() if key_stdin else None
    run(_rotate(given))


async def _rotate(given: str | None) -> None:
    settings = load_settings()
    settings.prepare_data_dir()
    files = settings.key_files
    with files.alone() if files else contextlib.nullcontext():
        _change(files, given)
        resealed = await _reseal(settings)
        _tell(resealed)
        if resealed.unreadable:
            fail("the former key is kept: give their owners new ones, then run this again")
        if files:
            files.forget_former()
            console.print("The former key is removed; backups made before this still need it.")
        else:
            console.print("Now take CAMPANA_FORMER_SECRET_KEYS out of the settings of every process.")


def _given() -> str:
    key = sys.stdin.readline().strip()
    if len(key) < SHORTEST_KEY or not key.isascii() or len(key.split()) != 1:
        fail(f"a key has at least {SHORTEST_KEY} visible ASCII characters", WRONG_USAGE)
    return key


def _change(files: KeyFiles | None, given: str | None) -> None:
    """Put the new key in its place, unless an earlier change has not come to its end yet."""
    if files is None:
        if given is not None:
            raise InvalidInput.of("--key-stdin", "the key comes from CAMPANA_SECRET_KEY; change it there")
        return
    if not files.former():
        files.change(given or new_key())
    elif given in (None, files.present()):
        console.print("An earlier change of the key was broken off; going on with that one.")
    else:
        raise Conflict("an earlier change of the key was broken off; first run this without --key-stdin")


async def _reseal(settings: Settings) -> Resealed:
    async with built(settings) as campana:
        tools = campana.tools
        return await Rotation(campana.store, tools.vault, tools.audit, tools.clock).reseal()


def _tell(resealed: Resealed) -> None:
    done = ", ".join(f"{count} {place}" for place, count in resealed.done.items()) or "nothing"
    console.print(f"Sealed anew: {done}.", markup=False)
    for place, count in resealed.unreadable.items():
        console.print(f"Cannot be opened with any key there is: {count} {place}.", markup=False)

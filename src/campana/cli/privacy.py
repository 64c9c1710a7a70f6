"""`campana privacy`: what is held about a number, and its erasure, in one account or in all."""

import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from campana.bootstrap import Campana, built
from campana.cli.output import console, run
from campana.config import load_settings
from campana.domain.accounts import Account
from campana.domain.audit import COMMAND_LINE, AuditAction, Subject
from campana.domain.errors import NotFound
from campana.domain.masking import masked
from campana.domain.privacy import Waits
from campana.engine.privacy.desk import phone_of

PATIENCE_S = 20

Phone = Annotated[str, typer.Argument(help="The number, with a plus; - reads it from standard input.")]
Country = Annotated[str | None, typer.Option(help="Where a national number belongs, like IN.")]
OfAccount = Annotated[str | None, typer.Option("--account", help="Only this account; by default all.")]


def erase(phone: Phone, *, account: OfAccount = None, country: Country = None) -> None:
    """Erase a number everywhere, for good. Counts and states of campaigns stay. Safe to repeat."""
    typed = _typed(phone)

    async def work() -> None:
        number = phone_of(typed, country)
        async with built(load_settings()) as campana:
            desk = campana.services.privacy
            for each in await _accounts(campana, account):
                waits = await desk.erase_from(each.id, number, COMMAND_LINE)
                waits = await _waited(campana, waits)
                console.print(f"{each.name}: {masked(number)} {_told(waits)}", markup=False, soft_wrap=True)

    run(work())


def export(
    phone: Phone,
    *,
    account: OfAccount = None,
    country: Country = None,
    to: Annotated[Path | None, typer.Option(help="A file, instead of standard output.")] = None,
) -> None:
    """Write everything that is held about a number, as JSON: one entry for each account."""
    typed = _typed(phone)

    async def work() -> list[Mapping[str, Any]]:
        number = phone_of(typed, country)
        async with built(load_settings()) as campana:
            desk = campana.services.privacy
            accounts = await _accounts(campana, account)
            return [await desk.export_from(each, number, COMMAND_LINE) for each in accounts]

    text = json.dumps(run(work()), ensure_ascii=False, indent=2) + "\n"
    if to is None:
        sys.stdout.write(text)
    else:
        to.touch(mode=0o600)
        to.write_text(text, encoding="utf-8")
        console.print(f"Written to {to}.", markup=False)


def forget_erased(account: Annotated[str, typer.Option("--account", help="The account's name.")]) -> None:
    """Give up recognising numbers that were erased, where the secret key that sealed their code is lost."""

    async def work() -> None:
        async with built(load_settings()) as campana:
            (found,) = await _accounts(campana, account)
            count = await campana.store.forget_erased(found.id)
            subject = Subject("account", found.id, found.name)
            details = {"numbers": count}
            await campana.tools.audit.note(
                COMMAND_LINE, AuditAction.ERASED_FORGOTTEN, subject, details, account_id=found.id
            )
            console.print(f"{count} erased numbers are not recognised any more; erase them again.")

    run(work())


async def _waited(campana: Campana, waits: Waits) -> Waits:
    """What is left to wait for after a while; mostly it is a matter of seconds."""
    for _ in range(PATIENCE_S if waits else 0):
        await asyncio.sleep(1)
        if not await campana.services.privacy.erasing.go_on():
            return Waits()
    return waits


async def _accounts(campana: Campana, name: str | None) -> list[Account]:
    if name is None:
        return list(await campana.store.accounts())
    found = await campana.store.account_named(name)
    if found is None:
        raise NotFound(f"there is no account of the name {name!r}")
    return [found]


def _typed(phone: str) -> str:
    return sys.stdin.readline().strip() if phone == "-" else phone


def _told(waits: Waits) -> str:
    if not waits:
        return "is erased."
    return (
        f"gets no more messages; {waits.sending} on their way, {waits.lists} lists in the making and "
        f"{waits.posts} posts of the provider are waited for, then a running Campana ends the erasure."
    )

"""Setting up and looking after an installation: users, keys, the database, and what is wrong."""

import sys
from typing import Annotated

import typer

from campana.bootstrap import built
from campana.cli.output import FAILED, WRONG_USAGE, console, fail, run
from campana.config import load_settings
from campana.doctor import examine
from campana.domain.accounts import Role, Scope
from campana.domain.errors import Conflict
from campana.domain.times import parse_duration
from campana.stores import outlook, upgrade, version
from campana.stores.upgrades import Outlook


def add_user(
    email: Annotated[str, typer.Argument(help="E-mail address to sign in with.")],
    account: Annotated[str | None, typer.Option(help="The account; made when there is none.")] = None,
    role: Annotated[Role, typer.Option(help="What the user may do.")] = Role.OWNER,
    admin: Annotated[bool, typer.Option("--admin", help="Platform administrator.")] = False,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read a password from standard input.")
    ] = False,
) -> None:
    """Add a user."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    if password_stdin and not password:
        fail("--password-stdin was given, but standard input holds no password", WRONG_USAGE)

    async def work() -> None:
        async with built(load_settings()) as campana:
            user = await campana.services.accounts.add_user(
                email, account=account, role=role, admin=admin, password=password
            )
            console.print(f"Added {user.email} as {user.role.value}.", markup=False)

    run(work())


def set_password(email: Annotated[str, typer.Argument(help="The user's e-mail address.")]) -> None:
    """Read a new password from standard input and give it to the user."""
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        fail("standard input holds no password", WRONG_USAGE)

    async def work() -> None:
        async with built(load_settings()) as campana:
            await campana.services.people.passwords.set_for(email, password)

    run(work())


def reset_link(email: Annotated[str, typer.Argument(help="The user's e-mail address.")]) -> None:
    """Print a link to set a new password. It is good once, for a day."""

    async def work() -> None:
        async with built(load_settings()) as campana:
            link = await campana.services.people.passwords.link_for(email)
            console.print(link, markup=False, soft_wrap=True)

    run(work())


def create_api_key(
    user: Annotated[str, typer.Option(help="Whose key it is: the user's e-mail address.")],
    name: Annotated[str, typer.Option(help="What it is for, to recognise it by.")],
    scope: Annotated[
        list[Scope] | None, typer.Option(help="What it may do; may be repeated. By default everything.")
    ] = None,
    expires: Annotated[str | None, typer.Option(metavar="90d", help="When it ends, from now.")] = None,
) -> None:
    """Make an API key and print it, this once. It acts as its user, within the user's role."""

    async def work() -> None:
        async with built(load_settings()) as campana:
            span = parse_duration(expires, field="--expires") if expires else None
            made = await campana.services.accounts.create_api_key(
                user,
                name,
                scopes=scope or list(Scope),
                expires_at=campana.tools.clock.now() + span if span else None,
            )
            console.print(made.key, markup=False, soft_wrap=True)

    run(work())


def upgrade_database(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and change nothing.")
    ] = False,
    anyway: Annotated[
        bool,
        typer.Option("--anyway", help="Even while workers live that cannot go on; they end by themselves."),
    ] = False,
) -> None:
    """Bring the database to this version's form. Safe to repeat."""

    async def work() -> None:
        settings = load_settings()
        settings.prepare_data_dir()
        coming = await outlook(settings.store_url)
        _tell(coming, dry_run=dry_run)
        if dry_run:
            return
        if coming.workers and not anyway:
            raise Conflict(
                f"there are workers that cannot go on after it ({len(coming.workers)}); stop every campana "
                "serve, web and worker first, or give --anyway: then they end by themselves within seconds"
            )
        await upgrade(settings.store_url)
        after = await version(settings.store_url)
        if after != coming.before:
            console.print(f"The database went from {coming.before or 'empty'} to {after}.", markup=False)

    run(work())


def _tell(coming: Outlook, *, dry_run: bool) -> None:
    """What is known before anything is done."""
    before = coming.before
    if before is not None and before >= coming.after:
        console.print(f"The database is at {before}, nothing to do.", markup=False)
        return
    if dry_run:
        console.print(f"The database would go from {before or 'empty'} to {coming.after}.", markup=False)
    if coming.breaks:
        console.print("Processes of the version before cannot work with it afterwards: stop them first.")
    elif dry_run and before is not None:
        console.print("Processes of the version before can go on beside it.")


def doctor() -> None:
    """Check settings, database, provider and clock; say what is wrong and what to do."""

    async def work() -> bool:
        well = True
        async with built(load_settings()) as campana:
            async for finding in examine(campana):
                well = well and finding.ok
                console.print("[green]ok [/]" if finding.ok else "[red]BAD[/]", end=" ")
                console.print(f"{finding.subject}: {finding.detail}", markup=False, soft_wrap=True)
        return well

    if not run(work()):
        raise typer.Exit(FAILED)

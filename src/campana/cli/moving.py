"""Taking what the database holds somewhere else: backup, restore, copy; and letting go on what a restore
holds."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from campana import __version__
from campana.bootstrap import built
from campana.cli.output import WRONG_USAGE, console, errors, fail, run
from campana.config import load_settings
from campana.stores import ready_store

RESUME = "See and resume them with: campana resume"


def backup(file: Annotated[Path, typer.Argument(help="The file to write.", dir_okay=False)]) -> None:
    """Write everything to a file, while Campana runs. The secret key is not in it."""
    from campana.engine.moving.backup import KEY_PROOF, Header, write_backup

    async def work() -> None:
        async with built(load_settings()) as campana:
            header = Header(
                version=__version__,
                made_at=campana.tools.clock.now(),
                proof=campana.tools.vault.seal(KEY_PROOF),
            )
            count = await write_backup(campana.store, file, header)
            console.print(
                f"{count} records in {file}. The secret key is not among them: keep it too, elsewhere.",
                markup=False,
                soft_wrap=True,
            )

    run(work())


def restore(
    file: Annotated[Path, typer.Argument(help="A backup.", exists=True, readable=True, dir_okay=False)],
    *,
    nothing_sent_since: Annotated[
        bool,
        typer.Option(
            "--nothing-sent-since",
            help="You know that the original has sent nothing since the backup: what was PENDING stays so.",
        ),
    ] = False,
    key_lost: Annotated[
        bool, typer.Option("--key-lost", help="Restore without the original's secret key.")
    ] = False,
) -> None:
    """Put a backup into the database that is set, which has to be empty. Nothing is sent until you resume
    it."""
    from campana.engine.moving.caution import Caution
    from campana.engine.moving.restore import Backup
    from campana.engine.moving.restore import restore as put_back

    async def work() -> None:
        saved = Backup.opened(file)
        async with built(load_settings()) as campana:
            if not key_lost:
                saved.check_key(campana.tools.vault)
            now = campana.tools.clock.now()
            caution = Caution(saved.header.made_at, now, idle_since=nothing_sent_since)
            await put_back(saved, campana.store, caution)
        console.print(f"{saved.count} records of {saved.header.made_at:%Y-%m-%d %H:%M:%S} UTC are restored.")
        console.print("Numbers that were erased since then are back with it: erase them again.")
        console.print(f"{caution.unknown} messages are UNKNOWN: the original may have sent them since.")
        console.print(
            f"{caution.held} campaigns are held. {RESUME}" if caution.held else "No campaign is held."
        )

    run(work())


def copy_database(
    source: Annotated[str, typer.Argument(metavar="FROM", help="URL of the database that holds everything.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="URL of the one that will.")],
) -> None:
    """Copy everything from one database to another, of whatever kind. Stop Campana first. Safe to repeat."""
    from campana.engine.moving.copy import copy

    async def work() -> None:
        one, other = await ready_store(source), await ready_store(target)
        try:
            async for name, count in copy(one, other):
                console.print(f"{name:<20} {count:>12}", markup=False)
        finally:
            await one.close()
            await other.close()
        console.print(
            "Everything is there. Set CAMPANA_DATABASE_URL to the new one; never start the old one again.",
            soft_wrap=True,
        )

    run(work())


def resume(
    campaigns: Annotated[list[UUID] | None, typer.Argument(help="Ids of held campaigns.")] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="All that are held.")] = False,
) -> None:
    """List the campaigns that a restore holds back, or let them go on."""
    from campana.engine.moving.held import held_campaigns

    async def work() -> None:
        async with built(load_settings()) as campana:
            held = {one.campaign.id: one for one in await held_campaigns(campana.store)}
            chosen = list(held) if every else campaigns or []
            strange = [str(campaign_id) for campaign_id in chosen if campaign_id not in held]
            if strange:
                fail(f"no campaign of that id is held: {', '.join(strange)}", WRONG_USAGE)
            for campaign_id in chosen:
                view = await campana.services.control.resume(held[campaign_id].owner, campaign_id)
                console.print(f"{campaign_id} is {view.campaign.status}", markup=False)
            if not chosen:
                for one in held.values():
                    console.print(f"{one.campaign.id}  {one.campaign.name}", markup=False, soft_wrap=True)
                    errors.print(f"    {one.campaign.error}", markup=False)
                console.print(f"{len(held)} campaigns are held; resume some by their ids, or --all.")

    run(work())

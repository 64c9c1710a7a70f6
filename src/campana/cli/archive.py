"""`campana archive`: the messages of campaigns that were over long ago, into files."""

from typing import Annotated

import typer

from campana.bootstrap import built
from campana.cli.output import console, run
from campana.config import load_settings
from campana.domain.archives import SHORTEST_DAYS, span_of
from campana.domain.errors import InvalidInput
from campana.engine.archiving.archivist import Archivist
from campana.engine.ports import CampaignView

OlderThan = Annotated[
    int | None,
    typer.Option(
        "--older-than",
        help=f"Days since a campaign's end, {SHORTEST_DAYS} or more; by default CAMPANA_ARCHIVE_AFTER_DAYS.",
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be archived.")]


def archive(*, older_than: OlderThan = None, dry_run: DryRun = False) -> None:
    """Move the messages of old campaigns to compressed files. Safe to break off and to repeat."""

    async def work() -> None:
        settings = load_settings()
        days = older_than if older_than is not None else settings.archive_after_days
        if days is None:
            raise InvalidInput.of("older-than", "say after how many days, or set CAMPANA_ARCHIVE_AFTER_DAYS")
        try:
            span = span_of(days)
        except ValueError as error:
            raise InvalidInput.of("older-than", str(error)) from None
        async with built(settings) as campana:
            archivist = campana.archivist()
            if not dry_run and (begun := await archivist.finish_begun()):
                console.print(f"Begun before, and finished now: {begun}")
            done = 0
            for view in await archivist.due(span):
                done += await _archived(None if dry_run else archivist, view)
            verb = "Would be archived" if dry_run else f"Archived to {settings.archive_folder}"
            console.print(f"{verb}: {done}", markup=False, soft_wrap=True)

    run(work())


async def _archived(archivist: Archivist | None, view: CampaignView) -> bool:
    """Without an archivist it is only said."""
    name, count = view.campaign.name, view.counts.total
    if archivist is not None and await archivist.archive(view) is None:
        console.print(f"{name}: changed meanwhile; left as it is.", markup=False, soft_wrap=True)
        return False
    console.print(f"{name}: {count} messages", markup=False, soft_wrap=True)
    return True

"""Watching one campaign from a shell, and sending it from there when no server does."""

import asyncio
from contextlib import suppress

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn

from campana.background import send_here
from campana.bootstrap import Campana
from campana.cli.output import console, errors
from campana.domain.campaigns import CampaignStatus
from campana.domain.senders import Sender
from campana.engine.ports import CampaignView

LOOK_S = 0.25
SERVER_PATIENCE_S = 3.0
"""how long past its time a campaign may still be SCHEDULED before this process sends it itself"""
_S = CampaignStatus
_ENDED = (_S.COMPLETED, _S.FAILED, _S.CANCELLED, _S.PAUSED)


async def follow(campana: Campana, view: CampaignView, sender: Sender) -> bool:
    """Show progress until the campaign has ended; whether everybody was sent to."""
    substitute = Substitute(campana, sender)
    try:
        with _bar() as bar:
            line = bar.add_task("", total=view.counts.total, numbers="")
            while view.campaign.status not in _ENDED:
                _show(bar, line, view, campana)
                substitute.step_in_for(view)
                await campana.tools.clock.sleep(LOOK_S)
                view = (await campana.store.progress([view.campaign.id]))[view.campaign.id]
            _show(bar, line, view, campana)
    finally:
        await substitute.leave()
    return _conclude(view)


class Substitute:
    """Sends the campaign from this process when no server starts it."""

    def __init__(self, campana: Campana, sender: Sender) -> None:
        self._campana = campana
        self._sender = sender
        self._sending: asyncio.Task[None] | None = None

    def step_in_for(self, view: CampaignView) -> None:
        """Begin, if nobody else has; raises what ended the sending, if something did."""
        if self._sending is not None:
            if self._sending.done():
                self._sending.result()
        elif _nobody_starts_it(view, self._campana):
            errors.print("No server is running on this database: sending from here.", style="yellow")
            self._sending = asyncio.create_task(send_here(self._campana, view.campaign, self._sender))

    async def leave(self) -> None:
        """Finish what is under way and give back the rest."""
        if self._sending is not None:
            self._sending.cancel()
            with suppress(asyncio.CancelledError):
                await self._sending


def _bar() -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[numbers]}"),
        console=console,
    )


def _nobody_starts_it(view: CampaignView, campana: Campana) -> bool:
    due = view.campaign.scheduled_at
    if view.campaign.status is not _S.SCHEDULED or due is None:
        return False
    return (campana.tools.clock.now() - due).total_seconds() > SERVER_PATIENCE_S


def _show(bar: Progress, line: TaskID, view: CampaignView, campana: Campana) -> None:
    counts = view.counts
    failed = counts.failed + counts.unknown
    bar.update(
        line,
        description=view.campaign.status.value,
        completed=counts.total - counts.open,
        numbers=f"sent {counts.total - counts.open - failed - counts.skipped}  failed {failed}  "
        + _pace(view, campana),
    )


def _pace(view: CampaignView, campana: Campana) -> str:
    due = view.campaign.scheduled_at
    if view.campaign.status is _S.SCHEDULED and due is not None:
        return f"starts in {_span((due - campana.tools.clock.now()).total_seconds())}"
    if view.campaign.waiting_until is not None:
        return f"waits for the daily limit until {view.campaign.waiting_until:%Y-%m-%d %H:%M} UTC"
    if view.rate <= 0:
        return ""
    return f"{view.rate:.1f}/s  {_span(view.counts.open / view.rate)} left"


def _span(seconds: float) -> str:
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}"


def _conclude(view: CampaignView) -> bool:
    counts, status = view.counts, view.campaign.status
    parts = {
        "sent": counts.sent + counts.delivered + counts.read,
        "failed": counts.failed,
        "unknown": counts.unknown,
        "skipped": counts.skipped,
        "pending": counts.open,
    }
    numbers = ", ".join(f"{count} {name}" for name, count in parts.items() if count)
    console.print(f"{status.value}: {numbers or 'nobody'}", markup=False)
    if view.campaign.error:
        errors.print(f"campana: {view.campaign.error}", markup=False, style="red")
    return status is _S.COMPLETED and not (counts.failed or counts.unknown)

"""`campana workers`: who holds which lanes."""

from campana.bootstrap import built
from campana.cli.output import console, run
from campana.config import load_settings


def workers() -> None:
    """Show who sends: each worker's lanes, rate and last heartbeat, and lanes that nobody holds."""

    async def work() -> None:
        async with built(load_settings()) as campana:
            roster = await campana.services.rosters.look()
            names = await campana.services.rosters.names(roster)
        console.print(f"{'worker':<32} {'lanes':>5} {'rate/s':>8} {'seen':>8}")
        for each in roster.workers:
            seen = f"{each.presence.seen_s:.0f} s ago"
            console.print(
                f"{each.name:<32} {len(each.lanes):>5} {each.presence.rate:>8.1f} {seen:>8}", markup=False
            )
            for sender_id in each.lanes:
                console.print(f"    {names.get(sender_id, sender_id)}", markup=False, soft_wrap=True)
        for sender_id in roster.without_owner:
            console.print(f"nobody: {names.get(sender_id, sender_id)}", markup=False, soft_wrap=True)

    run(work())

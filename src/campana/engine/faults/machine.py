"""What this machine and the ones it relies on are short of: disk, time, mail."""

from collections.abc import Sequence

from campana.engine.faults.kinds import CLOCK_TOLERANCE, Scene, Sight


async def disk(scene: Scene) -> Sequence[Sight]:
    """Too little room where the data are."""
    free = scene.free_disk()
    if free >= scene.least_disk:
        return []
    left = f"{free / 1e9:.1f} GB are left where CAMPANA_DATA_DIR is, less than {scene.least_disk / 1e9:.1f}"
    return [Sight(f"{left}; make room: a full disk stops the database, and with it the sending")]


async def clock(scene: Scene) -> Sequence[Sight]:
    """The provider's clock is as good as any other, and in reach whenever a campaign can be sent."""
    theirs, ours = await scene.their_time(), scene.clock.now()
    if theirs is None:
        return [Sight(f"{ours:%Y-%m-%d %H:%M:%S} UTC here; BizChat could not be asked")]
    off = abs(theirs - ours)
    if off <= CLOCK_TOLERANCE:
        return []
    return [Sight(f"off by {off.total_seconds():.0f} s against BizChat's; set it by NTP (timedatectl)")]


async def mail(scene: Scene) -> Sequence[Sight]:
    """A mail server is set, and takes no letters."""
    trouble = await scene.post.trouble() if scene.post else None
    return [Sight(f"{trouble}; look at CAMPANA_SMTP_URL")] if trouble else []

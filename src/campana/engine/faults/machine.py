"""What this machine and the ones it relies on are short of: disk, time, mail."""

from collections.abc import Sequence

from campana.engine.faults.kinds import CLOCK_TOLERANCE, Scene


async def disk(scene: Scene) -> Sequence[str]:
    """Too little room where the data are."""
    free = scene.free_disk()
    if free >= scene.least_disk:
        return []
    return [
        f"{free / 1e9:.1f} GB are left where CAMPANA_DATA_DIR is, less than {scene.least_disk / 1e9:.1f}; "
        "make room: a full disk stops the database, and with it the sending"
    ]


async def clock(scene: Scene) -> Sequence[str]:
    """The provider's clock is as good as any other, and in reach whenever a campaign can be sent."""
    theirs, ours = await scene.their_time(), scene.clock.now()
    if theirs is None:
        return [f"{ours:%Y-%m-%d %H:%M:%S} UTC here; BizChat could not be asked"]
    off = abs(theirs - ours)
    if off <= CLOCK_TOLERANCE:
        return []
    return [f"off by {off.total_seconds():.0f} s against BizChat's; set it by NTP (timedatectl)"]


async def mail(scene: Scene) -> Sequence[str]:
    """A mail server is set, and takes no letters."""
    trouble = await scene.post.trouble() if scene.post else None
    return [f"{trouble}; look at CAMPANA_SMTP_URL"] if trouble else []

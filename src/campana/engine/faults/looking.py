"""Looks for every fault, one after the other."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence

from campana.engine.faults import campaigns, machine, receiving, sending
from campana.engine.faults.kinds import PASSING, Fault, Scene, Sight

LOOK_AGAIN_S = 2.0

LOOKS: Mapping[Fault, Callable[[Scene], Awaitable[Sequence[Sight]]]] = {
    Fault.CAMPAIGN_FAILED: campaigns.failed,
    Fault.CAMPAIGN_PAUSED: campaigns.paused,
    Fault.CAMPAIGN_OVERDUE: campaigns.overdue,
    Fault.NO_WORKER: sending.workers,
    Fault.LANE_WITHOUT_OWNER: sending.lanes,
    Fault.PROVIDER_SLOW: sending.pace,
    Fault.ERROR_RATE: sending.errors,
    Fault.QUEUE_STANDS: sending.queue,
    Fault.INBOX_STANDS: receiving.inbox,
    Fault.WEBHOOK_SILENCE: receiving.webhooks,
    Fault.PUBLIC_URL: receiving.public_url,
    Fault.DISK_LOW: machine.disk,
    Fault.CLOCK_OFF: machine.clock,
    Fault.MAIL_FAILS: machine.mail,
}


async def faults(scene: Scene) -> AsyncIterator[tuple[Fault, Sequence[Sight]]]:
    """Each fault with what is wrong; nothing where all is well. Raises StoreUnavailable."""
    for fault, look in LOOKS.items():
        found = await look(scene)
        if found and fault in PASSING:
            await scene.clock.sleep(LOOK_AGAIN_S)
            found = await look(scene)
        yield fault, found

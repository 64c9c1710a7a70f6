"""Whether what should leave leaves: workers, lanes, the provider's pace, what is refused, what stands."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from campana.domain.campaigns import CampaignStatus
from campana.domain.periods import QUARTER
from campana.engine.faults.kinds import (
    ERRORS_ABOVE,
    LEAST_TRIED,
    QUEUE_STANDS_AFTER,
    SILENT_ABOVE,
    SILENT_AFTER,
    SLOW_BELOW,
    Scene,
    Sight,
)
from campana.engine.ports import CampaignView, Span
from campana.engine.sending.roster import Rosters
from campana.engine.sending.slowdowns import present_pace

MOST_LOOKED_AT = 200
"""campaigns that began within the hour, of an account"""


async def workers(scene: Scene) -> Sequence[Sight]:
    """Nobody is there to do what is planned or under way."""
    campaigns = (await scene.store.statistics()).campaigns
    work = sum(campaigns.get(one, 0) for one in (CampaignStatus.SCHEDULED, CampaignStatus.PROCESSING))
    if work == 0 or await scene.store.workers():
        return []
    return [
        Sight(f"no worker is alive, and {work} campaigns need one; start campana serve or campana worker")
    ]


async def lanes(scene: Scene) -> Sequence[Sight]:
    """Senders that have work, and nobody sends for them."""
    roster = await Rosters(scene.store, scene.clock).look()
    names = await scene.store.sender_names(roster.without_owner)
    return [
        Sight(
            f"sender {name} has work and nobody sends for it; campana workers, and the workers' log",
            *(str(sender), name.account_id),
        )
        for sender, name in names.items()
    ]


async def pace(scene: Scene) -> Sequence[Sight]:
    """Hosts that ask to send slower."""
    found = []
    for host in sorted({provider.host for provider in scene.providers.values()}):
        slow = await present_pace(host, scene.store)
        if slow is not None and slow.factor < SLOW_BELOW:
            said = f"{host} lets us send at {slow.factor:.0%} of the rate ({slow.reason})"
            found.append(Sight(f"{said}; it goes on by itself; if it stays, lower the senders' rates", host))
    return found


async def errors(scene: Scene) -> Sequence[Sight]:
    """Too much of what running campaigns tried was not accepted. What was accepted and refused by a receipt
    later, as numbers without WhatsApp are, is no error."""
    accepted = refused = 0
    for view in await _running(scene):
        quarters = await scene.store.timeline(view.campaign.id)
        accepted += sum(one.accepted.total for one in quarters)
        late = sum(one.accepted.failed for one in quarters)
        refused += view.counts.failed + view.counts.unknown - late
    tried = accepted + refused
    if tried < LEAST_TRIED or refused / tried <= ERRORS_ABOVE:
        return []
    return [
        Sight(
            f"{refused / tried:.0%} of {tried} messages of running campaigns were not accepted; "
            "the campaigns' pages say which and why"
        )
    ]


async def queue(scene: Scene) -> Sequence[Sight]:
    """Messages wait, and none was accepted for long. Waiting for the day's limit to reset is no fault."""
    now, waiting = scene.clock.now(), 0
    for view in await _running(scene):
        campaign = view.campaign
        if campaign.waiting_until is not None and campaign.waiting_until > now:
            continue
        moved = [one.began + QUARTER for one in await scene.store.timeline(campaign.id)]
        if now - max([campaign.started_at or now, *moved]) <= QUEUE_STANDS_AFTER:
            return []
        waiting += view.counts.pending
    if waiting == 0:
        return []
    minutes = QUEUE_STANDS_AFTER.total_seconds() / 60
    return [
        Sight(f"{waiting} messages wait and none has left for {minutes:.0f} min; campana workers, the log")
    ]


async def busy_senders(scene: Scene) -> dict[UUID, int]:
    """How many messages were accepted in the last hour, for senders with more than a few."""
    since, accepted = scene.clock.now() - SILENT_AFTER, Counter[UUID]()
    views = {view.campaign.id: view for view in [*await _running(scene), *await _begun(scene)]}
    for view in views.values():
        for one in await scene.store.timeline(view.campaign.id):
            if one.began >= since:
                accepted[view.campaign.sender_id] += one.accepted.total
    return {sender: count for sender, count in accepted.items() if count > SILENT_ABOVE}


async def _running(scene: Scene) -> Sequence[CampaignView]:
    return await scene.store.running([account.id for account in await scene.store.accounts()])


async def _begun(scene: Scene) -> list[CampaignView]:
    now, found = scene.clock.now(), list[CampaignView]()
    for account in await scene.store.accounts():
        span = Span(account.id, now - SILENT_AFTER, now)
        found += (await scene.store.begun(span, limit=MOST_LOOKED_AT)).items
    return found

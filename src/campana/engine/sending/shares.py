"""Who gets how much of a lane's next round: equal shares, so that a large campaign does not starve a small
one. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, zip_longest
from uuid import UUID

from campana.domain.campaigns import CampaignKind
from campana.engine.ports import Cap, LaneCampaign, Share, Taken


def takable(seen: LaneCampaign) -> int:
    """Messages the campaign may take now: pending ones, within what is reserved for it."""
    return max(0, min(seen.counts.pending, seen.reserved - seen.counts.sending))


def shares(
    campaigns: Iterable[LaneCampaign], room: int, after_row: Mapping[UUID, int], cap: Cap | None = None
) -> list[Share]:
    """Split `room` messages evenly; what a campaign cannot use goes to the others. The smallest comes
    first. A test message goes out whatever the cap."""
    wants = sorted(
        ((takable(seen), seen.campaign) for seen in campaigns if takable(seen)), key=lambda want: want[0]
    )
    result = []
    for index, (want, campaign) in enumerate(wants):
        left = len(wants) - index
        limit = min(want, -(-room // left))
        room -= limit
        if limit:
            capped = cap if campaign.kind is CampaignKind.BULK else None
            result.append(Share(campaign.id, after_row.get(campaign.id, 0), limit, capped))
    return result


def interleaved(taken: Sequence[Taken]) -> list[Taken]:
    """The same messages, each campaign's in their order, the campaigns taking turns."""
    lines: dict[UUID, list[Taken]] = {}
    for message in taken:
        lines.setdefault(message.campaign_id, []).append(message)
    if len(lines) < 2:
        return list(taken)
    turns = chain.from_iterable(zip_longest(*lines.values()))
    return [message for message in turns if message is not None]

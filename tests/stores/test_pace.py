"""Ten seconds that are over become a sample of the pace, in the transaction that finds them over."""

from sqlalchemy import select, update

from campana.domain.messages import MessageStatus
from campana.stores.sql.schema import counts, pace_samples
from campana.stores.sql.store import SqlStore
from tests.support.cast import hold_lane, make_account, make_sender, running_campaign, settle, take


async def test_spans_that_are_over_are_kept_once(store: SqlStore) -> None:
    sender = await make_sender(store, await make_account(store))
    campaign = await running_campaign(store, sender, 9)
    lease = await hold_lane(store, sender)

    async def later(spans: int) -> int:
        """As if what was accepted last had been so many spans ago; the number of that span."""
        earlier = update(counts).values(pace_bucket=counts.c.pace_bucket - spans)
        await store._database.change(earlier)
        return (await store._database.rows(select(counts.c.pace_bucket)))[0].pace_bucket

    await settle(store, lease, await take(store, lease, campaign, limit=2))
    first = await later(5)
    await settle(store, lease, await take(store, lease, campaign, limit=3))
    second = await later(1)
    # Nothing accepted, yet the span is over: what stops a campaign must not lose it.
    await settle(store, lease, await take(store, lease, campaign, limit=1), MessageStatus.FAILED)
    await settle(store, lease, await take(store, lease, campaign, limit=1))
    kept = await store._database.rows(select(pace_samples).order_by(pace_samples.c.bucket))
    assert [(row.bucket, row.accepted) for row in kept] == [(first, 2), (second, 3)]
    assert [one.accepted for one in await store.pace(campaign.id)] == [2, 3, 1]

"""Whoever opts out while a message for them waits in the lane's queue does not get it; it is SKIPPED."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from campana.domain.campaigns import CampaignStatus
from campana.engine.ports import Store
from tests.support.house import House, campaign, open_house, people, running_engine
from tests.support.product import until


@pytest.fixture
async def house(store: Store) -> AsyncIterator[House]:
    async with open_house(store) as house:
        yield house


async def test_a_message_that_was_taken_and_not_sent_is_skipped(house: House) -> None:
    """At one message in five seconds the second one waits in the queue, taken, for the pacer's next slot."""
    everybody = people(3)
    sender = await house.sender(rate_limit_per_s=0.2)
    made = await house.post("olga", "/campaigns", campaign(sender, recipients=everybody, scheduled_at="now"))
    path = f"/campaigns/{made.json['id']}"

    async def second_is_taken() -> bool:
        counts = (await house.get("olga", path)).json["counts"]
        return bool(counts["sent"] == 1 and counts["sending"] == 1)

    async def second_is_skipped() -> Any:
        found = (await house.get("olga", f"{path}/messages?status=SKIPPED")).json["items"]
        return found[0]["error"] if found else None

    async with running_engine(house):
        await until(second_is_taken, what="a message waiting in the queue")
        added = await house.post("olga", "/suppressions", {"phone": everybody[1]["phone"]})
        assert added.json["added"] == 1
        error = await until(second_is_skipped, what="the message to be skipped")
        done = await house.wait_for(made.json["id"], CampaignStatus.COMPLETED)
    assert error == {"code": "suppressed", "reason": "the number is on the suppression list"}
    assert (done["counts"]["sent"], done["counts"]["skipped"]) == (2, 1)
    assert [envelope.phone for envelope in house.provider.sent] == [
        everybody[0]["phone"],
        everybody[2]["phone"],
    ]

"""A POST that is repeated: the same key gives the same campaign, whatever became of the first answer."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.house import campaign, people

LATER = (datetime.now(UTC) + timedelta(days=3)).replace(microsecond=0)


async def test_the_same_key_gives_the_same_campaign(house):
    body = campaign(await house.sender(), recipients=people(5))
    key = {"Idempotency-Key": "diwali-2030"}
    first = await house.post("olga", "/campaigns", body, headers=key)
    again = await house.post("olga", "/campaigns", body, headers=key)
    assert (first.status, again.status) == (201, 201)
    assert again.json == first.json
    assert len((await house.get("olga", "/campaigns")).json["items"]) == 1
    other = await house.post("olga", "/campaigns", body | {"name": "Holi"}, headers=key)
    assert other.status == 409
    assert "another request" in other.json["detail"]


async def test_many_at_once_with_the_same_key_make_one(house):
    body = campaign(await house.sender(), recipients=people(200), scheduled_at=LATER.isoformat())
    key = {"Idempotency-Key": "once"}
    answers = await asyncio.gather(*(house.post("olga", "/campaigns", body, headers=key) for _ in range(8)))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.json["id"] for answer in answers}) == 1
    found = (await house.get("olga", f"/campaigns/{answers[0].json['id']}")).json
    assert found["counts"]["total"] == 200


async def test_a_replay_is_answered_though_its_time_is_past_by_then(small_house, monkeypatch):
    soon = datetime.now(UTC) + timedelta(seconds=0.2)
    body = campaign(await small_house.sender(), scheduled_at=soon.isoformat())
    key = {"Idempotency-Key": "soon"}
    first = await small_house.post("olga", "/campaigns", body, headers=key)
    monkeypatch.setattr(
        "campana.engine.clock.SystemClock.now", lambda _self: datetime.now(UTC) + timedelta(hours=1)
    )
    again = await small_house.post("olga", "/campaigns", body, headers=key)
    assert (again.status, again.json["id"]) == (201, first.json["id"])


async def test_another_account_may_use_the_same_key(small_house):
    key = {"Idempotency-Key": "ours"}
    mine = await small_house.post(
        "olga", "/campaigns", campaign(await small_house.sender("alice")), headers=key
    )
    theirs = await small_house.post(
        "bob", "/campaigns", campaign(await small_house.sender("bob")), headers=key
    )
    assert (mine.status, theirs.status) == (201, 201)
    assert mine.json["id"] != theirs.json["id"]


async def test_a_creation_that_broke_off_is_finished_by_its_replay(house):
    body = campaign(await house.sender(), recipients=people(30))
    store, key = house.store, {"Idempotency-Key": "broken"}
    load, opened = type(store).load, []

    async def broken(self, campaign_id, *, limit):
        if not opened:
            opened.append(campaign_id)
            await load(self, campaign_id, limit=10)
            raise RuntimeError("the process died here")
        return await load(self, campaign_id, limit=limit)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(store), "load", broken)
        assert (await house.post("olga", "/campaigns", body, headers=key)).status == 500
        assert (await house.get("olga", "/campaigns")).json["items"] == []
        again = await house.post("olga", "/campaigns", body, headers=key)
    assert again.status == 201
    assert again.json["id"] == str(opened[0])
    assert again.json["counts"]["pending"] == 30

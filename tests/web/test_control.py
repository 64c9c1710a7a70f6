"""Pause, resume, cancel, retry: what each does from each state, and that the engine goes by it."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from campana.domain.outcomes import Outcome, OutcomeKind
from tests.support.house import campaign, people, running_engine

LATER = (datetime.now(UTC) + timedelta(days=3)).isoformat()
ACCEPT = Outcome(OutcomeKind.ACCEPTED)
REFUSE = Outcome(OutcomeKind.RECIPIENT, "131026", "not reachable")
UNSURE = Outcome(OutcomeKind.UNKNOWN, "read_timeout", "no answer")


async def make(house, count=3, **changes):
    made = await house.post(
        "olga", "/campaigns", campaign(await house.sender(), recipients=people(count), **changes)
    )
    assert made.status == 201, made.body
    return made.json["id"]


async def steer(house, campaign_id, verb, body=None):
    return await house.post("olga", f"/campaigns/{campaign_id}/{verb}", body)


async def ended(house, outcome, count=3):
    """A campaign that came to its end with that outcome for everybody."""
    house.provider.outcome = outcome
    campaign_id = await make(house, count, scheduled_at="now")
    await house.wait_for(campaign_id, "COMPLETED", "PAUSED")
    return campaign_id


async def test_a_scheduled_campaign_pauses_and_resumes_to_its_time(small_house):
    campaign_id = await make(small_house, scheduled_at=LATER)
    paused = await steer(small_house, campaign_id, "pause")
    assert (paused.status, paused.json["status"]) == (200, "PAUSED")
    assert paused.json["error"] == "paused by olga@campana.test"
    again = await steer(small_house, campaign_id, "pause")
    assert (again.status, again.json) == (200, paused.json)
    resumed = await steer(small_house, campaign_id, "resume")
    assert (resumed.json["status"], resumed.json["error"]) == ("SCHEDULED", None)
    assert resumed.json["scheduled_at"] == paused.json["scheduled_at"]


async def test_resumed_after_its_time_it_is_on_its_way_with_the_answer(small_house):
    campaign_id = await make(small_house, scheduled_at="now")
    await steer(small_house, campaign_id, "pause")
    resumed = await steer(small_house, campaign_id, "resume")
    assert (resumed.status, resumed.json["status"]) == (200, "PROCESSING")
    async with running_engine(small_house):
        done = await small_house.wait_for(campaign_id, "COMPLETED")
    assert done["counts"]["sent"] == 3


async def test_resumed_without_room_in_the_day_it_says_why(small_house):
    sender = await small_house.sender(daily_limit=2)
    made = await small_house.post("olga", "/campaigns", campaign(sender, scheduled_at="now"))
    await steer(small_house, made.json["id"], "pause")
    resumed = await steer(small_house, made.json["id"], "resume")
    assert resumed.json["status"] in ("FAILED", "PAUSED")
    assert "limit" in resumed.json["error"].lower()


@pytest.mark.parametrize("state", ["DRAFT", "SCHEDULED", "PAUSED", "PROCESSING"])
async def test_a_cancelled_campaign_sends_nothing_more(small_house, state):
    campaign_id = await make(small_house, scheduled_at={"DRAFT": None, "SCHEDULED": LATER}.get(state, "now"))
    if state in ("PAUSED", "PROCESSING"):
        await steer(small_house, campaign_id, "pause")
    if state == "PROCESSING":
        await steer(small_house, campaign_id, "resume")
    cancelled = await steer(small_house, campaign_id, "cancel")
    assert (cancelled.status, cancelled.json["status"]) == (200, "CANCELLED")
    assert cancelled.json["counts"] | {"skipped": 3, "pending": 0} == cancelled.json["counts"]
    again = await steer(small_house, campaign_id, "cancel")
    assert (again.status, again.json) == (200, cancelled.json)
    async with running_engine(small_house):
        await ended(small_house, ACCEPT, count=1)
    assert len(small_house.provider.sent) == 1


# Verb -> the states from which it is refused.
REFUSED = {
    "pause": ["DRAFT", "COMPLETED", "CANCELLED"],
    "resume": ["DRAFT", "SCHEDULED", "COMPLETED", "CANCELLED"],
    "cancel": ["COMPLETED"],
    "retry": ["DRAFT", "SCHEDULED", "CANCELLED", "COMPLETED"],
}


async def test_what_a_state_does_not_allow_is_refused_by_its_name(small_house):
    async with running_engine(small_house):
        ids = {"COMPLETED": await ended(small_house, ACCEPT)}
    ids["DRAFT"] = await make(small_house)
    ids["SCHEDULED"] = await make(small_house, scheduled_at=LATER)
    ids["CANCELLED"] = await make(small_house)
    await steer(small_house, ids["CANCELLED"], "cancel")
    for verb, states in REFUSED.items():
        for state in states:
            body = {"statuses": ["FAILED"]} if verb == "retry" else None
            answer = await steer(small_house, ids[state], verb, body)
            assert answer.status == 409, (verb, state)
            assert state in answer.json["detail"] or "nothing to retry" in answer.json["detail"]
            assert (await small_house.get("olga", f"/campaigns/{ids[state]}")).json["status"] == state


async def test_failed_messages_go_out_once_more(house):
    async with running_engine(house):
        campaign_id = await ended(house, REFUSE)
        house.provider.outcome = ACCEPT
        answer = await steer(house, campaign_id, "retry", {"statuses": ["FAILED"]})
        assert (answer.status, answer.json["status"]) == (200, "PROCESSING")
        assert answer.json["error"] is None
        done = await house.wait_for(campaign_id, "COMPLETED")
    assert (done["counts"]["sent"], done["counts"]["failed"]) == (3, 0)
    assert len(house.provider.sent) == 6


async def test_a_running_campaign_takes_its_failed_messages_back_without_stopping(small_house):
    house = small_house
    house.provider.outcome = REFUSE
    sender = await house.sender(rate_limit_per_s=40)
    async with running_engine(house):
        made = await house.post(
            "olga", "/campaigns", campaign(sender, recipients=people(60), scheduled_at="now")
        )
        path = f"/campaigns/{made.json['id']}"
        async with asyncio.timeout(20):
            while not (await house.get("olga", path)).json["counts"]["failed"]:  # noqa: ASYNC110 - as they come
                await asyncio.sleep(0.02)
        house.provider.outcome = ACCEPT
        answer = await steer(house, made.json["id"], "retry", {"statuses": ["FAILED"]})
        assert (answer.status, answer.json["status"]) == (200, "PROCESSING")
        done = await house.wait_for(made.json["id"], "COMPLETED")
    assert done["counts"]["sent"] + done["counts"]["failed"] == 60
    again = Counter(envelope.phone for envelope in house.provider.sent)
    assert max(again.values()) == 2
    assert len(again) == 60
    usage = (await house.get("olga", f"/senders/{sender}/usage")).json
    assert (usage["used"], usage["reserved"]) == (done["counts"]["sent"], 0)


async def test_unknown_messages_only_when_they_are_named(small_house):
    async with running_engine(small_house):
        campaign_id = await ended(small_house, UNSURE)
        small_house.provider.outcome = ACCEPT
        refused = await steer(small_house, campaign_id, "retry", {"statuses": ["FAILED"]})
        assert (refused.status, refused.json["detail"]) == (
            409,
            "no message of the campaign is FAILED: there is nothing to retry",
        )
        assert len(small_house.provider.sent) == 3
        answer = await steer(small_house, campaign_id, "retry", {"statuses": ["UNKNOWN"]})
        assert answer.status == 200
        done = await small_house.wait_for(campaign_id, "COMPLETED")
    assert (done["counts"]["sent"], done["counts"]["unknown"]) == (3, 0)


async def test_a_paused_campaign_stays_paused_after_a_retry(small_house):
    async with running_engine(small_house):
        campaign_id = await ended(small_house, REFUSE, count=60)
        stopped = (await small_house.get("olga", f"/campaigns/{campaign_id}")).json
        assert stopped["status"] == "PAUSED"
        answer = await steer(small_house, campaign_id, "retry", {"statuses": ["FAILED"]})
        assert (answer.status, answer.json["status"]) == (200, "PAUSED")
        assert answer.json["counts"]["failed"] == 0
        async with asyncio.timeout(10):
            while await small_house.store.holders():  # noqa: ASYNC110 - the lane lets go in its own time
                await asyncio.sleep(0.02)
        small_house.provider.outcome = ACCEPT
        await steer(small_house, campaign_id, "resume")
        done = await small_house.wait_for(campaign_id, "COMPLETED")
    assert done["counts"]["sent"] == 60


async def test_a_campaign_that_could_not_start_starts_once_its_sender_is_right(small_house):
    async with running_engine(small_house):
        sender = (
            await small_house.post("alice", "/senders", {"name": "Bare", "rate_limit_per_s": 500})
        ).json["id"]
        made = await small_house.post("olga", "/campaigns", campaign(sender, scheduled_at="now"))
        await small_house.wait_for(made.json["id"], "FAILED")
        credentials = {"api_token": "token-0123456789", "vendor_uid": "5b0c2a1e"}
        await small_house.patch("alice", f"/senders/{sender}", {"credentials": credentials})
        answer = await steer(small_house, made.json["id"], "retry", {"statuses": ["FAILED"]})
        assert answer.status == 200, answer.body
        done = await small_house.wait_for(made.json["id"], "COMPLETED")
    assert done["counts"]["sent"] == 3


@pytest.mark.parametrize("statuses", [[], ["SENT"], ["FAILED", "READ"], ["PENDING"], ["SKIPPED"]])
async def test_other_states_cannot_be_retried(small_house, statuses):
    campaign_id = await make(small_house)
    answer = await steer(small_house, campaign_id, "retry", {"statuses": statuses})
    assert (answer.status, answer.fields) == (422, {"statuses"})

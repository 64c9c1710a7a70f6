"""What an account decides about the people it messages, and what a preview says of it beforehand."""

import pytest

from tests.support.house import campaign, people, running_engine

DEFAULTS = {
    "stop_words": [],
    "start_words": [],
    "frequency": None,
    "unreachable_after": 2,
    "retention_days": None,
}


async def test_an_owner_changes_what_is_named(small_house):
    assert (await small_house.get("victor", "/account")).json == DEFAULTS
    changes = {"stop_words": [" no gracias "], "frequency": {"messages": 2, "days": 7}}
    assert (await small_house.patch("olga", "/account", changes)).status == 403
    changed = await small_house.patch("alice", "/account", changes)
    wanted = DEFAULTS | {"stop_words": ["no gracias"], "frequency": {"messages": 2, "days": 7}}
    assert (changed.status, changed.json) == (200, wanted)
    assert (await small_house.get("victor", "/account")).json == wanted
    changed = await small_house.patch("alice", "/account", {"frequency": None, "unreachable_after": 0})
    assert changed.json == wanted | {"frequency": None, "unreachable_after": 0}
    assert (await small_house.get("bob", "/account")).json == DEFAULTS


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        (
            {"stop_words": ["start", "🛑"], "unreachable_after": 11},
            {*("stop_words.0", "stop_words.1"), "unreachable_after"},
        ),
        ({"frequency": {"messages": 0, "days": 91}}, {"frequency.messages", "frequency.days"}),
        ({"frequency": {"messages": 1}}, {"frequency.days"}),
        ({"stop_words": None}, {"body"}),
        ({"words": []}, {"words"}),
    ],
)
async def test_what_cannot_be_is_refused_whole(small_house, changes, fields):
    answer = await small_house.patch("alice", "/account", changes)
    assert (answer.status, answer.fields) == (422, fields)
    assert (await small_house.get("alice", "/account")).json == DEFAULTS


async def test_a_cap_is_said_beforehand_and_kept(house):
    await house.patch("alice", "/account", {"frequency": {"messages": 1, "days": 7}})
    sender = await house.sender()
    first = campaign(sender, recipients=people(2), scheduled_at="now")
    async with running_engine(house):
        made = (await house.post("olga", "/campaigns", first)).json
        await house.wait_for(made["id"], "COMPLETED")
        await house.post("olga", "/suppressions", {"phone": people(5)[4]["phone"]})
        second = first | {"recipients": people(5)}
        preview = (await house.post("victor", "/campaigns/preview", second)).json
        assert preview["skipped"] == {"suppressed": 1, "frequency": 2, "exact": True}
        made = (await house.post("olga", "/campaigns", second)).json
        done = await house.wait_for(made["id"], "COMPLETED")
    assert (done["counts"]["sent"], done["counts"]["skipped"]) == (2, 3)
    skipped = (await house.get("olga", f"/campaigns/{made['id']}/messages?status=SKIPPED")).json["items"]
    assert [item["error"]["code"] for item in skipped] == ["frequency", "frequency", "suppressed"]
    assert "1 campaign message in the last 7 days" in skipped[0]["error"]["reason"]


async def test_a_test_message_goes_out_whatever_the_cap(house):
    await house.patch("alice", "/account", {"frequency": {"messages": 1, "days": 7}})
    body = {
        "sender_id": await house.sender(),
        "template": {"name": "diwali_offer", "language": "en_US"},
        "phone": people(1)[0]["phone"],
    }
    async with running_engine(house):
        tried = [(await house.post("olga", "/campaigns/test", body)).json["status"] for _ in range(2)]
        assert tried == ["SENT", "SENT"]
        wanted = campaign(body["sender_id"], recipients=people(1), scheduled_at="now")
        made = (await house.post("olga", "/campaigns", wanted)).json
        done = await house.wait_for(made["id"], "COMPLETED")
    assert done["counts"]["sent"] == 1, "and does not count"

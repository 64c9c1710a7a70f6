"""Replies go to the campaign they answer, and words in them are obeyed."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from campana.domain.messages import MessageStatus
from campana.domain.receipts import Receipt, Reply
from campana.domain.senders import Sender
from campana.engine.ports import Store
from tests.support.house import House, campaign, open_house, people, running_engine

ASHA = people(1)[0]["phone"]


@pytest.fixture
async def house(store: Store) -> AsyncIterator[House]:
    async with open_house(store) as house:
        yield house


async def sender_of(house: House, sender_id: str) -> Sender:
    principal = await house.services.accounts.principal("alice@campana.test")
    found = await house.store.sender(principal.account_id, UUID(sender_id))
    assert found is not None
    return found


async def sent_campaign(house: House, sender_id: str, count: int = 2, **changes: object) -> str:
    """A campaign that went out; its id."""
    wanted = campaign(sender_id, recipients=people(count), scheduled_at="now", **changes)
    made = (await house.post("olga", "/campaigns", wanted)).json
    async with running_engine(house):
        await house.wait_for(made["id"], "COMPLETED")
    return str(made["id"])


def reply(identity: str, text: str = "Thanks!", **changes: object) -> Reply:
    return replace(Reply(ASHA, text, identity, at=datetime.now(UTC), name="Asha"), **changes)


async def replies_of(house: House, campaign_id: str) -> list[str]:
    answer = await house.get("victor", f"/campaigns/{campaign_id}/replies")
    assert answer.status == 200, answer.body
    return [item["text"] for item in answer.json["items"]]


async def test_a_reply_goes_to_the_quoted_message_else_to_the_last_one(house: House) -> None:
    sender_id = await house.sender()
    first, second = await sent_campaign(house, sender_id), await sent_campaign(house, sender_id)
    sender = await sender_of(house, sender_id)
    other = await sender_of(house, await house.sender(name="Other"))
    quoted = (await house.get("olga", f"/campaigns/{first}/messages")).json["items"][0]
    late = datetime.now(UTC) + timedelta(days=8)
    await house.reply_desk.handle(
        sender,
        [
            reply("r1", "to the first", replied_to=quoted["provider_message_id"], is_button=True),
            reply("r2", "to the last"),
            reply("r3", "quotes what we never sent", replied_to="wamid.unknown"),
            reply("r4", "a stranger", phone="+919700000000"),
            reply("r5", "from the future", at=late),
        ],
    )
    await house.reply_desk.handle(other, [reply("r6", "to another sender")])
    assert await replies_of(house, first) == ["to the first"]
    assert await replies_of(house, second) == [
        "from the future",
        "quotes what we never sent",
        "to the last",
    ]
    shown = (await house.get("victor", f"/campaigns/{second}/replies?limit=1")).json
    (item,) = shown["items"]
    assert item == {
        "id": item["id"],
        "phone": ASHA,
        "name": "Asha",
        "text": "from the future",
        "is_button": False,
        "wish": None,
        "at": item["at"],
        "row": 1,
    }
    assert datetime.fromisoformat(item["at"]) < late, "a clock that is ahead decides nothing"
    assert shown["next_cursor"]


async def test_a_reply_long_after_answers_no_campaign(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campana.engine.optouts.desk.ANSWERS_WITHIN", timedelta(0))
    sender_id = await house.sender()
    made = await sent_campaign(house, sender_id)
    await house.reply_desk.handle(await sender_of(house, sender_id), [reply("r1", "STOP")])
    assert await replies_of(house, made) == []
    assert len((await house.get("victor", "/suppressions?source=reply")).json["items"]) == 1


async def test_replies_are_counted_and_exported(house: House) -> None:
    sender_id = await house.sender()
    made = await sent_campaign(house, sender_id)
    sender = await sender_of(house, sender_id)
    said = [reply("r1", "=cmd()"), reply("r2", "Stop promotions", is_button=True), reply("r1", "=cmd()")]
    for _ in range(2):
        await house.reply_desk.handle(sender, said)
    shown = (await house.get("victor", f"/campaigns/{made}")).json
    assert shown["replies"] == {"total": 2, "stops": 1}
    file = (await house.get("victor", f"/campaigns/{made}/replies.csv")).body.decode("utf-8-sig")
    lines = sorted(line.split(",", 1)[1] for line in file.splitlines()[1:])
    assert lines == [f"{ASHA},Asha,'=cmd(),no,", f"{ASHA},Asha,Stop promotions,yes,stop"]
    assert (await house.get("bob", f"/campaigns/{made}/replies")).status == 404


async def test_stop_means_stop_and_start_brings_back(house: House) -> None:
    sender_id = await house.sender()
    sender = await sender_of(house, sender_id)
    await house.reply_desk.handle(sender, [reply("r1", "STOP 🙏")])
    (there,) = (await house.get("victor", "/suppressions")).json["items"]
    assert (there["phone"], there["source"], there["added_by"]) == (ASHA, "reply", "")
    assert there["reason"] == "the person wrote “STOP 🙏”"
    made = await sent_campaign(house, sender_id, 2)
    counts = (await house.get("olga", f"/campaigns/{made}")).json["counts"]
    assert (counts["sent"], counts["skipped"]) == (1, 1)
    assert ASHA not in {envelope.phone for envelope in house.provider.sent}
    await house.reply_desk.handle(sender, [reply("r2", "start")])
    assert (await house.get("victor", "/suppressions")).json["items"] == []


async def test_an_account_has_words_of_its_own(house: House) -> None:
    sender = await sender_of(house, await house.sender())
    changed = await house.patch("alice", "/account", {"stop_words": ["No, gracias"]})
    assert changed.status == 200, changed.body
    await house.reply_desk.handle(sender, [reply("r1", "no gracias!")])
    assert len((await house.get("victor", "/suppressions")).json["items"]) == 1


async def test_what_no_database_takes_is_left_out(house: House) -> None:
    sender_id = await house.sender()
    made = await sent_campaign(house, sender_id)
    sender = await sender_of(house, sender_id)
    await house.reply_desk.handle(sender, [reply("r1", "a\0b\ud83d" + "x" * 5000, name="A\0sha\udc00")])
    nameless = reply("r2", "Hm")
    for _ in range(2):
        await house.reply_desk.handle(sender, [replace(nameless, provider_message_id=None)])
    texts = await replies_of(house, made)
    assert texts[0] == "Hm"
    assert texts[1].startswith("ab?xxx")
    assert len(texts) == 2
    assert len(texts[1]) == 4096


async def test_a_late_refusal_by_receipt_is_concluded_at_once(house: House) -> None:
    sender_id = await house.sender()
    sender = await sender_of(house, sender_id)
    for number in range(2):
        await sent_campaign(house, sender_id, 1)
        receipt = Receipt(f"wamid.{number + 1}", MessageStatus.FAILED, datetime.now(UTC), "131026", "", ASHA)
        await house.store.receive(sender.id, [receipt])
        for again in (receipt, replace(receipt, phone=None), replace(receipt, code="131049"), receipt):
            await house.reply_desk.refused(sender, [again])
        found = (await house.get("victor", "/suppressions?source=whatsapp")).json["items"]
        assert len(found) == number
    await house.reply_desk.refused(
        sender, [Receipt("x", MessageStatus.FAILED, None, "131050", "", "+919700000000")]
    )
    assert len((await house.get("victor", "/suppressions?source=whatsapp")).json["items"]) == 2

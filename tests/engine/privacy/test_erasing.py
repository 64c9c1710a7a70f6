"""Erasing a person: nothing of the number is left in the database, nothing goes out to it later, and wherever
it is broken off, it comes to its end."""

import base64
import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from campana.domain.accounts import Role
from campana.domain.campaigns import Campaign, Template
from campana.domain.drafts import SavedDraft, SavedTemplate
from campana.domain.errors import ConfigurationError, Forbidden, InvalidInput
from campana.domain.messages import MessageStatus
from campana.domain.optouts import Wish
from campana.domain.privacy import Waits
from campana.domain.receipts import Receipt
from campana.domain.recipients import RowProblem
from campana.domain.replies import KeptReply
from campana.engine.archiving.files import Folder
from campana.engine.archiving.reading import Archives
from campana.engine.audience import read_inline
from campana.engine.moving.records import line
from campana.engine.ports import Heard, Place, Post, Store, Unmatched
from campana.engine.privacy.desk import PrivacyDesk
from campana.engine.privacy.erasing import Erasing
from campana.engine.privacy.memory import Memory
from campana.vault import FernetVault
from tests.engine.privacy.conftest import Office
from tests.support.cast import (
    MORNING,
    all_messages,
    counts_of,
    empty_list,
    hold_lane,
    make_campaign,
    make_list,
    person,
    phone_of,
    recount,
    running_campaign,
    settle,
    start_campaign,
    suppress,
    take,
)

M = MessageStatus
ROW = 3
PHONE = phone_of(ROW)
FRIEND = phone_of(4)
SECOND = timedelta(seconds=1)
WORD = re.compile(rb"wamid\.([A-Za-z0-9+/=]+)")
FORMS = [form.encode() for form in (PHONE[3:], f"{PHONE[3:8]} {PHONE[8:]}", f"{PHONE[3:8]}-{PHONE[8:]}")]


def wamid(phone: str, tail: str) -> str:
    return "wamid." + base64.b64encode(f"\x1d\x0b\x12{phone[1:]}\x15\x02{tail}".encode()).decode()


async def planted(office: Office) -> Campaign:
    """The person in every place there is: written to, still waiting, answered, opted out, typed."""
    store, account = office.store, office.account
    values = (FRIEND, f"of {PHONE}", f"ask {PHONE[3:8]} {PHONE[8:]}")
    friend = replace(person(4), name=values[1], values=values)
    people = [person(2), person(ROW), friend]
    campaign = await running_campaign(store, office.sender, people, request_digest="d1gest")
    lease = await hold_lane(store, office.sender)
    taken = await take(store, lease, campaign, limit=2)
    for one in taken:
        await settle(store, lease, [one], provider_message_id=wamid(one.recipient.phone, "A"))
    again = await running_campaign(store, office.sender, people)
    (failed,) = [one for one in await take(store, lease, again) if one.row == ROW]
    await settle(store, lease, [failed], M.FAILED, code="131026", reason=f"{PHONE} is not on WhatsApp")
    await store.release(lease)
    inline = await make_list(store, account, people, listed=False, filename="given with the campaign")
    await make_campaign(store, office.sender, inline, request_digest="d1gest", idempotency_key="k1")
    mine = KeptReply(
        *(uuid4(), account.id, office.sender.id, PHONE, f"my number is {PHONE[3:]}", MORNING),
        *(wamid(PHONE, "r"), "Asha", False, Wish.STOP, campaign.id, ROW),
    )
    others = replace(mine, id=uuid4(), phone=FRIEND, wish=None, provider_message_id=wamid(FRIEND, "r"))
    await store.keep_replies([Heard(mine), Heard(others)])
    await suppress(store, account, PHONE)
    receipts = [
        Receipt(wamid(PHONE, "x"), M.READ, MORNING, phone=PHONE),
        Receipt(wamid(PHONE, "y"), M.READ, MORNING),
        Receipt("wamid.z", M.FAILED, MORNING, code="1", reason=f"to {PHONE}", phone=FRIEND),
    ]
    aside = [Unmatched(office.sender.id, each, MORNING, MORNING) for each in receipts]
    await store.store_posts([Post(office.sender.id, MORNING, b"{}")])
    await store.drop_posts(await store.waiting_posts(limit=1, most_bytes=99), aside)
    typed = {"test_phone": PHONE, "name": "Diwali"}
    await store.save_draft(SavedDraft(uuid4(), account.id, office.user.id, typed, MORNING, MORNING))
    texts = {"field_1": f"call {PHONE}"}
    template = Template("diwali_offer", "en_US")
    await store.save_template(SavedTemplate(uuid4(), account.id, template, texts, MORNING))
    begun = empty_list(account)
    await store.open_list(begun)
    await store.add_recipients(begun.id, [], [RowProblem(9, "phone", f"{PHONE[3:8]}-{PHONE[8:]}", "twice")])
    await store.close_list(begun)
    return campaign


async def everything(store: Store) -> bytes:
    """All that a backup would hold."""
    lines = []
    async with store.snapshot() as snapshot:  # type: ignore[attr-defined]
        for kind in store.kinds():  # type: ignore[attr-defined]
            async for records in snapshot.records(kind):
                lines += [f"{kind.name} {line(record)}" for record in records]
    return "\n".join(lines).encode()


def traces_in(held: bytes) -> list[bytes]:
    """The forms in which the number is found still, also where it is in base64."""
    opened = [base64.b64decode(word[: len(word) // 4 * 4]) for word in WORD.findall(held)]
    return [form for form in FORMS if any(form in each for each in (held, *opened))]


async def test_nothing_is_left_anywhere_and_the_counts_stay(office: Office, store_url: str) -> None:
    campaign = await planted(office)
    before = await counts_of(office.store, campaign)
    told = await office.desk.export(office.owner, PHONE)
    assert all(told[place.value] for place in Place if place is not Place.FLAGS)
    assert len(traces_in(await everything(office.store))) == len(FORMS)
    office.clock.time += 10 * SECOND
    assert not await office.desk.erase(office.owner, PHONE)
    assert traces_in(await everything(office.store)) == []
    assert (await counts_of(office.store, campaign)) == before == await recount(office.store, campaign)
    assert [each.status for each in await all_messages(office.store, campaign)].count(M.SENT) == 2
    told = await office.desk.export(office.owner, PHONE)
    assert told["erased_at"]
    assert not any(told[place.value] for place in Place)
    neighbour = await office.desk.export(office.owner, FRIEND)
    assert len(neighbour["recipients"]) == 3
    if store_url.startswith("sqlite"):
        await _files_are_clean(store_url)


async def _files_are_clean(url: str) -> None:
    """Also in pages that are free, and in the journal."""
    path = url.partition(":///")[2]
    for name in (path, f"{path}-wal"):
        with open(name, "rb") as file:  # noqa: PTH123
            held = file.read()
        assert traces_in(held) == [], name


async def test_the_trail_says_so_without_the_number(office: Office) -> None:
    await office.desk.export(office.owner, PHONE)
    await office.desk.erase(office.owner, PHONE)
    entries = await office.trail()
    assert [each.action for each in entries] == ["person.erased", "person.exported"]
    assert entries[0].subject.name == f"…{PHONE[-4:]}"


class CutOff(Exception):
    """The process died."""


@dataclass
class Fragile:
    """The store, until it was asked so often to change something."""

    store: Any
    steps: int

    def __getattr__(self, name: str) -> Any:
        verb = getattr(self.store, name)
        if name not in ("begin_erasure", "erase", "finish_erasure"):
            return verb

        async def step(*args: Any, **options: Any) -> Any:
            if self.steps == 0:
                raise CutOff
            self.steps -= 1
            return await verb(*args, **options)

        return step


@pytest.mark.parametrize("steps", range(0, 11, 2))
async def test_broken_off_anywhere_it_is_ended_later(office: Office, steps: int) -> None:
    await planted(office)
    office.clock.time += 10 * SECOND
    memory = office.desk.memory
    with pytest.raises(CutOff):
        await Erasing(Fragile(office.store, steps), memory, office.clock).erase(office.account.id, PHONE)
    if steps == 0:
        await office.desk.erase(office.owner, PHONE)
    assert await office.desk.erasing.go_on() == 0
    assert traces_in(await everything(office.store)) == []


async def test_a_file_that_has_the_number_later_is_taken_without_it(office: Office) -> None:
    await office.desk.erase(office.owner, PHONE)
    made = await office.upload(f"phone,name\n{PHONE[3:]},Asha\n{FRIEND},Ravi\n")
    assert (made.recipients.valid, made.recipients.invalid) == (1, 1)
    (problem,) = made.problems
    assert "erased" in problem.reason
    assert traces_in(await everything(office.store)) == []
    campaign = await make_campaign(office.store, office.sender, made.recipients)
    await start_campaign(office.store, campaign)
    lease = await hold_lane(office.store, office.sender)
    assert [one.recipient.phone for one in await take(office.store, lease, campaign)] == [FRIEND]


async def test_recipients_given_with_a_campaign_are_refused(office: Office) -> None:
    await office.desk.erase(office.owner, PHONE)
    erased = await office.desk.memory.of(office.account.id)
    given = [{"phone": FRIEND}, {"phone": PHONE}]
    reading = await read_inline(
        given, sender=office.sender, created_by=office.user.id, at=MORNING, erased=erased
    )
    (problem,) = reading.problems
    assert problem.field == "recipients.1.phone"
    assert "erased" in problem.message


async def test_an_upload_that_is_under_way_is_waited_for(office: Office) -> None:
    begun = empty_list(office.account)
    await office.store.open_list(begun)
    waits = await office.desk.erase(office.owner, PHONE)
    assert waits == Waits(lists=1)
    await office.store.add_recipients(begun.id, [person(ROW)], [])
    await office.store.close_list(begun)
    assert await office.desk.erasing.go_on() == 0
    assert traces_in(await everything(office.store)) == []


async def test_a_message_on_its_way_is_waited_for(office: Office) -> None:
    campaign = await running_campaign(office.store, office.sender, 3)
    lease = await hold_lane(office.store, office.sender)
    taken = await take(office.store, lease, campaign)
    assert await office.desk.erase(office.owner, PHONE) == Waits(sending=1)
    await settle(office.store, lease, taken, provider_message_id=None)
    named = [one for one in taken if one.row == ROW]
    assert await office.desk.erasing.go_on() == 1, "its code may still be drawn conclusions from"
    office.clock.time += 10 * SECOND
    assert await office.desk.erasing.go_on() == 0
    assert named
    assert traces_in(await everything(office.store)) == []
    assert await counts_of(office.store, campaign) == await recount(office.store, campaign)


async def test_other_accounts_have_memories_of_their_own(office: Office) -> None:
    await office.desk.erase(office.owner, PHONE)
    (mine,) = await office.store.erased(office.account.id)
    other = replace(office.account, id=uuid4(), name="Other")
    await office.store.add_account(other)
    await office.desk.erasing.erase(other.id, PHONE)
    (theirs,) = await office.store.erased(other.id)
    assert mine != theirs
    assert PHONE[-4:] not in mine


async def test_with_another_secret_key_nobody_is_taken_for_a_stranger(office: Office) -> None:
    await office.desk.erase(office.owner, PHONE)
    memory = Memory(office.store, FernetVault("x" * 40))
    archives = Archives(office.store, Folder(office.folder / "archive"))
    office.desk = PrivacyDesk.over(office.store, archives, memory, office.desk.audit, office.clock)
    with pytest.raises(ConfigurationError, match="forget-erased"):
        await office.upload(f"phone\n{PHONE}\n")
    await office.store.forget_erased(office.account.id)
    assert (await office.upload(f"phone\n{PHONE}\n")).recipients.valid == 1


async def test_only_owners_do_it_and_only_with_a_number(office: Office) -> None:
    operator = replace(office.owner, role=Role.OPERATOR)
    for verb in (office.desk.erase, office.desk.export):
        with pytest.raises(Forbidden):
            await verb(operator, PHONE)
        with pytest.raises(InvalidInput, match="plus"):
            await verb(office.owner, "9876543210")
        with pytest.raises(InvalidInput):
            await verb(office.owner, "+91 123")
    assert await office.trail() == []

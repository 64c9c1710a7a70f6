"""BizChat's provider against the stand-in, which was written apart from it: each fault has its outcome, and
what the provider calls surely not sent never reached anybody by the stand-in's ledger."""

import asyncio
from dataclasses import replace

import pytest

from campana.domain.campaigns import Header, Template
from campana.domain.messages import MessageStatus
from campana.domain.outcomes import CheckVerdict, Outcome, OutcomeKind
from campana.engine.ports import Envelope
from campana.providers.bizchat import BizChat, Timeouts
from campana.simulator import BUILT_IN_TEMPLATES, FAULTS
from tests.providers.cast import ASHA, PHONE, SENDER, assert_no_secret
from tests.simulator_fixture import StartSimulator

Kind = OutcomeKind

UNCLEAR = (
    *("invalid_token", "vendor_suspended", "setup_incomplete", "plan_expired", "contact_quota"),
    *("template_not_found", "bad_sender"),
)
GATEWAY = [f"{status}_{moment}" for status in (500, 502, 504, 520, 524) for moment in ("before", "after")]

EXPECTED: dict[str, tuple[OutcomeKind, str]] = {
    "held_for_quality_assessment": (Kind.ACCEPTED, ""),
    "slow:0.2": (Kind.ACCEPTED, ""),
    "late:131026": (Kind.ACCEPTED, ""),
    **dict.fromkeys(UNCLEAR, (Kind.UNCLEAR, "refused")),
    "401_plan": (Kind.CREDENTIALS, "unauthorized"),
    "401_whatsapp_token": (Kind.CREDENTIALS, "unauthorized"),
    "422": (Kind.RECIPIENT, "bad_recipient"),
    "throttle": (Kind.THROTTLED, "throttled"),
    "throttle:7": (Kind.THROTTLED, "throttled"),
    "throttle_json": (Kind.THROTTLED, "throttled"),
    "throttle_html": (Kind.THROTTLED, "throttled"),
    "firewall_403": (Kind.LATER, "firewall"),
    "maintenance_503": (Kind.LATER, "maintenance"),
    "meta:131026": (Kind.RECIPIENT, "131026"),
    "meta:131050": (Kind.RECIPIENT, "131050"),
    "meta:130497": (Kind.RECIPIENT, "130497"),
    "meta:132001": (Kind.CAMPAIGN, "132001"),
    "meta:131048": (Kind.CAMPAIGN, "131048"),
    "meta:131042": (Kind.ACCOUNT, "131042"),
    "meta:215": (Kind.ACCOUNT, "215"),
    "meta:190": (Kind.CREDENTIALS, "190"),
    "meta:130429": (Kind.THROTTLED, "130429"),
    "meta:131056": (Kind.LATER, "131056"),
    "meta:131000": (Kind.UNKNOWN, "http_500"),
    "meta:133004": (Kind.UNKNOWN, "http_503"),
    **{name: (Kind.UNKNOWN, f"http_{name.partition('_')[0]}") for name in GATEWAY},
    "hang_before": (Kind.UNKNOWN, "read_timeout"),
    "hang_after": (Kind.UNKNOWN, "read_timeout"),
    "reset_before": (Kind.UNKNOWN, "reset"),
    "reset_after": (Kind.UNKNOWN, "reset"),
    "close_before": (Kind.UNKNOWN, "reset"),
    "close_after": (Kind.UNKNOWN, "reset"),
    "unreadable_garbage": (Kind.UNKNOWN, "unreadable"),
    "unreadable_empty": (Kind.UNKNOWN, "unreadable"),
    "unreadable_no_ids": (Kind.UNKNOWN, "no_id"),
    "unreadable_cut": (Kind.UNKNOWN, "half_answer"),
}
HOLDS = {
    "throttle": 2.0,
    "throttle:7": 7.0,
    "throttle_json": 2.0,
    "throttle_html": 2.0,
    "firewall_403": 30.0,
}
HELLO = replace(ASHA, fields={})


async def sent(base_url: str, envelope: Envelope = HELLO, *, read: float = 30) -> Outcome:
    async with BizChat(base_url, Timeouts(30, 30, read)) as bizchat:
        outcome = await bizchat.send(SENDER, envelope)
    assert_no_secret(repr(outcome))
    return outcome


@pytest.mark.parametrize("fault", EXPECTED)
@pytest.mark.parametrize("locale", ["en", "hi"])
async def test_each_fault_has_its_outcome(simulator: StartSimulator, fault: str, locale: str) -> None:
    stand_in = simulator(faults=[fault], locale=locale)
    outcome = await sent(stand_in.base_url, read=0.5 if fault.startswith("hang") else 30)
    assert (outcome.kind, outcome.code) == EXPECTED[fault]
    assert outcome.hold_s == HOLDS.get(fault, outcome.hold_s)
    (entry,) = stand_in.ledger.entries
    if outcome.kind is Kind.ACCEPTED:
        assert outcome.provider_message_id == entry.wamid
    elif outcome.surely_not_sent:
        assert entry.wamid is None
        assert not entry.sent


def test_every_fault_is_tried() -> None:
    tried = {fault.partition(":")[0] for fault in EXPECTED}
    assert tried == {kind.partition(":")[0].partition("[")[0] for kind in FAULTS}


@pytest.mark.parametrize("template", BUILT_IN_TEMPLATES, ids=lambda one: f"{one.name}-{one.language}")
async def test_each_template_is_filled_as_the_stand_in_wants_it(
    simulator: StartSimulator, template: object
) -> None:
    stand_in = simulator(strict_templates=True)
    wanted = next(one for one in BUILT_IN_TEMPLATES if one is template)
    headers = {name.removeprefix("header_"): f"https://example.org/{name}" for name in wanted.required}
    header = Header(
        image=headers.get("image"),
        video=headers.get("video"),
        document=headers.get("document"),
        text="Hi Asha" if "header_field_1" in wanted.required else None,
    )
    fields = {name: "12.5" for name in wanted.required if not name.startswith("header_")}
    envelope = Envelope(PHONE, Template(wanted.name, wanted.language), fields, header)
    assert (await sent(stand_in.base_url, envelope)).kind is Kind.ACCEPTED


async def test_a_missing_field_and_a_bad_number_are_told_apart(simulator: StartSimulator) -> None:
    stand_in = simulator()
    missing = await sent(stand_in.base_url, replace(ASHA, template=Template("festival_offer", "en_US")))
    number = await sent(stand_in.base_url, replace(HELLO, phone="+0123"))
    assert (missing.kind, missing.code) == (Kind.CAMPAIGN, "bad_request")
    assert "field_2" in missing.reason
    assert (number.kind, number.code) == (Kind.RECIPIENT, "bad_recipient")


async def test_a_window_of_requests_holds_until_it_begins_anew(simulator: StartSimulator) -> None:
    stand_in = simulator(window="3/60")
    async with BizChat(stand_in.base_url) as bizchat:
        outcomes = [await bizchat.send(SENDER, HELLO) for _ in range(4)]
    assert [outcome.kind for outcome in outcomes] == [*[Kind.ACCEPTED] * 3, Kind.THROTTLED]
    assert [outcome.hold_s is not None for outcome in outcomes] == [False, False, True, True]
    last = outcomes[-1].hold_s
    assert last is not None
    assert 0 < last <= 60


async def test_credentials_and_templates(simulator: StartSimulator) -> None:
    stand_in = simulator(accounts={SENDER.vendor_uid: SENDER.api_token})
    async with BizChat(stand_in.base_url) as bizchat:
        good = await bizchat.check(SENDER)
        bad = await bizchat.check(replace(SENDER, api_token="tok_of_somebody_else"))
    assert good.verdict is CheckVerdict.OK
    assert {(row.name, row.language) for row in good.templates} == {
        (one.name, one.language) for one in BUILT_IN_TEMPLATES
    }
    assert bad.verdict is CheckVerdict.REFUSED
    assert "Invalid Token" in bad.reason


async def test_the_status_of_a_message(simulator: StartSimulator) -> None:
    stand_in = simulator(people={"delivered": 1, "read": 1, "reply": 0, "pace": 0})
    async with BizChat(stand_in.base_url) as bizchat:
        outcome = await bizchat.send(SENDER, HELLO)
        assert outcome.provider_message_id is not None
        known = await bizchat.message_status(SENDER, outcome.provider_message_id)
        unknown = await bizchat.message_status(SENDER, "wamid.NOBODY")
    assert known.receipt is not None
    assert known.receipt.status is MessageStatus.READ
    assert known.receipt.at is not None
    assert unknown.receipt is None
    assert unknown.reason


async def test_many_at_once(simulator: StartSimulator) -> None:
    stand_in = simulator(faults=["reset_after=0.1", "500_before=0.1", "throttle=0.1", "unreadable_cut=0.1"])
    people = [replace(HELLO, phone=f"+9198000{number:05}") for number in range(400)]
    async with BizChat(stand_in.base_url) as bizchat:
        outcomes = await asyncio.gather(*(bizchat.send(SENDER, person) for person in people))
    entries = {f"+{entry.phone}": entry for entry in stand_in.ledger.entries}
    assert len(entries) == len(stand_in.ledger.entries) == len(people)
    for person, outcome in zip(people, outcomes, strict=True):
        entry = entries[person.phone]
        if outcome.kind is Kind.ACCEPTED:
            assert entry.sent
        assert not (outcome.surely_not_sent and entry.sent)

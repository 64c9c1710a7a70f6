"""From an outcome to what the ledger is told: only what surely stayed goes again."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from campana.domain.campaigns import Campaign, CampaignStatus, Header, Template
from campana.domain.errors import InvalidInput
from campana.domain.messages import MessageStatus
from campana.domain.outcomes import Outcome, OutcomeKind
from campana.domain.recipients import Recipient
from campana.engine.ports import Taken
from campana.engine.sending.dispatch import RETRY_PAUSES_S, EmptyField, Script, halts, put_back, settlement

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ASHA = Recipient(2, "+919812345678", "Asha", ("Asha", "Pune", ""))
COLUMNS = ("name", "city", "order no")


def taken(attempts: int = 1) -> Taken:
    return Taken(uuid4(), 2, attempts, fresh=True, recipient=ASHA)


def campaign(fields: dict[str, str], header: Header | None = None) -> Campaign:
    return Campaign(
        id=uuid4(),
        account_id=uuid4(),
        sender_id=uuid4(),
        recipient_list_id=uuid4(),
        name="Diwali",
        template=Template("diwali_offer", "en_US"),
        fields=fields,
        header=header,
        status=CampaignStatus.PROCESSING,
        scheduled_at=NOW,
        created_at=NOW,
    )


@pytest.mark.parametrize("kind", list(OutcomeKind))
def test_only_what_surely_did_not_go_out_is_tried_again(kind: OutcomeKind) -> None:
    outcome = Outcome(kind, "code", "reason")
    told = settlement(taken(), outcome, NOW)
    if told.status is MessageStatus.PENDING:
        assert outcome.surely_not_sent
        assert told.not_before is not None


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (OutcomeKind.ACCEPTED, MessageStatus.SENT),
        (OutcomeKind.UNKNOWN, MessageStatus.UNKNOWN),
        (OutcomeKind.RECIPIENT, MessageStatus.FAILED),
        (OutcomeKind.LATER, MessageStatus.PENDING),
        (OutcomeKind.THROTTLED, MessageStatus.PENDING),
        (OutcomeKind.CAMPAIGN, MessageStatus.PENDING),
        (OutcomeKind.ACCOUNT, MessageStatus.PENDING),
        (OutcomeKind.CREDENTIALS, MessageStatus.PENDING),
        (OutcomeKind.UNCLEAR, MessageStatus.PENDING),
    ],
)
def test_the_fate_of_a_first_try(kind: OutcomeKind, status: MessageStatus) -> None:
    assert settlement(taken(), Outcome(kind), NOW).status is status
    assert halts(Outcome(kind)) == (
        kind in (OutcomeKind.CAMPAIGN, OutcomeKind.ACCOUNT, OutcomeKind.CREDENTIALS, OutcomeKind.UNCLEAR)
    )


def test_pauses_between_tries_grow_and_end_in_failed() -> None:
    outcome = Outcome(OutcomeKind.LATER, "131000", "something went wrong")
    for attempts, pause_s in enumerate(RETRY_PAUSES_S, start=1):
        told = settlement(taken(attempts), outcome, NOW)
        assert told.counts
        assert told.not_before is not None
        assert 0.8 * pause_s <= (told.not_before - NOW).total_seconds() <= 1.2 * pause_s
    last = settlement(taken(len(RETRY_PAUSES_S) + 1), outcome, NOW)
    assert (last.status, last.code) == (MessageStatus.FAILED, "131000")


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(OutcomeKind.THROTTLED, "429", "too fast", hold_s=60),
        Outcome(OutcomeKind.LATER, "connect_refused", "out of reach", hold_s=1),
    ],
)
def test_a_closed_host_uses_up_no_tries(outcome: Outcome) -> None:
    told = settlement(taken(attempts=50), outcome, NOW)
    assert told.status is MessageStatus.PENDING
    assert not told.counts


def test_the_message_that_halted_its_campaign_is_put_back_once() -> None:
    outcome = Outcome(OutcomeKind.CAMPAIGN, "132001", "no such template")
    assert settlement(taken(1), outcome, NOW).status is MessageStatus.PENDING
    assert settlement(taken(2), outcome, NOW).status is MessageStatus.FAILED


def test_what_never_left_is_put_back_for_at_once_and_does_not_count() -> None:
    told = put_back(taken(), NOW + timedelta(seconds=1))
    assert (told.status, told.not_before, told.counts) == (
        MessageStatus.PENDING,
        NOW + timedelta(seconds=1),
        False,
    )


def test_a_script_fills_in_fields_and_header() -> None:
    script = Script.of(
        campaign(
            {"field_1": "Hi {name}", "field_2": "{Order No|none}"},
            Header(document="https://shop.test/{city}.pdf", document_name="{name}.pdf"),
        ),
        COLUMNS,
        "name",
    )
    envelope = script.envelope(ASHA)
    assert envelope.phone == "+919812345678"
    assert envelope.fields == {"field_1": "Hi Asha", "field_2": "none"}
    assert envelope.header == Header(document="https://shop.test/Pune.pdf", document_name="Asha.pdf")


def test_an_empty_field_is_no_message() -> None:
    script = Script.of(campaign({"field_1": "{order no|}"}), COLUMNS, "name")
    with pytest.raises(EmptyField, match="field_1"):
        script.envelope(ASHA)


def test_a_placeholder_that_no_column_has_is_refused() -> None:
    with pytest.raises(InvalidInput, match="surname"):
        Script.of(campaign({"field_1": "{surname}"}), COLUMNS, "name")


def test_envelopes_do_not_show_people_in_logs() -> None:
    envelope = Script.of(campaign({"field_1": "Hi {name}"}), COLUMNS, "name").envelope(ASHA)
    assert "Asha" not in repr(envelope)
    assert "98123" not in repr(envelope)

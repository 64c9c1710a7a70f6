"""The transition tables: words of the contract, one start, no way back, every end reachable."""

from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campana.domain import campaigns, messages
from campana.domain.messages import Counts, MessageStatus

MESSAGE_WORDS = ["PENDING", "SENDING", "SENT", "DELIVERED", "READ", "FAILED", "UNKNOWN", "SKIPPED"]
CAMPAIGN_WORDS = ["DRAFT", "SCHEDULED", "PROCESSING", "PAUSED", "COMPLETED", "FAILED", "CANCELLED"]
PERSONS_WORD = {(MessageStatus.FAILED, MessageStatus.PENDING), (MessageStatus.UNKNOWN, MessageStatus.PENDING)}


def test_the_words_are_those_of_the_contract() -> None:
    assert [status.value for status in MessageStatus] == MESSAGE_WORDS
    assert [status.value for status in campaigns.CampaignStatus] == CAMPAIGN_WORDS


@pytest.mark.parametrize(
    ("table", "start"),
    [(messages.TRANSITIONS, MessageStatus.PENDING), (campaigns.TRANSITIONS, campaigns.CampaignStatus.DRAFT)],
)
def test_every_state_stands_in_the_table_and_can_be_reached(table: Any, start: StrEnum) -> None:
    assert set(table) == set(type(start))
    reached, frontier = {start}, {start}
    while frontier:
        frontier = {target for origin in frontier for target in table[origin]} - reached
        reached |= frontier
    assert reached == set(type(start))
    assert all(cause for moves in table.values() for cause in moves.values())


@given(st.data())
def test_on_its_own_a_message_never_leaves_for_the_wire_twice(data: st.DataObject) -> None:
    """Promise 1: without a person's word, SENDING is entered again only after "surely did not go out"."""
    status, may_have_left = MessageStatus.PENDING, False
    for _ in range(data.draw(st.integers(0, 12))):
        moves = [to for to in messages.TRANSITIONS[status] if (status, to) not in PERSONS_WORD]
        if not moves:
            break
        target = data.draw(st.sampled_from(moves))
        may_have_left |= target in (MessageStatus.UNKNOWN, MessageStatus.SENT)
        assert not (may_have_left and target in (MessageStatus.SENDING, MessageStatus.PENDING))
        status = target


@given(st.data())
def test_receipts_never_take_a_status_back(data: st.DataObject) -> None:
    rank = messages.RECEIPT_RANK
    status = data.draw(st.sampled_from(list(rank)))
    for target in messages.TRANSITIONS[status]:
        assert target is MessageStatus.FAILED or rank[target] > rank[status]


@given(st.lists(st.integers(0, 10**6), min_size=8, max_size=8))
def test_the_counts_add_up(numbers: list[int]) -> None:
    counts = Counts(*numbers)
    assert counts.total == sum(numbers)
    assert counts.open + counts.gone_out + counts.failed + counts.skipped == counts.total

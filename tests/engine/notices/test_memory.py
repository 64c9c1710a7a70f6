"""What is told of troubles that come, stay, return and go: each once, and few letters whatever happens."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campana.engine.faults.kinds import EVENTS, Fault, Sight
from campana.engine.notices.letters import LONGEST_TITLE, MOST_LINES, letter_of
from campana.engine.notices.memory import (
    CALM,
    MOST_REMEMBERED,
    REMIND_EVERY,
    SETTLES_AFTER,
    looked,
    news_of,
    packed,
    told,
    unpacked,
)

START = datetime(2026, 11, 25, 21, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PAUSED = (Fault.CAMPAIGN_PAUSED, Sight("campaign 'Holi' of Shop was paused", "holi"))
FAILED = (Fault.CAMPAIGN_FAILED, Sight("campaign 'Diwali' of Shop failed", "diwali"))
NO_WORKER = (Fault.NO_WORKER, Sight("no worker is alive"))


class Listener:
    """An address that is looked after once a minute, and what it heard: the minute, and what of which."""

    def __init__(self) -> None:
        self.text, self.minute = "", 0
        self.heard: list[tuple[int, str, str]] = []

    def pass_minutes(self, count: int, *seen: tuple[Fault, Sight]) -> "Listener":
        for _ in range(count):
            now = START + self.minute * MINUTE
            memory = looked(unpacked(self.text), seen, now)
            news = news_of(memory, now)
            parts = {"began": news.began, "lasts": news.lasts, "over": news.over}
            for state, troubles in parts.items():
                self.heard += [(self.minute, state, fault.name) for fault, _ in troubles]
            self.text = packed(told(memory, news, now) if news else memory)
            self.minute += 1
        return self


def minutes(span: timedelta) -> int:
    return span // MINUTE


def test_a_trouble_is_told_when_it_begins_once_a_day_and_when_it_is_over() -> None:
    day, calm = minutes(REMIND_EVERY), minutes(CALM)
    listener = Listener().pass_minutes(2 * day + 5, PAUSED).pass_minutes(2 * day)
    name = "CAMPAIGN_PAUSED"
    assert listener.heard == [
        (0, "began", name),
        (day, "lasts", name),
        (2 * day, "lasts", name),
        (2 * day + 5 + calm, "over", name),
    ]
    assert listener.text == ""


def test_what_comes_and_goes_is_one_trouble() -> None:
    listener = Listener()
    for _ in range(50):
        listener.pass_minutes(3, PAUSED).pass_minutes(14)
    assert [state for _, state, _ in listener.heard] == ["began"]


def test_what_may_be_normal_for_a_moment_is_told_once_it_stands() -> None:
    settles = minutes(SETTLES_AFTER)
    assert Listener().pass_minutes(settles, NO_WORKER).pass_minutes(60).heard == []
    listener = Listener().pass_minutes(settles + 1, NO_WORKER)
    assert listener.heard == [(settles, "began", "NO_WORKER")]


def test_an_event_is_told_once_and_never_over() -> None:
    listener = Listener().pass_minutes(3 * minutes(REMIND_EVERY), FAILED).pass_minutes(60)
    assert listener.heard == [(0, "began", "CAMPAIGN_FAILED")]
    assert listener.text == ""


def test_what_could_not_be_told_is_told_later_with_its_beginning() -> None:
    memory = looked({}, [PAUSED], START)
    assert news_of(memory, START).began
    later = START + timedelta(hours=3)
    news = news_of(looked(memory, [PAUSED], later), later)
    (trouble,) = news.began.values()
    assert trouble.since == START
    assert not news_of(looked(memory, [], later), later)


def test_of_very_much_at_once_the_letter_stays_short() -> None:
    seen = [(Fault.CAMPAIGN_PAUSED, Sight(f"campaign {n} was paused", str(n))) for n in range(2000)]
    memory = looked({}, seen, START)
    assert len(memory) == MOST_REMEMBERED
    letter = letter_of(news_of(memory, START), "https://campana.test")
    assert letter.title == f"Campana: {MOST_REMEMBERED} things are wrong"
    assert len(letter.text.splitlines()) == MOST_LINES + 3
    assert f"- and {MOST_REMEMBERED - MOST_LINES} more" in letter.text


def test_a_title_says_what_is_wrong_and_fits() -> None:
    long = (Fault.CAMPAIGN_PAUSED, Sight("campaign " + "x" * 300, "long"))
    for one, beginning in (
        (PAUSED, "Campana: campaign 'Holi' of Shop was paused"),
        (long, "Campana: campaign xx"),
    ):
        title = letter_of(news_of(looked({}, [one], START), START), "https://campana.test").title
        assert title.startswith(beginning)
        assert len(title) <= LONGEST_TITLE


def test_no_number_of_a_person_is_told_or_remembered() -> None:
    seen = (Fault.CAMPAIGN_PAUSED, Sight("campaign 'Call +91 98765 43210' was paused", "x"))
    memory = looked({}, [seen], START)
    assert "98765" not in packed(memory) + letter_of(news_of(memory, START), "https://campana.test").text
    (trouble,) = memory.values()
    assert "…3210" in trouble.text


def test_what_another_version_remembered_does_no_harm() -> None:
    assert unpacked('[["NO_SUCH_FAULT", "", "text", "2026-11-25T21:00:00.000Z", null, null]]') == {}


SIGHTS = st.sampled_from([PAUSED, FAILED, NO_WORKER, (Fault.DISK_LOW, Sight("little is left"))])


@given(st.lists(st.tuples(st.lists(SIGHTS, unique_by=lambda one: one[0]), st.integers(1, 40)), max_size=30))
def test_whatever_happens_beginnings_and_ends_take_turns(history) -> None:
    listener = Listener()
    for seen, for_minutes in history:
        listener.pass_minutes(for_minutes, *seen)
    for fault in Fault:
        states = [state for _, state, name in listener.heard if name == fault.name and state != "lasts"]
        if fault in EVENTS:
            assert set(states) <= {"began"}
        else:
            assert states == (["began", "over"] * len(states))[: len(states)]


@pytest.mark.parametrize("seen", [[], [PAUSED], [PAUSED, FAILED, NO_WORKER]])
def test_a_memory_is_kept_as_it_is(seen) -> None:
    memory = looked({}, seen, START)
    memory = looked(told(memory, news_of(memory, START), START), seen[1:], START + MINUTE)
    assert unpacked(packed(memory)) == memory

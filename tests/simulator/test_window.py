"""The request window: arithmetic in virtual time, and its headers on a real socket."""

import time

from hypothesis import given
from hypothesis import strategies as st

from campana.simulator.window import Window, WindowCounter
from tests.simulator.support import GOOD_HEADERS, OTHER_VENDOR, ask, send
from tests.simulator_fixture import StartSimulator


@given(st.lists(st.integers(0, 30_000), min_size=1, max_size=60), st.integers(1, 5), st.integers(500, 10_000))
def test_no_window_admits_more_than_its_limit(gaps: list[int], limit: int, length: int) -> None:
    counter, window, now, opened, admitted = WindowCounter(), Window(limit, length), 0, 0, 0
    for gap in gaps:
        now += gap
        if now - opened >= length or admitted == 0:
            opened, admitted = now, 0
        verdict = counter.admit(window, client="a", now=now)
        assert verdict.admitted == (admitted < limit)
        admitted += verdict.admitted
        assert verdict.remaining == limit - admitted
        assert verdict.resets_in == opened + length - now
        assert verdict.retry_after >= verdict.resets_in


def test_the_window_is_fixed_and_refused_requests_do_not_count() -> None:
    counter, window = WindowCounter(), Window(2, 60)
    assert [
        counter.admit(window, client="a", now=now).admitted for now in (0, 30, 31, 59.9, 60, 119, 119.5)
    ] == [
        True,
        True,
        False,
        False,
        True,
        True,
        False,
    ]
    assert counter.admit(window, client="a", now=119.5).retry_after == 1


def test_each_client_has_its_own() -> None:
    counter, window = WindowCounter(), Window(1, 60)
    assert [counter.admit(window, client=client, now=0).admitted for client in "aab"] == [True, False, True]


def test_all_vendors_and_calls_share_it(simulator: StartSimulator) -> None:
    one = simulator(window="3/60")
    replies = [
        send(one.base_url),
        send(one.base_url, vendor=OTHER_VENDOR),
        ask(one.base_url, "GET", "contact/message-status?wamid=x"),
        send(one.base_url),
        ask(one.base_url, "GET", "contact/template-list"),
    ]
    assert [reply.status for reply in replies] == [200, 200, 200, 429, 429]
    assert [reply.headers["x-ratelimit-limit"] for reply in replies] == ["3"] * 5
    assert [reply.headers["x-ratelimit-remaining"] for reply in replies] == ["2", "1", "0", "0", "0"]
    assert "retry-after" not in replies[2].headers
    assert 1 <= int(replies[3].headers["retry-after"]) <= 60
    assert 0 < int(replies[3].headers["x-ratelimit-reset"]) - time.time() + 1 <= 61
    assert replies[3].json == {"message": "Too Many Attempts."}
    assert [entry.answer for entry in one.ledger.entries] == ["accepted", "accepted", "window_429"]
    assert not one.ledger.entries[2].sent


def test_beyond_the_window_html_comes_without_accept(simulator: StartSimulator) -> None:
    one = simulator(window="1/60")
    headers = {**GOOD_HEADERS, "accept": "*/*"}
    send(one.base_url)
    reply = send(one.base_url, headers=headers)
    assert (reply.status, reply.headers["content-type"]) == (429, "text/html; charset=UTF-8")


def test_a_new_window_starts_afresh_and_none_has_no_headers(simulator: StartSimulator) -> None:
    one = simulator(window="1/60")
    assert [send(one.base_url).status for _ in range(2)] == [200, 429]
    one.control(window="2/60")
    assert send(one.base_url).status == 200
    one.control(window=None)
    assert "x-ratelimit-limit" not in send(one.base_url).headers


def test_what_stands_in_front_does_not_count(simulator: StartSimulator) -> None:
    one = simulator(window="60/60", faults=["502_after"])
    assert "x-ratelimit-remaining" not in send(one.base_url).headers

"""What BizChat.send makes of a network that fails, on real sockets: whether the message may have gone out."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import replace

import pytest

from campana.domain.outcomes import Outcome, OutcomeKind
from campana.engine.ports import Envelope
from campana.providers.bizchat import BizChat, Timeouts
from campana.providers.bizchat import transport as transport_module
from tests.providers import peers
from tests.providers.cast import ASHA, SENDER, assert_no_secret
from tests.providers.peers import ACCEPTED, Peer, Talk, answer, serving

PATIENT = Timeouts(connect=30, write=30, read=30)


@asynccontextmanager
async def provider(base_url: str, timeouts: Timeouts = PATIENT) -> AsyncIterator[BizChat]:
    async with BizChat(base_url, timeouts) as bizchat:
        yield bizchat


async def attempt(base_url: str, timeouts: Timeouts = PATIENT, text: str = "Hi Asha") -> Outcome:
    async with provider(base_url, timeouts) as bizchat:
        outcome = await bizchat.send(SENDER, replace(ASHA, fields={"field_1": text}))
    assert_no_secret(repr(outcome))
    assert outcome.reason or outcome.kind is OutcomeKind.ACCEPTED
    return outcome


# --- surely not sent -----------------------------------------------------------------------------------


async def test_a_name_that_does_not_exist() -> None:
    # Longer than a label of a name may be: refused by the resolver itself, without asking anybody.
    outcome = await attempt(f"http://{'x' * 64}.invalid/api")
    assert (outcome.kind, outcome.code, outcome.hold_s) == (OutcomeKind.LATER, "dns", 1.0)


async def test_a_refused_connection() -> None:
    with peers.refusing() as port:
        outcome = await attempt(f"http://127.0.0.1:{port}/api")
    assert (outcome.kind, outcome.code, outcome.hold_s) == (OutcomeKind.LATER, "connect_refused", 1.0)


async def test_a_connection_that_is_not_taken_in_time() -> None:
    with peers.full_backlog() as port:
        outcome = await attempt(f"http://127.0.0.1:{port}/api", replace(PATIENT, connect=0.2))
    assert (outcome.kind, outcome.code, outcome.hold_s) == (OutcomeKind.LATER, "connect_timeout", 1.0)


# --- it may have gone out ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("talk", "code"),
    [
        (peers.resets, "reset"),
        (peers.closes, "reset"),
        (peers.closes_at_once, "reset"),
        (peers.saying(answer()[:-1]), "half_answer"),
        (peers.saying(answer()[:20]), "reset"),
        (peers.saying(b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), "half_answer"),
        (peers.saying(b"hello\r\n\r\n"), "bad_response"),
        (peers.saying(b"HTTP/1.1 200 X\r\nContent-Length: many\r\n\r\n"), "bad_response"),
        (peers.floods, "too_large"),
    ],
)
async def test_an_answer_that_does_not_come_whole(talk: Talk, code: str) -> None:
    async with serving(talk) as peer:
        outcome = await attempt(peer.base_url)
    assert (outcome.kind, outcome.code) == (OutcomeKind.UNKNOWN, code)
    assert len(peer.requests) <= 1
    assert peer.connections == 1


async def test_a_connection_that_is_reset_at_once() -> None:
    """The reset comes before the connection stands for us, or after: only then may something be out."""
    async with serving(peers.resets_at_once) as peer:
        outcome = await attempt(peer.base_url)
    assert (outcome.kind, outcome.code) in [
        (OutcomeKind.LATER, "connect_failed"),
        (OutcomeKind.UNKNOWN, "reset"),
    ]


async def test_an_answer_that_does_not_begin_in_time() -> None:
    async with serving(peers.never_answers) as peer, asyncio.timeout(30):
        outcome = await attempt(peer.base_url, replace(PATIENT, read=0.2))
    assert (outcome.kind, outcome.code) == (OutcomeKind.UNKNOWN, "read_timeout")
    assert len(peer.requests) == 1


async def test_an_answer_that_does_not_end_in_time() -> None:
    """Each of its bytes comes in time; the attempt as a whole has an end all the same."""
    async with serving(peers.drips) as peer:
        outcome = await attempt(peer.base_url, Timeouts(connect=0.1, write=0.1, read=0.4))
    assert (outcome.kind, outcome.code) == (OutcomeKind.UNKNOWN, "read_timeout")


async def test_a_request_that_is_not_read() -> None:
    with peers.never_reading() as port:
        outcome = await attempt(f"http://127.0.0.1:{port}/api", replace(PATIENT, write=0.3), "x" * 8_000_000)
    assert (outcome.kind, outcome.code) == (OutcomeKind.UNKNOWN, "write_timeout")


async def test_a_short_request_that_is_not_read_cannot_be_told_from_one_that_is_not_answered() -> None:
    with peers.never_reading() as port:
        outcome = await attempt(f"http://127.0.0.1:{port}/api", replace(PATIENT, read=0.2))
    assert (outcome.kind, outcome.code) == (OutcomeKind.UNKNOWN, "read_timeout")


async def test_closing_while_an_answer_is_awaited() -> None:
    async with serving(peers.never_answers) as peer, provider(peer.base_url) as bizchat:
        sending = asyncio.create_task(bizchat.send(SENDER, ASHA))
        await peer.arrived.wait()
        await bizchat.close()
        outcome = await sending
        late = await bizchat.send(SENDER, ASHA)
    assert (outcome.kind, outcome.code) == (OutcomeKind.UNKNOWN, "stopped")
    assert (late.kind, late.code) == (OutcomeKind.LATER, "closed")
    assert len(peer.requests) == 1


async def test_cancelling_one_attempt_leaves_the_others_alone() -> None:
    async with (
        serving(peers.then(good=1, end=peers.never_answers)) as peer,
        provider(peer.base_url) as bizchat,
    ):
        assert (await bizchat.send(SENDER, ASHA)).kind is OutcomeKind.ACCEPTED
        peer.arrived.clear()
        sending = asyncio.create_task(bizchat.send(SENDER, ASHA))
        await peer.arrived.wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        assert (await bizchat.send(SENDER, ASHA)).kind is OutcomeKind.ACCEPTED


# --- exactly one attempt -------------------------------------------------------------------------------


def assert_nobody_twice(people: list[Envelope], outcomes: list[Outcome], peer: Peer) -> None:
    read = Counter(f"+{body['phone_number']}" for body in peer.bodies())
    accepted = {
        person.phone
        for person, outcome in zip(people, outcomes, strict=True)
        if outcome.kind is OutcomeKind.ACCEPTED
    }
    assert set(read.values()) == {1}
    assert accepted <= read.keys()
    assert {(outcome.kind, outcome.code) for outcome in outcomes} <= {
        (OutcomeKind.ACCEPTED, ""),
        (OutcomeKind.UNKNOWN, "reset"),
        (OutcomeKind.UNKNOWN, "half_answer"),
    }


@pytest.mark.parametrize("end", [peers.closes, peers.resets])
async def test_a_request_read_on_a_kept_connection_is_never_repeated(end: Talk) -> None:
    async with serving(peers.then(good=1, end=end)) as peer, provider(peer.base_url) as bizchat:
        for _ in range(10):
            assert (await bizchat.send(SENDER, ASHA)).kind is OutcomeKind.ACCEPTED
            outcome = await bizchat.send(SENDER, ASHA)
            assert (outcome.kind, outcome.code) == (OutcomeKind.UNKNOWN, "reset")
    assert len(peer.requests) == 20
    assert peer.connections == 10


@pytest.mark.parametrize("end", [peers.closes_at_once, peers.resets_at_once])
async def test_a_kept_connection_that_closes_as_the_next_request_comes(end: Talk) -> None:
    """Client and server race for it on every connection; whoever wins, nobody is messaged twice."""
    people = [replace(ASHA, phone=f"+91980000{number:04}") for number in range(300)]
    async with serving(peers.then(good=1, end=end)) as peer, provider(peer.base_url) as bizchat:
        outcomes = [await bizchat.send(SENDER, person) for person in people]
    assert_nobody_twice(people, outcomes, peer)


async def test_the_same_under_many_at_once() -> None:
    people = [replace(ASHA, phone=f"+91980000{number:04}") for number in range(500)]
    async with (
        serving(peers.then(good=3, end=peers.closes_at_once)) as peer,
        provider(peer.base_url) as bizchat,
    ):
        gate = asyncio.Semaphore(25)

        async def send(number: int) -> Outcome:
            async with gate:
                return await bizchat.send(SENDER, people[number])

        outcomes = await asyncio.gather(*(send(number) for number in range(len(people))))
    assert_nobody_twice(people, outcomes, peer)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_not_followed(status: int) -> None:
    async with serving(peers.answering(answer(status, {"Location": "/elsewhere"}), answer())) as peer:
        outcome = await attempt(peer.base_url)
    assert (outcome.kind, outcome.code) == (OutcomeKind.UNKNOWN, f"http_{status}")
    assert len(peer.requests) == 1


# --- connections ---------------------------------------------------------------------------------------


async def test_connections_are_kept() -> None:
    async with serving(peers.answering(answer())) as peer, provider(peer.base_url) as bizchat:
        for _ in range(20):
            await bizchat.send(SENDER, ASHA)
    assert (len(peer.requests), peer.connections) == (20, 1)


async def test_an_idle_connection_is_let_go_before_servers_do_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert transport_module.IDLE_S < 5.0
    monkeypatch.setattr(transport_module, "IDLE_S", 0.1)
    async with serving(peers.answering(answer())) as peer, provider(peer.base_url) as bizchat:
        await bizchat.send(SENDER, ASHA)
        async with asyncio.timeout(30):
            await peer.left.wait()
        await bizchat.send(SENDER, ASHA)
    assert (len(peer.requests), peer.connections) == (2, 2)


async def test_requests_do_not_queue_behind_each_other() -> None:
    everybody = asyncio.Barrier(400)

    async def answers_when_all_are_here(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: Peer
    ) -> None:
        await peers.request_from(reader, peer)
        await everybody.wait()
        writer.write(answer())
        await writer.drain()

    async with serving(answers_when_all_are_here) as peer, provider(peer.base_url) as bizchat:
        outcomes = await asyncio.gather(*(bizchat.send(SENDER, ASHA) for _ in range(400)))
    assert {outcome.kind for outcome in outcomes} == {OutcomeKind.ACCEPTED}


async def test_cookies_are_not_kept() -> None:
    talk = peers.answering(answer(headers={"Set-Cookie": "a=b; Path=/"}))
    async with serving(talk) as peer, provider(peer.base_url) as bizchat:
        await bizchat.send(SENDER, ASHA)
        await bizchat.send(SENDER, ASHA)
    assert [request.headers.get("cookie") for request in peer.requests] == [None, None]


async def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with peers.refusing() as port:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
        async with serving(peers.answering(answer())) as peer:
            outcome = await attempt(peer.base_url)
    assert outcome.kind is OutcomeKind.ACCEPTED


async def test_the_longest_answer_that_is_read() -> None:
    padded = ACCEPTED + b" " * (transport_module.LONGEST_BODY - len(ACCEPTED))
    talk = peers.answering(answer(body=padded), answer(body=padded + b" "))
    async with serving(talk) as peer, provider(peer.base_url) as bizchat:
        longest = await bizchat.send(SENDER, ASHA)
        longer = await bizchat.send(SENDER, ASHA)
    assert longest.kind is OutcomeKind.ACCEPTED
    assert (longer.kind, longer.code) == (OutcomeKind.UNKNOWN, "too_large")


async def test_an_unused_machine_without_certificates_can_talk_to_an_http_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/dev/null")
    monkeypatch.setenv("SSL_CERT_DIR", "/dev/null")
    async with serving(peers.answering(answer())) as peer:
        assert (await attempt(peer.base_url)).kind is OutcomeKind.ACCEPTED


@pytest.mark.parametrize("closed", [peers.refusing, peers.full_backlog])
async def test_questions_never_raise_either(closed: Callable[[], AbstractContextManager[int]]) -> None:
    with closed() as port:
        async with provider(f"http://127.0.0.1:{port}/api", replace(PATIENT, connect=0.2)) as bizchat:
            check = await bizchat.check(SENDER)
            report = await bizchat.message_status(SENDER, "wamid.X")
    assert check.verdict == "unreachable"
    assert report.receipt is None
    assert report.reason
    assert_no_secret(repr(check) + repr(report))

"""BizChat.send over TLS: a connection that cannot be trusted was never used, so nothing went out."""

from datetime import timedelta
from pathlib import Path

import pytest

from campana.domain.errors import ConfigurationError
from campana.domain.outcomes import Outcome, OutcomeKind
from campana.providers.bizchat import BizChat, Timeouts
from tests.providers import peers
from tests.providers.cast import ASHA, SENDER
from tests.providers.certificates import Authority
from tests.providers.peers import Talk, answer, serving

NEVER_LEFT = (OutcomeKind.LATER, "tls", 1.0)


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """An authority that this machine trusts, and no other."""
    trusted = Authority.in_folder(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted.file))
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    return trusted


async def attempt(port: int, *, connect: float = 30) -> Outcome:
    async with BizChat(f"https://127.0.0.1:{port}/api", Timeouts(connect, 30, 30)) as bizchat:
        return await bizchat.send(SENDER, ASHA)


def verdict(outcome: Outcome) -> tuple[OutcomeKind, str, float | None]:
    return outcome.kind, outcome.code, outcome.hold_s


async def test_a_good_certificate(authority: Authority) -> None:
    async with serving(peers.answering(answer()), authority.server("127.0.0.1")) as peer:
        outcome = await attempt(peer.port)
    assert outcome.kind is OutcomeKind.ACCEPTED
    assert len(peer.requests) == 1


async def test_a_certificate_of_another_name(authority: Authority) -> None:
    async with serving(peers.answering(answer()), authority.server("127.0.0.9")) as peer:
        assert verdict(await attempt(peer.port)) == NEVER_LEFT
    assert peer.requests == []


async def test_an_expired_certificate(authority: Authority) -> None:
    expired = authority.server("127.0.0.1", valid=-timedelta(hours=1))
    async with serving(peers.answering(answer()), expired) as peer:
        assert verdict(await attempt(peer.port)) == NEVER_LEFT
    assert peer.requests == []


async def test_a_certificate_of_an_authority_nobody_knows(tmp_path: Path, authority: Authority) -> None:
    (tmp_path / "other").mkdir()
    other = Authority.in_folder(tmp_path / "other")
    async with serving(peers.answering(answer()), other.server("127.0.0.1")) as peer:
        assert verdict(await attempt(peer.port)) == NEVER_LEFT
    assert peer.requests == []


@pytest.mark.parametrize("talk", [peers.speaks_plainly, peers.closes_after_a_word])
async def test_a_server_that_speaks_no_tls(authority: Authority, talk: Talk) -> None:
    async with serving(talk) as peer:
        assert verdict(await attempt(peer.port)) == NEVER_LEFT


async def test_a_handshake_that_does_not_end(authority: Authority) -> None:
    async with serving(peers.hangs) as peer:
        outcome = await attempt(peer.port, connect=0.3)
    assert verdict(outcome) == (OutcomeKind.LATER, "connect_timeout", 1.0)


async def test_an_answer_that_breaks_off_within_tls(authority: Authority) -> None:
    async with serving(peers.closes, authority.server("127.0.0.1")) as peer:
        outcome = await attempt(peer.port)
    assert verdict(outcome) == (OutcomeKind.UNKNOWN, "reset", None)
    assert len(peer.requests) == 1


def test_a_machine_without_certificates_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/dev/null")
    monkeypatch.setenv("SSL_CERT_DIR", "/dev/null")
    with pytest.raises(ConfigurationError, match="ca-certificates"):
        BizChat("https://127.0.0.1:1/api")

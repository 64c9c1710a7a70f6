"""Questions to BizChat beyond the recorded answers, what every request carries, and the provider's making."""

import pytest

from campana.domain.errors import ConfigurationError
from campana.domain.outcomes import CheckVerdict, OutcomeKind
from campana.domain.senders import Credentials
from campana.providers.bizchat import BizChat
from campana.providers.bizchat import templates as templates_module
from tests.conformance.provider.recorded import Case, body_of, cases, on_the_wire
from tests.providers import peers
from tests.providers.cast import ASHA, SENDER, TOKEN, VENDOR, assert_no_secret
from tests.providers.peers import answer, serving

# --- message-status ------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", cases("bizchat", "status"), ids=lambda case: case.name)
async def test_each_status_has_its_report(case: Case) -> None:
    async with serving(peers.answering(on_the_wire(case.content))) as peer, BizChat(peer.base_url) as bizchat:
        report = await bizchat.message_status(SENDER, "wamid.A/B=")
    (request,) = peer.requests
    assert request.path == f"/api/{VENDOR}/contact/message-status?wamid=wamid.A%2FB%3D"
    assert report.hold_s == case.expected["hold_s"]
    assert case.expected["reason_has"] in report.reason
    wanted = case.expected["receipt"]
    if wanted is None:
        assert report.receipt is None
        assert report.reason
    else:
        assert report.receipt is not None
        at = report.receipt.at.isoformat() if report.receipt.at else None
        assert {"status": report.receipt.status, "at": at, "code": report.receipt.code} == wanted
        assert report.receipt.provider_message_id == "wamid.A/B="


# --- template-list -------------------------------------------------------------------------------------


async def test_pages_are_asked_for_in_turn() -> None:
    pages = cases("bizchat", "check")
    (two,) = (case for case in pages if case.name == "two_pages")
    talk = peers.answering(*map(on_the_wire, two.content["answers"]))
    async with serving(talk) as peer, BizChat(peer.base_url) as bizchat:
        await bizchat.check(SENDER)
    assert [(request.method, request.path) for request in peer.requests] == [
        ("GET", f"/api/{VENDOR}/contact/template-list?page={number}&page_size=100") for number in (1, 2)
    ]


async def test_a_list_without_end_is_left() -> None:
    content = {"result": "success", "data": {"templateList": {"data": [], "last_page": 10**9}}}
    talk = peers.answering(answer(body=body_of(content)))
    async with serving(talk) as peer, BizChat(peer.base_url) as bizchat:
        check = await bizchat.check(SENDER)
    assert len(peer.requests) == templates_module.MOST_PAGES
    assert (check.verdict, check.templates) == (CheckVerdict.OK, ())


# --- contact/update ------------------------------------------------------------------------------------


async def test_a_mark_goes_to_the_contact_by_its_number() -> None:
    async with serving(peers.answering(answer())) as peer, BizChat(peer.base_url) as bizchat:
        await bizchat.flag(SENDER, "+919812345678", opted_out=True)
    (request,) = peer.requests
    assert (request.method, request.path) == ("POST", f"/api/{VENDOR}/contact/update/919812345678")


async def test_a_mark_that_never_left_says_so_and_waits_for_the_host() -> None:
    async with BizChat("http://127.0.0.1:9/api") as bizchat:
        outcome = await bizchat.flag(SENDER, "+919812345678", opted_out=True)
    assert (outcome.kind, outcome.code, outcome.hold_s) == (OutcomeKind.LATER, "connect_refused", 1.0)


# --- making --------------------------------------------------------------------------------------------


async def test_what_is_sent_besides_the_body() -> None:
    async with serving(peers.answering(answer())) as peer, BizChat(f"{peer.base_url}/") as bizchat:
        await bizchat.send(SENDER, ASHA)
    (request,) = peer.requests
    assert (request.method, request.path) == ("POST", f"/api/{VENDOR}/contact/send-template-message")
    assert request.headers == {
        "authorization": f"Bearer {TOKEN}",
        "accept": "application/json",
        "content-type": "application/json",
        "content-length": str(len(request.body)),
        "host": f"127.0.0.1:{peer.port}",
        "user-agent": "campana",
    }


async def test_a_vendor_uid_stays_one_part_of_the_path() -> None:
    async with serving(peers.answering(answer())) as peer, BizChat(peer.base_url) as bizchat:
        await bizchat.send(Credentials(TOKEN, "a/../b?c#d é"), ASHA)
    (request,) = peer.requests
    assert request.path == "/api/a%2F..%2Fb%3Fc%23d%20%C3%A9/contact/send-template-message"


@pytest.mark.parametrize(
    ("token", "vendor"),
    [("", VENDOR), ("a\r\nX: y", VENDOR), ("tök", VENDOR), ("a b", VENDOR), (TOKEN, ""), (TOKEN, "..")],
)
async def test_credentials_that_cannot_be_sent(token: str, vendor: str) -> None:
    sender = Credentials(token, vendor)
    async with serving(peers.answering(answer())) as peer, BizChat(peer.base_url) as bizchat:
        outcome = await bizchat.send(sender, ASHA)
        check = await bizchat.check(sender)
        report = await bizchat.message_status(sender, "wamid.X")
        marked = await bizchat.flag(sender, "+919812345678", opted_out=True)
    assert marked == outcome
    assert (outcome.kind, outcome.code) == (OutcomeKind.CREDENTIALS, "bad_credentials")
    assert check.verdict is CheckVerdict.REFUSED
    assert report.receipt is None
    assert peer.requests == []
    assert_no_secret(f"{outcome} {check} {report}")


async def test_more_senders_than_are_kept_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campana.providers.bizchat.client.MOST_TARGETS", 3)
    async with serving(peers.answering(answer())) as peer, BizChat(peer.base_url) as bizchat:
        for number in range(8):
            await bizchat.send(Credentials(f"token-{number}", f"vendor-{number}"), ASHA)
    assert [request.headers["authorization"] for request in peer.requests] == [
        f"Bearer token-{number}" for number in range(8)
    ]


@pytest.mark.parametrize(
    ("base_url", "host"),
    [
        ("https://bizchatapi.in/api", "bizchatapi.in:443"),
        ("http://127.0.0.1:8090/api/", "127.0.0.1:8090"),
        ("http://[::1]:8090", "[::1]:8090"),
        ("HTTPS://BizChatApi.in", "bizchatapi.in:443"),
    ],
)
async def test_the_host_is_what_shares_a_limit(base_url: str, host: str) -> None:
    async with BizChat(base_url) as bizchat:
        assert bizchat.host == host


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "bizchatapi.in/api",
        "ftp://bizchatapi.in",
        "https://",
        "https://host:port/api",
        "https://user:pass@host/api",
        "https://host/api?token=x",
        "https://host/api#x",
        "http://[::1/api",
    ],
)
def test_a_base_url_that_is_none(base_url: str) -> None:
    with pytest.raises(ConfigurationError, match="CAMPANA_BIZCHAT_BASE_URL") as raised:
        BizChat(base_url)
    assert "pass" not in str(raised.value)

"""Every kind of fault, on a real socket: what the client sees, and what the ledger says about the message."""

import json
import socket
import threading
import time
from dataclasses import dataclass
from http.client import BadStatusLine, IncompleteRead, RemoteDisconnected

import pytest

from campana.simulator import FAULTS, Simulator
from campana.simulator.plans import known_plans
from tests.simulator.support import GOOD_HEADERS, PHONE, Reply, ask, message, send
from tests.simulator_fixture import StartSimulator


@dataclass(frozen=True)
class Expected:
    """`shape` as `shape_of` names it; `accepted` where it is not the same as `sent`."""

    status: int
    shape: str
    sent: bool
    accepted: bool | None = None
    text: str = ""

    @property
    def has_wamid(self) -> bool:
        return self.sent if self.accepted is None else self.accepted


ANSWERED = {
    "held_for_quality_assessment": Expected(200, "success", True),
    "slow:0.05": Expected(200, "success", True),
    "late:131026": Expected(200, "success", False, accepted=True),
    "invalid_token": Expected(200, "failed", False, text="Invalid Token"),
    "vendor_suspended": Expected(200, "failed", False),
    "setup_incomplete": Expected(200, "failed", False),
    "plan_expired": Expected(200, "failed", False),
    "contact_quota": Expected(200, "failed", False),
    "template_not_found": Expected(200, "failed", False),
    "bad_sender": Expected(200, "failed", False),
    "401_plan": Expected(401, "failed", False),
    "401_whatsapp_token": Expected(401, "failed", False),
    "422": Expected(422, "errors", False),
    "throttle": Expected(429, "laravel", False),
    "throttle_json:7": Expected(429, "laravel", False),
    "throttle_html": Expected(429, "html", False),
    "firewall_403": Expected(403, "html", False),
    "maintenance_503": Expected(503, "laravel", False),
    "meta:131026": Expected(400, "failed", False, text="(#131026) "),
    "meta:0": Expected(401, "failed", False, text="(#0) "),
    "meta:250": Expected(403, "failed", False, text="(#250) "),
    "meta:132001": Expected(404, "failed", False, text="(#132001) "),
    "meta:131000": Expected(500, "failed", False, text="(#131000) "),
    "meta:133004": Expected(503, "failed", False, text="(#133004) "),
    "meta:999999": Expected(400, "failed", False, text="(#999999) "),
    **{f"{status}_before": Expected(status, "html", False) for status in (502, 504, 520, 524)},
    **{f"{status}_after": Expected(status, "html", True) for status in (502, 504, 520, 524)},
    "500_before": Expected(500, "laravel", False),
    "500_after": Expected(500, "laravel", True),
    "unreadable_garbage": Expected(200, "garbage", True),
    "unreadable_empty": Expected(200, "empty", True),
    "unreadable_no_ids": Expected(200, "no_ids", True),
}
BROKEN = {
    "reset_before": (ConnectionResetError, False),
    "reset_after": (ConnectionResetError, True),
    "close_before": (RemoteDisconnected, False),
    "close_after": (RemoteDisconnected, True),
    "unreadable_cut": (IncompleteRead, True),
    "hang_before": (TimeoutError, False),
    "hang_after": (TimeoutError, True),
}


def shape_of(reply: Reply) -> str:
    if not reply.text:
        return "empty"
    if reply.text.startswith("<html>"):
        return (
            "html" if reply.headers["content-type"].startswith("text/html") else "html called something else"
        )
    try:
        told = json.loads(reply.text)
    except ValueError:
        return "garbage"
    if told.get("result") == "success":
        return "success" if isinstance(told["data"], dict) and told["data"]["wamid"] else "no_ids"
    if told.get("result") == "failed":
        return "failed"
    return "errors" if set(told) == {"message", "errors"} else "laravel"


def test_every_kind_has_a_meaning_a_plan_and_a_test_here() -> None:
    meant = {kind.partition("[")[0].partition(":")[0] for kind in FAULTS}
    assert meant == known_plans()
    assert meant == {kind.partition(":")[0] for kind in (*ANSWERED, *BROKEN)}
    assert all(FAULTS.values())


@pytest.mark.parametrize("kind", ANSWERED)
def test_answered(simulator: StartSimulator, kind: str) -> None:
    one, expected = simulator(faults=[f"{kind}=1"]), ANSWERED[kind]
    reply = send(one.base_url)
    assert (reply.status, shape_of(reply)) == (expected.status, expected.shape)
    assert expected.text in reply.text
    (entry,) = one.ledger.entries
    assert (entry.answer, entry.status, entry.sent) == (kind, expected.status, expected.sent)
    assert (entry.wamid is not None) == expected.has_wamid
    assert entry.phone == PHONE


@pytest.mark.parametrize("kind", BROKEN)
def test_broken(simulator: StartSimulator, kind: str) -> None:
    one, (error, sent) = simulator(faults=[f"{kind}=1"]), BROKEN[kind]
    with pytest.raises(error) as seen:
        send(one.base_url, timeout=0.3 if error is TimeoutError else 20)
    # RemoteDisconnected is a ConnectionResetError to Python, but an orderly end of file on the wire.
    assert type(seen.value) is error
    (entry,) = one.ledger.entries
    assert (entry.answer, entry.sent, entry.wamid is not None) == (kind, sent, sent)
    assert entry.status == (200 if kind == "unreadable_cut" else None)


def test_a_reset_is_a_reset_on_a_kept_connection_too(simulator: StartSimulator) -> None:
    one = simulator(faults=["reset_after@919800000007"])
    with connected(one) as connection:
        connection.sendall(raw_request(one, PHONE))
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")
        connection.sendall(raw_request(one, "919800000007"))
        with pytest.raises(ConnectionResetError):
            connection.recv(65536)
    assert [entry.sent for entry in one.ledger.entries] == [True, True]


def test_held_for_quality_assessment_is_a_success(simulator: StartSimulator) -> None:
    data = send(simulator(faults=["held_for_quality_assessment"]).base_url).json["data"]
    assert data["status"] == "held_for_quality_assessment"
    assert data["wamid"]


def test_failure_data_is_a_list_or_the_keys_holding_null(simulator: StartSimulator) -> None:
    one = simulator(faults=["contact_quota"])
    seen = [send(one.base_url).json["data"] for _ in range(30)]
    nulls = dict.fromkeys(("log_uid", "contact_uid", "phone_number", "wamid", "status"))
    assert [] in seen
    assert nulls in seen
    assert all(data in ([], nulls) for data in seen)


def test_throttled_says_how_long_to_wait(simulator: StartSimulator) -> None:
    reply = send(simulator(faults=["throttle:7"], window="90/60").base_url)
    assert reply.headers["retry-after"] == "7"
    assert reply.headers["x-ratelimit-limit"] == "90"
    assert reply.headers["x-ratelimit-remaining"] == "0"
    assert abs(int(reply.headers["x-ratelimit-reset"]) - (time.time() + 7)) < 5


@pytest.mark.parametrize(
    ("kind", "status"), [("throttle", 429), ("maintenance_503", 503), ("500_after", 500)]
)
@pytest.mark.parametrize("accept", ["*/*", "", "text/html, application/json"])
def test_who_does_not_ask_for_json_gets_html(
    simulator: StartSimulator, kind: str, status: int, accept: str
) -> None:
    headers = {**GOOD_HEADERS, "accept": accept}
    reply = send(simulator(faults=[kind]).base_url, headers=headers)
    assert (reply.status, shape_of(reply)) == (status, "html")


def test_slow_is_slow_and_went_out_at_once(simulator: StartSimulator) -> None:
    one = simulator(faults=["slow:3600"])
    with connected(one) as connection:
        connection.sendall(raw_request(one, PHONE))
        one.ledger.when(1).result(timeout=20)
        connection.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connection.recv(1)
    assert one.ledger.entries[0].sent


def test_hanging_holds_every_answer_until_it_is_taken_off(simulator: StartSimulator) -> None:
    one = simulator(hang=True)
    replies: list[Reply] = []
    threads = [threading.Thread(target=lambda: replies.append(send(one.base_url))) for _ in range(3)]
    for thread in threads:
        thread.start()
    one.ledger.when(3).result(timeout=20)
    assert replies == []
    one.control(hang=False)
    for thread in threads:
        thread.join(timeout=20)
    assert [reply.status for reply in replies] == [200, 200, 200]


def test_a_stop_ends_what_hangs(simulator: StartSimulator) -> None:
    one = simulator(faults=["hang_after@919800000001", "slow:3600@919800000002"])
    with connected(one) as hanging, connected(one) as slow:
        hanging.sendall(raw_request(one, "919800000001"))
        slow.sendall(raw_request(one, "919800000002"))
        one.ledger.when(2).result(timeout=20)
        one.stop()
        assert slow.recv(65536).startswith(b"HTTP/1.1 200")
        with pytest.raises(ConnectionResetError):
            hanging.recv(65536)


def test_a_share_hits_its_share_and_the_same_seed_the_same_people(simulator: StartSimulator) -> None:
    phones = [str(919800000000 + number) for number in range(400)]
    outcomes = []
    for order in (phones, phones[::-1]):
        one = simulator(faults=["meta:131026=0.25", "500_after=0.1"], seed=11)
        for phone in order:
            send(one.base_url, phone_number=phone)
        outcomes.append({entry.phone: entry.answer for entry in one.ledger.entries})
    assert outcomes[0] == outcomes[1]
    answers = list(outcomes[0].values())
    assert 70 <= answers.count("meta:131026") <= 130
    assert 20 <= answers.count("500_after") <= 60
    assert {"meta:131026", "500_after", "accepted"} == set(answers)


def test_a_fault_may_be_for_one_number_or_a_number_of_times(simulator: StartSimulator) -> None:
    one = simulator(faults=["throttle=1x2", "meta:131049@919800000009"])
    phones = [PHONE, PHONE, PHONE, "919800000009", "919800000009"]
    assert [send(one.base_url, phone_number=phone).status for phone in phones] == [429, 429, 200, 400, 400]


def test_the_narrower_fault_wins_however_they_are_listed(simulator: StartSimulator) -> None:
    one = simulator(faults=["plan_expired=1", "throttle=1x1", "meta:131049@919800000009"])
    for phone in ("919800000009", PHONE, PHONE, "919800000009"):
        send(one.base_url, phone_number=phone)
    assert [entry.answer for entry in one.ledger.entries] == [
        "meta:131049",
        "throttle",
        "plan_expired",
        "meta:131049",
    ]


def test_a_fault_for_reads_leaves_sends_alone(simulator: StartSimulator) -> None:
    one = simulator(read_faults=["maintenance_503=1"])
    assert ask(one.base_url, "GET", "contact/template-list").status == 503
    assert send(one.base_url).status == 200
    one.control(read_faults=[])
    assert ask(one.base_url, "GET", "contact/template-list").status == 200


def test_a_message_that_is_wrong_is_told_so_before_any_fault(simulator: StartSimulator) -> None:
    assert send(simulator(faults=["500_after=1"]).base_url, phone_number="+91").status == 422


def test_an_unreadable_answer_is_still_well_formed_http(simulator: StartSimulator) -> None:
    try:
        reply = send(simulator(faults=["unreadable_garbage"]).base_url)
    except BadStatusLine:  # pragma: no cover
        pytest.fail("the answer's head has to be readable")
    assert reply.status == 200


def test_the_moment_of_a_message_is_that_of_its_last_byte(simulator: StartSimulator) -> None:
    one = simulator()
    request = raw_request(one, PHONE)
    with connected(one) as connection:
        connection.sendall(request[:-1])
        # The answer to another connection shows that what was sent before it has been read by now.
        ask(one.url, "GET", "ledger")
        last = time.monotonic()
        connection.sendall(request[-1:])
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")
    assert one.ledger.entries[0].monotonic >= round(last, 6)


def connected(one: Simulator) -> socket.socket:
    host, _, port = one.url.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)), timeout=20)


def raw_request(one: Simulator, phone: str) -> bytes:
    body = json.dumps(message(phone_number=phone)).encode()
    path = "/api/3f1c9a52-0d4e-4c1b-9a57-6f0a2b7d1e10/contact/send-template-message"
    head = "".join(
        f"{name}: {value}\r\n"
        for name, value in (GOOD_HEADERS | {"host": "x", "content-length": str(len(body))}).items()
    )
    return f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body

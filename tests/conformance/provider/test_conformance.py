"""What every provider has to do, over HTTP, with all answers recorded for it. A new provider adds a line to
PROVIDERS and a folder of recorded answers, and passes."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from campana.domain.campaigns import Header, Template
from campana.domain.outcomes import Check, Outcome, OutcomeKind
from campana.domain.senders import Credentials
from campana.engine.ports import Envelope, Provider
from campana.providers.bizchat import BizChat
from tests.conformance.provider.recorded import Case, cases, on_the_wire, with_secrets_in_every_text
from tests.providers import peers
from tests.providers.cast import ASHA, PHONE, SENDER, TOKEN, VENDOR, assert_no_secret
from tests.providers.peers import serving

PROVIDERS: dict[str, Callable[[str], Provider]] = {"bizchat": BizChat}


def recorded(folder: str) -> pytest.MarkDecorator:
    found = [(name, case) for name in PROVIDERS for case in cases(name, folder)]
    return pytest.mark.parametrize(
        ("name", "case"), found, ids=[f"{name}-{case.name}" for name, case in found]
    )


async def sent(name: str, answer: dict[str, Any]) -> Outcome:
    async with serving(peers.answering(on_the_wire(answer))) as peer:
        provider = PROVIDERS[name](peer.base_url)
        outcome = await provider.send(SENDER, ASHA)
        await provider.close()
    assert len(peer.requests) == 1
    assert_no_secret(repr(outcome))
    return outcome


async def checked(name: str, answers: list[dict[str, Any]]) -> Check:
    async with serving(peers.answering(*map(on_the_wire, answers))) as peer:
        provider = PROVIDERS[name](peer.base_url)
        check = await provider.check(SENDER)
        await provider.close()
    assert len(peer.requests) == len(answers)
    assert_no_secret(repr(check))
    return check


@recorded("send")
async def test_each_answer_has_its_outcome(name: str, case: Case) -> None:
    outcome = await sent(name, case.content)
    shown = {
        "kind": outcome.kind,
        "code": outcome.code,
        "hold_s": outcome.hold_s,
        "provider_message_id": outcome.provider_message_id,
    }
    assert shown == {key: case.expected[key] for key in shown}
    assert all(words in outcome.reason for words in case.expected["reason_has"])
    assert len(outcome.reason) < 400
    assert outcome.reason or outcome.kind is OutcomeKind.ACCEPTED


@recorded("send")
async def test_an_answer_that_repeats_secrets_shows_none_and_means_the_same(name: str, case: Case) -> None:
    secrets = f"{TOKEN} {TOKEN.upper()} Bearer {TOKEN} /{VENDOR}/ {PHONE} {PHONE[1:]} +91 98123-45678"
    body = with_secrets_in_every_text(case.content["body"], secrets)
    outcome = await sent(name, {**case.content, "body": body})
    assert (outcome.kind, outcome.code) == (case.expected["kind"], case.expected["code"])
    assert "98123-45678" not in outcome.reason


@recorded("check")
async def test_each_list_of_templates_has_its_verdict(name: str, case: Case) -> None:
    check = await checked(name, case.content["answers"])
    assert check.verdict == case.expected["verdict"]
    rows = [[row.name, row.language, row.category, row.status] for row in check.templates]
    assert rows == case.expected["templates"]
    assert all(words in check.reason for words in case.expected["reason_has"])


@recorded("flag")
async def test_each_answer_to_a_mark_has_its_outcome(name: str, case: Case) -> None:
    async with serving(peers.answering(on_the_wire(case.content))) as peer:
        provider = PROVIDERS[name](peer.base_url)
        outcome = await provider.flag(SENDER, PHONE, opted_out=case.content["opted_out"])
        await provider.close()
    (request,) = peer.requests
    assert json.loads(request.body) == {"whatsapp_opt_out": case.content["opted_out"]}
    shown = {"kind": outcome.kind, "code": outcome.code, "hold_s": outcome.hold_s}
    assert shown == case.expected
    assert_no_secret(repr(outcome))


@recorded("request")
async def test_each_message_is_written_as_the_provider_wants_it(name: str, case: Case) -> None:
    wanted = case.content["envelope"]
    header = wanted["header"]
    envelope = Envelope(
        phone=wanted["phone"],
        template=Template(*wanted["template"]),
        fields=wanted["fields"],
        header=Header(**header) if header else None,
    )
    sender = Credentials(TOKEN, VENDOR, case.content["from_phone_number_id"])
    async with serving(peers.answering(peers.answer())) as peer:
        provider = PROVIDERS[name](peer.base_url)
        outcome = await provider.send(sender, envelope)
        await provider.close()
    assert outcome.kind is OutcomeKind.ACCEPTED
    (request,) = peer.requests
    assert json.loads(request.body) == case.content["expected_body"]


@pytest.mark.parametrize("name", PROVIDERS)
async def test_each_sender_goes_with_credentials_of_its_own_and_the_host_is_named(name: str) -> None:
    senders = [Credentials(f"tok_{number:020}", f"vendor-{number}") for number in range(5)]
    async with serving(peers.answering(peers.answer())) as peer:
        provider = PROVIDERS[name](peer.base_url)
        assert provider.host == f"127.0.0.1:{peer.port}"
        for sender in (*senders, *senders):
            await provider.send(sender, ASHA)
        await provider.close()
    for sender, request in zip((*senders, *senders), peer.requests, strict=True):
        everything = f"{request.path} {request.headers} {request.body.decode()}"
        assert sender.api_token in everything
        assert [other for other in senders if other.api_token in everything] == [sender]
        assert sender.api_token not in request.path

"""Webhooks as a real HTTP server gets them: shapes, order, and what goes wrong with them on purpose."""

import asyncio
import itertools
import json
import threading
import time
from typing import Any

import pytest

from campana.simulator import Simulator
from tests.simulator.support import OTHER_VENDOR, PHONE, VENDOR, WebhookReceiver, ask, send
from tests.simulator_fixture import StartSimulator

ALL_READ = {"delivered": 1, "read": 1, "reply": 0, "echo": 0, "pace": 0}


def drained(one: Simulator, receiver: WebhookReceiver) -> WebhookReceiver:
    asyncio.run(one.wait_for_webhooks(timeout=20))
    return receiver


def test_a_message_is_sent_delivered_and_read(simulator: StartSimulator, receiver: WebhookReceiver) -> None:
    one = simulator(webhook=receiver.url, people=ALL_READ)
    wamid = send(one.base_url).json["data"]["wamid"]
    drained(one, receiver)
    assert [post["message"]["status"] for post in receiver.posts] == ["sent", "delivered", "read"]
    for post, status in zip(receiver.posts, ("sent", "delivered", "read"), strict=True):
        assert set(post) == {"contact", "message", "whatsapp_webhook_payload"}
        assert post["contact"]["phone_number"] == PHONE
        assert post["contact"]["status"] == "existing"
        assert post["message"] == {
            "whatsapp_message_id": wamid,
            "replied_to_whatsapp_message_id": None,
            "is_new_message": False,
            "body": None,
            "status": status,
            "media": None,
        }
        (entry,) = post["whatsapp_webhook_payload"]["entry"]
        (change,) = entry["changes"]
        assert change["field"] == "messages"
        assert change["value"]["metadata"]["phone_number_id"]
        (told,) = change["value"]["statuses"]
        assert (told["id"], told["status"], told["recipient_id"]) == (wamid, status, PHONE)
        assert abs(int(told["timestamp"]) - time.time()) < 60
        assert "errors" not in told


def test_posts_carry_no_signature_and_no_token(simulator: StartSimulator, receiver: WebhookReceiver) -> None:
    one = simulator(webhook=receiver.url, people=ALL_READ)
    send(one.base_url)
    headers = drained(one, receiver).headers[0]
    assert headers["content-type"] == "application/json"
    assert not {"authorization", "x-hub-signature", "x-hub-signature-256"} & set(headers)


def test_a_late_failure_tells_its_reason_only_in_the_raw_part(
    simulator: StartSimulator, receiver: WebhookReceiver
) -> None:
    one = simulator(webhook=receiver.url, faults=["late:131049"])
    wamid = send(one.base_url).json["data"]["wamid"]
    (post,) = drained(one, receiver).posts
    assert post["message"]["status"] == "failed"
    assert "131049" not in json.dumps(post["message"])
    (told,) = receiver.statuses
    assert told["id"] == wamid
    assert told["errors"][0]["code"] == 131049
    assert told["errors"][0]["title"]
    status = ask(one.base_url, "GET", f"contact/message-status?wamid={wamid.replace('+', '%2B')}").json[
        "data"
    ]
    assert status["status"] == "failed"
    assert "131049" not in json.dumps(status)


def test_what_went_out_without_a_readable_answer_still_has_its_events(
    simulator: StartSimulator, receiver: WebhookReceiver
) -> None:
    one = simulator(webhook=receiver.url, faults=["500_after=1"], people=ALL_READ)
    send(one.base_url)
    assert [told["id"] for told in drained(one, receiver).statuses] == [one.ledger.entries[0].wamid] * 3


def test_what_did_not_go_out_has_none(simulator: StartSimulator, receiver: WebhookReceiver) -> None:
    one = simulator(webhook=receiver.url, faults=["500_before=1"], people=ALL_READ)
    send(one.base_url)
    assert drained(one, receiver).posts == []


def replies(
    simulator: StartSimulator, receiver: WebhookReceiver, *, template: str = "order_update", stop: float = 0
) -> list[dict[str, Any]]:
    one = simulator(webhook=receiver.url, people=ALL_READ | {"reply": 1, "stop": stop})
    send(one.base_url, template_name=template, field_3="x", field_4="x", field_5="x")
    return [post for post in drained(one, receiver).posts if post["message"]["is_new_message"]]


def test_a_reply_in_words(simulator: StartSimulator, receiver: WebhookReceiver) -> None:
    (post,) = replies(simulator, receiver)
    assert post["message"]["body"] == "Thanks!"
    assert post["message"]["media"] == []
    assert post["message"]["status"] is None
    assert post["message"]["replied_to_whatsapp_message_id"] is None
    (told,) = receiver.values[-1]["messages"]
    assert (told["from"], told["type"], told["text"]) == (PHONE, "text", {"body": "Thanks!"})
    assert told["id"] == post["message"]["whatsapp_message_id"]
    assert told["id"] not in {status["id"] for status in receiver.statuses}


def test_a_reply_by_button(simulator: StartSimulator, receiver: WebhookReceiver) -> None:
    (post,) = replies(simulator, receiver, template="appointment_reminder")
    assert post["message"]["body"] in ("Confirm", "Reschedule")
    assert post["message"]["replied_to_whatsapp_message_id"] == receiver.statuses[0]["id"]
    (told,) = receiver.values[-1]["messages"]
    assert told["type"] == "button"
    assert told["button"]["text"] == post["message"]["body"]
    assert told["context"]["id"] == receiver.statuses[0]["id"]


def test_a_stop_is_a_message_like_any_other(simulator: StartSimulator, receiver: WebhookReceiver) -> None:
    (post,) = replies(simulator, receiver, template="appointment_reminder", stop=1)
    assert post["message"]["body"].strip().upper() == "STOP"
    assert post["message"]["is_new_message"] is True


def test_an_echo_is_neither_a_status_nor_a_reply(
    simulator: StartSimulator, receiver: WebhookReceiver
) -> None:
    one = simulator(webhook=receiver.url, people=ALL_READ | {"echo": 1})
    send(one.base_url)
    echo = drained(one, receiver).posts[-1]
    assert (echo["message"]["is_new_message"], echo["message"]["status"]) == (False, None)
    assert echo["message"]["body"]
    (change,) = echo["whatsapp_webhook_payload"]["entry"][0]["changes"]
    assert change["field"] == "smb_message_echoes"
    assert change["value"]["message_echoes"][0]["to"] == PHONE


def test_an_old_install_sends_no_message_part(simulator: StartSimulator, receiver: WebhookReceiver) -> None:
    one = simulator(webhook=receiver.url, webhooks={"old_install": True}, people=ALL_READ)
    send(one.base_url)
    assert {frozenset(post) for post in drained(one, receiver).posts} == {
        frozenset({"contact", "whatsapp_webhook_payload"})
    }
    assert [told["status"] for told in receiver.statuses] == ["sent", "delivered", "read"]


def test_shares_of_delivered_and_read(simulator: StartSimulator, receiver: WebhookReceiver) -> None:
    one = simulator(webhook=receiver.url, people={"delivered": 0.8, "read": 0.5, "reply": 0, "pace": 0})
    for number in range(200):
        send(one.base_url, phone_number=str(919800000000 + number))
    statuses = [told["status"] for told in drained(one, receiver).statuses]
    assert statuses.count("sent") == 200
    assert 135 <= statuses.count("delivered") <= 185
    assert 50 <= statuses.count("read") <= 110


def test_doubled(simulator: StartSimulator, receiver: WebhookReceiver) -> None:
    one = simulator(webhook=receiver.url, webhooks={"doubled": 1}, people=ALL_READ)
    send(one.base_url)
    statuses = [told["status"] for told in drained(one, receiver).statuses]
    assert sorted(statuses) == ["delivered", "delivered", "read", "read", "sent", "sent"]
    assert len(receiver.posts) == 6


def test_lost_events_are_lost_but_the_status_can_be_asked_for(
    simulator: StartSimulator, receiver: WebhookReceiver
) -> None:
    one = simulator(webhook=receiver.url, webhooks={"lost": 1}, people=ALL_READ)
    wamid = send(one.base_url).json["data"]["wamid"]
    assert drained(one, receiver).posts == []
    assert ask(one.url, "GET", "ledger/summary").json["webhooks"]["lost"] == 3
    status = ask(one.base_url, "GET", f"contact/message-status?wamid={wamid.replace('+', '%2B')}")
    assert status.json["data"]["status"] == "read"


def test_shuffled_events_come_out_of_order_with_their_true_times(
    simulator: StartSimulator, receiver: WebhookReceiver
) -> None:
    times = {"sent_s": 0.1, "delivered_s": 0.1, "read_s": 0.1, "pace": 1}
    one = simulator(webhook=receiver.url, webhooks={"shuffled": 1}, people=ALL_READ | times)
    for number in range(20):
        send(one.base_url, phone_number=str(919800000000 + number))
    drained(one, receiver)
    for _, told in itertools.groupby(
        sorted(receiver.statuses, key=lambda one: str(one["id"])), key=lambda one: one["id"]
    ):
        arrived = [one["status"] for one in told]
        assert sorted(arrived) == ["delivered", "read", "sent"]
        assert arrived != ["sent", "delivered", "read"]


def test_without_shuffling_a_message_keeps_its_order(
    simulator: StartSimulator, receiver: WebhookReceiver
) -> None:
    one = simulator(webhook=receiver.url, people=ALL_READ)
    for number in range(50):
        send(one.base_url, phone_number=str(919800000000 + number))
    drained(one, receiver)
    for wamid in {told["id"] for told in receiver.statuses}:
        arrived = [told["status"] for told in receiver.statuses if told["id"] == wamid]
        assert arrived == ["sent", "delivered", "read"]


def test_early_arrives_before_our_own_answer(simulator: StartSimulator, receiver: WebhookReceiver) -> None:
    one = simulator(webhook=receiver.url, webhooks={"early": 1}, people=ALL_READ)
    reply = send(one.base_url)
    answered = time.monotonic()
    drained(one, receiver)
    assert receiver.arrivals[0] < answered
    told = {status["status"]: status["id"] for status in receiver.statuses}
    assert told == dict.fromkeys(("sent", "delivered", "read"), reply.json["data"]["wamid"])


def test_several_events_in_one_post(simulator: StartSimulator, receiver: WebhookReceiver) -> None:
    one = simulator(webhook=receiver.url, webhooks={"batch": 4}, people=ALL_READ | {"reply": 1})
    senders = [
        threading.Thread(target=send, args=(one.base_url,), kwargs={"phone_number": str(919800000000 + n)})
        for n in range(12)
    ]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    drained(one, receiver)
    sizes = [events_in(post) for post in receiver.posts]
    assert sum(sizes) == 48
    assert max(sizes) <= 4
    assert len(sizes) < 48
    assert len(receiver.statuses) == 36


def events_in(post: dict[str, Any]) -> int:
    values = [change["value"] for change in post["whatsapp_webhook_payload"]["entry"][0]["changes"]]
    return sum(len(value.get("statuses", [])) + len(value.get("messages", [])) for value in values)


def test_each_vendor_has_its_own_address(simulator: StartSimulator, receiver: WebhookReceiver) -> None:
    with WebhookReceiver() as others:
        one = simulator(webhook=receiver.url, webhooks={"urls": {OTHER_VENDOR: others.url}}, people=ALL_READ)
        ours = send(one.base_url).json["data"]["wamid"]
        theirs = send(one.base_url, vendor=OTHER_VENDOR).json["data"]["wamid"]
        drained(one, receiver)
        assert {told["id"] for told in receiver.statuses} == {ours}
        assert {told["id"] for told in others.statuses} == {theirs}


@pytest.mark.parametrize("status", [404, 500])
def test_an_error_of_ours_is_not_repeated(simulator: StartSimulator, status: int) -> None:
    with WebhookReceiver(status) as failing:
        one = simulator(webhook=failing.url, people=ALL_READ)
        send(one.base_url)
        assert len(drained(one, failing).posts) == 3


def test_nobody_listening_is_ignored(simulator: StartSimulator) -> None:
    one = simulator(webhook="http://127.0.0.1:9/nobody", people=ALL_READ)
    assert send(one.base_url).json["result"] == "success"
    asyncio.run(one.wait_for_webhooks(timeout=20))
    assert ask(one.url, "GET", "ledger/summary").json["webhooks"]["failed"] == 3


def test_the_address_can_be_given_while_it_runs(simulator: StartSimulator, receiver: WebhookReceiver) -> None:
    one = simulator(people=ALL_READ)
    send(one.base_url)
    body = json.dumps({"webhook": receiver.url}).encode()
    assert ask(one.url, "POST", "control", body=body).status == 200
    wamid = send(one.base_url).json["data"]["wamid"]
    assert {told["id"] for told in drained(one, receiver).statuses} == {wamid}


def test_events_name_the_sender_that_was_chosen(simulator: StartSimulator, receiver: WebhookReceiver) -> None:
    one = simulator(webhook=receiver.url, people=ALL_READ)
    send(one.base_url, from_phone_number_id="106540352242922")
    drained(one, receiver)
    assert {value["metadata"]["phone_number_id"] for value in receiver.values} == {"106540352242922"}
    assert VENDOR not in json.dumps(receiver.posts)

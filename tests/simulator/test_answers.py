"""Each call of BizChat's page, as it answers when nothing is wrong and when the caller is."""

import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from campana.simulator import BUILT_IN_TEMPLATES
from tests.simulator.support import GOOD_HEADERS, OTHER_VENDOR, PHONE, TOKEN, VENDOR, ask, send
from tests.simulator_fixture import StartSimulator

STATUS = "contact/message-status"
TEMPLATES = "contact/template-list"


def test_a_good_message_is_accepted(simulator: StartSimulator) -> None:
    reply = send(simulator().base_url)
    assert reply.status == 200
    assert reply.headers["content-type"] == "application/json"
    assert set(reply.json) == {"result", "message", "data"}
    assert reply.json["result"] == "success"
    data = reply.json["data"]
    assert set(data) == {"log_uid", "contact_uid", "phone_number", "wamid", "status"}
    assert data["phone_number"] == PHONE
    assert data["status"] == "accepted"
    assert re.fullmatch(r"wamid\.[A-Za-z0-9+/]+=*", data["wamid"])
    assert uuid.UUID(data["log_uid"])


def test_wamids_and_logs_differ_and_a_contact_stays_the_same(simulator: StartSimulator) -> None:
    one = simulator()
    sent = [send(one.base_url).json["data"] for _ in range(20)]
    assert len({data["wamid"] for data in sent}) == 20
    assert len({data["log_uid"] for data in sent}) == 20
    assert len({data["contact_uid"] for data in sent}) == 1
    # A restart must not hand out an id again: the product keeps them for good.
    assert send(simulator().base_url).json["data"]["wamid"] not in {data["wamid"] for data in sent}


def test_a_form_is_understood_and_noted(simulator: StartSimulator) -> None:
    one = simulator()
    headers = GOOD_HEADERS | {"content-type": "application/x-www-form-urlencoded"}
    body = f"phone_number={PHONE}&template_name=hello_world&template_language=en_US".encode()
    reply = ask(one.base_url, "POST", "contact/send-template-message", headers=headers, body=body)
    assert reply.json["result"] == "success"
    assert one.ledger.entries[0].flags == ("not_json",)


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer "}, {"authorization": f"Basic {TOKEN}"}])
def test_no_token_is_an_invalid_token(simulator: StartSimulator, headers: dict[str, str]) -> None:
    plain = {"accept": "application/json", "content-type": "application/json"}
    reply = send(simulator().base_url, headers=plain | headers)
    assert reply.status == 200
    assert reply.json["result"] == "failed"
    assert reply.json["message"] == "Invalid Token"
    assert reply.json["data"] == []


@pytest.mark.parametrize(
    ("vendor", "token"), [(VENDOR, "wrong"), (OTHER_VENDOR, TOKEN), (OTHER_VENDOR, "wrong")]
)
def test_wrong_token_and_unknown_vendor_are_answered_alike(
    simulator: StartSimulator, vendor: str, token: str
) -> None:
    one = simulator(accounts={VENDOR: TOKEN})
    headers = GOOD_HEADERS | {"authorization": f"Bearer {token}"}
    for reply in (
        send(one.base_url, vendor=vendor, headers=headers),
        ask(one.base_url, "GET", TEMPLATES, vendor=vendor, headers=headers),
    ):
        assert (reply.status, reply.json["result"], reply.json["message"]) == (200, "failed", "Invalid Token")
    assert send(one.base_url).json["result"] == "success"


def test_a_vendor_uid_is_a_uuid(simulator: StartSimulator) -> None:
    assert send(simulator().base_url, vendor="my-shop").json["message"] == "Invalid Token"


def test_a_token_in_the_url_works_and_is_noted(simulator: StartSimulator) -> None:
    one = simulator()
    headers = {"accept": "application/json", "content-type": "application/json"}
    assert send(one.base_url, headers=headers, query=f"?token={TOKEN}").json["result"] == "success"
    assert one.ledger.entries[0].flags == ("token_in_url",)
    assert one.ledger.entries[0].token == TOKEN[-4:]


def test_texts_are_translated(simulator: StartSimulator) -> None:
    one = simulator(locale="hi", faults=["plan_expired@919800000001"])
    assert "Message" not in send(one.base_url).json["message"]
    assert send(one.base_url, phone_number="919800000001").json["message"] not in (
        "",
        "Your subscription plan has expired",
    )


def test_status_of_a_message_follows_its_way(simulator: StartSimulator) -> None:
    one = simulator(people={"delivered": 1, "read": 0, "pace": 0})
    wamid = send(one.base_url).json["data"]["wamid"]
    reply = ask(one.base_url, "GET", f"{STATUS}?wamid={wamid.replace('+', '%2B')}")
    assert reply.json["result"] == "success"
    data = reply.json["data"]
    assert set(data) == {"status", "created_at", "updated_at"}
    assert data["status"] == "delivered"
    created = datetime.strptime(data["created_at"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    assert abs(datetime.now(UTC) - created) < timedelta(minutes=5)


def test_status_before_anything_happened_is_accepted(simulator: StartSimulator) -> None:
    one = simulator(people={"sent_s": 3600, "pace": 1})
    wamid = send(one.base_url).json["data"]["wamid"]
    reply = ask(one.base_url, "GET", f"{STATUS}?wamid={wamid.replace('+', '%2B')}")
    assert reply.json["data"]["status"] == "accepted"


def test_status_of_an_unknown_or_foreign_message_is_a_failure_with_200(simulator: StartSimulator) -> None:
    one = simulator()
    wamid = send(one.base_url).json["data"]["wamid"].replace("+", "%2B")
    for reply in (
        ask(one.base_url, "GET", f"{STATUS}?wamid=wamid.nobody"),
        ask(one.base_url, "GET", f"{STATUS}?wamid={wamid}", vendor=OTHER_VENDOR),
    ):
        assert (reply.status, reply.json["result"]) == (200, "failed")


def test_status_without_an_id_is_a_422(simulator: StartSimulator) -> None:
    reply = ask(simulator().base_url, "GET", STATUS)
    assert reply.status == 422
    assert reply.json["errors"] == {"wamid": ["The wamid field is required."]}


def test_templates_come_in_pages_without_their_components(simulator: StartSimulator) -> None:
    one = simulator(templates=["diwali_2:en_US:2", "festival_offer:en_US:4"])
    first = ask(one.base_url, "GET", f"{TEMPLATES}?page=1&page_size=4").json["data"]["templateList"]
    total = len(BUILT_IN_TEMPLATES) + 1
    assert (first["current_page"], first["per_page"], first["total"]) == (1, 4, total)
    assert first["last_page"] == -(-total // 4)
    assert len(first["data"]) == 4
    assert set(first["data"][0]) == {"template_name", "language", "category", "status"}
    pages = [
        ask(one.base_url, "GET", f"{TEMPLATES}?page={number}&page_size=4")
        for number in range(1, first["last_page"] + 1)
    ]
    rows = [row for page in pages for row in page.json["data"]["templateList"]["data"]]
    assert len({(row["template_name"], row["language"]) for row in rows}) == total
    assert ask(one.base_url, "GET", f"{TEMPLATES}?page=99").json["data"]["templateList"]["data"] == []


def test_contacts_can_be_opted_out_and_sends_do_not_heed_it(simulator: StartSimulator) -> None:
    one = simulator()
    update = f"contact/update/{PHONE}"
    assert ask(one.base_url, "POST", update, body=b'{"whatsapp_opt_out": true}').json["result"] == "success"
    assert one.opt_outs == {(VENDOR, PHONE)}
    assert send(one.base_url).json["result"] == "success"
    assert ask(one.base_url, "POST", update, body=b'{"whatsapp_opt_out": false}').json["result"] == "success"
    assert one.opt_outs == frozenset()
    assert ask(one.base_url, "POST", update, body=b'{"whatsapp_opt_out": "perhaps"}').status == 422
    assert ask(one.base_url, "POST", "contact/update/+91", body=b"{}").status == 422


def test_other_addresses_are_not_found_and_other_methods_not_allowed(simulator: StartSimulator) -> None:
    one = simulator()
    assert ask(one.base_url, "GET", "contact/nothing").status == 404
    assert ask(one.base_url, "GET", "contact/send-template-message").status == 405
    assert ask(one.base_url, "POST", STATUS, body=b"{}").status == 405
    assert len(one.ledger) == 0

"""The form of Send Messages, step by step: whatever is sent is kept, and one draft is one campaign."""

import asyncio
import re
from uuid import uuid4

import pytest

from campana.web.pages.send_steps import numbers, stepped
from campana.web.pages.whatsapp import formatted
from tests.support.house import House

BROWSER = {"Accept": "text/html"}
SCRIPT = {"Accept": "application/json"}


async def whole(house: House, **changes: str) -> dict[str, str]:
    """What somebody types for a campaign that can be sent."""
    sender = await house.sender()
    listed = (await house.upload("olga", "phone,name\n+919812345678,Asha\n+919812345679,Ravi\n")).json["id"]
    return {
        "name": "Diwali",
        "sender_id": sender,
        "template_name": "offer",
        "template_language": "en_US",
        "recipient_list_id": listed,
        "field_1": "Hi {name}",
        "when": "now",
    } | changes


async def press(house: House, path: str, typed: dict[str, str], who: str = "olga", **options):
    """A form sent by a browser without a script; where it leads."""
    answer = await house.ask(
        who, "POST", f"/{path}", data=typed, headers=BROWSER, allow_redirects=False, **options
    )
    place = next((value for name, value in answer.headers.items() if name.lower() == "location"), "")
    return answer, place


async def confirmed(house: House, draft: str) -> str:
    page = await house.get("olga", f"//send/{draft}/confirm", headers=BROWSER)
    found = re.search(rb'name="confirmed" value="(\w+)"', page.body)
    assert found, page.body
    return found[1].decode()


async def test_a_form_sent_twice_at_once_and_again_later_makes_one_campaign(house):
    draft, typed = str(uuid4()), await whole(house)
    _, place = await press(house, f"/send/{draft}", typed | {"do": "schedule"})
    assert place == f"/send/{draft}/confirm"
    sure = {"confirmed": await confirmed(house, draft)}
    answers = await asyncio.gather(*(press(house, f"/send/{draft}/schedule", sure) for _ in range(3)))
    answers.append(await press(house, f"/send/{draft}/schedule", sure))
    assert {answer.status for answer, _ in answers} == {303}
    (place,) = {place for _, place in answers}
    made = (await house.get("olga", "/campaigns")).json["items"]
    assert [f"/campaigns/{each['id']}" for each in made] == [place]
    answer = await house.get("olga", f"//send/{draft}", headers=BROWSER, allow_redirects=False)
    assert answer.status == 303, "the draft's old address leads to its campaign"
    late = await house.ask("olga", "POST", f"//send/{draft}", data=typed, headers=SCRIPT)
    assert late.status == 409


async def test_a_draft_changed_after_the_question_is_asked_about_again(small_house):
    house, draft = small_house, str(uuid4())
    typed = await whole(house)
    await press(house, f"/send/{draft}", typed)
    sure = {"confirmed": await confirmed(house, draft)}
    await press(house, f"/send/{draft}", typed | {"field_1": "Bye {name}"})
    _, place = await press(house, f"/send/{draft}/schedule", sure)
    assert place == f"/send/{draft}/confirm"
    assert (await house.get("olga", "/campaigns")).json["items"] == []


async def test_a_draft_with_problems_leads_back_to_them(small_house):
    house, draft = small_house, str(uuid4())
    await press(house, f"/send/{draft}", await whole(house, name=""))
    sure = {"confirmed": "whatever"}
    assert (await press(house, f"/send/{draft}/schedule", sure))[1] == f"/send/{draft}?check=yes"
    answer = await house.get("olga", f"//send/{draft}/confirm", headers=BROWSER, allow_redirects=False)
    assert answer.status == 303
    page = await house.get("olga", f"//send/{draft}?check=yes", headers=BROWSER)
    assert b"Give the campaign a name" in page.body


async def test_a_draft_is_nobody_elses(small_house):
    house, draft = small_house, str(uuid4())
    await house.sender()
    await press(house, f"/send/{draft}", {"name": "Secret plan"})
    for who, status in (("olga", 200), ("alice", 404), ("bob", 404), ("victor", 403)):
        answer = await house.get(who, f"//send/{draft}", headers=BROWSER)
        assert answer.status == status, who
        assert (b"Secret plan" in answer.body) is (who == "olga")
    answer = await house.ask("alice", "POST", f"//send/{draft}", data={"name": "Mine"}, headers=SCRIPT)
    assert answer.status == 404


async def test_what_a_script_asks_comes_with_problems_and_parts(small_house):
    house, draft = small_house, str(uuid4())
    typed = await whole(house, field_1="{town}", name="")
    answer = await house.ask("olga", "POST", f"//send/{draft}", data=typed, headers=SCRIPT)
    assert set(answer.json["problems"]) == {"field_1"}, "an empty field is no problem before it is tried"
    answer = await house.ask("olga", "POST", f"//send/{draft}", data=typed | {"tried": "yes"}, headers=SCRIPT)
    assert set(answer.json["problems"]) == {"field_1", "name"}
    assert "uses 2 of 100,000 left that day" in answer.json["html"]["meaning"]
    assert answer.json["done"] == {
        "name": False,
        "template": True,
        "recipients": True,
        "fields": False,
        "schedule": True,
    }


async def test_text_from_people_is_text_on_the_page(small_house):
    house, draft = small_house, str(uuid4())
    evil = '"><script>alert(1)</script>'
    text = f'phone,name\n+919812345678,"{evil.replace(chr(34), chr(34) * 2)}"\n'
    listed = (await house.upload("olga", text, filename=f"{evil}.csv")).json["id"]
    typed = await whole(house, name=evil, template_body=f"*{evil}* {{{{1}}}}", recipient_list_id=listed)
    await press(house, f"/send/{draft}", typed)
    for path in (f"/send/{draft}", f"/send/{draft}/confirm", f"/recipients/{listed}", "/recipients"):
        page = await house.get("olga", f"/{path}", headers=BROWSER)
        assert page.status == 200
        assert b"<script>alert" not in page.body, path


async def test_recipients_of_another_account_cannot_be_chosen(small_house):
    house, draft = small_house, str(uuid4())
    theirs = (await house.upload("bob", "phone\n+919812345678\n")).json["id"]
    typed = await whole(house, recipient_list_id=theirs)
    answer = await house.ask("olga", "POST", f"//send/{draft}", data=typed, headers=SCRIPT)
    assert answer.json["problems"]["recipient_list_id"] == "There is no such recipient list"
    assert (await house.get("olga", f"//recipients/{theirs}", headers=BROWSER)).status == 404


async def test_a_campaign_is_copied_into_a_draft(small_house):
    house, draft = small_house, str(uuid4())
    await press(house, f"/send/{draft}", await whole(house))
    sure = {"confirmed": await confirmed(house, draft)}
    _, campaign = await press(house, f"/send/{draft}/schedule", sure)
    _, copy = await press(house, f"{campaign}/duplicate", {})
    page = await house.get("olga", f"/{copy}", headers=BROWSER)
    assert b'value="Hi {name}"' in page.body
    assert (await press(house, f"{copy}/discard", {}))[1] == "/send"
    assert (await house.get("olga", f"/{copy}", headers=BROWSER)).status == 404


async def test_a_field_taken_away_leaves_no_gap():
    typed = {"field_1": "one", "field_2": "two", "field_3": "three"}
    after = await stepped(None, None, "remove:field_2", typed)
    assert after == {"field_1": "one", "field_2": "three"}
    assert await stepped(None, None, "add-field", after) == after | {"field_3": ""}
    assert await stepped(None, None, "nonsense", after) == after


@pytest.mark.parametrize(
    ("body", "there"), [("", []), ("{{2}} {{ 1 }}", [1, 2]), ("{{9999}}", list(range(1, 101))), ("{{x}}", [])]
)
def test_a_templates_text_says_how_many_places_there_are(body, there):
    assert numbers({"template_body": body}) == there


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold* and _soft_ ~gone~", "<strong>bold</strong> and <em>soft</em> <s>gone</s>"),
        ("2*3*4 snake_case_name", "2*3*4 snake_case_name"),
        ("* not * bold", "* not * bold"),
        ("a\nb <b>", "a<br>b &lt;b&gt;"),
        ("```x < y```", "<code>x &lt; y</code>"),
    ],
)
def test_marks_are_shown_as_whatsapp_shows_them(text, html):
    assert formatted(text) == html

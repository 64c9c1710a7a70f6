"""Recipient lists over REST; what the reading of files itself can do is tested with the imports."""

import csv
import io

import pytest

from tests.support.house import campaign

GOOD = (
    "phone,name,city\n+919812345678,Asha,Pune\n98123 45679,Ravi,\n12,Nobody,Delhi\n+919812345678,Twice,Goa\n"
)


async def test_a_list_as_the_contract_shows_it(house):
    await house.post("olga", "/suppressions", {"phone": "+919812345679"})
    made = await house.upload("olga", GOOD, filename="people.csv")
    assert made.status == 201, made.body
    found = made.json
    assert set(found) == {
        *("id", "filename", "columns", "phone_column", "name_column", "total", "valid", "invalid"),
        *("duplicates", "suppressed", "consent", "removed_at", "preview", "problems"),
    }
    assert (found["filename"], found["columns"]) == ("people.csv", ["phone", "name", "city"])
    assert (found["phone_column"], found["name_column"]) == ("phone", "name")
    numbers = [found[name] for name in ("total", "valid", "invalid", "duplicates", "suppressed")]
    assert numbers == [4, 2, 1, 1, 1]
    assert found["preview"][0] == {
        "row": 2,
        "phone": "+919812345678",
        "name": "Asha",
        "values": {"phone": "+919812345678", "name": "Asha", "city": "Pune"},
    }
    assert {problem["row"] for problem in found["problems"]} == {4, 5}
    assert set(found["problems"][0]) == {"row", "column", "value", "reason"}
    assert (await house.get("victor", f"/recipient-lists/{found['id']}")).json == found
    (summary,) = (await house.get("victor", "/recipient-lists")).json["items"]
    assert summary["created_at"].endswith("Z")
    assert summary == {
        **{name: value for name, value in found.items() if name not in ("preview", "problems")},
        "created_at": summary["created_at"],
    }


async def test_problems_as_a_file_are_all_there_and_cannot_run(house):
    rows = "".join(f"=cmd|{n},X,\n" for n in range(5000))
    found = (await house.upload("olga", "phone,name,city\n+919812345678,Asha,\n" + rows)).json
    assert (found["invalid"], len(found["problems"])) == (5000, 100)
    answer = await house.get("victor", f"/recipient-lists/{found['id']}/problems.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.body.startswith(b"\xef\xbb\xbfrow,column,value,reason")
    table = list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"))))
    assert len(table) == 5001
    assert {row[2][0] for row in table[1:]} == {"'"}
    assert [int(row[0]) for row in table[1:]] == list(range(3, 5003))


async def test_a_list_in_use_stays(house):
    found = (await house.upload("olga", GOOD)).json
    path = f"/recipient-lists/{found['id']}"
    body = campaign(
        await house.sender(), recipients=..., recipient_list_id=found["id"], fields={"field_1": "{name}"}
    )
    made = await house.post("olga", "/campaigns", body)
    assert made.status == 201, made.body
    refused = await house.delete("olga", path)
    assert (refused.status, refused.headers["Content-Type"]) == (409, "application/problem+json")
    assert (await house.get("olga", path)).status == 200


async def test_a_list_can_be_deleted(small_house):
    found = (await small_house.upload("olga", GOOD)).json
    path = f"/recipient-lists/{found['id']}"
    gone = await small_house.delete("olga", path)
    assert (gone.status, gone.body) == (204, b"")
    assert (await small_house.get("olga", path)).status == 404
    assert (await small_house.delete("olga", path)).status == 404


async def test_recipients_given_with_a_campaign_are_no_list(small_house):
    await small_house.post("olga", "/campaigns", campaign(await small_house.sender()))
    assert (await small_house.get("olga", "/recipient-lists")).json["items"] == []


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        ({"country": ""}, {"country"}),
        ({"country": "India"}, {"country"}),
        ({"colour": "red"}, {"colour"}),
        ({"country": " ", "colour": "red"}, {"country", "colour"}),
    ],
)
async def test_forms_that_are_refused(small_house, form, fields):
    answer = await small_house.upload("olga", GOOD, **form)
    assert (answer.status, answer.fields) == (422, fields)
    assert (await small_house.get("olga", "/recipient-lists")).json["items"] == []


@pytest.mark.parametrize(
    ("body", "content"),
    [
        (b"", "multipart/form-data; boundary=x"),
        (b"garbage", "multipart/form-data; boundary=x"),
        (b"garbage", "multipart/form-data"),
        (b"{}", "application/json"),
        (b"country=IN&file=x", "application/x-www-form-urlencoded"),
        (b"", None),
    ],
)
async def test_bodies_without_a_file_are_refused(small_house, body, content):
    headers = {"Content-Type": content} if content else {}
    answer = await small_house.ask("olga", "POST", "/recipient-lists", data=body, headers=headers)
    assert answer.status == 422
    assert answer.headers["Content-Type"] == "application/problem+json"


async def test_pages(small_house):
    ids = [(await small_house.upload("olga", GOOD, filename=f"{n}.csv")).json["id"] for n in range(3)]
    first = (await small_house.get("olga", "/recipient-lists?limit=2")).json
    second = (await small_house.get("olga", f"/recipient-lists?limit=2&cursor={first['next_cursor']}")).json
    assert [item["id"] for item in (*first["items"], *second["items"])] == ids[::-1]
    assert second["next_cursor"] is None


async def test_where_the_people_agreed_is_kept_and_shown(small_house):
    told = {"consent_source": "counter, signed card", "consent_at": "2026-01-31", "consent_note": "box 7"}
    made = await small_house.upload("olga", "phone,name\n9812345678,Asha\n", **told)
    assert made.status == 201, made.body
    shown = {"source": "counter, signed card", "at": "2026-01-31", "note": "box 7"}
    assert made.json["consent"] == shown
    assert (await small_house.get("victor", "/recipient-lists")).json["items"][0]["consent"] == shown
    wanted = campaign(await small_house.sender(), recipients=..., recipient_list_id=made.json["id"])
    wanted["fields"] = {"field_1": "{name}"}
    started = await small_house.post("olga", "/campaigns", wanted)
    assert (await small_house.get("victor", f"/campaigns/{started.json['id']}")).json["consent"] == shown
    assert (await small_house.upload("olga", "phone\n9812345678\n")).json["consent"] is None


@pytest.mark.parametrize(
    ("told", "fields"),
    [
        ({"consent_at": "2026-01-31"}, {"consent_source"}),
        ({"consent_note": "by phone", "consent_at": "last year"}, {"consent_source", "consent_at"}),
        ({"consent_source": "shop", "consent_at": "2999-01-01"}, {"consent_at"}),
        ({"consent_source": "x" * 201, "consent_note": "x" * 1001}, {"consent_source", "consent_note"}),
    ],
)
async def test_a_consent_that_cannot_be_is_refused(small_house, told, fields):
    answer = await small_house.upload("olga", "phone\n9812345678\n", **told)
    assert (answer.status, answer.fields) == (422, fields)
    assert (await small_house.get("olga", "/recipient-lists")).json["items"] == []

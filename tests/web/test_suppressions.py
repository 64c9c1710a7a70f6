"""Opt-outs: added, found, removed, and respected."""

import csv
import io

import aiohttp
import pytest

from tests.support.house import campaign, people, running_engine


async def test_one_number_goes_in_and_out(small_house):
    added = await small_house.post(
        "olga", "/suppressions", {"phone": "+91 98123-45678", "reason": "by e-mail"}
    )
    assert added.status == 201, added.body
    (item,) = added.json["items"]
    assert (added.json["added"], added.json["known"]) == (1, 0)
    assert item == {
        "id": item["id"],
        "phone": "+919812345678",
        "reason": "by e-mail",
        "source": "api",
        "added_by": "olga@campana.test",
        "created_at": item["created_at"],
    }
    again = await small_house.post("olga", "/suppressions", {"phone": "+919812345678", "reason": "other"})
    assert again.json == {"added": 0, "known": 1, "items": [item]}
    assert (await small_house.delete("olga", f"/suppressions/{item['id']}")).status == 204
    assert (await small_house.delete("olga", f"/suppressions/{item['id']}")).status == 404
    assert (await small_house.get("victor", "/suppressions")).json["items"] == []


async def test_many_numbers_with_a_country(house):
    phones = [f"98123{n:05d}" for n in range(250)]
    added = (
        await house.post("olga", "/suppressions", {"phones": [*phones, phones[0]], "country": "IN"})
    ).json
    assert added == {"added": 250, "known": 0, "items": []}
    first = (await house.get("victor", "/suppressions?limit=200")).json
    second = (await house.get("victor", f"/suppressions?limit=200&cursor={first['next_cursor']}")).json
    found = [item["phone"] for item in (*first["items"], *second["items"])]
    assert found == sorted(f"+91{phone}" for phone in phones)
    assert len((await house.get("victor", "/suppressions?q=9812300249")).json["items"]) == 1


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"phone"}),
        ({"phone": "+919812345678", "phones": ["+919812345678"]}, {"phone"}),
        ({"phone": "9812345678"}, {"phone"}),
        ({"phone": "nobody", "country": "IN"}, {"phone"}),
        ({"phone": "+919812345678", "country": "Atlantis"}, {"country"}),
        ({"phone": "+919812345678", "reason": "x" * 501}, {"reason"}),
        ({"phones": []}, {"phones"}),
        ({"phones": ["+919812345678", "12", "+1"]}, {"phones.1", "phones.2"}),
        ({"phones": ["+919812345678"] * 10_001}, {"phones"}),
        ({"phone": "+9198\x0012345678"}, {"body"}),
    ],
)
async def test_what_is_refused_adds_nothing(small_house, body, fields):
    answer = await small_house.post("olga", "/suppressions", body)
    assert (answer.status, answer.fields) == (422, fields)
    assert (await small_house.get("olga", "/suppressions")).json["items"] == []


async def test_nobody_on_the_list_is_messaged_even_when_added_late(house):
    everybody = people(4)
    await house.post("olga", "/suppressions", {"phone": everybody[0]["phone"]})
    sender = await house.sender()
    made = (
        await house.post("olga", "/campaigns", campaign(sender, recipients=everybody, scheduled_at="now"))
    ).json
    assert (made["counts"]["skipped"], made["counts"]["pending"]) == (1, 3)
    await house.post("olga", "/suppressions", {"phone": everybody[1]["phone"]})
    async with running_engine(house):
        done = await house.wait_for(made["id"], "COMPLETED")
    assert (done["counts"]["sent"], done["counts"]["skipped"]) == (2, 2)
    assert {envelope.phone for envelope in house.provider.sent} == {each["phone"] for each in everybody[2:]}


async def import_file(house, text, *, who="olga", filename="gone.csv", **form):
    data = aiohttp.FormData()
    data.add_field("file", text.encode() if isinstance(text, str) else text, filename=filename)
    for name, value in ({"country": "IN"} | form).items():
        data.add_field(name, value)
    return await house.ask(who, "POST", "/suppressions/import", data=data)


async def test_a_file_of_numbers_is_taken_in_and_given_out_again(house):
    await house.post("olga", "/suppressions", {"phone": "+919812345678", "reason": "by e-mail"})
    file = (
        "Phone,Reason\n98123 45678,wrong shop\n98123 45679,=cmd\n98123 45680,\n12,nobody\n9812345679,twice\n"
    )
    done = await import_file(house, file, reason="from the old system")
    assert done.status == 201, done.body
    counted = done.json
    assert [problem["row"] for problem in counted.pop("problems")] == [5, 6]
    assert counted == {"total": 5, "added": 2, "known": 1, "invalid": 1, "duplicates": 1}
    items = (await house.get("victor", "/suppressions")).json["items"]
    assert [(item["phone"], item["reason"], item["source"], item["added_by"]) for item in items] == [
        ("+919812345678", "by e-mail", "api", "olga@campana.test"),
        ("+919812345679", "=cmd", "import", "olga@campana.test"),
        ("+919812345680", "from the old system", "import", "olga@campana.test"),
    ]
    exported = await house.get("victor", "/suppressions/export.csv")
    assert exported.headers["Content-Disposition"] == 'attachment; filename="opt-outs.csv"'
    rows = list(csv.DictReader(io.StringIO(exported.body.decode("utf-8-sig"))))
    assert [(row["phone"], row["reason"], row["source"]) for row in rows] == [
        ("+919812345678", "by e-mail", "api"),
        ("+919812345679", "'=cmd", "import"),
        ("+919812345680", "from the old system", "import"),
    ]
    again = await import_file(house, exported.body, who="bob", phone_column="phone")
    assert (again.json["added"], again.json["invalid"]) == (3, 0)
    assert (await house.get("bob", "/suppressions?q=EMAIL")).json["items"] == []
    assert len((await house.get("bob", "/suppressions?q=E-Mail")).json["items"]) == 1


@pytest.mark.parametrize(
    ("text", "form", "fields"),
    [
        ("phone\n9812345678\n", {"country": ""}, {"country"}),
        ("phone\n9812345678\n", {"country": "Atlantis"}, {"country"}),
        ("phone\n9812345678\n", {"reason": "x" * 501}, {"reason"}),
        ("phone\n9812345678\n", {"resaon": "x"}, {"resaon"}),
        ("", {}, {"file"}),
    ],
)
async def test_a_file_that_is_refused_adds_nothing(small_house, text, form, fields):
    answer = await import_file(small_house, text, **form)
    assert (answer.status, answer.fields) == (422, fields)
    assert (await small_house.get("olga", "/suppressions")).json["items"] == []


async def test_a_list_of_opt_outs_is_narrowed(small_house):
    await small_house.post("olga", "/suppressions", {"phone": "+919812345678"})
    await import_file(small_house, "phone\n9812345679\n")

    async def found(query):
        answer = await small_house.get("victor", f"/suppressions?{query}")
        assert answer.status == 200, answer.body
        return [item["phone"][-1] for item in answer.json["items"]]

    assert await found("source=import") == ["9"]
    assert await found("source=api,IMPORT") == ["8", "9"]
    assert await found("since=2020-01-01T00:00:00Z") == ["8", "9"]
    assert await found("before=2020-01-01T00:00:00%2B05:30") == []
    for query in ("source=gossip", "since=yesterday", "since=2020-01-01T00:00:00"):
        assert (await small_house.get("victor", f"/suppressions?{query}")).status == 422

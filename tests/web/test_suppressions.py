"""Opt-outs: added, found, removed, and respected."""

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
        "source": "olga@campana.test",
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

"""Reports over campaigns: by REST, as CSV and as a page, in the account's own days and hours."""

import csv
import io
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from campana.domain.outcomes import Outcome, OutcomeKind
from tests.support.browsing import arrived
from tests.support.house import House, campaign, people, running_engine

KOLKATA = ZoneInfo("Asia/Kolkata")


async def lived(house: House) -> list[str]:
    """Two campaigns: one went out to three, of another two failed."""
    sender = await house.sender("alice", timezone="Asia/Kolkata")
    ids = []
    async with running_engine(house):
        for name, template, count in (("Diwali", "offer", 3), ("=Holi", "news", 2)):
            body = campaign(
                sender,
                name=name,
                template={"name": template, "language": "en_US"},
                recipients=people(count),
                scheduled_at="now",
            )
            made = await house.post("olga", "/campaigns", body)
            ids.append((await house.wait_for(made.json["id"], "COMPLETED"))["id"])
            house.provider.outcome = Outcome(OutcomeKind.RECIPIENT, "131026", "no WhatsApp")
    return ids


def rows(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))


async def test_a_period_is_told_in_every_way(house: House) -> None:
    diwali, holi = await lived(house)
    before = datetime.now(UTC).astimezone(KOLKATA)
    compared = (await house.get("victor", "/reports/campaigns")).json["items"]
    assert [(one["id"], one["counts"]["sent"], one["counts"]["failed"]) for one in compared] == [
        (holi, 0, 2),
        (diwali, 3, 0),
    ]
    assert compared[0]["replies"] == {"total": 0, "stops": 0}
    templates = (await house.get("victor", "/reports/templates")).json
    assert [(one["template"]["name"], one["counts"]["total"]) for one in templates["items"]] == [
        ("offer", 3),
        ("news", 2),
    ]
    assert templates["period"]["timezone"] == "Asia/Kolkata"
    days = (await house.get("victor", "/reports/days")).json["items"]
    assert (len(days), sum(one["accepted"] for one in days)) == (30, 3)
    hours = (await house.get("victor", "/reports/hours")).json["items"]
    (busy,) = [one for one in hours if one["accepted"]]
    assert len(hours) == 168
    assert (busy["weekday"], busy["accepted"]) == (f"{before:%A}", 3)
    (reason,) = (await house.get("victor", "/reports/reasons")).json["items"]
    assert (reason["code"], reason["count"], reason["meaning"]) == (
        "131026",
        2,
        "The number cannot be reached.",
    )
    timeline = (await house.get("victor", f"/campaigns/{diwali}/timeline")).json["items"]
    assert sum(one["accepted"] for one in timeline) == 3


async def test_files_hold_the_same(small_house: House) -> None:
    house = small_house
    await lived(house)
    got = {}
    for name in ("campaigns", "templates", "days", "hours", "reasons"):
        answer = await house.get("victor", f"/reports/{name}.csv")
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        got[name] = rows(answer.body)
    assert [(one["name"], one["sent"], one["failed"]) for one in got["campaigns"]] == [
        ("'=Holi", "0", "2"),
        ("Diwali", "3", "0"),
    ]
    assert [(one["template"], one["campaigns"], one["total"]) for one in got["templates"]] == [
        ("offer", "1", "3"),
        ("news", "1", "2"),
    ]
    assert (len(got["days"]), got["days"][-1]["accepted"]) == (30, "3")
    assert (len(got["hours"]), sum(int(one["accepted"]) for one in got["hours"])) == (168, 3)
    assert [(one["status"], one["messages"]) for one in got["reasons"]] == [("FAILED", "2")]


async def test_other_days_and_other_accounts_have_nothing(small_house: House) -> None:
    house = small_house
    ids = await lived(house)
    long_ago = {"since": "2020-01-01", "until": "2020-01-31"}
    for who, query in (("victor", long_ago), ("bob", {})):
        assert (await house.get(who, "/reports/campaigns", params=query)).json["items"] == []
        assert (await house.get(who, "/reports/templates", params=query)).json["items"] == []
        assert (await house.get(who, "/reports/reasons", params=query)).json["items"] == []
        days = (await house.get(who, "/reports/days", params=query)).json["items"]
        assert {one["accepted"] for one in days} == {0}
    assert (await house.get("bob", f"/campaigns/{ids[0]}/timeline")).status == 404


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"since": "yesterday"}, "since"),
        ({"until": "2026-02-30"}, "until"),
        ({"since": "2026-03-02", "until": "2026-03-01"}, "until"),
        ({"since": "2020-01-01", "until": "2026-03-01"}, "until"),
        ({"timezone": "Mars/Base"}, "timezone"),
    ],
)
async def test_a_period_that_is_none_is_refused_and_the_page_says_why(
    small_house: House, query: dict[str, str], field: str
) -> None:
    answer = await small_house.get("victor", "/reports/days", params=query)
    assert (answer.status, answer.fields) == (422, {field})
    victor = await arrived(small_house, "victor")
    page = await victor.get("/reports", params=query)
    assert page.status == 422
    assert f'id="{field}-about"' in page.body.decode()


async def test_the_page_compares_what_is_ticked(small_house: House) -> None:
    house = small_house
    diwali, holi = await lived(house)
    victor = await arrived(house, "victor")
    text = (await victor.get("/reports")).body.decode()
    assert "Side by side</h2>" not in text
    assert f'value="{diwali}"' in text
    text = (await victor.get(f"/reports?campaign={holi}&campaign={diwali}")).body.decode()
    assert text.index("Side by side</h2>") < text.index("By day")
    assert text.count("checked") == 2
    bob = await arrived(house, "bob")
    assert (await bob.get(f"/reports?campaign={holi}")).status == 404

"""Messages in pages, as files, and live."""

import asyncio
import csv
import io
import json
from itertools import pairwise

import openpyxl
import pytest

from campana.domain.outcomes import Outcome, OutcomeKind
from campana.web.api import events as api_events
from campana.web.app import WebSettings
from tests.support.house import campaign, open_house, people, running_engine


@pytest.fixture
async def sent(house):
    """The path of a campaign whose messages went out, in three states."""
    await house.post("olga", "/suppressions", {"phone": people(9)[8]["phone"]})
    everybody = [*people(8), {**people(9)[8], "name": "=Formula()"}]
    body = campaign(await house.sender(), recipients=everybody, scheduled_at="now")
    async with running_engine(house):
        made = await house.post("olga", "/campaigns", body)
        await house.wait_for(made.json["id"], "COMPLETED")
    return f"/campaigns/{made.json['id']}"


async def test_pages_in_row_order(house, sent):
    first = (await house.get("victor", f"{sent}/messages?limit=5")).json
    second = (await house.get("victor", f"{sent}/messages?limit=5&cursor={first['next_cursor']}")).json
    assert [item["row"] for item in (*first["items"], *second["items"])] == list(range(1, 10))
    assert second["next_cursor"] is None
    item = first["items"][0]
    assert item == {
        "id": f"{sent.removeprefix('/campaigns/')}-1",
        "row": 1,
        "phone": "+919800000000",
        "name": "Person 0",
        "status": "SENT",
        "attempts": 1,
        "provider_message_id": item["provider_message_id"],
        "error": None,
        "sent_at": item["sent_at"],
        "delivered_at": None,
        "read_at": None,
        "inferred": False,
    }
    assert item["provider_message_id"].startswith("wamid.")
    assert item["sent_at"].endswith("Z")


async def test_filters_and_search(house, sent):
    async def rows(query):
        return [item["row"] for item in (await house.get("victor", f"{sent}/messages?{query}")).json["items"]]

    assert await rows("status=SKIPPED") == [9]
    assert await rows("status=skipped,sent&limit=3") == [1, 2, 3]
    assert await rows("q=00000003") == [4]
    assert await rows("q=person 7") == [8]
    assert await rows("q=nobody") == []
    for query in ("status=GONE", "limit=1001", "cursor=%00", "q=%00"):
        assert (await house.get("victor", f"{sent}/messages?{query}")).status == 422


async def test_a_csv_file_that_excel_opens_rightly(house, sent):
    answer = await house.get("victor", f"{sent}/export.csv")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    table = list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"))))
    assert answer.body.startswith(b"\xef\xbb\xbf")
    assert [row["row"] for row in table] == [str(n) for n in range(1, 10)]
    assert (table[0]["phone"], table[0]["status"], table[0]["error_code"]) == ("+919800000000", "SENT", "")
    assert (table[8]["name"], table[8]["error_code"]) == ("'=Formula()", "suppressed")
    assert table[0]["sent_at"].endswith("Z")
    only = await house.get("victor", f"{sent}/export.csv?status=SKIPPED")
    assert len(only.body.splitlines()) == 2


async def test_a_workbook(house, sent, tmp_path):
    answer = await house.get("victor", f"{sent}/export.xlsx")
    assert answer.status == 200, answer.body
    assert "spreadsheetml" in answer.headers["Content-Type"]
    assert answer.headers["Content-Disposition"].endswith('.xlsx"')
    path = tmp_path / "export.xlsx"
    path.write_bytes(answer.body)
    heading, *rows = openpyxl.load_workbook(path).active.iter_rows(values_only=True)
    assert heading[:4] == ("row", "phone", "name", "status")
    assert rows[8][1:4] == (people(9)[8]["phone"], "=Formula()", "SKIPPED")
    assert rows[0][8].year >= 2026


async def test_a_workbook_is_put_together_where_told_and_nothing_stays_there(sqlite_store, tmp_path):
    async with open_house(sqlite_store, settings=WebSettings(work_dir=tmp_path)) as house:
        made = await house.post("olga", "/campaigns", campaign(await house.sender()))
        answer = await house.get("victor", f"/campaigns/{made.json['id']}/export.xlsx")
        assert answer.status == 200
        async with asyncio.timeout(10):
            while list(tmp_path.iterdir()):  # noqa: ASYNC110 - removed once the answer has left
                await asyncio.sleep(0.02)
        house.app.state.work_dir = tmp_path / "missing"
        assert (await house.get("victor", f"/campaigns/{made.json['id']}/export.xlsx")).status == 500


async def test_exports_of_more_than_one_batch_have_every_row_once(small_house):
    body = campaign(await small_house.sender(), recipients=people(4500))
    path = f"/campaigns/{(await small_house.post('olga', '/campaigns', body)).json['id']}"
    answer = await small_house.get("victor", f"{path}/export.csv")
    assert [line.split(b",")[0] for line in answer.body.splitlines()[1:]] == [
        b"%d" % n for n in range(1, 4501)
    ]


async def events(house, campaign_id=None, who="victor", *, connected=None):
    """The events as they come: (name, data); of all that runs where no campaign is named. `connected` is set
    once events cannot be missed any more."""
    headers = {"Authorization": f"Bearer {house.keys[who]}"}
    of_one = f"/campaigns/{campaign_id}" if campaign_id else ""
    url = f"{house.url}/api/v1{of_one}/events"
    async with house.session.get(url, headers=headers) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        name = ""
        if connected is not None:
            connected.set()
        async for line in answer.content:
            word, _, rest = line.decode().rstrip("\n").partition(": ")
            if word == "event":
                name = rest
            elif word == "data":
                yield name, json.loads(rest)


async def test_progress_is_told_at_once_and_whenever_it_changes(small_house):
    made = await small_house.post(
        "olga", "/campaigns", campaign(await small_house.sender(), recipients=people(40), scheduled_at="now")
    )
    seen = []
    async with asyncio.timeout(30), running_engine(small_house):
        async for name, data in events(small_house, made.json["id"]):
            assert name == "progress"
            seen.append(data)
            if data["status"] == "COMPLETED":
                break
    assert seen[0]["counts"] == made.json["counts"]
    assert seen[-1]["counts"]["sent"] == 40
    assert set(seen[0]) == {"id", "status", "counts", "rate", "error", "started_at", "completed_at"}
    for data in seen:
        assert sum(data["counts"].values()) == 2 * data["counts"]["total"]
    assert all(before != after for before, after in pairwise(seen))


async def test_all_that_runs_is_told_over_one_connection(small_house):
    ours = [await small_house.sender() for _ in range(2)]
    theirs = await small_house.sender("bob")
    connected, seen = asyncio.Event(), {}

    async def listen():
        async for name, data in events(small_house, connected=connected):
            assert name == "progress"
            seen[data["id"]] = data["status"]
            if list(seen.values()) == ["COMPLETED"] * 2:
                return

    async with asyncio.timeout(30), running_engine(small_house), asyncio.TaskGroup() as listening:
        listening.create_task(listen())
        await connected.wait()
        await small_house.post("bob", "/campaigns", campaign(theirs, scheduled_at="now"))
        made = {
            (await small_house.post("olga", "/campaigns", campaign(sender, scheduled_at="now"))).json["id"]
            for sender in ours
        }
    assert seen.keys() == made


async def test_a_stream_ends_in_time_to_be_asked_for_anew(small_house, monkeypatch):
    monkeypatch.setattr(api_events, "MOST_S", 0.0)
    made = await small_house.post("olga", "/campaigns", campaign(await small_house.sender()))
    async with asyncio.timeout(10):
        assert len([event async for event in events(small_house, made.json["id"])]) == 1


async def test_watchers_do_not_hold_up_a_stop(small_house):
    made = await small_house.post("olga", "/campaigns", campaign(await small_house.sender()))
    watching = events(small_house, made.json["id"])
    await anext(watching)
    small_house.services.hub.close()
    async with asyncio.timeout(5):
        assert [event async for event in watching] == []
        late = [event async for event in events(small_house, made.json["id"])]
    assert len(late) <= 1


async def test_a_watcher_that_leaves_is_forgotten(small_house):
    made = await small_house.post("olga", "/campaigns", campaign(await small_house.sender()))
    watching = events(small_house, made.json["id"])
    await anext(watching)
    assert small_house.services.hub._of_campaign
    await watching.aclose()
    async with asyncio.timeout(5):
        while small_house.services.hub._of_campaign:  # noqa: ASYNC110 - the server notices in its own time
            await asyncio.sleep(0.02)
    assert (await small_house.get("olga", "/campaigns")).status == 200


async def test_unknown_outcomes_are_told_apart(small_house):
    small_house.provider.outcome = Outcome(OutcomeKind.UNKNOWN, "read_timeout", "no answer came")
    async with running_engine(small_house):
        made = await small_house.post(
            "olga", "/campaigns", campaign(await small_house.sender(), scheduled_at="now")
        )
        await small_house.wait_for(made.json["id"], "COMPLETED")
    items = (await small_house.get("victor", f"/campaigns/{made.json['id']}/messages?status=UNKNOWN")).json[
        "items"
    ]
    assert [item["error"] for item in items] == [{"code": "read_timeout", "reason": "no answer came"}] * 3

"""Every file that leaves the product, filled with what people with bad intent write: nothing in it runs, and
nothing of theirs gets into its name."""

import csv
import io
import re
import zipfile
from datetime import UTC, datetime
from uuid import UUID

import pytest

from campana.domain.outcomes import Outcome, OutcomeKind
from campana.domain.receipts import Reply
from campana.web.access import ACCESS, API
from tests.support.house import House, campaign, running_engine

HOSTILE = (
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\uff1d1+1",
    "\uff0b1",
    "\uff0d1",
    "\uff20A1",
)
RUNS = re.compile(r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
NUMBER = re.compile(r"\+?[0-9]+")
PLAIN_NAME = re.compile(r'attachment; filename="[a-z0-9.-]+"')
EXPORTS = sorted(path for method, path in ACCESS if method == "GET" and path.endswith((".csv", ".xlsx")))


@pytest.fixture
async def things(small_house: House) -> dict[str, str]:
    """An account in which everything that somebody can write is hostile; what its exports ask for."""
    house = small_house
    sender = await house.sender("alice", name="=SENDER()")
    table = io.StringIO()
    rows = [(f"98123456{n:02d}", text) for n, text in enumerate(HOSTILE)]
    csv.writer(table).writerows([("phone", "name"), *rows, *((text, "wrong") for text in HOSTILE)])
    people = await house.upload("olga", table.getvalue(), filename="=1%0d%0aSet-Cookie: a=b.csv")
    body = campaign(sender, name="=NAME()\r\nX-Evil: 1", recipients=..., scheduled_at="now")
    body |= {"recipient_list_id": people.json["id"], "fields": {"field_1": "{name}"}}
    ids = []
    async with running_engine(house):
        for outcome in (house.provider.outcome, Outcome(OutcomeKind.RECIPIENT, "=1+1", "=HYPERLINK(1)")):
            house.provider.outcome = outcome
            made = await house.post("olga", "/campaigns", body)
            assert made.status == 201, made.body
            ids.append((await house.wait_for(made.json["id"], "COMPLETED"))["id"])
    account = (await house.services.accounts.principal("alice@campana.test")).account_id
    found = await house.store.sender(account, UUID(sender))
    assert found is not None
    said = [
        Reply(f"+9198123456{n:02d}", text, f"r{n}", at=datetime.now(UTC), name=text)
        for n, text in enumerate(HOSTILE)
    ]
    await house.reply_desk.handle(found, said)
    for n, text in enumerate(HOSTILE):
        await house.post("olga", "/suppressions", {"phone": f"+91988888{n:04d}", "reason": text})
    return {"list_id": people.json["id"], "campaign_id": ids[0], "failed_id": ids[1]}


async def test_no_cell_of_any_export_is_a_formula(small_house: House, things: dict[str, str]) -> None:
    assert len(EXPORTS) >= 6
    of_failed = [path.replace("{campaign_id}", "{failed_id}") for path in EXPORTS if "{campaign_id}" in path]
    for path in EXPORTS + of_failed:
        answer = await small_house.get("alice", path.removeprefix(API).format_map(things))
        assert answer.status == 200, path
        assert PLAIN_NAME.fullmatch(answer.headers["Content-Disposition"]), path
        assert not {"Set-Cookie", "X-Evil"} & set(answer.headers)
        if path.endswith(".xlsx"):
            with zipfile.ZipFile(io.BytesIO(answer.body)) as workbook:
                sheets = [workbook.read(name).decode() for name in workbook.namelist() if "sheet" in name]
            assert not any("<f>" in sheet for sheet in sheets)
            continue
        rows = list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"), newline="")))
        cells = [cell for row in rows[1:] for cell in row]
        assert [cell for cell in cells if RUNS.match(cell) and not NUMBER.fullmatch(cell)] == [], path


async def test_the_walk_meets_hostile_cells(small_house: House, things: dict[str, str]) -> None:
    met = {
        "/suppressions/export.csv": "'=cmd|",
        "/campaigns/{campaign_id}/replies.csv": "'@SUM",
        "/audit/export.csv": "'=SENDER",
    }
    met |= {
        "/campaigns/{failed_id}/export.csv": "'=HYPERLINK",
        "/recipient-lists/{list_id}/problems.csv": "'-2+3",
    }
    for path, cell in met.items():
        assert cell in (await small_house.get("alice", path.format_map(things))).body.decode(), path

"""A campaign whose messages are archived: the page, REST and files say so, and retry is refused with why."""

import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from campana.domain.outcomes import Outcome, OutcomeKind
from campana.engine.archiving.archivist import Archivist
from campana.engine.archiving.files import Folder
from campana.engine.clock import SystemClock
from campana.engine.ports import Store
from tests.support.browsing import arrived
from tests.support.house import House, campaign, open_house, people, running_engine


@pytest.fixture
async def house(sqlite_store: Store, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(sqlite_store, archive=tmp_path / "archive") as opened:
        yield opened


async def archived(house: House, folder: Path) -> str:
    """The id of a campaign of which three failed."""
    house.provider.outcome = Outcome(OutcomeKind.RECIPIENT, "131026", "no WhatsApp")
    body = campaign(await house.sender(), recipients=people(3), scheduled_at="now")
    async with running_engine(house):
        made = await house.post("olga", "/campaigns", body)
        await house.wait_for(made.json["id"], "COMPLETED")
    (view,) = (await house.store.campaigns((await account_of(house)), limit=9)).items
    assert await Archivist(house.store, Folder(folder), house.services.audit, SystemClock()).archive(view)
    return str(made.json["id"])


async def account_of(house: House):
    user = await house.store.user_by_email("olga@campana.test")
    assert user is not None
    return user.account_id


async def test_what_is_said_of_it(house: House, tmp_path: Path) -> None:
    path = f"/campaigns/{await archived(house, tmp_path / 'archive')}"
    told = (await house.get("victor", path)).json
    assert told["archived_at"]
    assert (told["counts"]["failed"], told["status"]) == (3, "COMPLETED")
    refused = await house.get("victor", f"{path}/messages")
    assert refused.status == 409
    assert "export them as CSV or XLSX" in refused.json["detail"]
    retried = await house.post("olga", f"{path}/retry", {"statuses": ["FAILED"]})
    assert retried.status == 409
    assert "archived on" in retried.json["detail"]

    shown = (await (await arrived(house, "olga")).ask("GET", path)).body.decode()
    assert "The messages are in a file" in shown
    assert "The number cannot be reached." in shown
    assert "ask-retry" not in shown


async def test_files_have_every_message(house: House, tmp_path: Path) -> None:
    path = f"/campaigns/{await archived(house, tmp_path / 'archive')}"
    body = (await house.get("victor", f"{path}/export.csv?status=FAILED")).body.decode("utf-8-sig")
    assert [one["phone"] for one in csv.DictReader(io.StringIO(body))] == [one["phone"] for one in people(3)]
    assert (await house.get("victor", f"{path}/export.xlsx")).body[:2] == b"PK"
    none = (await house.get("victor", f"{path}/export.csv?status=SENT")).body.decode("utf-8-sig")
    assert len(none.splitlines()) == 1

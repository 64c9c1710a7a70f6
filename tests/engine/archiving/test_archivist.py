"""Messages of old campaigns go into files: all of them, whole, for good, and nothing of anybody with them."""

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from campana.domain.accounts import Account, Principal, Role
from campana.domain.campaigns import Campaign, CampaignStatus
from campana.domain.errors import Conflict, StoreUnavailable
from campana.domain.messages import MessageStatus
from campana.engine.archiving.archivist import Archivist
from campana.engine.archiving.files import Folder
from campana.engine.archiving.reading import Archives
from campana.engine.archiving.service import ArchivingService
from campana.engine.audit import Audit
from campana.engine.inbox.duty import Duty
from campana.engine.ports import CampaignView, Store
from campana.engine.privacy.desk import PrivacyDesk
from campana.engine.privacy.memory import Memory
from campana.engine.reports import Reports
from campana.vault import FernetVault
from tests.support.cast import (
    MORNING,
    TODAY,
    all_messages,
    hold_lane,
    make_account,
    make_sender,
    make_user,
    outcome,
    phone_of,
    running_campaign,
    settle,
    take,
    wamid,
)
from tests.support.clock import HandClock

M = MessageStatus
AGE = timedelta(days=90)
PEOPLE = 5


@dataclass
class Cellar:
    """A campaign that was over long ago, and what archives it."""

    store: Store
    account: Account
    owner: Principal
    campaign: Campaign
    clock: HandClock
    path: Path

    @property
    def folder(self) -> Folder:
        return Folder(self.path)

    @property
    def archives(self) -> Archives:
        return Archives(self.store, self.folder)

    def archivist(self, store: Store | None = None, folder: Folder | None = None) -> Archivist:
        audit = Audit(self.store, self.clock)
        return Archivist(store or self.store, folder or self.folder, audit, self.clock)

    @property
    def reports(self) -> Reports:
        return Reports(self.store, self.archives, Audit(self.store, self.clock))

    @property
    def desk(self) -> PrivacyDesk:
        memory = Memory(self.store, FernetVault("k" * 40))
        audit = Audit(self.store, self.clock)
        return PrivacyDesk.over(self.store, self.archives, memory, audit, self.clock)

    async def view(self) -> CampaignView:
        view = await self.store.campaign(self.account.id, self.campaign.id)
        assert view is not None
        return view

    async def archive(self) -> None:
        assert await self.archivist().archive(await self.view())

    async def csv(self) -> list[list[str]]:
        pieces = [piece async for piece in await self.reports.csv(self.owner, self.campaign.id)]
        lines = b"".join(pieces).decode("utf-8-sig").splitlines()
        return [line.split(",") for line in lines]

    def text(self) -> str:
        (path,) = self.path.iterdir()
        return gzip.decompress(path.read_bytes()).decode()


@pytest.fixture
async def cellar(sqlite_store: Store, tmp_path: Path) -> Cellar:
    store = sqlite_store
    account = await make_account(store)
    user = await make_user(store, account)
    sender = await make_sender(store, account)
    campaign = await running_campaign(store, sender, PEOPLE)
    lease = await hold_lane(store, sender)
    refused, *others = await take(store, lease, campaign)
    reason = f"{refused.recipient.phone} is not on WhatsApp"
    await store.settle(
        lease,
        [outcome(refused, M.FAILED, code="131026", reason=reason, at=MORNING + timedelta(microseconds=17))],
        day=TODAY,
    )
    await settle(store, lease, others)
    await store.complete(campaign.id, MORNING)
    await store.release(lease)
    owner = Principal(account.id, user.id, user.email, Role.OWNER)
    clock = HandClock(MORNING + AGE + timedelta(days=1))
    return Cellar(store, account, owner, campaign, clock, tmp_path / "archive")


async def test_exports_say_the_same_afterwards_but_for_the_providers_ids(cellar: Cellar) -> None:
    before, counts = await cellar.csv(), (await cellar.view()).counts
    (due,) = await cellar.archivist().due(AGE)
    assert await cellar.archivist().archive(due)

    ids, reasons = before[0].index("provider_message_id"), before[0].index("error_reason")
    expected = [[*line] for line in before]
    for line in expected[1:]:
        line[ids] = ""
        line[reasons] = line[reasons] and f"…{phone_of(int(line[0]))[-4:]} is not on WhatsApp"
    assert await cellar.csv() == expected
    assert await all_messages(cellar.store, cellar.campaign) == []
    view = await cellar.view()
    assert view.counts == counts
    assert view.campaign.archive is not None
    assert view.campaign.archive.messages == PEOPLE
    with pytest.raises(Conflict, match="archived on"):
        await cellar.reports.messages(cellar.owner, cellar.campaign.id, limit=10)


async def test_a_file_is_its_owners_and_holds_nothing_of_anybody(cellar: Cellar) -> None:
    people = await cellar.store.recipients(cellar.campaign.recipient_list_id, limit=PEOPLE)
    await cellar.archive()

    (path,) = cellar.path.iterdir()
    assert (path.stat().st_mode & 0o777, cellar.path.stat().st_mode & 0o777) == (0o600, 0o700)
    text = cellar.text()
    for person in people:
        assert person.phone[1:] not in text
        assert person.name not in text
        assert wamid(cellar.campaign.id, person.row) not in text
    head, *lines = (json.loads(line) for line in text.splitlines())
    assert head["campaign"] == str(cellar.campaign.id)
    assert [line[0] for line in lines] == [person.row for person in people]


async def test_an_erased_person_is_gone_from_archives_and_was_handed_out_before(cellar: Cellar) -> None:
    await cellar.archive()
    number = phone_of(2)
    (held,) = (await cellar.desk.export(cellar.owner, number))["archived_messages"]
    assert (held["campaign"], held["status"]) == (cellar.campaign.name, "FAILED")

    await cellar.desk.erase(cellar.owner, number)
    assert (await cellar.desk.export(cellar.owner, number))["archived_messages"] == []
    first, *others = (await cellar.csv())[1:]
    assert first[1:4] == ["(removed)", "", "FAILED"] or number not in first
    assert number not in cellar.text()
    assert all(line[1] for line in others)


async def test_a_damaged_or_missing_file_is_told_before_anything_is_exported(cellar: Cellar) -> None:
    await cellar.archive()
    (path,) = cellar.path.iterdir()
    whole = path.read_bytes()

    path.write_bytes(whole[:-9] + b"x" + whole[-8:])
    with pytest.raises(StoreUnavailable, match=r"damaged.*backup"):
        await cellar.reports.csv(cellar.owner, cellar.campaign.id)
    path.unlink()
    with pytest.raises(StoreUnavailable, match=r"cannot be read.*CAMPANA_ARCHIVE_DIR"):
        await cellar.desk.export(cellar.owner, phone_of(2))


async def test_where_no_file_can_be_written_nothing_is_removed(cellar: Cellar) -> None:
    nowhere = Folder(Path("/dev/null/archive"))
    assert "cannot be written" in (nowhere.complaint() or "")
    assert cellar.folder.complaint() is None
    with pytest.raises(StoreUnavailable, match="cannot be written"):
        await cellar.archivist(folder=nowhere).archive(await cellar.view())
    assert len(await all_messages(cellar.store, cellar.campaign)) == PEOPLE


async def test_what_changes_while_the_file_is_written_is_left_as_it_is(cellar: Cellar) -> None:
    view = await cellar.view()
    retried = replace(view, campaign=replace(view.campaign, completed_at=MORNING - AGE))
    miscounted = replace(view, counts=replace(view.counts, sent=0, delivered=view.counts.sent))
    for stale in (retried, miscounted):
        assert await cellar.archivist().archive(stale) is None
    assert len(await all_messages(cellar.store, cellar.campaign)) == PEOPLE
    assert (await cellar.view()).campaign.archive is None


class Death(BaseException):
    """What a killed process does next: nothing."""


class Fate:
    """Lets so many steps be done, and dies before or after the next one."""

    def __init__(self, steps: int, *, after: bool) -> None:
        self.left = steps
        self.after = after

    def before_step(self) -> None:
        self.left -= 1
        if self.left < 0 and not self.after:
            raise Death

    def after_step(self) -> None:
        if self.left < 0:
            raise Death


class Mortal:
    """A thing whose every verb is a step."""

    def __init__(self, inner: Any, fate: Fate) -> None:
        self._inner = inner
        self._fate = fate

    def __getattr__(self, name: str) -> Any:
        verb = getattr(self._inner, name)
        if name == "give_up":
            return verb  # closes the file, as the end of a process does
        return partial(self._call if name in SYNCHRONOUS else self._await, verb)

    async def _await(self, verb: Any, *given: Any, **named: Any) -> Any:
        self._fate.before_step()
        result = await verb(*given, **named)
        self._fate.after_step()
        return result

    def _call(self, verb: Any, *given: Any, **named: Any) -> Any:
        self._fate.before_step()
        result = verb(*given, **named)
        if verb.__name__ == "begin":
            return Mortal(result, self._fate)
        self._fate.after_step()
        return result


SYNCHRONOUS = {"begin", "add", "finish", "verify", "batches"}


async def saved(cellar: Cellar) -> Sequence[int]:
    """The rows that are there still: in the database, or in a file that it knows."""
    view = await cellar.view()
    if view.campaign.archive is None:
        return [message.row for message in await all_messages(cellar.store, cellar.campaign)]
    batches = [batch async for batch in cellar.archives.batches(view.campaign, 2)]
    return [message.row for batch in batches for message in batch]


@pytest.mark.parametrize("after", [False, True])
async def test_dying_at_any_step_loses_nothing_and_the_next_one_ends_it(
    cellar: Cellar, after: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("campana.engine.archiving.archivist.BATCH", 2)
    rows = await saved(cellar)
    deaths = 0
    while (await cellar.view()).campaign.archive is None or await cellar.store.half_archived():
        fate = Fate(deaths, after=after)
        mortal = cellar.archivist(Mortal(cellar.store, fate), Mortal(cellar.folder, fate))  # type: ignore[arg-type]
        try:
            await mortal.finish_begun()
            for view in await mortal.due(AGE):
                await mortal.archive(view)
        except Death:
            deaths += 1
        assert await saved(cellar) == rows
    assert deaths > 12
    assert await all_messages(cellar.store, cellar.campaign) == []
    assert (await cellar.view()).campaign.status is CampaignStatus.COMPLETED


async def test_rows_stay_where_the_noted_file_did_not_come_along(cellar: Cellar, tmp_path: Path) -> None:
    class Killed(Exception):
        pass

    async def never(*_given: Any, **_named: Any) -> None:
        raise Killed

    archivist = cellar.archivist()
    archivist._empty = never  # type: ignore[method-assign]
    with pytest.raises(Killed):
        await archivist.archive(await cellar.view())
    elsewhere = cellar.archivist(folder=Folder(tmp_path / "elsewhere"))
    assert await elsewhere.finish_begun() == 0
    assert len(await all_messages(cellar.store, cellar.campaign)) == PEOPLE
    assert await cellar.archivist().finish_begun() == 1
    assert await all_messages(cellar.store, cellar.campaign) == []


async def test_the_service_archives_one_after_the_other_and_only_under_its_duty(cellar: Cellar) -> None:
    duties = [Duty("archiving", owner, cellar.store, cellar.clock) for owner in ("one", "two")]
    first, second = (ArchivingService(cellar.archivist(), AGE, duty, cellar.clock) for duty in duties)
    assert await duties[0].held()

    await second.tick()
    assert (await cellar.view()).campaign.archive is None
    await first.tick()
    assert (await cellar.view()).campaign.archive is not None
    await first.close()
    await second.close()


async def test_a_folder_that_cannot_be_written_does_not_stop_the_process(
    cellar: Cellar, capsys: pytest.CaptureFixture[str]
) -> None:
    duty = Duty("archiving", "one", cellar.store, cellar.clock)
    archivist = cellar.archivist(folder=Folder(Path("/dev/null/archive")))
    service = ArchivingService(archivist, AGE, duty, cellar.clock)
    await service.tick()
    assert service.complaint() is None
    assert "campaign.archiving_failed" in capsys.readouterr().out
    assert len(await all_messages(cellar.store, cellar.campaign)) == PEOPLE

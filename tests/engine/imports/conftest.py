"""An importing service on a real store, and a witness for what it leaves behind."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psutil
import pytest

from campana.domain.accounts import Account, Principal, Role
from campana.domain.errors import InvalidInput, NotFound
from campana.engine.audit import Audit
from campana.engine.imports import Imported, Imports
from campana.engine.ports import Store
from campana.engine.privacy.memory import Memory
from campana.engine.reading.limits import Limits
from campana.vault import FernetVault
from tests.support.cast import MORNING, make_account


def readers() -> list[psutil.Process]:
    """The reading processes of this test process; servers of other tests are its children too."""
    found = []
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if "campana.engine.reading" in child.cmdline() or child.status() == psutil.STATUS_ZOMBIE:
                found.append(child)
    return found


class StandingClock:
    """A clock that shows the same time always."""

    def now(self) -> Any:
        return MORNING

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing here sleeps")


class Desk:
    """Where files are handed in: an account, its store, and the ids of the lists begun there."""

    def __init__(self, store: Store, account: Account, folder: Path) -> None:
        self.store = store
        self.account = account
        self.person = Principal(account.id, uuid4(), "olga@shop.test", Role.OPERATOR)
        self.folder = folder
        self.begun: list[UUID] = []

    def new_id(self) -> UUID:
        self.begun.append(uuid4())
        return self.begun[-1]

    def imports(self, limits: Limits | None = None, store: Any = None) -> Imports:
        clock = StandingClock()
        memory = Memory(self.store, FernetVault("k" * 40))
        audit = Audit(self.store, clock)
        return Imports(store or self.store, clock, self.new_id, audit, limits, memory=memory)

    def file(self, content: bytes | Path) -> Path:
        if isinstance(content, Path):
            return content
        path = self.folder / f"{uuid4()}.upload"
        path.write_bytes(content)
        return path

    async def take(
        self, content: bytes | Path, country: str = "IN", limits: Limits | None = None, **named: Any
    ) -> Imported:
        """Hand in a file."""
        imports = self.imports(limits)
        with self.file(content).open("rb") as file:
            return await imports.add_file(self.person, "people.csv", file, country, **named)

    async def refusal(self, content: bytes | Path, **named: Any) -> str:
        """Hand in a file that is refused: all reasons in one, after seeing that nothing stayed behind."""
        with pytest.raises(InvalidInput) as refused:
            await self.take(content, **named)
        await self.is_clean()
        return str(refused.value)

    async def is_clean(self) -> None:
        for list_id in self.begun:
            assert await self.store.recipients(list_id, limit=1) == []
            assert await self.store.problems(list_id, limit=1) == []
            with pytest.raises(NotFound):
                await self.store.drop_list(self.account.id, list_id)
        found = await self.store.recipient_lists(self.account.id, limit=1)
        assert found.items == ()

    async def phones(self, imported: Imported) -> list[str]:
        found = await self.store.recipients(imported.recipients.id, limit=10_000)
        return [recipient.phone for recipient in found]

    async def values(self, imported: Imported) -> list[tuple[str, ...]]:
        found = await self.store.recipients(imported.recipients.id, limit=10_000)
        return [recipient.values for recipient in found]


@pytest.fixture
async def desk(sqlite_store: Store, tmp_path: Path) -> Desk:
    """A desk of a fresh account."""
    return Desk(sqlite_store, await make_account(sqlite_store), tmp_path)


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    """Writes an .xlsx whose sheets are the rows given, in order."""

    def write(*sheets: tuple[str, Sequence[Sequence[Any]]], hidden: Sequence[str] = ()) -> Path:
        import openpyxl

        book = openpyxl.Workbook()
        book.remove(book.worksheets[0])
        for name, rows in sheets:
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(row)
            if name in hidden:
                sheet.sheet_state = "hidden"
        path = tmp_path / f"{uuid4()}.xlsx"
        book.save(path)
        return path

    return write

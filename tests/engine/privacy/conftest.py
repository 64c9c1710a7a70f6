"""An account with a list and a sender, and the services of privacy on a store of each kind."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from campana.domain.accounts import Account, Principal, Role, User
from campana.domain.senders import Sender
from campana.engine.archiving.files import Folder
from campana.engine.archiving.reading import Archives
from campana.engine.audit import Audit
from campana.engine.ids import new_id
from campana.engine.imports import Imported, Imports
from campana.engine.ports import AuditQuery, Store
from campana.engine.privacy.desk import PrivacyDesk
from campana.engine.privacy.memory import Memory
from campana.engine.privacy.retention import Retention
from campana.vault import FernetVault
from tests.support.cast import MORNING, make_account, make_sender, make_user
from tests.support.clock import HandClock


@dataclass
class Office:
    """What a test of privacy needs."""

    store: Store
    account: Account
    owner: Principal
    user: User
    sender: Sender
    clock: HandClock
    desk: PrivacyDesk
    retention: Retention
    folder: Path

    def imports(self) -> Imports:
        memory = self.desk.memory
        return Imports(self.store, self.clock, new_id, self.desk.audit, memory=memory)

    async def upload(self, text: str) -> Imported:
        path = self.folder / "people.csv"
        path.write_text(text)
        with path.open("rb") as file:
            return await self.imports().add_file(self.owner, "people.csv", file, "IN")

    async def trail(self) -> list[Any]:
        return list((await self.store.audit_entries(self.account.id, AuditQuery(), limit=50)).items)


@pytest.fixture
async def office(store: Store, tmp_path: Path) -> Office:
    account = await make_account(store)
    user = await make_user(store, account)
    clock = HandClock(MORNING)
    audit = Audit(store, clock)
    archives = Archives(store, Folder(tmp_path / "archive"))
    desk = PrivacyDesk.over(store, archives, Memory(store, FernetVault("k" * 40)), audit, clock)
    return Office(
        *(store, account, Principal(account.id, user.id, user.email, Role.OWNER), user),
        *(await make_sender(store, account), clock, desk, Retention(store, audit, clock), tmp_path),
    )

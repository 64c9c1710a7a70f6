"""A new key: everything sealed comes under it, whenever it is broken off, and nothing is lost on the way."""

import pytest

from campana.domain.senders import Webhook
from campana.domain.sign_in import SecondFactor
from campana.engine.audit import Audit
from campana.engine.clock import SystemClock
from campana.engine.ports import SealedPlace
from campana.engine.rotation import Rotation
from campana.vault import FernetVault
from tests.support.cast import make_account, make_sender, make_user

OLD, NEW = "o" * 40, "n" * 40
SECRETS = {"api_token": "a-token-of-bizchat"}


class QuickClock(SystemClock):
    async def sleep(self, seconds: float) -> None:
        """At once."""


class Broken(Exception):
    pass


class Fragile:
    """The store, until it has replaced so many texts."""

    def __init__(self, store, steps):
        self._store = store
        self._steps = steps
        self.sealed_texts = store.sealed_texts

    async def replace_sealed_text(self, *args):
        if self._steps == 0:
            raise Broken
        self._steps -= 1
        return await self._store.replace_sealed_text(*args)


def rotation(store, vault, texts=None) -> Rotation:
    clock = QuickClock()
    return Rotation(texts or store, vault, Audit(store, clock), clock)


async def fill(store, vault) -> None:
    account = await make_account(store)
    for number in range(3):
        sender = await make_sender(store, account, f"Sender {number}", sealed_credentials=vault.seal(SECRETS))
    user = await make_user(store, account)
    await store.save_second_factor(SecondFactor(user.id, vault.seal(SECRETS)), [])
    await store.save_webhook(Webhook(sender.id, "digest", vault.seal(SECRETS)))


async def all_texts(store) -> list[str]:
    return [each.text for place in SealedPlace for each in await store.sealed_texts(place)]


@pytest.mark.parametrize("steps", range(6))
async def test_broken_off_after_any_step_it_can_be_ended_later(sqlite_store, steps):
    await fill(sqlite_store, FernetVault(OLD))
    both = FernetVault(NEW, former_keys=[OLD])
    try:
        await rotation(sqlite_store, both, Fragile(sqlite_store, steps)).reseal()
    except Broken:
        assert steps < 5
    for text in await all_texts(sqlite_store):
        assert both.unseal(text) == SECRETS
    await rotation(sqlite_store, both).reseal()
    for text in await all_texts(sqlite_store):
        assert FernetVault(NEW).unseal(text) == SECRETS


async def test_what_no_key_opens_is_told_and_left(sqlite_store):
    await fill(sqlite_store, FernetVault("lost" * 10))
    before = await all_texts(sqlite_store)
    resealed = await rotation(sqlite_store, FernetVault(NEW, former_keys=[OLD])).reseal()
    assert resealed.unreadable[SealedPlace.CREDENTIALS] == 3
    assert resealed.done.total() == 0
    assert await all_texts(sqlite_store) == before


async def test_a_vault_at_work_hears_of_a_new_key():
    keys = [OLD]
    at_work = FernetVault(OLD, reread=lambda: tuple(keys))
    before = at_work.seal(SECRETS)
    keys[:] = [NEW, OLD]
    assert FernetVault(NEW).unseal(at_work.seal(SECRETS)) == SECRETS, "sealed with the new key at once"
    assert at_work.unseal(before) == SECRETS
    keys[:] = [NEW]
    late = FernetVault(OLD, reread=lambda: tuple(keys))
    assert late.unseal(FernetVault(NEW).seal(SECRETS)) == SECRETS

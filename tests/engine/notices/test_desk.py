"""Addresses as owners add, try, switch and remove them."""

import pytest

from campana.domain.accounts import Role
from campana.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from campana.domain.notices import Route
from campana.engine.notices.desk import MOST_ADDRESSES, read_address
from campana.engine.ports import AuditQuery
from tests.engine.notices.conftest import Tower


@pytest.mark.parametrize(
    ("text", "route", "label"),
    [
        (" ana@shop.test ", Route.MAIL, "ana@shop.test"),
        ("mailto:ana@shop.test", Route.MAIL, "ana@shop.test"),
        ("https://shop.test:8443/hook?token=secret", Route.WEBHOOK, "shop.test:8443"),
        ("tgram://123:secret/chat", Route.APPRISE, "tgram://…"),
        ("Slack://secret/secret", Route.APPRISE, "slack://…"),
    ],
)
def test_an_address_says_how_to_get_there_and_shows_no_secret(text: str, route: Route, label: str) -> None:
    assert read_address(text)[::2] == (route, label)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ana",
        "ana@",
        "://x",
        "1x://y",
        "tgram:/x",
        "https://",
        "http://u:p@x/",
        "x" * 5000,
        "a://" + "x" * 5000,
    ],
)
async def test_what_is_no_address_is_refused_and_not_kept(tower: Tower, text: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await tower.desk.add(tower.principal(), text)
    assert [problem.field for problem in refusal.value.problems] == ["address"]
    assert await tower.desk.find(tower.principal()) == []


async def test_what_apprise_does_not_know_is_refused(tower: Tower) -> None:
    with pytest.raises(InvalidInput, match="no address that Apprise knows"):
        await tower.desk.add(tower.principal(), "nosuch://token")


async def test_an_address_is_kept_sealed_and_its_life_is_in_the_trail(tower: Tower) -> None:
    owner = tower.principal()
    added = await tower.desk.add(owner, "tgram://planted-token/chat")
    assert "planted-token" not in added.sealed + added.label
    assert await tower.desk.try_out(owner, added.id) == ""
    assert tower.services.came[0][:2] == ("tgram://planted-token/chat", "Campana: a test")
    await tower.desk.switch(owner, added.id, enabled=False)
    await tower.desk.switch(owner, added.id, enabled=True)
    await tower.desk.remove(owner, added.id)
    trail = await tower.store.audit_entries(tower.shop.id, AuditQuery(), limit=10)
    assert [entry.action.partition(".")[2] for entry in trail.items][::-1] == [
        "added",
        "tested",
        "switched_off",
        "switched_on",
        "removed",
    ]
    assert "planted-token" not in str(trail)


async def test_a_test_that_fails_says_why(tower: Tower) -> None:
    added = await tower.desk.add(tower.principal(), "tgram://token/chat")
    tower.services.problem = "no answer within 20 s"
    assert await tower.desk.try_out(tower.principal(), added.id) == "no answer within 20 s"


async def test_there_are_not_too_many(tower: Tower) -> None:
    for number in range(MOST_ADDRESSES):
        await tower.desk.add(tower.principal(), f"ana{number}@shop.test")
    with pytest.raises(Conflict, match="the most there can be"):
        await tower.desk.add(tower.principal(), "one-more@shop.test")


async def test_only_owners_and_for_the_whole_only_administrators(tower: Tower) -> None:
    with pytest.raises(Forbidden):
        await tower.desk.add(tower.principal(role=Role.OPERATOR), "ana@shop.test")
    with pytest.raises(Forbidden, match="administrator"):
        await tower.desk.add(tower.principal(), "ana@shop.test", whole=True)
    added = await tower.desk.add(tower.principal(admin=True), "ana@shop.test", whole=True)
    for act in (tower.desk.try_out, tower.desk.remove):
        with pytest.raises(NotFound):
            await act(tower.principal(tower.bakery), added.id)

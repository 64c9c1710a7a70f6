"""Who hears of what, by which way, how often; and what happens where nothing gets through."""

import asyncio
from datetime import timedelta

import pytest

from campana.engine.faults import looking
from campana.engine.notices import service as notices_service
from campana.engine.notices.routes import NO_MAIL, Routes
from campana.posting import HttpPoster
from campana.vault import FernetVault
from tests.engine.notices.conftest import Services, Tower
from tests.support.cast import make_sender, running_campaign


async def test_an_account_hears_of_its_own_and_the_installation_of_everything(tower: Tower) -> None:
    admin = tower.principal(admin=True)
    await tower.desk.add(admin, tower.hook.url, whole=True)
    await tower.desk.add(tower.principal(tower.bakery), "tgram://planted-token/chat")
    await tower.paused("Holi")
    await tower.paused("Bread", tower.bakery)
    tower.free = 1
    await tower.look()
    ((url, title, text),) = tower.services.came
    assert (url, title.startswith("Campana: campaign 'Bread' of Bakery")) == (
        "tgram://planted-token/chat",
        True,
    )
    assert "Holi" not in text
    (post,) = tower.hook.came
    assert {one["fault"] for one in post["troubles"]} == {"CAMPAIGN_PAUSED", "DISK_LOW"}
    assert {one["state"] for one in post["troubles"]} == {"began"}
    assert post["title"] == "Campana: 3 things are wrong"
    assert all(name in post["text"] for name in ("Holi", "Bread", "GB are left"))


async def test_an_account_hears_of_its_senders_that_nobody_sends_for(
    tower: Tower, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "LOOK_AGAIN_S", 0.0)
    for account in (tower.shop, tower.bakery):
        await tower.desk.add(tower.principal(account), "tgram://token/chat")
    await running_campaign(tower.store, await make_sender(tower.store, tower.shop, "Saris"), 3)
    await tower.look(2)
    ((_, title, _),) = tower.services.came
    assert title.startswith("Campana: sender Saris (Shop) has work and nobody sends for it")


async def test_a_letter_at_the_beginning_and_one_at_the_end(tower: Tower) -> None:
    await tower.desk.add(tower.principal(), "ana@shop.test")
    campaign = await tower.paused("Holi")
    await tower.look(6, every=timedelta(minutes=10))
    await tower.cancel(campaign)
    await tower.look(6, every=timedelta(minutes=10))
    began, over = tower.office.letters
    assert (began["To"], began["Subject"][:40]) == (
        "ana@shop.test",
        "Campana: campaign 'Holi' of Shop was pau",
    )
    assert over["Subject"].startswith("Campana: over: campaign 'Holi' of Shop")
    assert "https://campana.test" in began.get_payload(decode=True).decode()


async def test_what_begins_meanwhile_waits_for_the_next_letter(tower: Tower) -> None:
    """Twenty troubles within ten minutes: three letters."""
    await tower.desk.add(tower.principal(), "tgram://token/chat")
    for number in range(20):
        await tower.paused(f"Campaign {number}")
        if number % 2:
            await tower.look()
    await tower.look(30)
    assert [title.rpartition(" was ")[0] or title for _, title, _ in tower.services.came] == [
        "Campana: 2 things are wrong",
        "Campana: 10 things are wrong",
        "Campana: 8 things are wrong",
    ]


async def test_what_does_not_get_there_is_tried_again_and_said(tower: Tower) -> None:
    await tower.desk.add(tower.principal(), "tgram://token/chat")
    await tower.paused("Holi")
    tower.services.problem = "the service answered 401"
    await tower.look(30, every=timedelta(minutes=2))
    assert len(tower.services.came) == 10
    failing = (await tower.told())["tgram://…"]
    assert (failing.problem, failing.failing_since is not None) == ("the service answered 401", True)
    await tower.look(16, every=timedelta(minutes=15))
    assert len(tower.services.came) == 10 + 4
    tower.services.problem = None
    await tower.look(2, every=timedelta(minutes=59))
    well = (await tower.told())["tgram://…"]
    assert (well.problem, well.failing_since, len(tower.services.came)) == ("", None, 15)
    assert "Wrong since" in tower.services.came[-1][2]


async def test_one_that_fails_keeps_nobody_else_from_hearing(tower: Tower) -> None:
    tower.hook.answer = 500
    await tower.desk.add(tower.principal(), tower.hook.url)
    await tower.desk.add(tower.principal(), "ana@shop.test")
    await tower.paused("Holi")
    await tower.look()
    told = await tower.told()
    assert told[tower.hook.url.split("/")[2]].problem == "the address answered 500"
    assert (told["ana@shop.test"].problem, len(tower.office.letters)) == ("", 1)


async def test_whoever_takes_over_tells_nothing_twice(tower: Tower) -> None:
    await tower.desk.add(tower.principal(), "tgram://token/chat")
    await tower.paused("Holi")
    await tower.look()
    again = notices_service.NoticeService(
        tower.service._scene, tower.service._routes, tower.service._duty, public_url="https://campana.test"
    )
    for _ in range(10):
        await again.look()
    assert len(tower.services.came) == 1


async def test_with_nobody_to_tell_nothing_is_looked_at(tower: Tower, monkeypatch) -> None:
    def faults(_scene):
        raise AssertionError("somebody looked")

    monkeypatch.setattr(notices_service, "faults", faults)
    await tower.look()
    added = await tower.desk.add(tower.principal(), "ana@shop.test")
    await tower.desk.switch(tower.principal(), added.id, enabled=False)
    await tower.look()


async def test_it_looks_by_itself(tower: Tower) -> None:
    await tower.desk.add(tower.principal(), "tgram://token/chat")
    await tower.paused("Holi")
    running = asyncio.create_task(tower.service.run())
    await asyncio.wait_for(tower.services.something_came.wait(), 10)
    running.cancel()


async def test_an_address_that_cannot_be_read_or_mailed_says_so(tower: Tower) -> None:
    added = await tower.desk.add(tower.principal(), "ana@shop.test")
    poster = HttpPoster(allow_private=True)
    other_key = Routes(FernetVault("x" * 40), None, poster, Services())
    letter = notices_service.letter_of(notices_service.news_of({}, tower.clock.now()), "")
    assert "secret key has changed" in await other_key.deliver(added, letter)
    no_mail = Routes(FernetVault("k" * 40), None, poster, Services())
    assert await no_mail.deliver(added, letter) == NO_MAIL

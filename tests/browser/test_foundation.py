"""What every page keeps to: policy, size, times, colours, keyboard, errors that tell what to do."""

import re

from playwright.async_api import expect

from tests.support.browser import SMALL


async def test_a_page_that_is_not_there_says_where_to_go(visits):
    async with visits() as visit:
        page = await visit.to("/nowhere", status=404)
        await expect(page.get_by_role("heading", level=1)).to_have_text("There is nothing here")
        visit.complaints.clear()  # the browser's own word on a 404
        await visit.check("error-404")
        await page.get_by_role("link", name="To the dashboard").click()
        await expect(page).to_have_title("Dashboard · Campana")


async def test_everything_is_reached_by_keyboard(visits):
    async with visits() as visit:
        page = await visit.to("/campaigns")
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        await expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
        await page.keyboard.press("Enter")
        await expect(page.locator("main")).to_be_focused()
        await page.keyboard.press("Tab")
        focused = page.locator(":focus")
        await expect(focused).to_be_visible()
        assert await focused.evaluate("it => getComputedStyle(it).outlineStyle") == "solid"


async def test_the_menu_of_a_small_screen_opens_and_closes(visits):
    async with visits(viewport=SMALL, has_touch=True) as visit:
        page = await visit.to("/")
        history = page.get_by_role("link", name="Campaign History")
        await expect(history).not_to_be_visible()
        await page.get_by_role("button", name="Menu").tap()
        await expect(history).to_be_visible()
        assert await visit.barriers() == []
        await page.keyboard.press("Escape")
        await expect(history).not_to_be_visible()
        await page.get_by_role("button", name="Menu").tap()
        await history.tap()
        await expect(page).to_have_title("Campaign History · Campana")


async def test_colours_follow_the_system_until_they_are_chosen(visits):
    async with visits(color_scheme="dark") as visit:
        page = await visit.to("/")
        root = page.locator("html")
        await expect(root).to_have_attribute("data-bs-theme", "dark")
        await page.emulate_media(color_scheme="light")
        await expect(root).to_have_attribute("data-bs-theme", "light")
        await page.get_by_role("button", name="Dark colours").click()
        await expect(root).to_have_attribute("data-bs-theme", "dark")
        answer = await visit.context.request.get(visit.url + "/campaigns", headers={"Accept": "text/html"})
        assert 'data-bs-theme="dark"' in await answer.text()  # before any script has run


async def test_times_are_the_viewers_at_once_and_from_the_server_from_then_on(shop, visits):
    await shop.make_sender(timezone="UTC")
    async with visits(timezone_id="America/New_York") as visit:
        page = await visit.to("/")
        await expect(page.locator("time").first).to_contain_text(
            re.compile(r"(19|20):00 (EDT|EST|GMT-4|GMT-5)")
        )
        await page.reload()
        await expect(page.locator("time").first).to_have_attribute("title", re.compile("America/New_York"))
        assert "data-moment" not in await page.content()

"""Campaign History and the page of a campaign, as somebody sees them who sends and watches."""

import json
import re

import pytest
from playwright.async_api import Page, expect

from tests.support.product import Product


async def sends(shop: Product, count: int = 30, *, rate: float = 1000, **settings) -> str:
    """A campaign of that many messages by a sender of its own; its id."""
    sender = await shop.make_sender(rate_limit_per_s=rate)
    return await shop.make_campaign(sender, count, **settings)


async def test_a_history_is_searched_narrowed_and_ordered(shop, visits):
    sender = await shop.make_sender()
    for number in range(28):
        await shop.make_campaign(sender, 2, name=f"Draft {number:02}", scheduled_at=None)
    await shop.make_campaign(sender, 3, name="Diwali offer", scheduled_at=shop.in_seconds(90_000))
    done = await shop.make_campaign(sender, 4, name="Morning news")
    await shop.ended(done)
    async with visits() as visit:
        page = await visit.to("/campaigns")
        rows = page.locator("tbody tr")
        await expect(rows).to_have_count(25)
        await expect(rows.first).to_contain_text("Morning news")
        await expect(page.get_by_role("row", name="Diwali offer")).to_contain_text("in 1 d")
        await visit.check("history")
        await page.get_by_role("link", name="Next page").click()
        await expect(rows).to_have_count(5)
        await page.get_by_role("link", name="First page").click()
        await page.get_by_label("Name").fill("DRAFT 1")
        await expect(rows).to_have_count(10)
        assert "q=DRAFT" in page.url
        await page.get_by_label("Order").select_option("name")
        await expect(rows.first).to_contain_text("Draft 10")
        await page.get_by_label("Name").fill("")
        await page.get_by_label("Status").select_option("COMPLETED")
        await expect(rows).to_have_count(1)
        await page.get_by_label("Name").fill("nothing is called that")
        await expect(page.get_by_text("No campaign is like that.")).to_be_visible()
        await visit.check("history-nothing")


async def test_running_campaigns_are_live_in_the_history(shop, visits):
    first = await sends(shop, 60, rate=20, name="Alpha")
    second = await sends(shop, 40, rate=20, name="Beta")
    async with visits() as visit:
        page = await visit.to("/campaigns")
        for name, count in (("Alpha", 60), ("Beta", 40)):
            row = page.get_by_role("row", name=name)
            await expect(row.locator("[data-state]")).to_have_text("Completed")
            await expect(row).to_contain_text(f"{count} / {count}")
    await shop.ended(first)
    await shop.ended(second)


async def test_an_empty_history_says_what_comes_here(visits):
    async with visits() as visit:
        page = await visit.to("/campaigns")
        await expect(page.get_by_text("No campaign yet")).to_be_visible()
        await visit.check("history-empty")


async def press(page: Page, lever: str, sure: str) -> None:
    """Open a lever's question and say yes."""
    await page.get_by_role("button", name=lever, exact=True).click()
    await page.get_by_role("dialog").get_by_role("button", name=sure, exact=True).click()


async def test_a_running_campaign_is_watched_paused_resumed_and_seen_to_its_end(shop, visits):
    campaign = await sends(shop, 150, rate=25)
    async with visits() as visit:
        page = await visit.to(f"/campaigns/{campaign}")
        await expect(page.locator(".facts [data-state]")).to_have_text("Sending")
        await expect(page.locator("[data-count=sent]")).not_to_have_text("0")
        await page.get_by_role("button", name="Pause").click()
        await visit.shoot("campaign-question")
        await page.get_by_role("button", name="Not now").click()
        await expect(page.get_by_role("dialog")).not_to_be_visible()
        await press(page, "Pause", "Pause")
        await expect(page.get_by_text("Paused: nothing leaves any more")).to_be_visible()
        await shop.quiet(campaign)
        await visit.to(f"/campaigns/{campaign}")
        await expect(page.get_by_text("paused by olga")).to_be_visible()
        await visit.check("campaign-paused")
        # The funnel is drawn from the counts as they come, not only when the server reckons the rest anew.
        await page.route("**/insight", lambda route: route.fulfill(status=204))
        went_out = page.locator("[data-share=gone_out] [data-share-count]")
        await press(page, "Resume", "Resume")
        await expect(page.locator(".facts [data-state]")).to_have_text("Sending")
        before = await went_out.inner_text()
        await expect(went_out).not_to_have_text(before)
        # The end comes by itself: the page is not loaded anew.
        await expect(page.locator(".facts [data-state]")).to_have_text("Completed")
        await expect(page.locator(".figures [data-count=done]")).to_have_text("150")
        await expect(page.get_by_role("button", name="Pause")).to_have_count(0)
        await page.reload()
        await expect(page.locator("#pace canvas")).to_be_visible()
        await visit.check("campaign-completed")


async def test_a_dropped_line_is_taken_up_again(shop, visits):
    campaign = await sends(shop, 120, rate=20)
    async with visits() as visit:
        page = await visit.to(f"/campaigns/{campaign}")
        await expect(page.locator("[data-count=sent]")).not_to_have_text("0")
        await visit.context.set_offline(True)
        await visit.context.set_offline(False)
        await expect(page.locator(".facts [data-state]")).to_have_text("Completed")
        await expect(page.locator("[data-count=done]")).to_have_text("120")


async def test_what_failed_is_told_with_advice_and_sent_once_more(shop, visits, faults):
    faults("meta:131026=1")
    campaign = await sends(shop, 6)
    await shop.ended(campaign)
    async with visits() as visit:
        page = await visit.to(f"/campaigns/{campaign}")
        trouble = page.locator(".trouble").first
        await expect(trouble).to_contain_text("The number cannot be reached on WhatsApp.")
        await expect(trouble).to_contain_text("Nothing to do for this person")
        await visit.check("campaign-failed-messages")
        faults()
        await page.get_by_role("button", name="Retry").click()
        await page.get_by_role("button", name="Send once more").click()
        await expect(page.get_by_text("Put back: these messages are sent once more.")).to_be_visible()
        await expect(page.locator("[data-count=failed]")).to_have_text("0")
    assert (await shop.ended(campaign))["counts"]["failed"] == 0


async def test_messages_are_found_by_number_name_and_status(shop, visits):
    campaign = await sends(shop, 70)
    await shop.ended(campaign)
    async with visits() as visit:
        page = await visit.to(f"/campaigns/{campaign}")
        rows = page.locator("#found tbody tr")
        await expect(rows).to_have_count(25)
        await page.get_by_label("Number or name").fill("Person 61")
        await expect(rows).to_have_count(1)
        await expect(rows.first).to_contain_text("+919800000061")
        await page.get_by_label("Number or name").fill("00000007")
        await expect(rows).to_have_count(1)
        await page.get_by_label("Status", exact=True).select_option("FAILED")
        await expect(page.get_by_text("No message of this campaign is like that.")).to_be_visible()
        await page.locator(".legend").get_by_role("link", name="Skipped").click()
        await expect(page).to_have_url(re.compile(r"status=SKIPPED#messages$"))
        async with page.expect_download() as download:
            await page.get_by_role("link", name="CSV").click()
        assert (await download.value).suggested_filename == f"campaign-{campaign}.csv"


async def test_a_planned_campaign_gets_another_time_by_the_viewers_clock(shop, visits):
    campaign = await sends(shop, 3, scheduled_at="2030-10-21T09:00:00+05:30")
    async with visits(timezone_id="America/New_York") as visit:
        await visit.to("/campaigns")  # tells the time zone
        page = await visit.to(f"/campaigns/{campaign}")
        await visit.check("campaign-scheduled")
        await page.get_by_role("button", name="Reschedule").click()
        await expect(page.get_by_label("Date and time")).to_have_value("2030-10-20T23:30")
        await page.get_by_label("Date and time").fill("2030-11-05T08:15")
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_text("It has another time now.")).to_be_visible()
        await expect(page.locator(".facts").last).to_contain_text("08:15 EST")
        found = await shop.campaign(campaign)
        assert found["scheduled_at"] == "2030-11-05T13:15:00Z"
        await press(page, "Cancel", "Cancel the campaign")
        await expect(page.locator(".facts [data-state]")).to_have_text("Cancelled")
        await visit.check("campaign-cancelled")


async def test_without_script_everything_is_there_to_read_and_to_press(shop, visits):
    campaign = await sends(shop, 40)
    await shop.ended(campaign)
    async with visits(java_script_enabled=False) as visit:
        page = await visit.to("/campaigns?status=COMPLETED")
        await page.get_by_role("link", name="Diwali").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Diwali")
        await expect(page.locator("[data-count=sent]")).to_have_text("40")
        await page.get_by_label("Number or name").fill("Person 7")
        await page.get_by_role("button", name="Show").click()
        await expect(page.locator("#found tbody tr")).to_have_count(1)


async def test_a_viewer_of_another_account_finds_nothing(shop, visits):
    campaign = await sends(shop, 1)
    await shop.set_up("stranger@elsewhere.test", "Elsewhere")
    async with visits() as visit:
        await visit.to(f"/campaigns/{campaign}", status=404)


@pytest.mark.parametrize("width", [360, 768, 2560])
async def test_pages_fit_every_window(shop, visits, width):
    campaign = await sends(shop, 5, name="A rather long name of a campaign " * 3)
    await shop.ended(campaign)
    async with visits(viewport={"width": width, "height": 800}) as visit:
        for path in ("/", "/campaigns", f"/campaigns/{campaign}"):
            page = await visit.to(path)
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert json.dumps(visit.complaints) == "[]"

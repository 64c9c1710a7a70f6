"""Reports: an empty period, a full one, campaigns side by side."""

from playwright.async_api import expect


async def test_reports_compare_what_went_out(shop, visits, faults):
    async with visits() as visit:
        page = await visit.to("/reports")
        await expect(page.get_by_text("Nothing went out in these days")).to_be_visible()
        await visit.check("reports-empty")
        sender = await shop.make_sender(name="Pune", rate_limit_per_s=200, daily_limit=2000)
        await shop.ended(await shop.make_campaign(sender, 40, name="Diwali offer"))
        faults("meta:131026=0.4")
        news = {"name": "monthly_news", "language": "en_US"}
        await shop.ended(await shop.make_campaign(sender, 25, first=100, name="News", template=news))
        page = await visit.to("/reports")
        await expect(page.get_by_role("region", name="By campaign").get_by_role("row")).to_have_count(3)
        await expect(page.get_by_role("region", name="By template")).to_contain_text("monthly_news")
        await expect(page.locator("#days canvas")).to_be_visible()
        await visit.check("reports")
        for name in ("Diwali offer", "News"):
            await page.get_by_role("checkbox", name=f"Choose {name}").check()
        await page.get_by_role("button", name="Side by side").click()
        beside = page.get_by_role("region", name="Side by side")
        await expect(beside.get_by_role("heading", level=3)).to_have_text(["News", "Diwali offer"])
        await visit.check("reports-beside")
        await page.get_by_role("link", name="Last 7 days").click()
        await expect(page.locator("#days-table tbody tr")).to_have_count(7)

"""What every page keeps to: policy, size, times, colours, keyboard, errors that tell what to do."""

from playwright.async_api import expect


async def test_a_page_that_is_not_there_says_where_to_go(visits):
    async with visits() as visit:
        page = await visit.to("/nowhere", status=404)
        await expect(page.get_by_role("heading", level=1)).to_have_text("There is nothing here")
        visit.complaints.clear()  # the browser's own word on a 404
        await visit.check("error-404")
        await page.get_by_role("link", name="To the dashboard").click()
        await expect(page).to_have_title("Dashboard · Campana")

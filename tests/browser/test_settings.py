"""The settings as their owners use them: a sender from the form to the provider's word on it."""

from playwright.async_api import expect


async def test_a_sender_is_added_verified_and_changed(visits, shop):
    async with visits() as visit:
        page = await visit.to("/settings")
        await expect(page.get_by_text("No sender yet")).to_be_visible()
        await visit.check("settings-senders-empty")
        await page.get_by_role("link", name="Add a sender").click()
        await page.get_by_label("Name").fill("Practice")
        await page.get_by_label("Provider").select_option("practice")
        await page.get_by_label("API token").fill("practice-token-1234")
        await page.get_by_label("Messages a day").fill("many")
        await page.get_by_role("button", name="Add").click()
        await expect(page.get_by_text("must be a number, like 1000")).to_be_visible()
        await expect(page.get_by_label("API token")).to_have_value("")
        visit.complaints.clear()  # the browser's own word on a 422
        await page.get_by_label("Messages a day").fill("5000")
        await page.get_by_label("API token").fill("practice-token-1234")
        await page.get_by_role("button", name="Add").click()
        await expect(page.get_by_text("the provider needs token and vendor UID")).to_be_visible()
        visit.complaints.clear()
        await visit.check("settings-sender-refused")
        await page.get_by_label("API token").fill("practice-token-1234")
        await page.get_by_label("Vendor UID").fill("00000000-0000-4000-8000-00000000abcd")
        await page.get_by_role("button", name="Add").click()
        await expect(page.get_by_role("status")).to_contain_text("Practice is there.")
        await expect(page.get_by_text("Now …1234")).to_be_visible()
        await visit.check("settings-sender")

        await page.get_by_role("button", name="Verify").click()
        await expect(page.get_by_role("heading", name="The credentials work")).to_be_visible()
        await expect(page.get_by_role("heading", name="Approved templates")).to_be_visible()
        assert "practice-token-1234" not in await page.content()
        await visit.check("settings-sender-verified")

        await page.get_by_label("Messages a day").fill("6000")
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_role("status")).to_contain_text("The sender is changed.")
        before = await page.get_by_label("Address to paste").input_value()
        await page.get_by_role("button", name="Make a new address").click()
        await page.get_by_role("button", name="Make it").click()
        await expect(page.get_by_text("The address before this one works until")).to_be_visible()
        assert await page.get_by_label("Address to paste").input_value() != before
        await page.get_by_role("link", name="Back").click()
        await expect(page.get_by_text("6,000 a day")).to_be_visible()
        await visit.check("settings-senders")
    (sender,) = (await shop.call("GET", "/senders"))["items"]
    assert (sender["daily_limit"], sender["credentials"]["api_token"]) == (6000, "…1234")

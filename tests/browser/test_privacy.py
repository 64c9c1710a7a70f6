"""The privacy page as owners use it."""

from playwright.async_api import expect


async def test_data_expire_are_handed_out_and_erased(visits, shop):
    async with visits() as visit:
        page = await visit.to("/settings/privacy")
        await page.get_by_label("Days").fill("90")
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_role("status")).to_contain_text("90 days after")
        await visit.check("settings-privacy")
        held = page.get_by_role("region", name="What is held about somebody")
        await held.get_by_label("Number").fill("+919876543210")
        async with page.expect_download() as download:
            await held.get_by_role("button", name="Make the file").click()
        assert (await download.value).suggested_filename == "held-3210.json"
        erasing = page.get_by_role("region", name="Erase somebody")
        await erasing.get_by_label("Number").fill("98765")
        await erasing.get_by_label("I mean it").check()
        await erasing.get_by_role("button", name="Erase").click()
        await expect(erasing.get_by_text("write it with a plus")).to_be_visible()
        visit.complaints.clear()  # the browser's own word on a 422
        await erasing.get_by_label("Number").fill("+919876543210")
        await erasing.get_by_label("I mean it").check()
        await erasing.get_by_role("button", name="Erase").click()
        await expect(page.get_by_role("status")).to_contain_text("The number is erased.")
    assert (await shop.call("GET", "/account"))["retention_days"] == 90


async def test_a_list_that_was_used_is_deleted_and_its_campaign_says_so(visits, shop):
    sender = await shop.make_sender(name="Shop")
    campaign = await shop.make_campaign(sender, 3, name="Holi")
    ended = await shop.ended(campaign)
    async with visits() as visit:
        page = await visit.to(f"/recipients/{ended['recipient_list_id']}")
        await page.get_by_role("button", name="Delete", exact=True).click()
        await page.get_by_role("button", name="Delete it").click()
        await expect(page.get_by_role("status")).to_contain_text("The list is deleted")
        await visit.to(f"/campaigns/{campaign}")
        await expect(page.get_by_text("The data of its recipients were removed")).to_be_visible()
        await expect(
            page.get_by_text("Row 1, removed").or_(page.get_by_text("Row 2, removed")).first
        ).to_be_visible()
        await visit.check("campaign-removed")
        await visit.to(f"/recipients/{ended['recipient_list_id']}")
        await visit.check("recipients-removed")

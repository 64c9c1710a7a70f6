"""The dashboard: from the first visit of an empty account to a day full of campaigns."""

from playwright.async_api import expect


async def test_a_first_visit_leads_to_a_practice_sender(shop, visits):
    async with visits() as visit:
        page = await visit.to("/")
        await expect(page.get_by_role("heading", name="Three steps to your first campaign")).to_be_visible()
        await visit.check("dashboard-empty")
        await page.get_by_role("button", name="Try it with a practice sender").click()
        await expect(
            page.get_by_text("The practice sender is there. What it sends reaches no phone.")
        ).to_be_visible()
        await expect(page.get_by_text("0 of 10,000")).to_be_visible()
        await visit.check("dashboard-sender")
    senders = (await shop.call("GET", "/senders"))["items"]
    assert [sender["provider"] for sender in senders] == ["practice"]
    campaign = await shop.make_campaign(senders[0]["id"], 3)
    assert (await shop.ended(campaign))["counts"]["sent"] == 3


async def test_a_full_day_is_shown_at_a_glance(shop, visits):
    sender = await shop.make_sender(name="Shop in Pune", rate_limit_per_s=15, daily_limit=2000)
    await shop.ended(await shop.make_campaign(sender, 30, name="Breakfast offer"))
    stopped = await shop.make_campaign(
        sender, 40, first=500, name="Lunch offer", scheduled_at=shop.in_seconds(9000)
    )
    await shop.call("POST", f"/campaigns/{stopped}/pause")
    for days in (1, 1, 3):
        await shop.make_campaign(
            sender, 8, name=f"In {days} days", scheduled_at=shop.in_seconds(86_400 * days)
        )
    running = await shop.make_campaign(sender, 250, first=1000, name="Diwali greetings")
    async with visits() as visit:
        page = await visit.to("/")
        await expect(page.get_by_role("region", name="Needs you")).to_contain_text("Lunch offer")
        week = page.get_by_role("region", name="The next seven days")
        await expect(week.get_by_role("link")).to_have_count(3)
        await expect(page.get_by_role("region", name="Last results")).to_contain_text("30 went out")
        await expect(page.get_by_role("region", name="Today")).to_contain_text("of 2,000")
        live = page.get_by_role("region", name="Running")
        await expect(live.locator("[data-count=done]")).not_to_have_text("0")
        await visit.check("dashboard-full")
        await expect(live.locator("[data-state]")).to_have_text("Completed")
    await shop.ended(running)


async def test_a_sender_that_cannot_send_needs_somebody(shop, visits):
    await shop.make_sender(name="Mute", credentials=None)
    await shop.make_sender(name="Nearly", daily_limit=1)
    async with visits() as visit:
        page = await visit.to("/")
        await expect(page.get_by_role("region", name="Needs you")).to_contain_text("It has no credentials")

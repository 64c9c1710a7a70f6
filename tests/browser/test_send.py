"""Send Messages: from an empty page to a campaign, with and without the script, whatever comes in between."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import SMALL

PEOPLE = (
    "WhatsApp number,Name,City,Order no\n"
    "+919812345678,Asha Rao,Pune,A-1001\n"
    "9812345679,Ravi,Kolkata,A-1002\n"
    "9812345679,Ravi again,Kolkata,A-1003\n"
    "12,Nobody,Delhi,A-1004\n"
    "+447911123456,Priya,,A-1005\n"
)
BODY = "Hi {{1}}, *Diwali* starts early for {{2}}.\n_Show this message_ at the till."


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """Three people as a shop has them, with one number twice and one that is none."""
    path = tmp_path / "customers.csv"
    path.write_text(PEOPLE)
    return path


async def saved(page: Page) -> None:
    """Wait until the server has what was typed."""
    await expect(page.locator("[data-saved]")).to_have_text(re.compile("^Saved"))


async def fill_in(page: Page, people: Path) -> None:
    """Everything a campaign needs, by typing."""
    await page.get_by_label("Campaign name").fill("Diwali offer, north")
    await page.get_by_label("Template name").fill("festival_offer")
    await page.get_by_label("Language", exact=True).fill("en_US")
    await page.get_by_text("The template's text, for the preview").click()
    await page.get_by_label(re.compile("Paste the approved text")).fill(BODY)
    await page.locator("#file").set_input_files(people)
    await expect(page.locator(".chosen")).to_contain_text("customers.csv")
    await page.locator("#field_1").fill("")
    await page.locator("#field_1").focus()
    await page.get_by_role("button", name="{name}", exact=True).click()
    await page.locator("#field_2").fill("{city|your town}")


async def test_the_empty_page(visits, shop):
    await shop.make_sender(name="Shop", timezone="Asia/Kolkata")
    async with visits() as visit:
        await visit.to("/send")
        await visit.check("send-empty")


async def test_a_whole_campaign(visits, shop, people):
    await shop.make_sender(name="Shop", timezone="Asia/Kolkata", rate_limit_per_s=29, daily_limit=8000)
    async with visits() as visit:
        page = await visit.to("/send")
        await fill_in(page, people)
        bubble = page.locator(".bubble")
        await expect(bubble).to_contain_text("Hi Asha Rao, Diwali starts early for Pune.")
        await expect(bubble.locator("strong")).to_have_text("Diwali")
        await expect(page.locator(".chosen .numbers")).to_contain_text("3")
        await page.get_by_text("2 rows were left out").click()
        await page.get_by_role("button", name="The next person").click()
        await expect(bubble).to_contain_text("Hi Ravi, Diwali starts early for Kolkata.")
        await page.get_by_role("button", name="The next person").click()
        await expect(bubble).to_contain_text("for your town.")
        await page.get_by_role("button", name="The person before").click()
        await expect(bubble).to_contain_text("Hi Ravi,")
        await page.get_by_text("At a time", exact=True).click()
        await page.locator("#time").fill("10:00")
        await expect(page.locator(".meaning")).to_contain_text("10:00 in Kolkata, in")
        await expect(page.locator(".meaning")).to_contain_text("uses 3 of 8,000 left that day")
        await saved(page)
        await visit.check("send-filled")
        await page.get_by_role("button", name="Schedule Campaign").click()
        await expect(page.get_by_role("dialog")).to_contain_text("Send “Diwali offer, north” to 3 people?")
        await visit.shoot("send-question")
        assert await visit.barriers() == []
        await page.get_by_role("link", name="Not yet").click()
        await page.get_by_text("Now", exact=True).click()
        await page.get_by_role("button", name="Schedule Campaign").click()
        await page.get_by_role("button", name="Yes, send it now").click()
        await page.wait_for_url(re.compile("/campaigns/"))
        campaign_id = page.url.rsplit("/", 1)[-1]
    ended = await shop.ended(campaign_id)
    assert (ended["status"], ended["counts"]["total"]) == ("COMPLETED", 3)
    sent = {message["phone"] for message in await shop.messages(campaign_id)}
    assert sent == {"+919812345678", "+919812345679", "+447911123456"}


async def test_what_was_typed_survives_a_reload(visits, shop):
    await shop.make_sender(name="Shop")
    async with visits() as visit:
        page = await visit.to("/send")
        await page.get_by_label("Campaign name").fill("Half a name")
        await page.get_by_role("button", name="Place {{1}}").click()
        await page.locator("#field_1").fill("Hi {nobody")
        await page.reload()  # at once: nothing needs to have reached the server
        await expect(page.get_by_label("Campaign name")).to_have_value("Half a name")
        await expect(page.locator("#field_1")).to_have_value("Hi {nobody")
        await expect(page).to_have_url(re.compile("/send/[0-9a-f-]{36}$"))


async def test_what_was_typed_survives_being_signed_out(visits, shop):
    await shop.make_sender(name="Shop")
    async with visits() as visit:
        page = await visit.to("/send")
        await page.get_by_label("Campaign name").fill("Before")
        await saved(page)
        address = page.url
        await visit.context.set_extra_http_headers({})
        await page.get_by_label("Campaign name").fill("Before and after")
        await expect(page.get_by_text("You were signed out meanwhile")).to_be_visible()
        await expect(page.get_by_role("link", name="sign in again")).to_have_attribute(
            "href", re.compile("^/sign-in.next=/send/")
        )
        await visit.context.set_extra_http_headers({"Authorization": f"Bearer {shop.key}"})
        await page.goto(address)
        await expect(page.get_by_label("Campaign name")).to_have_value("Before and after")
        await page.reload()
        await expect(page.get_by_label("Campaign name")).to_have_value("Before and after")


async def test_what_was_typed_survives_a_server_that_is_away(visits, shop):
    await shop.make_sender(name="Shop")
    async with visits() as visit:
        page = await visit.to("/send")
        await visit.context.set_offline(True)
        await page.get_by_label("Campaign name").fill("In a tunnel")
        await expect(page.locator("[data-saved]")).to_contain_text("kept in this browser")
        await visit.context.set_offline(False)
        await page.reload()
        await expect(page.get_by_label("Campaign name")).to_have_value("In a tunnel")


async def test_problems_stand_at_their_fields_before_anything_is_scheduled(visits, shop, people):
    await shop.make_sender(name="Shop")
    async with visits() as visit:
        page = await visit.to("/send")
        await expect(page.locator("[data-problem]:not(:empty)")).to_have_count(0)
        await page.locator("#file").set_input_files(people)
        await page.get_by_role("button", name="Place {{1}}").click()
        await page.locator("#field_1").fill("{town}")
        await expect(page.locator("#field_1-problem")).to_contain_text("There is no column for {town}")
        await page.get_by_role("button", name="Schedule Campaign").click()
        await expect(page.locator("#name-problem")).to_contain_text("Give the campaign a name")
        await expect(page.get_by_label("Campaign name")).to_be_focused()
        await expect(page.locator("#template_name-problem")).not_to_be_empty()
        await expect(page.get_by_role("dialog")).not_to_be_visible()
        await visit.check("send-problems")


async def test_a_wrong_file_says_what_is_wrong_with_it(visits, shop, tmp_path):
    await shop.make_sender(name="Shop")
    wrong = tmp_path / "menu.csv"
    wrong.write_text("Dish,Price\nDal,120\n")
    async with visits() as visit:
        page = await visit.to("/send")
        await page.locator("#file").set_input_files(wrong)
        await expect(
            page.locator("[data-problem=phone_column], [data-problem=file]").filter(has_text="Dish")
        ).to_be_visible()
        await page.get_by_text("Paste rows instead").click()
        await page.locator("#pasted").fill("98123 45678\n98123 45679")
        await page.locator("#file").set_input_files([])
        await page.get_by_role("button", name="Check and use").click()
        await expect(page.locator(".chosen")).to_contain_text("pasted.csv")


async def test_a_test_message_goes_to_ones_own_number(visits, shop, people):
    await shop.make_sender(name="Shop")
    async with visits(viewport=SMALL) as visit:
        page = await visit.to("/send")
        await fill_in(page, people)
        await page.get_by_label("Your own number").fill("12")
        await page.get_by_role("button", name="Send test").click()
        await expect(page.locator("#test_phone-problem")).not_to_be_empty()
        visit.complaints.clear()  # the browser's own word on a 422
        await page.get_by_label("Your own number").fill("+91 98123 99999")
        await page.get_by_role("button", name="Send test").click()
        await expect(page.get_by_text("It is on its way: look at your phone.")).to_be_visible()


async def test_texts_are_kept_for_the_next_campaign_and_a_campaign_is_copied(visits, shop, people):
    await shop.make_sender(name="Shop")
    async with visits() as visit:
        page = await visit.to("/send")
        await fill_in(page, people)
        await page.get_by_role("button", name="Keep these texts for next time").click()
        await expect(page.locator(".kept-one.is-it")).to_have_text(re.compile("festival_offer"))
        page = await visit.to("/send")
        await page.locator(".kept-one button").first.click()
        await expect(page.locator("#field_2")).to_have_value("{city|your town}")
        await expect(page.get_by_label("Template name")).to_have_value("festival_offer")


async def test_without_a_script_everything_still_works(visits, shop, people):
    await shop.make_sender(name="Shop", timezone="Asia/Kolkata")
    async with visits(java_script_enabled=False) as visit:
        page = await visit.to("/send")
        await page.get_by_label("Campaign name").fill("By hand")
        await page.get_by_label("Template name").fill("festival_offer")
        await page.get_by_label("Language", exact=True).fill("en_US")
        await page.get_by_role("button", name="Place {{1}}").click()
        await page.locator("#field_1").fill("Hi {name}")
        await page.get_by_role("button", name="Place {{2}}").click()
        await page.locator("#field_2").fill("{city|your town}")
        await page.locator("#file").set_input_files(people)
        await page.get_by_role("button", name="Check and use").click()
        await expect(page.locator(".bubble")).to_contain_text("Hi Asha Rao")
        await page.get_by_role("button", name="The next person").click()
        await expect(page.locator(".bubble")).to_contain_text("Hi Ravi")
        await expect(page.get_by_label("Campaign name")).to_have_value("By hand")
        await page.get_by_label("Campaign name").fill("")
        await page.get_by_role("button", name="Schedule Campaign").click()
        await expect(page.locator("#name-problem")).to_contain_text("Give the campaign a name")
        await page.get_by_label("Campaign name").fill("By hand")
        await page.get_by_role("button", name="Schedule Campaign").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Schedule Campaign")
        await page.get_by_role("button", name="Yes, send it now").click()
        await page.wait_for_url(re.compile("/campaigns/"))
        campaign_id = page.url.rsplit("/", 1)[-1]
    ended = await shop.ended(campaign_id)
    assert (ended["name"], ended["status"], ended["counts"]["total"]) == ("By hand", "COMPLETED", 3)

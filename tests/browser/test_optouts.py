"""The opt-outs as people use them: look, search, add, import, remove; the account's own rules; replies."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from playwright.async_api import expect

from campana.domain.optouts import Wish
from campana.domain.replies import KeptReply
from campana.engine.ports import Heard
from campana.stores import open_store


async def test_an_empty_list_says_what_it_is_for(visits):
    async with visits() as visit:
        page = await visit.to("/opt-outs")
        await expect(page.get_by_text("Nobody has opted out")).to_be_visible()
        await visit.check("opt-outs-empty")


async def test_numbers_are_added_found_and_removed(visits, shop):
    async with visits() as visit:
        page = await visit.to("/opt-outs")
        await page.get_by_role("link", name="Add numbers").click()
        await page.get_by_label("Numbers").fill("+91 98123 45678\n98123 45679\n12")
        await page.get_by_label("Reason").fill("asked us by e-mail")
        await page.get_by_role("button", name="Add").click()
        await expect(page.get_by_text("98123 45679: write it with a plus")).to_be_visible()
        await expect(page.get_by_label("Numbers")).to_have_attribute("aria-invalid", "true")
        visit.complaints.clear()  # the browser's own word on a 422
        await visit.check("opt-outs-add-refused")
        assert (await shop.call("GET", "/suppressions"))["items"] == []
        await page.get_by_label("Numbers").fill("+91 98123 45678\n98123 45679")
        await page.get_by_label("Country").fill("IN")
        await page.get_by_role("button", name="Add").click()
        await expect(page.get_by_role("status")).to_contain_text("2 added, 0 were on the list already.")
        await expect(page.get_by_role("row")).to_have_count(3)
        await visit.check("opt-outs")

        await page.get_by_label("Number or reason").fill("45679")
        await page.get_by_role("button", name="Search").click()
        await expect(page.get_by_role("row")).to_have_count(2)
        await page.get_by_role("button", name="Remove +919812345679").click()
        asked = page.get_by_role("dialog")
        await expect(asked).to_contain_text("Remove +919812345679?")
        await visit.check("opt-outs-remove")
        await asked.get_by_role("button", name="Not now").click()
        assert len((await shop.call("GET", "/suppressions"))["items"]) == 2
        await page.get_by_role("button", name="Remove +919812345679").click()
        await asked.get_by_role("button", name="Remove").click()
        await expect(page.get_by_role("status")).to_contain_text("The number may be messaged again.")
        assert [one["phone"] for one in (await shop.call("GET", "/suppressions"))["items"]] == [
            "+919812345678"
        ]
        assert visit.complaints == []


async def test_a_file_is_imported_and_exported_again(visits, shop):
    file = {"name": "gone.csv", "mimeType": "text/csv", "buffer": b"phone,reason\n9812345678,moved\n12,\n"}
    async with visits() as visit:
        page = await visit.to("/opt-outs/import")
        await visit.check("opt-outs-import")
        await page.get_by_label("File").set_input_files(file)
        await page.get_by_label("Country").fill("IN")
        await page.get_by_role("button", name="Import").click()
        await expect(page.get_by_role("heading", name="1 added")).to_be_visible()
        await expect(page.get_by_role("cell", name="it is too short")).to_be_visible()
        await visit.check("opt-outs-imported")
        await page.get_by_role("link", name="To the list").click()
        await expect(page.get_by_role("row")).to_have_count(2)
        href = await page.get_by_role("link", name="Export").get_attribute("href")
        answer = await visit.context.request.get(f"{shop.url}{href}")
        assert answer.headers["content-disposition"] == 'attachment; filename="opt-outs.csv"'
        assert "+919812345678,moved,import" in await answer.text()


async def test_the_accounts_own_words_and_limits(visits, shop):
    async with visits() as visit:
        page = await visit.to("/opt-outs/rules")
        await page.get_by_label("Our words for stop").fill("no gracias\nstart")
        await page.get_by_label("Campaign messages to one person").fill("2")
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_text("must be a whole number")).to_be_visible()
        await page.get_by_label("in so many days").fill("7")
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_text("'start' means start already")).to_be_visible()
        visit.complaints.clear()  # the browser's own word on a 422
        await visit.check("opt-outs-rules-refused")
        await page.get_by_label("Our words for stop").fill("no gracias")
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_role("status")).to_contain_text("The rules are kept.")
        await visit.check("opt-outs-rules")
    assert await shop.call("GET", "/account") == {
        "stop_words": ["no gracias"],
        "retention_days": None,
        "start_words": [],
        "frequency": {"messages": 2, "days": 7},
        "unreachable_after": 2,
    }


async def test_replies_of_a_campaign(visits, shop):
    sender = await shop.make_sender()
    campaign = await shop.make_campaign(sender, 1, scheduled_at=None)
    store = await open_store(f"sqlite:///{shop.home / 'campana.db'}")
    try:
        found = await store.progress([UUID(campaign)])
        account_id = found[UUID(campaign)].campaign.account_id
        for number, (text, wish) in enumerate(
            [("Thanks! 🙏", None), ("بند کریں", Wish.STOP), ("START", Wish.START)]
        ):
            reply = KeptReply(
                uuid4(),
                account_id,
                UUID(sender),
                "+919800000000",
                text,
                datetime.now(UTC),
                f"wamid.{campaign}.{number}",
                name="Asha",
                is_button=number == 0,
                wish=wish,
                campaign_id=UUID(campaign),
                row=1,
            )
            await store.keep_replies([Heard(reply)])
    finally:
        await store.close()
    async with visits() as visit:
        page = await visit.to(f"/campaigns/{campaign}/replies")
        await expect(page.get_by_role("row")).to_have_count(4)
        await expect(page.get_by_text("3, of which 1 asked to stop")).to_be_visible()
        await visit.check("replies")

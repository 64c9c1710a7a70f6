"""Sealed texts: found in every place, replaced only as they were seen."""

from uuid import uuid4

from campana.domain.endpoints import Endpoint
from campana.domain.notices import NoticeAddress, Route
from campana.domain.senders import Webhook
from campana.domain.sign_in import SecondFactor
from campana.engine.ports import SealedPlace, SealedText, Store
from tests.support.cast import MORNING, make_account, make_sender, make_user


async def one_in_each(store: Store) -> dict[SealedPlace, SealedText]:
    account = await make_account(store)
    sender = await make_sender(store, account, sealed_credentials="sealed-1")
    await make_sender(store, account, "Bare", sealed_credentials=None)
    user = await make_user(store, account)
    await store.save_second_factor(SecondFactor(user.id, "sealed-2"), [])
    await store.save_webhook(Webhook(sender.id, "digest", "sealed-3"))
    await store.keep_privacy_key(account.id, "sealed-4")
    endpoint = Endpoint(uuid4(), account.id, "https://shop.test", frozenset(), "sealed-5", MORNING)
    await store.add_endpoint(endpoint)
    address = NoticeAddress(uuid4(), account.id, Route.APPRISE, "tgram://…", False, "sealed-6", MORNING)
    await store.add_notice_address(address)
    return {
        SealedPlace.CREDENTIALS: SealedText(sender.id, "sealed-1"),
        SealedPlace.SECOND_FACTORS: SealedText(user.id, "sealed-2"),
        SealedPlace.ENDPOINTS: SealedText(endpoint.id, "sealed-5"),
        SealedPlace.NOTICES: SealedText(address.id, "sealed-6"),
        SealedPlace.WEBHOOKS: SealedText(sender.id, "sealed-3"),
        SealedPlace.PRIVACY: SealedText(account.id, "sealed-4"),
    }


async def test_every_place_gives_what_is_sealed_in_it(store: Store) -> None:
    made = await one_in_each(store)
    assert set(made) == set(SealedPlace)
    for place, text in made.items():
        assert await store.sealed_texts(place) == [text]


async def test_a_text_is_replaced_only_as_it_was_seen(store: Store) -> None:
    for place, text in (await one_in_each(store)).items():
        assert await store.replace_sealed_text(place, text, "anew")
        assert not await store.replace_sealed_text(place, text, "again")
        assert not await store.replace_sealed_text(place, SealedText(uuid4(), "anew"), "again")
        assert await store.sealed_texts(place) == [SealedText(text.owner, "anew")]

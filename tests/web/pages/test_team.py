"""The team's pages: invitations and links shown once, roles, and the last owner who stays."""

import re

import pytest

from campana.domain.accounts import Role
from tests.support.browsing import PASSWORD, Surfer, arrived
from tests.support.house import House


@pytest.fixture
def shop(small_house: House) -> House:
    """What the team looks like does not hang on the database."""
    return small_house


@pytest.fixture
async def alice(shop: House) -> Surfer:
    """An owner."""
    return await arrived(shop, "alice")


async def id_of(house: House, who: str) -> str:
    user = await house.store.user_by_email(f"{who}@campana.test")
    assert user is not None
    return str(user.id)


def link_in(answer, page: str) -> str:
    """The one link of that kind on the page, without its host."""
    (found,) = re.findall(rf'value="http://[^/"]+(/{page}\?token=[\w-]+)"', answer.body.decode())
    return found


async def test_an_invitation_is_shown_once_and_lets_somebody_in(shop, alice):
    answer = await alice.post("/team/invitations", {"email": "new@shop.test", "role": "operator"})
    link = link_in(answer, "invitation")
    page = (await alice.get("/team")).body.decode()
    assert "new@shop.test" in page
    assert link not in page
    assert "token=" not in page
    guest = Surfer(shop)
    await guest.get(link)
    token = link.partition("=")[2]
    assert (await guest.post("/invitation", {"token": token, "password": PASSWORD})).status == 303
    assert (await guest.sign_in("new@shop.test")).leads_to == "/"
    user = await shop.store.user_by_email("new@shop.test")
    assert user.role is Role.OPERATOR
    assert (await guest.get("/team")).status == 403


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"email": "nobody", "role": "viewer"}, "is not an e-mail address"),
        ({"email": "a@b.test", "role": "boss"}, "Choose a role"),
        ({"email": "a@b.test"}, "a@b.test is invited"),
        ({"email": "olga@campana.test", "role": "viewer"}, "olga@campana.test is in the team already"),
    ],
)
async def test_what_is_wrong_with_an_invitation_is_told(alice, fields, told):
    assert told in (await alice.post("/team/invitations", fields)).body.decode()


async def test_an_invitation_is_withdrawn(shop, alice):
    link = link_in(
        await alice.post("/team/invitations", {"email": "new@shop.test", "role": "viewer"}), "invitation"
    )
    page = (await alice.get("/team")).body.decode()
    (withdraw,) = re.findall(r'action="(/team/invitations/[^"]+/withdraw)"', page)
    assert (await alice.post(withdraw)).status == 303
    assert (await Surfer(shop).get(link)).status == 404
    assert (await alice.post(withdraw)).status == 404


async def test_roles_change_but_not_the_last_owners(shop, alice):
    olga, oneself = await id_of(shop, "olga"), await id_of(shop, "alice")
    page = (await alice.get(f"/team/{oneself}")).body.decode()
    assert "The last owner stays owner" in page
    assert f"/team/{oneself}/remove" not in page
    for path, fields in ((f"/team/{oneself}", {"role": "viewer"}), (f"/team/{oneself}/remove", {})):
        answer = await alice.post(path, fields)
        assert answer.status == 409
        assert "owner" in answer.body.decode()
    assert (await alice.post(f"/team/{olga}", {"role": "owner"})).status == 303
    assert "olga@campana.test has another role now" in (await alice.get("/team")).body.decode()
    assert f"/team/{oneself}/remove" in (await alice.get(f"/team/{oneself}")).body.decode()
    answer = await alice.post(f"/team/{oneself}", {"role": "viewer"})
    assert answer.leads_to == "/settings/profile", "the team is not theirs to see any more"
    assert (await alice.get("/settings/profile")).status == 200


async def test_somebody_is_removed_and_oneself(shop, alice):
    olga, victor, oneself = [await id_of(shop, who) for who in ("olga", "victor", "alice")]
    assert (await alice.post(f"/team/{victor}/remove")).leads_to == "/team"
    assert (await shop.get("victor", "/me")).status == 401
    await alice.post(f"/team/{olga}", {"role": "owner"})
    assert (await alice.post(f"/team/{oneself}/remove")).leads_to == "/sign-in"
    assert (await alice.get("/")).leads_to == "/sign-in"


async def test_a_reset_link_is_shown_once_and_sets_a_password(shop, alice):
    olga = await id_of(shop, "olga")
    link = link_in(await alice.post(f"/team/{olga}/reset-link"), "reset")
    assert "token=" not in (await alice.get(f"/team/{olga}")).body.decode()
    guest = Surfer(shop)
    await guest.get(link)
    token = link.partition("=")[2]
    assert (await guest.post("/reset", {"token": token, "password": f"{PASSWORD} 2"})).status == 303
    assert (await guest.sign_in("olga@campana.test", f"{PASSWORD} 2")).leads_to == "/"


async def test_a_lost_second_factor_is_turned_off(shop, alice):
    olga = await shop.store.user_by_email("olga@campana.test")
    path = f"/team/{olga.id}/second-factor-off"
    assert (await alice.post(path)).status == 404, "it is not on"
    assert path not in (await alice.get(f"/team/{olga.id}")).body.decode()

"""What belongs to an account, and lists: after a death at any statement each is as before, or as it was to
become; and whoever does it again gets what was asked for, once."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest

from campana.domain.accounts import Account, Role, User
from campana.domain.errors import NotFound
from campana.domain.messages import MessageStatus
from campana.domain.optouts import Wish
from campana.domain.receipts import Receipt
from campana.domain.recipients import RecipientList, Suppression, SuppressionSource
from campana.domain.replies import KeptReply
from campana.domain.senders import Sender
from campana.engine.ports import Heard, Post, Store, StoredPost, Unmatched
from tests.stores.mongo.dying import Died, dying
from tests.support.cast import (
    MORNING,
    TODAY,
    make_account,
    make_api_key,
    make_list,
    make_sender,
    make_session,
    make_user,
    phone_of,
)

LATER = MORNING + timedelta(hours=1)


@dataclass(frozen=True)
class World:
    """A business with an owner, an operator with a key, a sender, a list, one suppression and one post."""

    account: Account
    owner: User
    operator: User
    sender: Sender
    people: RecipientList
    suppression: Suppression

    @classmethod
    async def begin(cls, store: Store, name: str) -> "World":
        account = await make_account(store, name)
        owner = await make_user(store, account, f"owner@{name}.test")
        operator = await make_user(store, account, f"operator@{name}.test", role=Role.OPERATOR)
        await make_api_key(store, operator, f"key of {name}")
        await make_session(store, operator, f"session of {name}")
        sender = await make_sender(store, account)
        suppression = _suppression(account, 2)
        await store.add_suppressions([suppression])
        await store.store_posts([Post(sender.id, MORNING, b"{}")])
        return cls(account, owner, operator, sender, await make_list(store, account), suppression)


Act = Callable[[Store, World], Awaitable[object]]
Seen = Callable[[Store, World], Awaitable[object]]


def _suppression(account: Account, row: int) -> Suppression:
    return Suppression(uuid4(), account.id, phone_of(row), "asked", SuppressionSource.REPLY, MORNING)


def _heard(world: World, row: int, wish: Wish) -> Heard:
    name = f"{world.account.id} {wish}"
    reply = KeptReply(uuid4(), world.account.id, world.sender.id, phone_of(row), wish, LATER, name, wish=wish)
    if wish is Wish.STOP:
        return Heard(reply, stop=_suppression(world.account, row))
    return Heard(reply, lifts=frozenset({SuppressionSource.REPLY}))


async def _add(store: Store, world: World) -> None:
    await store.add_suppressions([_suppression(world.account, row) for row in (3, 4)], flag=True)


async def _drop(store: Store, world: World) -> None:
    await store.drop_suppression(world.account.id, world.suppression.id, at=LATER)


async def _hear(store: Store, world: World) -> None:
    await store.keep_replies([_heard(world, 3, Wish.STOP), _heard(world, 2, Wish.START)])


async def _people_left_alone(store: Store, world: World) -> object:
    """Who is suppressed, what is to be marked, and whether lanes were told of those who came."""
    phones = [phone_of(row) for row in range(2, 6)]
    suppressed = await store.suppressed_among(world.account.id, phones)
    flags = [flag for flag in await store.due_flags(LATER, limit=999) if flag.account_id == world.account.id]
    view = await store.lane_view(world.sender.id, now=LATER, day=TODAY)
    assert view is not None
    return suppressed, sorted((flag.phone, flag.opted_out) for flag in flags), view.opt_outs


async def _drop_user(store: Store, world: World) -> None:
    with suppress(NotFound):
        await store.drop_user(world.account.id, world.operator.id)


async def _promote(store: Store, world: World) -> None:
    await store.set_role(world.account.id, world.operator.id, Role.OWNER)


async def _team(store: Store, world: World) -> object:
    roles = sorted(user.role for user in await store.users(world.account.id))
    keys = len(await store.api_keys(world.account.id))
    return roles, keys, len(await store.sessions(world.operator.id))


async def _drop_list(store: Store, world: World) -> None:
    with suppress(NotFound):
        await store.drop_list(world.account.id, world.people.id)


async def _list(store: Store, world: World) -> object:
    """Whole or gone, once what is left of it was cleared away."""
    await store.drop_unfinished(LATER)
    found = await store.recipient_list(world.account.id, world.people.id)
    return found is not None, len(await store.recipients(world.people.id, limit=100))


async def _work_off(store: Store, world: World) -> None:
    posts = await _posts(store, world)
    receipt = Receipt("nobody's", MessageStatus.READ, MORNING)
    await store.drop_posts(posts, [Unmatched(world.sender.id, receipt, MORNING, MORNING)] if posts else [])


async def _posts(store: Store, world: World) -> list[StoredPost]:
    waiting = await store.waiting_posts(limit=99, most_bytes=9999)
    return [post for post in waiting if post.sender.id == world.sender.id]


async def _heard_of(store: Store, world: World) -> object:
    """A post is there, or what of it found no message is; never neither."""
    aside = [one for one in await store.unmatched(LATER, limit=99) if one.sender_id == world.sender.id]
    return len(await _posts(store, world)) or "worked off", len(aside) == 1


ACTS: dict[str, tuple[Act, Seen]] = {
    "add suppressions": (_add, _people_left_alone),
    "drop a suppression": (_drop, _people_left_alone),
    "keep replies": (_hear, _people_left_alone),
    "drop a user": (_drop_user, _team),
    "change a role": (_promote, _team),
    "drop a list": (_drop_list, _list),
    "work off a post": (_work_off, _heard_of),
}
BETWEEN = {"work off a post": (1, True)}


@pytest.mark.parametrize("name", ACTS)
async def test_all_of_it_or_nothing(store: Store, store_url: str, name: str) -> None:
    act, look = ACTS[name]
    undisturbed = await World.begin(store, "undisturbed")
    before = await look(store, undisturbed)
    await act(store, undisturbed)
    wanted = await look(store, undisturbed)
    assert before != wanted
    died = True
    deaths = -1
    while died:
        deaths += 1
        world = await World.begin(store, f"dead{deaths}")
        died = await _dies(store_url, act, world, deaths)
        await store.stranded()
        assert await look(store, world) in ((before, wanted, BETWEEN.get(name)) if died else (wanted,))
        await act(store, world)
        assert await look(store, world) == wanted
    assert deaths >= 2, "a verb of one statement proves nothing"


async def _dies(url: str, act: Act, world: World, after: int) -> bool:
    """Whether that many writes were not enough."""
    try:
        async with dying(url, after=after) as mortal:
            await act(mortal, world)
    except Died:
        return True
    return False

"""Whether what comes back comes back: posts worked off, senders heard of, an address that can be reached."""

import ipaddress
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from campana.engine.faults.kinds import INBOX_STANDS_AFTER, SILENT_AFTER, Scene, Sight
from campana.engine.faults.sending import busy_senders

MOST_SENDERS = 100
"""of an account"""


async def inbox(scene: Scene) -> Sequence[Sight]:
    """Posts wait to be worked off for too long."""
    backlog, now = await scene.store.backlog(), scene.clock.now()
    if backlog.oldest is None or now - backlog.oldest <= INBOX_STANDS_AFTER:
        return []
    minutes = (now - backlog.oldest).total_seconds() / 60
    return [
        Sight(
            f"{backlog.posts} posts of providers wait, the oldest for {minutes:.0f} min; "
            "is a worker running, and the database quick enough?"
        )
    ]


async def webhooks(scene: Scene) -> Sequence[Sight]:
    """Messages of a sender leave, and nothing comes back, though it has a webhook address."""
    busy, since = await busy_senders(scene), scene.clock.now() - SILENT_AFTER
    silent = {
        webhook.sender_id: webhook.last_event_at
        for webhook in await scene.store.webhooks()
        if webhook.sender_id in busy and (webhook.last_event_at is None or webhook.last_event_at < since)
    }
    return [
        Sight(
            f"sender {name} had {busy[sender]} messages accepted in the last hour, and "
            f"{_heard(silent[sender])}; is the address set at BizChat, and can it be reached from outside?",
            *(str(sender), name.account_id),
        )
        for sender, name in (await scene.store.sender_names(silent)).items()
    ]


async def public_url(scene: Scene) -> Sequence[Sight]:
    """There are webhook addresses on this machine's own name, which a provider elsewhere cannot reach."""
    if not _is_local(scene.public_url):
        return []
    told, far = {webhook.sender_id for webhook in await scene.store.webhooks()}, set[UUID]()
    for account in await scene.store.accounts():
        for sender in (await scene.store.senders(account.id, limit=MOST_SENDERS)).items:
            provider = scene.providers.get(sender.provider)
            if provider is not None and not _is_local(f"//{provider.host}"):
                far.add(sender.id)
    if not told & far:
        return []
    return [
        Sight(
            f"CAMPANA_PUBLIC_URL is {scene.public_url}, where BizChat cannot post what becomes of messages; "
            "set it to the address that others reach this server at"
        )
    ]


def _heard(last: datetime | None) -> str:
    return "nothing ever came back" if last is None else f"nothing came back since {last:%Y-%m-%d %H:%M} UTC"


def _is_local(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")

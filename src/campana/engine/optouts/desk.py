"""Takes in what the webhook brought: people's words, and WhatsApp's about them. What comes twice, or late,
changes nothing more."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from campana.domain.optouts import Vocabulary, Wish
from campana.domain.receipts import Receipt, Reply
from campana.domain.recipients import FROM_THE_PERSON, Suppression, SuppressionSource
from campana.domain.refusals import REFUSALS
from campana.domain.replies import LONGEST_TEXT, KeptReply
from campana.domain.senders import Sender
from campana.engine.ids import new_id
from campana.engine.optouts.refusals import Refusals, Refused
from campana.engine.ports import Addressed, Clock, Heard, OptOuts
from campana.engine.signals import Signals

log = structlog.get_logger(__name__)

ANSWERS_WITHIN = timedelta(days=7)
"""how long after a message a reply that quotes none still counts as its answer"""
LOOKED_AT = 20
LONGEST_NAME = 200
LONGEST_QUOTE = 60
_LEFT = frozenset({"SENDING", "SENT", "DELIVERED", "READ", "UNKNOWN"})
"""A quick answer comes before our own record of the message it answers."""


class OptOutDesk:
    """Keeps replies with the campaigns they answer, and obeys them."""

    def __init__(self, store: OptOuts, refusals: Refusals, *, clock: Clock, signals: Signals) -> None:
        self._store = store
        self._refusals = refusals
        self._clock = clock
        self._signals = signals

    async def handle(self, sender: Sender, replies: Sequence[Reply]) -> None:
        """People wrote to that sender. Safe to repeat."""
        if not replies:
            return
        vocabulary = (await self._store.preferences(sender.account_id)).vocabulary
        heard = [await self._heard(sender, reply, vocabulary) for reply in replies]
        new = await self._store.keep_replies(heard)
        wishes = sum(1 for one in heard if one.reply.wish)
        log.info("replies.kept", sender=str(sender.id), given=len(replies), new=new, wishes=wishes)
        if wishes:
            self._signals.ring()

    async def refused(self, sender: Sender, receipts: Sequence[Receipt]) -> None:
        """Messages of that sender failed, by these receipts. Safe to repeat."""
        for receipt in receipts:
            if receipt.code not in REFUSALS or receipt.phone is None:
                continue
            message = await self._store.message_named(sender.id, receipt.provider_message_id)
            campaign_id = message.campaign_id if message else None
            await self._refusals.draw(Refused(sender.account_id, receipt.phone, receipt.code, campaign_id))

    async def _heard(self, sender: Sender, reply: Reply, vocabulary: Vocabulary) -> Heard:
        now = self._clock.now()
        # A clock that is ahead must not let an old wish win over all that come after it.
        at = min(reply.at or now, now)
        answered = await self._answered(sender, reply, at)
        text = _plain(reply.text)[:LONGEST_TEXT]
        kept = KeptReply(
            id=new_id(),
            account_id=sender.account_id,
            sender_id=sender.id,
            phone=reply.phone,
            text=text,
            at=at,
            provider_message_id=reply.provider_message_id or _name_for(reply),
            name=_plain(reply.name)[:LONGEST_NAME],
            is_button=reply.is_button,
            wish=vocabulary.wish_of(text),
            campaign_id=answered.campaign_id if answered else None,
            row=answered.row if answered else None,
        )
        if kept.wish is Wish.STOP:
            return Heard(kept, stop=_suppression(kept, now))
        return Heard(kept, lifts=FROM_THE_PERSON if kept.wish is Wish.START else frozenset())

    async def _answered(self, sender: Sender, reply: Reply, at: datetime) -> Addressed | None:
        """The message that was quoted or whose button was tapped; else the last one to that number."""
        if reply.replied_to:
            named = await self._store.message_named(sender.id, reply.replied_to)
            if named is not None:
                return named
        latest = await self._store.messages_to(
            sender.account_id,
            reply.phone,
            since=at - ANSWERS_WITHIN,
            limit=LOOKED_AT,
            sender_id=sender.id,
        )
        return next((each for each in latest if each.status in _LEFT), None)


def _suppression(reply: KeptReply, now: datetime) -> Suppression:
    quote = reply.text.strip()[:LONGEST_QUOTE]
    how = "tapped" if reply.is_button else "wrote"
    return Suppression(
        id=new_id(),
        account_id=reply.account_id,
        phone=reply.phone,
        reason=f"the person {how} “{quote}”",
        source=SuppressionSource.REPLY,
        created_at=now,
    )


def _name_for(reply: Reply) -> str:
    """A name for a reply that came without one, the same each time it comes."""
    parts = (reply.phone, reply.text, reply.at.isoformat() if reply.at else "", reply.replied_to or "")
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "replace"))
    return f"unnamed.{digest.hexdigest()[:32]}"


def _plain(text: str) -> str:
    """Without what no database takes: zero characters, and halves of others."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()

"""Short numbers that stand for long texts in indexes, the same in every store."""

from hashlib import blake2b
from uuid import UUID


def provider_key(sender_id: UUID, provider_message_id: str) -> int:
    """Eight bytes that stand for a provider's id among all senders, as a signed number."""
    return salted_key(sender_id.bytes, provider_message_id)


def salted_key(salt: bytes, provider_message_id: str) -> int:
    """The same by the sender's sixteen bytes."""
    digest = blake2b(salt + provider_message_id.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)

"""The ids that BizChat and WhatsApp give: wamids, log and contact uids."""

import base64
import hashlib
import itertools
import secrets
import uuid


class WamidMint:
    """Makes message ids that are unique over restarts too. They hold `+`, `/` and `=`, as real ones do."""

    def __init__(self) -> None:
        self._run = secrets.token_bytes(7)
        self._numbers = itertools.count(1)

    def make(self, phone: str) -> str:
        """Return a new id for a message to `phone`."""
        inside = b"\x1c\x18\x0c" + phone.encode() + self._run + next(self._numbers).to_bytes(5, "big")
        return "wamid." + base64.b64encode(inside).decode()


def related_wamid(wamid: str, why: str) -> str:
    """Return the id of a message that belongs to `wamid`, e.g. its reply: always the same."""
    return "wamid." + hashlib.sha1(f"{wamid}:{why}".encode(), usedforsecurity=False).hexdigest().upper()


def contact_uid(vendor_uid: str, phone: str) -> str:
    """Return the vendor's uid of a contact: always the same."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{vendor_uid}:{phone}"))


def log_uid() -> str:
    """Return the uid of one entry of the vendor's message log."""
    return str(uuid.uuid4())

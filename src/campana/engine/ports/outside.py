"""The world around the engine: time, sealed secrets, and the way to people's phones."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from campana.domain.campaigns import Header, Template
from campana.domain.outcomes import Check, Explanation, Outcome
from campana.domain.receipts import Event, StatusReport
from campana.domain.senders import Credentials


class Clock(Protocol):
    """Time, injected so that tests can own it."""

    def now(self) -> datetime:
        """The wall clock, aware UTC. It may jump."""

    def monotonic(self) -> float:
        """Seconds that only grow and go on while the machine sleeps."""

    async def sleep(self, seconds: float) -> None:
        """Return after that many seconds."""


class Vault(Protocol):
    """Seals secrets so that a copy of the database gives none away."""

    def seal(self, secrets: Mapping[str, str]) -> str:
        """An opaque text that only `unseal` can read."""

    def unseal(self, sealed: str) -> dict[str, str]:
        """The secrets. Raises ConfigurationError when the key is not the one they were sealed with."""

    def reseal(self, sealed: str) -> str | None:
        """The same under the present key, or None where it is already. Raises ConfigurationError likewise."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message as it goes out: everything filled in and cleaned. Phone is E.164."""

    phone: str = field(repr=False)
    template: Template
    fields: Mapping[str, str] = field(repr=False)
    header: Header | None = field(default=None, repr=False)


class Step(Protocol):
    """A step that is traced, while it is done."""

    @property
    def trace_id(self) -> str:
        """Of the trace it belongs to; empty where it is not traced."""

    def note(self, fields: Mapping[str, object]) -> None:
        """Add to what is said of it."""

    def rename(self, name: str) -> None:
        """What it is becomes known only in the end."""


class Tracing(Protocol):
    """Tells how long steps take, and which belong together. Fields are ids, codes and counts, never a text,
    a secret or a person; an error is told by its class alone."""

    def step(self, name: str, fields: Mapping[str, object]) -> AbstractContextManager[Step]:
        """A step, for as long as the block lasts; a part of the step around it."""

    def sample(self, name: str, fields: Mapping[str, object]) -> AbstractContextManager[Step]:
        """The same for what comes by the thousand, of which only a share is traced."""


class Mailer(Protocol):
    """The way to people's mailboxes, where one is set up."""

    async def send(self, to: str, subject: str, text: str) -> bool:
        """Whether the mail server took the letter. What went wrong is logged, never raised."""


class Provider(Protocol):
    """The way to people's phones. One instance serves all senders of that provider."""

    @property
    def host(self) -> str:
        """What shares a request limit: lanes of one host slow down together."""

    async def send(self, credentials: Credentials, envelope: Envelope) -> Outcome:
        """Make exactly one attempt. Never raises for anything the network or the provider does."""

    def events(self, post: bytes) -> Sequence[Event]:
        """What a post to our webhook tells, in its order; nothing where it cannot be read. Never raises."""

    async def message_status(self, credentials: Credentials, provider_message_id: str) -> StatusReport:
        """Ask what became of a message that was accepted. Counts as a request at the host; never raises."""

    async def flag(self, credentials: Credentials, phone: str, *, opted_out: bool) -> Outcome:
        """Set the provider's own opt-out mark on a contact, or take it away; ACCEPTED when it did. A repeat
        does no harm. Counts as a request at the host; never raises."""

    async def check(self, credentials: Credentials) -> Check:
        """Ask whether token and vendor are accepted, and which templates are approved."""

    def explain(self, code: str) -> Explanation | None:
        """What an outcome's or a receipt's code means; None for a code that the provider never gives."""

    async def close(self) -> None:
        """Let go of connections."""

"""The BizChat provider: one HTTP call per verb, its parts in the modules beside it."""

from collections.abc import Sequence
from datetime import datetime
from types import TracebackType
from typing import Self
from urllib.parse import quote

from campana.domain.outcomes import ApprovedTemplate, Check, Explanation, Outcome
from campana.domain.receipts import Event, StatusReport
from campana.domain.senders import Credentials
from campana.engine.ports import Envelope
from campana.providers.bizchat import codes, request, templates, webhook
from campana.providers.bizchat.answer import own, read_answer
from campana.providers.bizchat.contact import read_flagged
from campana.providers.bizchat.limits import now_s, read_date
from campana.providers.bizchat.status import read_status
from campana.providers.bizchat.transport import NoAnswer, Target, Timeouts, Transport

MOST_TARGETS = 1024
"""senders whose URL and headers are kept ready; past it all are made anew"""

UNREACHED_HOLD_S = 1.0
"""what could not reach the host concerns every lane of it, so it comes with a pause"""

_UNREACHED = frozenset({"dns", "connect_refused", "connect_timeout", "connect_failed", "tls"})


class BizChat:
    """Implements `campana.engine.ports.Provider`. One instance, many senders, many sends at once."""

    def __init__(self, base_url: str, timeouts: Timeouts | None = None) -> None:
        """Raises ConfigurationError where the base URL is none, or TLS cannot be set up."""
        self._address = request.Address(base_url)
        self._transport = Transport(timeouts or Timeouts(), secure=self._address.secure)
        self._targets: dict[Credentials, Target] = {}

    @property
    def host(self) -> str:
        """Host and port of the base URL: BizChat limits requests per client address (bizchat.md, Limits)."""
        return self._address.host

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def send(self, credentials: Credentials, envelope: Envelope) -> Outcome:
        """Exactly one attempt; never raises for anything the network or BizChat does.

        A cancelled send may still go out: its outcome is unknown.
        """
        target = self._targets.get(credentials)
        if target is None:
            try:
                target = self._remember(credentials)
            except ValueError:
                return own("bad_credentials")
        try:
            answer = await self._transport.post(target, request.body(credentials, envelope))
        except NoAnswer as failure:
            return own(failure.code, hold=UNREACHED_HOLD_S if failure.code in _UNREACHED else None)
        return read_answer(answer, credentials, now=now_s())

    async def flag(self, credentials: Credentials, phone: str, *, opted_out: bool) -> Outcome:
        """Mark a contact as opted out, or as not; never raises for what BizChat does. Counts as a request."""
        try:
            target = self._question(credentials, request.flag_path(phone))
            answer = await self._transport.post(target, request.flag_body(opted_out=opted_out))
        except ValueError:
            return own("bad_credentials")
        except NoAnswer as failure:
            return own(failure.code, hold=UNREACHED_HOLD_S if failure.code in _UNREACHED else None)
        return read_flagged(answer, credentials, now=now_s())

    def explain(self, code: str) -> Explanation | None:
        """What a code of an outcome or a receipt means."""
        return codes.explain(code)

    async def check(self, credentials: Credentials) -> Check:
        """Whether token and vendor are accepted, and all approved templates; never raises for what
        BizChat does.

        `templates` is empty where the list could not be read whole.
        """
        found: list[ApprovedTemplate] = []
        for number in range(1, templates.MOST_PAGES + 1):
            page = await self._page(credentials, number)
            if isinstance(page, Check):
                return page if number == 1 else templates.accepted((), whole=False)
            found += page.templates
            if number >= page.last:
                return templates.accepted(tuple(found), whole=True)
        return templates.accepted((), whole=False)

    def events(self, post: bytes) -> Sequence[Event]:
        """The receipts and replies of a post to our webhook; never raises."""
        return webhook.parse(post)

    async def message_status(self, credentials: Credentials, provider_message_id: str) -> StatusReport:
        """What BizChat knows of a message it accepted; never raises for what BizChat does. Counts as a
        request."""
        question = f"{request.MESSAGE_STATUS}?wamid={quote(provider_message_id, safe='')}"
        try:
            answer = await self._transport.get(self._question(credentials, question))
        except ValueError:
            return StatusReport(None, codes.OWN["bad_credentials"].meaning)
        except NoAnswer as failure:
            hold = UNREACHED_HOLD_S if failure.code in _UNREACHED else None
            return StatusReport(None, codes.OWN[failure.code].meaning, hold)
        return read_status(answer, credentials, provider_message_id, now=now_s())

    async def time(self) -> datetime | None:
        """What time BizChat's machine has, to the second, by an answer's Date; None when out of reach."""
        try:
            answer = await self._transport.get(Target.of(self._address.base, {"Accept": "application/json"}))
        except NoAnswer:
            return None
        return read_date(answer.headers)

    async def close(self) -> None:
        """Let go of connections. What is under way ends as UNKNOWN."""
        await self._transport.close()

    async def _page(self, credentials: Credentials, number: int) -> templates.Page | Check:
        query = f"page={number}&page_size={templates.PAGE_SIZE}"
        try:
            target = self._question(credentials, f"{request.TEMPLATES}?{query}")
            answer = await self._transport.get(target)
        except ValueError:
            return templates.malformed()
        except NoAnswer as failure:
            return templates.unreachable(codes.OWN[failure.code].meaning)
        return templates.read_page(answer, credentials)

    def _question(self, credentials: Credentials, path: str) -> Target:
        return Target.of(self._address.url(credentials, path), request.headers(credentials))

    def _remember(self, credentials: Credentials) -> Target:
        if len(self._targets) >= MOST_TARGETS:
            self._targets.clear()
        target = self._question(credentials, request.SEND)
        self._targets[credentials] = target
        return target

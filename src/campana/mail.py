"""Mail by SMTP, with the standard library, beside the event loop. Knows nothing of what the letters are
about."""

import asyncio
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit

import structlog

from campana.domain.errors import ConfigurationError

log = structlog.get_logger(__name__)

TIMEOUT_S = 15.0
_PORTS = {"smtp": 587, "smtps": 465}


class SmtpMailer:
    """`smtp://user:password@host:587` (STARTTLS wherever the server offers it; always before a password) or
    `smtps://…:465` (TLS from the first byte)."""

    def __init__(self, url: str, sender: str) -> None:
        """Raises ConfigurationError for a URL that is none, or without a sender's address."""
        parts = urlsplit(url)
        try:
            self._port = parts.port or _PORTS[parts.scheme]
        except (ValueError, KeyError):
            raise ConfigurationError(
                "CAMPANA_SMTP_URL is no address of a mail server; write smtp://user:password@host:587"
            ) from None
        if not parts.hostname or "@" not in sender:
            raise ConfigurationError(
                "CAMPANA_SMTP_URL needs a host, and CAMPANA_MAIL_FROM an e-mail address to send from"
            )
        self._host = parts.hostname
        self._tls = parts.scheme == "smtps"
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._sender = sender

    async def send(self, to: str, subject: str, text: str) -> bool:
        """Whether the server took the letter; what went wrong stands in the log, without the letter."""
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = self._sender, to, subject
        letter["Date"], letter["Message-ID"] = (
            formatdate(),
            make_msgid(domain=self._sender.rpartition("@")[2]),
        )
        letter.set_content(text)
        try:
            await asyncio.to_thread(self._deliver, letter)
        except (OSError, smtplib.SMTPException) as error:
            log.warning("mail.failed", host=self._host, kind=type(error).__name__)
            return False
        log.info("mail.sent", host=self._host)
        return True

    async def trouble(self) -> str | None:
        """Why the server would take no letter now, None when it would. Signs in and sends nothing."""
        try:
            await asyncio.to_thread(self._knock)
        except (OSError, smtplib.SMTPException) as error:
            return f"{self._host}:{self._port} cannot be used ({type(error).__name__})"
        return None

    def _knock(self) -> None:
        with self._signed_in() as server:
            server.noop()

    def _deliver(self, letter: EmailMessage) -> None:
        with self._signed_in() as server:
            server.send_message(letter)

    @contextmanager
    def _signed_in(self) -> Iterator[smtplib.SMTP]:
        context = ssl.create_default_context()
        with self._connected(context) as server:
            if not self._tls:
                server.ehlo()
                if server.has_extn("starttls") or self._user:
                    server.starttls(context=context)
            if self._user:
                server.login(self._user, self._password)
            yield server

    def _connected(self, context: ssl.SSLContext) -> smtplib.SMTP:
        if self._tls:
            return smtplib.SMTP_SSL(self._host, self._port, timeout=TIMEOUT_S, context=context)
        return smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_S)

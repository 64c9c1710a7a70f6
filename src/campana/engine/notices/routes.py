"""Gets a letter to an address, whatever kind of address it is."""

import json

from campana.domain.errors import ConfigurationError
from campana.domain.notices import NoticeAddress, Route
from campana.domain.times import iso
from campana.engine.notices.letters import Letter
from campana.engine.notices.memory import Memory
from campana.engine.ports import Mailer, Notifier, Poster, Vault

AGENT = "Campana-Notices/1"
NO_MAIL = "this server has no mail server to send by (CAMPANA_SMTP_URL); ask whoever runs it"


class Routes:
    """By mail, by a post of JSON, or through Apprise. Neither raises for what goes wrong outside."""

    def __init__(self, vault: Vault, mailer: Mailer | None, poster: Poster, notifier: Notifier) -> None:
        self._vault = vault
        self._mailer = mailer
        self._poster = poster
        self._notifier = notifier

    def sealed(self, address: str) -> str:
        """The address as it is kept."""
        return self._vault.seal({"address": address})

    async def refusal(self, route: Route, address: str) -> str | None:
        """Why nothing can get to that address; None when something can."""
        match route:
            case Route.MAIL:
                return None if self._mailer else NO_MAIL
            case Route.WEBHOOK:
                return await self._poster.refusal(address)
            case Route.APPRISE:
                return await self._notifier.refusal(address)

    async def deliver(self, to: NoticeAddress, letter: Letter) -> str:
        """One try: what went wrong, nothing where the letter was taken."""
        try:
            address = self._vault.unseal(to.sealed)["address"]
        except ConfigurationError:
            return "the address cannot be read any more, as the secret key has changed; add it anew"
        match to.route:
            case Route.MAIL:
                return await self._mail(address, letter)
            case Route.WEBHOOK:
                return await self._post(address, letter)
            case Route.APPRISE:
                return await self._notifier.notify(address, letter.title, letter.text) or ""

    async def _mail(self, address: str, letter: Letter) -> str:
        if self._mailer is None:
            return NO_MAIL
        taken = await self._mailer.send(address, letter.title, letter.text)
        return "" if taken else "the mail server did not take it; the server's log says why"

    async def _post(self, address: str, letter: Letter) -> str:
        headers = {"Content-Type": "application/json", "User-Agent": AGENT}
        posted = await self._poster.post(address, _body(letter), headers)
        if posted.taken:
            return ""
        return posted.said if posted.answered is None else f"the address answered {posted.answered}"


def _body(letter: Letter) -> bytes:
    news = letter.news
    parts = {} if news is None else {"began": news.began, "lasts": news.lasts, "over": news.over}
    troubles = [each for state, memory in parts.items() for each in _troubles(state, memory)]
    return json.dumps({"title": letter.title, "text": letter.text, "troubles": troubles}).encode()


def _troubles(state: str, memory: Memory) -> list[dict[str, str]]:
    return [
        {"fault": fault.name, "subject": subject, "state": state, "since": iso(one.since), "text": one.text}
        for (fault, subject), one in memory.items()
    ]

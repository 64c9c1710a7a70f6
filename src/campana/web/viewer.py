"""Who looks at a page: in which language, with whose numbers and dates, in which time zone, light or dark."""

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale, negotiate_locale
from starlette.requests import Request

LOCALES = (
    *("en_US", "en_GB", "en_IN", "en_AU", "en_CA", "en_IE", "en_NZ", "en_SG", "en_ZA", "en_AE", "en"),
    *("hi", "bn", "gu", "kn", "ml", "mr", "ta", "te", "pa", "ur"),
    *(
        "ar",
        "cs",
        "da",
        "de",
        "de_CH",
        "es",
        "es_MX",
        "fi",
        "fr",
        "fr_CA",
        "he",
        "hu",
        "id",
        "it",
        "ja",
        "ko",
    ),
    *("ms", "nb", "nl", "pl", "pt", "pt_BR", "ro", "ru", "sv", "sw", "th", "tr", "uk", "vi", "zh"),
)
"""Whose numbers and dates can be written. A fixed list: each is kept in memory once it was asked for."""
DEFAULT = "en_US"
UTC = ZoneInfo("UTC")
ZONE_COOKIE = "tz"
THEME_COOKIE = "theme"


@dataclass(frozen=True, slots=True)
class Viewer:
    """`language` is that of texts, `locale` that of numbers and dates.

    `zone_known` is False until the browser has told its time zone; then UTC stands in for it."""

    language: str
    locale: Locale
    timezone: ZoneInfo
    zone_known: bool
    theme: Literal["light", "dark"] | None
    now: datetime
    """the moment at which the page is made"""

    @property
    def tag(self) -> str:
        """The locale as browsers write it, such as en-IN."""
        return str(self.locale).replace("_", "-")


VIEWER: ContextVar[Viewer] = ContextVar("viewer")
"""Whom the page is for that is being made: filters go by it, also in macros, which know no page."""


def viewer(request: Request, *, languages: tuple[str, ...], now: datetime) -> Viewer:
    """What the request tells of its sender; each part has a default."""
    wished = _wished(request.headers.get("accept-language", "")[:200])
    timezone = _zone(request.cookies.get(ZONE_COOKIE, ""))
    theme = request.cookies.get(THEME_COOKIE)
    return Viewer(
        language=negotiate_locale(wished, languages, sep="_") or "en",
        locale=Locale.parse(negotiate_locale(wished, LOCALES, sep="_") or DEFAULT),
        timezone=timezone or UTC,
        zone_known=timezone is not None,
        theme="dark" if theme == "dark" else "light" if theme == "light" else None,
        now=now,
    )


def known_zone(name: str) -> ZoneInfo | None:
    """The time zone of that IANA name, if there is one."""
    return _zone(name)


def zone_of(request: Request) -> ZoneInfo:
    """The time zone that the browser told, else UTC: what a time without a zone means in a form."""
    return _zone(request.cookies.get(ZONE_COOKIE, "")) or UTC


def _wished(header: str) -> list[str]:
    """What an Accept-Language names, in its order, which is that of its weights in every browser."""
    parts = (part.partition(";")[0].strip().replace("-", "_") for part in header.split(","))
    return [part for part in parts if part]


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo | None:
    """The zone of a cookie; names come from outside, so only known ones are opened."""
    name = name.replace("%2F", "/")
    return ZoneInfo(name) if name in _zones() else None


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())

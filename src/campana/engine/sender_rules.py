"""What a sender's settings must look like, and what stands in for those that were left out."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from campana.domain.accounts import Account
from campana.domain.errors import FieldProblem, InvalidInput
from campana.domain.phones import known_country

LONGEST_NAME = 120
HIGHEST_DAILY_LIMIT = 10_000_000
HIGHEST_RATE_PER_S = 1000.0

# A token travels in a header, the vendor UID in the path of a URL: neither may carry anything that breaks
# out of them.
_CREDENTIALS = {
    "api_token": re.compile(r"[\x21-\x7e]{8,2000}"),
    "vendor_uid": re.compile(r"[A-Za-z0-9_-]{4,100}"),
    "from_phone_number_id": re.compile(r"[A-Za-z0-9_-]{0,64}"),
}
_NEEDED = ("api_token", "vendor_uid")


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderRequest:
    """What the caller said of a sender; None where nothing was said. Credentials are in clear, by their
    names."""

    name: str | None = None
    provider: str | None = None
    credentials: Mapping[str, str] | None = field(default=None, repr=False)
    rate_limit_per_s: float | None = None
    daily_limit: int | None = None
    timezone: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderPolicy:
    """Defaults for new senders, and the highest limits that anybody may set (rates are messages/s)."""

    rate_limit_per_s: float = 29.0
    daily_limit: int = 1000
    timezone: str = "UTC"
    country: str = "IN"
    provider: str = "bizchat"
    highest_rate_per_s: float = HIGHEST_RATE_PER_S
    highest_daily_limit: int = HIGHEST_DAILY_LIMIT

    def under(self, account: Account) -> "SenderPolicy":
        """The policy where the account has ceilings; what it hands out by itself stays below them as well."""
        rate = min(self.highest_rate_per_s, account.rate_limit_per_s or self.highest_rate_per_s)
        daily = min(self.highest_daily_limit, account.daily_limit or self.highest_daily_limit)
        return replace(
            self,
            rate_limit_per_s=min(self.rate_limit_per_s, rate),
            daily_limit=min(self.daily_limit, daily),
            highest_rate_per_s=rate,
            highest_daily_limit=daily,
        )

    def complete(self, request: SenderRequest) -> SenderRequest:
        """The request with the defaults in its gaps; a missing name stays a problem to be told."""
        gaps = {
            name: getattr(self, name)
            for name in ("provider", "rate_limit_per_s", "daily_limit", "timezone", "country")
            if getattr(request, name) is None
        }
        return replace(request, name=request.name or "", **gaps)


def check_sender(
    request: SenderRequest, policy: SenderPolicy, *, providers: Collection[str], known: bool
) -> dict[str, Any]:
    """The parts of a Sender that the request names, as the domain has them; not its credentials.

    `known` says that there are credentials already, of which the request may replace a part. Raises
    InvalidInput
    with every problem.
    """
    problems = [*_problems(request, policy, providers), *_credential_problems(request.credentials, known)]
    if problems:
        raise InvalidInput(problems)
    checked: dict[str, Any] = {
        name: getattr(request, name)
        for name in ("provider", "rate_limit_per_s", "daily_limit")
        if getattr(request, name) is not None
    }
    if request.name is not None:
        checked["name"] = request.name.strip()
    if request.timezone is not None:
        checked["timezone"] = ZoneInfo(request.timezone)
    if request.country is not None:
        checked["country"] = known_country(request.country)
    return checked


def _problems(
    request: SenderRequest, policy: SenderPolicy, providers: Collection[str]
) -> Iterator[FieldProblem]:
    if request.name is not None and not 1 <= len(request.name.strip()) <= LONGEST_NAME:
        yield FieldProblem("name", f"give the sender a name of 1 to {LONGEST_NAME} characters")
    if request.provider is not None and request.provider not in providers:
        yield FieldProblem("provider", f"there is no such provider; one of: {', '.join(sorted(providers))}")
    rate = request.rate_limit_per_s
    if rate is not None and not 0 < rate <= policy.highest_rate_per_s:
        yield FieldProblem(
            "rate_limit_per_s", f"must be above 0 and at most {policy.highest_rate_per_s:g} messages a second"
        )
    limit = request.daily_limit
    if limit is not None and not 1 <= limit <= policy.highest_daily_limit:
        yield FieldProblem("daily_limit", f"must be a whole number from 1 to {policy.highest_daily_limit:,}")
    # Asking the list first keeps paths such as "../x", which ZoneInfo would try to open, away from it.
    if request.timezone is not None and request.timezone not in available_timezones():
        yield FieldProblem("timezone", "is not an IANA time zone; write it like Asia/Kolkata or UTC")
    if request.country is not None:
        yield from _country_problems(request.country)


def _country_problems(country: str) -> Iterator[FieldProblem]:
    try:
        known_country(country)
    except InvalidInput as error:
        yield from error.problems


def _credential_problems(credentials: Mapping[str, str] | None, known: bool) -> Iterator[FieldProblem]:
    if credentials is None:
        return
    for name in _NEEDED:
        if not known and name not in credentials:
            yield FieldProblem(f"credentials.{name}", "is missing; the provider needs token and vendor UID")
    for name, text in credentials.items():
        pattern = _CREDENTIALS.get(name)
        if pattern is None:
            yield FieldProblem(f"credentials.{name}", f"is not one of: {', '.join(_CREDENTIALS)}")
        elif not pattern.fullmatch(text.strip()):
            yield FieldProblem(f"credentials.{name}", "is empty, too short or has characters it cannot have")

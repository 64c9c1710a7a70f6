"""What somebody asks for when they add an endpoint or change it: whether it can be kept like that."""

from collections.abc import Collection
from urllib.parse import urlsplit

from campana.domain.endpoints import CHOICES, EventType
from campana.domain.errors import FieldProblem, InvalidInput

LONGEST_URL = 2000


def checked(url: str, events: Collection[str]) -> tuple[str, frozenset[EventType]]:
    """An endpoint as it may be kept. Raises InvalidInput with every problem."""
    problems = [FieldProblem("url", problem) for problem in url_problems(url)]
    unknown = sorted(set(events) - set(CHOICES))
    if unknown:
        problems.append(FieldProblem("events", f"{unknown[0][:40]!r} is not one of: {', '.join(CHOICES)}"))
    elif not events:
        problems.append(FieldProblem("events", "choose at least one"))
    if problems:
        raise InvalidInput(problems)
    return url.strip(), frozenset(EventType(event) for event in events)


def url_problems(url: str) -> list[str]:
    """What is wrong with an address that posts shall go to."""
    try:
        parts = urlsplit(url.strip())
        _ = parts.port
    except ValueError:
        return ["is no address; write it like https://example.com/campana"]
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ["is no address; write it like https://example.com/campana"]
    found = []
    if len(url) > LONGEST_URL:
        found.append(f"has more than {LONGEST_URL:,} characters")
    if parts.username or parts.password:
        found.append("holds a user name or password; the signature tells that a post is genuine")
    if any(letter.isspace() or not letter.isprintable() for letter in url.strip()):
        found.append("holds a space or a character that cannot be seen")
    return found

"""The platform's request window: so many requests per client address in a fixed span (bizchat.md, Limits).

All vendors of one address share it, status polls included. As in the platform behind BizChat, the window
opens with the first request, and a refused request does not count.
"""

import math
import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """`limit` requests in `seconds`."""

    limit: int
    seconds: float

    def __post_init__(self) -> None:
        if self.limit < 1 or self.seconds <= 0:
            raise ValueError(
                "a window needs at least one request and a positive number of seconds, e.g. 60/60"
            )


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether a request may pass, and what its rate-limit headers say. `resets_in` is in seconds."""

    admitted: bool
    limit: int
    remaining: int
    resets_in: float

    @property
    def retry_after(self) -> int:
        """Whole seconds to wait, as `Retry-After` gives them: never 0."""
        return max(1, math.ceil(self.resets_in))


def parse_window(spec: str) -> Window:
    """Read `LIMIT/SECONDS`, e.g. `60/60`; ValueError says what is wrong."""
    found = re.fullmatch(r"(\d+)/(\d+(?:\.\d+)?)", spec)
    if found is None:
        raise ValueError(f"window {spec!r}: write it as LIMIT/SECONDS, e.g. 60/60")
    return Window(int(found[1]), float(found[2]))


class WindowCounter:
    """Counts the requests of each client address in its current window."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[float, int]] = {}

    def admit(self, window: Window, *, client: str, now: float) -> Admission:
        """Count one request of `client` at `now` (seconds, any steady clock) and say whether it may pass."""
        opened, used = self._open.get(client, (now, 0))
        if now - opened >= window.seconds:
            opened, used = now, 0
        admitted = used < window.limit
        if admitted:
            used += 1
        self._open[client] = (opened, used)
        return Admission(admitted, window.limit, max(0, window.limit - used), opened + window.seconds - now)

    def clear(self) -> None:
        """Close every window."""
        self._open.clear()

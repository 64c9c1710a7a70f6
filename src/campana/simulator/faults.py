"""Faults on demand: the one table of what can be asked for, the reading of `KIND=SHARE`, and the draw.

The table is what the command's help and docs/simulator.md print. What each kind does on the wire stands in
plans.py.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

GATEWAY_STATUSES = (500, 502, 504, 520, 524)

_GATEWAY = {
    f"{status}_{moment}": meaning
    for status in GATEWAY_STATUSES
    for moment, meaning in (
        ("before", f"HTTP {status}, and the message did not go out"),
        ("after", f"HTTP {status}, although the message went out"),
    )
}

FAULTS: Mapping[str, str] = MappingProxyType(
    {
        "held_for_quality_assessment": "a success with that status; the message goes out",
        "slow:SECONDS": "a success that is answered after SECONDS; the message went out at once",
        "late:CODE": "accepted with a wamid, later a failed webhook with Meta's CODE; nobody got it",
        "invalid_token": "HTTP 200, result failed: wrong token or unknown vendor",
        "vendor_suspended": "HTTP 200, result failed: the vendor is suspended",
        "setup_incomplete": "HTTP 200, result failed: the WhatsApp set-up is incomplete",
        "plan_expired": "HTTP 200, result failed: the plan has expired",
        "contact_quota": "HTTP 200, result failed: the contact quota is used up",
        "template_not_found": "HTTP 200, result failed: no such template in that language",
        "bad_sender": "HTTP 200, result failed: from_phone_number_id is not the account's",
        "401_plan": "HTTP 401: the plan has no API access",
        "401_whatsapp_token": "HTTP 401: the WhatsApp token behind the account has expired",
        "422": "HTTP 422: a field is malformed",
        "throttle[:SECONDS]": "HTTP 429, JSON or HTML as Accept asks, with Retry-After (2 unless given)",
        "throttle_json[:SECONDS]": "HTTP 429 as JSON whatever Accept says",
        "throttle_html[:SECONDS]": "HTTP 429 as HTML whatever Accept says",
        "firewall_403": "HTTP 403 as HTML, from a firewall in front",
        "maintenance_503": "HTTP 503: down for maintenance, not processed",
        "meta:CODE": "WhatsApp refuses with Meta's CODE, in Meta's own HTTP status",
        **_GATEWAY,
        "hang_before": "never answers; the message did not go out",
        "hang_after": "never answers, although the message went out",
        "reset_before": "TCP reset after the request was read; the message did not go out",
        "reset_after": "TCP reset after the message went out",
        "close_before": "connection closed without an answer; the message did not go out",
        "close_after": "connection closed without an answer, although the message went out",
        "unreadable_garbage": "HTTP 200 with something that is not JSON; the message went out",
        "unreadable_empty": "HTTP 200 with an empty body; the message went out",
        "unreadable_no_ids": "HTTP 200, result success, but no ids; the message went out",
        "unreadable_cut": "HTTP 200 whose body breaks off half-way; the message went out",
    }
)

_KIND = re.compile(r"(?P<name>[a-z0-9_]+)(?P<optional>\[)?(?::(?P<argument>[A-Z]+))?\]?")
_SPEC = re.compile(
    r"(?P<name>[a-z0-9_]+)(?::(?P<argument>\d+(?:\.\d+)?))?(?:@(?P<phone>\d+))?"
    r"(?:=(?P<share>\d*\.?\d+)(?:x(?P<times>\d+))?)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A share of the requests that gets a fault.

    `name` and `argument` make up the kind; `phone`, when given, limits it to one number; `times` to the first
    so many.
    """

    name: str
    argument: float | None = None
    share: float = 1.0
    phone: str | None = None
    times: int | None = None

    @property
    def kind(self) -> str:
        """The kind as the ledger names it, e.g. `meta:131026`."""
        return self.name if self.argument is None else f"{self.name}:{self.argument:.10g}"


def parse_fault(spec: str) -> Fault:
    """Read `KIND[@PHONE][=SHARE[xTIMES]]`; ValueError says what is wrong.

    SHARE is 0 to 1 (1 unless given). `meta:131026=0.05` is one in twenty; `throttle=1x3` the first three
    requests; `late:131026@919812345678` always, for that number.
    """
    found = _SPEC.fullmatch(spec)
    if found is None:
        raise ValueError(f"fault {spec!r}: write it as KIND=SHARE, e.g. 500_after=0.01")
    argument = float(found["argument"]) if found["argument"] else None
    _check_kind(spec, name=found["name"], argument=argument)
    share = float(found["share"]) if found["share"] else 1.0
    if share > 1:
        raise ValueError(f"fault {spec!r}: the share is between 0 and 1")
    times = int(found["times"]) if found["times"] else None
    return Fault(name=found["name"], argument=argument, share=share, phone=found["phone"], times=times)


def check_shares(faults: Iterable[Fault]) -> None:
    """Raise ValueError when the shares that apply to every number add up to more than 1."""
    total = sum(fault.share for fault in faults if fault.phone is None and fault.times is None)
    if total > 1.000001:
        raise ValueError(f"the shares of all faults add up to {total:g}: at most 1 is possible")


def _check_kind(spec: str, *, name: str, argument: float | None) -> None:
    wanted = _arguments().get(name)
    if wanted is None:
        raise ValueError(f"fault {spec!r}: there is no such kind; the kinds are {', '.join(FAULTS)}")
    label, optional = wanted
    if argument is None and label and not optional:
        raise ValueError(f"fault {spec!r}: {name} needs a value, {name}:{label}")
    if argument is not None and not label:
        raise ValueError(f"fault {spec!r}: {name} takes no value after the colon")
    if argument is not None and label == "CODE" and argument != int(argument):
        raise ValueError(f"fault {spec!r}: a code is a whole number")


def _arguments() -> dict[str, tuple[str, bool]]:
    """Map each kind's name to its argument's label ("" for none) and whether that may be left out."""
    found = (_KIND.fullmatch(kind) for kind in FAULTS)
    return {kind["name"]: (kind["argument"] or "", kind["optional"] is not None) for kind in found if kind}


class FaultDraw:
    """Picks the fault of a request, and counts those that are limited to so many times."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        # A fault for one number wins over the shares for all of them, and an exhausted one must not shift the
        # others.
        ordered = sorted(faults, key=lambda fault: (fault.phone is None, fault.times is None))
        self._left = [(fault, fault.times) for fault in ordered]

    def pick(self, *, chance: float, phone: str) -> Fault | None:
        """Return the fault that `chance` (0 to 1, below 1) falls on for `phone`, or None."""
        reached = 0.0
        for index, (fault, left) in enumerate(self._left):
            if left == 0 or fault.phone not in (None, phone):
                continue
            reached += fault.share
            if chance >= reached:
                continue
            if left is not None:
                self._left[index] = (fault, left - 1)
            return fault
        return None

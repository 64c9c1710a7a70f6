"""What becomes of a request: the plan for each kind of fault, as one literal table from name to builder.

A plan says what is answered, how the connection ends and whether the message really went to the person.
Carrying it out on the socket is service.py's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from campana.simulator.answers import (
    HTML,
    Answer,
    as_json,
    failed,
    framework_error,
    invalid,
    page,
    refused_by_meta,
    throttle_headers,
)
from campana.simulator.calls import Call
from campana.simulator.faults import GATEWAY_STATUSES, Fault

DEFAULT_RETRY_AFTER_S = 2
DEFAULT_LIMIT = 60


class Ending(StrEnum):
    """How the exchange ends on the socket."""

    ANSWER = "answer"
    HANG = "hang"
    RESET = "reset"
    CLOSE = "close"
    CUT = "cut"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The fate of one request.

    `status` stands in the ledger (None when nothing is answered); `wamid` is there whenever WhatsApp took the
    message, told or not; `wait_s` replaces the usual latency; `late_code` makes it fail by webhook.
    """

    kind: str
    answer: Answer | None
    sent: bool = False
    wamid: str | None = None
    wait_s: float | None = None
    ending: Ending = Ending.ANSWER
    late_code: int | None = None

    @property
    def status(self) -> int | None:
        """The HTTP status that is answered."""
        return self.answer.status if self.answer else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a fault needs to know: the call, the answer it would have got (by its WhatsApp status), and the
    wamid it would get.
    """

    call: Call
    accept: Callable[[str], Answer]
    wamid: str | None
    locale: str
    nulls: bool
    limit: int = DEFAULT_LIMIT


def accepted_plan(scene: Scene) -> Plan:
    """Return the plan of a request that nothing is wrong with."""
    return Plan(kind="accepted", answer=scene.accept("accepted"), sent=True, wamid=scene.wamid)


def faulty_plan(fault: Fault, scene: Scene) -> Plan:
    """Return the plan that `fault` makes of the request."""
    return _PLANS[fault.name](fault, scene)


def window_plan(*, json_wanted: bool, limit: int, retry_after: int, resets_at: float) -> Plan:
    """Return the plan of a request beyond the window: 429, not processed."""
    headers = throttle_headers(limit=limit, retry_after=retry_after, resets_at=resets_at)
    answer = framework_error(429, "Too Many Attempts.", json_wanted=json_wanted, headers=headers)
    return Plan(kind="window_429", answer=answer)


def known_plans() -> frozenset[str]:
    """Return the names of the faults that have a plan."""
    return frozenset(_PLANS)


def _went_out(fault: Fault, scene: Scene, answer: Answer | None, ending: Ending = Ending.ANSWER) -> Plan:
    return Plan(kind=fault.kind, answer=answer, sent=True, wamid=scene.wamid, ending=ending)


def _held(fault: Fault, scene: Scene) -> Plan:
    return _went_out(fault, scene, scene.accept("held_for_quality_assessment"))


def _slow(fault: Fault, scene: Scene) -> Plan:
    answer = scene.accept("accepted")
    return Plan(kind=fault.kind, answer=answer, sent=True, wamid=scene.wamid, wait_s=fault.argument)


def _late(fault: Fault, scene: Scene) -> Plan:
    answer = scene.accept("accepted")
    return Plan(kind=fault.kind, answer=answer, wamid=scene.wamid, late_code=int(fault.argument or 0))


def _failed(fault: Fault, scene: Scene) -> Plan:
    return Plan(kind=fault.kind, answer=failed(fault.name, locale=scene.locale, nulls=scene.nulls))


def _unauthorized(fault: Fault, scene: Scene) -> Plan:
    return Plan(
        kind=fault.kind, answer=failed(fault.name, locale=scene.locale, status=401, nulls=scene.nulls)
    )


def _invalid(fault: Fault, _: Scene) -> Plan:
    answer = invalid({"phone_number": "The phone number format is invalid."})
    return Plan(kind=fault.kind, answer=answer)


def _throttle(fault: Fault, scene: Scene) -> Plan:
    wanted = {"throttle_json": True, "throttle_html": False}.get(fault.name, scene.call.json_wanted)
    retry_after = int(fault.argument or DEFAULT_RETRY_AFTER_S)
    headers = throttle_headers(
        limit=scene.limit, retry_after=retry_after, resets_at=scene.call.at + retry_after
    )
    answer = framework_error(429, "Too Many Attempts.", json_wanted=wanted, headers=headers)
    return Plan(kind=fault.kind, answer=answer)


def _firewall(fault: Fault, _: Scene) -> Plan:
    return Plan(kind=fault.kind, answer=page(403, server="cloudflare"))


def _maintenance(fault: Fault, scene: Scene) -> Plan:
    answer = framework_error(503, "Service Unavailable", json_wanted=scene.call.json_wanted)
    return Plan(kind=fault.kind, answer=answer)


def _meta(fault: Fault, _: Scene) -> Plan:
    return Plan(kind=fault.kind, answer=refused_by_meta(int(fault.argument or 0)))


def _gateway_answer(status: int, scene: Scene) -> Answer:
    if status == 500:
        return framework_error(500, "Server Error", json_wanted=scene.call.json_wanted)
    return page(status, server="cloudflare" if status >= 520 else "nginx")


def _gateway(fault: Fault, scene: Scene) -> Plan:
    status, _, moment = fault.name.partition("_")
    answer = _gateway_answer(int(status), scene)
    return _went_out(fault, scene, answer) if moment == "after" else Plan(kind=fault.kind, answer=answer)


def _silence(fault: Fault, scene: Scene) -> Plan:
    ending, _, moment = fault.name.partition("_")
    if moment == "after":
        return _went_out(fault, scene, None, Ending(ending))
    return Plan(kind=fault.kind, answer=None, ending=Ending(ending))


def _garbage(fault: Fault, scene: Scene) -> Plan:
    return _went_out(fault, scene, Answer(200, b"\x1f\x8b<br />\nWarning: Undefined array key", HTML))


def _empty(fault: Fault, scene: Scene) -> Plan:
    return _went_out(fault, scene, Answer(200, b""))


def _no_ids(fault: Fault, scene: Scene) -> Plan:
    return _went_out(fault, scene, as_json(200, {"result": "success", "message": "", "data": []}))


def _cut(fault: Fault, scene: Scene) -> Plan:
    return _went_out(fault, scene, scene.accept("accepted"), Ending.CUT)


_FAILURES_A = (
    "invalid_token",
    "vendor_suspended",
    "setup_incomplete",
    "plan_expired",
    "contact_quota",
    "template_not_found",
    "bad_sender",
)

_PLANS: Mapping[str, Callable[[Fault, Scene], Plan]] = MappingProxyType(
    {
        "held_for_quality_assessment": _held,
        "slow": _slow,
        "late": _late,
        **dict.fromkeys(_FAILURES_A, _failed),
        "401_plan": _unauthorized,
        "401_whatsapp_token": _unauthorized,
        "422": _invalid,
        "throttle": _throttle,
        "throttle_json": _throttle,
        "throttle_html": _throttle,
        "firewall_403": _firewall,
        "maintenance_503": _maintenance,
        "meta": _meta,
        **{f"{status}_{moment}": _gateway for status in GATEWAY_STATUSES for moment in ("before", "after")},
        **{
            f"{end}_{moment}": _silence
            for end in ("hang", "reset", "close")
            for moment in ("before", "after")
        },
        "unreadable_garbage": _garbage,
        "unreadable_empty": _empty,
        "unreadable_no_ids": _no_ids,
        "unreadable_cut": _cut,
    }
)

"""Decides what becomes of each request and remembers it: ledger, journeys, windows. No sockets here."""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from campana.simulator.answers import Answer, Headers, success
from campana.simulator.calls import Call
from campana.simulator.checks import refuse_caller, refuse_message
from campana.simulator.config import SimulatorConfig, changed
from campana.simulator.dice import dice_for
from campana.simulator.events import Event, events_of
from campana.simulator.faults import FaultDraw
from campana.simulator.ids import WamidMint, contact_uid, log_uid
from campana.simulator.journeys import Departure, plan_journey
from campana.simulator.ledger import Entry, Ledger
from campana.simulator.outbox import Outbox
from campana.simulator.plans import DEFAULT_LIMIT, Plan, Scene, accepted_plan, faulty_plan, window_plan
from campana.simulator.records import Records
from campana.simulator.window import Admission, WindowCounter

SEND = "contact/send-template-message"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A plan, how long to wait before it is carried out (seconds), and the event to post before that."""

    plan: Plan
    wait_s: float
    headers: Headers = ()
    early: Event | None = None


class Desk:
    """The provider behind its HTTP surface. One thread calls it; `config` may be replaced from any."""

    def __init__(self, config: SimulatorConfig) -> None:
        self.config = config
        self.ledger = Ledger(config.ledger_file)
        self.outbox = Outbox(lambda: self.config.webhooks)
        self.records = Records()
        self._attempts: Counter[tuple[str, str]] = Counter()
        self._mint = WamidMint()
        self._windows = WindowCounter()
        self._draw = FaultDraw(config.faults)
        self._read_draw = FaultDraw(config.read_faults)
        self._read_dice = random.Random(config.seed)

    def change(self, changes: Mapping[str, Any]) -> None:
        """Apply `changes` to the settings (`config.changed`); ValueError when they make no sense, and then
        nothing changes.
        """
        if "ledger_file" in changes:
            raise ValueError("ledger_file: the ledger keeps the file it was started with")
        self.config = changed(self.config, changes)
        if "faults" in changes:
            self._draw = FaultDraw(self.config.faults)
        if "read_faults" in changes:
            self._read_draw = FaultDraw(self.config.read_faults)
        if "window" in changes:
            self._windows.clear()

    def decide(self, call: Call) -> Decision:
        """Decide about one request, and record it when it asks for a message."""
        admission = self._admit(call)
        refused = None if admission is None or admission.admitted else _beyond_window(call, admission)
        headers = _limit_headers(admission) if refused is None else ()
        if (call.method, call.path) == ("POST", SEND):
            return replace(self._message(call, refused), headers=headers)
        plan = refused or refuse_caller(call, self.config) or self._read(call)
        return Decision(plan=plan, wait_s=self._latency(self._read_dice), headers=headers)

    def _admit(self, call: Call) -> Admission | None:
        if self.config.window is None:
            return None
        return self._windows.admit(self.config.window, client=call.client, now=call.monotonic)

    def _latency(self, dice: random.Random) -> float:
        config = self.config
        return max(0.0, config.latency_ms + dice.uniform(-1, 1) * config.jitter_ms) / 1000

    def _message(self, call: Call, refused: Plan | None) -> Decision:
        key = (call.template, call.phone)
        self._attempts[key] += 1
        dice = dice_for(self.config.seed, key=f"{call.template}:{call.phone}:{self._attempts[key]}")
        usual = self._latency(dice)
        plan = refused or refuse_caller(call, self.config) or refuse_message(call, self.config)
        if plan is None:
            plan = self._fate(call, dice)
        self._record(call, plan)
        early = self._depart(call, plan, dice, answered_at=call.at + usual) if plan.wamid else None
        return Decision(plan=plan, wait_s=usual if plan.wait_s is None else plan.wait_s, early=early)

    def _fate(self, call: Call, dice: random.Random) -> Plan:
        window, locale = self.config.window, self.config.locale
        wamid = self._mint.make(call.phone)
        scene = Scene(
            call=call,
            accept=lambda status: _acceptance(call, wamid, status=status, locale=locale),
            wamid=wamid,
            locale=locale,
            nulls=dice.random() < 0.5,
            limit=window.limit if window else DEFAULT_LIMIT,
        )
        fault = self._draw.pick(chance=dice.random(), phone=call.phone)
        return faulty_plan(fault, scene) if fault else accepted_plan(scene)

    def _record(self, call: Call, plan: Plan) -> None:
        self.ledger.add(
            Entry(
                at=round(call.at, 6),
                monotonic=round(call.monotonic, 6),
                vendor_uid=call.vendor_uid,
                token=call.token[-4:],
                phone=call.phone,
                template=call.template,
                language=call.language,
                fields=call.values,
                from_id=call.from_id,
                answer=plan.kind,
                status=plan.status,
                wamid=plan.wamid,
                sent=plan.sent,
                flags=call.flags,
            )
        )

    def _depart(self, call: Call, plan: Plan, dice: random.Random, *, answered_at: float) -> Event | None:
        """Start the message's journey, and return the event that has to arrive before the answer, if any."""
        departure = Departure(
            vendor_uid=call.vendor_uid,
            phone=call.phone,
            from_id=call.from_id,
            wamid=plan.wamid or "",
            at=answered_at,
            late_code=plan.late_code,
            template=self.config.templates_by_name.get(call.template, {}).get(call.language),
        )
        journey = plan_journey(departure, self.config.people, dice)
        self.records.keep(journey)
        if self.config.webhooks.url_for(call.vendor_uid) is None:
            return None
        events = events_of(journey)
        early = events.pop(0) if dice.random() < self.config.webhooks.early else None
        self.outbox.plan(events, dice)
        return early

    def _read(self, call: Call) -> Plan:
        answer = self.records.answer(call, self.config)
        fault = self._read_draw.pick(chance=self._read_dice.random(), phone="")
        if fault is None:
            return Plan(kind="read", answer=answer)
        scene = Scene(call=call, accept=lambda _: answer, wamid=None, locale=self.config.locale, nulls=False)
        return faulty_plan(fault, scene)


def _acceptance(call: Call, wamid: str, *, status: str, locale: str) -> Answer:
    data = {
        "log_uid": log_uid(),
        "contact_uid": contact_uid(call.vendor_uid, call.phone),
        "phone_number": call.phone,
        "wamid": wamid,
        "status": status,
    }
    return success(data, locale=locale)


def _beyond_window(call: Call, admission: Admission) -> Plan:
    return window_plan(
        json_wanted=call.json_wanted,
        limit=admission.limit,
        retry_after=admission.retry_after,
        resets_at=call.at + admission.resets_in,
    )


def _limit_headers(admission: Admission | None) -> Headers:
    if admission is None:
        return ()
    return (
        (b"x-ratelimit-limit", b"%d" % admission.limit),
        (b"x-ratelimit-remaining", b"%d" % admission.remaining),
    )

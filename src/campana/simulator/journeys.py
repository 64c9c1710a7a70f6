"""What happens to an accepted message: when it counts as sent, delivered, read or failed, and whether the
person replies.

A journey is fixed when the message is taken; its status at any moment follows from the clock. Nothing runs in
the background.
"""

import random
from dataclasses import dataclass

from campana.simulator.config import People
from campana.simulator.dice import spread
from campana.simulator.templates import Template


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the person wrote back, and when (epoch seconds). `button` when it was tapped."""

    at: float
    body: str
    button: bool
    stops: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """The life of one message. Times are epoch seconds; `steps` are in order; `code` is Meta's reason of a
    late failure; `back` is what somebody who stopped writes to come back.
    """

    vendor_uid: str
    phone: str
    from_id: str
    wamid: str
    accepted_at: float
    steps: tuple[tuple[float, str], ...]
    code: int | None = None
    reply: Reply | None = None
    back: Reply | None = None
    echo_at: float | None = None

    def status_at(self, now: float) -> tuple[str, float]:
        """Return the status at `now` and since when it holds."""
        reached, since = "accepted", self.accepted_at
        for at, status in self.steps:
            if at <= now:
                reached, since = status, at
        return reached, since


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """A message as WhatsApp took it, `at` the moment (epoch seconds) its answer is due."""

    vendor_uid: str
    phone: str
    from_id: str
    wamid: str
    at: float
    late_code: int | None
    template: Template | None


STOP_WORDS = ("STOP", "stop", "Stop ", "BAJA", "बंद करो", "Unsubscribe!")
STOP_BUTTON = "Stop promotions"


def plan_journey(departure: Departure, people: People, dice: random.Random) -> Journey:
    """Draw a message's life from `dice`."""
    steps, reply, echo_at = _steps(departure, people, dice), None, None
    if steps[-1][1] == "read" and dice.random() < people.reply:
        reply = _reply(departure, people, dice, read_at=steps[-1][0])
    if dice.random() < people.echo:
        echo_at = departure.at + spread(dice, people.reply_s) * people.pace
    back = _back(reply, people, dice) if reply and reply.stops else None
    return Journey(
        vendor_uid=departure.vendor_uid,
        phone=departure.phone,
        from_id=departure.from_id,
        wamid=departure.wamid,
        accepted_at=departure.at,
        steps=steps,
        code=departure.late_code,
        reply=reply,
        back=back,
        echo_at=echo_at,
    )


def _steps(departure: Departure, people: People, dice: random.Random) -> tuple[tuple[float, str], ...]:
    at = departure.at
    if departure.late_code is not None:
        return ((at + spread(dice, people.failed_s) * people.pace, "failed"),)
    at += spread(dice, people.sent_s) * people.pace
    steps = [(at, "sent")]
    if dice.random() < people.delivered:
        at += spread(dice, people.delivered_s) * people.pace
        steps.append((at, "delivered"))
        if dice.random() < people.read:
            steps.append((at + spread(dice, people.read_s) * people.pace, "read"))
    return tuple(steps)


def _reply(departure: Departure, people: People, dice: random.Random, *, read_at: float) -> Reply:
    at = read_at + spread(dice, people.reply_s) * people.pace
    labels = departure.template.replies if departure.template else ()
    if dice.random() < people.stop:
        if STOP_BUTTON in labels:
            return Reply(at=at, body=STOP_BUTTON, button=True, stops=True)
        return Reply(at=at, body=dice.choice(STOP_WORDS), button=False, stops=True)
    if labels:
        return Reply(at=at, body=dice.choice(labels), button=True)
    return Reply(at=at, body="Thanks!", button=False)


def _back(reply: Reply, people: People, dice: random.Random) -> Reply | None:
    """Somebody who stopped changes their mind, at least a second later: WhatsApp's times are in seconds."""
    if dice.random() >= people.start:
        return None
    return Reply(at=reply.at + 1 + spread(dice, people.reply_s) * people.pace, body="START", button=False)

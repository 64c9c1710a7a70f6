"""What to tell a person about an estimate before the campaign is made: nothing here stops it."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from campana.domain.estimates import Caution, Estimate, passes_midnight
from campana.domain.limits import resets_at
from campana.domain.recipients import RecipientList
from campana.domain.zones import in_the_night, place_of

ZONES_SHOWN = 3
WORTH_TELLING = timedelta(minutes=5)
"""how much later an end has to be to be spoken of"""
_WHEN, _WHOM, _ROOM = "scheduled_at", "recipient_list_id", "on_daily_limit"


def cautions_of(estimate: Estimate, recipients: RecipientList | None, *, past: bool) -> Iterator[Caution]:
    """In the order of weight. `past`: the time asked for was past, so the estimate is for now."""
    if past:
        yield Caution("past_time", _WHEN, "the time is past; choose a later one, or send now")
    yield from _about_the_day(estimate)
    yield from _about_the_night(estimate)
    if recipients is not None:
        yield from _about_the_list(recipients)
    slower = estimate.slower_ends_at
    if slower is not None and slower - estimate.ends_at >= WORTH_TELLING:
        yield Caution(
            "slower_provider",
            _WHEN,
            f"the provider may allow only about {estimate.slower_per_s:g} messages a second; it then ends "
            f"about {_at(slower, estimate)}",
        )


def _about_the_day(estimate: Estimate) -> Iterator[Caution]:
    plan = estimate.plan
    if not estimate.fits:
        yield Caution("daily_limit", _ROOM, _no_room(estimate))
    if passes_midnight(estimate):
        yield Caution(
            "over_midnight",
            _WHEN,
            f"it runs past midnight in {place_of(plan.timezone.key)}; what leaves after that counts for the "
            "next day's limit",
        )


def _no_room(estimate: Estimate) -> str:
    plan = estimate.plan
    numbers = f"{plan.messages:,} messages, but only {estimate.left:,} of {plan.limit:,} are left that day"
    if not plan.waits:
        return f"{numbers}: it could not start; choose another day, let it wait, or raise the limit"
    days = "the day after" if estimate.days == 2 else f"the next {estimate.days - 1} days"
    reset = resets_at(estimate.day, plan.timezone).astimezone(plan.timezone)
    return f"{numbers}; the rest goes out on {days}, from {reset:%H:%M}"


def _about_the_night(estimate: Estimate) -> Iterator[Caution]:
    asleep = in_the_night(estimate.zones, [span for span in estimate.spans if span[0] < span[1]])
    if not asleep:
        return
    number = sum(asleep.values())
    who = "1 recipient" if number == 1 else f"{number:,} recipients"
    yield Caution(
        "night", _WHEN, f"{who} may get it between 21:00 and 08:00 of their own time ({_places(asleep)})"
    )


def _about_the_list(recipients: RecipientList) -> Iterator[Caution]:
    number = recipients.valid
    if number and recipients.suppressed == number:
        yield Caution("suppressed", _WHOM, "everybody on the list has opted out; nobody would get it")
    elif recipients.suppressed:
        yield Caution(
            "suppressed", _WHOM, f"people who have opted out are skipped: {recipients.suppressed:,}"
        )
    if recipients.duplicates:
        rows = _rows(recipients.duplicates, "repeats", "repeat")
        yield Caution("duplicates", _WHOM, f"{rows} a number; each person gets it once")
    if recipients.invalid:
        rows = _rows(recipients.invalid, "has", "have")
        yield Caution("invalid", _WHOM, f"{rows} no usable number: left out")


def _rows(count: int, one: str, many: str) -> str:
    return f"1 row {one}" if count == 1 else f"{count:,} rows {many}"


def _places(zones: Mapping[str, int]) -> str:
    told = [f"{place_of(zone)} {count:,}" for zone, count in list(zones.items())[:ZONES_SHOWN]]
    more = [f"{len(zones) - ZONES_SHOWN} more zones"] if len(zones) > ZONES_SHOWN else []
    return ", ".join([*told, *more])


def _at(moment: datetime, estimate: Estimate) -> str:
    """Clock time at the sender's place, with the day where it is another one."""
    local = moment.astimezone(estimate.plan.timezone)
    days = (local.date() - estimate.day).days
    later = "" if not days else " the next day" if days == 1 else f" {days} days later"
    return f"{local:%H:%M}{later}"

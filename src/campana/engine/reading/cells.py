"""Cells as the text a person sees in them."""

import datetime as dt

Cell = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta

_EXACT = 10**15
"""Excel keeps 15 digits; whole numbers below are just what was typed."""


def shown(value: Cell) -> str:
    """A cell's value as the text a person sees: dates as ISO, whole numbers without decimals."""
    kind = type(value)
    if kind is str:
        return str(value)
    if kind is float and isinstance(value, float):
        return _number(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, dt.datetime):
        return _without_empty_time(value)
    if isinstance(value, dt.time):
        return value.isoformat("minutes") if not value.second else value.isoformat("seconds")
    if isinstance(value, dt.timedelta):
        return _duration(value)
    return str(value)


def _number(value: float) -> str:
    if value.is_integer():
        return str(int(value)) if abs(value) < _EXACT else f"{value:.0f}"
    return f"{value:.15g}"


def _without_empty_time(value: dt.datetime) -> str:
    if value.time() == dt.time():
        return value.date().isoformat()
    return value.isoformat(" ", "seconds" if value.second else "minutes")


def _duration(value: dt.timedelta) -> str:
    minutes, seconds = divmod(round(value.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")

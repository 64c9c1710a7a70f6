"""The news in words: a title that says it all where there is little, and a few lines however much there
is."""

from collections.abc import Iterable
from dataclasses import dataclass

from campana.engine.notices.memory import Memory, News, Trouble

MOST_LINES = 10
"""of a kind, in one letter"""
LONGEST_TITLE = 120


@dataclass(frozen=True, slots=True)
class Letter:
    """What a notice says; `news` is what it tells, None for a test."""

    title: str
    text: str
    news: News | None = None


def letter_of(news: News, public_url: str) -> Letter:
    """The letter that tells the news; the address of the product stands at its end."""
    parts = [
        _part("Wrong since", news.began),
        _part("Still wrong, since", news.lasts),
        _part("Over; it had begun", news.over),
    ]
    text = "\n\n".join(part for part in parts if part)
    return Letter(_title(news), f"{text}\n\n{public_url}\n", news)


def trial_letter(public_url: str) -> Letter:
    """What is sent when somebody asks whether an address works."""
    return Letter(
        "Campana: a test",
        f"Notices from {public_url} get here. Nothing is wrong; somebody tried the address under Settings.\n",
    )


def _title(news: News) -> str:
    troubles = [*news.began.values(), *news.lasts.values()] or [*news.over.values()]
    if not news.began and not news.lasts:
        said = "over: " + troubles[0].text if len(troubles) == 1 else f"{len(troubles)} troubles are over"
    elif len(troubles) == 1:
        said = ("" if news.began else "still: ") + troubles[0].text
    else:
        said = f"{len(troubles)} things are wrong"
    title = f"Campana: {said}".replace("\n", " ")
    return title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1] + "…"


def _part(heading: str, troubles: Memory) -> str:
    lines = list(_lines(heading, troubles.values()))
    more = len(lines) - MOST_LINES
    return "\n".join([*lines[:MOST_LINES], f"- and {more} more"] if more > 0 else lines)


def _lines(heading: str, troubles: Iterable[Trouble]) -> Iterable[str]:
    for one in sorted(troubles, key=lambda trouble: trouble.since):
        yield f"- {heading} {one.since:%Y-%m-%d %H:%M} UTC: {one.text}"

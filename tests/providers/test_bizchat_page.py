"""docs/bizchat.md says what the tables of the code say."""

from pathlib import Path

from campana.domain.outcomes import OutcomeKind
from campana.providers.bizchat import codes
from campana.providers.bizchat.answer import HOST_PAUSE_S
from campana.providers.bizchat.limits import LONGEST_HOLD_S, WINDOW_PROBE_S
from campana.providers.bizchat.transport import IDLE_S, LONGEST_BODY, Timeouts

PAGE = (Path(__file__).parents[2] / "docs/bizchat.md").read_text()


def rows(heading: str) -> list[list[str]]:
    """The rows of the table whose first line begins with these cells."""
    table = PAGE.partition(f"\n{heading}")[2].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def test_every_outcome_is_told() -> None:
    assert [row[0] for row in rows("| Outcome | Did it go out? |")] == list(OutcomeKind)


def test_every_code_of_ours_is_told() -> None:
    told = {row[0].strip("`"): (row[1], row[3]) for row in rows("| Code | Outcome | HTTP |")}
    other = told.pop("http_502`, …")
    assert other == (codes.HTTP_STATUS.kind, codes.HTTP_STATUS.meaning)
    assert told == {code: (entry.kind, entry.meaning) for code, entry in codes.OWN.items()}


def test_every_code_of_metas_is_told() -> None:
    told = {row[0]: tuple(row[1:]) for row in rows("| Code | Outcome | What happened |")}
    table = {str(code): entry for code, entry in codes.META.items()}
    table |= {"200-299": codes.META_PERMISSION, "any other": codes.META_UNLISTED}
    assert told == {code: (entry.kind, entry.meaning, entry.advice) for code, entry in table.items()}


def test_every_time_is_told() -> None:
    timeouts = Timeouts()
    assert (timeouts.connect, timeouts.write, timeouts.read) == (5, 10, 20)
    assert "5 seconds; nothing was sent" in PAGE
    assert "for 10 seconds: that is `write_timeout`" in PAGE
    assert "20 seconds from the start of the attempt" in PAGE
    assert (HOST_PAUSE_S, WINDOW_PROBE_S, LONGEST_HOLD_S, IDLE_S) == (30, 5, 3600, 4)
    assert LONGEST_BODY == 256 * 1024

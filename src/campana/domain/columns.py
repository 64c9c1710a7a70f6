"""The columns of a recipients file: where the headings are, what each is called, which hold phone and name.

Works on the first rows as lists of text, and knows nothing of files.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from campana.domain.errors import FieldProblem, InvalidInput
from campana.domain.headings import name_rank, phone_rank

Rows = Sequence[Sequence[str]]

ROWS_BEFORE_HEADINGS = 10
"""How many rows with something in them may come before the data begins: a title, a date, the headings."""
LONGEST_NAME = 100

_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[ T].*)?")
_LETTER_NAME = re.compile(r"column[\s_]*([a-z]{1,3})", re.IGNORECASE)
_WEAK_RANK = 1.0


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns by name, and the places of the phone and the name among them.

    `header` is the place of the row of headings among the rows looked at; None where the file has none: its
    columns go by their letters then.
    """

    names: tuple[str, ...]
    phone: int
    name: int | None
    header: int | None

    @property
    def phone_column(self) -> str:
        """The name of the column with the phone numbers."""
        return self.names[self.phone]

    @property
    def name_column(self) -> str | None:
        """The name of the column with people's names."""
        return None if self.name is None else self.names[self.name]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The columns as the caller named them, if so; matched in any case, without regard to spaces."""

    phone_column: str | None = None
    name_column: str | None = None


def key(name: str) -> str:
    """What two names must share to be the same column: case, spaces, underscores and hyphens don't count."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(plain.replace("_", " ").replace("-", " ").split())


def unique_names(cells: Iterable[str], first_column: int = 0) -> tuple[str, ...]:
    """Headings as names that differ by `key` and can stand in a placeholder: "name", "name 2", "Column C"."""
    names: list[str] = []
    taken: set[str] = set()
    for place, cell in enumerate(cells):
        plain = _plain(cell) or f"Column {letters(first_column + place)}"
        name, count = plain, 1
        while key(name) in taken:
            count += 1
            name = f"{plain} {count}"
        taken.add(key(name))
        names.append(name)
    return tuple(names)


def letters(place: int) -> str:
    """What a spreadsheet calls the column: 0 is A, 26 is AA."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def looks_like_phone(text: str) -> bool:
    """Whether a cell could be a phone number, for telling columns apart; being valid is another matter."""
    digits = sum(character.isdecimal() for character in text)
    others = sum(character.isalpha() for character in text)
    return (
        7 <= digits <= 16 and others <= digits // 2 and "@" not in text and not _DATE.fullmatch(text.strip())
    )


def find_columns(
    rows: Rows, wanted: Wanted, is_phone: Callable[[str], bool], *, first_column: int = 0
) -> Columns:
    """Headings, phone and name among the first rows that have something in them.

    `first_column` is the place in the sheet of the rows' first cell, for columns that go by their letters.

    Without headings the file is taken if its first row has a valid number (`is_phone`) in just one column,
    and that column goes on like that. Raises InvalidInput with every reason and the columns there are.
    """
    header = _header(rows, wanted.phone_column)
    if header is not None:
        found = find_among(unique_names(rows[header], first_column), rows[header + 1 :], wanted)
        return replace(found, header=header)
    numbers = [place for place, cell in enumerate(rows[0]) if is_phone(cell)] if rows else []
    if numbers:
        names = tuple(f"Column {letters(first_column + place)}" for place in range(max(map(len, rows))))
        return _without_headings(names, rows, numbers, wanted)
    # A row with numbers in it is data: it must not be shown as the columns there are.
    texts = [row for row in rows[:ROWS_BEFORE_HEADINGS] if not any(map(looks_like_phone, row))]
    likely = max(texts, key=lambda row: sum(map(bool, row)), default=None)
    if likely is None:
        raise InvalidInput.of("file", 'there is no row of headings; add one, with "phone" above the numbers')
    place = next(place for place, row in enumerate(rows) if row is likely)
    found = find_among(unique_names(likely, first_column), rows[place + 1 :], wanted)
    return replace(found, header=place)


def find_among(names: Sequence[str], rows: Rows, wanted: Wanted) -> Columns:
    """The same where the names of the columns are known. Raises InvalidInput with every reason."""
    problems: list[FieldProblem] = []
    phone = _phone(names, rows, wanted.phone_column)
    if phone is None:
        problems += _no_phone_column(names, rows, wanted).problems
    name = _name(names, wanted.name_column, phone)
    if name is None and wanted.name_column:
        problems.append(FieldProblem("name_column", _not_there(wanted.name_column, names)))
    if problems or phone is None:
        raise InvalidInput(problems, title="The columns were not found")
    return Columns(names=tuple(names), phone=phone, name=name, header=None)


def _header(rows: Rows, phone_column: str | None) -> int | None:
    first: int | None = None
    for place, row in enumerate(rows[:ROWS_BEFORE_HEADINGS]):
        filled = [cell for cell in row if cell]
        if phone_column is not None:
            if any(key(cell) == key(phone_column) for cell in filled):
                return place
            continue
        if any(looks_like_phone(cell) for cell in filled):
            break
        if any(phone_rank(cell) for cell in filled):
            # A title such as "Contacts" stands alone in its row; a real row of headings seldom does.
            if len(filled) > 1:
                return place
            first = place if first is None else first
    return first


def _without_headings(names: Sequence[str], rows: Rows, numbers: Sequence[int], wanted: Wanted) -> Columns:
    if wanted.phone_column is not None and not _LETTER_NAME.fullmatch(wanted.phone_column.strip()):
        raise _no_phone_column(names, rows, wanted)
    if wanted.phone_column is None and (len(numbers) > 1 or not _holds_phones(rows, numbers[0])):
        listed = ", ".join(names[place] for place in numbers)
        raise InvalidInput.of(
            "phone_column",
            "there is no row of headings, and which column holds the phone numbers is not clear "
            f"({listed}); add headings, or name the column with phone_column",
        )
    asked = Wanted(wanted.phone_column or names[numbers[0]], wanted.name_column)
    return find_among(names, rows, asked)


def _phone(names: Sequence[str], rows: Rows, asked: str | None) -> int | None:
    if asked is not None:
        return _place_of(asked, names)
    ranked = sorted(((phone_rank(name), -place) for place, name in enumerate(names)), reverse=True)
    promising = [(rank, -place) for rank, place in ranked if rank]
    for _, place in promising:
        if _holds_phones(rows, place):
            return place
    # "Contact" and "No." are too common to be believed without a number below them.
    return next((place for rank, place in promising if rank > _WEAK_RANK), None)


def _name(names: Sequence[str], asked: str | None, phone: int | None) -> int | None:
    if asked is not None:
        return _place_of(asked, names)
    ranked = ((name_rank(name), -place) for place, name in enumerate(names) if place != phone)
    rank, place = max(ranked, default=(0.0, 0))
    return -place if rank else None


def _holds_phones(rows: Rows, place: int) -> bool:
    filled = [row[place] for row in rows if place < len(row) and row[place]]
    return bool(filled) and sum(map(looks_like_phone, filled)) * 2 >= len(filled)


def _place_of(asked: str, names: Sequence[str]) -> int | None:
    return next((place for place, name in enumerate(names) if key(name) == key(asked)), None)


def _no_phone_column(names: Sequence[str], rows: Rows, wanted: Wanted) -> InvalidInput:
    if wanted.phone_column:
        return InvalidInput.of("phone_column", _not_there(wanted.phone_column, names))
    likely = [name for place, name in enumerate(names) if _holds_phones(rows, place)]
    hint = f" ({likely[0]!r} looks like it)" if len(likely) == 1 else ""
    return InvalidInput.of(
        "phone_column",
        f"no column of phone numbers was found; {_listed(names)}. "
        f'Call it "phone", or say which it is with phone_column{hint}',
    )


def _not_there(asked: str, names: Sequence[str]) -> str:
    return f"there is no column {asked.strip()[:LONGEST_NAME]!r}; {_listed(names)}"


def _listed(names: Sequence[str]) -> str:
    if not names:
        return "the file has no columns"
    shown = ", ".join(names[:30])
    more = f" and {len(names) - 30} more" if len(names) > 30 else ""
    return f"the columns are: {shown}{more}"


def _plain(cell: str) -> str:
    # Braces and the bar have a meaning in placeholders.
    readable = cell.translate({ord("{"): "(", ord("}"): ")", ord("|"): "/"})
    return " ".join(readable.split())[:LONGEST_NAME].strip()

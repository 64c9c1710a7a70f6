"""Personal texts: `{name}`, `{any column}`, `{name|fallback}`, and `{{` and `}}` for braces.

A text is compiled once against a list's columns and filled once per recipient. What comes out is fit for
WhatsApp, which refuses newlines, tabs and more than four spaces in a row (bizchat.md, Request).

BizChat fills tokens such as `{full_name}` that reach it from its own contact record. So braces in a person's
value become parentheses: a list can't make it say things. The author of a text can, with `{{full_name}}`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from campana.domain.columns import key
from campana.domain.errors import FieldProblem, InvalidInput
from campana.domain.recipients import Recipient

_PHONE = -1
_NAME = -2

_COLUMNS_SHOWN = 30
_SHOWN = 100

_TOKEN = re.compile(r"(?:\{\{|\}\}|[^{}]+)|\{(?P<placeholder>[^{}]*)\}|(?P<stray>[{}])")
_PROVIDER_TOKEN = re.compile(r"\{[^{}]*\}")
_PROVIDER_TOKEN_OR_BRACE = re.compile(r"(\{[^{}]*\})|([{}])")
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029{}]| {5}")
_BREAKS = re.compile(r" *[\t\n\v\f\r\x85\u2028\u2029][\s\x85]*| {5,}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_NO_BRACES = str.maketrans("{}", "()")
_FIVE_SPACES = " " * 5


def fit(value: str) -> str:
    """A value as WhatsApp takes it: line breaks, tabs and long gaps are one space, control characters go.

    Braces become parentheses, so that the provider finds no token in it.
    """
    if not _UNFIT.search(value):
        return value.strip()
    return _without_breaks(value.translate(_NO_BRACES))


@dataclass(frozen=True, slots=True)
class _Slot:
    """Where a value goes among the pieces of a text; `fallback` is None where the value must be there."""

    piece: int
    source: int
    fallback: str | None


@dataclass(frozen=True, slots=True)
class Filler:
    """A compiled text. `required_columns` are used without a fallback: each recipient needs a value there."""

    required_columns: tuple[str, ...]
    may_be_empty: bool
    """whether a recipient with blanks in the right places would get an empty text"""
    _pieces: tuple[str, ...]
    _slots: tuple[_Slot, ...]

    def fill(self, recipient: Recipient) -> str:
        """The text for that recipient, fit to be sent."""
        pieces = list(self._pieces)
        for slot in self._slots:
            source = slot.source
            if source >= 0:
                value = fit(recipient.values[source])
            else:
                value = recipient.phone if source == _PHONE else fit(recipient.name)
            pieces[slot.piece] = value or slot.fallback or ""
        text = "".join(pieces).strip()
        return _without_breaks(text) if _FIVE_SPACES in text else text


def compile_text(
    text: str, columns: Sequence[str], name_column: str | None, *, field: str = "text"
) -> Filler:
    """A text ready to be filled for a list with those columns.

    `{name}` is the list's name column unless a column is called just that; `{phone}` is the E.164 number.
    Names are matched without regard to case, spaces and underscores. Raises InvalidInput, under `field`, for
    names that no column has and for braces that don't pair.
    """
    return _Compiler(columns, name_column, field).compile(text)


class _Compiler:
    def __init__(self, columns: Sequence[str], name_column: str | None, field: str) -> None:
        self._columns = columns
        self._name_column = name_column
        self._field = field
        self._sources = {"name": _NAME} if name_column is not None else {}
        self._sources |= {key(column): place for place, column in reversed(list(enumerate(columns)))}
        self._sources["phone"] = _PHONE
        self._problems: list[FieldProblem] = []
        self._pieces: list[str] = []
        self._slots: list[_Slot] = []

    def compile(self, text: str) -> Filler:
        literal = ""
        for token in _TOKEN.finditer(text):
            if token["placeholder"] is None:
                literal += self._literal(token)
                continue
            self._pieces.append(self._cleaned(literal))
            literal = ""
            self._add_slot(token["placeholder"])
        self._pieces.append(self._cleaned(literal))
        if self._problems:
            raise InvalidInput(self._problems, title="The text can't be filled in")
        required = [slot for slot in self._slots if slot.fallback is None]
        solid = any(piece.strip() for piece in self._pieces) or any(
            slot.fallback != "" or slot.source == _PHONE for slot in self._slots
        )
        return Filler(
            required_columns=tuple(dict.fromkeys(filter(None, map(self._column_of, required)))),
            may_be_empty=not solid,
            _pieces=tuple(self._pieces),
            _slots=tuple(self._slots),
        )

    def _literal(self, token: re.Match[str]) -> str:
        if token["stray"]:
            self._problem("a brace has no partner; write {name} for a column, {{ or }} for a brace itself")
        return {"{{": "{", "}}": "}"}.get(token[0], token[0])

    def _cleaned(self, literal: str) -> str:
        """A piece between placeholders. Only a token that is whole within it keeps its braces.

        A brace that could pair with one across a value would make a token of the value.
        """
        for token in _PROVIDER_TOKEN.finditer(literal):
            if key(token[0][1:-1]) in self._sources:
                self._problem(
                    f"{{{token[0]}}} would go out as {token[0]}; write {token[0]} to have it filled in"
                )
        kept = _PROVIDER_TOKEN_OR_BRACE.sub(lambda match: match[1] or match[2].translate(_NO_BRACES), literal)
        return _CONTROL.sub("", _BREAKS.sub(" ", kept))

    def _add_slot(self, placeholder: str) -> None:
        name, bar, fallback = placeholder.partition("|")
        source = self._sources.get(key(name))
        if source is None:
            self._problem(self._unknown(name.strip()))
            return
        self._slots.append(_Slot(len(self._pieces), source, fit(fallback) if bar else None))
        self._pieces.append("")

    def _unknown(self, name: str) -> str:
        if not name:
            return "an empty {} names no column"
        there = ", ".join(f"{{{column}}}" for column in self._columns[:_COLUMNS_SHOWN])
        more = (
            f" and {len(self._columns) - _COLUMNS_SHOWN} more" if len(self._columns) > _COLUMNS_SHOWN else ""
        )
        known = {key(column): column for column in self._columns} | {"phone": "phone"}
        close = get_close_matches(key(name), known, n=1, cutoff=0.7)
        hint = f"; did you mean {{{known[close[0]]}}}" if close else ""
        if key(name) == "name":
            hint = "; the list has no column of names: choose one with name_column"
        return f"there is no column for {{{name[:_SHOWN]}}}{hint}. The list has: {there}{more}"

    def _column_of(self, slot: _Slot) -> str | None:
        if slot.source == _PHONE:
            return None
        return self._name_column if slot.source == _NAME else self._columns[slot.source]

    def _problem(self, message: str) -> None:
        problem = FieldProblem(self._field, message)
        if problem not in self._problems:
            self._problems.append(problem)


def _without_breaks(text: str) -> str:
    return _CONTROL.sub("", _BREAKS.sub(" ", text)).strip()

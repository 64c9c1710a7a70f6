"""Parts of texts and rows of lists, put as questions that MongoDB and FerretDB understand alike."""

import re
from collections.abc import Sequence

from campana.domain.errors import InvalidInput

_SPECIAL = re.compile(r"[.^$*+?{}\[\]\\|()]")


def holding(text: str) -> dict[str, str]:
    """Matches a text with this in it, letter by letter. Raises InvalidInput for what no pattern can hold."""
    if "\0" in text:
        raise InvalidInput.of("text", "it holds a character that cannot be looked for, such as NUL")
    return {"$regex": _SPECIAL.sub(r"\\\g<0>", text)}


def beginning(text: str) -> dict[str, str]:
    """Matches a text that begins with this. Raises InvalidInput as `holding` does."""
    return {"$regex": "^" + holding(text)["$regex"]}


def one_of(rows: Sequence[int]) -> dict[str, object]:
    """Matches one of these row numbers, which come in ascending order; a stretch of them by its ends."""
    if rows and rows[-1] - rows[0] + 1 == len(rows):
        return {"$gte": rows[0], "$lte": rows[-1]}
    return {"$in": list(rows)}

"""The register names every field that can hold something of people: a new one has to be decided about."""

from sqlalchemy import JSON, LargeBinary, Text

from campana.engine.ports import Place
from campana.engine.privacy.register import ELSEWHERE, NOBODY, REGISTER
from campana.stores.sql.columns import Id
from campana.stores.sql.privacy import ERASERS, FINDERS
from campana.stores.sql.schema import metadata


def texts() -> set[str]:
    """Every column that could hold words: texts, bytes, JSON."""
    return {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, Text | JSON | LargeBinary) and not isinstance(column.type, Id)
    }


def test_every_field_is_decided_about() -> None:
    held = {field for holding in REGISTER.values() for field in holding.fields}
    decided = held | set(ELSEWHERE) | NOBODY
    assert texts() - decided == set(), "name it in engine/privacy/register.py, and let it be erased"
    assert decided - texts() == set(), "these are no more"
    assert not held & (set(ELSEWHERE) | NOBODY)


def test_every_place_is_erased_and_handed_out() -> None:
    assert set(REGISTER) == set(Place) == set(ERASERS) == set(FINDERS)

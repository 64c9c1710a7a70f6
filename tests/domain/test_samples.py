import re

import pytest

from campana.domain.columns import Wanted, find_columns
from campana.domain.phones import Normaliser
from campana.domain.samples import COLUMNS, MOST, sample_recipients


def test_samples_are_valid_numbers_that_nobody_has() -> None:
    normalise = Normaliser("IN")
    phones = [normalise(row["WhatsApp number"]) for row in sample_recipients(MOST)]
    assert len(set(phones)) == MOST
    assert all(re.fullmatch(r"\+1\d{3}55501\d\d", phone) for phone in phones)


def test_samples_are_understood_and_not_all_alike() -> None:
    rows = [list(row.values()) for row in sample_recipients(50)]
    found = find_columns([list(COLUMNS), *rows], Wanted(), lambda cell: cell.startswith("+"))
    assert (found.phone_column, found.name_column) == ("WhatsApp number", "Name")
    assert {"", "Pune"} <= {row["City"] for row in sample_recipients(50)}


def test_there_are_only_so_many() -> None:
    with pytest.raises(ValueError, match="10000"):
        list(sample_recipients(MOST + 1))

"""These tests start the product's servers by the hundred: those begin in a nursery."""

import pytest


@pytest.fixture(autouse=True)
def servers_begin_in_a_nursery(begun_in_a_nursery: None) -> None:
    """For each test here."""

"""Numbers keep their last four digits; what only looks a little like one stays readable."""

import pytest

from campana.domain.masking import mask_phones


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("+919812345678", "…5678"),
        ("919812345678", "…5678"),
        ("to +91 98123-45678, failed", "to …5678, failed"),
        ("+1 (415) 555-2671", "…2671"),
        ("people-919812345678.csv", "people-…5678.csv"),
        ("{'phone': '+919812345678', 'b': '+14155552671'}", "{'phone': '…5678', 'b': '…2671'}"),
    ],
)
def test_numbers_are_masked(text, shown):
    assert mask_phones(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "resets at 2026-03-03 00:00 UTC",
        "12345678-9012-7345-8678-901234567890",
        "campaign 12345678-9012-7345-8678-901234567890 ended",
        "code 131026: 1000 of 1,000,000",
        "field_1 = 29.5",
        "+5",
        "",
    ],
)
def test_the_rest_stays(text):
    assert mask_phones(text) == text

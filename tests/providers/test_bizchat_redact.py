"""What of the provider's words a person or a log may see."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campana.domain.senders import Credentials
from campana.providers.bizchat.redact import HIDDEN, LONGEST, quoted
from tests.providers.cast import SENDER, TOKEN, VENDOR


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Template not found", "Template not found"),
        ("  a\r\n\tb\x00c  ", "a b c"),
        (f"Invalid Token {TOKEN}", f"Invalid Token {HIDDEN}"),
        (f"vendor {VENDOR.upper()}!", f"vendor {HIDDEN}!"),
        ("Authorization: Bearer abc.def-ghi", f"Authorization: Bearer {HIDDEN}"),
        ("token EAAGm0PX4ZCpsBAKZCx1234 is bad", f"token {HIDDEN} is bad"),
        ("to 919812345678 failed", "to …78 failed"),
        ("to +91 98123-45678 failed", "to …78 failed"),
        ("to (981) 234 5678, failed", "to (…78, failed"),
        ("(#131026) Message undeliverable", "(#131026) Message undeliverable"),
        ("<b>Bad</b> <a href='x'>thing</a>", "Bad thing"),
        ("1 < 2", "1 < 2"),
        ("x" * 300, "x" * (LONGEST - 1) + "…"),
    ],
)
def test_what_is_shown(said: str, shown: str) -> None:
    assert quoted(said, SENDER) == shown


def test_a_token_as_a_url_carries_it() -> None:
    sender = Credentials("a/b+c=1234567", "vendor")
    assert quoted("https://x/?token=a%2Fb%2Bc%3D1234567", sender) == f"https://x/?token={HIDDEN}"


@given(st.text(), st.text(), st.integers(0, 5000))
def test_nothing_of_it_is_long_or_secret(before: str, after: str, padding: int) -> None:
    shown = quoted(f"{before}{'.' * padding}{TOKEN}/{VENDOR}{after}", SENDER)
    assert len(shown) <= LONGEST
    assert TOKEN not in shown
    assert VENDOR not in shown
    assert "\n" not in shown

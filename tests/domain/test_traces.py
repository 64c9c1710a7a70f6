"""A number is found in whatever form it stands in a text, and nothing else is."""

import base64

import pytest

from campana.domain.traces import Trace

TRACE = Trace("+919876543210")


@pytest.mark.parametrize(
    ("text", "without"),
    [
        ("+919876543210", "…3210"),
        ("call +91 98765-43210 now", "call …3210 now"),
        ("(98765) 43210", "(…3210"),
        ("9876543210", "…3210"),
        ("0091 9876543210", "00…3210"),
        ("nobody", "nobody"),
        ("987654321", "987654321"),
        ("98765 x 43210", "98765 x 43210"),
        ("", ""),
    ],
)
def test_digits_are_found_with_what_people_put_between_them(text: str, without: str) -> None:
    assert TRACE.without(text) == without
    assert TRACE.is_in(text) == (text != without)


@pytest.mark.parametrize("before", range(6))
@pytest.mark.parametrize("behind", range(3))
def test_base64_is_found_wherever_the_digits_begin(before: int, behind: int) -> None:
    held = b"\x1d\x0b" * 3
    word = base64.b64encode(held[:before] + b"919876543210" + held[:behind]).decode()
    assert TRACE.is_in(f"wamid.{word}")
    assert TRACE.without(f"id wamid.{word}, gone") == "id …3210, gone"
    other = base64.b64encode(held[:before] + b"919876543211" + held[:behind]).decode()
    assert not TRACE.is_in(f"wamid.{other}")


def test_short_national_numbers_are_looked_for_as_a_whole() -> None:
    trace = Trace("+29041234")
    assert trace.is_in("+290 41234")
    assert not trace.is_in("41234")

"""Addresses that can be posted to, events that can be told."""

import pytest

from campana.domain.errors import InvalidInput
from campana.engine.outgoing.checks import checked


@pytest.mark.parametrize(
    "url",
    [
        "",
        "shop.test/hook",
        "ftp://shop.test",
        "https://",
        "https://shop.test:port/",
        "https://user:word@shop.test/",
        "https://shop.test/a b",
        "https://shop.test/\x00",
        "https://shop.test/" + "a" * 2000,
        "javascript:alert(1)",
    ],
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        checked(url, ["message.sent"])
    assert {problem.field for problem in refused.value.problems} == {"url"}


@pytest.mark.parametrize("events", [[], ["message.lost"], ["test"], ["message.sent", "rubbish"]])
def test_events_that_are_none_are_refused_together_with_the_address(events: list[str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        checked("nowhere", events)
    assert [problem.field for problem in refused.value.problems] == ["url", "events"]

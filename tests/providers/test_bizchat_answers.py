"""Reading answers as a pure function: Meta's codes as bizchat.md lists them, and whatever else may come."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campana.domain.outcomes import Outcome, OutcomeKind
from campana.providers.bizchat import codes, explain
from campana.providers.bizchat.answer import Answer, read_answer
from campana.providers.bizchat.limits import LONGEST_HOLD_S, hold_s
from tests.providers.cast import PHONE, SENDER, TOKEN, VENDOR, assert_no_secret

NOW = 1_733_283_000.0
LISTED: dict[str, list[int]] = json.loads(
    (Path(__file__).parents[1] / "recorded/bizchat/meta_codes.json").read_text()
)
PAIRS = [(OutcomeKind(kind), code) for kind, numbers in LISTED.items() for code in numbers]


def outcome_of(status: int, content: object, headers: dict[str, str] | None = None) -> Outcome:
    return read_answer(Answer(status, headers or {}, json.dumps(content).encode()), SENDER, now=NOW)


def refusal(code: int) -> dict[str, object]:
    return {"result": "failed", "message": f"(#{code}) Something", "data": []}


# --- Meta's codes --------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 429])
@pytest.mark.parametrize(("kind", "code"), PAIRS)
def test_a_code_decides(status: int, kind: OutcomeKind, code: int) -> None:
    outcome = outcome_of(status, refusal(code))
    assert (outcome.kind, outcome.code) == (kind, str(code))
    assert f"(#{code}) Something" in outcome.reason


@pytest.mark.parametrize("status", [500, 502, 503, 504, 520, 599])
@pytest.mark.parametrize(("_", "code"), PAIRS)
def test_with_a_5xx_it_does_not(status: int, _: OutcomeKind, code: int) -> None:
    outcome = outcome_of(status, refusal(code))
    assert (outcome.kind, outcome.code) == (OutcomeKind.UNKNOWN, f"http_{status}")
    assert f"(#{code}) Something" in outcome.reason


def test_the_table_and_the_list_are_the_same() -> None:
    listed = {code for _, code in PAIRS if not 200 <= code <= 299}
    assert codes.META.keys() == listed


@pytest.mark.parametrize("status", [200, 400, 404])
def test_a_code_that_nobody_listed_refuses_this_message_only(status: int) -> None:
    assert outcome_of(status, refusal(424242)).kind is OutcomeKind.RECIPIENT


def test_a_code_in_a_text_that_is_no_refusal_is_not_looked_at() -> None:
    success = {"result": "success", "message": "(#131042) Hi", "data": {"wamid": "wamid.X"}}
    assert outcome_of(200, success).kind is OutcomeKind.ACCEPTED
    assert outcome_of(404, {"message": "(#131026) no route"}).kind is OutcomeKind.UNKNOWN


@pytest.mark.parametrize("code", [*codes.OWN, *map(str, codes.META), "219", "424242", "http_502"])
def test_every_code_is_explained(code: str) -> None:
    told = explain(code)
    assert told is not None
    assert told.meaning.endswith(".")
    assert told.advice.endswith(".")


@pytest.mark.parametrize("code", ["", "empty_field", "banana", "-1"])
def test_a_code_of_others_is_not(code: str) -> None:
    assert explain(code) is None


# --- holds ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": " 12 "}, 12.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "1e9"}, None),
        ({"retry-after": "١٢"}, None),
        ({"retry-after": "99999999999"}, LONGEST_HOLD_S),
        ({"retry-after": "Wed, 04 Dec 2024 03:30:30 GMT"}, 30.0),
        ({"retry-after": "Wed, 04 Dec 2024 03:30:30 -0000"}, 30.0),
        ({"retry-after": "Wed, 04 Dec 2024 03:30:30 GMT", "date": "Wed, 04 Dec 2024 03:30:20 GMT"}, 10.0),
        ({"retry-after": "Wed, 04 Dec 2024 03:30:30 GMT", "date": "yesterday"}, 30.0),
        ({"retry-after": "later", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "7"}, 7.0),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1733283020"}, 20.0),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "soon"}, 5.0),
        ({"x-ratelimit-remaining": "1", "x-ratelimit-reset": "7"}, None),
    ],
)
def test_what_a_host_asks_for(headers: dict[str, str], expected: float | None) -> None:
    assert hold_s(headers, now=NOW) == expected


# --- whatever else -------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
LIKELY = st.fixed_dictionaries(
    {},
    optional={
        "result": st.sampled_from(["success", "failed"]) | JSON,
        "message": st.sampled_from(["(#190)", "(#131026) x", f"{TOKEN} {VENDOR} {PHONE}"]) | JSON,
        "data": st.fixed_dictionaries({"wamid": st.sampled_from(["wamid.X", "", None]) | JSON}) | JSON,
        "errors": st.dictionaries(st.sampled_from(["phone_number", "contact.x", "field_1"]), JSON) | JSON,
    },
)
BODIES = (LIKELY | JSON).map(lambda content: json.dumps(content).encode()) | st.binary()
HEADERS = st.dictionaries(
    st.sampled_from(["retry-after", "date", "content-type", "x-ratelimit-remaining", "x-ratelimit-reset"]),
    st.text() | st.sampled_from(["0", "17", "text/html"]),
)
SURELY_NOT = {200, *range(400, 500), 503}


@given(status=st.integers(100, 599), headers=HEADERS, body=BODIES)
def test_any_answer_has_an_outcome(status: int, headers: dict[str, str], body: bytes) -> None:
    outcome = read_answer(Answer(status, headers, body), SENDER, now=NOW)
    assert_no_secret(repr(outcome))
    assert outcome.hold_s is None or 0 <= outcome.hold_s <= LONGEST_HOLD_S
    if outcome.kind is OutcomeKind.ACCEPTED:
        assert 200 <= status <= 299
        assert outcome.provider_message_id
    elif outcome.surely_not_sent:
        assert status in SURELY_NOT
        assert outcome.provider_message_id is None
        assert outcome.code
        assert outcome.reason
    assert explain(outcome.code) or outcome.kind is OutcomeKind.ACCEPTED

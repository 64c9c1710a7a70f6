"""A word for stop or start is known however it is typed, and nothing else is taken for one."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campana.domain.errors import InvalidInput
from campana.domain.optouts import (
    MOST_WORDS,
    START_WORDS,
    STOP_WORDS,
    Vocabulary,
    Wish,
    checked_words,
    key_of,
)

KNOWN = Vocabulary()
TABLE = [(word, Wish.STOP) for word, _, _ in STOP_WORDS] + [(word, Wish.START) for word, _, _ in START_WORDS]
ORNAMENT = st.text(alphabet=" .,!?¡¿…-_*~'\"\n\t\u200d\ufe0f🛑🙏🏽❌ 。", max_size=6)


@st.composite
def as_typed(draw):
    """A word of the table as a person may type it, and what it means."""
    word, wish = draw(st.sampled_from(TABLE))
    # Only where going there and back is the same letter: "ß" has no single capital.
    case = draw(st.sampled_from([str.upper, str.title, str.lower]))
    typed = case(word) if key_of(case(word)) == key_of(word) else word
    typed = unicodedata.normalize(draw(st.sampled_from(["NFC", "NFD", "NFKC"])), typed)
    return draw(ORNAMENT) + typed.replace(" ", " " + draw(ORNAMENT)) + draw(ORNAMENT), wish


@given(as_typed())
def test_a_word_is_known_however_it_is_typed(case):
    typed, wish = case
    assert KNOWN.wish_of(typed) is wish


@given(st.sampled_from(TABLE), st.sampled_from(["don't", "why", "xyz", "7", "ज", "و"]), st.booleans())
def test_a_word_inside_of_other_text_is_conversation(word, other, before):
    text = f"{other} {word[0]}" if before else f"{word[0]} {other}"
    assert KNOWN.wish_of(text) is None


@given(st.text(max_size=300))
def test_any_text_is_looked_at_without_harm_and_a_key_is_its_own_key(text):
    assert key_of(key_of(text)) == key_of(text)
    assert KNOWN.wish_of(text) in (None, Wish.STOP, Wish.START)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "🛑",
        "...",
        "don't stop",
        "when does the sale end?",
        "acha",
        "tc",
        "no",
        "yes",
        "stop " * 60,
        "non-stop",
        "cancel my order",
        "एक बंद",
    ],
)
def test_conversation_is_not_taken_for_a_wish(text):
    assert KNOWN.wish_of(text) is None


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("Stop promotions", Wish.STOP),
        ("S T O P", Wish.STOP),
        ("Opt-out", Wish.STOP),
        ("BAJA", Wish.STOP),
        ("cancelar suscripcion", Wish.STOP),
        ("DÉSABONNER", Wish.STOP),
        ("बंद करो।", Wish.STOP),
        ("الغاء", Wish.STOP),
        ("İPTAL", Wish.STOP),
        ("Stop 🙏", Wish.STOP),
        ("UNSTOP", Wish.START),
        ("alta!", Wish.START),
    ],
)
def test_what_people_write(text, wish):
    assert KNOWN.wish_of(text) is wish


def test_no_word_stands_twice_and_each_says_where_it_comes_from():
    keys = [key_of(word) for word, _ in TABLE]
    assert len(keys) == len(set(keys))
    assert all(keys)
    assert all(language and reason for _, language, reason in (*STOP_WORDS, *START_WORDS))


@pytest.mark.parametrize("language", ["en", "es", "pt", "hi", "hi-Latn", "ar", "fr", "de", "it", "id"])
def test_the_languages_of_a_shop_can_stop(language):
    assert sum(1 for _, spoken, _ in STOP_WORDS if spoken == language) >= 3


def test_an_accounts_own_words_stand_beside_the_others():
    own = Vocabulary(stop=["No, gracias"], start=["¡Sí!"])
    assert own.wish_of("no gracias 🙏") is Wish.STOP
    assert own.wish_of("si") is Wish.START
    assert own.wish_of("STOP") is Wish.STOP
    assert KNOWN.wish_of("no gracias") is None


def test_own_words_are_kept_as_written_each_once():
    assert checked_words([" No gracias ", "NO GRACIAS!", "stop"], ["ok"]) == (("No gracias", "stop"), ("ok",))


@pytest.mark.parametrize(
    ("stop", "start", "fields"),
    [
        (["🛑", "x" * 61], [], {"stop_words.0", "stop_words.1"}),
        (["Start"], ["stop"], {"stop_words.0", "start_words.0"}),
        (["no"], ["yes", "NO!"], {"start_words.1"}),
        ([f"word {n}" for n in range(MOST_WORDS + 1)], [], {"stop_words"}),
    ],
)
def test_words_that_cannot_be_are_refused_all_at_once(stop, start, fields):
    with pytest.raises(InvalidInput) as refusal:
        checked_words(stop, start)
    assert {problem.field for problem in refusal.value.problems} == fields

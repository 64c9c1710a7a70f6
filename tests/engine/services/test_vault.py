"""What is sealed stays secret, can be opened with the right key only, and survives a change of the key."""

import pytest

from campana.domain.errors import ConfigurationError
from campana.vault import FernetVault

KEY = "k" * 40
SECRETS = {"api_token": "a-token-of-bizchat", "vendor_uid": "5b0c2a1e"}


def test_opens_what_it_sealed():
    vault = FernetVault(KEY)
    assert vault.unseal(vault.seal(SECRETS)) == SECRETS


def test_a_sealed_text_gives_nothing_away_and_never_repeats():
    vault = FernetVault(KEY)
    first, second = vault.seal(SECRETS), vault.seal(SECRETS)
    assert first != second
    assert "a-token-of-bizchat" not in first
    assert "5b0c2a1e" not in first


def test_another_key_opens_nothing_and_says_what_to_do():
    sealed = FernetVault(KEY).seal(SECRETS)
    with pytest.raises(ConfigurationError, match="CAMPANA_SECRET_KEY") as caught:
        FernetVault("x" * 40).unseal(sealed)
    assert "token" not in str(caught.value)


def test_a_text_changed_by_one_character_is_refused():
    vault = FernetVault(KEY)
    sealed = vault.seal(SECRETS)
    changed = sealed[:30] + ("A" if sealed[30] != "A" else "B") + sealed[31:]
    with pytest.raises(ConfigurationError):
        vault.unseal(changed)


def test_a_former_key_still_opens_while_the_present_one_seals():
    old = FernetVault(KEY).seal(SECRETS)
    rotated = FernetVault("n" * 40, former_keys=[KEY])
    assert rotated.unseal(old) == SECRETS
    assert FernetVault("n" * 40).unseal(rotated.seal(SECRETS)) == SECRETS


def test_a_short_key_is_refused():
    with pytest.raises(ConfigurationError, match="too short"):
        FernetVault("secret")

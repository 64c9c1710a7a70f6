"""The secret key as files: at every moment, wherever it is cut off, they hold every key that ever sealed."""

import os
import stat
from pathlib import Path

import pytest

from campana.config import Settings
from campana.domain.errors import ConfigurationError, Conflict
from campana.keys import KeyFiles, new_key

OLD, NEW = "o" * 40, "n" * 40


@pytest.fixture
def files(tmp_path: Path) -> KeyFiles:
    (tmp_path / "secret_key").write_text(OLD)
    return KeyFiles(tmp_path)


def test_the_first_key_is_made_once_for_its_owner_alone(tmp_path):
    made = KeyFiles(tmp_path).present()
    assert KeyFiles(tmp_path).present() == made
    assert len(made) >= 32
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_a_changed_key_keeps_the_former_one_until_it_is_forgotten(files, tmp_path):
    files.change(NEW)
    assert (files.present(), list(files.former())) == (NEW, [OLD])
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}
    files.forget_former()
    assert list(files.former()) == []


@pytest.mark.parametrize("step", range(10))
def test_cut_off_anywhere_no_key_is_lost(files, tmp_path, monkeypatch, step):
    """`step` operations on files succeed, the next one never returns."""
    left = step

    def dying(real):
        def operation(*args, **options):
            nonlocal left
            left -= 1
            if left < 0:
                raise KeyboardInterrupt
            return real(*args, **options)

        return operation

    with monkeypatch.context() as patched:
        for owner, name in ((os, "open"), (os, "fsync"), (Path, "replace"), (Path, "unlink")):
            patched.setattr(owner, name, dying(getattr(owner, name)))
        try:
            files.change(NEW)
        except KeyboardInterrupt:
            died = True
        else:
            died = False
    held = {files.present(), *files.former()}
    assert OLD in held
    assert files.present() in (OLD, NEW)
    assert died or held == {OLD, NEW}
    files.change(NEW)
    assert {files.present(), *files.former()} >= {OLD, NEW}


def test_one_at_a_time(files, tmp_path):
    with files.alone(), pytest.raises(Conflict), KeyFiles(tmp_path).alone():
        pass
    with files.alone():
        pass


def test_a_damaged_file_says_so_without_its_content(tmp_path):
    (tmp_path / "secret_key").write_text("short-secret")
    with pytest.raises(ConfigurationError, match="does not hold a key") as caught:
        KeyFiles(tmp_path).present()
    assert "short-secret" not in str(caught.value)


def test_settings_give_the_present_key_first(tmp_path, monkeypatch):
    settings = Settings(_env_file=None, data_dir=tmp_path)
    first = settings.key()
    KeyFiles(tmp_path).change(NEW)
    assert list(settings.keys()) == [NEW, first]
    monkeypatch.setenv("CAMPANA_FORMER_SECRET_KEYS", f" {OLD} , {'f' * 40},")
    given = Settings(_env_file=None, data_dir=tmp_path, secret_key=NEW)
    assert list(given.keys()) == [NEW, OLD, "f" * 40]
    assert OLD not in repr(given)
    assert given.key_files is None
    with pytest.raises(ValueError, match="FORMER_SECRET_KEYS"):
        Settings(_env_file=None, former_secret_keys="tiny")


def test_keys_made_differ():
    assert new_key() != new_key()

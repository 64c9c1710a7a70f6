"""Texts of the pages: all of them in the catalogue, so that a translation can come and is then used."""

import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from campana.web import rendering

ROOT = Path(__file__).parent.parent.parent.parent


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """The catalogue as `make texts` writes it."""
    place = tmp_path_factory.mktemp("texts") / "campana.pot"
    command = [sys.executable, "-m", "babel.messages.frontend", "extract", "-F", "babel.cfg", "-k", "marked"]
    subprocess.run([*command, "-o", str(place), "src/campana/web"], cwd=ROOT, check=True, capture_output=True)
    with place.open("rb") as file:
        return read_po(file)


def test_texts_of_templates_and_of_code_are_found(template):
    texts = {message.id for message in template}
    assert {"Skip to the content", "Dashboard", "There is nothing here", "%(used)s of %(limit)s"} <= texts


async def test_a_translation_is_shown_to_whoever_wants_it(template, tmp_path, monkeypatch, sqlite_store):
    from tests.support.house import open_house

    template.locale = "de"
    template["Dashboard"].string = "Überblick"
    place = tmp_path / "de" / "LC_MESSAGES" / "campana.mo"
    place.parent.mkdir(parents=True)
    with place.open("wb") as file:
        write_mo(file, template)
    monkeypatch.setattr(rendering, "LOCALE", tmp_path)
    async with open_house(sqlite_store) as house:
        for wanted, text in (("de-AT,de;q=0.9", "Überblick"), ("fr", "Dashboard")):
            headers = {"Accept": "text/html", "Accept-Language": wanted}
            page = await house.get("alice", "//", headers=headers)
            assert f"<h1>{text}</h1>" in page.body.decode()

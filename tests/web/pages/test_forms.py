"""Every form of a page carries its token, and carries it first: only a form's beginning is looked through."""

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).parent.parent.parent.parent / "src/campana/web/templates"
FORM = re.compile(r"<form\b[^>]*method=\"post\"[^>]*>(.*?)</form>", re.DOTALL | re.IGNORECASE)
TOKEN = re.compile(
    r'<input type="hidden" name="csrf_token" value="\{\{ csrf_token \}\}">'
    r"|\{\{ (?:token|csrf)\(csrf_token\) \}\}"
)
FIELD = re.compile(r"<(?:input|select|textarea)\b|\{\{ (?:field|area|choice|check)\(")


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_forms_carry_their_token_first(path: Path) -> None:
    for form in FORM.findall(path.read_text()):
        token, field = TOKEN.search(form), FIELD.search(form)
        assert token, form[:200]
        assert field is None or token.start() <= field.start(), form[:200]


def test_there_are_forms() -> None:
    assert sum(len(FORM.findall(path.read_text())) for path in TEMPLATES.rglob("*.html")) > 8

"""Asking BizChat whether credentials work, by its list of approved templates (bizchat.md, Endpoints).

It proves token and vendor, not that the plan may send, and does not tell how many fields a template has.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from campana.domain.outcomes import ApprovedTemplate, Check, CheckVerdict
from campana.domain.senders import Credentials
from campana.providers.bizchat import codes
from campana.providers.bizchat.answer import Answer, parsed, words

PAGE_SIZE = 100
MOST_PAGES = 60
"""6,000 templates: more than WhatsApp lets an account have"""


class Page(NamedTuple):
    """One page of the list, and how many there are."""

    templates: tuple[ApprovedTemplate, ...]
    last: int


def read_page(answer: Answer, credentials: Credentials) -> Page | Check:
    """A page of templates, or, where there is none, what that says about the credentials."""
    content = parsed(answer.body)
    if answer.status == 200 and content is not None and content.get("result") == "success":
        return _page(content)
    said = words(content, credentials)
    failed = content is not None and content.get("result") == "failed"
    if answer.status == 401 or (failed and answer.status == 200):
        said = said or codes.OWN["unauthorized"].meaning
        return Check(CheckVerdict.REFUSED, f"BizChat refuses these credentials. BizChat said: “{said}”")
    if answer.status == 404:
        return unreachable("there is no BizChat at this address; check CAMPANA_BIZCHAT_BASE_URL")
    ending = f" and said: “{said}”" if said else ""
    return unreachable(f"it answered with HTTP status {answer.status}{ending}")


def unreachable(why: str) -> Check:
    """The verdict where nothing was learnt about the credentials."""
    return Check(CheckVerdict.UNREACHABLE, f"BizChat could not be asked: {why}")


def malformed() -> Check:
    """The verdict for credentials that no request can carry."""
    return Check(CheckVerdict.REFUSED, codes.OWN["bad_credentials"].meaning)


def accepted(templates: tuple[ApprovedTemplate, ...], *, whole: bool) -> Check:
    """The verdict for credentials that work; a list that could not be read whole is left out, it would
    mislead."""
    if not whole:
        return Check(
            CheckVerdict.OK, "Token and vendor are accepted; the list of templates could not be read whole."
        )
    count = f"{len(templates)} approved template{'' if len(templates) == 1 else 's'}"
    return Check(CheckVerdict.OK, f"Token and vendor are accepted; {count}.", templates)


def _page(content: Mapping[str, Any]) -> Page:
    data = content.get("data")
    listed = data.get("templateList") if isinstance(data, dict) else None
    if not isinstance(listed, dict):
        return Page((), 1)
    last = listed.get("last_page")
    rows = listed.get("data")
    return Page(
        tuple(_templates(rows if isinstance(rows, list) else [])), last if isinstance(last, int) else 1
    )


def _templates(rows: list[object]) -> Iterator[ApprovedTemplate]:
    for row in rows:
        if isinstance(row, dict) and isinstance(row.get("template_name"), str):
            yield ApprovedTemplate(
                name=row["template_name"],
                language=_text(row.get("language")),
                category=_text(row.get("category")),
                status=_text(row.get("status")),
            )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""

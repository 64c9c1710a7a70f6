"""Errors as pages for people: what happened, and what to do now."""

from collections.abc import Sequence
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from campana.domain.errors import FieldProblem
from campana.web.navigation import marked
from campana.web.rendering import page
from campana.web.request_ids import present_id

SIGN_IN = "/sign-in"
TEXTS: dict[int, tuple[str, str]] = {
    403: (
        marked("This is not for you"),
        marked("Ask an owner of the account to do it, or to change your role."),
    ),
    404: (
        marked("There is nothing here"),
        marked(
            "It may have been deleted, or the address is not quite right. Look for it from the dashboard."
        ),
    ),
    405: (marked("That cannot be done here"), marked("Go back and use the buttons of the page.")),
    409: (
        marked("Not possible just now"),
        marked("Somebody or something was first. Go back, look at its present state, and decide anew."),
    ),
    413: (marked("That is too large"), marked("Split the file and upload the parts one by one.")),
    422: (
        marked("Something in it is not right"),
        marked("Go back, change what is named here, and send it again."),
    ),
    429: (marked("Too many attempts"), marked("Wait a little, then try again.")),
    502: (
        marked("The provider does not answer"),
        marked("Nothing was changed. Try again in a minute; look at the provider's own page if it lasts."),
    ),
    503: (
        marked("The database does not answer"),
        marked("Nothing was lost, and what runs goes on when it is back. Try again in a moment."),
    ),
}
_BROKEN = (
    marked("Something went wrong here"),
    marked(
        "It is in the server's log. Try once more; if it happens again, tell whoever runs this server, and "
        "name the request below."
    ),
)


def error_page(
    request: Request, status: int, title: str, detail: str, errors: Sequence[FieldProblem] = ()
) -> Response:
    """The page for an error; somebody who is not signed in is sent to do that first, and then back here."""
    if status == 401:
        back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        wanted = f"?next={quote(back, safe='')}" if request.method in ("GET", "HEAD") and back != "/" else ""
        return RedirectResponse(SIGN_IN + wanted, 303)
    told, advice = TEXTS.get(status, _BROKEN if status >= 500 else (title, ""))
    shown = "" if status >= 500 else detail
    return page(
        request,
        "error.html",
        status=status,
        title=told,
        advice=advice,
        detail=shown,
        errors=tuple(errors),
        request_id=present_id() if status >= 500 else "",
    )

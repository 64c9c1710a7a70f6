"""Pages: templates, what each of them finds in its context, and answers made of them.

Texts are English in the templates and go through the catalogue; a language is there once web/locale has it.
Without inline script or style: the policy of a page forbids them.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from babel.support import NullTranslations, Translations
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from campana import __version__
from campana.domain.accounts import Principal
from campana.domain.permissions import Action, may
from campana.engine.ports import Clock
from campana.web import flashes
from campana.web.flashes import Flash
from campana.web.formats import FILTERS
from campana.web.navigation import NAVIGATION, Entry
from campana.web.scope import CSRF, INSIDE, PRINCIPAL
from campana.web.static_files import url_of
from campana.web.viewer import VIEWER, viewer

LOCALE = Path(__file__).parent / "locale"
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)


class Rendering:
    """Makes pages of one application."""

    def __init__(self, app: FastAPI, clock: Clock) -> None:
        self._app = app
        self._clock = clock
        self._navigation: tuple[Entry, ...] | None = None
        self._texts = catalogues(LOCALE)
        self._environments = {name: environment(texts) for name, texts in self._texts.items()}

    def html(self, request: Request, template: str, context: Mapping[str, Any]) -> str:
        """The template, filled in. Raises jinja2.UndefinedError for a name that is not there."""
        person: Principal | None = request.scope.get(PRINCIPAL)
        shown = [entry for entry in self._entries() if person and entry.is_for(person)]
        now = self._clock.now()
        looking = viewer(request, languages=tuple(self._environments), now=now)
        VIEWER.set(looking)
        return (
            self._environments[looking.language]
            .get_template(template)
            .render(
                request=request,
                person=person,
                inside=request.scope.get(INSIDE),
                csrf_token=request.scope.get(CSRF, ""),
                viewer=looking,
                now=now,
                navigation=shown,
                leads_to=lambda path: path in {entry.path for entry in shown},
                allowed=lambda action: person is not None and may(person, Action[action]),
                flash=flashes.take(request, self._texts[looking.language].gettext),
                **context,
            )
        )

    def _entries(self) -> tuple[Entry, ...]:
        """Those that lead somewhere; looked up at the first page, when all routes are there."""
        if self._navigation is None:
            pages = {route.path for route in iter_route_contexts(self._app.routes)}
            self._navigation = tuple(entry for entry in NAVIGATION if entry.path in pages)
        return self._navigation


def page(request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
    """The answer that shows a template, which finds request, person, csrf_token, viewer and now as well."""
    rendering: Rendering = request.app.state.rendering
    html = rendering.html(request, template, {"status": status, **context})
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store", "Vary": "Cookie"}
    response = HTMLResponse(html, status, headers=headers)
    if flashes.COOKIE in request.cookies:
        response.delete_cookie(flashes.COOKIE)
    return response


def part(request: Request, template: str, **context: Any) -> str:
    """A part of a page, for a script that puts it where it belongs."""
    rendering: Rendering = request.app.state.rendering
    return rendering.html(request, template, context)


def see_other(request: Request, path: str, flash: Flash | None = None) -> Response:
    """The answer to a form that was taken: go and look there. `path` is one of ours."""
    response = RedirectResponse(path, 303)
    if flash is not None:
        flashes.put(response, request, flash)
    return response


def wants_page(request: Request) -> bool:
    """Whether whoever asks is a person with a browser, not a program of the API."""
    return not request.url.path.startswith(("/api/v1", "/webhooks")) and "text/html" in request.headers.get(
        "accept", ""
    )


@cache
def catalogues(locale: Path) -> dict[str, NullTranslations]:
    """The languages of that folder, with their texts, and English, which is what the templates say."""
    found: dict[str, NullTranslations] = {"en": NullTranslations()}
    for folder in sorted(locale.glob("*/LC_MESSAGES")):
        name = folder.parent.name
        found[name] = Translations.load(locale, [name], "campana")
    return found


@cache
def environment(texts: NullTranslations) -> Environment:
    """The templates in one language; compiled once, for all applications of the process."""
    made = Environment(
        loader=PackageLoader("campana.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    install: Callable[..., None] = made.install_gettext_translations  # type: ignore[attr-defined]
    install(texts, newstyle=True)
    made.filters.update(FILTERS)
    made.globals.update(static=url_of, icon=icon, version=__version__, query=query)
    return made


def icon(name: str, *, label: str = "", css: str = "") -> Markup:
    """A drawing of Tabler's by its name; without a label it is decoration and read out by nobody."""
    role = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup('<svg class="icon {}" {}><use href="{}#{}"></use></svg>').format(
        css, role, url_of("vendor/icons.svg"), name
    )


def query(given: Mapping[str, Any] | Iterable[tuple[str, Any]], **changes: Any) -> str:
    """A query string of what is given, with changes; what is empty or None is left out."""
    parts = list(given.items() if isinstance(given, Mapping) else given)
    kept = [(name, value) for name, value in parts if name not in changes]
    wanted = [(name, value) for name, value in [*kept, *changes.items()] if value not in (None, "")]
    return "?" + urlencode(wanted) if wanted else "?"

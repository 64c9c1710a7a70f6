"""Chromium, driven by Playwright: how it starts, how a page is looked at, and what a good page keeps to."""

import os
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, async_playwright, expect

ROOT = Path(__file__).parent.parent.parent
SCREENSHOTS = os.environ.get("SCREENSHOTS")
"""a folder for pictures of every page, if they are wanted"""
AXE = ROOT / "node_modules/axe-core/axe.min.js"
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)
STANDARDS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
CONTRAST = ("color-contrast",)
"""the one rule that another set of colours can break"""
_VIOLATIONS = """async rules => {
    const options = {runOnly: rules, resultTypes: ["violations"], preload: false};
    return (await axe.run(document, options)).violations;
}"""
"""All that passes would be much more to gather and to send. Nothing is preloaded: no rule here needs it."""
LARGE: ViewportSize = {"width": 1440, "height": 900}
SMALL: ViewportSize = {"width": 390, "height": 844}
Colours = Literal["light", "dark"]

expect.set_options(timeout=45_000)
"""how long an expectation waits, in milliseconds: Playwright's five seconds would be a promise of speed"""


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Debian's Chromium, without its window where there is one so. Without any the test is skipped, in CI it
    fails."""
    program = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if program is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("Chromium is missing")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        await browser.close()


@dataclass
class Visit:
    """Somebody at the pages. Whatever a page complains about in its console is kept, and is a failure."""

    context: BrowserContext
    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    async def to(self, path: str, *, status: int = 200) -> Page:
        """Go there; the page, loaded."""
        answer = await self.page.goto(self.url + path)
        assert answer is not None
        assert answer.status == status, f"{path}: {answer.status}"
        return self.page

    async def shoot(self, name: str) -> None:
        """Keep pictures of the present page, whole, at both sizes and in both colours, if they are wanted."""
        if SCREENSHOTS is None:
            return
        folder = Path(SCREENSHOTS)
        folder.mkdir(parents=True, exist_ok=True)
        async for size, colours in self._looks():
            place = folder / f"{name}-{size['width']}-{colours}.png"
            await self.page.screenshot(path=place, full_page=True, animations="disabled")

    async def check(self, name: str) -> None:
        """What holds for every page: no barriers that axe finds, nothing wider than the window, no complaint;
        at both sizes and in both colours. Keeps pictures too."""
        await self.shoot(name)
        async for size, colours in self._looks():
            found = await (self.barriers() if colours == "light" else self.barriers(CONTRAST))
            assert not found, f"{name} at {size['width']}, {colours}: {found}"
            width = await self.page.evaluate("document.documentElement.scrollWidth")
            assert width <= size["width"], f"{name} is {width} wide in a window of {size['width']}"
        assert self.complaints == []

    async def _looks(self) -> AsyncIterator[tuple[ViewportSize, Colours]]:
        """Both sizes in both colours, one after the other; then the page is large and light again."""
        for size in (LARGE, SMALL):
            await self.page.set_viewport_size(size)
            for colours in ("light", "dark"):
                await self.page.emulate_media(color_scheme=colours)
                yield size, colours
        await self.page.set_viewport_size(LARGE)
        await self.page.emulate_media(color_scheme="light")

    async def barriers(self, rules: Sequence[str] = STANDARDS) -> Sequence[str]:
        """What axe-core finds against WCAG 2.2 AA on the present page."""
        assert AXE.is_file(), (
            "axe-core is missing: remove src/campana/web/static/vendor, then run make assets"
        )
        # Evaluated by the debugger, as the page's own policy lets no such script in.
        if not await self.page.evaluate("() => 'axe' in window"):
            await self.page.evaluate(AXE.read_text())
        found: list[dict[str, Any]] = await self.page.evaluate(_VIOLATIONS, rules)
        return [
            f"{each['id']}: {each['help']}: {[node['html'][:200] for node in each['nodes'][:3]]}"
            for each in found
        ]


@asynccontextmanager
async def visit(browser: Browser, url: str, **options: Any) -> AsyncIterator[Visit]:
    """A fresh profile, in Kolkata and English unless told otherwise."""
    settings = {
        "locale": "en-GB",
        "timezone_id": "Asia/Kolkata",
        "viewport": LARGE,
        "reduced_motion": "reduce",
    }
    context = await browser.new_context(**(settings | options))
    visiting = Visit(context, await context.new_page(), url)
    visiting.page.on(
        "console",
        lambda said: visiting.complaints.append(said.text) if said.type in ("error", "warning") else None,
    )
    visiting.page.on("pageerror", lambda error: visiting.complaints.append(str(error)))
    try:
        yield visiting
    finally:
        await context.close()

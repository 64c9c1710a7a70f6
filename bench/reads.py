"""How long the API takes to show a campaign of a million messages, and any page of them."""

import time
from collections.abc import AsyncIterator
from statistics import median
from typing import Any
from urllib.parse import quote

from bench.million import Million
from bench.report import Row
from bench.workshop import Workshop
from campana.domain.messages import MessageStatus

TITLE = "Reads: over REST, with the campaign's messages in the database"
CAMPAIGN_MS = 50
PAGE_MS = 100
TIMES = 20
PAGE = 50
LARGE_PAGE = 1000
SEARCHES = ("Person 99999", "Person 500", "91980050", "4999", "nobody")
"""the beginning of a name, or a part of a number: of few, of many, of none"""


class Reader:
    """Asks and remembers how long each answer took, in milliseconds, and what was asked."""

    def __init__(self, million: Million) -> None:
        self._product = million.site.product
        self._took: list[tuple[float, str]] = []
        self.campaign = f"/campaigns/{million.campaign_id}"
        self.messages = f"{self.campaign}/messages"

    async def get(self, path: str, label: str = "", *, times: int = 1) -> Any:
        """The answer of a call, made that many times."""
        answer = None
        for _ in range(times):
            began = time.perf_counter()
            answer = await self._product.call("GET", path)
            self._took.append(((time.perf_counter() - began) * 1000, label))
        return answer

    def row(self, what: str, limit_ms: int) -> Row:
        """A row over all calls since the last one."""
        took, self._took = self._took, []
        worst, label = max(took)
        named = f" ({label})" if label else ""
        typical = median(one for one, _ in took)
        measured = f"median {typical:.1f}, worst {worst:.1f} ms{named} of {len(took):,}"
        return Row(what, measured, f"at most {limit_ms} ms", worst <= limit_ms)


async def measure(workshop: Workshop) -> AsyncIterator[Row]:
    """Every large page once, to its end; then the usual ones again and again, for each status."""
    for database in workshop.databases:
        million = await workshop.million(database)
        await million.mix()
        serve = await million.site.product.start("serve")
        reader = Reader(million)
        await reader.get(reader.messages)
        reader.row("warm-up", PAGE_MS)
        async for row in _rows(database, million, reader):
            yield row
        await million.site.stop(serve)


async def _rows(database: str, million: Million, reader: Reader) -> AsyncIterator[Row]:
    await reader.get(reader.campaign, times=TIMES)
    yield reader.row(f"{database}: GET /campaigns/{{id}}, {million.size:,} messages", CAMPAIGN_MS)
    await reader.get("/campaigns", times=TIMES)
    yield reader.row(f"{database}: GET /campaigns", CAMPAIGN_MS)
    cursors = await _walk(reader)
    yield reader.row(f"{database}: every page of {LARGE_PAGE:,} messages, from first to last", PAGE_MS)
    places = {"first": "", "middle": cursors[len(cursors) // 2], "last": cursors[-1]}
    for place, cursor in places.items():
        await reader.get(f"{reader.messages}?limit={PAGE}{cursor}", place, times=TIMES)
    yield reader.row(f"{database}: page of {PAGE}: first, middle, last", PAGE_MS)
    for status in MessageStatus:
        for place, cursor in places.items():
            path = f"{reader.messages}?limit={PAGE}&status={status}{cursor}"
            await reader.get(path, f"{status}, {place}", times=TIMES // 2)
    yield reader.row(f"{database}: page of {PAGE} of each status: first, middle, last", PAGE_MS)
    for q in SEARCHES:
        await reader.get(f"{reader.messages}?limit={PAGE}&q={quote(q)}", repr(q), times=TIMES // 4)
    yield reader.row(f"{database}: page of {PAGE} found by a search", PAGE_MS)


async def _walk(reader: Reader) -> list[str]:
    """Read all messages in pages; the cursor of each page but the first, as a part of the query."""
    cursors: list[str] = []
    cursor = ""
    while True:
        page = await reader.get(f"{reader.messages}?limit={LARGE_PAGE}{cursor}", f"page {len(cursors) + 1}")
        if page["next_cursor"] is None:
            return cursors
        cursor = f"&cursor={page['next_cursor']}"
        cursors.append(cursor)

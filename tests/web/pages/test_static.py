"""Files for browsers: small on the way, kept as long as their content stays."""

import gzip
import re

from campana.web.static_files import FOLDER, url_of

MOST_OF_A_FIRST_PAGE = 300_000
LINK = re.compile(r'(?:src|href)="(/static/[^"#]+)')
BROWSER = {"Accept": "text/html", "Accept-Encoding": "gzip"}


async def test_the_first_page_with_all_it_loads_is_small(small_house):
    page = await small_house.get("alice", "//", headers=BROWSER)
    files = set(LINK.findall(page.body.decode()))
    assert len(files) > 5
    total = len(page.body)
    for file in files:
        answer = await small_house.get(None, f"/{file}", headers=BROWSER)
        assert answer.status == 200, file
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable", file
        # The client unpacks as it reads; what came over the wire is what the header told.
        total += int(answer.headers["Content-Length"])
    assert total < MOST_OF_A_FIRST_PAGE


async def test_a_file_comes_packed_to_whoever_takes_that_and_plain_to_others(small_house):
    address = f"/{url_of('vendor/tabler/tabler.min.css')}"
    content = (FOLDER / "vendor/tabler/tabler.min.css").read_bytes()
    packed = await small_house.get(None, address, headers={"Accept-Encoding": "gzip"})
    plain = await small_house.get(None, address, headers={"Accept-Encoding": "identity"})
    assert packed.body == plain.body == content
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) == len(gzip.compress(content, mtime=0))
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Type"] == plain.headers["Content-Type"] == "text/css; charset=utf-8"
    assert {packed.headers["Vary"], plain.headers["Vary"]} == {"Accept-Encoding"}


async def test_a_file_that_the_browser_has_is_not_sent_again(small_house):
    first = await small_house.get(None, "//static/app.js")
    assert first.headers["Cache-Control"] == "no-cache"  # asked for without its digest
    again = await small_house.get(None, "//static/app.js", headers={"If-None-Match": first.headers["Etag"]})
    assert (again.status, again.body) == (304, b"")


async def test_another_digest_is_not_kept_for_ever(small_house):
    answer = await small_house.get(None, "//static/app.js?v=0123456789abcdef")
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-cache")

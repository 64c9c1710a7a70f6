"""Posts go to the open internet alone, to the address that was looked at, and read little of an answer."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from campana.posting import MOST_READ, REFUSED, HttpPoster, _built, is_public
from tests.providers.certificates import Authority


@asynccontextmanager
async def serving(handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A server on this machine; its port."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


@pytest.fixture
async def poster() -> AsyncIterator[HttpPoster]:
    made = HttpPoster(allow_private=True, timeout_s=2)
    yield made
    await made.close()


@pytest.fixture
async def careful() -> AsyncIterator[HttpPoster]:
    made = HttpPoster(allow_private=False, timeout_s=2)
    yield made
    await made.close()


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"])
def test_the_open_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1"),
        *("169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.1"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1"),
        *("::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:0a00:1::"),
    ],
)
def test_private_addresses_are_not_whatever_they_are_wrapped_in(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0x7f.1", "2130706433", "127.1"])
async def test_nothing_is_posted_to_this_machine(careful: HttpPoster, host: str) -> None:
    asked = []

    async def note(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response()

    async with serving(note) as port:
        url = f"http://{host}:{port}/"
        assert await careful.refusal(url) == REFUSED
        posted = await careful.post(url, b"{}", {})
    assert (posted.answered, posted.said, asked) == (None, REFUSED, [])


async def test_a_name_with_one_private_address_is_refused_whole(careful: HttpPoster) -> None:
    """What the name answers at the time of the post counts, not what it answered when it was saved."""
    loop = asyncio.get_running_loop()
    answers = [["93.184.216.34"], ["93.184.216.34", "10.0.0.1"]]

    async def told(*_args: object, **_options: object) -> list:
        return [(0, 0, 0, "", (address, 0)) for address in answers.pop(0)]

    loop.getaddrinfo = told  # type: ignore[method-assign]
    assert await careful.refusal("https://shop.test/hook") is None
    assert (await careful.post("https://shop.test/hook", b"{}", {})).said == REFUSED


async def test_the_connection_goes_to_the_address_that_was_looked_at() -> None:
    """No name server knows this name: the client cannot have asked one."""

    async def host(request: web.Request) -> web.Response:
        return web.Response(text=request.host)

    async with serving(host) as port:
        client = _built("nobody-knows.invalid", "127.0.0.1", 2)
        async with client.post(f"http://nobody-knows.invalid:{port}/").build_streamed() as answer:
            assert (await answer.body_reader.read()).to_bytes() == f"nobody-knows.invalid:{port}".encode()
        await client.close()


@pytest.mark.parametrize(("named", "taken"), [("shop.test", True), ("other.test", False)])
async def test_over_tls_the_name_has_to_be_the_certificates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str, taken: bool
) -> None:
    """Though the connection goes to an address that was looked up beforehand."""
    authority = Authority.in_folder(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    came = []

    async def note(request: web.Request) -> web.Response:
        came.append((request.scheme, request.host.partition(":")[0], await request.read()))
        return web.Response()

    async def here(*_args: object, **_options: object) -> list:
        return [(0, 0, 0, "", ("127.0.0.1", 0))]

    async with serving(note, authority.server("shop.test")) as port:
        asyncio.get_running_loop().getaddrinfo = here  # type: ignore[method-assign]
        poster = HttpPoster(allow_private=True, timeout_s=5)
        posted = await poster.post(f"https://{named}:{port}/hook", b"{}", {})
        await poster.close()
    assert posted.taken is taken, posted
    assert came == ([("https", "shop.test", b"{}")] if taken else [])


async def test_an_answer_is_kept_in_part_and_redirects_are_not_followed(poster: HttpPoster) -> None:
    came = []

    async def answer(request: web.Request) -> web.Response:
        came.append((request.path, request.headers["webhook-id"], await request.read()))
        if request.path == "/long":
            return web.Response(text="x" * 10_000_000)
        raise web.HTTPFound("/elsewhere")

    async with serving(answer) as port:
        long = await poster.post(f"http://127.0.0.1:{port}/long", b"{}", {"webhook-id": "one"})
        moved = await poster.post(f"http://127.0.0.1:{port}/moved", b"{}", {"webhook-id": "two"})
    assert (long.answered, long.said, long.taken) == (200, "x" * MOST_READ, True)
    assert (moved.answered, moved.taken) == (302, False)
    assert came == [("/long", "one", b"{}"), ("/moved", "two", b"{}")]


async def test_whoever_does_not_answer_is_not_waited_for(poster: HttpPoster) -> None:
    gone = asyncio.Event()

    async def hang(_request: web.Request) -> web.Response:
        await gone.wait()
        return web.Response()

    poster = HttpPoster(allow_private=True, timeout_s=0.2)
    async with serving(hang) as port:
        posted = await poster.post(f"http://127.0.0.1:{port}/", b"{}", {})
        gone.set()
    assert (posted.answered, posted.taken) == (None, False)
    assert posted.said.startswith("no answer within")
    closed = await poster.post(f"http://127.0.0.1:{port}/secret-path", b"{}", {})
    assert closed.said.startswith("could not be reached")
    assert "secret-path" not in closed.said
    assert (await poster.post("http://nobody.invalid/", b"{}", {})).said == "the name could not be resolved"
    await poster.close()

"""Heads that never end, and requests as the server ends, over real sockets to the real server."""

import asyncio
import contextlib
import socket

import pytest

from campana import connections
from campana.process import web_server
from tests.support.product import until


async def app(scope, receive, send):
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture
def listener():
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound


@pytest.fixture
async def server(listener):
    server = web_server(app, "127.0.0.1", 0)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    yield server
    server.should_exit = True
    await serving


@pytest.fixture
async def connect(server, listener):
    async with contextlib.AsyncExitStack() as stack:

        async def connected():
            reader, writer = await asyncio.open_connection(*listener.getsockname())
            stack.callback(writer.close)
            return reader, writer

        yield connected


async def told(reader, writer, *parts):
    for part in parts:
        writer.write(part)
        await writer.drain()
    return await asyncio.wait_for(reader.read(), 10)


async def test_a_head_that_never_ends_is_not_waited_for(connect, monkeypatch):
    monkeypatch.setattr(connections, "HEAD_S", 0.2)
    for beginning in (b"", b"GET / HTTP/1.1\r\nHost: x\r\n"):
        reader, writer = await connect()
        assert (await told(reader, writer, beginning)).startswith(b"HTTP/1.1 408 ")


async def test_nor_is_the_second_one_on_a_connection(connect, monkeypatch):
    monkeypatch.setattr(connections, "HEAD_S", 0.2)
    reader, writer = await connect()
    answers = await told(reader, writer, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"GET / HTTP/1.1\r\nHost:")
    assert [line.split()[1] for line in answers.split(b"\r\n") if line.startswith(b"HTTP/")] == [
        b"204",
        b"408",
    ]


async def test_a_body_may_take_longer_than_a_head(connect, monkeypatch):
    monkeypatch.setattr(connections, "HEAD_S", 0.05)
    reader, writer = await connect()
    writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nConnection: close\r\n\r\nab")
    passed = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_later(0.2, passed.set_result, None)
    await passed
    assert (await told(reader, writer, b"cd")).startswith(b"HTTP/1.1 204 ")


async def test_a_head_that_grows_without_end_is_refused(connect):
    reader, writer = await connect()
    parts = [b"GET / HTTP/1.1\r\nHost: x\r\n", *(b"X-%d: %s\r\n" % (n, b"y" * 4000) for n in range(20))]
    assert (await told(reader, writer, *parts)).startswith(b"HTTP/1.1 431 ")


async def test_a_large_body_right_behind_its_head_is_no_large_head(connect):
    reader, writer = await connect()
    body = b"z" * 200_000
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body)
    assert (await told(reader, writer, head + body)).startswith(b"HTTP/1.1 204 ")


async def test_a_request_on_a_kept_connection_is_answered_while_the_server_ends(server, listener, connect):
    """The last one: the answer says so. New connections are refused, which a proxy can mend."""
    address = listener.getsockname()
    reader, writer = await connect()
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"connection: close" not in await reader.readuntil(b"\r\n\r\n")
    server.should_exit = True
    await until(lambda: _refused(address), what="the end of listening")
    answer = await told(reader, writer, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab")
    assert answer.startswith(b"HTTP/1.1 204 ")
    assert b"connection: close" in answer


async def test_so_is_one_that_the_server_had_not_even_taken(server, listener, connect, monkeypatch):
    """The system makes connections before we accept them; closing the listening socket would reset them."""
    await connect()
    address = listener.getsockname()
    late: list[socket.socket] = []

    async def at_the_last_moment(counter):
        if server.should_exit:
            late.append(socket.create_connection(address))  # nothing else runs meanwhile: it stays unaccepted
            late[0].sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab")
        return server.should_exit

    monkeypatch.setattr(server, "on_tick", at_the_last_moment)
    server.should_exit = True
    await until(lambda: _refused(address), what="the end of listening")
    late[0].setblocking(False)
    with late[0]:
        answer = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(late[0], 1000), 10)
    assert answer.startswith(b"HTTP/1.1 204 ")
    assert b"connection: close" in answer


async def _refused(address):
    try:
        _, writer = await asyncio.open_connection(*address)
    except ConnectionRefusedError:
        return True
    writer.close()
    return False

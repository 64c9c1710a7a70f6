"""The reading process itself: when it ends, what it may see, and that nothing it says is believed unseen."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import psutil
import pytest
import uvloop

from campana.domain.columns import Columns, Wanted
from campana.domain.errors import FieldProblem, InvalidInput, StoreUnavailable
from campana.domain.recipients import Blanks, Recipient, RowProblem
from campana.engine.ports import Store
from campana.engine.reading import wire
from campana.engine.reading.limits import Limits
from campana.engine.reading.process import reading
from campana.engine.reading.wire import BadAnswer, End, Head, Order, Rows, Unpacker
from campana.stores import open_store
from tests.engine.imports.conftest import Desk, readers
from tests.support.cast import make_account
from tests.support.stores import FreshUrl


class Watched:
    """The real store, seen from outside: it says when rows have come in, and fails when it is told to."""

    def __init__(self, store: Store, *, fails: bool = False) -> None:
        self._store = store
        self._fails = fails
        self.rows_are_in = asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def add_recipients(
        self, list_id: UUID, recipients: Sequence[Recipient], problems: Sequence[RowProblem]
    ) -> None:
        if self._fails and self.rows_are_in.is_set():
            raise StoreUnavailable("gone")
        await self._store.add_recipients(list_id, recipients, problems)
        self.rows_are_in.set()


@pytest.fixture
def endless(tmp_path: Path) -> Path:
    """A file that nobody reads to its end in the time of a test."""
    path = tmp_path / "endless.csv"
    rows = "\n".join(f"98{row:08},Somebody" for row in range(400_000))
    path.write_text(f"phone,name\n{rows}\n")
    return path


async def test_whoever_goes_away_takes_the_process_and_the_list_along(desk: Desk, endless: Path) -> None:
    store = Watched(desk.store)
    imports = desk.imports(store=store)
    with endless.open("rb") as file:
        upload = asyncio.create_task(imports.add_file(desk.person, "a.csv", file, "IN"))
        await store.rows_are_in.wait()
        (process,) = readers()
        upload.cancel()
        with pytest.raises(asyncio.CancelledError):
            await upload
    assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    assert readers() == []
    await desk.is_clean()


async def cancel_everywhere(desk: Desk, path: Path) -> None:
    """Go away after each of the first steps, and some of the later ones."""
    for turns in (*range(12), 20, 50, 200):
        with path.open("rb") as file:
            imports = desk.imports()
            upload = asyncio.create_task(imports.add_file(desk.person, "a.csv", file, "IN"))
            for _ in range(turns):
                await asyncio.sleep(0)
            upload.cancel()
            with pytest.raises(asyncio.CancelledError):
                await upload
        assert readers() == []
        await desk.is_clean()


async def test_a_cancel_at_any_step(desk: Desk, endless: Path) -> None:
    await cancel_everywhere(desk, endless)


def test_the_same_on_the_loop_that_servers_run(fresh_sqlite: FreshUrl, tmp_path: Path, endless: Path) -> None:
    """uvloop starts and ends processes in its own way."""

    async def main(url: str) -> None:
        store = await open_store(url)
        desk = Desk(store, await make_account(store), tmp_path)
        await cancel_everywhere(desk, endless)
        imported = await desk.take(b"phone\n9812345678\n")
        assert imported.recipients.valid == 1
        assert readers() == []
        await store.close()

    with fresh_sqlite() as url:
        uvloop.run(main(url))


async def test_a_process_that_is_killed_is_a_refusal(desk: Desk, endless: Path) -> None:
    store = Watched(desk.store)
    imports = desk.imports(store=store)
    with endless.open("rb") as file:
        upload = asyncio.create_task(imports.add_file(desk.person, "a.csv", file, "IN"))
        await store.rows_are_in.wait()
        readers()[0].kill()
        with pytest.raises(InvalidInput, match="needs more memory than is allowed"):
            await upload
    await desk.is_clean()


async def test_a_store_that_fails_half_way_leaves_neither_process_nor_list(desk: Desk, endless: Path) -> None:
    imports = desk.imports(store=Watched(desk.store, fails=True))
    with endless.open("rb") as file, pytest.raises(StoreUnavailable):
        await imports.add_file(desk.person, "a.csv", file, "IN")
    assert readers() == []
    await desk.is_clean()


async def test_so_many_files_at_a_time_and_no_more(desk: Desk, endless: Path) -> None:
    store = Watched(desk.store)
    imports = desk.imports(store=store)
    with endless.open("rb") as one, endless.open("rb") as two, endless.open("rb") as three:
        uploads = [
            asyncio.create_task(imports.add_file(desk.person, "a.csv", file, "IN"))
            for file in (one, two, three)
        ]
        await store.rows_are_in.wait()
        assert len(readers()) <= 2
        for upload in uploads:
            upload.cancel()
        await asyncio.gather(*uploads, return_exceptions=True)
    assert readers() == []


async def test_the_process_inherits_no_secret(
    desk: Desk, endless: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMPANA_SECRET_KEY", "hush")
    with endless.open("rb") as file:
        async with reading(file, Order("IN", Wanted(), None, Limits())) as answer:
            await answer.head()
            (process,) = readers()
            assert "CAMPANA_SECRET_KEY" not in process.environ()
            assert "PATH" in process.environ()
            assert os.getpgid(process.pid) != os.getpgid(0)


def test_the_process_needs_no_server(tmp_path: Path) -> None:
    """It starts fast because it imports little: no database, no web, no asyncio."""
    path = tmp_path / "people.csv"
    path.write_text("phone\n9812345678\n")
    command = [sys.executable, "-X", "importtime", "-m", "campana.engine.reading"]
    with path.open("rb") as file:
        done = subprocess.run(
            [*command, Order("IN", Wanted(), None, Limits()).pack()],
            stdin=file,
            capture_output=True,
            check=True,
        )
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.decode().splitlines()}
    assert not imported & {
        "asyncio",
        "sqlalchemy",
        "pydantic",
        "structlog",
        "fastapi",
        "python_calamine",
        "numpy",
    }
    first, second, third = (json.loads(line) for line in done.stdout.splitlines())
    assert first == {"head": {"columns": ["phone"], "phone": 0, "name": None, "sheet": None}}
    assert second == {"people": [[2, "+919812345678", ["9812345678"]]], "problems": []}
    assert third == {"end": {"blanks": {}}}


# --- what comes over the wire ----------------------------------------------

COLUMNS = Columns(names=("phone", "name"), phone=0, name=1, header=None)
PERSON = [2, "+919812345678", ["98123 45678", "Asha"]]
PROBLEM = [3, "phone", "12", "too short", False]


def unpacker() -> Unpacker:
    begun = Unpacker(Limits())
    assert begun.unpack(wire.pack_head(COLUMNS, "S")) == Head(COLUMNS, "S")
    return begun


def rows(people: Any = (), problems: Any = ()) -> bytes:
    return json.dumps({"people": people, "problems": problems}).encode()


def test_a_good_answer() -> None:
    begun = unpacker()
    duplicate = [4, "phone", "98123 45678", "same number as row 2", True]
    assert begun.unpack(rows([PERSON], [PROBLEM, duplicate])) == Rows(
        [Recipient(2, "+919812345678", "Asha", ("98123 45678", "Asha"))],
        [RowProblem(3, "phone", "12", "too short")],
        [RowProblem(4, "phone", "98123 45678", "same number as row 2")],
    )
    assert begun.unpack(wire.pack_end({"name": (3, [4, 5, 6])})) == End({"name": Blanks(3, (4, 5, 6))})


def test_a_refusal_is_raised_as_it_was_meant() -> None:
    problems = [FieldProblem("phone_column", "no column"), FieldProblem("sheet", "another one")]
    with pytest.raises(InvalidInput) as refused:
        Unpacker(Limits()).unpack(wire.pack_refusal(InvalidInput(problems, title="Not found")))
    assert (list(refused.value.problems), refused.value.title) == (problems, "Not found")


def test_an_order_arrives_as_it_was_given() -> None:
    order = Order("IN", Wanted("Ph 'x'", None), "Blatt 1", Limits(rows=7, wall_s=1.5))
    assert Order.unpack(order.pack()) == order


NO_PERSON: list[Any] = [
    [],
    [2],
    "person",
    None,
    [2, "+919812345678", ["x"]],  # too few cells
    [2, "+919812345678", ["x", "y", "z"]],
    [2, "+919812345678", ["x", 5]],
    [2, "+919812345678", ["x", None]],
    [2, "+919812345678", "xy"],
    [2, "+919812345678", {"x": 1, "y": 2}],
    [2, "+919812345678", ["x", "\0"]],
    [2, "+919812345678", ["x", "\ud800"]],
    [2, "919812345678", ["x", "y"]],
    [2, "+9198123", ["x", "y"]][:1],
    [2, "+91 9812345678", ["x", "y"]],
    [2, "+919812345678\n+919812345679", ["x", "y"]],
    [2, "+", ["x", "y"]],
    [2, "", ["x", "y"]],
    [2, 919812345678, ["x", "y"]],
    [2, "+\u0669\u0668\u0661\u0662\u0663\u0664\u0665\u0666", ["x", "y"]],
    [0, "+919812345678", ["x", "y"]],
    [-1, "+919812345678", ["x", "y"]],
    [True, "+919812345678", ["x", "y"]],
    [2.0, "+919812345678", ["x", "y"]],
    ["2", "+919812345678", ["x", "y"]],
    [1 << 40, "+919812345678", ["x", "y"]],
]


@pytest.mark.parametrize("person", NO_PERSON, ids=repr)
def test_what_is_no_person_is_a_bad_answer(person: Any) -> None:
    with pytest.raises(BadAnswer):
        unpacker().unpack(rows([person]))
    with pytest.raises(BadAnswer):
        unpacker().unpack(rows([[1, "+919812345677", ["a", "b"]], person]))


def test_rows_only_grow() -> None:
    begun = unpacker()
    begun.unpack(rows([PERSON], [PROBLEM]))
    for again in (rows([PERSON]), rows([], [PROBLEM]), rows([[9, *PERSON[1:]], [8, *PERSON[1:]]])):
        with pytest.raises(BadAnswer):
            begun.unpack(again)


BAD_LINES = [
    b"",
    b"hello",
    b"[]",
    b"{}",
    b"null",
    b"17",
    b'"people"',
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"people": null, "problems": []}',
    b'{"people": []}',
    b'{"people": [], "problems": [[3, "phone", "12", "too short"]]}',
    b'{"people": [], "problems": [[3, "phone", 12, "too short", false]]}',
    b'{"people": [], "problems": [[3, "phone", "\\ud800", "too short", false]]}',
    b'{"people": [], "problems": [["3", "phone", "12", "too short", false]]}',
    b'{"head": {"columns": ["a"], "phone": 0, "name": null, "sheet": null}}',  # a second one
    b'{"end": {"blanks": {"nope": [1, [2]]}}}',
    b'{"end": {"blanks": {"name": [0, []]}}}',
    b'{"end": {"blanks": {"name": [1, [2, 3]]}}}',
    b'{"end": {"blanks": {"name": ["1", [2]]}}}',
    b'{"end": {}}',
    b'{"refused": []}',
    b'{"refused": [], "title": "x"}',
    b'{"refused": [["file"]], "title": "x"}',
    b'{"refused": [["file", 1]], "title": "x"}',
]


@pytest.mark.parametrize("line", BAD_LINES, ids=lambda line: line[:40].decode("latin-1"))
def test_what_is_never_said_is_a_bad_answer(line: bytes) -> None:
    with pytest.raises(BadAnswer):
        unpacker().unpack(line)


@pytest.mark.parametrize(
    "head",
    [
        {"columns": [], "phone": 0, "name": None, "sheet": None},
        {"columns": ["a", "a"], "phone": 0, "name": None, "sheet": None},
        {"columns": ["a", 5], "phone": 0, "name": None, "sheet": None},
        {"columns": ["a"], "phone": 1, "name": None, "sheet": None},
        {"columns": ["a"], "phone": None, "name": None, "sheet": None},
        {"columns": ["a"], "phone": 0, "name": 7, "sheet": None},
        {"columns": ["a"], "phone": 0, "name": None, "sheet": 5},
        {"columns": ["a"], "phone": 0, "name": None},
        {"columns": [f"c{n}" for n in range(201)], "phone": 0, "name": None, "sheet": None},
    ],
    ids=repr,
)
def test_a_head_that_does_not_hold_together_is_a_bad_answer(head: Any) -> None:
    with pytest.raises(BadAnswer):
        Unpacker(Limits()).unpack(json.dumps({"head": head}).encode())


@pytest.mark.parametrize("line", [rows([PERSON]), wire.pack_end({})])
def test_nothing_comes_before_the_head(line: bytes) -> None:
    with pytest.raises(BadAnswer):
        Unpacker(Limits()).unpack(line)

"""The commands, as processes: what they print, how they end, and that they keep secrets to themselves."""

import csv
import json
import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest

from campana.simulator import Simulator, SimulatorConfig, in_thread
from tests.support.product import Product, free_port, product, until

SEND = ("--template", "diwali_offer", "--language", "en_US", "--field", "field_1=Hi {name}")


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with in_thread(SimulatorConfig(latency_ms=20, jitter_ms=10)) as simulator:
        simulator.control(templates=["diwali_offer:en_US:1"])
        yield simulator


@pytest.fixture
async def shop(tmp_path: Path, simulator: Simulator) -> AsyncIterator[Product]:
    async with product(tmp_path, BIZCHAT_BASE_URL=simulator.base_url) as shop:
        yield shop


@pytest.fixture
async def open_shop(shop: Product) -> Product:
    """With a server that runs and a sender."""
    await shop.start()
    await shop.make_sender(name="Main")
    return shop


def people(home: Path, count: int = 20, bad: int = 0) -> Path:
    path = home / "customers.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Name", "Mobile no"])
        writer.writerows([f"Person {number}", f"98000 {number:05d}"] for number in range(count))
        writer.writerows(["Nobody", f"12{number}"] for number in range(bad))
    return path


async def test_send_from_a_file_to_the_end(open_shop: Product, simulator: Simulator) -> None:
    file = people(open_shop.home, 20, bad=2)
    status, out, err = await open_shop.command("send", str(file), *SEND, "--in", "1s", "--wait")
    assert (status, "COMPLETED: 20 sent" in out) == (0, True), out + err
    assert "2 rows left out" in out
    assert "row 22" in err
    assert {entry.fields["field_1"] for entry in simulator.ledger.entries} == {
        f"Hi Person {number}" for number in range(20)
    }


async def test_send_ends_with_1_when_somebody_failed(open_shop: Product, simulator: Simulator) -> None:
    simulator.control(faults=["meta:131026@919800000003=1"])
    status, out, _ = await open_shop.command("send", str(people(open_shop.home, 5)), *SEND, "--wait")
    assert status == 1
    assert "COMPLETED: 4 sent, 1 failed" in out


async def test_without_a_server_send_sends_itself(shop: Product, simulator: Simulator) -> None:
    await shop.start("web")
    await shop.make_sender(name="Main")
    status, out, err = await shop.command("send", str(people(shop.home, 5)), *SEND, "--wait")
    assert (status, "COMPLETED: 5 sent" in out) == (0, True), out + err
    assert "sending from here" in err
    assert len(simulator.ledger.entries) == 5


async def test_without_wait_it_returns_when_scheduled(open_shop: Product, simulator: Simulator) -> None:
    status, out, _ = await open_shop.command("send", str(people(open_shop.home, 3)), *SEND, "--in", "1h")
    assert status == 0
    campaign = (await open_shop.call("GET", "/campaigns"))["items"][0]
    assert campaign["id"] in out
    assert campaign["status"] == "SCHEDULED"
    assert not simulator.ledger.entries


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--field", "field_1=Hi {surname}"), "surname"),
        (("--field", "field_1"), "has no ="),
        (("--at", "tomorrow"), "ISO 8601"),
        (("--at", "2020-01-01T00:00:00Z"), "past"),
        (("--in", "soon"), "duration"),
        (("--in", "2m", "--at", "now"), "one of them"),
        (("--sender", "Nobody"), "Main"),
    ],
)
async def test_wrong_words_end_with_2_and_one_line(
    open_shop: Product, words: tuple[str, ...], says: str
) -> None:
    status, out, err = await open_shop.command("send", str(people(open_shop.home)), *SEND[:4], *words)
    assert status == 2, out + err
    assert says in err
    assert len(err.strip().splitlines()) == 1
    assert "Traceback" not in err
    assert (await open_shop.call("GET", "/campaigns"))["items"] == []
    assert (await open_shop.call("GET", "/recipient-lists"))["items"] == []


async def test_a_file_that_is_no_list_is_refused_in_words(open_shop: Product) -> None:
    file = open_shop.home / "list.xlsx"
    file.write_bytes(b"%PDF-1.7 not a workbook")
    status, _, err = await open_shop.command("send", str(file), *SEND)
    assert status == 2
    assert "PDF" in err


async def test_users_and_keys(shop: Product) -> None:
    status, out, err = await shop.command(
        "user",
        "add",
        "victor@shop.test",
        "--role",
        "viewer",
        "--password-stdin",
        stdin="correct horse battery\n",
    )
    assert (status, out.strip()) == (0, "Added victor@shop.test as viewer."), err
    status, out, err = await shop.command(
        "api-key", "create", "--user", "victor@shop.test", "--name", "reports"
    )
    key = out.strip()
    assert (status, key[:4], err) == (0, "cmp_", "")
    held = b"".join(path.read_bytes() for path in shop.home.glob("campana.db*"))
    assert key.encode() not in held
    assert b"correct horse" not in held


@pytest.mark.parametrize(
    ("words", "stdin", "status", "says"),
    [
        (("user", "add", "olga@shop.test"), None, 1, "olga@shop.test"),
        (("user", "add", "not an address"), None, 2, "e-mail"),
        (("user", "add", "new@shop.test", "--password-stdin"), "", 2, "standard input"),
        (("user", "add", "new@shop.test", "--password-stdin"), "short\n", 2, "at least 10"),
        (("api-key", "create", "--user", "nobody@shop.test", "--name", "x"), None, 1, "no user"),
        (("serve", "--port", "0"), None, 2, "port"),
        (("nonsense",), None, 2, "nonsense"),
    ],
)
async def test_what_cannot_be_done_is_told(
    shop: Product, words: tuple[str, ...], stdin: str | None, status: int, says: str
) -> None:
    ended, out, err = await shop.command(*words, stdin=stdin)
    assert (ended, says in err) == (status, True), out + err
    assert "Traceback" not in err


async def test_a_port_in_use_and_wrong_settings_are_told_without_their_values(shop: Product) -> None:
    serving = await shop.start()
    port = serving.url.rpartition(":")[2]
    status, _, err = await shop.command("serve", "--port", port)
    assert (status, "port is in use" in err) == (2, True)
    shop.settings |= {"SECRET_KEY": "short-secret", "RATE_LIMIT_PER_S": "fast"}
    status, _, err = await shop.command("serve")
    assert status == 2
    assert "CAMPANA_RATE_LIMIT_PER_S" in err
    assert "short-secret" not in err


async def test_the_database_is_made_at_first_use_and_upgrading_again_does_nothing(shop: Product) -> None:
    status, out, _ = await shop.command("db", "upgrade")
    assert status == 0
    assert "nothing to do" in out
    shop.settings["DATABASE_URL"] = f"sqlite:///{shop.home}/new.db"
    status, out, _ = await shop.command("db", "upgrade")
    assert status == 0
    assert "from empty to" in out


async def test_the_secret_key_is_the_owners_alone(shop: Product) -> None:
    assert stat.S_IMODE((shop.home / "secret_key").stat().st_mode) == 0o600


async def test_doctor_finds_what_is_wrong(open_shop: Product, simulator: Simulator) -> None:
    status, out, err = await open_shop.command("doctor")
    assert status == 0, out + err
    (open_shop.home / "secret_key").chmod(0o644)
    simulator.control(read_faults=["invalid_token=1"])
    status, out, _ = await open_shop.command("doctor")
    assert status == 1
    bad = [line for line in out.splitlines() if line.startswith("BAD")]
    assert ["chmod 600" in bad[0], "sender Main" in bad[1]] == [True, True]


async def test_doctor_finds_faults_of_the_installation(open_shop: Product, simulator: Simulator) -> None:
    shop, (sender,) = open_shop, (await open_shop.call("GET", "/senders"))["items"]
    simulator.control(faults=["invalid_token=1"], read_faults=["invalid_token=1"])
    assert (await shop.ended(await shop.make_campaign(sender["id"], 3)))["status"] == "FAILED"
    simulator.control(faults=["throttle:60=1"], read_faults=[])
    throttled = await shop.make_campaign(sender["id"], 3, first=10)

    async def slowed() -> bool:
        return (await shop.campaign(throttled))["slowdown"] is not None

    await until(slowed)
    for running in shop.running:
        await running.terminate()
    shop.settings |= {"LEAST_DISK_MB": "1000000000", "MAIL_FROM": "campana@shop.test"}
    shop.settings |= {"SMTP_URL": f"smtp://campana:hunter2-password@127.0.0.1:{free_port()}"}
    status, out, err = await shop.command("doctor")
    bad = [line.removeprefix("BAD ").partition(":")[0] for line in out.splitlines() if line[:3] == "BAD"]
    assert (status, bad) == (
        1,
        ["failed campaigns", "workers", "lanes", "provider's pace", "disk", "mail"],
    ), out + err
    assert "hunter2" not in out + err


async def test_a_database_out_of_reach_is_one_line(shop: Product) -> None:
    shop.settings["DATABASE_URL"] = "postgresql://campana:hunter2-password@127.0.0.1:1/none"
    status, _, err = await shop.command("doctor")
    assert status == 1
    assert "hunter2" not in err
    assert len(err.strip().splitlines()) == 1


async def test_the_simulator_lists_its_faults_and_refuses_others(shop: Product) -> None:
    status, out, _ = await shop.command("simulator", "--list-faults")
    assert status == 0
    assert "500_after" in out
    status, _, err = await shop.command("simulator", "--fault", "earthquake=0.5")
    assert (status, "earthquake" in err) == (2, True)


async def test_logs_hold_no_token_and_no_whole_number(open_shop: Product, simulator: Simulator) -> None:
    simulator.control(faults=["meta:131026=0.3", "500_after=0.2"], seed=3)
    await open_shop.command("send", str(people(open_shop.home, 30)), *SEND, "--wait")
    log = "\n".join(json.dumps(line) for running in open_shop.running for line in running.log())
    assert "Campaign completed" in log
    assert "simulator-token-0001" not in log
    assert "5f0c7a52-3f0e-4a57-9d21-7c3f2f6f0a11" not in log
    assert "9198000" not in log


async def test_a_worker_tells_prometheus_what_it_does(shop: Product) -> None:
    port = free_port()
    await shop.start("worker", "--metrics-port", str(port))
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/metrics") as answer:
        assert "campana_lanes_held 0.0" in await answer.text()

"""Secrets are planted wherever the product takes one, then looked for wherever it writes: nowhere in clear.

Phone numbers are looked for in logs and in the audit trail, where only their last four digits may be.
"""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from campana.simulator import Simulator, SimulatorConfig, in_thread
from tests.support.postgres import Cluster
from tests.support.product import Product, product

TOKEN = "planted-api-token-7f3a9c"
VENDOR = "7e1d51d2-0d4e-4c1b-9a57-6f0a2b7d1e10"
SECOND_TOKEN = "planted-second-token-88e1"
NOTICES = "planted-notice-token-51ce"
PASSWORD = "planted password 4b6d"
PHONE = "9198765%05d"
READ = (
    *("/senders", "/campaigns", "/recipient-lists", "/suppressions", "/audit", "/audit/export.csv"),
    *("/audit?action=sender", "/senders?limit=0", "/senders/nothing"),
)


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with in_thread(SimulatorConfig(latency_ms=1, jitter_ms=0, faults=("meta:131026=0.2",))) as simulator:
        yield simulator


@pytest.fixture
async def shop(tmp_path: Path, simulator: Simulator, store_url: str) -> AsyncIterator[Product]:
    base = {"BIZCHAT_BASE_URL": simulator.base_url, "LOG_LEVEL": "DEBUG"}
    if store_url.startswith("postgresql"):
        base["DATABASE_URL"] = store_url
    async with product(tmp_path, **base) as shop:
        yield shop


async def everything_seen(shop: Product, sender: str, campaign: str) -> str:
    """Every answer there is to read, and what is said about input that is wrong."""
    paths = [*READ, f"/senders/{sender}", f"/senders/{sender}/usage"]
    paths += [f"/campaigns/{campaign}{part}" for part in ("", "/messages", "/export.csv")]
    wrong = (
        {"credentials": {"api_token": f"{TOKEN} with spaces", "vendor_uid": VENDOR}},
        {"credentials": {"api_token": TOKEN, "vendor_uid": VENDOR, "other": SECOND_TOKEN}},
        {"name": 5, "credentials": TOKEN},
    )
    bodies = [await ask(shop, "GET", path) for path in paths]
    bodies += [await ask(shop, "PATCH", f"/senders/{sender}", json=body) for body in wrong]
    bodies.append(await ask(shop, "POST", f"/senders/{sender}/verify"))
    bodies.append(await ask(shop, "GET", "/metrics", below=""))
    return "\n".join(bodies)


async def told_in_vain(shop: Product) -> str:
    """What is answered about an address for notices that nothing gets to."""
    address = {"address": f"json://ana:{NOTICES}@127.0.0.1:9/"}
    added = await shop.call("POST", "/notice-addresses", expect=201, json=address)
    tried = await ask(shop, "POST", f"/notice-addresses/{added['id']}/test")
    assert "private" in tried
    wrong = await ask(shop, "POST", "/notice-addresses", json={"address": f"nosuch://{NOTICES}"})
    return tried + wrong + await ask(shop, "GET", "/notice-addresses") + await ask(shop, "GET", "/audit")


async def ask(shop: Product, method: str, path: str, *, below: str = "/api/v1", **options: object) -> str:
    headers = {"Authorization": f"Bearer {shop.key}"}
    url = f"{shop.url}{below}{path}"
    async with shop._http().request(method, url, headers=headers, **options) as answer:
        return await answer.text()


async def verified(shop: Product, sender: str) -> str:
    """What the provider says of the credentials, as far as they can be opened."""
    return (await shop.call("POST", f"/senders/{sender}/verify"))["verdict"]


def database(shop: Product, cluster: Cluster) -> bytes:
    """The database as somebody finds it who stole it: its files, the journal too, or a dump."""
    url = shop.settings.get("DATABASE_URL")
    if url is None:
        files = sorted(shop.home.glob("campana.db*"))
        assert any(path.name.endswith("-wal") for path in files)
        return b"".join(path.read_bytes() for path in files)
    told = cluster._run("pg_dump", "--dbname", url)
    return told.stdout


def logs(shop: Product) -> str:
    return "".join(running.log_file.read_text() for running in shop.running)


def hidden(secret: str) -> list[bytes]:
    """The secret in the forms in which it might slip out."""
    return [secret.encode(), quote(secret).encode(), json.dumps(secret)[1:-1].encode()]


async def test_what_is_planted_is_found_nowhere(shop: Product, postgres_server: Cluster) -> None:
    added = await shop.command(
        "user", "add", "anna@shop.test", "--account", "Shop", "--password-stdin", stdin=PASSWORD + "\n"
    )
    assert added[0] == 0, added
    await shop.start()
    sender = await shop.make_sender(credentials={"api_token": TOKEN, "vendor_uid": VENDOR})
    people = [{"phone": f"+{PHONE % number}", "name": f"Person {number}"} for number in range(20)]
    campaign = await shop.make_campaign(sender, 0, recipients=people, name=f"For {PHONE % 1}")
    ended = await shop.ended(campaign)
    assert ended["counts"]["sent"] + ended["counts"]["failed"] == 20
    await ask(shop, "GET", f"/campaigns?q={PHONE % 1}")
    seen = await everything_seen(shop, sender, campaign)
    await shop.call("PATCH", f"/senders/{sender}", json={"credentials": {"api_token": SECOND_TOKEN}})
    seen += await told_in_vain(shop)
    stolen, written = database(shop, postgres_server), logs(shop)
    assert b"anna@shop.test" in stolen, "the right thing is looked at"
    for secret in (TOKEN, VENDOR, SECOND_TOKEN, NOTICES, PASSWORD, shop.key):
        for form in hidden(secret):
            assert form not in stolen
            assert form not in written.encode()
            assert form not in seen.encode()
    trail = await ask(shop, "GET", "/audit?limit=200")
    assert "campaign.created" in trail
    for text in (written, trail):
        assert PHONE[:7] not in text, [line for line in text.splitlines() if PHONE[:7] in line][:3]


async def test_a_new_key_while_a_server_runs(shop: Product, simulator: Simulator) -> None:
    await shop.start()
    sender = await shop.make_sender(credentials={"api_token": TOKEN, "vendor_uid": VENDOR})
    campaign = await shop.make_campaign(sender, 200)
    await shop.counted(campaign, "sent", 5)
    old = (shop.home / "secret_key").read_text()
    status, out, err = await shop.command("secret", "rotate")
    assert (status, "1 sender credentials" in out) == (0, True), out + err
    assert (shop.home / "secret_key").read_text() not in (old, out)
    assert not (shop.home / "former_secret_keys").exists()
    assert await verified(shop, sender) == "ok"
    await shop.call("PATCH", f"/senders/{sender}", json={"credentials": {"api_token": SECOND_TOKEN}})
    assert await verified(shop, sender) == "ok"
    assert (await shop.ended(campaign))["status"] == "COMPLETED"
    await shop.running[0].terminate()
    await shop.start()
    assert await verified(shop, sender) == "ok"


async def test_keys_from_the_environment_are_changed_in_two_steps(shop: Product) -> None:
    old, new = "o" * 40, "n" * 40
    shop.settings["SECRET_KEY"] = old
    await shop.start()
    sender = await shop.make_sender(credentials={"api_token": TOKEN, "vendor_uid": VENDOR})
    await shop.running[0].terminate()
    shop.settings |= {"SECRET_KEY": new, "FORMER_SECRET_KEYS": old}
    assert (await shop.command("secret", "rotate", "--key-stdin", stdin="k" * 40))[0] == 2
    status, out, err = await shop.command("secret", "rotate")
    assert (status, "take CAMPANA_FORMER_SECRET_KEYS out" in out) == (0, True), out + err
    del shop.settings["FORMER_SECRET_KEYS"]
    await shop.start()
    assert await verified(shop, sender) == "ok"


async def test_without_its_key_the_former_one_is_kept_and_the_owners_are_told(shop: Product) -> None:
    await shop.start()
    sender = await shop.make_sender()
    await shop.running[0].terminate()
    (shop.home / "secret_key").write_text("x" * 40)
    status, out, err = await shop.command("secret", "rotate")
    assert status == 1
    assert "1 sender credentials" in out
    assert "former key is kept" in err
    await shop.start()
    assert await verified(shop, sender) == "refused"
    anew = {"credentials": {"api_token": TOKEN, "vendor_uid": VENDOR}}
    await shop.call("PATCH", f"/senders/{sender}", json=anew)
    status, out, err = await shop.command("secret", "rotate")
    assert status == 1
    assert "1 webhook secrets" in out
    await shop.call("POST", f"/senders/{sender}/webhook/rotate")
    status, out, err = await shop.command("secret", "rotate")
    assert status == 0, out + err
    assert "broken off" in out

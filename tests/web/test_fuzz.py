"""Whatever is thrown at the API, on each database: no 5xx, and no answer that its description does not
know."""

import asyncio
import json
import sys
from typing import Any
from uuid import UUID

import pytest

from campana.domain.accounts import Role
from campana.web.openapi import describe
from tests.support.house import House, campaign, running_engine

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_schema_conformance,response_headers_conformance"
)
TIME_BUDGET_S = 12
# An endless answer; how it ends is tested with the messages.
ENDLESS = r"/events$"


async def one_of_everything(house: House) -> dict[str, str]:
    """Ids of things that are there, by the names under which the API asks for them."""
    sender = await house.sender("alice")
    people = await house.upload("olga", "phone,name,city\n+919812345678,Asha,Pune\n123,Nobody,\n")
    made = await house.post("olga", "/campaigns", campaign(sender))
    opt_out = await house.post("olga", "/suppressions", {"phone": "+919800000000"})
    spare = await house.services.accounts.add_user("spare@campana.test", account="Shop", role=Role.VIEWER)
    key = await house.services.accounts.create_api_key("spare@campana.test", "spare")
    invited = await house.post("alice", "/invitations", {"email": "new@shop.test", "role": "viewer"})
    return {
        "user_id": str(spare.id),
        "key_id": str(key.record.id),
        "invitation_id": invited.json["id"],
        "sender_id": sender,
        "list_id": people.json["id"],
        "recipient_list_id": people.json["id"],
        "campaign_id": made.json["id"],
        "suppression_id": opt_out.json["items"][0]["id"],
    }


def aimed(part: Any, ids: dict[str, str], name: str = "") -> Any:
    """The description with ids that exist wherever one is asked for: random ones would meet 404 alone."""
    if isinstance(part, list):
        return [aimed(each, ids) for each in part]
    if not isinstance(part, dict):
        return part
    if part.get("format") == "uuid" and name in ids:
        return {"type": "string", "enum": [ids[name], str(UUID(int=0))]}
    known = part.get("name") if "in" in part else None
    return {
        key: each if key.endswith("Out") else aimed(each, ids, known if key == "schema" and known else key)
        for key, each in part.items()
    }


@pytest.mark.slow
async def test_nothing_breaks_it(house, tmp_path):
    house.services.trials._wait_s = 0.1
    schema = tmp_path / "openapi.json"
    schema.write_text(json.dumps(aimed(describe(house.app), await one_of_everything(house))))
    async with running_engine(house):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "schemathesis.cli", "run", str(schema), "--url", house.url),
            *("--header", f"Authorization: Bearer {house.keys['alice']}"),
            *("--checks", CHECKS, "--exclude-path-regex", ENDLESS, "--phases", "examples,coverage,fuzzing"),
            *("--max-time", str(TIME_BUDGET_S), "--continue-on-failure", "--no-color", "--warnings", "off"),
            *("--request-timeout", "20", "--seed", "20260301", "--suppress-health-check", "all"),
            cwd=tmp_path,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output = (await process.communicate())[0].decode()
    assert process.returncode == 0, output[-20_000:]
    assert (await house.get(None, "//readyz")).status == 200

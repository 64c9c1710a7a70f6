"""The examples of docs/api.md, run by a real shell against a real server, in the order in which they are
told."""

import asyncio
import os
import re
import shutil
import sys
from pathlib import Path

import openpyxl
import pytest

from tests.support.product import Product

DOCS = Path(__file__).parent.parent.parent / "docs" / "api.md"
NEEDED = ("bash", "curl", "jq")


def script(url: str) -> str:
    """All shell examples as one script that stops at the first failure; the endless one runs for a moment."""
    blocks = re.findall(r"```sh\n(.*?)```", DOCS.read_text(), re.DOTALL)
    endless = [block for block in blocks if "/events" in block]
    assert len(endless) == 1
    text = "\n".join(blocks).replace("http://127.0.0.1:8000", url)
    text = text.replace("call --no-buffer", "! call --no-buffer --max-time 1")
    return "set -euo pipefail\nset -x\n" + text


@pytest.mark.skipif(any(shutil.which(name) is None for name in NEEDED), reason=f"needs {', '.join(NEEDED)}")
async def test_the_examples_work(tmp_path):
    sheet = openpyxl.Workbook()
    for row in (("Phone", "Name", "City"), ("98123 45678", "Asha", "Pune"), ("12", "Nobody", "")):
        sheet.active.append(row)
    sheet.save(tmp_path / "customers.xlsx")
    product = Product(tmp_path, {"BIZCHAT_BASE_URL": "http://127.0.0.1:9/api"})
    try:
        await product.start("serve")
        process = await asyncio.create_subprocess_exec(
            *("bash", "-c", script(product.url)),
            cwd=tmp_path,
            env=product.environment | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output = (await process.communicate())[0].decode()
    finally:
        await product.close()
    assert process.returncode == 0, output
    assert '"status":"SCHEDULED"' in output
    assert "event: progress" in output
    assert openpyxl.load_workbook(tmp_path / "messages.xlsx").active.max_row == 2

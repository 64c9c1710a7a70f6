"""Notices through the services that Apprise knows, each sent by a process of its own that lives a second.

Apprise loads 190 plugins (0.3 s, 45 MB), some of which would touch files, programs or any host of the network
that this server stands in. Addresses are our users', so the process is held down: see `apprise_process`.
"""

import asyncio
import json
import os
import sys
from contextlib import suppress

from campana.apprise_process import NOT_KNOWN, NOT_PUBLIC

TIMEOUT_S = 20.0
MODULE = "campana.apprise_process"
PASSED_ON = ("PATH", "LANG", "LC_ALL", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")
"""of our environment, which also holds secrets"""
UNKNOWN = "is no address that Apprise knows; see its list of services for how they are written"
UNKNOWN_NOW = "Apprise does not know the address any more; add it anew"
NO_NETWORK = "the address lies in a private or local network; CAMPANA_WEBHOOKS_ALLOW_PRIVATE would allow it"


class AppriseNotifier:
    """See Notifier. `timeout_s` is for all of a try."""

    def __init__(self, *, allow_private: bool, timeout_s: float = TIMEOUT_S) -> None:
        self._allow_private = allow_private
        self._timeout_s = timeout_s

    async def refusal(self, url: str) -> str | None:
        """Looked at, not tried: whether it can be reached is shown by a test."""
        problem = await self._ask({"url": url})
        return UNKNOWN if problem == NOT_KNOWN else problem

    async def notify(self, url: str, title: str, text: str) -> str | None:
        """See Notifier."""
        problem = await self._ask({"url": url, "title": title, "text": text})
        if problem == NOT_PUBLIC:
            return NO_NETWORK
        return UNKNOWN_NOW if problem == NOT_KNOWN else problem

    async def _ask(self, task: dict[str, str]) -> str | None:
        given = json.dumps(task | {"allow_private": self._allow_private}).encode()
        try:
            process = await _started()
        except OSError as error:
            return f"this server could not start a process for it ({type(error).__name__})"
        try:
            async with asyncio.timeout(self._timeout_s):
                said, _ = await process.communicate(given)
        except TimeoutError:
            return f"no answer within {self._timeout_s:.0f} s"
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        try:
            problem: str | None = json.loads(said)["problem"]
        except (ValueError, KeyError):
            return "Apprise broke off without a word"
        return problem


async def _started() -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-B", "-m", MODULE),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # what Apprise says may hold what the address holds
        env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
        start_new_session=True,  # Ctrl+C is for the server, which lets it end
    )

"""Hosts of our own, as network namespaces on two switches: one leads to the database, one to the provider.

This machine is on both, with the addresses `database` and `provider`. Needs root and `ip` (tools/network.sh).
"""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import pytest

_PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
_SWITCHES = ("d", "p")
"""database and provider, in the names of interfaces: those have at most fifteen characters"""


class NetworkRefused(Exception):
    """What `ip` was asked for could not be done."""


@dataclass(frozen=True)
class Host:
    """One host; `within` stands before the words of a command that is to run there."""

    name: str

    @property
    def within(self) -> tuple[str, ...]:
        """Enters the host's network, and becomes the command that follows."""
        return ("nsenter", f"--net=/run/netns/{self.name}")

    def cut(self) -> None:
        """Pull its cable to the database at the switch: packets vanish, connections stay open and hang."""
        _ip("link", "set", "dev", f"{self.name}d", "down")

    def heal(self) -> None:
        """Undo `cut`."""
        _ip("link", "set", "dev", f"{self.name}d", "up")


class Network:
    """Both switches and the hosts on them; `close` takes all of it away."""

    def __init__(self) -> None:
        self._prefix = f"ca{os.getpid()}"
        self._net = f"198.18.{os.getpid() % 250 + 1}"  # RFC 2544: nobody's addresses
        self._hosts: list[Host] = []
        self._numbers = count(2)
        self.database = f"{self._net}.1"
        self.provider = f"{self._net}.129"
        try:
            _ip("netns", "add", self._prefix)
            _ip("netns", "delete", self._prefix)
            for switch, address in zip(_SWITCHES, (self.database, self.provider), strict=True):
                _ip("link", "add", f"{self._prefix}{switch}", "type", "bridge", "forward_delay", "0")
                _ip("address", "add", f"{address}/25", "dev", f"{self._prefix}{switch}")
                _ip("link", "set", "dev", f"{self._prefix}{switch}", "up")
        except NetworkRefused:
            self.close()
            raise

    def add_host(self) -> Host:
        """A host with a cable to each switch."""
        number = next(self._numbers)
        host = Host(f"{self._prefix}{number}")
        self._hosts.append(host)
        _ip("netns", "add", host.name)
        for switch, address in zip(_SWITCHES, (number, number + 128), strict=True):
            plug = f"{host.name}{switch}"
            _ip("link", "add", plug, "type", "veth", "peer", "name", switch, "netns", host.name)
            _ip("link", "set", "dev", plug, "master", f"{self._prefix}{switch}", "up")
            _ip("-n", host.name, "address", "add", f"{self._net}.{address}/25", "dev", switch)
            _ip("-n", host.name, "link", "set", "dev", switch, "up")
        return host

    def close(self) -> None:
        """Remove hosts, switches and cables: a host outlives its name while one of its connections hangs."""
        names = [self._prefix, *(host.name for host in self._hosts)]
        for name in names[1:]:
            with contextlib.suppress(NetworkRefused):
                _ip("netns", "delete", name)
        for name in reversed(names):
            for switch in _SWITCHES:
                with contextlib.suppress(NetworkRefused):
                    _ip("link", "delete", f"{name}{switch}")


@contextlib.contextmanager
def running_network() -> Iterator[Network]:
    """A network for as long as the block lasts. Where the kernel or the user's rights allow none, the test is
    skipped and says why; where only `ip` is missing, it fails in CI."""
    if shutil.which("ip", path=_PATH) is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no `ip` on this machine: tools/network.sh installs it")
        pytest.skip("no `ip` on this machine: as root, tools/network.sh installs it")
    try:
        network = Network()
    except NetworkRefused as refused:
        pytest.skip(f"network namespaces and bridges can't be made here (they need root): {refused}")
    try:
        yield network
    finally:
        network.close()


def _ip(*words: str) -> None:
    """Raises NetworkRefused with what `ip` says."""
    environment = os.environ | {"PATH": _PATH}
    told = subprocess.run(["ip", *words], capture_output=True, text=True, env=environment, check=False)
    if told.returncode:
        raise NetworkRefused(f"ip {' '.join(words)}: {told.stderr.strip()}")

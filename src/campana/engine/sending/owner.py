"""Who holds a lane: a name for this process, and a way to know that the process behind such a name is
gone."""

import os
import socket
from pathlib import Path


def this_process() -> str:
    """A name unique to this process: host, boot, process namespace, process id and its start."""
    return "|".join([socket.gethostname(), *_place(), str(os.getpid()), _started(os.getpid())])


def is_dead(owner: str) -> bool:
    """Whether that process surely runs no more. Only known for processes of this machine; else False."""
    host, _, rest = owner.partition("|")
    parts = rest.split("|")
    if host != socket.gethostname() or len(parts) != 4 or not all(parts):
        return False
    boot, namespace, pid, started = parts
    if [boot, namespace] != _place() or not pid.isdigit():
        return False
    return _started(int(pid)) != started


def _place() -> list[str]:
    """Boot and process namespace; empty texts where the system does not tell."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return [boot, str(Path("/proc/self/ns/pid").readlink())]
    except OSError:
        return ["", ""]


def _started(pid: int) -> str:
    """The process's start time in ticks since boot; empty when there is no such process."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] == "Z" else fields[19]

"""`python -m campana.apprise_process`: one notice by Apprise, told on standard input, answered on standard
output. The code is Apprise's, the addresses are strangers': what none of these may lead to, an audit hook
refuses, whichever plugin tries.

It may read Python's own files and those that name resolution and TLS need, and connect to public addresses
(private ones too where the installation allows that); not write, not run programs, not use the machine's own
sockets. It imports nothing of Campana that takes time.
"""

import json
import logging
import os
import re
import sys
import sysconfig
from collections.abc import Mapping
from typing import Any

from campana.networks import is_public

NOT_PUBLIC = "not public"
NOT_KNOWN = "not known"
OF_THE_MACHINE = frozenset(
    {"dbus", "qt", "kde", "glib", "gio", "gnome", "macosx", "windows", "syslog", "blink1"}
)
"""schemes of services that show a notice on the machine that sends it"""
MAIL = frozenset({"mailto", "mailtos"})
_STATUS = re.compile(r"\berror=(\d{3})\b")

_READABLE = (
    *{os.path.realpath(path) for path in (sys.prefix, sys.base_prefix, *sysconfig.get_paths().values())},
    *("/etc/ssl/", "/etc/pki/", "/etc/ca-certificates/", "/usr/share/ca-certificates/", "/usr/lib/ssl/"),
    *("/usr/share/zoneinfo/", "/etc/localtime", "/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf"),
    *("/etc/host.conf", "/etc/gai.conf", "/etc/services", "/etc/mime.types", "/dev/null", "/dev/urandom"),
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CONNECTING = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_NEVER = (
    *("os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty", "os.startfile"),
    *("subprocess.Popen", "pty.spawn", "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link"),
    *("os.symlink", "os.truncate", "os.chmod", "os.chown", "os.utime", "shutil.", "tempfile."),
    *("ctypes.dlopen", "sqlite3.connect", "socket.bind"),
)


class Guard:
    """The audit hook; `refused` says whether it kept something from connecting."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private
        self.refused = False

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Raises PermissionError for what may not be."""
        if event in _CONNECTING:
            self._connect(arguments[1])
        elif event == "open":
            _open(*arguments)
        elif event.startswith(_NEVER) and not (event == "ctypes.dlopen" and arguments[0] is None):
            raise PermissionError(f"{event} is not for notices")

    def _connect(self, address: object) -> None:
        if address is None:  # over a connection that was looked at when it was made
            return
        if isinstance(address, tuple) and (self._allow_private or _is_public(str(address[0]))):
            return
        self.refused = True
        raise PermissionError("the address is not public")


def main() -> None:
    """Do what is asked: `url` alone is looked at, with `title` and `text` it is notified."""
    task, answers, sys.stdout = json.load(sys.stdin), sys.stdout, sys.stderr
    guard = Guard(allow_private=task["allow_private"])
    sys.addaudithook(guard)
    json.dump({"problem": _done(task, guard)}, answers)


def _done(task: Mapping[str, str], guard: Guard) -> str | None:
    scheme = task["url"].partition("://")[0].lower()
    if scheme in OF_THE_MACHINE:
        return "is a service of the machine that sends; choose one that reaches people elsewhere"
    if scheme in MAIL:
        return "is mail, which goes by this server's own way: write the e-mail address alone"
    import apprise  # noqa: PLC0415 - under the guard

    heard = _Heard()
    logging.getLogger("apprise").addHandler(heard)
    services = apprise.Apprise(asset=apprise.AppriseAsset(storage_mode="memory", secure_logging=True))
    if not services.add(task["url"]):
        return NOT_KNOWN
    if "text" not in task or services.notify(title=task["title"], body=task["text"]):
        return None
    if guard.refused:
        return NOT_PUBLIC
    return f"the service answered {heard.status}" if heard.status else "the service did not take it"


class _Heard(logging.Handler):
    """Keeps of all that Apprise says the HTTP status alone."""

    status = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Look for a status."""
        if found := _STATUS.search(record.getMessage()):
            self.status = found.group(1)


def _is_public(host: str) -> bool:
    try:
        return is_public(host)
    except ValueError:
        return False


def _open(path: object, _mode: object, flags: int) -> None:
    if isinstance(path, int):
        return
    real = os.path.realpath(os.fsdecode(path))  # type: ignore[arg-type]  # a path, as it is no number
    if flags & _WRITING and real != "/dev/null":
        raise PermissionError("notices write no files")
    if not real.startswith(_READABLE):
        raise PermissionError("the file is not for notices")


if __name__ == "__main__":
    main()

"""A plain client on stdlib sockets and a real HTTP server that takes webhooks; neither knows the inside."""

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

VENDOR = "3f1c9a52-0d4e-4c1b-9a57-6f0a2b7d1e10"
OTHER_VENDOR = "b7a1f0de-93c4-4f1e-8f0e-1d2c3b4a5968"
TOKEN = "simulated-token-1234"
PHONE = "919812345678"
GOOD_HEADERS = {
    "authorization": f"Bearer {TOKEN}",
    "accept": "application/json",
    "content-type": "application/json",
}


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


def ask(
    base_url: str,
    method: str,
    path: str,
    *,
    headers: Mapping[str, str] = GOOD_HEADERS,
    body: bytes | None = None,
    vendor: str = VENDOR,
    timeout: float = 20,
) -> Reply:
    """Make one request on a connection of its own; socket errors come as http.client raises them."""
    host, _, prefix = base_url.removeprefix("http://").partition("/")
    connection = HTTPConnection(host, timeout=timeout)
    try:
        connection.request(
            method, f"/{prefix}/{vendor}/{path}" if prefix else f"/{path}", body, dict(headers)
        )
        answer = connection.getresponse()
        return Reply(
            answer.status,
            {name.lower(): value for name, value in answer.getheaders()},
            answer.read().decode(errors="replace"),
        )
    finally:
        connection.close()


def message(**changes: Any) -> dict[str, Any]:
    """Return the body of a good message; a change to None takes the key out."""
    body = {
        "phone_number": PHONE,
        "template_name": "festival_offer",
        "template_language": "en_US",
        "field_1": "Asha",
        "field_2": "20 %",
    }
    return {name: value for name, value in (body | changes).items() if value is not None}


def send(
    base_url: str,
    *,
    headers: Mapping[str, str] = GOOD_HEADERS,
    vendor: str = VENDOR,
    query: str = "",
    timeout: float = 20,
    **changes: Any,
) -> Reply:
    """Send one message as `message(**changes)` says."""
    body = json.dumps(message(**changes)).encode()
    path = f"contact/send-template-message{query}"
    return ask(base_url, "POST", path, headers=headers, body=body, vendor=vendor, timeout=timeout)


class WebhookReceiver:
    """A real HTTP server that keeps what is posted to it, as it arrives; `arrivals` are monotonic seconds."""

    def __init__(self, status: int = 200) -> None:
        self.posts: list[dict[str, Any]] = []
        self.arrivals: list[float] = []
        self.headers: list[dict[str, str]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.arrivals.append(time.monotonic())
                outer.headers.append({name.lower(): value for name, value in self.headers.items()})
                outer.posts.append(json.loads(body))
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def statuses(self) -> list[dict[str, Any]]:
        """Meta's status entries of all posts, in order of arrival."""
        return [one for value in self.values for one in value.get("statuses", [])]

    @property
    def values(self) -> list[dict[str, Any]]:
        """Meta's change values of all posts, in order of arrival."""
        return [
            change["value"]
            for post in self.posts
            for entry in post["whatsapp_webhook_payload"]["entry"]
            for change in entry["changes"]
        ]

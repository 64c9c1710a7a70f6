"""Log lines: structured events, as console text or JSON. Fields that hold secrets or people are never
written, and under load not every line of a kind is."""

import asyncio
import contextvars
import logging
import sys
from collections import Counter
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

from campana.domain.masking import mask_phones

log = structlog.get_logger(__name__)

_HIDDEN = {"api_token", "vendor_uid", "token", "password", "secret"} | {
    "authorization",
    "cookie",
    "text",
    "fields",
}


def set_up_logs(log_format: str, level: str, *, most_per_s: int = 0) -> None:
    """Write to standard error, from `level` up, at most so many lines a second of each kind (see Sampling; 0
    for all of them). Call once at start."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    before: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        hide_secrets,
    ]
    structlog.configure(
        processors=[*([Sampling(most_per_s)] if most_per_s else []), *before, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,  # a command that stays sets them up a second time
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=before))
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for chatty in ("alembic", "aiosqlite", "sqlalchemy", "pymongo", "asyncio"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, logging.getLogger().level))


class Sampling:
    """Under load the rest of a second's lines of a kind is left out, and told as a number at its end.

    Never left out: warnings and errors, and lines in sentences, which are those that operators look for. A
    kind is an event as the code has it.
    """

    def __init__(self, most_per_s: int) -> None:
        self._most = most_per_s
        self._second = 0
        self._written: Counter[str] = Counter()
        self._left_out: Counter[str] = Counter()

    def __call__(
        self, _logger: Any, method: str, event: structlog.typing.EventDict
    ) -> structlog.typing.EventDict:
        """The event, if it is to be written. Raises DropEvent."""
        kind = event["event"]
        if method not in ("debug", "info") or " " in kind:
            return event
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # a thread, or a command that ends by itself: neither is load
            return event
        if self._second != int(loop.time()):
            self._second = int(loop.time())
            self._written.clear()
        self._written[kind] += 1
        if self._written[kind] <= self._most:
            return event
        if not self._left_out:
            loop.call_later(1.0, self._tell, context=contextvars.Context())
        self._left_out[kind] += 1
        raise structlog.DropEvent

    def _tell(self) -> None:
        left_out, self._left_out = self._left_out, Counter()
        for kind, lines in left_out.items():
            log.info("log.left_out", of=kind, lines=lines)


def hide_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank what must not be written; shorten phone numbers to their last four digits."""
    for name, value in event.items():
        event[name] = _writable(name, value)
    return event


def _writable(name: str, value: Any) -> Any:
    if name in _HIDDEN:
        return "…"
    if isinstance(value, bool | int | float | None) or name.startswith("_"):  # structlog's own begin so
        return value
    if isinstance(value, Mapping):
        return {str(key): _writable(str(key), each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_writable(name, each) for each in value]
    return mask_phones(str(value))

"""Whether steps are traced: where a collector is named. Otherwise nothing of OpenTelemetry is loaded."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from campana.domain.errors import ConfigurationError
from campana.engine.untraced import UNTRACED, Untraced

if TYPE_CHECKING:
    from campana.spans import OpenTelemetry


@contextmanager
def tracing_to(endpoint: str, *, share: float, process: str) -> "Iterator[OpenTelemetry | Untraced]":
    """Traces go to the collector at that base URL as long as the block lasts; nowhere where it is empty.

    `share` is the part of what comes by the thousand that is traced, `process` the name of this one. Raises
    ConfigurationError where OpenTelemetry is not installed.
    """
    if not endpoint:
        yield UNTRACED
        return
    try:
        from campana.spans import OpenTelemetry  # noqa: PLC0415 - 15 MB and 0.2 s for those who want none
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"CAMPANA_OTLP_ENDPOINT is set, but {error.name} is not installed: pip install 'campana[otel]'"
        ) from None
    traced = OpenTelemetry(endpoint, share=share, process=process)
    try:
        yield traced
    finally:
        traced.close()

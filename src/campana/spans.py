"""Traces by OpenTelemetry, over OTLP/HTTP.

Spans hold ids, names of verbs, codes and counts: no path, no text, no number, no error's text, any of which
may tell a secret or a person. None is told to a provider: its requests carry no trace context.
"""

import inspect
import random
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, TypeVar, cast

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import StatusCode

from campana import __version__
from campana.domain.masking import mask_phones
from campana.engine.ports import Step

CLOSING_S = 1.0
"""seconds that a collector has to take the last spans; then the process ends without that"""
EXPORT_S = 5.0

T = TypeVar("T")


class OpenTelemetry:
    """Implements `campana.engine.ports.Tracing`."""

    def __init__(self, endpoint: str, *, share: float, process: str) -> None:
        """See tracing_to."""
        told = {"service.name": "campana", "service.version": __version__, "service.instance.id": process}
        self._share = share
        self._provider = TracerProvider(
            # OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES go before ours.
            resource=Resource.create(told).merge(OTELResourceDetector().detect()),
            shutdown_on_exit=False,
        )
        exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces", timeout=EXPORT_S)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("campana", __version__)

    def step(self, name: str, fields: Mapping[str, object]) -> AbstractContextManager[Step]:
        """See Tracing."""
        return self._step(name, fields)

    def sample(self, name: str, fields: Mapping[str, object]) -> AbstractContextManager[Step]:
        """See Tracing."""
        return self._step(name, fields) if random.random() < self._share else _UNTRACED

    def around(self, name: str, whole: T) -> T:
        """The same object, each of whose coroutines gets a span called `name.verb`, within a span that is
        traced; outside of one none does."""
        return cast(T, _Around(self, name, whole))

    def close(self) -> None:
        """Hand over the last spans, for a while."""
        # A collector that hangs would keep it half a minute.
        closing = threading.Thread(target=self._provider.shutdown, daemon=True)
        closing.start()
        closing.join(CLOSING_S)

    @contextmanager
    def _step(self, name: str, fields: Mapping[str, object]) -> Iterator[Step]:
        with self._tracer.start_as_current_span(
            name,
            attributes=_attributes(fields),
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield _Step(span)
            except Exception as error:
                span.set_status(StatusCode.ERROR)
                span.set_attribute("error.type", type(error).__name__)
                raise


class _Step:
    def __init__(self, span: trace.Span) -> None:
        self._span = span

    @property
    def trace_id(self) -> str:
        context = self._span.get_span_context()
        return trace.format_trace_id(context.trace_id) if context.is_valid else ""

    def note(self, fields: Mapping[str, object]) -> None:
        self._span.set_attributes(_attributes(fields))

    def rename(self, name: str) -> None:
        self._span.update_name(name)


_UNTRACED: AbstractContextManager[Step] = nullcontext(_Step(trace.INVALID_SPAN))


class _Around:
    """Stands for an object; its coroutine functions are wrapped when they are first asked for."""

    def __init__(self, tracing: OpenTelemetry, name: str, whole: object) -> None:
        self._tracing = tracing
        self._name = name
        self._whole = whole

    def __getattr__(self, verb: str) -> Any:
        part = getattr(self._whole, verb)
        if not inspect.iscoroutinefunction(part):
            return part

        async def traced(*args: Any, **named: Any) -> Any:
            if not trace.get_current_span().is_recording():
                return await part(*args, **named)
            with self._tracing.step(f"{self._name}.{verb}", {}):
                return await part(*args, **named)

        setattr(self, verb, traced)  # from now on it is found without this
        return traced


def _attributes(fields: Mapping[str, object]) -> dict[str, str | int | float]:
    """By OpenTelemetry's names where they have a dot, else by ours. What is empty is left out."""
    return {
        name if "." in name else f"campana.{name}": value
        if isinstance(value, int | float)
        else mask_phones(str(value))
        for name, value in fields.items()
        if value is not None and value != ""
    }

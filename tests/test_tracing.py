"""Steps become spans at a real collector: with ids, without texts, and without a word to the provider."""

import asyncio
import sys

import pytest
from aiohttp import web

from campana.domain.campaigns import Template
from campana.domain.errors import ConfigurationError
from campana.domain.senders import Credentials
from campana.engine.ports import Envelope
from campana.engine.untraced import UNTRACED
from campana.providers.bizchat import BizChat
from campana.tracing import tracing_to
from tests.support.collector import Collector, collecting


async def collected(share: float, work) -> Collector:
    """What a collector has when the work is done and traces are handed over."""
    async with collecting() as collector:
        tracing = tracing_to(collector.url, share=share, process="one@here")
        traced = tracing.__enter__()
        await work(traced)
        await asyncio.to_thread(tracing.__exit__, None, None, None)
        return collector


async def test_steps_and_what_they_ask_belong_together():
    class Store:
        async def take(self, count: int) -> int:
            return count

        def plain(self) -> str:
            return "as it is"

    async def work(tracing):
        store = tracing.around("store", Store())
        assert store.plain() == "as it is"
        assert await store.take(1) == 1
        with tracing.step("inbox.work_off", {"posts": 2, "sender": "", "code": None}) as step:
            assert await store.take(3) == 3
            assert len(step.trace_id) == 32
            step.note({"messages": 7})
            step.rename("renamed")

    found = await collected(1, work)
    (outer,), (inner,) = found.named("renamed"), found.named("store.take")
    assert outer.fields == {"campana.posts": 2, "campana.messages": 7}
    assert (inner.trace, inner.parent) == (outer.trace, outer.id)
    assert found.resources[0]["service.name"] == "campana"
    assert found.resources[0]["service.instance.id"] == "one@here"


async def test_an_error_is_told_by_its_class_alone():
    async def work(tracing):
        with pytest.raises(ValueError, match="cmp_secret"), tracing.step("attempt", {}):
            raise ValueError("cmp_secret of +919812345678")

    found = await collected(1, work)
    assert (found.spans[0].failed, found.spans[0].fields) == (True, {"error.type": "ValueError"})
    assert b"cmp_secret" not in found.raw


async def test_numbers_are_masked_wherever_they_stand():
    async def work(tracing):
        with tracing.step("attempt", {"code": "to +919812345678", "row": 3}):
            pass

    found = await collected(1, work)
    assert found.spans[0].fields == {"campana.code": "to …5678", "campana.row": 3}


async def test_of_what_comes_by_the_thousand_a_share_is_traced():
    async def work(tracing):
        for _ in range(1000):
            with tracing.sample("attempt", {}) as step:
                step.note({"code": ""})
        with tracing.step("campaign.start", {}):
            pass

    some = await collected(0.1, work)
    assert 20 < len(some.named("attempt")) < 300
    none = await collected(0, work)
    assert [span.name for span in none.spans] == ["campaign.start"]


async def test_the_provider_hears_nothing_of_it():
    heard: list[dict[str, str]] = []

    async def answer(request: web.Request) -> web.Response:
        heard.append(dict(request.headers))
        return web.json_response({"result": "success", "message": "ok", "data": {"wamid": "wamid.1"}})

    app = web.Application()
    app.router.add_route("*", "/{anything:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()

    async def work(tracing):
        async with BizChat(f"http://127.0.0.1:{runner.addresses[0][1]}/api") as plain:
            provider = tracing.around("provider", plain)
            envelope = Envelope("+919812345678", Template("diwali_offer", "en_US"), {"field_1": "Asha"})
            with tracing.step("attempt", {}):
                await provider.send(Credentials("token-0123456789", "5b0c2a1e-6d7f"), envelope)

    found = await collected(1, work)
    await runner.cleanup()
    assert [span.name for span in found.spans] == ["provider.send", "attempt"]
    assert len(heard) == 1
    assert not {name.lower() for name in heard[0]} & {"traceparent", "tracestate", "baggage"}
    assert not any(secret in found.raw for secret in (b"token-0123456789", b"9812345678", b"Asha"))


async def test_a_collector_that_is_away_holds_nothing_up():
    with (
        tracing_to("http://127.0.0.1:9", share=1, process="one@here") as tracing,
        tracing.step("attempt", {}),
    ):
        pass


def test_without_a_collector_nothing_is_traced():
    with tracing_to("", share=1, process="one@here") as tracing:
        assert tracing is UNTRACED
        whole = object()
        assert tracing.around("store", whole) is whole
        with tracing.step("attempt", {}) as step:
            assert step.trace_id == ""


def test_without_the_libraries_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    monkeypatch.delitem(sys.modules, "campana.spans", raising=False)
    with (
        pytest.raises(ConfigurationError, match=r"pip install 'campana\[otel\]'"),
        tracing_to("http://127.0.0.1:9", share=1, process="one@here"),
    ):
        pass

"""A relay and its connections: asked without a key, kept alive, opened again, taken as it comes."""

from __future__ import annotations

import json

import pytest

from perpbox.message import framed
from perpbox.money import parse
from perpbox.server.relay import Relay
from perpbox.server.relay_link import Link
from perpbox.server.rest import NoAnswer, get
from perpbox.server.settings import Unusable
from tests.feed.relayed import book, mark
from tests.server.elsewhere import relayed
from tests.server.shell import play
from tests.server.sockets import elsewhere

SECRET = ("apikey", "listenkey", "signature", "timestamp", "authorization", "cookie", "secret")


def test_first_prices_are_there_once_it_has_started() -> None:
    async def scenario() -> None:
        async with relayed() as stage:
            relay = await stage.relay()
            assert stage.venue.state.marks["BTCUSDT"] == parse("60000")
            (told,) = stage.logged("relaying")
            assert told["symbols"] == 1
            assert told["absent"] == "ETHUSDC, DOGEUSDT, 1000PEPEUSDC"
            await relay.stop()

    play(scenario)


def test_what_is_streamed_moves_the_venue() -> None:
    async def scenario() -> None:
        async with relayed() as stage:
            relay = await stage.relay()
            listener = await stage.listening()
            assert listener.streams == ["btcusdt@bookTicker"]
            listener.tell(book("61000", "61000.1"))
            listener.tell(mark("61000.05", "61001"))
            market = stage.venue.state.markets["BTCUSDT"]
            await stage.until(lambda: market.mark == parse("61000.05"))
            assert market.house_best(1) == parse("61000")
            await relay.stop()
            await stage.until(lambda: listener.is_gone)

    play(scenario)


def test_nothing_that_leaves_has_to_do_with_a_key() -> None:
    async def scenario() -> None:
        async with relayed() as stage:
            relay = await stage.relay()
            first = await stage.listening()
            stage.there.cut()
            await stage.until(lambda: first.is_gone and bool(stage.there.listening()))
            await stage.until(lambda: bool(stage.there.listening("/market/stream")))
            await relay.stop()
            assert len(stage.there.requests) >= 7
            for request in stage.there.requests:
                assert request.method == "GET"
                assert request.query == b""
                assert request.body == b""
                words = " ".join([request.path, *request.headers, *request.headers.values()])
                assert not [word for word in SECRET if word in words.lower()]
            allowed = {"method", "params", "id"}
            for said in (json.loads(s) for each in stage.there.listeners for s in each.said):
                assert set(said) == allowed
                assert said["method"] == "SUBSCRIBE"
                assert all("@" in name for name in said["params"])

    play(scenario)


def test_a_connection_that_is_cut_is_opened_again_and_goes_on() -> None:
    async def scenario() -> None:
        async with relayed() as stage:
            relay = await stage.relay()
            for price in ("61000", "62000", "63000"):
                listener = await stage.listening()
                listener.tell(mark(price, price))
                await stage.until_marked(price)
                assert listener.streams == ["btcusdt@bookTicker"]
                stage.there.cut()
                await stage.until(lambda: listener.is_gone)  # noqa: B023
            await stage.listening()
            assert {entry["reason"] for entry in stage.logged("relay cut")} == {"broken off"}
            await relay.stop()

    play(scenario)


def test_a_day_is_over_and_the_next_connection_is_there() -> None:
    async def scenario() -> None:
        async with relayed() as stage:
            relay = await stage.relay()
            listener = await stage.listening()
            listener.wire.close(1001, "A connection is valid for 24 hours.")
            await stage.until(lambda: listener.is_gone)
            assert await stage.listening() is not listener
            (cut,) = stage.logged("relay cut")
            assert cut["reason"] == "closed with 1001 A connection is valid for 24 hours."
            await relay.stop()

    play(scenario)


def test_a_venue_that_takes_no_listeners_is_asked_until_it_does() -> None:
    async def scenario() -> None:
        async with relayed() as stage:
            stage.there.is_closed = True
            relay = await stage.relay()
            await stage.until(lambda: len(stage.logged("relay cut")) >= 6)
            assert stage.logged("relay cut")[0]["reason"] == "refused with status 503"
            stage.there.is_closed = False
            await stage.listening()
            await relay.stop()

    play(scenario)


def test_a_connection_on_which_nothing_arrives_is_given_up() -> None:
    async def scenario() -> None:
        async with relayed() as stage:
            relay = await stage.relay(stale=0.0)
            listener = await stage.listening()
            _check(relay)
            await stage.until(lambda: listener.is_gone)
            await stage.until(lambda: bool(stage.logged("relay stale")))
            assert await stage.listening() is not listener
            await relay.stop()

    play(scenario)


def test_a_connection_on_which_something_arrives_is_kept() -> None:
    async def scenario() -> None:
        async with relayed() as stage:
            relay = await stage.relay(stale=3600.0)
            await stage.listening()
            _check(relay)
            assert not stage.logged("relay stale")
            await relay.stop()

    play(scenario)


def _check(relay: Relay) -> None:
    links: list[Link] = relay._links
    for link in links:
        link.check()


def test_malformed_messages_are_counted_and_passed_over() -> None:
    async def scenario() -> None:
        async with relayed() as stage:
            relay = await stage.relay()
            listener = await stage.listening()
            for nonsense in (b"", b"nonsense", b'{"stream":"s","data":{"e":"unheardOf"}}'):
                listener.wire.send(framed(nonsense))
            listener.tell(book("1e5", "nothing"))
            listener.tell(mark("61000", "61000"))
            await stage.until_marked("61000")
            relay._tell_figures()
            (told,) = stage.logged("relay passed over")
            assert (told["malformed"], told["dropped"], told["missed"]) == (4, 0, 0)
            relay._tell_figures()
            assert len(stage.logged("relay passed over")) == 1
            await relay.stop()

    play(scenario)


def test_what_falls_silent_or_is_refused_is_told() -> None:
    async def scenario() -> None:
        async with relayed() as stage:
            relay = await stage.relay(silent=1)
            listener = await stage.listening()
            listener.wire.send(framed(b'{"error":{"code":2,"msg":"no such stream"},"id":1}'))
            await stage.until(lambda: bool(relay._feed.complaints))
            relay._tell_silence()
            assert stage.logged("relay silent, last prices stay")[0]["symbols"] == "BTCUSDT"
            assert stage.logged("relay refused")[0]["reason"] == "2 no such stream"
            listener.tell(mark("61000", "61000"))
            await stage.until_marked("61000")
            relay._tell_silence()
            assert stage.logged("relay heard again")[0]["symbols"] == "BTCUSDT"
            await relay.stop()

    play(scenario)


def test_a_fault_of_the_relay_is_the_process_s_own() -> None:
    async def scenario() -> None:
        async with relayed() as stage:
            relay = await stage.relay()
            listener = await stage.listening()
            relay._feed.hear = _break  # type: ignore[assignment, method-assign]
            listener.tell(mark("61000", "61000"))
            await stage.until(lambda: bool(stage.failed))
            assert str(stage.failed[0]) == "broken"
            await relay.stop()

    play(scenario)


def _break(_message: bytes) -> None:
    raise RuntimeError("broken")


def test_a_venue_that_has_failed_is_moved_no_more() -> None:
    async def scenario() -> None:
        async with relayed() as stage:
            relay = await stage.relay()
            stage.venue.failure = RuntimeError()
            before = stage.venue.sequence
            relay._feed.hear(json.dumps({"data": mark("61000", "61000")}).encode())
            relay._move()
            assert stage.venue.sequence == before
            await relay.stop()

    play(scenario)


def test_filters_that_differ_are_told_symbol_by_symbol() -> None:
    async def scenario() -> None:
        async with relayed() as stage:
            lot = {"filterType": "LOT_SIZE", "stepSize": "0.01"}
            row = {"symbol": "BTCUSDT", "status": "TRADING", "filters": [lot]}
            stage.there.answers["/fapi/v1/exchangeInfo"] = {"symbols": [row]}
            relay = await stage.relay()
            (told,) = stage.logged("filters differ")
            assert told["symbol"] == "BTCUSDT"
            assert told["differences"] == "LOT_SIZE stepSize 0.001 here, 0.01 there"
            await relay.stop()

    play(scenario)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (None, "answers with status 404"),
        (b"<html>", "not JSON"),
        ({"symbols": []}, "Nothing can be relayed"),
    ],
)
def test_a_venue_that_cannot_be_asked_is_an_end_at_the_start(answer: object, said: str) -> None:
    async def scenario() -> None:
        async with relayed() as stage:
            stage.there.answers["/fapi/v1/exchangeInfo"] = answer
            with pytest.raises(Unusable, match=said):
                await stage.relay()

    play(scenario)


def test_where_nobody_listens_nobody_is_asked() -> None:
    async def scenario() -> None:
        async with relayed() as stage:
            port = stage.there.server.port
            await stage.there.server.stop(0.01)
            with pytest.raises(NoAnswer, match="cannot be asked"):
                await elsewhere(get, f"http://127.0.0.1:{port}", "/", 5.0)

    play(scenario)

"""The bench runs: every part once at tiny sizes, with no claim about how long anything takes."""

from __future__ import annotations

import io
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from bench.__main__ import EVERY_PART, Part, Results, main, measure
from bench.rounds import Figure, figure, interleaved, ratio
from bench.size import QUICK, TINY
from bench.worker import Worker, WorkerFailed, obey


class Greeter:
    """A master that can be asked to fail."""

    def double(self, number: int, *, plus: int = 0) -> int:
        return 2 * number + plus

    def fail(self) -> None:
        raise ValueError("as asked")

    def stop(self) -> None:
        """Nothing to end."""


def greet(pipe: Connection) -> None:
    """`main` of a worker."""
    pipe.send("ready")
    greeter = Greeter()
    while obey(pipe, greeter):
        pass


def leave(pipe: Connection) -> None:
    """`main` of a worker that never gets to say that it is ready."""
    pipe.close()


@pytest.mark.slow
@pytest.mark.parametrize("part", EVERY_PART)
def test_a_part_runs(part: Part) -> None:
    shown = io.StringIO()
    results = measure(TINY, (part,), Console(file=shown, width=160))
    found = getattr(results, part)
    assert found
    assert results.machine.cores > 0
    assert all(verdict.found for verdict in results.verdicts)
    assert bool(results.verdicts) is (part != "orders")
    assert ("met" in shown.getvalue() or "missed" in shown.getvalue()) is (part != "orders")
    written = msgspec.json.encode(results)
    assert getattr(msgspec.json.decode(written, type=Results), part) == found


def test_figures_are_written_down(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "figures.json"
    assert main(quick=True, json=path, parts=()) == 0
    written = msgspec.json.decode(path.read_bytes(), type=Results)
    assert written.size == QUICK
    assert written.reads is None
    assert written.machine.commit in capsys.readouterr().out


def test_cases_take_turns() -> None:
    order: list[str] = []

    def case(name: str) -> int:
        order.append(name)
        return len(order)

    found = interleaved(3, {"a": lambda: case("a"), "b": lambda: case("b")})
    assert order == ["a", "b"] * 3
    assert found == {"a": [1, 3, 5], "b": [2, 4, 6]}
    assert figure(found["a"]) == Figure(3, 1, 5)
    assert ratio([1, 4, 9], [2, 4, 6]) == Figure(1.0, 0.5, 1.5)


def test_a_worker_does_what_it_is_asked() -> None:
    with Worker(greet) as worker:
        assert worker.greeting == "ready"
        assert worker.ask("double", 3, plus=1) == 7
        with pytest.raises(WorkerFailed, match="fail: ValueError: as asked"):
            worker.ask("fail")
        assert worker.ask("double", 4) == 8


def test_a_worker_that_has_ended_is_noticed() -> None:
    with pytest.raises(WorkerFailed, match="has ended"):
        Worker(leave)

"""Rules: which are sound, what they may strike, and that a seed repeats what they do."""

from __future__ import annotations

from typing import Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpbox.faults import FORMS, Faults, Firing, NotARule, PartialFill, Rule, part_of
from perpbox.faults.bench import KEPT
from perpbox.money import SCALE, parse

NOON: Final = 1_767_268_800_000
ORDER: Final = "POST /fapi/v1/order"


def rule(text: str) -> Rule:
    """As an operator writes it: the fault, then conditions."""
    return msgspec.json.decode(text, type=Rule)


def laid(*texts: str) -> Faults:
    faults = Faults(lambda: NOON, lambda _seconds, then: then())
    for text in texts:
        read = rule(text)
        read.require_sound()
        faults.lay(read)
    return faults


def struck(faults: Faults, calls: int) -> list[int]:
    """Which of so many orders of account 1 are struck, counted from one."""
    return [n for n in range(1, calls + 1) if faults.of_call(ORDER, 1, "BTCUSDT")]


@pytest.mark.parametrize(
    ("conditions", "hit"),
    [
        ("", [1, 2, 3, 4, 5, 6]),
        (',"nth":3', [3]),
        (',"every":2', [2, 4, 6]),
        (',"times":2', [1, 2]),
        (',"every":2,"times":2', [2, 4]),
        (',"nth":7', []),
        (',"probability":"0"', []),
        (',"endpoint":"POST *"', [1, 2, 3, 4, 5, 6]),
        (',"endpoint":"*/order"', [1, 2, 3, 4, 5, 6]),
        (',"endpoint":"GET *"', []),
        (',"endpoint":"order.place"', []),
        (',"account":1,"symbol":"BTCUSDT"', [1, 2, 3, 4, 5, 6]),
        (',"account":2', []),
        (',"symbol":"ETHUSDT"', []),
    ],
)
def test_what_a_rule_strikes(conditions: str, hit: list[int]) -> None:
    assert struck(laid(f'{{"fault":{{"kind":"disconnect"}}{conditions}}}'), 6) == hit


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('{"fault":{"kind":"disconnect"},"nth":0}', "nth"),
        ('{"fault":{"kind":"disconnect"},"every":0}', "every"),
        ('{"fault":{"kind":"disconnect"},"times":-1}', "times"),
        ('{"fault":{"kind":"disconnect"},"probability":"1.1"}', "probability"),
        ('{"fault":{"kind":"disconnect"},"probability":"x"}', "probability"),
        ('{"fault":{"kind":"disconnect"},"event":"ALGO_UPDATE"}', "event"),
        ('{"fault":{"kind":"drop"},"endpoint":"GET *"}', "endpoint"),
        ('{"fault":{"kind":"drop"},"symbol":"BTCUSDT"}', "symbol"),
        ('{"fault":{"kind":"partialFill"},"endpoint":"GET *"}', "endpoint"),
        ('{"fault":{"kind":"partialFill","fraction":"2"}}', "fraction"),
        ('{"fault":{"kind":"latency","milliseconds":-1}}', "milliseconds"),
        ('{"fault":{"kind":"latency","milliseconds":1,"jitter":600001}}', "milliseconds"),
        ('{"fault":{"kind":"delay","milliseconds":600001}}', "milliseconds"),
        ('{"fault":{"kind":"skew","milliseconds":31622400001}}', "skew"),
        ('{"fault":{"kind":"error","answer":"200"}}', "answer"),
        ('{"fault":{"kind":"refusedTrigger","reject":"X"}}', "reject"),
        ('{"fault":{"kind":"duplicate","copies":0}}', "copies"),
        ('{"fault":{"kind":"reorder","behind":0}}', "behind"),
    ],
)
def test_a_rule_that_makes_no_sense(text: str, complaint: str) -> None:
    with pytest.raises(NotARule, match=complaint):
        rule(text).require_sound()


@pytest.mark.parametrize("answer", FORMS)
def test_every_form_of_an_error_may_be_asked_for(answer: str) -> None:
    laid(f'{{"fault":{{"kind":"error","answer":"{answer}"}}}}')


@given(
    st.integers(0, 2**32),
    st.lists(st.tuples(st.integers(1, 3), st.sampled_from(["BTCUSDT", "ETHUSDT"])), max_size=60),
)
def test_a_seed_repeats_all_that_happens(seed: int, calls: list[tuple[int, str]]) -> None:
    rules = (
        f'{{"fault":{{"kind":"disconnect"}},"probability":"0.3","seed":{seed}}}',
        f'{{"fault":{{"kind":"latency","milliseconds":5,"jitter":90}},"account":2,"seed":{seed}}}',
    )
    again = laid(*rules)
    runs = [
        [faults.of_call(ORDER, account, symbol) for account, symbol in calls]
        for faults in (laid(*rules), again)
    ]
    kept = list(again.log)
    again.forget()
    for text in rules:
        again.lay(rule(text))
    runs.append([again.of_call(ORDER, account, symbol) for account, symbol in calls])
    assert runs[0] == runs[1] == runs[2]
    assert list(again.log) == kept


def test_another_seed_strikes_others() -> None:
    text = '{"fault":{"kind":"disconnect"},"probability":"0.5","seed":%d}'
    assert struck(laid(text % 1), 64) != struck(laid(text % 2), 64)


def test_a_probability_is_one() -> None:
    hits = struck(laid('{"fault":{"kind":"disconnect"},"probability":"0.25"}'), 4000)
    assert 900 < len(hits) < 1100


def test_the_log_says_what_was_struck() -> None:
    faults = laid('{"fault":{"kind":"disconnect"},"nth":2}')
    struck(faults, 3)
    assert list(faults.log) == [Firing(1, 1, "disconnect", NOON, ORDER, "", 1, "BTCUSDT")]
    assert [(each.seen, each.fired) for each in faults.rules.values()] == [(3, 1)]


def test_the_log_is_bounded() -> None:
    faults = laid('{"fault":{"kind":"disconnect"}}')
    struck(faults, KEPT + 5)
    assert len(faults.log) == KEPT
    assert faults.log[0].number == 6
    assert faults.fired == KEPT + 5


@given(st.integers(1, 10**15), st.integers(0, SCALE), st.integers(1, 10**6))
def test_a_part_is_of_whole_steps(steps: int, fraction: int, step: int) -> None:
    text = f"{fraction // SCALE}.{fraction % SCALE:08}"
    part = part_of(steps * step, text, step)
    assert part % step == 0
    assert part * SCALE <= steps * step * fraction < (part + step) * SCALE


def test_a_half_is_a_half() -> None:
    fault = laid('{"fault":{"kind":"partialFill"}}').partial_fill(1, "BTCUSDT")
    assert isinstance(fault, PartialFill)
    assert part_of(parse("0.005"), fault.fraction, parse("0.001")) == parse("0.002")

"""Random expressions of 5 to 60 operations: native = evaluate, with their slopes."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from laws.native_cases import faults
from laws.native_programs import RULES, Step, program

from tiza.readings.native.machine import available

pytestmark = pytest.mark.skipif(available() is not None, reason="no llvmlite")
NEAR = {"float32": 3e-3, "float64": 1e-8}  # sixty operations and their slopes add their errors up
TOGETHER = 5  # programs in one compilation

step = st.tuples(*[st.integers(0, 63)] * 4)
steps = st.integers(5, 60).flatmap(lambda n: st.lists(step, min_size=n, max_size=n))
sizes = st.tuples(*[st.integers(0, 8)] * 3)
programs = st.lists(st.tuples(steps, sizes), min_size=TOGETHER, max_size=TOGETHER)
Drawn = Sequence[tuple[Sequence[Step], tuple[int, int, int]]]


def assert_programs(drawn: Drawn, dtype: str) -> None:
    cases = [program(steps, sizes, dtype) for steps, sizes in drawn]
    found = faults(cases, close=NEAR[dtype], least=1e-3)
    assert not found, "\n".join(found)


def many(count: int) -> settings:
    return settings(max_examples=count // TOGETHER, deadline=None, derandomize=True, database=None,
                    suppress_health_check=list(HealthCheck))  # fmt: skip


@many(20)
@given(programs)
def test_float64(drawn: Drawn) -> None:
    assert_programs(drawn, "float64")


@many(20)
@given(programs)
def test_float32(drawn: Drawn) -> None:
    assert_programs(drawn, "float32")


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_thousand_programs(dtype: str) -> None:
    @many(1000)
    @given(programs)
    def law(drawn: Drawn) -> None:
        assert_programs(drawn, dtype)

    law()


@pytest.mark.parametrize("which", range(len(RULES)))
def test_every_rule_writes_something(which: int) -> None:
    """So that no operation is left out of the programs in silence."""
    made = program([(which, 0, p, q) for p in range(3) for q in range(3)], (4, 3, 2), "float64")
    assert made.outputs[0] not in made.inputs

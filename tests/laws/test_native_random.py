"""Random expressions of 5 to 60 operations: native = evaluate, with their slopes."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from laws.native_cases import Case, faults
from laws.native_programs import RULES, Step, program

from tiza.graph import Node, rebuild, walk
from tiza.readings.native.machine.llvm import available, host
from tiza.readings.native.recalling.keys import key_of_graph

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


def key(case: Case, outputs: Sequence[Node]) -> str:
    found = key_of_graph(case.inputs, outputs, {}, {}, (), host())
    assert found is not None
    return found[0]


@many(100)
@given(programs)
def test_programs_have_one_key_where_they_are_one_expression(drawn: Drawn) -> None:
    """One node is put in the place of another: what comes out is another program, or the same."""
    for k, (steps, sizes) in enumerate(drawn):
        case = program(steps, sizes, "float32")
        before = key(case, case.outputs)
        assert key(case, rebuild(case.outputs, {})) == before
        order = [n for n in walk(case.outputs) if n.prim.name != "literal"]
        for a, b in zip(order[k::5], reversed(order), strict=False):
            if (a.shape, a.dtype) == (b.shape, b.dtype) and not a.prim.several:
                other = rebuild(case.outputs, {a: b})
                assert (key(case, other) == before) == (other == case.outputs)


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

"""The reference reading: lifetimes, threads, interruptions, large expressions."""

import numpy as np
import pytest
from crowd import at_once

from tiza.graph import PRIMITIVES as P
from tiza.graph import constant, placeholder
from tiza.readings import evaluate as module
from tiza.readings.evaluate import Program, evaluate

f64 = np.dtype("float64")


def test_only_what_was_asked_for_is_remembered() -> None:
    x = constant(np.ones(3))
    middle = P["exp"](x)
    end = middle * 2
    evaluate([end])
    assert end.value is not None
    assert middle.value is None


def test_values_are_arrays_even_without_axes() -> None:
    x = constant(np.array(2.0))
    (value,) = evaluate([x * x])
    assert isinstance(value, np.ndarray)
    assert value.dtype == f64


def test_large_expressions_give_buffers_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 10)
    x = constant(np.arange(4.0))
    y = x
    for _ in range(20):
        y = P["sin"](y) + x
    (value,) = evaluate([y])
    want = np.arange(4.0)
    for _ in range(20):
        want = np.sin(want) + np.arange(4.0)
    np.testing.assert_array_equal(value, want)
    assert y.inputs[0].value is None


def test_an_error_leaves_no_half_computed_values() -> None:
    x = constant(np.ones(3))
    index = constant(np.array([7]))
    good = P["exp"](x)
    bad = P["take"](good, index, axis=0)
    with pytest.raises(IndexError, match="index 7 is outside an axis of size 3"):
        evaluate([good * 2, bad])
    assert good.value is None
    assert bad.value is None


def test_threads_may_evaluate_shared_expressions() -> None:
    x = constant(np.linspace(0, 1, 50))
    shared = P["sin"](P["exp"](x))
    wrong: list[int] = []

    def work(k: int) -> None:
        for i in range(200):
            (value,) = evaluate([shared * float(k * 1000 + i)])
            if not np.allclose(value, np.sin(np.exp(np.linspace(0, 1, 50))) * (k * 1000 + i)):
                wrong.append(k)

    at_once(work)
    assert wrong == []


def test_a_program_frees_each_value_after_its_last_use() -> None:
    x = placeholder((3,), f64)
    a = P["exp"](x)
    b = a * a
    program = Program([x], [b])
    assert [len(dead) for *_, dead in program.steps] == [0, 1]
    kept = Program([x], [a, b])
    assert [len(dead) for *_, dead in kept.steps] == [0, 0]


def test_an_output_may_be_an_input_or_stand_twice() -> None:
    x = placeholder((2,), f64)
    y = x + 1
    first, second, third = Program([x], [x, y, y])(np.zeros(2))
    assert first.tolist() == [0, 0]
    assert second.tolist() == third.tolist() == [1, 1]

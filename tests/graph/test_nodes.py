"""Sharing, places, errors, and walks that do not recurse."""

import gc

import numpy as np
import pytest

from tiza.errors import DTypeError, ShapeError, use_language
from tiza.graph import PRIMITIVES as P
from tiza.graph import Primitive, constant, literal, placeholder, rebuild, walk
from tiza.graph.apply import table_size
from tiza.graph.place import describe, layer
from tiza.readings.evaluate import Program, evaluate
from tiza.transforms import gradients

f64 = np.dtype("float64")


def test_equal_expressions_are_one_object() -> None:
    x = constant(np.ones(3))
    assert P["tanh"](x) is P["tanh"](x)
    assert x * 2 is x * 2
    assert P["sum"](x, axis=(0,), keepdims=False) is not P["sum"](x, axis=(0,), keepdims=True)


def test_data_are_equal_only_to_themselves() -> None:
    a = np.ones(3)
    assert constant(a) is not constant(a)


def test_literals_of_different_types_stay_apart() -> None:
    assert literal(1, f64) is literal(1, f64)
    assert literal(1, f64) is not literal(True, np.dtype("bool"))
    assert np.signbit(literal(-0.0, f64).value)
    assert not np.signbit(literal(0.0, f64).value)


def test_the_table_forgets_what_nobody_holds() -> None:
    gc.collect()
    before = table_size()
    x = constant(np.ones(3))
    y = x
    for _ in range(1000):
        y = P["sin"](y)
    assert table_size() >= before + 1000
    del x, y
    gc.collect()
    assert table_size() <= before


def test_a_deep_graph_is_walked_differentiated_and_freed() -> None:
    x = constant(np.full(4, 0.5))
    y = x
    for _ in range(20_000):
        y = P["sin"](y)
    loss = P["sum"](y, axis=(0,), keepdims=False)
    assert len(walk([loss])) == 20_002
    (g,) = gradients(loss, [x])
    value = evaluate([g])[0]
    want, point = 1.0, 0.5
    for _ in range(20_000):
        want, point = want * np.cos(point), np.sin(point)
    np.testing.assert_allclose(value, want, rtol=1e-9)
    assert len(rebuild([loss], {})) == 1


def test_a_record_cannot_be_defined_twice() -> None:
    with pytest.raises(LookupError, match="two primitives are called tanh"):
        Primitive(name="tanh", family="elementwise", infer=lambda x: (x.shape, x.dtype))


def test_a_shape_error_says_the_whole_truth() -> None:
    x, w = placeholder((32, 784), f64, "x"), placeholder((512, 10), f64, "fc.weight")
    with pytest.raises(ShapeError) as caught, layer("MLP.fc"):
        x @ w
    text = str(caught.value)
    line = text.splitlines()[-1]
    assert text.splitlines()[:-1] == [
        "matmul: the last axis of (32, 784) (784) must equal the second-last of (512, 10) (512)",
        "    x          (32, 784) float64",
        "    fc.weight  (512, 10) float64",
        "    fix: transpose one factor (x @ y.mT), or change its size",
    ]
    assert line.startswith("    built at test_nodes.py:")
    assert line.endswith(", in MLP.fc")


def test_errors_speak_spanish() -> None:
    x = placeholder((2,), f64, "x")
    with pytest.raises(DTypeError) as caught:
        P["add"](x, placeholder((2,), np.dtype("float32"), "y"))
    with use_language("es"):
        assert str(caught.value).startswith("add: los operandos tienen tipos distintos")


def test_a_node_knows_the_line_that_made_it() -> None:
    node = P["exp"](placeholder((2,), f64))
    assert describe(node.place).startswith("test_nodes.py:")
    (g,) = gradients(P["sum"](node, axis=(0,), keepdims=False), [node.inputs[0]])
    assert describe(g.place).startswith("test_nodes.py:")


def test_programs_run_often_and_trace_what_is_not_finite() -> None:
    x = placeholder((3,), f64, "x")
    y = P["log"](x)
    program = Program([x], [y * 2, y])
    np.testing.assert_allclose(program(np.ones(3))[0], 0)
    found = program.traced([np.array([1.0, 0.0, 2.0])])
    assert found is not None
    assert found[0] is y
    assert program.traced([np.ones(3)]) is None


def test_an_input_without_a_value_is_refused() -> None:
    from tiza.errors import TraceError

    x = placeholder((2,), f64, "x")
    with pytest.raises(TraceError, match="x \\(shape \\(2,\\)\\) is only an expression here"):
        evaluate([x + 1])
    assert (x + 1).value is None

"""The number in a large factor of a product is taken up where there is less to multiply."""

import numpy as np
import pytest

import tiza as tz
from tiza.graph import placeholder
from tiza.graph.walk import walk
from tiza.readings.evaluate import Program
from tiza.readings.native import Compiled
from tiza.readings.native.machine.llvm import available
from tiza.readings.native.rewriting.scales import without_scale

made = pytest.mark.skipif(available() is not None, reason="no machine code here")


def factors(rows=40, columns=64, few=3, dtype=np.float32):
    rng = np.random.default_rng(0)
    x = rng.integers(0, 256, (rows, columns)).astype(dtype)
    return tz.tensor(x), tz.tensor(rng.normal(size=(columns, few)).astype(np.float32))


def test_it_goes_to_the_smaller_of_the_other_factor_and_the_result():
    x, w = factors()
    plain, scaling = without_scale(((x / 255) @ w).node)
    assert plain.inputs[0] is x.node
    assert scaling.prim.name == "divide"  # 40·3 results, 64·3 weights
    y, v = factors(rows=90)
    plain, scaling = without_scale(((y * 0.5) @ v).node)
    assert scaling is None
    assert plain.inputs[1].prim.name == "multiply"
    turned, left = without_scale((tz.tensor(np.ones((2, 40), np.float32)) @ (x / 255)).node)
    assert left is None
    assert turned.inputs[1] is x.node


@pytest.mark.parametrize("by", [1e-9, 1e12, 0.0, np.inf])
def test_numbers_that_might_overflow_stay(by):
    x, w = factors()
    node = ((x * by) @ w).node
    assert without_scale(node) == (node, None)


def test_small_or_varying_factors_stay():
    x, w = factors(rows=4, columns=5)
    node = ((x / 255) @ w).node
    assert without_scale(node) == (node, None)
    x, w = factors()
    node = ((x / tz.sum(w)) @ w).node
    assert without_scale(node) == (node, None)


@made
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32])
@pytest.mark.parametrize("rows", [1, 40, 90])
def test_what_is_compiled_is_the_graph_s(dtype, rows):
    x, w = factors(rows, dtype=dtype)

    def loss(w):
        hidden = (x.float() / 255) @ w
        return tz.sum(tz.tanh(hidden) ** 2)

    outputs = [loss(w).node, tz.grad(loss)(w).node]
    inputs = [x.node, w.node]
    given = [x.numpy(), w.numpy()]
    found, wanted = Compiled(inputs, outputs)(*given), Program(inputs, outputs)(*given)
    for a, b in zip(found, wanted, strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-5, atol=1e-5 * np.abs(b).max())


@made
def test_pixels_are_read_where_they_lie():
    """Rows divided by 255 need no copy: the division is that of what the layer gives."""
    x, w = factors(columns=600, dtype=np.float32)
    inputs = [x.node, w.node]
    program = Compiled(inputs, [((x / 255) @ w).node])
    assert program.peak_memory < x.numpy().nbytes


def attended(slices: bool) -> tz.Tensor:
    whole = tz.Tensor(placeholder((2, 30, 64), np.dtype("float32")))
    q, k = (whole[:, :, :32], whole[:, :, 32:]) if slices else (tz.tanh(whole), whole)
    return (q * 0.25) @ k.transpose(1, 2)


def test_a_part_of_something_larger_is_not_copied_for_a_number():
    node = attended(slices=True).node
    plain, scaling = without_scale(node)
    assert scaling.prim.name == "multiply"
    assert plain.inputs[0] is node.inputs[0].inputs[0]
    whole = attended(slices=False).node
    assert without_scale(whole) == (whole, None)
    given = np.random.default_rng(0).normal(size=(2, 30, 64)).astype(np.float32)
    (hole,) = [n for n in walk([node]) if n.shape == given.shape]
    (found,), (want,) = (Program([hole], [n])(given) for n in (plain, node))
    np.testing.assert_array_equal(found * np.float32(0.25), want)  # a power of 2: no bit is lost

"""Products over rows from afar, in two halves: the same numbers, whatever the threads."""

import numpy as np
import pytest

from tiza.graph import PRIMITIVES as P
from tiza.graph import placeholder
from tiza.graph.prims.contraction import transposed
from tiza.readings.evaluate import Program
from tiza.readings.native import Compiled
from tiza.readings.native.machine.llvm import available
from tiza.readings.native.planning.plan import opened
from tiza.readings.native.rewriting.halves import LONG, NARROW, ROWS

made = pytest.mark.skipif(available() is not None, reason="no machine code here")
f32, i64 = np.dtype("float32"), np.dtype("int64")


def layer(rows, size, out, many=500):
    """Inputs and result of a linear layer over some rows of a table, and the weights' gradient."""
    table, where = placeholder((many, size), f32), placeholder((rows,), i64)
    weight = placeholder((out, size), f32)
    x = P["take"](table, where, axis=0)
    y = P["tanh"](x @ transposed(weight))
    return [table, where, weight], [y, transposed(y) @ x]


@made
@pytest.mark.parametrize(("rows", "size", "out"), [(32, 784, 8), (1, LONG, 1), (7, 1000, 16)])
def test_threads_and_halves_change_nothing(rows, size, out):
    inputs, outputs = layer(rows, size, out)
    rng = np.random.default_rng(size)
    given = [rng.normal(size=(500, size)).astype(f32), rng.integers(0, 500, rows),
             rng.normal(size=(out, size)).astype(f32) / 30]  # fmt: skip
    program = Compiled(inputs, outputs)
    wanted = Program(inputs, outputs)(*given)
    found = [program(*given, threads=n) for n in (1, 2, 3, 4)]
    for k, want in enumerate(wanted):
        assert np.allclose(found[0][k], want, rtol=1e-5, atol=1e-5)
        assert all(np.array_equal(f[k], found[0][k]) for f in found)


def test_only_long_rows_and_narrow_layers_are_halved():
    for rows, size, out in ((ROWS + 1, 784, 8), (32, LONG - 2, 8), (32, 785, 8), (32, 784, 17)):
        _, (y, _) = layer(rows, size, out)
        assert opened([y])[0].inputs[0].prim.name == "matmul"
    _, (y, _) = layer(ROWS, LONG, NARROW)
    assert opened([y])[0].inputs[0].prim.name == "sum"


@made
@pytest.mark.parametrize(("size", "masked"), [(784, False), (776, False), (778, True)])
def test_the_end_of_a_row_is_read_without_the_next(size, masked):
    """Half a row of 784 ends with half a vector: a masked load would fetch the row behind it."""
    builder = Compiled(*layer(32, size, 8)).builder
    name = next(call.name for call in builder.calls if call.shared)
    (body,) = (text for text, other in builder.module.functions.items() if other == name)
    assert ("@llvm.masked.load" in body) == masked or builder.bits != 512

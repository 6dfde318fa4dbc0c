"""What is done to a convolution's pictures happens with its sums; pooling knows its places."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tiza as tz
from tiza.graph import Node, placeholder, walk
from tiza.nn import functional as F
from tiza.readings.evaluate import Program
from tiza.readings.native import compiled
from tiza.readings.native.planning.plan import Planner, opened
from tiza.transforms import gradients

F32, F64 = np.dtype("float32"), np.dtype("float64")


def layer(pool: Any = None, dtype: Any = F64, **pooling: Any) -> tuple[list[Node], list[Node]]:
    """A convolution with ReLU, pooled, and the gradients of the sum of its sines."""
    given = [placeholder(s, dtype) for s in ((16, 2, 8, 8), (3, 2, 3, 3), (3,))]
    x, w, b = (tz.Tensor(n) for n in given)
    y = F.relu(F.conv2d(x, w, b))
    loss = tz.sum(tz.sin(y if pool is None else pool(y, **pooling)))
    found = gradients(loss.node, given)
    return given, [loss.node, *(g for g in found if g is not None)]


def kernels(outputs: list[Node], inputs: list[Node]) -> list[list[str]]:
    """The operations that each kernel stores or sums."""
    groups = Planner(inputs, opened(outputs)).plan().groups
    return [[n.prim.name for n in group.roots] for group in groups]


def agree(given: list[Node], outputs: list[Node], arrays: list[Any]) -> None:
    """The machine's values are NumPy's."""
    made = compiled(given, outputs)
    assert made is not None
    for a, b in zip(made(*arrays), Program(given, outputs)(*arrays), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-11)


def drawn(given: list[Node]) -> list[Any]:
    rng = np.random.default_rng(0)
    return [rng.normal(size=n.shape).astype(n.dtype) for n in given]


def test_relu_belongs_to_the_product_and_gives_its_own_slope() -> None:
    given, outputs = layer(F.max_pool2d, kernel_size=2)
    assert any(roots[:2] == ["matmul", "relu"] for roots in kernels(outputs, given))
    asked = [n.inputs[0].prim.name for n in walk(opened(outputs)) if n.prim.name == "greater"]
    assert asked == ["relu"]
    agree(given, outputs, drawn(given))


def test_slopes_at_zero_and_nan_are_those_of_the_argument() -> None:
    x = placeholder((6,), F64)
    y = rectified(x)
    (g,) = gradients(tz.sum(tz.Tensor(y) * 3).node, [x])
    assert g is not None
    agree([x], [y, g], [np.array([0.0, -0.0, np.nan, 1.0, -np.inf, np.inf])])


def rectified(x: Node) -> Node:
    return F.relu(tz.Tensor(x)).node


def test_the_greatest_and_its_place_are_found_in_one_pass() -> None:
    given, outputs = layer(F.max_pool2d, kernel_size=2)
    assert {"argmax", "max", "cast"} in map(set, kernels(outputs, given))
    assert "window_put" not in {n.prim.name for n in walk(opened(outputs))}
    agree(given, outputs, drawn(given))


@pytest.mark.parametrize(("size", "more"), [
    (2, {}), (3, {}), (2, {"stride": 1}), (3, {"stride": 2, "padding": 1}), ((1, 2), {}),
    ((3, 2), {}), (2, {"dilation": 2}), (6, {}), (1, {}), (4, {"ceil_mode": True}),
])  # fmt: skip
def test_every_kind_of_window_goes_back_to_its_place(size: Any, more: dict[str, Any]) -> None:
    given, outputs = layer(F.max_pool2d, kernel_size=size, **more)
    agree(given, outputs, drawn(given))


@pytest.mark.parametrize("dtype", [F32, F64])
@pytest.mark.parametrize("shape", [(16, 3, 8, 8), (1, 1, 2, 2), (17, 4, 6, 10), (33, 2, 4, 4)])
def test_of_equal_entries_the_first_counts_and_of_nans_the_last(shape: Any, dtype: Any) -> None:
    x, g = placeholder(shape, dtype), placeholder((*shape[:2], shape[2] // 2, shape[3] // 2), dtype)
    y = F.max_pool2d(tz.Tensor(x), 2)
    (back,) = gradients(tz.sum(y * tz.Tensor(g)).node, [x])
    assert back is not None
    rng = np.random.default_rng(1)
    values = rng.integers(-1, 2, shape).astype(dtype)
    values[rng.random(shape) < 0.1] = -np.inf
    agree([x, g], [y.node, back], [values, rng.normal(size=g.shape).astype(dtype)])
    values[0, 0, 0, 1] = np.nan
    agree([x, g], [y.node, back], [values, rng.normal(size=g.shape).astype(dtype)])


@pytest.mark.parametrize("axes", [1, 3])
def test_pooling_of_other_dimensions(axes: int) -> None:
    pool = {1: F.max_pool1d, 3: F.max_pool3d}[axes]
    x = placeholder((16, 2, *(4,) * axes), F64)
    y = pool(tz.Tensor(x), 2)
    (back,) = gradients(tz.sum(tz.sin(y)).node, [x])
    assert back is not None
    agree([x], [y.node, back], drawn([x]))

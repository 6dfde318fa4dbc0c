"""Rows picked from a small table: the product with the table comes first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tiza as tz
from tiza.graph import Node, placeholder, walk
from tiza.readings.native.planning.plan import opened
from tiza.transforms import gradients

f64 = np.dtype("float64")
RANDOM = np.random.default_rng(0)
ROWS = RANDOM.integers(-5, 5, (3, 8))


def straight(e: Any, w: Any, i: Any) -> Any:
    return e[i] @ w


def turned(e: Any, w: Any, i: Any) -> Any:
    return tz.permute(e[i], (1, 0, 2)) @ w


def flat(e: Any, w: Any, i: Any) -> Any:
    return tz.reshape(tz.permute(e[i], (1, 0, 2)), (24, 4)) @ w


def second(e: Any, w: Any, i: Any) -> Any:
    return (e[i] @ w) * (e[i] @ (w + 1))


FORMS = [straight, turned, flat, second]


@pytest.mark.parametrize("form", FORMS, ids=lambda f: f.__name__)
def test_values_and_gradients_stay(form: Callable[..., Any]) -> None:
    e, w = (tz.tensor(RANDOM.normal(size=s)) for s in ((5, 4), (4, 6)))
    i = tz.tensor(ROWS)
    f = tz.value_and_grad(lambda e, w: tz.sum(tz.sin(form(e, w, i))), argnums=(0, 1))
    (value, slopes), (want, expected) = tz.compile(f)(e, w), f(e, w)
    np.testing.assert_allclose(value, want)
    for got, grad in zip(slopes, expected, strict=True):
        np.testing.assert_allclose(got, grad, rtol=1e-10, atol=1e-12)


def products(form: Callable[..., Any], rows: int) -> list[tuple[int, ...]]:
    """The shapes of all factors, in a function of (e, w) and its gradients."""
    e, w = placeholder((rows, 4), f64), placeholder((4, 6), f64)
    i = placeholder((3, 8), np.dtype("int64"))
    y = tz.sum(tz.sin(form(*(tz.Tensor(n) for n in (e, w, i))))).node
    outputs: list[Node] = [y, *(g for g in gradients(y, [e, w]) if g is not None)]
    return [x.shape for n in walk(opened(outputs)) if n.prim.name == "matmul" for x in n.inputs]


@pytest.mark.parametrize("form", [straight, turned, flat], ids=lambda f: f.__name__)
def test_no_product_runs_over_all_picks(form: Callable[..., Any]) -> None:
    few = products(form, rows=5)
    assert len(few) == 6  # forward, and one for each gradient
    assert all(max(shape) <= 6 for shape in few)
    assert any(max(shape) == 24 or shape[0] == 3 for shape in products(form, rows=20))

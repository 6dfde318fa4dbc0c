"""Loops and their derivatives: what is handed over, what is summed afterwards, what is dropped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tiza as tz
from tiza.graph import PRIMITIVES as P
from tiza.graph import Node, literal, placeholder, rebuild, walk
from tiza.graph.loops import joined
from tiza.graph.primitive import parts
from tiza.graph.prims.body import Body
from tiza.readings.evaluate import Program
from tiza.transforms import gradients

f64 = np.dtype("float64")
STEPS, ROWS, WIDE = 5, 2, 3


def lstm(w: Any, b: Any, s: Any, x: Any) -> Any:
    h, c = s
    a = x @ w[:WIDE] + h @ w[WIDE : 2 * WIDE] + b
    i, f, g, o = (a[:, k * WIDE : (k + 1) * WIDE] for k in range(4))
    c = tz.sigmoid(f) * c + tz.sigmoid(i) * tz.tanh(g)
    return (tz.sigmoid(o) * tz.tanh(c), c)


def gru(w: Any, b: Any, s: Any, x: Any) -> Any:
    h, c = s
    a, p = h @ w[:WIDE] + b, x @ w[WIDE : 2 * WIDE]
    r, z = (tz.sigmoid(a[:, k : k + WIDE] + p[:, k : k + WIDE]) for k in (0, WIDE))
    n = tz.tanh(p[:, 2 * WIDE : 3 * WIDE] + r * a[:, 2 * WIDE : 3 * WIDE])
    return (n + z * (h - n), c)


def diagonal(w: Any, b: Any, s: Any, x: Any) -> Any:
    h, c = s
    return (h * w[0, :WIDE] + x, c * b[:WIDE] + tz.sum(h, axis=0) * x)


CELLS = {f.__name__: f for f in (lstm, gru, diagonal)}


def looped(cell: Callable[..., Any], reverse: bool) -> Callable[..., Any]:
    def f(w: Any, b: Any, h: Any, x: Any) -> Any:
        def step(s: Any, row: Any) -> Any:
            new = cell(w, b, s, row)
            return new, new[0] * row

        last, y = tz.scan(step, (h, h), x, reverse=reverse)
        return tz.sum(last[0] ** 2) + tz.sum(last[1]) + tz.sum(tz.sin(y))

    return f


def unrolled(cell: Callable[..., Any], reverse: bool) -> Callable[..., Any]:
    def f(w: Any, b: Any, h: Any, x: Any) -> Any:
        s, total = (h, h), 0.0
        for t in range(STEPS)[::-1] if reverse else range(STEPS):
            s = cell(w, b, s, x[t])
            total = total + tz.sum(tz.sin(s[0] * x[t]))
        return tz.sum(s[0] ** 2) + tz.sum(s[1]) + total

    return f


def numbers() -> list[Any]:
    random = np.random.default_rng(0)
    shapes = [(2 * WIDE, 4 * WIDE), (4 * WIDE,), (ROWS, WIDE), (STEPS, ROWS, WIDE)]
    return [tz.tensor(random.normal(size=s)) for s in shapes]


ARGS = (0, 1, 2, 3)


def first(f: Callable[..., Any]) -> Callable[..., Any]:
    return tz.grad(f, argnums=ARGS)


def second(f: Callable[..., Any]) -> Callable[..., Any]:
    turns = numbers()
    return first(lambda *xs: sum(tz.sum(g * v) for g, v in zip(first(f)(*xs), turns, strict=True)))


def forward(f: Callable[..., Any]) -> Callable[..., Any]:
    turns = tuple(tz.sin(v) for v in numbers())
    return lambda *xs: tz.jvp(f, xs, turns)


def batched(f: Callable[..., Any]) -> Callable[..., Any]:
    def g(*xs: Any) -> Any:
        return tz.vmap(lambda k: first(f)(*(k * x for x in xs)))(
            tz.tensor([1.0, -0.5], dtype="float64")
        )

    return g


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("what", [first, second, forward, batched], ids=lambda f: f.__name__)
@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_derivatives_are_those_of_the_steps_written_out(
    cell: Callable[..., Any], reverse: bool, what: Callable[..., Any], compiled: bool
) -> None:
    got, want = what(looped(cell, reverse)), what(unrolled(cell, reverse))
    if compiled:
        got = tz.compile(got)
    for a, b in zip(got(*numbers()), want(*numbers()), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-10)


def graph(cell: Callable[..., Any]) -> tuple[list[Node], list[Node]]:
    """The inputs; the loss and its gradients."""
    ins = [placeholder(x.shape, f64) for x in numbers()]
    (loss,) = (looped(cell, reverse=False)(*(tz.Tensor(i) for i in ins)).node,)
    return ins, [loss, *(g for g in gradients(loss, ins) if g is not None)]


def scans(outputs: list[Node]) -> list[Node]:
    return [n for n in walk(outputs) if n.prim.name == "scan"]


def test_the_loop_and_the_one_that_gives_out_more_become_one() -> None:
    ins, outputs = graph(lstm)
    tidy = joined(outputs)
    assert (len(scans(outputs)), len(scans(tidy))) == (3, 2)
    arrays = [x.numpy() for x in numbers()]
    for a, b in zip(Program(ins, outputs)(*arrays), Program(ins, tidy)(*arrays), strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_reverse_loop_computes_no_gate_and_adds_up_no_weight() -> None:
    _, outputs = graph(lstm)
    back = scans(joined(outputs))[-1]
    inside = [n.prim.name for n in walk(back.attrs["body"].outputs)]
    assert inside.count("matmul") == 2  # the states' share and the rows'
    assert not {"tanh", "sigmoid", "exp"} & set(inside)
    assert back.attrs["carry"] == 2  # nothing but the cotangents of h and c


def test_a_sum_that_is_no_product_stays_in_the_loop() -> None:
    _, outputs = graph(diagonal)
    assert scans(joined(outputs))[-1].attrs["carry"] == 4  # h, c, and the sums for w and b


def test_what_nobody_reads_is_dropped() -> None:
    s, u, x = (placeholder((2,), f64) for _ in range(3))
    start, rows = placeholder((2,), f64), placeholder((4, 2), f64)
    other = placeholder((4, 2), f64)
    y = placeholder((2,), f64)
    body = Body((s, u, x, y), (s + x, u * y, u + x, s * x))
    whole = parts(P["scan"](start, start, rows, other, body=body, consts=0, carry=2, length=4,
                            reverse=False))  # fmt: skip
    (tidy,) = joined([whole[3]])  # the rows of s·x
    loop = tidy.inputs[0]
    assert (loop.attrs["carry"], len(loop.inputs), len(loop.attrs["body"].outputs)) == (1, 2, 2)
    arrays = [np.arange(2.0), np.arange(8.0).reshape(4, 2)]
    (want,) = Program([start, rows, other], [whole[3]])(*arrays, arrays[1])
    (got,) = Program([start, rows], [tidy])(*arrays)
    np.testing.assert_array_equal(got, want)


def test_rows_of_one_number_become_the_number() -> None:
    ins, outputs = graph(lstm)
    ones = P["broadcast_to"](literal(1.0, f64), shape=ins[3].shape)
    tidy = joined(rebuild(outputs, {ins[3]: ones}))
    assert all(len(i.shape) < 3 for i in scans(tidy)[0].inputs)
    arrays = [x.numpy() for x in numbers()]
    arrays[3] = np.ones_like(arrays[3])
    for a, b in zip(Program(ins, outputs)(*arrays), Program(ins[:3], tidy)(*arrays[:3]),
                    strict=True):  # fmt: skip
        np.testing.assert_allclose(a, b, rtol=1e-12)


@pytest.mark.parametrize("seen", [lambda s: s, lambda s: s[::-1]], ids=["state", "turned"])
def test_a_state_that_is_given_out_is_the_one_before_the_step(seen: Callable[..., Any]) -> None:
    f = lambda x: tz.scan(lambda s, row: (s + row, seen(s)), x[0], x)[1]
    x = tz.tensor([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]])
    want = [seen(np.array(s)) for s in ([0, 1], [0, 2], [2, 5])]
    np.testing.assert_array_equal(f(x), want)
    np.testing.assert_array_equal(tz.compile(f)(x), want)

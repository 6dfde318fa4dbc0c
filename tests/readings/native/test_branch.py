"""Branches and loops that end by a test run in machine code, and do what `evaluate` does."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import tiza as tz
from tiza.graph.node import Node
from tiza.lang import hot
from tiza.lang.tensor import Tensor
from tiza.readings.evaluate import Program
from tiza.readings.native.machine.llvm import available
from tiza.readings.native.running.compiled import Compiled

pytestmark = pytest.mark.skipif(available() is not None, reason="no llvmlite")

Function = Callable[..., Any]
W = np.random.default_rng(3).normal(0, 0.4, (5, 5))


def nodes(f: Function, *arrays: Any) -> tuple[list[Node], list[Node]]:
    ins = [Tensor(tz.graph.placeholder(np.shape(a), np.asarray(a).dtype)) for a in arrays]
    made = f(*ins)
    return [t.node for t in ins], [t.node for t in (made if isinstance(made, tuple) else (made,))]


def both(f: Function, *arrays: Any, threads: int | None = None) -> Compiled:
    """Compare the two readings of a function; gives what was compiled."""
    given = [np.asarray(a) for a in arrays]
    ins, outs = nodes(f, *given)
    compiled = Compiled(ins, outs, threads=threads)
    for got, want in zip(compiled(*given), Program(ins, outs)(*given), strict=True):
        assert got.dtype == np.asarray(want).dtype
        assert_allclose(got, want, rtol=1e-10, atol=1e-12)
    return compiled


def native(compiled: Compiled) -> bool:
    """Whether nothing is left to Python."""
    return not any(compiled.builder.host) and any(c.loop for c in compiled.builder.calls)


def halved(x: Any) -> Any:
    """Halve until all is small; count how often."""
    going = lambda n, y: tz.max(tz.abs(y)) > 0.1
    return tz.while_loop(going, lambda n, y: (n + 1, y / 2 + 0 * W[0, 0]), tz.tensor(0), x)


def swapped(x: Any) -> Any:
    """Two states that change places, and one that depends on both."""
    step = lambda n, a, b, c: (n + 1, b, a, c + a - 2 * b)
    return tz.while_loop(lambda n, *_: n < 5, step, tz.tensor(0), x, x * 2, x * 0)


def chosen(x: Any) -> Any:
    return tz.cond(tz.sum(x) > 0, lambda a: tz.tanh(a @ W), lambda a: tz.exp(-a) * W[0], x)


def walked(x: Any) -> Any:
    """A branch inside of a loop inside of a scan."""

    def collatz(n: Any) -> Any:
        half, more = (lambda k: k // 2), (lambda k: 3 * k + 1)
        step = lambda k, count: (tz.cond(k % 2 == 0, half, more, k), count + 1)
        return tz.while_loop(lambda k, count: k > 1, step, n, tz.tensor(0))[1]

    start = tz.tensor(np.array([1, 6, 7, 27, 97]))
    total, each = tz.scan(lambda s, n: (s + collatz(n), collatz(n)), tz.tensor(0), start)
    return x * total, each


def scanned(x: Any) -> Any:
    """A scan inside of a branch; the two sides read different weights from outside."""
    rows = lambda a: tz.scan(lambda s, r: (tz.tanh(s + r), s), tz.zeros(5, dtype="float64"), a)
    return tz.cond(x[0, 0] > 0, lambda a: rows(a)[1] @ W, lambda a: a * W[:4], x)


def several(x: Any) -> Any:
    """Results of several types; an operand that is none of the results."""
    yes = lambda a, b: (a + b, tz.argmax(a, axis=1), b > 0)
    no = lambda a, b: (a * b, tz.argmin(b, axis=1), a > b)
    return tz.cond(x[0, 1] > x[0, 0], yes, no, x, x[::-1] * 3)


CASES = {f.__name__: f for f in (halved, swapped, chosen, walked, scanned, several)}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("sign", [1, -1])
def test_it_computes_what_evaluate_does(name: str, sign: int) -> None:
    x = sign * np.random.default_rng(0).normal(1.0, 0.5, (4, 5))
    assert native(both(CASES[name], x))


@pytest.mark.parametrize("name", ["chosen", "scanned"])
@pytest.mark.parametrize("sign", [1, -1])
def test_derivatives_of_branches_are_native_too(name: str, sign: int) -> None:
    x = sign * np.random.default_rng(0).normal(1.0, 0.5, (4, 5))
    slope = tz.grad(lambda x: tz.sum(CASES[name](x) ** 2))
    assert native(both(slope, x))
    assert native(both(tz.grad(lambda x: tz.sum(slope(x) ** 2)), x))


@pytest.mark.parametrize("size", [1, 7, 16, 17, 1000])
def test_odd_sizes(size: int) -> None:
    f = lambda x: tz.while_loop(lambda y: tz.sum(y) < 100.0, lambda y: y * 1.5 + 0.25, x)
    both(f, np.abs(np.random.default_rng(size).normal(size=size)))
    both(f, np.full(size, 200.0))  # no turn at all


def test_a_state_that_stays_is_read_where_it_stands() -> None:
    f = lambda x, w: tz.while_loop(lambda n, y: n < 3, lambda n, y: (n + 1, y @ w), tz.tensor(0), x)
    x, w = np.ones((20, 30)), np.full((30, 30), 0.1)
    compiled = both(f, x, w)
    assert compiled.peak_memory < x.nbytes + w.nbytes


def test_what_only_numpy_can_do_inside_is_left_to_it_whole() -> None:
    f = lambda a: tz.cond(a[0, 0] > 0, lambda a: tz.linalg.inv(a), lambda a: a, a)
    compiled = both(f, np.eye(3) * 2)
    assert not native(compiled)


def test_random_bits_inside_of_a_branch() -> None:
    def f(x: Any) -> Any:
        tz.manual_seed(5)
        return tz.cond(x[0] > 0, lambda x: x + tz.randn(3, dtype="float64"), lambda x: x, x)

    both(f, np.ones(3))


@pytest.mark.parametrize("name", ["large", "looped"])
def test_the_same_bits_for_any_number_of_threads(name: str) -> None:
    w = np.random.default_rng(1).normal(0, 0.05, (256, 256)).astype(np.float32)
    x = np.random.default_rng(2).normal(size=(300, 256)).astype(np.float32)
    loop = lambda x, w: tz.while_loop(
        lambda n, y: (n < 6) & (tz.sum(tz.abs(y)) < 1e9),
        lambda n, y: (n + 1, tz.tanh(y @ w) + tz.sum(y, axis=0, keepdims=True) * 1e-3),
        tz.tensor(0), x)[1]  # fmt: skip
    large = lambda x, w: tz.cond(tz.sum(x) > -1e9, lambda a: tz.tanh(a @ w) @ w, lambda a: a, x)
    ins, outs = nodes({"large": large, "looped": loop}[name], x, w)
    compiled = Compiled(ins, outs)
    assert any(c.loop is not None and c.shared for c in compiled.builder.calls)
    first, *others = (compiled(x, w, threads=n)[0] for n in (1, 2, 3, 4))
    for other in others:
        assert_array_equal(first, other)
    assert_allclose(first, Program(ins, outs)(x, w)[0], rtol=2e-4, atol=2e-5)


def test_indices_outside_are_found_inside_of_branches() -> None:
    f = lambda x, i: tz.cond(x[0] > 0, lambda x: x[i], lambda x: x[i * 0], x)
    x = np.arange(1.0, 6.0)
    ins, outs = nodes(f, x, np.array([7, 1]))
    compiled = Compiled(ins, outs)
    with pytest.raises(IndexError):
        compiled(x, np.array([7, 1]))
    assert_array_equal(compiled(x, np.array([4, 1]))[0], [5, 2])
    assert_array_equal(compiled(-x, np.array([7, 1]))[0], [-1, -1])


def test_vmap_of_a_branch() -> None:
    f = tz.vmap(lambda row: tz.cond(tz.sum(row) > 0, tz.sin, tz.cos, row))
    x = np.random.default_rng(0).normal(size=(6, 3))
    both(f, x)


def endless(x: Any) -> Any:
    return tz.while_loop(lambda y: tz.sum(y) > -1.0, lambda y: y * 0.5, x)


def nested(x: Any) -> Any:
    """A loop without end inside of a scan inside of a branch."""
    inner = lambda x: tz.scan(lambda s, r: (endless(s + r), s), x[0], x)[0]
    return tz.cond(x[0, 0] > 0, inner, lambda x: x[0], x)


@pytest.mark.parametrize(("f", "shape"), [(endless, (3,)), (endless, (400, 400)), (nested, (4, 3))])
@pytest.mark.parametrize("threads", [1, 2])
def test_a_loop_without_end_can_be_interrupted(f: Function, shape: Any, threads: int) -> None:
    x = np.ones(shape)
    ins, outs = nodes(f, x)
    compiled = Compiled(ins, outs)
    timer = threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT))
    start = time.monotonic()
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        compiled(x, threads=threads)
    timer.join()
    assert time.monotonic() - start < 30
    if f is nested:
        assert_array_equal(compiled(-x)[0], -x[0])  # goes on working


def test_two_threads_of_python_do_not_stop_each_other() -> None:
    """One is interrupted by an error; the other's loop goes on to its end."""
    ins, outs = nodes(lambda x, n: tz.while_loop(lambda i, y: i < n, lambda i, y: (i + 1, y + 1.0),
                                                 tz.tensor(0), x)[1], 0.0, np.array(5))  # fmt: skip
    compiled = Compiled(ins, outs)
    found = []
    many = [threading.Thread(target=lambda k=k: found.append((k, compiled(0.0, np.array(k))[0])))
            for k in range(100_000, 100_008)]  # fmt: skip
    [t.start() for t in many]
    [t.join() for t in many]
    assert all(k == value for k, value in found)
    assert len(found) == 8


def test_a_branch_in_a_loop_of_ones_own_is_compiled_and_goes_on_alike(monkeypatch: Any) -> None:
    def trained() -> list[float]:
        tz.manual_seed(0)
        layer = tz.nn.Linear(5, 5, dtype="float64")
        optimizer = tz.optim.SGD(layer.parameters(), lr=0.1)
        x, lost = tz.tensor(W), []
        for _ in range(8):
            optimizer.zero_grad()
            y = layer(x)
            loss = tz.cond(tz.sum(y) > 0, lambda y: tz.sum(y**2), lambda y: tz.sum(tz.abs(y)), y)
            loss.backward()
            optimizer.step()
            lost.append(loss.item())
        return lost

    plain = trained()
    monkeypatch.setattr(hot, "SECONDS", 0.0)
    assert_allclose(trained(), plain, rtol=1e-10)

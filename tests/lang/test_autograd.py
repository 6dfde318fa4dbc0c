"""`tz.autograd` gives what PyTorch's gives, to any order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tiza as tz
from tiza import optim
from tiza.errors import ArgumentError, GradientError, ShapeError

RANDOM = np.random.default_rng(5)
X, W = RANDOM.normal(size=(3, 4)), RANDOM.normal(size=(4, 2))
V = RANDOM.normal(size=(3, 2))


def variables(lib: Any) -> tuple[Any, Any]:
    return tuple(lib.tensor(a, dtype=lib.float64, requires_grad=True) for a in (X, W))


def one(lib: Any) -> Any:
    x, w = variables(lib)
    return lib.autograd.grad(lib.tanh(x @ w).sum(), [x, w])


def weighed(lib: Any) -> Any:
    x, w = variables(lib)
    return lib.autograd.grad(lib.tanh(x @ w), (w, x), lib.tensor(V))


def several(lib: Any) -> Any:
    x, w = variables(lib)
    y = lib.sin(x @ w)
    return lib.autograd.grad([y, (y * y).sum(), w.sum()], [w, x], [lib.tensor(V), None, None])


def inner(lib: Any) -> Any:
    """With respect to what is no leaf."""
    x, w = variables(lib)
    h = lib.tanh(x @ w)
    return lib.autograd.grad((h**3).sum(), [h, x])


def second(lib: Any) -> Any:
    x, w = variables(lib)
    (g,) = lib.autograd.grad(lib.tanh(x @ w).sum(), x, create_graph=True)
    return g, *lib.autograd.grad((g**2).sum(), [x, w])


def third(lib: Any) -> Any:
    x, _ = variables(lib)
    g = (x**5).sum()
    for _ in range(3):
        (g,) = lib.autograd.grad(g.sum(), x, create_graph=True)
    return (g,)


def unused(lib: Any) -> Any:
    x, w = variables(lib)
    grads = lib.autograd.grad((x**2).sum(), [w, x], allow_unused=True)
    assert grads[0] is None
    return grads[1:]


def zeros_instead(lib: Any) -> Any:
    x, w = variables(lib)
    return lib.autograd.grad((x**2).sum(), [w, x], materialize_grads=True)


def rows(lib: Any) -> Any:
    x, w = variables(lib)
    us = lib.tensor(np.stack([V, 2 * V, -V]))
    return lib.autograd.grad(lib.tanh(x @ w), [x, w], us, is_grads_batched=True)


def itself(lib: Any) -> Any:
    x, _ = variables(lib)
    y = x.sum()
    return lib.autograd.grad(y, [y, x])


def penalty(lib: Any) -> Any:
    """The size of a slope as part of a loss."""
    x, w = variables(lib)
    y = lib.tanh(x @ w).sum()
    (g,) = lib.autograd.grad(y, x, create_graph=True)
    loss = y + ((lib.sqrt((g**2).sum(1)) - 1) ** 2).mean()
    loss.backward()
    return w.grad, x.grad


def added(lib: Any) -> Any:
    x, w = variables(lib)
    y = x @ w
    lib.autograd.backward([y.sum(), y], [None, lib.tensor(V)], retain_graph=True)
    lib.autograd.backward((y**2).sum())
    return x.grad, w.grad


CASES = [one, weighed, several, inner, second, third, unused, zeros_instead, rows, itself, penalty,
         added]  # fmt: skip


@pytest.mark.peer
@pytest.mark.parametrize("case", CASES)
def test_it_is_as_in_torch(case: Callable[[Any], Any]) -> None:
    torch = pytest.importorskip("torch")
    for got, want in zip(case(tz), case(torch), strict=True):
        np.testing.assert_allclose(got.numpy(), want.detach().numpy(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("case", [case for case in CASES if case not in (penalty, added)])
def test_compiled_it_is_the_same(case: Callable[[Any], Any]) -> None:
    compiled = tz.compile(lambda: case(tz))
    for _ in range(2):
        for got, want in zip(compiled(), case(tz), strict=True):
            np.testing.assert_allclose(got.numpy(), want.numpy(), rtol=1e-9, atol=1e-12)


def test_gradients_of_variables_stay() -> None:
    x, w = variables(tz)
    tz.autograd.grad((x @ w).sum(), [x, w])
    assert x.grad is None
    assert w.grad is None


def test_only_create_graph_goes_on() -> None:
    x, _ = variables(tz)
    (held,) = tz.autograd.grad((x**3).sum(), x)
    (free,) = tz.autograd.grad((x**3).sum(), x, create_graph=True)
    (flat,) = tz.autograd.grad((x * 3).sum(), x, create_graph=True)  # depends on nothing
    assert [g is not None and g.requires_grad for g in (held, free, flat)] == [False, True, False]


def test_a_loop_by_hand_computes_all_gradients_together() -> None:
    """Two parameters moved by hand are where an optimizer would have moved them."""
    ends = []
    for by_hand in (True, False):
        x, w = variables(tz)
        optimizer = optim.SGD([x, w], lr=0.1)
        for _ in range(6):
            loss = tz.tanh(x @ w).sum()
            if by_hand:
                grads = tz.autograd.grad(loss, [x, w])
                with tz.no_grad():
                    for p, g in zip((x, w), grads, strict=True):
                        assert g is not None
                        p.sub_(0.1 * g)
            else:
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        ends.append([x.numpy(), w.numpy(), loss.numpy()])
    for got, want in zip(*ends, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-12)


def test_a_variable_that_moved_has_the_gradient_of_where_it_was() -> None:
    w = tz.tensor([1.0, 2.0], requires_grad=True)
    loss = (w**3).sum()
    with tz.no_grad():
        w.sub_(1.0)
    assert tz.autograd.grad(loss, w, retain_graph=True)[0].tolist() == [3.0, 12.0]  # type: ignore[union-attr]
    loss.backward()
    assert w.grad is not None
    assert w.grad.tolist() == [3.0, 12.0]


def test_a_variable_used_before_and_after_it_moved_has_both() -> None:
    w = tz.tensor([1.0, 2.0], requires_grad=True)
    before = (w**3).sum()
    with tz.no_grad():
        w.sub_(1.0)
    total = before + (w**2).sum()
    assert tz.autograd.grad(total, w, retain_graph=True)[0].tolist() == [3.0, 14.0]  # type: ignore[union-attr]
    total.backward()
    assert w.grad is not None
    assert w.grad.tolist() == [3.0, 14.0]


@pytest.mark.parametrize(("ask", "kind", "text"), [
    (lambda x, w: tz.autograd.grad(w.detach().sum(), x), GradientError,
     "this value depends on no variable\n"
     "    fix: make one with requires_grad=True, outside no_grad"),
    (lambda x, w: tz.autograd.grad((x @ w).sum(), [x, w.detach()]), GradientError,
     "autograd.grad: input 1 is no variable and depends on none\n"
     "    fix: call x.requires_grad_() before the outputs are written down"),
    (lambda x, w: tz.autograd.grad(w.sum(), [w, x]), GradientError,
     "autograd.grad: no output depends on input 1\n"
     "    fix: leave it out, or pass allow_unused=True to get None"),
    (lambda x, w: tz.autograd.grad([x.sum(), w.sum()], x, [None]), ArgumentError,
     "autograd: 1 cotangents were given for 2 outputs\n"
     "    fix: give one for each output, or None in its place"),
    (lambda x, w: tz.autograd.grad(x @ w, x), GradientError,
     "a gradient is taken of one number, got shape (3, 2)\n"
     "    fix: reduce it first, e.g. .mean() or .sum(), or use tz.jacobian"),
    (lambda x, w: tz.autograd.grad(x @ w, x, tz.ones(2)), ShapeError,
     "the grad_outputs must have shape (3, 2), got (2,)"),
])  # fmt: skip
def test_what_cannot_be_is_said(ask: Callable[[Any, Any], Any], kind: Any, text: str) -> None:
    with pytest.raises(kind) as error:
        ask(*variables(tz))
    assert str(error.value) == text

"""Derivatives of functions: closed forms, nesting, loops and branches, in-place updates."""

import numpy as np
import pytest

import tiza as tz
from tiza.errors import DTypeError, GradientError, ShapeError, TraceError
from tiza.graph import PRIMITIVES as P
from tiza.lang.tensor import Tensor, as_tensor, make


def t(value: object, dtype: str = "float64") -> Tensor:
    return as_tensor(value, np.dtype(dtype))


def total(x: Tensor) -> Tensor:
    return make(P["sum"], x, axis=tuple(range(x.ndim)), keepdims=False)


def sin(x: Tensor) -> Tensor:
    return make(P["sin"], x)


def test_grad_of_any_order() -> None:
    f = lambda x: x**5
    want = 1.0
    for k in range(6):
        want = np.prod([5.0 - i for i in range(k)]) * 2.0 ** (5 - k)
        np.testing.assert_allclose(f(t(2.0)).item(), want)
        f = tz.grad(f)
    np.testing.assert_allclose(f(t(2.0)).item(), 0)


def test_grad_of_several_arguments_and_nested_structures() -> None:
    f = lambda p, x: total(p["w"] * x + p["b"][0])
    x = t([1.0, 2.0])
    g = tz.grad(f)({"w": t([3.0, 4.0]), "b": [t(1.0)]}, x)
    np.testing.assert_array_equal(g["w"], [1, 2])
    assert g["b"][0].item() == 2
    gw, gx = tz.grad(lambda a, b: total(a * b), argnums=(0, 1))(t([3.0]), t([4.0]))
    assert (gw.item(), gx.item()) == (4, 3)


def test_inner_derivatives_see_outer_variables() -> None:
    mixed = tz.grad(lambda x: tz.grad(lambda y: x * x * y**3)(x))  # d/dx (3 x^4)
    assert mixed(t(2.0)).item() == 96


def test_python_control_flow_works_under_grad() -> None:
    f = tz.grad(lambda x: x**2 if x > 0 else -x)
    assert (f(t(3.0)).item(), f(t(-3.0)).item()) == (6, -1)


def test_value_and_grad_with_aux() -> None:
    (value, aux), g = tz.value_and_grad(lambda x: (x * x, "note"), has_aux=True)(t(3.0))
    assert (value.item(), aux, g.item()) == (9, "note", 6)


def test_vjp_and_jvp_agree_with_the_jacobian() -> None:
    a = t(np.random.default_rng(0).normal(size=(3, 2)))
    f = lambda x: sin(a @ x)
    x, v, u = t([[0.3], [0.7]]), t([[1.0], [-2.0]]), t([[1.0], [0.5], [2.0]])
    j = tz.jacobian(f)(x).numpy().reshape(3, 2)
    np.testing.assert_allclose(tz.jvp(f, (x,), (v,))[1].numpy(), j @ v.numpy())
    np.testing.assert_allclose(tz.vjp(f, x)[1](u)[0].numpy(), j.T @ u.numpy())


def test_hessian_is_symmetric_and_right() -> None:
    h = tz.hessian(lambda x: total(sin(x) * x[0] * x[1]))(t([0.3, 0.7])).numpy()
    np.testing.assert_allclose(h, h.T)
    assert tz.check_grad(tz.grad(lambda x: total(sin(x) * x[0] * x[1])), t([0.3, 0.7]))


def test_vmap_of_grad_gives_one_gradient_per_example() -> None:
    w, xs = t([1.0, 2.0]), t(np.arange(6.0).reshape(3, 2))
    each = tz.vmap(tz.grad(lambda w, x: total(sin(w * x))), in_axes=(None, 0))(w, xs)
    want = np.stack([x * np.cos(w.numpy() * x) for x in xs.numpy()])
    np.testing.assert_allclose(each, want)


def test_vmap_axes_and_errors() -> None:
    x = t(np.arange(6.0).reshape(2, 3))
    np.testing.assert_array_equal(tz.vmap(lambda c: c * 2, in_axes=1, out_axes=1)(x), x.numpy() * 2)
    with pytest.raises(ShapeError, match="different sizes"):
        tz.vmap(lambda a, b: a)(x, t([1.0]))
    with pytest.raises(TraceError, match=r"use tz\.where or tz\.cond instead of if"):
        tz.vmap(lambda a: a if a > 0 else -a)(t([1.0, 2.0]))


def rnn(w: Tensor, xs: Tensor) -> Tensor:
    step = lambda h, x: ((new := make(P["tanh"], w * h + x)), new * new)
    h, ys = tz.scan(step, t(0.1), xs)
    return h + total(ys)


def unrolled(w: Tensor, xs: Tensor) -> Tensor:
    h, acc = t(0.1), t(0.0)
    for i in range(xs.shape[0]):
        h = make(P["tanh"], w * h + xs[i])
        acc = acc + h * h
    return h + acc


@pytest.mark.parametrize("order", [0, 1, 2, 3])
def test_scan_is_the_unrolled_loop_to_any_order(order: int) -> None:
    f, g = rnn, unrolled
    for _ in range(order):
        f, g = tz.grad(f), tz.grad(g)
    xs = t([0.3, -0.2, 0.5])
    np.testing.assert_allclose(f(t(0.7), xs).item(), g(t(0.7), xs).item(), rtol=1e-10)


def test_scan_differentiates_its_sequence_and_maps() -> None:
    xs = t([0.3, -0.2, 0.5])
    got, want = (tz.grad(f, argnums=1)(t(0.7), xs).numpy() for f in (rnn, unrolled))
    np.testing.assert_allclose(got, want, rtol=1e-10)
    ws = t([0.1, 0.7])
    many = tz.vmap(tz.grad(rnn), in_axes=(0, None))(ws, xs)
    np.testing.assert_allclose(many, [tz.grad(unrolled)(w, xs).item() for w in ws], rtol=1e-10)


def test_cond_takes_the_derivative_of_its_branch() -> None:
    k = t(3.0)
    f = lambda x: tz.cond(x > 0, lambda v: v * v * k, lambda v: -v, x)
    assert tz.grad(f)(t(2.0)).item() == 12
    assert tz.grad(f)(t(-2.0)).item() == -1
    assert tz.grad(tz.grad(f))(t(2.0)).item() == 6
    np.testing.assert_array_equal(tz.vmap(tz.grad(f))(t([2.0, -2.0])), [12, -1])


def test_while_loop_counts_and_maps() -> None:
    halve = lambda x: tz.while_loop(lambda v: v > 1, lambda v: v / 2, x)
    np.testing.assert_array_equal(tz.vmap(halve)(t([8.0, 3.0, 0.5])), [1, 0.75, 0.5])


def test_integers_and_unused_inputs_are_told() -> None:
    with pytest.raises(DTypeError, match="argument 0 is int64; derivatives need floats"):
        tz.grad(lambda x: x * x)(3)
    with pytest.raises(GradientError) as caught:
        tz.grad(lambda x: t(1.0))(t(2.0))
    assert str(caught.value) == (
        "grad: the result does not depend on argument 0\n"
        "    fix: use the argument in the function, or pass allow_unused=True to get zeros"
    )
    assert tz.grad(lambda x: t(1.0), allow_unused=True)(t(2.0)).item() == 0


def test_stop_gradient_holds_constant() -> None:
    assert tz.grad(lambda x: x * tz.stop_gradient(x))(t(3.0)).item() == 3


def test_check_grad_prints_both_numbers() -> None:
    kink = lambda x: total(make(P["abs"], x))
    with pytest.raises(GradientError, match=r"entry \(1,\) of argument 0: 0 against 1"):
        tz.check_grad(
            lambda x: total(make(P["maximum"], x, x * 0 + 2.0)) * 0 + kink_at(x), t([1.0, 2.0])
        )
    assert tz.check_grad(kink, t([1.0, -2.0]))


def kink_at(x: Tensor) -> Tensor:
    """Its derivative is dropped for the second entry."""
    return x[0] + tz.stop_gradient(x[1])


def test_backward_accumulates_and_no_grad_cuts() -> None:
    w = as_tensor([1.0, 2.0]).requires_grad_()
    total(w * w).backward()
    total(w * 3).backward()
    np.testing.assert_array_equal(w.grad, [5, 7])
    with tz.no_grad():
        held = w * 10
    assert not held.requires_grad
    w.grad = None
    total(held * w).backward()
    np.testing.assert_array_equal(w.grad, [10, 20])
    with pytest.raises(GradientError, match="depends on no variable"):
        total(held).backward()


def test_backward_of_a_vector_needs_a_cotangent() -> None:
    w = as_tensor([1.0, 2.0]).requires_grad_()
    with pytest.raises(GradientError, match=r"a gradient is taken of one number, got shape \(2,\)"):
        (w * w).backward()
    (w * w).backward(as_tensor([1.0, 10.0]))
    np.testing.assert_array_equal(w.grad, [2, 40])


def test_gradients_of_one_loss_are_computed_in_one_pass() -> None:
    """Reading one gradient computes them all, also when the loss itself is gone."""
    a, b = as_tensor([1.0, 2.0]).requires_grad_(), as_tensor([3.0, 4.0]).requires_grad_()
    total(sin(a * b)).backward()
    assert a.grad is not None
    assert b.grad is not None
    assert b.grad.node.value is None
    a.grad.numpy()
    assert b.grad.node.value is not None


def test_gradients_of_gradients_by_backward() -> None:
    w = as_tensor(3.0).requires_grad_()
    (w**3).backward(create_graph=True)
    g = w.grad
    assert g is not None
    w.grad = None
    (g * g).backward()
    assert w.grad is not None
    np.testing.assert_allclose(w.grad.item(), 2 * 27 * 18)


def test_in_place_updates_keep_a_leaf_and_do_not_grow() -> None:
    w = as_tensor([5.0, -3.0]).requires_grad_()
    for _ in range(200):
        w.grad = None
        total(w * w).backward()
        with tz.no_grad():
            w -= 0.1 * w.grad
        assert w.node.depth == 0
    assert w.requires_grad
    np.testing.assert_allclose(w, 0, atol=1e-12)


def test_a_variable_is_not_changed_in_place_while_recording() -> None:
    w = as_tensor([5.0]).requires_grad_()
    with pytest.raises(GradientError, match="cannot be changed in place"):
        w += w


def test_long_histories_are_forgotten_once_computed() -> None:
    x = as_tensor([1.0])
    for i in range(10_000):
        x = x * 0.999
        if i % 100 == 0:
            float(x)
    assert x.node.depth < 4300


def test_names() -> None:
    x = tz.named("z", as_tensor([1.0]) * 2)
    assert x.name == "z"
    both = tz.named("w", x)
    assert (x.name, both.name) == ("z", "w")


@pytest.mark.slow
def test_a_hundred_thousand_steps_do_not_grow_memory() -> None:
    import gc
    import resource

    from tiza.graph.apply import table_size

    w = as_tensor([5.0, -3.0]).requires_grad_()
    x = as_tensor([[1.0, 2.0], [3.0, 4.0]])
    marks = []
    for step in range(100_000):
        w.grad = None
        total((x * w) ** 2).backward()
        with tz.no_grad():
            w -= 0.001 * w.grad
        if step in (10_000, 99_999):
            gc.collect()
            marks.append((table_size(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))
    assert marks[1][0] <= marks[0][0] + 10
    assert marks[1][1] - marks[0][1] < 2000  # KiB

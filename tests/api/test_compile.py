"""`tz.compile`: what it computes, what it changes around it, what it refuses."""

from __future__ import annotations

import gc
import sys
import weakref
from collections import namedtuple
from typing import Any

import numpy as np
import pytest

import tiza as tz
from tiza import nn, optim
from tiza.errors import ArgumentError, IndexingError, ShapeError, TraceError
from tiza.lang.tensor import Tensor
from tiza.nn import functional as F
from tiza.optim import lr_scheduler

Point = namedtuple("Point", "x y")


def rows(*shape: int, seed: int = 0, dtype: str = "float32") -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(dtype)


def assert_close(got: Any, want: Any, rtol: float = 1e-5) -> None:
    np.testing.assert_allclose(np.asarray(got), np.asarray(want), rtol=rtol, atol=1e-7)


# -- arguments and results ------------------------------------------------------------------


def test_nested_arguments_and_results() -> None:
    @tz.compile
    def f(tree: dict[str, Any], pair: Point, *rest: Any, scale: float, shift: Any = None) -> Any:
        total = tree["a"] @ tree["list"][0] + pair.x * scale
        if shift is not None:
            total = total + shift
        return {"total": total, "pair": Point(pair.y, total * 2), "none": None, "rest": list(rest)}

    a, b = rows(3, 4), rows(4, 2, seed=1)
    got = f({"a": a, "list": [tz.tensor(b), "text"]}, Point(rows(2), 5), rows(1), scale=2.0)
    assert_close(got["total"], a @ b + rows(2) * 2)
    assert got["none"] is None
    assert isinstance(got["pair"], Point)
    assert got["pair"].x == 5
    assert_close(got["rest"][0], rows(1))
    shifted = f({"a": a, "list": [b, "text"]}, Point(rows(2), 5), scale=2.0, shift=rows(1, 2))
    assert_close(shifted["total"], a @ b + rows(2) * 2 + rows(1, 2))


def test_plain_values_belong_to_the_formula() -> None:
    written = []

    @tz.compile
    def f(x: Tensor, power: int) -> Tensor:
        written.append(power)
        return x**power

    assert f(tz.tensor([2.0]), 2).item() == 4
    assert f(tz.tensor([3.0]), 2).item() == 9
    assert f(tz.tensor([3.0]), 3).item() == 27
    assert written == [2, 3]


def test_one_form_for_each_shape_and_type() -> None:
    written = []

    @tz.compile
    def f(x: Tensor) -> Tensor:
        written.append((x.shape, x.dtype.name))
        return tz.sum(x * 2)

    for x in (rows(3), rows(3, seed=1), rows(5), rows(3, dtype="float64"), rows(3, 1), rows(5)):
        assert f(x).item() == pytest.approx(2 * float(x.sum()), rel=1e-5)
    assert len(written) == 4
    assert repr(f).endswith("4 forms>")


def test_as_decorator_with_options() -> None:
    @tz.compile(threads=1)
    def double(x: Tensor) -> Tensor:
        """Twice x."""
        return x * 2

    assert double.__name__ == "double"
    assert double.__doc__ == "Twice x."
    assert_close(double(rows(4)), rows(4) * 2)


def test_a_method() -> None:
    class Line(nn.Module):
        def __init__(self, slope: float) -> None:
            super().__init__()
            self.slope = nn.Parameter(tz.tensor(slope))

        @tz.compile
        def at(self, x: Tensor) -> Tensor:
            return self.slope * x

    two, three = Line(2.0), Line(3.0)
    with tz.no_grad():
        assert_close(two.at(rows(3)), rows(3) * 2)
        assert_close(three.at(rows(3)), rows(3) * 3)
        two.slope[...] = 5.0
        assert_close(two.at(rows(3)), rows(3) * 5)


def test_what_it_closes_over_is_read_anew() -> None:
    scale = tz.tensor(2.0)
    f = tz.compile(lambda x: x * scale)
    assert f(tz.tensor(3.0)).item() == 6
    scale[...] = 5.0
    assert f(tz.tensor(3.0)).item() == 15


def test_results_are_their_own() -> None:
    """The next call does not write over what the last one gave."""
    f = tz.compile(lambda x: (x + 1, x))
    first, same = f(rows(3))
    f(rows(3, seed=1))
    assert_close(first, rows(3) + 1)
    assert_close(same, rows(3))


def test_what_depends_on_no_argument() -> None:
    f = tz.compile(lambda x: (tz.ones(2), x, tz.arange(3)))
    assert [t.shape for t in f(rows(4))] == [(2,), (4,), (3,)]


def test_donated_memory_is_taken_over() -> None:
    f = tz.compile(lambda state, x: (state + x, tz.sum(x)), donate=0)
    state, x = rows(64), rows(64, seed=1)
    want = state + x
    total, _ = f(state, x)
    assert_close(total, want)
    before = total.numpy().copy()
    more, _ = f(total, x)
    assert_close(more, before + x)


# -- a training step ------------------------------------------------------------------------


def network() -> nn.Sequential:
    tz.manual_seed(0)
    return nn.Sequential(nn.Linear(5, 8, bias=False), nn.BatchNorm1d(8), nn.Tanh(), nn.Linear(8, 3))


def state(model: nn.Module) -> dict[str, np.ndarray]:
    return {k: v.numpy().copy() for k, v in model.state_dict().items()}


def assert_same_state(one: nn.Module, other: nn.Module) -> None:
    a, b = state(one), state(other)
    assert a.keys() == b.keys()
    for name, value in a.items():
        np.testing.assert_allclose(value, b[name], rtol=2e-4, atol=2e-6, err_msg=name)


@pytest.mark.parametrize("name", ["SGD", "Adam", "RMSprop"])
def test_a_step_with_buffers_and_a_schedule(name: str) -> None:
    x, y = rows(6, 5), np.array([0, 1, 2, 0, 1, 2])

    def train(compiled: bool) -> tuple[nn.Module, list[float]]:
        model = network()
        optimizer = getattr(optim, name)(model.parameters(), lr=0.05)
        schedule = lr_scheduler.StepLR(optimizer, 2, gamma=0.5)

        def step(x: Any, y: Any) -> Tensor:
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
            return loss

        run = tz.compile(step) if compiled else step
        found = []
        for _ in range(6):
            found.append(float(run(x, y)))
            schedule.step()
        assert optimizer.steps == 6
        return model, found

    (mine, a), (plain, b) = train(True), train(False)
    assert_close(a, b, rtol=1e-4)
    assert a[-1] < a[0]
    assert_same_state(mine, plain)
    assert int(mine[1].num_batches_tracked) == 6


def test_evaluation_is_another_form() -> None:
    model = network()
    f = tz.compile(lambda x: model(x))
    x = rows(6, 5)
    with tz.no_grad():
        f(x)
    assert f.last is not None
    tracked = int(model[1].num_batches_tracked)
    model.eval()
    with tz.no_grad():
        assert_close(f(x), model(tz.tensor(x)))
    assert int(model[1].num_batches_tracked) == tracked == 1


def test_dropout_draws_anew_and_again() -> None:
    drop = nn.Dropout(0.5)
    f = tz.compile(lambda x: drop(x))
    x = tz.ones(200)
    tz.manual_seed(3)
    a, b = f(x).numpy(), f(x).numpy()
    tz.manual_seed(3)
    assert (a != b).any()
    np.testing.assert_array_equal(f(x).numpy(), a)
    assert 60 < np.count_nonzero(a) < 140
    drop.eval()
    np.testing.assert_array_equal(f(x).numpy(), np.ones(200))


@pytest.mark.parametrize("steps", [6])
def test_random_numbers_are_those_of_the_uncompiled_loop(steps: int) -> None:
    x, y = rows(16, 8), np.arange(16) % 3

    def train(compiled: bool) -> tuple[list[np.ndarray], list[float]]:
        tz.manual_seed(0)
        layers = [nn.Linear(8, 32), nn.Dropout(0.3), nn.Linear(32, 32), nn.Dropout(0.5)]
        model = nn.Sequential(*layers, nn.Linear(32, 3))
        optimizer = optim.SGD(model.parameters(), lr=0.1)

        def step(x: Any, y: Any) -> Tensor:
            optimizer.zero_grad()
            noisy = tz.tensor(x) + tz.random.uniform((16, 8))
            loss = F.cross_entropy(model(noisy), y)
            loss.backward()
            optimizer.step()
            return loss

        run = tz.compile(step) if compiled else step
        losses = [run(x, y).item() for _ in range(steps)]
        return [np.array(losses)], tz.rand(3).tolist()  # the generator goes on alike

    (plain, after), (fast, after_too) = train(False), train(True)
    np.testing.assert_allclose(fast[0], plain[0], rtol=1e-5)
    assert after == after_too


def test_no_two_calls_share_random_numbers() -> None:
    tz.manual_seed(0)
    draw = tz.compile(lambda: (tz.random.uniform((4,)), tz.random.uniform((4,))))
    drawn = [tuple(x.tolist()) for _ in range(5) for x in draw()]
    assert len(set(drawn)) == 10


def test_two_optimizers_that_step_in_turn() -> None:
    """As those of a generator and its critic do."""

    def train(compiled: bool) -> list[np.ndarray]:
        tz.manual_seed(0)
        one, two = nn.Linear(4, 4), nn.Linear(4, 1)
        first, second = optim.Adam(one.parameters()), optim.SGD(two.parameters(), lr=0.1)

        def step(x: Any) -> Tensor:
            loss = tz.mean(two(one(x)) ** 2)
            second.zero_grad()
            first.zero_grad()
            loss.backward()
            second.step()
            again = tz.mean((two(one(x)) - 1) ** 2)
            first.zero_grad()
            again.backward()
            first.step()
            return loss + again

        run = tz.compile(step) if compiled else step
        losses = [float(run(rows(6, 4, seed=k))) for k in range(4)]
        return [np.array(losses), *(p.numpy() for m in (one, two) for p in m.parameters())]

    for mine, plain in zip(train(True), train(False), strict=True):
        assert_close(mine, plain, rtol=2e-4)


def test_gradients_added_up_within_the_step() -> None:
    def train(compiled: bool) -> nn.Module:
        model = network()
        optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)

        def step(parts: Any, y: Any) -> Tensor:
            optimizer.zero_grad()
            total = tz.tensor(0.0)
            for x in parts:
                loss = F.cross_entropy(model(x), y) / len(parts)
                loss.backward()
                total = total + loss
            nn.utils.clip_grad_norm_(model.parameters(), 0.5)
            optimizer.step()
            return total

        run = tz.compile(step) if compiled else step
        for k in range(3):
            run([rows(3, 5, seed=k), rows(3, 5, seed=k + 9)], np.array([0, 1, 2]))
        return model

    assert_same_state(train(True), train(False))


def test_a_loop_around_it_may_change_the_rate() -> None:
    w = nn.Parameter(tz.tensor([1.0]))
    optimizer = optim.SGD([w], lr=1.0)

    @tz.compile
    def step() -> Tensor:
        optimizer.zero_grad()
        loss = tz.sum(w)
        loss.backward()
        optimizer.step()
        return loss

    step()
    assert w.item() == 0
    optimizer.param_groups[0]["lr"] = 0.25
    step()
    assert w.item() == -0.25


def test_weights_set_from_outside_are_used() -> None:
    model = nn.Linear(2, 1)
    f = tz.compile(lambda x: tz.no_grad()(model)(x))
    f(rows(3, 2))
    assert f.last is not None
    model.load_state_dict({"weight": tz.ones(1, 2), "bias": tz.zeros(1)})
    assert_close(f(rows(3, 2)), rows(3, 2).sum(1, keepdims=True))


# -- under other transforms -----------------------------------------------------------------


def test_under_derivatives_and_vmap() -> None:
    def f(x: Tensor) -> Tensor:
        return tz.sum(tz.tanh(x) ** 2 * x)

    fast, x = tz.compile(f), tz.tensor(rows(4, dtype="float64"))
    assert_close(tz.grad(fast)(x), tz.grad(f)(x), rtol=1e-12)
    assert_close(tz.hessian(fast)(x), tz.hessian(f)(x), rtol=1e-12)
    assert_close(tz.jacobian(tz.compile(lambda x: tz.sin(x) * x))(x),
                 tz.jacobian(lambda x: tz.sin(x) * x)(x), rtol=1e-12)  # fmt: skip
    many = tz.tensor(rows(3, 4, dtype="float64"))
    assert_close(tz.vmap(fast)(many), tz.vmap(f)(many), rtol=1e-12)


def test_around_derivatives_and_vmap() -> None:
    def f(x: Tensor) -> Tensor:
        return tz.sum(tz.tanh(x) ** 2 * x)

    x = tz.tensor(rows(4, dtype="float64"))
    many = tz.tensor(rows(3, 4, dtype="float64"))
    for transform, given in (
        (tz.grad, x), (tz.hessian, x), (tz.value_and_grad, x), (tz.vmap, many),
        (lambda g: tz.vmap(tz.grad(g)), many), (tz.jacobian, x),
    ):  # fmt: skip
        got, want = tz.compile(transform(f))(given), transform(f)(given)
        pairs = zip(got, want, strict=True) if isinstance(want, tuple) else [(got, want)]
        for mine, plain in pairs:
            assert_close(mine, plain, rtol=1e-10)


def test_gradients_through_a_compiled_function() -> None:
    w = tz.tensor([1.0, 2.0], requires_grad=True)
    loss = tz.compile(lambda w: tz.sum(w**3))(w)
    loss.backward()
    assert_close(w.grad, [3.0, 12.0])


def test_within_another_compiled_function() -> None:
    inner = tz.compile(lambda x: x * 2)
    assert_close(tz.compile(lambda x: inner(x) + 1)(rows(3)), rows(3) * 2 + 1)


def test_loops_and_branches_that_are_part_of_the_formula() -> None:
    f = tz.compile(lambda x: tz.where(x > 0, tz.sqrt(tz.abs(x)), x * 2))
    x = rows(9)
    assert_close(f(x), np.where(x > 0, np.sqrt(np.abs(x)), x * 2))


# -- what is refused ------------------------------------------------------------------------


def test_a_branch_on_a_value_is_refused() -> None:
    def f(x: Tensor) -> Tensor:
        return x * 2 if x > 0 else x

    with pytest.raises(TraceError):
        tz.compile(f)(tz.tensor(1.0))
    assert f(tz.tensor(1.0)).item() == 2  # nothing is left behind


@pytest.mark.parametrize("index", [7, -8, 1 << 40])
def test_an_index_out_of_range(index: int) -> None:
    table = tz.tensor(rows(7, 2))
    f = tz.compile(lambda i: tz.take(table, i, axis=0) * 2)
    assert_close(f(np.array([6, -7, 0])), rows(7, 2)[[6, -7, 0]] * 2)
    with pytest.raises(IndexingError):
        f(np.array([0, index, 1]))
    assert_close(f(np.array([1, 1, 1])), rows(7, 2)[[1, 1, 1]] * 2)


def test_a_label_out_of_range() -> None:
    f = tz.compile(lambda x, y: F.cross_entropy(x, y))
    with pytest.raises(IndexingError):
        f(rows(2, 3), np.array([0, 3]))


def test_shapes_that_do_not_fit() -> None:
    f = tz.compile(lambda a, b: a @ b)
    with pytest.raises(ShapeError):
        f(rows(2, 3), rows(4, 5))
    assert_close(f(rows(2, 3), rows(3, 5)), rows(2, 3) @ rows(3, 5))


def test_what_is_no_function() -> None:
    with pytest.raises(ArgumentError):
        tz.compile(3)


def test_only_known_levels_are_shown() -> None:
    f = tz.compile(tz.sin)
    f(tz.ones(3))
    with pytest.raises(ArgumentError) as caught:
        f.show("assembler")
    assert str(caught.value).splitlines() == [
        "level cannot be 'assembler'",
        "    fix: one of: kernels, llvm, asm",
    ]


def test_nothing_to_show_before_the_first_call() -> None:
    with pytest.raises(ArgumentError):
        _ = tz.compile(lambda x: x * 2).last


def test_an_error_leaves_the_model_as_it_was() -> None:
    model = network()
    before = state(model)

    @tz.compile
    def broken(x: Tensor) -> Tensor:
        model(x)
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        broken(rows(6, 5))
    for name, value in state(model).items():
        np.testing.assert_array_equal(value, before[name])
    assert not any(isinstance(v, property) for v in vars(model).values())


# -- memory ---------------------------------------------------------------------------------


def test_freed_when_dropped() -> None:
    f = tz.compile(lambda x: x * 2)
    f(rows(3))
    program = weakref.ref(f.last)
    del f
    gc.collect()
    assert program() is None


def test_old_forms_go() -> None:
    f = tz.compile(lambda x, k: x * k)
    for k in range(130):
        f(rows(2), k)
    assert len(f._forms) <= 64


def test_without_llvmlite_the_same_comes_slower(monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules["tiza.readings.native.running.compiled"]
    monkeypatch.setattr(module, "available", lambda: "no llvmlite here")
    monkeypatch.setattr(module, "_said", set())
    f = tz.compile(lambda x: x * 2 + 1)
    with pytest.warns(UserWarning, match="no llvmlite here"):
        assert_close(f(rows(3)), rows(3) * 2 + 1)
    assert_close(f(rows(3, seed=1)), rows(3, seed=1) * 2 + 1)  # said once


def test_a_model_inside_a_helper_is_read_anew():
    model = nn.Linear(1, 1)
    optimizer = optim.SGD(model.parameters(), lr=0.1)

    def error(x):
        return (model(x) ** 2).mean()

    def step(loss):
        def run(x):
            optimizer.zero_grad()
            found = loss(x)
            found.backward()
            optimizer.step()
            return found

        return tz.compile(run)

    x = np.ones((4, 1), np.float32)
    run, look = step(error), tz.compile(lambda x: tz.no_grad()(error)(x))
    for _ in range(3):
        assert look(x).item() == pytest.approx(error(x).item())
        run(x)
    frozen = nn.Linear(1, 1)
    bound = tz.no_grad()(tz.compile(lambda x: frozen.forward(x)))
    before = bound(x).numpy()
    frozen.load_state_dict({"weight": np.full((1, 1), 7.0), "bias": np.zeros(1)})
    assert not np.allclose(bound(x).numpy(), before)
    assert look.last is not None


@pytest.mark.parametrize("what", ["model", "loss", "backward"])
def test_derivatives_go_on_from_its_results(what: str) -> None:
    def trained(compiles: bool) -> list[Any]:
        tz.manual_seed(0)
        model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Tanh(), nn.Linear(4, 1))
        optimizer = optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
        x, y = rows(8, 3), rows(8, 1, seed=1)

        def loss(x: Any, y: Any) -> Any:
            return F.mse_loss(model(x), y)

        def backward(x: Any, y: Any) -> Any:
            loss(x, y).backward()
            return tz.tensor(0.0)

        f: Any = {"model": model, "loss": loss, "backward": backward}[what]
        f = tz.compile(f) if compiles else f
        for _ in range(6):
            optimizer.zero_grad()
            if what == "model":
                F.mse_loss(f(tz.asarray(x)), tz.asarray(y)).backward()
            else:
                answer = f(tz.asarray(x), tz.asarray(y))
                assert answer.requires_grad == (what == "loss")
                if what == "loss":
                    answer.backward()
            optimizer.step()
        with tz.no_grad():
            model.eval()
            last = f(tz.asarray(x)) if what == "model" else tz.tensor(0.0)
        return [last.numpy(), *(t.numpy() for t in model.state_dict().values())]

    for got, want in zip(trained(True), trained(False), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-6)


def test_predictions_under_no_grad_take_the_short_way() -> None:
    model = nn.Linear(3, 1)
    f = tz.compile(model)
    with tz.no_grad():
        for _ in range(3):
            assert not f(rows(2, 3)).requires_grad
        assert f._quick is not None
    assert f(rows(2, 3)).requires_grad

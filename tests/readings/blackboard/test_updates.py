"""Every optimizer's update is printed in letters, in the order of reading, and is its own step."""

import re

import numpy as np
import pytest

import tiza as tz
from tiza import nn, optim
from tiza.errors import GradientError
from tiza.optim.lbfgs import Whole
from tiza.readings.blackboard.expr import Partial, symbols_of

X = np.array([[1.0, 2.0], [3.0, -1.0], [0.5, 0.2]])
Y = np.array([[0.5, 0.1], [-0.2, 0.6], [0.3, 0.4]])
KINDS = sorted(
    (k for k in vars(optim).values() if isinstance(k, type) and k is not optim.Optimizer),
    key=lambda k: k.__name__,
)
OPTIONS = {
    "SGD": [{"momentum": 0.9}, {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1},
            {"momentum": 0.9, "dampening": 0.5, "lr": 1}, {"maximize": True}],
    "Adam": [{"weight_decay": 0.1}, {"amsgrad": True}],
    "NAdam": [{"weight_decay": 0.1, "decoupled_weight_decay": True}],
    "RAdam": [{"weight_decay": 0.1}, {"betas": (0.9, 0.5)}],
    "RMSprop": [{"centered": True, "momentum": 0.5}],
    "Adagrad": [{"lr_decay": 0.1, "initial_accumulator_value": 0.5}],
    "LAMB": [{"weight_decay": 0.1}],
    "LARS": [{"weight_decay": 0.1}],
    "Adafactor": [{"weight_decay": 0.1, "eps": (1e-8, 1e-3)}],
    "Muon": [{"nesterov": False}, {"ns_steps": 2, "adjust_lr_fn": "match_rms_adamw"}],
    "LBFGS": [{"line_search_fn": "strong_wolfe"}, {"max_iter": 4, "lr": 0.5}],
    "LevenbergMarquardt": [{"damping": 1e-9, "factor": 3.0}],
    "Newton": [{"lr": 0.5, "damping": 0.1}],
}  # fmt: skip
CASES = [(k, {}) for k in KINDS] + [(k, o) for k in KINDS for o in OPTIONS.get(k.__name__, [])]
IDS = [" ".join([k.__name__, *o]) for k, o in CASES]
WORDS = {"sign", "diag", "vec", "prev", "opt"}  # beside max and min


def parameters(kind):
    start = [np.array([[0.5, 0.2], [0.1, -0.3]]), np.array([0.1, 0.3])]
    return [nn.Parameter(x) for x in start[: 1 if kind is optim.Muon else 2]]


def residuals(params):
    z = tz.tensor(X) @ params[0]
    return tz.tanh(z + params[1] if len(params) > 1 else z) - tz.tensor(Y)


def moved(kind, optimizer, params):
    """One step of the optimizer itself."""
    if kind is optim.Newton:
        return optimizer.step(lambda: (residuals(params) ** 2).mean())
    if kind is optim.LevenbergMarquardt:
        return optimizer.step(lambda: residuals(params))

    def closure():
        for p in params:
            p.grad = None
        loss = (residuals(params) ** 2).mean()
        loss.backward()
        return loss

    if kind is optim.LBFGS:
        return optimizer.step(closure)
    closure()
    if kind is optim.ExponentialMovingAverage:
        return optimizer.update()
    return optimizer.step()


def made(kind, options, steps):
    tz.manual_seed(0)
    params = parameters(kind)
    if kind is optim.SparseAdam:  # takes the rows of tables; its formula is asked for
        return params, kind(params, **options)
    optimizer = kind(params, **options)
    for _ in range(steps):
        moved(kind, optimizer, params)
    return params, optimizer


def told(params, optimizer, detail="steps"):
    W, *rest = params
    b = rest[0] if rest else None
    L = (residuals([W, b] if rest else [W]) ** 2).mean()
    return tz.derive(L, params, optimizer=optimizer, detail=detail)


def assert_in_order(steps):
    """A line that needs an old m stands before m is written over."""
    over = set()
    for s in steps:
        for name in symbols_of(s.formula):
            if not isinstance(name, Partial) and not getattr(name, "new", False):
                assert name not in over or name == s.name, s.text
        if s.sign == "←":
            over.add(s.name)


@pytest.mark.parametrize("steps", [0, 3])
@pytest.mark.parametrize(("kind", "options"), CASES, ids=IDS)
def test_every_update_is_the_step_itself(kind, options, steps):
    params, optimizer = made(kind, options, steps)
    d = told(params, optimizer)
    update = d.part("update")
    assert update
    assert max(s.error(d.values) for s in d.steps) < 1e-9
    assert_in_order(update)
    for s in update:
        assert set(re.findall(r"operatorname\{(\w+)\}", s.latex)) <= WORDS, s.text
        assert all(name in d.values for name in symbols_of(s.formula)), s.text
    for shown in (str(d), d._repr_html_(), d._repr_latex_(), d._repr_markdown_()):
        assert shown
    if kind is optim.SparseAdam:
        return
    if kind is optim.LBFGS and optimizer.max_iter > 1:
        most = optimizer.max_iter * 5 // 4
        optimizer.param_groups[0].update(max_iter=1, max_eval=most)
    moved(kind, optimizer, params)
    if kind is optim.ExponentialMovingAverage:
        after = optimizer.averages
        news = [s for s in update if s.sign == "←"]
    else:
        after = [p.numpy() for p in params]
        news = [s for s in update if s.name in {d.board.names.of[w] for w in d.board.wrt}]
    for s, want in zip(news, after, strict=True):
        np.testing.assert_allclose(s.value, want, rtol=1e-6, atol=1e-9)


def test_the_rule_of_adam_is_the_books():
    w, x, y = tz.tensor(0.5, requires_grad=True), tz.tensor(2.0), tz.tensor(3.0)
    L = (y - w * x) ** 2 / 2
    d = tz.derive(L, w, optimizer=optim.Adam([w]))
    assert [s.text for s in d.rule] == [
        "m ← β₁ m + (1 − β₁) ∂L/∂w", "v ← β₂ v + (1 − β₂) (∂L/∂w)²", "m̂ = m/(1 − β₁ᵗ)",
        "v̂ = v/(1 − β₂ᵗ)", "w ← w − η m̂/(√v̂ + ε)"]  # fmt: skip


def test_norms_stand_as_norms():
    params = parameters(optim.LARS)
    text = " ".join(s.text for s in told(params, optim.LARS(params)).rule)
    assert "c ‖W‖_F/(‖∂L/∂W‖_F)" in text
    assert "otherwise" not in text.split("1 (otherwise)")[0]


def test_newtons_step_on_a_parabola_ends_at_its_bottom():
    w = tz.tensor([0.3, -0.2], requires_grad=True)
    L = ((tz.tensor(X) @ w - tz.tensor([1.0, 2.0, 3.0])) ** 2).sum()
    d = tz.derive(L, w, optimizer=optim.Newton([w]))
    assert [s.text for s in d.rule] == ["w ← w − η (∂²L/∂w²)⁻¹ ∂L/∂w"]
    best = np.linalg.lstsq(X, np.array([1.0, 2.0, 3.0]), rcond=None)[0]
    np.testing.assert_allclose(d.rule[0].value, best, atol=1e-7)
    assert f"w ← ({best[0]:.6f}, {best[1]:.6f})" in str(d).replace("-0.000000", "0.000000")


def test_levenberg_and_marquardt_need_squares():
    w = tz.tensor([0.3, -0.2], requires_grad=True)
    with pytest.raises(GradientError, match="needs a sum of squares"):
        tz.derive(tz.exp(w).sum(), w, optimizer=optim.LevenbergMarquardt([w]))


def test_an_update_that_is_wrong_is_caught():
    params, optimizer = made(optim.Adam, {}, 0)
    d = told(params, optimizer)
    step = d.part("update")[-1]
    assert type(step)(step.part, step.name, step.formula, step.value + 1e-6).error(d.values) > 1e-9
    assert not isinstance(optimizer, Whole)


@pytest.mark.parametrize("kind", [optim.Newton, optim.LevenbergMarquardt, optim.LBFGS])
def test_one_number_is_written_without_vectors(kind):
    a = nn.Parameter(np.array(2.0))

    def residual():
        return a * a - 3

    optimizer = kind([a])
    if kind is optim.LBFGS:
        optimizer = kind([a], lr=0.01, max_iter=3)

        def closure():
            a.grad = None
            loss = residual() ** 2
            loss.backward()
            return loss

        optimizer.step(closure)
    e = residual() ** 2
    d = tz.derive(e, a, optimizer=optimizer)
    assert max(s.error(d.values) for s in d.steps) < 1e-9
    assert all(s.shape == () for s in d.steps)
    assert "θ" not in str(d)
    if kind is optim.Newton:
        assert d.rule[-1].text == "a ← a − (η ∂e/∂a)/(∂²e/∂a²)"

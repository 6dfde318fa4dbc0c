"""L-BFGS, Newton, Levenberg–Marquardt: PyTorch's steps, textbook problems, refusals."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import tiza as tz
from tiza import nn, optim
from tiza.errors import ArgumentError
from tiza.optim import newton
from tiza.optim.wolfe import strong_wolfe


def rosenbrock(w):
    return (1 - w[0]) ** 2 + 100 * (w[1] - w[0] ** 2) ** 2


def minimised(optimizer, w, count):
    def closure():
        optimizer.zero_grad()
        loss = rosenbrock(w)
        loss.backward()
        return loss

    losses = [optimizer.step(closure).item() for _ in range(count)]
    return [*losses, rosenbrock(w).item()]


@pytest.mark.peer
@pytest.mark.parametrize("options", [
    {"lr": 1e-3}, {"lr": 0.1, "max_iter": 3, "history_size": 2}, {"lr": 1e-3, "max_eval": 4},
])  # fmt: skip
def test_without_a_search_the_steps_are_pytorchs(options):
    torch = pytest.importorskip("torch")
    w = nn.Parameter(np.array([-0.5, 1.0]))
    q = torch.nn.Parameter(torch.tensor([-0.5, 1.0], dtype=torch.float64))
    ours = minimised(optim.LBFGS([w], **options), w, 4)
    peer = torch.optim.LBFGS([q], **options)
    assert_allclose(ours, minimised(peer, q, 4), rtol=1e-7)
    assert_allclose(w.numpy(), q.detach().numpy(), rtol=1e-7)


def test_the_line_search_gets_through_the_valley():
    w = nn.Parameter(np.array([-1.2, 1.0]))
    optimizer = optim.LBFGS([w], line_search_fn="strong_wolfe", tolerance_change=1e-14)
    losses = minimised(optimizer, w, 5)
    assert losses[-1] < 1e-10
    assert sorted(losses, reverse=True) == losses
    assert_allclose(w.numpy(), [1, 1], rtol=1e-5)


@pytest.mark.parametrize("start", [1e-4, 1.0, 50.0])
@pytest.mark.parametrize("f", [
    lambda t: ((t - 3) ** 2, 2 * (t - 3)),
    lambda t: (-t / (t * t + 2), (t * t - 2) / (t * t + 2) ** 2),  # Moré & Thuente 1994, eq. 5.1
    lambda t: (np.exp(t) - 5 * t, np.exp(t) - 5),
])  # fmt: skip
def test_wolfes_conditions_hold_at_the_end(f, start):
    d = np.ones(1)
    value, slope = f(0.0)
    t, loss, g, tried = strong_wolfe(lambda t: (f(t)[0], np.array([f(t)[1]])), d, start, value,
                                     np.array([slope]))  # fmt: skip
    assert loss <= value + 1e-4 * t * slope
    assert abs(g[0]) <= -0.9 * slope
    assert_allclose([loss, g[0]], f(t))
    assert tried <= 25


def test_an_infinite_loss_is_stepped_back_from():
    def f(t):
        return (np.inf, np.array([np.nan])) if t > 1 else ((t - 0.5) ** 2, np.array([2 * t - 1]))

    t, loss, _, _ = strong_wolfe(f, np.ones(1), 8.0, 0.25, np.array([-1.0]))
    assert 0 < t <= 1
    assert loss < 0.25


def test_state_goes_on():
    w, v = (nn.Parameter(np.array([-1.2, 1.0])) for _ in range(2))
    first = optim.LBFGS([w], max_iter=4, line_search_fn="strong_wolfe")
    minimised(first, w, 1)
    second = optim.LBFGS([v], max_iter=4, line_search_fn="strong_wolfe")
    second.load_state_dict(first.state_dict())
    v.data = w.numpy()
    assert minimised(first, w, 2) == minimised(second, v, 2)


def test_at_the_minimum_nothing_moves():
    w = nn.Parameter(np.array([1.0, 1.0]))
    minimised(optim.LBFGS([w]), w, 1)
    assert w.tolist() == [1.0, 1.0]


def test_newton_reaches_the_bottom_of_a_parabola_in_one_step():
    a = np.array([[3.0, 1.0], [1.0, 2.0]])
    w = nn.Parameter(np.array([4.0, -7.0]))
    bias = nn.Parameter(np.array(1.0))
    optimizer = optim.Newton([w, bias])

    def loss():
        return 0.5 * (w @ tz.asarray(a) @ w) - w.sum() + (bias - 3) ** 2

    first = optimizer.step(loss)
    assert_allclose(first.item(), 0.5 * np.array([4, -7]) @ a @ [4, -7] + 3 + 4)
    assert_allclose(w.numpy(), np.linalg.solve(a, [1, 1]), rtol=1e-9)
    assert_allclose(bias.item(), 3.0)
    assert w.requires_grad


def test_newton_leaves_saddles():
    w = nn.Parameter(np.array([0.5, 0.1]))
    optimizer = optim.Newton([w])
    before = 1.0
    for _ in range(20):
        before = optimizer.step(lambda: w[0] ** 2 - w[1] ** 2 + w[1] ** 4).item()
    assert_allclose(abs(w.numpy()), [0, np.sqrt(0.5)], atol=1e-6)
    assert_allclose(before, -0.25)


def test_levenberg_marquardt_fits_a_curve():
    x = np.linspace(0, 2, 15)
    y = 2.0 * np.exp(-1.5 * x) + 0.3
    model = nn.ParameterList([nn.Parameter(np.array(v)) for v in (1.0, -0.2, 0.0)])
    a, b, c = model
    optimizer = optim.LevenbergMarquardt(model.parameters())
    costs = [optimizer.step(lambda: a * tz.exp(b * tz.asarray(x)) + c - tz.asarray(y))
             for _ in range(25)]  # fmt: skip
    assert costs[-1] < 1e-20
    assert_allclose([p.item() for p in model], [2.0, -1.5, 0.3], rtol=1e-6)
    assert sorted(costs, reverse=True) == costs


def test_levenberg_marquardt_stays_where_nothing_is_better():
    w = nn.Parameter(np.array([0.0]))
    optimizer = optim.LevenbergMarquardt([w], tries=3)
    assert optimizer.step(lambda: w * 0 + 2.0) == 2.0
    assert w.item() == 0.0


@pytest.mark.parametrize(("code", "text"), [
    (lambda p: optim.LBFGS(p).step(), "LBFGS asks for the loss several times a step"),
    (lambda p: optim.Newton(p).step(), "Newton asks for the loss several times a step"),
    (lambda p: optim.LevenbergMarquardt(p).step(), "LevenbergMarquardt asks for the loss"),
    (lambda p: optim.LBFGS(p).update([], [], [], None), "LBFGS asks for the loss several times"),
    (lambda p: optim.LBFGS([{"params": p}, {"params": p}]), "LBFGS sees all parameters as one"),
    (lambda p: optim.LBFGS(p, line_search_fn="armijo"), "there is no line search 'armijo'"),
    (lambda p: optim.LevenbergMarquardt(p, factor=0.5), "factor must be > 1, but is 0.5"),
])  # fmt: skip
def test_refusals(code, text):
    with pytest.raises(ArgumentError) as caught:
        code([nn.Parameter([1.0])])
    assert str(caught.value).startswith(text)


def test_second_derivatives_side_by_side_are_those_row_by_row(monkeypatch):
    random = np.random.default_rng(0)
    x = tz.tensor(random.normal(size=(20, 3)))

    def loss(w, b):
        return tz.sum(tz.log(1 + tz.exp(x @ w + b))) + tz.sum(w**4)

    def both(w, b):
        return newton.hessian(loss(w, b), [w, b])

    w, b = (nn.Parameter(random.normal(size=s)) for s in (3, ()))
    first = both(w, b)
    v, c = (nn.Parameter(random.normal(size=s)) for s in (3, ()))
    kept = len(newton._programs)
    again = both(v, c)
    assert len(newton._programs) == kept  # the same structure over other numbers
    monkeypatch.setattr(newton, "TOGETHER", 0)
    newton._programs.clear()
    for got, params in ((first, (w, b)), (again, (v, c))):
        for one, other in zip(got, both(*params), strict=True):
            assert_allclose(one, other, rtol=1e-12)


def test_a_saddle_is_left_by_the_sizes_of_curvatures():
    matrix = np.diag([2.0, -4.0])
    assert_allclose(newton._solved(matrix, np.array([2.0, 4.0]), 1e-8), [1, 1])
    assert_allclose(newton._solved(np.diag([2.0, 4.0]), np.array([2.0, 4.0]), 1e-8), [1, 1])

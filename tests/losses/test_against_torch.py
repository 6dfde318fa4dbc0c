"""Every loss answers and slopes as PyTorch's of the same name does."""

import itertools

import numpy as np
import pytest
from numpy.testing import assert_allclose

import tiza.nn.functional as F
from tiza import nn
from tiza.lang.tensor import as_tensor

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.peer

DTYPES = {np.float32: 1e-5, np.float64: 1e-10}
REDUCTIONS = ("mean", "sum", "none")


def tensor_of(value):
    return torch.tensor(value) if isinstance(value, np.ndarray) else value


def assert_same(name, x, t, dtype, **options):
    """Values and slopes, as function and as module."""
    rtol = max(DTYPES[dtype], 1e-8) if name == "binary_cross_entropy" else DTYPES[dtype]
    tolerance = {"rtol": rtol, "atol": DTYPES[dtype]}  # PyTorch's 10⁻¹² there is in float32
    peer_options = {k: tensor_of(v) for k, v in options.items()}
    mine = as_tensor(x).requires_grad_()
    peer = torch.tensor(x, requires_grad=True)
    soft = t.dtype.kind == "f"
    goal = as_tensor(t).requires_grad_() if soft else as_tensor(t)
    peer_goal = torch.tensor(t, requires_grad=soft)
    y = getattr(F, name)(mine, goal, **options)
    z = getattr(torch.nn.functional, name)(peer, peer_goal, **peer_options)
    assert y.shape == tuple(z.shape)
    assert y.dtype == dtype
    assert_allclose(y.numpy(), z.detach().numpy(), **tolerance)
    g = np.random.default_rng(2).normal(size=y.shape).astype(dtype)
    y.backward(g)
    z.backward(torch.tensor(g))
    assert_allclose(mine.grad.numpy(), peer.grad.numpy(), **tolerance)
    if soft and name not in ("binary_cross_entropy",):
        assert_allclose(goal.grad.numpy(), peer_goal.grad.numpy(), **tolerance)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("shape", [(4,), (3, 2), (1, 1), (0, 2), ()])
@pytest.mark.parametrize(("name", "options"), [
    ("mse_loss", {}), ("l1_loss", {}), ("smooth_l1_loss", {}), ("smooth_l1_loss", {"beta": 0.3}),
    ("smooth_l1_loss", {"beta": 0.0}), ("huber_loss", {"delta": 0.5}), ("huber_loss", {}),
])  # fmt: skip
def test_regression(name, options, shape, reduction, dtype):
    rng = np.random.default_rng(0)
    x, t = (rng.normal(size=shape).astype(dtype) for _ in range(2))
    assert_same(name, np.asarray(x), np.asarray(t), dtype, reduction=reduction, **options)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("reduction", "smoothing", "weighted", "ignored"), [
    *itertools.product(REDUCTIONS, (0.0, 0.2), (False, True), (False, True)),
])  # fmt: skip
@pytest.mark.parametrize("shape", [(6, 4), (2, 4, 3), (2, 4, 3, 2), (1, 4), (5, 1)])
def test_cross_entropy_of_classes(shape, reduction, smoothing, weighted, ignored, dtype):
    rng = np.random.default_rng(0)
    x = (rng.normal(size=shape) * 5).astype(dtype)
    t = rng.integers(0, shape[1], (shape[0], *shape[2:]))
    if ignored and t.size > 1:
        t.flat[1] = -100
    options = {"weight": rng.uniform(0.1, 2, shape[1]).astype(dtype)} if weighted else {}
    assert_same("cross_entropy", x, t, dtype, reduction=reduction, label_smoothing=smoothing,
                **options)  # fmt: skip
    if not smoothing:
        logp = np.log(np.abs(x) + 0.1).astype(dtype)
        assert_same("nll_loss", logp, t, dtype, reduction=reduction, **options)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("reduction", "smoothing", "weighted"),
                         [*itertools.product(REDUCTIONS, (0.0, 0.2), (False, True))])  # fmt: skip
@pytest.mark.parametrize("shape", [(6, 4), (2, 4, 3), (1, 4), (4,)])
def test_cross_entropy_of_shares(shape, reduction, smoothing, weighted, dtype):
    rng = np.random.default_rng(0)
    x = (rng.normal(size=shape) * 5).astype(dtype)
    t = rng.uniform(0, 1, shape)
    t = (t / t.sum(axis=min(1, len(shape) - 1), keepdims=True)).astype(dtype)
    classes = shape[1] if len(shape) > 1 else shape[0]
    options = {"weight": rng.uniform(0.1, 2, classes).astype(dtype)} if weighted else {}
    assert_same("cross_entropy", x, t, dtype, reduction=reduction, label_smoothing=smoothing,
                **options)  # fmt: skip


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_cross_entropy_of_one_example_without_a_batch(reduction):
    x = np.random.default_rng(0).normal(size=4)
    assert_same("cross_entropy", x, np.array(2), np.float64, reduction=reduction)
    assert_same("nll_loss", x, np.array(2), np.float64, reduction=reduction)


@pytest.mark.parametrize("reduction", ["sum", "none"])
def test_cross_entropy_of_an_empty_batch(reduction):
    x = np.zeros((0, 3))
    assert_same("cross_entropy", x, np.zeros(0, np.int64), np.float64, reduction=reduction)


def test_the_mean_of_nothing_is_nan_as_in_pytorch():
    assert np.isnan(F.cross_entropy(np.zeros((0, 3)), np.zeros(0, int)).item())
    assert np.isnan(F.cross_entropy(np.zeros((1, 3)), [-100]).item())
    assert np.isnan(F.mse_loss(np.zeros((0, 3)), np.zeros((0, 3))).item())


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("reduction", "weighted"), [*itertools.product(REDUCTIONS, (False, True))])
@pytest.mark.parametrize("shape", [(5,), (4, 3), (1, 1), (0, 2)])
def test_binary_cross_entropy(shape, reduction, weighted, dtype):
    rng = np.random.default_rng(0)
    p = rng.uniform(0, 1, shape).astype(dtype)
    if p.size > 2:
        p.flat[0], p.flat[1] = 0, 1
    t = rng.integers(0, 2, shape).astype(dtype)
    options = {"weight": rng.uniform(0.1, 2, shape).astype(dtype)} if weighted else {}
    assert_same("binary_cross_entropy", p, t, dtype, reduction=reduction, **options)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("reduction", "weighted", "pos"), [*itertools.product(REDUCTIONS, (False, True), (False, True))]
)
@pytest.mark.parametrize("shape", [(5,), (4, 3), (1, 1), (0, 3)])
def test_binary_cross_entropy_with_logits(shape, reduction, weighted, pos, dtype):
    rng = np.random.default_rng(0)
    x = (rng.normal(size=shape) * 20).astype(dtype)
    t = rng.uniform(0, 1, shape).astype(dtype)
    options = {"weight": rng.uniform(0.1, 2, shape).astype(dtype)} if weighted else {}
    if pos:
        options["pos_weight"] = rng.uniform(0.1, 5, shape[-1:]).astype(dtype)
    assert_same("binary_cross_entropy_with_logits", x, t, dtype, reduction=reduction, **options)


@pytest.mark.parametrize(("name", "options"), [
    ("MSELoss", {}), ("L1Loss", {"reduction": "sum"}), ("SmoothL1Loss", {"beta": 0.5}),
    ("HuberLoss", {"delta": 0.5}), ("BCELoss", {}), ("BCEWithLogitsLoss", {}),
])  # fmt: skip
def test_modules(name, options):
    rng = np.random.default_rng(0)
    x, t = rng.uniform(0, 1, (2, 4, 3))
    ours = getattr(nn, name)(**options)(x, t).item()
    theirs = getattr(torch.nn, name)(**options)(torch.tensor(x), torch.tensor(t)).item()
    assert_allclose(ours, theirs, rtol=1e-12)


def test_modules_with_factors():
    rng = np.random.default_rng(0)
    x, t, w = rng.normal(size=(5, 3)), rng.integers(0, 3, 5), rng.uniform(1, 2, 3)
    for name, options in [("CrossEntropyLoss", {"label_smoothing": 0.1, "ignore_index": 1}),
                          ("NLLLoss", {"ignore_index": 1})]:  # fmt: skip
        ours = getattr(nn, name)(weight=w, **options)
        theirs = getattr(torch.nn, name)(weight=torch.tensor(w), **options)
        assert_allclose(ours(x, t).item(), theirs(torch.tensor(x), torch.tensor(t)).item())
        assert list(ours.state_dict()) == list(theirs.state_dict())

"""Margins, likelihoods and distances: values and slopes are PyTorch's, over drawn cases."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

import tiza.nn.functional as F
from tiza import nn
from tiza.lang.tensor import as_tensor

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.peer

DTYPES = {"float32": 1e-5, "float64": 1e-10}
cases = st.fixed_dictionaries({
    "dtype": st.sampled_from(sorted(DTYPES)),
    "reduction": st.sampled_from(["mean", "sum", "none"]),
    "seed": st.integers(0, 1000),
    "n": st.integers(1, 5),
    "c": st.integers(1, 6),
})  # fmt: skip


def assert_same(name, smooth, fixed, case, **options):
    """Values, and slopes by each of `smooth`, under a random cotangent."""
    dtype, reduction = case["dtype"], case["reduction"]
    tolerance = {"rtol": DTYPES[dtype], "atol": DTYPES[dtype]}
    mine = [as_tensor(np.asarray(x, dtype)).requires_grad_() for x in smooth]
    theirs = [torch.tensor(np.asarray(x, dtype), requires_grad=True) for x in smooth]
    weights = {k: np.asarray(v, dtype) for k, v in options.items() if isinstance(v, np.ndarray)}
    y = getattr(F, name)(*mine, *fixed, reduction=reduction, **{**options, **weights})
    peers = {k: torch.tensor(v) for k, v in weights.items()}
    z = getattr(torch.nn.functional, name)(*theirs, *map(torch.tensor, fixed), reduction=reduction,
                                           **{**options, **peers})  # fmt: skip
    assert y.shape == tuple(z.shape)
    assert_allclose(y.numpy(), z.detach().numpy(), **tolerance)
    g = np.random.default_rng(1).normal(size=y.shape).astype(dtype)
    y.backward(g)
    z.backward(torch.tensor(g))
    for p, q in zip(mine, theirs, strict=True):
        assert_allclose(p.grad.numpy(), q.grad.numpy(), **tolerance)


def signs_of(rng, shape, dtype):
    return (rng.integers(0, 2, shape) * 2 - 1).astype(dtype)


@given(cases, st.sampled_from(["soft_margin_loss", "hinge_embedding_loss"]))
def test_signs(case, name):
    rng = np.random.default_rng(case["seed"])
    shape = (case["n"], case["c"])
    assert_same(name, [rng.normal(size=shape)], [signs_of(rng, shape, case["dtype"])], case)


@given(cases, st.sampled_from([1, 2]), st.booleans(), st.floats(0.1, 2))
def test_multi_margin(case, p, weighted, margin):
    rng = np.random.default_rng(case["seed"])
    n, c = case["n"], case["c"]
    options = {"weight": rng.uniform(0.1, 2, c)} if weighted else {}
    assert_same("multi_margin_loss", [rng.normal(size=(n, c))], [rng.integers(0, c, n)], case, p=p,
                margin=margin, **options)  # fmt: skip


@given(cases, st.booleans())
def test_several_labels(case, weighted):
    rng = np.random.default_rng(case["seed"])
    n, c = case["n"], case["c"]
    options = {"weight": rng.uniform(0.1, 2, c)} if weighted else {}
    target = rng.integers(0, 2, (n, c)).astype(case["dtype"])
    assert_same("multilabel_soft_margin_loss", [rng.normal(size=(n, c))], [target], case, **options)


@pytest.mark.filterwarnings("ignore:reduction. 'mean' divides:UserWarning")
@given(cases, st.booleans(), st.booleans())
def test_divergence(case, log_target, zeros):
    rng = np.random.default_rng(case["seed"])
    shape = (case["n"], case["c"])
    q = rng.uniform(0.1, 1, shape)
    if zeros and not log_target:
        q.flat[0] = 0
    smooth = [np.log(rng.uniform(0.1, 1, shape)), *([np.log(q)] if log_target else [])]
    fixed = [] if log_target else [q.astype(case["dtype"])]
    assert_same("kl_div", smooth, fixed, case, log_target=log_target)
    if case["reduction"] == "mean":
        assert_same("kl_div", smooth, fixed, {**case, "reduction": "batchmean"},
                    log_target=log_target)  # fmt: skip


@given(cases, st.booleans(), st.booleans())
def test_counts(case, log_input, full):
    rng = np.random.default_rng(case["seed"])
    shape = (case["n"], case["c"])
    x = rng.normal(size=shape) if log_input else rng.uniform(0.5, 3, shape)
    target = rng.integers(0, 6, shape).astype(case["dtype"])
    assert_same("poisson_nll_loss", [x], [target], case, log_input=log_input, full=full)


@given(cases, st.booleans(), st.sampled_from(["alike", "one", "missing"]))
def test_gaussian(case, full, kind):
    rng = np.random.default_rng(case["seed"])
    n, c = case["n"], case["c"]
    shape = {"alike": (n, c), "one": (n, 1), "missing": (n,)}[kind]
    var = rng.uniform(0.1, 2, shape)
    var.flat[0] = 0  # kept above ε
    case = {**case, "dtype": "float64"}
    assert_same("gaussian_nll_loss", [rng.normal(size=(n, c)), rng.normal(size=(n, c)), var], [],
                case, full=full, eps=1e-3)  # fmt: skip


@given(cases, st.floats(-0.5, 0.5))
def test_angles(case, margin):
    rng = np.random.default_rng(case["seed"])
    shape = (case["n"], case["c"] + 1)
    target = signs_of(rng, case["n"], case["dtype"])
    assert_same("cosine_embedding_loss", [rng.normal(size=shape), rng.normal(size=shape)], [target],
                case, margin=margin)  # fmt: skip


@given(cases, st.floats(0, 1))
def test_ranking(case, margin):
    rng = np.random.default_rng(case["seed"])
    target = signs_of(rng, case["n"], case["dtype"])
    assert_same("margin_ranking_loss", [rng.normal(size=case["n"]), rng.normal(size=case["n"])],
                [target], case, margin=margin)  # fmt: skip


@given(cases, st.booleans(), st.sampled_from([1.0, 2.0, 3.0]))
def test_triplets(case, swap, p):
    rng = np.random.default_rng(case["seed"])
    shape = (case["n"], case["c"])
    three = [rng.normal(size=shape) for _ in range(3)]
    assert_same("triplet_margin_loss", three, [], {**case, "dtype": "float64"}, swap=swap, p=p)


@pytest.mark.parametrize(("name", "options", "count"), [
    ("KLDivLoss", {"reduction": "batchmean", "log_target": True}, 2),
    ("PoissonNLLLoss", {"full": True}, 2), ("GaussianNLLLoss", {"full": True}, 3),
    ("HingeEmbeddingLoss", {"margin": 0.5}, 2), ("SoftMarginLoss", {"reduction": "sum"}, 2),
    ("TripletMarginLoss", {"margin": 0.5, "swap": True}, 3),
])  # fmt: skip
def test_modules(name, options, count):
    rng = np.random.default_rng(0)
    given_ = [rng.uniform(0.1, 1, (4, 3)) for _ in range(count)]
    if name in ("HingeEmbeddingLoss", "SoftMarginLoss"):
        given_[1] = np.sign(given_[1] - 0.5)
    ours = getattr(nn, name)(**options)(*given_).item()
    theirs = getattr(torch.nn, name)(**options)(*map(torch.tensor, given_)).item()
    assert_allclose(ours, theirs, rtol=1e-10)


def test_modules_of_pairs_and_classes():
    rng = np.random.default_rng(0)
    a, b, t = rng.normal(size=(4, 3)), rng.normal(size=(4, 3)), np.array([1.0, -1, 1, -1])
    ours = nn.CosineEmbeddingLoss(margin=0.1)(a, b, t).item()
    theirs = torch.nn.CosineEmbeddingLoss(margin=0.1)(*map(torch.tensor, (a, b, t))).item()
    assert_allclose(ours, theirs, rtol=1e-10)
    ours = nn.MarginRankingLoss(0.1)(a[:, 0], b[:, 0], t).item()
    theirs = torch.nn.MarginRankingLoss(0.1)(*map(torch.tensor, (a[:, 0], b[:, 0], t))).item()
    assert_allclose(ours, theirs, rtol=1e-10)
    classes, labels = np.array([0, 2, 1, 1]), (b > 0).astype(float)
    ours = nn.MultiMarginLoss(p=2, margin=0.5)(a, classes).item()
    theirs = torch.nn.MultiMarginLoss(p=2, margin=0.5)(*map(torch.tensor, (a, classes))).item()
    assert_allclose(ours, theirs, rtol=1e-10)
    ours = nn.MultiLabelSoftMarginLoss(reduction="sum")(a, labels).item()
    theirs = torch.nn.MultiLabelSoftMarginLoss(reduction="sum")(*map(torch.tensor, (a, labels)))
    assert_allclose(ours, theirs.item(), rtol=1e-10)

"""CTC against a sum over all paths, and against PyTorch."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

import tiza.nn.functional as F
from tiza import nn
from tiza.errors import ArgumentError, DTypeError, IndexingError, ShapeError
from tiza.lang.tensor import as_tensor


def spelt(path, blank=0):
    return [k for k, _ in itertools.groupby(path) if k != blank]


def by_paths(p, target):
    """−log Σ Π p over every path that spells the target."""
    steps, classes = p.shape
    total = sum(
        np.prod([p[t, c] for t, c in enumerate(path)])
        for path in itertools.product(range(classes), repeat=steps) if spelt(path) == target
    )  # fmt: skip
    return -np.log(total) if total else np.inf


@pytest.mark.parametrize("target", [[1], [1, 2], [1, 1], [2, 1, 2], [], [1, 1, 1]])
def test_it_is_the_sum_over_all_paths(target):
    p = np.random.default_rng(0).dirichlet(np.ones(3), 4)
    padded = [[*target, 0]] if len(target) < 3 else [target]
    got = F.ctc_loss(np.log(p)[:, None], padded, [4], [len(target)], reduction="sum").item()
    assert_allclose(got, by_paths(p, target), rtol=1e-9)


def test_what_does_not_fit_costs_infinity_or_nothing():
    scores = np.zeros((2, 1, 3))
    assert F.ctc_loss(scores, [[1, 1]], [2], [2]).item() == np.inf
    x = as_tensor(scores).requires_grad_()
    loss = F.ctc_loss(x, [[1, 1]], [2], [2], zero_infinity=True)
    loss.backward()
    assert loss.item() == 0
    assert not x.grad.numpy().any()


@pytest.mark.peer
@given(st.integers(0, 500), st.sampled_from(["mean", "sum", "none"]), st.integers(0, 2),
       st.booleans(), st.sampled_from(["float32", "float64"]))  # fmt: skip
def test_pytorch(seed, reduction, blank, joined, dtype):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(seed)
    n, steps, most = int(rng.integers(1, 4)), int(rng.integers(4, 9)), 3
    logits = rng.normal(size=(steps, n, 4)).astype(dtype)
    wide = rng.integers(0, most + 1, n)
    long = rng.integers(1, steps + 1, n)
    rows = rng.permuted(np.tile([k for k in range(4) if k != blank], (n, 1)), axis=1)
    targets = np.concatenate([r[:w] for r, w in zip(rows, wide, strict=True)]) if joined else rows
    options = {"blank": blank, "reduction": reduction, "zero_infinity": True}
    x = as_tensor(logits).requires_grad_()
    q = torch.tensor(logits, requires_grad=True)
    y = F.ctc_loss(F.log_softmax(x, -1), targets, long, wide, **options)
    z = torch.nn.functional.ctc_loss(torch.log_softmax(q, -1), *map(torch.tensor, (
        targets.astype("int64"), long, wide)), **options)  # fmt: skip
    tolerance = 2e-5 if dtype == "float32" else 1e-9  # sums of logarithms over the steps
    assert_allclose(y.numpy(), z.detach().numpy(), rtol=tolerance, atol=tolerance)
    y.sum().backward()
    z.sum().backward()
    assert_allclose(x.grad.numpy(), q.grad.numpy(), rtol=tolerance, atol=tolerance)


def test_one_example_and_the_module():
    p = np.log(np.random.default_rng(0).dirichlet(np.ones(3), 4))
    alone = F.ctc_loss(p, [1, 2], 4, 2).item()
    assert alone == F.ctc_loss(p[:, None], [[1, 2]], [4], [2]).item()
    assert nn.CTCLoss()(p[:, None], [[1, 2]], [4], [2]).item() == alone


@pytest.mark.parametrize(("change", "error", "text"), [
    ({"x": np.zeros((3, 3, 3, 3))}, ShapeError, "ctc_loss: log-probabilities of shape"),
    ({"blank": 5}, ArgumentError, "ctc_loss: the blank 5 is none of the 3 classes"),
    ({"long": [4, 4]}, ShapeError, "ctc_loss: lengths (2,) and (1,)"),
    ({"long": [5]}, ArgumentError, "ctc_loss: an input length of 5 is more than the 4 steps"),
    ({"t": [1]}, ShapeError, "ctc_loss: targets of shape (1,)"),
    ({"t": [[1, 3]]}, IndexingError, "target[0, 1] is class 3, which does not exist"),
    ({"t": [[1.0, 2.0]]}, DTypeError, "classes are whole numbers"),
])  # fmt: skip
def test_refusals(change, error, text):
    given_ = {
        "x": np.zeros((4, 1, 3)),
        "t": [[1, 2]],
        "long": [4],
        "wide": [2],
        "blank": 0,
    } | change
    with pytest.raises(error) as caught:
        F.ctc_loss(given_["x"], given_["t"], given_["long"], given_["wide"], given_["blank"])
    assert str(caught.value).startswith(text)

"""Losses by hand-worked numbers; none of them broadcasts, none overflows."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import tiza as tz
import tiza.nn.functional as F
from tiza import nn
from tiza.errors import ArgumentError, DTypeError, IndexingError, ShapeError, use_language
from tiza.graph import COMPOSITES

PAIRED = ["mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "binary_cross_entropy",
          "binary_cross_entropy_with_logits"]  # fmt: skip


@pytest.mark.parametrize("name", PAIRED)
@pytest.mark.parametrize(("x", "t"), [((5, 1), (5,)), ((5,), (5, 1)), ((5, 1), (1, 5)),
                                      ((1,), ()), ((5, 2), (5,)), ((5, 3), (5, 1))])  # fmt: skip
def test_no_loss_broadcasts(name, x, t):
    with pytest.raises(ShapeError) as caught:
        getattr(F, name)(tz.ones(x) * 0.5, tz.ones(t) * 0.5)
    text = str(caught.value)
    assert str(x) in text
    assert str(t) in text
    if np.prod(x) == np.prod(t):
        with use_language("en"):
            assert text.startswith(
                f"{name}: the prediction {x} and the target {t} differ in shape and would "
                f"broadcast\n    input   {x} float32\n    target  {t} float32\n"
                f"    fix: target.reshape({x})\n    built at test_losses.py:")  # fmt: skip
        with use_language("es"):
            assert "arreglo: target.reshape" in str(caught.value)


def test_cross_entropy_says_what_shape_it_wants():
    with pytest.raises(ShapeError) as caught:
        F.cross_entropy(tz.ones((4, 3)), [[0], [1], [2], [0]])
    assert str(caught.value) == (
        "cross_entropy: for scores (4, 3) the target must be classes (4,) or shares (4, 3), not "
        "(4, 1)\n    fix: give one class for each example")  # fmt: skip


def test_cross_entropy_by_hand():
    x = tz.tensor([[np.log(1.0), np.log(3.0)]], requires_grad=True)
    loss = F.cross_entropy(x, [0])
    assert_allclose(loss.item(), np.log(4), rtol=1e-6)
    loss.backward()
    assert_allclose(x.grad.numpy(), [[0.25 - 1, 0.75]], rtol=1e-6)  # p − y
    soft = F.cross_entropy([[0.0, np.log(3.0)]], [[0.5, 0.5]]).item()
    assert_allclose(soft, np.log(4) - 0.5 * np.log(3), rtol=1e-6)
    smooth = F.cross_entropy([[0.0, np.log(3.0)]], [0], label_smoothing=0.5).item()
    assert_allclose(smooth, np.log(4) - 0.25 * np.log(3), rtol=1e-6)
    weighted = F.cross_entropy([[0.0, 0.0], [0.0, 0.0]], [0, 1], weight=[1.0, 3.0]).item()
    assert_allclose(weighted, np.log(2), rtol=1e-6)
    assert F.cross_entropy([[0.0, 9.0], [5.0, 0.0]], [-100, 0], reduction="none").tolist()[0] == 0


def test_the_derivative_of_cross_entropy_is_written_as_p_minus_y():
    record = COMPOSITES["cross_entropy"]
    assert r"\operatorname{{softmax}}({0}) - \mathbf{{1}}_{{{1}}}" in record.latex_vjp[0]


def test_other_losses_by_hand():
    x, t = tz.tensor([1.0, -2.0], requires_grad=True), [0.0, 1.0]
    assert F.mse_loss(x, t).item() == 5.0
    assert F.l1_loss(x, t, reduction="sum").item() == 4.0
    assert F.mse_loss(x, t, weight=[1.0, 0.0]).item() == 0.5
    assert F.nll_loss([[-1.0, -2.0]], [1]).item() == 2.0
    loss = F.binary_cross_entropy_with_logits(x, t, reduction="sum")
    assert_allclose(loss.item(), np.log1p(np.e) + np.log1p(np.e**2), rtol=1e-6)
    loss.backward()
    sigma = 1 / (1 + np.exp([-1.0, 2.0]))
    assert_allclose(x.grad.numpy(), sigma - t, rtol=1e-6)
    assert_allclose(F.binary_cross_entropy([0.25], [1]).item(), np.log(4), rtol=1e-6)


def test_targets_take_the_type_of_the_prediction():
    for target in (np.array([1, 0]), np.array([True, False]), np.array([1.0, 0.0], "f8")):
        assert F.mse_loss(tz.zeros(2), target).dtype == tz.float32
    assert F.cross_entropy(tz.zeros((1, 2)), np.array([[0.5, 0.5]])).dtype == tz.float32
    assert F.cross_entropy(tz.zeros((1, 2)), np.array([1], "uint8")).dtype == tz.float32


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "int32", "int64", "uint64"])
def test_targets_of_any_integer_type_reach_every_class(dtype):
    scores = np.random.default_rng(0).normal(size=(3, 300))
    target = np.array([0, 100, 127])
    for smoothing in (0.0, 0.1):
        wanted = F.cross_entropy(scores, target, label_smoothing=smoothing).item()
        x = tz.tensor(scores, requires_grad=True)
        got = F.cross_entropy(x, target.astype(dtype), label_smoothing=smoothing)
        assert got.item() == pytest.approx(wanted)
        got.backward()
        assert_allclose(x.grad.numpy().sum(axis=1), 0, atol=1e-12)
    kept = F.cross_entropy(scores[:2], target[:2].astype(dtype), ignore_index=100).item()
    assert kept == pytest.approx(F.cross_entropy(scores[:1], target[:1]).item())


@pytest.mark.parametrize("size", [100.0, 1e4])
def test_nothing_overflows(size):
    scores = np.float32([[size, -size, 0.0]])
    x = tz.tensor(scores, requires_grad=True)
    loss = F.cross_entropy(x, [1])
    assert loss.item() == 2 * size
    loss.backward()
    assert_allclose(x.grad.numpy(), [[1.0, -1.0, 0.0]], atol=1e-30)
    for name in ("mse_loss", "l1_loss", "huber_loss", "binary_cross_entropy_with_logits"):
        x = tz.tensor(scores, requires_grad=True)
        loss = getattr(F, name)(x, np.float32([[0.0, 1.0, 1.0]]))
        loss.backward()
        assert np.isfinite(loss.item())
        assert np.isfinite(x.grad.numpy()).all()
    assert F.binary_cross_entropy(np.float32([0.0, 1.0]), [1, 0], reduction="none").tolist() == [
        100.0, 100.0
    ]  # fmt: skip


@pytest.mark.parametrize(("code", "error", "text"), [
    (lambda: F.cross_entropy(tz.zeros((2, 3)), [0, 3]), IndexingError,
     "target[1] is class 3, which does not exist among 3 classes, numbered from 0 to 2"),
    (lambda: F.cross_entropy(tz.zeros((2, 3)), [0, -1]), IndexingError,
     "target[1] is class -1, which does not exist among 3 classes, numbered from 0 to 2"),
    (lambda: F.nll_loss(tz.zeros((2, 3)), [0, 5]), IndexingError,
     "target[1] is class 5, which does not exist among 3 classes, numbered from 0 to 2"),
    (lambda: F.nll_loss(tz.zeros((2, 3)), [0.0, 1.0]), DTypeError,
     "classes are whole numbers, not float32"),
    (lambda: F.nll_loss(tz.zeros((2, 3)), [0]), ShapeError, "cross_entropy: for scores (2, 3)"),
    (lambda: F.cross_entropy(tz.zeros((2, 3)), np.array([True, False])), DTypeError,
     "classes are whole numbers, not bool"),
    (lambda: F.cross_entropy(tz.zeros((2, 3)), tz.zeros(2)), ShapeError,
     "cross_entropy: for scores (2, 3)"),
    (lambda: F.cross_entropy(1.0, 0), ShapeError,
     "cross_entropy: a single number has no axis of classes"),
    (lambda: F.cross_entropy(np.zeros((2, 3), int), [0, 1]), DTypeError,
     "cross_entropy: real numbers are wanted, not int64"),
    (lambda: F.mse_loss([1], [1]), DTypeError, "mse_loss: real numbers are wanted, not int64"),
    (lambda: F.mse_loss([1.0], np.array([1j])), DTypeError, "mse_loss: real numbers are wanted"),
    (lambda: F.cross_entropy(tz.zeros((2, 3)), [0, 1], weight=[1.0]), ShapeError,
     "the class weights have shape (1,), but there are 3 classes"),
    (lambda: F.mse_loss([1.0], [1.0], weight=[[1.0], [2.0]]), ShapeError,
     "a weight of shape (2, 1) does not fit losses of shape (1,)"),
    (lambda: F.mse_loss([1.0], [1.0], reduction="avg"), ArgumentError,
     "mse_loss: there is no reduction 'avg'"),
    (lambda: nn.BCELoss(reduction="avg"), ArgumentError, "BCELoss: there is no reduction 'avg'"),
    (lambda: nn.CrossEntropyLoss(label_smoothing=1.5), ArgumentError,
     "label smoothing must lie between 0 and 1, but is 1.5"),
    (lambda: F.cross_entropy([[1.0]], [0], label_smoothing=-1), ArgumentError,
     "label smoothing must lie between 0 and 1, but is -1"),
    (lambda: F.binary_cross_entropy([1.5], [1.0]), ArgumentError,
     "binary_cross_entropy: a probability lies between 0 and 1, but 1.5 is among them"),
    (lambda: nn.SmoothL1Loss(beta=-1), ArgumentError, "smooth_l1_loss: beta must not be negative"),
    (lambda: F.smooth_l1_loss([1.0], [1.0], beta=-1), ArgumentError, "smooth_l1_loss: beta"),
    (lambda: nn.HuberLoss(delta=0), ArgumentError, "huber_loss: delta must be above 0, but is 0"),
    (lambda: F.huber_loss([1.0], [1.0], delta=0), ArgumentError, "huber_loss: delta"),
])  # fmt: skip
def test_refusals(code, error, text):
    with pytest.raises(error) as caught:
        code()
    assert str(caught.value).startswith(text)


def test_targets_that_are_computed_are_checked_when_they_are_computed():
    target = tz.tensor([1, 2]) + 1
    with pytest.raises(IndexingError):
        F.cross_entropy(tz.zeros((2, 3)), target).item()

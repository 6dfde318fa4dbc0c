"""Losses that PyTorch lacks, by their papers' formulas; and what they refuse."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import tiza as tz
from tiza import losses, nn
from tiza.errors import ArgumentError, DTypeError, IndexingError, ShapeError

RNG = np.random.default_rng(0)
X, T = RNG.normal(size=(5, 3)), RNG.integers(0, 2, (5, 3)).astype(float)
SIGNS = T * 2 - 1


def sigma(x):
    return 1 / (1 + np.exp(-x))


def test_perceptron_and_hinge():
    assert_allclose(losses.perceptron_loss(X, SIGNS).item(), np.maximum(0, -SIGNS * X).mean())
    short = np.maximum(0, 0.5 - SIGNS * X)
    assert_allclose(losses.hinge_loss(X, SIGNS, margin=0.5).item(), short.mean())
    squared = losses.hinge_loss(X, SIGNS, margin=0.5, squared=True, reduction="sum")
    assert_allclose(squared.item(), (short**2).sum())


@pytest.mark.parametrize(("alpha", "gamma"), [(0.25, 2.0), (None, 1.0), (0.5, 0.0), (0.9, 0.5)])
def test_focal(alpha, gamma):
    p_t = np.where(T == 1, sigma(X), 1 - sigma(X))
    a_t = 1 if alpha is None else np.where(T == 1, alpha, 1 - alpha)
    wanted = -a_t * (1 - p_t) ** gamma * np.log(p_t)
    assert_allclose(losses.focal_loss(X, T, alpha, gamma, "none").numpy(), wanted, rtol=1e-9)


def test_dice():
    p = sigma(X)
    wanted = 1 - (2 * (p * T).sum(1) + 1) / (p.sum(1) + T.sum(1) + 1)
    assert_allclose(losses.dice_loss(p, T, reduction="none").numpy(), wanted)


def test_gauss_and_elbo():
    m, s = RNG.normal(size=(5, 2)), RNG.normal(size=(5, 2))
    kl = 0.5 * (m**2 + np.exp(s) - s - 1).sum(1)
    assert_allclose(losses.gaussian_kl(m, s, "none").numpy(), kl)
    cross = -(T * np.log(sigma(X)) + (1 - T) * np.log(1 - sigma(X))).sum(1)
    assert_allclose(losses.elbo_loss(X, T, m, s, beta=2.0).item(), (cross + 2 * kl).mean())
    with pytest.raises(ShapeError, match="elbo_loss"):
        losses.elbo_loss(X, T, m[:4], s[:4])


def test_contrastive():
    d = np.linalg.norm(X - T + 1e-6, axis=1)
    t = np.array([1, -1, 1, -1, 1.0])
    wanted = np.where(t == 1, d**2, np.maximum(0, 2 - d) ** 2) / 2
    assert_allclose(losses.contrastive_loss(X, T, t, margin=2.0, reduction="none").numpy(), wanted)


def test_info_nce():
    q, k = RNG.normal(size=(4, 3)), RNG.normal(size=(4, 3))
    unit = [x / np.linalg.norm(x, axis=1, keepdims=True) for x in (q, k)]
    scores = unit[0] @ unit[1].T / 0.5
    wanted = -(np.diag(scores) - np.log(np.exp(scores).sum(1))).mean()
    assert_allclose(losses.info_nce_loss(q, k, 0.5).item(), wanted, rtol=1e-9)


@pytest.mark.parametrize("kind", ["minimax", "non_saturating", "least_squares", "wasserstein"])
def test_adversarial(kind):
    r, f = X[:, 0], X[:, 1]
    critic = {"least_squares": 0.5 * (((r - 1) ** 2).mean() + (f**2).mean()),
              "wasserstein": f.mean() - r.mean()}.get(
        kind, -np.log(sigma(r)).mean() - np.log(1 - sigma(f)).mean())  # fmt: skip
    generator = {"minimax": np.log(1 - sigma(f)).mean(), "wasserstein": -f.mean(),
                 "non_saturating": -np.log(sigma(f)).mean(),
                 "least_squares": 0.5 * ((f - 1) ** 2).mean()}[kind]  # fmt: skip
    assert_allclose(losses.gan_critic_loss(r, f, kind).item(), critic)
    assert_allclose(losses.gan_generator_loss(f, kind).item(), generator)


def test_the_gradient_penalty_is_itself_differentiated():
    critic = nn.Linear(3, 1).double()
    critic.weight.data = [[0.0, 3.0, 4.0]]
    loss = losses.gradient_penalty(critic, X, T, weight=2.0)
    assert_allclose(loss.item(), 2 * (5 - 1) ** 2, rtol=1e-9)
    loss.backward()
    assert_allclose(critic.weight.grad.numpy(), [[0, 2 * 2 * 4 * 0.6, 2 * 2 * 4 * 0.8]], rtol=1e-9)


@pytest.mark.parametrize(("code", "error", "text"), [
    (lambda: losses.hinge_loss([1.0], [0.0]), ArgumentError,
     "hinge_loss: targets are +1 or -1, but 0.0 is among them"),
    (lambda: losses.perceptron_loss([1.0], [[1.0]]), ShapeError, "perceptron_loss: the prediction"),
    (lambda: losses.multi_margin_loss([[1.0]], [0], p=3), ArgumentError, "multi_margin_loss: p"),
    (lambda: nn.MultiMarginLoss(p=3), ArgumentError, "multi_margin_loss: p must be 1 or 2, not 3"),
    (lambda: losses.multi_margin_loss([[1.0]], [1]), IndexingError, "target[0] is class 1,"),
    (lambda: losses.multi_margin_loss([[1.0]], [-1]), IndexingError, "target[0] is class -1,"),
    (lambda: losses.multi_margin_loss([[1.0]], [0.0]), DTypeError, "classes are whole numbers"),
    (lambda: losses.multi_margin_loss([[1.0]], [[0]]), ShapeError, "cross_entropy: for scores"),
    (lambda: losses.multi_margin_loss([[1.0]], [0], weight=[1.0, 1.0]), ShapeError,
     "the class weights have shape (2,)"),
    (lambda: losses.gaussian_nll_loss([1.0], [1.0], [-1.0]), ArgumentError,
     "gaussian_nll_loss: a variance is not negative, but -1.0 is among them"),
    (lambda: losses.gaussian_nll_loss(X, X, np.ones((4, 1))), ShapeError, "a weight of shape"),
    (lambda: losses.info_nce_loss(X, X, 0.0), ArgumentError, "info_nce_loss: the temperature"),
    (lambda: losses.info_nce_loss(X[0], X[0]), ShapeError, "info_nce_loss: vectors of shape"),
    (lambda: losses.focal_loss(X, T, gamma=-1.0), ArgumentError, "focal_loss: gamma must not"),
    (lambda: losses.gan_critic_loss(X, X, "hinge"), ArgumentError, "there is no adversarial loss"),
    (lambda: losses.gradient_penalty(lambda x: x, X, X[:4]), ShapeError, "gradient_penalty"),
    (lambda: losses.kl_div(X, X, reduction="avg"), ArgumentError, "kl_div: there is no reduction"),
])  # fmt: skip
def test_refusals(code, error, text):
    with pytest.raises(error) as caught:
        code()
    assert str(caught.value).startswith(text)


def test_multi_margin_of_one_example():
    assert losses.multi_margin_loss([0.0, 1.0], 0).item() == 1.0


@pytest.mark.parametrize("name", ["perceptron_loss", "hinge_loss", "soft_margin_loss"])
def test_nothing_overflows(name):
    x = tz.tensor(np.float32([1e4, -1e4]), requires_grad=True)
    loss = getattr(losses, name)(x, [-1.0, -1.0])
    loss.backward()
    assert np.isfinite(loss.item())
    assert np.isfinite(x.grad.numpy()).all()

"""Second derivatives as formulas: Hessians, Newton's step, mixed derivatives of numbers."""

import numpy as np
import pytest

import tiza as tz
from tiza.nn import functional as F

RNG = np.random.default_rng(0)


def test_the_hessian_of_logistic_regression():
    X = tz.tensor(RNG.normal(size=(6, 3)).tolist())
    y = tz.tensor([0.0, 1.0, 1.0, 0.0, 1.0, 0.0])
    w = tz.tensor([0.1, 0.2, 0.3], requires_grad=True)
    d = tz.derive(F.binary_cross_entropy_with_logits(X @ w, y), w, order=2)
    assert [s.text for s in d.part("second")] == [
        "d(∂L/∂w) = Xᵀ ((X dw) ⊙ p ⊙ (1 − p))/B",
        "∂²L/∂w² = Xᵀ diag(p ⊙ (1 − p)) X/B",
        "w ← w − (∂²L/∂w²)⁻¹ ∂L/∂w",
    ]
    assert max(s.error(d.values) for s in d.steps) < 1e-12
    hessian = tz.hessian(lambda v: F.binary_cross_entropy_with_logits(X @ v, y))(w)
    np.testing.assert_allclose(d.part("second")[1].value, hessian.numpy(), rtol=1e-5, atol=1e-7)


def test_the_hessian_of_ridge_regression_leads_to_its_minimum():
    X, y = tz.tensor(RNG.normal(size=(6, 3)).tolist()), tz.tensor(RNG.normal(size=6).tolist())
    w = tz.tensor([0.1, 0.2, 0.3], requires_grad=True)
    d = tz.derive(((X @ w - y) ** 2).mean() + 0.1 * (w**2).sum(), w, order=2)
    assert d.part("second")[1].text == "∂²L/∂w² = 0.2 I + 2 Xᵀ X/B"
    A, b = X.numpy().astype(float), y.numpy().astype(float)
    best = np.linalg.solve(A.T @ A / 6 + 0.1 * np.eye(3), A.T @ b / 6)
    np.testing.assert_allclose(d.part("second")[2].value, best, rtol=1e-6)


def test_mixed_derivatives_of_numbers():
    a, b, x = (tz.tensor(v, requires_grad=True) for v in (0.3, 0.2, 1.5))
    e = (1 - tz.tanh(a * x + b)) ** 2 / 2
    d = tz.derive(e, [a, b], order=2)
    steps = d.part("second")
    assert [str(s.name) for s in steps] == ["∂²e/∂a∂a", "∂²e/∂a∂b", "∂²e/∂b∂b"]
    assert max(s.error(d.values) for s in steps) < 1e-12
    t = np.tanh(0.65)
    want = (1 - t**2) ** 2 + 2 * t * (1 - t) * (1 - t**2)
    assert steps[2].value == pytest.approx(want, rel=1e-6)
    assert "∂²e/∂b²" in str(d)


def test_the_jacobian_of_the_softmax():
    z = tz.tensor([0.1, 0.5, -0.3], requires_grad=True)
    p = F.softmax(z, dim=0)
    d = tz.derive(p, z)
    assert d.part("gradients")[1].text == "∂p/∂z = diag(p) − p pᵀ"
    assert max(s.error(d.values) for s in d.steps) < 1e-12
    q = np.exp([0.1, 0.5, -0.3])
    q /= q.sum()
    np.testing.assert_allclose(d.part("gradients")[1].value, np.diag(q) - np.outer(q, q), atol=1e-7)


def test_the_jacobian_of_a_layer():
    W = tz.tensor(RNG.normal(size=(2, 3)).tolist())
    x = tz.tensor([0.1, 0.5, -0.3], requires_grad=True)
    a = tz.tanh(W @ x)
    d = tz.derive(a, x)
    assert d.part("gradients")[1].text == "∂a/∂x = diag(1 − a²) W"
    assert max(s.error(d.values) for s in d.steps) < 1e-12

"""Second derivatives as formulas: Hessians, Newton's step, mixed derivatives of numbers."""

import numpy as np
import pytest

import tiza as tz
from tiza.errors import ArgumentError, ShapeError
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


# matrices as vec, rows one after the other -------------------------------------------------


def matrix(*shape):
    return tz.tensor(RNG.normal(size=shape).tolist(), requires_grad=True)


def assert_true(d):
    assert max(s.error(d.values) for s in d.steps) < 1e-9


MAPS = {
    "X Wᵀ": lambda W, X, b: X @ W.T,
    "W Xᵀ": lambda W, X, b: W @ X.T,
    "X Wᵀ + 1bᵀ through tanh": lambda W, X, b: tz.tanh(X @ W.T + b),
    "Wᵀ W": lambda W, X, b: W.T @ W,
    "rows added": lambda W, X, b: tz.sum(W * 2.0, axis=0),
    "columns added": lambda W, X, b: tz.sum(W * W, axis=1),
    "A W B": lambda W, X, b: X.T @ (X @ W.T @ (W.detach() * 2.0)),
}


@pytest.mark.parametrize("name", MAPS)
def test_jacobians_of_matrices(name):
    W, X, b = matrix(3, 2), matrix(4, 2).detach(), tz.tensor([0.1, 0.2, 0.3])
    Y = MAPS[name](W, X, b)
    d = tz.derive(Y, W)
    assert_true(d)
    last = d.part("gradients")[-1]
    wanted = tz.jacobian(lambda v: MAPS[name](v, X, b))(W).numpy()
    size = int(np.prod(Y.shape))
    np.testing.assert_allclose(last.value, wanted.reshape(size, 6), rtol=1e-4, atol=1e-5)
    assert d._repr_html_()
    assert d._repr_latex_().isascii()


def test_the_jacobian_of_a_product_is_kroneckers():
    W, X = matrix(3, 2), matrix(4, 2).detach()
    Y = W @ X.T
    d = tz.derive(Y, W)
    assert d.part("gradients")[-1].text == "∂Y/∂W = I ⊗ X"
    with_words = tz.derive(Y, W, lang="es")
    assert "producto de Kronecker" in str(with_words)
    assert "Kronecker's product" in tz.derive(Y, W, lang="en")._repr_html_().replace("&#x27;", "'")


def test_the_hessian_of_a_matrix():
    X, Y, W = matrix(5, 2).detach(), matrix(5, 3).detach(), matrix(3, 2)
    L = ((X @ W.T - Y) ** 2).mean()
    d = tz.derive(L, W, order=2)
    texts = [s.text for s in d.part("second")]
    assert texts[1] == "∂²L/∂W² = 2 (I ⊗ (Xᵀ X))/n"
    assert texts[2] == "W ← W − vec⁻¹((∂²L/∂W²)⁻¹ vec(∂L/∂W))"
    assert_true(d)
    best = np.linalg.lstsq(X.numpy().astype(float), Y.numpy().astype(float), rcond=None)[0].T
    np.testing.assert_allclose(d.part("second")[2].value, best, rtol=1e-5)


def test_the_hessian_of_softmax_regression():
    X, W = matrix(4, 2).detach(), matrix(3, 2)
    L = F.cross_entropy(X @ W.T, tz.tensor([0, 1, 2, 1]))
    d = tz.derive(L, W, order=2)
    assert_true(d)
    wanted = tz.hessian(lambda v: F.cross_entropy(X @ v.T, tz.tensor([0, 1, 2, 1])))(W)
    np.testing.assert_allclose(d.part("second")[1].value, wanted.numpy().reshape(6, 6), atol=1e-6)


# along a direction ---------------------------------------------------------------------------


def test_forward_mode_reads_the_same_table():
    def e(a, b, x):
        z = a * x + b
        return (1 - tz.tanh(z)) ** 2 / 2

    at = {"a": 0.3, "b": 0.2, "x": 1.5}
    d = tz.derive(e, ["a", "b"], at=at, direction={"a": 1.0, "b": -2.0})
    steps = d.part("direction")
    assert steps[0].text == "dz = db + x da"
    assert steps[-1].text == "dL = ∂L/∂a da + ∂L/∂b db"
    assert_true(d)
    assert steps[-1].value == pytest.approx(steps[-2].value, abs=1e-15)
    t = np.tanh(0.65)
    assert steps[-1].value == pytest.approx(-(1 - t) * (1 - t**2) * (1.5 - 2), rel=1e-12)
    assert "Directional derivative (forward mode)" in str(d)


def test_a_direction_of_a_network():
    W, X = matrix(3, 2), matrix(4, 2).detach()
    L = F.cross_entropy(tz.tanh(X @ W.T), tz.tensor([0, 1, 2, 1]))
    along = RNG.normal(size=(3, 2))
    for direction in (along, [along], {"W": along}, {W: along}):
        d = tz.derive(L, W, direction=direction)
        assert_true(d)
        h = 1e-4
        moved = [F.cross_entropy(tz.tanh(X @ tz.tensor(W.numpy().astype(float) + s * along).T),
                                 tz.tensor([0, 1, 2, 1])).item() for s in (h, -h)]  # fmt: skip
        assert d.part("direction")[-1].value == pytest.approx((moved[0] - moved[1]) / 2 / h,
                                                              rel=1e-2)  # fmt: skip


def test_a_direction_must_fit():
    W = matrix(3, 2)
    L = (W**2).sum()
    with pytest.raises(ShapeError, match="the direction of W has the shape"):
        tz.derive(L, W, direction=np.ones(3))
    with pytest.raises(ArgumentError, match="names 'V', which is no variable"):
        tz.derive(L, W, direction={"V": np.ones((3, 2))})

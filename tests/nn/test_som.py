"""Kohonen's map against its formulas in plain NumPy, and the perceptron against its theorem."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import tiza as tz
from tiza import nn
from tiza.errors import TizaError
from tiza.nn import som as module

NEAR = {
    "gaussian": lambda d2, s: np.exp(-d2 / (2 * s**2)),
    "bubble": lambda d2, s: (d2 <= s**2).astype(float),
    "mexican_hat": lambda d2, s: (1 - d2 / s**2) * np.exp(-d2 / (2 * s**2)),
}


def place(rows, columns, grid):
    where = []
    for r in range(rows):
        for c in range(columns):
            hexagonal = (r * np.sqrt(3) / 2, c + (0.5 if r % 2 else 0))
            where.append(hexagonal if grid == "hexagonal" else (r, c))
    return np.array(where, float)


def prepared(grid="rectangular", neighbourhood="gaussian", n=40):
    tz.manual_seed(3)
    som = nn.SOM(3, 4, 2, grid, neighbourhood).double()
    x = np.random.default_rng(0).normal(size=(n, 2))
    where = place(3, 4, grid)
    return som, x, ((where[:, None] - where) ** 2).sum(-1)


@pytest.mark.parametrize("grid", ["rectangular", "hexagonal"])
@pytest.mark.parametrize("kind", NEAR)
def test_learning_one_by_one_is_kohonens_rule(grid, kind):
    som, x, d2 = prepared(grid, kind)
    w = som.weight.numpy().copy()
    tz.manual_seed(5)
    order = np.concatenate([tz.random.permutation(40).numpy() for _ in range(2)])
    for t, i in enumerate(order):
        eta = 0.5 * (0.01 / 0.5) ** (t / 79)
        sigma = 2.0 * (0.5 / 2.0) ** (t / 79)
        c = ((x[i] - w) ** 2).sum(1).argmin()
        w += eta * NEAR[kind](d2[c], sigma)[:, None] * (x[i] - w)
    tz.manual_seed(5)
    som.learn(x, epochs=2)
    assert_allclose(som.weight.numpy(), w, rtol=1e-9)


@pytest.mark.parametrize("kind", ["gaussian", "bubble"])
def test_learning_all_at_once_is_the_batch_rule(kind):
    som, x, d2 = prepared(neighbourhood=kind)
    w = som.weight.numpy().copy()
    for sigma in np.geomspace(2.0, 0.5, 4):
        c = ((x[:, None] - w) ** 2).sum(-1).argmin(1)
        h = NEAR[kind](d2[c], sigma)
        reached = h.sum(0) > 0
        w[reached] = (h.T @ x)[reached] / h.sum(0)[reached, None]
    som.learn_batch(x, epochs=4)
    assert_allclose(som.weight.numpy(), w, rtol=1e-9)


@pytest.mark.parametrize("grid", ["rectangular", "hexagonal"])
def test_errors_are_as_defined(grid):
    som, x, d2 = prepared(grid)
    apart = np.sqrt(((x[:, None] - som.weight.numpy()) ** 2).sum(-1))
    assert som.quantization_error(x).item() == pytest.approx(apart.min(1).mean(), rel=1e-12)
    order = apart.argsort(1)
    limit = 2 if grid == "rectangular" else 1
    torn = np.mean([d2[a, b] > limit + 1e-9 for a, b in order[:, :2]])
    assert som.topographic_error(x).item() == pytest.approx(torn)
    assert (som(x).numpy() == apart.argmin(1)).all()


def test_distances_in_parts_are_the_same(monkeypatch):
    som, x, _ = prepared()
    whole = som.distances(x).numpy()
    monkeypatch.setattr(module, "AT_ONCE", 0)
    assert_allclose(som.distances(x).numpy(), whole)


def test_hexagons_touch_six_others_and_squares_eight():
    for grid, many in (("hexagonal", 6), ("rectangular", 8)):
        som = nn.SOM(5, 5, 2, grid)
        assert som._touching()[12].sum() - 1 == many


def test_the_map_unfolds_over_a_square():
    tz.manual_seed(0)
    x = tz.random.uniform((400, 2)).numpy()
    som = nn.SOM(6, 6, 2)
    before = som.quantization_error(x).item(), som.topographic_error(x).item()
    som.learn(x, epochs=5)
    assert som.quantization_error(x).item() < before[0]
    assert som.topographic_error(x).item() < 0.1 < before[1]
    som.start_from(x)
    som.learn_batch(x, 20)
    assert som.topographic_error(x).item() < 0.1
    assert som.quantization_error(x).item() < 0.1


def test_the_u_matrix_is_the_mean_distance_of_neighbours():
    som, _, d2 = prepared("hexagonal")
    w = som.weight.numpy()
    want = [np.mean([np.linalg.norm(w[i] - w[j]) for j in range(12) if 0 < d2[i, j] < 1.01])
            for i in range(12)]  # fmt: skip
    assert_allclose(som.u_matrix().numpy(), np.reshape(want, (3, 4)), rtol=1e-9)


def test_a_map_starts_over_the_plane_of_the_data_or_from_rows():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(50, 2)) @ np.array([[3.0, 0, 0], [0, 1, 0]]) + [1, 2, 3]
    som = nn.SOM(3, 5, 3).double()
    som.start_from(x)
    assert_allclose(som.weight.numpy()[7], x.mean(0))  # the middle unit
    assert_allclose(som.weight.numpy()[:, 2], 3)
    som.start_from(x, "rows")
    assert all((x == w).all(1).any() for w in som.weight.numpy())


def test_a_map_is_saved_with_its_weights_and_has_nothing_to_derive():
    som, x, _ = prepared()
    assert list(som.state_dict()) == ["weight"]
    assert not list(som.parameters())
    other = nn.SOM(3, 4, 2).double()
    other.load_state_dict(som.state_dict())
    assert (other(x).numpy() == som(x).numpy()).all()


def test_the_perceptron_learns_what_a_line_separates():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 2))
    margin = x @ [1.0, -2.0] + 0.5
    x, t = x[np.abs(margin) > 0.3], np.sign(margin[np.abs(margin) > 0.3])
    layer = nn.Perceptron(2).double()
    w, b, made = np.zeros(2), 0.0, []
    while not made or made[-1]:
        made.append(0)
        for row, sign in zip(x, t, strict=True):
            if sign * (w @ row + b) <= 0:
                w, b, made[-1] = w + 0.5 * sign * row, b + 0.5 * sign, made[-1] + 1
    assert layer.learn(x, t, epochs=200, rate=0.5) == made
    assert_allclose(layer.weight.numpy()[0], w)
    assert_allclose(layer.bias.numpy(), [b])
    assert (layer(x).numpy()[:, 0] == t).all()
    bound = (np.linalg.norm(np.c_[x, np.ones(len(x))], axis=1).max() / 0.3) ** 2 * (1 + 4 + 0.25)
    assert sum(made) <= bound  # Novikoff: (R ‖w*‖ / γ)²


def test_the_perceptron_never_settles_on_exclusive_or():
    x, t = [[0, 0], [0, 1], [1, 0], [1, 1]], [-1, 1, 1, -1]
    tz.manual_seed(0)
    made = nn.Perceptron(2).learn(x, t, epochs=50, shuffle=True)
    assert len(made) == 50
    assert min(made) > 0


def test_each_output_of_a_perceptron_learns_by_itself():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(20, 3))
    t = np.sign(x @ rng.normal(size=(3, 2)))
    pair = nn.Perceptron(3, 2, bias=False).double()
    pair.learn(x, t, epochs=2)
    for k in range(2):
        one = nn.Perceptron(3, bias=False).double()
        one.learn(x, t[:, k], epochs=2)
        assert_allclose(pair.weight.numpy()[k], one.weight.numpy()[0])


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: nn.SOM(0, 1, 1), "layer-size"),
        (lambda: nn.SOM(1, 1, 1, grid="ring"), "som-grid"),
        (lambda: nn.SOM(1, 1, 1, neighbourhood="flat"), "som-neighbourhood"),
        (lambda: nn.SOM(1, 1, 2)([[1.0]]), "som-data"),
        (lambda: nn.SOM(1, 1, 1).start_from([[1.0]], "corner"), "som-start"),
        (lambda: nn.SOM(1, 1, 1).learn([[1.0]], rate=(0.5, 0)), "som-falling"),
        (lambda: nn.SOM(1, 1, 1, neighbourhood="mexican_hat").learn_batch([[1.0]]),
         "som-batch-hat"),
        (lambda: nn.SOM(1, 1, 1).topographic_error([[1.0]]), "som-one-unit"),
        (lambda: nn.Perceptron(0), "layer-size"),
        (lambda: nn.Perceptron(2).learn([[1.0]], [1]), "perceptron-data"),
        (lambda: nn.Perceptron(1).learn([[1.0]], [1, 1]), "perceptron-target"),
        (lambda: nn.Perceptron(1).learn([[1.0]], [0]), "perceptron-signs"),
    ],
)  # fmt: skip
def test_wrong_arguments_are_refused(make, code):
    with pytest.raises(TizaError) as caught:
        make()
    assert caught.value.code == code

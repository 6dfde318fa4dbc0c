"""Figures of training and of results: what stands on the axes is what was given or counted."""

import sys

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from sklearn.decomposition import PCA
from sklearn.metrics import confusion_matrix, roc_auc_score

import tiza as tz
from tiza import metrics, nn, plot
from tiza.errors import ArgumentError, MissingExtraError
from tiza.plot.maps import components
from tiza.plot.runs import falls
from tiza.plot.scores import bins

RNG = np.random.default_rng(0)
HISTORY = {
    "loss": [0.9, 0.5, 0.3],
    "val_loss": [1.0, 0.7, 0.8],
    "accuracy": [0.5, 0.7, 0.9],
    "val_accuracy": [0.4, 0.6, 0.5],
    "lr": [0.1, 0.1, 0.1],
}


def points(line) -> tuple[list, list]:
    return np.asarray(line.get_xdata()).tolist(), np.asarray(line.get_ydata()).tolist()


def test_training_curves_and_their_best_epochs() -> None:
    fig = plot.training(HISTORY)
    loss, accuracy = fig.axes
    assert points(loss.lines[0]) == ([1, 2, 3], [0.9, 0.5, 0.3])
    assert points(loss.lines[1]) == ([1, 2, 3], [1.0, 0.7, 0.8])
    assert points(loss.lines[2]) == ([2], [0.7])
    assert points(accuracy.lines[2]) == ([2], [0.6])
    assert loss.lines[2].get_label() == "best: 0.7 (epoch 2)"
    with pytest.raises(ArgumentError, match="metrics cannot be 'f1'"):
        plot.training(HISTORY, metrics=["f1"])


def test_a_history_of_fit_is_drawn() -> None:
    model = nn.Linear(2, 1)
    X, y = RNG.normal(size=(8, 2)).astype("f"), RNG.normal(size=(8, 1)).astype("f")
    history = model.fit(X, y, loss=nn.MSELoss(), epochs=2)
    fig = plot.training(history, metrics=["loss"], log=True, lang="es")
    assert points(fig.axes[0].lines[0])[1] == pytest.approx(history.history["loss"])
    assert fig.axes[0].get_xlabel() == "época"


def test_which_metrics_fall() -> None:
    assert falls("val_loss")
    assert falls("rmse")
    assert not falls("accuracy")


def test_runs_beside_each_other() -> None:
    fig = plot.compare({"a": HISTORY, "b": {"val_loss": [2.0]}}, log=True)
    assert points(fig.axes[0].lines[1]) == ([1], [2.0])
    with pytest.raises(ArgumentError, match="metric cannot be 'f1'"):
        plot.compare({"a": HISTORY}, "f1")


def test_the_confusion_matrix_counts() -> None:
    truth, given = RNG.integers(0, 4, 60), RNG.integers(0, 4, 60)
    want = confusion_matrix(truth, given)
    fig = plot.confusion_matrix(given, truth)
    np.testing.assert_array_equal(fig.axes[0].images[0].get_array(), want)
    assert sorted(int(t.get_text()) for t in fig.axes[0].texts) == sorted(want.ravel().tolist())
    scores = np.eye(4)[given]
    fig = plot.confusion_matrix(scores, truth, normalise=True, labels=list("abcd"), lang="es")
    shown = np.asarray(fig.axes[0].images[0].get_array())
    np.testing.assert_allclose(shown, want / want.sum(1, keepdims=True))
    assert fig.axes[0].get_xlabel() == "clase predicha"
    with pytest.raises(ArgumentError, match="prediction must have shape"):
        plot.confusion_matrix([0, 1], [0, 1, 1])


def test_roc_and_precision_recall() -> None:
    truth = RNG.integers(0, 2, 200)
    scores = truth + RNG.normal(size=200)
    fig = plot.roc({"good": tz.tensor(scores), "coin": RNG.random(200)}, truth)
    assert fig.axes[0].lines[0].get_label() == f"good (area {roc_auc_score(truth, scores):.3f})"
    curve = metrics.roc_curve(scores, truth)
    np.testing.assert_allclose(fig.axes[0].lines[0].get_xdata(), curve.x)
    fig = plot.precision_recall(scores, truth, lang="es")
    assert fig.axes[0].get_xlabel() == "exhaustividad"
    assert fig.axes[0].lines[1].get_ydata()[0] == pytest.approx(truth.mean())


def test_calibration_bins() -> None:
    p = np.array([0.05, 0.15, 0.11, 0.95, 1.0])
    mean, observed, many = bins(p, np.array([0, 0, 1, 1, 1.0]), 10)
    np.testing.assert_allclose(mean, [0.05, 0.13, 0.975])
    np.testing.assert_allclose(observed, [0, 0.5, 1])
    assert many.tolist() == [1, 2, 2]
    fig = plot.calibration(p, [0, 0, 1, 1, 1])
    want = (0.05 + 2 * 0.37 + 2 * 0.025) / 5
    assert f"{want:.3f}" in fig.axes[0].lines[1].get_label()
    with pytest.raises(ArgumentError, match="probability must have shape 0 … 1"):
        plot.calibration([2.0], [1])


def test_weights_as_pictures_or_as_a_matrix() -> None:
    conv = nn.Conv2d(2, 6, 3)
    fig = plot.weights(conv)
    first = np.asarray(fig.axes[0].images[0].get_array())
    np.testing.assert_allclose(first, conv.weight.numpy()[0].mean(0))
    linear = nn.Linear(64, 3)
    shown = np.asarray(plot.weights(linear).axes[1].images[0].get_array())
    np.testing.assert_array_equal(shown, linear.weight.numpy()[1].reshape(8, 8))
    small = nn.Linear(5, 2)
    fig = plot.weights(small.weight, name="W1", lang="es")
    np.testing.assert_array_equal(fig.axes[0].images[0].get_array(), small.weight.numpy())
    assert fig.axes[0].get_title() == "Pesos de W1"


@pytest.mark.parametrize("shape", [(3, 4, 4), (3, 1, 4, 4), (3, 3, 4, 4), (3, 4, 4, 3), (3, 16)])
def test_images_of_every_layout(shape: tuple[int, ...]) -> None:
    fig = plot.images(RNG.random(shape), list("abc"))
    assert [ax.get_title() for ax in fig.axes][:3] == ["a", "b", "c"]
    with pytest.raises(ArgumentError, match="pictures must have shape"):
        plot.images(np.zeros((3, 15)))


def test_feature_maps_are_the_layers_answer() -> None:
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU())
    x = tz.tensor(RNG.normal(size=(1, 1, 6, 6)).astype("f"))
    fig = plot.feature_maps(model, "0", x)
    np.testing.assert_allclose(fig.axes[2].images[0].get_array(), model[0](x).numpy()[0, 2])
    assert not model._after  # the hook is gone
    with pytest.raises(ArgumentError, match="must have shape"):
        plot.feature_maps(nn.Sequential(nn.Linear(2, 2)), "0", tz.ones((1, 2)))


def test_attention_maps() -> None:
    scores = RNG.random((2, 3, 3))
    fig = plot.attention(scores, ["a", "b", "c"])
    np.testing.assert_array_equal(fig.axes[1].images[0].get_array(), scores[1])
    assert fig.axes[1].get_title() == "head 2"
    with pytest.raises(ArgumentError, match="scores must have shape"):
        plot.attention(np.zeros(3))


def test_embeddings_are_principal_components() -> None:
    X = RNG.normal(size=(30, 5)) * [5, 3, 1, 1, 1]
    spots, share = components(X)
    pca = PCA(2).fit(X)
    np.testing.assert_allclose(np.abs(spots), np.abs(pca.transform(X)), atol=1e-9)
    np.testing.assert_allclose(share, pca.explained_variance_ratio_)
    fig = plot.embedding(X, np.arange(30) % 3, words=["one"])
    assert sum(len(c.get_offsets()) for c in fig.axes[0].collections) == 30
    plain = plot.embedding(X[:, :2], lang="es")
    assert plain.axes[0].get_xlabel() == "eje 1"
    with pytest.raises(ArgumentError, match="x must have shape"):
        plot.embedding(X[:, :1])


@pytest.mark.parametrize("grid", ["rectangular", "hexagonal"])
def test_maps_that_organise_themselves(grid: str) -> None:
    model = nn.SOM(3, 4, 3, grid=grid)
    data = RNG.random((20, 3)).astype("f")
    fig = plot.som(model, data, np.arange(20) % 2)
    cells = fig.axes[0].collections[0]
    np.testing.assert_allclose(cells.get_array(), model.u_matrix().numpy().ravel())
    assert len(cells.get_paths()) == 12
    painted = fig.axes[1].collections[0].get_facecolor()
    np.testing.assert_allclose(painted[:, :3], model.weight.numpy(), atol=1e-6)


def test_t_sne_keeps_neighbours_together() -> None:
    pytest.importorskip("sklearn.manifold")
    threads = pytest.importorskip("threadpoolctl")
    rng = np.random.default_rng(0)
    classes = np.repeat([0, 1, 2], 30)
    rows = rng.normal(size=(90, 10)) + 8 * np.eye(10)[classes]
    with threads.threadpool_limits(1):  # on busy cores, scikit-learn's threads spin for minutes
        fig = plot.embedding(rows, classes, by="tsne", seed=1)
        again = plot.embedding(rows, classes, by="tsne", seed=1)
    assert fig.axes[0].get_xlabel() == "t-SNE, axis 1"
    spots = np.concatenate([np.asarray(part.get_offsets()) for part in fig.axes[0].collections])
    apart = np.linalg.norm(spots[:, None] - spots[None], axis=-1) + 1e9 * np.eye(90)
    assert (classes[apart.argmin(1)] == classes).mean() > 0.95
    np.testing.assert_array_equal(again.axes[0].collections[0].get_offsets(), spots[:30])


def test_t_sne_asks_for_its_extra(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.manifold", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'tiza\[maps\]'"):
        plot.embedding(np.eye(5), by="tsne")
    with pytest.raises(ArgumentError, match="by cannot be 'umap'"):
        plot.embedding(np.eye(5), by="umap")


def test_curves_of_several_classes_have_their_own_truth() -> None:
    scores = {"a": [0.9, 0.8, 0.1], "b": [0.1, 0.2, 0.9]}
    truth = {"a": [1, 1, 0], "b": [0, 1, 0]}
    labels = [line.get_label() for line in plot.roc(scores, truth).axes[0].lines]
    assert labels[:2] == ["a (area 1.000)", "b (area 0.500)"]
    assert len(plot.precision_recall(scores, truth).axes[0].lines) == 2
    assert len(plot.calibration(scores, truth).axes[0].lines) == 3


def test_maps_of_relu_have_no_negative_side() -> None:
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU())
    x = np.random.default_rng(0).normal(size=(1, 1, 6, 6)).astype("f")
    image = plot.feature_maps(model, "1", x).axes[0].images[0]
    assert image.get_clim()[0] == 0
    assert plot.feature_maps(model, "0", x).axes[0].images[0].get_clim()[0] < 0

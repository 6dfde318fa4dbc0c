"""What the recipes of pictures share: rates, averages, pairs, judges, maps."""

import math
from pathlib import Path

import numpy as np
import pytest

import tiza as tz
from tiza import models, nn, optim
from tiza.errors import UsageError, use_language
from tiza.recipes import autoencoder, diffusion_mnist, find, gan_mnist, siamese_mnist, som_digits
from tiza.recipes.asking import Asked
from tiza.recipes.ink import (
    COLOURS,
    Average,
    Falling,
    Reader,
    coloured,
    digits,
    insights,
    legend,
    mean_loss,
    plane,
)
from tiza.recipes.setting import Settings
from tiza.recipes.study import run_study
from tiza.recipes.vae_mnist import drawn, independent


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIZA_HOME", str(tmp_path / "home"))


def test_the_rate_falls_along_half_a_cosine():
    optimizer = optim.SGD([nn.Parameter(np.zeros(1, np.float32))], lr=0.1)
    lower = Falling(optimizer, 0.1, 10)
    rates = []
    for _ in range(12):
        lower()
        rates.append(optimizer.lr)
    assert rates[4] == pytest.approx(0.05)
    assert rates[1] == pytest.approx(0.1 * 0.5 * (1 + math.cos(0.2 * math.pi)))
    assert rates[9:] == pytest.approx([0, 0, 0])


def test_the_average_follows_the_weights():
    model = nn.Linear(1, 1, bias=False)
    mean = Average(model, every=1, least=0.0)
    for k in range(1, 5):
        model.load_state_dict({"weight": np.full((1, 1), float(k), np.float32)})
        mean.follow()
    mean.settle()
    assert model.weight.item() == pytest.approx(2.5)


def test_the_mean_loss_weighs_the_last_part_by_its_size(monkeypatch):
    monkeypatch.setattr("tiza.recipes.ink.AT_ONCE", 4)
    x = np.arange(6, dtype=np.float32)
    assert mean_loss(lambda part: tz.mean(tz.asarray(part)), x) == pytest.approx(2.5)


def test_points_have_the_colours_of_their_classes():
    made = coloured(np.array([[0.0, 0.0], [1.0, 1.0], [0.0, 1.0]]), np.array([3, 4, 5]), 9)
    assert made[8, 0].tolist() == COLOURS[3].tolist()
    assert made[0, 8].tolist() == COLOURS[4].tolist()
    assert made[0, 0].tolist() == COLOURS[5].tolist()
    assert (made == 255).all(2).sum() == 81 - 3


def test_the_legend_shows_each_digit_in_its_colour():
    x = np.zeros((10, 4, 4), np.float32)
    x[:, 1, 1] = 1
    made = legend(x, np.arange(10), 40)
    assert made.shape == (4, 40, 3)
    assert made[1, 1::4].tolist() == COLOURS.tolist()
    assert (made[0] == 255).all()
    whole = plane(np.random.default_rng(0).random((10, 2)), x, np.arange(10))
    assert whole.shape == (56 + 560, 560, 3)


def test_filters_and_maps_are_drawn_without_disturbing_the_network():
    model = models.LeNet5(10, "relu")
    made = insights(np.random.default_rng(0).random(784, np.float32))(model)
    assert model.training
    shapes = {english: picture.shape for (english, _), picture in made.items()}
    assert shapes["input"] == (28, 28)
    assert shapes["maps of the first layer"][0] == 28
    assert len(shapes) == 4


def test_the_parts_of_mnist_share_no_picture(shared_data):
    ink = digits(Settings())
    assert [len(x) for x in (ink.x, ink.x_valid, ink.x_test)] == [55_000, 5_000, 10_000]
    assert (ink.x.min(), ink.x.max()) == (0, 1)
    seen = {row.tobytes() for row in ink.x_valid}
    assert not seen & {row.tobytes() for row in ink.x}
    assert len(digits(Settings(quick=True)).x) == 600


def test_pixels_are_drawn_with_their_ink():
    ink = np.full((2000, 28, 28), 0.3, np.float32)
    made = drawn(ink, np.random.default_rng(0))
    assert made.shape == (2000, 784)
    assert set(np.unique(made)) == {0, 1}
    assert made.mean() == pytest.approx(0.3, abs=0.002)
    assert independent(ink, made) == pytest.approx(
        784 * (0.3 * math.log(0.3) + 0.7 * math.log(0.7)), rel=0.01
    )


def test_pca_is_the_best_plane():
    rng = np.random.default_rng(0)
    flat = rng.normal(size=(50, 784)) * np.r_[9.0, 8.0, np.full(782, 0.1)]
    x = flat.reshape(50, 28, 28).astype(np.float32)
    made = autoencoder.pca(x, autoencoder.directions(x)[:, -2:], x)
    singular = np.linalg.svd(flat - flat.mean(0), compute_uv=False)
    rest = (singular[2:] ** 2).sum() / flat.size
    assert autoencoder.error(x, made) == pytest.approx(rest, rel=1e-4)


def test_pairs_are_alike_as_they_say():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 10, 500)
    a, b, alike = siamese_mnist.pairs(y, siamese_mnist.KNOWN, 300, rng)
    assert np.array_equal(y[a] == y[b], alike)
    assert alike.mean() == 0.5
    assert y[a].max() == y[b].max() == 7
    code = np.eye(10)[y]
    assert siamese_mnist.auc(siamese_mnist.far(code, a, b), alike) == 1
    limit = siamese_mnist.threshold(code, y, 300, rng)
    assert 0 <= limit <= math.sqrt(2)


def reading(chosen):
    """A reader that is as sure as it is told of each picture."""

    class Sure(Reader):
        def __call__(self, pictures):
            del pictures
            return chosen

    return Sure(None, 1.0)


def test_a_digit_that_is_rare_or_unsure_is_not_recognised():
    shares = np.eye(10)[np.repeat(np.arange(10), 100)]
    assert gan_mnist.judged(reading(shares), np.zeros((1000, 28, 28))) == (10, 0.1, 1.0)
    doubtful = shares.copy()
    doubtful[:100] = 0.1
    found, rarest, sure = gan_mnist.judged(reading(doubtful), np.zeros((1000, 28, 28)))
    assert (found, rarest) == (9, 0.0)
    assert sure == pytest.approx(0.91)


def test_what_is_asked_of_diffusion_is_digits():
    model = models.Diffusion(models.PatchUNet(8, 10), 6)
    (reply,) = diffusion_mnist.predict(Asked(model, ("3", "14"), {"guidance": 1.0}))
    assert reply.value == [3, 1, 4]
    assert reply.picture.shape == (28, 3 * 29 - 1)
    for words in (("three",), (), ("-1",)):
        with pytest.raises(UsageError):
            diffusion_mnist.predict(Asked(model, words))
    with use_language("es"):
        assert "dibujo" in diffusion_mnist.predict(Asked(model, ("7",), {"guidance": 0.0}))[0].text


def test_points_of_the_plane_come_in_pairs():
    model = models.Autoencoder(784, (8,), 2)
    assert [r.value for r in autoencoder.predict(Asked(model, ("0", "1", "2", "3")))] == [
        [0, 1],
        [2, 3],
    ]
    with pytest.raises(UsageError):
        autoencoder.predict(Asked(model, ("0", "1", "2")))


def test_units_are_named_by_what_falls_on_them():
    som = models.SOM(1, 3, 64)
    weight = np.zeros((3, 64), np.float32)
    weight[1], weight[2] = 1, 0.4
    som.load_state_dict({"weight": weight})
    x = np.repeat([[0.0], [1.0], [1.0], [1.0]], 64, axis=1).astype(np.float32)
    assert som_digits.named(som, x, np.array([4, 7, 7, 2])).tolist() == [4, 7, 4]


@pytest.mark.slow
@pytest.mark.peer
def test_the_map_is_no_worse_than_minisoms():
    pytest.importorskip("minisom")
    found = run_study("som-digits").outcome.figures
    for name in ("quantization error", "topographic error"):
        assert found[name]["model"] <= found[name]["MiniSom"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["siamese-mnist", "vae-mnist", "autoencoder"])
def test_the_recipe_reaches_its_figure(name, shared_data):
    found = run_study(name)
    assert all(goal.reached(found.outcome.figures) for goal in find(name).about.goals)
    assert Path(found.report).is_file()

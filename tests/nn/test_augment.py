"""Augmented pictures are those that NumPy and SciPy make of the same random numbers."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import tiza as tz
from tiza import nn
from tiza.errors import ArgumentError, ShapeError, use_language
from tiza.nn.augment import rotated, sampled
from tiza.nn.mixing import symmetric_beta


def pictures(n=6, c=2, h=5, w=7, dtype=np.float64):
    return np.random.default_rng(0).normal(size=(n, c, h, w)).astype(dtype)


def shifted(x, down, right):
    out = np.zeros_like(x)
    h, w = x.shape[-2:]
    for i in range(h):
        for j in range(w):
            if 0 <= i - down < h and 0 <= j - right < w:
                out[..., i, j] = x[..., i - down, j - right]
    return out


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_shifts_are_whole_steps_and_all_occur(dtype):
    tz.manual_seed(0)
    x = pictures(200, dtype=dtype)
    y = nn.RandomShift(1)(x).numpy()
    assert y.dtype == dtype
    seen = set()
    for before, after in zip(x, y, strict=True):
        fits = [(d, r) for d in (-1, 0, 1) for r in (-1, 0, 1)
                if np.array_equal(shifted(before, d, r), after)]  # fmt: skip
        assert len(fits) == 1
        seen.add(fits[0])
    assert len(seen) == 9


@pytest.mark.parametrize(("size", "padding"), [(3, 0), ((5, 7), 0), ((4, 2), 1), (5, 2)])
def test_crops_are_windows(size, padding):
    tz.manual_seed(0)
    x = pictures(60)
    framed = np.pad(x, ((0, 0), (0, 0), (padding,) * 2, (padding,) * 2))
    layer = nn.RandomCrop(size, padding)
    h, w = layer.size
    y, seen = layer(x).numpy(), set()
    spare = framed.shape[2] - h, framed.shape[3] - w
    for before, after in zip(framed, y, strict=True):
        fits = [(i, j) for i in range(spare[0] + 1) for j in range(spare[1] + 1)
                if np.array_equal(before[:, i : i + h, j : j + w], after)]  # fmt: skip
        assert fits
        seen.update(fits)
    assert len(seen) > 0.7 * (spare[0] + 1) * (spare[1] + 1)
    top, left = spare[0] // 2, spare[1] // 2
    assert_array_equal(layer.eval()(x).numpy(), framed[:, :, top : top + h, left : left + w])


@pytest.mark.parametrize("axis", [2, 3])
def test_flips(axis):
    tz.manual_seed(0)
    x = pictures(400)
    y = nn.RandomFlip(0.25, axis)(x).numpy()
    turned = (y == np.flip(x, axis)).all((1, 2, 3))
    assert (turned | (y == x).all((1, 2, 3))).all()
    assert 0.18 < turned.mean() < 0.32


def test_quarter_turns_are_exact():
    x = pictures(3, h=5, w=5)
    for k in range(4):
        turned = rotated(x, np.full(3, k * np.pi / 2)).numpy()
        assert_allclose(turned, np.rot90(x, k, (2, 3)), atol=1e-12)


def test_turns_are_scipys():
    ndimage = pytest.importorskip("scipy.ndimage")
    x, angle = pictures(1, 1, 9, 9)[0, 0], 25.0
    ours = rotated(x[None, None], [np.radians(angle)]).numpy()[0, 0]
    theirs = ndimage.rotate(x, angle, reshape=False, order=1, mode="grid-constant")
    assert_allclose(ours, theirs, atol=1e-9)


def test_turns_stay_within_their_bounds():
    tz.manual_seed(0)
    middle = np.zeros((500, 1, 5, 5))
    middle[:, :, 2, 4] = 1.0
    y = nn.RandomRotation(20.0)(middle).numpy()[:, 0]
    up = (y * np.arange(2, -3, -1)[:, None]).sum((1, 2)) / y.sum((1, 2))
    assert np.abs(up).max() < 2 * np.tan(np.radians(20)) + 0.1
    assert up.min() < -0.3 < 0.3 < up.max()


def test_sampling_has_derivatives():
    x = pictures(2, 1, 3, 3)
    rows = np.random.default_rng(1).uniform(0.1, 0.9, size=(2, 2, 2)) + np.array([[0, 1], [-1, 1]])
    tz.check_grad(lambda x, r: (sampled(x, r, r * 0.9) ** 2).sum(), x, rows)


def test_cutouts_are_squares():
    tz.manual_seed(0)
    y = nn.Cutout(3)(np.ones((300, 2, 8, 8))).numpy()
    assert_array_equal(y[:, 0], y[:, 1])
    holes = 1 - y[:, 0]
    assert set(holes.sum((1, 2))) == {4.0, 6.0, 9.0}  # in a corner, at an edge, inside
    assert holes.any(0).all()  # no place is spared for ever
    for hole in holes[:20]:
        rows, columns = np.flatnonzero(hole.any(1)), np.flatnonzero(hole.any(0))
        assert hole[np.ix_(rows, columns)].all()
    assert (nn.Cutout(0)(np.ones((2, 1, 3, 3))).numpy() == 1).all()


@pytest.mark.parametrize("layer", [
    nn.RandomShift(), nn.RandomFlip(1.0), nn.RandomRotation(), nn.Cutout(2),
])  # fmt: skip
def test_in_use_pictures_stay_as_they_are(layer):
    x = pictures()
    assert_array_equal(layer.eval()(x).numpy(), x)
    assert repr(layer).startswith(f"{type(layer).__name__}(")
    with pytest.raises(ShapeError, match=r"axes \(n, c, h, w\), but x has shape \(5, 7\)"):
        layer(x[0, 0])


def test_the_same_seed_gives_the_same_pictures():
    layer, x = nn.Sequential(nn.RandomShift(), nn.RandomRotation(), nn.RandomFlip()), pictures()
    tz.manual_seed(3)
    one = layer(x).numpy()
    other = layer(x).numpy()
    tz.manual_seed(3)
    assert_array_equal(layer(x).numpy(), one)
    assert (one != other).any()


def test_fit_draws_anew_in_every_step():
    tz.manual_seed(0)

    class Watch(nn.Module):
        def __init__(self):
            super().__init__()
            self.shift, self.line = nn.RandomShift(2), nn.Linear(25, 1)

        def forward(self, x):
            return self.line(self.shift(x).reshape((-1, 25)))

    x = np.zeros((8, 1, 5, 5), np.float32)
    x[:, :, 2, 2] = 1.0
    model = Watch()
    start = model.line.weight.numpy().copy()
    trainer = tz.Trainer(model, loss=nn.functional.mse_loss)
    trainer.fit(x, np.ones((8, 1), np.float32), epochs=12, batch_size=8, verbose=0)
    moved = (model.line.weight.numpy() != start).reshape(5, 5)
    assert moved.sum() > 15  # of 25 places the light has stood in most


@pytest.mark.parametrize("alpha", [0.2, 0.5, 1.0, 4.0])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_proportions_are_drawn_from_beta(alpha, dtype):
    beta = pytest.importorskip("scipy.stats").beta(alpha, alpha)
    tz.manual_seed(1)
    drawn = symmetric_beta(alpha, (20_000,), np.dtype(dtype)).numpy()
    assert ((drawn >= 0) & (drawn <= 1)).all()
    heights = np.searchsorted(np.sort(drawn), np.linspace(0.01, 0.99, 50)) / 20_000
    assert_allclose(heights, beta.cdf(np.linspace(0.01, 0.99, 50)), atol=0.012)


def test_tiny_proportions_do_not_overflow():
    tz.manual_seed(0)
    drawn = symmetric_beta(0.01, (2000,), np.dtype("float32")).numpy()
    assert np.isfinite(drawn).all()


def test_mixup_mixes_both_alike():
    tz.manual_seed(0)
    x = np.arange(12.0).reshape(6, 2)
    mixed, shares = nn.Mixup(1.0, num_classes=6)(x, np.arange(6))
    assert_allclose(shares.numpy() @ x, mixed.numpy(), rtol=1e-6, atol=1e-6)
    assert_allclose(shares.numpy().sum(1), np.ones(6), rtol=1e-6)
    assert (np.count_nonzero(shares.numpy(), axis=1) == 2).any()
    y, t = nn.Mixup(1.0)(x, x)  # targets that are numbers
    assert_allclose(y.numpy(), t.numpy())


def test_mixed_targets_train():
    tz.manual_seed(0)
    model = nn.Linear(2, 3)
    x, t = nn.Mixup(0.4, num_classes=3)(np.ones((4, 2), np.float32), [0, 1, 2, 0])
    nn.functional.cross_entropy(model(x), t).backward()
    assert np.isfinite(model.weight.grad.numpy()).all()


def test_cutmix_gives_targets_by_area():
    tz.manual_seed(0)
    x = np.broadcast_to(np.arange(4.0)[:, None, None, None], (4, 3, 6, 5)).copy()
    for _ in range(10):
        mixed, shares = nn.CutMix(1.0, num_classes=4)(x, np.arange(4))
        counted = [np.bincount(m[0].astype(int).ravel(), minlength=4) / 30 for m in mixed.numpy()]
        assert_allclose(shares.numpy(), counted, atol=1e-6)
        for picture in mixed.numpy():
            assert_array_equal(picture[0], picture[1])


@pytest.mark.parametrize("kind", [nn.Mixup, nn.CutMix])
def test_in_use_nothing_is_mixed(kind):
    x = pictures()
    same, shares = kind(num_classes=3).eval()(x, [0, 1, 2, 0, 1, 2])
    assert_array_equal(same.numpy(), x)
    assert_array_equal(shares.numpy(), np.eye(3)[[0, 1, 2, 0, 1, 2]])
    empty, none = kind(num_classes=3)(x[:0], np.zeros(0, int))
    assert (empty.shape, none.shape) == ((0, 2, 5, 7), (0, 3))
    assert repr(kind(num_classes=3)).endswith("num_classes=3)")


@pytest.mark.parametrize(("call", "english", "spanish"), [
    (lambda: nn.Mixup(0.0), "alpha must be positive", "alpha debe ser positivo"),
    (lambda: nn.RandomFlip(1.5), "p must lie between 0 and 1", "p debe estar entre 0 y 1"),
    (lambda: nn.Mixup()(np.ones((2, 1)), [0, 1]), "before their number is known", "cuántas son"),
    (lambda: nn.RandomRotation(-1.0), "must not be negative", "no debe ser negativo"),
    (lambda: nn.RandomFlip(0.5, axis=1), "axis cannot be 1", "axis no puede ser 1"),
])  # fmt: skip
def test_arguments_that_mean_nothing(call, english, spanish):
    with pytest.raises(ArgumentError, match=english):
        call()
    with use_language("es"), pytest.raises(ArgumentError, match=spanish):
        call()


def test_shapes_that_do_not_fit():
    with pytest.raises(ShapeError, match="a window of"):
        nn.RandomCrop(6)(pictures())
    with pytest.raises(ShapeError, match="differ in their first axis"):
        nn.Mixup()(np.ones((2, 1)), np.ones((3, 1)))
    with pytest.raises(ShapeError, match="CutMix: pictures have the axes"):
        nn.CutMix()(np.ones((2, 1)), np.ones((2, 1)))

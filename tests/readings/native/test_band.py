"""Products behind masks are summed only where their factors are not 0."""

import numpy as np
import pytest

import tiza as tz
from tiza.nn import functional as F
from tiza.readings.native.lowering.band import ALL, FAR, NONE, Band, of_mask

RNG = np.random.default_rng(5)


def normal(*shape):
    return RNG.normal(size=shape).astype(np.float32)


def limits(compiled):
    nests = [call.nest for call in compiled.last.builder.calls]
    return [nest.limits.bands for nest in nests if nest is not None and nest.limits]


@pytest.mark.parametrize(
    ("mask", "band"),
    [
        (np.tri(4, 4), (-FAR, 0)),
        (np.tri(4, 4, -2), (-FAR, -2)),
        (np.tri(3, 5, 1), (-FAR, 1)),
        (~np.tri(5, 5, dtype=bool), (1, FAR)),
        (np.tri(6, 6, 1) - np.tri(6, 6, -3), (-2, 1)),
        (np.ones((3, 4)), ALL),
        (np.zeros((3, 4)), NONE),
        (np.stack([np.tri(4, 4), np.tri(4, 4, -1)]), (-FAR, 0)),
    ],
)
def test_the_least_band_around_a_mask(mask, band):
    assert of_mask(mask.astype(bool)) == Band(*band)


def test_bands_meet_join_and_turn():
    one, two = Band(-2, 3), Band(1, 5)
    assert one.both(two) == (1, 3)
    assert one.either(two) == (-2, 5)
    assert one.either(NONE) == NONE.either(one) == one
    assert one.turned() == (-3, 2)
    assert NONE.turned() == NONE


def causal(q, k, v):
    return F.scaled_dot_product_attention(q, k, v, is_causal=True)


def banded(q, k, v):
    i, j = np.ogrid[: q.shape[-2], : k.shape[-2]]
    scores = q @ tz.permute_dims(k, (0, 1, 3, 2))
    near = tz.where((j <= i) & (j > i - 5), scores, -np.inf)
    return F.softmax(near, dim=-1) @ v


def hidden(q, k, v):
    later = np.triu(np.ones((q.shape[-2], k.shape[-2]), bool), 1)
    scores = q @ tz.permute_dims(k, (0, 1, 3, 2))
    return F.softmax(tz.where(later, -np.inf, scores), dim=-1) @ v


@pytest.mark.parametrize("function", [causal, banded, hidden])
@pytest.mark.parametrize("t", [2, 7, 15, 16, 17, 33, 64])
def test_attention_and_its_gradients_agree_with_numpy(function, t):
    q, k, v, g = (normal(2, 3, t, 20) for _ in range(4))
    slopes = tz.grad(lambda q, k, v, g: tz.sum(function(q, k, v) * g), argnums=(0, 1, 2))
    made = tz.compile(lambda *x: (function(*x[:3]), *slopes(*x)), threads=1)
    for a, b in zip(made(q, k, v, g), (function(q, k, v), *slopes(q, k, v, g)), strict=True):
        size = np.abs(b.numpy()).max()
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-5, atol=3e-6 * size)
    found = limits(made)
    assert len(found) == 6  # Q Kᵀ, P V; ȳ Vᵀ, and the gradients of Q, K and V
    assert sum(bands.result != ALL for bands in found) == 2
    assert sum(bands.a != ALL or bands.b != ALL for bands in found) == 4


def test_every_number_of_threads_gives_the_same_bits():
    q, k, v = (normal(6, 2, 50, 24) for _ in range(3))
    slopes = tz.grad(lambda *x: tz.sum(causal(*x) ** 2), argnums=(0, 1, 2))
    one, *others = (tz.compile(slopes, threads=n)(q, k, v) for n in (1, 2, 3, 4))
    for other in others:
        for a, b in zip(one, other, strict=True):
            np.testing.assert_array_equal(a.numpy(), b.numpy())


@pytest.mark.parametrize(("rows", "columns"), [(5, 40), (40, 5), (17, 31)])
@pytest.mark.parametrize("shift", [-3, 0, 2])
def test_rectangles_and_other_diagonals(rows, columns, shift):
    x, a, b = normal(rows, columns), normal(columns, 9), normal(9, rows)
    for part in (tz.tril, tz.triu):
        made = tz.compile(lambda x, a, b, part=part: (
            part(x, k=shift) @ a, b @ part(x, k=shift), part(x, k=shift).T @ b.T))  # fmt: skip
        whole = part(tz.tensor(x), k=shift).numpy().astype(np.float64)
        for found, wanted in zip(made(x, a, b), (whole @ a, b @ whole, whole.T @ b.T), strict=True):
            np.testing.assert_allclose(found.numpy(), wanted, rtol=1e-5, atol=1e-5)
        assert limits(made)


def test_what_would_not_stay_finite_is_computed():
    """log 0 · 0 is no number: behind a logarithm nothing may be left out."""
    a, b = np.abs(normal(20, 8)), np.abs(normal(8, 20))
    made = tz.compile(lambda a, b: tz.sum(tz.tril(tz.exp(a @ b)) * tz.log(a @ b), axis=0))
    wanted = (np.tril(np.exp(a @ b)) * np.log(a @ b)).sum(0)
    np.testing.assert_allclose(made(a, b).numpy(), wanted, rtol=1e-5)
    assert not any(bands.result != ALL for bands in limits(made))


def test_a_result_is_computed_whole():
    a, b = normal(20, 8), normal(8, 20)
    made = tz.compile(lambda a, b: (a @ b, tz.tril(a @ b)))
    whole, part = made(a, b)
    np.testing.assert_allclose(whole.numpy(), a @ b, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(part.numpy(), np.tril(a @ b), rtol=1e-5, atol=1e-6)
    assert not limits(made)


def test_what_nobody_asks_for_is_not_computed():
    """Far beyond the diagonal NaN and infinity are not met."""
    t = 48
    q, k, v = (normal(1, 1, t, 16) for _ in range(3))
    v[0, 0, 40] = np.inf
    found = tz.compile(causal)(q, k, v).numpy()
    assert np.isfinite(found[0, 0, :16]).all()
    assert not np.isfinite(found[0, 0, 40:]).any()

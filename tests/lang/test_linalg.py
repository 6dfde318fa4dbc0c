"""Linear algebra: the referee's values, the defining equations, and the slopes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import tiza as tz

QUICK = settings(max_examples=settings().max_examples // 4)  # there are many functions

la = tz.linalg
FLOATS = ["float32", "float64"]
STACKS = [(), (2,), (0,), (2, 1)]


def matrices(rows=None, columns=None, dtypes=FLOATS):
    side = st.integers(0, 4)
    shape = st.tuples(
        st.sampled_from(STACKS),
        side if rows is None else st.just(rows),
        side if columns is None else st.just(columns),
    )
    return st.tuples(st.sampled_from(dtypes), shape).flatmap(
        lambda t: hnp.arrays(t[0], (*t[1][0], t[1][1], t[1][2]), elements=st.integers(-4, 4))
    )


def squares():
    return st.integers(0, 4).flatmap(lambda n: matrices(n, n))


def well_conditioned(x):
    return x * 0.1 + np.eye(x.shape[-1], dtype=x.dtype) * 4


@QUICK
@given(x=squares(), upper=st.booleans())
def test_cholesky(agree, x, upper):
    spd = x @ np.swapaxes(x, -1, -2) + np.eye(x.shape[-1], dtype=x.dtype)
    agree(lambda xp, a: xp.linalg.cholesky(a, upper=upper), spd, rtol=1e-3, signs=False)


@QUICK
@given(x=squares())
def test_inverse_determinant_power(agree, x):
    x = well_conditioned(x)
    agree(
        lambda xp, a: (xp.linalg.inv(a), xp.linalg.det(a), xp.linalg.slogdet(a)),
        x,
        rtol=1e-4,
        signs=False,
    )
    for n in (-2, -1, 0, 1, 2, 3, 5):
        agree(lambda xp, a, n=n: xp.linalg.matrix_power(a, n), x, rtol=1e-3, signs=False)


def test_singular_matrices():
    assert la.det(tz.zeros((2, 2))).item() == 0.0
    sign, log = la.slogdet(tz.zeros((2, 2)))
    assert (sign.item(), log.item()) == (0.0, -np.inf)
    with pytest.raises(ValueError, match="inv"):
        la.inv(tz.zeros((2, 2))).numpy()
    with pytest.raises(ValueError, match="cholesky"):
        la.cholesky(-tz.eye(2)).numpy()


@QUICK
@given(x=squares(), data=st.data())
def test_solve(agree, x, data):
    x = well_conditioned(x)
    n = x.shape[-1]
    b = data.draw(
        hnp.arrays(
            x.dtype, data.draw(st.sampled_from([(n,), (n, 2), (n, 0)])), elements=st.integers(-4, 4)
        )
    )
    agree(lambda xp, a, b: xp.linalg.solve(a, b), x, b, rtol=1e-4, signs=False)


@QUICK
@given(x=squares())
def test_eigh(agree, x):
    x = x + np.swapaxes(x, -1, -2)
    agree(lambda xp, a: xp.linalg.eigvalsh(a), x, rtol=1e-4, signs=False)
    values, vectors = la.eigh(tz.asarray(x))
    assert la.eigh(tz.asarray(x))._fields == ("eigenvalues", "eigenvectors")
    assert (values.dtype, vectors.shape) == (x.dtype, x.shape)
    np.testing.assert_allclose(
        (x @ vectors.numpy()), values.numpy()[..., None, :] * vectors.numpy(), atol=1e-3
    )


@QUICK
@given(x=matrices(), mode=st.sampled_from(["reduced", "complete"]))
def test_qr(agree, x, mode):
    q, r = la.qr(tz.asarray(x), mode=mode)
    assert la.qr(tz.asarray(x))._fields == ("Q", "R")
    agree(
        lambda xp, a: tuple(xp.abs(m) for m in xp.linalg.qr(a, mode=mode)),
        x,
        rtol=1e-3,
        signs=False,
    )
    np.testing.assert_allclose(q.numpy() @ r.numpy(), x, atol=1e-3)


@QUICK
@given(x=matrices(), full=st.booleans())
def test_svd(agree, x, full):
    u, s, vh = la.svd(tz.asarray(x), full_matrices=full)
    assert la.svd(tz.asarray(x))._fields == ("U", "S", "Vh")
    agree(lambda xp, a: xp.linalg.svdvals(a), x, rtol=1e-3, signs=False)
    k = s.shape[-1]
    np.testing.assert_allclose(
        (u.numpy()[..., :k] * s.numpy()[..., None, :]) @ vh.numpy()[..., :k, :], x, atol=1e-3
    )
    assert {u.dtype, s.dtype, vh.dtype} == {np.dtype(x.dtype)}


@QUICK
@given(x=matrices())
def test_pinv_and_rank(agree, x):
    if 0 not in x.shape[-2:]:
        agree(lambda xp, a: xp.linalg.pinv(a), x.astype("float64"), rtol=1e-3, signs=False)
        agree(lambda xp, a: xp.linalg.matrix_rank(a), x)
        agree(lambda xp, a: xp.linalg.matrix_rank(a, rtol=0.1), x)
        assert la.matrix_rank(tz.asarray(x), rtol=tz.asarray(0.1)).shape == x.shape[:-2]


@QUICK
@given(x=matrices(), keep=st.booleans())
def test_norms(agree_or_refuse, x, keep):
    for order in (-np.inf, -2, -1, 1, 2, np.inf, "fro", "nuc"):
        agree_or_refuse(
            lambda xp, a, o=order: xp.linalg.matrix_norm(a, keepdims=keep, ord=o),
            x,
            rtol=1e-3,
            signs=False,
        )
    for order in (-np.inf, -1, 0, 1, 2, 2.5, np.inf):
        for axis in (None, -1, (0, 1)):
            agree_or_refuse(
                lambda xp, a, o=order, d=axis: xp.linalg.vector_norm(
                    a, axis=d, keepdims=keep, ord=o
                ),
                x,
                rtol=1e-4,
                signs=False,
            )


@QUICK
@given(x=matrices(dtypes=["int64", "float32"]), k=st.integers(-9, 9))
def test_diagonal_and_trace(agree, x, k):
    agree(lambda xp, a: (xp.linalg.diagonal(a, offset=k), xp.linalg.trace(a, offset=k)), x)
    agree(lambda xp, a: xp.linalg.trace(a, dtype=xp.float64), x)


@QUICK
@given(data=st.data())
def test_cross_and_outer(agree, data):
    a = data.draw(hnp.arrays("float64", (2, 3), elements=st.integers(-4, 4)))
    b = data.draw(hnp.arrays("float32", (3,), elements=st.integers(-4, 4)))
    agree(lambda xp, a, b: (xp.linalg.cross(a, b), xp.linalg.outer(a[0, :], b)), a, b)
    agree(lambda xp, a: xp.linalg.cross(a, a[::-1, :], axis=0) if False else a, a)
    agree(lambda xp, a, b: xp.linalg.cross(xp.matrix_transpose(a), b[:, None], axis=-2), a, b)
    with pytest.raises(ValueError, match="3"):
        la.cross(tz.ones(2), tz.ones(2))


SPD = np.array([[2.0, 0.5, 0.1], [0.5, 1.5, 0.3], [0.1, 0.3, 1.0]])
GENERAL = np.array([[2.0, 0.5, 0.1], [-0.4, 1.5, 0.3], [0.7, -0.3, 1.0]])
TALL = np.array([[2.0, 0.5], [-0.4, 1.5], [0.7, -0.3]])


def symmetric(x):
    return (x + x.mT) / 2


DIFFERENTIABLE = {
    "cholesky": (lambda x: la.cholesky(symmetric(x)), SPD),
    "cholesky upper": (lambda x: la.cholesky(symmetric(x), upper=True), SPD),
    "qr": (lambda x: la.qr(x).R + la.qr(x).Q, GENERAL),
    "qr tall": (lambda x: tz.concat(la.qr(x), axis=0), TALL),
    "svd": (lambda x: tz.concat([la.svd(x).U ** 2, la.svd(x).Vh ** 2, la.svd(x).S[None]]), GENERAL),
    "svd tall": (lambda x: la.svd(x, full_matrices=False).U ** 2, TALL),
    "svdvals": (la.svdvals, TALL),
    "eigh": (lambda x: la.eigh(symmetric(x)).eigenvectors ** 2, SPD),
    "eigvalsh": (lambda x: la.eigvalsh(symmetric(x)), SPD),
    "inv": (la.inv, GENERAL),
    "det": (la.det, GENERAL),
    "slogdet": (lambda x: la.slogdet(x)[1], GENERAL),
    "pinv": (la.pinv, TALL),
    "pinv wide": (lambda x: la.pinv(x.mT), TALL),
    "solve": (lambda x: la.solve(x, symmetric(x)), GENERAL),
    "solve vector": (lambda x: la.solve(x, x[0]), GENERAL),
    "matrix_power": (lambda x: la.matrix_power(x, -3), GENERAL),
    "nuc": (lambda x: la.matrix_norm(x, ord="nuc"), GENERAL),
    "spectral": (lambda x: la.matrix_norm(x, ord=2), GENERAL),
    "fro": (la.matrix_norm, TALL),
    "p": (lambda x: la.vector_norm(x, ord=3), TALL),
    "trace": (la.trace, GENERAL),
    "cross": (lambda x: la.cross(x[0], x[1]), GENERAL),
    "stack": (lambda x: la.inv(tz.stack([x, x.mT])), GENERAL),
}


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_derivatives_are_slopes(name):
    f, x = DIFFERENTIABLE[name]
    weights = np.random.default_rng(0).normal(size=f(tz.asarray(x)).shape)
    tz.check_grad(lambda a: tz.sum(f(a) * tz.asarray(weights)), tz.asarray(x))


@pytest.mark.parametrize("name", ["cholesky", "inv", "solve", "det", "eigvalsh", "svdvals"])
def test_second_derivatives_are_slopes(name):
    f, x = DIFFERENTIABLE[name]
    weights = np.random.default_rng(0).normal(size=f(tz.asarray(x)).shape)
    first = tz.grad(lambda a: tz.sum(f(a) * tz.asarray(weights)))
    tz.check_grad(lambda a: tz.sum(first(a) * tz.asarray(x)), tz.asarray(x))


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_forward_mode_is_the_slope_and_vmap_is_the_loop(name):
    f, x = DIFFERENTIABLE[name]
    rng = np.random.default_rng(2)
    step, h = rng.normal(size=x.shape), 1e-6
    _, tangent = tz.jvp(f, (tz.asarray(x),), (tz.asarray(step),))
    ends = [f(tz.asarray(x + sign * h * step)).numpy() for sign in (1, -1)]
    np.testing.assert_allclose(tangent.numpy(), (ends[0] - ends[1]) / (2 * h), rtol=1e-5, atol=1e-6)
    rows = np.stack([x, x + 0.01 * step])
    loop = np.stack([f(tz.asarray(row)).numpy() for row in rows])
    np.testing.assert_allclose(tz.vmap(f)(tz.asarray(rows)).numpy(), loop, atol=1e-9)

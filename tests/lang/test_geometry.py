"""The geometry of vectors agrees with NumPy, scikit-learn and its own laws."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

import tiza as tz
from tiza.errors import ArgumentError, ShapeError, use_language

SHAPES = st.lists(st.integers(1, 3), min_size=0, max_size=3)


def draw(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


@settings(max_examples=40, derandomize=True, deadline=None)
@given(SHAPES, SHAPES)
def test_kron_is_numpys(left, right):
    a, b = draw(*left), draw(*right, seed=1)
    assert_allclose(tz.kron(a, b).numpy(), np.kron(a, b))


def test_kron_lets_each_factor_act_on_its_own_place():
    a, b, x, y = draw(2, 3), draw(4, 5), draw(3), draw(5)
    assert_allclose(
        (tz.kron(a, b) @ tz.kron(x, y)).numpy(), np.kron(a @ x, b @ y), rtol=1e-12, atol=1e-12
    )


def test_hadamard_multiplies_but_never_broadcasts():
    a, b = draw(2, 3), draw(2, 3, seed=1)
    assert_allclose(tz.hadamard(a, b).numpy(), a * b)
    with pytest.raises(ShapeError) as caught:
        tz.hadamard(a, b[0])
    assert "the factors (2, 3) and (3,) must have the same shape" in str(caught.value)
    with use_language("es"), pytest.raises(ShapeError, match="deben tener la misma forma"):
        tz.hadamard(a, b[0])


@pytest.mark.parametrize("theta", [0.0, 1e-9, 1e-3, 0.5, math.pi / 2, 3.0, math.pi - 1e-9, math.pi])
def test_angles_are_exact_even_where_acos_is_not(theta):
    a = np.array([2.0, 0.0])
    b = 3 * np.array([math.cos(theta), math.sin(theta)])
    assert_allclose(tz.angle(a, b).item(), theta, rtol=1e-12, atol=1e-15)


def test_angles_along_axes_and_with_nothing():
    a, b = draw(4, 3), draw(4, 3, seed=1)
    cosine = (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    assert_allclose(tz.angle(a, b).numpy(), np.arccos(cosine))
    assert_allclose(tz.angle(a.T, b.T, axis=0).numpy(), np.arccos(cosine))
    with np.errstate(invalid="ignore"):
        assert math.isnan(tz.angle([0.0, 0.0], [1.0, 0.0]).item())


@pytest.mark.parametrize("onto", [draw(5), draw(5, 2), draw(5, 5), np.repeat(draw(5, 1), 3, 1)])
def test_a_projection_leaves_a_remainder_at_a_right_angle(onto):
    x = draw(4, 5, seed=2)
    y = tz.project(x, onto).numpy()
    columns = onto.reshape(5, -1)
    nearest = columns @ np.linalg.lstsq(columns, x.T, rcond=None)[0]
    assert_allclose(y, nearest.T, rtol=1e-9, atol=1e-12)
    assert_allclose((x - y) @ columns, np.zeros((4, columns.shape[1])), atol=1e-12)
    assert_allclose(tz.project(y, onto).numpy(), y, rtol=1e-9, atol=1e-12)


def test_projecting_onto_nothing_gives_nothing():
    assert tz.project([1.0, 2.0], [0.0, 0.0]).tolist() == [0.0, 0.0]
    with pytest.raises(ShapeError, match="differ in length"):
        tz.project([1.0, 2.0], [1.0, 2.0, 3.0])


def test_projections_have_derivatives():
    x, v = draw(3), draw(3, seed=1)
    tz.check_grad(lambda x, v: (tz.project(x, v) ** 2).sum(), x, v)
    tz.check_grad(lambda x, v: tz.angle(x, v), x, v)


@pytest.mark.parametrize("axis", [None, [0.0, 0.0, 1.0], [1.0, -2.0, 0.5]])
def test_rotations_keep_lengths_and_add_up(axis):
    r, s = (tz.rotation(np.float64(t), axis).numpy() for t in (0.7, -2.1))
    assert_allclose(r @ r.T, np.eye(len(r)), atol=1e-14)
    assert_allclose(np.linalg.det(r), 1.0)
    assert_allclose(r @ s, tz.rotation(np.float64(0.7 - 2.1), axis).numpy(), atol=1e-14)


def test_rotations_agree_with_scipy():
    peer = pytest.importorskip("scipy.spatial.transform").Rotation
    u = np.array([1.0, -2.0, 0.5])
    wanted = peer.from_rotvec(1.3 * u / np.linalg.norm(u)).as_matrix()
    assert_allclose(tz.rotation(np.float64(1.3), u).numpy(), wanted, atol=1e-14)
    turn = tz.rotation(np.float64(math.pi / 2)) @ tz.asarray(np.array([1.0, 0.0]))
    assert_allclose(turn.numpy(), [0.0, 1.0], atol=1e-15)
    tz.check_grad(lambda t: tz.rotation(t, [1.0, 2.0, 2.0]).sum(), np.array(0.4))


def test_rotations_refuse_what_has_no_meaning():
    with pytest.raises(ShapeError, match=r"must be one number, not \(2,\)"):
        tz.rotation([1.0, 2.0])
    with pytest.raises(ShapeError, match=r"must be three numbers, not \(2,\)"):
        tz.rotation(1.0, [1.0, 2.0])


@pytest.mark.parametrize("rank", [0, 1, 2, 3])
def test_low_rank_errs_by_the_next_singular_value(rank):
    a = draw(2, 4, 3)
    near = tz.low_rank(a, rank).numpy()
    s = np.append(np.linalg.svd(a, compute_uv=False), np.zeros((2, 1)), axis=1)
    assert_allclose(np.linalg.norm(a - near, 2, axis=(1, 2)), s[:, rank], atol=1e-12)
    assert (np.linalg.matrix_rank(near, tol=1e-9) == rank).all()


def test_low_rank_refuses_ranks_that_are_none():
    with pytest.raises(ArgumentError, match="cannot be 4: a matrix has at most 3"):
        tz.low_rank(draw(4, 3), 4)
    with pytest.raises(ShapeError, match="low_rank"):
        tz.low_rank([1.0], 1)


def test_condition_number_is_numpys():
    a = draw(5, 4, 3)
    assert_allclose(tz.condition_number(a).numpy(), np.linalg.cond(a))
    with np.errstate(divide="ignore"):
        assert tz.condition_number(np.diag([1.0, 0.0])).item() == math.inf


@pytest.mark.parametrize("shape", [(20, 4), (4, 6), (2, 1)])
@pytest.mark.parametrize("k", [None, 1])
def test_principal_components_are_scikit_learns(shape, k):
    peer = pytest.importorskip("sklearn.decomposition").PCA(k)
    x = draw(*shape) @ np.diag(np.arange(1.0, shape[1] + 1)) + 5
    peer.fit(x)
    ours = tz.PCA(k).fit(x)
    solid = peer.explained_variance_ > 1e-12  # beyond the rank, directions are arbitrary
    assert_allclose(ours.components.numpy()[solid], peer.components_[solid], atol=1e-9)
    assert_allclose(ours.explained_variance.numpy(), peer.explained_variance_, atol=1e-9)
    assert_allclose(
        ours.explained_variance_ratio.numpy(), peer.explained_variance_ratio_, atol=1e-12
    )
    z = ours.transform(x)
    assert_allclose(z.numpy()[:, solid], peer.transform(x)[:, solid], atol=1e-9)
    assert_allclose(
        ours.inverse_transform(z).numpy(), peer.inverse_transform(peer.transform(x)), atol=1e-9
    )
    assert_allclose(tz.PCA(k).fit_transform(x).numpy(), z.numpy())


def test_principal_components_refuse_what_they_cannot_do():
    with pytest.raises(ShapeError, match=r"at least two rows, not \(3,\)"):
        tz.PCA().fit([1.0, 2.0, 3.0])
    with pytest.raises(ArgumentError, match="there are no components yet"):
        tz.PCA().transform([[1.0]])
    with pytest.raises(ArgumentError, match="cannot be 3"):
        tz.PCA(3).fit(draw(5, 2))
    with pytest.raises(ArgumentError, match="cannot be 0"):
        tz.PCA(0)


# tz.cond branches; of the others PyTorch, too, has one in linalg (of matrices) and one outside.
OTHERS = ("cond", "cross", "diagonal", "norm")


@pytest.mark.parametrize("name", tz.linalg.__all__)
def test_the_course_finds_everything_in_linalg(name: str) -> None:
    found = getattr(tz.linalg, name)
    assert found is getattr(tz, name, found) or name in OTHERS


def test_a_projection_is_idempotent_and_symmetric() -> None:
    columns = np.random.default_rng(3).normal(size=(5, 2))
    p = tz.linalg.projection(columns).numpy()
    assert_allclose(p @ p, p, atol=1e-12)
    assert_allclose(p, p.T, atol=1e-12)
    assert_allclose(np.linalg.eigvalsh(p), [0, 0, 0, 1, 1], atol=1e-12)
    assert_allclose(p @ columns, columns, atol=1e-12)
    with pytest.raises(ShapeError) as refused:
        tz.linalg.projection(np.ones((2, 2, 2)))
    assert str(refused.value).splitlines()[0] == (
        "projection: the span is given by a vector (d) or a matrix (d, k), not (2, 2, 2)"
    )


@pytest.mark.parametrize("p", [None, 1, -1, 2, -2, np.inf, -np.inf, "fro", "nuc"])
def test_condition_in_any_norm(p: float | str | None) -> None:
    a = np.random.default_rng(4).normal(size=(3, 4, 4))
    assert_allclose(tz.linalg.cond(a, p).numpy(), np.linalg.cond(a, p), rtol=1e-9)

"""What deep learning needs beyond the standard: values as NumPy's and PyTorch's, and slopes."""

import numpy as np
import pytest

import tiza as tz

RNG = np.random.default_rng(0)
X = RNG.normal(size=(3, 4))


def t(x):
    return tz.asarray(np.asarray(x, dtype="float64"))


@pytest.mark.parametrize("spec", [
    "ij,jk->ik", "ij,jk", "ij,ij->", "ij->ji", "ij->j", "ii->i", "ii", "bij,bjk->bik",
    "i,j->ij", "i,i->", "bij,bkj->bik", "...ij,...jk->...ik", "ij,j,i->i", "ij,jk,kl->il",
    "...i,...i->...", "ijk->kji", "iij->ij", "i,ij->", ",ij->ij", "ij...->...", "b...i,ij->b...j",
])  # fmt: skip
def test_einsum_is_numpys(spec):
    sizes = dict(zip("bijkl", (2, 3, 4, 5, 2), strict=True))
    if "ii" in spec:
        sizes["i"] = 3
    shapes = [tuple(sizes[c] for c in term.replace("...", "bl" if "b" not in term else "l"))
              for term in spec.partition("->")[0].split(",")]  # fmt: skip
    arrays = [RNG.normal(size=s) for s in shapes]
    want = np.einsum(spec, *arrays)
    np.testing.assert_allclose(tz.einsum(spec, *map(t, arrays)).numpy(), want, atol=1e-12)
    for k, x in enumerate(arrays):

        def f(v, k=k):
            return (
                tz.einsum(spec, *[v if i == k else t(a) for i, a in enumerate(arrays)]) ** 2
            ).sum()

        tz.check_grad(f, t(x))


def test_einsum_broadcasts_sides_of_one():
    a, b = RNG.normal(size=(1, 3)), RNG.normal(size=(4, 3))
    for spec in ("...i,...i->...", "bi,bi->bi", "bi,bi->i"):
        np.testing.assert_allclose(tz.einsum(spec, t(a), t(b)).numpy(), np.einsum(spec, a, b))


def test_einsum_says_what_is_wrong():
    for spec, arrays in (("ij", [X, X]), ("ijk", [X]), ("ij->ii", [X]), ("ij->k", [X]),
                         ("ij,jk", [X, X])):  # fmt: skip
        with pytest.raises(ValueError, match="einsum"):
            tz.einsum(spec, *map(t, arrays))


MASK = np.array([[True, False, True, False], [False, True, True, False], [True, True, True, True]])
SLOPES = {
    "getitem slice": lambda x: x[1:, ::-2],
    "getitem newaxis": lambda x: x[..., None, 1] * 2,
    "getitem mask": lambda x: x[tz.asarray(MASK)],
    "getitem rows": lambda x: x[tz.asarray([0, 2, 0])],
    "getitem pairs": lambda x: x[tz.asarray([0, 2, 0]), tz.asarray([1, -1, 1])],
    "getitem apart": lambda x: x[None][0, :, [1, 1, 0]],
    "sort": lambda x: tz.sort(x, axis=0, descending=True) * t([[1], [2], [3]]),
    "top_k": lambda x: tz.top_k(x, 2).values * t([1, 3]),
    "take": lambda x: tz.take(x, tz.asarray([1, 1, 3]), axis=1) ** 2,
    "take_along": lambda x: tz.take_along_axis(x, tz.asarray([[0, 0], [3, 1], [2, 2]]), axis=1),
    "gather": lambda x: tz.gather(x, 1, tz.asarray([[0, 0], [3, 1]])) ** 2,
    "scatter": lambda x: tz.scatter(x**2, 1, tz.asarray([[0, 0], [3, 1]]), x[:2, :2]),
    "scatter_add": lambda x: tz.scatter_add(x**2, 1, tz.asarray([[0, 0], [3, 1]]), x[1:, 1:3]),
    "cumulative_sum": lambda x: tz.cumulative_sum(x, axis=1) ** 2,
    "cumulative_prod": lambda x: tz.cumulative_prod(x, axis=0, include_initial=True) ** 2,
    "prod": lambda x: tz.prod(x, axis=1), "std": lambda x: tz.std(x, axis=0, correction=1),
    "var": lambda x: tz.var(x), "diff": lambda x: tz.diff(x, n=2) ** 2,
    "softmax": lambda x: tz.softmax(x, axis=0) ** 2,
    "log_softmax": lambda x: tz.log_softmax(x) ** 2,
    "logsumexp": lambda x: tz.logsumexp(x, axis=(0, 1)),
    "logaddexp": lambda x: tz.logaddexp(x, x[:1]), "erf": tz.erf,
    "norm": lambda x: tz.norm(x, axis=1), "norm 3": lambda x: tz.norm(x, 3),
    "cosine": lambda x: tz.cosine_similarity(x, x[::-1], dim=1),
    "outer": lambda x: tz.outer(x[0], x[1]), "pad": lambda x: tz.pad(x, (1, 2, 0, 1)) ** 2,
    "pad reflect": lambda x: tz.pad(x, (2, 1), mode="reflect") ** 2,
    "pad crop": lambda x: tz.pad(x, (-1, 1), value=3.0) ** 2,
    "clip": lambda x: tz.clip(x, -0.5, 0.5) * x, "where": lambda x: tz.where(x > 0, x**2, -x),
    "roll": lambda x: tz.roll(x, 1, axis=1) * t(X), "tile": lambda x: tz.tile(x, (2, 1)) ** 2,
    "repeat": lambda x: tz.repeat(x, tz.asarray([1, 0, 2]), axis=0) ** 2,
    "meshgrid": lambda x: tz.meshgrid(x[0], x[1])[0] ** 2, "tril": lambda x: tz.tril(x) ** 2,
    "tensordot": lambda x: tz.tensordot(x, x, axes=((1,), (1,))),
    "log2": lambda x: tz.log2(x * x), "log10": lambda x: tz.log10(x * x),
    "reciprocal": tz.reciprocal, "unstack": lambda x: tz.unstack(x, axis=1)[2] ** 2,
}  # fmt: skip


@pytest.mark.parametrize("name", SLOPES)
def test_derivatives_are_slopes(name):
    f = SLOPES[name]
    weights = t(np.random.default_rng(1).normal(size=f(t(X)).shape))
    tz.check_grad(lambda x: (f(x) * weights).sum(), t(X))


@pytest.mark.parametrize("name", ["sort", "softmax", "prod", "cumulative_prod", "norm", "gather",
                                  "getitem pairs", "std"])  # fmt: skip
def test_second_derivatives_are_slopes(name):
    f = SLOPES[name]
    first = tz.grad(lambda x: (f(x) ** 2).sum())
    tz.check_grad(lambda x: (first(x) * t(X)).sum(), t(X))


@pytest.mark.parametrize("name", SLOPES)
def test_forward_mode_is_the_slope_and_vmap_is_the_loop(name):
    f, x = SLOPES[name], X
    rng = np.random.default_rng(2)
    step, h = rng.normal(size=x.shape), 1e-6
    _, tangent = tz.jvp(f, (tz.asarray(x),), (tz.asarray(step),))
    ends = [f(tz.asarray(x + sign * h * step)).numpy() for sign in (1, -1)]
    np.testing.assert_allclose(tangent.numpy(), (ends[0] - ends[1]) / (2 * h), rtol=1e-5, atol=1e-6)
    rows = np.stack([x, x + 0.01 * step])
    loop = np.stack([f(tz.asarray(row)).numpy() for row in rows])
    np.testing.assert_allclose(tz.vmap(f)(tz.asarray(rows)).numpy(), loop, atol=1e-9)


def test_products_of_zeros_have_slopes():
    x = t([2.0, 0.0, 3.0])
    np.testing.assert_array_equal(tz.grad(tz.prod)(x).numpy(), [0, 6, 0])
    np.testing.assert_array_equal(tz.grad(lambda v: tz.cumulative_prod(v)[2])(x).numpy(), [0, 6, 0])


# assignment
def test_assignment_differentiates():
    w = tz.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = w * 1
    y[1] = w[0] * 10
    (y * y).sum().backward()
    np.testing.assert_array_equal(w.grad.numpy(), [2 + 200, 0, 6])


def test_assignment_through_slices_masks_and_repeats():
    w = tz.tensor([1.0, 2.0, 3.0, 4.0], requires_grad=True)
    y = w * 1
    y[::2] = w[1] * tz.asarray([1.0, 10.0])
    y[y > 15] = 0.0
    y[tz.asarray([1, 1])] = tz.stack([w[0], w[3] * 5])
    np.testing.assert_array_equal(y.numpy(), [2, 20, 0, 4])
    y.sum().backward()
    np.testing.assert_array_equal(w.grad.numpy(), [0, 1, 0, 5 + 1])


def test_in_place_operators_differentiate():
    w = tz.tensor([1.0, 2.0], requires_grad=True)
    y = w * 1
    kept = y * 1
    y += w
    y *= w
    y[0] -= w[1]
    y.sum().backward()
    np.testing.assert_array_equal(w.grad.numpy(), [4, 8 - 1])
    np.testing.assert_array_equal(kept.numpy(), [1, 2])


def test_a_view_stays_what_it_was():
    x = tz.asarray([1.0, 2.0])
    view = x[:1]
    x[0] = 9.0
    assert view.item() == 1.0


def test_a_variable_refuses_assignment_in_one_sentence():
    w = tz.tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(RuntimeError, match="no_grad"):
        w[0] = w[1] * 2
    with tz.no_grad():
        w[0] = 5.0
    assert w.numpy().tolist() == [5.0, 2.0]
    assert w.requires_grad


def test_assignment_keeps_type_and_shape():
    x = tz.asarray([1, 2])
    with pytest.raises(TypeError, match="int64"):
        x[0] = 1.5
    with pytest.raises(TypeError, match="float"):
        x += 0.5
    x[0] = True
    assert x.numpy().tolist() == [1, 2]


def test_assignment_at_places_to_come():
    def f(x, i):
        x = x * 1
        x[i] = x[0] * 3
        x[1, tz.argmax(x[0])] = 7.0
        return x

    x, i = t(X), tz.asarray([2, 0, 2])
    rows = tz.vmap(lambda k: f(x, k))(i)
    for row, k in zip(rows, (2, 0, 2), strict=True):
        want = X.copy()
        want[k] = want[0] * 3
        want[1, want[0].argmax()] = 7
        np.testing.assert_allclose(row.numpy(), want)


def test_assigned_values_may_have_axes_of_one_in_front():
    for x in (tz.zeros((2, 2)), tz.tensor(np.zeros((2, 2)), requires_grad=True) * 1):
        x[0] = tz.ones((1, 1, 2))
        assert x.numpy().tolist() == [[1, 1], [0, 0]]
        with pytest.raises(ValueError, match="does not fit"):
            x[0] = tz.ones((2, 2))


def test_a_loop_of_assignments_does_not_grow():
    x = tz.zeros(50)
    for i in range(50):
        x[i] = float(i)
        x[i] = x[i] + tz.sum(x[:i]) * 0
    assert x.node.depth == 0
    assert x.numpy().tolist() == list(range(50))


# PyTorch's tensors
@pytest.mark.peer
def test_methods_are_pytorchs():
    torch = pytest.importorskip("torch")
    ours, theirs = t(X), torch.tensor(X)
    for call in (
        lambda x: x.sum(0), lambda x: x.mean(-1, keepdim=True), lambda x: x.sum(dim=(0, 1)),
        lambda x: x.reshape(2, -1), lambda x: x.view(4, 3), lambda x: x.permute(1, 0),
        lambda x: x.transpose(0, -1), lambda x: x.unsqueeze(1).squeeze(1), lambda x: x.T,
        lambda x: x.flatten(), lambda x: x[None].expand(2, -1, -1), lambda x: x.exp().log(),
        lambda x: x.clamp(min=0), lambda x: x.argmax(1), lambda x: x.norm(), lambda x: x.abs(),
        lambda x: x.masked_fill(x > 0, -1.0), lambda x: x.cumsum(1),
        lambda x: x.float(), lambda x: x.long(), lambda x: x.clone(), lambda x: x.softmax(1),
        lambda x: x.prod(1), lambda x: (x > 0).any(0), lambda x: x @ x.T,
        lambda x: -x + 2 / (x * x),
        lambda x: x.relu().sigmoid().add(1).sub(x).mul(2).div(3).pow(2).contiguous(),
        lambda x: x.split(3, dim=1)[1], lambda x: x.split([1, 2])[1], lambda x: x.chunk(3, 1)[-1],
        lambda x: x.mm(x.T).matmul(x), lambda x: x[0].dot(x[1]), lambda x: x.gt(0).eq(x.le(0)),
        lambda x: 1 - x, lambda x: (x > 0) * x, lambda x: x.long() * 0.5, lambda x: x.topk(2)[1],
    ):  # fmt: skip
        mine, other = call(ours), call(theirs).numpy()
        np.testing.assert_allclose(mine.numpy(), other, rtol=1e-6)
        assert mine.shape == other.shape
    assert (ours.dim(), ours.numel()) == (theirs.dim(), theirs.numel())
    with pytest.raises(AttributeError, match="nothing"):
        ours.nothing  # noqa: B018


def test_messages_speak_both_languages():
    from tiza.errors import use_language

    for language, word in (("en", "axis 5 does not exist"), ("es", "el eje 5 no existe")):
        with use_language(language), pytest.raises(IndexError, match=word):
            tz.sum(tz.zeros((2, 2)), axis=5)


CORNERS = [
    (lambda: tz.tensor(tz.ones(2)), np.ones(2)),
    (lambda: tz.linspace(0, 1j, 3), np.linspace(0, 1j, 3)),
    (lambda: tz.full((2,), tz.asarray(3)), [3, 3]),
    (lambda: tz.linalg.cholesky(tz.asarray([[2, 1j], [-1j, 2]]), upper=True),
     np.conj(np.linalg.cholesky([[2, 1j], [-1j, 2]]).T)),
    (lambda: tz.linalg.matrix_rank(tz.zeros((0, 3))), 0),
    (lambda: tz.linalg.pinv(tz.zeros((0, 3))), np.zeros((3, 0))),
    (lambda: [[1, 2], [3, 4]] @ tz.asarray([1, 1]), [3, 7]),
    (lambda: np.ones((2, 2)) @ tz.ones(2), [2, 2]),
    (lambda: +tz.asarray([1]), [1]),
    (lambda: tz.zeros((1, 2, 1)).squeeze(), [0, 0]),
    (lambda: tz.asarray([1.5]).to("cpu").to("int8").cpu(), [1]),
    (lambda: tz.asarray([3, 1]).argsort(), [1, 0]),
    (lambda: tz.vecdot(tz.asarray([1j]), tz.asarray([1j])), 1),
    (lambda: tz.one_hot(tz.asarray([1]), 2, dtype=tz.int8), [[0, 1]]),
    (lambda: tz.scatter_add(tz.zeros(2), 0, tz.asarray([1]), 3), [0, 3]),
    (lambda: tz.ones(3)[[]], np.zeros(0)),
    (lambda: tz.asarray(3) / tz.asarray(2), 1.5),
    (lambda: tz.asarray([True]) * 3, [3]),
    (lambda: tz.tensordot(tz.ones((2, 3)), tz.ones((3, 2)), axes=1), np.full((2, 2), 3)),
    (lambda: tz.squeeze(tz.zeros((1, 2, 1))), [0, 0]),
    (lambda: tz.asarray(memoryview(np.arange(3))), [0, 1, 2]),
    (lambda: tz.flatten(tz.asarray(2)), [2]),
]  # fmt: skip


@pytest.mark.parametrize(("call", "want"), CORNERS)
def test_corners(call, want):
    got, want = call().numpy(), np.asarray(want)
    assert got.shape == want.shape
    np.testing.assert_allclose(got, want, rtol=1e-6)


def test_a_product_in_place():
    x = tz.asarray([[1.0, 2.0], [3.0, 4.0]])
    x @= tz.eye(2) * 2
    assert x.numpy().tolist() == [[2, 4], [6, 8]]
    with pytest.raises(ValueError, match="assign"):
        x @= tz.ones(2)


def test_derivatives_of_a_wide_svd():
    weights = t(np.random.default_rng(0).normal(size=(2, 3)))
    tz.check_grad(lambda x: (tz.linalg.svd(x, full_matrices=False).Vh ** 2 * weights).sum(),
                  t(X[:2, :3]))  # fmt: skip

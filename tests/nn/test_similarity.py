"""Bilinear forms, cosines, distances and bags: equal to PyTorch's and to their formulas."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nn.peers import assert_answers, assert_slopes, twins, variables

import tiza as tz
from tiza import nn
from tiza.errors import TizaError
from tiza.nn import functional as F


@pytest.mark.peer
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.lists(st.integers(0, 3), max_size=2), st.integers(1, 4), st.integers(1, 4),
       st.integers(1, 4), st.booleans())  # fmt: skip
def test_bilinear_equals_pytorch(dtype, lead, i, j, out, bias):
    pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    ours, theirs = twins("Bilinear", (i, j, out), {"bias": bias}, dtype)
    mine, peers = variables([rng.normal(size=(*lead, i)), rng.normal(size=(*lead, j))], dtype)
    got, want = ours(*mine), theirs(*peers)
    assert_answers(got, want, dtype)
    assert_slopes(got, want, mine, peers, (ours, theirs), dtype)


@pytest.mark.peer
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("zero", [False, True])
@pytest.mark.parametrize(("name", "kwargs"), [
    ("CosineSimilarity", {}), ("CosineSimilarity", {"dim": -1, "eps": 1e-3}),
    ("CosineSimilarity", {"dim": 0}), ("PairwiseDistance", {}),
    ("PairwiseDistance", {"p": 1.0}), ("PairwiseDistance", {"p": 3.0, "keepdim": True}),
    ("PairwiseDistance", {"p": float("inf")}), ("PairwiseDistance", {"p": 2.0, "eps": 0.1}),
])  # fmt: skip
def test_comparisons_equal_pytorch(name, kwargs, zero, dtype):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=(3, 4)), rng.normal(size=(3, 4))]
    if zero and name == "CosineSimilarity":
        arrays[0][:, 1] = arrays[0][1] = 0
    elif zero:
        arrays[1][1] = arrays[0][1] + 1
    mine, peers = variables(arrays, dtype)
    got, want = getattr(nn, name)(**kwargs)(*mine), getattr(torch.nn, name)(**kwargs)(*peers)
    assert_answers(got, want, dtype)
    assert_slopes(got, want, mine, peers, (None, None), dtype)


@st.composite
def bags(draw):
    options = {
        "mode": draw(st.sampled_from(["sum", "mean", "max"])),
        "padding_idx": draw(st.sampled_from([None, 2, -1])),
        "include_last_offset": draw(st.booleans()),
    }
    n = draw(st.integers(1, 4))
    sizes = draw(st.lists(st.integers(0, 3), min_size=n, max_size=n))
    weighted = options["mode"] == "sum" and draw(st.booleans())
    return options, sizes, draw(st.booleans()), weighted


@pytest.mark.peer
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@settings(max_examples=60, deadline=None, derandomize=True)
@given(bags())
def test_bags_equal_pytorch(dtype, case):
    torch = pytest.importorskip("torch")
    options, sizes, square, weighted = case
    rng = np.random.default_rng(0)
    if square:
        options = options | {"include_last_offset": False}
        ids, offsets = rng.integers(0, 5, (len(sizes), 3)), None
    else:
        ids = rng.integers(0, 5, sum(sizes))
        offsets = np.cumsum([0, *sizes])[: len(sizes) + options["include_last_offset"]]
    ours, theirs = twins("EmbeddingBag", (5, 3), options, dtype)
    mine, peers = variables([rng.normal(size=ids.shape)] * weighted, dtype)
    got = ours(ids, offsets, *mine)
    want = theirs(torch.tensor(ids), None if square else torch.tensor(offsets), *peers)
    assert_answers(got, want, dtype)
    assert_slopes(got, want, mine, peers, (ours, theirs), dtype)


@pytest.mark.parametrize("mode", ["sum", "mean", "max"])
def test_a_bag_is_the_embedding_reduced(mode):
    table = np.random.default_rng(0).normal(size=(6, 2))
    ids = np.array([3, 0, 5, 3])
    got = F.embedding_bag(ids, table, [0, 1, 1], mode=mode).numpy()
    reduced = getattr(np, mode)
    want = [table[[3]], np.zeros((1, 2)), table[[0, 5, 3]]]
    np.testing.assert_allclose(got, [reduced(w, axis=0) for w in want])


def test_the_padding_row_starts_at_zero():
    layer = nn.EmbeddingBag(4, 3, padding_idx=-1)
    assert (layer.weight.numpy()[3] == 0).all()
    table = np.eye(3)
    assert not nn.EmbeddingBag.from_pretrained(table, mode="sum").weight.requires_grad


@pytest.mark.parametrize("f", [F.segment_sum, F.segment_mean, F.segment_max, F.segment_softmax])
def test_slopes_of_segments_are_right(f):
    x = np.random.default_rng(0).normal(size=(6, 2))
    groups = np.array([0, 3, 0, 1, 3, 3])
    weights = np.random.default_rng(1).normal(size=f(x, groups, 5).shape)
    tz.check_grad(lambda x: (f(x, groups, 5) * weights).sum(), tz.tensor(x))


def test_softmax_of_segments_does_not_overflow():
    got = F.segment_softmax([1e4, 1e4, -1e4, 3.0], [0, 0, 1, 2], 4)
    assert got.tolist() == [0.5, 0.5, 1.0, 1.0]


def test_bilinear_starts_within_its_bound():
    layer = nn.Bilinear(4, 3, 2)
    layer.reset_parameters()
    assert np.abs(layer.weight.numpy()).max() <= 0.5
    assert "in1_features=4, in2_features=3, out_features=2, bias=True" in repr(layer)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: nn.Bilinear(0, 1, 1), "layer-size"),
        (lambda: F.bilinear(np.ones((2, 3)), np.ones((2, 3)), np.ones((3, 3))), "bilinear-weight"),
        (lambda: F.bilinear(np.ones((2, 3)), np.ones((4, 3)), np.ones((1, 3, 3))),
         "bilinear-inputs"),
        (lambda: nn.EmbeddingBag(3, 2, mode="min"), "bag-mode"),
        (lambda: nn.EmbeddingBag(3, 2, padding_idx=3), "embedding-padding"),
        (lambda: nn.EmbeddingBag.from_pretrained([1.0]), "embedding-table"),
        (lambda: nn.EmbeddingBag(3, 2)([1, 2]), "bag-offsets-missing"),
        (lambda: nn.EmbeddingBag(3, 2)([[1, 2]], [0]), "bag-offsets-2d"),
        (lambda: nn.EmbeddingBag(3, 2)([1, 2], [1]), "bag-first-offset"),
        (lambda: nn.EmbeddingBag(3, 2)([1, 2], [0.5]), "bag-offsets"),
        (lambda: nn.EmbeddingBag(3, 2)([[[1]]]), "bag-rank"),
        (lambda: nn.EmbeddingBag(3, 2)([[1.0]]), "embedding-ids"),
        (lambda: nn.EmbeddingBag(3, 2)([[-1]]), "embedding-row"),
        (lambda: nn.EmbeddingBag(3, 2)([[1]], None, [[1.0]]), "bag-weights-mode"),
        (lambda: nn.EmbeddingBag(3, 2, mode="sum")([[1]], None, [1.0]), "bag-weights"),
        (lambda: F.embedding_bag([[1]], np.ones((3, 2)), padding_idx=7), "embedding-padding"),
        (lambda: F.segment_sum([1.0], [0.5], 2), "segments-type"),
        (lambda: F.segment_sum([1.0], [0, 1], 2), "segments-shape"),
    ],
)  # fmt: skip
def test_wrong_arguments_are_refused(make, code):
    with pytest.raises(TizaError) as caught:
        make()
    assert caught.value.code == code

"""PyTorch's names and spelling of array functions: what its own samples do not show."""

import numpy as np
import pytest

import tiza as tz
from tiza.errors import TizaError, use_language
from tiza.lang import array_api, torch_api

X = tz.asarray([[1.0, 5.0], [7.0, 2.0]])


def test_names_are_there_and_do_not_hide_the_standards():
    assert set(torch_api.__all__) <= set(tz.__all__)
    assert set(torch_api.__all__) & set(array_api.__all__) == set()
    assert all(getattr(tz, name) is getattr(torch_api, name) for name in torch_api.__all__)
    assert (tz.long, tz.double, tz.float, tz.int) == (tz.int64, tz.float64, tz.float32, tz.int32)
    assert {"long", "float"} & set(tz.__all__) == set()  # `import *` hides nothing of Python's


def test_spelled_as_in_pytorch_the_answer_is_pytorchs():
    values, places = tz.max(X, 1)
    assert (values.tolist(), places.tolist()) == ([5.0, 7.0], [1, 0])
    assert tz.min(X, dim=0, keepdim=True).indices.tolist() == [[0, 1]]
    assert tz.max(X, axis=1).tolist() == X.max(1).values.tolist() == [5.0, 7.0]
    assert tz.max(X, 3.0).tolist() == [[3.0, 5.0], [7.0, 3.0]]
    assert tz.sort(X, 1).values.tolist() == tz.sort(X, axis=1).tolist() == [[1.0, 5.0], [2.0, 7.0]]
    assert X.sort(descending=True).indices.tolist() == [[1, 0], [0, 1]]
    assert X.sort(axis=0).tolist() == [[1.0, 2.0], [7.0, 5.0]]
    assert tz.squeeze(tz.zeros(1, 2), dim=1).shape == (1, 2)
    assert X.nonzero().shape == (4, 2)
    assert len(X.nonzero(as_tuple=True)) == 2


def test_one_argument_is_not_given_twice():
    with pytest.raises(TypeError):
        tz.sum(X, 1, axis=0)
    with pytest.raises(ValueError, match="dim and axis"):
        tz.max(X, dim=1, axis=0)


def test_the_derivative_of_a_greatest_entry_with_its_place_flows_to_it_alone():
    x = tz.asarray([3.0, 3.0]).requires_grad_()
    tz.max(x, 0).values.backward()
    assert x.grad.tolist() == [1.0, 0.0]
    x.grad = None
    tz.max(x, axis=0).backward()
    assert x.grad.tolist() == [0.5, 0.5]


@pytest.mark.parametrize("make", [
    lambda: tz.zeros(2, 3), lambda: tz.ones(size=(2, 3)), lambda: tz.empty(2, 3),
    lambda: tz.rand(2, 3), lambda: tz.randn((2, 3)), lambda: tz.randint(5, (2, 3)),
    lambda: tz.randint(2, 5, (2, 3)), lambda: tz.rand_like(tz.zeros(2, 3)),
    lambda: tz.normal(tz.zeros(2, 3), tz.ones(3)), lambda: tz.randn(2, 3, dtype=tz.float64),
])  # fmt: skip
def test_sizes_are_numbers_or_a_tuple(make):
    assert make().shape == (2, 3)


def test_what_is_made_may_be_a_variable():
    assert tz.ones(2, requires_grad=True).requires_grad
    assert tz.randn(2, requires_grad=True).requires_grad
    assert not tz.zeros(2, requires_grad=False).requires_grad
    assert tz.arange(start=1, end=4).tolist() == [1, 2, 3]
    assert tz.linspace(start=0, end=1, steps=3).tolist() == [0.0, 0.5, 1.0]


def test_in_place_a_tensor_takes_the_new_value():
    x = tz.asarray([1.0, 4.0])
    y = x.mul_(2).add_(1, alpha=2)
    assert y is x
    assert x.tolist() == [4.0, 10.0]
    assert x.zero_().tolist() == [0.0, 0.0]
    assert x.copy_([5, 6]).tolist() == [5.0, 6.0]
    assert x.fill_(3).clamp_(max=2).tolist() == [2.0, 2.0]
    with pytest.raises(TypeError, match="int64"):
        tz.asarray([1]).add_(0.5)


def test_methods_of_pytorchs_tensors():
    assert X.new_zeros(3).dtype == X.new_ones(3).dtype == X.new_full((3,), 7).dtype == X.dtype
    assert X.view_as(tz.zeros(4)).shape == (4,)
    assert tz.zeros(2).expand_as(X).shape == (2, 2)
    assert tz.asarray([1]).type_as(X).dtype == X.dtype
    assert X.flip(0).tolist() == X.flip((0,)).tolist() == [[7.0, 2.0], [1.0, 5.0]]
    assert X.repeat(2, 1).shape == (4, 2)
    assert X.to("cpu", tz.float64).dtype == X.to(tz.zeros(1, dtype=tz.float64)).dtype == tz.float64
    assert X.to(tz.float32, copy=True) is not X
    assert X.nelement() == X.numel() == 4
    assert tz.is_tensor(X)
    assert tz.is_floating_point(X)


def test_random_arrays_follow_their_laws():
    tz.manual_seed(0)
    p = tz.asarray([0.1, 0.6, 0.3], dtype=tz.float64)
    drawn = tz.multinomial(p, 20_000, replacement=True).numpy()
    np.testing.assert_allclose(np.bincount(drawn) / drawn.size, p.numpy(), atol=0.015)
    rows = tz.multinomial(tz.ones(50, 4), 4).numpy()
    assert (np.sort(rows, axis=1) == np.arange(4)).all()
    assert set(tz.multinomial(tz.asarray([0.0, 1.0, 1.0]), 2).tolist()) == {1, 2}
    assert abs(tz.bernoulli(tz.full((20_000,), 0.3)).mean().item() - 0.3) < 0.015
    x = tz.normal(3.0, 2.0, (20_000,)).numpy()
    assert abs(x.mean() - 3) < 0.06
    assert abs(x.std() - 2) < 0.06
    assert sorted(tz.randperm(9).tolist()) == list(range(9))


REFUSED = [
    (lambda: tz.split(X, 0), "split-sizes", "an axis of 2 entries cannot be cut into pieces by 0"),
    (lambda: tz.split(X, [1, 2]), "split-sizes",
     "an axis of 2 entries cannot be cut into pieces by (1, 2)"),
    (lambda: tz.chunk(X, 0), "split-sizes", "an axis of 2 entries cannot be cut into pieces by 0"),
    (lambda: tz.tensor_split(X, 0), "split-sizes",
     "an axis of 2 entries cannot be cut into pieces by 0"),
    (lambda: tz.hsplit(X, 3), "split-sizes", "an axis of 2 entries cannot be cut into pieces by 3"),
    (lambda: tz.vsplit(X[0], 1), "axes-needed",
     "vsplit takes an array of at least 2 axes, not of shape (2,)"),
    (lambda: tz.narrow(X, 0, 1, 2), "narrow-outside",
     "narrow: 2 entries from 1 on do not lie in an axis of 2"),
    (lambda: tz.select(X, 0, 2), "index-outside",
     "index 2 is outside an axis of size 2"),
    (lambda: tz.t(tz.zeros(1, 2, 3)), "t-matrix",
     "t turns matrices, not arrays of shape (1, 2, 3)"),
    (lambda: X.unfold(0, 3, 1), "unfold-window",
     "windows of 3 entries, 1 apart, do not fit an axis of 2"),
    (lambda: tz.kthvalue(X, 3), "kth-outside", "there is no entry number 3 of 2"),
    (lambda: tz.median(tz.zeros(2, 0), 1), "kth-outside", "there is no entry number 1 of 0"),
    (lambda: tz.quantile(tz.zeros(0), 0.5), "kth-outside", "there is no entry number 1 of 0"),
    (lambda: tz.quantile(X, 0.5, interpolation="up"), "choice-unknown",
     "interpolation cannot be 'up'"),
    (lambda: tz.masked_scatter(X, X > 0, tz.ones(3)), "masked-scatter-few",
     "masked_scatter: 4 places are to be filled, but source has 3 entries"),
    (lambda: tz.diag(tz.zeros(1, 2, 3)), "diag-axes",
     "diagonals belong to vectors and matrices, not to shape (1, 2, 3)"),
    (lambda: tz.block_diag(tz.zeros(1, 2, 3)), "diag-axes",
     "diagonals belong to vectors and matrices, not to shape (1, 2, 3)"),
    (lambda: tz.diagonal(X, 0, 1, -1), "axis-twice", "an axis is named twice in (1, -1)"),
    (lambda: tz.mm(X, X[0]), "product-axes", "mm takes arrays of 2 axes here, not of shape (2,)"),
    (lambda: tz.bmm(tz.ones(2, 1, 1), tz.ones(3, 1, 1)), "broadcast",
     "the shapes (2, 1, 1) , (3, 1, 1) do not broadcast together"),
    (lambda: tz.addmm(tz.ones(3, 2, 2), X, X), "broadcast",
     "the shapes (3, 2, 2) , (2, 2) do not broadcast together"),
    (lambda: tz.inner(X, tz.ones(3)), "broadcast",
     "the shapes (2, 2) , (3,) do not broadcast together"),
    (lambda: tz.cdist(X, tz.ones(2, 3)), "broadcast",
     "the shapes (2, 2) , (2, 3) do not broadcast together"),
    (lambda: tz.bincount(tz.asarray([-1])), "bincount-negative",
     "bincount: numbers of at least 0 are wanted, but -1 is among them"),
    (lambda: tz.bincount(tz.ones(2)), "index-type", "an index must be an integer, got float32"),
    (lambda: tz.bincount(tz.asarray(1)), "vector-needed", "bincount takes arrays of one axis"),
    (lambda: tz.bucketize(X, X), "vector-needed", "bucketize takes arrays of one axis"),
    (lambda: tz.combinations(X), "vector-needed", "combinations takes arrays of one axis"),
    (lambda: tz.index_select(X, 0, tz.asarray([[0]])), "vector-needed",
     "index_select takes arrays of one axis"),
    (lambda: tz.index_add(X, 0, tz.asarray([[0]]), X), "vector-needed",
     "index_... takes arrays of one axis"),
    (lambda: tz.diag_embed(tz.asarray(1)), "vector-needed", "diag_embed takes arrays of one axis"),
    (lambda: tz.histc(X, 0), "histc-bins", "histc: 0 bins from 1.0 to 7.0 are none"),
    (lambda: tz.clamp(X), "clamp-bounds", "clamp: neither min nor max was given"),
    (lambda: tz.multinomial(tz.ones(2), 3), "top-k", "3"),
    (lambda: tz.multinomial(tz.ones(2, 2, 2), 1), "multinomial-shape",
     "multinomial: 1 draws from weights of shape (2, 2, 2)"),
    (lambda: tz.divide(X, X, rounding_mode="up"), "choice-unknown",
     "rounding_mode cannot be 'up'"),
    (lambda: tz.scatter(X, 0, tz.asarray([[0]]), X, reduce="multiply"), "choice-unknown",
     "reduce cannot be 'multiply'"),
    (lambda: tz.cdist(X, X, -1), "distance-p", "p must not be negative, but is -1"),
    (lambda: tz.pdist(X, -1), "distance-p", "p must not be negative, but is -1"),
    (lambda: tz.repeat_interleave(X, tz.asarray([1, 2, 3]), 0), "repeat-counts",
     "repeat: [1, 2, 3] are not the counts of an axis of 2"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "code", "fact"), REFUSED, ids=lambda v: v if isinstance(v, str)
                         else "")  # fmt: skip
def test_refusals(call, code, fact):
    with pytest.raises(TizaError) as caught:
        call()
    assert caught.value.code == code
    assert fact in str(caught.value)
    with use_language("es"):
        assert fact not in str(caught.value) or fact.isdigit()

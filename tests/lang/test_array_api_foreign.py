"""Code written for any array library runs on tiza: hypothesis, NumPy, pandas, PyTorch."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.array_api import make_strategies_namespace

import tiza as tz

QUICK = settings(max_examples=settings().max_examples // 4)  # there are many functions

xps = make_strategies_namespace(tz, api_version="2024.12")
NAMES = [*tz.__array_namespace_info__().dtypes()]


@pytest.mark.parametrize("name", NAMES)
@QUICK
@given(data=st.data())
def test_hypothesis_draws_arrays(name, data):
    dtype = getattr(tz, name)
    x = data.draw(xps.arrays(dtype, xps.array_shapes(min_dims=0, min_side=0, max_side=3)))
    assert isinstance(x, tz.Tensor)
    assert x.dtype == dtype
    key = data.draw(xps.indices(x.shape, allow_newaxis=True)) if x.size else ...
    assert x[key].shape == x.numpy()[key].shape


@QUICK
@given(data=st.data())
def test_hypothesis_draws_types_and_axes(data):
    assert data.draw(xps.scalar_dtypes()).name in NAMES
    shapes, result = data.draw(xps.mutually_broadcastable_shapes(3))
    arrays = tz.broadcast_arrays(*(tz.zeros(shape) for shape in shapes))
    assert {x.shape for x in arrays} == {result}


def test_numpy_reads_tensors_and_tensors_read_numpy():
    x = tz.asarray([[1.0, 2.0], [3.0, 4.0]])
    assert np.asarray(x).dtype == np.float32
    assert np.asarray(x, dtype="float64").dtype == np.float64
    np.testing.assert_array_equal(np.mean(np.asarray(x), axis=0), tz.mean(x, axis=0).numpy())
    mixed = np.ones(2) * x
    assert isinstance(mixed, tz.Tensor)
    assert mixed.dtype == tz.float64
    assert isinstance(np.float32(2) * x, tz.Tensor)
    with pytest.raises(ValueError, match="read-only"):
        x.numpy()[0, 0] = 9


def test_pandas_goes_in():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": [1.0, 2.0], "b": [3, 4]})
    assert tz.asarray(frame).shape == (2, 2)
    assert tz.asarray(frame["b"]).dtype == tz.int64
    assert tz.asarray(pandas.Series([True, False])).dtype == tz.bool


@pytest.mark.peer
def test_pytorch_goes_in_and_out():
    torch = pytest.importorskip("torch")
    theirs = torch.arange(6.0, requires_grad=True).reshape(2, 3)
    ours = tz.asarray(theirs)
    assert ours.dtype == tz.float32
    np.testing.assert_array_equal(ours.numpy(), theirs.detach().numpy())
    np.testing.assert_array_equal(torch.from_dlpack(ours).numpy(), ours.numpy())
    assert tz.from_dlpack(torch.ones(3)).shape == (3,)
    assert ours[torch.tensor([1])].shape == (1, 3)


def test_lists_of_tensors_keep_their_derivatives():
    a, b = tz.tensor(2.0, requires_grad=True), tz.tensor(3.0, requires_grad=True)
    (tz.asarray([[a, b], [1.0, a]]) ** 2).sum().backward()
    assert (a.grad.item(), b.grad.item()) == (8.0, 6.0)
    assert tz.asarray([a, 2]).shape == (2,)


@pytest.mark.parametrize("bad", [["a"], object(), [[1, 2], [3]], {"a": 1}, None])
def test_what_is_no_array_is_refused(bad):
    with pytest.raises((TypeError, ValueError)):
        tz.asarray(bad)

"""Statistics, searching, sorting and sets agree with the referee."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import tiza as tz

QUICK = settings(max_examples=settings().max_examples // 4)  # there are many functions

INTS = ["int8", "int32", "int64", "uint8", "uint64"]
FLOATS = ["float32", "float64"]


def arrays(dtypes, min_dims=0, min_side=0, nan=False):
    """Moderate values, so that sums are comparable."""

    def of(dtype):
        kind = np.dtype(dtype).kind
        bound = {
            "f": {"min_value": -8, "max_value": 8},
            "u": {"max_value": 8},
            "i": {"min_value": -8, "max_value": 8},
            "c": {"max_magnitude": 8, "allow_nan": False},
        }.get(kind, {})
        elements = hnp.from_dtype(np.dtype(dtype), **bound)
        if nan and kind == "f":
            elements |= st.sampled_from([np.nan, np.inf, -np.inf, -0.0])
        return hnp.arrays(
            dtype,
            hnp.array_shapes(min_dims=min_dims, max_dims=3, min_side=min_side, max_side=4),
            elements=elements,
        )

    return st.sampled_from(dtypes).flatmap(of)


def axes(ndim):
    one = st.integers(-ndim, ndim - 1) if ndim else st.none()
    return st.none() | one | (hnp.valid_tuple_axes(ndim) if ndim else st.just(()))


@pytest.mark.parametrize("name", ["sum", "prod"])
@QUICK
@given(data=st.data())
def test_sum_and_prod(agree, name, data):
    x = data.draw(arrays([*INTS, *FLOATS, "complex64"], nan=True))
    axis, keep = data.draw(axes(x.ndim)), data.draw(st.booleans())
    agree(lambda xp, x: getattr(xp, name)(x, axis=axis, keepdims=keep), x, rtol=1e-5, signs=False)
    agree(lambda xp, x: getattr(xp, name)(x, axis=axis, dtype=xp.complex128), x, rtol=1e-5)


@pytest.mark.parametrize("name", ["max", "min"])
@QUICK
@given(data=st.data())
def test_extremes(agree_or_refuse, name, data):
    x = data.draw(arrays(INTS + FLOATS, nan=True))
    axis, keep = data.draw(axes(x.ndim)), data.draw(st.booleans())
    agree_or_refuse(lambda xp, x: getattr(xp, name)(x, axis=axis, keepdims=keep), x, signs=False)


@pytest.mark.parametrize("name", ["mean", "std", "var"])
@QUICK
@given(data=st.data())
def test_moments(agree, name, data):
    x = data.draw(arrays(FLOATS, min_side=2, nan=True))
    axis, keep = data.draw(axes(x.ndim).filter(lambda a: a != ())), data.draw(st.booleans())
    agree(lambda xp, x: getattr(xp, name)(x, axis=axis, keepdims=keep), x, rtol=1e-4, signs=False)
    if name != "mean" and x.ndim:
        agree(
            lambda xp, x: getattr(xp, name)(x, axis=axis, correction=1, keepdims=keep),
            x,
            rtol=1e-4,
            signs=False,
        )


@pytest.mark.parametrize(
    ("name", "expected"),
    [("mean", np.nan), ("std", np.nan), ("var", np.nan), ("sum", 0.0), ("prod", 1.0)],
)
def test_statistics_of_nothing(name, expected):
    np.testing.assert_array_equal(getattr(tz, name)(tz.zeros((0,))).numpy(), expected)


@QUICK
@given(x=arrays(FLOATS, min_side=1), where=st.data())
def test_nan_propagates(x, where):
    mask = where.draw(hnp.arrays("bool", x.shape).filter(np.any))
    y = tz.where(tz.asarray(mask), tz.asarray(np.nan), tz.asarray(x))
    for name in ("max", "min", "mean", "sum", "prod", "std", "var"):
        assert bool(tz.isnan(getattr(tz, name)(y))), name


@pytest.mark.parametrize("name", ["any", "all"])
@QUICK
@given(data=st.data())
def test_any_and_all(agree, name, data):
    x = data.draw(arrays(["bool", "int8", "float32", "complex64"], nan=True))
    axis, keep = data.draw(axes(x.ndim)), data.draw(st.booleans())
    agree(lambda xp, x: getattr(xp, name)(x, axis=axis, keepdims=keep), x)


@QUICK
@given(x=arrays(["bool", "int8", "float32", "complex64"], nan=True), data=st.data())
def test_count_nonzero(agree, x, data):
    axis, keep = data.draw(axes(x.ndim)), data.draw(st.booleans())
    agree(lambda xp, x: xp.count_nonzero(x, axis=axis, keepdims=keep), x)


@pytest.mark.parametrize("name", ["cumulative_sum", "cumulative_prod"])
@QUICK
@given(data=st.data())
def test_cumulative(agree, name, data):
    x = data.draw(arrays([*INTS, *FLOATS, "complex64"], min_dims=1))
    axis = data.draw(st.integers(-x.ndim, x.ndim - 1))
    first = data.draw(st.booleans())
    agree(
        lambda xp, x: getattr(xp, name)(x, axis=axis, include_initial=first),
        x,
        rtol=1e-4,
        signs=False,
    )
    if x.ndim == 1:
        agree(lambda xp, x: getattr(xp, name)(x, dtype=xp.complex128), x, rtol=1e-4, signs=False)


@QUICK
@given(x=arrays(INTS + FLOATS, min_dims=1, min_side=1), data=st.data())
def test_diff(agree, x, data):
    axis, n = data.draw(st.integers(-x.ndim, x.ndim - 1)), data.draw(st.integers(0, 3))
    agree(lambda xp, x: xp.diff(x, axis=axis, n=n), x, signs=False)
    agree(lambda xp, x: xp.diff(x, axis=axis, prepend=x, append=x), x, signs=False)


@pytest.mark.parametrize("name", ["argmax", "argmin"])
@QUICK
@given(data=st.data())
def test_where_the_extremes_are(agree, name, data):
    x = data.draw(arrays(INTS + FLOATS, min_side=1, nan=True))
    axis = data.draw(st.none() | st.integers(-x.ndim, x.ndim - 1) if x.ndim else st.none())
    keep = data.draw(st.booleans())
    agree(lambda xp, x: getattr(xp, name)(x, axis=axis, keepdims=keep), x)


@QUICK
@given(x=arrays(["bool", *INTS, *FLOATS], min_dims=1))
def test_nonzero(agree, x):
    agree(lambda xp, x: xp.nonzero(x), x)


def test_nonzero_of_a_number_is_refused():
    with pytest.raises(ValueError, match="nonzero"):
        tz.nonzero(tz.asarray(3))


@QUICK
@given(data=st.data(), side=st.sampled_from(["left", "right"]))
def test_searchsorted(agree, data, side):
    x1 = np.sort(data.draw(arrays(["float32", "int32"], min_dims=1).filter(lambda a: a.ndim == 1)))
    x2 = data.draw(
        hnp.arrays(x1.dtype, hnp.array_shapes(min_dims=0, max_dims=2), elements=st.integers(-8, 8))
    )
    agree(lambda xp, a, b: xp.searchsorted(a, b, side=side), x1, x2)
    order = np.random.default_rng(0).permutation(x1.size)
    mixed = np.empty_like(x1)
    mixed[order] = x1
    agree(lambda xp, a, b, o: xp.searchsorted(a, b, side=side, sorter=o), mixed, x2, order)


@QUICK
@given(x=arrays(INTS + FLOATS, min_dims=1), data=st.data())
def test_sorting(agree, x, data):
    axis, down = data.draw(st.integers(-x.ndim, x.ndim - 1)), data.draw(st.booleans())
    agree(lambda xp, x: xp.sort(x, axis=axis, descending=down), x, signs=False)
    agree(lambda xp, x: xp.argsort(x, axis=axis, descending=down, stable=True), x)
    got = tz.argsort(tz.asarray(x), axis=axis, descending=down, stable=False)
    np.testing.assert_array_equal(
        np.take_along_axis(x, got.numpy(), axis),
        tz.sort(tz.asarray(x), axis=axis, descending=down).numpy(),
    )


@QUICK
@given(x=arrays(["bool", *INTS, *FLOATS, "complex64"], nan=True))
def test_sets(agree, x):
    agree(lambda xp, x: xp.unique_counts(x), x, signs=False)
    np.testing.assert_array_equal(
        tz.unique_values(tz.asarray(x)).numpy(), tz.unique_counts(tz.asarray(x)).values.numpy()
    )
    values, indices, inverse, counts = tz.unique_all(tz.asarray(x))
    again = tz.unique_inverse(tz.asarray(x))
    assert tz.unique_all(tz.asarray(x))._fields == (
        "values",
        "indices",
        "inverse_indices",
        "counts",
    )
    assert again._fields == ("values", "inverse_indices")
    assert inverse.shape == again.inverse_indices.shape == x.shape
    np.testing.assert_array_equal(values.numpy()[inverse.numpy()], x)
    np.testing.assert_array_equal(x.reshape(-1)[indices.numpy()], values.numpy())
    assert int(tz.sum(counts)) == x.size
    assert {t.dtype for t in (indices, inverse, counts)} == {tz.int64}


def test_every_nan_is_distinct():
    x = tz.asarray([np.nan, 1.0, np.nan])
    assert tz.unique_values(x).size == 3
    assert tz.unique_counts(x).counts.numpy().tolist() == [1, 1, 1]


@QUICK
@given(a=arrays(["float32", "float64"], min_dims=2, min_side=1))
def test_products(agree, a):
    agree(
        lambda xp, a: (
            xp.matmul(a, a.mT),
            a.mT @ a,
            xp.matrix_transpose(a),
            xp.vecdot(a, a),
            xp.vecdot(a, a, axis=-2),
        ),
        a,
        rtol=1e-4,
        signs=False,
    )
    flat = a.reshape(-1)
    agree(
        lambda xp, a: (a @ a, xp.tensordot(a, a, axes=0), xp.tensordot(a, a, axes=1)),
        flat,
        rtol=1e-4,
        signs=False,
    )


@QUICK
@given(data=st.data())
def test_tensordot(agree, data):
    a = data.draw(hnp.arrays("float64", (2, 3, 4), elements=st.integers(-3, 3)))
    b = data.draw(hnp.arrays("float32", (4, 3, 2), elements=st.integers(-3, 3)))
    for spelled in (1, 0, ((1,), (1,)), ((0, 2), (2, 0)), ((-1, 1), (0, 1)), ((), ())):
        agree(lambda xp, a, b, s=spelled: xp.tensordot(a, b, axes=s), a, b, rtol=1e-6, signs=False)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ((), (2,)),
        ((2,), (3,)),
        ((2, 3), (2, 3)),
        ((3,), (2, 3)),
        ((2, 3), (2,)),
        ((2, 2, 3), (3, 3, 2)),
    ],
)
def test_matmul_refuses_what_does_not_fit(one, two):
    with pytest.raises(ValueError, match=r"matmul|broadcast"):
        tz.matmul(tz.ones(one), tz.ones(two))


@pytest.mark.parametrize(("ours", "standard"), [("dim", "axis"), ("keepdim", "keepdims")])
def test_words_of_pytorch_are_understood(ours, standard):
    x = tz.asarray([[1.0, 2.0], [3.0, 4.0]])
    value = {"dim": 1, "keepdim": True}[ours]
    for name in ("sum", "mean", "max", "argmax", "all"):
        mine, other = (getattr(tz, name)(x, **{word: value}) for word in (ours, standard))
        if (name, ours) == ("max", "dim"):
            mine = mine.values  # PyTorch's spelling, PyTorch's answer
        np.testing.assert_array_equal(mine.numpy(), other.numpy())
    with pytest.raises(ValueError, match=standard):
        tz.sum(x, **{ours: value, standard: value})

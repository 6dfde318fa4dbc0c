"""Creation, manipulation, indexing and assignment agree with the referee."""

import array_api_strict as strict
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import tiza as tz

QUICK = settings(max_examples=settings().max_examples // 4)  # there are many functions

DTYPES = ["bool", "int8", "int64", "uint16", "float32", "float64", "complex64"]


def dtype_of(xp, name):
    return getattr(xp, name)


def arrays(min_dims=0, min_side=0, dtypes=DTYPES):
    shapes = hnp.array_shapes(min_dims=min_dims, max_dims=4, min_side=min_side, max_side=4)
    return st.sampled_from(dtypes).flatmap(lambda d: hnp.arrays(d, shapes))


@QUICK
@given(
    start=st.integers(-20, 20),
    stop=st.none() | st.integers(-20, 20),
    step=st.integers(-5, 5).filter(bool),
    name=st.sampled_from(["int8", "int64", "float32"]),
)
def test_arange(agree, start, stop, step, name):
    if stop is None:
        agree(lambda xp: xp.arange(start, dtype=dtype_of(xp, name)))
    else:
        agree(lambda xp: xp.arange(start, stop, step, dtype=dtype_of(xp, name)))
        agree(lambda xp: xp.arange(start, stop, step))


@QUICK
@given(
    start=st.floats(-10, 10, width=32),
    stop=st.floats(-10, 10, width=32),
    num=st.integers(0, 20),
    endpoint=st.booleans(),
    name=st.sampled_from(["float32", "float64", "complex64"]),
)
def test_linspace(agree, start, stop, num, endpoint, name):
    agree(
        lambda xp: xp.linspace(start, stop, num, dtype=dtype_of(xp, name), endpoint=endpoint),
        rtol=1e-6,
    )


def test_linspace_at_the_ends_of_a_type():
    top = 1.7e308
    out = tz.linspace(-top, top, 3, dtype=tz.float64).numpy()
    assert out.tolist() == [-top, 0.0, top]
    big = 2**63 - 1
    assert tz.linspace(-(2**63), big, 2, dtype=tz.int64).numpy().tolist() == [-(2**63), big]
    assert tz.linspace(3, 9, 1, dtype=tz.int64).numpy().tolist() == [3]
    assert tz.linspace(3, 9, 2, dtype=tz.int64, endpoint=False).numpy().tolist() == [3, 6]


def test_default_types_of_creation():
    for made in (
        tz.zeros(3),
        tz.ones((2, 2)),
        tz.empty((0,)),
        tz.eye(3),
        tz.linspace(0, 1, 5),
        tz.full(2, 1.5),
        tz.arange(3.0),
        tz.asarray([1.0, 2]),
    ):
        assert made.dtype == tz.float32
    for made in (tz.arange(3), tz.full((2,), 7), tz.asarray([1, 2])):
        assert made.dtype == tz.int64
    assert tz.full((), True).dtype == tz.bool
    assert tz.full((), 2j).dtype == tz.complex64


@QUICK
@given(shape=hnp.array_shapes(min_dims=0, min_side=0), name=st.sampled_from(DTYPES))
def test_constant_arrays(agree, shape, name):
    for make in ("zeros", "ones"):
        agree(lambda xp, make=make: getattr(xp, make)(shape, dtype=dtype_of(xp, name)))
        agree(lambda xp, x, make=make: getattr(xp, make + "_like")(x), np.empty(shape, name))
    agree(lambda xp: xp.full(shape, True, dtype=dtype_of(xp, name)))
    agree(lambda xp, x: xp.full_like(x, 1, dtype=xp.int8), np.zeros(shape, name))
    assert tz.empty(shape, dtype=dtype_of(tz, name)).shape == shape
    assert tz.empty_like(tz.zeros(shape)).shape == shape


@QUICK
@given(n=st.integers(0, 5), m=st.none() | st.integers(0, 5), k=st.integers(-7, 7))
def test_eye_and_triangles(agree, n, m, k):
    agree(lambda xp: xp.eye(n, m, k=k, dtype=xp.int16))
    x = np.arange(n * 12).reshape(n, 3, 4)
    agree(lambda xp, x: (xp.tril(x, k=k), xp.triu(x, k=k)), x)


@QUICK
@given(data=st.data())
def test_meshgrid(agree, data):
    axes = data.draw(st.lists(hnp.arrays("int64", st.integers(0, 3)), min_size=1, max_size=3))
    for indexing in ("xy", "ij"):
        agree(lambda xp, *a, i=indexing: xp.meshgrid(*a, indexing=i), *axes)


@pytest.mark.parametrize("copy", [None, True])
def test_asarray_takes_what_python_has(copy):
    x = np.arange(6.0).reshape(2, 3)
    assert tz.asarray(x, copy=copy).dtype == tz.float64
    nested = [[tz.asarray(1.0), 2], [3, np.float32(4)]]
    np.testing.assert_array_equal(tz.asarray(nested, copy=copy).numpy(), [[1, 2], [3, 4]])
    assert tz.asarray((tz.ones(2), tz.zeros(2)), copy=copy).shape == (2, 2)
    assert tz.asarray([], copy=copy).shape == (0,)
    assert tz.asarray([[], []], copy=copy).shape == (2, 0)
    assert tz.asarray(range(4), copy=copy).shape == (4,)
    assert tz.asarray([True, False], copy=copy).dtype == tz.bool
    assert tz.asarray([1, 2], dtype=tz.float64, copy=copy).dtype == tz.float64
    assert tz.asarray(2**63, dtype=tz.uint64).item() == 2**63


def test_a_copy_is_independent():
    x = tz.asarray([1.0, 2.0])
    y = tz.asarray(x, copy=True)
    y[0] = 7.0
    assert x[0].item() == 1.0
    source = np.zeros(2)
    kept = tz.asarray(source, copy=True)
    source[0] = 5.0
    assert kept[0].item() == 0.0


@QUICK
@given(x=arrays(), data=st.data())
def test_reshape_flip_roll(agree, x, data):
    agree(lambda xp, x: xp.reshape(x, (x.size,) if x.shape else (1,)), x)
    if x.size:
        agree(lambda xp, x: xp.reshape(x, (-1,)), x)
    axis = data.draw(st.none() | st.integers(-x.ndim, x.ndim - 1) if x.ndim else st.none())
    shift = data.draw(st.integers(-9, 9))
    agree(lambda xp, x: (xp.flip(x, axis=axis), xp.roll(x, shift, axis=axis)), x)
    if x.ndim:
        both = data.draw(hnp.valid_tuple_axes(x.ndim, min_size=1))
        agree(lambda xp, x: (xp.flip(x, axis=both), xp.roll(x, (shift,) * len(both), axis=both)), x)


@QUICK
@given(x=arrays(min_dims=1), data=st.data())
def test_axes_move(agree, x, data):
    order = data.draw(st.permutations(range(x.ndim)))
    agree(lambda xp, x: xp.permute_dims(x, tuple(order)), x)
    one, two = data.draw(st.tuples(*[st.integers(-x.ndim, x.ndim - 1)] * 2))
    agree(lambda xp, x: xp.moveaxis(x, one, two), x)
    some = tuple(order[: x.ndim // 2])
    agree(lambda xp, x: xp.moveaxis(x, some, tuple(range(len(some)))), x)
    where = data.draw(st.integers(-x.ndim - 1, x.ndim))
    agree(lambda xp, x: xp.expand_dims(x, axis=where), x)
    agree(lambda xp, x: xp.squeeze(xp.expand_dims(x, axis=where), where), x)
    agree(lambda xp, x: xp.unstack(x, axis=one), x)


@QUICK
@given(x=arrays(min_dims=1, min_side=2), data=st.data())
def test_joining(agree, x, data):
    axis = data.draw(st.integers(-x.ndim, x.ndim - 1))
    agree(lambda xp, x: xp.concat([x, x[:1, ...], x], axis=0), x)
    agree(lambda xp, x: xp.concat((x, x), axis=axis), x)
    agree(lambda xp, x: xp.concat([x, x], axis=None), x)
    agree(lambda xp, x: xp.stack([x, x], axis=axis), x)


def test_joining_promotes():
    out = tz.concat([tz.ones(2, dtype=tz.int8), tz.ones(1, dtype=tz.uint8)])
    assert out.dtype == tz.int16
    with pytest.raises(ValueError, match="joined"):
        tz.concat([tz.ones((2, 2)), tz.ones((3, 3))])


@QUICK
@given(x=arrays(), data=st.data())
def test_repeat_tile_broadcast(agree, x, data):
    count = data.draw(st.integers(0, 3))
    axis = data.draw(st.none() | st.integers(-x.ndim, x.ndim - 1) if x.ndim else st.none())
    agree(lambda xp, x: xp.repeat(x, count, axis=axis), x)
    side = x.size if axis is None else x.shape[axis]
    for kind in ("int64", "uint64"):
        counts = data.draw(hnp.arrays(kind, (side,), elements=st.integers(0, 3)))
        got = tz.repeat(tz.asarray(x), tz.asarray(counts), axis=axis)
        np.testing.assert_array_equal(got.numpy(), np.repeat(x, counts.astype("int64"), axis))
    times = tuple(data.draw(st.lists(st.integers(0, 3), min_size=0, max_size=4)))
    agree(lambda xp, x: xp.tile(x, times), x)
    agree(lambda xp, x: xp.broadcast_to(x, (2, *x.shape)), x)
    agree(lambda xp, x: xp.broadcast_arrays(x, xp.zeros((3,) + (1,) * x.ndim, dtype=xp.float32)), x)


@QUICK
@given(x=arrays(min_dims=1), name=st.sampled_from(["bool", "int32", "float64", "complex128"]))
def test_astype(agree, x, name):
    if x.dtype.kind == "c" and name != "complex128":
        with pytest.raises(TypeError):
            tz.astype(tz.asarray(x), getattr(tz, name))
        return
    x = np.nan_to_num(x, nan=0, posinf=1, neginf=-1)
    x = x if x.dtype.kind == "c" else np.clip(x, 0, 1).astype(x.dtype)
    agree(lambda xp, x: xp.astype(x, getattr(xp, name)), x)
    agree(lambda xp, x: xp.astype(x, getattr(xp, name), copy=False), x)


@QUICK
@given(x=arrays(min_side=1), data=st.data())
def test_reading_by_index(agree, x, data):
    key = data.draw(hnp.basic_indices(x.shape, allow_newaxis=True))
    np.testing.assert_array_equal(tz.asarray(x)[key].numpy(), x[key])
    assert tz.asarray(x)[key].shape == x[key].shape
    mask = data.draw(hnp.arrays("bool", x.shape))
    np.testing.assert_array_equal(tz.asarray(x)[tz.asarray(mask)].numpy(), x[mask])
    np.testing.assert_array_equal(tz.asarray(x)[mask].numpy(), x[mask])
    if x.ndim:
        rows = data.draw(
            hnp.arrays(
                "int64",
                hnp.array_shapes(max_dims=2, max_side=3),
                elements=st.integers(-x.shape[0], x.shape[0] - 1),
            )
        )
        np.testing.assert_array_equal(tz.asarray(x)[tz.asarray(rows)].numpy(), x[rows])
    if x.ndim > 2:
        cols = np.zeros_like(rows)
        for key in (
            (rows, cols),
            (rows, slice(None), cols),
            (0, cols),
            (..., cols),
            (slice(None), rows * 0, None, cols),
        ):
            ours = tuple(tz.asarray(k) if isinstance(k, np.ndarray) else k for k in key)
            assert tz.asarray(x)[ours].shape == x[key].shape
            np.testing.assert_array_equal(tz.asarray(x)[ours].numpy(), x[key])


def mixed_keys(shape):
    """Keys of numbers, slices, new axes, an ellipsis, arrays of integers and masks."""
    entries = []
    for n in shape:
        places = hnp.arrays(
            "int64",
            st.sampled_from([(), (1,), (2,), (3, 1), (1, 2)]),
            elements=st.integers(-n, n - 1),
        )
        entries.append(
            st.one_of(
                st.integers(-n, n - 1),
                st.slices(n),
                st.none(),
                places,
                places,
                hnp.arrays("bool", (n,)).filter(lambda m: m.sum() in (1, 2)),
            )
        )
    key = st.tuples(*entries)
    dots = st.integers(0, len(shape))
    return st.tuples(key, st.booleans(), dots).map(
        lambda t: (*t[0][: t[2]], ..., *t[0][t[2] :]) if t[1] else t[0]
    )


@settings(max_examples=settings().max_examples * 3)
@given(data=st.data())
def test_mixed_keys_read_and_write_as_numpys(data):
    shape = data.draw(hnp.array_shapes(min_dims=1, max_dims=4, max_side=3))
    x = np.arange(np.prod(shape)).reshape(shape)
    key = data.draw(mixed_keys(shape))
    try:
        want = x[key]
    except IndexError:
        with pytest.raises(IndexError):
            tz.asarray(x)[key]
        return
    ours = tuple(tz.asarray(k) if isinstance(k, np.ndarray) else k for k in key)
    got = tz.asarray(x)[ours]
    assert got.shape == want.shape
    np.testing.assert_array_equal(got.numpy(), want)
    np.testing.assert_array_equal((tz.asarray(x) * 1)[key].numpy(), want)
    lazy, known, theirs = tz.tensor(x * 1.0, requires_grad=True) * 1, tz.asarray(x * 1.0), x * 1.0
    theirs[key] = -1.0
    lazy[ours] = -1.0
    known[ours] = -1.0
    np.testing.assert_array_equal(lazy.numpy(), theirs)
    np.testing.assert_array_equal(known.numpy(), theirs)


def test_a_mask_of_no_axes():
    x = tz.asarray([1.0, 2.0])
    assert x[tz.asarray(True)].shape == (1, 2)
    assert x[tz.asarray(False)].shape == (0, 2)
    assert tz.asarray(3.0)[tz.asarray(True)].shape == (1,)
    assert tz.zeros((0, 2))[tz.zeros((0,), dtype=tz.bool)].shape == (0, 2)


@pytest.mark.parametrize("key", [5, -4, (0, 9), (0, 0, 0), 1.0, "a", ([0, 7],)])
def test_indices_that_do_not_fit(key):
    with pytest.raises(IndexError):
        tz.zeros((3, 2))[key]


@pytest.mark.parametrize("shape", [(4,), (3, 3), (1,), (3, 2, 1)])
def test_masks_that_do_not_fit(shape):
    with pytest.raises(IndexError):
        tz.zeros((3, 2))[tz.ones(shape, dtype=tz.bool)]


@QUICK
@given(x=arrays(min_side=1), data=st.data())
def test_writing_by_index(x, data):
    key = data.draw(hnp.basic_indices(x.shape, allow_newaxis=False))
    value = data.draw(hnp.from_dtype(x.dtype, allow_nan=False))
    ours, theirs = tz.asarray(x, copy=True), x.copy()
    ours[key] = value.item()
    theirs[key] = value
    np.testing.assert_array_equal(ours.numpy(), theirs)
    assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)
    mask = data.draw(hnp.arrays("bool", x.shape))
    ours[tz.asarray(mask)] = tz.asarray(value)
    theirs[mask] = value
    np.testing.assert_array_equal(ours.numpy(), theirs)
    if x.ndim:
        ours[tz.asarray([0, -1])] = tz.asarray(x[0])
        theirs[[0, -1]] = x[0]
        np.testing.assert_array_equal(ours.numpy(), theirs)


def test_writing_refuses_what_does_not_fit():
    x = tz.zeros((3, 2))
    with pytest.raises(ValueError, match=r"\(3,\)"):
        x[0] = tz.zeros(3)
    with pytest.raises(IndexError):
        x[7] = 1.0


@QUICK
@given(x=arrays(min_dims=1, min_side=1), data=st.data())
def test_take(agree, x, data):
    axis = data.draw(st.integers(-x.ndim, x.ndim - 1))
    index = data.draw(hnp.arrays("int64", (3,), elements=st.integers(0, x.shape[axis] - 1)))
    agree(lambda xp, x, i: xp.take(x, i, axis=axis), x, index)
    shape = tuple(2 if i == axis % x.ndim else s for i, s in enumerate(x.shape))
    along = data.draw(
        hnp.arrays("int64", shape, elements=st.integers(-x.shape[axis], x.shape[axis] - 1))
    )
    agree(lambda xp, x, i: xp.take_along_axis(x, i, axis=axis), x, along)
    assert tz.take(tz.asarray([1, 2]), tz.asarray([1])).numpy().tolist() == [2]


@pytest.mark.parametrize(
    "call",
    [
        lambda xp, x: xp.expand_dims(x, axis=5),
        lambda xp, x: xp.squeeze(x, 0),
        lambda xp, x: xp.reshape(x, (5,)),
        lambda xp, x: xp.permute_dims(x, (0, 0)),
        lambda xp, x: xp.broadcast_to(x, (2, 2)),
        lambda xp, x: xp.concat([x, x], axis=7),
        lambda xp, x: xp.flip(x, axis=9),
        lambda xp, x: xp.stack([x, x[:1]]),
        lambda xp, x: xp.sum(x, axis=4),
        lambda xp, x: xp.unstack(x, axis=3),
    ],
)
def test_wrong_axes_and_shapes_are_refused(call):
    x = np.zeros((3, 2))
    with pytest.raises((ValueError, IndexError)):
        call(strict, strict.asarray(x))
    with pytest.raises((ValueError, IndexError)):
        call(tz, tz.asarray(x))


def test_the_size_of_a_step():
    assert tz.asarray([[1, 2], [3, 4]])[::-1, ::-1].numpy().tolist() == [[4, 3], [2, 1]]
    assert list(tz.arange(3)) == [0, 1, 2]
    assert len(tz.zeros((4, 2))) == 4

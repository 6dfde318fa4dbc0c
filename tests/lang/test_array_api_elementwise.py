"""Every element-wise function agrees with the referee on every data type, shape and edge value."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import tiza as tz

QUICK = settings(max_examples=settings().max_examples // 4)  # there are many functions

INTS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
FLOATS = ["float32", "float64"]
COMPLEX = ["complex64", "complex128"]
REAL = INTS + FLOATS
NUMERIC = REAL + COMPLEX
ALL = ["bool", *NUMERIC]
BITS, BOOLS = ["bool", *INTS], ["bool"]

UNARY = {
    **dict.fromkeys(
        ["negative", "positive", "square", "isfinite", "isinf", "isnan", "real"], NUMERIC
    ),
    **dict.fromkeys(["abs", "sign", "ceil", "floor", "trunc", "round"], REAL),
    **dict.fromkeys(["imag", "conj"], COMPLEX),
    **dict.fromkeys(
        [
            "acos",
            "acosh",
            "asin",
            "asinh",
            "atan",
            "atanh",
            "cos",
            "cosh",
            "exp",
            "expm1",
            "log",
            "log1p",
            "log2",
            "log10",
            "sin",
            "sinh",
            "sqrt",
            "tan",
            "tanh",
            "reciprocal",
            "signbit",
        ],
        FLOATS,
    ),
    "logical_not": ["bool"],
    "bitwise_invert": ["bool", *INTS],
}
BINARY = {
    **dict.fromkeys(["add", "subtract", "multiply"], NUMERIC),
    **dict.fromkeys(["equal", "not_equal"], ALL),
    **dict.fromkeys(["less", "less_equal", "greater", "greater_equal", "maximum", "minimum"], REAL),
    **dict.fromkeys(
        ["atan2", "copysign", "divide", "hypot", "logaddexp", "nextafter", "pow"], FLOATS
    ),
    **dict.fromkeys(["bitwise_and", "bitwise_or", "bitwise_xor"], BITS),
    **dict.fromkeys(["logical_and", "logical_or", "logical_xor"], BOOLS),
}
APPROXIMATE = {"divide", "logaddexp", "hypot", "pow", "atan2", "reciprocal"}
OPERATORS = {
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "equal": "==",
    "not_equal": "!=",
    "less": "<",
    "less_equal": "<=",
    "greater": ">",
    "greater_equal": ">=",
    "divide": "/",
    "bitwise_and": "&",
    "bitwise_or": "|",
    "bitwise_xor": "^",
}


def arrays(dtype, shape=None, **elements):
    """Arrays of any shape, size-0 axes and 0-d included."""
    shape = (
        shape
        if shape is not None
        else hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)
    )
    return hnp.arrays(dtype, shape, elements=elements or None)


@pytest.mark.parametrize("name", UNARY)
@QUICK
@given(data=st.data())
def test_unary_functions(agree, name, data):
    x = data.draw(arrays(data.draw(st.sampled_from(UNARY[name]))))
    rtol = 1e-5 if x.dtype.kind in "fc" and len(UNARY[name]) < 4 else 0
    agree(lambda xp, x: getattr(xp, name)(x), x, rtol=rtol)


@pytest.mark.parametrize(
    "name",
    [n for n, kinds in UNARY.items() if kinds is FLOATS and n != "signbit"]
    + ["abs", "sign", "round"],
)
@QUICK
@given(data=st.data())
def test_unary_functions_of_complex_numbers(agree, name, data):
    dtype = data.draw(st.sampled_from(COMPLEX))
    limits = {"min_magnitude": 0.1, "max_magnitude": 2.0, "allow_nan": False}
    x = data.draw(arrays(dtype, **limits))
    agree(lambda xp, x: getattr(xp, name)(x), x, rtol=1e-5, signs=False)


def pairs(kinds):
    """Two data types that promote: of one family, and not uint64 with a signed one."""

    def promote(pair):
        one, two = (np.dtype(d) for d in pair)
        mixed = "uint64" in pair and "i" in (one.kind, two.kind)
        family = {"b": "b", "i": "i", "u": "i", "f": "f", "c": "c"}
        return family[one.kind] == family[two.kind] and not mixed

    return st.tuples(st.sampled_from(kinds), st.sampled_from(kinds)).filter(promote)


@pytest.mark.parametrize("name", BINARY)
@QUICK
@given(data=st.data())
def test_binary_functions_promote_and_broadcast(agree, name, data):
    one, two = data.draw(pairs(BINARY[name]))
    if name == "nextafter":
        two = one
    shapes = data.draw(
        hnp.mutually_broadcastable_shapes(num_shapes=2, min_side=0, max_dims=3, max_side=3)
    ).input_shapes
    x1, x2 = data.draw(arrays(one, shapes[0])), data.draw(arrays(two, shapes[1]))
    rtol = 1e-5 if name in APPROXIMATE or "complex" in one else 0
    agree(
        lambda xp, x1, x2: getattr(xp, name)(x1, x2),
        x1,
        x2,
        rtol=rtol,
        signs=name not in ("maximum", "minimum"),
    )


@pytest.mark.parametrize("name", OPERATORS)
@QUICK
@given(data=st.data())
def test_operators_are_the_functions(name, data):
    dtype = data.draw(st.sampled_from(BINARY[name]))
    x = data.draw(arrays(dtype, (2, 3)))
    y = data.draw(arrays(dtype, (3,)))
    one, two = tz.asarray(x), tz.asarray(y)
    by_operator = eval(f"one {OPERATORS[name]} two", {"one": one, "two": two})
    by_name = getattr(tz, name)(one, two)
    assert by_operator.dtype == by_name.dtype
    np.testing.assert_array_equal(by_operator.numpy(), by_name.numpy())


@pytest.mark.parametrize("name", [n for n in BINARY if n != "nextafter"])
@QUICK
@given(data=st.data())
def test_python_numbers_take_the_type_of_the_array(agree, name, data):
    dtype = data.draw(st.sampled_from([d for d in BINARY[name] if d not in COMPLEX]))
    x = data.draw(arrays(dtype))
    if dtype == "bool":
        number = data.draw(st.booleans())
    elif dtype in FLOATS:
        number = data.draw(st.integers(-100, 100) | st.floats(-100, 100, width=32))
    else:
        number = data.draw(st.integers(0, 100))
    rtol = 1e-5 if name in APPROXIMATE else 0
    agree(lambda xp, x: getattr(xp, name)(x, number), x, rtol=rtol, signs=False)
    agree(lambda xp, x: getattr(xp, name)(number, x), x, rtol=rtol, signs=False)


@QUICK
@given(data=st.data())
def test_shifts(agree, data):
    dtype = data.draw(st.sampled_from(INTS))
    x = data.draw(arrays(dtype, (4,)))
    by = data.draw(arrays(dtype, (4,), min_value=0, max_value=np.iinfo(dtype).bits - 1))
    agree(
        lambda xp, x, by: (
            xp.bitwise_left_shift(x, by),
            xp.bitwise_right_shift(x, by),
            x << by,
            x >> by,
        ),
        x,
        by,
    )


@pytest.mark.parametrize("name", ["floor_divide", "remainder"])
@QUICK
@given(data=st.data())
def test_division_with_floor(agree, name, data):
    dtype = data.draw(st.sampled_from(REAL))
    x1 = data.draw(arrays(dtype, (3,)).filter(lambda a: not np.isinf(a).any()))
    x2 = data.draw(arrays(dtype, (3,)).filter(lambda a: (a != 0).all() and np.isfinite(a).all()))
    agree(lambda xp, x1, x2: getattr(xp, name)(x1, x2), x1, x2)


INF, NAN = np.inf, np.nan


@pytest.mark.parametrize(
    ("x1", "x2", "expected"),
    [
        (INF, 2.0, INF),
        (INF, -2.0, -INF),
        (-INF, 2.0, -INF),
        (-INF, -2.0, INF),
        (3.0, -INF, -0.0),
        (-3.0, INF, -0.0),
        (3.0, INF, 0.0),
        (-3.0, -INF, 0.0),
        (INF, INF, NAN),
        (0.0, 0.0, NAN),
        (1.0, 0.0, INF),
        (1.0, -0.0, -INF),
        (-0.0, 2.0, -0.0),
    ],
)
def test_floor_divide_at_the_edges_is_floor_of_the_quotient(x1, x2, expected):
    for dtype in (tz.float32, tz.float64):
        got = (tz.asarray(x1, dtype=dtype) // tz.asarray(x2, dtype=dtype)).numpy()
        np.testing.assert_array_equal(got, expected)
        assert np.isnan(expected) or np.signbit(got) == np.signbit(expected)


@pytest.mark.parametrize(
    ("name", "x", "real", "imag"),
    [
        ("expm1", complex(0.0, 0.0), 0.0, 0.0),
        ("expm1", complex(-0.0, 0.0), 0.0, 0.0),
        ("expm1", complex(INF, 0.0), INF, 0.0),
        ("expm1", complex(-INF, INF), -1.0, 0.0),
        ("expm1", complex(INF, INF), INF, NAN),
        ("expm1", complex(-INF, NAN), -1.0, 0.0),
        ("expm1", complex(INF, NAN), INF, NAN),
        ("expm1", complex(NAN, 0.0), NAN, 0.0),
        ("expm1", complex(2.0, INF), NAN, NAN),
        ("expm1", complex(NAN, NAN), NAN, NAN),
        ("tanh", complex(INF, 2.0), 1.0, 0.0),
        ("tanh", complex(INF, 1.0), 1.0, 0.0),
        ("sign", complex(-0.0, -0.0), 0.0, 0.0),
        ("sign", complex(3.0, 4.0), 0.6, 0.8),
    ],
)
def test_complex_edges(name, x, real, imag):
    out = complex(getattr(tz, name)(tz.asarray(x, dtype=tz.complex128)))
    np.testing.assert_allclose(
        [abs(out.real) if np.isinf(real) else out.real, out.imag], [real, imag]
    )
    if real == 0.0:
        assert not np.signbit(out.real)
    if imag == 0.0 and name != "expm1":
        assert not np.signbit(out.imag)


@QUICK
@given(data=st.data())
def test_clip_and_where(agree, data):
    dtype = data.draw(st.sampled_from(REAL))
    x = data.draw(arrays(dtype, (2, 3)))
    low, high = np.sort(data.draw(hnp.arrays(dtype, (2,)).filter(lambda a: (a == a).all())))
    agree(lambda xp, x, low, high: xp.clip(x, low, high), x, low, high, signs=False)
    agree(lambda xp, x, low: xp.clip(x, min=low), x, low, signs=False)
    agree(lambda xp, x: xp.clip(x, max=7), x)
    agree(lambda xp, x: xp.clip(x), x)
    condition = data.draw(arrays("bool", (3,)))
    agree(lambda xp, c, x: xp.where(c, x, 1), condition, x)
    agree(lambda xp, c, x, y: xp.where(c, x, y), condition, x, x[:1])


@pytest.mark.parametrize("name", ["+=", "-=", "*="])
@pytest.mark.parametrize("dtype", NUMERIC)
def test_in_place_operators_keep_the_type(name, dtype):
    x = tz.asarray([1, 2, 3], dtype=np.dtype(dtype))
    space = {"x": x, "y": tz.asarray([1, 1, 1], dtype=np.dtype(dtype))}
    exec(f"x {name} y", space)
    expected = eval(
        f"np.asarray([1, 2, 3], dtype) {name[0]} np.ones(3, dtype)", {"np": np, "dtype": dtype}
    )
    assert space["x"].dtype == np.dtype(dtype)
    np.testing.assert_array_equal(space["x"].numpy(), expected)


def test_operators_refuse_what_no_rule_covers():
    with pytest.raises(TypeError):
        tz.asarray([1.0]) & tz.asarray([2.0])

"""Names, signatures, constants, data types and inspection, as the standard 2024.12 has them."""

import inspect
import math
import types

import array_api_strict as strict
import numpy as np
import pytest

import tiza as tz

P = inspect.Parameter
METHODS = [
    "__abs__",
    "__add__",
    "__and__",
    "__array_namespace__",
    "__bool__",
    "__complex__",
    "__dlpack__",
    "__dlpack_device__",
    "__eq__",
    "__float__",
    "__floordiv__",
    "__ge__",
    "__getitem__",
    "__gt__",
    "__index__",
    "__int__",
    "__invert__",
    "__le__",
    "__lshift__",
    "__lt__",
    "__matmul__",
    "__mod__",
    "__mul__",
    "__ne__",
    "__neg__",
    "__or__",
    "__pos__",
    "__pow__",
    "__rshift__",
    "__setitem__",
    "__sub__",
    "__truediv__",
    "__xor__",
    "to_device",
    *(
        f"__{way}{name}__"
        for way in "ir"
        for name in (
            "add",
            "and",
            "floordiv",
            "lshift",
            "matmul",
            "mod",
            "mul",
            "or",
            "pow",
            "rshift",
            "sub",
            "truediv",
            "xor",
        )
    ),
]
ATTRIBUTES = ["dtype", "device", "mT", "ndim", "shape", "size", "T"]
CONSTANTS = {"e": math.e, "inf": math.inf, "nan": math.nan, "newaxis": None, "pi": math.pi}
BEYOND = {"linalg": ["eig", "eigvals"], "": ["isin"]}  # of 2025.12


def functions(module):
    """The public functions of a module of the referee."""
    late = BEYOND[module.__name__.rpartition("strict")[2].strip(".").removeprefix("_")]
    return sorted(
        name
        for name in module.__all__
        if name not in late
        and isinstance(getattr(module, name), types.FunctionType)
        and not name.startswith(("set_", "get_", "reset_"))
    )


def assert_same_signature(ours, theirs):
    """Ours may take more than the standard's, each with a default; names and order agree."""
    mine = inspect.signature(ours).parameters
    other = inspect.signature(theirs).parameters
    positional = [p for p in other.values() if p.kind is not P.KEYWORD_ONLY]
    for one, want in zip(list(mine.values())[: len(positional)], positional, strict=True):
        assert one.name == want.name
        if one.name == "self":
            continue
        if want.kind in (P.POSITIONAL_OR_KEYWORD, P.VAR_POSITIONAL):
            assert one.kind is want.kind
    for want in other.values():
        if want.kind is P.KEYWORD_ONLY:
            assert mine[want.name].kind in (P.KEYWORD_ONLY, P.POSITIONAL_OR_KEYWORD)
        if want.default is not P.empty and type(want.default).__name__ != "Undef":
            assert mine[want.name].default == want.default
    for extra in mine.keys() - other.keys():
        assert mine[extra].default is not P.empty or mine[extra].kind is P.VAR_KEYWORD


@pytest.mark.parametrize("name", functions(strict))
def test_functions_of_the_main_namespace(name):
    assert_same_signature(getattr(tz, name), getattr(strict, name))


@pytest.mark.parametrize("name", functions(strict.linalg))
def test_functions_of_linalg(name):
    assert_same_signature(getattr(tz.linalg, name), getattr(strict.linalg, name))


@pytest.mark.parametrize("name", METHODS)
def test_methods_of_the_array(name):
    ours, theirs = getattr(tz.Tensor, name), getattr(type(strict.asarray(1)), name)
    assert_same_signature(ours, theirs)


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_attributes_of_the_array(name):
    assert hasattr(tz.ones((2, 3)), name)


@pytest.mark.parametrize("name", CONSTANTS)
def test_constants(name):
    want = CONSTANTS[name]
    assert getattr(tz, name) is want or repr(getattr(tz, name)) == repr(want)


def test_the_namespace_of_an_array_is_tiza():
    x = tz.asarray([1.0])
    assert x.__array_namespace__() is tz
    assert x.__array_namespace__(api_version="2024.12") is tz
    assert tz.__array_api_version__ == "2024.12"
    with pytest.raises(ValueError, match="1999"):
        x.__array_namespace__(api_version="1999.12")


def test_attributes_say_what_the_array_is():
    x = tz.zeros((2, 3, 4), dtype=tz.int8)
    assert (x.shape, x.ndim, x.size, x.dtype, x.device) == ((2, 3, 4), 3, 24, tz.int8, "cpu")
    assert x.mT.shape == (2, 4, 3)
    assert x[0].T.shape == (4, 3)
    assert tz.zeros((0, 5)).size == 0
    assert x.to_device("cpu").shape == x.shape
    with pytest.raises(ValueError, match="gpu"):
        x.to_device("gpu")


def test_defaults_of_python_numbers():
    for number, dtype in ((1, tz.int64), (1.0, tz.float32), (1j, tz.complex64), (True, tz.bool)):
        assert tz.asarray(number).dtype == dtype
    info = tz.__array_namespace_info__()
    assert info.default_dtypes()["integral"] == tz.int64
    assert info.devices() == [info.default_device()]
    assert info.capabilities()["max dimensions"] == 64


@pytest.mark.parametrize(
    "kind",
    [
        None,
        "bool",
        "signed integer",
        "unsigned integer",
        "integral",
        "real floating",
        "complex floating",
        "numeric",
        ("bool", "integral"),
    ],
)
def test_data_types_by_kind(kind):
    ours = tz.__array_namespace_info__().dtypes(kind=kind)
    theirs = strict.__array_namespace_info__().dtypes(kind=kind)
    assert set(ours) == set(theirs)
    for name, dtype in ours.items():
        assert dtype == getattr(tz, name)
        if kind is not None:
            assert tz.isdtype(dtype, kind)


def test_isdtype_refuses_an_unknown_kind():
    with pytest.raises(ValueError, match="integral"):
        tz.isdtype(tz.int8, "integer")


@pytest.mark.parametrize("name", ["float32", "float64", "complex64", "complex128"])
def test_finfo(name):
    dtype = getattr(tz, name)
    limits, truth = tz.finfo(dtype), np.finfo(name)
    assert tz.finfo(tz.ones(2, dtype=dtype)) == limits
    assert limits.dtype == truth.dtype
    for field in ("eps", "max", "min", "smallest_normal"):
        assert type(getattr(limits, field)) is float
        assert getattr(limits, field) == getattr(truth, field)
    with pytest.raises(TypeError, match="iinfo"):
        tz.finfo(tz.int8)


@pytest.mark.parametrize("name", ["int8", "int16", "int32", "int64", "uint8", "uint64"])
def test_iinfo(name):
    dtype = getattr(tz, name)
    limits, truth = tz.iinfo(tz.asarray(1, dtype=dtype)), np.iinfo(name)
    assert (limits.bits, limits.max, limits.min) == (truth.bits, truth.max, truth.min)
    assert type(limits.max) is int
    assert limits.dtype == dtype
    with pytest.raises(TypeError, match="finfo"):
        tz.iinfo(tz.float32)


def test_promotion_table():
    names = list(strict.__array_namespace_info__().dtypes())
    for one in names:
        for two in names:
            try:
                want = strict.result_type(getattr(strict, one), getattr(strict, two))
            except TypeError:
                continue  # the standard leaves it open
            assert tz.result_type(getattr(tz, one), getattr(tz, two)) == want._np_dtype
            assert tz.can_cast(getattr(tz, one), getattr(tz, two)) == strict.can_cast(
                getattr(strict, one), getattr(strict, two)
            )


def test_result_type_takes_arrays_and_numbers():
    assert tz.result_type(tz.ones(2, dtype=tz.int8), 3) == tz.int8
    assert tz.result_type(tz.float32, 1.0, tz.float64) == tz.float64
    assert tz.result_type(tz.float64, 1j) == tz.complex128
    assert tz.can_cast(tz.ones(2, dtype=tz.int8), tz.int16) is True


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint64", "float32", "float64", "complex64"])
def test_dlpack_both_ways(dtype):
    x = np.arange(6).reshape(2, 3).astype(dtype)
    ours = tz.from_dlpack(x)
    np.testing.assert_array_equal(ours.numpy(), x)
    np.testing.assert_array_equal(np.from_dlpack(ours), x)
    again = tz.from_dlpack(ours, device="cpu", copy=True)
    assert again.dtype == ours.dtype
    assert tuple(int(i) for i in ours.__dlpack_device__()) == (1, 0)
    for options in (
        {"copy": True},
        {"copy": False},
        {"max_version": (1, 0)},
        {"max_version": (0, 8)},
        {"dl_device": (1, 0)},
    ):
        assert type(ours.__dlpack__(**options)).__name__ == "PyCapsule"


@pytest.mark.parametrize("wrong", [
    lambda xp, x: x + 1.0 if xp is tz else x,
    lambda xp, x: xp.astype(x, xp.float32) if xp is tz else x,
    lambda xp, x: x[None, ...] if xp is tz else x, lambda xp, x: (x, x) if xp is tz else x,
    lambda xp, x: -x if xp is tz else x, lambda xp, x: 0.0 if xp is tz else x,
])  # fmt: skip
def test_the_referee_catches_a_planted_fault(agree, wrong):
    agree(lambda xp, x: x, np.zeros(3))
    with pytest.raises(AssertionError):
        agree(wrong, np.zeros(3))

"""native = evaluate at the edges: zeros, infinities, NaN, extreme integers, empty axes, views."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from laws.cases import ALL, samples
from laws.native_cases import TYPES, Case, assert_agree, case, primitive_case

from tiza.graph import PRIMITIVES, Node, Primitive
from tiza.readings.evaluate import Program
from tiza.readings.native import Compiled
from tiza.readings.native.machine.llvm import available

pytestmark = pytest.mark.skipif(available() is not None, reason="no llvmlite")
P = PRIMITIVES
POINTWISE = [p for p in ALL if p.family == "elementwise" and p.name != "cast"]
REDUCED = ["sum", "prod", "max", "min", "all", "any", "argmax", "argmin", "cumsum", "cumprod",
           "argsort"]  # fmt: skip


def edges(dtype: str) -> np.ndarray:
    """The numbers of a type at which rules change; no subnormal ones."""
    kind = np.dtype(dtype)
    if kind.kind == "b":
        return np.array([False, True])
    if kind.kind in "iu":
        info = np.iinfo(kind)
        signed = [-7, -1, info.min + 1] if info.min else []
        whole = {info.min, 0, 1, 2, 3, 7, 8, 31, 63, info.max - 1, info.max, *signed}
        return np.array(sorted(whole), kind)
    info = np.finfo(kind)
    sizes = [0, info.tiny, info.eps, 0.25, 0.5, 1, 1.5, 2, 2.5, 3, 7, 88.5, 709, 1e6, 2.0**31]
    sizes += [info.max, np.inf]
    return np.array([*sizes, *(-x for x in sizes), np.nan], kind)


def at_edges(prim: Primitive, dtype: str) -> Case | None:
    """Every pair of edges, for an operation of two operands."""
    e = edges(dtype)
    if prim.name == "pow" and dtype.startswith("int"):
        e = e[e >= 0]  # an integer has no negative powers
    xs, attrs = samples(prim)[0]
    choices = {1: [e], 2: [np.repeat(e, len(e)), np.tile(e, len(e))],
               3: [np.arange(len(e)) % 2 == 0, e, e[::-1]]}  # fmt: skip
    return primitive_case(prim, choices[len(xs)], attrs, slopes=False)


def without_subnormals(made: Case) -> Case:
    """The pairs of edges whose result is subnormal, left out: see the law about those below."""
    tiny = {np.dtype(t): np.finfo(t).tiny for t in ("float32", "float64")}
    keep = np.ones(made.arrays[0].shape, bool)
    for want in Program(made.inputs, made.outputs)(*made.arrays):
        if want.dtype in tiny:
            keep &= ~((want != 0) & (np.abs(want) < tiny[want.dtype]))
    made.arrays = [np.where(keep, a, a.dtype.type(1)) for a in made.arrays]
    return made


@pytest.mark.parametrize("dtype", TYPES)
def test_every_pair_of_edges(dtype: str) -> None:
    cases = [c for p in POINTWISE if (c := at_edges(p, dtype))]
    assert_agree([without_subnormals(c) for c in cases])


@pytest.mark.parametrize("dtype", TYPES)
def test_reductions_of_edges(dtype: str) -> None:
    rng = np.random.default_rng(0)
    e = edges(dtype)
    moderate = e[~(np.abs(e) > 1e30)] if e.dtype.kind == "f" else e  # in any order, no overflow
    cases = []
    for name in REDUCED:
        options = {k: v for k, v in samples(P[name])[0][1].items() if k != "axis"}
        row = moderate if name.endswith(("sum", "prod")) else e
        for x in (row[None], np.stack([rng.permutation(row) for _ in range(19)])):
            for axis in (0, 1):
                attrs = options | {"axis": axis if name.startswith(("arg", "cum")) else (axis,)}
                cases.append(primitive_case(P[name], [x], attrs, slopes=False))
    assert_agree([c for c in cases if c is not None])


@pytest.mark.parametrize("old", TYPES)
def test_casts_of_edges(old: str) -> None:
    cases = []
    for new in TYPES:
        e = edges(old)
        if old.startswith("float") and new[0] in "iu":  # others have no integer to become
            e = np.array(
                [-3.7, -1, -0.2, 0, 0.2, 3.7, 120] if new[0] == "i" else [0, 0.2, 3.7], old
            )
        cases.append(primitive_case(P["cast"], [e], {"dtype": np.dtype(new)}, slopes=False))
    assert_agree([c for c in cases if c is not None])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_subnormal_numbers_count_as_zero(dtype: str) -> None:
    """Compiled programs flush them (as every fast kernel does): what they give says so."""
    info = np.finfo(dtype)
    x = np.array([info.smallest_subnormal, -info.tiny / 4, info.tiny, 1], dtype)
    made = case("subnormal", lambda a: [a * 1.5, a + a, P["sqrt"](P["abs"](a))], [x], slopes=False)
    got = Compiled(made.inputs, made.outputs)(x)
    flushed = np.where(np.abs(x) < info.tiny, np.copysign(np.zeros_like(x), x), x)
    for mine, want in zip(got, Program(made.inputs, made.outputs)(flushed), strict=True):
        np.testing.assert_array_equal(mine, want)


# -- empty axes, and arrays that lie otherwise than row by row ---------------------------------


@pytest.mark.parametrize("shape", [(0,), (3, 0), (0, 3), (2, 0, 3)])
def test_empty(shape: tuple[int, ...]) -> None:
    x = np.zeros(shape)
    axes = tuple(range(len(shape)))
    assert_agree([
        case("map", lambda a: [P["exp"](a) + a], [x]),
        case("sum", lambda a: [P["sum"](a, axis=axes, keepdims=False)], [x]),
        case("prod", lambda a: [P["prod"](a, axis=axes[-1:], keepdims=True)], [x]),
        case("concat", lambda a, b: [P["concat"](a, b, a, axis=0)], [x, np.ones((2, *shape[1:]))]),
        case("cumsum", lambda a: [P["cumsum"](a, axis=len(shape) - 1)], [x]),
    ])  # fmt: skip


def test_products_of_nothing() -> None:
    shapes = [((2, 0), (0, 3)), ((0, 2), (2, 3)), ((2, 3), (3, 0)), ((4, 0, 2), (4, 2, 3))]
    assert_agree([case(str(s), lambda a, b: [P["matmul"](a, b)], map(np.ones, s)) for s in shapes])


LAYOUTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "row by row": lambda x: x,
    "column by column": np.asfortranarray,
    "transposed": lambda x: np.ascontiguousarray(x.T).T,
    "every second": lambda x: np.repeat(x, 2, axis=1)[:, ::2],
    "backwards": lambda x: np.ascontiguousarray(x[::-1, ::-1])[::-1, ::-1],
    "repeated": lambda x: np.broadcast_to(x[:1], x.shape),
    "not aligned": lambda x: np.frombuffer(
        b"\0" + x.tobytes(), x.dtype, offset=1).reshape(x.shape),
    "other byte order": lambda x: x.astype(x.dtype.newbyteorder()),
    "read only": lambda x: np.frombuffer(x.tobytes(), x.dtype).reshape(x.shape),
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", ["float32", "float64", "int16"])
def test_arrays_of_any_layout(layout: str, dtype: str) -> None:
    rng = np.random.default_rng(1)
    x = rng.uniform(-9, 9, (7, 17)).astype(dtype)
    made = case(layout, lambda a: [a * 3, P["sum"](a, axis=(0,), keepdims=False), a + 1], [x])
    given = LAYOUTS[layout](x)
    got = Compiled(made.inputs, made.outputs)(given, *made.arrays[1:])
    wanted = Program(made.inputs, made.outputs)(given.astype(dtype), *made.arrays[1:])
    for mine, want in zip(got, wanted, strict=True):
        np.testing.assert_allclose(mine, want, rtol=1e-5)


VIEWS: dict[str, Callable[[Node], Node]] = {
    "transposed": lambda x: P["permute"](x, axes=(1, 0)),
    "flipped": lambda x: P["flip"](x, axes=(0, 1)),
    "cut": lambda x: P["slice"](x, starts=(1, 0), stops=x.shape, steps=(3, 2)),
    "repeated": lambda x: P["broadcast_to"](x, shape=(3, *x.shape)),
    "flat": lambda x: P["reshape"](P["permute"](x, axes=(1, 0)), shape=(x.shape[0] * x.shape[1],)),
    "windows": lambda x: P["windows"](
        x, size=(2,), stride=(2,), dilation=(1,), low=(1,), high=(0,)
    ),
    "padded": lambda x: P["pad"](x, low=(1, 0), high=(0, 2), interior=(0, 1)),
}


@pytest.mark.parametrize("view", VIEWS)
def test_views_inside_an_expression(view: str) -> None:
    see = VIEWS[view]
    rng = np.random.default_rng(2)
    cases = []
    for n in (2, 7, 16, 17, 33):
        for dtype in ("float32", "float64", "int8"):
            x = rng.uniform(-9, 9, (n, 5)).astype(dtype)
            axes = (see(case("", lambda a: [a], [x]).inputs[0]).ndim - 1,)
            cases += [
                case(f"{view} {n} {dtype}", lambda a: [see(a), see(a) + see(a * a)], [x]),
                case(f"sum {view} {n} {dtype}",
                     lambda a, axes=axes: [P["sum"](see(a), axis=axes, keepdims=False)], [x]),
                case(f"max {view} {n} {dtype}",
                     lambda a, axes=axes: [P["max"](see(a), axis=axes, keepdims=True)], [x]),
            ]  # fmt: skip
    assert_agree(cases)


mul = P["matmul"]
PRODUCTS = [(1, 1, 1), (7, 15, 16), (17, 33, 7), (1, 33, 17), (33, 1, 15), (17, 1000, 1),
            (33, 17, 33), (65, 130, 67), (2, 200, 100), (100, 100, 2)]  # fmt: skip


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_products_of_every_layout(dtype: str) -> None:
    turn, back = VIEWS["transposed"], VIEWS["flipped"]
    step = lambda x: P["slice"](x, starts=(1, 0), stops=x.shape, steps=(2, 3))
    rng = np.random.default_rng(3)
    cases = []
    for m, k, n in PRODUCTS:
        drawn = lambda *shape: rng.normal(size=shape).astype(dtype)

        size = f"{m}x{k}x{n} {dtype}"
        cases += [
            case(f"NN {size}", lambda a, b: [mul(a, b)], [drawn(m, k), drawn(k, n)]),
            case(f"TT {size}", lambda a, b: [mul(turn(a), turn(b))], [drawn(k, m), drawn(n, k)]),
            case(f"NT {size}", lambda a, b: [mul(a, turn(b))], [drawn(m, k), drawn(n, k)]),
            case(f"TN {size}", lambda a, b: [mul(turn(a), b)], [drawn(k, m), drawn(k, n)]),
            case(f"flipped {size}", lambda a, b: [mul(back(a), b)], [drawn(m, k), drawn(k, n)]),
            case(f"cut {size}", lambda a, b: [mul(step(a), b)],
                 [drawn(2 * m + 1, 3 * k), drawn(k, n)]),
        ]  # fmt: skip
    stacks = [((2, 3, 4), (2, 4, 5)), ((3, 1, 7, 2), (2, 2, 17)), ((7, 2), (3, 2, 5))]
    cases += [case(str(s), lambda a, b: [P["matmul"](a, b)],
                   [rng.normal(size=i).astype(dtype) for i in s]) for s in stacks]  # fmt: skip
    assert_agree(cases)


def test_one_padded_entry_read_at_indices_from_memory() -> None:
    """Whether an index meets the entry or the padding differs from lane to lane."""
    x, where = np.array([3.0]), np.array([0, 2, 1, 3, 2, -1, 2, -2] * 3)
    pad = lambda x: P["pad"](x, low=(2,), high=(1,), interior=(0,))
    assert_agree([
        case("stored", lambda x, i: [P["take"](pad(x), i, axis=0)], [x, where]),
        case("computed", lambda x, i: [P["take"](pad(P["tanh"](x)), i, axis=0)], [x, where[:5]]),
    ])  # fmt: skip


def test_padding_around_rows_taken() -> None:
    """The index of a row that is not there is not read either."""
    x, where = np.arange(33.0).reshape(3, 11), np.array([4, -1, 0, 7, 10])
    low, high, none = (1, 2), (2, 1), (0, 0)
    around = lambda v: P["pad"](v, low=low, high=high, interior=none)
    assert_agree([case("", lambda x, i: [around(P["take"](x, i, axis=1)) * 2], [x, where])])

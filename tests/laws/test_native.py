"""native = evaluate, for every primitive and composite, with what it carries back."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from laws.cases import ALL, samples
from laws.native_cases import TYPES, Case, assert_agree, drawn, faults, primitive_case

from tiza.graph import PRIMITIVES, Primitive
from tiza.readings.native.emitting import spell
from tiza.readings.native.machine.llvm import available

pytestmark = pytest.mark.skipif(available() is not None, reason="no llvmlite")
FAMILIES = sorted({p.family for p in ALL})


def narrow(x: np.ndarray) -> np.ndarray:
    return x.astype("float32") if x.dtype == np.float64 else x


def on_samples(prim: Primitive) -> Iterator[Case]:
    """The samples of a primitive, in float64 and (but for bodies, which fix types) float32."""
    for xs, attrs in samples(prim):
        made = [primitive_case(prim, xs, attrs, slopes=prim.name != "while")]
        if prim.family != "control":
            made.append(primitive_case(prim, [narrow(x) for x in xs], attrs))
        yield from (c for c in made if c is not None)


@pytest.mark.parametrize("family", FAMILIES)
def test_samples(family: str) -> None:
    cases = [c for p in ALL if p.family == family for c in on_samples(p)]
    for start in range(0, len(cases), 100):
        assert_agree(cases[start : start + 100])


def test_no_sample_is_left_out() -> None:
    """Every primitive is compiled on some sample."""
    compiled = {p.name for p in ALL if next(on_samples(p), None) is not None}
    assert compiled == {p.name for p in ALL}


# -- types and sizes ------------------------------------------------------------------------

POINTWISE = [
    p for p in ALL
    if p.name != "cast" and (p.family == "elementwise" or (
        p.body and len(xs := samples(p)[0][0]) == 1 and xs[0].shape == (3, 4)
        and not samples(p)[0][1].keys() & {"axis", "axes"}))
]  # fmt: skip
SHAPES = {
    "broadcast": [(7, 1), (1, 16), (7, 16)],
    "row": [(17,)] * 3,
    "rows": [(3, 33)] * 3,
    "long": [(1000,)] * 3,
    "one": [(1, 1)] * 3,
    "stack": [(2, 15, 1), (15, 7), (7,)],
}


def pointwise(prim: Primitive, shapes: list[tuple[int, ...]], dtype: str) -> Case | None:
    xs, attrs = samples(prim)[0]
    rng = np.random.default_rng(len(prim.name))
    types = ["bool", dtype, dtype] if prim.name == "where" else [dtype] * 3
    if prim.name == "pow" and dtype.startswith("int"):
        xs = tuple(np.abs(x) + 3 for x in xs)  # an integer has no negative powers
    arrays = [drawn(rng, x, s, t) for x, s, t in zip(xs, shapes, types, strict=False)]
    return primitive_case(prim, arrays, attrs)


def assert_pointwise(shapes: str, types: list[str]) -> None:
    cases = [c for p in POINTWISE for t in types if (c := pointwise(p, SHAPES[shapes], t))]
    for start in range(0, len(cases), 150):
        assert_agree(cases[start : start + 150])


def test_broadcast_of_every_type() -> None:
    assert_pointwise("broadcast", TYPES)


@pytest.mark.parametrize("shapes", ["row", "stack"])
def test_odd_sizes_of_floats(shapes: str) -> None:
    assert_pointwise(shapes, ["float32", "float64"])


@pytest.mark.slow
@pytest.mark.parametrize("shapes", SHAPES)
def test_every_size_of_every_type(shapes: str) -> None:
    assert_pointwise(shapes, TYPES)


def test_casts() -> None:
    rng = np.random.default_rng(0)
    cases = []
    for old in TYPES:
        x = drawn(rng, np.array([-3.0, 3.0]), (33,), old)
        for new in TYPES:
            cases.append(primitive_case(PRIMITIVES["cast"], [x], {"dtype": np.dtype(new)}))
    assert_agree([c for c in cases if c is not None])


# -- reductions -----------------------------------------------------------------------------

REDUCED = ["sum", "prod", "max", "min", "all", "any", "argmax", "argmin", "cumsum", "cumprod"]
SIZES = [1, 7, 15, 16, 17, 33, 1000]


def reduced(name: str, dtype: str, n: int) -> Iterator[Case]:
    """One reduction over the axes of vectors, matrices and stacks of which one side is n."""
    rng = np.random.default_rng(n)
    one = name.startswith(("arg", "cum"))
    options = {k: v for k, v in samples(PRIMITIVES[name])[0][1].items() if k != "axis"}
    layouts = {(n,): [(0,)], (3, n): [(0,), (1,), (0, 1)], (n, 3): [(0,), (1,)]}
    if n < 100:
        layouts |= {(2, n, 3): [(1,), (0, 2), (0, 1)]}
    for shape, choices in layouts.items():
        x = drawn(rng, np.array([-2.0, 2.0]), shape, dtype)
        if name.endswith("prod") and dtype.startswith("float"):
            x = 1 + x / 10
        for axes in choices:
            if one and len(axes) > 1:
                continue
            attrs = options | {"axis": axes[0] if one else axes}
            made = primitive_case(PRIMITIVES[name], [x], attrs)
            if made is not None:
                yield made


@pytest.mark.parametrize("name", REDUCED)
def test_reductions(name: str) -> None:
    wanted = [("float32", 17), ("float64", 7), ("int32", 33), ("bool", 15), ("uint8", 1)]
    assert_agree([c for t, n in wanted for c in reduced(name, t, n)])


@pytest.mark.slow
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("name", REDUCED)
def test_reductions_of_every_size(name: str, dtype: str) -> None:
    cases = [c for n in SIZES for c in reduced(name, dtype, n)]
    if cases:
        assert_agree(cases)


# -- the law is awake -----------------------------------------------------------------------


def test_a_wrong_spelling_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    table = spell._SPELL
    monkeypatch.setitem(table, "subtract", table["add"])
    cases = list(on_samples(PRIMITIVES["subtract"]))
    assert len(faults(cases)) >= len(cases) // 2
    monkeypatch.undo()
    assert_agree(cases)

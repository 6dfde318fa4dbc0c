"""Laws over the whole registry; each has a meta-test that plants a wrong rule and is caught."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from laws.cases import ALL, assert_close, floats, leaves, results, samples, values

from tiza.errors import GradientError
from tiza.graph import COMPOSITES, PRIMITIVES, Node, Primitive, constant, opened, placeholder
from tiza.graph.types import is_float
from tiza.readings.evaluate import Program
from tiza.transforms import cotangents_of, push_forward, simplify, vectorise

SMOOTH = [p for p in ALL if (p.vjp or p.body) and p.name != "while"]


def case_ids(prim: Primitive) -> str:
    return prim.name


def weights(shape: tuple[int, ...], seed: int) -> np.ndarray[Any, Any]:
    return np.random.default_rng(seed).uniform(0.5, 1.5, shape)


def slope_pairs(
    prim: Primitive, xs: tuple[np.ndarray[Any, Any], ...], attrs: dict[str, Any]
) -> list[tuple[Any, Any]]:
    """(analytic, numeric) cotangents of every float input, results weighed by fixed numbers."""
    nodes = leaves(xs)
    outs = [o for o in results(prim, nodes, attrs) if is_float(o.dtype)]
    inputs = floats(nodes)
    if not outs or not inputs or prim.name == "stop_gradient":
        return []
    seeds = [weights(o.shape, k) for k, o in enumerate(outs)]
    wrt = [nodes[i] for i in inputs]
    analytic = values(cotangents_of(outs, wrt, [constant(s) for s in seeds]))
    holes = [placeholder(n.shape, n.dtype) if i in inputs else n for i, n in enumerate(nodes)]
    again = [o for o in results(prim, holes, attrs) if is_float(o.dtype)]
    program = Program([holes[i] for i in inputs], again)

    def total(points: list[np.ndarray[Any, Any]]) -> float:
        return float(sum(np.sum(v * s) for v, s in zip(program(*points), seeds, strict=True)))

    pairs = []
    base = [np.array(xs[i], "float64") for i in inputs]
    for k, slope in enumerate(analytic):
        numeric = np.zeros(base[k].shape)
        for at in np.ndindex(base[k].shape):
            sides = []
            for h in (1e-6, -1e-6):
                moved = [b.copy() for b in base]
                moved[k][at] += h
                sides.append(total(moved))
            numeric[at] = (sides[0] - sides[1]) / 2e-6
        pairs.append((slope, numeric))
    return pairs


def assert_is_slope(prim: Primitive) -> None:
    for xs, attrs in samples(prim):
        for analytic, numeric in slope_pairs(prim, xs, attrs):
            assert_close(analytic, numeric, rtol=2e-6, atol=2e-8)


@pytest.mark.parametrize("prim", SMOOTH, ids=case_ids)
def test_vjp_is_the_slope(prim: Primitive) -> None:
    assert_is_slope(prim)


@pytest.mark.parametrize("prim", SMOOTH, ids=case_ids)
def test_vjp_of_the_vjp_is_the_slope(prim: Primitive) -> None:
    """The gradient, taken as a function of its own, passes the same test."""
    for xs, attrs in samples(prim, seed=1)[:2]:
        nodes = leaves(xs)
        inputs = floats(nodes)
        holes = [placeholder(n.shape, n.dtype) if i in inputs else n for i, n in enumerate(nodes)]
        outs = [o for o in results(prim, holes, attrs) if is_float(o.dtype)]
        if not outs or not inputs:
            continue
        wrt = [holes[i] for i in inputs]
        first = cotangents_of(
            outs, wrt, [constant(weights(o.shape, k)) for k, o in enumerate(outs)]
        )
        seeds = [constant(weights(g.shape, 50 + k)) for k, g in enumerate(first)]
        second = Program(wrt, cotangents_of(first, wrt, seeds))
        program = Program(wrt, first)
        base = [np.array(xs[i], "float64") for i in inputs]
        for k, slope in enumerate(second(*base)):
            numeric = np.zeros(base[k].shape)
            for at in np.ndindex(base[k].shape):
                sides = []
                for h in (1e-6, -1e-6):
                    moved = [b.copy() for b in base]
                    moved[k][at] += h
                    sides.append(
                        sum(
                            float(np.sum(v * s.value))
                            for v, s in zip(program(*moved), seeds, strict=True)
                        )
                    )
                numeric[at] = (sides[0] - sides[1]) / 2e-6
            assert_close(np.broadcast_to(slope, numeric.shape), numeric, rtol=2e-5, atol=2e-7)


@pytest.mark.parametrize("prim", SMOOTH, ids=case_ids)
def test_jvp_is_the_vjp_transposed(prim: Primitive) -> None:
    """u · (J v) = (Jᵀ u) · v for every u and v."""
    for xs, attrs in samples(prim, seed=2):
        nodes = leaves(xs)
        outs = [o for o in results(prim, nodes, attrs) if is_float(o.dtype)]
        wrt = [nodes[i] for i in floats(nodes)]
        if not outs or not wrt:
            continue
        u = [constant(weights(o.shape, k)) for k, o in enumerate(outs)]
        v = [constant(weights(w.shape, 90 + k)) for k, w in enumerate(wrt)]
        pushed, pulled = values(push_forward(outs, wrt, v)), values(cotangents_of(outs, wrt, u))
        left = sum(float(np.sum(a.value * b)) for a, b in zip(u, pushed, strict=True))
        right = sum(float(np.sum(a * b.value)) for a, b in zip(pulled, v, strict=True))
        assert_close(left, right, rtol=1e-9, atol=1e-9)


def assert_vmap_is_a_loop(prim: Primitive) -> None:
    rng = np.random.default_rng(3)
    for xs, attrs in samples(prim, seed=3):
        if not xs:
            continue
        for flags in _patterns(len(xs)):
            nodes, rows, mapping = [], [], {}
            for x, batched in zip(xs, flags, strict=True):
                many = (
                    np.stack([x, _moved(prim, x, rng), _moved(prim, x, rng)]) if batched else None
                )
                rows.append(many)
                hole = placeholder(x.shape, x.dtype) if batched else constant(x)
                nodes.append(hole)
                if many is not None:
                    mapping[hole] = constant(many)
            outs = results(prim, nodes, attrs)
            got = values(vectorise(outs, mapping, 3))
            for r in range(3):
                one = [constant(x if m is None else m[r]) for x, m in zip(xs, rows, strict=True)]
                for g, w in zip(got, values(results(prim, one, attrs)), strict=True):
                    assert_close(g[r], w)


def _patterns(n: int) -> list[tuple[bool, ...]]:
    if n == 1:
        return [(True,)]
    single = [tuple(i == k for i in range(n)) for k in range(min(n, 4))]
    return [*single, (True,) * n]


def _moved(
    prim: Primitive, x: np.ndarray[Any, Any], rng: np.random.Generator
) -> np.ndarray[Any, Any]:
    """Other values of the same kind and range; a definite matrix stays definite."""
    if prim.family == "linalg":
        return x * rng.uniform(0.5, 1.0)
    flat = x.ravel().copy()
    rng.shuffle(flat)
    return flat.reshape(x.shape)


@pytest.mark.parametrize("prim", ALL, ids=case_ids)
def test_vmap_is_a_loop(prim: Primitive) -> None:
    assert_vmap_is_a_loop(prim)


@pytest.mark.parametrize("prim", ALL, ids=case_ids)
def test_shape_and_type_are_as_inferred(prim: Primitive) -> None:
    for xs, attrs in samples(prim):
        outs = results(prim, leaves(xs), attrs)
        for node, value in zip(outs, values(outs), strict=True):
            assert value.shape == node.shape
            assert value.dtype == node.dtype


FLOATS32 = [p for p in ALL if p.family not in {"control", "random"}]


@pytest.mark.parametrize("prim", FLOATS32, ids=case_ids)
def test_float32_stays_float32(prim: Primitive) -> None:
    for xs, attrs in samples(prim):
        if not any(x.dtype == np.float64 for x in xs) or prim.name == "cast":
            continue
        small = tuple(x.astype("float32") if x.dtype == np.float64 else x for x in xs)
        outs = results(prim, leaves(small), attrs)
        for node, value in zip(outs, values(outs), strict=True):
            assert value.dtype == node.dtype
            assert node.dtype != np.float64


@pytest.mark.parametrize("prim", ALL, ids=case_ids)
def test_simplify_changes_no_value(prim: Primitive) -> None:
    for xs, attrs in samples(prim):
        nodes = leaves(xs)
        outs = results(prim, nodes, attrs)
        smooth = [o for o in outs if is_float(o.dtype)]
        wrt = [nodes[i] for i in floats(nodes)]
        if smooth and wrt and prim in SMOOTH:
            outs = outs + cotangents_of(
                smooth, wrt, [constant(weights(o.shape, 0)) for o in smooth]
            )
        for got, want in zip(values(simplify(outs)), values(outs), strict=True):
            assert_close(got, want)
            assert got.dtype == want.dtype


EDGES = np.array([0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 1e30, -1e30, 1e-30])
ON_FLOATS = [p for p in ALL if p.family == "elementwise" and p.name not in {"where", "cast"}
             and samples(p)[0][0][0].dtype.kind == "f"]  # fmt: skip


@pytest.mark.parametrize("prim", ON_FLOATS, ids=case_ids)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_edge_points_follow_the_reference(prim: Primitive, dtype: str) -> None:
    from laws.reference import REFERENCE

    xs = samples(prim)[0][0]
    edge = EDGES.astype(dtype)
    arrays = (edge,) if len(xs) == 1 else (np.repeat(edge, len(edge)), np.tile(edge, len(edge)))
    (got,) = values(results(prim, leaves(arrays), {}))
    with np.errstate(all="ignore"):
        want = REFERENCE[prim.name](*arrays)
    np.testing.assert_allclose(
        got, want, rtol=2e-6 if dtype == "float32" else 1e-12, equal_nan=True
    )


@pytest.mark.parametrize("prim", [p for p in ALL if p.body], ids=case_ids)
def test_composite_is_its_body(prim: Primitive) -> None:
    for xs, attrs in samples(prim):
        nodes = leaves(xs)
        node = prim(*nodes, **attrs)
        body = opened(node)
        assert (node.shape, node.dtype) == (body.shape, body.dtype)
        wrt = [nodes[i] for i in floats(nodes)]
        if prim.vjp and wrt and is_float(node.dtype):
            seed = constant(weights(node.shape, 0))
            whole, inside = (values(cotangents_of([n], wrt, [seed])) for n in (node, body))
            for a, b in zip(whole, inside, strict=True):
                assert_close(a, b, rtol=1e-8, atol=1e-10)


def test_a_while_loop_says_why_it_has_no_reverse_derivative() -> None:
    (xs, attrs), *_ = samples(PRIMITIVES["while"])
    nodes = leaves(xs)
    outs = results(PRIMITIVES["while"], nodes, attrs)
    with pytest.raises(GradientError, match=r"use tz\.scan with a fixed number of steps"):
        cotangents_of([outs[1]], [nodes[1]], [constant(np.ones(3))])


# each law can fail
def planted(name: str, **changes: Any) -> Primitive:
    """A copy of a record with a wrong rule, outside the registry."""
    record = (PRIMITIVES | COMPOSITES)[name]
    copy = object.__new__(Primitive)
    for field in dataclasses.fields(Primitive):
        object.__setattr__(copy, field.name, changes.get(field.name, getattr(record, field.name)))
    return copy


def test_a_wrong_slope_is_caught() -> None:
    wrong = planted("tanh", vjp=lambda g, y, x: [g * (1 - y)])
    with pytest.raises(AssertionError):
        assert_is_slope(wrong)


def test_a_wrong_batching_rule_is_caught() -> None:
    def unshifted(
        xs: list[Node], batched: list[bool], axis: tuple[int, ...], keepdims: bool
    ) -> Node:
        return PRIMITIVES["sum"](
            xs[0], axis=tuple(sorted((i + 1) % xs[0].ndim for i in axis)), keepdims=keepdims
        )

    wrong = planted(
        "sum",
        batch=lambda xs, batched, axis, keepdims: PRIMITIVES["sum"](
            xs[0] * 2, axis=tuple(i + 1 for i in axis), keepdims=keepdims
        ),
    )
    with pytest.raises(AssertionError):
        assert_vmap_is_a_loop(wrong)


def test_a_wrong_shape_rule_is_caught() -> None:
    wrong = planted("exp", infer=lambda x: ((*x.shape, 1), x.dtype))
    with pytest.raises(AssertionError):
        test_shape_and_type_are_as_inferred(wrong)


def test_a_slope_that_forgets_its_own_slope_is_caught() -> None:
    held = PRIMITIVES["stop_gradient"]
    wrong = planted("tanh", vjp=lambda g, y, x: [g * held(1 - y * y)])
    assert_is_slope(wrong)  # right once
    with pytest.raises(AssertionError):
        test_vjp_of_the_vjp_is_the_slope(wrong)  # but not twice


def test_a_rule_that_is_not_linear_is_caught() -> None:
    with pytest.raises(AssertionError):
        test_jvp_is_the_vjp_transposed(planted("tanh", vjp=lambda g, y, x: [g * g]))


def test_a_value_that_widens_is_caught() -> None:
    with pytest.raises(AssertionError):
        test_float32_stays_float32(planted("tanh", value=lambda x: np.tanh(x.astype("float64"))))


def test_a_wrong_edge_is_caught() -> None:
    wrong = planted("tanh", value=lambda x: np.where(np.isinf(x), 0, np.tanh(x)))
    with pytest.raises(AssertionError):
        test_edge_points_follow_the_reference(wrong, "float64")


def test_a_composite_that_is_not_its_body_is_caught() -> None:
    with pytest.raises(AssertionError):
        test_composite_is_its_body(planted("softmax", vjp=lambda g, y, x, axis: [g * y]))


def test_a_wrong_value_is_caught() -> None:
    from laws.reference import assert_matches_reference

    with pytest.raises(AssertionError):
        assert_matches_reference(planted("tanh", value=lambda x: np.tanh(x) * (1 + 1e-6)))


def test_a_wrong_rewrite_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    from tiza.transforms import simplify as module_function
    from tiza.transforms.simplify import RULES

    monkeypatch.setitem(RULES, "add", [lambda y, a, b: a if a.shape == y.shape else None])
    x = constant(np.ones(3))
    with pytest.raises(AssertionError):
        assert_close(values(module_function([x + x]))[0], values([x + x])[0])

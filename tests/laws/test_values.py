"""value = NumPy or SciPy, for every primitive that they have."""

import numpy as np
import pytest
from laws.cases import ALL, assert_close, leaves, results, samples, values
from laws.reference import REFERENCE, assert_matches_reference

from tiza.graph import PRIMITIVES, Primitive

OTHERWISE = {
    "pad",
    "take_add",
    "take_along_add",
    "put",
    "random_bits",
    "scan",
    "cond",
    "while",
    "windows_add",
    "window_put",
}


@pytest.mark.parametrize("prim", [p for p in ALL if p.name in REFERENCE], ids=str)
def test_value_is_the_references(prim: Primitive) -> None:
    assert_matches_reference(prim)


def test_no_primitive_is_left_out() -> None:
    named = {p.name for p in ALL if not p.body and p.family != "linalg"}
    assert named - REFERENCE.keys() - OTHERWISE == set()


@pytest.mark.parametrize("name", ["take_add", "take_along_add", "pad", "windows_add", "window_put"])
def test_transposes_are_the_transposes(name: str) -> None:
    """<u, A v> = <Aᵀ u, v>, where Aᵀ is the reader whose value NumPy gives."""
    prim = PRIMITIVES[name]
    for xs, attrs in samples(prim):
        x = leaves(xs)
        y = prim(*x, **attrs)
        u = np.random.default_rng(5).normal(size=y.shape)
        back = prim.vjp(leaves((u,))[0], y, *x, **attrs)[0]
        assert_close((values([back])[0] * xs[0]).sum(), (u * values([y])[0]).sum())


def test_put_writes_the_last() -> None:
    prim = PRIMITIVES["put"]
    (got,) = values(
        results(prim, leaves((np.zeros(3), np.array([1, 1]), np.array([5.0, 7.0]))), {})
    )
    assert got.tolist() == [0, 7, 0]

"""Rounding to bfloat16, and which products it reaches."""

import numpy as np
import pytest

from tiza.graph import PRIMITIVES as P
from tiza.graph import Node, placeholder, walk
from tiza.graph.precision import precision
from tiza.graph.rounding import bfloat16, nearest, rounded
from tiza.graph.walk import opened_inputs

f32 = np.dtype("float32")


@pytest.fixture(autouse=True)
def _medium(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "products", "medium")


def everything() -> np.ndarray:
    """Floats of all exponents, halves between neighbours, and what is no number."""
    rng = np.random.default_rng(0)
    bits = rng.integers(0, 2**32, 200_000, dtype=np.uint32)
    halves = bits[:50_000] & np.uint32(0xFFFF0000) | np.uint32(0x8000)
    ends = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 3.4e38, 1e-45, 1.2e-38], f32)
    return np.concatenate([bits.view(f32), halves.view(f32), ends])


def by_arithmetic(x: np.ndarray) -> np.ndarray:
    """8 binary digits by float64's own arithmetic, halves to even; too large becomes infinite."""
    with np.errstate(over="ignore", invalid="ignore"):
        parts, exponents = np.frexp(x.astype(np.float64))
        made = np.ldexp(np.rint(parts * 256) / 256, exponents).astype(f32)
    return np.where(np.abs(x) < np.finfo(f32).tiny, np.copysign(f32.type(0), x), made)


def test_nearest_is_what_arithmetic_says() -> None:
    x = everything()
    got, want = nearest(x), by_arithmetic(x)
    assert np.array_equal(got, want, equal_nan=True)
    assert np.array_equal(np.signbit(got), np.signbit(x))
    assert np.array_equal(nearest(got), got, equal_nan=True)  # twice is once


@pytest.mark.peer
def test_nearest_is_pytorchs() -> None:
    torch = pytest.importorskip("torch")
    x = everything()
    x = x[np.isnan(x) | (np.abs(x) >= np.finfo(f32).tiny)]  # PyTorch keeps subnormal numbers
    assert np.array_equal(nearest(x), torch.from_numpy(x).bfloat16().float().numpy(),
                          equal_nan=True)  # fmt: skip


def factors(node: Node) -> list[bool]:
    """Of each product that `node` needs: whether both factors are rounded."""
    found = []
    for n in walk([node], opened_inputs):
        if n.prim.name == "matmul":
            bases = []
            for x in n.inputs:
                while x.prim.name in ("permute", "reshape", "broadcast_to"):
                    x = x.inputs[0]
                bases.append(x.prim is bfloat16)
            found.append(all(bases))
    return found


def test_products_in_composites_are_found() -> None:
    x, w, b = (placeholder(s, f32) for s in ((4, 6), (3, 6), (3,)))
    (y,) = rounded([P["sum"](P["matmul"](x, P["permute"](w, axes=(1, 0))), axis=(0,),
                             keepdims=False) + b])  # fmt: skip
    assert factors(y) == [True]
    assert rounded([y]) == [y]  # twice is once


def test_other_types_and_given_nodes_stay() -> None:
    wide = placeholder((3, 3), np.dtype("float64"))
    assert rounded([wide @ wide]) == [wide @ wide]
    x = placeholder((3, 3), f32)
    product = x @ x
    assert rounded([P["exp"](product)], {product}) == [P["exp"](product)]


def test_nothing_happens_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    x = placeholder((3, 3), f32)
    for word in ("highest", "high"):
        monkeypatch.setattr(precision, "products", word)
        assert rounded([x @ x]) == [x @ x]

"""Products that are joined stand in the join's memory from the beginning."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tiza as tz
from tiza.nn import functional as F

RNG = np.random.default_rng(3)


def normal(*shape: int) -> np.ndarray[Any, Any]:
    return RNG.normal(size=shape).astype(np.float32)


def kinds(compiled: Any) -> list[str]:
    return [call.group.kind for call in compiled.last.builder.calls if call.group]


def agree(function: Any, *arrays: Any) -> Any:
    made = tz.compile(function, threads=1)
    found, wanted = made(*arrays), function(*map(tz.tensor, arrays))
    for a, b in zip(found, wanted, strict=True):
        size = np.abs(b.numpy()).max()
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-5, atol=1e-5 * size)
    return made


@pytest.mark.parametrize("axis", [0, 1])
def test_products_are_computed_side_by_side(axis: int) -> None:
    def joined(a: Any, b: Any, c: Any) -> Any:
        whole = tz.concat([a @ b, 2 * (a @ c) + 1, (a @ (b + c)).T], axis=axis)
        return tz.sin(whole), tz.sum(whole, axis=0)

    made = agree(joined, normal(21, 17), normal(17, 21), normal(17, 21))
    assert "concat" not in kinds(made)


def test_what_is_no_product_is_copied_beside_the_others() -> None:
    def joined(a: Any, b: Any, c: Any) -> Any:
        return (tz.exp(tz.concat([c, a @ b, c + 1], axis=1)),)

    made = agree(joined, normal(21, 17), normal(17, 20), normal(21, 5))
    assert "concat" in kinds(made)
    assert list(made.last.builder.places.joins.there.values()) == [{1}]


def test_a_product_that_others_read_too_is_copied() -> None:
    def joined(a: Any, b: Any) -> Any:
        product = a @ b
        return tz.exp(tz.concat([product, -product], axis=0)), tz.sum(product, axis=1)

    made = agree(joined, normal(12, 17), normal(17, 20))
    assert list(made.last.builder.places.joins.there.values()) == [{1}]


def test_a_join_that_is_a_result_is_right() -> None:
    agree(lambda a, b: (tz.concat([a @ b, b @ a], axis=1),), normal(16, 16), normal(16, 16))


def test_heads_are_joined_without_a_copy() -> None:
    """The gradients of queries, keys and values go straight to where they are joined."""

    def loss(x: Any, w: Any) -> Any:
        n, t, width = x.shape
        whole = F.linear(x, w)
        q, k, v = (
            tz.permute_dims(tz.reshape(whole[..., i * width : (i + 1) * width], (n, t, 2, -1)),
                            (0, 2, 1, 3))
            for i in range(3)
        )  # fmt: skip
        return tz.sum(F.scaled_dot_product_attention(q, k, v, is_causal=True) ** 2)

    made = agree(lambda x, w: tz.grad(loss, argnums=(0, 1))(x, w),
                 normal(3, 18, 24), normal(72, 24))  # fmt: skip
    assert "concat" not in kinds(made)
    assert list(made.last.builder.places.joins.there.values()) == [{0, 1, 2}]


def test_a_long_product_in_a_join_leaves_its_neighbours_alone() -> None:
    """What is summed piece by piece begins with zeros, but only in its own place."""

    def joined(a: Any, b: Any, c: Any) -> Any:
        g = tz.permute_dims(a, (1, 0, 2))
        h = tz.permute_dims(b, (1, 0, 2))
        long = tz.reshape(g, (8, -1)) @ tz.reshape(h, (8, -1)).T
        return (tz.tanh(tz.concat([c @ c, long / 1000, c @ c.T], axis=1)),)

    agree(joined, normal(300, 8, 100), normal(300, 8, 100), normal(8, 8))


def test_all_numbers_of_threads_give_the_same_bits() -> None:
    a, b = normal(96, 64), normal(64, 96)

    def joined(a: Any, b: Any) -> Any:
        return tz.sin(tz.concat([a @ b, tz.tanh(a @ b) * 2, b.T @ a.T], axis=1))

    one, *others = (tz.compile(joined, threads=n)(a, b).numpy() for n in (1, 2, 3, 4))
    assert all(np.array_equal(one, other) for other in others)

"""Where values stand in memory: rows are padded only where nobody joins them again."""

from __future__ import annotations

import numpy as np

import tiza as tz
from tiza.nn import functional as F
from tiza.readings.native.terms.memory import Buffer, padding

F32 = np.dtype("float32")


def test_rows_of_many_kilobytes_are_padded() -> None:
    assert padding((64, 256), F32, None) == 16
    assert padding((64, 250), F32, None) == 0
    assert Buffer((64, 256), F32, pad=16).strides == (272, 1)


def test_the_weights_before_a_group_norm_learn_from_a_view() -> None:
    """What the norm hands back is read where it stands: lanes run along the batch."""
    random = np.random.default_rng(0)
    given = [random.normal(size=s).astype(F32) for s in ((32, 3, 3, 3), (64, 3, 4, 4))]

    def slope(w: tz.Tensor, x: tz.Tensor) -> tz.Tensor:
        def loss(w: tz.Tensor) -> tz.Tensor:
            return tz.sum(F.group_norm(F.conv2d(x, w, padding=1), 8) ** 3)

        return tz.grad(loss)(w)

    compiled = tz.compile(slope)
    want = slope(*map(tz.tensor, given)).numpy()
    np.testing.assert_allclose(compiled(*given).numpy(), want, rtol=2e-4, atol=2e-2)
    calls = compiled.last.builder.calls
    products = [
        c for c in calls if c.group and c.group.roots[0].shape == (32, 27) and c.nest.reductions
    ]
    (product,) = products
    factors = product.nest.reductions[0].value.args
    lane = product.plan.lane
    assert [f.extra[1].coefficient(lane) for f in factors] == [1, 1]


def test_what_is_joined_keeps_the_order_of_its_parts() -> None:
    """Beside a convolution, lanes run along the batch: nothing between them is turned about."""

    def step(w: tz.Tensor, v: tz.Tensor, x: tz.Tensor) -> tz.Tensor:
        y = F.conv2d(x, w, padding=1)
        up = F.interpolate(F.relu(F.max_pool2d(y, 2)), scale_factor=2)
        return F.relu(F.conv2d(tz.concat([up, y], axis=1), v, padding=1))

    random = np.random.default_rng(0)
    shapes = (16, 3, 3, 3), (8, 32, 3, 3), (16, 3, 8, 8)
    given = [random.normal(size=s).astype(F32) for s in shapes]
    compiled = tz.compile(step)
    np.testing.assert_allclose(
        compiled(*given).numpy(), step(*map(tz.tensor, given)).numpy(), rtol=1e-4, atol=1e-4
    )
    memory = compiled.last.builder.memory
    (joined,) = [v for n, v in memory.items() if n.prim.name == "concat"]
    assert joined.strides[0] == 1


def test_pooled_pictures_become_rows_by_one_turn() -> None:
    """Pools and their gradients run along the batch; rows of a matrix are made in registers."""
    random = np.random.default_rng(0)
    given = [random.normal(size=s).astype(F32) for s in ((16, 3, 8, 8), (4, 3, 3, 3), (36, 5))]

    def step(x: tz.Tensor, w: tz.Tensor, v: tz.Tensor) -> tz.Tensor:
        def loss(w: tz.Tensor) -> tz.Tensor:
            y = F.max_pool2d(F.relu(F.conv2d(x, w)), 2)
            return tz.sum((tz.reshape(y, (16, 36)) @ v) ** 2)

        return tz.grad(loss)(w)

    compiled = tz.compile(step)
    np.testing.assert_allclose(
        compiled(*given).numpy(), step(*map(tz.tensor, given)).numpy(), rtol=1e-4, atol=1e-3
    )
    kinds = [c.plan.kind for c in compiled.last.builder.calls if c.plan is not None]
    assert kinds.count("turned") >= 2  # there and back

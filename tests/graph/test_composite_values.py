"""What NumPy computes of a composite at once has the bits of its body."""

from __future__ import annotations

import numpy as np
import pytest

import tiza as tz
from tiza import nn
from tiza.graph import COMPOSITES, Primitive, constant
from tiza.graph.walk import opened
from tiza.readings.evaluate import evaluate

WITH_VALUE = [p for p in COMPOSITES.values() if p.value is not None]


@pytest.mark.parametrize("prim", WITH_VALUE, ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_composites_own_value_is_its_bodys(prim: Primitive, dtype: str) -> None:
    assert prim.samples is not None
    for arrays, attrs in prim.samples(np.random.default_rng(0)):
        nodes = [constant(a.astype(dtype)) for a in arrays]
        whole = prim(*nodes, **attrs)
        body = opened(prim(*[constant(n.value) for n in nodes], **attrs))
        (got,), (want,) = evaluate([whole]), evaluate([body])
        assert got.dtype == want.dtype
        assert got.shape == want.shape
        assert got.tobytes() == want.tobytes()


def test_the_affine_map_is_among_them() -> None:
    assert "linear" in {p.name for p in WITH_VALUE}
    layer = nn.Linear(3, 2)
    with tz.no_grad():
        y = layer(tz.ones((2, 0, 3)))
    assert y.numpy().shape == (2, 0, 2)

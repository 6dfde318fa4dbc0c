"""Where a window holds several NaN, its gradient goes to the last, as in PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

import tiza as tz
from tiza.nn import functional as F

NAN = np.nan
WINDOWS = [[NAN, NAN, 1, 2], [1, NAN, NAN, 2], [1, NAN, 2, 3], [NAN, 5, 6, NAN], [3, 3, 1, 0],
           [-np.inf, NAN, -np.inf, NAN]]  # fmt: skip


@pytest.mark.peer
@pytest.mark.parametrize("window", WINDOWS, ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_gradient_of_nan_goes_where_torch_sends_it(window: list[float], dtype: str) -> None:
    torch = pytest.importorskip("torch")
    x = np.tile(np.array(window, dtype).reshape(1, 1, 2, 2), (3, 17, 2, 2))
    leaf = torch.tensor(x, requires_grad=True)
    y, number = torch.nn.functional.max_pool2d(leaf, 2, return_indices=True)
    y.sum().backward()
    slope = tz.grad(lambda x: tz.sum(F.max_pool2d(x, 2)))
    places = lambda x: F.max_pool2d(x, 2, return_indices=True)[1]
    for change in (lambda f: f, tz.compile):
        assert np.array_equal(change(slope)(tz.tensor(x)).numpy(), leaf.grad.numpy())
        assert np.array_equal(change(places)(tz.tensor(x)).numpy(), number.numpy())


def test_argmax_itself_takes_the_first() -> None:
    x = np.array([[1.0, NAN, NAN], [NAN, 2.0, NAN]])
    for f in (tz.argmax, tz.compile(lambda x: tz.argmax(x, axis=1))):
        got = f(x, axis=1) if f is tz.argmax else f(x)
        assert got.tolist() == [1, 0]

"""The running mean of weights, by hand; applied, saved, restored."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tiza import nn
from tiza.errors import ArgumentError, CheckpointError
from tiza.optim import ExponentialMovingAverage


def test_by_hand():
    w = nn.Parameter([0.0])
    average = ExponentialMovingAverage([w], decay=0.9)
    for n, value in enumerate([1.0, 2.0], 1):
        w.data = [value]
        average.update()
        assert average.count == n
    first = 1 - 2 / 11
    assert_allclose(average.averages[0], [first + (2 - first) * (1 - 3 / 12)], rtol=1e-6)
    average.copy_to()
    assert_allclose(w.numpy(), average.averages[0])


def test_applied_inside_only_even_after_an_error():
    layer = nn.Linear(2, 2)
    average = ExponentialMovingAverage(layer.parameters(), decay=0.5, warm_up=False)
    before = layer.weight.numpy().copy()
    layer.weight.data = before + 2
    average.update()

    def break_off():
        with average.applied():
            assert_allclose(layer.weight.numpy(), before + 1, rtol=1e-6)
            raise KeyError

    with pytest.raises(KeyError):
        break_off()
    assert_allclose(layer.weight.numpy(), before + 2)
    assert layer.weight.requires_grad


def test_state():
    w = nn.Parameter([1.0, 2.0])
    average = ExponentialMovingAverage([w])
    average.update()
    twin = ExponentialMovingAverage([nn.Parameter([0.0, 0.0])])
    twin.load_state_dict(average.state_dict())
    assert twin.count == 1
    assert_allclose(twin.averages[0], [1.0, 2.0])
    with pytest.raises(CheckpointError):
        ExponentialMovingAverage([nn.Parameter(np.ones(3))]).load_state_dict(average.state_dict())
    with pytest.raises(ArgumentError, match="decay must be 0 … 1, but is 2"):
        ExponentialMovingAverage([w], decay=2)

"""Tensors, parameters, modules, optimizers survive copies and other processes."""

from __future__ import annotations

import copy
import multiprocessing
from collections.abc import Callable
from multiprocessing.reduction import ForkingPickler
from typing import Any

import numpy as np
import pytest

import tiza as tz
from tiza import nn

COPIES: dict[str, Callable[[Any], Any]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "sent": lambda x: ForkingPickler.loads(ForkingPickler.dumps(x)),  # as to another process
}


@pytest.mark.parametrize("how", COPIES)
def test_a_tensor_keeps_value_type_name_and_class(how: str) -> None:
    makers = [
        lambda: tz.tensor([1.0, 2.0]), lambda: tz.arange(3), lambda: tz.tensor([True, False]),
        lambda: tz.zeros((0, 2)), lambda: tz.tensor(2.5, dtype=tz.float64),
        lambda: tz.tensor([1.0], requires_grad=True), lambda: tz.tensor([1.0, 2.0]) * 3,
        lambda: nn.Parameter(tz.ones(2)), lambda: nn.Parameter(tz.ones(2), requires_grad=False),
        lambda: nn.Buffer(tz.ones(2), persistent=False),
    ]  # fmt: skip
    for make in makers:
        x = make()
        y = COPIES[how](x)
        assert type(y) is type(x)
        assert (y.dtype, y.shape, y.name, y.requires_grad) == (
            x.dtype, x.shape, x.name, x.requires_grad,
        )  # fmt: skip
        assert np.array_equal(y.numpy(), x.numpy())
        assert getattr(y, "persistent", None) == getattr(x, "persistent", None)


@pytest.mark.parametrize("how", COPIES)
def test_a_copied_variable_has_gradients_of_its_own(how: str) -> None:
    x = tz.tensor([1.0, 2.0], requires_grad=True)
    y = COPIES[how](x)
    (y * y).sum().backward()
    assert x.grad is None
    assert y.grad is not None
    assert y.grad.tolist() == [2.0, 4.0]
    with tz.no_grad():
        y += 1.0
    assert x.tolist() == [1.0, 2.0]


def test_a_shallow_copy_of_an_expression_is_differentiated_through() -> None:
    x = tz.tensor([3.0], requires_grad=True)
    copy.copy(x * x).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [6.0]


class Net(nn.Module):
    """A little of everything."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Dropout(0.5))
        self.scale = nn.Parameter(tz.ones(4))
        self.register_buffer("shift", tz.full((4,), 0.5))
        self.tied = self.scale

    def forward(self, x: tz.Tensor) -> tz.Tensor:
        return self.body(x) * self.scale + self.shift


@pytest.mark.parametrize("how", ["deepcopy", "sent"])
def test_model_and_optimizer_go_on_as_the_original(how: str) -> None:
    x = np.random.default_rng(0).normal(size=(8, 3)).astype(np.float32)

    def train(model: Net, optimizer: tz.optim.Optimizer) -> float:
        tz.manual_seed(3)
        loss = (model(x) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return float(loss.item())

    model = Net()
    optimizer = tz.optim.Adam(model.parameters(), lr=0.1)
    for _ in range(6):
        train(model, optimizer)
    twin, other = COPIES[how]((model, optimizer))
    assert twin.tied is twin.scale
    assert other.params[0] is twin.scale
    assert [train(twin, other) for _ in range(3)] == [train(model, optimizer) for _ in range(3)]
    assert twin.state_dict().keys() == model.state_dict().keys()


@pytest.mark.parametrize("how", ["deepcopy", "sent"])
def test_every_recurrent_convolutional_and_attending_layer(how: str) -> None:
    layers = [nn.LSTM(2, 3), nn.GRU(2, 3), nn.Conv2d(2, 3, 3), nn.MultiheadAttention(4, 2),
              nn.Embedding(3, 2), nn.LayerNorm(4), nn.CrossEntropyLoss(), nn.Flatten(),
              nn.ModuleList([nn.Linear(1, 1)]), nn.MaxPool2d(2), nn.LazyLinear(3)]  # fmt: skip
    for layer in layers:
        twin = COPIES[how](layer)
        assert type(twin) is type(layer)
        own, before = twin.state_dict(), layer.state_dict()
        assert own.keys() == before.keys()
        assert all(np.array_equal(own[k].numpy(), before[k].numpy()) for k in own)


def test_a_schedule_moves_the_copied_optimizer() -> None:
    optimizer = tz.optim.SGD([nn.Parameter(tz.ones(1))], lr=1.0)
    schedule = tz.optim.lr_scheduler.StepLR(optimizer, 1)
    twin, other = COPIES["sent"]((schedule, optimizer))
    other.step()
    twin.step()
    assert other.lr == pytest.approx(0.1)
    assert optimizer.lr == 1.0


def _twice(x: tz.Tensor) -> tz.Tensor:
    return x * 2


def test_tensors_travel_to_another_process_and_back() -> None:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        (answer,) = pool.map(_twice, [nn.Parameter(tz.ones(2))])
    assert answer.tolist() == [2.0, 2.0]

"""The slide's network 784-8-10 in its three spellings, with the weights of PyTorch."""

import numpy as np
import pytest

import tiza as tz
from tiza import nn
from tiza.lang.tensor import Tensor

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.peer


class MLP(nn.Module):
    """The PyTorch form, as on the slide, but for its import lines."""

    def __init__(self) -> None:
        super().__init__()
        self.flatten = nn.Flatten()
        self.dense1 = nn.Linear(28 * 28, 8)
        self.dense2 = nn.Linear(8, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.flatten(x)
        x = tz.relu(self.dense1(x))
        return tz.softmax(self.dense2(x), dim=1)


def keras_form(weights: dict[str, Tensor]) -> nn.Sequential:
    """Sequential([Flatten, Dense(8, relu), Dense(10, softmax)])."""
    model = nn.Sequential(
        nn.Flatten(), nn.Linear(28 * 28, 8), nn.ReLU(), nn.Linear(8, 10), nn.Softmax(dim=1)
    )
    names = {"dense1": "1", "dense2": "3"}
    model.load_state_dict({k.replace(k[:6], names[k[:6]]): v for k, v in weights.items()})
    return model


def tensorflow_form(weights: dict[str, Tensor], x: Tensor) -> Tensor:
    """Matrices and products written out; there W is (in, out)."""
    w1, b1, w2, b2 = (weights[f"dense{i}.{n}"] for i in (1, 2) for n in ("weight", "bias"))
    x = tz.reshape(x, (-1, 28 * 28))
    x = tz.relu(tz.matmul(x, w1.mT) + b1)
    return tz.softmax(tz.matmul(x, w2.mT) + b2, axis=-1)


def test_all_three_forms_give_pytorchs_outputs() -> None:
    torch.manual_seed(0)
    peer = torch.nn.Sequential()
    peer.flatten = torch.nn.Flatten()
    peer.dense1 = torch.nn.Linear(28 * 28, 8)
    peer.act = torch.nn.ReLU()
    peer.dense2 = torch.nn.Linear(8, 10)
    peer.prob = torch.nn.Softmax(dim=1)
    images = np.random.default_rng(0).uniform(0, 1, (16, 28, 28)).astype("float32")
    want = peer(torch.tensor(images)).detach().numpy()

    model = MLP()
    model.load_state_dict(peer.state_dict())
    weights = model.state_dict()
    x = tz.asarray(images)
    for got in (model(x), keras_form(weights)(x), tensorflow_form(weights, x)):
        np.testing.assert_allclose(got, want, atol=1e-6, rtol=1e-6)
    theirs = torch.nn.Linear(28 * 28, 8)
    theirs.load_state_dict(
        {k: torch.tensor(np.asarray(v)) for k, v in model.dense1.state_dict().items()}
    )
    np.testing.assert_array_equal(
        theirs.weight.detach().numpy(), peer.dense1.weight.detach().numpy()
    )

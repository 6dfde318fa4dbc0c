"""Weight and spectral normalization answer, learn and are taken away as PyTorch's."""

import copy
import warnings

import numpy as np
import pytest
from nn.parity import assert_same_layer, close, torch

import tiza as tz
from tiza import nn
from tiza.errors import ArgumentError
from tiza.nn import functional as F
from tiza.train import Trainer

peer = pytest.mark.peer
LAYERS = [
    ("Linear", (4, 3), (2, 4)),
    ("Conv2d", (2, 3, 2), (2, 2, 4, 3)),
    ("ConvTranspose1d", (2, 3, 2), (2, 2, 4)),
]


def twins(name, args, wrap, **options):
    torch.manual_seed(0)
    ours, theirs = getattr(nn, name)(*args).double(), getattr(torch.nn, name)(*args).double()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # PyTorch has a newer weight_norm beside
        getattr(torch.nn.utils, wrap)(theirs, **options)
    assert getattr(nn.utils, wrap)(ours, **options) is ours
    ours.load_state_dict(theirs.state_dict())
    theirs.load_state_dict({k: torch.tensor(v.numpy()) for k, v in ours.state_dict().items()})
    assert repr(ours) == repr(theirs)
    return ours, theirs


@peer
@pytest.mark.parametrize("dim", [0, 1, None])
@pytest.mark.parametrize(("name", "args", "shape"), LAYERS)
def test_weight_norm(name, args, shape, dim):
    ours, theirs = twins(name, args, "weight_norm", dim=dim)
    x = np.random.default_rng(0).normal(size=shape)
    assert_same_layer(ours, theirs, x, np.float64)
    before = ours(x).numpy()
    nn.utils.remove_weight_norm(ours)
    torch.nn.utils.remove_weight_norm(theirs)
    close(ours(x).numpy(), before, np.float64)
    assert set(ours.state_dict()) == set(theirs.state_dict())
    assert type(ours) is getattr(nn, name)


@peer
@pytest.mark.parametrize("steps", [1, 3])
@pytest.mark.parametrize(("name", "args", "shape"), LAYERS)
def test_spectral_norm(name, args, shape, steps):
    ours, theirs = twins(name, args, "spectral_norm", n_power_iterations=steps)
    rng = np.random.default_rng(0)
    for _ in range(3):
        for layer in (ours, theirs):
            layer.zero_grad()
        assert_same_layer(ours, theirs, rng.normal(size=shape), np.float64)
    for layer in (ours, theirs):
        layer.eval().zero_grad()
    assert_same_layer(ours, theirs, rng.normal(size=shape), np.float64)
    nn.utils.remove_spectral_norm(ours)
    torch.nn.utils.remove_spectral_norm(theirs)
    for key, value in theirs.state_dict().items():
        close(ours.state_dict()[key].numpy(), value.numpy(), np.float64, key)


@pytest.mark.parametrize("wrap", ["weight_norm", "spectral_norm"])
def test_fit_and_loop_agree_and_copies_are_independent(wrap):
    tz.manual_seed(0)
    first = nn.Sequential(getattr(nn.utils, wrap)(nn.Linear(4, 3)), nn.Tanh(), nn.Linear(3, 2))
    first.double()
    second = copy.deepcopy(first)
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(8, 4)), rng.integers(0, 2, 8)
    trainer = Trainer(first, loss=F.cross_entropy, optimizer=tz.optim.SGD(first.parameters(), 0.1))
    trainer.fit(x, y, epochs=4, batch_size=8, shuffle=False, verbose=0)
    optimizer = tz.optim.SGD(second.parameters(), 0.1)
    for _ in range(4):
        optimizer.zero_grad()
        F.cross_entropy(second(x), y).backward()
        optimizer.step()
    for key, value in second.state_dict().items():
        close(first.state_dict()[key].numpy(), value.numpy(), np.float64, key)
    assert first[0].weight.shape == (3, 4)


def test_spectral_norm_finds_the_greatest_singular_value():
    tz.manual_seed(0)
    layer = nn.utils.spectral_norm(nn.Linear(5, 4).double(), n_power_iterations=200)
    layer(np.zeros((1, 5)))
    np.testing.assert_allclose(np.linalg.svd(layer.weight.numpy())[1][0], 1, rtol=1e-8)


def test_two_passes_before_one_step():
    """As when a critic sees real and made images: each pass has its own u and v."""
    tz.manual_seed(0)
    layer = nn.utils.spectral_norm(nn.Linear(3, 1).double())
    x = np.random.default_rng(0).normal(size=(4, 3))
    difference = layer(x).mean() - layer(x + 1).mean()
    difference.backward()
    assert np.isfinite(layer.weight_orig.grad.numpy()).all()


def test_what_is_not_there_is_refused():
    with pytest.raises(ArgumentError, match="has no 'kernel'"):
        nn.utils.weight_norm(nn.Linear(2, 2), "kernel")
    with pytest.raises(ArgumentError, match="already normalized"):
        nn.utils.weight_norm(nn.utils.weight_norm(nn.Linear(2, 2)))
    with pytest.raises(ArgumentError, match="has no 'weight'"):
        nn.utils.remove_spectral_norm(nn.utils.weight_norm(nn.Linear(2, 2)))
    with pytest.raises(ArgumentError, match="n_power_iterations must be at least 1"):
        nn.utils.spectral_norm(nn.Linear(2, 2), n_power_iterations=0)

"""Normalization answers, learns and keeps statistics as PyTorch's."""

import gc
import weakref

import numpy as np
import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from nn.parity import DTYPES, assert_same_function, assert_same_layer, both, close, torch

import tiza as tz
from tiza import nn
from tiza.errors import ArgumentError, ShapeError
from tiza.graph.apply import table_size
from tiza.lang import hot
from tiza.lang.tensor import PENDING, evaluate_together
from tiza.nn import functional as F
from tiza.train import Trainer

peer = pytest.mark.peer
LAYERS = [
    ("BatchNorm1d", (3,), {}, (4, 3)),
    ("BatchNorm1d", (3,), {}, (2, 3, 5)),
    ("BatchNorm1d", (3,), {"momentum": None}, (4, 3)),
    ("BatchNorm1d", (3,), {"affine": False, "eps": 1e-3}, (4, 3)),
    ("BatchNorm1d", (3,), {"track_running_stats": False}, (4, 3)),
    ("BatchNorm1d", (1,), {}, (2, 1)),
    ("BatchNorm1d", (3,), {"bias": False}, (4, 3)),
    ("BatchNorm2d", (3,), {}, (2, 3, 4, 5)),
    ("BatchNorm2d", (3,), {"momentum": 0.7}, (1, 3, 2, 2)),
    ("BatchNorm3d", (2,), {}, (2, 2, 3, 2, 2)),
    ("BatchNorm1d", (3,), {}, (0, 3)),
    ("BatchNorm2d", (3,), {}, (2, 3, 0, 2)),
    ("InstanceNorm1d", (3,), {}, (0, 3, 4)),
    ("LocalResponseNorm", (2,), {}, (0, 3, 4)),
    ("InstanceNorm1d", (3,), {}, (2, 3, 5)),
    ("InstanceNorm1d", (3,), {"affine": True}, (3, 5)),
    ("InstanceNorm2d", (3,), {"affine": True, "track_running_stats": True}, (2, 3, 4, 5)),
    ("InstanceNorm2d", (3,), {"track_running_stats": True, "momentum": 0.5}, (3, 4, 5)),
    ("InstanceNorm3d", (2,), {}, (2, 2, 3, 2, 2)),
    ("LayerNorm", (4,), {}, (3, 4)),
    ("LayerNorm", (4,), {}, (4,)),
    ("LayerNorm", ((3, 4),), {"bias": False}, (2, 3, 4)),
    ("LayerNorm", (4,), {"elementwise_affine": False, "eps": 0.1}, (2, 3, 4)),
    ("LayerNorm", (1,), {"eps": 0.1}, (3, 1)),
    ("LayerNorm", (4,), {}, (0, 4)),
    ("RMSNorm", (4,), {}, (3, 4)),
    ("RMSNorm", ((3, 4),), {"eps": 1e-3}, (2, 3, 4)),
    ("RMSNorm", (4,), {"elementwise_affine": False}, (0, 4)),
    ("GroupNorm", (2, 4), {}, (2, 4, 3)),
    ("GroupNorm", (4, 4), {}, (2, 4, 3, 2)),
    ("GroupNorm", (1, 4), {"affine": False}, (2, 4)),
    ("GroupNorm", (2, 4), {}, (0, 4, 3)),
    ("LocalResponseNorm", (3,), {}, (2, 5, 4)),
    ("LocalResponseNorm", (4,), {"alpha": 0.5, "beta": 0.6, "k": 2.0}, (2, 5, 3, 2)),
    ("LocalResponseNorm", (2,), {"alpha": 1.0}, (1, 1, 3)),
]  # fmt: skip


@peer
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("name", "args", "kwargs", "shape"), LAYERS)
def test_layer_in_training_and_in_use(name, args, kwargs, shape, dtype):
    rng = np.random.default_rng(0)
    layers = both(name, args, kwargs, dtype)
    for _ in range(3):  # the statistics move
        for layer in layers:
            layer.zero_grad()
        assert_same_layer(*layers, rng.normal(1, 2, size=shape), dtype)
    for layer in layers:
        layer.eval().zero_grad()
    assert_same_layer(*layers, rng.normal(1, 2, size=shape), dtype)


@peer
@pytest.mark.slow
@seed(20261121)
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.integers(1, 4), min_size=1, max_size=3), st.integers(1, 3), st.integers(1, 3),
       st.data(), st.sampled_from(list(DTYPES)))  # fmt: skip
def test_drawn_normalizations(sides, batch, groups, data, dtype):
    channels = groups * data.draw(st.integers(1, 2))
    shape = (batch + 1, channels, *sides)
    kind = data.draw(st.sampled_from(["Batch", "Group", "Layer", "RMS", "Instance"]))
    affine = data.draw(st.booleans())
    if kind == "Group":
        name, args, options = "GroupNorm", (groups, channels), {"affine": affine}
    elif kind in ("Layer", "RMS"):
        k = data.draw(st.integers(1, len(shape)))
        name, args, options = f"{kind}Norm", (shape[-k:],), {"elementwise_affine": affine}
    else:
        if kind == "Instance":
            shape = (*shape[:-1], shape[-1] + 1)
        name, args = f"{kind}Norm{len(sides)}d", (channels,)
        options = {"affine": affine, "track_running_stats": data.draw(st.booleans())}
    x = np.random.default_rng(0).normal(size=shape)
    ours, theirs = both(name, args, options | {"eps": 1e-2}, dtype)
    assert_same_layer(ours, theirs, x, dtype)


@peer
@pytest.mark.parametrize("dtype", DTYPES)
def test_functions(dtype):
    rng = np.random.default_rng(0)
    x, w, b = rng.normal(size=(3, 4, 2)), rng.normal(size=4), rng.normal(size=4)
    T = torch.nn.functional
    assert_same_function(lambda x, b: F.layer_norm(x, (2,), bias=b),
                         lambda x, b: T.layer_norm(x, (2,), bias=b), [x, b[:2]], dtype)  # fmt: skip
    assert_same_function(lambda x, w: F.group_norm(x, 2, w),
                         lambda x, w: T.group_norm(x, 2, w), [x, w], dtype)  # fmt: skip
    for training in (True, False):
        mean, var = rng.normal(size=4).astype(dtype), rng.uniform(1, 2, 4).astype(dtype)
        mine = tz.asarray(mean), tz.asarray(var)
        peers = torch.tensor(mean), torch.tensor(var)
        assert_same_function(
            lambda x, w, b, t=training, s=mine: F.batch_norm(x, *s, w, b, training=t),
            lambda x, w, b, t=training, s=peers: T.batch_norm(x, *s, w, b, training=t),
            [x, w, b], dtype)  # fmt: skip
        for one, other in zip(mine, peers, strict=True):
            close(one.numpy(), other.numpy(), dtype)


def deep(lib):
    return lib.Sequential(lib.Conv2d(1, 4, 3), lib.BatchNorm2d(4), lib.ReLU(), lib.Flatten(),
                          lib.Linear(16, 5), lib.BatchNorm1d(5, momentum=None), lib.Tanh(),
                          lib.Linear(5, 2))  # fmt: skip


@peer
def test_a_network_learns_as_pytorchs():
    ours, theirs = deep(nn).double(), deep(torch.nn).double()
    ours.load_state_dict(theirs.state_dict())
    mine, peer_ = tz.optim.SGD(ours.parameters(), lr=0.1), torch.optim.SGD(theirs.parameters(), 0.1)
    rng = np.random.default_rng(0)
    for _ in range(5):
        x, y = rng.normal(size=(6, 1, 4, 4)), rng.integers(0, 2, 6)
        mine.zero_grad()
        peer_.zero_grad()
        F.cross_entropy(ours(x), y).backward()
        torch.nn.functional.cross_entropy(theirs(torch.tensor(x)), torch.tensor(y)).backward()
        mine.step()
        peer_.step()
    state, other = ours.state_dict(), theirs.state_dict()
    assert list(state) == list(other)
    for name, value in other.items():
        close(state[name].numpy(), value.numpy(), np.float64, name)
    x = rng.normal(size=(3, 1, 4, 4))
    close(ours.eval()(x).numpy(), theirs.eval()(torch.tensor(x)).detach().numpy(), np.float64)


@peer
def test_fit_keeps_the_statistics_of_the_loop():
    ours, theirs = deep(nn).double(), deep(torch.nn).double()
    ours.load_state_dict(theirs.state_dict())
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(12, 1, 4, 4)), rng.integers(0, 2, 12)
    optimizer = tz.optim.SGD(ours.parameters(), lr=0.1)
    trainer = Trainer(ours, loss=F.cross_entropy, optimizer=optimizer)
    trainer.fit(x, y, epochs=3, batch_size=4, shuffle=False, verbose=0)
    peer_ = torch.optim.SGD(theirs.parameters(), 0.1)
    for _ in range(3):
        for i in range(0, 12, 4):
            peer_.zero_grad()
            part = torch.tensor(x[i : i + 4]), torch.tensor(y[i : i + 4])
            torch.nn.functional.cross_entropy(theirs(part[0]), part[1]).backward()
            peer_.step()
    for name, value in theirs.state_dict().items():
        close(ours.state_dict()[name].numpy(), value.numpy(), np.float64, name)
    evaluate_together([])  # nothing of the traced step is left to compute
    assert not PENDING


def test_a_loop_does_not_grow(monkeypatch):
    monkeypatch.setattr(hot, "COMPILE", None)  # what is compiled stays, once
    net = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3))
    optimizer = tz.optim.SGD(net.parameters(), lr=0.1)
    sizes = []
    for k in range(12):
        loss = (net(np.full((4, 3), k, "float32")) ** 2).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        del loss
        gc.collect()
        sizes.append(table_size())
    assert not net[1].running_mean.node.inputs
    assert sizes[-1] <= sizes[2] + 20


def test_forward_passes_alone_do_not_grow_either():
    norm = nn.BatchNorm1d(2)
    first = tz.tensor(np.ones((3, 2), "float32"))
    node = weakref.ref(first.node)
    norm(first)
    del first
    norm(np.ones((3, 2), "float32"))
    norm(np.ones((3, 2), "float32"))
    gc.collect()
    assert node() is None
    assert norm.num_batches_tracked.item() == 3
    np.testing.assert_allclose(norm.running_mean.numpy(), 1 - 0.9**3, rtol=1e-6)


def test_one_layer_used_twice_in_a_pass():
    norm = nn.BatchNorm1d(1)
    y = norm(norm(tz.tensor([[1.0], [3.0]])) + 5)
    assert y.shape == (2, 1)
    np.testing.assert_allclose(norm.running_mean.numpy(), [0.9 * 0.2 + 0.1 * 5], rtol=1e-5)


def test_no_slope_goes_through_the_statistics():
    norm = nn.BatchNorm1d(1)
    x = tz.tensor([[1.0], [3.0]], requires_grad=True)
    norm(x)
    (norm.eval()(tz.tensor([[2.0]])).sum() + 0 * x.sum()).backward()
    assert x.grad.tolist() == [[0.0], [0.0]]


def test_reset():
    norm = nn.BatchNorm1d(2)
    norm(np.arange(6.0).reshape(3, 2).astype("float32"))
    norm.weight.data = np.array([3.0, 4.0])
    norm.reset_parameters()
    assert norm.running_mean.tolist() == [0, 0]
    assert norm.running_var.tolist() == [1, 1]
    assert norm.num_batches_tracked.item() == 0
    assert norm.weight.tolist() == [1, 1]


@pytest.mark.parametrize("function", [
    lambda x, w, b: F.layer_norm(x, (2,), w[:2], b[:2]),
    lambda x, w, b: F.rms_norm(x, (2,), w[:2]) + b[0],
    lambda x, w, b: F.group_norm(x, 2, w, b),
    lambda x, w, b: F.batch_norm(x, None, None, w, b, training=True),
    lambda x, w, b: F.local_response_norm(x, 3, 0.5, 0.75) * w[0] + b[0],
])  # fmt: skip
def test_slopes_of_slopes(function):
    rng = np.random.default_rng(0)
    arrays = [tz.tensor(rng.normal(size=s)) for s in [(2, 4, 2), (4,), (4,)]]
    total = lambda x, w, b: (function(x, w, b) ** 3).sum()
    assert tz.check_grad(total, *arrays)
    assert tz.check_grad(lambda x, w, b: (tz.grad(total)(x, w, b) ** 2).sum(), *arrays)


@pytest.mark.parametrize(("make", "said"), [
    (lambda: nn.BatchNorm2d(-1), "BatchNorm2d: num_features must be"),
    (lambda: nn.BatchNorm2d(2, eps=-1), "eps must be a number of at least 0"),
    (lambda: nn.BatchNorm2d(2, momentum=2), "momentum must lie between 0 and 1"),
    (lambda: nn.GroupNorm(3, 4), "4 channels cannot be divided into 3 groups"),
    (lambda: F.group_norm(np.zeros((2, 4)), 3), "4 channels cannot be divided into 3 groups"),
    (lambda: F.group_norm(np.zeros((2, 4)), 0), "divided into 0 groups"),
    (lambda: nn.LayerNorm(()), "normalized_shape must be"),
    (lambda: nn.LayerNorm((0, -1)), "normalized_shape must be"),
    (lambda: nn.LocalResponseNorm(0), "size must be"),
    (lambda: F.batch_norm(np.zeros((2, 2)), None, None), "outside training"),
])  # fmt: skip
def test_bad_arguments_are_refused(make, said):
    with pytest.raises(ArgumentError) as caught:
        make()
    assert said in str(caught.value)


@pytest.mark.parametrize(("make", "said"), [
    (lambda: nn.BatchNorm2d(3)(np.zeros((2, 4, 3, 3), "f")), "BatchNorm2d(4) instead of"),
    (lambda: nn.BatchNorm2d(3)(np.zeros((2, 3), "f")), "but 4 axes are wanted"),
    (lambda: nn.BatchNorm1d(3)(np.zeros((1, 3), "f")), "use batches of two or more"),
    (lambda: nn.InstanceNorm1d(3)(np.zeros((2, 3, 1), "f")), "more than one entry"),
    (lambda: nn.LayerNorm(3)(np.zeros((3, 4), "f")), "does not end in normalized_shape (3,)"),
    (lambda: F.layer_norm(np.zeros((3, 4)), 4, np.zeros(3)), "weight has shape (3,)"),
    (lambda: F.group_norm(np.zeros(4), 2), "examples, channels"),
    (lambda: F.local_response_norm(np.zeros((2, 4)), 2), "examples, channels"),
    (lambda: F.batch_norm(np.zeros((3, 4)), np.zeros(3), np.ones(3)), "of shape (4,)"),
    (lambda: F.batch_norm(np.zeros(3), np.zeros(3), np.ones(3)), "examples, channels"),
])  # fmt: skip
def test_bad_shapes_are_refused(make, said):
    with pytest.raises(ShapeError) as caught:
        make()
    assert said in str(caught.value)

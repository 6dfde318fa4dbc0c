"""Every layer answers and learns as PyTorch's of the same name does, with the same weights."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import tiza.nn.functional as F
from tiza import nn
from tiza.lang.tensor import as_tensor

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.peer

DTYPES = {np.float32: 1e-5, np.float64: 1e-10}
LAYERS = [
    ("Linear", (5, 3), {}, (4, 5)),
    ("Linear", (5, 3), {"bias": False}, (4, 5)),
    ("Linear", (5, 1), {}, (1, 5)),
    ("Linear", (5, 3), {}, (0, 5)),
    ("Linear", (5, 3), {}, (2, 7, 5)),
    ("Linear", (5, 3), {}, (5,)),
    ("Linear", (1, 1), {}, (1, 1)),
    ("Identity", (), {}, (3, 4)),
    ("Flatten", (), {}, (3, 4, 2)),
    ("Flatten", (), {}, (0, 4, 2)),
    ("Flatten", (0,), {"end_dim": 1}, (3, 4, 2)),
    ("Unflatten", (1, (2, 2)), {}, (3, 4)),
    ("Unflatten", (1, (2, -1)), {}, (3, 4, 2)),
    ("Dropout", (0.0,), {}, (3, 4)),
    ("ReLU", (), {}, (3, 4)),
    ("ReLU", (), {}, ()),
    ("ReLU", (), {}, (0, 3)),
    ("ReLU6", (), {}, (3, 4)),
    ("LeakyReLU", (), {}, (3, 4)),
    ("LeakyReLU", (0.3,), {}, (3, 4)),
    ("PReLU", (), {}, (3, 4)),
    ("PReLU", (4,), {}, (3, 4)),
    ("PReLU", (4,), {"init": 0.1}, (3, 4, 2)),
    ("PReLU", (), {}, (3,)),
    ("ELU", (), {}, (3, 4)),
    ("ELU", (0.7,), {}, (3, 4)),
    ("CELU", (), {}, (3, 4)),
    ("CELU", (0.7,), {}, (3, 4)),
    ("SELU", (), {}, (3, 4)),
    ("GELU", (), {}, (3, 4)),
    ("GELU", (), {"approximate": "tanh"}, (3, 4)),
    ("SiLU", (), {}, (3, 4)),
    ("Mish", (), {}, (3, 4)),
    ("Sigmoid", (), {}, (3, 4)),
    ("LogSigmoid", (), {}, (3, 4)),
    ("Tanh", (), {}, (3, 4)),
    ("Softplus", (), {}, (3, 4)),
    ("Softplus", (2.0, 5.0), {}, (3, 4)),
    ("Softsign", (), {}, (3, 4)),
    ("Hardtanh", (), {}, (3, 4)),
    ("Hardtanh", (-2.0, 0.5), {}, (3, 4)),
    ("Hardsigmoid", (), {}, (3, 4)),
    ("Hardswish", (), {}, (3, 4)),
    ("Tanhshrink", (), {}, (3, 4)),
    ("Softshrink", (), {}, (3, 4)),
    ("Softshrink", (1.0,), {}, (3, 4)),
    ("Hardshrink", (), {}, (3, 4)),
    ("Threshold", (0.5, -3.0), {}, (3, 4)),
    ("GLU", (), {}, (3, 4)),
    ("GLU", (0,), {}, (4, 3)),
    ("Softmax", (1,), {}, (3, 4)),
    ("Softmax", (0,), {}, (3, 4)),
    ("Softmax", (-1,), {}, (2, 3, 1)),
    ("Softmin", (1,), {}, (3, 4)),
    ("Softmax2d", (), {}, (2, 3, 4, 2)),
    ("Softmax2d", (), {}, (3, 4, 2)),
    ("LogSoftmax", (1,), {}, (3, 4)),
    ("LogSoftmax", (0,), {}, (3,)),
]


def tolerance_of(name, dtype):
    """PyTorch keeps CELU's 1/α and Hardsigmoid's 1/6 in float32 even for float64 inputs."""
    return max(DTYPES[dtype], 1e-7) if name in ("CELU", "Hardsigmoid") else DTYPES[dtype]


def both(name, args, kwargs, dtype):
    theirs = getattr(torch.nn, name)(*args, **kwargs).to(torch.float64)
    ours = getattr(nn, name)(*args, **kwargs).double()
    ours.load_state_dict(theirs.state_dict())
    kind = "float32" if dtype is np.float32 else "float64"
    return ours.to(kind), theirs.to(getattr(torch, kind))


def assert_same(ours, theirs, x, dtype):
    """Outputs, gradients by the input and by every parameter, under a random cotangent."""
    tolerance = tolerance_of(type(ours).__name__, dtype)
    mine = as_tensor(x.astype(dtype)).requires_grad_()
    peer = torch.tensor(x.astype(dtype), requires_grad=True)
    y, z = ours(mine), theirs(peer)
    assert y.shape == tuple(z.shape)
    assert y.dtype == dtype
    assert_allclose(y.numpy(), z.detach().numpy(), rtol=tolerance, atol=tolerance)
    g = np.random.default_rng(1).normal(size=y.shape).astype(dtype)
    y.backward(g)
    z.backward(torch.tensor(g))
    assert_allclose(mine.grad.numpy(), peer.grad.numpy(), rtol=tolerance, atol=tolerance)
    for (name, p), q in zip(ours.named_parameters(), theirs.parameters(), strict=True):
        assert_allclose(p.grad.numpy(), q.grad.numpy(), rtol=tolerance, atol=tolerance,
                        err_msg=name)  # fmt: skip


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("name", "args", "kwargs", "shape"), LAYERS)
def test_layer(name, args, kwargs, shape, dtype):
    x = np.random.default_rng(0).normal(size=shape) * 3
    assert_same(*both(name, args, kwargs, dtype), x, dtype)


EDGES = np.array([0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 3.0, -3.0, 6.0, 2.5, 1e4, -1e4, 100.0, -100.0,
                  np.inf, -np.inf, np.nan])  # fmt: skip


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", sorted({n for n, *_ in LAYERS if len(n) > 3 and n not in {
    "Linear", "Identity", "Flatten", "Unflatten", "Dropout", "PReLU", "Softmax", "Softmin",
    "Softmax2d", "LogSoftmax", "Threshold"}}))  # fmt: skip
def test_activation_at_its_edges(name, dtype):
    ours, theirs = getattr(nn, name)(), getattr(torch.nn, name)()
    tolerance = tolerance_of(name, dtype)
    x = EDGES.astype(dtype)
    y, z = ours(x).numpy(), theirs(torch.tensor(x)).numpy()
    kept = np.isfinite(x) | ~np.isin(name, ["Mish", "SiLU", "GELU", "Hardswish", "Tanhshrink",
                                            "Softsign"])  # fmt: skip
    assert_allclose(y[kept], z[kept], rtol=tolerance, atol=tolerance)
    if name in ("GELU", "Mish", "SiLU"):
        return  # their slopes at ±1e4 are 0 or 1 up to rounding, tested above
    finite = x[np.isfinite(x)]
    mine = as_tensor(finite).requires_grad_()
    peer = torch.tensor(finite, requires_grad=True)
    ours(mine).backward(np.ones(finite.shape, dtype))
    theirs(peer).sum().backward()
    assert_allclose(mine.grad.numpy(), peer.grad.numpy(), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("padding", [None, 2, -1])
@pytest.mark.parametrize("shape", [(4,), (2, 3), (0,), ()])
def test_embedding(shape, padding, dtype):
    ours, theirs = both("Embedding", (5, 3), {"padding_idx": padding}, dtype)
    ids = np.random.default_rng(0).integers(0, 5, shape)
    y, z = ours(ids), theirs(torch.tensor(ids))
    assert_allclose(y.numpy(), z.detach().numpy())
    g = np.random.default_rng(1).normal(size=y.shape).astype(dtype)
    y.backward(g)
    z.backward(torch.tensor(g))
    assert_allclose(ours.weight.grad.numpy(), theirs.weight.grad.numpy(), rtol=DTYPES[dtype],
                    atol=DTYPES[dtype])  # fmt: skip


def network(lib):
    inner = lib.Sequential(lib.Linear(8, 8), lib.ReLU())
    return lib.Sequential(lib.Linear(6, 8), lib.Tanh(), inner, lib.Linear(8, 3))


def test_the_slides_three_layers_give_pytorchs_outputs():
    """784-8-10 with sigmoids, as the course's slide has it; to 1e-6 in float32."""

    def made(lib):
        return lib.Sequential(lib.Flatten(), lib.Linear(784, 8), lib.Sigmoid(), lib.Linear(8, 10),
                              lib.Softmax(1))  # fmt: skip

    ours, theirs = made(nn), made(torch.nn)
    ours.load_state_dict(theirs.state_dict())
    x = np.random.default_rng(0).uniform(0, 1, (20, 28, 28)).astype(np.float32)
    assert_allclose(ours(x).numpy(), theirs(torch.tensor(x)).detach().numpy(), atol=1e-6)


@pytest.mark.parametrize("shape", [(5,), (3, 5), (2, 3, 5)])
def test_linear_with_one_row_of_weights(shape):
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=shape), rng.normal(size=5)
    y = F.linear(x, w)
    z = torch.nn.functional.linear(torch.tensor(x), torch.tensor(w))
    assert y.shape == tuple(z.shape)
    assert_allclose(y.numpy(), z.numpy())
    assert_allclose(F.linear(x, w, 0.5).numpy(), z.numpy() + 0.5)


def test_softmax_in_another_type():
    x = np.ones(3, np.float32)
    for name in ("softmax", "log_softmax", "softmin"):
        y = getattr(F, name)(x, 0, dtype=np.float64)
        assert y.dtype == np.float64
        assert_allclose(y.numpy(), getattr(torch.nn.functional, name)(
            torch.tensor(x), 0, dtype=torch.float64).numpy(), rtol=1e-12)  # fmt: skip


@pytest.mark.parametrize(("shape", "groups"), [((4, 4, 3), 1), ((4, 2, 3, 3), 2), ((6, 3, 4), 1)])
def test_dirac(shape, groups):
    ours = nn.Parameter(np.ones(shape, np.float32))
    theirs = torch.ones(shape)
    nn.init.dirac_(ours, groups)
    torch.nn.init.dirac_(theirs, groups)
    assert_allclose(ours.numpy(), theirs.numpy())


def test_names_and_order_of_the_state_are_pytorchs():
    assert list(network(nn).state_dict()) == list(network(torch.nn).state_dict())
    assert [n for n, _ in network(nn).named_modules()] == [
        n for n, _ in network(torch.nn).named_modules()
    ]


def test_weights_move_both_ways():
    ours, theirs = network(nn), network(torch.nn)
    x = np.random.default_rng(0).normal(size=(5, 6)).astype(np.float32)
    ours.load_state_dict(theirs.state_dict())
    assert_allclose(ours(x).numpy(), theirs(torch.tensor(x)).detach().numpy(), rtol=1e-5, atol=1e-6)
    fresh = network(nn)
    theirs.load_state_dict({k: torch.tensor(v.numpy()) for k, v in fresh.state_dict().items()})
    assert_allclose(
        fresh(x).numpy(), theirs(torch.tensor(x)).detach().numpy(), rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize("make", [
    lambda lib: network(lib),
    lambda lib: lib.Sequential(),
    lambda lib: lib.ModuleDict({"a": lib.Linear(2, 3), "b": lib.ModuleList([lib.ReLU()] * 3)}),
    lambda lib: lib.ModuleList([lib.ReLU(), lib.ReLU(), lib.Linear(2, 3, bias=False)]),
    lambda lib: lib.Sequential(lib.Dropout(0.2), lib.Embedding(3, 4, padding_idx=0),
                               lib.LeakyReLU(0.1), lib.ELU(), lib.Softmax(1), lib.GELU(),
                               lib.Flatten(), lib.PReLU(), lib.Hardtanh(), lib.ReLU(True),
                               lib.Tanh(), lib.Identity()),
])  # fmt: skip
def test_repr_is_pytorchs(make):
    assert repr(make(nn)) == repr(make(torch.nn))


@pytest.mark.parametrize("nonlinearity", ["linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu",
                                          "conv2d"])  # fmt: skip
def test_gains(nonlinearity):
    ours, theirs = nn.init.calculate_gain(nonlinearity), torch.nn.init.calculate_gain(nonlinearity)
    assert ours == pytest.approx(theirs)


@pytest.mark.parametrize(("name", "kwargs"), [
    ("uniform_", {"a": -1.0, "b": 3.0}), ("normal_", {"mean": 1.0, "std": 2.0}),
    ("constant_", {"val": 2.0}), ("zeros_", {}), ("ones_", {}), ("eye_", {}),
    ("xavier_uniform_", {"gain": 2.0}), ("xavier_normal_", {}),
    ("kaiming_uniform_", {"a": 1.0}), ("kaiming_uniform_", {"mode": "fan_out"}),
    ("kaiming_normal_", {"nonlinearity": "relu"}), ("trunc_normal_", {"std": 1.5}),
    ("orthogonal_", {"gain": 2.0}),
])  # fmt: skip
def test_initial_weights_are_distributed_as_pytorchs(name, kwargs):
    ours, theirs = nn.Parameter(np.zeros((300, 200), np.float32)), torch.empty(300, 200)
    torch.manual_seed(0)
    assert getattr(nn.init, name)(ours, **kwargs) is ours
    getattr(torch.nn.init, name)(theirs, **kwargs)
    mine, peer = ours.numpy(), theirs.numpy()
    assert_allclose(mine.mean(), peer.mean(), atol=0.03 * peer.std() + 1e-7)
    assert_allclose(mine.std(), peer.std(), rtol=0.02)
    quantiles = [0.001, 0.1, 0.3, 0.5, 0.9, 0.999]
    assert_allclose(np.quantile(mine, quantiles), np.quantile(peer, quantiles),
                    atol=0.2 * peer.std() + 1e-7)  # fmt: skip


def clipped(lib, params, **kwargs):
    return float(lib.nn.utils.clip_grad_norm_(params, **kwargs))


@pytest.mark.parametrize("norm_type", [1.0, 2.0, 3.0, np.inf])
@pytest.mark.parametrize("max_norm", [0.5, 100.0, 0.0])
def test_clipping(max_norm, norm_type):
    import tiza

    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=s) for s in [(3, 4), (4,), ()]]
    grads = [rng.normal(size=a.shape) for a in arrays]
    ours = [nn.Parameter(a) for a in arrays]
    theirs = [torch.nn.Parameter(torch.tensor(a)) for a in arrays]
    for p, q, g in zip(ours, theirs, grads, strict=True):
        p.grad, q.grad = as_tensor(g), torch.tensor(g)
    ours.append(nn.Parameter(np.zeros(2)))  # one without a gradient
    assert_allclose(clipped(tiza, ours, max_norm=max_norm, norm_type=norm_type),
                    clipped(torch, theirs, max_norm=max_norm, norm_type=norm_type))  # fmt: skip
    for p, q in zip(ours[:-1], theirs, strict=True):
        assert_allclose(p.grad.numpy(), q.grad.numpy(), rtol=1e-12)
    nn.utils.clip_grad_value_(ours, 0.1)
    torch.nn.utils.clip_grad_value_(theirs, 0.1)
    for p, q in zip(ours[:-1], theirs, strict=True):
        assert_allclose(p.grad.numpy(), q.grad.numpy(), rtol=1e-12)

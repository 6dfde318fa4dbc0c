"""Pooling answers and learns as PyTorch's."""

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, seed, settings
from hypothesis import strategies as st
from nn.parity import DTYPES, assert_same_function, assert_same_layer, both, close, torch

import tiza as tz
from tiza import nn
from tiza.errors import ArgumentError, ShapeError
from tiza.lang.tensor import as_tensor
from tiza.nn import functional as F

peer = pytest.mark.peer
LAYERS = [
    ("MaxPool1d", (2,), {}, (2, 3, 7)),
    ("MaxPool1d", (3,), {"stride": 2, "padding": 1, "ceil_mode": True}, (3, 8)),
    ("MaxPool1d", (3, 1, 0, 2), {}, (2, 3, 7)),
    ("MaxPool2d", (2,), {}, (2, 3, 6, 5)),
    ("MaxPool2d", (2,), {}, (3, 6, 5)),
    ("MaxPool2d", ((3, 2),), {"stride": (2, 1), "padding": 1}, (2, 3, 6, 5)),
    ("MaxPool2d", (3,), {"stride": 2, "padding": 1, "dilation": 2, "ceil_mode": True},
     (1, 1, 8, 9)),
    ("MaxPool2d", (4,), {}, (1, 1, 4, 4)),
    ("MaxPool2d", (2,), {}, (0, 1, 4, 4)),
    ("MaxPool3d", (2,), {"padding": 1}, (2, 1, 3, 4, 5)),
    ("AvgPool1d", (2,), {}, (2, 3, 7)),
    ("AvgPool1d", (3, 2, 1), {"ceil_mode": True, "count_include_pad": False}, (2, 3, 8)),
    ("AvgPool2d", (2,), {}, (2, 3, 6, 5)),
    ("AvgPool2d", (3,), {"stride": 2, "padding": 1}, (2, 3, 6, 5)),
    ("AvgPool2d", (3,), {"stride": 2, "padding": 1, "count_include_pad": False}, (2, 3, 6, 5)),
    ("AvgPool2d", (3,), {"stride": 2, "padding": 1, "ceil_mode": True}, (2, 3, 6, 5)),
    ("AvgPool2d", ((2, 3),), {"divisor_override": 5}, (3, 6, 5)),
    ("AvgPool2d", (4,), {}, (1, 1, 4, 4)),
    ("AvgPool2d", (2,), {}, (0, 1, 4, 4)),
    ("LPPool1d", (2, 2), {}, (0, 3, 4)),
    ("AdaptiveMaxPool2d", (2,), {}, (0, 3, 5, 5)),
    ("AvgPool3d", ((1, 2, 3),), {"stride": 1, "padding": (0, 1, 1)}, (2, 1, 3, 4, 5)),
    ("LPPool1d", (2, 3), {}, (2, 3, 7)),
    ("LPPool2d", (3.0, 2), {"stride": 1}, (2, 3, 4, 5)),
    ("LPPool2d", (2, (2, 3)), {"ceil_mode": True}, (2, 3, 5, 5)),
    ("LPPool3d", (2, 2), {}, (2, 3, 4, 5, 2)),
    ("AdaptiveAvgPool1d", (3,), {}, (2, 3, 7)),
    ("AdaptiveAvgPool1d", (5,), {}, (2, 3, 2)),
    ("AdaptiveAvgPool2d", (1,), {}, (2, 3, 5, 4)),
    ("AdaptiveAvgPool2d", ((3, 2),), {}, (2, 3, 6, 4)),
    ("AdaptiveAvgPool2d", ((3, None),), {}, (3, 5, 4)),
    ("AdaptiveAvgPool2d", (2,), {}, (0, 3, 5, 4)),
    ("AdaptiveAvgPool3d", ((2, 3, 1),), {}, (2, 3, 5, 4, 3)),
    ("AdaptiveMaxPool1d", (3,), {}, (2, 3, 7)),
    ("AdaptiveMaxPool2d", ((3, 2),), {}, (2, 3, 5, 4)),
    ("AdaptiveMaxPool2d", ((None, 7),), {}, (3, 5, 4)),
    ("AdaptiveMaxPool3d", (2,), {}, (2, 3, 5, 4, 3)),
]  # fmt: skip


@peer
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("name", "args", "kwargs", "shape"), LAYERS)
def test_layer(name, args, kwargs, shape, dtype):
    x = np.random.default_rng(0).normal(size=shape)
    x = abs(x) + 0.5 if name.startswith("LP") else x
    assert_same_layer(*both(name, args, kwargs, dtype), x, dtype)


@st.composite
def poolings(draw):
    """A pooling that fits its image."""
    axes = draw(st.integers(1, 3))
    each = lambda low, high: tuple(draw(st.integers(low, high)) for _ in range(axes))
    size, stride = each(1, 4), each(1, 4)
    padding = tuple(draw(st.integers(0, k // 2)) for k in size)
    n = tuple(draw(st.integers(max(1, k - 2 * p), 9)) for k, p in zip(size, padding, strict=True))
    return axes, draw(st.integers(1, 2)), n, {
        "kernel_size": size, "stride": stride, "padding": padding,
        "ceil_mode": draw(st.booleans()),
    }  # fmt: skip


@peer
@pytest.mark.slow
@seed(20261121)
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(poolings(), st.data(), st.sampled_from(list(DTYPES)))
def test_drawn_pooling(case, data, dtype):
    axes, batch, n, options = case
    x = np.random.default_rng(0).normal(size=(batch, 2, *n))
    if data.draw(st.booleans()):
        gaps = tuple(data.draw(st.integers(1, 2)) for _ in range(axes))
        rows = zip(n, options["kernel_size"], options["padding"], gaps, strict=True)
        assume(all(m + 2 * p >= d * (k - 1) + 1 and m >= d for m, k, p, d in rows))
        layers = both(f"MaxPool{axes}d", (), options | {"dilation": gaps}, dtype)
    else:
        included = data.draw(st.booleans())
        if axes == 3:  # PyTorch wants the whole kernel on the image itself there
            assume(all(m >= k for m, k in zip(n, options["kernel_size"], strict=True)))
        layers = both(f"AvgPool{axes}d", (), options | {"count_include_pad": included}, dtype)
    assert_same_layer(*layers, x, dtype)


@peer
@pytest.mark.slow
@seed(20261122)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.integers(1, 8), st.integers(1, 6)), min_size=1, max_size=3),
       st.sampled_from(["Avg", "Max"]), st.sampled_from(list(DTYPES)))  # fmt: skip
def test_drawn_adaptive_pooling(sides, kind, dtype):
    n, m = zip(*sides, strict=True)
    x = np.random.default_rng(0).normal(size=(2, 2, *n))
    layers = both(f"Adaptive{kind}Pool{len(n)}d", (m,), {}, dtype)
    assert_same_layer(*layers, x, dtype)


@peer
@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("options", [
    {"kernel_size": 2}, {"kernel_size": 3, "stride": 2, "padding": 1},
    {"kernel_size": 2, "stride": 1, "dilation": 2},
    {"kernel_size": 3, "stride": 2, "ceil_mode": True},
])  # fmt: skip
@pytest.mark.parametrize("ties", [False, True])
def test_places_of_maxima(axes, options, ties):
    """Of equals the first is meant; a window of −∞ names its first entry; NaN wins."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 2, 6, 7, 5)[: axes + 2])
    if ties:
        x = np.round(x)
        x[0, 0] = -np.inf
        x[1, 1, 2] = np.nan
    y, at = getattr(F, f"max_pool{axes}d")(x, **options, return_indices=True)
    z, places = getattr(torch.nn.functional, f"max_pool{axes}d")(
        torch.tensor(x), **options, return_indices=True
    )
    np.testing.assert_array_equal(y.numpy(), z.numpy())
    np.testing.assert_array_equal(at.numpy(), places.numpy())
    assert at.dtype == np.int64


@peer
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_the_slope_of_ties_goes_to_the_first(axes):
    x = np.maximum(np.round(np.random.default_rng(0).normal(size=(2, 2, 6, 7, 5)[: axes + 2])), 0)
    assert_same_layer(*both(f"MaxPool{axes}d", (3, 2, 1), {}, np.float64), x, np.float64)


@peer
@pytest.mark.parametrize(("axes", "size"), [(1, (3,)), (1, (5,)), (2, (3, 2)), (3, (2, 3, 2))])
def test_places_of_adaptive_maxima(axes, size):
    x = np.random.default_rng(0).normal(size=(2, 2, 6, 7, 5)[: axes + 2])
    y, at = getattr(F, f"adaptive_max_pool{axes}d")(x, size, return_indices=True)
    z, places = getattr(torch.nn.functional, f"adaptive_max_pool{axes}d")(
        torch.tensor(x), size, return_indices=True
    )
    np.testing.assert_array_equal(y.numpy(), z.numpy())
    np.testing.assert_array_equal(at.numpy(), places.numpy())


@peer
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("axes", "options", "size"), [
    (1, (2,), None), (1, (3, 2, 1), (7,)), (1, (2,), (2, 2, 7)), (2, (2,), None),
    (2, (3, 2, 1), (7, 7)), (2, (2,), (7, 7)), (2, (3, 1), None), (3, (2,), None),
])  # fmt: skip
def test_unpooling(axes, options, size, dtype):
    shape = (2, 2, *(7 if size is not None else 6,) * axes)
    x = np.random.default_rng(0).normal(size=shape).astype(dtype)
    y, places = getattr(F, f"max_pool{axes}d")(x, *options, return_indices=True)
    ours, theirs = both(f"MaxUnpool{axes}d", options, {}, dtype)
    at = torch.tensor(places.numpy().copy())
    assert_same_function(lambda y: ours(y, places, size), lambda y: theirs(y, at, size),
                         [y.numpy()], dtype)  # fmt: skip


@peer
def test_a_network_with_relu_and_pooling():
    def net(lib):
        return lib.Sequential(lib.Conv2d(1, 4, 3, padding=1), lib.ReLU(), lib.MaxPool2d(2),
                              lib.Conv2d(4, 6, 3), lib.ReLU(), lib.AvgPool2d(2), lib.Flatten(),
                              lib.Linear(24, 3))  # fmt: skip

    ours, theirs = net(nn).double(), net(torch.nn).double()
    ours.load_state_dict(theirs.state_dict())
    x = np.random.default_rng(0).normal(size=(3, 1, 12, 12))
    assert_same_layer(ours, theirs, x, np.float64)


def test_slopes_of_slopes():
    x = tz.tensor(np.random.default_rng(0).normal(size=(1, 1, 5, 4)))
    for f in (
        lambda x: (F.max_pool2d(x, 3, 2, 1) ** 3).sum(),
        lambda x: (F.avg_pool2d(x, 3, 2, 1) ** 3).sum(),
        lambda x: (F.adaptive_avg_pool2d(x, (2, 3)) ** 3).sum(),
        lambda x: F.lp_pool2d(x * x + 1, 2, 2).sum(),
    ):
        assert tz.check_grad(f, x)
        assert tz.check_grad(lambda x, f=f: (tz.grad(f)(x) ** 2).sum(), x)


def test_pooling_under_vmap_is_a_loop():
    x = np.random.default_rng(0).normal(size=(3, 2, 4, 6))
    y = tz.vmap(lambda x: F.max_pool2d(x, 2))(as_tensor(x))
    close(y.numpy(), F.max_pool2d(x, 2).numpy(), np.float64)


@pytest.mark.parametrize(("make", "said"), [
    (lambda: nn.MaxPool2d(0), "MaxPool2d: kernel_size must be"),
    (lambda: nn.MaxPool2d((2, 2, 2)), "MaxPool2d: kernel_size must be"),
    (lambda: nn.MaxPool2d(2, stride=0), "MaxPool2d: stride must be"),
    (lambda: nn.MaxPool2d(2, padding=2), "more than half the window"),
    (lambda: nn.AvgPool1d("2"), "AvgPool1d: kernel_size must be"),
    (lambda: nn.AvgPool2d(2, divisor_override=0), "divisor_override must be"),
    (lambda: nn.LPPool2d(0, 2), "norm_type must be positive"),
    (lambda: nn.AdaptiveAvgPool2d(-1), "output_size must be"),
    (lambda: nn.AdaptiveMaxPool2d((1, 2, 3)), "output_size must be"),
    (lambda: F.adaptive_avg_pool1d(np.zeros((1, 0)), 1), "no entries to summarise"),
    (lambda: F.max_unpool1d(np.zeros((1, 2)), np.zeros((1, 2), int), 2, output_size=(9,)),
     "too far from (4,)"),
])  # fmt: skip
def test_bad_arguments_are_refused(make, said):
    with pytest.raises(ArgumentError) as caught:
        make()
    assert said in str(caught.value)


@pytest.mark.parametrize(("make", "said"), [
    (lambda: F.max_pool2d(np.zeros((2, 2)), 2), "but a batch has 4 axes and one example 3"),
    (lambda: F.max_pool2d(np.zeros((1, 2, 2)), 3), "pad by 1 more"),
    (lambda: F.avg_pool1d(np.zeros((1, 1)), 2), "pad by 1 more"),
    (lambda: F.avg_pool1d(np.zeros((1, 1)), 4, 2, ceil_mode=True), "pad by 2 more"),
    (lambda: F.max_unpool1d(np.zeros((1, 2)), np.zeros((1, 3), int), 2), "the indices have shape"),
])  # fmt: skip
def test_bad_shapes_are_refused(make, said):
    with pytest.raises(ShapeError) as caught:
        make()
    assert said in str(caught.value)

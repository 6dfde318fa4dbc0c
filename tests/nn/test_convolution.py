"""Convolutions and paddings answer and learn as PyTorch's."""

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, seed, settings
from hypothesis import strategies as st
from nn.parity import DTYPES, assert_same_function, assert_same_layer, both, torch

import tiza as tz
from tiza import nn
from tiza.errors import ArgumentError, ShapeError
from tiza.nn import functional as F

peer = pytest.mark.peer
MODES = ("zeros", "reflect", "replicate", "circular")
LAYERS = [
    ("Conv1d", (3, 4, 3), {}, (2, 3, 7)),
    ("Conv1d", (3, 4, 3), {"padding": "same", "dilation": 2}, (2, 3, 7)),
    ("Conv1d", (4, 2, 2), {"groups": 2, "stride": 2, "bias": False}, (4, 7)),
    ("Conv1d", (1, 1, 4), {}, (1, 1, 4)),
    ("Conv1d", (2, 3, 2), {}, (0, 2, 4)),
    ("Conv2d", (3, 4, 3), {}, (2, 3, 6, 5)),
    ("Conv2d", (3, 4, (2, 3)), {"padding": "same"}, (2, 3, 6, 5)),
    ("Conv2d", (3, 4, (2, 3)), {"padding": "valid"}, (3, 6, 5)),
    ("Conv2d", (4, 6, 3), {"groups": 2, "stride": (2, 1), "padding": (1, 2)}, (2, 4, 6, 5)),
    ("Conv2d", (4, 4, 3), {"groups": 4, "dilation": 2, "padding": 2}, (2, 4, 6, 5)),
    ("Conv2d", (1, 1, 5), {}, (1, 1, 5, 5)),
    ("Conv2d", (2, 3, 1), {"bias": False}, (2, 2, 3, 3)),
    ("Conv2d", (2, 3, 2), {}, (0, 2, 3, 3)),
    ("Conv3d", (2, 3, 2), {"padding": 1, "stride": 2}, (2, 2, 3, 4, 3)),
    ("Conv3d", (2, 2, (1, 2, 3)), {"groups": 2, "padding": "same"}, (2, 3, 4, 3)),
    ("ConvTranspose1d", (3, 4, 3), {"stride": 2, "padding": 1, "output_padding": 1}, (2, 3, 5)),
    ("ConvTranspose1d", (4, 2, 2), {"groups": 2, "dilation": 3}, (4, 5)),
    ("ConvTranspose1d", (2, 2, 2), {"dilation": 3, "output_padding": 2}, (1, 2, 3)),
    ("ConvTranspose2d", (3, 4, 3), {}, (2, 3, 4, 5)),
    ("ConvTranspose2d", (4, 6, (2, 3)), {"groups": 2, "stride": (2, 3), "padding": (0, 2),
                                         "output_padding": (1, 2), "bias": False}, (2, 4, 3, 4)),
    ("ConvTranspose2d", (1, 1, 2), {}, (1, 1, 1, 1)),
    ("ConvTranspose2d", (2, 1, 2), {}, (0, 2, 3, 3)),
    ("ConvTranspose3d", (2, 3, 2), {"stride": 2}, (1, 2, 2, 3, 2)),
    *(("Conv2d", (2, 3, (3, 2)), {"padding": (1, 2), "padding_mode": m}, (2, 2, 4, 5))
      for m in MODES),
    *(("Conv1d", (2, 3, 4), {"padding": "same", "padding_mode": m}, (2, 2, 5)) for m in MODES),
]  # fmt: skip


@peer
@pytest.mark.filterwarnings("ignore:Using padding='same'")  # PyTorch's word on its own speed
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("name", "args", "kwargs", "shape"), LAYERS)
def test_layer(name, args, kwargs, shape, dtype):
    x = np.random.default_rng(0).normal(size=shape)
    assert_same_layer(*both(name, args, kwargs, dtype), x, dtype)


@st.composite
def convolutions(draw):
    """A convolution that fits its image."""
    axes = draw(st.integers(1, 2))
    each = lambda low, high: tuple(draw(st.integers(low, high)) for _ in range(axes))
    size, stride, dilation, padding = each(1, 3), each(1, 3), each(1, 2), each(0, 3)
    groups = draw(st.integers(1, 3))
    n = tuple(draw(st.integers(max(1, d * (k - 1) + 1 - 2 * p), 7))
              for k, d, p in zip(size, dilation, padding, strict=True))  # fmt: skip
    channels = (groups * draw(st.integers(1, 2)), groups * draw(st.integers(1, 2)))
    return axes, draw(st.integers(0, 3)), channels, n, {
        "kernel_size": size, "stride": stride, "dilation": dilation, "padding": padding,
        "groups": groups, "bias": draw(st.booleans()),
    }  # fmt: skip


@peer
@pytest.mark.slow
@seed(20261121)
@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(convolutions(), st.sampled_from(MODES), st.sampled_from(list(DTYPES)))
def test_drawn_convolutions(case, mode, dtype):
    axes, batch, channels, n, options = case
    if mode != "zeros":
        least = [k if mode == "circular" else k - 1 if mode == "reflect" else 99 for k in n]
        assume(all(p <= m for p, m in zip(options["padding"], least, strict=True)))
        assume(batch > 0)  # PyTorch refuses to mirror an empty batch
    x = np.random.default_rng(0).normal(size=(batch, channels[0], *n))
    layers = both(f"Conv{axes}d", channels, options | {"padding_mode": mode}, dtype)
    assert_same_layer(*layers, x, dtype)


@peer
@pytest.mark.slow
@seed(20261122)
@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(convolutions(), st.data(), st.sampled_from(list(DTYPES)))
def test_drawn_transposed_convolutions(case, data, dtype):
    axes, batch, channels, n, options = case
    extra = tuple(data.draw(st.integers(0, max(s, d) - 1))
                  for s, d in zip(options["stride"], options["dilation"], strict=True))  # fmt: skip
    rows = zip(n, *(options[k] for k in ("stride", "padding", "dilation", "kernel_size")), extra,
               strict=True)  # fmt: skip
    assume(all((a - 1) * s - 2 * p + d * (k - 1) + 1 + e > 0 for a, s, p, d, k, e in rows))
    x = np.random.default_rng(0).normal(size=(batch, channels[0], *n))
    layers = both(f"ConvTranspose{axes}d", channels, options | {"output_padding": extra}, dtype)
    assert_same_layer(*layers, x, dtype)


@peer
@pytest.mark.parametrize("output_size", [(9,), (10,), (2, 5, 9)])
def test_output_size_chooses(output_size):
    ours, theirs = both("ConvTranspose1d", (3, 5, 3), {"stride": 2, "padding": 1}, np.float64)
    x = np.random.default_rng(0).normal(size=(2, 3, 5))
    assert_same_function(lambda x: ours(x, output_size), lambda x: theirs(x, list(output_size)),
                         [x], np.float64)  # fmt: skip


@peer
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("pad", "mode", "value"), [
    ((1, 2), "constant", None), ((1, 2), "constant", 3.5), ((-1, 2), "constant", -np.inf),
    ((1, 0, 0, 2, 1, 1), "constant", 1.0), ((0, 0, -1, -1), "constant", 2.0),
    ((2, 1), "reflect", None), ((2, 1, 1, 3), "reflect", None), ((2, -1), "reflect", None),
    ((2, 1), "replicate", None), ((7, 0, 1, 9), "replicate", None), ((-2, 3), "replicate", None),
    ((5, 1), "circular", None), ((1, 2, 4, 0), "circular", None), ((-1, 2), "circular", None),
    ((0, 0), "reflect", None),
])  # fmt: skip
def test_pad(pad, mode, value, dtype):
    x = np.random.default_rng(0).normal(size=(2, 3, 4, 5))
    k = len(pad) // 2
    x = x[0, 0] if mode != "constant" and k == 1 else x
    x = x[None] if x.ndim == 2 and mode != "constant" else x
    assert_same_function(lambda x: F.pad(x, pad, mode, value),
                         lambda x: torch.nn.functional.pad(x, pad, mode, value), [x],
                         dtype)  # fmt: skip


@pytest.mark.parametrize("function", [
    lambda x, w: F.conv1d(x, w, stride=2, padding=1),
    lambda x, w: F.conv1d(x, w, dilation=2),
    lambda x, w: F.conv_transpose1d(x, w, stride=2, padding=1, output_padding=1),
])  # fmt: skip
@pytest.mark.parametrize("order", [1, 2])
def test_slopes_of_slopes(function, order):
    rng = np.random.default_rng(0)
    arrays = tz.tensor(rng.normal(size=(1, 2, 4))), tz.tensor(rng.normal(size=(2, 2, 2)))
    square = lambda x, w: (function(x, w) ** 2).sum()
    if order == 1:
        assert tz.check_grad(square, *arrays)
    else:
        assert tz.check_grad(lambda x, w: (tz.grad(square)(x, w) ** 2).sum(), *arrays)


def test_a_sequence_of_convolutions_keeps_its_memory_order():
    """The batch lies innermost: the columns of the next layer are copied in long runs."""
    x = np.random.default_rng(0).normal(size=(4, 2, 5, 5)).astype("float32")
    y = nn.Conv2d(2, 3, 3, padding=1)(x).numpy()
    assert y.transpose(1, 2, 3, 0).flags.c_contiguous


@pytest.mark.parametrize(("make", "said"), [
    (lambda: nn.Conv2d(0, 1, 3), "Conv2d: in_channels must be a whole number of at least 1"),
    (lambda: nn.Conv2d(1, 1, 0), "Conv2d: kernel_size must be a whole number of at least 1"),
    (lambda: nn.Conv2d(1, 1, (3, 3, 3)), "kernel_size must be a whole number of at least 1, or 2"),
    (lambda: nn.Conv2d(1, 1, 3, stride=0), "Conv2d: stride must be"),
    (lambda: nn.Conv2d(1, 1, 3, padding=-1), "Conv2d: padding must be"),
    (lambda: nn.Conv2d(1, 1, 3, padding="all"), "there is no padding 'all'"),
    (lambda: nn.Conv2d(1, 1, 3, padding="same", stride=2), 'padding="same" needs stride 1'),
    (lambda: nn.Conv2d(1, 1, 3, dilation=1.5), "Conv2d: dilation must be"),
    (lambda: nn.Conv2d(3, 4, 3, groups=2), "in_channels=3 cannot be divided into groups=2"),
    (lambda: nn.Conv2d(2, 3, 3, groups=2), "out_channels=3 cannot be divided into groups=2"),
    (lambda: nn.Conv2d(2, 3, 3, groups=0), "Conv2d: groups must be"),
    (lambda: nn.Conv2d(1, 1, 3, padding_mode="mirror"), "there is no padding_mode 'mirror'"),
    (lambda: nn.ConvTranspose2d(1, 1, 3, padding_mode="reflect"), "there is no padding_mode"),
    (lambda: nn.ConvTranspose2d(1, 1, 3, padding="same"), "ConvTranspose2d: padding must be"),
    (lambda: nn.ConvTranspose1d(1, 1, 3, output_padding=1)(np.zeros((1, 1, 3), "float32")),
     "must be smaller than the stride"),
    (lambda: nn.ConvTranspose1d(1, 1, 3, stride=2)(np.zeros((1, 1, 3), "float32"), (9,)),
     "output_size"),
    (lambda: F.pad(np.zeros(3), (1,)), "must be pairs"),
    (lambda: F.pad(np.zeros(3), (1, 1), "mirror"), "there is no mode 'mirror'"),
    (lambda: F.pad(np.zeros((1, 3)), (1, 1), "reflect", 2.0), "takes no value"),
])  # fmt: skip
def test_bad_arguments_are_refused(make, said):
    with pytest.raises(ArgumentError) as caught:
        make()
    assert said in str(caught.value)


@pytest.mark.parametrize(("make", "said"), [
    (lambda: nn.Conv2d(3, 4, 3)(np.zeros((2, 5, 8, 8), "float32")),
     "Conv2d(5, 4, …) instead of Conv2d(3, 4, …)"),
    (lambda: nn.Conv2d(3, 4, 3)(np.zeros((8, 8), "float32")), "but a batch has 4 axes"),
    (lambda: nn.Conv2d(3, 4, 9)(np.zeros((2, 3, 8, 8), "float32")), "pad by 1 more"),
    (lambda: nn.ConvTranspose2d(3, 4, 1, padding=1)(np.zeros((1, 3, 2, 2), "float32")),
     "would become"),
    (lambda: nn.ConvTranspose2d(3, 4, 1)(np.zeros((1, 2, 2, 2), "float32")), "2 channels"),
    (lambda: F.conv2d(np.zeros((1, 3, 2, 2)), np.zeros((1, 3, 2))), "4 axes are wanted"),
    (lambda: F.conv2d(np.zeros((1, 4, 2, 2)), np.zeros((3, 2, 1, 1)), groups=2), "2 groups"),
    (lambda: F.conv2d(np.zeros((1, 1, 2, 2)), np.zeros((3, 1, 1, 1)), np.zeros(2)), "bias"),
    (lambda: F.conv_transpose2d(np.zeros((1, 3, 2, 2)), np.zeros((3, 2))), "4 axes are wanted"),
    (lambda: F.conv_transpose1d(np.zeros((1, 3, 2)), np.zeros((3, 2, 1)), groups=2), "2 groups"),
    (lambda: F.pad(np.zeros((1, 3)), (3, 0), "reflect"), "pad by at most 2"),
    (lambda: F.pad(np.zeros((1, 3)), (4, 0), "circular"), "pad by at most 3"),
    (lambda: F.pad(np.zeros((1, 0)), (4, 0), "replicate"), "no edge to repeat"),
    (lambda: F.pad(np.zeros(3), (1, 0), "replicate"), "one more in front"),
    (lambda: F.pad(np.zeros(3), (-2, -2)), "takes more away"),
])  # fmt: skip
def test_bad_shapes_are_refused(make, said):
    with pytest.raises(ShapeError) as caught:
        make()
    assert said in str(caught.value)


def test_a_shape_error_names_the_weight_and_its_layer():
    net = nn.Sequential(nn.Conv2d(1, 6, 5), nn.Conv2d(7, 2, 3))
    with pytest.raises(ShapeError) as caught:
        net(np.zeros((2, 1, 12, 12), "float32"))
    *lines, built = str(caught.value).splitlines()
    assert lines == [
        "conv2d: x has 6 channels on its axis 1, but the weight takes 7",
        "    x         (2, 6, 8, 8) float32",
        "    1.weight  (2, 7, 3, 3) float32",
        "    1.bias    (2,) float32",
        "    fix: Conv2d(6, 2, …) instead of Conv2d(7, 2, …); images with the channels last need "
        "tz.permute_dims(x, …) first",
    ]
    assert built.endswith("in Sequential.1")

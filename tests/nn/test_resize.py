"""Padding layers, interpolation and rearranged pixels answer and learn as PyTorch's."""

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
LAYERS = [
    *((f"{kind}Pad{k}d", (2,), {}, (2, 3, 4, 5, 3)[: k + 2])
      for kind in ("Zero", "Reflection", "Replication", "Circular") for k in (1, 2, 3)),
    ("ZeroPad2d", ((1, 0, -1, 2),), {}, (3, 4, 5)),
    ("ZeroPad1d", ((1, 2),), {}, (0, 3, 4)),
    ("ConstantPad1d", ((1, 2), 3.5), {}, (2, 3, 4)),
    ("ConstantPad2d", (1, -2.0), {}, (2, 3, 4, 5)),
    ("ConstantPad3d", (1, 0.5), {}, (2, 3, 2, 2, 2)),
    ("ReflectionPad2d", ((1, 2, 3, 0),), {}, (3, 4, 5)),
    ("ReplicationPad1d", ((0, 7),), {}, (1, 1, 1)),
    ("CircularPad2d", ((1, 2, 3, 0),), {}, (3, 4, 5)),
    ("Upsample", (), {"scale_factor": 2}, (2, 3, 4)),
    ("Upsample", (), {"scale_factor": 2, "mode": "bilinear"}, (0, 3, 4, 4)),
    ("ReflectionPad2d", (1,), {}, (0, 3, 4, 4)),
    ("Unfold", (2,), {}, (0, 3, 4, 4)),
    ("Fold", ((4, 4), 2), {}, (0, 12, 9)),
    ("Upsample", (), {"scale_factor": (2, 3), "mode": "nearest"}, (2, 3, 4, 5)),
    ("Upsample", (), {"size": (5, 9)}, (2, 3, 4, 5)),
    ("Upsample", (), {"size": 7, "mode": "nearest-exact"}, (2, 3, 4)),
    ("Upsample", (), {"scale_factor": 1.7, "mode": "linear"}, (2, 3, 4)),
    ("Upsample", (), {"scale_factor": 1.7, "mode": "linear", "recompute_scale_factor": True},
     (2, 3, 4)),
    ("Upsample", (), {"scale_factor": 2, "mode": "bilinear"}, (2, 3, 4, 5)),
    ("Upsample", (), {"size": (3, 2), "mode": "bilinear"}, (2, 3, 4, 5)),
    ("Upsample", (), {"size": (1, 8), "mode": "bilinear", "align_corners": True}, (2, 3, 4, 5)),
    ("Upsample", (), {"scale_factor": 2.5, "mode": "bicubic"}, (2, 3, 4, 5)),
    ("Upsample", (), {"size": (3, 9), "mode": "bicubic", "align_corners": True}, (2, 3, 4, 5)),
    ("Upsample", (), {"size": (3, 4, 5), "mode": "trilinear"}, (1, 2, 2, 3, 4)),
    ("UpsamplingNearest2d", (), {"scale_factor": 3}, (2, 3, 4, 5)),
    ("UpsamplingBilinear2d", (), {"size": (7, 6)}, (2, 3, 4, 5)),
    ("PixelShuffle", (2,), {}, (2, 8, 3, 4)),
    ("PixelShuffle", (3,), {}, (9, 3, 4)),
    ("PixelUnshuffle", (2,), {}, (2, 2, 3, 4, 6)),
    ("ChannelShuffle", (3,), {}, (2, 6, 3)),
    ("Unfold", (2,), {}, (2, 3, 4, 5)),
    ("Unfold", ((2, 3),), {"dilation": (2, 1), "padding": 1, "stride": 2}, (2, 3, 4, 5)),
    ("Unfold", (4,), {}, (1, 4, 4)),
    ("Fold", ((4, 5), 2), {}, (2, 12, 12)),
    ("Fold", ((4, 5), (2, 3)), {"dilation": (2, 1), "padding": 1, "stride": 2}, (2, 18, 6)),
    ("Fold", (4, 4), {}, (16, 1)),
]  # fmt: skip


@peer
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("name", "args", "kwargs", "shape"), LAYERS)
def test_layer(name, args, kwargs, shape, dtype):
    if name == "ChannelShuffle" and dtype is np.float64:
        dtype = np.float32  # one type is enough: nothing is computed
    x = np.random.default_rng(0).normal(size=shape)
    assert_same_layer(*both(name, args, kwargs, dtype), x, dtype)


MODES = {1: ["nearest", "nearest-exact", "linear", "area"],
         2: ["nearest", "nearest-exact", "bilinear", "bicubic", "area"],
         3: ["nearest", "nearest-exact", "trilinear", "area"]}  # fmt: skip


@peer
@pytest.mark.slow
@seed(20261121)
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.integers(1, 7), st.integers(1, 9)), min_size=1, max_size=3),
       st.data(), st.sampled_from(list(DTYPES)))  # fmt: skip
def test_drawn_interpolations(sides, data, dtype):
    n, m = zip(*sides, strict=True)
    mode = data.draw(st.sampled_from(MODES[len(n)]))
    options = {"mode": mode}
    if mode.endswith(("linear", "cubic")):
        options["align_corners"] = data.draw(st.booleans())
    if data.draw(st.booleans()):
        options["size"] = m
    else:
        scales = tuple(data.draw(st.sampled_from([0.5, 0.7, 1.0, 1.3, 2.0, 2.5, 3.0])) for _ in n)
        rows = [(a, int(a * s), s) for a, s in zip(n, scales, strict=True)]
        assume(all(b > 0 for _, b, _ in rows))
        if mode == "nearest":  # there PyTorch's slope does not belong to its own value
            assume(all(s in (1, 2) or b not in (a, 2 * a) for a, b, s in rows))
        options["scale_factor"] = scales
    x = np.random.default_rng(0).normal(size=(2, 2, *n))
    assert_same_function(lambda x: F.interpolate(x, **options),
                         lambda x: torch.nn.functional.interpolate(x, **options), [x],
                         dtype)  # fmt: skip


@peer
@pytest.mark.slow
@seed(20261122)
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.tuples(*[st.integers(1, 3)] * 2), st.tuples(*[st.integers(1, 3)] * 2),
       st.tuples(*[st.integers(1, 2)] * 2), st.tuples(*[st.integers(0, 2)] * 2),
       st.tuples(*[st.integers(1, 6)] * 2), st.sampled_from(list(DTYPES)))  # fmt: skip
def test_drawn_folds(size, stride, dilation, padding, image, dtype):
    rows = zip(image, size, dilation, padding, strict=True)
    assume(all(n + 2 * p >= d * (k - 1) + 1 for n, k, d, p in rows))
    options = {"dilation": dilation, "padding": padding, "stride": stride}
    x = np.random.default_rng(0).normal(size=(2, 2, *image))
    unfolds = both("Unfold", (size,), options, dtype)
    assert_same_layer(*unfolds, x, dtype)
    columns = unfolds[0](x.astype(dtype)).numpy()
    assert_same_layer(*both("Fold", (image, size), options, dtype), columns, dtype)


def test_fold_of_unfold_counts_the_windows():
    x = np.random.default_rng(0).normal(size=(1, 2, 4, 5))
    there_and_back = F.fold(F.unfold(x, 3, padding=1), (4, 5), 3, padding=1)
    windows = F.fold(F.unfold(np.ones_like(x), 3, padding=1), (4, 5), 3, padding=1)
    np.testing.assert_allclose(there_and_back.numpy(), x * windows.numpy())


def test_a_convolution_is_a_product_with_the_unfolded_image():
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(2, 3, 5, 4)), rng.normal(size=(4, 3, 2, 3))
    flat = tz.tensor(w.reshape(4, -1)) @ F.unfold(x, (2, 3))
    np.testing.assert_allclose(flat.numpy().reshape(2, 4, 4, 2), F.conv2d(x, w).numpy())


@pytest.mark.parametrize("function", [
    lambda x: F.interpolate(x, size=(3, 5), mode="bilinear"),
    lambda x: F.interpolate(x, scale_factor=2),
    lambda x: F.pad(x, (1, 1, 2, 0), "reflect"),
    lambda x: F.pad(x, (1, 2), "circular"),
    lambda x: F.pad(x, (1, 2), "replicate"),
    lambda x: F.unfold(x, 2),
])  # fmt: skip
def test_slopes_of_slopes(function):
    x = tz.tensor(np.random.default_rng(0).normal(size=(1, 1, 3, 4)))
    total = lambda x: (function(x) ** 3).sum()
    assert tz.check_grad(total, x)
    assert tz.check_grad(lambda x: (tz.grad(total)(x) ** 2).sum(), x)


@pytest.mark.parametrize("name", ["Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout",
                                  "FeatureAlphaDropout"])  # fmt: skip
def test_dropout_keeps_what_it_promises(name):
    """Whole channels fall; the mean stays, and alpha dropout keeps the variance too."""
    tz.manual_seed(0)
    shape = (200, 60, 4, 3, 2)[: {"1": 3, "2": 4, "3": 5}.get(name[7], 3)]
    x = np.random.default_rng(0).normal(size=shape).astype("float32")
    x = x if "Alpha" in name else x + 3
    layer = getattr(nn, name)(0.3)
    y = layer(x).numpy()
    np.testing.assert_allclose(y.mean(), x.mean(), atol=0.05)
    if "Alpha" in name:
        np.testing.assert_allclose(y.var(), 1, atol=0.05)
    if name != "AlphaDropout":
        fallen = np.ptp(y.reshape(*shape[:2], -1), axis=-1) == 0
        np.testing.assert_allclose(fallen.mean(), 0.3, atol=0.02)
    assert (layer.eval()(x).numpy() == x).all()
    assert (getattr(nn, name)(1.0)(x).numpy() == 0).all()


@peer
@pytest.mark.parametrize("name", ["Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout",
                                  "FeatureAlphaDropout"])  # fmt: skip
def test_dropout_of_nothing_is_pytorchs(name):
    axes = {"1": 3, "2": 4, "3": 5}.get(name[7], 3)
    x = np.random.default_rng(0).normal(size=(2, 3, 4, 3, 2)[:axes])
    assert_same_layer(*both(name, (0.0,), {}, np.float32), x, np.float32)
    ours, theirs = both(name, (0.4,), {}, np.float32)
    assert_same_layer(ours.eval(), theirs.eval(), x, np.float32)


@pytest.mark.parametrize("name", ["dropout1d", "dropout2d", "alpha_dropout"])
def test_dropout_in_place(name):
    x = tz.ones((2, 3, 4))
    y = getattr(F, name)(x, 0.5, inplace=True)
    assert y is x


@pytest.mark.parametrize(("make", "said"), [
    (lambda: nn.ZeroPad2d((1, 2)), "padding must be a whole number or 4 of them"),
    (lambda: nn.ReflectionPad1d(0.5), "padding must be a whole number or 2 of them"),
    (lambda: nn.Upsample(), "give either size or scale_factor"),
    (lambda: nn.Upsample(2, 2), "give either size or scale_factor"),
    (lambda: nn.Upsample(2, mode="lanczos"), "there is no mode 'lanczos'"),
    (lambda: nn.Upsample(2, align_corners=True), "align_corners means nothing"),
    (lambda: F.interpolate(np.zeros((1, 1, 2)), 2, mode="bilinear"), "there is no mode"),
    (lambda: F.interpolate(np.zeros((1, 1, 2)), scale_factor=0), "scale_factor must be"),
    (lambda: F.interpolate(np.zeros((1, 1, 2)), scale_factor=(2, 2)), "scale_factor must be"),
    (lambda: F.interpolate(np.zeros((1, 1, 2)), scale_factor=0.1), "cannot become (0,)"),
    (lambda: F.interpolate(np.zeros((1, 1, 2)), 0), "size must be"),
    (lambda: nn.PixelShuffle(0), "upscale_factor must be"),
    (lambda: nn.Unfold((2, 2, 2)), "Unfold: kernel_size must be"),
    (lambda: nn.Fold(0, 2), "Fold: output_size must be"),
    (lambda: nn.Dropout2d(1.5), "between 0 and 1"),
    (lambda: F.alpha_dropout(np.zeros(3), -1), "between 0 and 1"),
])  # fmt: skip
def test_bad_arguments_are_refused(make, said):
    with pytest.raises(ArgumentError) as caught:
        make()
    assert said in str(caught.value)


@pytest.mark.parametrize(("make", "said"), [
    (lambda: nn.ReflectionPad2d(1)(np.zeros((2, 2))), "but a batch has 4 axes"),
    (lambda: F.interpolate(np.zeros((2, 2)), 2), "1 to 3 more axes"),
    (lambda: F.pixel_shuffle(np.zeros((3, 2, 2)), 2), "channels 3 cannot be divided by 4"),
    (lambda: F.pixel_unshuffle(np.zeros((3, 2, 3)), 2), "width 3 cannot be divided by 2"),
    (lambda: F.pixel_shuffle(np.zeros((2, 2)), 2), "channels, height and width"),
    (lambda: F.channel_shuffle(np.zeros((1, 3, 2)), 2), "channels 3 cannot be divided by 2"),
    (lambda: F.unfold(np.zeros((1, 1, 2, 2)), 3), "pad by 1 more"),
    (lambda: F.fold(np.zeros((1, 4, 3)), 2, 2), "(N, C times 4, 1) is wanted"),
    (lambda: F.dropout2d(np.zeros((2, 2))), "3 / 4 axes are wanted"),
])  # fmt: skip
def test_bad_shapes_are_refused(make, said):
    with pytest.raises(ShapeError) as caught:
        make()
    assert said in str(caught.value)

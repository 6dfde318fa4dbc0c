"""Layers and losses under options and shapes drawn at random, degenerate ones among them.

Where PyTorch answers, tiza must answer alike; where PyTorch refuses, nothing is asked.
"""

import math
from contextlib import suppress

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from hypothesis import HealthCheck, given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from sweep.samples import Call, Inapplicable, compare  # noqa: E402

from tiza.nn import functional as F  # noqa: E402

pytestmark = pytest.mark.peer
torch.set_num_threads(1)
T = torch.nn.functional
drawn = settings(max_examples=120, deadline=None, derandomize=True,
                 suppress_health_check=list(HealthCheck))  # fmt: skip
FLOATS = st.sampled_from([torch.float64, torch.float32])
SIZE = st.integers(0, 3)


def tensor(shape, dtype, seed=0, low=None):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=shape) if low is None else rng.uniform(low, 2, size=shape)
    return torch.tensor(x).to(dtype).requires_grad_()


def assert_same(name, *args, **options):
    """Answers, types and all gradients."""
    with suppress(Inapplicable):
        compare(Call(getattr(T, name), getattr(F, name), args, options))


@st.composite
def pools(draw):
    axes = draw(st.integers(1, 3))
    kernel = [draw(st.integers(1, 3)) for _ in range(axes)]
    image = [draw(st.integers(1, 6)) for _ in range(axes)]
    if draw(st.booleans()):  # the kernel covers the image
        kernel = [min(k, n) for k, n in zip(image, [3] * axes, strict=True)]
    options = {
        "kernel_size": kernel[0] if len(set(kernel)) == 1 else tuple(kernel),
        "stride": draw(st.one_of(st.none(), st.integers(1, 3))),
        "padding": draw(st.integers(0, min(kernel) // 2)),
        "ceil_mode": draw(st.booleans()),
    }
    lead = draw(st.sampled_from([(1, 1), (2, 3), (0, 2), (2,), (1,)]))
    return axes, (*lead, *image), options


@drawn
@given(pools(), FLOATS, st.integers(1, 2), st.booleans())
def test_max_pooling(case, dtype, dilation, places):
    axes, shape, options = case
    x = torch.randperm(math.prod(shape), generator=torch.Generator().manual_seed(0))
    x = x.to(dtype).reshape(shape)  # no ties
    try:
        y = getattr(T, f"max_pool{axes}d")(x, **options, dilation=dilation)
    except RuntimeError:
        return
    if torch.isinf(y).any():  # a window of padding alone: PyTorch's gradient writes outside
        return
    x.requires_grad_()
    assert_same(f"max_pool{axes}d", x, **options, dilation=dilation, return_indices=places)


@drawn
@given(pools(), FLOATS, st.booleans(), st.one_of(st.none(), st.integers(1, 5)))
def test_average_pooling(case, dtype, counted, divisor):
    axes, shape, options = case
    more = {"divisor_override": divisor} if axes > 1 and divisor else {}
    assert_same(f"avg_pool{axes}d", tensor(shape, dtype), **options, count_include_pad=counted,
                **more)  # fmt: skip


@drawn
@given(pools(), FLOATS, st.sampled_from([1, 2, 3.0, 1.5]))
def test_lp_pooling(case, dtype, p):
    axes, shape, options = case
    options = {k: v for k, v in options.items() if k != "padding"}
    assert_same(f"lp_pool{axes}d", tensor(shape, dtype, low=0.5), p, **options)


@drawn
@given(st.integers(1, 3), st.data(), FLOATS, st.sampled_from(["avg", "max"]))
def test_adaptive_pooling(axes, data, dtype, kind):
    image = [data.draw(st.integers(1, 6)) for _ in range(axes)]
    out = tuple(data.draw(st.integers(1, 7)) for _ in range(axes))
    lead = data.draw(st.sampled_from([(1, 1), (2, 3), (2,), (0, 1)]))
    assert_same(f"adaptive_{kind}_pool{axes}d", tensor((*lead, *image), dtype), out)


@drawn
@given(st.integers(0, 3), st.integers(1, 3), st.lists(st.integers(1, 3), max_size=2), FLOATS,
       st.booleans(), st.booleans(), st.sampled_from([0.0, 0.1, 1.0]))  # fmt: skip
def test_batch_norm(n, c, rest, dtype, training, affine, momentum):
    x = tensor((n, c, *rest), dtype)
    mean, var = (tensor((c,), dtype, k, 0.1).detach() for k in (1, 2))
    weights = {"weight": tensor((c,), dtype, 3), "bias": tensor((c,), dtype, 4)} if affine else {}
    if n * math.prod(rest) == 1 and training:
        return  # PyTorch's refusal depends on the number of axes
    assert_same("batch_norm", x, mean, var, training=training, momentum=momentum, **weights)


@drawn
@given(st.integers(0, 2), st.integers(1, 2), st.integers(1, 3), st.lists(st.integers(1, 4),
       min_size=1, max_size=2), FLOATS, st.booleans(), st.sampled_from([1e-5, 0.1]))  # fmt: skip
def test_group_norm(n, groups, per, rest, dtype, affine, eps):
    c = groups * per
    weights = {"weight": tensor((c,), dtype, 3), "bias": tensor((c,), dtype, 4)} if affine else {}
    assert_same("group_norm", tensor((n, c, *rest), dtype), groups, eps=eps, **weights)


@drawn
@given(st.lists(SIZE, max_size=2), st.lists(st.integers(1, 3), min_size=1, max_size=2), FLOATS,
       st.sampled_from(["layer_norm", "rms_norm"]), st.booleans())  # fmt: skip
def test_norms_of_the_last_axes(lead, shape, dtype, name, affine):
    weights = {"weight": tensor(shape, dtype, 3)} if affine else {}
    if affine and name == "layer_norm":
        weights["bias"] = tensor(shape, dtype, 4)
    assert_same(name, tensor((*lead, *shape), dtype), tuple(shape), eps=0.01, **weights)


@drawn
@given(st.integers(1, 2), st.integers(1, 5), st.lists(st.integers(1, 3), min_size=1, max_size=2),
       st.integers(1, 5), FLOATS)  # fmt: skip
def test_local_response_norm(n, c, rest, size, dtype):
    assert_same("local_response_norm", tensor((n, c, *rest), dtype), size, alpha=0.5, k=2.0)


REDUCTIONS = st.sampled_from(["mean", "sum", "none"])


@drawn
@given(SIZE, st.integers(1, 4), st.lists(SIZE, max_size=2), FLOATS, REDUCTIONS, st.booleans(),
       st.sampled_from([0.0, 0.1, 1.0]),
       st.sampled_from(["some", "all", "none", "shares"]))  # fmt: skip
def test_cross_entropy(n, c, rest, dtype, reduction, weighted, smoothing, ignored):
    """All targets ignored: NaN as a mean, 0 as a sum."""
    x, rng = tensor((n, c, *rest), dtype), np.random.default_rng(1)
    weight = {"weight": tensor((c,), dtype, 5, 0.1).detach()} if weighted else {}
    if ignored == "shares":
        q = torch.softmax(tensor((n, c, *rest), dtype, 2).detach(), 1)
        assert_same("cross_entropy", x, q, reduction=reduction, label_smoothing=smoothing, **weight)
        return
    target = rng.integers(0, c, (n, *rest))
    if ignored != "none":
        target[rng.random(target.shape) < (1 if ignored == "all" else 0.5)] = -100
    assert_same("cross_entropy", x, torch.tensor(target), reduction=reduction,
                label_smoothing=smoothing, **weight)  # fmt: skip
    if not smoothing:
        logs = torch.log_softmax(x.detach(), 1).requires_grad_()
        assert_same("nll_loss", logs, torch.tensor(target), reduction=reduction, **weight)


@drawn
@given(st.lists(SIZE, max_size=3), FLOATS, REDUCTIONS, st.sampled_from([
    ("mse_loss", {}), ("l1_loss", {}), ("smooth_l1_loss", {"beta": 0.5}),
    ("smooth_l1_loss", {"beta": 0.0}), ("huber_loss", {"delta": 0.3}),
    ("binary_cross_entropy_with_logits", {}), ("soft_margin_loss", {}),
    ("hinge_embedding_loss", {"margin": 0.5}), ("poisson_nll_loss", {"full": True}),
]))  # fmt: skip
def test_losses_by_entries(shape, dtype, reduction, case):
    name, options = case
    x, t = tensor(shape, dtype), tensor(shape, dtype, 1, 0.0).detach()
    if name in ("soft_margin_loss", "hinge_embedding_loss"):
        t = torch.where(t > 1, 1.0, -1.0).to(dtype)
    if "binary" in name:
        t = t / 2
    assert_same(name, x, t, reduction=reduction, **options)


@drawn
@given(st.integers(1, 3), st.integers(1, 6), st.integers(1, 4), st.data(), REDUCTIONS,
       st.booleans())  # fmt: skip
def test_ctc(n, time, classes, data, reduction, zero):
    """Lengths of 0 and 1, targets longer than their inputs can spell."""
    most = 4
    target = torch.tensor(np.random.default_rng(3).integers(1, classes + 1, (n, most)))
    given_ = [data.draw(st.integers(1, time)) for _ in range(n)]
    wanted = [data.draw(st.integers(0, most)) for _ in range(n)]
    if not zero and any(w * 2 > g for g, w in zip(given_, wanted, strict=True)):
        return  # an infinite loss has no gradient to compare
    x = tensor((time, n, classes + 1), torch.float64)

    def loss(f):
        return lambda x, t, g, w: f.ctc_loss(f.log_softmax(x, dim=-1), t, g, w, zero_infinity=zero,
                                             reduction=reduction)  # fmt: skip

    compare(Call(loss(T), loss(F), (x, target, torch.tensor(given_), torch.tensor(wanted)), {}))


EDGES = [0.0, -0.0, 1.0, -1.0, 0.5, 3.0, -3.0, 6.0, 20.0, -20.0, 89.0, -89.0, 1e4, -1e4, math.inf,
         -math.inf, math.nan]  # fmt: skip
ACTIVATIONS = ["relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "mish",
               "sigmoid", "tanh", "logsigmoid", "softplus", "softsign", "hardtanh", "hardswish",
               "tanhshrink", "softshrink", "hardshrink"]  # fmt: skip


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_values_at_the_edges(name, dtype):
    """Zeros of both signs, what overflows, infinities and NaN."""
    x = torch.tensor(EDGES, dtype=dtype)
    compare(Call(getattr(T, name), getattr(F, name), (x,), {}))


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_slopes_where_they_are_far_or_jump(name, dtype):
    x = torch.tensor([e for e in EDGES if math.isfinite(e)], dtype=dtype, requires_grad=True)
    compare(Call(getattr(T, name), getattr(F, name), (x,), {}))


@drawn
@given(st.integers(1, 3), st.data(), FLOATS, st.sampled_from(["constant", "reflect", "replicate",
                                                              "circular"]))  # fmt: skip
def test_padding(axes, data, dtype, mode):
    shape = [data.draw(st.integers(1, 2)) for _ in range(2)]
    shape += [data.draw(st.integers(1, 4)) for _ in range(axes)]
    least = 0 if mode == "circular" else -1  # PyTorch reads what it has not written yet
    sides = [data.draw(st.integers(least, 3)) for _ in range(2 * axes)]
    assert_same("pad", tensor(shape, dtype), sides, mode=mode)


@drawn
@given(st.integers(0, 2), st.integers(1, 2), st.tuples(st.integers(1, 5), st.integers(1, 5)),
       st.tuples(st.integers(1, 3), st.integers(1, 3)), st.integers(1, 2), st.integers(0, 1),
       st.integers(1, 2), FLOATS)  # fmt: skip
def test_windows_as_columns(n, c, image, kernel, stride, padding, dilation, dtype):
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    x = tensor((n, c, *image), dtype)
    assert_same("unfold", x, kernel, **options)
    try:
        columns = T.unfold(x.detach(), kernel, **options)
    except RuntimeError:
        return
    assert_same("fold", tensor(columns.shape, dtype), image, kernel, **options)


@drawn
@given(st.integers(1, 2), st.integers(1, 4), st.integers(1, 4), st.integers(1, 3), FLOATS,
       st.sampled_from(["none", "causal", "bool", "float", "row"]))  # fmt: skip
def test_attention(n, queries, keys, d, dtype, mask):
    """A fully masked row among the masks; its answer is NaN or 0 in both."""
    q, k, v = (tensor((n, m, d), dtype, s) for s, m in enumerate((queries, keys, keys)))
    options = {"is_causal": mask == "causal"}
    if mask in ("bool", "row"):
        allowed = np.random.default_rng(7).random((queries, keys)) < 0.6
        allowed[0] &= mask != "row"
        options["attn_mask"] = torch.tensor(allowed)
    elif mask == "float":
        options["attn_mask"] = tensor((queries, keys), dtype, 9).detach()
    assert_same("scaled_dot_product_attention", q, k, v, **options)

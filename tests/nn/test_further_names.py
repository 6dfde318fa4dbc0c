"""The further functions and layers of torch.nn: each beside PyTorch's, and what is refused."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import tiza as tz
import tiza.nn.functional as F
from tiza import nn
from tiza.errors import ArgumentError, ShapeError, use_language

RNG = np.random.default_rng(0)


def both(call, *arrays, rtol=1e-9, atol=1e-12):
    """Values and slopes of call(F, *tensors), here and in PyTorch."""
    torch = pytest.importorskip("torch")
    answers = []
    for lib, variable in (
        (F, lambda a: tz.tensor(a, requires_grad=True)),
        (torch.nn.functional, lambda a: torch.tensor(a, requires_grad=True)),
    ):
        given = [
            variable(a)
            if a.dtype.kind == "f"
            else (torch.tensor(a) if lib is not F else tz.tensor(a))
            for a in arrays
        ]
        y = call(lib, *given)
        weights = np.cos(np.arange(np.prod(y.shape, dtype=int))).reshape(tuple(y.shape))
        (y * (tz.tensor(weights) if lib is F else torch.tensor(weights))).sum().backward()
        answers.append(
            [
                y.detach().numpy(),
                *(
                    np.zeros(tuple(x.shape)) if x.grad is None else x.grad.numpy()
                    for x in given
                    if x.requires_grad
                ),
            ]
        )
    for a, b in zip(*answers, strict=True):
        assert_allclose(a, b, rtol=rtol, atol=atol)


@pytest.mark.peer
@pytest.mark.parametrize("mode", ["bilinear", "bicubic"])
@pytest.mark.parametrize("options", [
    {"size": (3, 4)}, {"size": (1, 1)}, {"size": (9, 30)}, {"size": 5, "align_corners": True},
    {"size": (1, 12), "align_corners": True}, {"scale_factor": 0.4}, {"scale_factor": (0.7, 1.3)},
    {"scale_factor": 0.37, "recompute_scale_factor": True}, {"size": (7, 11)},
])  # fmt: skip
def test_antialiased_images(mode, options):
    x = RNG.normal(size=(2, 3, 7, 11))
    both(lambda lib, x: lib.interpolate(x, mode=mode, antialias=True, **options), x)


@pytest.mark.peer
@pytest.mark.parametrize(("shape", "mode"), [
    ((1, 2, 9), "nearest"), ((1, 2, 9), "linear"), ((1, 2, 5, 7), "nearest-exact"),
    ((1, 2, 5, 7), "bilinear"), ((1, 2, 5, 7), "bicubic"), ((1, 2, 5, 7), "area"),
    ((1, 2, 3, 4, 5), "trilinear"), ((1, 2, 3, 4, 5), "nearest"), ((1, 2, 3, 4, 5), "area"),
])  # fmt: skip
@pytest.mark.parametrize("options", [
    {"scale_factor": 1.7}, {"scale_factor": 0.6}, {"scale_factor": 1.3,
                                                    "recompute_scale_factor": True},
    {"size": 6}, {"size": 6, "align_corners": True},
])  # fmt: skip
def test_every_mode_of_interpolation(shape, mode, options):
    if "align_corners" in options and mode not in ("linear", "bilinear", "bicubic", "trilinear"):
        options = {"size": 6}
    both(lambda lib, x: lib.interpolate(x, mode=mode, **options), RNG.normal(size=shape))


@pytest.mark.peer
@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
@pytest.mark.parametrize("mode", ["bilinear", "nearest", "bicubic"])
@pytest.mark.parametrize("align_corners", [True, False])
def test_images_read_at_places(mode, padding, align_corners):
    x, grid = RNG.normal(size=(2, 3, 4, 5)), RNG.uniform(-2.4, 2.4, size=(2, 6, 3, 2))
    both(lambda lib, x, g: lib.grid_sample(x, g, mode=mode, padding_mode=padding,
                                           align_corners=align_corners), x, grid)  # fmt: skip
    if mode != "bicubic":
        x, grid = RNG.normal(size=(2, 3, 4, 5, 3)), RNG.uniform(-2, 2, size=(2, 2, 3, 2, 3))
        both(lambda lib, x, g: lib.grid_sample(x, g, mode, padding, align_corners), x, grid)


@pytest.mark.peer
@pytest.mark.parametrize("align_corners", [True, False])
@pytest.mark.parametrize(
    ("theta", "size"), [((2, 2, 3), (2, 1, 4, 5)), ((1, 3, 4), (1, 2, 3, 4, 2))]
)
def test_affine_grids(theta, size, align_corners):
    both(lambda lib, t: lib.affine_grid(t, list(size), align_corners=align_corners),
         RNG.normal(size=theta))  # fmt: skip


@pytest.mark.peer
@pytest.mark.parametrize("p", [0.0, 1.0, 2.0, 3.5, float("inf")])
def test_distances_of_all_pairs(p):
    x = RNG.normal(size=(5, 3))
    x[3] = x[1]
    if p != 0:
        both(lambda lib, x: lib.pdist(x, p), x)
    assert F.pdist(x, 0.0).tolist() == [3, 3, 3, 3, 3, 0, 3, 3, 3, 3]


@pytest.mark.peer
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_several_labels(reduction):
    x = RNG.normal(size=(4, 5))
    t = np.array([[3, 0, -1, 1, 2], [-1, 1, 1, 1, 1], [0, 1, 2, 3, 4], [2, -1, -1, -1, -1]])
    both(lambda lib, x, t: lib.multilabel_margin_loss(x, t, reduction=reduction), x, t)
    both(lambda lib, x, t: lib.multilabel_margin_loss(x, t, reduction=reduction), x[0], t[0])
    assert nn.MultiLabelMarginLoss(reduction)(x, t).shape == (() if reduction != "none" else (4,))


@pytest.mark.peer
@pytest.mark.parametrize("swap", [True, False])
@pytest.mark.parametrize("own", [True, False])
def test_triplets_under_any_distance(own, swap):
    a, p, n = RNG.normal(size=(3, 6, 4))
    distance = (lambda a, b: abs(a - b).sum(-1)) if own else None

    def call(lib, *x):
        return lib.triplet_margin_with_distance_loss(
            *x, distance_function=distance, margin=2.0, swap=swap)  # fmt: skip

    both(call, a, p, n)
    layer = nn.TripletMarginWithDistanceLoss(distance_function=distance, margin=2.0, swap=swap)
    assert_allclose(layer(a, p, n).item(), call(F, *map(tz.tensor, (a, p, n))).item())


@pytest.mark.peer
@pytest.mark.parametrize("separate", [True, False])
@pytest.mark.parametrize("extra", [True, False])
def test_attention_from_weights_that_are_given(separate, extra):
    q, k, v = RNG.normal(size=(3, 2, 4)), RNG.normal(size=(5, 2, 4)), RNG.normal(size=(5, 2, 4))
    w, b, out = RNG.normal(size=(12, 4)), RNG.normal(size=12), RNG.normal(size=(4, 4))
    bias_k, bias_v = RNG.normal(size=(2, 1, 1, 4))

    def call(lib, q, k, v, w, b, out, bias_k, bias_v):
        parts = (
            {
                "use_separate_proj_weight": True,
                "q_proj_weight": w[:4],
                "k_proj_weight": w[4:8],
                "v_proj_weight": w[8:],
            }
            if separate
            else {}
        )
        y, weights = lib.multi_head_attention_forward(
            q,
            k,
            v,
            4,
            2,
            None if separate else w,
            b,
            bias_k if extra else None,
            bias_v if extra else None,
            extra,
            0.0,
            out,
            None,
            training=False,
            average_attn_weights=not extra,
            **parts,
        )
        return y.sum() + (weights * weights).sum() + (0 if extra else (bias_k + bias_v).sum())

    both(call, q, k, v, w, b, out, bias_k, bias_v)
    with pytest.raises(ArgumentError, match="static_k and static_v are not taken"):
        F.multi_head_attention_forward(q, k, v, 4, 2, w, b, None, None, False, 0.0, out, None,
                                       static_k=k)  # fmt: skip
    with pytest.raises(ShapeError):
        F.multi_head_attention_forward(q, k, v, 5, 2, w, b, None, None, False, 0.0, out, None)


def test_classes_drawn_softly():
    tz.manual_seed(0)
    logits = tz.tensor(np.tile(np.log([0.2, 0.3, 0.5]), (20_000, 1)), requires_grad=True)
    hard = F.gumbel_softmax(logits, tau=0.5, hard=True)
    assert set(np.unique(hard.numpy().round(12))) == {0.0, 1.0}
    assert_allclose(hard.numpy().mean(axis=0), [0.2, 0.3, 0.5], atol=0.015)
    soft = F.gumbel_softmax(logits, tau=2.0, dim=0)
    assert_allclose(soft.numpy().sum(axis=0), 1.0, rtol=1e-9)
    (hard * tz.tensor([1.0, 2.0, 3.0], dtype=tz.float64)).sum().backward()
    assert np.abs(logits.grad.numpy()).max() > 0
    assert_allclose(logits.grad.numpy().sum(axis=1), 0, atol=1e-12)


def test_functions_in_place():
    for name, wanted in [("relu_", [0.0, 2.0]), ("hardtanh_", [-1.0, 1.0]),
                         ("leaky_relu_", [-0.02, 2.0])]:  # fmt: skip
        x = tz.tensor([-2.0, 2.0], dtype=tz.float64)
        assert getattr(F, name)(x) is x
        assert_allclose(x.numpy(), wanted)
    y, places = F.max_pool1d_with_indices(tz.tensor([[1.0, 3.0, 2.0, 0.0]]), 2)
    assert (y.tolist(), places.tolist()) == ([[3.0, 2.0]], [[1, 2]])
    assert F.relu_.__name__ == "relu_"


LAZY = [
    (nn.LazyLinear, (3,), (2, 5), nn.Linear), (nn.LazyConv1d, (3, 2), (2, 5, 4), nn.Conv1d),
    (nn.LazyConv2d, (3, 2), (5, 4, 4), nn.Conv2d),
    (nn.LazyConv3d, (3, 1), (1, 5, 2, 2, 2), nn.Conv3d),
    (nn.LazyConvTranspose2d, (3, 2), (2, 5, 4, 4), nn.ConvTranspose2d),
    (nn.LazyBatchNorm1d, (), (2, 5), nn.BatchNorm1d),
    (nn.LazyBatchNorm2d, (), (2, 5, 3, 3), nn.BatchNorm2d),
    (nn.LazyInstanceNorm1d, (), (5, 3), nn.InstanceNorm1d),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "arguments", "shape", "becomes"), LAZY)
def test_layers_that_learn_their_size(kind, arguments, shape, becomes):
    tz.manual_seed(0)
    model = nn.Sequential(kind(*arguments)).eval()
    assert list(model.parameters()) == []
    x = RNG.normal(size=shape).astype("f")
    y = model(x)
    assert type(model[0]) is becomes
    assert not model[0].training
    tz.manual_seed(0)
    own = {"affine": True, "track_running_stats": True} if "Instance" in kind.__name__ else {}
    twin = becomes(5, *arguments, **own).eval()
    assert repr(model[0]) == repr(twin)
    assert_allclose(y.numpy(), twin(x).numpy())
    with pytest.raises(ArgumentError, match="cannot read its size"):
        kind(*arguments)(1.0)


def test_parameters_in_a_dictionary():
    model = nn.ParameterDict({"a": nn.Parameter(tz.ones(2))})
    model["b"] = nn.Parameter(tz.zeros(1))
    assert [n for n, _ in model.named_parameters()] == ["a", "b"] == list(model.keys())
    assert "a" in model
    assert len(model) == 2
    assert model.pop("a").shape == (2,)
    assert [k for k, _ in model.items()] == list(model) == ["b"]
    assert len(list(model.values())) == 1
    with pytest.raises(KeyError):
        model["a"]


def test_what_is_not_here_is_said():
    with use_language("en"):
        with pytest.raises(AttributeError) as caught:
            _ = nn.CrossMapLRN2d
        assert str(caught.value) == (
            "tiza.nn: 'CrossMapLRN2d' is not here; the nearest is 'LocalResponseNorm'"
        )
        with pytest.raises(AttributeError, match="nearest is 'relu'"):
            _ = F.relu7
        with pytest.raises(AttributeError, match="trains on several devices"):
            _ = nn.DataParallel
        with pytest.raises(AttributeError, match="holds whole-number weights"):
            _ = nn.quantized
    with use_language("es"), pytest.raises(AttributeError, match="no tiene el atributo 'zzzz'"):
        _ = nn.zzzz


@pytest.mark.parametrize("call", [
    lambda: F.interpolate(np.ones((1, 1, 2)), 2, mode="linear", antialias=True),
    lambda: F.grid_sample(np.ones((1, 1, 2, 2)), np.ones((1, 1, 1, 2)), mode="cubic"),
    lambda: F.grid_sample(np.ones((1, 1, 2, 2)), np.ones((1, 1, 1, 2)), padding_mode="wrap"),
])  # fmt: skip
def test_modes_that_do_not_exist(call):
    with pytest.raises(ArgumentError):
        call()


@pytest.mark.parametrize("call", [
    lambda: F.grid_sample(np.ones((1, 1, 2, 2)), np.ones((1, 1, 1, 3))),
    lambda: F.affine_grid(np.ones((1, 2, 2)), (1, 1, 2, 2)),
])  # fmt: skip
def test_shapes_that_do_not_fit(call):
    with pytest.raises(ShapeError):
        call()

"""Embedding and EmbeddingBag with every option, beside PyTorch's."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import tiza as tz
from tiza import nn
from tiza.errors import ArgumentError, ShapeError

TABLE = np.random.default_rng(0).normal(size=(7, 3))
OPTIONS = [
    {}, {"max_norm": 1.0}, {"max_norm": 1.2, "norm_type": 1.0}, {"scale_grad_by_freq": True},
    {"max_norm": 0.7, "norm_type": float("inf")}, {"max_norm": 1.0, "scale_grad_by_freq": True},
    {"sparse": True}, {"max_norm": 1.0, "norm_type": 3.0, "sparse": True},
]  # fmt: skip


def answers(lib, layer, *given, weights=None):
    """What the layer gives, the slopes of table and weights, and the table afterwards."""
    torch = None if lib is nn else pytest.importorskip("torch")
    as_given = tz.tensor if torch is None else torch.tensor
    layer = layer(lib, as_given)
    kwargs = {}
    if weights is not None:
        kwargs["per_sample_weights"] = as_given(weights, requires_grad=True)
    y = layer(*(as_given(x) for x in given), **kwargs)
    factors = as_given(np.cos(np.arange(np.prod(y.shape, dtype=int))).reshape(tuple(y.shape)))
    (y * factors).sum().backward()
    found = [y, layer.weight.grad, layer.weight, *(w.grad for w in kwargs.values())]
    if torch is not None:
        found = [x.to_dense() for x in found]
    return [x.detach().numpy() for x in found]


def assert_alike(layer, *given, **options):
    ours, theirs = answers(nn, layer, *given, **options), answers(None, layer, *given, **options)
    for a, b in zip(ours, theirs, strict=True):
        assert_allclose(a, b, rtol=1e-10, atol=1e-12)


@pytest.fixture(autouse=True)
def _torch():
    pytest.importorskip("torch")


def module(lib):
    return nn if lib is nn else pytest.importorskip("torch").nn


@pytest.mark.peer
@pytest.mark.filterwarnings("ignore:Sparse invariant checks:UserWarning")
@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("padding", [None, 2, -1])
def test_rows(options, padding):
    def layer(lib, as_given):
        return module(lib).Embedding.from_pretrained(
            as_given(TABLE), freeze=False, padding_idx=padding, **options)  # fmt: skip

    assert_alike(layer, np.array([[1, 2, 2], [6, 2, 0]]))


@pytest.mark.peer
@pytest.mark.filterwarnings("ignore:Sparse invariant checks:UserWarning")
@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("mode", ["sum", "mean", "max"])
@pytest.mark.parametrize("padding", [None, 2])
def test_bags(options, mode, padding):
    if mode == "max" and (options.get("sparse") or options.get("scale_grad_by_freq")):
        with pytest.raises(ArgumentError) if options.get("scale_grad_by_freq") else _nothing():
            nn.EmbeddingBag(7, 3, mode=mode, **options)([[1]])
        return
    for last in (False, True):

        def layer(lib, as_given, last=last):
            return module(lib).EmbeddingBag.from_pretrained(
                as_given(TABLE), freeze=False, mode=mode, padding_idx=padding,
                include_last_offset=last, **options)  # fmt: skip

        ids, offsets = np.array([1, 2, 2, 6, 0, 2]), np.array([0, 2, 2, 5, 6][: 4 + last])
        if options.get("scale_grad_by_freq"):  # PyTorch counts wrongly unless the last row repeats
            ids = np.array([1, 6, 6, 2, 0, 6])
        assert_alike(layer, ids, offsets)
        assert_alike(layer, ids.reshape(2, 3))
        if mode == "sum" and not options.get("scale_grad_by_freq"):
            assert_alike(layer, ids, offsets, weights=np.linspace(-1, 2, 6))


class _nothing:  # noqa: N801  a context like the others
    def __enter__(self):
        return self

    def __exit__(self, *caught):
        return None


@pytest.mark.peer
def test_what_the_layers_say():
    torch = pytest.importorskip("torch")
    for kind, options in [
        ("Embedding", {"padding_idx": 1, "max_norm": 1.0, "sparse": True}),
        ("Embedding", {"norm_type": 3.0, "scale_grad_by_freq": True}),
        ("EmbeddingBag", {"mode": "sum", "max_norm": 2.0}),
        ("EmbeddingBag", {"scale_grad_by_freq": True, "mode": "sum"}),
    ]:
        ours, theirs = (getattr(lib, kind)(5, 2, **options) for lib in (nn, torch.nn))
        assert repr(ours) == repr(theirs)


def test_tables_that_do_not_fit():
    with pytest.raises(ShapeError, match=r"the table given has shape \(2, 2\), not \(3, 2\)"):
        nn.Embedding(3, 2, _weight=np.ones((2, 2)))
    with pytest.raises(ArgumentError, match="scale_grad_by_freq does not go with mode 'max'"):
        nn.EmbeddingBag(3, 2, mode="max", scale_grad_by_freq=True)([[1]])
    frozen = nn.Embedding(3, 2, _freeze=True)
    assert not frozen.weight.requires_grad
    assert nn.EmbeddingBag.from_pretrained(np.ones((3, 2))).weight.requires_grad is False

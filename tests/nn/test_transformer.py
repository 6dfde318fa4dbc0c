"""Transformers: equal to PyTorch's in all options, and blind to what comes later."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nn.peers import assert_answers, assert_slopes, twins, variables
from numpy.testing import assert_allclose

import tiza as tz
from tiza import nn
from tiza.errors import TizaError


@st.composite
def options(draw):
    heads = draw(st.integers(1, 3))
    wide = heads * draw(st.integers(1, 3))
    named = {
        "dim_feedforward": draw(st.integers(1, 6)),
        "dropout": 0.0,
        "activation": draw(st.sampled_from(["relu", "gelu"])),
        "layer_norm_eps": draw(st.sampled_from([1e-5, 1e-2])),
        "batch_first": draw(st.booleans()),
        "norm_first": draw(st.booleans()),
        "bias": draw(st.booleans()),
    }
    sizes = tuple(draw(st.integers(1, 4)) for _ in range(3))  # n, t, s
    return (wide, heads), named, sizes, draw(st.booleans()), draw(st.booleans())


def batch(rng, n, t, wide, first):
    return rng.normal(size=(n, t, wide) if first else (t, n, wide))


def padding(rng, n, t, wanted):
    if not wanted:
        return None
    hidden = rng.random((n, t)) < 0.4
    hidden[:, 0] = False
    return hidden


def later(t, wanted):
    return np.triu(np.ones((t, t), bool), 1) if wanted else None


def peer_mask(mask):
    import torch

    return None if mask is None else torch.tensor(mask)


@pytest.mark.peer
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@settings(max_examples=60, deadline=None, derandomize=True)
@given(options())
def test_encoder_layer_equals_pytorch(dtype, case):
    pytest.importorskip("torch")
    args, named, (n, t, _), causal, padded = case
    rng = np.random.default_rng(0)
    ours, theirs = twins("TransformerEncoderLayer", args, named, dtype)
    x = batch(rng, n, t, args[0], named["batch_first"])
    mine, peers = variables([x], dtype)
    masks = later(t, causal), padding(rng, n, t, padded)
    got = ours(mine[0], *masks)
    want = theirs(peers[0], *(peer_mask(m) for m in masks))
    assert_answers(got, want, dtype)
    assert_slopes(got, want, mine, peers, (ours, theirs), dtype)


@pytest.mark.peer
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@settings(max_examples=60, deadline=None, derandomize=True)
@given(options())
def test_decoder_layer_equals_pytorch(dtype, case):
    pytest.importorskip("torch")
    args, named, (n, t, s), causal, padded = case
    rng = np.random.default_rng(0)
    ours, theirs = twins("TransformerDecoderLayer", args, named, dtype)
    first = named["batch_first"]
    mine, peers = variables([batch(rng, n, k, args[0], first) for k in (t, s)], dtype)
    masks = {
        "tgt_mask": later(t, causal),
        "tgt_key_padding_mask": padding(rng, n, t, padded),
        "memory_key_padding_mask": padding(rng, n, s, padded),
    }
    got = ours(*mine, **masks)
    want = theirs(*peers, **{k: peer_mask(m) for k, m in masks.items()})
    assert_answers(got, want, dtype)
    assert_slopes(got, want, mine, peers, (ours, theirs), dtype)


@pytest.mark.peer
@pytest.mark.filterwarnings("ignore:enable_nested_tensor is True:UserWarning")
@settings(max_examples=25, deadline=None, derandomize=True)
@given(options(), st.integers(1, 2), st.integers(1, 2))
def test_whole_transformers_equal_pytorch(case, encoders, decoders):
    pytest.importorskip("torch")
    args, named, (n, t, s), causal, padded = case
    rng = np.random.default_rng(0)
    layers = (*args, encoders, decoders)
    ours, theirs = twins("Transformer", layers, named)
    first = named["batch_first"]
    mine, peers = variables([batch(rng, n, k, args[0], first) for k in (s, t)], "float64")
    hidden = padding(rng, n, s, padded)
    masks = {
        "tgt_mask": later(t, causal),
        "src_key_padding_mask": hidden,
        "memory_key_padding_mask": hidden,
    }
    for training in (True, False):
        got = ours.train(training)(*mine, **masks)
        want = theirs.train(training)(*peers, **{k: peer_mask(m) for k, m in masks.items()})
        assert_answers(got, want, "float64")
    assert_slopes(got, want, mine, peers, (ours, theirs), "float64")


@pytest.mark.parametrize("norm_first", [False, True])
def test_a_causal_encoder_does_not_see_what_comes_later(norm_first):
    tz.manual_seed(0)
    layer = nn.TransformerEncoderLayer(6, 2, 8, 0.0, norm_first=norm_first, batch_first=True)
    encoder = nn.TransformerEncoder(layer, 2).double()
    x = np.random.default_rng(0).normal(size=(1, 5, 6))
    other = x.copy()
    other[:, 3:] += 1
    mask = nn.Transformer.generate_square_subsequent_mask(5, dtype=np.float64)
    y, z = encoder(x, mask).numpy(), encoder(other, mask).numpy()
    assert_allclose(y[:, :3], z[:, :3], rtol=1e-12)
    assert not np.allclose(y[:, 3:], z[:, 3:])
    assert_allclose(encoder(x, is_causal=True).numpy(), y, rtol=1e-12)


def test_layers_of_a_stack_are_copies_with_weights_of_their_own():
    layer = nn.TransformerEncoderLayer(4, 2, 8)
    encoder = nn.TransformerEncoder(layer, 2, nn.LayerNorm(4))
    first, second = (part.linear1.weight for part in encoder.layers)
    assert first is not second
    assert (first.numpy() == second.numpy()).all()
    assert len(list(encoder.parameters())) == 2 * len(list(layer.parameters())) + 2


def test_dropout_works_in_training_alone():
    tz.manual_seed(0)
    layer = nn.TransformerDecoderLayer(4, 2, 8, dropout=0.5)
    x = tz.random.normal((3, 2, 4))
    assert not np.allclose(layer(x, x).numpy(), layer(x, x).numpy())
    layer.eval()
    assert_allclose(layer(x, x).numpy(), layer(x, x).numpy())


def test_slopes_of_a_layer_are_right():
    tz.manual_seed(0)
    layer = nn.TransformerEncoderLayer(4, 2, 3, 0.0, activation=tz.tanh, norm_first=True).double()
    x = np.random.default_rng(0).normal(size=(2, 1, 4))
    tz.check_grad(lambda x: (layer(x) ** 2).sum(), tz.tensor(x))


X = np.zeros((2, 3, 4), np.float32)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: nn.TransformerEncoderLayer(4, 3), "attention-heads"),
        (lambda: nn.TransformerEncoderLayer(4, 2, -1), "layer-size"),
        (lambda: nn.TransformerEncoderLayer(4, 2, dropout=7), "dropout-p"),
        (lambda: nn.TransformerEncoderLayer(4, 2, activation="sine"), "transformer-activation"),
        (lambda: nn.TransformerEncoder(nn.Identity(), 1.5), "layer-size"),
        (lambda: nn.TransformerDecoder(nn.Identity(), None), "layer-size"),
        (lambda: nn.Transformer(4, 2, 1, 1, 8)(X, X[..., :2]), "transformer-shapes"),
    ],
)
def test_wrong_arguments_are_refused(make, code):
    with pytest.raises(TizaError) as caught:
        make()
    assert caught.value.code == code

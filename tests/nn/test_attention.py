"""Attention and positions: equal to PyTorch's, to the formula by hand, and blind where masked."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nn.peers import assert_answers, assert_slopes, twins, variables
from numpy.testing import assert_allclose

import tiza as tz
from tiza import nn
from tiza.errors import ArgumentError, ShapeError
from tiza.nn import functional as F


def by_hand(q, k, v, mask=None, scale=None):
    scores = q @ np.swapaxes(k, -1, -2) * (scale or 1 / np.sqrt(q.shape[-1]))
    if mask is not None:
        scores = np.where(mask, scores, -1e30)
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True) @ v


def test_attention_is_its_formula():
    rng = np.random.default_rng(0)
    q, k, v = (rng.normal(size=s) for s in [(2, 3, 4), (2, 5, 4), (2, 5, 6)])
    mask = rng.random((3, 5)) < 0.6
    mask[:, 0] = True
    got = F.scaled_dot_product_attention(q, k, v)
    assert_allclose(got.numpy(), by_hand(q, k, v), rtol=1e-12)
    got = F.scaled_dot_product_attention(q, k, v, mask, scale=0.3)
    assert_allclose(got.numpy(), by_hand(q, k, v, mask, 0.3), rtol=1e-12)


@st.composite
def products(draw):
    lead = draw(st.lists(st.integers(1, 3), min_size=0, max_size=2))
    rows, columns = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    width, out = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    mask = draw(st.sampled_from(["none", "bool", "float", "causal", "dead"]))
    return lead, rows, columns, width, out, mask, draw(st.sampled_from([None, 0.5]))


@pytest.mark.peer
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@settings(max_examples=60, deadline=None, derandomize=True)
@given(products())
def test_product_equals_pytorch(dtype, case):
    torch = pytest.importorskip("torch")
    lead, rows, columns, width, out, kind, scale = case
    rng = np.random.default_rng(0)
    shapes = [(rows, width), (columns, width), (columns, out)]
    arrays = [rng.normal(size=(*lead, *s)) for s in shapes]
    seen = rng.random((rows, columns)) < 0.6
    if kind == "dead":
        seen[0] = False
    if kind == "float":
        arrays.append(rng.normal(size=(rows, columns)))
    elif kind in ("bool", "dead"):
        arrays.append(seen)
    mine, peers = variables(arrays, dtype)
    options = {"is_causal": kind == "causal", "scale": scale}
    got = F.scaled_dot_product_attention(*mine, **options)
    want = torch.nn.functional.scaled_dot_product_attention(*peers, **options)
    assert_answers(got, want, dtype)
    assert_slopes(got, want, mine, peers, (None, None), dtype)


@pytest.mark.peer
def test_heads_that_share_keys_equal_pytorch():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    mine, peers = variables([rng.normal(size=(2, h, 3, 4)) for h in (6, 2, 2)], "float64")
    got = F.scaled_dot_product_attention(*mine, enable_gqa=True)
    want = torch.nn.functional.scaled_dot_product_attention(*peers, enable_gqa=True)
    assert_answers(got, want, "float64")
    assert_slopes(got, want, mine, peers, (None, None), "float64")


def test_a_query_that_sees_nothing_gets_zeros_and_no_slope():
    rng = np.random.default_rng(0)
    q = tz.tensor(rng.normal(size=(2, 3))).requires_grad_()
    k, v = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
    y = F.scaled_dot_product_attention(q, k, v, np.array([[True] * 4, [False] * 4]))
    y.sum().backward()
    assert (y.numpy()[1] == 0).all()
    assert (q.grad.numpy()[1] == 0).all()
    assert np.isfinite(q.grad.numpy()).all()
    none = F.scaled_dot_product_attention(q, np.zeros((0, 3)), np.zeros((0, 2)))
    assert (none.numpy() == np.zeros((2, 2))).all()


def test_slopes_of_attention_are_right_twice():
    rng = np.random.default_rng(0)
    q, k, v = (tz.tensor(rng.normal(size=s)) for s in [(2, 2), (3, 2), (3, 2)])

    def f(q):
        return (F.scaled_dot_product_attention(q, k, v, is_causal=True) ** 2).sum()

    tz.check_grad(f, q)
    tz.check_grad(lambda q: (tz.grad(f)(q) ** 2).sum(), q)


def test_dropout_falls_on_the_weights():
    tz.manual_seed(0)
    q, k = np.zeros((1, 4)), np.zeros((20000, 4))
    y = F.scaled_dot_product_attention(q, k, np.ones((20000, 1)), dropout_p=0.25)
    assert y.item() == pytest.approx(1.0, abs=0.02)
    assert y.item() != 1.0


@st.composite
def heads(draw):
    many = draw(st.integers(1, 3))
    wide = many * draw(st.integers(1, 3))
    options = {
        "bias": draw(st.booleans()),
        "add_bias_kv": draw(st.booleans()),
        "add_zero_attn": draw(st.booleans()),
        "batch_first": draw(st.booleans()),
        "kdim": draw(st.sampled_from([None, 3])),
        "vdim": draw(st.sampled_from([None, 5])),
    }
    call = {
        "need_weights": draw(st.booleans()),
        "average_attn_weights": draw(st.booleans()),
    }
    masks = draw(st.sampled_from(["none", "bool", "float", "many"])), draw(st.booleans())
    sizes = draw(st.integers(1, 3)), draw(st.integers(1, 4)), draw(st.integers(1, 4))
    return (wide, many), options, call, masks, sizes, draw(st.booleans()), draw(st.booleans())


def head_arrays(case, rng):
    (wide, many), options, _, (kind, pads), (n, rows, columns), flat, alike = case
    alike = alike and options["kdim"] is None and options["vdim"] is None
    columns = rows if alike else columns
    n = 1 if flat else n

    def batch(t, width):
        if flat:
            return rng.normal(size=(t, width))
        return rng.normal(size=(n, t, width) if options["batch_first"] else (t, n, width))

    xs = [batch(rows, wide)]
    if not alike:
        xs += [batch(columns, options["kdim"] or wide), batch(columns, options["vdim"] or wide)]
    mask = None
    if kind == "bool":
        mask = rng.random((rows, columns)) < 0.3
        mask[:, 0] = False
    elif kind == "float":
        mask = rng.normal(size=(rows, columns))
    elif kind == "many":
        mask = rng.normal(size=(n * many, rows, columns))
    padding = None
    if pads:
        padding = rng.random((n, columns)) < 0.3
        padding[:, 0] = False
        padding = padding[0] if flat else padding
    return xs, alike, mask, padding


@pytest.mark.peer
@pytest.mark.filterwarnings("ignore:Support for mismatched:UserWarning")
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@settings(max_examples=80, deadline=None, derandomize=True)
@given(heads())
def test_multihead_attention_equals_pytorch(dtype, case):
    torch = pytest.importorskip("torch")
    args, options, call = case[:3]
    xs, alike, mask, padding = head_arrays(case, np.random.default_rng(0))
    ours, theirs = twins("MultiheadAttention", args, options, dtype)
    mine, peers = variables(xs, dtype)
    answers = []
    for layer, given_x, tensor in ((ours, mine, lambda m: m), (theirs, peers, torch.tensor)):
        x = given_x * 3 if alike else given_x
        added = {k: None if m is None else tensor(m.astype(dtype) if m.dtype.kind == "f" else m)
                 for k, m in (("attn_mask", mask), ("key_padding_mask", padding))}  # fmt: skip
        answers.append(layer(*x, **added, **call))
    assert_answers(*answers, dtype)
    assert_slopes(*answers, mine, peers, (ours, theirs), dtype)


@pytest.mark.peer
@pytest.mark.parametrize("need_weights", [True, False])
@pytest.mark.parametrize("training", [True, False])
def test_an_example_of_padding_alone_gives_what_pytorch_gives(training, need_weights):
    """NaN where the weights are asked for, else zeros: PyTorch 2.13 does so, as do we."""
    torch = pytest.importorskip("torch")
    ours, theirs = twins("MultiheadAttention", (4, 2), {"batch_first": True})
    x = np.random.default_rng(0).normal(size=(2, 3, 4))
    padding = np.array([[True] * 3, [False, True, False]])
    ours.train(training)
    theirs.train(training)
    peer = torch.tensor(x, requires_grad=True)
    got = ours(x, x, x, padding, need_weights)
    want = theirs(peer, peer, peer, torch.tensor(padding), need_weights)
    assert_answers(got, want, "float64")


@pytest.mark.parametrize("kind", ["key_padding_mask", "attn_mask"])
def test_masked_keys_do_not_matter(kind):
    tz.manual_seed(0)
    layer = nn.MultiheadAttention(4, 2, batch_first=True).double()
    x = np.random.default_rng(0).normal(size=(1, 3, 4))
    other = x.copy()
    other[:, 2] = 100.0
    padding = kind == "key_padding_mask"
    mask = np.array([[False, False, True]]) if padding else ~np.tri(3, dtype=bool)
    y = layer(x, x, x, **{kind: mask})[0].numpy()
    z = layer(x, other, other, **{kind: mask})[0].numpy()
    assert_allclose(y[:, :2], z[:, :2], rtol=1e-12)
    if kind == "attn_mask":
        assert_allclose(y[:, :2], layer(x, x, x, is_causal=True)[0].numpy()[:, :2])


def test_attention_without_positions_does_not_see_order():
    tz.manual_seed(0)
    layer = nn.MultiheadAttention(4, 2, batch_first=True).double()
    x = np.random.default_rng(0).normal(size=(1, 5, 4))
    order = np.array([3, 1, 4, 0, 2])
    y, z = layer(x, x, x)[0].numpy(), layer(x[:, order], x[:, order], x[:, order])[0].numpy()
    assert_allclose(y[:, order], z, rtol=1e-12)


def test_weights_are_drawn_as_xavier_says():
    tz.manual_seed(0)
    layer = nn.MultiheadAttention(64, 4)
    bound = np.sqrt(6 / (64 + 192))
    drawn = layer.in_proj_weight.numpy()
    assert 0.98 * bound < np.abs(drawn).max() <= bound
    assert (layer.in_proj_bias.numpy() == 0).all()
    assert (layer.out_proj.bias.numpy() == 0).all()


def test_sinusoids_are_those_of_the_paper():
    table = F.sinusoids(7, 6, dtype=np.float64).numpy()
    for t in range(7):
        for i in range(3):
            angle = t / 10000 ** (2 * i / 6)
            assert_allclose(table[t, 2 * i : 2 * i + 2], [np.sin(angle), np.cos(angle)])
    x = np.ones((2, 7, 6))
    assert_allclose(nn.SinusoidalPositions(6)(x).numpy(), x + table)
    first = nn.SinusoidalPositions(6, batch_first=False)(x.transpose(1, 0, 2)).numpy()
    assert_allclose(first, (x + table).transpose(1, 0, 2))


@pytest.mark.parametrize("interleaved", [True, False])
def test_rotations_tell_differences_of_positions(interleaved):
    """⟨R_m q, R_n k⟩ depends on m − n alone, and lengths are kept."""
    rng = np.random.default_rng(0)
    q, k = rng.normal(size=(2, 1, 8))
    turn = nn.RotaryPositions(8, interleaved=interleaved)

    def product(m, n):
        return float((turn(q, m) * turn(k, n)).sum().item())

    assert product(5, 2) == pytest.approx(product(13, 10), rel=1e-12)
    assert abs(product(5, 2) - product(5, 3)) > 1e-6
    x = rng.normal(size=(2, 4, 8))
    lengths = np.linalg.norm(turn(x).numpy(), axis=-1)
    assert_allclose(lengths, np.linalg.norm(x, axis=-1), rtol=1e-12)
    assert_allclose(turn(x).numpy()[:, 3:], turn(x[:, 3:], offset=3).numpy(), rtol=1e-12)


def test_rotations_are_the_matrix_of_the_paper():
    x = np.random.default_rng(0).normal(size=(5, 4))
    got = F.rotary(x).numpy()
    for m in range(5):
        block = np.zeros((4, 4))
        for i in range(2):
            a = m * 10000 ** (-2 * i / 4)
            block[2 * i : 2 * i + 2, 2 * i : 2 * i + 2] = [
                [np.cos(a), -np.sin(a)],
                [np.sin(a), np.cos(a)],
            ]
        assert_allclose(got[m], block @ x[m], rtol=1e-12)


X = np.zeros((2, 3, 4), np.float32)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: nn.MultiheadAttention(4, 3), "attention-heads"),
        (lambda: nn.MultiheadAttention(0, 1), "layer-size"),
        (lambda: nn.MultiheadAttention(4, 2, dropout=-1), "dropout-p"),
        (lambda: nn.MultiheadAttention(4, 2)(X[0], X, X), "attention-rank"),
        (lambda: nn.MultiheadAttention(8, 2)(X, X, X), "attention-width"),
        (lambda: nn.MultiheadAttention(4, 2)(X, X[:1], X), "attention-batch"),
        (lambda: nn.MultiheadAttention(4, 2)(X, X, X, attn_mask=X), "attention-attn-mask"),
        (lambda: nn.MultiheadAttention(4, 2)(X, X, X, X[0]), "attention-padding"),
        (lambda: F.scaled_dot_product_attention(X, X[..., :2], X), "attention-shapes"),
        (lambda: F.scaled_dot_product_attention(X, X, X[:, :2]), "attention-values"),
        (lambda: F.scaled_dot_product_attention(X, X, X, np.zeros((5, 3, 3))), "broadcast"),
        (lambda: F.scaled_dot_product_attention(X, X[:, :1], X[:, :1], np.zeros((3, 4))),
         "attention-mask"),
        (lambda: F.scaled_dot_product_attention(X, X, X, X, is_causal=True),
         "attention-causal-mask"),
        (lambda: F.scaled_dot_product_attention(X, X, X, dropout_p=2), "dropout-p"),
        (lambda: F.scaled_dot_product_attention(X[None, [0, 1, 1]], X[None], X[None],
                                                enable_gqa=True), "attention-gqa"),
        (lambda: nn.SinusoidalPositions(3), "positions-odd"),
        (lambda: nn.RotaryPositions(4)(np.zeros((3, 6))), "positions-width"),
        (lambda: nn.SinusoidalPositions(4)(np.zeros((3, 6))), "positions-width"),
        (lambda: F.rotary(np.zeros(4)), "positions-rank"),
    ],
)  # fmt: skip
def test_wrong_arguments_are_refused(make, code):
    with pytest.raises((ArgumentError, ShapeError)) as caught:
        make()
    assert caught.value.code == code

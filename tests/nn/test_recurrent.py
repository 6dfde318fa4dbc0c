"""RNN, LSTM, GRU and their cells: equal to PyTorch's, and to their equations by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nn.peers import assert_answers, assert_slopes, twins, variables

import tiza as tz
from tiza import nn
from tiza.errors import ArgumentError, ShapeError
from tiza.lang.tensor import as_tensor

KINDS = ["RNN", "LSTM", "GRU"]


@st.composite
def layers(draw):
    """A kind of layer with options and the sizes of a batch, degenerate ones included."""
    kind = draw(st.sampled_from(KINDS))
    many = draw(st.integers(1, 3))
    options = {
        "num_layers": many,
        "bias": draw(st.booleans()),
        "batch_first": draw(st.booleans()),
        "bidirectional": draw(st.booleans()),
    }
    hidden = draw(st.integers(1, 4))
    if kind == "RNN":
        options["nonlinearity"] = draw(st.sampled_from(["tanh", "relu"]))
    if kind == "LSTM" and hidden > 1:
        options["proj_size"] = draw(st.integers(0, hidden - 1))
    wide = draw(st.integers(1, 4))
    return kind, (wide, hidden), options, draw(st.integers(1, 5)), draw(st.integers(1, 3))


def states(kind, args, options, n, rng):
    ways = options["num_layers"] * (2 if options["bidirectional"] else 1)
    given = options.get("proj_size") or args[1]
    lead = (ways,) if n is None else (ways, n)
    wide = [given, args[1]] if kind == "LSTM" else [given]
    return [rng.normal(size=(*lead, w)) for w in wide]


def joined(kind, found):
    return tuple(found) if kind == "LSTM" else found[0]


def assert_equal(case, dtype, with_state, unbatched=False):
    kind, args, options, steps, n = case
    rng = np.random.default_rng(0)
    shape = (n, steps, args[0]) if options["batch_first"] else (steps, n, args[0])
    if unbatched:
        shape, n = (steps, args[0]), None
    arrays = [rng.normal(size=shape)]
    arrays += states(kind, args, options, n, rng) if with_state else []
    ours, theirs = twins(kind, args, options, dtype)
    mine, peers = variables(arrays, dtype)
    state = [joined(kind, s[1:]) if with_state else None for s in (mine, peers)]
    got, want = ours(mine[0], state[0]), theirs(peers[0], state[1])
    assert_answers(got, want, dtype)
    assert_slopes(got, want, mine, peers, (ours, theirs), dtype)


@pytest.mark.peer
@settings(max_examples=60, deadline=None, derandomize=True)
@given(layers(), st.booleans(), st.booleans())
def test_layers_equal_pytorch(case, with_state, unbatched):
    pytest.importorskip("torch")
    assert_equal(case, "float64", with_state, unbatched)


@pytest.mark.peer
@pytest.mark.filterwarnings("ignore:LSTM with projections:UserWarning")
@settings(max_examples=15, deadline=None, derandomize=True)
@given(layers())
def test_layers_equal_pytorch_in_float32(case):
    pytest.importorskip("torch")
    assert_equal(case, "float32", with_state=True)


@pytest.mark.peer
@settings(max_examples=30, deadline=None, derandomize=True)
@given(layers(), st.data())
def test_packed_sequences_equal_pytorch(case, data):
    torch = pytest.importorskip("torch")
    kind, args, options, steps, n = case
    lengths = data.draw(st.lists(st.integers(1, steps), min_size=n, max_size=n))
    rng = np.random.default_rng(0)
    first = options["batch_first"]
    shape = (n, steps, args[0]) if first else (steps, n, args[0])
    arrays = [rng.normal(size=shape), *states(kind, args, options, n, rng)]
    ours, theirs = twins(kind, args, options)
    mine, peers = variables(arrays, "float64")
    answers = []
    for lib, layer, (x, *s) in ((nn, ours, mine), (torch.nn, theirs, peers)):
        rnn = lib.utils.rnn
        many = lengths if lib is nn else torch.tensor(lengths)
        packed = rnn.pack_padded_sequence(x, many, first, enforce_sorted=False)
        y, last = layer(packed, joined(kind, s))
        padded, long = rnn.pad_packed_sequence(y, first, -1.0, total_length=steps)
        assert long.tolist() == lengths
        answers.append((y.data, padded, last))
    assert_answers(*answers, "float64")
    assert_slopes(*answers, mine, peers, (ours, theirs), "float64")
    y, last = ours(mine[0], joined(kind, mine[1:]), lengths=lengths)
    inside = np.arange(steps) < np.array(lengths)[:, None]
    inside = (inside if first else inside.T)[..., None]
    assert_answers((tz.where(as_tensor(inside), y, -1.0), last), answers[1][1:], "float64")
    assert (y.numpy()[~inside[..., 0]] == 0).all()


@pytest.mark.peer
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("lead", [(3,), (1,), (0,), ()])
@pytest.mark.parametrize("with_state", [True, False])
@pytest.mark.parametrize("kind", ["RNNCell", "LSTMCell", "GRUCell"])
def test_cells_equal_pytorch(kind, with_state, lead, bias, dtype):
    pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    ours, theirs = twins(kind, (4, 3), {"bias": bias}, dtype)
    many = (2 if kind == "LSTMCell" else 1) * with_state
    arrays = [rng.normal(size=(*lead, 4)), *(rng.normal(size=(*lead, 3)) for _ in range(many))]
    mine, peers = variables(arrays, dtype)
    hx = [joined(kind[:-4], s[1:]) if with_state else None for s in (mine, peers)]
    got, want = ours(mine[0], hx[0]), theirs(peers[0], hx[1])
    assert_answers(got, want, dtype)
    assert_slopes(got, want, mine, peers, (ours, theirs), dtype)


@pytest.mark.parametrize("kind", KINDS)
def test_a_sequence_of_length_0_keeps_its_state(kind):
    tz.manual_seed(0)
    layer = getattr(nn, kind)(2, 3, bidirectional=True).double()
    rng = np.random.default_rng(0)
    x = rng.normal(size=(4, 3, 2))
    start = states(kind, (2, 3), {"num_layers": 1, "bidirectional": True}, 3, rng)
    y, last = layer(x, joined(kind, start), lengths=[4, 0, 1])
    ends = last if kind == "LSTM" else (last,)
    for end, begin in zip(ends, start, strict=True):
        np.testing.assert_array_equal(end.numpy()[:, 1], begin[:, 1])
    assert (y.numpy()[:, 1] == 0).all()
    alone, end = layer(x[:1, 2:], joined(kind, [s[:, 2:] for s in start]))
    np.testing.assert_allclose(y.numpy()[:1, 2:], alone.numpy())
    np.testing.assert_allclose(ends[0].numpy()[:, 2:], (end[0] if kind == "LSTM" else end).numpy())


@pytest.mark.parametrize("kind", KINDS)
def test_what_stands_in_the_padding_does_not_matter(kind):
    layer = getattr(nn, kind)(2, 3, num_layers=2, bidirectional=True).double()
    x = np.random.default_rng(0).normal(size=(5, 2, 2))
    other = x.copy()
    other[3:, 1] = 1e6
    y, last = layer(x, lengths=[5, 3])
    z, end = layer(other, lengths=[5, 3])
    np.testing.assert_array_equal(y.numpy(), z.numpy())
    np.testing.assert_array_equal(np.asarray(last[0]), np.asarray(end[0]))


@pytest.mark.parametrize("kind", KINDS)
def test_slopes_are_right_through_the_mask(kind):
    tz.manual_seed(0)
    layer = getattr(nn, kind)(2, 2, bidirectional=True).double()
    x = np.random.default_rng(0).normal(size=(3, 2, 2))
    tz.check_grad(lambda x: layer(x, lengths=[3, 1])[0].sum(), tz.tensor(x))


def test_the_graph_does_not_grow_with_time():
    from tiza.graph import walk

    layer = nn.LSTM(2, 3, num_layers=2)
    sizes = [len(list(walk([layer(tz.zeros((t, 1, 2)))[0].node]))) for t in (3, 50)]
    assert sizes[0] == sizes[1]


def test_dropout_stands_between_layers_and_only_in_training():
    tz.manual_seed(0)
    layer = nn.GRU(2, 8, num_layers=2, dropout=0.9)
    x = tz.random.normal((3, 2, 2))
    assert not np.allclose(layer(x)[0].numpy(), layer(x)[0].numpy())
    layer.eval()
    np.testing.assert_array_equal(layer(x)[0].numpy(), layer(x)[0].numpy())
    with pytest.warns(UserWarning, match="num_layers=1"):
        nn.GRU(2, 3, dropout=0.5)


def test_no_time_at_all_gives_no_output():
    y, h = nn.GRU(2, 3)(tz.zeros((0, 4, 2)))
    assert y.shape == (0, 4, 3)
    assert (h.numpy() == 0).all()


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: nn.RNN(2, 0), "layer-size"),
        (lambda: nn.RNN(0, 2), "layer-size"),
        (lambda: nn.GRU(2, 3, num_layers=0), "layer-size"),
        (lambda: nn.LSTM(2.5, 3), "layer-size"),
        (lambda: nn.LSTM(2, 3, dropout=2), "dropout-p"),
        (lambda: nn.LSTM(2, 3, proj_size=3), "rnn-projection"),
        (lambda: nn.RNN(2, 3, nonlinearity="sin"), "rnn-choice"),
        (lambda: nn.RNNCell(2, 3, nonlinearity="sin"), "rnn-choice"),
        (lambda: nn.GRU(2, 3)(tz.zeros((4, 2, 5))), "rnn-input"),
        (lambda: nn.GRUCell(2, 3)(tz.zeros((4, 5))), "rnn-input"),
        (lambda: nn.GRU(2, 3)(tz.zeros((4, 2, 2)), tz.zeros((1, 1, 3))), "rnn-state"),
        (lambda: nn.GRUCell(2, 3)(tz.zeros((4, 2)), tz.zeros((1, 3))), "rnn-state"),
        (lambda: nn.GRU(2, 3)(tz.zeros((4, 1, 2)), (tz.zeros((1, 1, 3)),)), "rnn-states"),
        (lambda: nn.LSTM(2, 3)(tz.zeros((4, 1, 2)), tz.zeros((1, 1, 3))), "rnn-states"),
        (lambda: nn.LSTMCell(2, 3)(tz.zeros((4, 2)), tz.zeros((4, 3))), "rnn-states"),
        (lambda: nn.GRU(2, 3)(tz.zeros((4, 1, 2)), lengths=[5]), "lengths-range"),
        (lambda: nn.GRU(2, 3)(tz.zeros((4, 1, 2)), lengths=[1, 2]), "lengths-shape"),
        (lambda: nn.GRU(2, 3)(nn.utils.rnn.pack_sequence([tz.zeros((2, 2))]), lengths=[2]),
         "rnn-packed-lengths"),
    ],
)  # fmt: skip
def test_wrong_arguments_are_refused(make, code):
    with pytest.raises((ArgumentError, ShapeError)) as caught:
        make()
    assert caught.value.code == code


def test_the_table_counts_every_step():
    inputs, step = 2 * 10 * 4 * 3 + 30 + 30, 2 * 2 * 3 * 3 + 6 + 6
    assert nn.RNN(4, 3).summary((5, 2, 4)).flops == inputs + 5 * step


def test_repr_shows_what_differs_from_the_defaults():
    assert repr(nn.LSTM(2, 3, bidirectional=True)) == "LSTM(2, 3, bidirectional=True)"
    assert repr(nn.GRUCell(2, 3, bias=False)) == "GRUCell(2, 3, bias=False)"


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRUCell])
def test_parameters_are_drawn_within_one_over_the_root_of_the_width(kind):
    layer = kind(2, 16)
    before = [p.numpy().copy() for p in layer.parameters()]
    layer.reset_parameters()
    for p, old in zip(layer.parameters(), before, strict=True):
        for drawn in (p.numpy(), old):
            assert 0.15 < np.abs(drawn).max() <= 0.25
        assert not np.array_equal(p.numpy(), old)

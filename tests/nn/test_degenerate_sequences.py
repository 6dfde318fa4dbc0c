"""Nothing at all, one of each: sequence layers agree with PyTorch at the ends of their range."""

import numpy as np
import pytest
from nn.peers import assert_answers, assert_slopes, twins, variables

from tiza.nn import functional as F

pytestmark = pytest.mark.peer
FIRST = {"batch_first": True}
NOBODY, NOTHING, ALONE = (0, 3, 4), (3, 0, 4), (1, 1, 4)  # batch, time, width
CASES = [
    *[(kind, (2, 3), {}, [(4, 0, 2)]) for kind in ("RNN", "LSTM", "GRU")],
    *[(kind, (2, 3), {"bidirectional": True}, [(1, 1, 2)]) for kind in ("RNN", "LSTM", "GRU")],
    *[("MultiheadAttention", (4, 2), FIRST, [s] * 3) for s in (NOBODY, NOTHING, ALONE)],
    ("MultiheadAttention", (4, 2), FIRST, [(2, 3, 4), (2, 0, 4), (2, 0, 4)]),
    ("MultiheadAttention", (1, 1), FIRST, [(2, 3, 1)] * 3),
    *[("TransformerEncoderLayer", (4, 2, 5, 0.0), FIRST, [s]) for s in (NOBODY, NOTHING, ALONE)],
    ("TransformerDecoderLayer", (4, 2, 5, 0.0), FIRST, [(2, 3, 4), (2, 0, 4)]),
    ("TransformerDecoderLayer", (4, 2, 5, 0.0), FIRST, [(2, 0, 4), (2, 3, 4)]),
    ("Bilinear", (3, 2, 4), {}, [(0, 3), (0, 2)]),
]


@pytest.mark.parametrize(("name", "args", "options", "shapes"), CASES)
def test_layer(name, args, options, shapes):
    pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    ours, theirs = twins(name, args, options)
    mine, peers = variables([rng.normal(size=s) for s in shapes], "float64")
    got, want = ours(*mine), theirs(*peers)
    assert_answers(got, want, "float64")
    assert_slopes(got, want, mine, peers, (ours, theirs), "float64")


@pytest.mark.parametrize(
    ("shapes", "options"),
    [
        ([(2, 0, 3), (2, 4, 3), (2, 4, 3)], {}),
        ([(2, 2, 3), (2, 0, 3), (2, 0, 3)], {}),
        ([(0, 2, 3), (0, 4, 3), (0, 4, 3)], {}),
        ([(2, 2, 3), (2, 4, 3), (2, 4, 0)], {}),
        ([(1, 2, 3), (5, 4, 3), (5, 4, 3)], {}),
        ([(3, 1, 2, 3), (1, 2, 4, 3), (1, 2, 4, 3)], {}),
        ([(2, 2, 3), (2, 4, 3), (2, 4, 3)], {"scale": 0.0}),
        ([(2, 5, 3), (2, 2, 3), (2, 2, 3)], {"is_causal": True}),
    ],
)
def test_product(shapes, options):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    mine, peers = variables([rng.normal(size=s) for s in shapes], "float64")
    got = F.scaled_dot_product_attention(*mine, **options)
    want = torch.nn.functional.scaled_dot_product_attention(*peers, **options)
    assert_answers(got, want, "float64")
    assert_slopes(got, want, mine, peers, (None, None), "float64")

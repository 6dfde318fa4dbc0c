"""Graph layers against the formulas of their papers in dense NumPy, and their symmetries."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

import tiza as tz
from tiza import nn
from tiza.errors import TizaError
from tiza.graph import COMPOSITES, constant


@st.composite
def graphs(draw):
    """Node features and a list of edges without repetitions; some nodes stand alone."""
    n = draw(st.integers(1, 6))
    pairs = st.tuples(st.integers(0, n - 1), st.integers(0, n - 1))
    edges = draw(st.lists(pairs, max_size=12, unique=True))
    rng = np.random.default_rng(draw(st.integers(0, 100)))
    return rng.normal(size=(n, 3)), np.array(edges, np.int64).reshape(-1, 2).T


def adjacency(edges, n, weights=None):
    """a[i, j] is the weight of the edge from j to i."""
    a = np.zeros((n, n))
    np.add.at(a, (edges[1], edges[0]), 1.0 if weights is None else weights)
    return a


def doubled(layer):
    tz.manual_seed(0)
    made = layer().double()
    rng = np.random.default_rng(0)
    for p in made.parameters():
        p.data = rng.normal(size=p.shape)
    return made


drawn = settings(max_examples=40, deadline=None, derandomize=True)


@drawn
@given(graphs(), st.booleans(), st.booleans())
def test_gcn_is_kipf_and_welling(graph, loops, weighted):
    x, edges = graph
    w = np.random.default_rng(1).uniform(0.5, 2, edges.shape[1]) if weighted else None
    layer = doubled(lambda: nn.GCNConv(3, 2, add_self_loops=loops))
    a = adjacency(edges, len(x), w) + (np.eye(len(x)) if loops else 0)
    degree = a.sum(1)
    root = np.divide(1, np.sqrt(degree), where=degree > 0, out=np.zeros(len(x)))
    want = root[:, None] * a * root @ x @ layer.lin.weight.numpy().T + layer.bias.numpy()
    assert_allclose(layer(x, edges, w).numpy(), want, rtol=1e-10, atol=1e-12)
    plain = doubled(lambda: nn.GCNConv(3, 2, add_self_loops=loops, normalize=False, bias=False))
    want = a @ x @ plain.lin.weight.numpy().T
    assert_allclose(plain(x, edges, w).numpy(), want, rtol=1e-10, atol=1e-12)


@drawn
@given(graphs(), st.sampled_from(["mean", "max", "sum", "add"]), st.booleans())
def test_sage_is_hamilton(graph, aggr, normalize):
    x, edges = graph
    layer = doubled(lambda: nn.SAGEConv(3, 2, aggr=aggr, normalize=normalize))
    reduced = {"mean": np.mean, "max": np.max, "sum": np.sum, "add": np.sum}[aggr]
    around = np.zeros_like(x)
    for i in range(len(x)):
        neighbours = edges[0, edges[1] == i]
        if len(neighbours):
            around[i] = reduced(x[neighbours], axis=0)
    joined = np.hstack([layer.lin_r.weight.numpy(), layer.lin_l.weight.numpy()])  # W [x ‖ a]
    want = np.hstack([x, around]) @ joined.T + layer.lin_l.bias.numpy()
    if normalize:
        want /= np.linalg.norm(want, axis=1, keepdims=True)
    assert_allclose(layer(x, edges).numpy(), want, rtol=1e-10, atol=1e-12)


@drawn
@given(graphs(), st.booleans(), st.integers(1, 3), st.booleans())
def test_gat_is_velickovic(graph, loops, heads, joined):
    x, edges = graph
    layer = doubled(lambda: nn.GATConv(3, 2, heads, joined, add_self_loops=loops))
    n = len(x)
    sees = adjacency(edges, n) + (np.eye(n) if loops else 0) > 0  # the set N_i
    w = layer.lin.weight.numpy().reshape(heads, 2, 3)
    outs = []
    for k in range(heads):
        h = x @ w[k].T
        a = np.concatenate([layer.att_dst.numpy()[0, k], layer.att_src.numpy()[0, k]])
        y = np.zeros((n, 2))
        for i in range(n):
            seen = np.flatnonzero(sees[i])
            if not len(seen):
                continue
            e = np.array([a @ np.concatenate([h[i], h[j]]) for j in seen])
            e = np.where(e > 0, e, 0.2 * e)
            alpha = np.exp(e - e.max())
            y[i] = alpha / alpha.sum() @ h[seen]
        outs.append(y)
    want = np.hstack(outs) if joined else np.mean(outs, axis=0)
    got, (_, alpha) = layer(x, edges, return_attention_weights=True)
    assert_allclose(got.numpy(), want + layer.bias.numpy(), rtol=1e-10, atol=1e-12)
    if loops:
        assert alpha.numpy().sum(0) == pytest.approx([n] * heads)


@drawn
@given(graphs(), st.floats(-0.5, 2.0, width=32), st.booleans())
def test_gin_is_xu(graph, eps, trained):
    x, edges = graph
    layer = doubled(lambda: nn.GINConv(nn.Linear(3, 2), eps, trained))
    eps = layer.eps.item()
    inner = (1 + eps) * x + adjacency(edges, len(x)) @ x
    want = inner @ layer.nn.weight.numpy().T + layer.nn.bias.numpy()
    assert_allclose(layer(x, edges).numpy(), want, rtol=1e-10, atol=1e-12)
    assert ("eps" in dict(layer.named_parameters())) == trained
    assert "eps" in layer.state_dict()


LAYERS = {
    "gcn": lambda: nn.GCNConv(3, 2),
    "sage": lambda: nn.SAGEConv(3, 2),
    "sage-max": lambda: nn.SAGEConv(3, 2, aggr="max", root_weight=False),
    "gat": lambda: nn.GATConv(3, 2, heads=2),
    "gin": lambda: nn.GINConv(nn.Linear(3, 2), train_eps=True),
}


@pytest.mark.parametrize("name", LAYERS)
@drawn
@given(graphs(), st.randoms(use_true_random=False))
def test_new_numbers_for_the_nodes_only_move_the_answer(name, graph, random):
    x, edges = graph
    order = list(range(len(x)))
    random.shuffle(order)
    layer = doubled(LAYERS[name])
    place = np.argsort(order)  # node i stands at place[i] afterwards
    y, z = layer(x, edges).numpy(), layer(x[order], place[edges]).numpy()
    assert_allclose(z, y[order], rtol=1e-9, atol=1e-12)
    shuffled = edges[:, np.random.default_rng(0).permutation(edges.shape[1])]
    assert_allclose(layer(x, shuffled).numpy(), y, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", LAYERS)
def test_slopes_are_right(name):
    layer = doubled(LAYERS[name])
    x = np.random.default_rng(0).normal(size=(4, 3))
    edges = np.array([[0, 1, 2, 0, 2], [1, 0, 1, 2, 2]])
    tz.check_grad(lambda x: (layer(x, edges) ** 2).sum(), tz.tensor(x))
    (layer(x, edges) ** 2).sum().backward()
    assert all(p.grad is not None for p in layer.parameters())


def test_attention_of_a_graph_is_dropped_in_training_only():
    tz.manual_seed(0)
    layer = nn.GATConv(3, 2, dropout=0.5)
    x, edges = tz.ones((6, 3)), [[0, 1, 2, 3, 4], [1, 2, 3, 4, 5]]
    assert not np.allclose(layer(x, edges).numpy(), layer.eval()(x, edges).numpy())
    assert_allclose(layer(x, edges).numpy(), layer(x, edges).numpy())


def test_names_and_shapes_are_pytorch_geometrics():
    shapes = {k: v.shape for k, v in nn.GATConv(5, 2, heads=3).state_dict().items()}
    assert shapes == {"att_src": (1, 3, 2), "att_dst": (1, 3, 2), "bias": (6,),
                      "lin.weight": (6, 5)}  # fmt: skip
    assert set(nn.GCNConv(5, 2).state_dict()) == {"bias", "lin.weight"}
    assert set(nn.SAGEConv(5, 2).state_dict()) == {"lin_l.weight", "lin_l.bias", "lin_r.weight"}


X = np.ones((2, 3), np.float32)
EDGES = [[0], [1]]


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: nn.GCNConv(0, 2), "layer-size"),
        (lambda: nn.SAGEConv(3, 2, aggr="median"), "graph-aggregation"),
        (lambda: nn.GATConv(3, 2, heads=0), "layer-size"),
        (lambda: nn.GATConv(3, 2, dropout=2), "dropout-p"),
        (lambda: nn.GINConv(len), "graph-network"),
        (lambda: nn.GCNConv(3, 2)(X[0], EDGES), "graph-nodes"),
        (lambda: nn.GCNConv(3, 2)(X, [[0, 1]]), "graph-edges"),
        (lambda: nn.GCNConv(3, 2)(X, [[0.0], [1.0]]), "segments-type"),
        (lambda: nn.GCNConv(3, 2)(X, [[0], [2]]), "graph-node"),
        (lambda: nn.SAGEConv(3, 2)(X, [[-1], [0]]), "graph-node"),
        (lambda: nn.GCNConv(3, 2)(X, EDGES, [1.0, 2.0]), "edge-weights"),
        (lambda: nn.GCNConv(4, 2)(X, EDGES), "linear-inner"),
    ],
)
def test_wrong_arguments_are_refused(make, code):
    with pytest.raises(TizaError) as caught:
        make()
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("prim", "inputs", "code"),
    [
        ("propagate", (X, np.array([0.5]), np.array([1]), np.ones(1, "f4")), "segments-type"),
        ("propagate", (X, np.array([0]), np.array([1, 0]), np.ones(1, "f4")), "edge-lists"),
        ("propagate", (X, np.array([0]), np.array([1]), np.ones(2, "f4")), "edge-weights"),
    ],
)
def test_edges_that_do_not_fit_are_refused_by_the_formula_itself(prim, inputs, code):
    with pytest.raises(TizaError) as caught:
        COMPOSITES[prim](*(constant(x) for x in inputs))
    assert caught.value.code == code


def test_layers_show_their_widths():
    assert "5, 2, aggr='mean'" in repr(nn.SAGEConv(5, 2))
    assert "5, 2, heads=3" in repr(nn.GATConv(5, 2, 3))

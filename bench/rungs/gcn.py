"""A graph convolutional network on Cora, the whole graph at each step."""

import warnings
from functools import cache
from typing import Any

import numpy as np

from bench.rung import Array, Data, Rung, cross_entropy
from bench.sources import papers


@cache
def graph() -> tuple[Data, Array, Array, Array]:
    """The nodes that are told with their topics; all words; D^−½(A + I)D^−½ as edges, weights."""
    rows, edges = papers()
    loops = np.arange(len(rows))
    source, target = (np.concatenate([side, loops]) for side in edges)
    degree = np.bincount(target, minlength=len(rows)).astype(np.float32)
    weights = 1 / np.sqrt(degree[source] * degree[target])
    told = np.flatnonzero(rows.y >= 0)
    nodes = Data((told,), rows.y[told], rows.source)
    return nodes, rows.xs[0], np.stack([source, target]), weights.astype(np.float32)


def convolutions(lib: Any) -> Any:
    """The layer 1433-16 and the layer 16-7, each a function of the features of all nodes.

    PyTorch multiplies by a sparse matrix, the fastest that it has.
    """
    nn = lib.nn
    _, words, edges, weights = graph()
    if lib.__name__ != "torch":

        class Layer(nn.GCNConv):
            def forward(self, x: Any) -> Any:
                return super().forward(x, edges, weights)

        plain = {"add_self_loops": False, "normalize": False}
        return Layer(1433, 16, **plain), Layer(16, 7, **plain)

    shape = (len(words), len(words))
    with warnings.catch_warnings():  # PyTorch calls this format new
        warnings.simplefilter("ignore")
        matrix = lib.sparse_coo_tensor(edges[::-1].copy(), weights, shape).coalesce()
        matrix = matrix.to_sparse_csr()

    class Product(nn.Module):
        def __init__(self, inner: int, outer: int) -> None:
            super().__init__()
            self.lin = nn.Linear(inner, outer, bias=False)
            self.bias = nn.Parameter(lib.zeros(outer))

        def forward(self, x: Any) -> Any:
            return lib.sparse.mm(matrix, self.lin(x)) + self.bias

    return Product(1433, 16), Product(16, 7)


def model(lib: Any) -> Any:
    """1433-16-7 with ReLU over the whole graph; the answer for the nodes that are asked for."""
    nn = lib.nn
    words = graph()[1]
    given = lib.from_numpy(words) if lib.__name__ == "torch" else lib.tensor(words)

    class GCN(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = convolutions(lib)

        def forward(self, nodes: Any) -> Any:
            hidden = nn.functional.relu(self.first(given))
            return self.second(hidden)[nodes]

    return GCN()


def loss(kit: Any, w: Any, nodes: Any, y: Any) -> Any:
    """The same for JAX, with sums over the edges."""
    _, words, (source, target), weights = graph()

    def convolution(name: str, x: Any) -> Any:
        sent = (x @ w[f"{name}.lin.weight"].T)[source] * weights[:, None]
        got = kit.segment_sum(sent, target, num_segments=len(words))
        return got + w[f"{name}.bias"]

    hidden = kit.relu(convolution("first", words))
    return kit.cross_entropy(convolution("second", hidden)[nodes], y)


RUNG = Rung(
    name="gcn",
    title="GCN 1433-16-7 on Cora, the whole graph",
    batch=140,
    data=lambda: graph()[0],
    model=model,
    loss=cross_entropy,
    jax=loss,
    note=(
        "The normalised links are made once, before training, for all.",
        "Los enlaces normalizados se calculan una sola vez, antes de entrenar, para todos.",
    ),
)

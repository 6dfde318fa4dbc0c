"""The cells of recurrent networks as composites: one step of time, as its equation."""

from __future__ import annotations

from typing import Any

from tiza.graph import PRIMITIVES as P
from tiza.graph import Node, composite
from tiza.graph.primitive import Sample
from tiza.graph.prims import elementwise as e
from tiza.graph.types import DType, Shape
from tiza.nn.affine import linear


def _gates(a: Node, many: int) -> list[Node]:
    """The equal parts of the last axis."""
    n = a.shape[-1] // many
    lead = a.shape[:-1]
    return [
        P["slice"](a, starts=(*(0,) * len(lead), k * n), stops=(*lead, (k + 1) * n),
                   steps=(1,) * a.ndim)
        for k in range(many)
    ]  # fmt: skip


def _like(i: int) -> Any:
    def infer(*xs: Node, **attrs: str) -> tuple[Shape, DType]:
        return xs[i].shape, xs[i].dtype

    return infer


def _cell_samples(gates: int, **attrs: Any) -> Any:
    def samples(rng: Any) -> list[Sample]:
        found: list[Sample] = []
        for lead, n, bias in [((2,), 3, True), ((1,), 1, False), ((0,), 2, True)]:
            shapes = [(*lead, gates * n), (*lead, n), (gates * n, n), *([(gates * n,)] * bias)]
            found.append((tuple(rng.normal(size=s) for s in shapes), attrs))
        return found

    return samples


def _lstm_samples(rng: Any) -> list[Sample]:
    shapes: list[tuple[tuple[int, ...], int]] = [((2,), 3), ((2, 3), 1), ((0,), 2)]
    return [((rng.normal(size=(*s, 4 * n)), rng.normal(size=(*s, n))), {}) for s, n in shapes]


def _rnn(p: Node, h: Node, w: Node, *b: Node, nonlinearity: str) -> Node:
    return P[nonlinearity](p + linear(h, w, *b))


def _gru(p: Node, h: Node, w: Node, *b: Node) -> Node:
    (p_r, p_z, p_n), (a_r, a_z, a_n) = _gates(p, 3), _gates(linear(h, w, *b), 3)
    r, z = e.sigmoid(p_r + a_r), e.sigmoid(p_z + a_z)
    n = e.tanh(p_n + r * a_n)
    return n + z * (h - n)


def _memory(a: Node, c: Node) -> Node:
    i, f, g, _ = _gates(a, 4)
    return e.sigmoid(f) * c + e.sigmoid(i) * e.tanh(g)


def _output(a: Node, c: Node) -> Node:
    return e.sigmoid(_gates(a, 4)[3]) * e.tanh(c)


rnn_cell = composite(
    "rnn_cell", _rnn, infer=_like(1), samples=_cell_samples(1, nonlinearity="tanh"),
    latex=r"\phi({0} + {2}\,{1})", says="h′ = φ(p + W h + b), p being the input's share",
)  # fmt: skip
gru_cell = composite(
    "gru_cell", _gru, infer=_like(1), samples=_cell_samples(3),
    latex=r"(1 - z) \odot n + z \odot {1}",
    says="h′ = (1 − z) ⊙ n + z ⊙ h with r, z = σ(p + W h + b), n = tanh(p + r ⊙ (W h + b)); "
    "Cho et al. 2014, arXiv:1406.1078, with the reset after the product as in PyTorch",
)  # fmt: skip
lstm_memory = composite(
    "lstm_memory", _memory, infer=_like(1), samples=_lstm_samples,
    latex=r"\sigma({0}_f) \odot {1} + \sigma({0}_i) \odot \tanh({0}_g)",
    says="c′ = σ(f) ⊙ c + σ(i) ⊙ tanh(g), the gates (i, f, g, o) standing side by side; "
    "Hochreiter & Schmidhuber 1997 with the forget gate of Gers et al. 2000",
)  # fmt: skip
lstm_output = composite(
    "lstm_output", _output, infer=_like(1), samples=_lstm_samples,
    latex=r"\sigma({0}_o) \odot \tanh({1})",
    says="h′ = σ(o) ⊙ tanh(c′), the gates (i, f, g, o) standing side by side",
)  # fmt: skip

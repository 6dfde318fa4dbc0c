"""The mistakes that students make in one local derivative, as other shares of the cotangent.

Each row of `MUTANTS` belongs to one primitive and gives, for the input k of a node, what a
student would have carried back instead of the true share. `g` is the cotangent of the answer
y. The rank says how common a mistake is: among several that explain an answer, the commonest
is named.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tiza.graph import COMPOSITES, PRIMITIVES, Node
from tiza.graph.prims.contraction import transposed
from tiza.readings.blackboard.twin import COUNT

EACH = {
    "tanh", "sigmoid", "relu", "exp", "log", "sqrt", "sin", "cos", "tan", "softplus", "abs", "erf",
    "sinh", "cosh", "asinh", "atan", "log1p", "expm1", "leaky_relu", "elu", "gelu", "silu",
    "gelu_tanh", "mish", "softsign", "selu", "hardtanh",
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """A wrong share: what kind of mistake it is, how common, and its value."""

    kind: str
    rank: int
    share: Node
    factor: float = 0.0  # for kinds that speak of a number


@dataclass(frozen=True)
class Edge:
    """Input k of a node, its true share, and the cotangent of the answer."""

    node: Node
    k: int
    g: Node
    share: Node
    shared: bool = False  # the input acts through other edges as well

    @property
    def x(self) -> Node:
        """The input itself."""
        return self.node.inputs[self.k]

    @property
    def other(self) -> Node:
        """The other of two inputs."""
        return self.node.inputs[1 - self.k]


Rule = Callable[[Edge], Iterator[Mutant]]
P = PRIMITIVES


def _activation(e: Edge) -> Iterator[Mutant]:
    x, y, g = e.x, e.node, e.g
    yield Mutant("dropped", 1, g)
    yield Mutant("function-for-derivative", 1, g * y)
    vjp, attrs = y.prim.vjp, y.attrs
    if vjp is not None:
        (again,) = vjp(g, y.prim(y, **attrs), y, **attrs)
        if again is not None:
            yield Mutant("at-activation", 1, again)
        (slope,) = vjp(g * 0 + 1, y, x, **attrs)
        if slope is not None:
            yield Mutant("twice", 3, e.share * slope)
            yield Mutant("divided", 4, g / slope)
    special = _SPECIAL.get(y.prim.name)
    if special is not None:
        yield from special(e)


def _sigmoid(e: Edge) -> Iterator[Mutant]:
    x, y, g = e.x, e.node, e.g
    yield Mutant("at-pre-activation", 1, g * (x * (1 - x)))
    yield Mutant("half", 1, g * (1 - y))
    yield Mutant("square-for-product", 2, g * (1 - y * y))
    yield Mutant("plus-for-minus", 2, g * (y * (1 + y)))


def _tanh(e: Edge) -> Iterator[Mutant]:
    x, y, g = e.x, e.node, e.g
    yield Mutant("at-pre-activation", 1, g * (1 - x * x))
    yield Mutant("square-forgotten", 1, g * (1 - y))
    yield Mutant("other-activation", 2, g * (y * (1 - y)))
    yield Mutant("plus-for-minus", 2, g * (1 + y * y))
    yield Mutant("half", 2, -(g * (y * y)))


def _relu(e: Edge) -> Iterator[Mutant]:
    positive = P["cast"](P["greater"](e.x, e.x * 0), dtype=e.x.dtype)
    yield Mutant("mask-inverted", 1, e.g * (1 - positive))
    yield Mutant("mask-of-gradient", 2, P["relu"](e.g))
    yield Mutant("input-for-derivative", 2, e.g * e.x)


def _log(e: Edge) -> Iterator[Mutant]:
    yield Mutant("input-for-derivative", 2, e.g * e.x)


def _exp(e: Edge) -> Iterator[Mutant]:
    yield Mutant("input-for-derivative", 2, e.g * e.x)


def _sqrt(e: Edge) -> Iterator[Mutant]:
    yield Mutant("half-forgotten", 1, e.share * 2, 0.5)


def _sine(e: Edge) -> Iterator[Mutant]:
    yield Mutant("sign", 1, -e.share)


_SPECIAL: dict[str, Rule] = {
    "sigmoid": _sigmoid, "tanh": _tanh, "relu": _relu, "log": _log, "exp": _exp, "sqrt": _sqrt,
    "cos": _sine, "sin": _sine,
}  # fmt: skip


def _subtract(e: Edge) -> Iterator[Mutant]:
    yield Mutant("sign" if e.k else "difference-reversed", 1 if e.k else 2, -e.share)


def _negative(e: Edge) -> Iterator[Mutant]:
    yield Mutant("sign", 1, -e.share)


def _multiply(e: Edge) -> Iterator[Mutant]:
    numbers = _numbers(e.other)
    if numbers:
        for n, _ in numbers:
            yield Mutant("number", 1, e.share / n, n)
            yield Mutant("number-twice", 2, e.share * n, n)
        return
    yield Mutant("dropped", 1, e.g)
    yield Mutant("own-factor", 2, e.g * e.x)
    if e.other.prim.name in EACH:
        yield Mutant("before-activation", 1, e.g * e.other.inputs[0])


def _divide(e: Edge) -> Iterator[Mutant]:
    if e.k == 0:
        numbers = _numbers(e.other)
        for n, count in numbers:
            kind, factor = ("mean-factor", n) if count else ("number", 1 / n)
            yield Mutant(kind, 1, e.share * n, factor)
            yield Mutant(f"{kind}-twice", 2, e.share / n, factor)
        if len(numbers) != 1:
            yield Mutant("dropped", 1, e.g)
        return
    yield Mutant("sign", 1, -e.share)
    yield Mutant("square-in-denominator", 1, e.share * e.x)
    yield Mutant("dropped", 2, -e.g)


def _numbers(node: Node) -> list[tuple[float, bool]]:
    """The numbers whose product a node is, and which of them count examples; none for others."""
    if node.shape == () and node.prim.name in ("literal", "constant") and node.value is not None:
        return [(float(node.value), node.name == COUNT)]
    if node.prim.name == "multiply":
        inner = [_numbers(i) for i in node.inputs]
        return inner[0] + inner[1] if all(inner) else []
    return []


def _pow(e: Edge) -> Iterator[Mutant]:
    numbers = _numbers(e.node.inputs[1])
    if e.k != 0 or not numbers:
        return
    n = math.prod(value for value, _ in numbers)
    if n:
        yield Mutant("exponent-factor", 1, e.share / n, n)
    yield Mutant("exponent-kept", 1, e.share * e.x, n)
    yield Mutant("dropped", 2, e.g)
    yield Mutant("function-for-derivative", 2, e.g * e.node)


def _matmul(e: Edge) -> Iterator[Mutant]:
    a, b, g = *e.node.inputs, e.g
    if a.ndim != 2 or b.ndim != 2:
        return
    if e.k == 0:
        yield from _products("transpose-missing", 1, (g, b), (transposed(g), b))
        yield from _products("order", 1, (b, g), (transposed(b), g), (transposed(b), transposed(g)))
    else:
        yield from _products("transpose-missing", 1, (a, g), (a, transposed(g)))
        yield from _products("order", 1, (g, a), (g, transposed(a)), (transposed(g), a))
    if e.other.prim.name in EACH:
        z = e.other.inputs[0]
        yield Mutant("before-activation", 1, transposed(z) @ g if e.k else g @ transposed(z))
    yield Mutant("result-transposed", 2, transposed(e.share))
    yield Mutant("dropped", 2, g)
    if e.k == 1 and a.shape[0] > 1:
        yield Mutant("mean-for-sum", 2, e.share / a.shape[0], a.shape[0])


def _products(kind: str, rank: int, *pairs: tuple[Node, Node]) -> Iterator[Mutant]:
    for a, b in pairs:
        if a.shape[-1] == b.shape[-2]:
            yield Mutant(kind, rank, a @ b)


def _sum(e: Edge) -> Iterator[Mutant]:
    n = math.prod(e.x.shape[i] for i in e.node.attrs["axis"])
    if n > 1:
        yield Mutant("mean-for-sum", 2, e.share / n, n)


def _softmax(e: Edge) -> Iterator[Mutant]:
    y, g = e.node, e.g
    yield Mutant("diagonal-only", 1, g * (y * (1 - y)))
    yield Mutant("dropped", 1, g)
    yield Mutant("function-for-derivative", 1, g * y)
    yield Mutant("target-forgotten", 2, e.share - g * y)  # g = −Y/P behind a cross entropy
    yield Mutant("softmax-again", 2, e.share * (y * (1 - y)))
    yield Mutant("sign", 3, -e.share)


def _log_softmax(e: Edge) -> Iterator[Mutant]:
    p = COMPOSITES["softmax"](e.x, **e.node.attrs)
    yield Mutant("dropped", 1, e.g)
    yield Mutant("function-for-derivative", 2, e.g * p)
    yield Mutant("half", 1, e.g * (1 - p))


def _cross_entropy(e: Edge) -> Iterator[Mutant]:
    if e.k != 0 or e.x.ndim != 2:
        return
    p = COMPOSITES["softmax"](e.x, axis=1)
    g = P["reshape"](e.g, shape=(e.g.shape[0], 1))
    yield Mutant("target-forgotten", 1, g * p)
    yield Mutant("softmax-again", 1, e.share * (p * (1 - p)))
    yield Mutant("prediction-forgotten", 2, e.share - g * p)
    yield Mutant("sign", 1, -e.share)
    yield Mutant("function-for-derivative", 3, g * (e.x - p + e.share / g))


def _bce(e: Edge) -> Iterator[Mutant]:
    if e.k != 0:
        return
    p = P["sigmoid"](e.x)
    yield Mutant("target-forgotten", 1, e.g * p)
    yield Mutant("softmax-again", 1, e.share * (p * (1 - p)))
    yield Mutant("prediction-forgotten", 2, e.share - e.g * p)
    yield Mutant("sign", 1, -e.share)
    yield Mutant("at-pre-activation", 2, e.g * (e.x - e.node.inputs[1]))


MUTANTS: dict[str, Rule] = {
    **dict.fromkeys(EACH, _activation),
    "subtract": _subtract, "negative": _negative, "multiply": _multiply, "divide": _divide,
    "pow": _pow, "matmul": _matmul, "sum": _sum, "softmax": _softmax,
    "log_softmax": _log_softmax, "cross_entropy": _cross_entropy, "bce_with_logits": _bce,
}  # fmt: skip


def mutants(edge: Edge, raw: Node) -> Iterator[Mutant]:
    """Every mistake at one edge; `raw` is the share before broadcasting was undone."""
    rule = MUTANTS.get(edge.node.prim.name)
    if rule is not None:
        yield from rule(edge)
    if raw.shape != edge.share.shape:
        yield Mutant("sum-forgotten", 1, raw)
        n = math.prod(raw.shape) // max(math.prod(edge.share.shape), 1)
        yield Mutant("mean-for-sum", 1, edge.share / n, n)
    if edge.shared:
        yield Mutant("path-forgotten", 5, edge.share * 0)
    yield Mutant("sign", 6, -edge.share)
    for factor, rank in ((2.0, 7), (0.5, 7)):
        yield Mutant("number", rank, edge.share * factor, 1 / factor)

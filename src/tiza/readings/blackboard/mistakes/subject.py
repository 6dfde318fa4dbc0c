"""What a claim is about: an expression of named variables, as a function of all of them.

The expression is the float64 twin of what the user wrote, with a hole for every variable, so
that it can be computed at any point. Its names are those of its author and, for what nobody
named, those that its derivation gives (Z1, A1, P, B ...).
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tiza.errors import ArgumentError
from tiza.graph import (
    COMPOSITES,
    PRIMITIVES,
    Node,
    constant,
    depends_on,
    literal,
    placeholder,
    rebuild,
    walk,
)
from tiza.graph.types import is_float
from tiza.lang.grammar import parse
from tiza.lang.grammar.names import canonical
from tiza.lang.tensor import Tensor
from tiza.lang.trace import Program
from tiza.readings.blackboard import algebra as al
from tiza.readings.blackboard.expr import Symbol
from tiza.readings.blackboard.letters import GREEK, symbol
from tiza.readings.blackboard.notation import formula
from tiza.readings.blackboard.result import Derivation, build
from tiza.readings.blackboard.spell import translate
from tiza.readings.blackboard.twin import COUNT, twins
from tiza.readings.blackboard.unicode import unicode
from tiza.transforms import differentiate
from tiza.transforms.differentiate import edges

Array = np.ndarray[Any, Any]
LOSS_NAMES = {"L", "l", "e", "E", "J", "loss", "Loss", "C", "cost", "ell"}
SIZE_NAMES = {"B", "n", "N", "m"}
LONGEST = 24  # characters of a formula inside a sentence
_LATIN = {letter: word for word, letter in GREEK.items() if word not in ("eps", "lam", "lambd")}


@dataclass
class Subject:
    """An expression of variables, all of which have names."""

    top: Node
    holes: dict[str, Node]  # the variables
    start: dict[str, Array]  # the values with which they came
    lines: dict[str, Node]  # intermediate results, in the order of computation
    loss_name: str = "L"
    wrt: str = ""
    derivation: Derivation | None = None
    also: dict[str, Node] = field(default_factory=dict)  # names that stand for more: P, Y, B
    given: frozenset[str] = frozenset()  # variables whose values the user gave
    symbols: dict[str, Symbol] = field(default_factory=dict)  # as the derivation prints them

    @property
    def nodes(self) -> dict[str, Node]:
        """Every name and the node that it stands for."""
        return {**self.also, **self.holes, **self.lines}

    def is_loss(self, name: str) -> bool:
        """Whether a name means the whole expression."""
        if name == self.loss_name:
            return True
        return name in LOSS_NAMES and name not in self.nodes

    def node(self, name: str) -> Node | None:
        """What a name stands for; None where it stands for nothing."""
        return self.top if self.is_loss(name) else self.nodes.get(name)

    def name_of(self, node: Node) -> str:
        """The name of a node, or ""."""
        if node is self.top:
            return self.loss_name
        return next((name for name, n in self.nodes.items() if n is node), "")

    def program(self, outputs: Sequence[Node]) -> Program:
        """Outputs as a function of the variables, in the order of `holes`."""
        return Program(list(self.holes.values()), list(outputs))


def spelled(subject: Subject, node: Node) -> str:
    """The formula of an operation in terms of what has a name; empty where that is long."""
    table = {n: al.sym(subject.symbols.get(name) or symbol(name), n.shape)
             for name, n in subject.nodes.items()}  # fmt: skip
    inner = {n: s for n, s in table.items() if n is not node}
    (made,) = translate([node], inner)
    text = unicode(formula(made))
    return text if len(text) <= LONGEST else ""


PLAIN = {"add", "subtract", "negative", "alias", "cast", "reshape", "permute", "broadcast_to"}


def is_nested(subject: Subject, line: str, into: str) -> bool:
    """Whether functions stand inside one another between a line and what it is derived by."""
    top, below = subject.node(line), subject.node(into)
    if top is None or below is None:
        return False
    order = inside(top, set(subject.lines.values()))
    moving = depends_on(order, [below])
    real = [n for n in order if n in moving and n is not below and n.prim.name not in PLAIN]
    return len([n for n in real if not any(i.prim.name == "literal" for i in n.inputs)
                or n.prim.name == "pow"]) > 1  # fmt: skip


def users(subject: Subject, name: str) -> list[str]:
    """The lines (or the loss) whose formula speaks of a name."""
    node = subject.node(name)
    cut = {n: k for k, n in subject.lines.items()}
    found = []
    for line, top in [*subject.lines.items(), (subject.loss_name, subject.top)]:
        if node in inside(top, cut) and line != name:
            found.append(line)
    return found


def inside(top: Node, cut: Container[Node]) -> list[Node]:
    """The operations of one line, down to the results in `cut`."""
    return walk([top], lambda n: () if n in cut and n is not top else edges(n))


def from_nodes(loss: Tensor, wrt: Sequence[Tensor], names: Mapping[Node, str],
               paths: Mapping[Node, str]) -> Subject:  # fmt: skip
    """A subject from an expression whose leaves hold values."""
    made = build(loss, wrt, names=names, paths=paths)
    board = made.board
    twin = twins([loss.node])
    spoken = {node: _spelled(symbol) for node, symbol in board.names.of.items()}
    for node, name in names.items():
        if node in twin:
            other = next((n for n in spoken if n is twin[node]), None)
            spoken[other or twin[node]] = canonical(name)
    used = set(walk([board.loss]))
    spoken = {node: name for node, name in spoken.items() if node in used}
    subject = opened(board.loss, spoken, [board.names.of[w] for w in board.wrt], made)
    subject.symbols = {
        spoken[node]: symbol for node, symbol in board.names.of.items() if node in spoken
    }
    return subject


def from_text(text: str, values: Mapping[str, Any], shapes: Mapping[str, tuple[int, ...]],
              wrt: Sequence[str]) -> Subject:  # fmt: skip
    """A subject from a formula; variables without a value are numbers, or have a given shape."""
    parsed = parse(text, known={*map(canonical, values), *map(canonical, shapes)})
    numbers = {canonical(k): np.asarray(v) for k, v in values.items()}
    sides = {canonical(k): v for k, v in shapes.items()}
    rng = np.random.default_rng(1)
    leaves = {}
    for name in parsed.variables:
        drawn = numbers.get(name, rng.normal(0.0, 1.0, sides.get(name, ())))
        array = (
            np.asarray(drawn, float) if drawn.dtype.kind == "f" or name not in numbers else drawn
        )
        array = array if array.dtype.kind == "f" or array.ndim else np.asarray(array, float)
        leaves[name] = Tensor(constant(np.array(array), name))
    trace = parsed.trace(leaves, names=False)
    counted = _counts(leaves, numbers, [t.shape for _, t in trace])
    if counted:
        leaves |= counted
        trace = parsed.trace(leaves, names=False)
    names = {leaf.node: name for name, leaf in leaves.items() if name not in counted}
    for statement, tensor in trace:
        if statement.name and tensor.node not in names:
            names[tensor.node] = statement.name
    loss = trace[-1][1]
    floats = [n for n, t in leaves.items() if t.dtype.kind == "f" and n not in counted]
    chosen = [leaves[n] for n in dict.fromkeys([*wrt, *floats]) if n in floats]
    if loss.shape != ():
        raise ArgumentError("check-not-scalar", shape=loss.shape)
    used = set(walk([loss.node]))
    chosen = [t for t in chosen if t.node in used]
    if not chosen:
        raise ArgumentError("check-constant", names=", ".join(leaves) or "-")
    loss, chosen, names = with_layers(loss, chosen, names)
    subject = from_nodes(loss, chosen, names, {})
    spoken = {s.name for s, _ in trace}
    subject.lines = {name: node for name, node in subject.lines.items() if name in spoken}
    subject.given = frozenset(numbers) & frozenset(leaves)
    for name in _shares(subject) - subject.given:
        sides = subject.start[name].shape
        subject.start[name] = np.full(sides, 1 / sides[-1])
    return subject


def _shares(subject: Subject) -> set[str]:
    """Variables that weigh the logarithms of a softmax: targets, whose rows sum to 1."""
    names = {hole: name for name, hole in subject.holes.items() if hole.shape}
    found = set()
    for node in walk([subject.top]):
        if node.prim.name == "multiply":
            for a, b in (node.inputs, node.inputs[::-1]):
                if a in names and a.shape == b.shape and _is_log_of_shares(b):
                    found.add(names[a])
    return found


def _is_log_of_shares(node: Node) -> bool:
    if node.prim.name == "log":
        return node.inputs[0].prim.name == "softmax"
    return node.prim.name == "log_softmax"


def with_layers(
    loss: Tensor, wrt: Sequence[Tensor], names: Mapping[Node, str]
) -> tuple[Tensor, list[Tensor], dict[Node, str]]:
    """X Wᵀ + 1bᵀ written as the layer that it is, so that it is one step."""
    new: dict[Node, Node] = {}
    for node in walk([loss.node]):
        inputs = tuple(new[i] for i in node.inputs)
        same = all(a is b for a, b in zip(inputs, node.inputs, strict=True))
        made = node if same else node.prim(*inputs, **node.attrs)
        new[node] = _layer(made) or made
    renamed = {new.get(n, n): name for n, name in names.items()}
    return Tensor(new[loss.node]), [Tensor(new[t.node]) for t in wrt], renamed


def _layer(node: Node) -> Node | None:
    if node.prim.name != "add" or node.inputs[0].prim.name != "matmul":
        return None
    product, bias = node.inputs
    x, turned = product.inputs
    fits = bias.shape == (product.shape[-1],) and not bias.inputs and product.name is None
    if turned.prim.name != "permute" or turned.inputs[0].inputs or turned.ndim != 2 or not fits:
        return None
    return COMPOSITES["linear"](x, turned.inputs[0], bias)


def _counts(leaves: Mapping[str, Tensor], given: Mapping[str, Array],
            results: Sequence[tuple[int, ...]]) -> dict[str, Tensor]:  # fmt: skip
    """B or n without a value stands for the number of rows, where there are arrays."""
    free = [n for n, t in leaves.items() if n in SIZE_NAMES and n not in given and not t.shape]
    size = _rows([*results, *(t.shape for t in leaves.values())])
    return {n: Tensor(constant(np.array(float(size)), COUNT)) for n in free if size}


def _rows(shapes: Sequence[tuple[int, ...]]) -> int:
    """The commonest first size, of several the first; 0 where there are only numbers."""
    rows = [shape[0] for shape in shapes if shape]
    return max(rows, key=rows.count) if rows else 0


def _spelled(symbol: Symbol) -> str:
    """The name that a symbol of the derivation has as text: W⁽¹⁾ is W1, ŷ is y_hat."""
    base = _LATIN.get(symbol.base, symbol.base)
    text = f"{base}_{symbol.accent}" if symbol.accent else base
    for script in (symbol.sup, symbol.sub):
        text += f"_{{{script}}}" if script else ""
    return canonical(text)


def opened(top: Node, spoken: Mapping[Node, str], wrt: Sequence[Symbol],
           derivation: Derivation | None) -> Subject:  # fmt: skip
    """The expression with a hole in the place of every variable."""
    order = walk([top])
    leaves = {n: name for n, name in spoken.items() if _is_variable(n)}
    holes = {n: placeholder(n.shape, n.dtype, name) for n, name in leaves.items()}
    fresh = dict(zip(order, rebuild(order, holes), strict=True))
    lines = {spoken[n]: fresh[n] for n in order if n in spoken and n not in leaves and n.inputs}
    subject = Subject(
        fresh[top],
        {leaves[n]: hole for n, hole in holes.items()},
        {leaves[n]: np.array(n.value) for n in holes},
        lines,
        derivation=derivation,
    )
    subject.loss_name = spoken.get(top, "L")
    subject.lines.pop(subject.loss_name, None)
    subject.wrt = _spelled(wrt[0]) if wrt else ""
    subject.also = companions(subject)
    return subject


def _is_variable(node: Node) -> bool:
    return node.prim.name == "constant" and node.name != COUNT


def companions(subject: Subject) -> dict[str, Node]:
    """Names that everybody uses: P the softmax of a loss of logits, Y one-hot, B how many."""
    found: dict[str, Node] = {}
    for node in walk([subject.top]):
        if node.prim.name == "cross_entropy":
            logits, target = node.inputs
            p = COMPOSITES["softmax"](logits, axis=1)
            if logits.ndim == 2:
                found |= {"P": p, "Y": _one_hot(target, logits)}
        elif node.prim.name == "soft_cross_entropy":
            found["P"] = COMPOSITES["softmax"](node.inputs[0], axis=1)
        elif node.prim.name == "bce_with_logits":
            found["p"] = PRIMITIVES["sigmoid"](node.inputs[0])
    size = _rows([n.shape for n in subject.lines.values()]) or _rows(
        [n.shape for name, n in subject.holes.items() if name != subject.wrt]
    )
    if size:
        found |= {name: constant(np.array(float(size)), name) for name in SIZE_NAMES}
    return {name: n for name, n in found.items() if subject.nodes.get(name) is None}


def _one_hot(target: Node, logits: Node) -> Node:
    classes = constant(np.arange(logits.shape[1], dtype=target.dtype))
    rows = PRIMITIVES["reshape"](target, shape=(target.shape[0], 1))
    return PRIMITIVES["cast"](PRIMITIVES["equal"](rows, classes), dtype=logits.dtype)


# derivatives -----------------------------------------------------------------------------


def slope(of: Node, wrt: Node) -> Node | None:
    """∂of/∂wrt where it has the shape of wrt: of a number, or of what acts entry by entry."""
    if not (is_float(of.dtype) and is_float(wrt.dtype)):
        return None
    if of.shape != () and not _entrywise(of, wrt):
        return None
    ones = literal(1, of.dtype)
    seed = ones if of.shape == () else PRIMITIVES["broadcast_to"](ones, shape=of.shape)
    (found,) = differentiate([of], [wrt], [seed])
    if found is None:
        zero = literal(0, wrt.dtype)
        found = PRIMITIVES["broadcast_to"](zero, shape=wrt.shape) if wrt.shape else zero
    return found


def _entrywise(of: Node, wrt: Node) -> bool:
    """Whether entry i of the one depends on entry i of the other only."""
    moving = {wrt}
    for node in walk([of], lambda n: () if n is wrt else n.inputs):
        if any(i in moving for i in node.inputs):
            moving.add(node)
            if node.prim.family != "elementwise" and node.prim.name not in {"alias", "cast"}:
                return False
            if node.shape != wrt.shape:
                return False
    return of in moving


def direct_slope(subject: Subject, of: Node, wrt: Node) -> Node | None:
    """∂of/∂wrt with every other named result held constant."""
    cut = {n: placeholder(n.shape, n.dtype) for n in subject.lines.values() if n not in (of, wrt)}
    hole = placeholder(wrt.shape, wrt.dtype)
    (body,) = rebuild([of], cut | {wrt: hole})
    found = slope(body, hole)
    if found is None:
        return None
    back = {h: n for n, h in cut.items()} | {hole: wrt}
    (made,) = rebuild([found], back)
    return made

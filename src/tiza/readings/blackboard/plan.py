"""Which nodes of the graph become lines on the blackboard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tiza.graph import COMPOSITES, Node, depends_on, walk
from tiza.graph.once import Once
from tiza.graph.types import is_float
from tiza.readings.blackboard.spell import companions

ACTIVATIONS = {
    "tanh", "sigmoid", "relu", "softplus", "softmax", "log_softmax", "masked_softmax", "sin",
    "leaky_relu", "elu", "celu", "selu", "gelu", "gelu_tanh", "silu", "mish", "logsigmoid",
    "softplus_beta", "softsign", "hardtanh", "hardsigmoid", "hardswish", "tanhshrink",
    "softshrink", "hardshrink", "threshold",
}  # fmt: skip
INLINE = {"cross_entropy", "soft_cross_entropy", "bce_with_logits", "bce"}  # stay in the loss
VIEWS = {
    "reshape",
    "cast",
    "alias",
    "permute",
    "broadcast_to",
    "stop_gradient",
    "slice",
    "part",
    "within",
}
LEAVES = {"literal", "constant", "input"}
HEAVY = {"solve", "inv", "take", "window_max", "window_sum", "concat"}
AFFINE = {"linear", "conv", "conv_transpose"}
WEIGHT = {"matmul": 2, **dict.fromkeys(VIEWS, 0)}
LIMIT = 12  # operations that one line may hold


@dataclass
class Plan:
    """The lines, in the order in which they are computed; the last one is the loss."""

    loss: Node
    steps: list[Node]
    inputs: dict[Node, list[Node]] = field(default_factory=dict)  # of each line: symbols it uses
    leaves: list[Node] = field(default_factory=list)  # what the first lines begin with
    live: set[Node] = field(default_factory=set)  # lines and leaves that depend on the variables
    beside: dict[Node, list[Node]] = field(default_factory=dict)  # lines a line speaks of, unused

    @Once
    def users(self) -> dict[Node, list[Node]]:
        """Of each symbol: the lines in which it occurs, in their order; asked for at the end."""
        found: dict[Node, list[Node]] = {}
        for line in self.steps:
            for i in dict.fromkeys(self.inputs[line]):
                found.setdefault(i, []).append(line)
        return found


def make_plan(loss: Node, wrt: Sequence[Node], named: Mapping[Node, str],
              roots: set[Node] | None = None, parameters: Iterable[Node] = ()) -> Plan:  # fmt: skip
    """Choose the lines: what its author named, what layers give, what is used twice."""
    order = walk([loss])
    moving = depends_on([loss], [*wrt, *parameters])  # layers are lines even if held fixed
    users = _users(order)
    parts = _parts(order) | {n for n in roots or () if n not in wrt and n.prim.name not in VIEWS}
    added = {i for n in order if n.prim.name == "add" for i in n.inputs if users[i] == 1}
    lines: list[Node] = []
    chosen: set[Node] = set(wrt)
    weight: dict[Node, int] = {}
    for node in order:
        if node in chosen or node.prim.name in LEAVES:
            if node in chosen and node.inputs and node.prim.name != "alias":
                lines.append(node)
            continue
        weight[node] = WEIGHT.get(node.prim.name, 1) + sum(
            weight.get(i, 0) for i in set(node.inputs) if i not in chosen
        )
        if node in named and node not in moving and node.shape != ():
            chosen.add(node)  # data that were prepared: given, not derived
        elif node is loss or _is_line(node, users, moving, named, weight[node], parts, added):
            _choose(node, chosen, lines)
    _pre_activations(lines, chosen, moving)
    _before_layers(order, lines, chosen, moving)
    beside = _companions(order, moving, chosen, lines)
    order = walk([*(p for some in beside.values() for p in some), loss])
    rank = {node: i for i, node in enumerate(order)}
    lines.sort(key=lambda n: rank[n])
    return _connected(loss, lines, wrt, beside, named)


def _companions(order: Sequence[Node], moving: set[Node], chosen: set[Node],
                lines: list[Node]) -> dict[Node, tuple[Node, ...]]:  # fmt: skip
    """Lines that a line speaks of without computing with them; what they are of is a line."""
    found: dict[Node, tuple[Node, ...]] = {}
    for node in order:
        beside = companions(node) if node in moving else ()
        for p in beside:
            z = node.inputs[0]
            shown = z.prim.name in VIEWS and _source(z) in chosen
            if z not in chosen and z.inputs and not shown:
                _choose(z, chosen, lines)
            if p not in chosen:
                _choose(p, chosen, lines)
        if beside:
            found[node] = beside
    return found


def _choose(node: Node, chosen: set[Node], lines: list[Node]) -> None:
    chosen.add(node)
    lines.append(node)


def _users(order: Iterable[Node]) -> dict[Node, int]:
    """How many different operations use each node."""
    count: dict[Node, int] = {}
    for node in order:
        for i in set(node.inputs):
            count[i] = count.get(i, 0) + 1
    return count


def _is_line(node: Node, users: Mapping[Node, int], moving: set[Node], named: Mapping[Node, str],
             weight: int, parts: set[Node], added: set[Node]) -> bool:  # fmt: skip
    if node in named:
        return True
    if node not in moving or not _float(node):
        return False
    if node in parts:
        return True
    name = node.prim.name
    if name in ACTIVATIONS or name in HEAVY:
        return True
    if name == "linear" and node in added:
        return False
    if name in COMPOSITES and name not in INLINE:
        return True
    if name in VIEWS:
        return False
    if name == "matmul" and all(i in moving and _source(i).inputs for i in node.inputs):
        return True
    return (users.get(node, 0) > 1 and not _cheap(node)) or weight > LIMIT


def _float(node: Node) -> bool:
    return not node.prim.several and is_float(node.dtype)


def _source(node: Node) -> Node:
    """What a view is a view of."""
    while node.prim.name in VIEWS and node.inputs:
        node = node.inputs[0]
    return node


def _parts(order: Sequence[Node]) -> set[Node]:
    """Slices of something in their final shape: queries, keys and values of one projection."""
    users: dict[Node, list[Node]] = {}
    for node in order:
        for i in node.inputs:
            users.setdefault(i, []).append(node)
    return {
        node for node in order
        if any(_multiplies(u) for u in users.get(node, []))
        and node.prim.name in VIEWS and not _turns(node) and _is_part(node)
        and all(u.prim.name not in VIEWS or _turns(u) for u in users.get(node, []))
    }  # fmt: skip


def _multiplies(user: Node) -> bool:
    """Whether a slice is used as a matrix: in a product, transposed or scaled."""
    scales = user.prim.name == "multiply" and any(i.prim.name == "literal" for i in user.inputs)
    return user.prim.name == "matmul" or scales or _turns(user)


def _turns(node: Node) -> bool:
    """Whether this transposes matrices."""
    if node.prim.name != "permute":
        return False
    axes = node.attrs["axes"]
    n = len(axes)
    return bool(axes == (*range(n - 2), n - 1, n - 2))


def _is_part(node: Node) -> bool:
    """Whether this is a slice of something, in another shape perhaps."""
    while node.prim.name in VIEWS:
        if node.prim.name in {"slice", "part"}:
            return True
        node = node.inputs[0]
    return False


def _cheap(node: Node) -> bool:
    """−x or 2x is no line of its own."""
    return node.prim.name == "negative" or any(i.prim.name == "literal" for i in node.inputs)


def _before_layers(order: Sequence[Node], lines: list[Node], chosen: set[Node],
                   moving: set[Node]) -> None:  # fmt: skip
    """A sum that enters a layer is a line: h + f(h) before the next weights."""
    for node in order:
        if node.prim.name in AFFINE:
            x = _source(node.inputs[0])
            if x.prim.name == "add" and x in moving and x not in chosen:
                _choose(x, chosen, lines)


def _pre_activations(lines: list[Node], chosen: set[Node], moving: set[Node]) -> None:
    """What an activation is applied to is a line, too: z before a = φ(z)."""
    for node in list(lines):
        if node.prim.name in ACTIVATIONS:
            z = node.inputs[0]
            if z in moving and z not in chosen and z.inputs and z.prim.name not in VIEWS:
                _choose(z, chosen, lines)


def _connected(loss: Node, lines: list[Node], wrt: Sequence[Node],
               extra: Mapping[Node, tuple[Node, ...]],
               named: Mapping[Node, str]) -> Plan:  # fmt: skip
    cut = set(lines) | set(wrt)
    plan = Plan(loss, [])
    needed: set[Node] = set()
    leaves: dict[Node, None] = {}
    for line in reversed(lines):  # a line that nobody uses any more is left out
        if line is not loss and line not in needed and line not in wrt:
            continue
        found, inside = formula_inputs(line, cut, named)
        plan.inputs[line] = found
        plan.beside[line] = [p for n in inside for p in extra.get(n, ())]
        needed.update(found)
        needed.update(plan.beside[line])
        plan.steps.insert(0, line)
    for line in plan.steps:
        for node in plan.inputs[line]:
            if node not in plan.inputs:
                leaves[node] = None
    plan.leaves = list(leaves)
    live = set(wrt)
    for line in plan.steps:
        if any(i in live for i in plan.inputs[line]):
            live.add(line)
    plan.live = live
    return plan


def formula_inputs(line: Node, cut: set[Node],
                   named: Mapping[Node, str]) -> tuple[list[Node], list[Node]]:  # fmt: skip
    """The symbols in the formula of a line (other lines, parameters, data), and its operations."""
    found: dict[Node, None] = {}
    order = walk([line], lambda n: () if n in cut and n is not line else n.inputs)
    for node in order:
        if node is line:
            continue
        if node in cut or (node.prim.name in LEAVES and not _bare(node, named)):
            found[node] = None
    return list(found), [n for n in order if n not in found]


def _bare(node: Node, named: Mapping[Node, str]) -> bool:
    """A number written in the formula: it needs no symbol."""
    if node in named:
        return False
    if node.prim.name == "literal":
        return True
    if node.prim.name != "constant" or node.name is not None:
        return False
    if node.dtype.kind != "f" and node.shape != ():
        return False
    value = node.value
    return node.shape == () or (value.size > 0 and bool((value == value.flat[0]).all()))

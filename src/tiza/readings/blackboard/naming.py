"""Which symbol stands for which node (notation.md, section 1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tiza.graph import Node
from tiza.readings.blackboard.expr import Symbol
from tiza.readings.blackboard.letters import symbol
from tiza.readings.blackboard.plan import ACTIVATIONS, Plan
from tiza.readings.blackboard.twin import is_count

GENERIC = {"weight", "bias", "in_proj_weight", "in_proj_bias", "running_mean", "running_var"}
AFFINE = {"linear", "conv", "conv_transpose", "bilinear", "scan", "matmul", "take"}
NORMS = {"layer_norm", "batch_norm", "batch_norm_fixed", "rms_norm", "group_norm", "standardize"}
ROLES = {"q_proj": "Q", "k_proj": "K", "v_proj": "V", "o_proj": "O", "out_proj": "O",
         "query": "Q", "key": "K", "value": "V", "proj": "O", "in_proj": "QKV"}  # fmt: skip


@dataclass
class Names:
    """The symbols of one derivation, each given once."""

    of: dict[Node, Symbol] = field(default_factory=dict)
    taken: set[Symbol] = field(default_factory=set)
    layer: dict[Node, str] = field(default_factory=dict)

    def give(self, node: Node, wanted: Symbol) -> None:
        """The symbol wanted, or the next free one like it."""
        found, n = wanted, 1
        while found in self.taken:
            n += 1
            sub = f"{wanted.sub},{n}" if wanted.sub else str(n)
            found = Symbol(wanted.base, sub, wanted.sup, wanted.accent)
        self.of[node] = found
        self.taken.add(found)


def layer_of(node: Node) -> str:
    """The path of the layer in which a node was made."""
    return node.place[2] if node.place is not None else ""


def give_names(plan: Plan, wrt: Sequence[Node], given: Mapping[Node, str],
               paths: Mapping[Node, str]) -> Names:  # fmt: skip
    """Symbols for all leaves and lines: the author's, else the field's."""
    names = Names()
    everything = [*plan.leaves, *[w for w in wrt if w not in plan.leaves], *plan.steps]
    for node in dict.fromkeys(everything):
        own = given.get(node) or node.name
        if own and own not in GENERIC and "." not in own and not is_count(node):
            wanted = symbol(own)
            if wanted not in names.taken:
                names.give(node, wanted)
    scripts = _Scripts(plan, paths)
    for node in dict.fromkeys([*plan.leaves, *wrt]):
        if node not in names.of:
            names.give(node, _leaf(node, plan, scripts))
    for node in plan.steps:
        if node not in names.of:
            names.give(node, _line(node, plan, scripts))
        names.layer[node] = layer_of(node)
    return names


class _Scripts:
    """The index of each layer: (1), (2), ... along the network, or the block that it is in."""

    def __init__(self, plan: Plan, paths: Mapping[Node, str]) -> None:
        self.paths = paths
        self.user: dict[Node, Node] = {}  # of each leaf: the line that uses it first
        for line in plan.steps:
            for i in plan.inputs[line]:
                self.user.setdefault(i, line)
        self.parametric = [
            line for line in plan.steps
            if any(i in paths for i in plan.inputs[line]) and line is not plan.loss
        ]  # fmt: skip
        self.blocks = _blocks([layer_of(n) for n in self.parametric])
        self.counted: dict[Node, int] = {}
        level = 0
        for line in plan.steps:
            named = [i for i in plan.inputs[line] if i in paths]
            if named and line in self.parametric and not _is_norm(line):
                level += 1
            self.counted[line] = level
        self.levels = level

    def of(self, line: Node) -> tuple[str, str]:
        """(subscript, superscript) of what belongs to a line."""
        path = layer_of(line)
        for prefix, number in self.blocks.items():
            if path == prefix or path.startswith(prefix + "."):
                return "", str(number)
        if self.blocks:
            return "", ""
        return "", str(self.counted.get(line, 0)) if self.levels > 1 else ""


def _is_norm(line: Node) -> bool:
    return line.prim.name in NORMS


def _blocks(paths: Sequence[str]) -> dict[str, int]:
    """Members of a list of layers that hold several layers each: path → number."""
    inside: dict[str, dict[str, None]] = {}
    for path in paths:
        parts = path.split(".")
        for i, part in enumerate(parts[:-1]):
            if part.isdigit():
                inside.setdefault(".".join(parts[: i + 1]), {})[path] = None
                break
    found: dict[str, int] = {}
    count: dict[str, int] = {}
    for prefix, members in inside.items():
        if len(members) > 1:
            parent = prefix.rsplit(".", 1)[0]
            count[parent] = count.get(parent, 0) + 1
            found[prefix] = count[parent]
    return found


def _leaf(node: Node, plan: Plan, scripts: _Scripts) -> Symbol:
    if is_count(node):
        batches = [i.shape[0] for i in plan.leaves if i.ndim >= 1 and i not in scripts.paths]
        return Symbol("B" if int(node.value) in batches else "n")
    path = scripts.paths.get(node)
    line = scripts.user.get(node)
    if path is not None and line is not None:
        return _parameter(path, line, scripts)
    integer = getattr(node.dtype, "kind", "f") in "iub"
    if integer and node.dtype.kind == "b":
        return Symbol("M")
    if integer:
        return Symbol("t" if line is not None and line.prim.name == "take" else "y")
    if line is plan.loss:
        return Symbol("y" if node.ndim < 2 else "Y")
    return Symbol("x" if node.ndim < 2 else "X")


def _parameter(path: str, line: Node, scripts: _Scripts) -> Symbol:
    """The symbol of a model's parameter, by its role in its layer."""
    module, _, own = path.rpartition(".")
    sub, sup = scripts.of(line)
    role = ROLES.get(module.rpartition(".")[2], "")
    if scripts.blocks and not sup and not role:
        label = module.rpartition(".")[2]
        role = "" if label.isdigit() else label
    bias = own.startswith("bias") or own.endswith("bias")
    if own.endswith(("_l0", "_l1", "_l2", "_l3")):
        kind, _, rest = own.rpartition("_l")
        role = kind.partition("_")[2]
        sup = str(int(rest) + 1) if "_l1" in path or sup else sup
    elif own.startswith("in_proj"):
        role = "QKV"
    if _is_norm(line):
        return Symbol("β" if bias else "γ", role or sub, sup)
    if line.prim.name == "take":
        return Symbol("E", role or sub, sup)
    if own not in GENERIC and not own.startswith(("weight_", "bias_")):
        return symbol(own)
    return Symbol("b" if bias else "W", role or sub, sup)


def _line(node: Node, plan: Plan, scripts: _Scripts) -> Symbol:
    """The symbol of a line that nobody named."""
    if node is plan.loss:
        return Symbol("L")
    sub, sup = scripts.of(node)
    letter = _letter(node, plan)
    if letter == "p":
        return Symbol(letter if node.ndim < 2 else letter.upper())
    return Symbol(letter if node.ndim < 2 else letter.upper(), sub, sup)


def _letter(node: Node, plan: Plan) -> str:
    name = node.prim.name
    users = [line for line in plan.steps if node in plan.inputs[line]]
    if name in {"softmax", "masked_softmax"}:
        return "p" if plan.loss in users or not users else "s"
    if name in ACTIVATIONS:
        return "a"
    if name in AFFINE or any(u.prim.name in ACTIVATIONS for u in users):
        return "z"
    if name in NORMS:
        return "n"
    if name in {"attention", "add"}:
        return "h"
    return "u"

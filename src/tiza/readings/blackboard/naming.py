"""Which symbol stands for which node (notation.md, section 1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from tiza.graph import Node
from tiza.readings.blackboard.expr import Symbol
from tiza.readings.blackboard.letters import symbol
from tiza.readings.blackboard.plan import ACTIVATIONS, VIEWS, Plan
from tiza.readings.blackboard.twin import is_count
from tiza.readings.blackboard.unrolled import Times

GENERIC = {"weight", "bias", "in_proj_weight", "in_proj_bias", "running_mean", "running_var"}
AFFINE = {"linear", "conv", "conv_transpose", "bilinear", "scan", "matmul", "take"}
NORMS = {"layer_norm", "batch_norm", "batch_norm_fixed", "rms_norm", "group_norm", "standardize"}
ROLES = {"q_proj": "Q", "k_proj": "K", "v_proj": "V", "o_proj": "O", "out_proj": "O",
         "query": "Q", "key": "K", "value": "V", "proj": "O", "in_proj": "QKV", "qkv": "QKV",
         "out": "O"}  # fmt: skip
OWN = {"att_src": Symbol("a", "src"), "att_dst": Symbol("a", "dst")}


@dataclass
class Names:
    """The symbols of one derivation, each given once."""

    of: dict[Node, Symbol] = field(default_factory=dict)
    taken: set[Symbol] = field(default_factory=set)
    layer: dict[Node, str] = field(default_factory=dict)
    authored: set[Node] = field(default_factory=set)  # whose names stand in the program
    timed: set[Symbol] = field(default_factory=set)  # their subscript is a step in time

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
               paths: Mapping[Node, str], times: Times) -> Names:  # fmt: skip
    """Symbols for all leaves and lines: the author's, else the field's."""
    names = Names()
    _authors(names, [*plan.leaves, *[w for w in wrt if w not in plan.leaves], *plan.steps], given,
             times)  # fmt: skip
    scripts = _Scripts(plan, paths, times)
    for node in dict.fromkeys([*plan.leaves, *wrt]):
        if node not in names.of:
            names.give(node, _leaf(node, plan, scripts))
    for node in plan.steps:
        if node in times.step and node not in names.of:
            _give_timed(names, node, plan, times)
        if node not in names.of:
            names.give(node, _line(node, plan, scripts, names))
        names.layer[node] = layer_of(node)
    _name_entry(names, plan, scripts.blocks, given)
    _first_ones(names, plan)
    return names


def _first_ones(names: Names, plan: Plan) -> None:
    """Where there is a z₂ that nobody named, the z before it is z₁."""
    for node in plan.steps:
        name = names.of[node]
        first = replace(name, sub="1")
        counted = not name.sub and replace(name, sub="2") in names.taken
        if counted and not node.name and first not in names.taken and node not in names.authored:
            names.taken.discard(name)
            names.taken.add(first)
            names.of[node] = first


def _authors(names: Names, nodes: Sequence[Node], given: Mapping[Node, str],
             times: Times) -> None:  # fmt: skip
    """The names that the program gives."""
    for node in dict.fromkeys(nodes):
        if is_count(node):
            continue
        own = node.name if node.name and _is_own(node.name) else given.get(node)
        if not own or not _is_own(own):
            continue
        wanted = OWN.get(own, symbol(own))
        if node in times.step and times.loops > 1:
            wanted = replace(wanted, sup=str(times.loop[node]))
        if wanted not in names.taken:
            names.give(node, wanted)
            names.authored.add(node)
            if node in times.step:
                names.timed.add(wanted)


def _name_entry(names: Names, plan: Plan, blocks: Mapping[str, int],
                given: Mapping[Node, str]) -> None:  # fmt: skip
    """What enters the first of equal blocks is h⁽⁰⁾, if what enters the second is h⁽¹⁾."""
    block: dict[Node, int] = {}
    for line in plan.steps:
        path = names.layer[line]
        for prefix, number in blocks.items():
            if path == prefix or path.startswith(prefix + "."):
                block[line] = number

    def entering(number: int) -> set[Node]:
        inside = [n for n in plan.steps if block.get(n) == number]
        used = {i for n in inside for i in plan.inputs[n]}
        return {i for i in used if i in plan.inputs and block.get(i) != number}

    first, second = entering(1), entering(2)
    if len(first) != 1 or len(second) != 1:
        return
    (start,), (out,) = first, second
    model = names.of[out]
    if start in given or block.get(start) or model.sup != "1":
        return
    zeroth = replace(model, sup="0")
    if zeroth not in names.taken:
        names.taken.discard(names.of[start])
        names.of[start] = zeroth
        names.taken.add(zeroth)


def _is_own(name: str) -> bool:
    """Whether a name is its author's, and not the path or the role of a parameter."""
    return name not in GENERIC and "." not in name and not name.startswith(("weight_", "bias_"))


def _give_timed(names: Names, node: Node, plan: Plan, times: Times) -> None:
    """h_t for a state, c_t for a memory, the gates' letters for gates: with the step below."""
    letter = times.letter.get(node) or _gate(node) or _letter(node, plan)
    sup = str(times.loop[node]) if times.loops > 1 else ""
    step = str(times.step[node])
    wanted, n = Symbol(letter, step, sup), 1
    while wanted in names.taken:
        n += 1
        wanted = Symbol(letter, f"{n},{step}", sup)
    names.give(node, wanted)
    names.timed.add(wanted)


def _gate(node: Node) -> str:
    """The letter of an LSTM's or a GRU's gate, by the slice that it is made of."""
    if node.prim.name not in {"sigmoid", "tanh"} or not node.inputs:
        return ""
    source = node.inputs[0]
    while source.prim.name in {"reshape", "cast"}:
        source = source.inputs[0]
    slices = [source] if source.prim.name == "slice" else [
        i for i in source.inputs if i.prim.name == "slice"]  # fmt: skip
    if not slices:
        return ""
    whole = slices[0].inputs[0].shape[-1]
    many = whole // node.shape[-1] if node.shape[-1] else 0
    part = slices[0].attrs["starts"][-1] // node.shape[-1] if node.shape[-1] else 0
    letters = {4: "ifgo", 3: "rzn"}.get(many, "")
    return letters[part] if part < len(letters) else ""


class _Scripts:
    """The index of each layer: (1), (2), ... along the network, or the block that it is in."""

    def __init__(self, plan: Plan, paths: Mapping[Node, str], times: Times) -> None:
        self.paths, self.plan = paths, plan
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
            timeless = line not in times.step
            if timeless and named and line in self.parametric and not _is_norm(line, plan):
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


def _is_norm(line: Node, plan: Plan) -> bool:
    opened = any(i.prim.name == "standardize" for i in plan.inputs[line])
    return opened or line.prim.name in NORMS


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
    inside = scripts.blocks and line is not None and line is not plan.loss
    sup = scripts.of(line)[1] if inside and line is not None else ""
    if _is_mask(node):
        return Symbol("M", "", sup)
    integer = getattr(node.dtype, "kind", "f") in "iub"
    if integer and node.dtype.kind == "b":
        shared = sum(1 for used in plan.inputs.values() if node in used) > 1
        return Symbol("M", "", "" if shared else sup)
    if integer:
        return Symbol("t" if line is not None and line.prim.name == "take" else "y")
    if line is plan.loss:
        return Symbol("y" if node.ndim < 2 else "Y")
    return Symbol("x" if node.ndim < 2 else "X")


def _is_mask(node: Node) -> bool:
    """Zeros and one other number: what dropout keeps."""
    if node.prim.name != "constant" or node.ndim < 1 or node.dtype.kind != "f" or node.name:
        return False
    values = np.unique(node.value[:64])
    return len(values) <= 2 and 0.0 in values


def _parameter(path: str, line: Node, scripts: _Scripts) -> Symbol:
    """The symbol of a model's parameter, by its role in its layer."""
    module, _, own = path.rpartition(".")
    sub, sup = scripts.of(line)
    role = ROLES.get(module.rpartition(".")[2], "")
    if scripts.blocks and not sup and not role:
        label = module.rpartition(".")[2]
        role = "" if label.isdigit() else label.replace("_", "")
    bias = own.startswith("bias") or own.endswith("bias")
    if own.endswith(("_l0", "_l1", "_l2", "_l3")):
        kind, _, rest = own.rpartition("_l")
        role = kind.partition("_")[2]
        sup = str(int(rest) + 1) if "_l1" in path or sup else sup
    elif own.startswith("in_proj"):
        role = "QKV"
    if _is_norm(line, scripts.plan):
        return Symbol("β" if bias else "γ", role or sub, sup)
    if line.prim.name == "take":
        return Symbol("E", role or sub, sup)
    if own not in GENERIC and not own.startswith(("weight_", "bias_")):
        return OWN.get(own, symbol(own))
    return Symbol("b" if bias else "W", role or sub, sup)


def _line(node: Node, plan: Plan, scripts: _Scripts, names: Names) -> Symbol:
    """The symbol of a line that nobody named."""
    if node is plan.loss:
        return Symbol("L")
    sub, sup = scripts.of(node)
    if node.prim.name == "standardize":
        inner = [names.of[i] for i in plan.inputs[node] if i in names.of]
        base = inner[0] if len(inner) == 1 and inner[0].sup == sup else Symbol("X", "", sup)
        return Symbol(base.base, base.sub, sup, "hat")
    letter = _letter(node, plan)
    if letter in "μσ":
        return Symbol(letter, sub, sup)
    if letter == "p":
        return Symbol(letter if node.ndim < 2 else letter.upper())
    return Symbol(letter if node.ndim < 2 else letter.upper(), sub, sup)


def _letter(node: Node, plan: Plan) -> str:
    """The field's letter for a line: z before and a after an activation, p for probabilities."""
    name = node.prim.name
    users = plan.users.get(node, [])
    kinds = {u.prim.name for u in users}
    spoken = any(node in beside for beside in plan.beside.values())
    if spoken:
        return {"sqrt": "σ", "divide": "μ"}.get(name, "p")
    if name in {"softmax", "masked_softmax", "segment_softmax"}:
        return "p" if plan.loss in users or not users else "a"
    if name == "sigmoid" and plan.loss in users:
        return "p"
    if name in ACTIVATIONS:
        return "a"
    part = _part_of(node)
    if part is not None and node.prim.name in VIEWS:
        return "qkv"[part] if part < 3 else "u"
    if kinds & {"softmax", "masked_softmax"} and name != "linear":
        return "s"
    if name == "matmul" and any(i.prim.name in ACTIVATIONS for i in plan.inputs[node]):
        return "h"
    if _is_norm(node, plan):
        return "n"
    if name in AFFINE or kinds & ACTIVATIONS or (name == "add" and not _is_residual(node, plan)):
        return "z"
    return "h" if name in {"attention", "add", "concat"} else "u"


def _is_residual(node: Node, plan: Plan) -> bool:
    """Whether a sum adds something to a line that stands by itself: h + f(h)."""
    return any(i in plan.inputs for i in node.inputs)


def _part_of(node: Node) -> int | None:
    """Which of the equal slices of a matrix this is, under its reshaping."""
    while node.prim.name in VIEWS and node.prim.name != "slice":
        node = node.inputs[0]
    if node.prim.name != "slice":
        return None
    starts, whole = node.attrs["starts"], node.inputs[0].shape
    cut = [i for i, n in enumerate(node.shape) if n != whole[i]]
    return starts[cut[0]] // node.shape[cut[0]] if len(cut) == 1 and node.shape[cut[0]] else None

"""What a kernel computes, as a formula in one line."""

from __future__ import annotations

from collections.abc import Mapping

from tiza.graph.node import Node
from tiza.readings.native.rewriting.rewrite import swaps

LONGEST, DEEPEST = 160, 24
SUM, TIMES, PRODUCT, POWER, ATOM = 1, 2, 3, 4, 5  # how tightly an operation binds
INFIX = {
    "add": (" + ", SUM), "subtract": (" − ", SUM), "multiply": (" ⊙ ", TIMES),
    "divide": (" / ", TIMES), "matmul": (" ", PRODUCT), "equal": (" = ", 0), "less": (" < ", 0),
    "greater": (" > ", 0), "less_equal": (" ≤ ", 0), "greater_equal": (" ≥ ", 0),
    "not_equal": (" ≠ ", 0), "bitwise_and": (" ∧ ", 0), "bitwise_or": (" ∨ ", 0),
}  # fmt: skip
NAMES = {"sigmoid": "σ", "sqrt": "√", "sum": "Σ", "prod": "∏", "exp": "exp", "logical_not": "¬",
         "bfloat16": "bf16", "pairs": "bf16"}  # fmt: skip
TILED = {  # the matrices of `winograd`
    "apart": "G {0} Gᵀ", "together": "Gᵀ {0} G", "slid": "Aᵀ ({1} (Bᵀ {0} B)) A",
    "learned": "(A {0} Aᵀ) (Bᵀ {1} B)ᵀ",
}  # fmt: skip
SILENT = {"cast", "broadcast_to", "alias", "stop_gradient", "within"}


class Formulas:
    """Formulas over the names of what stands in memory; what has no name is u₁, u₂ ..."""

    def __init__(self, names: Mapping[Node, str]) -> None:
        self.names = dict(names)
        self.count = 0

    def name(self, node: Node) -> str:
        """The name of a value in memory."""
        if node not in self.names:
            if node.name is not None:
                self.names[node] = node.name
            else:
                self.count += 1
                digits = str(self.count).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
                self.names[node] = f"u{digits}"
        return self.names[node]

    def of(self, root: Node, stops: set[Node]) -> str:
        """`root` in terms of the nodes in `stops`, and of leaves."""
        text, _ = self._text(root, stops, 0, top=True)
        return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"

    def _text(self, node: Node, stops: set[Node], depth: int, *, top: bool = False,
              ) -> tuple[str, int]:  # fmt: skip
        """The text of a value and how tightly it binds."""
        if not top and (node in stops or node.prim.name in ("input", "constant")):
            if node.value is not None and node.value.size == 1:
                return f"{node.value.reshape(()).item():.6g}", ATOM
            return self.name(node), ATOM
        if node.prim.name == "literal":
            value = node.attrs["value"]
            return f"{value:.6g}" if isinstance(value, float) else str(value), ATOM
        if depth > DEEPEST or not node.inputs:
            return "…", ATOM
        inputs = map(_pictures, node.inputs) if node.prim.name in TILED else node.inputs
        return _spelled(node, [self._text(x, stops, depth + 1) for x in inputs])


def _spelled(node: Node, parts: list[tuple[str, int]]) -> tuple[str, int]:
    """An operation on texts."""
    name = node.prim.name
    texts = [text for text, _ in parts]
    if name in SILENT or (name == "reshape" and _long(node) == _long(node.inputs[0])):
        return parts[0]
    if name == "permute" and swaps(node):
        return f"{_wrapped(parts[0], POWER)}ᵀ", POWER
    if name == "negative":
        return f"−{_wrapped(parts[0], TIMES)}", TIMES
    if name == "pow" and node.inputs[1].prim.name == "literal":
        return f"{_wrapped(parts[0], ATOM)}^{texts[1]}", POWER
    if name == "where":
        return f"[{texts[0]} ? {texts[1]} : {texts[2]}]", ATOM
    if name in ("take", "take_along"):
        return f"{_wrapped(parts[0], ATOM)}[{texts[1]}]", ATOM
    if name in TILED:
        text = TILED[name].format(*(_wrapped(part, ATOM) for part in parts))
        if name == "slid" and len(parts) > 2:
            text += f" + {texts[2]}"
        return (f"relu({text})", ATOM) if node.attrs.get("relu") else (text, SUM)
    if name in INFIX and len(parts) == 2:
        sign, binds = INFIX[name]
        right = {"subtract": TIMES, "divide": POWER}.get(name, binds)
        return f"{_wrapped(parts[0], binds)}{sign}{_wrapped(parts[1], right)}", binds
    return f"{NAMES.get(name, name)}({', '.join(texts)})", ATOM


def _pictures(x: Node) -> Node:
    """Pictures or kernels, however they are turned."""
    return x.inputs[0] if x.prim.name == "permute" else x


def _wrapped(part: tuple[str, int], least: int) -> str:
    return part[0] if part[1] >= least else f"({part[0]})"


def _long(node: Node) -> list[int]:
    """The axes that hold more than one entry."""
    return [n for n in node.shape if n != 1]

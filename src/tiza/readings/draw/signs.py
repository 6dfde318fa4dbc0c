"""How an operation is written in its box: a sign where the books have one, else its name."""

from __future__ import annotations

from tiza.graph import Node
from tiza.readings.draw.numbers import number

SIGNS = {
    "add": "+", "subtract": "−", "multiply": "×", "divide": "÷", "matmul": "@", "sum": "Σ",
    "prod": "∏", "sqrt": "√", "equal": "=", "not_equal": "≠", "less": "<", "less_equal": "≤",
    "greater": ">", "greater_equal": "≥", "relu": "ReLU", "sigmoid": "σ", "stop_gradient": "stop",
    "gelu": "GELU", "silu": "SiLU", "elu": "ELU", "selu": "SELU", "leaky_relu": "leaky ReLU",
    "minimum": "min", "maximum": "max", "permute": "transpose", "softmax": "softmax",
}  # fmt: skip
POWERS = {2: "(·)²", 3: "(·)³", 0.5: "√", -1: "1 ÷ ·"}


def sign(node: Node) -> str:
    """The text of an operation's box; numbers in the formula stand in it: `· ÷ 2`."""
    name = node.prim.name
    label = SIGNS.get(name, name.replace("_", " "))
    if name == "negative":
        return "− ·"
    if len(node.inputs) != 2 or (name not in SIGNS and name != "pow"):
        return label
    numbers = [_number(i) for i in node.inputs]
    left, right = numbers
    if name == "pow":
        if right is not None and right in POWERS:
            return POWERS[right]
        return f"(·)^{number(right)}" if right is not None else "(·)^(·)"
    if right is not None:
        return f"· {label} {number(right)}"
    return f"{number(left)} {label} ·" if left is not None else label


def is_number(node: Node) -> bool:
    """Whether a node is a number in the formula, shown inside the box that uses it."""
    return node.prim.name == "literal" or (
        node.prim.name in {"broadcast_to", "cast"} and is_number(node.inputs[0])
    )


def _number(node: Node) -> float | None:
    while node.prim.name in {"broadcast_to", "cast"} and node.inputs:
        node = node.inputs[0]
    return float(node.attrs["value"]) if node.prim.name == "literal" else None

"""Formulas of which more is known than of their operations one by one, and that are shorter so.

e^(−x·x)  →  e^y with y ≤ 0, which neither overflows nor is cut in two factors
erf x + 1  →  one function: GELU asks for it, and its slope for the power of e in it
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiza.readings.native.lowering.lower import Value


def shorter(op: str, args: tuple[Value, ...]) -> tuple[str, tuple[Value, ...]]:
    """An operation on these arguments, or what stands for it."""
    if op == "exp" and _less_a_square(args[0]):
        return "exp_falling", args
    if op == "add" and args[0].op == "erf" and _is_one(args[1]):
        return "erf_above", args[0].args
    if op == "add" and args[1].op == "erf" and _is_one(args[0]):
        return "erf_above", args[1].args
    return op, args


def _is_one(value: Value) -> bool:
    return value.op == "number" and value.extra == 1


def _less_a_square(value: Value) -> bool:
    """Whether a value is −x·x."""
    if value.op == "negative" and value.args[0].op == "multiply":
        a, b = value.args[0].args
        return a is b
    if value.op != "multiply":
        return False
    a, b = value.args
    return (a.op == "negative" and a.args[0] is b) or (b.op == "negative" and b.args[0] is a)

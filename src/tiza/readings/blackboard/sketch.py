"""A short way to write formulas for proofs: text to boxes.

`{L/W[jk]} = sum[i] {L/Z[ij]} X[ik]` is ∂L/∂W_jk = Σ_i ∂L/∂Z_ij X_ik. Braces hold a partial
derivative, square brackets after a name its indices, `^T` transposes, `(.)` is Hadamard's
product, `1[...]` the indicator; other words are names.
"""

from __future__ import annotations

import re

from tiza.readings.blackboard import boxes as bx
from tiza.readings.blackboard.boxes import Box, row
from tiza.readings.blackboard.letters import symbol
from tiza.readings.blackboard.notation import ONES, TOP, index_box, name_box, word_box

_TOKEN = re.compile(
    r"(?P<gap>\s*)(?:\{(?P<over>[^/}]+)/(?P<under>[^}]+)\}(?P<dt>\^T)?|sum\[(?P<sum>[^\]]*)\]"
    r"|(?P<ind>1\[)|(?P<name>[^\W\d]\w*'?)(?:\[(?P<at>[^\]]+)\])?(?P<power>\^\w+|\^\{[^{}]*\})?"
    r"|(?P<close>[)\]])(?P<raised>\^\w+)?"
    r"|(?P<number>\d+)(?P<square>\^\w+)?|(?P<sign>\(\.\)|<=|:=|->|[-+=(,/<>|.]))"
)
Level = tuple[str, str, list[Box]]  # what opened it, the space before, what stands inside
_SIGNS = {"(.)": "⊙", "-": "−", "<=": "≤", "->": "→"}
_RELATIONS = {"=", "≤", "<", ">", ":=", "→"}


def sketch(text: str) -> Box:
    """The boxes of a formula in the short notation."""
    stack: list[Level] = [("", "", [])]
    position = 0
    while position < len(text.rstrip()):
        found = _TOKEN.match(text, position)
        if found is None:
            raise LookupError(f"not a formula: {text[position:]}")
        position = found.end()
        _take(found, stack)
    return row(*stack[0][2])


def _take(found: re.Match[str], stack: list[Level]) -> None:
    sign, gap = found["sign"], found["gap"]
    if found["ind"]:
        stack.append(("1[", gap, []))
    elif sign == "(":
        stack.append(("(", gap, []))
    elif found["close"]:
        opener, gap, inside = stack.pop()
        box: Box = bx.Fence(opener[-1], row(*inside), found["close"])
        box = row(ONES, box) if opener == "1[" else _raised(box, found["raised"])
        _put(stack[-1][2], box, gap)
    elif sign:
        shown = _SIGNS.get(sign, sign)
        last = stack[-1][2][-1] if stack[-1][2] else None
        first = last is None or (isinstance(last, bx.Sign) and last.kind == "relation")
        kind = "relation" if shown in _RELATIONS else "comma" if sign == "," else "binary"
        plain = first and shown == "−"
        stack[-1][2].append(
            bx.Sign(shown, "prefix" if plain else "plain" if sign in "/." else kind)
        )
    else:
        _put(stack[-1][2], _atom(found), gap)


def _put(line: list[Box], box: Box, gap: str) -> None:
    if gap and line and not (isinstance(line[-1], bx.Sign)):
        line.append(bx.SPACE)
    line.append(box)


def _atom(found: re.Match[str]) -> Box:
    if found["over"]:
        d = bx.Letter("∂")
        box: Box = bx.Fraction(row(d, _named(found["over"])), row(d, _named(found["under"])))
        return bx.Script(bx.Fence("(", box, ")"), sup=TOP) if found["dt"] else box
    if found["sum"] is not None:
        return bx.Big("∑", index_box(found["sum"]) if found["sum"] else None)
    if found["number"]:
        number: Box = ONES if found["number"] == "1" and found["square"] == "^T" else bx.Numeral(
            found["number"])  # fmt: skip
        return _raised(number, found["square"])
    box = _named(found["name"] + (f"[{found['at']}]" if found["at"] else ""))
    return _raised(box, found["power"])


def _raised(box: Box, power: str | None) -> Box:
    if not power:
        return box
    sup = TOP if power == "^T" else _exponent(power[1:])
    if isinstance(box, bx.Script) and box.sup is None:
        return bx.Script(box.base, box.sub, sup)
    return bx.Script(box, sup=sup)


def _exponent(text: str) -> Box:
    return sketch(text[1:-1]) if text.startswith("{") else word_box(text)


def _named(text: str) -> Box:
    name, _, at = text.strip().partition("[")
    if name in {"one", "ones"}:
        return ONES
    if name.endswith("'"):
        return bx.Script(name_box(symbol(name[:-1])), sup=bx.Sign("′", "plain"))
    return name_box(symbol(name), at.rstrip("]"))

"""Boxes spelled in Unicode, on one line, for the terminal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unicodedata import normalize

from tiza.readings.blackboard import boxes as bx
from tiza.readings.blackboard.boxes import Box

SUB = str.maketrans("0123456789+-−=()aehijklmnoprstuvxβγρφχ,",
                    "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ,")  # fmt: skip
SUP = str.maketrans("′0123456789+-−=()⊤∘ℓabcdefghijklmnoprstuvwxyz",
                    "′⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵀ°ˡᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ")  # fmt: skip
MARKS = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303"}


def unicode(box: Box) -> str:
    """One line of text."""
    return _SPELL[type(box)](box)


def _sign(box: bx.Sign) -> str:
    return {
        "binary": f" {box.text} ",
        "relation": f" {box.text} ",
        "comma": ", ",
        "space": " ",
    }.get(box.kind, box.text)


def _row(box: bx.Row) -> str:
    return "".join(map(unicode, box.items)).replace("  ", " ")


def _lifted(text: str, table: dict[int, int], mark: str) -> str:
    if all(ord(c) in table for c in text):
        return text.translate(table)
    return f"{mark}{text}" if len(text) == 1 or text.isalnum() else f"{mark}({text})"


def _script(box: bx.Script) -> str:
    text = unicode(box.base)
    if box.sub is not None:
        inner = unicode(box.sub).replace(" ", "")
        if "," in inner and not _small(inner):  # entries: P[i,yᵢ]
            sup = "" if box.sup is None else _lifted(unicode(box.sup).replace(" ", ""), SUP, "^")
            return f"{text}{sup}[{inner}]"
        text += inner.translate(SUB) if _small(inner) else _lifted(inner, {}, "_")
    if box.sup is not None:
        text += _lifted(unicode(box.sup).replace(" ", ""), SUP, "^")
    return text


def _small(text: str) -> bool:
    """Digits become small letters below the line; words stay readable after an underscore."""
    digits = all(c.isdigit() or c in ",+-−" for c in text)
    return digits or (len(text) == 1 and ord(text) in SUB) or (
        len(text) <= 7 and all(c in "ijklmnt,+-−" or c.isdigit() for c in text))  # fmt: skip


def _fraction(box: bx.Fraction) -> str:
    over, under = unicode(box.over), unicode(box.under)
    if _is_d(box.over) and _is_d(box.under):
        return f"{over}/{under}"
    over = f"({over})" if _loose(box.over) or "/" in over else over
    under = f"({under})" if _loose(box.under) or " " in under or "/" in under else under
    return f"{over}/{under}"


def _is_d(box: Box) -> bool:
    """∂x, the half of a derivative."""
    return isinstance(box, bx.Row) and len(box.items) == 2 and box.items[0] == bx.Letter("∂")


def _loose(box: Box) -> bool:
    """Whether a numerator needs brackets when written on the line."""
    return isinstance(box, bx.Row) and any(
        isinstance(i, bx.Sign) and i.kind in {"binary", "relation"} and i.text != "·"
        for i in box.items
    )


def _root(box: bx.Root) -> str:
    inner = unicode(box.inside)
    return f"√{inner}" if len(inner.replace("\u0302", "")) == 1 else f"√({inner})"


def _big(box: bx.Big) -> str:
    below = unicode(box.under).replace(" ", "") if box.under is not None else ""
    above = unicode(box.over) if box.over is not None else ""
    low = (
        below.translate(SUB)
        if below and all(ord(c) in SUB for c in below)
        else f"_{below}"
        if len(below) == 1
        else f"_({below})"
    )
    return box.sign + (low if below else "") + (_lifted(above, SUP, "^") if above else "")


def _cases(box: bx.Cases) -> str:
    return "{" + "; ".join(f"{unicode(what)} ({unicode(when)})" for what, when in box.rows) + "}"


def _grid(box: bx.Grid) -> str:
    return "[" + "; ".join(", ".join(map(unicode, r)) for r in box.rows) + "]"


_SPELL: dict[type[Box], Callable[[Any], str]] = {
    bx.Row: _row, bx.Letter: lambda b: "𝟏" if b.bold and b.text == "1" else b.text,
    bx.Numeral: lambda b: b.text, bx.Sign: _sign, bx.Words: lambda b: _words(b.text),
    bx.Script: _script, bx.Fraction: _fraction, bx.Root: _root,
    bx.Fence: lambda b: f"{b.left}{unicode(b.inside)}{b.right}",
    bx.Accent: lambda b: normalize("NFC", unicode(b.base) + MARKS[b.mark]), bx.Big: _big,
    bx.Cases: _cases,
    bx.Grid: _grid,
}  # fmt: skip


def _words(text: str) -> str:
    from tiza.readings.blackboard.words import inside_formula

    return inside_formula(text)

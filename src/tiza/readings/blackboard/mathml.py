"""Boxes spelled in MathML, which browsers set without any script or font from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from tiza.readings.blackboard import boxes as bx
from tiza.readings.blackboard.boxes import Box
from tiza.readings.blackboard.words import inside_formula

ACCENTS = {"hat": "^", "bar": "‾", "tilde": "~"}


def mathml(box: Box, display: bool = False) -> str:
    """A <math> element."""
    kind = ' display="block"' if display else ' displaystyle="true"'
    return f"<math{kind}>{_spell(box)}</math>"


def _spell(box: Box) -> str:
    return _SPELL[type(box)](box)


def _row(*boxes: Box) -> str:
    inner = "".join(map(_spell, boxes))
    return f"<mrow>{inner}</mrow>"


def _letter(box: bx.Letter) -> str:
    if box.bold:
        text = "𝟏" if box.text == "1" else escape(box.text)
        return f"<mi>{text}</mi>"
    if len(box.text) > 1:
        return f'<mi mathvariant="normal">{escape(box.text)}</mi>'
    upright = ' mathvariant="normal"' if box.upright or box.text in "∂∞" else ""
    return f"<mi{upright}>{escape(box.text)}</mi>"


def _sign(box: bx.Sign) -> str:
    if box.kind == "space":
        return '<mspace width="0.18em"/>'
    if box.kind == "prefix":
        return f'<mo form="prefix" rspace="0.06em">{escape(box.text)}</mo>'
    if box.kind == "plain":
        return f'<mo lspace="0" rspace="0">{escape(box.text)}</mo>'
    if box.kind == "comma":
        return '<mo separator="true">,</mo>'
    return f"<mo>{escape(box.text)}</mo>"


def _script(box: bx.Script) -> str:
    base = _row(box.base)
    if box.sub is not None and box.sup is not None:
        return f"<msubsup>{base}{_row(box.sub)}{_row(box.sup)}</msubsup>"
    if box.sub is not None:
        return f"<msub>{base}{_row(box.sub)}</msub>"
    assert box.sup is not None  # a script has at least one of the two
    return f"<msup>{base}{_row(box.sup)}</msup>"


def _fence(box: bx.Fence) -> str:
    grows = "" if _tall(box.inside) else ' stretchy="false"'
    kind = f'fence="true" lspace="0" rspace="0"{grows}'
    left = f'<mo form="prefix" {kind}>{escape(box.left)}</mo>'
    right = f'<mo form="postfix" {kind}>{escape(box.right)}</mo>'
    return f"<mrow>{left}{_spell(box.inside)}{right}</mrow>"


def _tall(box: Box) -> bool:
    """Whether brackets around it must grow."""
    if isinstance(box, bx.Row):
        return any(map(_tall, box.items))
    if isinstance(box, bx.Script):
        return _tall(box.base)
    return isinstance(box, bx.Fraction | bx.Big | bx.Grid | bx.Cases) or (
        isinstance(box, bx.Fence | bx.Root) and _tall(box.inside)
    )


def _big(box: bx.Big) -> str:
    sign = f'<mo movablelimits="false">{box.sign}</mo>'
    if box.under is not None and box.over is not None:
        return f"<munderover>{sign}{_row(box.under)}{_row(box.over)}</munderover>"
    if box.under is not None:
        return f"<munder>{sign}{_row(box.under)}</munder>"
    return sign


def _table(rows: tuple[tuple[Box, ...], ...]) -> str:
    lines = "".join(
        "<mtr>" + "".join(f"<mtd>{_spell(cell)}</mtd>" for cell in line) + "</mtr>" for line in rows
    )
    return f"<mtable>{lines}</mtable>"


_SPELL: dict[type[Box], Callable[[Any], str]] = {
    bx.Row: lambda b: _row(*b.items), bx.Letter: _letter,
    bx.Numeral: lambda b: f"<mn>{escape(b.text)}</mn>", bx.Sign: _sign,
    bx.Words: lambda b: f"<mtext>{escape(inside_formula(b.text))}</mtext>", bx.Script: _script,
    bx.Fraction: lambda b: f"<mfrac>{_row(b.over)}{_row(b.under)}</mfrac>",
    bx.Root: lambda b: f"<msqrt>{_spell(b.inside)}</msqrt>", bx.Fence: _fence,
    bx.Accent: lambda b: f'<mover accent="true">{_row(b.base)}<mo>{ACCENTS[b.mark]}</mo></mover>',
    bx.Big: _big,
    bx.Cases: lambda b: f'<mrow><mo fence="true">{{</mo>{_table(b.rows)}</mrow>',
    bx.Grid: lambda b: (
        f'<mrow><mo fence="true">[</mo>{_table(b.rows)}<mo fence="true">]</mo></mrow>'),
}  # fmt: skip

"""The derivation in Markdown, formulas between dollars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiza.readings.blackboard.document import fold_line, line, plainly, span
from tiza.readings.blackboard.figures import shape_text
from tiza.readings.blackboard.folding import Fold
from tiza.readings.blackboard.latex import latex
from tiza.readings.blackboard.notation import name_box
from tiza.readings.blackboard.page import given, notes, sections
from tiza.readings.blackboard.plain import size
from tiza.readings.blackboard.words import STRANGE, say

if TYPE_CHECKING:
    from tiza.readings.blackboard.result import Derivation


def markdown(d: Derivation) -> str:
    """Headings and displays; renders on GitHub, in Jupyter and in MkDocs."""
    made = [f"## {say('title', loss=f'${latex(name_box(d.board.top))}$')}", "", _given(d), ""]
    for s in sections(d):
        made += [f"### {s.title}", ""]
        if s.formulas:
            made += [_display([plainly(latex(box)) for box in s.formulas]), ""]
        pending: list[str] = []
        before: Fold | None = None
        for e in s.entries:
            if e.fold is not None and e.fold != before:
                pending.append(fold_line(e.fold))
            before = e.fold
            pending.append(plainly(line(e)))
            if e.why:
                made += [_display(pending), "", f"*{say('why')}.*", ""]
                made += [p if isinstance(p, str) else f"$${latex(p)}$$" for p in e.why]
                made.append("")
                pending = []
        if pending:
            made += [_display(pending), ""]
    found = d.check()
    made.append(f"*{say('check')}:* {say('greatest')} {say('to-finite')} {size(found['finite'])}, "
                f"{say('to-formulas')} {size(found['formulas'])}.")  # fmt: skip
    return "\n".join(made) + "\n"


def _display(rows: list[str]) -> str:
    return "$$\n\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}\n$$"


def _given(d: Derivation) -> str:
    items = []
    for i, box, fold in given(d):
        words = [f"`{i.where}`"] if i.where else []
        words += [shape_text(i.shape)] if i.shape else []
        words += [span(fold)] if fold is not None else []
        words += [say(i.kind)] if i.kind in STRANGE else []
        items.append(f"${latex(box)}$" + (f" ({', '.join(words)})" if words else ""))
    said = " ".join(notes(d))
    return f"**{say('symbols')}:** " + ", ".join(items) + "." + (f"\n\n{said}" if said else "")

"""The derivation in LaTeX: mathematics for a notebook, or a document for pdflatex."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiza.errors import language
from tiza.readings.blackboard.boxes import (
    Accent,
    Big,
    Box,
    Cases,
    Fence,
    Fraction,
    Root,
    Row,
    Script,
    Sign,
)
from tiza.readings.blackboard.figures import shape_text
from tiza.readings.blackboard.folding import Fold
from tiza.readings.blackboard.latex import escaped, latex
from tiza.readings.blackboard.notation import name_box
from tiza.readings.blackboard.page import Entry, Section, given, notes, sections
from tiza.readings.blackboard.plain import size
from tiza.readings.blackboard.unicode import SUB, unicode
from tiza.readings.blackboard.words import STRANGE, say

if TYPE_CHECKING:
    from tiza.readings.blackboard.result import Derivation

PREAMBLE = r"""\documentclass[10pt,fleqn]{article}
\IfFileExists{lmodern.sty}{\usepackage[T1]{fontenc}\usepackage{lmodern}}{}
\usepackage[utf8]{inputenc}
\usepackage{amsmath,amssymb,multicol,graphicx}
\usepackage[a4paper,margin=2cm]{geometry}
\setlength{\parindent}{0pt}
\sloppy
\setlength{\parskip}{3pt}
\setlength{\mathindent}{1em}
\allowdisplaybreaks
% A side of an equation that is wider than the line is set smaller, so that nothing is cut.
\newsavebox{\side}
\newlength{\room}
\newcommand{\fit}[1]{{}\sbox{\side}{$\displaystyle{}#1$}%
\setlength{\room}{\dimexpr\linewidth-\mathindent-5em\relax}%
\ifdim\wd\side>\room\vcenter{\hbox{\resizebox{\room}{!}{\usebox{\side}}}}\else{{}#1}\fi}
\begin{document}
"""
COLUMN = 42  # letters in half a page
SMALL = (
    r"\newgeometry{margin=1.4cm}\footnotesize\setlength{\jot}{1pt}"
    r"\setlength{\abovedisplayskip}{2pt}\setlength{\belowdisplayskip}{2pt}"
    r"\setlength{\abovedisplayshortskip}{0pt}\setlength{\belowdisplayshortskip}{2pt}"
)
TEXT = {"₁": "$_1$", "≤": r"$\le$", "φ": r"$\varphi$", "→": r"$\to$",
        "−": "$-$", "Σ": r"$\sum$", "σ": r"$\sigma$", "μ": r"$\mu$", "∂": r"$\partial$",
        "ᵀ": r"$^\top$", "²": "$^2$", "ℓ": r"$\ell$", "≠": r"$\neq$", "𝟏": r"$\mathbf{1}$",
        "⊙": r"$\odot$", "×": r"$\times$", "′": "$'$", "δ": r"$\delta$"}  # fmt: skip


_LOWERED = {chr(low): f"$_{{{chr(high)}}}$" for high, low in SUB.items() if chr(high).isalnum()}


def text(plain: str) -> str:
    """Running text for LaTeX."""
    return "".join(TEXT.get(c) or _LOWERED.get(c, c) for c in escaped(plain))


def line(e: Entry) -> str:
    """One equation with its numbers, & before the first relation."""
    parts = [latex(e.equation)]
    if e.numbers is not None:
        parts.append(f"= {latex(e.numbers)}")
    if e.value is not None:
        parts.append(f"= {latex(e.value)}")
    if e.shape and not e.tight:
        parts.append(rf"\quad{{\scriptstyle ({shape_text(e.shape)})}}".replace("×", r"\times"))
    return " ".join(parts)


def fold_line(fold: Fold) -> str:
    """For ℓ = 1, …, 12, above the lines of one layer."""
    words = str(fold).replace("ℓ", r"$\ell$").replace("…", r"\dots")
    return rf"& \textit{{{words}:}}"


def span(fold: Fold) -> str:
    """ℓ = 1, …, 12, in mathematics mode."""
    return "$" + fold.span.replace("ℓ", r"\ell").replace("…", r"\dots") + "$"


def aligned(text: str) -> str:
    """An equation with & before its first relation."""
    for sign in (r"\mathrel{:=}", r"\leftarrow", "="):
        at = text.find(f" {sign} ")
        if at >= 0:
            return f"{text[:at]} & \\fit{{{text[at:]}}}"
    return f"& \\fit{{{text}}}"


def plainly(text: str) -> str:
    """`aligned` for a notebook, which knows no macros of ours."""
    return aligned(text).replace("& \\fit{", "& ", 1)[:-1]


def mathematics(d: Derivation) -> str:
    """Everything as one display, for `_repr_latex_`."""
    rows: list[str] = []
    for s in sections(d):
        rows.append(rf"& \textbf{{{s.title}}}")
        rows += [plainly(latex(box)) for box in s.formulas]
        before: Fold | None = None
        for e in s.entries:
            if e.fold is not None and e.fold != before:
                rows.append(fold_line(e.fold))
            before = e.fold
            rows.append(plainly(line(e)))
    body = " \\\\\n".join(rows)
    return f"$$\n\\begin{{aligned}}\n{body}\n\\end{{aligned}}\n$$"


def document(d: Derivation) -> str:
    """A document that pdflatex compiles."""
    title = say("title", loss=f"${latex(name_box(d.board.top))}$")
    tight = [SMALL] if d.detail == "summary" else []
    made = [PREAMBLE, *tight, rf"\section*{{{title}}}", _given(d)]
    for s in sections(d):
        columns = bool(tight) and s.part in {"forward", "gradients"} and _narrow(s)
        made.append(rf"\subsection*{{{text(s.title)}}}")
        made += [r"\begin{multicols}{2}"] if columns else []
        if s.formulas:
            made.append(_align([aligned(latex(box)) for box in s.formulas]))
        pending: list[str] = []
        before: Fold | None = None
        for e in s.entries:
            if e.fold is not None and e.fold != before:
                pending.append(fold_line(e.fold))
            before = e.fold
            pending.append(aligned(line(e)))
            if e.why:
                made += [_align(pending), _proof(e.why)]
                pending = []
        if pending:
            made.append(_align(pending))
        made += [r"\end{multicols}"] if columns else []
    found = d.check()
    made.append(rf"\medskip\textit{{{text(say('check'))}:}} {text(say('greatest'))} "
                rf"{text(say('to-finite'))} {size(found['finite'])}, "
                rf"{text(say('to-formulas'))} {size(found['formulas'])}.")  # fmt: skip
    made.append("\\end{document}\n")
    lang = "% " + language()
    return f"{lang}\n" + "\n".join(made)


def _narrow(s: Section) -> bool:
    """Whether every line of a section fits into half a page."""
    wide = [breadth(e.equation) for e in s.entries] + [breadth(box) for box in s.formulas]
    return max(wide, default=0.0) <= COLUMN


def breadth(box: Box) -> float:
    """About how many letters wide a formula is set.

    >>> from tiza.readings.blackboard.boxes import Fraction, Letter
    >>> breadth(Fraction(Letter("a"), Letter("tanh")))
    4.5
    """
    match box:
        case Fraction(over, under):
            return max(breadth(over), breadth(under)) + 0.5
        case Row(items):
            return sum(map(breadth, items))
        case Fence(_, inside, _) | Root(inside):
            return breadth(inside) + 1.5
        case Accent(_, base):
            return breadth(base)
        case Big(_, below, above):
            return 1.5 + max(breadth(part) * 0.5 if part else 0.0 for part in (below, above))
        case Script(base, sub, sup):
            scripts = [0.65 * breadth(part) for part in (sub, sup) if part is not None]
            return breadth(base) + max(scripts, default=0.0)
        case Cases(rows):
            return 3.5 + max(breadth(what) + breadth(when) for what, when in rows)
        case Sign(sign, "binary" | "relation"):
            return len(sign.strip()) + 1.4
    return float(len(unicode(box).strip()))


def _align(rows: list[str]) -> str:
    return "\\begin{align*}\n" + " \\\\\n".join(rows) + "\n\\end{align*}"


def _proof(why: list[str | Box]) -> str:
    parts = [text(p) if isinstance(p, str) else rf"\[ {latex(p)} \]" for p in why]
    return rf"\begin{{quote}}\small \textit{{{say('why')}.}} " + "\n".join(parts) + r"\end{quote}"


def _given(d: Derivation) -> str:
    items = []
    for i, box, fold in given(d):
        words = [text(i.where)] if i.where else []
        words += [f"${shape_text(i.shape)}$".replace("×", r"\times")] if i.shape else []
        words += [span(fold)] if fold is not None else []
        words += [text(say(i.kind))] if i.kind in STRANGE else []
        items.append(f"${latex(box)}$" + (f" ({', '.join(words)})" if words else ""))
    said = " ".join(map(text, notes(d)))
    return rf"\textbf{{{say('symbols')}.}} " + ",\n".join(items) + ". " + said

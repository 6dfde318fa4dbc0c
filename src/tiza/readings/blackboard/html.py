"""The derivation as HTML with MathML: one file that needs no script, font or connection."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from tiza.errors import language
from tiza.readings.blackboard.boxes import EQUALS, Box, row
from tiza.readings.blackboard.figures import shape_text
from tiza.readings.blackboard.folding import Fold
from tiza.readings.blackboard.mathml import mathml
from tiza.readings.blackboard.notation import name_box
from tiza.readings.blackboard.page import Entry, Section, given, notes, sections
from tiza.readings.blackboard.plain import size
from tiza.readings.blackboard.words import TOLD, say

if TYPE_CHECKING:
    from tiza.readings.blackboard.result import Derivation

# Ink, paper and so on, by day and by night: night where the page around it is dark. A notebook
# and an old browser, which do not say so, stay light.
SHADES = {
    "ink": ("#1f2430", "#e6e9ed"),
    "paper": ("#fff", "#15191e"),
    "head": ("#1d4e79", "#8cc4f5"),
    "rule": ("#c9d6e2", "#3a4652"),
    "value": ("#8a3b12", "#f0a06a"),
    "soft": ("#67707c", "#9aa4af"),
    "aside": ("#333b47", "#c3cad2"),
    "good": ("#2b5d34", "#7fce8f"),
}


def _shades() -> str:
    day = ";".join(f"--tz-{name}:{light}" for name, (light, _) in SHADES.items())
    both = ";".join(f"--tz-{name}:light-dark({a},{b})" for name, (a, b) in SHADES.items())
    return (f".tiza-board{{{day}}}\n"
            f"@supports (color:light-dark(#000,#fff)){{.tiza-board{{{both}}}}}\n")  # fmt: skip


STYLE = (
    _shades()
    + """
.tiza-board{font-family:Georgia,'Times New Roman',serif;color:var(--tz-ink);line-height:1.5;
 max-width:64rem;background:var(--tz-paper);font-size:1rem}
.tiza-board h1{font-size:1.5rem;font-weight:600;margin:0 0 .6rem}
.tiza-board h2{font-size:1.08rem;font-weight:600;margin:1.3rem 0 .3rem;color:var(--tz-head);
 border-bottom:1px solid var(--tz-rule);padding-bottom:.15rem}
.tiza-board table.lines{border-collapse:collapse;border:0;margin:0;width:auto}
.tiza-board table.lines>tbody>tr>td{padding:.22rem 1.1rem .22rem 0;text-align:left;border:0;
 vertical-align:middle;background:none}
.tiza-board td.value{color:var(--tz-value);white-space:nowrap}
.tiza-board td.shape{color:var(--tz-soft);font-size:.82rem;white-space:nowrap;font-family:system-ui,
 sans-serif}
.tiza-board td.fold{color:var(--tz-head);font-style:italic;padding-top:.5rem!important}
.tiza-board tr.folded>td:first-child{padding-left:1.4rem!important;
 border-left:3px solid var(--tz-rule)!important}
.tiza-board math{font-size:1.08em}
.tiza-board .given span{display:inline-block;margin:0 1.1rem .15rem 0;white-space:nowrap}
.tiza-board .given small,.tiza-board .note{color:var(--tz-soft);font-family:system-ui,sans-serif;
 font-size:.82rem}
.tiza-board details{margin:.1rem 0 .5rem 1.2rem;color:var(--tz-aside);font-size:.95rem}
.tiza-board summary{cursor:pointer;color:var(--tz-head);font-family:system-ui,sans-serif;
 font-size:.82rem}
.tiza-board .proof{border-left:3px solid var(--tz-rule);padding-left:.9rem;margin:.3rem 0}
.tiza-board .check{margin-top:1.2rem;font-family:system-ui,sans-serif;font-size:.85rem;
 color:var(--tz-good)}
@media (max-width:40rem){.tiza-board{font-size:.92rem;overflow-x:auto}}
@media print{.tiza-board{font-size:10pt}}
"""
)


def fragment(d: Derivation) -> str:
    """The derivation for a notebook cell."""
    parts = [_given(d), *(_section(s) for s in sections(d)), _check(d)]
    return f'<style>{STYLE}</style><div class="tiza-board">{"".join(parts)}</div>'


def page(d: Derivation) -> str:
    """A whole page."""
    title = escape(say("title-plain"))
    head = (
        f'<!doctype html>\n<html lang="{language()}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{title}</title>"
        '<meta name="color-scheme" content="light dark">'
        "<style>body{margin:2rem auto;max-width:66rem;padding:0 1.2rem;background:#fff;"
        "background:light-dark(#fff,#15191e)}</style>"
        "</head><body>"
    )
    name = mathml(name_box(d.board.top))
    heading = f'<div class="tiza-board"><h1>{say("title", loss=name)}</h1></div>'
    return f"{head}{heading}{fragment(d)}</body></html>\n"


def _given(d: Derivation) -> str:
    rows = []
    for i, box, fold in given(d):
        words = [say(i.kind)] if i.kind in TOLD else []
        words += [escape(i.where)] if i.where else []
        words += [shape_text(i.shape)] if i.shape else []
        words += [fold.span] if fold is not None else []
        small = f" <small>{', '.join(words)}</small>" if words else ""
        rows.append(f"<span>{mathml(box)}{small}</span>")
    said = " ".join(notes(d))
    note = f'<p class="note">{escape(said)}</p>' if said else ""
    return f'<h2>{say("symbols")}</h2><div class="given">{"".join(rows)}</div>{note}'


def _section(section: Section) -> str:
    made = [f"<h2>{escape(section.title)}</h2>"]
    made += [f"<p>{mathml(box)}</p>" for box in section.formulas]
    if section.entries:
        made.append('<table class="lines"><tbody>')
        before: Fold | None = None
        for e in section.entries:
            if e.fold is not None and e.fold != before:
                made.append(f'<tr><td colspan="3" class="fold">{escape(str(e.fold))}</td></tr>')
            made.append(_entry(e))
            before = e.fold
        made.append("</tbody></table>")
    return "".join(made)


def _entry(e: Entry) -> str:
    equation = mathml(e.equation)
    if e.numbers is not None:
        equation += f' <span class="numbers">{mathml(_equals(e.numbers))}</span>'
    value = mathml(_equals(e.value)) if e.value is not None else ""
    shape = f'<td class="shape">{shape_text(e.shape)}</td>' if e.shape else ""
    kind = ' class="folded"' if e.fold is not None else ""
    line = f'<tr{kind}><td>{equation}</td><td class="value">{value}</td>{shape}</tr>'
    if e.why:
        proof = "".join(
            f"<div>{escape(p)}</div>" if isinstance(p, str) else f"<div>{mathml(p, True)}</div>"
            for p in e.why
        )
        line += (f'<tr><td colspan="3"><details><summary>{say("why")}</summary>'
                 f'<div class="proof">{proof}</div></details></td></tr>')  # fmt: skip
    return line


def _equals(box: Box) -> Box:
    return row(EQUALS, box)


def _check(d: Derivation) -> str:
    found = d.check()
    text = (f"{say('check')}: {say('greatest')} {say('to-finite')} {size(found['finite'])}, "
            f"{say('to-formulas')} {size(found['formulas'])}")  # fmt: skip
    return f'<p class="check">{escape(text)}</p>'

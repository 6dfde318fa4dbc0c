"""Boxes spelled in LaTeX: amsmath and amssymb suffice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tiza.readings.blackboard import boxes as bx
from tiza.readings.blackboard.boxes import Box
from tiza.readings.blackboard.words import inside_formula

GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "varepsilon", "ζ": "zeta",
    "η": "eta", "θ": "theta", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi",
    "π": "pi", "ρ": "rho", "σ": "sigma", "τ": "tau", "φ": "varphi", "ϕ": "phi", "χ": "chi",
    "ψ": "psi", "ω": "omega", "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda",
    "Ξ": "Xi", "Π": "Pi", "Σ": "Sigma", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega", "∂": "partial",
    "∞": "infty", "ℓ": "ell", "∇": "nabla",
}  # fmt: skip
SIGNS = {
    "−": "-", "⊙": r"\odot", "·": r"\cdot", "⊤": r"\top", "∘": r"\circ", "≤": r"\le", "≥": r"\ge",
    "≠": r"\ne", "¬": r"\lnot", "∧": r"\land", "∨": r"\lor", "⊗": r"\otimes",
    "⊕": r"\oplus", "≪": r"\ll", "≫": r"\gg", "∼": r"\sim", "mod": r"\bmod",
    "←": r"\leftarrow", "≈": r"\approx", "∈": r"\in",
    ":=": r"\mathrel{:=}", "′": r"\prime", "∗": r"\ast",
    "⋆": r"\star", "→": r"\to", "…": r"\dots", "⋮": r"\vdots", "⇒": r"\Rightarrow", "×": r"\times",
}  # fmt: skip
KNOWN = {"tanh", "log", "sin", "cos", "tan", "sinh", "cosh", "exp", "max", "min", "det", "arcsin",
         "arccos", "arctan"}  # fmt: skip
FENCES = {"(": "(", ")": ")", "[": "[", "]": "]", "|": r"\lvert ", "⌊": r"\lfloor ",
          "⌋": r"\rfloor ", "⌈": r"\lceil ", "⌉": r"\rceil ", "‖": r"\lVert "}  # fmt: skip
RIGHT = {"|": r"\rvert ", "‖": r"\rVert "}
ACCENTS = {"hat": r"\hat", "bar": r"\bar", "tilde": r"\tilde"}


def latex(box: Box) -> str:
    """LaTeX for mathematics mode."""
    return _SPELL[type(box)](box)


def _letter(box: bx.Letter) -> str:
    if box.bold:
        return rf"\mathbf{{{box.text}}}"
    if box.upright:
        return rf"\mathrm{{{box.text}}}"
    if box.text in GREEK:
        return rf"\{GREEK[box.text]} "
    if len(box.text) == 1:
        return box.text
    if box.text in KNOWN:
        return rf"\{box.text} "
    return rf"\operatorname{{{escaped(box.text)}}}"


def escaped(text: str) -> str:
    """Text with LaTeX's own signs made harmless."""
    table = {"_": r"\_", "%": r"\%", "&": r"\&", "#": r"\#", "$": r"\$", "{": r"\{", "}": r"\}",
             "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
             "\\": r"\textbackslash{}"}  # fmt: skip
    return "".join(table.get(c, c) for c in text)


def _sign(box: bx.Sign) -> str:
    if box.kind == "space":
        return r"\,"
    text = SIGNS.get(box.text, box.text)
    return f" {text} " if box.kind != "comma" else ", "


def _script(box: bx.Script) -> str:
    text = f"{{{latex(box.base)}}}" if not isinstance(box.base, bx.Fence) else latex(box.base)
    if box.sub is not None:
        text += f"_{{{latex(box.sub)}}}"
    return text + (f"^{{{latex(box.sup)}}}" if box.sup is not None else "")


def _fence(box: bx.Fence) -> str:
    inner = latex(box.inside)
    left, right = FENCES[box.left], RIGHT.get(box.right) or FENCES[box.right]
    tall = r"\frac" in inner or r"\sum" in inner or "begin{" in inner
    return rf"\left{left} {inner} \right{right}" if tall else f"{left}{inner}{right}"


def _big(box: bx.Big) -> str:
    sign = {"∑": r"\sum", "max": r"\max", "∏": r"\prod"}[box.sign]
    below = f"_{{{latex(box.under)}}}" if box.under is not None else ""
    return sign + below + (f"^{{{latex(box.over)}}}" if box.over is not None else "")


def _cases(box: bx.Cases) -> str:
    rows = r" \\ ".join(f"{latex(what)} & {latex(when)}" for what, when in box.rows)
    return rf"\begin{{cases}} {rows} \end{{cases}}"


def _grid(box: bx.Grid) -> str:
    rows = r" \\ ".join(" & ".join(map(latex, r)) for r in box.rows)
    return rf"\begin{{bmatrix}} {rows} \end{{bmatrix}}"


_SPELL: dict[type[Box], Callable[[Any], str]] = {
    bx.Row: lambda b: "".join(map(latex, b.items)), bx.Letter: _letter,
    bx.Numeral: lambda b: b.text.replace(",", "{,}"), bx.Sign: _sign,
    bx.Words: lambda b: rf"\text{{{inside_formula(b.text)}}}", bx.Script: _script,
    bx.Fraction: lambda b: rf"\frac{{{latex(b.over)}}}{{{latex(b.under)}}}",
    bx.Root: lambda b: rf"\sqrt{{{latex(b.inside)}}}", bx.Fence: _fence,
    bx.Accent: lambda b: rf"{ACCENTS[b.mark]}{{{latex(b.base)}}}", bx.Big: _big,
    bx.Cases: _cases, bx.Grid: _grid,
}  # fmt: skip

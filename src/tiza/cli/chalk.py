r"""The LaTeX of the records as one line of Unicode, for a terminal.

It knows the part of LaTeX that the records use: fractions, roots, powers, names, accents.
"""

import re

SYMBOLS = {
    "odot": "⊙",
    "cdot": "·",
    "times": "×",
    "pi": "π",
    "sigma": "σ",
    "Sigma": "Σ",
    "mu": "μ",
    "epsilon": "ε",
    "varepsilon": "ε",
    "gamma": "γ",
    "beta": "β",
    "alpha": "α",
    "delta": "δ",
    "lambda": "λ",
    "eta": "η",
    "theta": "θ",
    "Phi": "Φ",
    "phi": "φ",
    "varphi": "φ",
    "partial": "∂",
    "infty": "∞",
    "sum": "∑",
    "prod": "∏",
    "int": "∫",
    "top": "ᵀ",
    "lnot": "¬",
    "neg": "¬",
    "land": "∧",
    "lor": "∨",
    "wedge": "∧",
    "vee": "∨",
    "oplus": "⊕",
    "sim": "~",
    "lvert": "|",
    "rvert": "|",
    "lVert": "‖",
    "rVert": "‖",
    "lfloor": "⌊",
    "rfloor": "⌋",
    "lceil": "⌈",
    "rceil": "⌉",
    "langle": "⟨",
    "rangle": "⟩",
    "le": "≤",
    "leq": "≤",
    "ge": "≥",
    "geq": "≥",
    "ne": "≠",
    "neq": "≠",
    "to": "→",
    "mapsto": "↦",
    "gets": "←",
    "leftarrow": "←",
    "in": "∈",
    "notin": "∉",
    "forall": "∀",
    "exists": "∃",
    "Re": "Re",
    "Im": "Im",
    "ldots": "…",
    "dots": "…",
    "cdots": "⋯",
    "ast": "∗",
    "star": "⋆",
    "ll": "<<",
    "gg": ">>",
    "equiv": "≡",
    "approx": "≈",
    "mid": "|",
    "dagger": "†",
    "quad": "  ",
    "qquad": "    ",
    "otimes": "⊗",
    "circ": "∘",
    "pm": "±",
    "ell": "ℓ",
    "triangle": "△",
    "colon": ":",
    "bmod": "mod",
    "{": "{",
    "}": "}",
    ",": " ",
    ";": " ",
    ":": " ",
    "!": "",
    " ": " ",
    "%": "%",
    "_": "_",
    "|": "‖",
    "\\": "; ",
    "lbrace": "{",
    "rbrace": "}",
    "mathbin": "",
    "mathrel": "",
    "mathord": "",
    "displaystyle": "",
    "left": "",
    "right": "",
    "limits": "",
    "bigl": "",
    "bigr": "",
    "big": "",
    "Big": "",
    "mathstrut": "",
}
PLAIN = {
    "operatorname",
    "mathrm",
    "text",
    "mathbf",
    "mathbb",
    "mathcal",
    "mathsf",
    "boldsymbol",
    "texttt",
    "mathit",
    "textstyle",
    "mathtt",
}
ACCENTS = {
    "overline": "\u0304",
    "bar": "\u0304",
    "hat": "\u0302",
    "tilde": "\u0303",
    "widetilde": "\u0303",
    "widehat": "\u0302",
    "dot": "\u0307",
}
BRACKETS = {"cases": ("{ ", " }"), "bmatrix": ("[", "]"), "pmatrix": ("(", ")")}
UP = str.maketrans("0123456789+-()nTijkxyabctdm", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿᵀⁱʲᵏˣʸᵃᵇᶜᵗᵈᵐ")
DOWN = str.maketrans("0123456789+-()ijkxaetnmp", "₀₁₂₃₄₅₆₇₈₉₊₋₍₎ᵢⱼₖₓₐₑₜₙₘₚ")
TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|[{}^_&]|\s+|[^\\{}^_&\s]", re.S)


def readable(latex: str) -> str:
    r"""One line of Unicode that says the same.

    >>> readable(r"g \odot (1 - y^2)"), readable(r"\frac{1}{\sqrt{1 - x^2}}")
    ('g ⊙ (1 - y²)', '1/√(1 - x²)')
    """
    tokens = TOKEN.findall(latex)
    tokens.reverse()
    text = re.sub(r"\s+", " ", _row(tokens)).strip()
    return re.sub(r"([|⌊⌈‖]) (\S[^|⌋⌉‖]*?) ([|⌋⌉‖])", r"\1\2\3", text)


def _row(tokens: list[str]) -> str:
    """Everything up to the closing brace of this level, or the end."""
    parts: list[str] = []
    while tokens and tokens[-1] != "}":
        parts.append(_one(tokens))
    if tokens:
        tokens.pop()
    return "".join(parts)


def _one(tokens: list[str]) -> str:
    """The next piece: a group, a command with its arguments, or a character."""
    token = tokens.pop()
    if token == "{":
        return _row(tokens)
    if token == "^":
        return _script(_argument(tokens), UP, "^")
    if token == "_":
        return _script(_argument(tokens), DOWN, "_")
    if token == "&":
        return ": "
    if token.startswith("\\"):
        return _command(token[1:].rstrip("*"), tokens)
    return token


def _argument(tokens: list[str]) -> str:
    while tokens and tokens[-1].isspace():
        tokens.pop()
    return _one(tokens) if tokens else ""


def _command(name: str, tokens: list[str]) -> str:
    if name in ("frac", "tfrac", "dfrac"):
        return f"{_factor(_argument(tokens))}/{_factor(_argument(tokens))}"
    if name == "sqrt":
        return f"√{_factor(_argument(tokens))}"
    if name in PLAIN:
        return _argument(tokens)
    if name in ACCENTS:
        inside = _argument(tokens)
        return inside + ACCENTS[name] if len(inside) == 1 else f"conj({inside})"
    if name in ("begin", "end"):
        opening, closing = BRACKETS.get(_argument(tokens), ("", ""))
        return opening if name == "begin" else closing
    return SYMBOLS.get(name, name)


def _factor(text: str) -> str:
    """The text itself where it is one factor, else in parentheses."""
    whole = re.fullmatch(r"[\w√.']+|([A-Za-z]{2,}|[√σΦφ]?)\([^()]*\)|[\w]+[⁰¹²³⁴⁵⁶⁷⁸⁹]*", text)
    return text if whole else f"({text})"


def _script(text: str, table: dict[int, int], mark: str) -> str:
    if table is UP and text == "ᵀ":
        return text
    if text and all(ord(char) in table for char in text):
        return text.translate(table)
    return f"{mark}{text}" if len(text) == 1 else f"{mark}({text})"

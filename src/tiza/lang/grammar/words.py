"""The vocabulary of the grammar: functions, Greek letters, LaTeX commands, signs."""

from __future__ import annotations

# What may be called, and the names under which people know it.
SYNONYMS = {
    "sigmoid": "S sigma logistic expit σ",
    "tanh": "th tgh",
    "relu": "ReLU Relu",
    "log": "ln Log",
    "atan": "arctan",
    "asin": "arcsin arcsen",
    "acos": "arccos",
    "sin": "sen",
    "tan": "tg",
    "asinh": "arcsinh",
    "acosh": "arccosh",
    "atanh": "arctanh",
    "trace": "tr Tr",
    "inv": "inverse",
    "softmax": "SoftMax Softmax",
    "abs": "fabs absolute",
    "sign": "sgn sg",
    "mean": "avg promedio",
    "sum": "suma",
    "matmul": "mm",
    "multiply": "hadamard",
    "concat": "concatenate",
    "log_softmax": "logsoftmax LogSoftmax",
}
PLAIN = (
    "exp", "sqrt", "cos", "sinh", "cosh", "softplus", "erf", "square", "log2", "log10", "log1p",
    "expm1", "max", "min", "maximum", "minimum", "norm", "dot", "outer", "det", "diag",
    "transpose", "silu", "gelu", "logsumexp", "indicator", "pow", "prod", "var",
)  # fmt: skip
FUNCTIONS: dict[str, str] = {name: name for name in (*PLAIN, *SYNONYMS)}
FUNCTIONS |= {alias: name for name, aliases in SYNONYMS.items() for alias in aliases.split()}
ONLY_WITH_PARENTHESES = {"S", "sigma", "Tr", "th", "tr", "sg"}  # without them, variables
WITHOUT_PARENTHESES = {
    "tanh", "relu", "log", "atan", "asin", "acos", "sin", "tan", "asinh", "acosh", "atanh",
    "trace", "softmax", "abs", "sign", "exp", "sqrt", "cos", "sinh", "cosh", "softplus", "erf",
    "log2", "log10", "sigmoid", "diag", "det", "silu", "gelu",
}  # fmt: skip
OPTIONS = {"axis": "axis", "dim": "axis", "keepdims": "keepdims", "keepdim": "keepdims"}
METHODS = {"sum", "mean", "max", "min", "dot", "exp", "log", "sqrt", "tanh", "sigmoid", "relu",
           "abs", "softmax", "transpose", "var", "prod", "pow", "square", "trace"}  # fmt: skip
MODULES = {"np", "numpy", "tz", "tiza", "torch", "math", "F", "jnp", "tf"}

_GREEK_WORDS = (
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa",
    "lambda", "mu", "nu", "xi", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi",
    "omega", "Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Phi", "Psi", "Omega",
    "epsilon", "phi",
)  # fmt: skip
GREEK = dict(zip("αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩϵϕ", _GREEK_WORDS, strict=True))
GREEK_WORDS = frozenset(GREEK.values())
VARIANTS = {"varepsilon": "epsilon", "varphi": "phi", "vartheta": "theta", "varrho": "rho",
            "varsigma": "sigma", "ell": "ell"}  # fmt: skip
HATS = {"\u0302": "hat", "\u0304": "bar", "\u0303": "tilde", "\u0307": "dot"}
HAT_COMMANDS = {"hat": "hat", "widehat": "hat", "bar": "bar", "overline": "bar",
                "tilde": "tilde", "widetilde": "tilde", "dot": "dot"}  # fmt: skip
FONTS = {
    "mathbf", "boldsymbol", "bm", "mathrm", "text", "textrm", "textbf", "textit", "mathcal",
    "operatorname", "mathit", "mathsf", "mathbb", "vec", "mathtt", "mathds",
}  # fmt: skip
SPACES = {
    "quad", "qquad", "left", "right", "big", "Big", "bigl", "bigr", "Bigl", "Bigr", "bigg",
    "Bigg", "biggl", "biggr", "limits", "nolimits", "displaystyle", "textstyle", *",;:! ",
}  # fmt: skip
SIGNS = {  # LaTeX command → sign
    "cdot": "·", "times": "*", "ast": "*", "odot": "⊙", "circ": "⊙", "partial": "∂",
    "top": "⊤", "intercal": "⊤", "prime": "'", "lvert": "|", "rvert": "|", "vert": "|",
    "mid": "|", "lVert": "‖", "rVert": "‖", "Vert": "‖", "|": "‖", "{": "(", "}": ")",
    "le": "<=", "leq": "<=", "ge": ">=", "geq": ">=", "lt": "<", "gt": ">", "ne": "!=",
    "neq": "!=", "gets": "=", "leftarrow": "=", "coloneqq": "=", "frac": "\\frac",
    "dfrac": "\\frac", "tfrac": "\\frac", "sqrt": "\\sqrt", "div": "/", "\\": "\n",
    "lbrack": "[", "rbrack": "]", "lparen": "(", "rparen": ")", "star": "*",
}  # fmt: skip
UNICODE = {
    "−": "-", "–": "-", "⋅": "·", "∘": "⊙", "×": "*", "∗": "*", "÷": "/", "≤": "<=", "≥": ">=",
    "≠": "!=", "←": "=", "≔": "=", "′": "'", "’": "'", "ᵀ": "⊤", "⊺": "⊤", "∥": "‖", "∣": "|",
    "𝟏": "𝟏", "𝟙": "𝟏", "∂": "∂", "⊙": "⊙", "·": "·", "⊤": "⊤", "‖": "‖", ";": "\n", "\n": "\n",
}  # fmt: skip
ASCII_SIGNS = ("(.)", "**", ".*", ":=", "<=", ">=", "==", "!=",
               *"+-*/@^=()[]{}|,'<>.")  # fmt: skip
SUBSCRIPTS = dict(
    zip("₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ₊₋", "0123456789aehijklmnoprstuvx+-", strict=True)
)
SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+", strict=True))

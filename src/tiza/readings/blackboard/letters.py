"""Names as symbols: w20 is w₂₀, y_hat is ŷ, dL_dW is ∂L/∂W."""

from __future__ import annotations

import re

from tiza.readings.blackboard.expr import Name, Partial, Symbol

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "eps": "ε",
    "zeta": "ζ", "eta": "η", "theta": "θ", "kappa": "κ", "lambda": "λ", "lambd": "λ", "lam": "λ",
    "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ",
    "varphi": "ϕ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ",
    "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
    "lr": "η",
}  # fmt: skip
ACCENTS = {"hat": "hat", "bar": "bar", "tilde": "tilde", "gorro": "hat"}
_NUMBERED = re.compile(r"^([^\W\d_]+)(\d+)$")
_PARTIAL = re.compile(r"^d([A-Za-z]\w*?)_d([A-Za-z]\w*)$")
_PLAIN = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def symbol(name: str) -> Symbol:
    """The symbol that a programmer's name stands for.

    >>> [str(symbol(name)) for name in ("w20", "w2_0", "z_g", "y_hat")]
    ['w_20', 'w_2,0', 'z_g', 'y hat']
    """
    parts = [p for p in name.strip().translate(_PLAIN).split("_") if p]
    if not parts:
        return Symbol("u")
    accent = ""
    while len(parts) > 1 and parts[-1] in ACCENTS and not accent:
        accent = ACCENTS[parts.pop()]
    base, subs = parts[0], parts[1:]
    numbered = _NUMBERED.match(base)
    if numbered:
        base, subs = numbered[1], [numbered[2], *subs]
    elif len(base) > 4 and base.endswith("hat") and base not in GREEK:
        base, accent = base[:-3], "hat"
    return Symbol(GREEK.get(base, base), ",".join(GREEK.get(s, s) for s in subs), "", accent)


def read(name: str) -> Name:
    """As `symbol`; dL_dW is a partial derivative."""
    found = _PARTIAL.match(name)
    return Partial(symbol(found[1]), symbol(found[2])) if found else symbol(name)


def adjoint(name: Symbol) -> Symbol:
    """δ for the adjoint of a pre-activation: δ_g of z_g, δ⁽¹⁾ of z⁽¹⁾, δ_v of any other v."""
    if name.base in {"z", "Z"} and (name.sub or name.sup) and not name.accent:
        return Symbol("δ", name.sub, name.sup)
    return Symbol("δ", name.base + name.sub, name.sup)

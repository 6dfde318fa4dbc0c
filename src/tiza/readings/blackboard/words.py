"""The words of a derivation, in both languages (notation.md, section 5)."""

from __future__ import annotations

from tiza.errors import pick

WORDS: dict[str, tuple[str, str]] = {
    "symbols": ("Symbols", "Símbolos"),
    "forward": ("Forward pass", "Propagación hacia adelante"),
    "forward-short": ("Forward", "Hacia adelante"),
    "local": ("Local derivatives", "Derivadas locales"),
    "backward": ("Backward pass (chain rule)", "Retropropagación (regla de la cadena)"),
    "backward-short": ("Backward", "Retropropagación"),
    "gradients": ("Gradients", "Gradientes"),
    "second": ("Second derivatives", "Segundas derivadas"),
    "direction": ("Directional derivative (forward mode)",
                  "Derivada direccional (modo hacia adelante)"),
    "update": ("Update", "Actualización"),
    "check": ("Check", "Comprobación"),
    "otherwise": ("otherwise", "en otro caso"),
    "greatest": ("greatest difference", "diferencia máxima"),
    "to-finite": ("to finite differences", "respecto de las diferencias finitas"),
    "to-engine": ("to the engine's own gradient", "con el gradiente que calcula tiza"),
    "to-formulas": ("between the printed formulas and the engine",
                    "entre las fórmulas impresas y los valores de tiza"),
    "shape": ("shape", "forma"),
    "scalar": ("scalar", "escalar"),
    "title": ("Derivation of {loss}", "Derivación de {loss}"),
    "title-plain": ("Derivation", "Derivación"),
    "parameter": ("parameter", "parámetro"),
    "data": ("data", "dato"),
    "value": ("value", "valor"),
    "examples": ("number of examples", "cantidad de ejemplos"),
    "entries": ("number of entries", "cantidad de entradas"),
    "one-hot": ("the targets, one-hot", "las clases verdaderas, en codificación one-hot"),
    "stacked": ("all variables, one below the other", "todas las variables, una debajo de otra"),
    "hessian": ("the Hessian here", "el hessiano en este punto"),
    "jacobian": ("the Jacobian of the residuals", "el jacobiano de los residuos"),
    "eigenvalues": ("the Hessian's eigenvalues", "los valores propios del hessiano"),
    "eigenvectors": ("its eigenvectors, as columns", "sus vectores propios, como columnas"),
    "steps": ("an earlier step", "un paso anterior"),
    "turns": ("the change of the gradient along it", "el cambio del gradiente en ese paso"),
    "search": ("found by the line search", "hallado por la búsqueda lineal"),
    "entrywise": (
        "⊙ and functions act entry by entry; 𝟏 is a column of ones.",
        "⊙ y las funciones actúan entrada por entrada; 𝟏 es una columna de unos.",
    ),
    "vec": (
        "A matrix is differentiated as vec, its rows one after the other; ⊗ is Kronecker's "
        "product, and K vec(X) = vec(Xᵀ).",
        "Una matriz se deriva como vec, sus filas una después de otra; ⊗ es el producto de "
        "Kronecker, y K vec(X) = vec(Xᵀ).",
    ),
    "book": (
        "One column per example: every matrix of examples stands transposed.",
        "Una columna por ejemplo: toda matriz de ejemplos aparece transpuesta.",
    ),
    "folded": ("for {span}", "para {span}"),
    "why": ("Why", "Por qué"),
}  # fmt: skip


# Kinds of symbols of which a word is said where they are introduced: everywhere, or on screens.
STRANGE = {"stacked", "hessian", "jacobian", "eigenvalues", "eigenvectors", "steps", "turns",
           "search"}  # fmt: skip
TOLD = STRANGE | {"examples", "entries", "one-hot"}


def say(key: str, **values: object) -> str:
    """One text in the language in force."""
    return pick(WORDS[key]).format(**values)


def inside_formula(text: str) -> str:
    """A word inside a formula, in the language in force."""
    return pick(WORDS[text]) if text in WORDS else text

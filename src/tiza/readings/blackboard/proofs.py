"""Why each rule holds: short proofs by entries, in both languages.

A proof is a list of sentences and formulas. Formulas stand in the short notation of `sketch`;
texts in English and Spanish.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tiza.errors import language, pick, use_language
from tiza.graph import COMPOSITES, PRIMITIVES
from tiza.readings.blackboard.boxes import Box
from tiza.readings.blackboard.functions import ENTRYWISE
from tiza.readings.blackboard.sketch import sketch
from tiza.readings.blackboard.unicode import SUB, unicode

if TYPE_CHECKING:
    from tiza.readings.blackboard.steps import Step

Text = tuple[str, str]
Proof = list[Text | str]  # a sentence in both languages, or a formula

_CHAIN: Text = (
    "Each entry of the input acts on the loss through the entries of the answer; the chain rule "
    "adds these influences.",
    "Cada entrada influye en la pérdida a través de las entradas del resultado; la regla de la "
    "cadena suma esas influencias.",
)
PROOFS: dict[str, Proof] = {
    "matmul": [
        ("Let C = A B, by entries:", "Sea C = A B; por entradas:"),
        "C[ik] = sum[j] A[ij] B[jk]",
        (
            "The entry A_ij occurs in row i of C only, there with the factor B_jk:",
            "La entrada A_ij aparece solo en la fila i de C, con el factor B_jk:",
        ),
        "{L/A[ij]} = sum[k] {L/C[ik]} {C[ik]/A[ij]} = sum[k] {L/C[ik]} B[jk]",
        ("which is entry (i, j) of", "que es la entrada (i, j) de"),
        "{L/A} = {L/C} B^T",
        (
            "and in the same way, B_jk occurring in column k only,",
            "y del mismo modo, como B_jk aparece solo en la columna k,",
        ),
        "{L/B[jk]} = sum[i] A[ij] {L/C[ik]}, {L/B} = A^T {L/C}",
    ],
    "linear": [
        ("Let Z = X Wᵀ + 1 bᵀ, by entries:", "Sea Z = X Wᵀ + 1 bᵀ; por entradas:"),
        "Z[ij] = sum[k] X[ik] W[jk] + b[j]",
        (
            "The weight W_jk acts on column j of Z, in every example i:",
            "El peso W_jk actúa sobre la columna j de Z, en cada ejemplo i:",
        ),
        "{L/W[jk]} = sum[i] {L/Z[ij]} {Z[ij]/W[jk]} = sum[i] {L/Z[ij]} X[ik]",
        ("hence", "de donde"),
        "{L/W} = {L/Z}^T X",
        (
            "The bias b_j is added in every example, so its gradient is a sum over the batch:",
            "El sesgo b_j se suma en cada ejemplo, así que su gradiente es una suma sobre el lote:",
        ),
        "{L/b[j]} = sum[i] {L/Z[ij]}, {L/b} = {L/Z}^T one",
        (
            "and the input X_ik reaches all the units j:",
            "y la entrada X_ik llega a todas las unidades j:",
        ),
        "{L/X[ik]} = sum[j] {L/Z[ij]} W[jk], {L/X} = {L/Z} W",
    ],
    "elementwise": [
        (
            "The function acts entry by entry: a_ij depends on z_ij and on no other entry,",
            "La función actúa entrada por entrada: a_ij depende de z_ij y de ninguna otra,",
        ),
        "{a[ij]/z[kl]} = 0",
        (
            "unless (k, l) = (i, j). Of the sum in the chain rule one term is left:",
            "salvo si (k, l) = (i, j). De la suma de la regla de la cadena queda un solo término:",
        ),
        "{L/z[ij]} = {L/a[ij]} phi'(z[ij])",
        (
            "that is, the Hadamard product with the derivative.",
            "es decir, el producto de Hadamard con la derivada.",
        ),
    ],
    "sigmoid": [
        (
            "With σ(z) = 1/(1 + e^(−z)), the quotient rule gives",
            "Con σ(z) = 1/(1 + e^(−z)), la regla del cociente da",
        ),
        "sigma'(z) = e^{-z} / (1 + e^{-z})^2",
        (
            "whose two factors 1/(1 + e^(−z)) and e^(−z)/(1 + e^(−z)) are σ and 1 − σ:",
            "cuyos dos factores 1/(1 + e^(−z)) y e^(−z)/(1 + e^(−z)) son σ y 1 − σ:",
        ),
        "sigma'(z) = sigma(z) (1 - sigma(z))",
    ],
    "tanh": [
        (
            "tanh = sinh/cosh, and the quotient rule with cosh² − sinh² = 1 gives",
            "tanh = senh/cosh, y la regla del cociente con cosh² − senh² = 1 da",
        ),
        "tanh'(z) = 1 - tanh^2 (z)",
    ],
    "relu": [
        (
            "ReLU(z) is z where z > 0, and 0 elsewhere; its slope is 1 in the first case and 0 in "
            "the second (at the corner z = 0 it is taken as 0):",
            "ReLU(z) es z si z > 0, y 0 si no; su pendiente es 1 en el primer caso y 0 en el "
            "segundo (en el punto de quiebre z = 0 se toma 0):",
        ),
        "{L/z[ij]} = {L/a[ij]} 1[z[ij] > 0]",
    ],
    "softmax": [
        (
            "With p_j = e^(z_j) / Σ_k e^(z_k), the quotient rule gives",
            "Con p_j = e^(z_j) / Σ_k e^(z_k), la regla del cociente da",
        ),
        "{p[j]/z[k]} = p[j] (1[j = k] - p[k])",
        ("and the chain rule", "y la regla de la cadena"),
        "{L/z[k]} = sum[j] {L/p[j]} p[j] (1[j = k] - p[k]) = "
        "p[k] ({L/p[k]} - sum[j] {L/p[j]} p[j])",
    ],
    "log_softmax": [
        ("log p_j = z_j − log Σ_k e^(z_k), so", "log p_j = z_j − log Σ_k e^(z_k), así que"),
        "{l[j]/z[k]} = 1[j = k] - p[k]",
        (
            "where ℓ_j = log p_j; the chain rule adds over j.",
            "donde ℓ_j = log p_j; la regla de la cadena suma sobre j.",
        ),
    ],
    "cross_entropy": [
        (
            "For one example of class y the loss is −log p_y with p = softmax(z):",
            "Para un ejemplo de la clase y la pérdida es −log p_y con p = softmax(z):",
        ),
        "l = -z[y] + log sum[k] e^{z[k]}",
        (
            "The derivative of the logarithm with respect to z_k is p_k, that of z_y is 1 at k = y "
            "only:",
            "La derivada del logaritmo respecto de z_k es p_k, la de z_y es 1 solo en k = y:",
        ),
        "{l/z[k]} = p[k] - 1[k = y]",
        (
            "In rows, with the targets one-hot in Y and the mean over B examples:",
            "Por filas, con las clases codificadas one-hot en Y y la media sobre los B ejemplos:",
        ),
        "{L/Z} = (P - Y)/B",
    ],
    "soft_cross_entropy": [
        (
            "The loss is −Σ_k q_k log p_k with p = softmax(z). Since ∂log p_j/∂z_k "
            "= 1[j = k] − p_k,",
            "La pérdida es −Σ_k q_k log p_k con p = softmax(z). Como ∂log p_j/∂z_k "
            "= 1[j = k] − p_k,",
        ),
        "{l/z[k]} = p[k] sum[j] q[j] - q[k]",
    ],
    "bce_with_logits": [
        (
            "The loss is −y log p − (1 − y) log(1 − p) with p = σ(z), and p' = p (1 − p):",
            "La pérdida es −y log p − (1 − y) log(1 − p) con p = σ(z), y p' = p (1 − p):",
        ),
        "{l/z} = - y (1 - p) + (1 - y) p = p - y",
    ],
    "sum": [
        (
            "Every summand enters the sum with the factor 1,",
            "Cada sumando entra en la suma con el factor 1,",
        ),
        "{s/x[i]} = 1, {L/x[i]} = {L/s}",
        (
            "so the adjoint of the sum is copied to all of them; a mean over B divides it by B.",
            "así que la derivada respecto de la suma se copia a todos; una media sobre B la divide "
            "entre B.",
        ),
    ],
    "broadcast_to": [
        (
            "A value used in several places receives the sum of what flows back from each:",
            "Un valor usado en varios lugares recibe la suma de lo que vuelve de cada uno:",
        ),
        "{L/b[j]} = sum[i] {L/Z[ij]}",
    ],
    "add": [
        (
            "In a sum each summand has the derivative 1, so the adjoint passes on unchanged; what "
            "multiplies a summand multiplies it.",
            "En una suma cada sumando tiene derivada 1, así que la derivada pasa "
            "sin cambio; lo que "
            "multiplica a un sumando la multiplica.",
        ),
        "{L/a} = {L/y}, {L/b} = {L/y}",
    ],
    "multiply": [
        (
            "In y = a b the derivative with respect to one factor is the other factor:",
            "En y = a b la derivada respecto de un factor es el otro factor:",
        ),
        "{L/a} = {L/y} b, {L/b} = {L/y} a",
    ],
    "standardize": [
        (
            "With y_i = (x_i − μ)/σ, both μ and σ depend on every x_j:",
            "Con y_i = (x_i − μ)/σ, tanto μ como σ dependen de cada x_j:",
        ),
        "{mu/x[j]} = 1/n, {sigma/x[j]} = y[j]/n",
        ("so the quotient rule gives", "así que la regla del cociente da"),
        "{y[i]/x[j]} = (1[i = j] - 1/n - y[i] y[j]/n)/sigma",
        (
            "and the sum over i subtracts from ∂L/∂y its mean and its share along y.",
            "y la suma sobre i le resta a ∂L/∂y su media y su parte a lo largo de y.",
        ),
    ],
    "take": [
        (
            "Row t_i of E is copied to row i; a row that was looked up several times receives the "
            "sum of what flows back:",
            "La fila t_i de E se copia en la fila i; una fila consultada varias "
            "veces recibe la suma "
            "de lo que vuelve:",
        ),
        "{L/E[vk]} = sum[i] 1[t[i] = v] {L/H[ik]}",
    ],
    "attention": [
        (
            "With S = s Q Kᵀ, A = softmax(S) by rows and H = A V, the product rule "
            "of matrices gives",
            "Con S = s Q Kᵀ, A = softmax(S) por filas y H = A V, la regla del "
            "producto de matrices da",
        ),
        "{L/V} = A^T {L/H}, {L/A} = {L/H} V^T",
        ("softmax, row by row,", "la softmax, fila por fila,"),
        "{L/S[ij]} = A[ij] ({L/A[ij]} - sum[k] {L/A[ik]} A[ik])",
        ("and the scores", "y los puntajes"),
        "{L/Q} = s {L/S} K, {L/K} = s {L/S}^T Q",
    ],
    "conv": [
        (
            "A convolution is a linear map with one kernel shared by all positions p:",
            "Una convolución es una función lineal con un núcleo compartido por "
            "todas las posiciones p:",
        ),
        "Z[op] = sum[ck] W[ock] X[c,p+k] + b[o]",
        (
            "so every position adds to the kernel's gradient, and the input "
            "receives the kernel back:",
            "así que cada posición suma al gradiente del núcleo, y la entrada recibe el núcleo de "
            "vuelta:",
        ),
        "{L/W[ock]} = sum[p] {L/Z[op]} X[c,p+k]",
        ("", ""),
        "{L/X[cq]} = sum[ok] {L/Z[o,q-k]} W[ock]",
    ],
    "scan": [
        (
            "The state h_t acts on the loss directly and through h_{t+1}; running "
            "backwards in time,",
            "El estado h_t actúa sobre la pérdida directamente y a través de "
            "h_{t+1}; hacia atrás en "
            "el tiempo,",
        ),
        "delta[t] = {L/h[t]} + {h[t+1]/h[t]}^T delta[t+1]",
        (
            "and the weights, the same in every step, receive the sum over all steps:",
            "y los pesos, los mismos en cada paso, reciben la suma sobre todos los pasos:",
        ),
        "{L/W} = sum[t] {h[t]/W}^T delta[t]",
    ],
    "hessian": [
        (
            "The gradient is a function of w as well; its differential is linear in dw, and the "
            "matrix before dw is the Hessian:",
            "El gradiente también es función de w; su diferencial es lineal en dw, y la matriz que "
            "multiplica a dw es el hessiano:",
        ),
        "H[ij] = {G[i]/w[j]}, dG[i] = sum[j] H[ij] dw[j]",
        ("where G = ∂L/∂w.", "donde G = ∂L/∂w."),
    ],
    "jacobian": [
        (
            "The differential of a vector is linear in dx; the matrix before dx has the partial "
            "derivatives as its entries:",
            "La diferencial de un vector es lineal en dx; la matriz que multiplica a dx tiene las "
            "derivadas parciales como entradas:",
        ),
        "dy[i] = sum[j] J[ij] dx[j], J[ij] = {y[i]/x[j]}",
    ],
    "direction": [
        (
            "The change of the loss along a direction dw, to first order, adds the changes along "
            "each entry; forward mode computes it line by line, reverse mode by the gradient:",
            "El cambio de la pérdida en una dirección dw, a primer orden, suma los cambios según "
            "cada entrada; el modo hacia adelante lo calcula línea por línea; el modo hacia atrás, "
            "con el gradiente:",
        ),
        "dL = sum[i] {L/w[i]} dw[i]",
    ],
    "newton": [
        (
            "Near w the gradient is G + H s after a step s; it vanishes at",
            "Cerca de w el gradiente tras un paso s es G + H s; se anula en",
        ),
        "G + H s = 0",
        ("which is solved for s.", "de donde se despeja s."),
    ],
    "update": [
        (
            "This is the optimizer's own formula, with the gradient of this step put in.",
            "Es la fórmula del propio optimizador, con el gradiente de este paso.",
        ),
    ],
}
PROOFS["masked_softmax"] = PROOFS["softmax"]
PROOFS["subtract"] = PROOFS["divide"] = PROOFS["pow"] = [
    ("The known rules for differences, quotients and powers of one variable, with the chain rule "
     "for what stands inside:",
     "Las reglas conocidas para diferencias, cocientes y potencias de una variable, con la regla "
     "de la cadena para lo que está adentro:"),
    "{L/x} = {L/y} {y/x}",
]  # fmt: skip
FAMILIES = {"elementwise": "elementwise", "reduction": "sum", "movement": "broadcast_to",
            "control": "scan", "indexing": "take", "contraction": "matmul"}  # fmt: skip


def proof_of(rule: str) -> Proof:
    """The proof of one rule: its own, else its family's."""
    if rule in PROOFS:
        return PROOFS[rule]
    if rule in ENTRYWISE:
        return PROOFS["elementwise"]
    record = PRIMITIVES.get(rule) or COMPOSITES.get(rule)
    family = FAMILIES.get(record.family, "") if record is not None else ""
    return PROOFS[family] if family else [_CHAIN, "{L/x} = sum[i] {L/y[i]} {y[i]/x}"]


def pieces(rule: str) -> list[str | Box]:
    """The proof in the language in force: sentences, and formulas as boxes."""
    made: list[str | Box] = []
    for item in proof_of(rule):
        if isinstance(item, str):
            made.append(sketch(item))
        elif item[0]:
            made.append(_INDEX.sub(_lowered, pick(item)))
    return made


_INDEX = re.compile(r"_\{?([ijklmnptv0-9+]+)\}?(?![\w{])")


def _lowered(found: re.Match[str]) -> str:
    """X_ij as Xᵢⱼ: sentences are plain text in every medium."""
    return found[1].translate(SUB)


def proof(step: Step, lang: str | None = None) -> str:
    """The proof as lines of text."""
    with use_language(lang or language()):
        found = pieces(step.rule)
    return "\n".join(p if isinstance(p, str) else f"    {unicode(p)}" for p in found)

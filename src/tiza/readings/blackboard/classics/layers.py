"""Classical results about networks: linear layers, factorised ratings, attention."""

from __future__ import annotations

from typing import Any

import numpy as np

from tiza.readings.blackboard.classics.writing import Classic, Writing


def _array(value: Any, default: Any) -> np.ndarray[Any, Any]:
    return np.asarray(default if value is None else value, float)


def two_linear_layers(W1: Any = None, W2: Any = None, x: Any = None, *, lang: str | None = None,
                      numbers: bool = True, decimal: str = ".") -> Classic:  # fmt: skip
    """Two linear layers are one: the product is shown with its numbers.

    W₂(W₁x + b₁) + b₂ = (W₂W₁)x + (W₂b₁ + b₂).

    Shapes: W1 (h, d); W2 (k, h); x (d). The biases are 1, 2, 3 ...
    Source: Goodfellow, Bengio & Courville 2016, section 6.1.

    >>> two_linear_layers().check() < 1e-9
    True
    """
    W1 = _array(W1, [[1.0, 2.0], [0.0, -1.0], [3.0, 1.0]])
    W2 = _array(W2, [[1.0, 1.0, 0.0], [2.0, 0.0, -1.0]])
    x = _array(x, [-2.0, 0.5])
    b = Writing(
        ("Why two linear layers are one", "Por qué dos capas lineales son una sola"),
        W1=W1, b1=np.arange(1.0, len(W1) + 1), W2=W2, b2=np.arange(1.0, len(W2) + 1), x=x,
    )  # fmt: skip
    b.say("One layer after the other:", "Una capa tras otra:")
    b.eq("h = W1 x + b1")
    b.eq("y = W2 h + b2")
    b.say(
        "Put the first into the second and multiply out: W₂(W₁x + b₁) + b₂ = (W₂W₁)x + (W₂b₁ + "
        "b₂). "
        "That is one layer, with the weight W and the bias c:",
        "Al poner la primera en la segunda y desarrollar: W₂(W₁x + b₁) + b₂ = (W₂W₁)x + "
        "(W₂b₁ + b₂). Esa es una sola capa, con el peso W y el sesgo c:",
    )
    b.eq("W = W2 W1")
    b.eq("c = W2 b1 + b2")
    b.same("y", "W x + c")
    b.say(
        "So depth without a nonlinear activation between the layers adds nothing but a limit on "
        "the "
        "rank of W; an activation such as ReLU prevents the multiplication.",
        "Así, la profundidad sin una activación no lineal entre las capas no agrega nada, salvo un "
        "límite al rango de W; una activación como ReLU impide desarrollar el producto.",
    )
    b.eq("y_relu = W2 relu(h) + b2")
    return b.done(lang, numbers, decimal)


def matrix_factorisation(R: Any = None, M: Any = None, U: Any = None, V: Any = None, *,
                         lang: str | None = None, numbers: bool = True,
                         decimal: str = ".") -> Classic:  # fmt: skip
    """The gradient of matrix factorisation over the observed ratings.

    L = Σ_(u,i) observed (R_ui − U_u · V_i)²; M is 1 where a rating was observed.

    Shapes: R, M (users, items); U (users, k); V (items, k).
    Source: Koren, Bell & Volinsky 2009, "Matrix factorization techniques", eq. 2.

    >>> matrix_factorisation().check() < 1e-9
    True
    """
    R = _array(R, [[5.0, 3.0, 0.0], [4.0, 0.0, 1.0]])
    M = _array(M, R > 0)
    U = _array(U, [[1.0, 0.5], [0.8, -0.2]])
    V = _array(V, [[2.0, 1.0], [1.5, 0.5], [0.5, -1.0]])
    b = Writing(
        ("Matrix factorisation of ratings", "Factorización matricial de calificaciones"),
        R=R, M=M, U=U, V=V,
    )  # fmt: skip
    b.say(
        "Row u of U describes a user, row i of V an item; their inner product predicts the rating. "
        "Only observed ratings count, those where M is 1:",
        "La fila u de U describe a un usuario, la fila i de V un artículo; su producto interno "
        "predice "
        "la calificación. Solo cuentan las observadas, aquellas donde M es 1:",
    )
    b.eq("E = M ⊙ (R - U V^T)")
    b.eq("L = sum(E^2)")
    b.say(
        "Row u of the first gradient is ∂L/∂Uᵤ = −2 Σᵢ Eᵤᵢ Vᵢ, the sum over the items that user u "
        "has rated; row i of the second is ∂L/∂Vᵢ = −2 Σᵤ Eᵤᵢ Uᵤ:",
        "La fila u del primer gradiente es ∂L/∂Uᵤ = −2 Σᵢ Eᵤᵢ Vᵢ, la suma sobre los artículos "
        "que el "
        "usuario u calificó; la fila i del segundo es ∂L/∂Vᵢ = −2 Σᵤ Eᵤᵢ Uᵤ:",
    )
    b.eq("dL/dU = -2 E V")
    b.eq("dL/dV = -2 E^T U")
    b.say(
        "For one observed rating with error e this is the rule of stochastic descent: "
        "Uᵤ ← Uᵤ + 2η e Vᵢ, Vᵢ ← Vᵢ + 2η e Uᵤ. Here is the first user's gradient, term by term:",
        "Para una calificación observada con error e, esta es la regla del descenso estocástico: "
        "Uᵤ ← Uᵤ + 2η e Vᵢ, Vᵢ ← Vᵢ + 2η e Uᵤ. Este es el gradiente del primer usuario, término a "
        "término:",
    )
    error = M * (R - U @ V.T)
    b.give("e", error[0])
    b.eq("g = -2 V^T e", truth=b.tensors["dL_dU"].numpy()[0])
    return b.done(lang, numbers, decimal)


def attention_gradient(Q: Any = None, K: Any = None, V: Any = None, G: Any = None, *,
                       lang: str | None = None, numbers: bool = True,
                       decimal: str = ".") -> Classic:  # fmt: skip
    """The derivatives of scaled dot-product attention, given G = ∂L/∂O.

    O = softmax(QKᵀ/√d) V.

    Shapes: Q (m, d); K (n, d); V (n, e); G (m, e).
    Source: Vaswani et al. 2017, arXiv:1706.03762, eq. 1, differentiated.

    >>> attention_gradient().check() < 1e-9
    True
    """
    Q = _array(Q, [[1.0, 0.0], [0.5, -1.0]])
    K = _array(K, [[0.5, 1.0], [-1.0, 0.5], [1.0, 1.0]])
    V = _array(V, [[1.0, 0.0], [0.0, 2.0], [1.0, 1.0]])
    G = _array(G, [[1.0, -1.0], [0.5, 1.0]])
    b = Writing(
        ("The gradient of attention", "El gradiente de la atención"),
        Q=Q, K=K, V=V, G=G, d=Q.shape[1],
    )  # fmt: skip
    b.say(
        "Each row of A says how much one query attends to each key. L = Σ G ⊙ O stands for any "
        "loss "
        "whose derivative at O is G.",
        "Cada fila de A dice cuánto atiende una consulta a cada clave. L = Σ G ⊙ O representa "
        "cualquier pérdida cuya derivada en O es G.",
    )
    b.eq("T = Q K^T / sqrt(d)")
    b.eq("A = softmax(T)")
    b.eq("O = A V")
    b.eq("L = sum(G ⊙ O)")
    b.say("Backwards through the product O = A V:", "Hacia atrás, por el producto O = A V:")
    b.eq("dL/dV = A^T G")
    b.eq("dL/dA = G V^T")
    b.say(
        "Through softmax, row by row with its Jacobian diag(a) − a aᵀ: from each entry the "
        "weighted "
        "mean c of its row is subtracted. C has c in every column.",
        "Por softmax, fila por fila con su jacobiano diag(a) − a aᵀ: a cada entrada se le resta la "
        "media ponderada c de su fila. C tiene c en toda columna.",
    )
    b.eq("c = sum(A ⊙ dL/dA, axis=1)")
    b.give("C", np.repeat(b.tensors["c"].numpy()[:, None], K.shape[0], axis=1))
    b.eq("dL/dT = A ⊙ (dL/dA - C)")
    b.say(
        "And through the product of queries and keys:", "Y por el producto de consultas y claves:"
    )
    b.eq("dL/dQ = dL/dT K / sqrt(d)")
    b.eq("dL/dK = (dL/dT)^T Q / sqrt(d)")
    return b.done(lang, numbers, decimal)

"""Classical results of regression and classification."""

from __future__ import annotations

from typing import Any

import numpy as np

from tiza.lang.autodiff import hessian, jacobian
from tiza.lang.tensor import Tensor, as_tensor
from tiza.readings.blackboard.classics.writing import Classic, Writing

_X = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0], [1.0, 3.0]])
_Y = np.array([1.0, 2.0, 2.0, 4.0])


def _matrix(value: Any, default: Any) -> np.ndarray[Any, Any]:
    return np.asarray(default if value is None else value, float)


def normal_equations(X: Any = None, y: Any = None, *, lang: str | None = None,
                     numbers: bool = True, decimal: str = ".") -> Classic:  # fmt: skip
    """Least squares: the gradient, where it is zero, and why that is the minimum.

    L = ‖y − Xw‖²,  XᵀX ŵ = Xᵀy.

    Shapes: X (n, d) of full column rank; y (n).
    Source: Bishop 2006, section 3.1.1, eq. 3.15.

    >>> normal_equations().check() < 1e-9
    True
    """
    X, y = _matrix(X, _X), _matrix(y, _Y)
    w = np.linspace(0.5, -0.5, X.shape[1])
    b = Writing(
        (
            "The normal equations of linear regression",
            "Las ecuaciones normales de la regresión lineal",
        ),
        X=X, y=y, w=w,
    )  # fmt: skip
    b.say(
        "One row of X is one example. The loss is the squared length of the residual r.",
        "Cada fila de X es un ejemplo. La pérdida es el cuadrado de la longitud del residuo r.",
    )
    b.eq("r = y - X w")
    b.eq("L = (y - X w)^T (y - X w)")
    b.say(
        "The differential of rᵀr is 2 rᵀ dr, and dr = −X dw; hence the gradient:",
        "La diferencial de rᵀr es 2 rᵀ dr, y dr = −X dw; de ahí el gradiente:",
    )
    b.eq("dL/dw = -2 X^T (y - X w)")
    b.say(
        "It is zero where XᵀX w = Xᵀy: the residual is orthogonal to every column of X. If the "
        "columns are independent, XᵀX has an inverse, and there is one solution:",
        "Se anula donde XᵀX w = Xᵀy: el residuo es ortogonal a toda columna de X. Si las columnas "
        "son independientes, XᵀX tiene inversa y la solución es única:",
    )
    b.eq("w_hat = (X^T X)^{-1} X^T y", truth=np.linalg.lstsq(X, y, rcond=None)[0])
    b.same("X^T X w_hat", "X^T y")
    b.say(
        "The second derivative is positive (vᵀHv = 2‖Xv‖²), so this is the minimum:",
        "La segunda derivada es positiva (vᵀHv = 2‖Xv‖²), así que este es el mínimo:",
    )
    data, target = as_tensor(X), as_tensor(y)
    b.eq("H = 2 X^T X", truth=hessian(lambda v: ((target - data @ v) ** 2).sum())(as_tensor(w)))
    b.eq("L_min = (y - X w_hat)^T (y - X w_hat)")
    return b.done(lang, numbers, decimal)


def logistic_regression(X: Any = None, y: Any = None, w: Any = None, *, lang: str | None = None,
                        numbers: bool = True, decimal: str = ".") -> Classic:  # fmt: skip
    """Logistic regression: gradient, Hessian, and what a coefficient means (the odds ratio).

    ∇L = Xᵀ(p − y),  H = Xᵀ diag(p ⊙ (1 − p)) X.

    Shapes: X (n, d); y (n) of 0 and 1; w (d).
    Source: Bishop 2006, section 4.3.3, eqs. 4.96-4.97.

    >>> logistic_regression().check() < 1e-9
    True
    """
    X = _matrix(X, _X)
    y = _matrix(y, [0.0, 0.0, 1.0, 1.0])
    w = _matrix(w, np.linspace(-1.0, 0.8, X.shape[1]))
    b = Writing(("Logistic regression", "La regresión logística"), X=X, y=y, w=w)
    b.say(
        "The probability of class 1 is p = σ(z) with z linear in the features; the loss is −log of "
        "the likelihood.",
        "La probabilidad de la clase 1 es p = σ(z), con z lineal en las características; la "
        "pérdida "
        "es −log de la verosimilitud.",
    )
    b.eq("z = X w")
    b.eq("p = S(z)")
    b.eq("L = -sum(y ⊙ log(p) + (1 - y) ⊙ log(1 - p))")
    b.say(
        "Because σ′ = σ(1 − σ), the denominators of the logarithms cancel:",
        "Como σ′ = σ(1 − σ), los denominadores de los logaritmos se cancelan:",
    )
    b.eq("dL/dz = p - y")
    b.eq("dL/dw = X^T (p - y)")
    b.say(
        "Deriving once more, each row of X is weighted by p(1 − p), which is positive: the loss "
        "is convex, and Newton's method finds its minimum.",
        "Al derivar otra vez, cada fila de X se pondera con p(1 − p), que es positivo: la pérdida "
        "es convexa, y el método de Newton encuentra su mínimo.",
    )
    b.eq("H = X^T diag(p ⊙ (1 - p)) X", truth=hessian(_logistic(X, y))(as_tensor(w)))
    b.say(
        "What a coefficient means: the odds p/(1 − p) are eᶻ. If feature j grows by 1 and the "
        "others "
        "stay, z grows by wⱼ, and the odds are multiplied by the odds ratio ORⱼ = exp(wⱼ):",
        "Qué significa un coeficiente: el cociente de posibilidades (odds) p/(1 − p) es eᶻ. Si la "
        "característica j crece en 1 y las demás no cambian, z crece en wⱼ, y las posibilidades "
        "se multiplican por la razón de posibilidades (odds ratio) ORⱼ = exp(wⱼ):",
    )
    b.same("p/(1 - p)", "exp(z)")
    b.eq("OR = exp(w)", truth=_odds_ratios(X, w))
    return b.done(lang, numbers, decimal)


def _logistic(X: Any, y: Any) -> Any:
    from tiza.lang import array_api as xp

    data, target = as_tensor(X), as_tensor(y)

    def loss(w: Tensor) -> Tensor:
        p = xp.sigmoid(data @ w)
        return -xp.sum(target * xp.log(p) + (1 - target) * xp.log(1 - p))

    return loss


def _odds_ratios(X: Any, w: Any) -> Any:
    """The odds of the first example with each feature raised by one, over its odds."""

    def odds(x: Any) -> float:
        p = 1 / (1 + np.exp(-x @ w))
        return float(p / (1 - p))

    return np.array([odds(X[0] + e) / odds(X[0]) for e in np.eye(len(w))])


def perceptron_rule(x: Any = None, t: float = 1.0, w: Any = None, eta: float = 0.5, *,
                    lang: str | None = None, numbers: bool = True,
                    decimal: str = ".") -> Classic:  # fmt: skip
    """Rosenblatt's rule as gradient descent on max(0, −t wᵀx).

    Only a misclassified point moves the weights: w ← w + η t x.

    Shapes: x, w (d); t is −1 or 1.
    Source: Rosenblatt 1958; Bishop 2006, section 4.1.7, eqs. 4.54-4.55.

    >>> perceptron_rule().check() < 1e-9
    True
    """
    x, w = _matrix(x, [1.0, 2.0]), _matrix(w, [0.5, -1.0])
    b = Writing(("The perceptron rule", "La regla del perceptrón"), x=x, t=t, w=w, eta=eta)
    b.say(
        "The class t is −1 or 1; the prediction is the sign of s. The point is on the wrong side "
        "where t s < 0, and only there the loss is positive.",
        "La clase t es −1 o 1; la predicción es el signo de s. El punto está del lado equivocado "
        "donde t s < 0, y solo allí la pérdida es positiva.",
    )
    b.eq("s = w^T x")
    b.eq("L = max(0, -t s)")
    b.eq("dL/dw = -t x 1[t s < 0]")
    b.say(
        "One step of gradient descent on a misclassified point is Rosenblatt's rule; a point that "
        "is classified correctly changes nothing.",
        "Un paso de descenso de gradiente en un punto mal clasificado es la regla de Rosenblatt; "
        "un punto bien clasificado no cambia nada.",
    )
    b.eq("w_new = w + eta t x 1[t s < 0]")
    b.say(
        "The step raises t s by η‖x‖², so the point moves towards its own side:",
        "El paso aumenta t s en η‖x‖², así que el punto se mueve hacia su propio lado:",
    )
    b.same("t w_new^T x - t w^T x", "eta x^T x 1[t s < 0]")
    return b.done(lang, numbers, decimal)


def softmax_jacobian(z: Any = None, y: Any = None, *, lang: str | None = None,
                     numbers: bool = True, decimal: str = ".") -> Classic:  # fmt: skip
    """The Jacobian of softmax, and why it and cross entropy give p − y.

    J = diag(p) − p pᵀ.

    Shapes: z, y (k); y one-hot (or shares that sum to 1).
    Source: Goodfellow, Bengio & Courville 2016, section 6.2.2.3.

    >>> softmax_jacobian().check() < 1e-9
    True
    """
    from tiza.lang import array_api as xp

    z = _matrix(z, [1.0, 2.0, 0.5])
    y = _matrix(y, np.eye(len(z))[0])
    b = Writing(("The Jacobian of softmax", "El jacobiano de softmax"), z=z, y=y)
    b.eq("p = exp(z)/sum(exp(z))", truth=xp.softmax(as_tensor(z)))
    b.say(
        "∂pᵢ/∂zⱼ = pᵢ(𝟏[i = j] − pⱼ): the diagonal from the numerator, the rest from the sum "
        "below. As a matrix:",
        "∂pᵢ/∂zⱼ = pᵢ(𝟏[i = j] − pⱼ): la diagonal viene del numerador, el resto de la suma del "
        "denominador. Como matriz:",
    )
    b.eq("J = diag(p) - p p^T", truth=jacobian(xp.softmax)(as_tensor(z)))
    b.say(
        "Its rows sum to 0, since adding a number to all z changes nothing. With the cross entropy "
        "the chain rule gives the simplest of all derivatives:",
        "Sus filas suman 0, pues sumar un número a todos los z no cambia nada. Con la entropía "
        "cruzada, la regla de la cadena da la más simple de las derivadas:",
    )
    b.eq("L = -sum(y ⊙ log(p))")
    b.say(
        "∂L/∂p = −y/p, and J is symmetric; the y sum to 1, so that Jᵀ(−y/p) = −y + p Σ yᵢ = p − y.",
        "∂L/∂p = −y/p, y J es simétrica; los y suman 1, de modo que Jᵀ(−y/p) = −y + p Σ yᵢ = p − "
        "y.",
    )
    b.same("J (-y/p)", "p - y")
    b.eq("dL/dz = p - y", truth=_cross_entropy_slope(z, y))
    return b.done(lang, numbers, decimal)


def _cross_entropy_slope(z: Any, y: Any) -> Tensor:
    from tiza.lang import array_api as xp
    from tiza.lang.autodiff import grad

    target = as_tensor(y)
    found: Tensor = grad(lambda v: -xp.sum(target * xp.log_softmax(v)))(as_tensor(z))
    return found

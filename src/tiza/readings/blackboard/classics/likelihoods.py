"""Classical results about probabilities: entropies, Gaussian likelihood, the ELBO, DPO."""

from __future__ import annotations

from typing import Any

import numpy as np

from tiza.readings.blackboard.classics.writing import Classic, Writing


def _vector(value: Any, default: Any) -> np.ndarray[Any, Any]:
    return np.asarray(default if value is None else value, float)


def kl_divergence(p: Any = None, q: Any = None, *, lang: str | None = None,
                  numbers: bool = True, decimal: str = ".") -> Classic:  # fmt: skip
    """KL(p‖q) = H(p, q) − H(p): to minimise the one over q is to minimise the other.

    Shapes: p, q (k), both positive and of sum 1.
    Source: Goodfellow, Bengio & Courville 2016, section 3.13, eqs. 3.50-3.51.

    >>> kl_divergence().check() < 1e-9
    True
    """
    p, q = _vector(p, [0.5, 0.3, 0.2]), _vector(q, [0.2, 0.5, 0.3])
    b = Writing(
        (
            "Divergence is cross entropy minus entropy",
            "La divergencia es entropía cruzada menos entropía",
        ),
        p=p, q=q,
    )  # fmt: skip
    b.say(
        "p is the true distribution, q the model's. H is the entropy of p, C the cross entropy, "
        "D the Kullback-Leibler divergence.",
        "p es la distribución verdadera, q la del modelo. H es la entropía de p, C la entropía "
        "cruzada, D la divergencia de Kullback-Leibler.",
    )
    b.eq("H = -sum(p ⊙ log(p))")
    b.eq("C = -sum(p ⊙ log(q))")
    b.eq("D = sum(p ⊙ log(p/q)) = C - H")
    b.say(
        "The logarithm of the quotient is a difference of logarithms, which is all the proof. H "
        "does "
        "not depend on the model, so C and D have the same gradient in q:",
        "El logaritmo del cociente es una diferencia de logaritmos: esa es toda la demostración. H "
        "no depende del modelo, así que C y D tienen el mismo gradiente en q:",
    )
    b.eq("dC/dq = -p/q")
    b.eq("dD/dq = -p/q")
    b.say(
        "Since log u ≤ u − 1, D is at least 1 − Σ qᵢ = 0, and it is 0 only where q = p.",
        "Como log u ≤ u − 1, D es al menos 1 − Σ qᵢ = 0, y vale 0 solo cuando q = p.",
    )
    return b.done(lang, numbers, decimal)


def mse_as_likelihood(y: Any = None, f: Any = None, sigma: float = 0.5, *, lang: str | None = None,
                      numbers: bool = True, decimal: str = ".") -> Classic:  # fmt: skip
    """Least squares is maximum likelihood under Gaussian noise.

    Shapes: y, f (n); sigma a number.
    Source: Bishop 2006, section 1.2.5, eqs. 1.60-1.62.

    >>> mse_as_likelihood().check() < 1e-9
    True
    """
    y, f = _vector(y, [1.0, 2.0, 0.0]), _vector(f, [0.8, 1.5, 0.4])
    n = float(len(y))
    b = Writing(
        (
            "The squared error is a Gaussian likelihood",
            "El error cuadrático es una verosimilitud gaussiana",
        ),
        y=y, f=f, sigma=sigma, n=n, pi=np.pi,
    )  # fmt: skip
    b.say(
        "Let each target be the prediction plus Gaussian noise of variance σ². The density of the "
        "targets is q; the loss is −log of their product:",
        "Sea cada objetivo la predicción más ruido gaussiano de varianza σ². La densidad de los "
        "objetivos es q; la pérdida es −log de su producto:",
    )
    b.eq("q = exp(-(y - f)^2/(2 sigma^2))/sqrt(2 pi sigma^2)")
    b.eq("L = -sum(log(q)) = sum((y - f)^2)/(2 sigma^2) + n/2 * log(2 pi sigma^2)")
    b.say(
        "Only the first term depends on the predictions, and it is n/(2σ²) times "
        "the mean squared error M: both have their minimum at the same place, and their gradients "
        "differ by that factor.",
        "Solo el primer término depende de las predicciones, y es n/(2σ²) veces "
        "el error cuadrático medio M: ambos tienen el mínimo en el mismo lugar, y sus gradientes "
        "difieren en ese factor.",
    )
    b.eq("dL/df = (f - y)/sigma^2")
    b.eq("M = sum((y - f)^2)/n")
    b.eq("dM/df = 2 (f - y)/n")
    b.same("dL_df", "n/(2 sigma^2) * dM_df")
    return b.done(lang, numbers, decimal)


def elbo(joint: Any = None, q: Any = None, mu: Any = None, sigma: Any = None, *,
         lang: str | None = None, numbers: bool = True, decimal: str = ".") -> Classic:  # fmt: skip
    """The evidence lower bound, its gap, and the divergence of a variational autoencoder.

    log p(x) = ELBO + KL(q‖p(z|x)) ≥ ELBO.

    Shapes: joint, q (k): p(x, z) and q(z) for each value of a discrete z; mu, sigma (d).
    Source: Kingma & Welling 2014, arXiv:1312.6114, eqs. 1-3 and appendix B.

    >>> elbo().check() < 1e-9
    True
    """
    joint, q = _vector(joint, [0.1, 0.2, 0.05]), _vector(q, [0.3, 0.5, 0.2])
    mu, sigma = _vector(mu, [0.5, -1.0]), _vector(sigma, [0.8, 1.5])
    b = Writing(
        ("The evidence lower bound (ELBO)", "La cota inferior de la evidencia (ELBO)"),
        j=joint, q=q, mu=mu, sigma=sigma,
    )  # fmt: skip
    b.say(
        "For one x, let jₖ = p(x, z = k) with three values of z, and q any distribution of z. "
        "Then p(x) = Σ jₖ, and the posterior is v = j/p(x):",
        "Para un x, sea jₖ = p(x, z = k) con tres valores de z, y q cualquier distribución de z. "
        "Entonces p(x) = Σ jₖ, y la distribución posterior es v = j/p(x):",
    )
    b.eq("p_x = sum(j)")
    b.eq("v = j/p_x")
    b.eq("ELBO = sum(q ⊙ log(j/q))")
    b.eq("KL = sum(q ⊙ log(q/v))")
    b.say(
        "Put j = v p(x) into the ELBO: the logarithm splits, q sums to 1, and so the bound lacks "
        "exactly the divergence of q from the posterior, which is never negative:",
        "Al poner j = v p(x) en la ELBO, el logaritmo se separa y q suma 1; a la cota le falta "
        "exactamente la divergencia de q respecto de la posterior, que nunca es negativa:",
    )
    b.same("log(p_x)", "ELBO + KL")
    b.say(
        "In a variational autoencoder q is Gaussian with mean μ and deviation σ, the prior a "
        "standard "
        "Gaussian, and the divergence in the ELBO has a closed form, with simple derivatives:",
        "En un autocodificador variacional, q es gaussiana de media μ y desviación σ, la previa es "
        "una gaussiana estándar, y la divergencia en la ELBO tiene forma cerrada, con derivadas "
        "simples:",
    )
    b.eq("D = sum(mu^2 + sigma^2 - 1 - log(sigma^2))/2")
    b.eq("dD/dmu = mu")
    b.eq("dD/dsigma = sigma - 1/sigma")
    b.say(
        "Both are zero at μ = 0, σ = 1. The other term is averaged over z = μ + σ ⊙ ε with ε "
        "standard, so that its gradient flows through z: ∂z/∂μ = 1, ∂z/∂σ = ε.",
        "Ambas son cero en μ = 0, σ = 1. El otro término se promedia sobre z = μ + σ ⊙ ε con ε "
        "estándar, de modo que su gradiente fluye por z: ∂z/∂μ = 1, ∂z/∂σ = ε.",
    )
    return b.done(lang, numbers, decimal)


def dpo_gradient(a: float = -1.0, b: float = -1.5, a_ref: float = -1.2, b_ref: float = -1.1,
                 beta: float = 0.5, *, lang: str | None = None, numbers: bool = True,
                 decimal: str = ".") -> Classic:  # fmt: skip
    """Direct preference optimization: the loss from the reward, and its gradient.

    a, b are the model's log probabilities of the preferred and the rejected answer, a_ref and
    b_ref those of the reference model.

    Source: Rafailov et al. 2023, arXiv:2305.18290, eqs. 5-7 and section 4.

    >>> dpo_gradient().check() < 1e-9
    True
    """
    w = Writing(
        (
            "The gradient of direct preference optimization (DPO)",
            "El gradiente de la optimización directa de preferencias (DPO)",
        ),
        a=a, b=b, a_ref=a_ref, b_ref=b_ref, beta=beta,
    )  # fmt: skip
    w.say(
        "a and b are log π of the preferred and of the rejected answer. The policy that is best "
        "for a "
        "reward under a KL penalty gives the reward back, up to a constant that both answers "
        "share:",
        "a y b son log π de la respuesta preferida y de la rechazada. La política óptima para una "
        "recompensa con penalización KL permite recuperar la recompensa, salvo una constante común "
        "a ambas respuestas:",
    )
    w.eq("r_a = beta (a - a_ref)")
    w.eq("r_b = beta (b - b_ref)")
    w.say(
        "By the model of Bradley and Terry, the preferred answer wins with probability p = σ(u); "
        "the "
        "constant cancels in the difference. The loss is −log of that:",
        "Según el modelo de Bradley y Terry, gana la respuesta preferida con probabilidad p = "
        "σ(u); la "
        "constante se cancela en la diferencia. La pérdida es −log de ella:",
    )
    w.eq("u = r_a - r_b")
    w.eq("p = S(u)")
    w.eq("L = -log(p)")
    w.say(
        "∂L/∂u = −(1 − p): the more the model already prefers the right answer, the less it moves. "
        "It raises a and lowers b by the same amount:",
        "∂L/∂u = −(1 − p): cuanto más prefiere ya el modelo la respuesta correcta, menos se mueve. "
        "Sube a y baja b en la misma cantidad:",
    )
    w.eq("dL/du = p - 1 = -S(-u)")
    w.eq("dL/da = -beta (1 - p)")
    w.eq("dL/db = beta (1 - p)")
    return w.done(lang, numbers, decimal)

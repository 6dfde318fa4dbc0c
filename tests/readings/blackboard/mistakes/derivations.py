"""Networks with derivations written by hand, and the mistakes that students make in each step.

Nothing here asks tiza for a derivative: every rule, right or wrong, is written out as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

# φ: its derivative in terms of {z} and {a}; what students write instead.
RULES: dict[str, tuple[str, list[str]]] = {
    "tanh": (
        "(1 - {a}^2)",
        ["{a}", "(1 - {a})", "(1 - {z}^2)", "1", "tanh'({a})", "{a} ⊙ (1 - {a})", "(1 + {a}^2)"],
    ),
    "S": (
        "({a} ⊙ (1 - {a}))",
        ["{a}", "(1 - {a})", "({z} ⊙ (1 - {z}))", "1", "S'({a})", "(1 - {a}^2)"],
    ),
    "relu": ("1[{z} > 0]", ["1", "{a}", "1[{z} < 0]", "{z}"]),
    "softplus": ("S({z})", ["{a}", "1", "S({a})"]),
    "exp": ("{a}", ["1", "{z}", "exp({a})"]),
    "sin": ("cos({z})", ["{a}", "-cos({z})", "1", "cos({a})"]),
    "log": ("(1/{z})", ["{a}", "1", "{z}"]),
}


@dataclass
class Step:
    """One line of a derivation: name = formula, which may use {earlier names}."""

    name: str
    formula: str
    line: str  # the result whose local derivative the step adds
    wrong: list[str] = field(default_factory=list)
    also: tuple[str, ...] = ()  # other results that are as good an answer


@dataclass
class Network:
    """A loss as text, its derivation, and the shapes or values of its variables."""

    name: str
    loss: str
    steps: list[Step]
    shapes: dict[str, tuple[int, ...]] = field(default_factory=dict)
    at: dict[str, np.ndarray] = field(default_factory=dict)
    domain: dict[str, tuple[float, float]] = field(default_factory=dict)


def filled(formula: str, done: dict[str, str]) -> str:
    """The formula with {names} replaced by whole formulas, in parentheses."""
    return re.sub(r"\{([^{}]+)\}", lambda m: f"({done[m.group(1)]})", formula)


def in_lines(steps: list[Step], wrong: dict[int, str]) -> str:
    """The derivation line by line; step k may be replaced by a wrong formula."""
    rows = []
    for k, step in enumerate(steps):
        plain = re.sub(r"\{([^{}]+)\}", r"(\1)", wrong.get(k, step.formula))
        rows.append(f"{step.name} = {plain}")
    return "\n".join(rows)


def in_one(steps: list[Step], wrong: dict[int, str], target: str) -> str:
    """The final formula of one derivative, everything put into everything."""
    done: dict[str, str] = {}
    for k, step in enumerate(steps):
        done[step.name] = filled(wrong.get(k, step.formula), done)
    return f"{target} = {done[target]}"


def below(steps: list[Step], k: int) -> list[str]:
    """The gradients of parameters into which step k enters."""
    reached = {steps[k].name}
    for step in steps[k + 1 :]:
        if any(f"{{{name}}}" in step.formula for name in reached):
            reached.add(step.name)
    return [s.name for s in steps if s.name in reached and re.match(r"dL/d[wbuvWUVKQ]", s.name)]


def mutations(net: Network) -> Iterator[tuple[int, str]]:
    """(step, wrong formula) of every mistake in a network."""
    for k, step in enumerate(net.steps):
        for wrong in step.wrong:
            yield k, wrong


def _rule(phi: str, z: str, a: str) -> tuple[str, list[str]]:
    right, wrong = RULES[phi]
    return right.format(z=z, a=a), [w.format(z=z, a=a) for w in wrong]


LOSSES = {  # of the last result a: formula, ∂L/∂a, what students write instead
    "half": ("(y - {a})^2/2", "-(y - {a})", ["(y - {a})", "-2*(y - {a})"]),
    "square": ("(y - {a})^2", "-2*(y - {a})", ["2*(y - {a})", "-(y - {a})"]),
    "log": (
        "-(y*log({a}) + (1 - y)*log(1 - {a}))",
        "(-y/{a} + (1 - y)/(1 - {a}))",
        ["(-y/{a} - (1 - y)/(1 - {a}))", "(y/{a} - (1 - y)/(1 - {a}))"],
    ),
    "fourth": (
        "(y - {a})^4",
        "-4*(y - {a})^3",
        ["4*(y - {a})^3", "-(y - {a})^3", "-4*(y - {a})^4"],
    ),
}


def scalar(name: str, phis: list[str], loss: str) -> Network:
    """x → w₁x + b₁ → φ₁ → w₂a₁ + b₂ → φ₂ ... → loss, all of them numbers."""
    rows, last = [], "x"
    for k, phi in enumerate(phis, 1):
        rows += [f"z{k} = w{k}*{last} + b{k}", f"a{k} = {phi}(z{k})"]
        last = f"a{k}"
    formula, slope, wrong = (
        [w.format(a=last) for w in part] if isinstance(part, list) else part.format(a=last)
        for part in LOSSES[loss]
    )
    steps = [Step(f"dL/d{last}", slope, "L", list(wrong))]
    for k in range(len(phis), 0, -1):
        before = f"a{k - 1}" if k > 1 else "x"
        right, mistakes = _rule(phis[k - 1], f"z{k}", f"a{k}")
        delta = f"{{dL/dz{k}}}"
        steps.append(Step(f"dL/dz{k}", f"{{dL/da{k}}} * {right}", f"a{k}",
                          [f"{{dL/da{k}}} * {m}" for m in mistakes]))  # fmt: skip
        weight = [delta, f"{delta} * w{k}"] + ([f"{delta} * z{k - 1}"] if k > 1 else [])
        steps.append(Step(f"dL/dw{k}", f"{delta} * {before}", f"z{k}", weight))
        steps.append(Step(f"dL/db{k}", delta, f"z{k}"))
        if k > 1:
            steps.append(Step(f"dL/da{k - 1}", f"{delta} * w{k}", f"z{k}",
                              [delta, f"{delta} * a{k - 1}"]))  # fmt: skip
    domain = {"y": (0.1, 0.9)} if loss == "log" else {}
    return Network(name, "\n".join([*rows, f"L = {formula}"]), steps, domain=domain)


def layers(name: str, phis: list[str], sizes: list[int], rows: int, loss: str) -> Network:
    """X → X W₁ᵀ + 1b₁ᵀ → φ₁ ... → loss, for a batch."""
    text, last, n = [], "X", len(sizes) - 1
    for k in range(1, n + 1):
        text.append(f"Z{k} = {last} W{k}^T + 1 b{k}^T")
        last = f"Z{k}"
        if k <= len(phis):
            text.append(f"A{k} = {phis[k - 1]}(Z{k})")
            last = f"A{k}"
    shapes: dict[str, tuple[int, ...]] = {"X": (rows, sizes[0]), "Y": (rows, sizes[-1])}
    for k in range(1, n + 1):
        shapes |= {f"W{k}": (sizes[k], sizes[k - 1]), f"b{k}": (sizes[k],)}
    at: dict[str, np.ndarray] = {}
    if loss == "softmax":
        text += [f"P = softmax({last})", "L = -sum(Y ⊙ log(P))/B"]
        at["Y"] = np.eye(sizes[-1])[np.arange(rows) % sizes[-1]]
        del shapes["Y"]
        wrong = ["(Y - P)/B", "(P - Y)", "P/B", "(P - Y) ⊙ P ⊙ (1 - P)/B"]
        steps = [Step(f"dL/d{last}", "(P - Y)/B", "P", wrong, ("L",))]
    else:
        text.append(f"L = sum(({last} - Y)^2)/(2 B)")
        wrong = [f"(Y - {last})/B", f"({last} - Y)", f"2 ({last} - Y)/B"]
        steps = [Step(f"dL/d{last}", f"({last} - Y)/B", "L", wrong)]
    for k in range(n, 0, -1):
        steps += _layer(k, phis, sizes, rows)
    return Network(name, "\n".join(text), steps, shapes, at)


def _layer(k: int, phis: list[str], sizes: list[int], rows: int) -> list[Step]:
    made = []
    delta = f"{{dL/dZ{k}}}"
    if k <= len(phis):
        right, mistakes = _rule(phis[k - 1], f"Z{k}", f"A{k}")
        made.append(Step(f"dL/dZ{k}", f"{{dL/dA{k}}} ⊙ {right}", f"A{k}",
                         [f"{{dL/dA{k}}} ⊙ {m}" for m in mistakes if m != "1"]
                         + [f"{{dL/dA{k}}}"]))  # fmt: skip
    hidden = f"A{k - 1}" if k - 1 <= len(phis) else f"Z{k - 1}"
    before = hidden if k > 1 else "X"
    weight = [f"{before}^T {delta}", f"{delta}^T {before}/B", f"{delta} {before}"]
    weight += [f"{delta}^T Z{k - 1}"] if before[0] == "A" else []
    # a final formula cannot tell a mean in this step from a second 1/B in the loss
    made.append(Step(f"dL/dW{k}", f"{delta}^T {before}", f"Z{k}", weight, ("L",)))
    bias = [delta, f"mean({delta}, axis=0)"]
    made.append(Step(f"dL/db{k}", f"{delta}^T 𝟏", f"Z{k}", bias))
    if k > 1:
        wrong = [f"{delta} W{k}^T"] + ([delta] if sizes[k] == sizes[k - 1] else [])
        made.append(Step(f"dL/d{before}", f"{delta} W{k}", f"Z{k}", wrong))
    return made


def recurrent() -> Network:
    """The same weights at two times: the derivatives of both are added."""
    loss = "z1 = u*x1\nh1 = tanh(z1)\nz2 = u*x2 + v*h1\nh2 = tanh(z2)\nL = (y - h2)^2/2"
    d2, d1 = "{dL/dz2}", "{dL/dz1}"
    return Network("recurrent", loss, [
        Step("dL/dh2", "-(y - h2)", "L", ["(y - h2)", "-2*(y - h2)"]),
        Step("dL/dz2", "{dL/dh2} (1 - h2^2)", "h2",
             ["{dL/dh2} h2", "{dL/dh2}", "{dL/dh2} (1 - h2)"]),
        Step("dL/dv", f"{d2} h1", "z2", [d2, f"{d2} v", f"{d2} z1"]),
        Step("dL/dh1", f"{d2} v", "z2", [d2, f"{d2} h1"]),
        Step("dL/dz1", "{dL/dh1} (1 - h1^2)", "h1",
             ["{dL/dh1} h1", "{dL/dh1}", "{dL/dh1} (1 - z1^2)"]),
        Step("dL/du", f"{d2} x2 + {d1} x1", "z2", [f"{d2} x2", f"{d1} x1"], ("z1", "h1", "h2")),
    ])  # fmt: skip


def residual() -> Network:
    """z₂ = z₁ + w₂ tanh(z₁): two ways from z₁ to the loss."""
    loss = "z1 = w1*x\na = tanh(z1)\nz2 = z1 + w2*a\nL = (z2 - y)^2/2"
    d = "{dL/dz2}"
    return Network("residual", loss, [
        Step("dL/dz2", "z2 - y", "L", ["y - z2", "2*(z2 - y)"]),
        Step("dL/dw2", f"{d} a", "z2", [d, f"{d} w2", f"{d} z1"]),
        Step("dL/dz1", f"{d} (1 + w2 (1 - a^2))", "z2",
             [d, f"{d} w2 (1 - a^2)"], ("a",)),
        Step("dL/dw1", "{dL/dz1} x", "z1", ["{dL/dz1}", "{dL/dz1} w1"]),
    ])  # fmt: skip


def attention() -> Network:
    """One head of attention, Q K V given."""
    loss = "T = Q K^T / 2\nA = softmax(T)\nO = A V\nL = sum((O - Y)^2)/2"
    shapes = {"Q": (3, 4), "K": (3, 4), "V": (3, 2), "Y": (3, 2)}
    d, t = "{dL/dO}", "{dL/dT}"
    return Network("attention", loss, [
        Step("dL/dO", "O - Y", "L", ["Y - O", "2 (O - Y)"]),
        Step("dL/dV", f"A^T {d}", "O", [f"A {d}", f"T^T {d}"]),
        Step("dL/dA", f"{d} V^T", "O", [f"{d} V"]),
        Step("dL/dT", "A ⊙ ({dL/dA} - sum({dL/dA} ⊙ A, axis=1, keepdims=1))", "A",
             ["A ⊙ (1 - A) ⊙ {dL/dA}", "A ⊙ {dL/dA}", "{dL/dA}"]),
        Step("dL/dQ", f"{t} K / 2", "T", [f"{t} K", f"{t}^T K / 2"]),
        Step("dL/dK", f"{t}^T Q / 2", "T", [f"{t}^T Q", f"{t} Q / 2"]),
    ], shapes)  # fmt: skip


def logistic() -> Network:
    """Logistic regression by vectors."""
    loss = "z = X w + b\np = S(z)\nL = -sum(y ⊙ log(p) + (1 - y) ⊙ log(1 - p))/n"
    return Network("logistic regression", loss, [
        Step("dL/dp", "(-y/p + (1 - y)/(1 - p))/n", "L",
             ["(y/p - (1 - y)/(1 - p))/n", "(-y/p - (1 - y)/(1 - p))/n", "-y/p + (1 - y)/(1 - p)"]),
        Step("dL/dz", "{dL/dp} ⊙ p ⊙ (1 - p)", "p",
             ["{dL/dp} ⊙ p", "{dL/dp}", "{dL/dp} ⊙ (1 - p)", "{dL/dp} ⊙ z ⊙ (1 - z)"]),
        Step("dL/dw", "X^T {dL/dz}", "z", ["X {dL/dz}", "X^T {dL/dz}/n"], ("L",)),
        Step("dL/db", "sum({dL/dz})", "z", ["{dL/dz}", "mean({dL/dz})"]),
    ], {"X": (5, 3), "w": (3,), "y": (5,)}, domain={"y": (0.1, 0.9)})  # fmt: skip


def ratings() -> Network:
    """Matrix factorisation with weight decay."""
    loss = "D = R - U V^T\nL = sum(D^2)/2 + lambda sum(U^2)/2"
    return Network("matrix factorisation", loss, [
        Step("dL/dD", "D", "L", ["2 D", "-D"]),
        Step("dL/dV", "-{dL/dD}^T U", "D", ["{dL/dD}^T U", "-{dL/dD} U", "-U^T {dL/dD}"]),
        Step("dL/dU", "-{dL/dD} V + lambda U", "D",
             ["{dL/dD} V + lambda U", "-{dL/dD}^T V + lambda U", "-{dL/dD} V",
              "lambda U"], ("L",)),
    ], {"R": (4, 5), "U": (4, 2), "V": (5, 2)})  # fmt: skip


NETWORKS = [
    scalar("one neuron", ["S"], "half"),
    scalar("tanh then sigmoid", ["tanh", "S"], "half"),
    scalar("three layers", ["tanh", "relu", "tanh"], "square"),
    scalar("logistic", ["tanh", "S"], "log"),
    scalar("softplus and exponential", ["softplus", "exp"], "half"),
    scalar("sine", ["sin", "tanh"], "fourth"),
    scalar("four layers", ["S", "tanh", "softplus", "S"], "square"),
    recurrent(),
    residual(),
    layers("MLP, regression", ["tanh"], [3, 4, 2], 5, "half"),
    layers("MLP, softmax", ["relu"], [3, 4, 3], 5, "softmax"),
    layers("deep MLP", ["tanh", "S"], [2, 3, 4, 2], 6, "half"),
    layers("square MLP", ["S"], [3, 3, 3], 4, "half"),
    layers("all sizes equal", ["tanh"], [3, 3, 3], 3, "softmax"),
    layers("linear layers", [], [3, 2, 2], 4, "half"),
    attention(),
    logistic(),
    ratings(),
]

"""A trained network on the blackboard: all of it by matrices, and one neuron with its numbers."""

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from tiza.errors import TizaError
from tiza.recipes.problem import Array, Problem
from tiza.recipes.words import word
from tiza.train.findings import softmax
from tiza.train.picture import data_uri

if TYPE_CHECKING:
    from tiza import nn
    from tiza.readings.blackboard.result import Derivation

MOST_PARAMETERS = 5_000_000  # of a network that is derived, and checked, in less than 2 s
TERMS = 3  # products of a neuron that are written out; the others are added up


@dataclass(frozen=True)
class Neuron:
    """One output of a network for one example: what it is, its derivation, what its letters are."""

    sentence: str
    derivation: "Derivation"
    legend: str


def example(problem: Problem, outputs: Array) -> int:
    """The test row to be shown: the one whose true class got the probability nearest to 1/2.

    A sure answer leaves gradients of almost zero, from which nobody learns. Of numbers, row 0.

    Shapes: outputs (rows, classes), logits; or (rows, 1).
    """
    if problem.task == "regression":
        return 0
    truth = np.asarray(problem.test.y, np.int64)
    given = softmax(outputs)[np.arange(len(truth)), truth]
    return int(np.abs(given - 0.5).argmin())


def network(problem: Problem, model: "nn.Module", outputs: Array) -> str:
    """The derivation of the whole network for one test row, as HTML for the report.

    It is empty where the network is too large to be derived at once, or has no derivation.
    """
    if sum(p.size for p in model.parameters()) > MOST_PARAMETERS:
        return ""
    row = example(problem, outputs)
    learning = model.training
    model.eval()  # dropout and its like rest, as in the test
    try:
        shown = _derived(problem, model, row)._repr_html_()
    except TizaError:
        return ""
    finally:
        model.train(learning)
    picture = ""
    if problem.picture:
        scan = data_uri(problem.test.x[row].reshape(problem.picture))
        picture = f'<img class="example" alt="" src="{scan}">'
    title = escape(_title(problem, outputs, row))
    return f"<details><summary>{title}</summary>{picture}{shown}</details>"


def _title(problem: Problem, outputs: Array, row: int) -> str:
    if problem.task == "regression":
        return word("board-number", row=row)
    truth = int(problem.test.y[row])
    share = f"{softmax(outputs)[row, truth]:.0%}"
    return word("board-class", row=row, name=problem.classes[truth], share=share)


def _derived(problem: Problem, model: "nn.Module", row: int) -> "Derivation":
    import tiza as tz
    from tiza import optim
    from tiza.nn import functional as F
    from tiza.readings.blackboard.result import build

    classes = problem.task == "classification"
    x = tz.asarray(problem.test.x[row : row + 1])
    y = tz.asarray(problem.test.y[row : row + 1])
    loss = F.cross_entropy(model(x), y) if classes else F.mse_loss(model(x), y)
    plan, parameters = problem.plan, dict(model.named_parameters())
    return build(
        loss,
        list(parameters.values()),
        optim.AdamW(list(parameters.values()), lr=plan.lr, weight_decay=plan.weight_decay),
        names={x.node: "X", y.node: "y" if classes else "Y", loss.node: "L"},
        paths={p.node: path for path, p in parameters.items()},
        detail="summary",
    )


def neuron(problem: Problem, model: "nn.Sequential", outputs: Array) -> Neuron:
    """The output of the true class for one test row, with this network's numbers.

    z = w·a + b is the neuron. Softmax gives its class the probability p = σ(z − c), where
    c = log ∑ e^zⱼ over the other classes does not depend on z; the loss is L = −log p. The
    `TERMS` products wᵢ aᵢ that weigh most are written out, r is the sum of the others.
    """
    import tiza as tz
    from tiza.nn import functional as F
    from tiza.readings.blackboard.result import build

    row = example(problem, outputs)
    k = int(problem.test.y[row])
    *before, last = model
    a, weight, bias = _inputs(before, problem.test.x[row : row + 1]), *map(_array, _of(last))
    logits = weight @ a + bias
    c = np.logaddexp.reduce(np.delete(logits, k))
    products = weight[k] * a
    most = np.sort(np.argsort(-np.abs(products), kind="stable")[:TERMS])
    rest = tz.tensor(products.sum() - products[most].sum(), dtype=tz.float64)
    names = {"r": rest, "c": tz.tensor(c, dtype=tz.float64)}
    weights = {f"w{i}": _variable(weight[k, i]) for i in most}
    weights["b"] = _variable(bias[k])
    z: Any = 0
    for i in most:
        names[f"a{i}"] = tz.tensor(a[i], dtype=tz.float64)
        z = z + weights[f"w{i}"] * names[f"a{i}"] if names.get("z") else _first(weights, names, i)
        names["z"] = z
    z = z + weights["b"] + rest
    m = z - names["c"]
    p = F.sigmoid(m)
    loss = -tz.log(p)
    names |= {**weights, "z": z, "m": m, "p": p, "L": loss}
    made = build(
        loss,
        list(weights.values()),
        names={t.node: name for name, t in names.items()},
        detail="summary",
    )
    name = problem.classes[k]
    return Neuron(
        word("neuron", row=row, name=name),
        made,
        word("neuron-letters", others=len(a) - len(most)),
    )

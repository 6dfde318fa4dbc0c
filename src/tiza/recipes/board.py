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


def neuron(problem: Problem, model: "nn.Module", outputs: Array) -> Neuron:
    """The output of the true class for one test row; of a chain of layers, the last one linear.

    z = w·a + b is the neuron. Softmax gives its class the probability p = σ(m), m = z − c, where
    c = log ∑ e^zⱼ over the other classes does not depend on z; the loss is L = −log p. The
    `TERMS` products wᵢ aᵢ that weigh most are written out, r is the sum of the others.
    """
    import tiza as tz
    from tiza.nn import functional as F
    from tiza.readings.blackboard.result import build

    row = example(problem, outputs)
    k = int(problem.test.y[row])
    *_, last = model.children()
    weight, bias = (np.asarray(p.numpy(), np.float64) for p in last.parameters())
    a = _hidden(model, problem.test.x[row : row + 1])
    products = weight[k] * a
    most = np.sort(np.argsort(-np.abs(products), kind="stable")[:TERMS])
    others = weight @ a + bias

    def number(value: float, learned: bool = False) -> Any:
        return tz.tensor(float(value), dtype=tz.float64, requires_grad=learned)

    w, x = [number(weight[k, i], True) for i in most], [number(a[i]) for i in most]
    b, r = number(bias[k], True), number(np.delete(products, most).sum())
    c = number(np.logaddexp.reduce(np.delete(others, k)))
    z = sum((wi * xi for wi, xi in zip(w[1:], x[1:], strict=True)), w[0] * x[0]) + b + r
    m = z - c
    p = F.sigmoid(m)
    loss = -tz.log(p)
    names = {"b": b, "r": r, "c": c, "z": z, "m": m, "p": p, "L": loss}
    names |= {f"w{i}": wi for i, wi in zip(most, w, strict=True)}
    names |= {f"a{i}": xi for i, xi in zip(most, x, strict=True)}
    made = build(
        loss,
        [*w, b],
        names={t.node: name for name, t in names.items()},
        detail="summary",
    )
    return Neuron(
        word("neuron", row=row, name=problem.classes[k]),
        made,
        word("neuron-letters", shown=len(most), others=len(a) - len(most)),
    )


def _hidden(model: "nn.Module", x: Array) -> Array:
    """What the last layer takes from one row.

    Shapes: x (1, inputs) → (units).
    """
    import tiza as tz
    from tiza import nn

    *before, _ = model.children()
    learning = model.training
    model.eval()
    with tz.no_grad():
        a: Array = np.asarray(nn.Sequential(*before)(tz.asarray(x)).numpy(), np.float64)[0]
    model.train(learning)
    return a

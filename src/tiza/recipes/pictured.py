"""A model in the report of its run: drawn as blocks, and derived on one small example."""

from collections.abc import Callable, Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from tiza.errors import TizaError
from tiza.recipes.example import example, variables
from tiza.recipes.words import word

if TYPE_CHECKING:
    from tiza import nn

MOST_PARTS = 80  # modules of a model that is drawn open
SHORT = 12_000  # letters of HTML that need no click
Board = Callable[[Any, Mapping[str, Any]], tuple[Any, dict[str, Any]]]


def drawing(model: "nn.Module | None") -> str:
    """The blocks of a model as SVG, of a large one only the outermost; empty without a model."""
    import tiza as tz

    if model is None:
        return ""
    depth = 1 if sum(1 for _ in model.modules()) <= MOST_PARTS else 0
    try:
        svg = str(tz.draw(model, view="blocks", depth=depth).svg)
    except TizaError:
        return ""
    return svg[svg.index("<svg") :]


def derivation(model: "nn.Module | None", board: Board | None, kept: Mapping[str, Any]) -> str:
    """How the gradients of a recipe come about, as HTML for its report.

    The loss is the one that the recipe's `board` gives, else that of a small example. Empty for
    a model of one's own without `board`.
    """
    if model is None:
        return ""
    learning = model.training
    model.eval()  # dropout and its like rest
    try:
        return blackboard(model, *(board or example)(model, kept))
    except TizaError:
        return ""
    finally:
        model.train(learning)


def blackboard(model: Any, loss: Any, names: dict[str, Any]) -> str:
    """The derivation of a loss to the parameters that it needs; folded away where it is long."""
    from tiza.readings.blackboard.result import build

    paths, wrt = variables(model, loss, names)
    made = build(
        loss,
        wrt,
        names={t.node: name for name, t in names.items()} | {loss.node: "L"},
        paths={p.node: path for path, p in paths.items()},
        detail="summary",
    )
    page = made._repr_html_()
    if len(page) <= SHORT:
        return page
    return f"<details><summary>{escape(word('board-summary'))}</summary>{page}</details>"

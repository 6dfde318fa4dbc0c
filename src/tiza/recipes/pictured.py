"""A model in the report of its run: drawn as blocks, and derived on one small example."""

from typing import TYPE_CHECKING, Any

from tiza.errors import TizaError

if TYPE_CHECKING:
    from tiza import nn

MOST_PARTS = 80  # modules of a model that is drawn


def drawing(model: "nn.Module | None") -> str:
    """The blocks of a model as SVG; empty where it has too many to be read, or no parameters."""
    import tiza as tz

    if model is None or sum(1 for _ in model.modules()) > MOST_PARTS:
        return ""
    try:
        svg = str(tz.draw(model, view="blocks").svg)
    except TizaError:
        return ""
    return svg[svg.index("<svg") :]


def blackboard(model: Any, loss: Any, names: dict[str, Any]) -> str:
    """The derivation of a loss to the model's parameters, as HTML; empty where there is none."""
    from tiza.readings.blackboard.result import build

    paths = dict(model.named_parameters())
    try:
        made = build(
            loss,
            list(paths.values()),
            names={t.node: name for name, t in names.items()} | {loss.node: "L"},
            paths={p.node: path for path, p in paths.items()},
            detail="summary",
        )
        return made._repr_html_()
    except TizaError:
        return ""

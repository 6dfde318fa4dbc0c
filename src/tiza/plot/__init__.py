"""Figures for teaching and for reports: matplotlib figures, each computed by tiza itself."""

from importlib import import_module
from typing import Any

from tiza.errors import MissingExtraError

_HOME = {  # each figure and the module that draws it
    "activations": "curves",
    "losses": "curves",
    "race": "descent",
    "race_animation": "animation",
    "learning_rates": "descent",
    "decision_boundary": "boundary",
    "loss_surface": "surface",
    "approximation": "widths",
    "training": "runs",
    "compare": "runs",
    "confusion_matrix": "scores",
    "roc": "scores",
    "precision_recall": "scores",
    "calibration": "scores",
    "weights": "grids",
    "images": "grids",
    "feature_maps": "grids",
    "attention": "grids",
    "embedding": "maps",
    "som": "maps",
}
__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'tiza.plot' has no attribute {name!r}")
    try:
        import_module("matplotlib")
    except ImportError as error:
        raise MissingExtraError("extra-missing", feature="tz.plot", extra="plot") from error
    return getattr(import_module(f"tiza.plot.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__

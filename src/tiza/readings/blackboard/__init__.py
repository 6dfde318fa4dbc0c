"""Reading aloud: the derivation of an expression, as a good teacher writes it on the blackboard."""

from importlib import import_module
from types import ModuleType


def __getattr__(name: str) -> ModuleType:
    if name == "classics":  # read on first use
        return import_module(f"{__name__}.classics")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

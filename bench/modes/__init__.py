"""The ways to train a rung: tiza's own, PyTorch's and JAX's; made only when asked for."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec

from bench.modes.base import Maker, Mode

PEERS = {"torch": "PyTorch", "jax": "JAX"}


def missing() -> list[str]:
    """The peers that are not installed."""
    return [shown for name, shown in PEERS.items() if find_spec(name) is None]


def family(label: str) -> str:
    """The framework of a mode, as its package is named."""
    return next((name for name, shown in PEERS.items() if label.startswith(shown)), "tiza")


def makers(only: str | None = None) -> dict[str, Maker]:
    """The modes that can be had here, or those of one framework: label → what makes the mode."""
    found: dict[str, Maker] = {}
    for name in [only] if only else ["tiza", *PEERS]:
        if find_spec(name) is not None:
            table: Mapping[str, Maker] = import_module(f"bench.modes.with_{name}").makers()
            found.update(table)
    return found


__all__ = ["PEERS", "Maker", "Mode", "family", "makers", "missing"]

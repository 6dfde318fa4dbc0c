"""What a model is asked to do by layers above it: they enter their functions here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class _Verbs(dict[str, Callable[..., Any]]):
    """Functions by name; `load`, which the package's front sets, brings in whoever defines them."""

    load: Callable[[], object] | None = None

    def __missing__(self, name: str) -> Callable[..., Any]:
        if self.load is None:
            raise KeyError(name)
        load, self.load = self.load, None
        load()
        return self[name]


VERBS = _Verbs()

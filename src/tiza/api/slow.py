"""Why a function of `tz.compile` runs uncompiled: one line for whoever wrote it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tiza.errors import pick


def changing(f: Callable[..., Any]) -> str:
    """Its formula is another one at every call."""
    name = getattr(f, "__name__", "f")
    return pick((f"compile: {name} runs uncompiled, for a number or an object that it uses changes "
                 "its formula at every call; pass it as a tensor argument",
                 f"compile: {name} se ejecuta sin compilar, porque un número o un objeto que usa "
                 "cambia su fórmula en cada llamada; páselo como argumento tensor"))  # fmt: skip


def looking(f: Callable[..., Any], kind: str) -> str:
    """It steps something that looks at values."""
    name = getattr(f, "__name__", "f")
    return pick((f"compile: {name} runs uncompiled, for it steps a {kind}, which is no function of "
                 "the number of steps; step that outside",
                 f"compile: {name} se ejecuta sin compilar, porque avanza un {kind}, que no es "
                 "función del número de pasos; avance eso afuera"))  # fmt: skip

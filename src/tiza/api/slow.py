"""Why a function of `tz.compile` runs uncompiled: one line for whoever wrote it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tiza.errors import pick
from tiza.lang.trace import AsItIs, Keeps


def changing(f: Callable[..., Any]) -> str:
    """Its formula is another one at every call."""
    name = getattr(f, "__name__", "f")
    return pick((f"compile: {name} runs uncompiled, for a number or an object that it uses changes "
                 "its formula at every call; pass it as a tensor argument",
                 f"compile: {name} se ejecuta sin compilar, porque un número o un objeto que usa "
                 "cambia su fórmula en cada llamada; páselo como argumento tensor"))  # fmt: skip


def reason(f: Callable[..., Any], met: AsItIs) -> str | None:
    """What stood in the way as it was written down; None where there is nothing to say."""
    name = getattr(f, "__name__", "f")
    if isinstance(met, Keeps):
        return pick((f"compile: {name} runs uncompiled, for it leaves a tensor in something around "
                     "it; return that, or let it be a buffer of a model",
                     f"compile: {name} se ejecuta sin compilar, porque deja un tensor en algo a su "
                     "alrededor; devuélvalo, o haga que sea un buffer de un modelo"))  # fmt: skip
    if met.kind is None:
        return None
    return pick((f"compile: {name} runs uncompiled, for it steps a {met.kind}, which is no "
                 "function of the number of steps; step that outside",
                 f"compile: {name} se ejecuta sin compilar, porque avanza un {met.kind}, que no es "
                 "función del número de pasos; avance eso afuera"))  # fmt: skip

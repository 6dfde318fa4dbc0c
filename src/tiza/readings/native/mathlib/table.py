"""The functions by the names of their primitives, and their definitions as LLVM IR."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from tiza.readings.native.mathlib import (
    edges,
    error_function,
    exponential,
    logarithm,
    trigonometry,
)
from tiza.readings.native.mathlib.lanes import Body, Function, Kind, Lanes
from tiza.readings.native.mathlib.library import by_type, guarded, library, through_double
from tiza.readings.native.mathlib.philox import PHILOX, mangled
from tiza.readings.native.mathlib.power import power_double, power_single

DType = np.dtype[Any]


class Entry(NamedTuple):
    """How many arguments a function takes and what writes its body."""

    arity: int
    write: Function


FMOD, MODERATE, FEW = library("fmod"), trigonometry.moderate, edges.few_times
TABLE: dict[str, Entry] = {
    "abs": Entry(1, edges.abs_),
    "sign": Entry(1, edges.sign),
    "floor": Entry(1, edges.floor),
    "ceil": Entry(1, edges.ceil),
    "trunc": Entry(1, edges.trunc),
    "round": Entry(1, edges.round_),
    "sqrt": Entry(1, edges.sqrt),
    "relu": Entry(1, edges.relu),
    "exp": Entry(1, exponential.exp),
    "expm1": Entry(1, exponential.expm1),
    "sigmoid": Entry(1, exponential.sigmoid),
    "tanh": Entry(1, exponential.tanh),
    "sinh": Entry(1, exponential.sinh),
    "cosh": Entry(1, exponential.cosh),
    "log": Entry(1, logarithm.log),
    "log1p": Entry(1, logarithm.log1p),
    "log2": Entry(1, logarithm.log2),
    "log10": Entry(1, logarithm.log10),
    "softplus": Entry(1, logarithm.softplus),
    "asinh": Entry(1, logarithm.asinh),
    "acosh": Entry(1, logarithm.acosh),
    "atanh": Entry(1, logarithm.atanh),
    "erf": Entry(1, error_function.erf),
    "sin": Entry(1, guarded(MODERATE, trigonometry.sin, library("sin"))),
    "cos": Entry(1, guarded(MODERATE, trigonometry.cos, library("cos"))),
    "tan": Entry(1, guarded(MODERATE, through_double(trigonometry.tan), library("tan"))),
    "asin": Entry(1, trigonometry.asin),
    "acos": Entry(1, trigonometry.acos),
    "atan": Entry(1, trigonometry.atan),
    "pow": Entry(2, by_type(power_single, power_double)),
    "atan2": Entry(2, trigonometry.atan2),
    "hypot": Entry(2, edges.hypot),
    "logaddexp": Entry(2, logarithm.logaddexp),
    "maximum": Entry(2, edges.maximum),
    "minimum": Entry(2, edges.minimum),
    "remainder": Entry(2, guarded(FEW, edges.remainder_near, edges.remainder_far(FMOD))),
    "floor_divide": Entry(2, guarded(FEW, edges.floor_divide_near, edges.floor_divide_far(FMOD))),
    "copysign": Entry(2, lambda a, b: a.body.intrinsic("copysign", a, b)),
    "nextafter": Entry(2, edges.nextafter),
}
WITHIN: dict[str, Entry] = {  # of formulas; no primitives
    "exp_falling": Entry(1, exponential.exp_falling),
    "erf_above": Entry(1, error_function.erf_above),
}
FUNCTIONS: dict[str, int] = {name: entry.arity for name, entry in TABLE.items()}


ARITIES = {name: entry.arity for name, entry in (TABLE | WITHIN).items()}


def symbol(name: str, dtype: DType, width: int) -> str:
    """The name of a function in the IR: tz_exp_v16f32, tz_exp_f64, tz_philox_v8i32."""
    if name in PHILOX:
        return f"tz_{name}_{mangled(width)}"
    return f"tz_{name}_{_kind(dtype, width).mangled}"


def _kind(dtype: DType, width: int) -> Kind:
    return Kind("f", 8 * np.dtype(dtype).itemsize, width)


class _Defined(NamedTuple):
    """The text of one function and what it needs."""

    text: str
    declares: frozenset[str]
    helpers: tuple[tuple[str, str], ...]


@cache
def _defined(name: str, kind: Kind) -> _Defined:
    entry, body = (TABLE | WITHIN)[name], Body()
    xs = [Lanes(body, kind, f"%x{i}") for i in range(entry.arity)]
    y = entry.write(*xs)
    head = f"@tz_{name}_{kind.mangled}({', '.join(map(str, xs))})"
    first = [f"define internal {kind.text} {head} alwaysinline {{", "entry:"]
    text = "\n".join([*first, *body.lines, f"  ret {y}", "}"])
    return _Defined(text, frozenset(body.declares), tuple(body.helpers.items()))


def definitions(needed: Iterable[tuple[str, DType, int]]) -> tuple[set[str], str]:
    """Define the needed functions, each once, in the order first asked for.

    Returns the `declare` lines of intrinsics and of the C library that they call, for the caller
    to merge with his own, and the text of the definitions.

    >>> declares, text = definitions([("sqrt", np.dtype("float32"), 4)])
    >>> declares
    {'declare <4 x float> @llvm.sqrt.v4f32(<4 x float>)'}
    >>> print(text)
    define internal <4 x float> @tz_sqrt_v4f32(<4 x float> %x0) alwaysinline {
    entry:
      %v0 = call <4 x float> @llvm.sqrt.v4f32(<4 x float> %x0)
      ret <4 x float> %v0
    }
    """
    declares: set[str] = set()
    texts: dict[str, str] = {}
    for name, dtype, width in needed:
        if name in PHILOX:
            texts.setdefault(f"tz_philox_{mangled(width)}", PHILOX["philox"](width))
            texts.setdefault(symbol(name, dtype, width), PHILOX[name](width))
            continue
        found = _defined(name, _kind(dtype, width))
        declares |= found.declares
        for helper, text in found.helpers:
            texts.setdefault(helper, text)
        texts.setdefault(symbol(name, dtype, width), found.text)
    return declares, "\n\n".join(texts.values())

"""The native compiler's vector mathematics: how fast, and how exact.

python -m bench.mathlib [names]            ns an element on one thread, NumPy and PyTorch beside
python -m bench.mathlib accuracy [names]   greatest error in units in the last place
"""

from __future__ import annotations

import ctypes
import math
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from tiza.graph.node import PRIMITIVES
from tiza.readings.native import mathlib
from tiza.readings.native.mathlib.alone import Alone, Compiled, loop_text, ulps

Array = np.ndarray[Any, Any]
COUNT = 8192  # numbers at a time: they stay in the second cache; a call costs NumPy little
TIMES = 10
RANGES = {
    "log": (0.1, 5), "log2": (0.1, 5), "log10": (0.1, 5), "log1p": (-0.5, 5), "sqrt": (0.1, 5),
    "acosh": (1, 5), "asin": (-1, 1), "acos": (-1, 1), "atanh": (-1, 1), "pow": (0.1, 5),
}  # fmt: skip


def repeated(name: str, dtype: Any) -> Callable[[list[int]], None]:
    """The function's loop run TIMES times over in one call, which is too short to time alone."""
    arity = mathlib.FUNCTIONS[name]
    types = ["ptr"] * (arity + 1) + ["i64"]
    given = ", ".join(f"{t} %x{i}" for i, t in enumerate(types))
    again = f"""
define void @again({given}) {{
entry:
  br label %head
head:
  %i = phi i64 [0, %entry], [%j, %head]
  call void @loop({given})
  %j = add i64 %i, 1
  %more = icmp slt i64 %j, {TIMES}
  br i1 %more, label %head, label %end
end:
  ret void
}}"""
    width = 64 // np.dtype(dtype).itemsize
    text = loop_text(name, dtype, width).replace("define void @loop", "define internal void @loop")
    text = text.replace('"prefer-vector-width"', 'noinline "prefer-vector-width"')
    pointers = [ctypes.c_void_p] * (arity + 1)
    function = Compiled(text + again).function("again", *pointers, ctypes.c_int64)
    return lambda addresses: function(*addresses, COUNT)


def best(work: Callable[[], object], rounds: int = 40, times: int = 3) -> float:
    """Nanoseconds an element in the best round."""
    least = math.inf
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(times):
            work()
        least = min(least, time.perf_counter() - start)
    return least / times / COUNT * 1e9


def torch_function(name: str) -> Callable[..., Any] | None:
    """PyTorch's function of the same name, if both are there."""
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(1)
    found = torch.nn.functional.softplus if name == "softplus" else getattr(torch, name, None)
    return found or getattr(torch.special, name, None)


def row(name: str, dtype: type[np.floating[Any]]) -> list[float]:
    """Nanoseconds an element: of ours, NumPy's, and PyTorch's where it is there."""
    rng = np.random.default_rng(0)
    low, high = RANGES.get(name, (-5, 5))
    xs = [rng.uniform(low, high, COUNT).astype(dtype) for _ in range(mathlib.FUNCTIONS[name])]
    out = np.empty_like(xs[0])
    addresses = [x.ctypes.data for x in [*xs, out]]
    figures = [best(partial(repeated(name, dtype), addresses), 40, 1) / TIMES]
    figures.append(best(partial(PRIMITIVES[name].value, *xs), 10, 1))
    peer = torch_function(name)
    if peer is not None:
        import torch

        figures.append(best(partial(peer, *map(torch.from_numpy, xs))))
    return figures


def speed(names: list[str]) -> None:
    """Print the table of times."""
    print(f"{'':14}{'':9}{'tiza':>8}{'NumPy':>9}{'PyTorch':>9}   ns an element")
    for name in names or mathlib.FUNCTIONS:
        for dtype in (np.float32, np.float64):
            figures = "".join(f"{ns:9.3f}" for ns in row(name, dtype))
            print(f"{name:14}{np.dtype(dtype).name:8}{figures}", flush=True)


def _softplus(x: Array) -> Array:
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def _sigmoid(x: Array) -> Array:
    e = np.exp(-np.abs(x))
    return np.where(x < 0, e, 1) / (1 + e)


def _erf(x: Array) -> Array:
    import mpmath

    mpmath.mp.prec = 70
    pairs = [mpmath.erf(mpmath.mpf(float(t))) for t in x]
    high = np.array([float(p) for p in pairs], np.longdouble)
    return high + np.array([float(p - mpmath.mpf(float(p))) for p in pairs], np.longdouble)


TRUTH: dict[str, Callable[[Array], Array]] = {
    "softplus": _softplus, "sigmoid": _sigmoid, "erf": _erf, "relu": lambda x: np.maximum(x, 0),
    "asin": np.arcsin, "acos": np.arccos, "atan": np.arctan, "asinh": np.arcsinh,
    "acosh": np.arccosh, "atanh": np.arctanh, "atan2": np.arctan2, "pow": np.power,
}  # fmt: skip

EXACT = {"abs", "sign", "floor", "ceil", "trunc", "round", "relu", "maximum", "minimum",
         "remainder", "floor_divide", "copysign", "nextafter", "sqrt"}  # fmt: skip
ROUNDED = set(mathlib.FUNCTIONS) - EXACT - {"logaddexp"}  # which cancels


def single_points(step: int, part: int = 1 << 18) -> Iterator[Array]:
    """Every step-th of all float32 numbers."""
    for start in range(0, 1 << 32, part * step):
        yield np.arange(start, min(start + part * step, 1 << 32), step).astype("u4").view("f4")


def double_points(count: int) -> Array:
    """Numbers of all sizes, and as many of ordinary ones."""
    rng = np.random.default_rng(0)
    sizes = np.ldexp(rng.uniform(1, 2, count), rng.integers(-1074, 1024, count))
    ordinary = [rng.normal(size=count) * scale for scale in (0.1, 1, 10, 100)]
    return np.concatenate([sizes, *ordinary]) * rng.choice([-1.0, 1.0], 5 * count)


def worst(f: Alone, name: str, points: list[Array], exact: Any, least: float) -> float:
    """The greatest error over the points, or `least`; most are seen to be smaller at once."""
    truth: Callable[..., Array] = TRUTH.get(name) or getattr(np, name)
    with np.errstate(all="ignore"):
        y, t = f(*points), truth(*(x.astype(exact) for x in points))
        unit = 2.0 ** -(np.finfo(y.dtype).nmant + 1)  # an ulp is at least so much of a number
        open_ = ~(np.abs(y - t) <= np.abs(t) * (least * unit))
        return max(least, float(ulps(y[open_], t[open_]).max(initial=0)))


def accuracy(names: list[str], step: int = 31) -> None:
    """Print the table of errors: float32 on every step-th number, float64 on random ones."""
    from scipy import special

    for name in names or [name for name in mathlib.FUNCTIONS if name in ROUNDED]:
        arity = mathlib.FUNCTIONS[name]
        rng = np.random.default_rng(0)
        found = []
        for dtype, exact in (("float32", np.float64), ("float64", np.longdouble)):
            f = Alone(name, dtype, 64 // np.dtype(dtype).itemsize)
            several: Iterator[list[Array]]
            if arity == 1 and dtype == "float32":
                several = ([x] for x in single_points(step))
            else:
                few = 400 if name == "erf" else 40000
                points = [rng.permutation(double_points(few)) for _ in range(arity)]
                several = iter([[x.astype(dtype) for x in points]])
            TRUTH["erf"] = special.erf if dtype == "float32" else _erf
            least = 0.0
            for points in several:
                least = worst(f, name, points, exact, least)
            found.append(least)
        print(f"{name:14}{found[0]:8.3f}{found[1]:8.3f}", flush=True)


if __name__ == "__main__":
    with np.errstate(all="ignore"):
        if sys.argv[1:2] == ["accuracy"]:
            accuracy(sys.argv[2:])
        else:
            speed(sys.argv[1:])

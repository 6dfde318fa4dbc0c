"""What each primitive computes, said a second time by NumPy, SciPy and plain loops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special as sp
from laws.cases import assert_close, leaves, results, samples, values

from tiza.graph import Primitive


def floor_of_quotient(a: Any, b: Any) -> Any:
    """⌊a/b⌋; NumPy's own special values for infinities are not the array API's."""
    edge = np.isinf(a) | np.isinf(b)
    return np.where(edge, np.floor(np.divide(a, b)), np.floor_divide(a, b))


def windows(x: Any, size: Any, stride: Any, dilation: Any, low: Any, high: Any,
            fill: float = 0.0) -> Any:  # fmt: skip
    """(*n, *m, *size), entry by entry, in plain loops."""
    lead = x.ndim - len(size)
    n = x.shape[lead:]
    m = [
        (a + b + c - d * (k - 1) - 1) // s + 1
        for a, b, c, d, k, s in zip(n, low, high, dilation, size, stride, strict=True)
    ]
    out = np.full((*x.shape[:lead], *m, *size), fill)
    for i in np.ndindex(*m):
        for j in np.ndindex(*size):
            at = [a * s + b * d - c for a, s, b, d, c in zip(i, stride, j, dilation, low,
                                                             strict=True)]  # fmt: skip
            if all(0 <= a < b for a, b in zip(at, n, strict=True)):
                out[(..., *i, *j)] = x[(..., *at)]
    return out


def flat_windows(x: Any, fill: float, **w: Any) -> Any:
    """The windows with their entries in one last axis."""
    out = windows(x, **w, fill=fill)
    return out.reshape(*out.shape[: out.ndim - len(w["size"])], np.prod(w["size"]))


REFERENCE: dict[str, Callable[..., Any]] = {
    "negative": lambda x: 0 - x, "abs": np.absolute, "sign": np.sign, "floor": np.floor,
    "ceil": np.ceil, "trunc": np.trunc, "round": np.rint, "sqrt": np.sqrt, "exp": np.exp,
    "expm1": np.expm1, "log": np.log, "log1p": np.log1p, "sin": np.sin, "cos": np.cos,
    "tan": np.tan, "asin": np.arcsin, "acos": np.arccos, "atan": np.arctan, "sinh": np.sinh,
    "cosh": np.cosh, "tanh": np.tanh, "asinh": np.arcsinh, "acosh": np.arccosh, "atanh": np.arctanh,
    "sigmoid": sp.expit, "softplus": lambda x: np.logaddexp(0, x), "erf": sp.erf,
    "log2": np.log2, "log10": np.log10, "signbit": np.signbit, "isnan": np.isnan,
    "isinf": np.isinf, "isfinite": np.isfinite,
    "relu": lambda x: np.where(np.isnan(x), x, np.where(x > 0, x, 0)),
    "logical_not": lambda x: x == False, "bitwise_invert": np.bitwise_not,  # noqa: E712
    "real": np.real, "imag": np.imag, "conj": np.conj,
    "add": np.add, "subtract": np.subtract, "multiply": np.multiply, "divide": np.true_divide,
    "pow": np.power, "remainder": np.mod, "floor_divide": floor_of_quotient, "maximum": np.maximum,
    "minimum": np.minimum, "atan2": np.arctan2, "hypot": np.hypot, "logaddexp": np.logaddexp,
    "copysign": np.copysign, "nextafter": np.nextafter, "equal": np.equal,
    "not_equal": np.not_equal, "less": np.less, "less_equal": np.less_equal,
    "greater": np.greater, "greater_equal": np.greater_equal, "bitwise_and": np.bitwise_and,
    "bitwise_or": np.bitwise_or, "bitwise_xor": np.bitwise_xor,
    "bitwise_left_shift": np.left_shift, "bitwise_right_shift": np.right_shift,
    "where": lambda c, a, b: np.where(c, a, b), "cast": lambda x, dtype: np.array(x, dtype),
    "sum": lambda x, axis, keepdims: np.add.reduce(x, axis, keepdims=keepdims),
    "prod": lambda x, axis, keepdims: np.multiply.reduce(x, axis, keepdims=keepdims),
    "max": lambda x, axis, keepdims: np.maximum.reduce(x, axis, keepdims=keepdims),
    "min": lambda x, axis, keepdims: np.minimum.reduce(x, axis, keepdims=keepdims),
    "all": lambda x, axis, keepdims: np.logical_and.reduce(x, axis, keepdims=keepdims),
    "any": lambda x, axis, keepdims: np.logical_or.reduce(x, axis, keepdims=keepdims),
    "argmax": lambda x, axis: np.argsort(-x, axis=axis, kind="stable").take(0, axis),
    "argmin": lambda x, axis: np.argsort(x, axis=axis, kind="stable").take(0, axis),
    "cumsum": lambda x, axis: np.add.accumulate(x, axis),
    "cumprod": lambda x, axis: np.multiply.accumulate(x, axis),
    "argsort": lambda x, axis,
    descending: np.argsort(-x if descending else x, axis=axis, kind="stable"),
    "reshape": lambda x, shape: x.ravel().reshape(shape),
    "permute": lambda x, axes: np.moveaxis(x, axes, range(x.ndim)),
    "broadcast_to": lambda x, shape: x + np.zeros(shape),
    "slice": lambda x, starts, stops,
    steps: x[tuple(slice(*b) for b in zip(starts, stops, steps, strict=True))],
    "flip": lambda x,
    axes: x[tuple(slice(None, None, -1 if i in axes else 1) for i in range(x.ndim))],
    "concat": lambda *xs, axis: np.block([[x] for x in xs]) if axis == 0 else np.hstack(xs),
    "matmul": lambda a, b: np.einsum("...ij,...jk->...ik", a, b),
    "take": lambda x, i, axis: x[(slice(None),) * axis + (i,)],
    "windows": windows, "window_sum": lambda x, **w: flat_windows(x, 0.0, **w).sum(-1),
    "window_max": lambda x, **w: flat_windows(x, -np.inf, **w).max(-1),
    "window_argmax": lambda x, **w: flat_windows(x, -np.inf, **w).argmax(-1),
    "take_along": np.take_along_axis, "stop_gradient": lambda x: x, "alias": lambda x, tag: x,
    "within": lambda i, **_: i,
}  # fmt: skip


def assert_matches_reference(prim: Primitive) -> None:
    for xs, attrs in samples(prim):
        (got,) = values(results(prim, leaves(xs), attrs))
        assert_close(got, REFERENCE[prim.name](*xs, **attrs), rtol=1e-12)

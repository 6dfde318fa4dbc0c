"""What the functions of the grammar compute."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from tiza.graph import PRIMITIVES
from tiza.graph.types import bool_
from tiza.lang import array_api as xp
from tiza.lang import linalg
from tiza.lang.autodiff import grad
from tiza.lang.calls import floating
from tiza.lang.tensor import Tensor, as_tensor, make

Function = Callable[..., Any]


def _diag(x: Tensor) -> Tensor:
    """The diagonal matrix of a vector; the diagonal of a matrix."""
    if x.ndim == 1:
        return x[:, None] * xp.eye(x.shape[0], dtype=x.dtype)
    return linalg.diagonal(x)


def _last_axes_turned(x: Tensor) -> Tensor:
    return linalg.matrix_transpose(x) if x.ndim > 1 else x


ENTRYWISE: dict[str, Function] = {
    **{name: getattr(xp, name) for name in (
        "exp", "log", "sqrt", "abs", "sin", "cos", "tan", "sinh", "cosh", "tanh", "asinh",
        "acosh", "atanh", "asin", "acos", "atan", "sign", "square", "log2", "log10", "log1p",
        "expm1", "sigmoid", "relu", "erf",
    )},
    "softplus": lambda x: floating("softplus", x),
    "silu": lambda x: x * xp.sigmoid(x),
    "gelu": lambda x: x * (1 + xp.erf(x / math.sqrt(2))) / 2,
    "indicator": lambda x: x,  # its argument is 1 or 0 already
}  # fmt: skip
PAIRWISE: dict[str, Function] = {
    name: getattr(xp, name) for name in ("maximum", "minimum", "pow", "multiply")
} | {"max": xp.maximum, "min": xp.minimum}
SUMMARIES: dict[str, Function] = {
    name: getattr(xp, name) for name in ("sum", "mean", "max", "min", "prod", "var")
} | {"logsumexp": xp.logsumexp, "norm": xp.norm}
ALONG: dict[str, Function] = {"softmax": xp.softmax, "log_softmax": xp.log_softmax}
OF_MATRICES: dict[str, Function] = {
    "det": linalg.det, "inv": linalg.inv, "trace": linalg.trace, "diag": _diag,
    "transpose": _last_axes_turned,
}  # fmt: skip
OF_TWO: dict[str, Function] = {"dot": xp.vecdot, "outer": linalg.outer, "matmul": xp.matmul}


def derived(function: Function, times: int) -> Function:
    """The derivative of a function of one number, at every entry."""
    for _ in range(times):
        function = _once(function)
    return function


def _once(function: Function) -> Function:
    def slope(x: Tensor) -> Tensor:
        return as_tensor(grad(lambda t: xp.sum(function(t)), allow_unused=True)(x))

    return slope


_COMPARISONS = {
    "<": "less", ">": "greater", "<=": "less_equal", ">=": "greater_equal", "!=": "not_equal",
    "==": "equal", "=": "equal",
}  # fmt: skip


def holds(op: str, x: Tensor, y: Tensor) -> Tensor:
    """1 where a comparison holds and 0 elsewhere, in the type of its operands."""
    found = make(PRIMITIVES[_COMPARISONS[op]], x, y)
    return found if x.dtype == bool_ else xp.astype(found, x.dtype)

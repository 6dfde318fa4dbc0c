"""The operators of tensors: which type two operands share, and +, -, *, <, += and the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tiza.errors import DTypeError
from tiza.graph import PRIMITIVES, literal
from tiza.graph.types import DType, int64, promote
from tiza.lang.arrays import default_dtype
from tiza.lang.tensor import Tensor, as_tensor, make


def operands(x: Tensor, other: Any) -> tuple[Tensor, Tensor] | None:
    """Both sides in one type: Python numbers take the tensor's, arrays are promoted."""
    if isinstance(other, (bool, int, float, complex)):
        dtype = x.node.dtype
        if dtype.kind != "f" or type(other) is complex:
            dtype = type_with_number(dtype, other)
        try:
            return as_tensor(x, dtype), Tensor(literal(other, dtype))
        except OverflowError:
            raise DTypeError("scalar-kind", value=other, dtype=x.dtype) from None
    if isinstance(other, Tensor):
        return (x, other) if x.node.dtype == other.node.dtype else promoted(x, other)
    if isinstance(other, (np.ndarray, np.generic, list, tuple)) or hasattr(other, "__array__"):
        return promoted(x, as_tensor(other))
    return None


_RANK = {"b": 0, "i": 1, "u": 1, "f": 2, "c": 3}


def type_with_number(dtype: DType, number: Any) -> DType:
    """The type of a tensor beside a Python number: its own, unless the number's kind is wider."""
    rank = next((i for i, kind in enumerate((bool, int, float)) if isinstance(number, kind)), 3)
    if rank <= _RANK[dtype.kind]:
        return dtype
    if rank == 1:
        return int64
    real = dtype if dtype.kind == "f" else default_dtype()
    return real if rank == 2 else np.result_type(real, np.complex64)


def type_of_both(a: DType, b: DType) -> DType:
    """The type that holds both; an integer takes the float beside it, a bool any number."""
    both = promote(a, b)
    if both is None and _RANK[a.kind] != _RANK[b.kind] and "c" not in (a.kind, b.kind):
        both = a if _RANK[a.kind] > _RANK[b.kind] else b
    if both is None:
        raise DTypeError("promote-kinds", left=a, right=b)
    return both


def promoted(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Both cast to the type that holds both."""
    both = type_of_both(x.dtype, y.dtype)
    return as_tensor(x, both), as_tensor(y, both)


# What sums, products, maxima and minima of truth values are: or, and.
BOOLEAN = {"add": "bitwise_or", "multiply": "bitwise_and", "maximum": "bitwise_or",
           "minimum": "bitwise_and"}  # fmt: skip


def _operator(
    name: str, *, takes: str = "biufc", swap: bool = False
) -> Callable[[Tensor, Any], Any]:
    prim, of_truth = PRIMITIVES[name], PRIMITIVES[BOOLEAN.get(name, name)]

    def operate(self: Tensor, other: Any) -> Any:
        both = operands(self, other)
        if both is None:
            return NotImplemented
        x, y = both[::-1] if swap else both
        if name == "divide" and x.dtype.kind in "iu":
            x, y = as_tensor(x, default_dtype()), as_tensor(y, default_dtype())
        return make(of_truth if x.dtype.kind == "b" else prim, x, y)

    return operate


def _in_place(name: str) -> Callable[[Tensor, Any], Any]:
    operate = _operator(name)

    def assign(self: Tensor, other: Any) -> Any:
        new = operate(self, other)
        if new is NotImplemented:
            return new
        if new.dtype != self.dtype:
            raise DTypeError("in-place-type", got=new.dtype, want=self.dtype)
        self._assign(new)
        return self

    return assign


_BINARY = {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide", "pow": "pow",
    "mod": "remainder", "floordiv": "floor_divide", "and": "bitwise_and", "or": "bitwise_or",
    "xor": "bitwise_xor", "lshift": "bitwise_left_shift", "rshift": "bitwise_right_shift",
}  # fmt: skip
_COMPARE = {"eq": "equal", "ne": "not_equal", "lt": "less", "le": "less_equal", "gt": "greater",
            "ge": "greater_equal"}  # fmt: skip
for _python, _prim in _BINARY.items():
    setattr(Tensor, f"__{_python}__", _operator(_prim))
    setattr(Tensor, f"__r{_python}__", _operator(_prim, swap=True))
    setattr(Tensor, f"__i{_python}__", _in_place(_prim))
for _python, _prim in _COMPARE.items():
    setattr(Tensor, f"__{_python}__", _operator(_prim))
for _python, _prim in {"neg": "negative", "abs": "abs", "invert": "bitwise_invert"}.items():
    setattr(Tensor, f"__{_python}__", lambda self, _p=PRIMITIVES[_prim]: make(_p, self))

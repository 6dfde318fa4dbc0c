"""The node: one operation of the expression, made once and shared wherever it occurs again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiza.graph.types import DType, Scalar, Shape

if TYPE_CHECKING:
    from types import CodeType

    from tiza.graph.primitive import Primitive

Place = tuple["CodeType", int, str]  # code, offset of the instruction, layer path
PRIMITIVES: dict[str, Primitive] = {}  # every record, by name
COMPOSITES: dict[str, Primitive] = {}


class Node:
    """One operation applied to its inputs. Frozen, but for the memo of its value and its name.

    Equal expressions are one object, so equality is identity. A primitive of several
    results has tuples as `shape` and `dtype`; `part(node, index=i)` is its i-th result.
    """

    __slots__ = ("__weakref__", "attrs", "depth", "dtype", "inputs", "name", "opened", "place",
                 "prim", "shape", "value")  # fmt: skip

    def __init__(self, prim: Primitive, inputs: tuple[Node, ...], attrs: dict[str, Any],
                 shape: Any, dtype: Any, place: Place | None) -> None:  # fmt: skip
        self.prim, self.inputs, self.attrs = prim, inputs, attrs
        self.shape: Shape = shape
        self.dtype: DType = dtype
        self.place = place
        self.value: Any = None  # memo: the array, once somebody asked for it
        self.name: str | None = None  # the name that its author gave it
        self.opened: Node | None = None  # memo: a composite's body
        self.depth: int = 1 + max([i.depth for i in inputs], default=-1)

    @property
    def ndim(self) -> int:
        """How many axes."""
        return len(self.shape)

    def __repr__(self) -> str:
        what = f"{self.prim.name} {self.dtype}{list(self.shape)}"
        return f"<{self.name} = {what}>" if self.name else f"<{what}>"

    # Operators, so that a derivative reads as its textbook formula. Types must agree here;
    # promotion is the business of `lang`.
    def _with(self, name: str, other: Node | Scalar, *, swap: bool = False) -> Node:
        if not isinstance(other, Node):
            from tiza.graph.apply import literal

            other = literal(other, self.dtype)
        return PRIMITIVES[name](*((other, self) if swap else (self, other)))

    def __add__(self, other: Node | Scalar) -> Node:
        return self._with("add", other)

    def __sub__(self, other: Node | Scalar) -> Node:
        return self._with("subtract", other)

    def __mul__(self, other: Node | Scalar) -> Node:
        return self._with("multiply", other)

    def __truediv__(self, other: Node | Scalar) -> Node:
        return self._with("divide", other)

    def __pow__(self, other: Node | Scalar) -> Node:
        return self._with("pow", other)

    def __radd__(self, other: Scalar) -> Node:
        return self._with("add", other, swap=True)

    def __rsub__(self, other: Scalar) -> Node:
        return self._with("subtract", other, swap=True)

    def __rmul__(self, other: Scalar) -> Node:
        return self._with("multiply", other, swap=True)

    def __rtruediv__(self, other: Scalar) -> Node:
        return self._with("divide", other, swap=True)

    def __neg__(self) -> Node:
        return PRIMITIVES["negative"](self)

    def __matmul__(self, other: Node) -> Node:
        return PRIMITIVES["matmul"](self, other)

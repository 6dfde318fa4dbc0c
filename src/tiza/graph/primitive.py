"""The record that holds everything an operation means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from tiza.graph.apply import apply
from tiza.graph.node import COMPOSITES, PRIMITIVES

if TYPE_CHECKING:
    from tiza.graph.node import Node

Sample = tuple[tuple[Any, ...], dict[str, Any]]  # input arrays, attributes


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Primitive:
    """One operation: what it computes, its shape rule, derivative, notation, batching, samples.

    value(*arrays, **attrs) -> array            (a tuple, where there are several results)
    infer(*nodes, **attrs) -> shape, dtype      (a list of such pairs, where several)
    vjp(g, y, *xs, **attrs) -> one node or None for each input: the cotangent g of the
        answer y carried back to the inputs. Broadcasting is undone by `differentiate`.
    batch(xs, batched, **attrs) -> the node with one more leading axis. Without a rule,
        `vectorise` loops.
    latex, latex_vjp: `{0}`, `{1}` are the inputs, `{y}` the answer, `{g}` its cotangent.
    """

    name: str
    family: str
    infer: Callable[..., Any]
    value: Callable[..., Any] | None = None
    vjp: Callable[..., Sequence[Node | None]] | None = None
    batch: Callable[..., Node] | None = None
    latex: str = ""
    latex_vjp: tuple[str, ...] = ()
    samples: Callable[[Any], list[Sample]] | None = None
    several: bool = False  # more than one result
    body: Callable[..., Node] | None = None  # only composites
    says: str = ""  # one sentence for the reference

    def __post_init__(self) -> None:
        known = PRIMITIVES.get(self.name) or COMPOSITES.get(self.name)
        if known is not None and known._written != self._written:
            raise LookupError(f"two primitives are called {self.name}")
        (COMPOSITES if self.body else PRIMITIVES)[self.name] = self

    @property
    def _written(self) -> list[Any]:
        """What stands in its definition, which is read anew where Ctrl-C broke off an import."""
        values = (getattr(self, field.name) for field in fields(self))
        return [getattr(value, "__code__", value) for value in values]

    def __call__(self, *inputs: Node, **attrs: Any) -> Node:
        """The node of this operation on `inputs`."""
        return apply(self, inputs, attrs)

    def __repr__(self) -> str:
        return self.name

    __str__ = __repr__


def parts(node: Node) -> tuple[Node, ...]:
    """The results of a node whose primitive has several, as nodes."""
    return tuple(PRIMITIVES["part"](node, index=i) for i in range(len(node.shape)))

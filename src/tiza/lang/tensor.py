"""Tensor: a node of the graph plus, once somebody asked for it, its value."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from math import prod
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from tiza.errors import DTypeError, GradientError, ShapeError, TraceError
from tiza.graph import PRIMITIVES, Node, Primitive, apply, constant, parts
from tiza.graph.late import Late
from tiza.graph.types import DType, Shape, bool_, float32, int64, is_float
from tiza.lang import hot
from tiza.lang.arrays import Array, to_array
from tiza.lang.mode import mode
from tiza.lang.pulled import Leaves, pulled_back, variables_of
from tiza.lang.rows import needed, settled
from tiza.readings.evaluate import evaluate

OPS: Any = SimpleNamespace()  # the functions that methods stand for; `lang/__init__` fills it
HISTORY = 4096  # operations behind a computed tensor that are kept for derivations


class Tensor:
    """An n-dimensional array that remembers how it was written.

    Operators build the expression; printing, `float()`, `.item()`, `.numpy()`, and
    comparison in an `if` compute it. In-place operators give the tensor a new expression.

    >>> import tiza as tz
    >>> x = tz.tensor([1.0, 2.0]); (x * x).sum().item()
    5.0
    """

    __slots__ = ("__weakref__", "_cut", "_grad", "_hooks", "_lost", "_siblings", "node",
                 "requires_grad")  # fmt: skip
    __array_priority__ = 1000

    def __init__(self, node: Node, *, requires_grad: bool = False) -> None:
        self.node = node
        self.requires_grad = requires_grad
        self._grad: Tensor | None = None
        self._lost: Any = None  # a reference to what can compute it again (see `api/left.py`)
        self._cut = False  # made under no_grad from something differentiable
        self._siblings: Sequence[weakref.ref[Tensor]] = ()  # gradients of the same `backward`
        self._hooks: dict[str, dict[int, Any]] | None = None

    # what it is
    @property
    def shape(self) -> Shape:
        """The size of each axis."""
        return self.node.shape

    @property
    def dtype(self) -> DType:
        """The type of the entries."""
        return self.node.dtype

    @property
    def ndim(self) -> int:
        """How many axes."""
        return len(self.node.shape)

    @property
    def size(self) -> int:
        """How many entries."""
        return prod(self.node.shape)

    @property
    def device(self) -> str:
        """Where the values are: always "cpu"."""
        return "cpu"

    @property
    def name(self) -> str | None:
        """The name its author gave it."""
        return self.node.name

    def numpy(self) -> Array:
        """The value, as a read-only view."""
        if self.node.value is None or self.node.depth:
            settle(self)
        view: Array = self.node.value.view()
        view.setflags(write=False)
        return view

    def item(self) -> Any:
        """The only entry, as a Python number."""
        if self.size != 1:
            raise ShapeError("item-size", shape=self.shape, size=self.size)
        return self.numpy().item()

    def tolist(self) -> Any:
        """The entries as nested Python lists."""
        return self.numpy().tolist()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.array(self.numpy(), dtype=dtype, copy=copy)

    def _only(self, kind: str) -> Any:
        if self.shape != ():
            raise DTypeError("scalar-only", kind=kind, shape=self.shape)
        return self.numpy().item()

    def __bool__(self) -> bool:
        return bool(self.item() if self.size == 1 else self._only("bool"))

    def __float__(self) -> float:
        return float(self.item() if self.size == 1 else self._only("float"))

    def __int__(self) -> int:
        return int(self.item() if self.size == 1 else self._only("int"))

    def __complex__(self) -> complex:
        return complex(self._only("complex"))

    def __index__(self) -> int:
        if self.dtype.kind not in "iu":
            raise DTypeError("index-type", got=self.dtype)
        return int(self._only("index"))

    def __len__(self) -> int:
        if not self.shape:
            raise DTypeError("no-length")
        return self.shape[0]

    def __iter__(self) -> Iterator[Tensor]:
        return (self[i] for i in range(len(self)))

    def __repr__(self) -> str:
        extra = ", requires_grad=True" if self.requires_grad else ""
        try:
            text = np.array2string(self.numpy(), separator=", ", prefix="tensor(")
        except TraceError:
            text = f"shape={self.shape}"
        default = self.dtype in (float32, int64, bool_)
        return f"tensor({text}{'' if default else f', dtype={self.dtype}'}{extra})"

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if spec else str(self)

    __hash__ = object.__hash__

    @property
    def is_leaf(self) -> bool:
        """Whether this is data, and no expression."""
        return not self.node.inputs

    @property
    def grad(self) -> Tensor | None:
        """d loss / d self, after `loss.backward()`; None before."""
        if self._lost is not None:
            found = self._lost()
            self._grad = None if found is None else found.gradient(self)
            self._lost = None
        return self._grad

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        if value is not None and value.shape != self.shape:
            raise ShapeError("grad-shape", got=value.shape, want=self.shape)
        self._grad, self._lost = value, None

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Make this a variable (or a constant) of later derivatives."""
        if requires_grad and not is_float(self.dtype):
            raise GradientError("grad-dtype", dtype=self.dtype)
        self.requires_grad = requires_grad
        if requires_grad:
            self._as_leaf()
        return self

    def _as_leaf(self) -> None:
        """Become data, and be found by `backward`."""
        if self.node.prim.name != "constant" or LEAVES.get(self.node, lambda: None)() is not self:
            name = self.node.name
            try:
                self.node = constant(evaluate([self.node])[0], name)
            except TraceError:  # a function is written down
                self.node = LEAVES.held(self, self.node)
        LEAVES[self.node] = weakref.ref(self)

    def detach(self) -> Tensor:
        """The same value, held constant by every derivative."""
        return Tensor(PRIMITIVES["stop_gradient"](self.node) if self.requires_grad else self.node)

    @property
    def data(self) -> Tensor:
        """The same value, held constant; assigning replaces it."""
        return self.detach()

    @data.setter
    def data(self, value: Any) -> None:
        self._assign(as_tensor(value, self.dtype).detach())

    def retain_grad(self) -> None:
        """Let `backward` leave a gradient on this tensor too, though it is no leaf."""
        LEAVES[self.node] = weakref.ref(self)

    def backward(self, gradient: Any = None, retain_graph: bool = False,
                 create_graph: bool = False) -> None:  # fmt: skip
        """Add d self / d w to `w.grad` of every variable w that this value depends on.

        The gradients are expressions: they are computed when read, or together with
        everything else by `optimizer.step()`.
        """
        if not self.requires_grad:
            raise GradientError("backward-constant")
        if gradient is None and self.size != 1:
            raise GradientError("loss-not-scalar", shape=self.shape)
        g = None if gradient is None else as_tensor(gradient, self.dtype)
        if g is not None and g.shape != self.shape:
            raise ShapeError("vjp-shape", what="gradient", got=g.shape, want=self.shape)
        pairs = pulled_back(self.node, None if g is None else g.node, create_graph)
        if pairs is None:
            raise GradientError("backward-spent")
        touched = [leaf for leaf, _ in pairs]
        grads = [_received(leaf, Tensor(g, requires_grad=create_graph)) for leaf, g in pairs]
        siblings = list(map(weakref.ref, grads))
        for grad in grads:
            grad._siblings = siblings
        for leaf, hook in [(t, hook) for t in touched for hook in _hooks_of(t, "after")]:
            hook(leaf)
        if not retain_graph and not create_graph:
            key = id(self)  # not the tensor, whose == is entry by entry
            # It is forgotten as it goes, without a line of Python in which Ctrl-C would be lost.
            PENDING[key] = weakref.ref(self, partial(PENDING.pop, key)), touched

    def _variables(self) -> list[Tensor]:
        """The variables that this value depends on."""
        return [t for t, _ in variables_of(self.node)]

    # assignment
    def _assign(self, value: Tensor) -> None:
        """Take over another expression; a leaf becomes data at once, so that loops do not grow."""
        if value.shape != self.shape:
            raise ShapeError("assign-shape", got=value.shape, want=self.shape)
        leaf = self.requires_grad and (self.is_leaf or LEAVES.owner(self.node) is self)
        if leaf and mode.grad and value.requires_grad:
            raise GradientError("leaf-in-place")
        if leaf and self.node.prim.name != "constant":  # a function is written down
            self.node = LEAVES.held(self, value.node)
        elif leaf:
            evaluate_together([value])
            self.node = constant(value.node.value, self.node.name)
            LEAVES[self.node] = weakref.ref(self)
        else:
            self.node = value.node
            self.requires_grad, self._cut = value.requires_grad, value._cut

    def __setitem__(self, key: Any, value: Any) -> None:
        self._assign(OPS.setitem(self, key, value))

    def __getitem__(self, key: Any) -> Tensor:
        result: Tensor = OPS.getitem(self, key)
        return result

    def __array_namespace__(self, *, api_version: str | None = None) -> Any:
        return OPS.namespace(api_version)

    def __getattr__(self, name: str) -> Any:
        """Methods are the functions of the same name, with this tensor first."""
        method = METHODS.get(name)
        if method is None:
            raise AttributeError(f"'Tensor' object has no attribute {name!r}")
        return method.__get__(self)

    if TYPE_CHECKING:  # set from tables below, and by `hooks`

        def __add__(self, other: Any) -> Tensor: ...
        def __radd__(self, other: Any) -> Tensor: ...
        def __sub__(self, other: Any) -> Tensor: ...
        def __rsub__(self, other: Any) -> Tensor: ...
        def __mul__(self, other: Any) -> Tensor: ...
        def __rmul__(self, other: Any) -> Tensor: ...
        def __truediv__(self, other: Any) -> Tensor: ...
        def __rtruediv__(self, other: Any) -> Tensor: ...
        def __pow__(self, other: Any) -> Tensor: ...
        def __rpow__(self, other: Any) -> Tensor: ...
        def __mod__(self, other: Any) -> Tensor: ...
        def __floordiv__(self, other: Any) -> Tensor: ...
        def __and__(self, other: Any) -> Tensor: ...
        def __or__(self, other: Any) -> Tensor: ...
        def __xor__(self, other: Any) -> Tensor: ...
        def __lshift__(self, other: Any) -> Tensor: ...
        def __rshift__(self, other: Any) -> Tensor: ...
        def __matmul__(self, other: Any) -> Tensor: ...
        def __rmatmul__(self, other: Any) -> Tensor: ...
        def __iadd__(self, other: Any) -> Tensor: ...
        def __isub__(self, other: Any) -> Tensor: ...
        def __imul__(self, other: Any) -> Tensor: ...
        def __itruediv__(self, other: Any) -> Tensor: ...
        def __lt__(self, other: Any) -> Tensor: ...
        def __le__(self, other: Any) -> Tensor: ...
        def __gt__(self, other: Any) -> Tensor: ...
        def __ge__(self, other: Any) -> Tensor: ...
        def __neg__(self) -> Tensor: ...
        def __abs__(self) -> Tensor: ...
        def __invert__(self) -> Tensor: ...


METHODS: dict[str, Callable[..., Any]] = {}
LEAVES = Leaves()
PENDING: dict[int, tuple[weakref.ref[Tensor], list[Tensor]]] = {}  # loss, whose gradients wait


def _received(leaf: Tensor, g: Tensor) -> Tensor:
    """The gradient of a variable, once one more is added as its hooks leave it."""
    for hook in list(_hooks_of(leaf, "before")):
        changed = hook(g)
        g = g if changed is None else changed
    before = leaf._grad if leaf._lost is None else leaf.grad
    if before is not None:
        if type(before.node) is Late and before.node.source.spent:
            settle(before)  # a step has used it: it becomes data
        g = before + g
    leaf._grad = g
    return g


def _hooks_of(leaf: Tensor, when: str) -> Iterable[Callable[[Tensor], Any]]:
    return leaf._hooks[when].values() if leaf._hooks else ()


def make(prim: Primitive, *xs: Tensor, **attrs: Any) -> Tensor:
    """The tensor of `prim` on tensors, recorded unless under `no_grad`."""
    nodes = tuple([_read(x) if x._cut else x.node for x in xs])
    return _wrapped(apply(prim, nodes, attrs), xs)


def make_several(prim: Primitive, *xs: Tensor, **attrs: Any) -> tuple[Tensor, ...]:
    """As `make`, of a primitive of several results."""
    node = apply(prim, tuple([_read(x) for x in xs]), attrs)
    return tuple(_wrapped(p, xs) for p in parts(node))


def _read(x: Tensor) -> Node:
    return PRIMITIVES["stop_gradient"](x.node) if x._cut and mode.grad else x.node


def _wrapped(node: Node, xs: Sequence[Tensor]) -> Tensor:
    out = Tensor(node)
    for x in xs:
        if x.requires_grad:
            if mode.grad:
                out.requires_grad = node.dtype.kind in "fc"  # complex: refused by name
            else:
                out._cut = True
            break
        if x._cut and not mode.grad:
            out._cut = True
    return out


def as_tensor(value: Any, dtype: DType | None = None) -> Tensor:
    """Whatever stands for an array, as a tensor: numbers, lists, NumPy, pandas, PyTorch."""
    if isinstance(value, Tensor):
        if dtype is None or value.dtype == dtype:
            return value
        return make(PRIMITIVES["cast"], value, dtype=dtype)
    return Tensor(constant(to_array(value, dtype)))


# evaluating
def settle(x: Tensor) -> None:
    """Compute a tensor; what nobody can differentiate any more forgets a long history."""
    if x.node.value is None:
        if type(x.node) is Late and x.node.source.spent:
            x.node.source.form.read = True
        _, leaves = PENDING.get(id(x), (None, []))
        together = [leaf._grad for leaf in leaves] + [ref() for ref in x._siblings]
        evaluate([x.node, *(n for t in together if t is not None for n in needed(t.node))])
    if (x.node.depth > HISTORY and not x.requires_grad) or (x._cut and x.node.inputs):
        x.node = constant(x.node.value, x.node.name)
        x._cut = False


def evaluate_together(tensors: Sequence[Tensor],
                      compute: Callable[..., None] = hot.computed) -> None:  # fmt: skip
    """Compute `tensors`, and every loss and gradient that waits to be computed, in one pass.

    Afterwards the losses and gradients are data: a training loop does not grow. Of the gradient
    of a large table only the rows are computed that it has (see `rows`).
    """
    rows = [*PENDING.values()]
    waiting = [loss for ref, _ in rows if (loss := ref()) is not None]
    grads = [t._grad for _, leaves in rows for t in leaves if t._grad is not None]
    nodes = [node for t in (*tensors, *waiting, *grads) for node in needed(t.node)]
    compute(nodes, evaluate)
    for t in (*waiting, *grads):
        if type(t.node) is Late or t.node.inputs:
            t.node = settled(t.node, evaluate)
            t.requires_grad = t._cut = False
    PENDING.clear()

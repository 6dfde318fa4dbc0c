"""PyTorch's `torch.autograd`: derivatives of tensors that are there, with respect to others."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any
from weakref import ref

import numpy as np

from tiza.errors import ArgumentError, GradientError, ShapeError
from tiza.graph import Node, constant, placeholder
from tiza.graph.prims.body import zeros
from tiza.lang.autodiff import differentiable
from tiza.lang.mode import enable_grad
from tiza.lang.pulled import HELD, variables_of
from tiza.lang.tensor import PENDING, Tensor, as_tensor
from tiza.transforms import differentiate, vectorise

__all__ = ["backward", "grad"]

Several = Tensor | Sequence[Tensor]


def grad(outputs: Several, inputs: Several, grad_outputs: Any = None,
         retain_graph: bool | None = None, create_graph: bool = False, *,
         allow_unused: bool | None = None, is_grads_batched: bool = False,
         materialize_grads: bool = False) -> tuple[Tensor | None, ...]:  # fmt: skip
    """The sum over outputs yₖ of (∂yₖ/∂x)ᵀ uₖ, for each x of the inputs; no `x.grad` changes.

    grad_outputs: the uₖ, one of the shape of each output; None for an output of one entry means 1.
    create_graph: the gradients can be differentiated again.
    retain_graph: PyTorch's word. Expressions stay whatever it says; True has the outputs computed
    apart from the gradients, which otherwise share one pass.
    allow_unused: None, instead of an error, where no output depends on an input.
    materialize_grads: zeros there. is_grads_batched: each uₖ has one axis more, in front, and so
    have the gradients, which are taken for all its rows at once.

    Equal expressions are one: where a = w * 2 and b = w * 2, a gradient for a is one for b too.

    Shapes: a gradient has the shape of its input.
    Errors: GradientError where an output or an input is no variable and depends on none, where an
    input is not used, and where a uₖ is missing; ShapeError for one of another shape.
    Source: PyTorch's `torch.autograd.grad`.

    >>> import tiza as tz
    >>> x = tz.tensor(2.0, requires_grad=True)
    >>> (slope,) = tz.autograd.grad(x**3, x, create_graph=True); slope.item()
    12.0
    >>> tz.autograd.grad(slope, x)[0].item(), x.grad
    (12.0, None)
    """
    ys, xs = _listed(outputs), _listed(inputs)
    us = _cotangents(ys, grad_outputs, is_grads_batched)
    for i, x in enumerate(xs):
        if not x.requires_grad:
            raise GradientError("autograd-input", index=i)
    places = _places(ys, xs)
    wrt = [node for nodes in places for node in nodes]
    pull = _rows if is_grads_batched else differentiate
    rest = iter(pull([y.node for y in ys], wrt, us))
    found = [_summed([next(rest) for _ in nodes]) for nodes in places]
    many = us[0].shape[:1] if is_grads_batched else ()
    if materialize_grads:
        found = [g or zeros((*many, *x.shape), x.dtype) for x, g in zip(xs, found, strict=True)]
    elif None in found and not allow_unused:
        raise GradientError("autograd-unused", index=found.index(None))
    if create_graph:
        with enable_grad():
            return tuple([None if g is None else differentiable(g) for g in found])
    grads = [None if g is None else Tensor(HELD(g)) for g in found]
    if not retain_graph:
        _together(ys, [g for g in grads if g is not None])
    return tuple(grads)


def backward(tensors: Several, grad_tensors: Any = None, retain_graph: bool | None = None,
             create_graph: bool = False) -> None:  # fmt: skip
    """Add the gradients of all of these tensors to `w.grad` of every variable w behind them.

    Source: PyTorch's `torch.autograd.backward`; see `Tensor.backward`.

    >>> import tiza as tz
    >>> w = tz.tensor([1.0, 2.0], requires_grad=True)
    >>> tz.autograd.backward([w.sum(), (w * w).sum()]); w.grad.tolist()
    [3.0, 5.0]
    """
    ys = _listed(tensors)
    for y, u in zip(ys, _given(ys, grad_tensors), strict=True):
        y.backward(u, bool(retain_graph), create_graph)


def _listed(given: Several) -> list[Tensor]:
    return [given] if isinstance(given, Tensor) else list(given)


def _given(ys: Sequence[Tensor], given: Any) -> list[Any]:
    """One cotangent or None for each output."""
    us = [given] if given is None or hasattr(given, "dtype") else list(given)
    if given is None:
        us = [None] * len(ys)
    if len(us) != len(ys):
        raise ArgumentError("autograd-count", got=len(us), want=len(ys))
    return us


def _cotangents(ys: Sequence[Tensor], given: Any, batched: bool) -> list[Node]:
    """The cotangent of each output, 1 where none is given."""
    found = []
    for y, u in zip(ys, _given(ys, given), strict=True):
        if not y.requires_grad:
            raise GradientError("backward-constant")
        if u is None and (y.size != 1 or batched):
            raise GradientError("loss-not-scalar", shape=y.shape)
        seed = constant(np.ones(y.shape, y.dtype)) if u is None else as_tensor(u, y.dtype).node
        if seed.shape[batched:] != y.shape or len(seed.shape) != len(y.shape) + batched:
            raise ShapeError("vjp-shape", what="grad_outputs", got=seed.shape, want=y.shape)
        found.append(seed)
    if len({u.shape[0] for u in found if batched}) > 1:
        raise ShapeError("vmap-size", sizes=sorted({u.shape[0] for u in found}))
    return found


def _places(ys: Sequence[Tensor], xs: Sequence[Tensor]) -> list[list[Node]]:
    """The nodes that each input is in the outputs: more than one if it was changed in between."""
    owned: dict[int, list[Node]] = {}
    for tensor, node in variables_of(*(y.node for y in ys)):
        owned.setdefault(id(tensor), []).append(node)
    return [list(dict.fromkeys([*owned.get(id(x), ()), x.node])) for x in xs]


def _summed(shares: Sequence[Node | None]) -> Node | None:
    found = [g for g in shares if g is not None]
    return None if not found else sum(found[1:], found[0])


def _rows(ys: Sequence[Node], wrt: Sequence[Node], us: Sequence[Node]) -> list[Node | None]:
    """The cotangents of `wrt` for each row of `us`."""
    holes = [placeholder(y.shape, y.dtype) for y in ys]
    pulled = differentiate(ys, wrt, holes)
    some = [g for g in pulled if g is not None]
    rows = iter(vectorise(some, dict(zip(holes, us, strict=True)), us[0].shape[0]))
    return [None if g is None else next(rows) for g in pulled]


def _together(ys: Sequence[Tensor], grads: Sequence[Tensor]) -> None:
    """Have the outputs and their gradients computed in one pass, whoever is asked for first."""
    siblings = [ref(t) for t in (*ys, *grads)]
    waiting = []
    for g in grads:
        g._siblings = siblings
        place = Tensor(g.node)  # has it, as a variable has what `backward` leaves
        place._grad = g
        waiting.append(place)
    for y in ys:
        key = id(y)
        _, others = PENDING.get(key, (None, []))
        PENDING[key] = ref(y, partial(PENDING.pop, key)), [*others, *waiting]
        waiting = []

"""Derivatives of functions: gradients, Jacobians, Hessians, products with them, and vmap."""

from __future__ import annotations

import functools
import itertools
import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tiza.errors import DTypeError, GradientError, ShapeError
from tiza.graph import PRIMITIVES, Node, constant, literal, placeholder, walk
from tiza.graph.types import float64, is_float
from tiza.lang.arrays import default_dtype, set_default_dtype
from tiza.lang.mode import enable_grad, mode
from tiza.lang.tensor import LEAVES, Tensor, as_tensor, make
from tiza.transforms import cotangents_of, differentiate, push_forward, vectorise

Function = Callable[..., Any]
_tags = itertools.count()


class _Calls(threading.local):
    """The variables of the derivatives that are being taken: of the calls we are inside of."""

    def __init__(self) -> None:
        self.variables: set[Node] = set()


_calls = _Calls()


def fresh(x: Any) -> Tensor:
    """The same value as a variable of its own, still connected to where it came from."""
    x = as_tensor(x)
    node = PRIMITIVES["alias"](x.node, tag=f"variable {next(_tags)}")
    node.name = x.node.name
    return Tensor(node, requires_grad=True)


def flatten(tree: Any) -> tuple[list[Any], Callable[[Sequence[Any]], Any]]:
    """The leaves of nested tuples, lists and dicts, and what puts leaves back in place."""
    if isinstance(tree, dict):
        keys = list(tree)
        leaves, back = flatten([tree[k] for k in keys])
        return leaves, lambda new: dict(zip(keys, back(new), strict=True))
    if isinstance(tree, (list, tuple)) and not hasattr(tree, "dtype"):
        pieces = [flatten(item) for item in tree]
        ends = list(itertools.accumulate(len(p[0]) for p in pieces))
        kind = type(tree)

        def join(new: Sequence[Any]) -> Any:
            items = [b(new[e - len(p) : e]) for (p, b), e in zip(pieces, ends, strict=True)]
            return kind(*items) if hasattr(kind, "_fields") else kind(items)

        return [leaf for p, _ in pieces for leaf in p], join
    return [tree], lambda new: new[0]


def differentiable(node: Node) -> Tensor:
    """A result; differentiable again where a variable stands behind it."""
    out = Tensor(node)
    if mode.grad and is_float(node.dtype):
        out.requires_grad = any(n in LEAVES or n in _calls.variables for n in walk([node]))
    return out


class _Call:
    """One call of `f` with chosen arguments made fresh variables."""

    def __init__(self, verb: str, f: Function, args: Sequence[Any], kwargs: dict[str, Any],
                 argnums: Sequence[int]) -> None:  # fmt: skip
        self.variables: list[Tensor] = []
        self.trees: list[Callable[[Sequence[Any]], Any]] = []
        self.counts: list[int] = []
        full = list(args)
        for index in argnums:
            leaves, back = flatten(args[index])
            chosen = [as_tensor(leaf) for leaf in leaves]
            for leaf in chosen:
                if not is_float(leaf.dtype):
                    raise DTypeError("grad-integer", verb=verb, index=index, dtype=leaf.dtype)
            new = [fresh(leaf) for leaf in chosen]
            full[index] = back(new)
            self.variables += new
            self.trees.append(back)
            self.counts.append(len(new))
        self.wrt = [v.node for v in self.variables]
        _calls.variables.update(self.wrt)
        try:
            with enable_grad():
                self.result = f(*full, **kwargs)
        finally:
            _calls.variables.difference_update(self.wrt)

    def pack(self, values: Sequence[Any], single: bool) -> Any:
        """One value for each variable, in the structure of the arguments."""
        packed, start = [], 0
        for back, count in zip(self.trees, self.counts, strict=True):
            packed.append(back(values[start : start + count]))
            start += count
        return packed[0] if single else tuple(packed)


def _argnums(argnums: int | Sequence[int]) -> tuple[tuple[int, ...], bool]:
    return ((argnums,), True) if isinstance(argnums, int) else (tuple(argnums), False)


def value_and_grad(f: Function, argnums: int | Sequence[int] = 0, *, has_aux: bool = False,
                   allow_unused: bool = False) -> Function:  # fmt: skip
    """x ↦ (f(x), ∇f(x)) of a function with one number as its result.

    Shapes: the gradient has the shape (and the nesting) of the argument.
    Raises GradientError where the result is no single number or depends on no argument.

    >>> import tiza as tz
    >>> tz.value_and_grad(lambda x: x**3)(2.0)
    (tensor(8.), tensor(12.))
    """
    nums, single = _argnums(argnums)
    derived = getattr(f, "_is_derivative", False)

    @functools.wraps(f)
    def both(*args: Any, **kwargs: Any) -> Any:
        call = _Call("grad", f, args, kwargs, nums)
        result, aux = call.result if has_aux else (call.result, None)
        loss = as_tensor(result)
        if loss.shape != ():
            raise GradientError("loss-not-scalar", shape=loss.shape)
        found = differentiate([loss.node], call.wrt, [literal(1, loss.dtype)])
        if all(g is None for g in found) and not (allow_unused or derived):
            raise GradientError("grad-unused", verb="grad", index=nums[0])
        grads = [
            differentiable(g if g is not None else cotangents_of([], [w], [])[0])
            for g, w in zip(found, call.wrt, strict=True)
        ]
        value = (differentiable(loss.node), aux) if has_aux else differentiable(loss.node)
        return value, call.pack(grads, single)

    both._is_derivative = True  # type: ignore[attr-defined]
    return both


def grad(f: Function, argnums: int | Sequence[int] = 0, *, has_aux: bool = False,
         allow_unused: bool = False) -> Function:  # fmt: skip
    """x ↦ ∇f(x). Nest it for higher derivatives.

    >>> import tiza as tz
    >>> tz.grad(tz.grad(lambda x: x**3))(2.0)
    tensor(12.)
    """
    both = value_and_grad(f, argnums, has_aux=has_aux, allow_unused=allow_unused)

    @functools.wraps(f)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        value, g = both(*args, **kwargs)
        return (g, value[1]) if has_aux else g

    gradient._is_derivative = True  # type: ignore[attr-defined]
    return gradient


def vjp(f: Function, *primals: Any) -> tuple[Any, Function]:
    """f(x) and the map u ↦ Jᵀu (reverse mode).

    >>> import tiza as tz
    >>> y, pull = tz.vjp(lambda x: x * x, tz.tensor([1.0, 2.0]))
    >>> pull(tz.tensor([1.0, 1.0]))
    (tensor([2., 4.]),)
    """
    call = _Call("vjp", f, primals, {}, range(len(primals)))
    outs, back = flatten(call.result)
    ys = [as_tensor(y) for y in outs]

    def pull(cotangent: Any) -> Any:
        us = [as_tensor(u, y.dtype) for u, y in zip(flatten(cotangent)[0], ys, strict=True)]
        _same_shapes("cotangent", us, ys)
        found = cotangents_of([y.node for y in ys], call.wrt, [u.node for u in us])
        return call.pack([differentiable(g) for g in found], single=False)

    return back([differentiable(y.node) for y in ys]), pull


def jvp(f: Function, primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """f(x) and Jv, the derivative along v (forward mode, the transpose of reverse mode).

    >>> import tiza as tz
    >>> tz.jvp(tz.sin, (0.0,), (2.0,))
    (tensor(0.), tensor(2.))
    """
    call = _Call("jvp", f, tuple(primals), {}, range(len(primals)))
    outs, back = flatten(call.result)
    ys = [as_tensor(y) for y in outs]
    leaves = flatten(list(tangents))[0]
    vs = [as_tensor(v, x.dtype) for v, x in zip(leaves, call.variables, strict=True)]
    _same_shapes("tangent", vs, call.variables)
    pushed = push_forward([y.node for y in ys], call.wrt, [v.node for v in vs])
    return back([differentiable(y.node) for y in ys]), back([differentiable(t) for t in pushed])


def _same_shapes(what: str, got: Sequence[Tensor], want: Sequence[Tensor]) -> None:
    for g, w in zip(got, want, strict=True):
        if g.shape != w.shape:
            raise ShapeError("vjp-shape", what=what, got=g.shape, want=w.shape)


def jacobian(f: Function, argnums: int = 0) -> Function:
    """x ↦ J with J[i, j] = ∂fᵢ/∂xⱼ.

    Shapes: f's shape followed by x's shape.

    >>> import tiza as tz
    >>> tz.jacobian(lambda x: x * x)(tz.tensor([1.0, 3.0]))
    tensor([[2., 0.],
            [0., 6.]])
    """

    @functools.wraps(f)
    def rows(*args: Any, **kwargs: Any) -> Any:
        call = _Call("jacobian", f, args, kwargs, (argnums,))
        y = as_tensor(call.result)
        u = placeholder(y.shape, y.dtype)
        pulled = cotangents_of([y.node], call.wrt, [u])
        n = y.size
        basis = constant(np.eye(n, dtype=y.dtype).reshape(n, *y.shape))
        found = vectorise(pulled, {u: basis}, n)
        shaped = [
            PRIMITIVES["reshape"](j, shape=(*y.shape, *w.shape))
            for j, w in zip(found, call.wrt, strict=True)
        ]
        return call.pack([differentiable(j) for j in shaped], single=True)

    rows._is_derivative = True  # type: ignore[attr-defined]
    return rows


def hessian(f: Function, argnums: int = 0) -> Function:
    """x ↦ H with H[i, j] = ∂²f/∂xᵢ∂xⱼ.

    >>> import tiza as tz
    >>> tz.hessian(lambda x: (x**3).sum())(tz.tensor([1.0, 2.0]))
    tensor([[ 6.,  0.],
            [ 0., 12.]])
    """
    return jacobian(grad(f, argnums), argnums)


def vmap(f: Function, in_axes: Any = 0, out_axes: int = 0) -> Function:
    """f for each row of its arguments, as one expression.

    `in_axes` names the mapped axis of each argument (None: the same for all rows);
    `out_axes` says where the new axis stands in the results.

    >>> import tiza as tz
    >>> rows = tz.tensor([[1.0, 2.0], [3.0, 4.0]])
    >>> tz.vmap(lambda a, b: (a * b).sum())(rows, tz.tensor([[1.0, 1.0], [2.0, 2.0]]))
    tensor([ 3., 14.])
    """

    @functools.wraps(f)
    def mapped(*args: Any) -> Any:
        axes = in_axes if isinstance(in_axes, (tuple, list)) else (in_axes,) * len(args)
        leaves, back, places = [], [], []
        for arg, axis in zip(args, axes, strict=True):
            found, rebuild = flatten(arg)
            leaves.append([as_tensor(leaf) for leaf in found])
            back.append(rebuild)
            places.append(
                [axis] * len(found)
                if not isinstance(axis, (tuple, list, dict))
                else flatten(axis)[0]
            )
        batched: dict[Node, Node] = {}
        inner_args, sizes = [], set()
        for group, rebuild, axs in zip(leaves, back, places, strict=True):
            inner = []
            for leaf, axis in zip(group, axs, strict=True):
                if axis is None:
                    inner.append(leaf)
                    continue
                at = axis % leaf.ndim if leaf.ndim else 0
                rows = make(
                    PRIMITIVES["permute"],
                    leaf,
                    axes=(at, *(i for i in range(leaf.ndim) if i != at)),
                )
                sizes.add(rows.shape[0])
                hole = placeholder(rows.shape[1:], rows.dtype, leaf.name)
                batched[hole] = rows.node
                inner.append(Tensor(hole, requires_grad=leaf.requires_grad))
            inner_args.append(rebuild(inner))
        if len(sizes) != 1:
            raise ShapeError("vmap-size", sizes=sorted(sizes)) if sizes else ShapeError("vmap-none")
        outs, join = flatten(f(*inner_args))
        ys = [as_tensor(y) for y in outs]
        new = vectorise([y.node for y in ys], batched, sizes.pop())
        return join([_placed(n, out_axes, y.requires_grad) for n, y in zip(new, ys, strict=True)])

    return mapped


def _placed(node: Node, axis: int, requires_grad: bool) -> Tensor:
    at = axis % node.ndim
    order = list(range(1, node.ndim))
    order.insert(at, 0)
    return Tensor(PRIMITIVES["permute"](node, axes=tuple(order)) if at else node,
                  requires_grad=requires_grad)  # fmt: skip


def stop_gradient(x: Any) -> Tensor:
    """x itself, held constant by every derivative."""
    out = make(PRIMITIVES["stop_gradient"], as_tensor(x))
    out.requires_grad = False
    return out


def named(name: str, x: Any) -> Tensor:
    """x, called `name` in derivations, drawings and errors.

    >>> import tiza as tz
    >>> tz.named("z", tz.tensor([1.0])).name
    'z'
    """
    tensor = as_tensor(x)
    if tensor.node.inputs and tensor.node.name in (None, name):
        tensor.node.name = name
        return tensor
    out = make(PRIMITIVES["alias"], tensor, tag=name)
    out.node.name = name
    return out


def check_grad(
    f: Function, *args: Any, eps: float = 1e-6, rtol: float = 1e-5, atol: float = 1e-7
) -> bool:
    """Whether ∇f agrees with (f(x+h) - f(x-h)) / 2h at every entry, in float64.

    A result of many entries is weighted by fixed random numbers first.
    Raises GradientError naming the worst entry, with both numbers, where they differ.

    >>> import tiza as tz
    >>> tz.check_grad(tz.tanh, tz.tensor([0.3, -2.0]))
    True
    """
    floats = [i for i, a in enumerate(args) if is_float(as_tensor(a).dtype)]
    if not floats:
        raise DTypeError("grad-integer", verb="check_grad", index=0, dtype=as_tensor(args[0]).dtype)
    points = [as_tensor(a, float64 if i in floats else None) for i, a in enumerate(args)]
    before = default_dtype()
    set_default_dtype(float64)
    try:
        return _agrees(f, points, floats, eps, rtol, atol)
    finally:
        set_default_dtype(before)


def _agrees(f: Function, points: Sequence[Tensor], floats: Sequence[int], eps: float, rtol: float,
            atol: float) -> bool:  # fmt: skip
    rng = np.random.default_rng(0)
    weights: list[Any] = []

    def weighed(*xs: Any) -> Tensor:
        outs = [as_tensor(y) for y in flatten(f(*xs))[0]]
        total: Any = None
        for i, y in enumerate(outs):
            if len(weights) <= i:
                weights.append(rng.uniform(0.5, 1.5, y.shape))
            flat = y * as_tensor(weights[i], y.dtype)
            term = make(PRIMITIVES["sum"], flat, axis=tuple(range(y.ndim)), keepdims=False)
            total = term if total is None else total + term
        return as_tensor(total)

    analytic = grad(weighed, tuple(floats), allow_unused=True)(*points)
    for index, slope in zip(floats, analytic, strict=True):
        base = np.array(points[index].numpy())
        numeric = np.zeros(base.shape)
        for where in np.ndindex(base.shape):
            sides = []
            for sign in (1, -1):
                moved = base.copy()
                moved[where] += sign * eps
                sides.append(
                    float(weighed(*points[:index], as_tensor(moved), *points[index + 1 :]))
                )
            numeric[where] = (sides[0] - sides[1]) / (2 * eps)
        error = np.abs(slope.numpy() - numeric) - atol - rtol * np.abs(numeric)
        if error.size and not error.max() <= 0:
            at = np.unravel_index(int(np.argmax(error)), error.shape)
            raise GradientError(
                "grad-mismatch", index=index, where=tuple(map(int, at)),
                analytic=float(slope.numpy()[at]), numeric=float(numeric[at]),
                worst=float(abs(slope.numpy()[at] - numeric[at])),
            )  # fmt: skip
    return True

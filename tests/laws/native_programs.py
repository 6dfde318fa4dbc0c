"""Random expressions: a list of small numbers is read as operations on what was made before."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from laws.native_cases import Case, case

from tiza.graph import COMPOSITES, PRIMITIVES, Node
from tiza.graph.apply import literal
from tiza.lang import control  # noqa: F401  (enters what loops are made of)

P, C = PRIMITIVES, COMPOSITES
Step = tuple[int, int, int, int]  # which operation, on which operands, how
Rule = Callable[[Node, list[Node], int, int], Node | None]
SIZES = [1, 2, 3, 5, 7, 8, 16, 17, 33]
MOST = 3000  # entries of one value


def number(x: float, like: Node) -> Node:
    return literal(x, like.dtype)


def tame(x: Node) -> Node:
    return P["tanh"](x)


def unary(name: str) -> Rule:
    return lambda x, others, p, q: P[name](x)


def composite(name: str, **attrs: object) -> Rule:
    return lambda x, others, p, q: C[name](x, **attrs)


def fitting(x: Node, others: list[Node], p: int) -> Node:
    """Another value that broadcasts with x, in a shape that is not too large."""
    for k in range(len(others)):
        y = others[(p + k) % len(others)]
        try:
            shape = np.broadcast_shapes(x.shape, y.shape)
        except ValueError:
            continue
        if math.prod(shape) <= MOST:
            return y
    return number(0.7, x)


def binary(name: str) -> Rule:
    return lambda x, others, p, q: P[name](x, fitting(x, others, p))


def divided(x: Node, others: list[Node], p: int, q: int) -> Node:
    y = fitting(x, others, p)
    return x / (y * y + 1)


def chosen(x: Node, others: list[Node], p: int, q: int) -> Node:
    y = fitting(x, others, p)
    return P["where"](P["greater"](x, number(0.3137 - q % 3, x)), x * 0.5, y)


def reshape(x: Node, others: list[Node], p: int, q: int) -> Node:
    size = math.prod(x.shape)
    divisors = [d for d in range(1, size + 1) if size % d == 0]
    a = divisors[p % len(divisors)]
    rest = [d for d in range(1, size // a + 1) if (size // a) % d == 0]
    b = rest[q % len(rest)]
    shapes = [(size,), (a, size // a), (a, b, size // a // b)]
    return P["reshape"](x, shape=shapes[(p + q) % 3])


def permute(x: Node, others: list[Node], p: int, q: int) -> Node:
    axes = list(range(x.ndim))
    np.random.default_rng(p).shuffle(axes)
    return P["permute"](x, axes=tuple(axes))


def cut(x: Node, others: list[Node], p: int, q: int) -> Node:
    starts = tuple((p + a) % n // 2 for a, n in enumerate(x.shape))
    steps = tuple(1 + (q + a) % 3 for a in range(x.ndim))
    return P["slice"](x, starts=starts, stops=x.shape, steps=steps)


def flip(x: Node, others: list[Node], p: int, q: int) -> Node | None:
    axes = tuple(a for a in range(x.ndim) if (p >> a) & 1)
    return P["flip"](x, axes=axes) if axes else None


def pad(x: Node, others: list[Node], p: int, q: int) -> Node | None:
    low = tuple((p + a) % 3 for a in range(x.ndim))
    high = tuple((q + a) % 2 for a in range(x.ndim))
    inner = tuple(int((p + q + a) % 4 == 0) for a in range(x.ndim))
    return P["pad"](x, low=low, high=high, interior=inner) if x.ndim else None


def spread(x: Node, others: list[Node], p: int, q: int) -> Node | None:
    n = SIZES[p % 5]
    return P["broadcast_to"](x, shape=(n, *x.shape)) if x.ndim < 3 else None


def concat(x: Node, others: list[Node], p: int, q: int) -> Node | None:
    if not x.ndim:
        return None
    axis = q % x.ndim
    fits = [
        y
        for y in others
        if y.ndim == x.ndim
        and all(a == axis or m == n for a, (m, n) in enumerate(zip(x.shape, y.shape, strict=True)))
    ]
    return P["concat"](x, fits[p % len(fits)], x * 2, axis=axis)


def reduction(name: str) -> Rule:
    def rule(x: Node, others: list[Node], p: int, q: int) -> Node | None:
        axes = tuple(a for a in range(x.ndim) if (p >> a) & 1) or tuple(range(x.ndim))
        if not axes:
            return None
        made = P[name](x, axis=axes, keepdims=bool(q & 1))
        n = math.prod(x.shape) / math.prod(made.shape)
        return made / math.sqrt(n) if name == "sum" else made

    return rule


def prod(x: Node, others: list[Node], p: int, q: int) -> Node | None:
    axes = (p % x.ndim,) if x.ndim else ()
    return P["prod"](tame(x) * 0.3 + 1, axis=axes, keepdims=bool(q & 1)) if axes else None


def running(name: str) -> Rule:
    def rule(x: Node, others: list[Node], p: int, q: int) -> Node | None:
        if not x.ndim:
            return None
        return tame(P[name](tame(x) * 0.3 + 0.9, axis=p % x.ndim))

    return rule


def along(name: str) -> Rule:
    return lambda x, others, p, q: C[name](x, axis=p % x.ndim) if x.ndim else None


def product(x: Node, others: list[Node], p: int, q: int) -> Node | None:
    if x.ndim < 2:
        return None
    k = x.shape[-1]
    fits = [y for y in others if y.ndim == 2 and k in y.shape]
    y = fits[p % len(fits)] if fits else P["permute"](x, axes=(1, 0)) if x.ndim == 2 else None
    if y is None:
        return None
    y = y if y.shape[0] == k else P["permute"](y, axes=(1, 0))
    return P["matmul"](x, y) / math.sqrt(k)


def take(x: Node, others: list[Node], p: int, q: int) -> Node | None:
    if not x.ndim:
        return None
    axis = p % x.ndim
    n = x.shape[axis]
    rng = np.random.default_rng(q)
    where = P["cast"](P["floor"](number(0.0, x) * 0 + n * 0.0), dtype=np.dtype("int64"))
    rows = literal_rows(rng.integers(-n, n, SIZES[q % 6]))
    return P["take"](x, rows + where, axis=axis)


def literal_rows(rows: np.ndarray) -> Node:
    from tiza.graph import constant

    return constant(rows)


def take_along(x: Node, others: list[Node], p: int, q: int) -> Node | None:
    if not x.ndim:
        return None
    axis = p % x.ndim
    shape = tuple(SIZES[q % 5] if a == axis else n for a, n in enumerate(x.shape))
    rows = np.random.default_rng(q).integers(0, x.shape[axis], shape)
    return P["take_along"](x, literal_rows(rows), axis=axis)


def windows(x: Node, others: list[Node], p: int, q: int) -> Node | None:
    if not 1 <= x.ndim <= 2 or x.shape[-1] < 3:
        return None
    how = {"size": (2 + p % 2,), "stride": (1 + q % 2,), "dilation": (1,), "low": (p % 2,),
           "high": (q % 2,)}  # fmt: skip
    name = ["windows", "window_sum", "window_max"][q % 3]
    return P[name](x, **how)


def cast(x: Node, others: list[Node], p: int, q: int) -> Node:
    other = np.dtype("float32" if x.dtype == np.float64 else "float64")
    return P["cast"](P["cast"](x * 0.5, dtype=other) + 1, dtype=x.dtype)


def norm(x: Node, others: list[Node], p: int, q: int) -> Node | None:
    return C["standardize"](x, axes=(x.ndim - 1,), eps=0.1) if x.ndim else None


RULES: list[Rule] = [
    *map(unary, ["tanh", "sigmoid", "softplus", "sin", "cos", "atan", "negative", "asinh"]),
    lambda x, others, p, q: P["exp"](tame(x)),
    lambda x, others, p, q: P["log"](x * x + 0.7),
    lambda x, others, p, q: P["sqrt"](x * x + 0.3),
    lambda x, others, p, q: P["abs"](x - 0.0713),
    lambda x, others, p, q: P["relu"](x - 0.0317),
    lambda x, others, p, q: P["pow"](tame(x) * 0.5 + 1, number(1.7, x)),
    lambda x, others, p, q: tame(x) ** (2 + p % 3),
    lambda x, others, p, q: C["gelu"](x),
    *map(binary, ["add", "subtract", "maximum", "minimum"]),
    lambda x, others, p, q: tame(x) * tame(fitting(x, others, p)),
    divided, chosen, reshape, reshape, permute, permute, cut, cut, flip, pad, spread, concat,
    *map(reduction, ["sum", "sum", "max", "min"]), prod, *map(running, ["cumsum", "cumprod"]),
    *map(along, ["softmax", "log_softmax", "logsumexp"]), product, product, product,
    take, take_along, windows, windows, cast, norm,
]  # fmt: skip


def written(steps: Sequence[Step], inputs: Sequence[Node]) -> list[Node]:
    """The values of a program: its last one and two on the way."""
    made = list(inputs)
    for which, first, p, q in steps:
        x = made[-1] if first % 3 else made[first % len(made)]  # chains, mostly
        y = RULES[which % len(RULES)](x, made, p, q)
        if y is not None and 0 < math.prod(y.shape) <= MOST and y.ndim <= 4:
            made.append(y)
    return [made[-1], made[len(made) // 2], made[-1 - len(made) // 4]]


def program(steps: Sequence[Step], sizes: tuple[int, int, int], dtype: str) -> Case:
    """The expression that these numbers stand for, with its slopes."""
    a, b, c = (SIZES[s % len(SIZES)] for s in sizes)
    rng = np.random.default_rng(len(steps))
    shapes: list[tuple[int, ...]] = [(a, b), (b,), (c, a, 1), (b, c), ()]
    arrays = [rng.normal(size=s).astype(dtype) for s in shapes]
    return case(f"{dtype}{steps}{sizes}", lambda *x: written(steps, x), arrays, seed=a)

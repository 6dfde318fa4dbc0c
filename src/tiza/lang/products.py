"""Products of vectors, matrices and stacks of them; einsum."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tiza.errors import ArgumentError, ShapeError
from tiza.graph import PRIMITIVES
from tiza.lang.calls import ArrayLike, axis_of, common, pair, torch_words
from tiza.lang.manipulation import broadcast_arrays, expand_dims, moveaxis, permute_dims, reshape
from tiza.lang.statistical import sum as sum_
from tiza.lang.tensor import Tensor, as_tensor, make

Letters = str


def matmul(x1: ArrayLike, x2: ArrayLike, /) -> Tensor:
    """The matrix product: yᵢₖ = Σⱼ aᵢⱼ bⱼₖ.

    A vector counts as a row on the left, a column on the right; stacks of matrices broadcast.

    Shapes: (*n, i, j) (*n, j, k) → (*n, i, k); (j) (j) → ().

    >>> import tiza as tz
    >>> tz.matmul(tz.asarray([[1, 2], [3, 4]]), tz.asarray([1, 1]))
    tensor([3, 7])
    """
    a, b = pair(x1, x2)
    if a.ndim == 0 or b.ndim == 0:
        raise ShapeError("matmul-scalar", left=a.shape, right=b.shape)
    row, column = a.ndim == 1, b.ndim == 1
    out = make(
        PRIMITIVES["matmul"],
        expand_dims(a, axis=0) if row else a,
        expand_dims(b, axis=1) if column else b,
    )
    if not (row or column):
        return out
    lead = out.shape[:-2]
    keep = (() if row else out.shape[-2:-1]) + (() if column else out.shape[-1:])
    return reshape(out, lead + keep)


@torch_words
def vecdot(x1: ArrayLike, x2: ArrayLike, /, *, axis: int = -1) -> Tensor:
    """The dot product along an axis: y = Σᵢ conj(aᵢ) bᵢ; the other axes broadcast.

    Shapes: (*n, m) (*n, m) → (*n).

    >>> import tiza as tz
    >>> tz.vecdot(tz.asarray([[1, 2], [3, 4]]), tz.asarray([1, 10]))
    tensor([21, 43])
    """
    a, b = pair(x1, x2)
    if not -min(a.ndim, b.ndim) <= axis < 0 and not a.ndim == b.ndim:
        raise ArgumentError("vecdot-axis", axis=axis)
    sizes = a.shape[axis_of(axis, a.ndim)], b.shape[axis_of(axis, b.ndim)]
    if sizes[0] != sizes[1]:
        raise ShapeError("vecdot-sizes", left=a.shape, right=b.shape, axis=axis)
    if a.dtype.kind == "c":
        a = make(PRIMITIVES["conj"], a)
    return sum_(a * b, axis=axis, dtype=a.dtype)


def tensordot(x1: ArrayLike, x2: ArrayLike, /, *, axes: int | Sequence[Sequence[int]] = 2,
              dims: int | Sequence[Sequence[int]] | None = None) -> Tensor:  # fmt: skip
    """The sum of products over chosen axes of both.

    axes = n: the last n of the first with the first n of the second; else two lists of axes,
    paired in order. What is left of the first stands before what is left of the second. `dims`
    is PyTorch's name for them.

    >>> import tiza as tz
    >>> tz.tensordot(tz.ones((2, 3, 4)), tz.ones((4, 3, 5)), axes=((1, 2), (1, 0))).shape
    (2, 5)
    """
    a, b = pair(x1, x2)
    if dims is not None:
        axes = dims
        a, b = _summed_to_fit(a, b, axes)
    if isinstance(axes, int):
        if axes > min(a.ndim, b.ndim) or axes < 0:
            raise ArgumentError("tensordot-axes", axes=axes, left=a.shape, right=b.shape)
        mine, yours = list(range(a.ndim - axes, a.ndim)), list(range(axes))
    else:
        mine = [axis_of(k, a.ndim) for k in axes[0]]
        yours = [axis_of(k, b.ndim) for k in axes[1]]
    if [a.shape[k] for k in mine] != [b.shape[k] for k in yours]:
        raise ArgumentError("tensordot-axes", axes=axes, left=a.shape, right=b.shape)
    rest_a = [k for k in range(a.ndim) if k not in mine]
    rest_b = [k for k in range(b.ndim) if k not in yours]
    shape = [a.shape[k] for k in rest_a] + [b.shape[k] for k in rest_b]
    inner = math.prod(a.shape[k] for k in mine)
    rows, columns = (math.prod(x.shape[k] for k in r) for x, r in ((a, rest_a), (b, rest_b)))
    left = reshape(permute_dims(a, (*rest_a, *mine)), (rows, inner))
    right = reshape(permute_dims(b, (*yours, *rest_b)), (inner, columns))
    return reshape(make(PRIMITIVES["matmul"], left, right), shape)


def _summed_to_fit(a: Tensor, b: Tensor,
                   axes: int | Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:  # fmt: skip
    """A side of 1 stands for as many equal entries, so that the other may be summed at once."""
    if isinstance(axes, int):
        return a, b
    for m, n in zip(*axes, strict=False):
        i, j = axis_of(m, a.ndim), axis_of(n, b.ndim)
        if a.shape[i] != b.shape[j] and 1 in (a.shape[i], b.shape[j]):
            a = a if a.shape[i] == 1 else sum_(a, axis=i, keepdims=True)
            b = b if b.shape[j] == 1 else sum_(b, axis=j, keepdims=True)
    return a, b


def outer(x1: ArrayLike, x2: ArrayLike, /) -> Tensor:
    """All products of an entry of one vector with one of another: yᵢⱼ = aᵢ bⱼ.

    Shapes: (m) (n) → (m, n).

    >>> import tiza as tz
    >>> tz.outer(tz.asarray([1, 2]), tz.asarray([1, 10]))
    tensor([[ 1, 10],
            [ 2, 20]])
    """
    a, b = as_tensor(x1), as_tensor(x2)
    for x in (a, b):
        if x.ndim != 1:
            raise ShapeError("vector-needed", op="outer", shape=x.shape)
    a, b = pair(a, b)
    return expand_dims(a, axis=1) * expand_dims(b, axis=0)


@torch_words
def cross(x1: ArrayLike, x2: ArrayLike, /, *, axis: int = -1) -> Tensor:
    """The cross product of vectors of three numbers along an axis; the other axes broadcast.

    y = (a₂b₃ − a₃b₂, a₃b₁ − a₁b₃, a₁b₂ − a₂b₁)

    >>> import tiza as tz
    >>> tz.linalg.cross(tz.asarray([1, 0, 0]), tz.asarray([0, 1, 0]))
    tensor([0, 0, 1])
    """
    a, b = pair(x1, x2)
    for x in (a, b):
        if x.shape[axis_of(axis, x.ndim)] != 3:
            raise ShapeError("cross-three", left=a.shape, right=b.shape, axis=axis)
    a, b = broadcast_arrays(a, b)
    a, b = moveaxis(a, axis, 0), moveaxis(b, axis, 0)
    rows = [a[i] * b[j] - a[j] * b[i] for i, j in ((1, 2), (2, 0), (0, 1))]
    out = make(PRIMITIVES["concat"], *(expand_dims(r, axis=0) for r in rows), axis=0)
    return moveaxis(out, 0, axis)


def einsum(subscripts: str, /, *operands: ArrayLike) -> Tensor:
    """Sums of products in index notation: "ij,jk->ik" is yᵢₖ = Σⱼ aᵢⱼ bⱼₖ.

    Letters that the result lacks are summed; without "->" the result has the letters that
    occur once, in alphabetical order; "..." stands for axes that broadcast; a letter twice in
    one term is its diagonal. Pairs are contracted as matrix products from left to right.

    Source: NumPy's and PyTorch's function of this name.

    >>> import tiza as tz
    >>> tz.einsum("ij->ji", tz.asarray([[1, 2], [3, 4]]))
    tensor([[1, 3],
            [2, 4]])
    """
    xs = common(operands)
    terms, out = _terms(subscripts, xs)
    parts = [_diagonals(x, term) for x, term in zip(xs, terms, strict=True)]
    x, term = parts[0]
    for k, (y, other) in enumerate(parts[1:], start=1):
        later = set(out).union(*(t for _, t in parts[k + 1 :]))
        x, term = _contract(x, term, y, other, later)
    x, term = _summed(x, term, set(out))
    return permute_dims(x, [term.index(c) for c in out]) if term != out else x


def _terms(subscripts: str, xs: Sequence[Tensor]) -> tuple[list[Letters], Letters]:
    """The letters of each operand and of the result; the axes of "..." get their own."""
    left, arrow, right = subscripts.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != len(xs):
        raise ArgumentError("einsum-count", terms=len(terms), arrays=len(xs))
    extra = [x.ndim - len(t.replace("...", "")) for x, t in zip(xs, terms, strict=True)]
    free = "".join(c for c in map(chr, range(0x100, 0x180)))  # letters that nobody types
    wide = max((n for n, t in zip(extra, terms, strict=True) if "..." in t), default=0)
    dots = free[:wide]
    named = []
    for x, term, n in zip(xs, terms, extra, strict=True):
        if n < 0 or (n and "..." not in term):
            raise ArgumentError("einsum-axes", term=term, shape=x.shape)
        named.append(term.replace("...", dots[wide - n :]))
    if not arrow:
        seen = "".join(named)
        once = "".join(sorted(c for c in set(seen) if seen.count(c) == 1 and c not in dots))
        out = dots + once
    else:
        out = right.replace("...", dots)
    if len(set(out)) != len(out) or set(out) - set("".join(named)):
        raise ArgumentError("einsum-result", result=right)
    _check_sizes(named, xs)
    return named, out


def _check_sizes(terms: Sequence[Letters], xs: Sequence[Tensor]) -> None:
    sizes: dict[str, int] = {}
    for term, x in zip(terms, xs, strict=True):
        for c, n in zip(term, x.shape, strict=True):
            if sizes.setdefault(c, n) != n and 1 not in (n, sizes[c]):
                raise ShapeError("einsum-size", letter=c, one=sizes[c], two=n)
            sizes[c] = max(n, sizes[c]) if 0 not in (n, sizes[c]) else 0


def _diagonals(x: Tensor, term: Letters) -> tuple[Tensor, Letters]:
    """x without repeated letters."""
    from tiza.lang.matrices import diagonal

    for c in dict.fromkeys(term):
        while term.count(c) > 1:
            one, two = term.index(c), term.rindex(c)
            if x.shape[one] != x.shape[two]:
                raise ShapeError("einsum-size", letter=c, one=x.shape[one], two=x.shape[two])
            x = diagonal(moveaxis(x, (one, two), (-2, -1)))
            term = "".join(k for i, k in enumerate(term) if i not in (one, two)) + c
    return x, term


def _summed(x: Tensor, term: Letters, keep: set[str]) -> tuple[Tensor, Letters]:
    """x summed over the letters that nobody needs any more."""
    gone = tuple(i for i, c in enumerate(term) if c not in keep)
    if gone:
        x = sum_(x, axis=gone, dtype=x.dtype)
    return x, "".join(c for c in term if c in keep)


def _contract(x: Tensor, mine: Letters, y: Tensor, yours: Letters,
              later: set[str]) -> tuple[Tensor, Letters]:  # fmt: skip
    """Two operands as one matrix product: batch letters, free ones of each, summed ones."""
    x, mine = _summed(x, mine, later | set(yours))
    y, yours = _summed(y, yours, later | set(mine))
    shared = [c for c in mine if c in yours]
    sizes = dict(zip(yours, y.shape, strict=True))
    uneven = any(x.shape[mine.index(c)] != sizes[c] for c in shared)
    if uneven:  # sizes 1 broadcast: entry by entry
        return _spread(x, mine, y, yours, later)
    batch = [c for c in shared if c in later]
    inner = [c for c in shared if c not in later]
    free_x, free_y = [[c for c in t if c not in shared] for t in (mine, yours)]
    size = {**sizes, **dict(zip(mine, x.shape, strict=True))}
    b, i, j, k = (math.prod(size[c] for c in cs) for cs in (batch, free_x, inner, free_y))
    left = permute_dims(x, [mine.index(c) for c in (*batch, *free_x, *inner)])
    right = permute_dims(y, [yours.index(c) for c in (*batch, *inner, *free_y)])
    out = make(PRIMITIVES["matmul"], reshape(left, (b, i, j)), reshape(right, (b, j, k)))
    left_over = (*batch, *free_x, *free_y)
    return reshape(out, [size[c] for c in left_over]), "".join(left_over)


def _spread(x: Tensor, mine: Letters, y: Tensor, yours: Letters,
            later: set[str]) -> tuple[Tensor, Letters]:  # fmt: skip
    term = mine + "".join(c for c in yours if c not in mine)
    x = reshape(x, (*x.shape, *(1,) * (len(term) - len(mine))))
    y = permute_dims(y, [yours.index(c) for c in term if c in yours])
    sizes = iter(y.shape)
    y = reshape(y, tuple(next(sizes) if c in yours else 1 for c in term))
    return _summed(x * y, term, later)

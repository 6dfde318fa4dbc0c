"""Convolution and its transpose as composites: windows, one matrix product, and back.

The columns of the product run over positions, the batch innermost: entries that follow one
another in memory are then copied together, and the product is one large one.
"""

from __future__ import annotations

import math
from typing import Any

from tiza.errors import ShapeError
from tiza.graph import Node, Primitive, composite
from tiza.graph.primitive import Sample
from tiza.graph.prims.contraction import transposed
from tiza.graph.prims.families import reshaped, same_type
from tiza.graph.prims.movement import permute
from tiza.graph.prims.reductions import sum_
from tiza.graph.prims.window import counts, reach, window, windows, windows_add
from tiza.graph.types import DType, Shape

Ints = tuple[int, ...]


def _batch_last(x: Node) -> Node:
    """(N, C, …) as (C, …, N)."""
    return permute(x, axes=(*range(1, x.ndim), 0))


def _batch_first(x: Node) -> Node:
    """(C, …, N) as (N, C, …)."""
    return permute(x, axes=(x.ndim - 1, *range(x.ndim - 1)))


def _laid_out(x: Node) -> Node:
    """x itself, its entries in memory in the order (C, …, N)."""
    last = _batch_last(x)
    flat = reshaped(last, (math.prod(last.shape[:-2]), last.shape[-2] * last.shape[-1]))
    return _batch_first(reshaped(flat, last.shape))


def _per_group(groups: int, rows: int) -> Ints:
    """The leading axes of a matrix of `rows` rows, or of one matrix a group."""
    return (rows,) if groups == 1 else (groups, rows // groups)


def _picked(x: Node, size: Ints, w: dict[str, Ints], groups: int) -> tuple[Node, Ints]:
    """What each place of the kernel sees, a column for each position; how many positions."""
    axes = x.ndim - 2
    seen = windows(_laid_out(x), **w)  # (N, C, *m, *size)
    m = seen.shape[2 : 2 + axes]
    order = (1, *range(2 + axes, 2 + 2 * axes), *range(2, 2 + axes), 0)
    lead = _per_group(groups, x.shape[1] * math.prod(size))
    return reshaped(permute(seen, axes=order), (*lead, x.shape[0] * math.prod(m))), m


def _conv(x: Node, weight: Node, *bias: Node, stride: Ints, low: Ints, high: Ints,
          dilation: Ints, groups: int) -> Node:  # fmt: skip
    out, size = weight.shape[0], weight.shape[2:]
    picked, m = _picked(x, size, window(size, stride, dilation, low, high), groups)
    matrix = reshaped(weight, (*_per_group(groups, out), picked.shape[-2]))
    y = reshaped(matrix @ picked, (out, picked.shape[-1]))
    if bias:
        y = y + reshaped(bias[0], (out, 1))
    return _batch_first(reshaped(y, (out, *m, x.shape[0])))


def _conv_vjp(g: Node, y: Node, x: Node, weight: Node, *bias: Node, stride: Ints, low: Ints,
              high: Ints, dilation: Ints, groups: int) -> list[Node]:  # fmt: skip
    """dx: g painted back by the transpose; dW: g times what each place saw; db: the sum of g."""
    size, axes = weight.shape[2:], range(2, x.ndim)
    none = (0,) * len(size)
    least = transposed_shape(g.shape[2:], size, stride, low, none, dilation)
    extra = tuple(n - k for n, k in zip(x.shape[2:], least, strict=True))
    dx = conv_transpose(g, weight, stride=stride, padding=low, output_padding=extra,
                        dilation=dilation, groups=groups)  # fmt: skip
    picked, _ = _picked(x, size, window(size, stride, dilation, low, high), groups)
    rows = reshaped(_batch_last(g), (*_per_group(groups, weight.shape[0]), picked.shape[-1]))
    dw = reshaped(rows @ transposed(picked), weight.shape)
    return [dx, dw, *(sum_(g, axis=(0, *axes), keepdims=False) for _ in bias)]


def _conv_infer(x: Node, weight: Node, *bias: Node, stride: Ints, low: Ints, high: Ints,
                dilation: Ints, groups: int) -> tuple[Shape, DType]:  # fmt: skip
    dtype = same_type("conv", "f", (x, weight, *bias))
    axes, out = x.ndim - 2, weight.shape[0] if weight.ndim else 0
    name = f"conv{axes}d"
    if weight.ndim != x.ndim:
        raise ShapeError("conv-weight", op=name, got=weight.shape, want=x.ndim)
    taken = weight.shape[1] * groups
    if x.shape[1] != taken:
        raise ShapeError("conv-channels", op=name, layer=f"Conv{axes}d", got=x.shape[1],
                         want=taken, out=out)  # fmt: skip
    if out % groups:
        raise ShapeError("conv-groups", op=name, channels=out, which="out_channels", groups=groups)
    _check_bias(name, bias, out)
    m = counts(x.shape[2:], weight.shape[2:], stride, dilation, low, high)
    return (x.shape[0], out, *m), dtype


def _check_bias(op: str, bias: tuple[Node, ...], out: int) -> None:
    if bias and bias[0].shape != (out,):
        raise ShapeError("conv-bias", op=op, got=bias[0].shape, out=out)


def _conv_samples(rng: Any) -> list[Sample]:
    def case(x: Shape, w: Shape, stride: Ints = (1, 1), pad: Ints = (0, 0),
             dilation: Ints = (1, 1), groups: int = 1) -> Sample:  # fmt: skip
        k = len(x) - 2
        arrays = (rng.normal(size=x), rng.normal(size=w), rng.normal(size=w[0]))
        return arrays, {"stride": stride[:k], "low": pad[:k], "high": pad[:k],
                        "dilation": dilation[:k], "groups": groups}  # fmt: skip

    return [
        case((2, 3, 4, 4), (2, 3, 2, 3)),
        case((1, 2, 5), (4, 1, 3), (2,), (1,), (1,), groups=2),
        case((0, 1, 3), (1, 1, 2)),
        case((2, 1, 4, 5), (1, 1, 2, 2), (2, 1), (1, 1), (1, 2)),
    ]


conv: Primitive = composite(
    "conv", _conv, infer=_conv_infer, samples=_conv_samples,
    vjp=_conv_vjp, latex=r"{0} \star {1} + b",
    latex_vjp=(r"{g} \star^\top {1}", r"{0} \star {g}", r"\textstyle\sum {g}"),
    says="the sum over channels and over the kernel of weight times x, at each place "
         "(cross-correlation, as PyTorch has it); any number of axes",
)  # fmt: skip


def transposed_shape(n: Ints, size: Ints, stride: Ints, padding: Ints, extra: Ints,
                     dilation: Ints) -> Ints:  # fmt: skip
    """The image whose convolution has n places: (n − 1) stride − 2 padding + reach + extra."""
    spans = reach(size, dilation)
    return tuple(
        (k - 1) * s - 2 * p + span + e
        for k, s, p, span, e in zip(n, stride, padding, spans, extra, strict=True)
    )


def _conv_transpose(x: Node, weight: Node, *bias: Node, stride: Ints, padding: Ints,
                    output_padding: Ints, dilation: Ints, groups: int) -> Node:  # fmt: skip
    axes, (channels, out) = x.ndim - 2, weight.shape[:2]
    size, n = weight.shape[2:], x.shape[2:]
    shape = transposed_shape(n, size, stride, padding, output_padding, dilation)
    columns = x.shape[0] * math.prod(n)
    lead = _per_group(groups, channels)
    matrix = reshaped(weight, (*lead, out * math.prod(size)))
    spread = transposed(matrix) @ reshaped(_batch_last(x), (*lead, columns))
    spread = reshaped(spread, (out * groups, *size, *n, x.shape[0]))
    order = (1 + 2 * axes, 0, *range(1 + axes, 1 + 2 * axes), *range(1, 1 + axes))
    high = tuple(p - e for p, e in zip(padding, output_padding, strict=True))
    w = window(size, stride, dilation, padding, high)
    y = windows_add(permute(spread, axes=order), shape=shape, **w)
    return y + reshaped(bias[0], (out * groups, *(1,) * axes)) if bias else y


def _transpose_infer(x: Node, weight: Node, *bias: Node, stride: Ints, padding: Ints,
                     output_padding: Ints, dilation: Ints,
                     groups: int) -> tuple[Shape, DType]:  # fmt: skip
    dtype = same_type("conv_transpose", "f", (x, weight, *bias))
    name = f"conv_transpose{x.ndim - 2}d"
    if weight.ndim != x.ndim:
        raise ShapeError("conv-weight-transposed", op=name, got=weight.shape, want=x.ndim)
    channels, out = weight.shape[0], weight.shape[1] * groups
    if x.shape[1] != channels:
        raise ShapeError("conv-channels", op=name, layer=f"ConvTranspose{x.ndim - 2}d",
                         got=x.shape[1], want=channels, out=out)  # fmt: skip
    if channels % groups:
        raise ShapeError("conv-groups", op=name, channels=channels, which="in_channels",
                         groups=groups)  # fmt: skip
    _check_bias(name, bias, out)
    n = x.shape[2:]
    shape = transposed_shape(n, weight.shape[2:], stride, padding, output_padding, dilation)
    if min(shape) < 1:
        raise ShapeError("conv-transpose-empty", op=name, image=n, got=shape)
    return (x.shape[0], out, *shape), dtype


def _transpose_samples(rng: Any) -> list[Sample]:
    def case(x: Shape, w: Shape, stride: Ints, padding: Ints, extra: Ints, dilation: Ints,
             groups: int = 1) -> Sample:  # fmt: skip
        arrays = (rng.normal(size=x), rng.normal(size=w), rng.normal(size=w[1] * groups))
        return arrays, {"stride": stride, "padding": padding, "output_padding": extra,
                        "dilation": dilation, "groups": groups}  # fmt: skip

    return [
        case((2, 3, 2, 3), (3, 2, 3, 2), (2, 1), (1, 0), (1, 0), (1, 1)),
        case((1, 2, 3), (2, 1, 2), (1,), (0,), (0,), (2,), groups=2),
        case((0, 1, 3), (1, 1, 2), (2,), (0,), (0,), (1,)),
        case((1, 1, 3), (1, 2, 2), (1,), (0,), (1,), (3,)),
    ]


conv_transpose: Primitive = composite(
    "conv_transpose", _conv_transpose, infer=_transpose_infer, samples=_transpose_samples,
    latex=r"{0} \star^\top {1} + b",
    says="the transpose of a convolution: every entry of x paints its kernel, and what "
         "overlaps adds up",
)  # fmt: skip

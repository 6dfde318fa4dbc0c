"""PyTorch's other names, so that what was written for it runs after its import lines change.

Functions of the standard under PyTorch's spelling, and what PyTorch has beyond the standard.
"""

from __future__ import annotations

from math import nan
from typing import Any

from tiza.graph.types import float32 as float
from tiza.graph.types import float64 as double
from tiza.graph.types import int32 as int
from tiza.graph.types import int64 as long
from tiza.lang.calls import ArrayLike
from tiza.lang.compounds import (
    addbmm,
    addmm,
    addmv,
    addr,
    baddbmm,
    bmm,
    cdist,
    corrcoef,
    cov,
    cumulative_trapezoid,
    dist,
    dot,
    inner,
    mm,
    mv,
    pdist,
    renorm,
    trapezoid,
    vander,
)
from tiza.lang.compounds import trapezoid as trapz
from tiza.lang.counting import (
    argwhere,
    bincount,
    bucketize,
    histc,
    isin,
    ravel,
    unique,
    unique_consecutive,
)
from tiza.lang.creation import asarray as as_tensor
from tiza.lang.creation import asarray as from_numpy
from tiza.lang.draws import (
    bernoulli,
    multinomial,
    normal,
    rand,
    rand_like,
    randint,
    randn,
    randn_like,
    randperm,
)
from tiza.lang.elementwise import abs as absolute
from tiza.lang.elementwise import acos as arccos
from tiza.lang.elementwise import acosh as arccosh
from tiza.lang.elementwise import asin as arcsin
from tiza.lang.elementwise import asinh as arcsinh
from tiza.lang.elementwise import atan as arctan
from tiza.lang.elementwise import atanh as arctanh
from tiza.lang.elementwise import negative as neg
from tiza.lang.elementwise import sign as sgn
from tiza.lang.elementwise import trunc as fix
from tiza.lang.entrywise import (
    addcdiv,
    addcmul,
    clamp,
    clamp_max,
    clamp_min,
    deg2rad,
    entr,
    erfc,
    exp2,
    expit,
    fill,
    float_power,
    frac,
    ldexp,
    lerp,
    logaddexp2,
    logit,
    nan_to_num,
    ndtr,
    rad2deg,
    rsqrt,
    rsub,
    sinc,
    xlog1py,
    xlogy,
)
from tiza.lang.judging import (
    allclose,
    fmax,
    fmin,
    fmod,
    gcd,
    heaviside,
    isclose,
    isneginf,
    isposinf,
    isreal,
    lcm,
)
from tiza.lang.linalg import det, inv, pinv, qr, slogdet, trace
from tiza.lang.linalg import inv as inverse
from tiza.lang.linalg import matrix_power as matrix_power
from tiza.lang.linalg import pinv as pinverse
from tiza.lang.manipulation import broadcast_arrays
from tiza.lang.manipulation import concat as cat
from tiza.lang.manipulation import concat as concatenate
from tiza.lang.manipulation import moveaxis as movedim
from tiza.lang.manipulation import permute_dims as permute
from tiza.lang.manipulation import repeat as _repeat
from tiza.lang.manipulation import unstack as unbind
from tiza.lang.pairs import atan2 as arctan2
from tiza.lang.pairs import divide as div
from tiza.lang.pairs import divide as true_divide
from tiza.lang.pairs import equal as eq
from tiza.lang.pairs import greater as gt
from tiza.lang.pairs import greater_equal as ge
from tiza.lang.pairs import less as lt
from tiza.lang.pairs import less_equal as le
from tiza.lang.pairs import multiply as mul
from tiza.lang.pairs import not_equal as ne
from tiza.lang.pairs import subtract as sub
from tiza.lang.picking import (
    block_diag,
    cartesian_prod,
    combinations,
    diag,
    diag_embed,
    diagflat,
    diagonal,
    fliplr,
    flipud,
    index_add,
    index_copy,
    index_fill,
    index_put,
    index_select,
    masked_fill,
    masked_scatter,
    masked_select,
    rot90,
    take_along_dim,
    tril_indices,
    triu_indices,
)
from tiza.lang.pieces import (
    atleast_1d,
    atleast_2d,
    atleast_3d,
    chunk,
    column_stack,
    dsplit,
    dstack,
    hsplit,
    hstack,
    narrow,
    select,
    split,
    t,
    tensor_split,
    transpose,
    unflatten,
    unsqueeze,
    vsplit,
    vstack,
)
from tiza.lang.pieces import transpose as swapaxes
from tiza.lang.pieces import transpose as swapdims
from tiza.lang.scattering import (
    cross,
    diagonal_scatter,
    logspace,
    msort,
    scatter_reduce,
    select_scatter,
    slice_scatter,
    unravel_index,
    vdot,
)
from tiza.lang.searching import top_k as topk
from tiza.lang.statistical import cumulative_prod as cumprod
from tiza.lang.statistical import cumulative_sum as cumsum
from tiza.lang.storage import bitwise_invert as bitwise_not
from tiza.lang.summaries import (
    amax,
    amin,
    aminmax,
    cummax,
    cummin,
    kthvalue,
    logcumsumexp,
    median,
    mode,
    nanmean,
    nanmedian,
    nanquantile,
    nansum,
    quantile,
    std_mean,
    var_mean,
)
from tiza.lang.tensor import Tensor

TYPES = {"float": float, "double": double, "int": int, "long": long}


def repeat_interleave(x: ArrayLike, repeats: Any = None, dim: Any = None, *,
                      output_size: Any = None) -> Tensor:  # fmt: skip
    """Every entry so many times; see `repeat`. Of counts alone, the places they stand for.

    >>> import tiza as tz
    >>> tz.repeat_interleave(tz.asarray([7, 8]), tz.asarray([1, 2]))
    tensor([7, 8, 8])
    >>> tz.repeat_interleave(tz.asarray([1, 2]))
    tensor([0, 1, 1])
    """
    from tiza.lang.creation import arange

    given = as_tensor(x)
    if repeats is None:
        given, repeats = arange(given.size), given
    if not given.ndim:
        given, dim = given.reshape(1), None
    return _repeat(given, repeats, axis=dim)


def is_tensor(x: Any) -> bool:
    """Whether x is a tensor.

    >>> import tiza as tz
    >>> tz.is_tensor(tz.zeros(2)), tz.is_tensor([0.0])
    (True, False)
    """
    return isinstance(x, Tensor)


def is_floating_point(x: Tensor) -> bool:
    """Whether the entries are floating-point numbers.

    >>> import tiza as tz
    >>> tz.is_floating_point(tz.zeros(2))
    True
    """
    return bool(x.dtype.kind == "f")


def numel(x: ArrayLike) -> Any:
    """How many entries there are.

    >>> import tiza as tz
    >>> tz.numel(tz.zeros(2, 3))
    6
    """
    return as_tensor(x).size


def logdet(x: ArrayLike) -> Tensor:
    """log det A; NaN where the determinant is negative.

    >>> import tiza as tz
    >>> tz.logdet(tz.eye(2))
    tensor(0.)
    """
    sign, size = slogdet(x)
    return masked_fill(size, sign < 0, nan)


def broadcast_tensors(*tensors: ArrayLike) -> tuple[Tensor, ...]:
    """All in their common shape.

    >>> import tiza as tz
    >>> [x.shape for x in tz.broadcast_tensors(tz.zeros(3, 1), tz.zeros(2))]
    [(3, 2), (3, 2)]
    """
    return broadcast_arrays(*tensors)


__all__ = [
    "absolute", "addbmm", "addcdiv", "addcmul", "addmm", "addmv", "addr", "allclose", "amax",
    "amin", "aminmax", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh",
    "argwhere", "as_tensor", "atleast_1d", "atleast_2d", "atleast_3d", "baddbmm", "bernoulli",
    "bincount", "bitwise_not", "block_diag", "bmm", "broadcast_tensors", "bucketize",
    "cartesian_prod", "cat", "cdist", "chunk", "clamp", "clamp_max", "clamp_min",
    "column_stack", "combinations", "concatenate", "corrcoef", "cov", "cross", "cummax",
    "cummin", "cumprod", "cumsum", "cumulative_trapezoid", "deg2rad", "det", "diag",
    "diag_embed", "diagflat", "diagonal", "diagonal_scatter", "dist", "div", "dot", "dsplit",
    "dstack", "entr", "eq", "erfc", "exp2", "expit", "fill", "fix", "fliplr", "flipud",
    "float_power", "fmax", "fmin", "fmod", "frac", "from_numpy", "gcd", "ge", "gt", "heaviside",
    "histc", "hsplit", "hstack", "index_add", "index_copy", "index_fill", "index_put",
    "index_select", "inner", "inv", "inverse", "is_floating_point", "is_tensor", "isclose",
    "isin", "isneginf", "isposinf", "isreal", "kthvalue", "lcm", "ldexp", "le", "lerp",
    "logaddexp2", "logcumsumexp", "logdet", "logit", "logspace", "lt", "masked_fill",
    "masked_scatter", "masked_select", "matrix_power", "median", "mm", "mode", "movedim",
    "msort", "mul", "multinomial", "mv", "nan_to_num", "nanmean", "nanmedian", "nanquantile",
    "nansum", "narrow", "ndtr", "ne", "neg", "normal", "numel", "pdist", "permute", "pinv",
    "pinverse", "qr", "quantile", "rad2deg", "rand", "rand_like", "randint", "randn",
    "randn_like", "randperm", "ravel", "renorm", "repeat_interleave", "rot90", "rsqrt", "rsub",
    "scatter_reduce", "select", "select_scatter", "sgn", "sinc", "slice_scatter", "slogdet",
    "split", "std_mean", "sub", "swapaxes", "swapdims", "t", "take_along_dim", "tensor_split",
    "topk", "trace", "transpose", "trapezoid", "trapz", "tril_indices", "triu_indices",
    "true_divide", "unbind", "unflatten", "unique", "unique_consecutive", "unravel_index",
    "unsqueeze", "vander", "var_mean", "vdot", "vsplit", "vstack", "xlog1py", "xlogy",
]  # fmt: skip
_NO_METHODS = {
    "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "as_tensor",
    "atleast_1d", "atleast_2d", "atleast_3d", "block_diag", "broadcast_tensors", "bucketize",
    "cartesian_prod", "cat", "cdist", "column_stack", "combinations", "concatenate",
    "cumulative_trapezoid", "dstack", "entr", "expit", "from_numpy", "hstack", "inv",
    "is_floating_point", "is_tensor", "isin", "logspace", "ndtr", "normal", "pdist", "pinv",
    "rand", "rand_like", "randint", "randn", "randn_like", "randperm", "rsub", "std_mean",
    "trapezoid", "trapz", "tril_indices", "triu_indices", "unravel_index", "vander", "var_mean",
    "vstack", "xlog1py",
}  # fmt: skip
AS_METHODS = [name for name in __all__ if name not in _NO_METHODS]

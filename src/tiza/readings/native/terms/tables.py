"""What the compiler knows of each primitive: one line each."""

from __future__ import annotations

from collections.abc import Container

import numpy as np

from tiza.graph.node import Node

AMPLE = 32  # registers, enough for tiles of 8 rows by 2 vectors and more
# Computed by NumPy, called back from the compiled program:
HOST = {
    "inv", "solve", "det", "slogdet", "cholesky", "eigh", "qr", "svd", "pinv", "argsort",
}  # fmt: skip
LOOPS = {"scan", "cond", "while"}  # their bodies are programs of their own
# Written entry by entry into zeros:
SCATTER = {"take_add", "take_along_add", "windows_add", "window_put"}
TILES = {"apart", "together", "slid", "learned"}  # a function for each: see `tiled`
SLIDING = {"windows", *TILES}  # read pictures where they stand
# Carried along an axis:
RUNNING = {"cumsum": "sum", "cumprod": "prod"}
# Need a kernel of their own:
WHOLE = {"random_bits", "concat", "put", "segments", "pairs"}  # each lowered in a way of its own
ALONE = {*HOST, *SCATTER, *RUNNING, *TILES, *WHOLE, "pad"}
TIMES = {"pairs": "multiply_pairs"}  # how factors of these are multiplied
REDUCTIONS = {"sum", "prod", "max", "min", "all", "any", "argmax", "argmin", "matmul"}
DTYPES = {np.dtype(t) for t in (
    "float32", "float64", "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32",
    "uint64")}  # fmt: skip

MOVES = {"reshape", "permute", "broadcast_to", "slice", "flip", "windows", "pad"}
_DEAR = {"sqrt": 4, "divide": 4, "remainder": 8, "floor_divide": 8, "take": 2, "take_along": 2}
_SIMPLE = {
    "where", "cast", "negative", "abs", "sign", "floor", "ceil", "trunc", "round", "add",
    "subtract", "multiply", "maximum", "minimum", "relu", "equal", "not_equal", "less",
    "less_equal", "greater", "greater_equal", "logical_not", "isnan", "isinf", "isfinite",
    "signbit", "bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_invert",
    "bitwise_left_shift", "bitwise_right_shift", "copysign",
}  # fmt: skip


def cost(node: Node) -> int:
    """What one entry costs, in additions."""
    name = node.prim.name
    if name in MOVES:
        return 0
    if name == "pow" and node.inputs[1].prim.name == "literal":
        return 1
    return _DEAR.get(name, 1 if name in _SIMPLE else 8)


def reduces(node: Node) -> bool:
    """Whether a node sums, multiplies, compares ... along axes."""
    return node.prim.name in REDUCTIONS


def axes(root: Node) -> tuple[int, ...]:
    """The axes that a node reduces."""
    axis = root.attrs["axis"]
    return axis if isinstance(axis, tuple) else (axis,)


def supported(node: Node) -> bool:
    """Whether the compiler has its own code for a node."""
    if node.prim.several:
        return False
    types = (node.dtype, *(i.dtype for i in node.inputs if not i.prim.several))
    if any(t not in DTYPES for t in types):
        return False
    if node.prim.name == "pow" and node.dtype.kind != "f":  # whole powers, and their errors
        return False
    if node.prim.name == "put" and 0 in node.shape:  # no place is inside
        return False
    return node.prim.name not in HOST


def unpadded(node: Node, through: Container[Node] = ()) -> Node:
    """What `node` is a moved, repeated or cut-out form of; a padded value is one of its own.

    through: those that are not.
    """
    while node.prim.name in MOVES and (node.prim.name != "pad" or node in through):
        node = node.inputs[0]
    return node

"""Every refusal of the array functions: its code, its sentence in full, both languages."""

import pytest

import tiza as tz
from tiza.errors import TizaError, use_language

W = tz.tensor(1.0, requires_grad=True)
CASES = [
    (
        "grad-complex",
        lambda: tz.abs(W * 1j).backward(),
        "abs: derivatives through complex numbers are not defined here",
    ),
    (
        "integer-power",
        lambda: (tz.asarray([2]) ** -1).numpy(),
        "an integer to a negative power is no integer",
    ),
    (
        "grad-complex",
        lambda: tz.grad(lambda x: tz.abs(x * 1j))(tz.asarray(1.0)),
        "abs: derivatives through complex numbers are not defined here",
    ),
    (
        "grad-complex",
        lambda: tz.grad(lambda x: tz.sum(tz.real(x * 1j)))(tz.ones(3)),
        "real: derivatives through complex numbers are not defined here",
    ),
    (
        "api-version",
        lambda: tz.ones(1).__array_namespace__(api_version="1999.12"),
        "there is no version '1999.12' of the array API standard here",
    ),
    (
        "arange-step",
        lambda: tz.arange(0, 3, 0),
        "arange: the step must not be 0",
    ),
    (
        "argument-twice",
        lambda: tz.sum(tz.ones(2), axis=0, dim=0),
        "dim and axis are two names of one argument, and both were given",
    ),
    (
        "axis-outside",
        lambda: tz.sum(tz.ones((2, 2)), axis=2),
        "axis 2 does not exist: the array has 2 axes",
    ),
    (
        "axis-twice",
        lambda: tz.sum(tz.ones((2, 2)), axis=(1, -1)),
        "an axis is named twice in (1, -1)",
    ),
    (
        "choice-unknown",
        lambda: tz.meshgrid(tz.ones(2), indexing="yx"),
        "indexing cannot be 'yx'",
    ),
    (
        "choice-unknown",
        lambda: tz.searchsorted(tz.ones(2), tz.ones(2), side="up"),
        "side cannot be 'up'",
    ),
    (
        "choice-unknown",
        lambda: tz.linalg.qr(tz.ones((2, 2)), mode="raw"),
        "mode cannot be 'raw'",
    ),
    (
        "choice-unknown",
        lambda: tz.pad(tz.ones(2), (1, 1), mode="zero"),
        "mode cannot be 'zero'",
    ),
    (
        "complex-order",
        lambda: tz.sort(tz.asarray([1j])),
        "sort: complex numbers have no order",
    ),
    (
        "complex-to-real",
        lambda: tz.astype(tz.asarray([1j]), tz.float32),
        "complex64 values do not become float32: a complex number has two parts",
    ),
    (
        "concat-scalars",
        lambda: tz.concat([tz.asarray(1), tz.asarray(2)]),
        "concat: arrays without axes cannot be joined along one",
    ),
    (
        "copy-needed",
        lambda: tz.asarray([1, 2], copy=False),
        "copy=False, but list can only be copied",
    ),
    (
        "copy-needed",
        lambda: tz.asarray(tz.ones(2), dtype=tz.int8, copy=False),
        "copy=False, but float32 -> int8 can only be copied",
    ),
    (
        "cumulative-axis",
        lambda: tz.cumulative_sum(tz.ones((2, 2))),
        "a running sum or product of shape (2, 2) needs an axis",
    ),
    (
        "device-unknown",
        lambda: tz.zeros(2, device="gpu"),
        "there is no device 'gpu': arrays live on the processor",
    ),
    (
        "dtype-kind-unknown",
        lambda: tz.isdtype(tz.int8, "integer"),
        "there is no kind of data type called 'integer'",
    ),
    (
        "einsum-axes",
        lambda: tz.einsum("ijk", tz.ones((2, 2))),
        "einsum: 'ijk' does not name the axes of an array of shape (2, 2)",
    ),
    (
        "einsum-count",
        lambda: tz.einsum("ij,jk", tz.ones((2, 2))),
        "einsum: 2 terms for 1 arrays",
    ),
    (
        "einsum-result",
        lambda: tz.einsum("ij->k", tz.ones((2, 2))),
        "einsum: the result 'k' names a letter twice, or one that no array has",
    ),
    (
        "einsum-size",
        lambda: tz.einsum("ij,jk", tz.ones((2, 2)), tz.ones((3, 2))),
        "einsum: the letter 'j' stands for 2 in one place and 3 in another",
    ),
    (
        "einsum-size",
        lambda: tz.einsum("ii", tz.ones((2, 1))),
        "einsum: the letter 'i' stands for 2 in one place and 1 in another",
    ),
    (
        "finfo-dtype",
        lambda: tz.finfo(tz.int8),
        "finfo describes floating-point types, and int8 is not one",
    ),
    (
        "iinfo-dtype",
        lambda: tz.iinfo(tz.float32),
        "iinfo describes integer types, and float32 is not one",
    ),
    (
        "index-along",
        lambda: tz.take_along_axis(tz.ones((2, 2)), tz.asarray([0])),
        "take_along_axis: x (2, 2) and index (1,) must agree on every axis but 1",
    ),
    (
        "index-along",
        lambda: tz.gather(tz.ones((2, 2)), 0, tz.asarray([0])),
        "take_along_axis: x (2, 2) and index (1,) must agree on every axis but 0",
    ),
    (
        "index-broadcast",
        lambda: tz.ones((3, 3))[[0, 1], [0, 1, 2]],
        "index arrays of shapes (2,) , (3,) do not go together",
    ),
    (
        "index-ellipsis",
        lambda: tz.ones((3, 3))[..., ...],
        "an index can hold only one ...",
    ),
    (
        "index-kind",
        lambda: tz.ones(3)[1.5],
        "float cannot index an array",
    ),
    (
        "index-kind",
        lambda: tz.ones(3)[tz.ones(1)],
        "float32 cannot index an array",
    ),
    (
        "index-many",
        lambda: tz.ones(3)[0, 0],
        "the index takes 2 axes, but the array has 1",
    ),
    (
        "index-outside",
        lambda: tz.ones(3)[3],
        "index 3 is outside an axis of size 3",
    ),
    (
        "index-outside",
        lambda: tz.take(tz.ones(3), tz.asarray([0, -4])),
        "index -4 is outside an axis of size 3",
    ),
    (
        "index-place",
        lambda: tz.one_hot(tz.asarray([3]), 3),
        "index[0] is 3, outside an axis of size 3",
    ),
    (
        "index-type",
        lambda: tz.take(tz.ones(3), tz.asarray([0.0])),
        "an index must be an integer, got float32",
    ),
    (
        "index-type",
        lambda: tz.repeat(tz.ones(3), 1.5),
        "an index must be an integer, got float64",
    ),
    (
        "in-place-type",
        lambda: tz.asarray([1, 2]).__setitem__(0, 1.5),
        "an in-place operation would turn int64 into float32",
    ),
    (
        "join-nothing",
        lambda: tz.concat([]),
        "concat: there is no array to join",
    ),
    (
        "join-nothing",
        lambda: tz.stack([]),
        "stack: there is no array to join",
    ),
    (
        "mask-shape",
        lambda: tz.ones(3)[tz.asarray([True, False])],
        "a mask of shape (2,) does not fit axes of shape (3,)",
    ),
    (
        "moveaxis-axes",
        lambda: tz.moveaxis(tz.ones((2, 2)), (0, 1), 0),
        "moveaxis: (0, 1) and 0 are not two lists of as many axes, each once",
    ),
    (
        "nonzero-scalar",
        lambda: tz.nonzero(tz.asarray(1)),
        "nonzero: an array without axes has no places",
    ),
    (
        "pad-count",
        lambda: tz.pad(tz.ones(2), (1, 1, 1)),
        "pad: (1, 1, 1) is not a list of pairs for at most 1 axes",
    ),
    (
        "pad-large",
        lambda: tz.pad(tz.ones(2), (2, 0), mode="reflect"),
        "pad: (2, 0) is too much for an axis of 2 in mode 'reflect'",
    ),
    (
        "repeat-counts",
        lambda: tz.repeat(tz.ones(2), tz.asarray([1, 2, 3])),
        "repeat: [1, 2, 3] are not the counts of an axis of 2",
    ),
    (
        "result-type-nothing",
        lambda: tz.result_type(1.0),
        "result_type needs an array or a data type",
    ),
    (
        "roll-axes",
        lambda: tz.roll(tz.ones(2), (1, 2), axis=0),
        "roll: shifts (1, 2) and axes 0 do not go together",
    ),
    (
        "roll-axes",
        lambda: tz.roll(tz.ones(2), (1, 2)),
        "roll: shifts (1, 2) and axes None do not go together",
    ),
    (
        "setitem-shape",
        lambda: tz.ones(3).__setitem__(slice(None), tz.ones(2)),
        "a value of shape (2,) does not fit the place of shape (3,)",
    ),
    (
        "shape-negative",
        lambda: tz.zeros((2, -1)),
        "(2, -1) is no shape: a side cannot be negative",
    ),
    (
        "shape-negative",
        lambda: tz.linspace(0, 1, -1),
        "-1 is no shape: a side cannot be negative",
    ),
    (
        "squeeze-side",
        lambda: tz.squeeze(tz.ones((2, 1)), 0),
        "squeeze: axis 0 of shape (2, 1) has size 2, not 1",
    ),
    (
        "stack-shapes",
        lambda: tz.stack([tz.ones(2), tz.ones(3)]),
        "arrays of shapes (2,), (3,) cannot be stacked: they must have one shape",
    ),
    (
        "stack-shapes",
        lambda: tz.asarray([tz.ones(2), tz.ones(3)]),
        "arrays of shapes (2,), (3,) cannot be stacked: they must have one shape",
    ),
    (
        "top-k",
        lambda: tz.top_k(tz.ones(2), 3),
        "top_k: there are no 3 entries among 2",
    ),
    (
        "vector-needed",
        lambda: tz.outer(tz.ones((2, 2)), tz.ones(2)),
        "outer takes arrays of one axis, not of shape (2, 2)",
    ),
    (
        "vector-needed",
        lambda: tz.meshgrid(tz.ones((2, 2))),
        "meshgrid takes arrays of one axis, not of shape (2, 2)",
    ),
    (
        "vector-needed",
        lambda: tz.searchsorted(tz.ones((2, 2)), 1.0),
        "searchsorted takes arrays of one axis, not of shape (2, 2)",
    ),
    (
        "broadcast",
        lambda: tz.broadcast_arrays(tz.ones(2), tz.ones(3)),
        "the shapes (2,) , (3,) do not broadcast together",
    ),
    (
        "type-refused",
        lambda: tz.bitwise_and(tz.ones(2), tz.ones(2)),
        "bitwise_and takes bool, int, uint, got float32",
    ),
    (
        "matmul-scalar",
        lambda: tz.matmul(tz.ones(2), 3.0),
        "matmul: arrays of shapes (2,) and (): a number has no rows or columns",
    ),
    (
        "matrix-needed",
        lambda: tz.tril(tz.ones(2)),
        "tril takes a matrix or a stack of them, not shape (2,)",
    ),
    (
        "matrix-needed",
        lambda: tz.ones(2).mT,
        "matrix_transpose takes a matrix or a stack of them, not shape (2,)",
    ),
    (
        "matrix-needed",
        lambda: tz.linalg.diagonal(tz.ones(2)),
        "diagonal takes a matrix or a stack of them, not shape (2,)",
    ),
    (
        "matrix-needed",
        lambda: tz.linalg.svd(tz.ones(2)),
        "svd takes a matrix or a stack of them, not shape (2,)",
    ),
    (
        "square-needed",
        lambda: tz.linalg.det(tz.ones((2, 3))),
        "det takes square matrices, not shape (2, 3)",
    ),
    (
        "solve-sizes",
        lambda: tz.linalg.solve(tz.eye(2), tz.ones(3)),
        "solve: a right side of shape (3,) does not fit the matrix (2, 2)",
    ),
    (
        "cross-three",
        lambda: tz.linalg.cross(tz.ones(2), tz.ones(2)),
        "cross: shapes (2,) and (2,) must have 3 entries along axis -1",
    ),
    (
        "vecdot-axis",
        lambda: tz.vecdot(tz.ones((2, 2)), tz.ones(2), axis=0),
        "vecdot: axis 0 must be counted from the end where the arrays have different numbers of "
        "axes",
    ),
    (
        "vecdot-sizes",
        lambda: tz.vecdot(tz.ones(2), tz.ones(3)),
        "vecdot: shapes (2,) and (3,) differ along axis -1",
    ),
    (
        "tensordot-axes",
        lambda: tz.tensordot(tz.ones(2), tz.ones(2), axes=2),
        "tensordot: axes 2 do not pair sides of shapes (2,) and (2,)",
    ),
    (
        "norm-order",
        lambda: tz.linalg.matrix_norm(tz.eye(2), ord=3),
        "there is no matrix norm 3",
    ),
    (
        "matrix-singular",
        lambda: tz.linalg.inv(tz.zeros((2, 2))).numpy(),
        "inv: the matrix has no inverse",
    ),
    (
        "cholesky-fails",
        lambda: tz.linalg.cholesky(-tz.eye(2)).numpy(),
        "cholesky: the matrix is not positive definite",
    ),
    (
        "linalg-fails",
        lambda: tz.linalg.svd(tz.full((2, 2), float("nan"))).S.numpy(),
        "svd: the iteration found no result",
    ),
    (
        "qr-complete",
        lambda: tz.grad(lambda x: tz.sum(tz.linalg.qr(x, mode="complete").R))(tz.ones((3, 2))),
        "the derivative of a complete qr of shape (3, 2) does not exist",
    ),
    (
        "svd-full",
        lambda: tz.grad(lambda x: tz.sum(tz.linalg.svd(x).U))(tz.ones((3, 2))),
        "the derivative of a full svd of shape (3, 2) does not exist",
    ),
    (
        "flatten-order",
        lambda: tz.flatten(tz.ones((2, 2)), 1, 0),
        "flatten: axis 1 comes after axis 0",
    ),
]


@pytest.mark.parametrize(
    ("code", "call", "fact"), CASES, ids=[f"{c[0]}-{i}" for i, c in enumerate(CASES)]
)
def test_refusals_in_full(code, call, fact):
    with pytest.raises(TizaError) as caught:
        call()
    assert caught.value.code == code
    assert caught.value.fact == fact
    with use_language("es"):
        assert caught.value.fact != fact
        assert "{" not in str(caught.value)

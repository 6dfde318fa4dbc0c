"""Linear algebra as a course reads it: `tz.linalg`.

The names of the Python array API standard 2024.12 stand with its arguments; beside them stand
products, angles, projections, rotations and what is made of decompositions.
"""

from tiza.lang.extras import cosine_similarity
from tiza.lang.geometry import (
    PCA,
    angle,
    cond,
    condition_number,
    hadamard,
    kron,
    low_rank,
    project,
    projection,
    rotation,
)
from tiza.lang.manipulation import matrix_transpose
from tiza.lang.matrices import (
    cholesky,
    det,
    diagonal,
    eigh,
    eigvalsh,
    inv,
    matrix_power,
    qr,
    slogdet,
    solve,
    svd,
    svdvals,
    trace,
)
from tiza.lang.norms import matrix_norm, matrix_rank, norm, pinv, vector_norm
from tiza.lang.products import cross, matmul, outer, tensordot, vecdot

__all__ = [
    "PCA", "angle", "cholesky", "cond", "condition_number", "cosine_similarity", "cross", "det",
    "diagonal", "eigh", "eigvalsh", "hadamard", "inv", "kron", "low_rank", "matmul", "matrix_norm",
    "matrix_power", "matrix_rank", "matrix_transpose", "norm", "outer", "pinv", "project",
    "projection", "qr", "rotation", "slogdet", "solve", "svd", "svdvals", "tensordot", "trace",
    "vecdot", "vector_norm",
]  # fmt: skip

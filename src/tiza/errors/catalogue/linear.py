"""Messages of linear algebra."""

from tiza.errors.entry import Entry

ENTRIES = {
    "matmul-scalar": Entry(
        en=(
            "matmul: arrays of shapes {left} and {right}: a number has no rows or columns",
            "x * y",
        ),
        es=(
            "matmul: arreglos de formas {left} y {right}: un número no tiene filas ni columnas",
            "x * y",
        ),
        more=(
            "Multiplying by a number is `*`; `@` is the product of matrices and vectors.",
            "Multiplicar por un número es `*`; `@` es el producto de matrices y vectores.",
        ),
    ),
    "matrix-needed": Entry(
        en=(
            "{op} takes a matrix or a stack of them, not shape {shape}",
            "two axes or more, e.g. x[None, :] for one row",
        ),
        es=(
            "{op} toma una matriz o una pila de ellas, no la forma {shape}",
            "dos ejes o más, p. ej. x[None, :] para una fila",
        ),
        more=(
            "The last two axes are the rows and the columns; axes before them count matrices.",
            "Los dos últimos ejes son las filas y las columnas; los anteriores cuentan matrices.",
        ),
    ),
    "square-needed": Entry(
        en=(
            "{op} takes square matrices, not shape {shape}",
            "tz.linalg.svd, qr and pinv take any",
        ),
        es=(
            "{op} toma matrices cuadradas, no la forma {shape}",
            "tz.linalg.svd, qr y pinv toman cualquiera",
        ),
        more=(
            "Inverse, determinant and eigenvalues belong to square matrices.",
            "La inversa, el determinante y los valores propios son de matrices cuadradas.",
        ),
    ),
    "solve-sizes": Entry(
        en=(
            "solve: a right side of shape {right} does not fit the matrix {left}",
            "as many rows as the matrix has",
        ),
        es=(
            "solve: un lado derecho de forma {right} no concuerda con la matriz {left}",
            "tantas filas como tiene la matriz",
        ),
        more=(
            "A X = B: each column of B is one system of equations.",
            "A X = B: cada columna de B es un sistema de ecuaciones.",
        ),
    ),
    "cross-three": Entry(
        en=(
            "cross: shapes {left} and {right} must have 3 entries along axis {axis}",
            "move the axis of size 3 with axis=",
        ),
        es=(
            "cross: las formas {left} y {right} deben tener 3 entradas en el eje {axis}",
            "indique el eje de tamaño 3 con axis=",
        ),
        more=(
            "The cross product is one of vectors of three numbers.",
            "El producto cruz es de vectores de tres números.",
        ),
    ),
    "vecdot-axis": Entry(
        en=(
            "vecdot: axis {axis} must be counted from the end where the arrays have different "
            "numbers of axes",
            "axis=-1",
        ),
        es=(
            "vecdot: el eje {axis} debe contarse desde el final cuando los arreglos tienen "
            "distinto número de ejes",
            "axis=-1",
        ),
        more=(
            "Broadcasting puts new axes in front, so only axes counted from the end mean the "
            "same in both.",
            "La difusión agrega ejes al frente: solo los contados desde el final significan lo "
            "mismo en ambos.",
        ),
    ),
    "vecdot-sizes": Entry(
        en=(
            "vecdot: shapes {left} and {right} differ along axis {axis}",
            "vectors of one length",
        ),
        es=(
            "vecdot: las formas {left} y {right} difieren en el eje {axis}",
            "vectores de igual largo",
        ),
        more=(
            "The dot product pairs entry with entry.",
            "El producto punto empareja entrada con entrada.",
        ),
    ),
    "tensordot-axes": Entry(
        en=(
            "tensordot: axes {axes} do not pair sides of shapes {left} and {right}",
            "pairs of axes of one size",
        ),
        es=(
            "tensordot: los ejes {axes} no emparejan lados de las formas {left} y {right}",
            "pares de ejes del mismo tamaño",
        ),
        more=(
            "axes=2 pairs the last two axes of the first array with the first two of the second.",
            "axes=2 empareja los dos últimos ejes del primer arreglo con los dos primeros del "
            "segundo.",
        ),
    ),
    "norm-order": Entry(
        en=(
            "there is no matrix norm {ord!r}",
            '"fro", "nuc", 1, -1, 2, -2, inf or -inf',
        ),
        es=(
            "no existe la norma de matrices {ord!r}",
            '"fro", "nuc", 1, -1, 2, -2, inf o -inf',
        ),
        more=(
            "Norms of vectors take any number: tz.linalg.vector_norm(x, ord=3).",
            "Las normas de vectores admiten cualquier número: tz.linalg.vector_norm(x, ord=3).",
        ),
    ),
    "matrix-singular": Entry(
        en=(
            "{op}: the matrix has no inverse",
            "tz.linalg.pinv, or add a small multiple of the identity",
        ),
        es=(
            "{op}: la matriz no tiene inversa",
            "tz.linalg.pinv, o sume un pequeño múltiplo de la identidad",
        ),
        more=(
            "Its rows depend on each other, so its determinant is 0. Duplicated columns in the "
            "data are a common cause.",
            "Sus filas dependen unas de otras: su determinante es 0. Una causa común son "
            "columnas duplicadas en los datos.",
        ),
    ),
    "cholesky-fails": Entry(
        en=(
            "cholesky: the matrix is not positive definite",
            "add a small multiple of the identity",
        ),
        es=(
            "cholesky: la matriz no es definida positiva",
            "sume un pequeño múltiplo de la identidad",
        ),
        more=(
            "A = L L^T needs a symmetric A with positive eigenvalues only. Covariance matrices "
            "of few samples miss this by a rounding error.",
            "A = L L^T necesita una A simétrica con valores propios positivos. Las covarianzas "
            "de pocas muestras fallan por un error de redondeo.",
        ),
    ),
    "linalg-fails": Entry(
        en=(
            "{op}: the iteration found no result",
            "look for NaN or infinities in the matrix",
        ),
        es=(
            "{op}: la iteración no encontró resultado",
            "busque NaN o infinitos en la matriz",
        ),
        more=(
            "Decompositions are computed by iteration, which fails for matrices that are not "
            "finite.",
            "Las descomposiciones se calculan por iteración, que falla en matrices no finitas.",
        ),
    ),
    "qr-complete": Entry(
        en=(
            "the derivative of a complete qr of shape {shape} does not exist",
            'mode="reduced"',
        ),
        es=(
            "la derivada de un qr completo de forma {shape} no existe",
            'mode="reduced"',
        ),
        more=(
            "The extra columns of Q may be any basis of what is left, so they have no slope.",
            "Las columnas adicionales de Q pueden ser cualquier base de lo que resta: no tienen "
            "pendiente.",
        ),
    ),
    "svd-full": Entry(
        en=(
            "the derivative of a full svd of shape {shape} does not exist",
            "full_matrices=False",
        ),
        es=(
            "la derivada de una svd completa de forma {shape} no existe",
            "full_matrices=False",
        ),
        more=(
            "The extra vectors may be any basis of what is left, so they have no slope.",
            "Los vectores adicionales pueden ser cualquier base de lo que resta: no tienen "
            "pendiente.",
        ),
    ),
}

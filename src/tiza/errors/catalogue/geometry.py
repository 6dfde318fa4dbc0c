"""Messages of the geometry of vectors."""

from tiza.errors.entry import Entry

ENTRIES = {
    "hadamard-shapes": Entry(
        en=(
            "hadamard: the factors {left} and {right} must have the same shape",
            "multiply with * where one of them is meant to be repeated",
        ),
        es=(
            "hadamard: los factores {left} y {right} deben tener la misma forma",
            "multiplique con * si uno de ellos se debe repetir",
        ),
        more=(
            "The Hadamard product takes matrices of one shape and multiplies entry by entry. "
            "The operator * also repeats the smaller factor; the Hadamard product does not.",
            "El producto de Hadamard toma matrices de una misma forma y multiplica elemento a "
            "elemento. El operador * además repite el factor menor; este producto no.",
        ),
    ),
    "projection-shape": Entry(
        en=(
            "projection: the span is given by a vector (d) or a matrix (d, k), not {onto}",
            "put the vectors into the columns of one matrix",
        ),
        es=(
            "projection: el espacio se da con un vector (d) o una matriz (d, k), no {onto}",
            "ponga los vectores en las columnas de una sola matriz",
        ),
        more=(
            "The matrix that projects onto a space is made from vectors that span it.",
            "La matriz que proyecta sobre un espacio se forma con vectores que lo generan.",
        ),
    ),
    "project-shapes": Entry(
        en=(
            "project: the vectors x {x} and what they are projected onto {onto} differ in length",
            "give one vector (d), or a matrix (d, k) whose columns span the space",
        ),
        es=(
            "project: los vectores x {x} y aquello sobre lo que se proyectan {onto} difieren en "
            "longitud",
            "dé un vector (d), o una matriz (d, k) cuyas columnas generen el espacio",
        ),
        more=(
            "A projection answers with a vector of the same space, so that both must have as "
            "many entries. The columns of a matrix span the subspace, not its rows.",
            "Una proyección responde con un vector del mismo espacio, así que ambos deben tener "
            "igual número de entradas. El subespacio lo generan las columnas de la matriz, no "
            "sus filas.",
        ),
    ),
    "rotation-angle": Entry(
        en=("rotation: the angle must be one number, not {got}", "make one matrix for each angle"),
        es=(
            "rotation: el ángulo debe ser un número, no {got}",
            "construya una matriz por cada ángulo",
        ),
        more=(
            "The angle is given in radians: a quarter turn is math.pi / 2. For many angles use "
            "tz.vmap(tz.rotation).",
            "El ángulo se da en radianes: un cuarto de vuelta es math.pi / 2. Para muchos "
            "ángulos use tz.vmap(tz.rotation).",
        ),
    ),
    "rotation-axis": Entry(
        en=(
            "rotation: the axis must be three numbers, not {got}",
            "leave the axis out to turn in the plane",
        ),
        es=(
            "rotation: el eje debe tener tres números, no {got}",
            "omita el eje para girar en el plano",
        ),
        more=(
            "In space one turns about an axis, a vector of three numbers whose length does not "
            "matter; in the plane there is only one way to turn.",
            "En el espacio se gira alrededor de un eje, un vector de tres números cuya longitud "
            "no importa; en el plano solo hay una manera de girar.",
        ),
    ),
    "rank-range": Entry(
        en=("the rank cannot be {got}: a matrix has at most {most}", "choose a smaller rank"),
        es=("el rango no puede ser {got}: una matriz tiene a lo sumo {most}", "elija uno menor"),
        more=(
            "A matrix of a rows and b columns has min(a, b) singular values, so that no more "
            "than that many components can be kept, and none below zero.",
            "Una matriz de a filas y b columnas tiene min(a, b) valores singulares; no se pueden "
            "conservar más componentes que esos, ni menos que cero.",
        ),
    ),
    "pca-points": Entry(
        en=(
            "PCA: the points must be a table of at least two rows, not {got}",
            "give one row for each point",
        ),
        es=(
            "PCA: los puntos deben ser una tabla de al menos dos filas, no {got}",
            "dé una fila por cada punto",
        ),
        more=(
            "The variance of a cloud needs two points or more; each row is a point.",
            "La varianza de una nube necesita dos puntos o más; cada fila es un punto.",
        ),
    ),
    "pca-unfitted": Entry(
        en=("PCA: there are no components yet", "call fit(points) first"),
        es=("PCA: todavía no hay componentes", "llame primero a fit(puntos)"),
        more=(
            "fit finds the directions of greatest variance; transform expresses points in them.",
            "fit encuentra las direcciones de mayor varianza; transform expresa los puntos en "
            "ellas.",
        ),
    ),
}

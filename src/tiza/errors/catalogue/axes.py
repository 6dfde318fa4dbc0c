"""Messages of axes and indices."""

from tiza.errors.entry import Entry

ENTRIES = {
    "argument-twice": Entry(
        en=(
            "{one} and {two} are two names of one argument, and both were given",
            "give only {two}",
        ),
        es=(
            "{one} y {two} son dos nombres del mismo argumento, y se dieron ambos",
            "dé solo {two}",
        ),
        more=(
            "The array functions call it `axis` and `keepdims`, as the array API standard does; "
            "PyTorch's `dim` and `keepdim` are understood, too.",
            "Las funciones lo llaman `axis` y `keepdims`, como el estándar array API; también se "
            "entienden `dim` y `keepdim`, de PyTorch.",
        ),
    ),
    "axis-outside": Entry(
        en=(
            "axis {axis} does not exist: the array has {ndim} axes",
            "an axis from -{ndim} up to {ndim} - 1",
        ),
        es=(
            "el eje {axis} no existe: el arreglo tiene {ndim} ejes",
            "un eje desde -{ndim} hasta {ndim} - 1",
        ),
        more=(
            "Axes are counted from 0, and negative ones from the last: -1 is the last axis.",
            "Los ejes se cuentan desde 0 y los negativos desde el último: -1 es el último eje.",
        ),
    ),
    "axis-twice": Entry(
        en=(
            "an axis is named twice in {axis}",
            "name each axis once",
        ),
        es=(
            "un eje aparece dos veces en {axis}",
            "nombre cada eje una sola vez",
        ),
        more=(
            "A negative axis counts from the end, so -1 and the last axis are the same one.",
            "Un eje negativo se cuenta desde el final: -1 y el último eje son el mismo.",
        ),
    ),
    "choice-unknown": Entry(
        en=(
            "{name} cannot be {got!r}",
            "one of: {known}",
        ),
        es=(
            "{name} no puede ser {got!r}",
            "uno de: {known}",
        ),
        more=(
            "This argument takes one of a few words.",
            "Este argumento admite una de unas pocas palabras.",
        ),
    ),
    "cumulative-axis": Entry(
        en=(
            "a running sum or product of shape {shape} needs an axis",
            "axis=0",
        ),
        es=(
            "una suma o un producto acumulado de forma {shape} necesita un eje",
            "axis=0",
        ),
        more=(
            "Only an array of one axis has an obvious direction to run in.",
            "Solo un arreglo de un eje tiene una dirección evidente.",
        ),
    ),
    "index-broadcast": Entry(
        en=(
            "index arrays of shapes {shapes} do not go together",
            "give them one shape, or shapes that broadcast",
        ),
        es=(
            "los arreglos de índices de formas {shapes} no concuerdan",
            "deles una misma forma, o formas que se difundan",
        ),
        more=(
            "Index arrays are read entry by entry: x[rows, columns] takes (rows[0], columns[0]), "
            "(rows[1], columns[1]) and so on.",
            "Los arreglos de índices se leen entrada por entrada: x[filas, columnas] toma "
            "(filas[0], columnas[0]), (filas[1], columnas[1]), etc.",
        ),
    ),
    "index-ellipsis": Entry(
        en=(
            "an index can hold only one ...",
            "replace the others by :",
        ),
        es=(
            "un índice admite un solo ...",
            "reemplace los demás por :",
        ),
        more=(
            "`...` stands for all the axes that the index does not name; two of them would leave "
            "open which.",
            "`...` representa todos los ejes que el índice no nombra; con dos no se sabría cuáles.",
        ),
    ),
    "index-kind": Entry(
        en=(
            "{got} cannot index an array",
            "integers, slices, None, ..., masks, or arrays of integers",
        ),
        es=(
            "{got} no puede indexar un arreglo",
            "enteros, rebanadas, None, ..., máscaras, o arreglos de enteros",
        ),
        more=(
            "Floats do not index even where they are whole: cast them with tz.astype(i, tz.int64).",
            "Los números de punto flotante no indexan aunque sean enteros: conviértalos con "
            "tz.astype(i, tz.int64).",
        ),
    ),
    "index-many": Entry(
        en=(
            "the index takes {taken} axes, but the array has {ndim}",
            "remove some of the indices",
        ),
        es=(
            "el índice abarca {taken} ejes, pero el arreglo tiene {ndim}",
            "quite algunos índices",
        ),
        more=(
            "Each number, slice or index array takes one axis, a mask as many as it has itself, "
            "None takes none.",
            "Cada número, rebanada o arreglo de índices abarca un eje; una máscara, tantos como "
            "tenga; None, ninguno.",
        ),
    ),
    "mask-shape": Entry(
        en=(
            "a mask of shape {mask} does not fit axes of shape {shape}",
            "compute the mask from the array itself, e.g. x[x > 0]",
        ),
        es=(
            "una máscara de forma {mask} no concuerda con ejes de forma {shape}",
            "calcule la máscara a partir del arreglo, p. ej. x[x > 0]",
        ),
        more=(
            "A mask says of every place whether it is taken; it does not broadcast.",
            "Una máscara dice de cada lugar si se toma; no se difunde.",
        ),
    ),
    "moveaxis-axes": Entry(
        en=(
            "moveaxis: {source} and {destination} are not two lists of as many axes, each once",
            "one place for each axis that moves",
        ),
        es=(
            "moveaxis: {source} y {destination} no son dos listas de igual largo, sin repeticiones",
            "un lugar por cada eje que se mueve",
        ),
        more=(
            "The i-th axis of `source` goes to the i-th place of `destination`.",
            "El i-ésimo eje de `source` va al i-ésimo lugar de `destination`.",
        ),
    ),
    "nonzero-scalar": Entry(
        en=(
            "nonzero: an array without axes has no places",
            "tz.reshape(x, (1,))",
        ),
        es=(
            "nonzero: un arreglo sin ejes no tiene lugares",
            "tz.reshape(x, (1,))",
        ),
        more=(
            "`nonzero` gives one array of indices for each axis, and there is none.",
            "`nonzero` da un arreglo de índices por eje, y aquí no hay ninguno.",
        ),
    ),
    "repeat-counts": Entry(
        en=(
            "repeat: {counts} are not the counts of an axis of {size}",
            "one number >= 0, or one for each place",
        ),
        es=(
            "repeat: {counts} no son las cuentas de un eje de {size}",
            "un número >= 0, o uno por cada lugar",
        ),
        more=(
            "Counts are whole and not negative.",
            "Las cuentas son enteras y no negativas.",
        ),
    ),
    "roll-axes": Entry(
        en=(
            "roll: shifts {shift} and axes {axis} do not go together",
            "one shift for each axis",
        ),
        es=(
            "roll: los desplazamientos {shift} y los ejes {axis} no concuerdan",
            "un desplazamiento por eje",
        ),
        more=(
            "Several shifts need as many axes.",
            "Varios desplazamientos necesitan igual número de ejes.",
        ),
    ),
    "setitem-shape": Entry(
        en=(
            "a value of shape {got} does not fit the place of shape {want}",
            "reshape the value, or assign a single number",
        ),
        es=(
            "un valor de forma {got} no cabe en el lugar de forma {want}",
            "cambie la forma del valor, o asigne un solo número",
        ),
        more=(
            "x[key] = v needs a v that broadcasts to the shape of x[key].",
            "x[clave] = v necesita un v que se difunda a la forma de x[clave].",
        ),
    ),
    "squeeze-side": Entry(
        en=(
            "squeeze: axis {axis} of shape {shape} has size {size}, not 1",
            "tz.reshape, or another axis",
        ),
        es=(
            "squeeze: el eje {axis} de la forma {shape} tiene tamaño {size}, no 1",
            "tz.reshape, u otro eje",
        ),
        more=(
            "Only axes of size 1 can go without losing entries.",
            "Solo los ejes de tamaño 1 pueden quitarse sin perder entradas.",
        ),
    ),
    "top-k": Entry(
        en=(
            "top_k: there are no {k} entries among {size}",
            "0 <= k <= {size}",
        ),
        es=(
            "top_k: no hay {k} entradas entre {size}",
            "0 <= k <= {size}",
        ),
        more=(
            "k counts entries along one axis.",
            "k cuenta entradas a lo largo de un eje.",
        ),
    ),
}

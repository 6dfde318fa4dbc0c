"""Messages of the array functions that PyTorch has beyond the standard."""

from tiza.errors.entry import Entry

ENTRIES = {
    "split-sizes": Entry(
        en=(
            "an axis of {n} entries cannot be cut into pieces by {sizes}",
            "sizes of at least 1 that add up to {n}, or a number of pieces of at least 1",
        ),
        es=(
            "un eje de {n} elementos no se puede cortar en partes con {sizes}",
            "tamaños de al menos 1 que sumen {n}, o un número de partes de al menos 1",
        ),
        more=(
            "`split` takes the size of the pieces or a list of sizes that cover the axis; "
            "`chunk` and `tensor_split` take how many pieces there are to be.",
            "`split` toma el tamaño de las partes o una lista de tamaños que cubra el eje; "
            "`chunk` y `tensor_split` toman cuántas partes debe haber.",
        ),
    ),
    "axes-needed": Entry(
        en=(
            "{op} takes an array of at least {least} axes, not of shape {shape}",
            "tz.split cuts along any axis",
        ),
        es=(
            "{op} toma un arreglo de al menos {least} ejes, no de forma {shape}",
            "tz.split corta a lo largo de cualquier eje",
        ),
        more=(
            "`hsplit`, `vsplit` and `dsplit` cut along the second, first and third axis.",
            "`hsplit`, `vsplit` y `dsplit` cortan a lo largo del segundo, primer y tercer eje.",
        ),
    ),
    "narrow-outside": Entry(
        en=(
            "narrow: {length} entries from {start} on do not lie in an axis of {size}",
            "start and length whose sum is at most {size}",
        ),
        es=(
            "narrow: {length} elementos desde {start} no caben en un eje de {size}",
            "start y length cuya suma sea a lo más {size}",
        ),
        more=(
            "narrow(x, dim, start, length) is x[start : start + length] along one axis, and "
            "refuses what a slice would silently shorten.",
            "narrow(x, dim, start, length) es x[start : start + length] a lo largo de un eje, y "
            "rechaza lo que un corte acortaría en silencio.",
        ),
    ),
    "t-matrix": Entry(
        en=("t turns matrices, not arrays of shape {shape}", "x.mT, or tz.transpose(x, 0, 1)"),
        es=("t voltea matrices, no arreglos de forma {shape}", "x.mT, o tz.transpose(x, 0, 1)"),
        more=(
            "With more than two axes it must be said which two change places.",
            "Con más de dos ejes hay que decir cuáles dos cambian de lugar.",
        ),
    ),
    "unfold-window": Entry(
        en=(
            "windows of {size} entries, {step} apart, do not fit an axis of {n}",
            "a size of at most {n}, a step of at least 1",
        ),
        es=(
            "ventanas de {size} elementos, cada {step}, no caben en un eje de {n}",
            "un tamaño de a lo más {n}, un paso de al menos 1",
        ),
        more=(
            "x.unfold(dim, size, step) shows every window that lies wholly inside the axis.",
            "x.unfold(dim, size, step) muestra cada ventana que cae entera dentro del eje.",
        ),
    ),
    "kth-outside": Entry(
        en=("there is no entry number {k} of {n}", "a k from 1 to {n}"),
        es=("no hay elemento número {k} de {n}", "un k de 1 a {n}"),
        more=(
            "Entries are counted in ascending order from 1; of nothing there is no median.",
            "Los elementos se cuentan en orden ascendente desde 1; de nada no hay mediana.",
        ),
    ),
    "masked-scatter-few": Entry(
        en=(
            "masked_scatter: {want} places are to be filled, but source has {got} entries",
            "a source of at least {want} entries",
        ),
        es=(
            "masked_scatter: hay {want} lugares por llenar, pero source tiene {got} elementos",
            "un source de al menos {want} elementos",
        ),
        more=(
            "The entries of source are used in order, one for each true entry of the mask.",
            "Los elementos de source se usan en orden, uno por cada verdadero de la máscara.",
        ),
    ),
    "diag-axes": Entry(
        en=(
            "diagonals belong to vectors and matrices, not to shape {shape}",
            "tz.diagonal(x, dim1=..., dim2=...) for stacks of matrices",
        ),
        es=(
            "las diagonales son de vectores y matrices, no de la forma {shape}",
            "tz.diagonal(x, dim1=..., dim2=...) para pilas de matrices",
        ),
        more=(
            "`diag` makes a matrix of a vector and a vector of a matrix.",
            "`diag` hace una matriz de un vector y un vector de una matriz.",
        ),
    ),
    "product-axes": Entry(
        en=(
            "{op} takes arrays of {want} axes here, not of shape {shape}",
            "tz.matmul takes vectors, matrices and stacks alike",
        ),
        es=(
            "{op} toma aquí arreglos de {want} ejes, no de forma {shape}",
            "tz.matmul toma vectores, matrices y pilas por igual",
        ),
        more=(
            "mm, bmm, mv and dot take one kind of operands each, as in PyTorch, so that a "
            "slip in the shapes is found.",
            "mm, bmm, mv y dot toman cada una una clase de operandos, como en PyTorch, para que "
            "un descuido en las formas se note.",
        ),
    ),
    "bincount-negative": Entry(
        en=("bincount: numbers of at least 0 are wanted, but {got} is among them", "x - x.min()"),
        es=("bincount: se quieren números de al menos 0, pero está {got}", "x - x.min()"),
        more=(
            "Each number is the place where it is counted, so that it must be 0 or more.",
            "Cada número es el lugar donde se cuenta, así que debe ser 0 o más.",
        ),
    ),
    "histc-bins": Entry(
        en=("histc: {bins} bins from {low} to {high} are none", "bins >= 1 and min < max"),
        es=("histc: {bins} intervalos de {low} a {high} no existen", "bins >= 1 y min < max"),
        more=(
            "The range is cut into equal bins; min = max stands for the range of the entries.",
            "El rango se corta en intervalos iguales; min = max significa el rango de los datos.",
        ),
    ),
    "clamp-bounds": Entry(
        en=("clamp: neither min nor max was given", "min=0, or max=1, or both"),
        es=("clamp: no se dio ni min ni max", "min=0, o max=1, o ambos"),
        more=(
            "Without bounds there is nothing to keep the entries within.",
            "Sin cotas no hay entre qué mantener los elementos.",
        ),
    ),
    "multinomial-shape": Entry(
        en=(
            "multinomial: {samples} draws from weights of shape {shape}",
            "one row of weights, or a matrix of rows, and at least one draw",
        ),
        es=(
            "multinomial: {samples} extracciones de pesos de forma {shape}",
            "una fila de pesos, o una matriz de filas, y al menos una extracción",
        ),
        more=(
            "Each row of weights gives the probabilities of its places, in proportion.",
            "Cada fila de pesos da las probabilidades de sus lugares, en proporción.",
        ),
    ),
}

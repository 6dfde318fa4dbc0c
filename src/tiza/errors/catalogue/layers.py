"""Messages of the layers and activations."""

from tiza.errors.entry import Entry

ENTRIES = {
    "linear-inner": Entry(
        en=(
            "linear: the last axis of x ({last}) must equal in_features of the weight ({inner})",
            "Linear({last}, {out}) instead of Linear({inner}, {out})",
        ),
        es=(
            "linear: el último eje de x ({last}) debe ser igual a in_features del peso ({inner})",
            "Linear({last}, {out}) en lugar de Linear({inner}, {out})",
        ),
        more=(
            "A linear layer multiplies the last axis of its input with its weight of shape "
            "(out, in). Either the layer was made for another number of features, or the axes "
            "of the input are in another order; images have to be flattened first.",
            "Una capa lineal multiplica el último eje de su entrada por su peso de forma (out, "
            "in). O bien la capa se creó para otro número de características, o los ejes de la "
            "entrada están en otro orden; las imágenes se deben aplanar antes.",
        ),
    ),
    "linear-type": Entry(
        en=(
            "linear: x is {x}, but the weight is {weight}",
            "x.astype('{weight}')",
        ),
        es=(
            "linear: x es {x}, pero el peso es {weight}",
            "x.astype('{weight}')",
        ),
        more=(
            "NumPy and pandas make float64 unless told, layers are float32 unless told. Cast "
            "the data once, before training, or the model with model.double().",
            "NumPy y pandas crean float64 si no se indica otra cosa; las capas son float32. "
            "Convierta los datos una vez, antes de entrenar, o el modelo con model.double().",
        ),
    ),
    "linear-weight": Entry(
        en=(
            "linear: the weight has shape {got}, but two axes are wanted",
            "give a weight of shape (out, in)",
        ),
        es=(
            "linear: el peso tiene forma {got}, pero se esperan dos ejes",
            "dé un peso de forma (out, in)",
        ),
        more=(
            "The weight of a linear map is a matrix with one row for each output and one column"
            " for each input.",
            "El peso de una aplicación lineal es una matriz con una fila por salida y una "
            "columna por entrada.",
        ),
    ),
    "linear-bias": Entry(
        en=(
            "linear: the bias has shape {got}, but the layer has {out} outputs",
            "give a bias of shape ({out},)",
        ),
        es=(
            "linear: el sesgo tiene forma {got}, pero la capa tiene {out} salidas",
            "dé un sesgo de forma ({out},)",
        ),
        more=(
            "The bias adds one number to each output.",
            "El sesgo suma un número a cada salida.",
        ),
    ),
    "layer-size": Entry(
        en=(
            "{layer}: {name} must be a whole number of at least {least}, not {got}",
            "give {name} as a number such as 10",
        ),
        es=(
            "{layer}: {name} debe ser un número entero mayor o igual que {least}, no {got}",
            "dé {name} como un número, p. ej. 10",
        ),
        more=(
            "Sizes of layers count features, rows or channels, so they are whole numbers.",
            "Los tamaños de las capas cuentan características, filas o canales, así que son "
            "números enteros.",
        ),
    ),
    "celu-alpha": Entry(
        en=(
            "celu: alpha must not be 0",
            "use alpha=1.0, or relu",
        ),
        es=(
            "celu: alpha no debe ser 0",
            "use alpha=1.0, o relu",
        ),
        more=(
            "CELU divides by alpha.",
            "CELU divide entre alpha.",
        ),
    ),
    "gelu-approximate": Entry(
        en=(
            "gelu: there is no approximation {got!r}",
            'choose "none" or "tanh"',
        ),
        es=(
            "gelu: no existe la aproximación {got!r}",
            'elija "none" o "tanh"',
        ),
        more=(
            "GELU is computed exactly, or by the older formula with tanh.",
            "GELU se calcula exactamente, o con la fórmula más antigua con tanh.",
        ),
    ),
    "glu-odd": Entry(
        en=(
            "glu: axis {axis} has {got} entries, which cannot be halved",
            "make that axis even",
        ),
        es=(
            "glu: el eje {axis} tiene {got} elementos, que no se pueden dividir en dos mitades",
            "haga par ese eje",
        ),
        more=(
            "One half of the axis is multiplied by the sigmoid of the other.",
            "Una mitad del eje se multiplica por la sigmoide de la otra.",
        ),
    ),
    "hardtanh-bounds": Entry(
        en=(
            "hardtanh: the lower bound {low} must be below the upper one {high}",
            "exchange min_val and max_val",
        ),
        es=(
            "hardtanh: la cota inferior {low} debe ser menor que la superior {high}",
            "intercambie min_val y max_val",
        ),
        more=(
            "Values are kept between the two bounds.",
            "Los valores se mantienen entre las dos cotas.",
        ),
    ),
    "rrelu-bounds": Entry(
        en=(
            "rrelu: the lower slope {low} must not be above the upper one {high}",
            "exchange lower and upper",
        ),
        es=(
            "rrelu: la pendiente inferior {low} no debe superar la superior {high}",
            "intercambie lower y upper",
        ),
        more=(
            "Slopes are drawn between the two.",
            "Las pendientes se sortean entre las dos.",
        ),
    ),
    "softmax-pictures": Entry(
        en=(
            "softmax over channels wants pictures of shape (n, c, h, w) or (c, h, w), not {got}",
            "use nn.Softmax(dim=1)",
        ),
        es=(
            "el softmax sobre canales espera imágenes de forma (n, c, h, w) o (c, h, w), no {got}",
            "use nn.Softmax(dim=1)",
        ),
        more=(
            "The channels are the third axis from the end.",
            "Los canales son el tercer eje desde el final.",
        ),
    ),
    "prelu-weight": Entry(
        en=(
            "prelu: {got} slopes were given for {channels} channels",
            "give one slope, or {channels}",
        ),
        es=(
            "prelu: se dieron {got} pendientes para {channels} canales",
            "dé una pendiente, o {channels}",
        ),
        more=(
            "PReLU learns one slope for all entries or one for each channel, which is axis 1.",
            "PReLU aprende una pendiente para todos los elementos o una por canal, que es el "
            "eje 1.",
        ),
    ),
    "shrink-lambda": Entry(
        en=(
            "softshrink: lambd must not be negative, but is {got}",
            "use lambd={got} without its sign",
        ),
        es=(
            "softshrink: lambd no debe ser negativo, pero es {got}",
            "use lambd={got} sin su signo",
        ),
        more=(
            "Values are drawn towards 0 by lambd.",
            "Los valores se acercan a 0 en lambd.",
        ),
    ),
    "softmax-dim": Entry(
        en=(
            "{name}: the axis has to be named",
            "say dim=1 for rows of scores, or dim=-1 for the last axis",
        ),
        es=(
            "{name}: hay que indicar el eje",
            "indique dim=1 para filas de puntuaciones, o dim=-1 para el último eje",
        ),
        more=(
            "The shares add up to one along that axis; guessing it has hidden many mistakes.",
            "Las partes suman uno a lo largo de ese eje; adivinarlo ha ocultado muchos errores.",
        ),
    ),
    "dropout-p": Entry(
        en=(
            "dropout: the probability must lie between 0 and 1, but is {got}",
            "give the share to drop, e.g. p=0.5",
        ),
        es=(
            "dropout: la probabilidad debe estar entre 0 y 1, pero es {got}",
            "dé la fracción que se anula, p. ej. p=0.5",
        ),
        more=(
            "p is the probability with which an entry is set to 0 in training.",
            "p es la probabilidad con que un elemento se anula durante el entrenamiento.",
        ),
    ),
    "embedding-ids": Entry(
        en=(
            "whole numbers are wanted as indices, but these are {got}",
            "convert them, e.g. x.astype('int64')",
        ),
        es=(
            "se esperan números enteros como índices, pero estos son {got}",
            "conviértalos, p. ej. x.astype('int64')",
        ),
        more=(
            "An embedding looks rows up by their number, and a one-hot vector has its 1 at that"
            " number.",
            "Un embedding busca filas por su número, y un vector one-hot tiene su 1 en ese número.",
        ),
    ),
    "embedding-row": Entry(
        en=(
            "embedding: input{at} asks for row {got}, which does not exist in a table of {size} "
            "rows, numbered from 0 to {last}",
            "make the table larger, or correct the index",
        ),
        es=(
            "embedding: input{at} pide la fila {got}, que no existe en una tabla de {size} "
            "filas, numeradas de 0 a {last}",
            "agrande la tabla, o corrija el índice",
        ),
        more=(
            "Every index must name a row. Often the vocabulary has grown by one, for the "
            "unknown word say.",
            "Cada índice debe nombrar una fila. A menudo el vocabulario creció en uno, p. ej. "
            "por la palabra desconocida.",
        ),
    ),
    "one-hot-class": Entry(
        en=(
            "one_hot: tensor{at} is class {got}, which does not exist among {size} classes, "
            "numbered from 0 to {last}",
            "give a larger num_classes, or correct the class",
        ),
        es=(
            "one_hot: tensor{at} es la clase {got}, que no existe entre {size} clases, "
            "numeradas de 0 a {last}",
            "dé un num_classes mayor, o corrija la clase",
        ),
        more=(
            "Every class needs its own column.",
            "Cada clase necesita su propia columna.",
        ),
    ),
    "one-hot-empty": Entry(
        en=(
            "one_hot: without any class the number of columns is unknown",
            "say num_classes",
        ),
        es=(
            "one_hot: sin ninguna clase no se conoce el número de columnas",
            "indique num_classes",
        ),
        more=(
            "Unless told, the greatest class decides how many columns there are.",
            "Si no se indica, la clase mayor decide cuántas columnas hay.",
        ),
    ),
    "embedding-padding": Entry(
        en=(
            "embedding: padding_idx {got} names none of the {rows} rows",
            "choose a row from 0 to {rows} minus 1",
        ),
        es=(
            "embedding: padding_idx {got} no nombra ninguna de las {rows} filas",
            "elija una fila de 0 a {rows} menos 1",
        ),
        more=(
            "The padding row stands for positions without content; it starts at zero and is not"
            " trained.",
            "La fila de relleno representa posiciones sin contenido; empieza en cero y no se "
            "entrena.",
        ),
    ),
    "embedding-table": Entry(
        en=(
            "embedding: the table has shape {got}, but two axes are wanted",
            "give one row for each index",
        ),
        es=(
            "embedding: la tabla tiene forma {got}, pero se esperan dos ejes",
            "dé una fila por índice",
        ),
        more=(
            "A table of vectors has shape (rows, dimensions).",
            "Una tabla de vectores tiene forma (filas, dimensiones).",
        ),
    ),
    "flatten-order": Entry(
        en=(
            "flatten: axis {start} comes after axis {end}",
            "exchange start_dim and end_dim",
        ),
        es=(
            "flatten: el eje {start} está después del eje {end}",
            "intercambie start_dim y end_dim",
        ),
        more=(
            "The axes from start_dim to end_dim become one.",
            "Los ejes de start_dim a end_dim se vuelven uno.",
        ),
    ),
    "unflatten-size": Entry(
        en=(
            "unflatten: sizes {got} do not multiply to the {size} entries of axis {axis}",
            "choose sizes whose product is {size}; one may be -1",
        ),
        es=(
            "unflatten: los tamaños {got} no dan como producto los {size} elementos del eje {axis}",
            "elija tamaños cuyo producto sea {size}; uno puede ser -1",
        ),
        more=(
            "An axis can be cut into several only if their sizes multiply to its own.",
            "Un eje se puede dividir en varios solo si el producto de sus tamaños es el suyo.",
        ),
    ),
}

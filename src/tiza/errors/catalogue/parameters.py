"""What initial values, and functions on all parameters, refuse."""

from tiza.errors.entry import Entry

ENTRIES = {
    "init-gain": Entry(
        en=(
            "there is no gain for the nonlinearity {got!r}",
            "choose one of {known}",
        ),
        es=(
            "no hay ganancia para la no linealidad {got!r}",
            "elija una de {known}",
        ),
        more=(
            "The gain makes weights large enough for the signal to survive the nonlinearity "
            "that follows.",
            "La ganancia hace los pesos lo bastante grandes para que la señal sobreviva a la no"
            " linealidad que sigue.",
        ),
    ),
    "init-fans": Entry(
        en=(
            "a tensor of shape {shape} has no inputs and outputs to count; two axes are needed",
            "use uniform or normal for it",
        ),
        es=(
            "un tensor de forma {shape} no tiene entradas y salidas que contar; se necesitan "
            "dos ejes",
            "use uniform o normal para él",
        ),
        more=(
            "Xavier and Kaiming initialisation scale by how many inputs and outputs a weight "
            "(out, in, …) connects. Biases have only one axis.",
            "La inicialización de Xavier y la de Kaiming escalan según cuántas entradas y "
            "salidas conecta un peso (out, in, …). Los sesgos tienen un solo eje.",
        ),
    ),
    "init-empty": Entry(
        en=(
            "a weight of shape {shape} connects nothing, so its variance is undefined",
            "make the layer larger",
        ),
        es=(
            "un peso de forma {shape} no conecta nada, así que su varianza no está definida",
            "agrande la capa",
        ),
        more=(
            "The variance is divided by the number of inputs or outputs, which is 0 here.",
            "La varianza se divide entre el número de entradas o salidas, que aquí es 0.",
        ),
    ),
    "init-matrix": Entry(
        en=(
            "{what}: shape {shape} is no matrix",
            "give two sizes",
        ),
        es=(
            "{what}: la forma {shape} no es una matriz",
            "dé dos tamaños",
        ),
        more=(
            "The identity exists for matrices only.",
            "La identidad solo existe para matrices.",
        ),
    ),
    "init-dirac": Entry(
        en=(
            "a weight of shape {shape} in {groups} groups is none of a convolution",
            "give (out, in, ...) with out divisible by groups",
        ),
        es=(
            "un peso de forma {shape} en {groups} grupos no es de una convolución",
            "dé (out, in, ...) con out divisible por groups",
        ),
        more=(
            "The identity of a convolution needs one to three spatial axes.",
            "La identidad de una convolución necesita de uno a tres ejes espaciales.",
        ),
    ),
    "init-mode": Entry(
        en=(
            "there is no mode {got!r}",
            'choose "fan_in" or "fan_out"',
        ),
        es=(
            "no existe el modo {got!r}",
            'elija "fan_in" o "fan_out"',
        ),
        more=(
            "fan_in keeps the variance of the signal going forward, fan_out that of the "
            "gradients going back.",
            "fan_in conserva la varianza de la señal hacia adelante; fan_out, la de los "
            "gradientes hacia atrás.",
        ),
    ),
    "clip-bound": Entry(
        en=(
            "clipping needs a bound of at least 0 and a norm above 0, not {norm} and {norm_type}",
            "say clip_grad_norm_(parameters, 1.0)",
        ),
        es=(
            "el recorte necesita una cota de al menos 0 y una norma mayor que 0, no {norm} y "
            "{norm_type}",
            "escriba clip_grad_norm_(parameters, 1.0)",
        ),
        more=(
            "All gradients together are shortened to that length.",
            "Todos los gradientes juntos se acortan a esa longitud.",
        ),
    ),
    "clip-value": Entry(
        en=(
            "clipping needs a bound of at least 0, not {got}",
            "say clip_grad_value_(parameters, 1.0)",
        ),
        es=(
            "el recorte necesita una cota de al menos 0, no {got}",
            "escriba clip_grad_value_(parameters, 1.0)",
        ),
        more=(
            "Every entry is kept between minus the bound and the bound.",
            "Cada elemento se mantiene entre menos la cota y la cota.",
        ),
    ),
    "clip-nonfinite": Entry(
        en=(
            "the norm of the gradients of order {norm_type} is not finite",
            "find where the first NaN or infinity comes from, or lower the learning rate",
        ),
        es=(
            "la norma de orden {norm_type} de los gradientes no es finita",
            "busque de dónde viene el primer NaN o infinito, o baje la tasa de aprendizaje",
        ),
        more=(
            "Gradients that are NaN or infinite cannot be shortened to any length.",
            "Los gradientes que son NaN o infinitos no se pueden acortar a ninguna longitud.",
        ),
    ),
    "vector-length": Entry(
        en=(
            "a vector of shape {got} cannot fill {wanted} parameters",
            "give a vector of {wanted} numbers",
        ),
        es=(
            "un vector de forma {got} no puede llenar {wanted} parámetros",
            "dé un vector de {wanted} números",
        ),
        more=(
            "The vector holds the entries of all parameters, one after the other.",
            "El vector contiene los elementos de todos los parámetros, uno tras otro.",
        ),
    ),
}

"""Messages of the array functions."""

from tiza.errors.entry import Entry

ENTRIES = {
    "integer-power": Entry(
        en=(
            "an integer to a negative power is no integer",
            "use floats: tz.astype(x, tz.float32)",
        ),
        es=(
            "un entero elevado a una potencia negativa no es un entero",
            "use números de punto flotante: tz.astype(x, tz.float32)",
        ),
        more=(
            "2 to the -1 is 1/2. Operations on integers give integers, so the result has no place.",
            "2 elevado a -1 es 1/2. Las operaciones entre enteros dan enteros: el resultado no "
            "tiene lugar.",
        ),
    ),
    "grad-complex": Entry(
        en=(
            "{op}: derivatives through complex numbers are not defined here",
            "write it with real parts: tz.real(z), tz.imag(z)",
        ),
        es=(
            "{op}: aquí no se definen derivadas a través de números complejos",
            "escríbalo con partes reales: tz.real(z), tz.imag(z)",
        ),
        more=(
            "Complex values are computed, but not differentiated: a derivative would need a "
            "choice between several conventions. Keep real and imaginary part as two tensors.",
            "Los valores complejos se calculan, pero no se derivan: habría que elegir entre "
            "varias convenciones. Lleve la parte real y la imaginaria en dos tensores.",
        ),
    ),
    "finfo-dtype": Entry(
        en=(
            "finfo describes floating-point types, and {got} is not one",
            "tz.iinfo({got})",
        ),
        es=(
            "finfo describe tipos de punto flotante, y {got} no lo es",
            "tz.iinfo({got})",
        ),
        more=(
            "`finfo` gives the precision and the range of floating-point types; the range of "
            "integers is given by `iinfo`.",
            "`finfo` da la precisión y el rango de los tipos de punto flotante; el rango de los "
            "enteros lo da `iinfo`.",
        ),
    ),
    "iinfo-dtype": Entry(
        en=(
            "iinfo describes integer types, and {got} is not one",
            "tz.finfo({got})",
        ),
        es=(
            "iinfo describe tipos enteros, y {got} no lo es",
            "tz.finfo({got})",
        ),
        more=(
            "`iinfo` gives the range of integer types; floating-point types are described by "
            "`finfo`.",
            "`iinfo` da el rango de los tipos enteros; los de punto flotante los describe `finfo`.",
        ),
    ),
    "dtype-kind-unknown": Entry(
        en=(
            "there is no kind of data type called {got!r}",
            "one of: {known}",
        ),
        es=(
            "no existe una clase de tipo de dato llamada {got!r}",
            "una de: {known}",
        ),
        more=(
            "Data types are grouped in kinds, as in the Python array API standard.",
            "Los tipos de dato se agrupan en clases, como en el estándar array API de Python.",
        ),
    ),
    "device-unknown": Entry(
        en=(
            "there is no device {got!r}: arrays live on the processor",
            'device="cpu"',
        ),
        es=(
            "no hay un dispositivo {got!r}: los arreglos viven en el procesador",
            'device="cpu"',
        ),
        more=(
            "tiza computes on the processor. To run a model on a graphics card, read its graph "
            "into PyTorch.",
            "tiza calcula en el procesador. Para usar una tarjeta gráfica, lleve el grafo del "
            "modelo a PyTorch.",
        ),
    ),
    "api-version": Entry(
        en=(
            "there is no version {got!r} of the array API standard here",
            "one of: {known}",
        ),
        es=(
            "aquí no existe la versión {got!r} del estándar array API",
            "una de: {known}",
        ),
        more=(
            "tiza follows the version 2024.12 of the Python array API standard, which contains "
            "the earlier ones.",
            "tiza sigue la versión 2024.12 del estándar array API de Python, que contiene las "
            "anteriores.",
        ),
    ),
    "arange-step": Entry(
        en=(
            "arange: the step must not be 0",
            "give a step, or use linspace",
        ),
        es=(
            "arange: el paso no puede ser 0",
            "dé un paso, o use linspace",
        ),
        more=(
            "With a step of 0 the numbers would never reach the end.",
            "Con un paso de 0 los números nunca llegarían al final.",
        ),
    ),
    "complex-order": Entry(
        en=(
            "{op}: complex numbers have no order",
            "sort by tz.abs(x), tz.real(x) or tz.imag(x)",
        ),
        es=(
            "{op}: los números complejos no tienen orden",
            "ordene por tz.abs(x), tz.real(x) o tz.imag(x)",
        ),
        more=(
            "No order of the complex numbers fits their arithmetic.",
            "Ningún orden de los números complejos es compatible con su aritmética.",
        ),
    ),
    "complex-to-real": Entry(
        en=(
            "{got} values do not become {want}: a complex number has two parts",
            "tz.real(x), tz.imag(x) or tz.abs(x)",
        ),
        es=(
            "los valores {got} no pasan a {want}: un número complejo tiene dos partes",
            "tz.real(x), tz.imag(x) o tz.abs(x)",
        ),
        more=(
            "Casting a complex number to a real one would drop its imaginary part without a word.",
            "Convertir un número complejo en real perdería su parte imaginaria sin avisar.",
        ),
    ),
    "concat-scalars": Entry(
        en=(
            "concat: arrays without axes cannot be joined along one",
            "tz.stack(arrays), or axis=None",
        ),
        es=(
            "concat: arreglos sin ejes no pueden unirse a lo largo de uno",
            "tz.stack(arreglos), o axis=None",
        ),
        more=(
            "`concat` joins along an axis that exists; `stack` makes a new one.",
            "`concat` une a lo largo de un eje que existe; `stack` crea uno nuevo.",
        ),
    ),
    "copy-needed": Entry(
        en=(
            "copy=False, but {what} can only be copied",
            "leave copy out",
        ),
        es=(
            "copy=False, pero {what} solo puede copiarse",
            "omita copy",
        ),
        more=(
            "Tensors own their values, so that an expression computed later does not change "
            "behind your back; other arrays are therefore copied, and so is what changes its "
            "type.",
            "Los tensores son dueños de sus valores, para que una expresión calculada más tarde "
            "no cambie sin aviso; por eso los demás arreglos se copian, y también lo que cambia "
            "de tipo.",
        ),
    ),
    "einsum-axes": Entry(
        en=(
            "einsum: {term!r} does not name the axes of an array of shape {shape}",
            "one letter for each axis, or ... for those that broadcast",
        ),
        es=(
            "einsum: {term!r} no nombra los ejes de un arreglo de forma {shape}",
            "una letra por eje, o ... para los que se difunden",
        ),
        more=(
            "Each comma-separated term has as many letters as its array has axes.",
            "Cada término separado por comas tiene tantas letras como ejes tiene su arreglo.",
        ),
    ),
    "einsum-count": Entry(
        en=(
            "einsum: {terms} terms for {arrays} arrays",
            "one term for each array, separated by commas",
        ),
        es=(
            "einsum: {terms} términos para {arrays} arreglos",
            "un término por arreglo, separados por comas",
        ),
        more=(
            'Example: "ij,jk->ik" has two terms on the left and takes two arrays.',
            'Ejemplo: "ij,jk->ik" tiene dos términos a la izquierda y toma dos arreglos.',
        ),
    ),
    "einsum-result": Entry(
        en=(
            "einsum: the result {result!r} names a letter twice, or one that no array has",
            "each letter of the result once, out of those on the left",
        ),
        es=(
            "einsum: el resultado {result!r} repite una letra, o usa una que ningún arreglo tiene",
            "cada letra del resultado una vez, de entre las de la izquierda",
        ),
        more=(
            "What the result does not name is summed over.",
            "Sobre lo que el resultado no nombra se suma.",
        ),
    ),
    "einsum-size": Entry(
        en=(
            "einsum: the letter {letter!r} stands for {one} in one place and {two} in another",
            "transpose an array, or use another letter",
        ),
        es=(
            "einsum: la letra {letter!r} vale {one} en un lugar y {two} en otro",
            "transponga un arreglo, o use otra letra",
        ),
        more=(
            "One letter is one index, so all axes it names have one size.",
            "Una letra es un índice: todos los ejes que nombra tienen el mismo tamaño.",
        ),
    ),
    "join-nothing": Entry(
        en=(
            "{op}: there is no array to join",
            "give at least one",
        ),
        es=(
            "{op}: no hay ningún arreglo que unir",
            "dé al menos uno",
        ),
        more=(
            "The list of arrays is empty.",
            "La lista de arreglos está vacía.",
        ),
    ),
    "pad-count": Entry(
        en=(
            "pad: {pad} is not a list of pairs for at most {ndim} axes",
            "(before, after) of the last axis, then of the one before it",
        ),
        es=(
            "pad: {pad} no es una lista de pares para a lo sumo {ndim} ejes",
            "(antes, después) del último eje, luego del anterior",
        ),
        more=(
            "As in PyTorch, the pairs begin with the last axis: (left, right, top, bottom) for a "
            "picture.",
            "Como en PyTorch, los pares empiezan por el último eje: (izquierda, derecha, arriba, "
            "abajo) en una imagen.",
        ),
    ),
    "pad-large": Entry(
        en=(
            "pad: {pad} is too much for an axis of {size} in mode {mode!r}",
            'pad less, or use the mode "replicate" or "constant"',
        ),
        es=(
            "pad: {pad} es demasiado para un eje de {size} en modo {mode!r}",
            'rellene menos, o use el modo "replicate" o "constant"',
        ),
        more=(
            "Mirroring and going round take their entries from the axis itself, once.",
            "El reflejo y la vuelta toman sus entradas del propio eje, una sola vez.",
        ),
    ),
    "result-type-nothing": Entry(
        en=(
            "result_type needs an array or a data type",
            "tz.result_type(x, 1.0)",
        ),
        es=(
            "result_type necesita un arreglo o un tipo de dato",
            "tz.result_type(x, 1.0)",
        ),
        more=(
            "Python numbers alone take the type of whatever array they meet.",
            "Los números de Python toman el tipo del arreglo con que se encuentran.",
        ),
    ),
    "shape-negative": Entry(
        en=(
            "{shape} is no shape: a side cannot be negative",
            "sides >= 0",
        ),
        es=(
            "{shape} no es una forma: un lado no puede ser negativo",
            "lados >= 0",
        ),
        more=(
            "A side of 0 makes an empty array, which is fine.",
            "Un lado de 0 da un arreglo vacío, lo cual es válido.",
        ),
    ),
    "stack-shapes": Entry(
        en=(
            "arrays of shapes {shapes} cannot be stacked: they must have one shape",
            "tz.concat joins arrays of different length",
        ),
        es=(
            "arreglos de formas {shapes} no pueden apilarse: deben tener la misma forma",
            "tz.concat une arreglos de distinto largo",
        ),
        more=(
            "Stacking lays arrays on one another along a new axis.",
            "Apilar coloca los arreglos uno sobre otro a lo largo de un eje nuevo.",
        ),
    ),
    "vector-needed": Entry(
        en=(
            "{op} takes arrays of one axis, not of shape {shape}",
            "tz.reshape(x, (-1,))",
        ),
        es=(
            "{op} toma arreglos de un eje, no de forma {shape}",
            "tz.reshape(x, (-1,))",
        ),
        more=(
            "A vector has one axis; (n, 1) and (1, n) are matrices.",
            "Un vector tiene un eje; (n, 1) y (1, n) son matrices.",
        ),
    ),
}

"""Messages of the tensor: values, types, gradients, assignment."""

from tiza.errors.entry import Entry
from tiza.errors.paragraphs import GRAD, LOOPS, SHAPES, TYPES

_RANDOM = (
    "Random numbers are a function of (seed, stream, step): the same seed gives the same weights, "
    "masks and shuffles everywhere.",
    "Los números aleatorios son función de (semilla, flujo, paso): la misma semilla da los mismos "
    "pesos, máscaras y barajadas en todas partes.",
)

ENTRIES = {
    "item-size": Entry(
        en=(
            "item() needs exactly one entry, got {size} (shape {shape})",
            "use .numpy() or .tolist()",
        ),
        es=(
            "item() necesita exactamente una entrada, recibió {size} (forma {shape})",
            "use .numpy() o .tolist()",
        ),
        more=SHAPES,
    ),
    "scalar-only": Entry(
        en=(
            "only a tensor of one entry becomes a {kind}, got shape {shape}",
            "reduce it (.sum(), .any()) or take one entry",
        ),
        es=(
            "solo un tensor de una entrada se vuelve {kind}, recibió forma {shape}",
            "redúzcalo (.sum(), .any()) o tome una entrada",
        ),
        more=SHAPES,
    ),
    "no-length": Entry(
        en=("a tensor without axes has no length", "use .item() for its value"),
        es=("un tensor sin ejes no tiene longitud", "use .item() para su valor"),
        more=SHAPES,
    ),
    "scalar-kind": Entry(
        en=(
            "the number {value!r} overflows the type {dtype}",
            "convert the tensor: x.astype(...)",
        ),
        es=("el número {value!r} desborda el tipo {dtype}", "convierta el tensor: x.astype(...)"),
        more=TYPES,
    ),
    "promote-kinds": Entry(
        en=("{left} and {right} have no common type", "convert one of them with .astype(...)"),
        es=("{left} y {right} no tienen un tipo común", "convierta uno con .astype(...)"),
        more=TYPES,
    ),
    "in-place-type": Entry(
        en=(
            "an in-place operation would turn {want} into {got}",
            "write x = x + y instead of x += y",
        ),
        es=(
            "una operación en el lugar convertiría {want} en {got}",
            "escriba x = x + y en vez de x += y",
        ),
        more=TYPES,
    ),
    "default-dtype": Entry(
        en=(
            "the default type must be float32 or float64, got {got}",
            "tz.set_default_dtype(tz.float32)",
        ),
        es=(
            "el tipo por omisión debe ser float32 o float64, recibió {got}",
            "tz.set_default_dtype(tz.float32)",
        ),
        more=TYPES,
    ),
    "not-an-array": Entry(
        en=(
            "this cannot be read as an array: {why}",
            "give numbers in nested lists of equal lengths",
        ),
        es=(
            "esto no se puede leer como arreglo: {why}",
            "dé números en listas anidadas de igual longitud",
        ),
        more=TYPES,
    ),
    "not-numbers": Entry(
        en=("a tensor holds numbers, got {got}", "encode text as integers first"),
        es=("un tensor contiene números, recibió {got}", "codifique antes el texto como enteros"),
        more=TYPES,
    ),
    "grad-shape": Entry(
        en=("a gradient has the shape of its variable {want}, got {got}", ""),
        es=("un gradiente tiene la forma de su variable {want}, recibió {got}", ""),
        more=GRAD,
    ),
    "grad-dtype": Entry(
        en=("only floats can require a gradient, got {dtype}", "x.astype(tz.float32)"),
        es=(
            "solo los flotantes pueden requerir gradiente, recibió {dtype}",
            "x.astype(tz.float32)",
        ),
        more=GRAD,
    ),
    "backward-constant": Entry(
        en=(
            "this value depends on no variable",
            "make one with requires_grad=True, outside no_grad",
        ),
        es=(
            "este valor no depende de ninguna variable",
            "cree una con requires_grad=True, fuera de no_grad",
        ),
        more=GRAD,
    ),
    "backward-spent": Entry(
        en=(
            "no variable is left behind this value: it was computed and its history dropped",
            "call backward() before optimizer.step(), on a loss computed anew",
        ),
        es=(
            "ya no queda ninguna variable detrás de este valor: se calculó y se soltó su historia",
            "llame a backward() antes de optimizer.step(), sobre una pérdida recalculada",
        ),
        more=GRAD,
    ),
    "autograd-input": Entry(
        en=(
            "autograd.grad: input {index} is no variable and depends on none",
            "call x.requires_grad_() before the outputs are written down",
        ),
        es=(
            "autograd.grad: la entrada {index} no es una variable ni depende de ninguna",
            "llame a x.requires_grad_() antes de escribir las salidas",
        ),
        more=GRAD,
    ),
    "autograd-unused": Entry(
        en=(
            "autograd.grad: no output depends on input {index}",
            "leave it out, or pass allow_unused=True to get None",
        ),
        es=(
            "autograd.grad: ninguna salida depende de la entrada {index}",
            "quítela, o pase allow_unused=True para obtener None",
        ),
        more=GRAD,
    ),
    "autograd-count": Entry(
        en=(
            "autograd: {got} cotangents were given for {want} outputs",
            "give one for each output, or None in its place",
        ),
        es=(
            "autograd: se dieron {got} cotangentes para {want} salidas",
            "dé una por salida, o None en su lugar",
        ),
        more=GRAD,
    ),
    "grad-unused": Entry(
        en=(
            "{verb}: the result does not depend on argument {index}",
            "use the argument in the function, or pass allow_unused=True to get zeros",
        ),
        es=(
            "{verb}: el resultado no depende del argumento {index}",
            "use el argumento en la función, o pase allow_unused=True para obtener ceros",
        ),
        more=GRAD,
    ),
    "grad-integer": Entry(
        en=("{verb}: argument {index} is {dtype}; derivatives need floats", "x.astype(tz.float32)"),
        es=(
            "{verb}: el argumento {index} es {dtype}; las derivadas necesitan flotantes",
            "x.astype(tz.float32)",
        ),
        more=GRAD,
    ),
    "vjp-shape": Entry(
        en=("the {what} must have shape {want}, got {got}", ""),
        es=("{what}: se esperaba la forma {want}, se recibió {got}", ""),
        more=GRAD,
    ),
    "grad-mismatch": Entry(
        en=(
            "the derivative disagrees with central differences by {worst:.3g} at entry {where} of "
            "argument {index}: {analytic:.10g} against {numeric:.10g}",
            "look for a kink at this point, or for a wrong vjp",
        ),
        es=(
            "la derivada difiere de las diferencias centrales en {worst:.3g} en la entrada {where} "
            "del argumento {index}: {analytic:.10g} contra {numeric:.10g}",
            "busque un quiebre en este punto, o un vjp incorrecto",
        ),
        more=GRAD,
    ),
    "vmap-size": Entry(
        en=(
            "vmap: the mapped axes have different sizes {sizes}",
            "all arguments need as many rows",
        ),
        es=(
            "vmap: los ejes mapeados tienen tamaños distintos {sizes}",
            "todos los argumentos necesitan igual número de filas",
        ),
        more=LOOPS,
    ),
    "vmap-none": Entry(
        en=("vmap: no argument is mapped", "give in_axes at least one axis"),
        es=("vmap: ningún argumento está mapeado", "dé al menos un eje en in_axes"),
        more=LOOPS,
    ),
    "assign-shape": Entry(
        en=("a value of shape {got} cannot be assigned in place of shape {want}", ""),
        es=("un valor de forma {got} no se puede asignar en lugar de la forma {want}", ""),
        more=SHAPES,
    ),
    "leaf-in-place": Entry(
        en=(
            "a variable cannot be changed in place while derivatives are recorded",
            "do it under `with tz.no_grad():`, or write w = w - ...",
        ),
        es=(
            "una variable no se puede cambiar en el lugar mientras se registran derivadas",
            "hágalo bajo `with tz.no_grad():`, o escriba w = w - ...",
        ),
        more=GRAD,
    ),
    "seed-range": Entry(
        en=("a seed is a whole number from 0 to 2^64 - 1, got {got}", "tz.manual_seed(0)"),
        es=("una semilla es un entero de 0 a 2^64 - 1, recibió {got}", "tz.manual_seed(0)"),
        more=_RANDOM,
    ),
    "random-dtype": Entry(
        en=(
            "random numbers are drawn as float32 or float64, got {got}",
            "draw floats, or use tz.random.randint",
        ),
        es=(
            "los números aleatorios se generan como float32 o float64, recibió {got}",
            "genere flotantes, o use tz.random.randint",
        ),
        more=_RANDOM,
    ),
    "randint-range": Entry(
        en=("no whole number lies from {low} to {high} - 1", "choose high > low"),
        es=("ningún entero está entre {low} y {high} - 1", "elija high > low"),
        more=_RANDOM,
    ),
}

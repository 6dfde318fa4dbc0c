"""Messages of the graph: shapes, types, indices, derivatives."""

from tiza.errors.entry import Entry
from tiza.errors.paragraphs import BROADCAST, GRAD, LOOPS, SHAPES, TYPES

ENTRIES = {
    "broadcast": Entry(
        en=(
            "the shapes {shapes} do not broadcast together",
            "make the sizes equal or 1, e.g. x[:, None] or x.reshape(...)",
        ),
        es=(
            "las formas {shapes} no se difunden entre sí",
            "haga los tamaños iguales o 1, p. ej. x[:, None] o x.reshape(...)",
        ),
        more=BROADCAST,
    ),
    "broadcast-to": Entry(
        en=("{old} cannot be broadcast to {new}", "only axes of size 1 can be repeated"),
        es=("{old} no se puede difundir a {new}", "solo se repiten los ejes de tamaño 1"),
        more=BROADCAST,
    ),
    "types-differ": Entry(
        en=("{op}: the operands have different types ({types})", "x.astype(...) on one of them"),
        es=(
            "{op}: los operandos tienen tipos distintos ({types})",
            "x.astype(...) en uno de ellos",
        ),
        more=TYPES,
    ),
    "type-refused": Entry(
        en=("{op} takes {takes}, got {got}", "convert first, e.g. x.astype(tz.float32)"),
        es=("{op} acepta {takes}, recibió {got}", "convierta antes, p. ej. x.astype(tz.float32)"),
        more=TYPES,
    ),
    "where-condition": Entry(
        en=("where: the condition must be boolean, got {got}", "compare first, e.g. x > 0"),
        es=("where: la condición debe ser booleana, recibió {got}", "compare antes, p. ej. x > 0"),
        more=TYPES,
    ),
    "reduce-empty": Entry(
        en=(
            "{op} of no entries (shape {shape}) is not defined",
            "check that the axis is not empty",
        ),
        es=(
            "{op} de ninguna entrada (forma {shape}) no está definido",
            "verifique que el eje no esté vacío",
        ),
        more=SHAPES,
    ),
    "reshape-size": Entry(
        en=(
            "{old} has {size} entries and cannot become {new}",
            "give sizes whose product is {size}, or one -1",
        ),
        es=(
            "{old} tiene {size} entradas y no puede pasar a {new}",
            "dé tamaños cuyo producto sea {size}, o un -1",
        ),
        more=SHAPES,
    ),
    "permute-axes": Entry(
        en=("the axes {axes} are no permutation of the {ndim} axes", "name each axis once, from 0"),
        es=(
            "los ejes {axes} no son una permutación de los {ndim} ejes",
            "nombre cada eje una vez, desde 0",
        ),
        more=SHAPES,
    ),
    "concat-shapes": Entry(
        en=(
            "arrays of shapes {shapes} cannot be joined along axis {axis}",
            "all other axes must have equal sizes",
        ),
        es=(
            "arreglos de formas {shapes} no se pueden unir por el eje {axis}",
            "todos los demás ejes deben tener tamaños iguales",
        ),
        more=SHAPES,
    ),
    "matmul-rank": Entry(
        en=(
            "matmul: both factors need two axes, got {left} and {right}",
            "add an axis: x[None, :]",
        ),
        es=(
            "matmul: ambos factores necesitan dos ejes, recibió {left} y {right}",
            "agregue un eje: x[None, :]",
        ),
        more=SHAPES,
    ),
    "matmul-inner": Entry(
        en=(
            "matmul: the last axis of {left} ({k}) must equal the second-last of {right} ({m})",
            "transpose one factor (x @ y.mT), or change its size",
        ),
        es=(
            "matmul: el último eje de {left} ({k}) debe ser igual al penúltimo de {right} ({m})",
            "transponga un factor (x @ y.mT) o cambie su tamaño",
        ),
        more=SHAPES,
    ),
    "index-type": Entry(
        en=("an index must be an integer, got {got}", "x.astype(tz.int64)"),
        es=("un índice debe ser entero, recibió {got}", "x.astype(tz.int64)"),
        more=TYPES,
    ),
    "index-place": Entry(
        en=(
            "index{at} is {got}, outside an axis of size {size}",
            "indices run from 0 to {last}; negative ones do not count from the end here",
        ),
        es=(
            "index{at} es {got}, fuera de un eje de tamaño {size}",
            "los índices van de 0 a {last}; aquí los negativos no cuentan desde el final",
        ),
        more=(
            "gather, index_select, scatter and their like take an index as PyTorch does: counted "
            "from 0, never from the end. x[i] and take accept negative indices.",
            "gather, index_select, scatter y sus semejantes toman los índices como PyTorch: "
            "contados desde 0, nunca desde el final. x[i] y take aceptan índices negativos.",
        ),
    ),
    "index-outside": Entry(
        en=("index {index} is outside an axis of size {size}", "indices run from 0 to {last}"),
        es=(
            "el índice {index} está fuera de un eje de tamaño {size}",
            "los índices van de 0 a {last}",
        ),
        more=(
            "An index counts from 0, or from the end when negative. With class labels or word "
            "ids, check that the layer is as large as the greatest label plus one.",
            "Un índice cuenta desde 0, o desde el final si es negativo. Con etiquetas de clase "
            "o palabras, verifique que la capa tenga al menos la mayor etiqueta más uno.",
        ),
    ),
    "index-shape": Entry(
        en=("the index of shape {index} does not fit x of shape {x} at axis {axis}", ""),
        es=("el índice de forma {index} no cabe en x de forma {x} en el eje {axis}", ""),
        more=SHAPES,
    ),
    "index-along": Entry(
        en=(
            "take_along_axis: x {x} and index {index} must agree on every axis but {axis}",
            "broadcast the index to x's other axes",
        ),
        es=(
            "take_along_axis: x {x} e índice {index} deben coincidir en todo eje salvo {axis}",
            "difunda el índice a los otros ejes de x",
        ),
        more=SHAPES,
    ),
    "put-shape": Entry(
        en=(
            "rows of shape {v} cannot be put at index {index} into {x}",
            "give values of shape {want}",
        ),
        es=(
            "filas de forma {v} no caben en el índice {index} de {x}",
            "dé valores de forma {want}",
        ),
        more=SHAPES,
    ),
    "scan-length": Entry(
        en=(
            "scan: every sequence needs {length} rows, got shape {shape}",
            "put the time axis first",
        ),
        es=(
            "scan: cada secuencia necesita {length} filas, recibió forma {shape}",
            "ponga el eje del tiempo primero",
        ),
        more=LOOPS,
    ),
    "body-types": Entry(
        en=("{what}: the body gives {got} where {want} goes in", "keep shape and type unchanged"),
        es=("{what}: el cuerpo da {got} donde entra {want}", "conserve la forma y el tipo"),
        more=LOOPS,
    ),
    "cond-scalar": Entry(
        en=(
            "cond: the condition must be one boolean, got {dtype} of shape {shape}",
            "use tz.where for a choice by entries",
        ),
        es=(
            "cond: la condición debe ser un booleano, recibió {dtype} de forma {shape}",
            "use tz.where para elegir por entradas",
        ),
        more=LOOPS,
    ),
    "while-reverse": Entry(
        en=(
            "a while loop has no reverse-mode derivative: its number of steps is not known",
            "use tz.scan with a fixed number of steps",
        ),
        es=(
            "un ciclo while no tiene derivada en modo inverso: no se conoce su número de pasos",
            "use tz.scan con un número fijo de pasos",
        ),
        more=LOOPS,
    ),
    "no-derivative": Entry(
        en=("{op} has no derivative", "hold it constant with tz.stop_gradient"),
        es=("{op} no tiene derivada", "manténgalo constante con tz.stop_gradient"),
        more=GRAD,
    ),
    "loss-not-scalar": Entry(
        en=(
            "a gradient is taken of one number, got shape {shape}",
            "reduce it first, e.g. .mean() or .sum(), or use tz.jacobian",
        ),
        es=(
            "el gradiente se toma de un solo número, recibió forma {shape}",
            "redúzcalo antes, p. ej. .mean() o .sum(), o use tz.jacobian",
        ),
        more=GRAD,
    ),
    "input-unknown": Entry(
        en=(
            "{name} (shape {shape}) is only an expression here: it has no value to look at",
            "use tz.where or tz.cond instead of if, and print outside the traced function",
        ),
        es=(
            "{name} (forma {shape}) es aquí solo una expresión: no tiene valor que mirar",
            "use tz.where o tz.cond en vez de if, e imprima fuera de la función trazada",
        ),
        more=(
            "While a function is traced (vmap, scan, compile, fit), its arguments stand for "
            "values to come. A Python `if`, `float()` or `print` would need the value now.",
            "Mientras se traza una función (vmap, scan, compile, fit), sus argumentos "
            "representan valores futuros. Un `if`, `float()` o `print` de Python necesitaría "
            "el valor ahora.",
        ),
    ),
}

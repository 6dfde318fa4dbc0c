"""Messages of derivations."""

from tiza.errors.entry import Entry

_UNUSED = (
    "A derivation follows the loss back to the variables that you name in `wrt`. A variable that "
    "the loss was not computed from has no derivative to derive: its gradient is zero. "
    "`tz.explain_zero` tells why.",
    "Una derivación sigue la función de pérdida hacia atrás hasta las variables que nombra `wrt`. "
    "Si la pérdida no se calculó a partir de una variable, no hay nada que derivar: su gradiente "
    "es cero. `tz.explain_zero` dice por qué.",
)

_VALUES = (
    "A derivation shows every step with its numbers, so the data have to be there: inside a "
    "function that is being traced (compiled, mapped, differentiated) they are not yet.",
    "Una derivación muestra cada paso con sus números, así que los datos deben existir: dentro de "
    "una función que se está trazando (compilando, vectorizando, derivando) todavía no existen.",
)
_OPTIONS = (
    'detail is "summary" (one page), "steps", or "entries" (each rule with its short proof). '
    'layout is "code" (rows are examples, as in the program) or "book" (columns are examples).',
    'detail es "summary" (una página), "steps" o "entries" (cada regla con su breve '
    'demostración). layout es "code" (cada fila es un ejemplo, como en el programa) o "book" '
    "(cada columna es un ejemplo).",
)

ENTRIES = {
    "derive-unused": Entry(
        en=("derive: the loss does not depend on {name}",
            "name in wrt= the variables that the loss was computed from"),
        es=("derive: la función de pérdida no depende de {name}",
            "nombre en wrt= las variables con las que se calculó la pérdida"),
        more=_UNUSED,
    ),
    "derive-input": Entry(
        en=("derive: {name} of shape {shape} has no value yet",
            "derive outside of a traced function, where the data are known"),
        es=("derive: {name}, de forma {shape}, todavía no tiene valor",
            "llame a derive fuera de una función trazada, donde los datos se conocen"),
        more=_VALUES,
    ),
    "derive-option": Entry(
        en=("derive: {name} is one of {known}, got {got!r}", "choose one of them"),
        es=("derive: {name} es uno de {known}, recibió {got!r}", "elija uno de ellos"),
        more=_OPTIONS,
    ),
}  # fmt: skip

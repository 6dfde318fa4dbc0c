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
_FORMULAS = (
    '`tiza derive` reads a formula such as "(y - S(w*x))^2 / 2" and shows it with numbers: each '
    "variable needs a value, given with --at. --wrt chooses the variables to derive by.",
    '`tiza derive` lee una fórmula como "(y - S(w*x))^2 / 2" y la muestra con números: cada '
    "variable necesita un valor, dado con --at. --wrt elige las variables respecto de las que se "
    "deriva.",
)
_NETWORKS = (
    "`tiza derive model.py:net --data rows.csv` derives the network `net` of model.py on the "
    "first rows of a table of numbers (or of an .npz file with x and y); whole-number targets "
    "are classes.",
    "`tiza derive modelo.py:red --data filas.csv` deriva la red `red` de modelo.py con las "
    "primeras filas de una tabla de números (o de un archivo .npz con x e y); si los valores "
    "verdaderos son enteros, son clases.",
)
_RUNS = (
    "`tiza derive RUN --layer 1 --example 17` derives a trained network on one test example, "
    "with respect to the parameters of one layer. Layers are counted from 1, examples from 0.",
    "`tiza derive CORRIDA --layer 1 --example 17` deriva una red entrenada con un ejemplo de "
    "prueba, respecto de los parámetros de una capa. Las capas se cuentan desde 1, los ejemplos "
    "desde 0.",
)
_OPTIMIZERS = (
    "--optimizer shows the update of one of tiza's optimizers, with the rate given by --lr.",
    "--optimizer muestra la actualización de uno de los optimizadores de tiza, con la tasa que "
    "indica --lr.",
)

ENTRIES = {
    "derive-unused": Entry(
        en=("derive: the loss does not depend on {name}",
            "name in wrt= the variables that the loss was computed from"),
        es=("derive: la función de pérdida no depende de {name}",
            "nombre en wrt= las variables con las que se calculó la pérdida"),
        more=_UNUSED,
    ),
    "derive-residuals": Entry(
        en=("derive: Levenberg and Marquardt's step needs a sum of squares",
            "loss = ((f(x) - y) ** 2).sum() / 2"),
        es=("derive: el paso de Levenberg y Marquardt necesita una suma de cuadrados",
            "perdida = ((f(x) - y) ** 2).sum() / 2"),
        more=_OPTIONS,
    ),
    "derive-direction": Entry(
        en=("derive: the direction names {got!r}, which is no variable", "one of {known}"),
        es=("derive: la dirección nombra {got!r}, que no es una variable", "una de {known}"),
        more=_OPTIONS,
    ),
    "derive-direction-shape": Entry(
        en=("derive: the direction of {name} has the shape {got}, the variable {wanted}",
            "give one number for each entry"),
        es=("derive: la dirección de {name} tiene forma {got}; la variable, {wanted}",
            "dé un número por entrada"),
        more=_OPTIONS,
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
    "derive-argument": Entry(
        en=("derive: at= has no value for {got!r}", "one of {known}"),
        es=("derive: at= no tiene valor para {got!r}", "uno de {known}"),
        more=_FORMULAS,
    ),
    "derive-at": Entry(
        en=("--at takes name=number pairs, got {got!r}", "--at w=0.1,x=2 or --at x=[1,2]"),
        es=("--at acepta pares nombre=número, recibió {got!r}", "--at w=0.1,x=2 o --at x=[1,2]"),
        more=_FORMULAS,
    ),
    "derive-values": Entry(
        en=("the formula needs values for: {names}", "--at {first}=1,..."),
        es=("a la fórmula le faltan valores de: {names}", "--at {first}=1,..."),
        more=_FORMULAS,
    ),
    "derive-variable": Entry(
        en=("the formula has no variable {got!r}", "one of {names}"),
        es=("la fórmula no tiene la variable {got!r}", "una de {names}"),
        more=_FORMULAS,
    ),
    "derive-data": Entry(
        en=("{model}: a network is derived on some rows of data", "--data FILE.csv"),
        es=("{model}: una red se deriva con algunas filas de datos", "--data ARCHIVO.csv"),
        more=_NETWORKS,
    ),
    "derive-no-file": Entry(
        en=("there is no file {path}", "check the path"),
        es=("no existe el archivo {path}", "revise la ruta"),
        more=_NETWORKS,
    ),
    "derive-no-model": Entry(
        en=("{path} has no network {got!r}", "one of {names}"),
        es=("{path} no tiene la red {got!r}", "una de {names}"),
        more=_NETWORKS,
    ),
    "derive-npz": Entry(
        en=("{path} must hold the arrays x and y, it holds {got}", "np.savez(path, x=x, y=y)"),
        es=("{path} debe contener los arreglos x e y, contiene {got}", "np.savez(ruta, x=x, y=y)"),
        more=_NETWORKS,
    ),
    "derive-column": Entry(
        en=("the table has no column {got!r}", "one of {names}"),
        es=("la tabla no tiene la columna {got!r}", "una de {names}"),
        more=_NETWORKS,
    ),
    "derive-text": Entry(
        en=("the column {column!r} holds text", "give numbers, or derive a run of `tiza train`"),
        es=("la columna {column!r} contiene texto",
            "dé números, o derive una corrida de `tiza train`"),
        more=_NETWORKS,
    ),
    "derive-layer": Entry(
        en=("the network has the layers 1 to {most}, not {got}", "--layer 1"),
        es=("la red tiene las capas 1 a {most}, no la {got}", "--layer 1"),
        more=_RUNS,
    ),
    "derive-example": Entry(
        en=("the examples are numbered 0 to {last}, there is no {got}", "--example 0"),
        es=("los ejemplos van del 0 al {last}, no existe el {got}", "--example 0"),
        more=_RUNS,
    ),
    "derive-optimizer": Entry(
        en=("there is no optimizer {got!r}", "one of {names}"),
        es=("no existe el optimizador {got!r}", "uno de {names}"),
        more=_OPTIMIZERS,
    ),
    "derive-optimizer-near": Entry(
        en=("there is no optimizer {got!r}", "--optimizer {near}"),
        es=("no existe el optimizador {got!r}", "--optimizer {near}"),
        more=_OPTIMIZERS,
    ),
    "derive-write": Entry(
        en=("{path} cannot be written: {reason}", "choose another place"),
        es=("no se puede escribir {path}: {reason}", "elija otro lugar"),
        more=_NETWORKS,
    ),
}  # fmt: skip

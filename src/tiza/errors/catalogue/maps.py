"""Messages of Kohonen's map and of the perceptron."""

from tiza.errors.entry import Entry

ENTRIES = {
    "som-grid": Entry(
        en=(
            "SOM: there is no grid {got!r}",
            "choose among {known}",
        ),
        es=(
            "SOM: no existe la rejilla {got!r}",
            "elija entre {known}",
        ),
        more=(
            "Units stand in squares, each touching eight others, or in hexagons, each"
            " touching six.",
            "Las unidades forman cuadrados, cada una con ocho vecinas, o hexágonos, "
            "cada una con seis.",
        ),
    ),
    "som-neighbourhood": Entry(
        en=(
            "SOM: there is no neighbourhood {got!r}",
            "choose among {known}",
        ),
        es=(
            "SOM: no existe la vecindad {got!r}",
            "elija entre {known}",
        ),
        more=(
            "The neighbourhood says how far the units around the winner learn with it.",
            "La vecindad dice cuánto aprenden con la ganadora las unidades que la rodean.",
        ),
    ),
    "som-data": Entry(
        en=(
            "SOM: the data have shape {got}, but (n, {features}) is wanted",
            "give one row of {features} numbers for each example",
        ),
        es=(
            "SOM: los datos tienen forma {got}, pero se espera (n, {features})",
            "dé una fila de {features} números por cada ejemplo",
        ),
        more=(
            "Each unit of the map is a point in the space of the data.",
            "Cada unidad del mapa es un punto en el espacio de los datos.",
        ),
    ),
    "som-start": Entry(
        en=(
            "SOM: there is no start {got!r}",
            'choose "plane" or "rows"',
        ),
        es=(
            "SOM: no existe el inicio {got!r}",
            'elija "plane" o "rows"',
        ),
        more=(
            "A map starts over the main plane of the data, or from some of its rows.",
            "Un mapa empieza sobre el plano principal de los datos, o en algunas de sus filas.",
        ),
    ),
    "som-falling": Entry(
        en=(
            "SOM: {name} must be two positive numbers, the first and the last, not {got}",
            "give e.g. {name}=(0.5, 0.01)",
        ),
        es=(
            "SOM: {name} debe ser dos números positivos, el primero y el último, no {got}",
            "dé p. ej. {name}=(0.5, 0.01)",
        ),
        more=(
            "Both rate and radius fall while the map learns: first it unfolds, then it settles.",
            "La tasa y el radio decrecen mientras el mapa aprende: primero se "
            "despliega, luego se asienta.",
        ),
    ),
    "som-batch-hat": Entry(
        en=(
            "SOM: the batch rule divides by a sum that the mexican hat can make 0",
            'use neighbourhood="gaussian", or learn',
        ),
        es=(
            "SOM: la regla por lotes divide entre una suma que el sombrero mexicano puede anular",
            'use neighbourhood="gaussian", o learn',
        ),
        more=(
            "The batch rule takes weighted means, so the weights must not be negative.",
            "La regla por lotes toma medias ponderadas, así que los pesos no deben ser negativos.",
        ),
    ),
    "som-one-unit": Entry(
        en=(
            "SOM: a map of one unit has no topographic error",
            "make the map larger",
        ),
        es=(
            "SOM: un mapa de una sola unidad no tiene error topográfico",
            "haga el mapa más grande",
        ),
        more=(
            "The error asks whether the two nearest units touch.",
            "El error pregunta si las dos unidades más cercanas se tocan.",
        ),
    ),
    "perceptron-data": Entry(
        en=(
            "Perceptron: the data have shape {got}, but (n, {features}) is wanted",
            "give one row of {features} numbers for each example",
        ),
        es=(
            "Perceptron: los datos tienen forma {got}, pero se espera (n, {features})",
            "dé una fila de {features} números por cada ejemplo",
        ),
        more=(
            "The perceptron weighs the features of each example.",
            "El perceptrón pondera las características de cada ejemplo.",
        ),
    ),
    "perceptron-target": Entry(
        en=(
            "Perceptron: the targets have shape {got}, but ({n}, {out}) is wanted",
            "give one target for each example and output",
        ),
        es=(
            "Perceptron: los objetivos tienen forma {got}, pero se espera ({n}, {out})",
            "dé un objetivo por cada ejemplo y salida",
        ),
        more=(
            "Each output learns a yes or no of its own.",
            "Cada salida aprende su propio sí o no.",
        ),
    ),
    "perceptron-signs": Entry(
        en=(
            "Perceptron: targets must be -1 or +1",
            "turn 0 and 1 into signs: 2 * target - 1",
        ),
        es=(
            "Perceptron: los objetivos deben ser -1 o +1",
            "convierta 0 y 1 en signos: 2 * objetivo - 1",
        ),
        more=(
            "The rule multiplies with the target: an example of the wrong side is "
            "added or subtracted.",
            "La regla multiplica por el objetivo: un ejemplo del lado equivocado se "
            "suma o se resta.",
        ),
    ),
}

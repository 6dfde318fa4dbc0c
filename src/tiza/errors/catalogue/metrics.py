"""Messages of the metrics."""

from tiza.errors.entry import Entry

ENTRIES = {
    "metric-shapes": Entry(
        en=(
            "the prediction {prediction} and the target {target} must have the same shape, or "
            "the prediction one axis of classes more",
            "give both the same shape, e.g. prediction.reshape(target.shape)",
        ),
        es=(
            "la predicción {prediction} y el objetivo {target} deben tener la misma forma, o la "
            "predicción un eje de clases más",
            "dé a ambos la misma forma, p. ej. prediction.reshape(target.shape)",
        ),
        more=(
            "A metric compares entry by entry. Shapes such as (n, 1) and (n,) would broadcast "
            "to (n, n) and compare every prediction with every target, which is never meant.",
            "Una métrica compara elemento a elemento. Formas como (n, 1) y (n,) se expandirían "
            "a (n, n) y compararían cada predicción con cada objetivo, lo que nunca se quiere.",
        ),
    ),
    "metric-column": Entry(
        en=(
            "a prediction {prediction} with one column for targets {target} is either one "
            "yes-or-no figure or a single class",
            'squeeze the column away, or say task="classes"',
        ),
        es=(
            "una predicción {prediction} con una columna para objetivos {target} es o bien una "
            "cifra de sí o no, o bien una sola clase",
            'elimine la columna con squeeze, o indique task="classes"',
        ),
        more=(
            "With two or more columns the largest score names the class. One column may stand "
            "for the score of 'yes' or for the only class there is, so you have to say which.",
            "Con dos o más columnas la mayor puntuación nombra la clase. Una sola columna puede "
            "ser la puntuación del «sí» o la única clase que existe; hay que decir cuál.",
        ),
    ),
    "metric-dtype": Entry(
        en=("a metric takes numbers, not {got}", "encode the classes as 0, 1, 2, …"),
        es=("una métrica recibe números, no {got}", "codifique las clases como 0, 1, 2, …"),
        more=(
            "Predictions and targets are arrays of numbers or booleans; names of classes have "
            "to be numbered first.",
            "Las predicciones y los objetivos son arreglos de números o booleanos; los nombres "
            "de las clases se deben numerar antes.",
        ),
    ),
    "metric-weight": Entry(
        en=(
            "the weights {got} must be one number per example {wanted}",
            "give one weight for each row of the prediction",
        ),
        es=(
            "los pesos {got} deben ser un número por ejemplo {wanted}",
            "dé un peso por cada fila de la predicción",
        ),
        more=(
            "Sample weights say how much each example counts; there are as many as examples.",
            "Los pesos de muestra dicen cuánto cuenta cada ejemplo; hay tantos como ejemplos.",
        ),
    ),
    "metric-nan": Entry(
        en=("a prediction that is NaN has no class", "find where the NaN comes from first"),
        es=("una predicción que es NaN no tiene clase", "busque primero de dónde viene el NaN"),
        more=(
            "NaN means that a computation had no answer, such as 0/0. Calling it some class "
            "would make a broken network look as if it worked.",
            "NaN significa que un cálculo no tuvo respuesta, como 0/0. Contarlo como una clase "
            "haría que una red rota pareciera funcionar.",
        ),
    ),
    "metric-fraction": Entry(
        en=(
            "classes are whole numbers, but {got} is among them",
            "give classes 0, 1, 2, …, or use a regression metric such as mse",
        ),
        es=(
            "las clases son números enteros, pero entre ellas está {got}",
            "dé las clases 0, 1, 2, …, o use una métrica de regresión como mse",
        ),
        more=(
            "Accuracy, precision and recall count agreement of classes; for real numbers use "
            "mse, mae or r2.",
            "La exactitud, la precisión y la exhaustividad cuentan coincidencias de clases; "
            "para números reales use mse, mae o r2.",
        ),
    ),
    "metric-negative-class": Entry(
        en=(
            "classes are counted from 0, but {got} is among them",
            "number the classes 0, 1, 2, …, or leave that value out with ignore_index={got}",
        ),
        es=(
            "las clases se cuentan desde 0, pero entre ellas está {got}",
            "numere las clases 0, 1, 2, …, o excluya ese valor con ignore_index={got}",
        ),
        more=(
            "The class is the row of the confusion matrix, so it cannot be negative.",
            "La clase es la fila de la matriz de confusión, así que no puede ser negativa.",
        ),
    ),
    "metric-class-range": Entry(
        en=(
            "class {got} does not exist among {classes} classes",
            "number the classes from 0 to {classes} minus 1",
        ),
        es=(
            "la clase {got} no existe entre {classes} clases",
            "numere las clases desde 0 hasta {classes} menos 1",
        ),
        more=(
            "The target names a column of the prediction; there is no such column.",
            "El objetivo nombra una columna de la predicción; esa columna no existe.",
        ),
    ),
    "metric-probability": Entry(
        en=(
            "a probability lies between 0 and 1, but {got} is among them",
            "for the raw outputs of a network say logits=True",
        ),
        es=(
            "una probabilidad está entre 0 y 1, pero entre ellas está {got}",
            "para las salidas crudas de una red indique logits=True",
        ),
        more=(
            "Networks usually put out logits, which become probabilities by softmax or the "
            "sigmoid; the log loss takes either, if told.",
            "Las redes suelen entregar logits, que se vuelven probabilidades con softmax o la "
            "sigmoide; la pérdida logarítmica acepta ambos, si se le indica.",
        ),
    ),
    "metric-average": Entry(
        en=("there is no average {got!r}", "choose one of {known}"),
        es=("no existe el promedio {got!r}", "elija uno de {known}"),
        more=(
            "The average says how the figures of the classes become one: of class 1 only, all "
            "counts in one pot, or the mean over classes, plain or weighted.",
            "El promedio dice cómo las cifras de las clases se vuelven una: solo la clase 1, "
            "todos los conteos juntos, o la media de las clases, simple o ponderada.",
        ),
    ),
    "metric-binary": Entry(
        en=(
            "{name} of one class against the rest was asked for, but there are {classes} classes",
            'say average="macro", "micro" or "weighted"',
        ),
        es=(
            "se pidió {name} de una clase contra el resto, pero hay {classes} clases",
            'indique average="macro", "micro" o "weighted"',
        ),
        more=(
            "With three or more classes there is no single positive class; the figures of all "
            "classes must be averaged in some way.",
            "Con tres o más clases no hay una única clase positiva; las cifras de todas las "
            "clases se deben promediar de alguna manera.",
        ),
    ),
    "metric-unknown": Entry(
        en=("there is no metric {got!r}; did you mean {near!r}?", "choose one of {known}"),
        es=("no existe la métrica {got!r}; ¿quiso decir {near!r}?", "elija una de {known}"),
        more=(
            "A metric is given by its name, as an object of tiza.metrics, or as a function "
            "(prediction, target) → number.",
            "Una métrica se da por su nombre, como objeto de tiza.metrics, o como función "
            "(predicción, objetivo) → número.",
        ),
    ),
    "metric-state": Entry(
        en=(
            "the saved state of {name} holds {got} instead of {wanted}",
            "load the state that the same metric saved",
        ),
        es=(
            "el estado guardado de {name} contiene {got} en lugar de {wanted}",
            "cargue el estado que guardó la misma métrica",
        ),
        more=(
            "Each metric keeps its own sums, and goes on only from its own.",
            "Cada métrica guarda sus propias sumas, y solo continúa a partir de las suyas.",
        ),
    ),
    "baseline-empty": Entry(
        en=("a baseline needs at least one training target", "give targets that are not empty"),
        es=(
            "una línea base necesita al menos un objetivo de entrenamiento",
            "dé objetivos que no estén vacíos",
        ),
        more=(
            "The commonest class, or the mean, of nothing does not exist.",
            "La clase más frecuente, o la media, de nada no existe.",
        ),
    ),
    "baseline-kind": Entry(
        en=("there is no baseline {got!r}", 'choose "majority" or "mean"'),
        es=("no existe la línea base {got!r}", 'elija "majority" o "mean"'),
        more=(
            "'majority' always answers the commonest class, 'mean' the mean of the target.",
            "«majority» responde siempre la clase más frecuente, «mean» la media del objetivo.",
        ),
    ),
    "metric-k": Entry(
        en=("at least 1 is wanted, not {got}", "use a number such as 5"),
        es=("se espera al menos 1, no {got}", "use un número como 5"),
        more=(
            "So many entries of a ranking, or bins of confidence, are looked at.",
            "Se miran esa cantidad de elementos de una lista, o de intervalos de confianza.",
        ),
    ),
    "metric-beta": Entry(
        en=("beta must be above 0, but is {got}", "use beta=1.0 for F1"),
        es=("beta debe ser mayor que 0, pero es {got}", "use beta=1.0 para F1"),
        more=(
            "beta says how many times as dear recall is as precision.",
            "beta dice cuántas veces más importa la exhaustividad que la precisión.",
        ),
    ),
    "metric-quantile": Entry(
        en=("a quantile lies between 0 and 1, but is {got}", "use quantile=0.5 for the median"),
        es=("un cuantil está entre 0 y 1, pero es {got}", "use quantile=0.5 para la mediana"),
        more=(
            "The quantile is the share of the targets that is to lie below the prediction.",
            "El cuantil es la fracción de los objetivos que debe quedar bajo la predicción.",
        ),
    ),
    "metric-one-class": Entry(
        en=("a curve needs both yes and no among the targets", "give targets of both classes"),
        es=(
            "una curva necesita tanto sí como no entre los objetivos",
            "dé objetivos de ambas clases",
        ),
        more=(
            "The rates of true and false positives are shares of the yes and of the no.",
            "Las tasas de verdaderos y falsos positivos son fracciones de los sí y de los no.",
        ),
    ),
    "metric-weightless": Entry(
        en=("{name} takes no weights", "leave the weights out"),
        es=("{name} no acepta pesos", "omita los pesos"),
        more=(
            "The figure is no mean over examples: it compares whole texts or whole clouds.",
            "La cifra no es una media de ejemplos: compara textos enteros o nubes enteras.",
        ),
    ),
    "text-counts": Entry(
        en=(
            "there are {predicted} predicted texts but {true} true ones",
            "give one true text, or list of references, for each prediction",
        ),
        es=(
            "hay {predicted} textos predichos pero {true} verdaderos",
            "dé un texto verdadero, o una lista de referencias, por cada predicción",
        ),
        more=(
            "Texts are compared in pairs, the first with the first and so on.",
            "Los textos se comparan por parejas, el primero con el primero y así sucesivamente.",
        ),
    ),
    "text-references": Entry(
        en=("a text has no reference", "give each text at least one reference"),
        es=("un texto no tiene referencia", "dé a cada texto al menos una referencia"),
        more=(
            "The references of a text are a string, or a list of strings or of lists of tokens.",
            "Las referencias de un texto son una cadena, o una lista de cadenas o de listas de "
            "tokens.",
        ),
    ),
    "text-list": Entry(
        en=("texts come as a list, not as {got}", "put a single text into brackets: [text]"),
        es=(
            "los textos se dan como lista, no como {got}",
            "ponga un solo texto entre corchetes: [texto]",
        ),
        more=(
            "A string would be taken for a list of its characters.",
            "Una cadena se tomaría por la lista de sus caracteres.",
        ),
    ),
    "cluster-count": Entry(
        en=(
            "silhouette: {clusters} clusters among {points} points have none beside them",
            "give at least 2 clusters, and fewer than points",
        ),
        es=(
            "silhouette: {clusters} grupos entre {points} puntos no tienen con qué compararse",
            "dé al menos 2 grupos, y menos que puntos",
        ),
        more=(
            "The silhouette compares the distance to one's own cluster with that to the nearest "
            "other one.",
            "La silueta compara la distancia al propio grupo con la distancia al otro grupo más "
            "cercano.",
        ),
    ),
    "samples-shape": Entry(
        en=(
            "{name}: the samples {left} and {right} must be tables (n, d) of equally many columns",
            "give one row for each sample",
        ),
        es=(
            "{name}: las muestras {left} y {right} deben ser tablas (n, d) con igual número de "
            "columnas",
            "dé una fila por cada muestra",
        ),
        more=(
            "Two clouds are compared point by point of one space; each row is a point.",
            "Se comparan dos nubes de puntos de un mismo espacio; cada fila es un punto.",
        ),
    ),
    "samples-few": Entry(
        en=(
            "{name}: {got} samples are too few, {least} or more are needed",
            "draw more samples",
        ),
        es=(
            "{name}: {got} muestras son muy pocas, se necesitan {least} o más",
            "tome más muestras",
        ),
        more=(
            "A covariance needs more than one sample, and a good one many more than columns.",
            "Una covarianza necesita más de una muestra, y una buena, muchas más que columnas.",
        ),
    ),
    "samples-flat": Entry(
        en=(
            "{name}: the samples lie in a flat space, where a Gaussian has no density",
            "draw more samples than columns, or leave out columns that depend on others",
        ),
        es=(
            "{name}: las muestras están en un espacio plano, donde una gaussiana no tiene densidad",
            "tome más muestras que columnas, u omita columnas que dependen de otras",
        ),
        more=(
            "The covariance matrix has no inverse, so that the divergence is infinite or unknown.",
            "La matriz de covarianza no tiene inversa, así que la divergencia es infinita o "
            "desconocida.",
        ),
    ),
    "metric-positive": Entry(
        en=("{name} must be positive, not {got}", "leave it out to take the default"),
        es=("{name} debe ser positivo, no {got}", "omítalo para usar el valor por defecto"),
        more=(
            "Numbers of bins and widths of kernels are sizes.",
            "El número de intervalos y el ancho de un núcleo son tamaños.",
        ),
    ),
    "map-shapes": Entry(
        en=(
            "a map's weights {weights} must be (rows, columns, d) and its data {data} (n, d)",
            "for a SOM give som.weight.reshape((rows, columns, features)) of two units or more",
        ),
        es=(
            "los pesos {weights} de un mapa deben ser (filas, columnas, d) y sus datos {data} "
            "(n, d)",
            "para un SOM dé som.weight.reshape((rows, columns, features)) de dos unidades o más",
        ),
        more=(
            "Where a unit stands on the map is read off from its place in the array of weights.",
            "El lugar de una unidad en el mapa se lee de su posición en el arreglo de pesos.",
        ),
    ),
}

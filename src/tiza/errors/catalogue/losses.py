"""Messages of the losses."""

from tiza.errors.entry import Entry

ENTRIES = {
    "loss-broadcast": Entry(
        en=(
            "{loss}: the prediction {x} and the target {t} differ in shape and would broadcast",
            "target.reshape({x})",
        ),
        es=(
            "{loss}: la predicción {x} y el objetivo {t} difieren en forma y se expandirían",
            "target.reshape({x})",
        ),
        more=(
            "Shapes such as (n, 1) and (n,) would broadcast to (n, n): every prediction would "
            "be compared with every target, the loss would still fall, and the network would "
            "learn the mean. Losses therefore want equal shapes.",
            "Formas como (n, 1) y (n,) se expandirían a (n, n): cada predicción se compararía "
            "con cada objetivo, la pérdida igual bajaría, y la red aprendería la media. Por eso"
            " las pérdidas exigen formas iguales.",
        ),
    ),
    "loss-shapes": Entry(
        en=(
            "{loss}: the prediction {x} and the target {t} must have the same shape",
            "check what the network puts out and how the targets are read",
        ),
        es=(
            "{loss}: la predicción {x} y el objetivo {t} deben tener la misma forma",
            "revise qué entrega la red y cómo se leen los objetivos",
        ),
        more=(
            "A loss compares entry by entry, and never broadcasts.",
            "Una pérdida compara elemento a elemento, y nunca expande formas.",
        ),
    ),
    "loss-cross-shapes": Entry(
        en=(
            "cross_entropy: for scores {x} the target must be classes {wanted} or shares {x}, "
            "not {t}",
            "give one class for each example",
        ),
        es=(
            "cross_entropy: para puntuaciones {x} el objetivo debe ser clases {wanted} o partes"
            " {x}, no {t}",
            "dé una clase por ejemplo",
        ),
        more=(
            "Scores have their classes on axis 1. A target of whole numbers lacks that axis and"
            " holds the class; a target of real numbers has the shape of the scores and holds a"
            " distribution.",
            "Las puntuaciones tienen sus clases en el eje 1. Un objetivo de números enteros no "
            "tiene ese eje y contiene la clase; un objetivo de números reales tiene la forma de"
            " las puntuaciones y contiene una distribución.",
        ),
    ),
    "loss-scalar-logits": Entry(
        en=(
            "cross_entropy: a single number has no axis of classes",
            "give scores of shape (n, classes)",
        ),
        es=(
            "cross_entropy: un solo número no tiene eje de clases",
            "dé puntuaciones de forma (n, clases)",
        ),
        more=(
            "There must be one score for each class.",
            "Debe haber una puntuación por clase.",
        ),
    ),
    "loss-type": Entry(
        en=(
            "{loss}: real numbers are wanted, not {got}",
            "convert them, e.g. x.astype('float32')",
        ),
        es=(
            "{loss}: se esperan números reales, no {got}",
            "conviértalos, p. ej. x.astype('float32')",
        ),
        more=(
            "A loss is differentiated with respect to its prediction, which therefore has to be"
            " of a floating-point type.",
            "Una pérdida se deriva con respecto a su predicción, que por eso debe ser de punto "
            "flotante.",
        ),
    ),
    "loss-target-type": Entry(
        en=(
            "classes are whole numbers, not {got}",
            "convert them, e.g. y.astype('int64')",
        ),
        es=(
            "las clases son números enteros, no {got}",
            "conviértalas, p. ej. y.astype('int64')",
        ),
        more=(
            "A class is the number of a column of the scores.",
            "Una clase es el número de una columna de las puntuaciones.",
        ),
    ),
    "loss-class": Entry(
        en=(
            "target{at} is class {got}, which does not exist among {size} classes, numbered "
            "from 0 to {last}",
            "give the last layer more outputs, or number the classes from 0",
        ),
        es=(
            "target{at} es la clase {got}, que no existe entre {size} clases, numeradas de "
            "0 a {last}",
            "dé más salidas a la última capa, o numere las clases desde 0",
        ),
        more=(
            "The last layer must put out one score for each class. Classes numbered from 1 are "
            "a common cause.",
            "La última capa debe entregar una puntuación por clase. Numerar las clases desde 1 "
            "es una causa común.",
        ),
    ),
    "loss-class-weight": Entry(
        en=(
            "the class weights have shape {got}, but there are {classes} classes",
            "give one weight for each class",
        ),
        es=(
            "los pesos de clase tienen forma {got}, pero hay {classes} clases",
            "dé un peso por clase",
        ),
        more=(
            "Class weights say how much each class counts.",
            "Los pesos de clase dicen cuánto cuenta cada clase.",
        ),
    ),
    "loss-weight": Entry(
        en=(
            "a weight of shape {got} does not fit losses of shape {wanted}",
            "give one weight for each entry",
        ),
        es=(
            "un peso de forma {got} no se ajusta a pérdidas de forma {wanted}",
            "dé un peso por elemento",
        ),
        more=(
            "Weights multiply the loss entry by entry and must not enlarge it.",
            "Los pesos multiplican la pérdida elemento a elemento y no deben agrandarla.",
        ),
    ),
    "loss-reduction": Entry(
        en=(
            "{loss}: there is no reduction {got!r}",
            'choose "mean", "sum" or "none"',
        ),
        es=(
            "{loss}: no existe la reducción {got!r}",
            'elija "mean", "sum" o "none"',
        ),
        more=(
            "The reduction says how the losses of the entries become one number, or that they "
            "do not.",
            "La reducción dice cómo las pérdidas de los elementos se vuelven un número, o que "
            "no lo hacen.",
        ),
    ),
    "loss-smoothing": Entry(
        en=(
            "label smoothing must lie between 0 and 1, but is {got}",
            "use a small share such as 0.1",
        ),
        es=(
            "el suavizado de etiquetas debe estar entre 0 y 1, pero es {got}",
            "use una fracción pequeña como 0.1",
        ),
        more=(
            "Smoothing takes that share of the target's weight and spreads it over all classes.",
            "El suavizado toma esa fracción del peso del objetivo y la reparte entre todas las "
            "clases.",
        ),
    ),
    "loss-probability": Entry(
        en=(
            "binary_cross_entropy: a probability lies between 0 and 1, but {got} is among them",
            "use binary_cross_entropy_with_logits for the raw outputs of a network",
        ),
        es=(
            "binary_cross_entropy: una probabilidad está entre 0 y 1, pero entre ellas está {got}",
            "use binary_cross_entropy_with_logits para las salidas crudas de una red",
        ),
        more=(
            "The raw output of a network is a logit, which becomes a probability by the "
            "sigmoid; the loss with logits does both at once and is exact for large logits.",
            "La salida cruda de una red es un logit, que se vuelve probabilidad con la "
            "sigmoide; la pérdida con logits hace ambas cosas y es exacta para logits grandes.",
        ),
    ),
    "loss-power": Entry(
        en=(
            "multi_margin_loss: p must be 1 or 2, not {got}",
            "use p=1",
        ),
        es=(
            "multi_margin_loss: p debe ser 1 o 2, no {got}",
            "use p=1",
        ),
        more=(
            "The margin that is missing counts as it is, or squared.",
            "El margen que falta cuenta tal cual, o al cuadrado.",
        ),
    ),
    "loss-signs": Entry(
        en=(
            "{loss}: targets are +1 or -1, but {got} is among them",
            "turn 0 and 1 into signs with 2 * y - 1",
        ),
        es=(
            "{loss}: los objetivos son +1 o -1, pero entre ellos está {got}",
            "convierta 0 y 1 en signos con 2 * y - 1",
        ),
        more=(
            "Margins are measured on the side that the sign names.",
            "Los márgenes se miden del lado que indica el signo.",
        ),
    ),
    "loss-variance": Entry(
        en=(
            "gaussian_nll_loss: a variance is not negative, but {got} is among them",
            "let the network put out its logarithm, and take exp",
        ),
        es=(
            "gaussian_nll_loss: una varianza no es negativa, pero entre ellas está {got}",
            "haga que la red entregue su logaritmo, y aplique exp",
        ),
        more=(
            "The variance is a mean of squares.",
            "La varianza es una media de cuadrados.",
        ),
    ),
    "loss-temperature": Entry(
        en=(
            "info_nce_loss: the temperature must be above 0, but is {got}",
            "use temperature=0.1",
        ),
        es=(
            "info_nce_loss: la temperatura debe ser mayor que 0, pero es {got}",
            "use temperature=0.1",
        ),
        more=(
            "Similarities are divided by the temperature.",
            "Las similitudes se dividen entre la temperatura.",
        ),
    ),
    "loss-vectors": Entry(
        en=(
            "{loss}: vectors of shape (n, d) are wanted, not {got}",
            "flatten each example to one vector",
        ),
        es=(
            "{loss}: se esperan vectores de forma (n, d), no {got}",
            "aplane cada ejemplo a un vector",
        ),
        more=(
            "Each row is compared with each other row.",
            "Cada fila se compara con cada otra fila.",
        ),
    ),
    "loss-gamma": Entry(
        en=(
            "focal_loss: gamma must not be negative, but is {got}",
            "use gamma=2.0",
        ),
        es=(
            "focal_loss: gamma no debe ser negativo, pero es {got}",
            "use gamma=2.0",
        ),
        more=(
            "Easy examples fade with the power gamma; 0 is plain cross entropy.",
            "Los ejemplos fáciles se atenúan con la potencia gamma; 0 es la entropía cruzada "
            "simple.",
        ),
    ),
    "loss-gan": Entry(
        en=(
            "there is no adversarial loss {got!r}",
            "choose one of {known}",
        ),
        es=(
            "no existe la pérdida adversaria {got!r}",
            "elija una de {known}",
        ),
        more=(
            "The game between generator and critic is written in several ways, which differ in "
            "their slopes.",
            "El juego entre generador y crítico se escribe de varias maneras, que difieren en "
            "sus pendientes.",
        ),
    ),
    "ctc-scores": Entry(
        en=(
            "ctc_loss: log-probabilities of shape (time, batch, classes) are wanted, not {got}",
            "move the axes, e.g. tz.permute_dims(x, (1, 0, 2))",
        ),
        es=(
            "ctc_loss: se esperan log-probabilidades de forma (tiempo, lote, clases), no {got}",
            "mueva los ejes, p. ej. tz.permute_dims(x, (1, 0, 2))",
        ),
        more=(
            "Time comes first, as in PyTorch.",
            "El tiempo va primero, como en PyTorch.",
        ),
    ),
    "ctc-blank": Entry(
        en=(
            "ctc_loss: the blank {got} is none of the {classes} classes",
            "use blank=0",
        ),
        es=(
            "ctc_loss: el blanco {got} no es ninguna de las {classes} clases",
            "use blank=0",
        ),
        more=(
            "One class stands for no label at all.",
            "Una clase representa la ausencia de etiqueta.",
        ),
    ),
    "ctc-lengths": Entry(
        en=(
            "ctc_loss: lengths {input} and {target} do not give one for each of {batch} examples",
            "give one input length and one target length for each example",
        ),
        es=(
            "ctc_loss: las longitudes {input} y {target} no dan una por cada uno de los {batch}"
            " ejemplos",
            "dé una longitud de entrada y una de objetivo por ejemplo",
        ),
        more=(
            "Each example has its own number of steps and of labels.",
            "Cada ejemplo tiene su propio número de pasos y de etiquetas.",
        ),
    ),
    "ctc-too-long": Entry(
        en=(
            "ctc_loss: an input length of {got} is more than the {steps} steps there are",
            "give lengths of at most {steps}",
        ),
        es=(
            "ctc_loss: una longitud de entrada de {got} supera los {steps} pasos que hay",
            "dé longitudes de a lo sumo {steps}",
        ),
        more=(
            "Steps beyond the length are ignored; there cannot be more than were given.",
            "Los pasos más allá de la longitud se ignoran; no puede haber más de los que se "
            "dieron.",
        ),
    ),
    "ctc-targets": Entry(
        en=(
            "ctc_loss: targets of shape {got} are neither {batch} rows nor one row of the "
            "summed lengths",
            "pad the targets to one row for each example",
        ),
        es=(
            "ctc_loss: los objetivos de forma {got} no son {batch} filas ni una fila con las "
            "longitudes sumadas",
            "rellene los objetivos hasta una fila por ejemplo",
        ),
        more=(
            "Labels stand one example a row, padded to the longest, or all after one another.",
            "Las etiquetas van un ejemplo por fila, rellenadas hasta la más larga, o todas "
            "seguidas.",
        ),
    ),
    "loss-beta": Entry(
        en=(
            "smooth_l1_loss: beta must not be negative, but is {got}",
            "use beta=1.0",
        ),
        es=(
            "smooth_l1_loss: beta no debe ser negativo, pero es {got}",
            "use beta=1.0",
        ),
        more=(
            "beta is the distance at which the loss turns from quadratic to linear.",
            "beta es la distancia a la que la pérdida pasa de cuadrática a lineal.",
        ),
    ),
    "loss-delta": Entry(
        en=(
            "huber_loss: delta must be above 0, but is {got}",
            "use delta=1.0",
        ),
        es=(
            "huber_loss: delta debe ser mayor que 0, pero es {got}",
            "use delta=1.0",
        ),
        more=(
            "delta is the distance at which the loss turns from quadratic to linear.",
            "delta es la distancia a la que la pérdida pasa de cuadrática a lineal.",
        ),
    ),
}

"""Messages of penalties, augmentation, mixing, and work on parameters."""

from tiza.errors.entry import Entry

ENTRIES = {
    "penalty-negative": Entry(
        en=("{layer}: {name} must not be negative, but is {got}", "give a positive number"),
        es=("{layer}: {name} no debe ser negativo, pero es {got}", "dé un número positivo"),
        more=(
            "A negative strength would reward what it is meant to hold back. A limit must be "
            "above zero.",
            "Una intensidad negativa premiaría lo que debe frenar. Un límite debe ser mayor que "
            "cero.",
        ),
    ),
    "penalty-abstract": Entry(
        en=("{kind} does not say what a parameter costs", "write its method of(param)"),
        es=("{kind} no dice cuánto cuesta un parámetro", "escriba su método of(param)"),
        more=(
            "A penalty is a class with a method that gives the price of one parameter.",
            "Una penalización es una clase con un método que da el precio de un parámetro.",
        ),
    ),
    "share-range": Entry(
        en=("{layer}: {name} must lie between 0 and 1, but is {got}", "give a share, e.g. 0.5"),
        es=(
            "{layer}: {name} debe estar entre 0 y 1, pero es {got}",
            "dé una fracción, p. ej. 0.5",
        ),
        more=(
            "Probabilities and shares are numbers from 0 (none) to 1 (all).",
            "Las probabilidades y fracciones son números de 0 (nada) a 1 (todo).",
        ),
    ),
    "augment-axes": Entry(
        en=(
            "{layer}: pictures have the axes (n, c, h, w), but x has shape {got}",
            "for one channel give x.reshape((n, 1, h, w))",
        ),
        es=(
            "{layer}: las imágenes tienen los ejes (n, c, h, w), pero x tiene forma {got}",
            "para un solo canal dé x.reshape((n, 1, h, w))",
        ),
        more=(
            "A batch of pictures has an axis each for examples, channels, rows and columns.",
            "Un lote de imágenes tiene un eje para ejemplos, otro para canales, otro para filas "
            "y otro para columnas.",
        ),
    ),
    "crop-size": Entry(
        en=(
            "RandomCrop: a window of {size} does not fit into x {got} with padding {padding}",
            "give pictures (n, c, h, w) at least as large, or more padding",
        ),
        es=(
            "RandomCrop: una ventana de {size} no cabe en x {got} con relleno {padding}",
            "dé imágenes (n, c, h, w) al menos tan grandes, o más relleno",
        ),
        more=(
            "The window is taken from the picture with its frame of zeros.",
            "La ventana se toma de la imagen con su marco de ceros.",
        ),
    ),
    "mixing-alpha": Entry(
        en=("{layer}: alpha must be positive, but is {got}", "leave the mixing out for none"),
        es=("{layer}: alpha debe ser positivo, pero es {got}", "omita la mezcla si no la desea"),
        more=(
            "The share of each example is drawn from Beta(alpha, alpha): near 0 or 1 for small "
            "alpha, near one half for large.",
            "La fracción de cada ejemplo se toma de Beta(alpha, alpha): cerca de 0 o 1 si alpha "
            "es pequeño, cerca de un medio si es grande.",
        ),
    ),
    "mixing-classes": Entry(
        en=(
            "{layer}: classes cannot be mixed before their number is known",
            "say num_classes=..., or give targets as shares of classes",
        ),
        es=(
            "{layer}: las clases no se pueden mezclar sin conocer cuántas son",
            "indique num_classes=..., o dé los objetivos como fracciones de clases",
        ),
        more=(
            "Half of class 2 and half of class 5 is a row of shares, one for each class.",
            "Mitad clase 2 y mitad clase 5 es una fila de fracciones, una por clase.",
        ),
    ),
    "mixing-shapes": Entry(
        en=(
            "{layer}: the input {input} and the target {target} differ in their first axis",
            "give one target for each example",
        ),
        es=(
            "{layer}: la entrada {input} y el objetivo {target} difieren en su primer eje",
            "dé un objetivo por cada ejemplo",
        ),
        more=(
            "Examples and targets are shuffled together, and mixed in the same proportion.",
            "Los ejemplos y los objetivos se barajan juntos y se mezclan en igual proporción.",
        ),
    ),
    "parameter-pattern": Entry(
        en=("no parameter is called {got!r}", "they are called: {known}"),
        es=("ningún parámetro se llama {got!r}", "se llaman: {known}"),
        more=(
            "Parameters have dotted names as in state_dict; in patterns * stands for anything.",
            "Los parámetros tienen nombres con puntos como en state_dict; en los patrones * "
            "representa cualquier cosa.",
        ),
    ),
    "tie-shapes": Entry(
        en=(
            "tie: {name} {got} and {to} {want} differ in shape",
            "only parameters of one shape can become one",
        ),
        es=(
            "tie: {name} {got} y {to} {want} difieren en forma",
            "solo parámetros de igual forma pueden volverse uno",
        ),
        more=(
            "Tied parameters are one array at two places of the model.",
            "Los parámetros ligados son un mismo arreglo en dos lugares del modelo.",
        ),
    ),
}

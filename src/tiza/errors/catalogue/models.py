"""Messages of the ready-made models."""

from tiza.errors.entry import Entry

ENTRIES = {
    "model-sizes": Entry(
        en=(
            "a network of layers needs at least an input and an output width; got {got}",
            "give the widths from input to output, such as (784, 128, 10)",
        ),
        es=(
            "una red de capas necesita al menos el ancho de la entrada y el de la salida; "
            "se dio {got}",
            "dé los anchos de la entrada a la salida, por ejemplo (784, 128, 10)",
        ),
        more=(
            "Each pair of neighbouring widths makes one layer: (784, 128, 10) has two.",
            "Cada par de anchos vecinos forma una capa: (784, 128, 10) tiene dos.",
        ),
    ),
    "model-choice": Entry(
        en=(
            "{model}: {name} cannot be {got!r}",
            "choose among {known}",
        ),
        es=(
            "{model}: {name} no puede ser {got!r}",
            "elija entre {known}",
        ),
        more=(
            "A name is looked up in a short list, so that a model can be written down as data and "
            "built again.",
            "El nombre se busca en una lista corta, para que el modelo se pueda escribir como "
            "datos y construir de nuevo.",
        ),
    ),
    "model-steps": Entry(
        en=(
            "ddim: {got} steps are asked for, of {most}",
            "ask for 1 to {most} steps",
        ),
        es=(
            "ddim: se piden {got} pasos, de {most}",
            "pida entre 1 y {most} pasos",
        ),
        more=(
            "DDIM visits some of the times at which noise was added in training; there are no "
            "others.",
            "DDIM visita algunos de los tiempos en que se añadió ruido al entrenar; no hay otros.",
        ),
    ),
    "model-context": Entry(
        en=(
            "{new} new tokens make a sequence of {got}, but the model sees at most {most}",
            "give the last {most} tokens, or one new token after a cache",
        ),
        es=(
            "con {new} tokens nuevos la secuencia tiene {got}, pero el modelo ve a lo sumo {most}",
            "dé los últimos {most} tokens, o un solo token nuevo después de una caché",
        ),
        more=(
            "Each place has a learned vector, and there are as many as the context is long. A "
            "cache holds what earlier tokens left, and takes one token at a time.",
            "Cada posición tiene un vector aprendido, y hay tantos como el largo del contexto. La "
            "caché guarda lo que dejaron los tokens anteriores, y recibe uno a la vez.",
        ),
    ),
    "model-temperature": Entry(
        en=(
            "a temperature cannot be negative; got {got}",
            "use 0 for the likeliest token, about 0.8 for a cautious draw, 1 for the model's own",
        ),
        es=(
            "una temperatura no puede ser negativa; se dio {got}",
            "use 0 para el token más probable, cerca de 0.8 para un sorteo prudente, 1 para el "
            "del propio modelo",
        ),
        more=(
            "Scores are divided by the temperature before the softmax: below 1 the likely become "
            "likelier, above 1 all become alike.",
            "Los puntajes se dividen entre la temperatura antes de softmax: por debajo de 1 lo "
            "probable se vuelve más probable; por encima, todo se parece.",
        ),
    ),
}

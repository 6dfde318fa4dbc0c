"""The words of recipes that people read at run time, in both languages."""

from tiza.errors import pick

WORDS: dict[str, tuple[str, str]] = {
    "table": ("{target} of {file}", "{target} de {file}"),
    "classification": ("classification", "clasificación"),
    "regression": ("regression", "regresión"),
    "summary": (
        "A network of {parameters} parameters, trained on {train} examples, watched on "
        "{valid}, tested on {test} that it never saw.",
        "Una red de {parameters} parámetros, entrenada con {train} ejemplos, vigilada con "
        "{valid}, probada con {test} que nunca vio.",
    ),
    "note-test": (
        "The {test} test examples were looked at once, at the end; every choice was made on the "
        "{valid} validation examples.",
        "Los {test} ejemplos de prueba se miraron una sola vez, al final; toda elección se hizo "
        "con los {valid} de validación.",
    ),
    "note-prepared": (
        "Means, categories and fillings of gaps come from the training rows alone.",
        "Medias, categorías y rellenos de huecos salen solo de las filas de entrenamiento.",
    ),
    "note-twice": (
        "Beware: {twice} test examples stand in the training part too, with the same inputs.",
        "Cuidado: {twice} ejemplos de prueba están también en la parte de entrenamiento.",
    ),
    "further-show": ("figures, curves, settings, files", "cifras, curvas, ajustes, archivos"),
    "further-predict": ("ask the model", "preguntar al modelo"),
    "further-derive": ("its mathematics, step by step", "sus matemáticas, paso a paso"),
    "further-report": ("the report in the browser", "el informe en el navegador"),
    "further-replay": (
        "the same run again: are the weights the same?",
        "la misma corrida otra vez: ¿son iguales los pesos?",
    ),
    "further-copy": (
        "its code in a file of your own, to be changed",
        "su código en un archivo propio, para cambiarlo",
    ),
    "further-runs": ("all runs", "todas las corridas"),
    "further-ops": ("what a layer computes", "qué calcula una capa"),
    "board-class": (
        "Test example {row}, of class {name}, to which the network gives {share}: forward, "
        "backward, gradients and update of all layers",
        "Ejemplo de prueba {row}, de la clase {name}, a la que la red da {share}: hacia adelante, "
        "retropropagación, gradientes y actualización de todas las capas",
    ),
    "board-summary": (
        "All steps: forward, backward, gradients",
        "Todos los pasos: propagación, retropropagación, gradientes",
    ),
    "board-number": (
        "Test example {row}: forward, backward, gradients and update of all layers",
        "Ejemplo de prueba {row}: hacia adelante, retropropagación, gradientes y actualización "
        "de todas las capas",
    ),
    "neuron": (
        "One neuron on the blackboard: the output for class {name}, on test example {row}, "
        "which is of that class.",
        "Una neurona en el pizarrón: la salida de la clase {name}, con el ejemplo de prueba "
        "{row}, que es de esa clase.",
    ),
    "neuron-letters": (
        "aᵢ: the {shown} hidden units that weigh most here, counted from 0; r: what the other "
        "{others} add; c: log ∑ eᶻ of the other outputs, so that p is softmax's probability.",
        "aᵢ: las {shown} neuronas ocultas que más pesan aquí, contadas desde 0; r: lo que suman "
        "las otras {others}; c: log ∑ eᶻ de las demás salidas, así que p es la probabilidad de "
        "softmax.",
    ),
    "row-without": (
        "row {row}: column {column} is missing",
        "fila {row}: falta la columna {column}",
    ),
    "goes-on": (
        "going on after {passes} passes that are kept",
        "continúa tras {passes} pasadas que están guardadas",
    ),
    "resume": (
        "kept: tiza train {recipe} --resume {run} goes on from here",
        "guardado: tiza train {recipe} --resume {run} continúa desde aquí",
    ),
    "no-resume": (
        "nothing is kept of it yet: tiza replay {run} starts it again",
        "aún no hay nada guardado: tiza replay {run} la empieza de nuevo",
    ),
    "no-network": ("its configuration holds no network", "su configuración no contiene una red"),
    "no-weights": ("weights.safetensors is missing", "falta weights.safetensors"),
}


def word(key: str, **params: object) -> str:
    """The text of `key` in the language in force.

    >>> word("classification")
    'classification'
    """
    return pick(WORDS[key]).format(**params)

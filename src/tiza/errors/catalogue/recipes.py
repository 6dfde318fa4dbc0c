"""Messages of recipes and their settings, of sweeps, replays and comparisons."""

from tiza.errors.entry import Entry

ENTRIES = {
    "setting-unknown": Entry(
        en=("{recipe} has no setting {got!r}", "--set {names}=... (see tiza recipes {recipe})"),
        es=(
            "{recipe} no tiene el ajuste {got!r}",
            "--set {names}=... (véase tiza recipes {recipe})",
        ),
        more=(
            "Every recipe declares what may be set in it: learning rate, epochs, widths. "
            "`tiza recipes NAME` lists the names, their types, defaults and meaning.",
            "Cada receta declara lo que se puede ajustar en ella: tasa de aprendizaje, épocas, "
            "anchos. `tiza recipes NOMBRE` lista los nombres, sus tipos, valores y significado.",
        ),
    ),
    "setting-value": Entry(
        en=("{name}: {got!r} is not a good value", "{name} takes {wanted}"),
        es=("{name}: {got!r} no es un valor admitido", "{name} admite {wanted}"),
        more=(
            "A setting has a type, and often bounds. `tiza recipes NAME` lists them.",
            "Un ajuste tiene un tipo y, a menudo, límites. `tiza recipes NOMBRE` los lista.",
        ),
    ),
    "setting-form": Entry(
        en=("{got!r} is not a name with a value", "--set lr=0.001"),
        es=("{got!r} no es un nombre con su valor", "--set lr=0.001"),
        more=(
            "Each --set takes one name and one value with = between them; it may be repeated.",
            "Cada --set lleva un nombre y un valor con = en medio; se puede repetir.",
        ),
    ),
    "recipe-unknown": Entry(
        en=("there is no recipe {got!r}", "one of {names}"),
        es=("no existe la receta {got!r}", "una de {names}"),
        more=(
            "A recipe is named as `tiza recipes` lists it, or is a Python file of one's own.",
            "Una receta se nombra como la lista `tiza recipes`, o es un archivo Python propio.",
        ),
    ),
    "recipe-file": Entry(
        en=(
            "{path} holds no recipe",
            "ABOUT = About(...) and a function study(settings) or problem(settings)",
        ),
        es=(
            "{path} no contiene una receta",
            "ABOUT = About(...) y una función study(settings) o problem(settings)",
        ),
        more=(
            "A recipe is a Python file with ABOUT, which says what it is, and a function that "
            "runs it. `tiza recipes copy NAME` writes one to begin from.",
            "Una receta es un archivo Python con ABOUT, que dice qué es, y una función que la "
            "ejecuta. `tiza recipes copy NOMBRE` escribe una para empezar.",
        ),
    ),
    "predict-cannot": Entry(
        en=("the recipe {recipe} cannot be asked", "tiza show {run}"),
        es=("a la receta {recipe} no se le puede preguntar", "tiza show {run}"),
        more=(
            "Some recipes find something out rather than learn to answer; their report says what.",
            "Algunas recetas averiguan algo en vez de aprender a responder; su informe dice qué.",
        ),
    ),
    "predict-words": Entry(
        en=("{got!r} cannot be read: {wanted} is wanted", "tiza predict RUN {example}"),
        es=("{got!r} no se puede leer: se espera {wanted}", "tiza predict CORRIDA {example}"),
        more=(
            "Each recipe takes its own raw input: a picture, a text, numbers, a row with names. "
            "The last lines of its run show an example.",
            "Cada receta toma su propia entrada: una imagen, un texto, números, una fila con "
            "nombres. Las últimas líneas de su corrida muestran un ejemplo.",
        ),
    ),
    "derive-cannot": Entry(
        en=("the recipe {recipe} has no example for the blackboard", "tiza show {run}"),
        es=("la receta {recipe} no tiene un ejemplo para el pizarrón", "tiza show {run}"),
        more=(
            "A recipe with a loop of its own is derived where its file has a function `board`, "
            "which gives the loss on one small example.",
            "Una receta con bucle propio se deriva si su archivo tiene una función `board`, que "
            "da la pérdida con un ejemplo pequeño.",
        ),
    ),
    "replay-cannot": Entry(
        en=("{run} does not say how it was made", "tiza train RECIPE, then tiza replay last"),
        es=("{run} no dice cómo se hizo", "tiza train RECETA, y luego tiza replay last"),
        more=(
            "Runs of recipes and of tables keep what is needed to do them again. A run of a "
            "program of one's own is done again by that program.",
            "Las corridas de recetas y de tablas guardan lo necesario para repetirlas. La de un "
            "programa propio se repite con ese programa.",
        ),
    ),
    "replay-data": Entry(
        en=("{file} has changed since the run", "tiza train {file} ... for a new run"),
        es=("{file} cambió desde la corrida", "tiza train {file} ... para una corrida nueva"),
        more=(
            "A replay needs the very rows that the run learned from; their checksum differs.",
            "Para repetir la corrida hacen falta las mismas filas; su suma de verificación es "
            "otra.",
        ),
    ),
    "resume-options": Entry(
        en=(
            "--resume takes the run's own settings, so {option} has no place",
            "leave {option} out",
        ),
        es=("--resume toma los ajustes de la corrida; {option} no cabe", "quite {option}"),
        more=(
            "A run that goes on must come to the same weights as one that never stopped; other "
            "settings make another run.",
            "Una corrida que continúa debe llegar a los mismos pesos que una que nunca paró; con "
            "otros ajustes es otra corrida.",
        ),
    ),
    "resume-other": Entry(
        en=("{run} is a run of {name}, not of {what}", "tiza train {name} --resume {run}"),
        es=("{run} es una corrida de {name}, no de {what}", "tiza train {name} --resume {run}"),
        more=(
            "A run goes on with the recipe or the table that it began with; `tiza runs` lists "
            "the runs.",
            "Una corrida continúa con la receta o la tabla con que empezó; `tiza runs` lista las "
            "corridas.",
        ),
    ),
    "resume-over": Entry(
        en=("{run} came to its end: nothing is left to do", "tiza replay {run} does it again"),
        es=("{run} llegó a su fin: no queda nada por hacer", "tiza replay {run} la repite"),
        more=(
            "Only a run that was interrupted, killed or has failed can go on.",
            "Solo puede continuar una corrida que se interrumpió, se mató o falló.",
        ),
    ),
    "resume-running": Entry(
        en=("{run} is still going on", "end it with Ctrl-C in its terminal, or wait"),
        es=("{run} todavía está en marcha", "termínela con Ctrl-C en su terminal, o espere"),
        more=(
            "Two processes that write one run would spoil each other's checkpoints.",
            "Dos procesos que escriben una misma corrida se estropearían los puntos de control.",
        ),
    ),
    "resume-nothing": Entry(
        en=("{run} has no checkpoint to go on from", "tiza replay {run} starts it again"),
        es=(
            "{run} no tiene punto de control para continuar",
            "tiza replay {run} la empieza de nuevo",
        ),
        more=(
            "Recipes keep a checkpoint every few seconds; what takes only seconds keeps none, and "
            "nor does a run that ended before the first.",
            "Las recetas guardan un punto de control cada pocos segundos; lo que dura solo "
            "segundos no guarda ninguno, ni tampoco una corrida que terminó antes del primero.",
        ),
    ),
    "passes-unknown": Entry(
        en=("loop: nobody knows how to keep a {kind}", "give it state_dict and load_state_dict"),
        es=("loop: no se sabe cómo guardar un {kind}", "dele state_dict y load_state_dict"),
        more=(
            "What a pass of a recipe's loop changes is kept, so that the run can go on: models, "
            "optimizers, NumPy generators, lists and dicts of numbers, iterators of batches, and "
            "whatever has a state_dict.",
            "Se guarda lo que cambia una pasada del ciclo de una receta, para que la corrida pueda "
            "continuar: modelos, optimizadores, generadores de NumPy, listas y diccionarios de "
            "números, iteradores de lotes, y todo lo que tenga state_dict.",
        ),
    ),
    "report-missing": Entry(
        en=("{run} has no report in {folder}", "tiza replay {run}"),
        es=("{run} no tiene informe en {folder}", "tiza replay {run}"),
        more=(
            "A run that was interrupted, or whose folder is gone, has no report.",
            "Una corrida interrumpida, o cuya carpeta ya no está, no tiene informe.",
        ),
    ),
    "runs-where": Entry(
        en=("{got!r} is no condition on a figure", '--where "accuracy>=0.97"'),
        es=("{got!r} no es una condición sobre una cifra", '--where "accuracy>=0.97"'),
        more=(
            "A condition is the name of a figure, one of >= <= > < =, and a number or a share. "
            "Quotes keep the shell from reading > and <.",
            "Una condición es el nombre de una cifra, uno de >= <= > < =, y un número o parte. "
            "Las comillas evitan que el intérprete lea > y <.",
        ),
    ),
    "runs-day": Entry(
        en=("{got!r} is no day", "2026-11-21, today, yesterday, or 7d for seven days ago"),
        es=("{got!r} no es un día", "2026-11-21, hoy, ayer, o 7d para hace siete días"),
        more=(
            "Days are written year-month-day, or as a number of days before today.",
            "Los días se escriben año-mes-día, o como número de días antes de hoy.",
        ),
    ),
    "runs-sort": Entry(
        en=("no run has {got!r} to sort by", "one of {names}"),
        es=("ninguna corrida tiene {got!r} para ordenar", "una de {names}"),
        more=(
            "Runs are sorted by a column of the table or by a figure that they ended with.",
            "Las corridas se ordenan por una columna de la tabla o por una cifra final.",
        ),
    ),
    "compare-few": Entry(
        en=("two runs at least are compared", "tiza compare RUN RUN"),
        es=("se comparan al menos dos corridas", "tiza compare CORRIDA CORRIDA"),
        more=(
            "`tiza runs` lists what there is; --recipe NAME takes all runs of a recipe.",
            "`tiza runs` lista lo que hay; --recipe NOMBRE toma todas las corridas de una receta.",
        ),
    ),
    "sweep-space": Entry(
        en=(
            "{name}={got!r} is no range",
            "{name}=1..10, {name}=log:1e-4..1e-1 or {name}=a|b|c ({name} takes {wanted})",
        ),
        es=(
            "{name}={got!r} no es un rango",
            "{name}=1..10, {name}=log:1e-4..1e-1 o {name}=a|b|c ({name} admite {wanted})",
        ),
        more=(
            "A sweep varies settings between two numbers (low..high, with log: in front for "
            "powers of ten) or among words divided by |. A setting with one value stays fixed.",
            "Un barrido varía ajustes entre dos números (menor..mayor, con log: delante para "
            "potencias de diez) o entre palabras separadas por |. Con un solo valor queda fijo.",
        ),
    ),
    "sweep-nothing": Entry(
        en=("nothing is varied", "--set {example}"),
        es=("no se varía nada", "--set {example}"),
        more=(
            "At least one --set must give a range: lr=log:1e-4..1e-1.",
            "Al menos un --set debe dar un rango: lr=log:1e-4..1e-1.",
        ),
    ),
    "sweep-metric": Entry(
        en=("{recipe} measures no {got!r} on its way", "--metric one of {names}"),
        es=("{recipe} no mide {got!r} en el camino", "--metric una de {names}"),
        more=(
            "A sweep chooses by a column of the curves, best one of validation data: the test "
            "set is never used for choices.",
            "Un barrido elige por una columna de las curvas, mejor una de validación: el conjunto "
            "de prueba nunca se usa para elegir.",
        ),
    ),
    "sweep-differs": Entry(
        en=("the sweep {name} is about {kept}", "--name another, or the same --set as before"),
        es=("el barrido {name} trata de {kept}", "--name otro, o los mismos --set de antes"),
        more=(
            "A sweep is continued with the same recipe, ranges and metric; others need a name "
            "of their own.",
            "Un barrido continúa con la misma receta, rangos y métrica; otros necesitan un nombre "
            "propio.",
        ),
    ),
    "sweep-grid": Entry(
        en=("a grid needs few values: {name} is continuous", "--sampler tpe, or {name}=a|b|c"),
        es=(
            "una malla necesita pocos valores: {name} es continuo",
            "--sampler tpe, o {name}=a|b|c",
        ),
        more=(
            "Grid search tries every combination, so each setting must be a whole number or one "
            "of a few words.",
            "La búsqueda en malla prueba toda combinación; cada ajuste debe ser un entero o una "
            "de pocas palabras.",
        ),
    ),
    "sweep-storage": Entry(
        en=("the storage {url} cannot be used: {reason}", "--storage sqlite:///sweeps.sqlite"),
        es=("no se puede usar {url}: {reason}", "--storage sqlite:///sweeps.sqlite"),
        more=(
            "Sweeps are kept by Optuna in SQLite, or in a server's database for several machines.",
            "Optuna guarda los barridos en SQLite, o en la base de un servidor para varias "
            "máquinas.",
        ),
    ),
}

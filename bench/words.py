"""What the pages and pictures of the measurements say, in English and in Spanish."""

WORDS: dict[str, tuple[str, str]] = {
    "title": ("Benchmarks", "Mediciones"),
    "intro": (
        "Time of one training step (forward, backward, Adam), in microseconds, of tiza beside "
        "PyTorch and JAX on the same machine in the same run. `make bench` wrote this page. "
        "tiza's figure is that of `Trainer.fit` on shuffled rows, its gathering of batches "
        "included; the others keep one batch. Before anything is timed, the losses of all are "
        "compared over 20 steps from the same weights. Then all are timed in turns, A B C … "
        "A B C …; each figure is the least of all samples, in brackets the middle one.",
        "Tiempo de un paso de entrenamiento (ida, vuelta, Adam), en microsegundos, de tiza al "
        "lado de PyTorch y JAX en la misma máquina y la misma corrida. `make bench` escribió esta "
        "página. La cifra de tiza es la de `Trainer.fit` sobre filas mezcladas, incluida la "
        "reunión de cada lote; los otros conservan un solo lote. Antes de medir se comparan las "
        "pérdidas de todos durante 20 pasos desde los mismos pesos. Después se mide por turnos, "
        "A B C … A B C …; cada cifra es la menor de todas las muestras y, entre paréntesis, la "
        "mediana.",
    ),
    "nothing": (
        "Nothing has been measured yet for this version: `make bench` measures and writes this "
        "page, `make bench QUICK=1` the first eight workloads within minutes.",
        "Todavía no se ha medido nada para esta versión: `make bench` mide y escribe esta página; "
        "`make bench QUICK=1`, las primeras ocho tareas en unos minutos.",
    ),
    "repeat": ("Measure it yourself", "Mídalo usted"),
    "commands": (
        """```sh
make bench                     # everything, an hour or two
make bench QUICK=1             # the first eight workloads, in minutes
make bench RUNG=lenet          # one of them; the other figures stay
make bench RUNG="lenet gpt" ARGS="--modes fit,fused --dry"    # some ways, nothing kept
.venv/bin/python -m bench.profile lenet     # where a step spends its time
.venv/bin/python -m bench memory            # memory and first steps, beside what is kept
.venv/bin/python -m bench.mapped --gb 32    # one pass over a file larger than memory
```""",
        """```sh
make bench                     # todo, una o dos horas
make bench QUICK=1             # las primeras ocho tareas, en minutos
make bench RUNG=lenet          # una de ellas; las otras cifras quedan
make bench RUNG="lenet gpt" ARGS="--modes fit,fused --dry"    # algunas formas, sin guardar
.venv/bin/python -m bench.profile lenet     # en qué se va el tiempo de un paso
.venv/bin/python -m bench memory            # memoria y primeros pasos, junto a lo guardado
.venv/bin/python -m bench.mapped --gb 32    # una pasada por un archivo mayor que la memoria
```""",
    ),
    "files": (
        "Figures of processors with different vectors are never mixed: those with AVX-512 are kept "
        "in `bench/results.json`, each other kind in a file of its own, such as "
        "`bench/results-avx2.json`, and shown in a section of its own.",
        "Nunca se mezclan cifras de procesadores con vectores distintos: las de AVX-512 se guardan "
        "en `bench/results.json`; las de cada otra clase, en un archivo propio, como "
        "`bench/results-avx2.json`, y se muestran en una sección propia.",
    ),
    "with": ("On a processor with {level}", "En un procesador con {level}"),
    "without": ("On another processor", "En otro procesador"),
    "machine": ("Machine", "Máquina"),
    "machine-line": (
        "{processor}; {cores} cores, {memory_gb} GB; {system}; Python {python}; {versions}.",
        "{processor}; {cores} núcleos, {memory_gb} GB; {system}; Python {python}; {versions}.",
    ),
    "measured-line": (
        "Measured on {date}; other processes took {load} cores at most.",
        "Medido el {date}; otros procesos ocupaban a lo sumo {load} núcleos.",
    ),
    "busy": (
        "The machine was busy while some of this was measured: times are too long and ratios "
        "unreliable.",
        "La máquina estaba ocupada durante parte de estas mediciones: los tiempos son demasiado "
        "largos y las razones, poco fiables.",
    ),
    "ladder": ("The ladder", "La escalera"),
    "further": ("Further workloads", "Otras tareas"),
    "workload": ("workload", "tarea"),
    "best": ("best peer", "el mejor de los otros"),
    "ratio": ("times faster", "veces más rápido"),
    "goals": ("first goal, goal", "primera meta, meta"),
    "mean": (
        "Geometric mean of the eight: {mean:.2f} times faster by the least times, {median:.2f} by "
        "the middle ones.",
        "Media geométrica de las ocho: {mean:.2f} veces más rápido según los tiempos menores, "
        "{median:.2f} según las medianas.",
    ),
    "ways": ("All ways", "Todas las formas"),
    "ways-line": (
        "Microseconds a step: the least, in brackets the middle one. An empty cell was not "
        "measured. In “tiza fit, bfloat16” the factors of matrix products are rounded to bfloat16 "
        '(`tz.set_float32_matmul_precision("medium")`); it is no part of the ratios above.',
        "Microsegundos por paso: el menor y, entre paréntesis, la mediana. Una celda vacía no se "
        "midió. En «tiza fit, bfloat16» los factores de los productos de matrices se redondean a "
        'bfloat16 (`tz.set_float32_matmul_precision("medium")`); no cuenta en las razones de '
        "arriba.",
    ),
    "contests": ("Other things", "Otras cosas"),
    "memory": ("Memory", "Memoria"),
    "memory-line": (
        "Megabytes that a process needs at most which trains in this way alone, its first step "
        "and compilation included; in brackets what comes on top of imports and data.",
        "Megabytes que necesita como máximo un proceso que solo entrena de esta forma, incluidos "
        "el primer paso y la compilación; entre paréntesis, lo que se suma a lo importado y a los "
        "datos.",
    ),
    "starts": ("The first step", "El primer paso"),
    "starts-line": (
        "Seconds from a ready model to the end of its first step, compilation included: with no "
        "compiled code on disk, in brackets with what the first time left there.",
        "Segundos desde el modelo listo hasta el final de su primer paso, compilación incluida: "
        "sin código compilado en disco y, entre paréntesis, con el que dejó la primera vez.",
    ),
    "agreement": ("Agreement", "Concordancia"),
    "agreement-line": (
        "The largest relative difference from the losses of PyTorch (from those of tiza's own "
        "loop, where PyTorch is missing) over 20 steps. More than 1e-5 for tiza or PyTorch, 1e-3 "
        "for JAX, 2e-2 for bfloat16, and it is not timed.",
        "La mayor diferencia relativa respecto de las pérdidas de PyTorch (o del ciclo de tiza, "
        "donde falta PyTorch) en 20 pasos. Con más de 1e-5 para tiza o PyTorch, 1e-3 para JAX o "
        "2e-2 para bfloat16, no se mide.",
    ),
    "rows": ("data", "datos"),
    "notes": ("Notes", "Notas"),
    "refused": ("left out", "se omitió"),
    "untimed": ("not timed", "sin medir"),
    "scaling": ("How it grows", "Cómo crece"),
    "batch": ("batch size", "tamaño del lote"),
    "width": ("width of the layer", "ancho de la capa"),
    "length": ("length of the text", "longitud del texto"),
    "us": ("microseconds a step", "microsegundos por paso"),
    "us-unit": ("microseconds", "microsegundos"),
    "step": ("step", "paso"),
    "call": ("call", "llamada"),
    "token": ("letter", "letra"),
    "fit": ("fit", "ajuste"),
    "GB": ("GB", "GB"),
    "faster": ("times faster than the best peer", "veces más rápido que el mejor de los otros"),
    "first-goal": ("first goal", "primera meta"),
    "goal": ("goal", "meta"),
    "synthetic": (
        "Where the data are called synthetic, the real ones were not at hand.",
        "Donde los datos se llaman sintéticos («synthetic»), los reales no estaban a la mano.",
    ),
    "rates": (
        "Timed steps use a learning rate of 1e-6, so that a batch learned by heart does not end "
        "in subnormal numbers; a rate changes no amount of work.",
        "Los pasos medidos usan una tasa de aprendizaje de 1e-6, para que un lote aprendido de "
        "memoria no termine en números subnormales; la tasa no cambia la cantidad de trabajo.",
    ),
}


def word(key: str, language: str) -> str:
    """One of them."""
    return WORDS[key][language == "es"]


def pick(pair: tuple[str, str] | None, language: str) -> str:
    """One of two."""
    return pair[language == "es"] if pair else ""


TITLES = (  # longer ones first
    ("matrix factorisation", "factorización de matrices"),
    ("logistic regression", "regresión logística"),
    ("ResNet blocks with batch norm", "bloques de ResNet con norma de lote"),
    ("to the minimum", "hasta el mínimo"),
    ("one answer of an MLP", "una respuesta de un MLP"),
    ("NumPy array in and out", "entra y sale un arreglo de NumPy"),
    ("writing 63 letters, keys and values kept, one text",
     "que escribe 63 letras de un texto y conserva claves y valores"),
    ("one pass over a mapped file of", "una pasada por un archivo proyectado en memoria de"),
    ("the whole graph", "todo el grafo"),
    (" on Cora", " sobre Cora"),
    ("encoder", "codificador"),
    ("BERT-like", "como BERT"),
    ("vocabulary", "vocabulario"),
    ("factors", "factores"),
    ("batch", "lote"),
    ("heads", "cabezas"),
    ("tiny", "mínima"),
)  # fmt: skip


def title(text: str, language: str) -> str:
    """What a workload is called."""
    if language == "es":
        for english, spanish in TITLES:
            text = text.replace(english, spanish)
    return text

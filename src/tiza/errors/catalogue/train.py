"""Messages of training: the store of runs, run folders, checkpoints, the trainer."""

from tiza.errors.entry import Entry

ENTRIES = {
    "store-damaged": Entry(
        en=(
            "the store of runs {path} is damaged: {reason}",
            "move the file away (the run folders are not touched) or set TIZA_HOME to "
            "another folder",
        ),
        es=(
            "el registro de corridas {path} está dañado: {reason}",
            "mueva el archivo a otra parte (las carpetas de las corridas no se tocan) o ponga "
            "TIZA_HOME en otra carpeta",
        ),
        more=(
            "tiza keeps the list of runs and their metrics in one SQLite file. This one cannot be "
            "read as SQLite, because the disk failed or another program wrote into it. tiza never "
            "deletes it: try `sqlite3 FILE .recover`, or move it away and begin a new one; each "
            "run's folder still holds its own run.json, history and weights.",
            "tiza guarda la lista de corridas y sus métricas en un archivo SQLite. Este no puede "
            "leerse como SQLite: falló el disco u otro programa escribió en él. tiza nunca lo "
            "borra: pruebe `sqlite3 ARCHIVO .recover`, o muévalo y comience uno nuevo; la carpeta "
            "de cada corrida conserva su run.json, su historia y sus pesos.",
        ),
    ),
    "store-unusable": Entry(
        en=(
            "the store of runs {path} cannot be used: {reason}",
            "set TIZA_HOME to a folder that you may write to",
        ),
        es=(
            "el registro de corridas {path} no se puede usar: {reason}",
            "ponga TIZA_HOME en una carpeta donde pueda escribir",
        ),
        more=(
            "The file or its folder cannot be opened or written: no permission, no space, a "
            "read-only disk, or another process that held the file for more than half a minute.",
            "El archivo o su carpeta no se puede abrir o escribir: falta permiso o espacio, el "
            "disco es de solo lectura, u otro proceso retuvo el archivo más de medio minuto.",
        ),
    ),
    "store-newer": Entry(
        en=(
            "the store of runs {path} was written by a newer tiza (schema {found}; this one "
            "knows {known})",
            "pip install --upgrade tiza",
        ),
        es=(
            "el registro de corridas {path} lo escribió una tiza más nueva (esquema {found}; "
            "esta conoce el {known})",
            "pip install --upgrade tiza",
        ),
        more=(
            "The layout of the store carries a number. A newer number means tables that this "
            "version does not know, so it does not touch them.",
            "La estructura del registro lleva un número. Uno más nuevo significa tablas que esta "
            "versión no conoce, y por eso no las toca.",
        ),
    ),
    "run-unknown": Entry(
        en=("no run is called {name!r}{near}", "`tiza runs` lists them"),
        es=("ninguna corrida se llama {name!r}{near}", "`tiza runs` las lista"),
        more=(
            "A run is named by its id, by the beginning of its id if only one run begins so, by "
            "its folder, or by the word `last`.",
            "Una corrida se nombra por su id, por el comienzo de su id si solo una comienza así, "
            "por su carpeta, o con la palabra `last`.",
        ),
    ),
    "run-ambiguous": Entry(
        en=("{count} runs begin with {name!r}: {runs}", "give more letters of the id"),
        es=("{count} corridas comienzan con {name!r}: {runs}", "escriba más letras del id"),
        more=(
            "The beginning of an id is enough when only one run has it.",
            "Basta el comienzo del id cuando una sola corrida lo tiene.",
        ),
    ),
    "run-folder-missing": Entry(
        en=("{path} is not the folder of a run: it has no run.json", "`tiza runs` lists the runs"),
        es=(
            "{path} no es la carpeta de una corrida: no tiene run.json",
            "`tiza runs` lista las corridas",
        ),
        more=(
            "A run is a folder with run.json (configuration, versions, seed, checksums of the "
            "data), checkpoints, weights.safetensors, history.csv and report.html.",
            "Una corrida es una carpeta con run.json (configuración, versiones, semilla, sumas "
            "de verificación de los datos), puntos de control, weights.safetensors, history.csv "
            "y report.html.",
        ),
    ),
    "run-folder-damaged": Entry(
        en=("{path} cannot be read: {reason}", ""),
        es=("{path} no se puede leer: {reason}", ""),
        more=(
            "The file is not what tiza wrote there: it was edited, cut short, or belongs to "
            "another program.",
            "El archivo no es lo que tiza escribió: fue editado, quedó cortado o es de otro "
            "programa.",
        ),
    ),
    "run-folder-taken": Entry(
        en=(
            "{path} already holds a run",
            "choose another run_dir, or continue that run with tz.Trainer.resume({path!r})",
        ),
        es=(
            "{path} ya contiene una corrida",
            "elija otro run_dir, o continúe esa corrida con tz.Trainer.resume({path!r})",
        ),
        more=(
            "One folder holds one run, so that no result is overwritten by accident.",
            "Una carpeta contiene una sola corrida, para que ningún resultado se sobrescriba "
            "por accidente.",
        ),
    ),
    "checkpoint-damaged": Entry(
        en=("the checkpoint {path} is damaged: {reason}", "use an older one from the same folder"),
        es=(
            "el punto de control {path} está dañado: {reason}",
            "use uno anterior de la misma carpeta",
        ),
        more=(
            "Each checkpoint carries the SHA-256 of everything in it. This one's content does not "
            "match, so no number of it can be trusted: the disk failed, the copy was incomplete, "
            "or the file was edited.",
            "Cada punto de control lleva el SHA-256 de todo su contenido. El de este no "
            "coincide, así que ningún número suyo es de fiar: falló el disco, la copia quedó "
            "incompleta o el archivo fue editado.",
        ),
    ),
    "checkpoint-none": Entry(
        en=("{path} holds no checkpoint that can be read", "begin the run again with fit"),
        es=(
            "{path} no tiene ningún punto de control que se pueda leer",
            "comience la corrida de nuevo con fit",
        ),
        more=(
            "A run writes its first checkpoint before the first batch. Without any, there is "
            "nothing to continue from.",
            "Una corrida escribe su primer punto de control antes del primer lote. Sin ninguno, "
            "no hay desde dónde continuar.",
        ),
    ),
    "checkpoint-unwritable": Entry(
        en=(
            "the checkpoint {path} cannot be written: {reason}",
            "make room, or choose another run_dir",
        ),
        es=(
            "no se puede escribir el punto de control {path}: {reason}",
            "libere espacio o elija otro run_dir",
        ),
        more=(
            "The disk is full, read-only or gone. The checkpoints written before are whole.",
            "El disco está lleno, es de solo lectura o desapareció. Los puntos de control "
            "anteriores están completos.",
        ),
    ),
    "checkpoint-misfit": Entry(
        en=(
            "the checkpoint does not fit: {what} was {kept} in the run and is {got} now",
            "give what the run had, or begin a new run",
        ),
        es=(
            "el punto de control no encaja: {what} era {kept} en la corrida y ahora es {got}",
            "dé lo que la corrida tenía, o comience una corrida nueva",
        ),
        more=(
            "Continuing a run gives the bits of a run that was never interrupted. That needs the "
            "same model, data, batch size and settings; with others it would be another run.",
            "Continuar una corrida da los mismos bits que una nunca interrumpida. Para eso hacen "
            "falta el mismo modelo, los mismos datos, tamaño de lote y ajustes; con otros sería "
            "otra corrida.",
        ),
    ),
    "model-not-plain": Entry(
        en=(
            "a {kind} cannot be rebuilt from its description: {reason}",
            "pass it: tz.Trainer.resume(path, model={kind}(...))",
        ),
        es=(
            "un {kind} no puede reconstruirse a partir de su descripción: {reason}",
            "páselo: tz.Trainer.resume(path, model={kind}(...))",
        ),
        more=(
            "Files of tiza hold numbers and descriptions, never code. A model made of the layers "
            "of tiza.nn is rebuilt from its description; your own class, loss function or "
            "optimizer must be given again.",
            "Los archivos de tiza contienen números y descripciones, nunca código. Un modelo "
            "hecho de capas de tiza.nn se reconstruye de su descripción; su propia clase, función "
            "de pérdida u optimizador debe darse de nuevo.",
        ),
    ),
    "history-unknown": Entry(
        en=("the history has no column {name!r}; it has {known}", ""),
        es=("la historia no tiene la columna {name!r}; tiene {known}", ""),
        more=(
            "The columns are the loss, the metrics asked for, the same with `val_` in front where "
            "there is a validation part, lr and seconds.",
            "Las columnas son la pérdida, las métricas pedidas, las mismas con `val_` delante si "
            "hay parte de validación, lr y seconds.",
        ),
    ),
    "monitor-unknown": Entry(
        en=(
            "{callback} watches {monitor!r}, which this run does not measure; it measures {known}",
            "monitor={suggestion!r}",
        ),
        es=(
            "{callback} vigila {monitor!r}, que esta corrida no mide; mide {known}",
            "monitor={suggestion!r}",
        ),
        more=(
            "A callback watches one column of the history. Columns with `val_` exist only if fit "
            "was given validation_data or validation_split.",
            "Un callback vigila una columna de la historia. Las columnas con `val_` existen solo "
            "si fit recibió validation_data o validation_split.",
        ),
    ),
    "callback-argument": Entry(
        en=("{callback}: {name}={got!r} must be {wanted}", ""),
        es=("{callback}: {name}={got!r} debe ser {wanted}", ""),
        more=(
            "The argument is outside what the callback accepts.",
            "El argumento está fuera de lo que el callback acepta.",
        ),
    ),
    "picture-shape": Entry(
        en=("a picture has shape (h, w), (h, w, 3) or (3, h, w), not {shape}", ""),
        es=("una imagen tiene forma (h, w), (h, w, 3) o (3, h, w), no {shape}", ""),
        more=(
            "Pictures in reports are grey (height, width) or coloured (three channels, first or "
            "last), and not empty.",
            "Las imágenes de los informes son grises (alto, ancho) o en color (tres canales, al "
            "principio o al final), y no vacías.",
        ),
    ),
    "nonfinite-forward": Entry(
        en=(
            "the {what} became NaN or infinite in epoch {epoch}, batch {batch}; it began in "
            "{formula}",
            "lower the learning rate, standardise the inputs, or use the loss that takes logits",
        ),
        es=(
            "{what} pasó a ser NaN o infinito en la época {epoch}, lote {batch}; comenzó en "
            "{formula}",
            "baje la tasa de aprendizaje, estandarice las entradas o use la pérdida que recibe "
            "logits",
        ),
        more=(
            "Training stops at the first number that is not finite, because everything computed "
            "after it is meaningless. The step was replayed operation by operation: the one named "
            "had finite inputs and a result that is not, such as the logarithm of 0, a division "
            "by 0, or an exponential that overflows. The lines show its inputs, their ranges and "
            "the entry where it happened. Usual cures: a smaller learning rate, gradient "
            "clipping, standardised inputs, cross_entropy on logits instead of log(softmax).",
            "El entrenamiento se detiene en el primer número no finito, porque todo lo que se "
            "calcula después carece de sentido. El paso se repitió operación por operación: la "
            "nombrada tenía entradas finitas y un resultado que no lo es, como el logaritmo de 0, "
            "una división por 0 o una exponencial que desborda. Las líneas muestran sus entradas, "
            "sus rangos y la posición donde ocurrió. Remedios usuales: menor tasa de aprendizaje, "
            "recorte del gradiente, entradas estandarizadas, cross_entropy sobre logits en vez de "
            "log(softmax).",
        ),
    ),
    "nonfinite-backward": Entry(
        en=(
            "the {what} became NaN or infinite in epoch {epoch}, batch {batch}; it began in the "
            "derivative or the update, in {formula}",
            "lower the learning rate, clip the gradient, or keep the function away from the point "
            "where it has no slope",
        ),
        es=(
            "{what} pasó a ser NaN o infinito en la época {epoch}, lote {batch}; comenzó en la "
            "derivada o la actualización, en {formula}",
            "baje la tasa de aprendizaje, recorte el gradiente o aleje la función del punto donde "
            "no tiene pendiente",
        ),
        more=(
            "The loss itself was finite; its derivative, or the optimizer's formula, was not. The "
            "line named is the one in the forward pass whose derivative failed. Typical: the "
            "square root at 0, a norm of a zero vector, a gradient so large that its square "
            "overflows.",
            "La pérdida era finita; no lo fue su derivada o la fórmula del optimizador. La línea "
            "nombrada es la del paso hacia adelante cuya derivada falló. Casos típicos: la raíz "
            "cuadrada en 0, la norma de un vector nulo, un gradiente tan grande que su cuadrado "
            "desborda.",
        ),
    ),
    "nonfinite-input": Entry(
        en=(
            "the {what} is NaN or infinite in epoch {epoch}, batch {batch}, because {name} "
            "already is",
            "clean the data: fill or drop the missing values before training",
        ),
        es=(
            "{what} es NaN o infinito en la época {epoch}, lote {batch}, porque {name} ya lo es",
            "limpie los datos: complete o quite los valores faltantes antes de entrenar",
        ),
        more=(
            "No operation made the number: it came in with the data or was already among the "
            "parameters.",
            "Ninguna operación creó el número: vino con los datos o ya estaba entre los "
            "parámetros.",
        ),
    ),
    "nonfinite-unknown": Entry(
        en=("the {what} became NaN or infinite in epoch {epoch}, batch {batch}", ""),
        es=("{what} pasó a ser NaN o infinito en la época {epoch}, lote {batch}", ""),
        more=(
            "A number that is not finite appeared, and replaying the step did not show it again.",
            "Apareció un número no finito, y al repetir el paso no volvió a aparecer.",
        ),
    ),
}

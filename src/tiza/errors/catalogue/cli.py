"""Messages of the command line and of the recipes."""

from tiza.errors.entry import Entry

ENTRIES = {
    "cli-no-command": Entry(
        en=("there is no command {got!r} in `{command}`", "one of {names}"),
        es=("no existe el comando {got!r} en `{command}`", "uno de {names}"),
        more=(
            "The word after the program's name must be one of its commands. "
            "`tiza --help` lists them.",
            "La palabra que sigue al nombre del programa debe ser uno de sus comandos. "
            "`tiza --help` los lista.",
        ),
    ),
    "cli-no-command-near": Entry(
        en=("there is no command {got!r} in `{command}`", "{command} {near}"),
        es=("no existe el comando {got!r} en `{command}`", "{command} {near}"),
        more=(
            "The word after the program's name is not a command, but it looks like one. "
            "`tiza --help` lists them all.",
            "La palabra que sigue al nombre del programa no es un comando, pero se parece a "
            "uno. `tiza --help` los lista todos.",
        ),
    ),
    "cli-no-option": Entry(
        en=("`{command}` has no option {got}", "one of {names}"),
        es=("`{command}` no tiene la opción {got}", "una de {names}"),
        more=(
            "`tiza COMMAND --help` shows the options of a command.",
            "`tiza COMANDO --help` muestra las opciones de un comando.",
        ),
    ),
    "cli-no-option-near": Entry(
        en=("`{command}` has no option {got}", "{near}"),
        es=("`{command}` no tiene la opción {got}", "{near}"),
        more=(
            "The option does not exist, but one with a similar name does. "
            "`tiza COMMAND --help` shows them all.",
            "La opción no existe, pero hay una de nombre parecido. "
            "`tiza COMANDO --help` las muestra todas.",
        ),
    ),
    "cli-missing-argument": Entry(
        en=("`{command}` needs {name}", "{command} {name}"),
        es=("a `{command}` le falta {name}", "{command} {name}"),
        more=(
            "The command cannot start without this argument. `tiza COMMAND --help` says what "
            "it is.",
            "El comando no puede empezar sin este argumento. `tiza COMANDO --help` dice qué es.",
        ),
    ),
    "cli-missing-option": Entry(
        en=("`{command}` needs the option {name}", "{command} {name} ..."),
        es=("a `{command}` le falta la opción {name}", "{command} {name} ..."),
        more=(
            "The command cannot start without this option. `tiza COMMAND --help` says what "
            "it means.",
            "El comando no puede empezar sin ella. `tiza COMANDO --help` dice qué significa.",
        ),
    ),
    "cli-extra-argument": Entry(
        en=("`{command}` does not take {given!r}", "leave it out, or see {command} --help"),
        es=("`{command}` no admite {given!r}", "quítelo, o vea {command} --help"),
        more=(
            "More words were given than the command takes. A value with spaces needs quotes.",
            "Se dieron más palabras de las que el comando admite. Un valor con espacios va entre "
            "comillas.",
        ),
    ),
    "cli-option-value": Entry(
        en=(
            "the option {option} was given a value that it does not take, or none where it "
            "needs one",
            "see {command} --help",
        ),
        es=(
            "la opción {option} recibió un valor que no admite, o ninguno donde necesita uno",
            "vea {command} --help",
        ),
        more=(
            "Some options are switches (`--json`), others want a value (`--epochs 20`).",
            "Algunas opciones son interruptores (`--json`); otras quieren un valor "
            "(`--epochs 20`).",
        ),
    ),
    "cli-usage": Entry(
        en=("{message}", "see {command} --help"),
        es=("la línea de comandos no se entiende: {message}", "vea {command} --help"),
        more=(
            "The line could not be understood. `tiza COMMAND --help` shows how it is written.",
            "La línea no se entiende. `tiza COMANDO --help` muestra cómo se escribe.",
        ),
    ),
    "cli-bad-number": Entry(
        en=(
            "{option}: {got!r} is not a number within {wanted}",
            "{option} with a number within {wanted}",
        ),
        es=(
            "{option}: {got!r} no es un número dentro de {wanted}",
            "{option} con un número dentro de {wanted}",
        ),
        more=(
            "The option wants a number between the bounds that the message states, with a "
            "point, not a comma, before decimals.",
            "La opción quiere un número entre los límites que dice el mensaje, con punto, no "
            "coma, antes de los decimales.",
        ),
    ),
    "cli-bad-choice": Entry(
        en=("{option}: {got!r} is not one of {names}", "one of {names}"),
        es=("{option}: {got!r} no es ninguna de {names}", "una de {names}"),
        more=(
            "The option takes one of a few words only.",
            "La opción admite solo una de unas pocas palabras.",
        ),
    ),
    "cli-bad-widths": Entry(
        en=("--hidden: {got!r} is not a list of widths", "--hidden 64,64 (or 0 for none)"),
        es=("--hidden: {got!r} no es una lista de anchos", "--hidden 64,64 (o 0 para ninguna)"),
        more=(
            "Each hidden layer is given by its number of units, with commas between: "
            "`--hidden 128,64` makes two layers. `--hidden 0` makes a linear model.",
            "Cada capa oculta se da por su número de unidades, separadas por comas: "
            "`--hidden 128,64` hace dos capas. `--hidden 0` hace un modelo lineal.",
        ),
    ),
    "cli-no-code": Entry(
        en=("there is no error code {got!r}", "tiza explain (lists them)"),
        es=("no existe el código de error {got!r}", "tiza explain (los lista)"),
        more=(
            "Each error prints its code on its last line.",
            "Cada error imprime su código en la última línea.",
        ),
    ),
    "cli-no-code-near": Entry(
        en=("there is no error code {got!r}", "tiza explain {near}"),
        es=("no existe el código de error {got!r}", "tiza explain {near}"),
        more=(
            "The code is not in the catalogue, but a similar one is.",
            "El código no está en el catálogo, pero hay uno parecido.",
        ),
    ),
    "cli-no-op": Entry(
        en=("there is no operation {got!r}", "tiza ops (lists them)"),
        es=("no existe la operación {got!r}", "tiza ops (las lista)"),
        more=(
            "`tiza ops` lists the primitives and the composites by their names.",
            "`tiza ops` lista las primitivas y las compuestas por su nombre.",
        ),
    ),
    "cli-no-op-near": Entry(
        en=("there is no operation {got!r}", "tiza ops {near}"),
        es=("no existe la operación {got!r}", "tiza ops {near}"),
        more=(
            "The name is not an operation's, but one is similar.",
            "El nombre no es de una operación, pero hay uno parecido.",
        ),
    ),
    "cli-no-family": Entry(
        en=("there is no family of operations {got!r}", "one of {names}"),
        es=("no existe la familia de operaciones {got!r}", "una de {names}"),
        more=(
            "Operations are grouped by families that share their rules of shape and type.",
            "Las operaciones se agrupan en familias que comparten sus reglas de forma y tipo.",
        ),
    ),
    "cli-no-family-near": Entry(
        en=("there is no family of operations {got!r}", "--family {near}"),
        es=("no existe la familia de operaciones {got!r}", "--family {near}"),
        more=(
            "Operations are grouped by families; one has a similar name.",
            "Las operaciones se agrupan en familias; una tiene un nombre parecido.",
        ),
    ),
    "cli-no-data": Entry(
        en=("there is no data set {got!r}", "one of {names}"),
        es=("no existe el conjunto de datos {got!r}", "uno de {names}"),
        more=(
            "`tiza data list` shows the data sets that tiza knows.",
            "`tiza data list` muestra los conjuntos de datos que tiza conoce.",
        ),
    ),
    "cli-no-data-near": Entry(
        en=("there is no data set {got!r}", "{near}"),
        es=("no existe el conjunto de datos {got!r}", "{near}"),
        more=(
            "The name is not a data set's, but one is similar. `tiza data list` shows all.",
            "El nombre no es de un conjunto de datos, pero hay uno parecido. "
            "`tiza data list` los muestra.",
        ),
    ),
    "cli-no-recipe": Entry(
        en=("{got!r} is neither a file nor a recipe", "a CSV or Parquet file, or one of {names}"),
        es=("{got!r} no es un archivo ni una receta", "un archivo CSV o Parquet, o una de {names}"),
        more=(
            "`tiza train` takes a table (CSV, TSV, Parquet, also .gz) together with --target, "
            "or the name of a recipe, which brings its own data.",
            "`tiza train` toma una tabla (CSV, TSV, Parquet, también .gz) junto con --target, "
            "o el nombre de una receta, que trae sus propios datos.",
        ),
    ),
    "cli-no-recipe-near": Entry(
        en=("{got!r} is neither a file nor a recipe", "tiza train {near}"),
        es=("{got!r} no es un archivo ni una receta", "tiza train {near}"),
        more=(
            "There is no such file, but a recipe has a similar name.",
            "No existe ese archivo, pero una receta tiene un nombre parecido.",
        ),
    ),
    "cli-quick-table": Entry(
        en=("{option} belongs to recipes, and {file} is a table", "leave {option} out"),
        es=("{option} es para recetas, y {file} es una tabla", "quite {option}"),
        more=(
            "Quick runs, settings by --set and several seeds are of recipes; a table takes "
            "--epochs, --lr, --hidden and the like (tiza train --help).",
            "Las corridas rápidas, los ajustes con --set y varias semillas son de las recetas; "
            "una tabla toma --epochs, --lr, --hidden y similares (tiza train --help).",
        ),
    ),
    "cli-recipes-what": Entry(
        en=(
            "{got!r} is no request about recipes",
            "tiza recipes, tiza recipes NAME, or tiza recipes copy NAME",
        ),
        es=(
            "{got!r} no es un pedido sobre recetas",
            "tiza recipes, tiza recipes NOMBRE, o tiza recipes copy NOMBRE",
        ),
        more=(
            "Without words the recipes are listed; NAME shows what may be set in one; `copy NAME` "
            "writes its code to a file.",
            "Sin más palabras se listan las recetas; NOMBRE muestra qué se ajusta en una; `copy "
            "NOMBRE` escribe su código en un archivo.",
        ),
    ),
    "cli-recipe-there": Entry(
        en=("there is a file {file} already", "move it away, or go to another folder"),
        es=("ya existe un archivo {file}", "muévalo, o vaya a otra carpeta"),
        more=(
            "Nothing of yours is overwritten.",
            "No se sobrescribe nada suyo.",
        ),
    ),
    "cli-no-target": Entry(
        en=(
            "{file} is a table: which column is to be predicted?",
            "--target COLUMN, one of {names}",
        ),
        es=(
            "{file} es una tabla: ¿qué columna hay que predecir?",
            "--target COLUMNA, una de {names}",
        ),
        more=(
            "tiza learns to predict one column of the table from the others; --target names it.",
            "tiza aprende a predecir una columna de la tabla a partir de las otras; --target "
            "la nombra.",
        ),
    ),
    "cli-option-of-table": Entry(
        en=("the recipe {recipe} does not take {option}", "see tiza recipes {recipe}"),
        es=("la receta {recipe} no admite {option}", "vea tiza recipes {recipe}"),
        more=(
            "A recipe brings its own data, so options about columns and splits do not apply; and "
            "it takes only the settings that it declares.",
            "Una receta trae sus propios datos; las opciones sobre columnas y particiones no "
            "se aplican, y admite solo los ajustes que declara.",
        ),
    ),
    "cli-no-file": Entry(
        en=("there is no file {file}", "check the path; the current folder is {folder}"),
        es=("no existe el archivo {file}", "revise la ruta; la carpeta actual es {folder}"),
        more=(
            "Paths are relative to the folder in which the command was started.",
            "Las rutas son relativas a la carpeta desde la que se dio el comando.",
        ),
    ),
    "run-no-predictor": Entry(
        en=("the run {run} cannot predict: {why}", "train again, e.g. tiza demo"),
        es=("la corrida {run} no puede predecir: {why}", "entrene de nuevo, p. ej. tiza demo"),
        more=(
            "To predict, a run's folder must hold run.json with the architecture, and "
            "weights.safetensors. A training that was interrupted early lacks the weights.",
            "Para predecir, la carpeta de la corrida debe tener run.json con la arquitectura y "
            "weights.safetensors. A un entrenamiento interrumpido temprano le faltan los "
            "pesos.",
        ),
    ),
    "cli-bad-input": Entry(
        en=(
            "{given!r} cannot be read as input: {why}",
            "a CSV or .npy file, a JSON row, or column=value pairs",
        ),
        es=(
            "{given!r} no se puede leer como entrada: {why}",
            "un archivo CSV o .npy, una fila JSON, o pares columna=valor",
        ),
        more=(
            "`tiza predict` reads rows from a CSV file, from a JSON object or list, from pairs "
            "such as `age=31 city=Cali`, from a .npy array, and for images from a PNG.",
            "`tiza predict` lee filas de un archivo CSV, de un objeto o lista JSON, de pares "
            "como `edad=31 ciudad=Cali`, de un arreglo .npy y, para imágenes, de un PNG.",
        ),
    ),
    "predict-shape": Entry(
        en=(
            "the input has {got} values per row and the model wants {wanted}",
            "rows of {wanted} numbers",
        ),
        es=(
            "la entrada tiene {got} valores por fila y el modelo quiere {wanted}",
            "filas de {wanted} números",
        ),
        more=(
            "The model was trained on rows of a fixed length; the input must have that length.",
            "El modelo se entrenó con filas de longitud fija; la entrada debe tener esa longitud.",
        ),
    ),
    "recipe-few-rows": Entry(
        en=(
            "{rows} rows with a known target are too few to train and to test",
            "at least {least} rows",
        ),
        es=(
            "{rows} filas con objetivo conocido son muy pocas para entrenar y probar",
            "al menos {least} filas",
        ),
        more=(
            "The table is split into rows to learn from, rows to stop by and rows to test "
            "with; each part needs a few.",
            "La tabla se parte en filas para aprender, filas para decidir cuándo parar y filas "
            "para probar; cada parte necesita unas cuantas.",
        ),
    ),
}

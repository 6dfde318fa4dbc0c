"""Messages about data: reading, checking, preparing and loading it."""

from tiza.errors.entry import Entry

ENTRIES = {
    "data-unknown": Entry(
        en=("there is no data set called {name!r}", "choose one of: {known}"),
        es=("no existe un conjunto de datos llamado {name!r}", "elija uno de: {known}"),
        more=(
            "tiza knows a fixed list of data sets by name, each with its files, checksums, licence "
            "and citation; `tiza data list` shows them. A file of your own is read with "
            "`tiza.data.read_table(path)`.",
            "tiza conoce por su nombre una lista fija de conjuntos de datos, cada uno con sus "
            "archivos, sumas de verificación, licencia y cita; `tiza data list` los muestra. Un "
            "archivo propio se lee con `tiza.data.read_table(ruta)`.",
        ),
    ),
    "data-unknown-near": Entry(
        en=("there is no data set called {name!r}", "{near!r}? Known are: {known}"),
        es=("no existe un conjunto de datos llamado {name!r}", "¿{near!r}? Se conocen: {known}"),
        more=(
            "The name is close to that of a data set that exists. Names are written in lower case; "
            "a hyphen and an underscore mean the same.",
            "El nombre se parece al de un conjunto que sí existe. Los nombres van en minúsculas; "
            "el guion y el guion bajo significan lo mismo.",
        ),
    ),
    "data-offline": Entry(
        en=(
            "{name}: {file} is not on this machine, and TIZA_OFFLINE forbids downloading it",
            "unset TIZA_OFFLINE, or set TIZA_DATA to a folder that holds {file}",
        ),
        es=(
            "{name}: {file} no está en esta máquina y TIZA_OFFLINE prohíbe descargarlo",
            "quite TIZA_OFFLINE, o asigne a TIZA_DATA una carpeta que contenga {file}",
        ),
        more=(
            "Data are looked for in the folder that TIZA_DATA names, then in the cache (usually "
            "~/.cache/tiza/data), and only then downloaded. With TIZA_OFFLINE=1 the last step is "
            "an error instead.",
            "Los datos se buscan en la carpeta que indica TIZA_DATA, después en la caché "
            "(normalmente ~/.cache/tiza/data), y solo entonces se descargan. Con TIZA_OFFLINE=1 "
            "el último paso es un error.",
        ),
    ),
    "data-no-address": Entry(
        en=(
            "{name}: {file} is not on this machine, and no address serves this very file",
            "set TIZA_DATA to a folder that holds {file}; where it comes from: {homepage}",
        ),
        es=(
            "{name}: {file} no está en esta máquina y ninguna dirección ofrece ese mismo archivo",
            "asigne a TIZA_DATA una carpeta que contenga {file}; su procedencia: {homepage}",
        ),
        more=(
            "Some sets were computed, converted or gathered from several places, so that no public "
            "address serves a file with the checksum that the registry demands. They can be used "
            "from a folder that has them.",
            "Algunos conjuntos se calcularon, convirtieron o reunieron de varios lugares, de modo "
            "que ninguna dirección pública ofrece un archivo con la suma de verificación que exige "
            "el registro. Pueden usarse desde una carpeta que los contenga.",
        ),
    ),
    "data-checksum": Entry(
        en=(
            "{path} is not the file that the registry describes: its SHA-256 is {got}, not {want}",
            "delete the file and let it be fetched again",
        ),
        es=(
            "{path} no es el archivo que describe el registro: su SHA-256 es {got} y no {want}",
            "borre el archivo para que se obtenga de nuevo",
        ),
        more=(
            "Every file is checked against its published SHA-256 before it is used. A difference "
            "means a broken download, a changed file, or another version of the data.",
            "Cada archivo se comprueba con su SHA-256 publicado antes de usarse. Una diferencia "
            "significa una descarga dañada, un archivo modificado u otra versión de los datos.",
        ),
    ),
    "data-download": Entry(
        en=("{file} could not be downloaded from {url}: {why}", "check the network and try again"),
        es=("no se pudo descargar {file} de {url}: {why}", "revise la red e intente de nuevo"),
        more=(
            "What was received so far is kept, and the next attempt goes on from there. Only https "
            "with a verified certificate is used.",
            "Lo recibido hasta ahora se conserva y el próximo intento continúa desde ahí. Solo se "
            "usa https con un certificado verificado.",
        ),
    ),
    "data-file-missing": Entry(
        en=("there is no file {path}", "check the path"),
        es=("no existe el archivo {path}", "revise la ruta"),
        more=(
            "A relative path starts at the folder from which the command was given.",
            "Una ruta relativa empieza en la carpeta desde la que se dio la orden.",
        ),
    ),
    "data-file-folder": Entry(
        en=("{path} is a folder, not a file", "name a file inside it"),
        es=("{path} es una carpeta, no un archivo", "indique un archivo dentro de ella"),
        more=(
            "A single file is read at a time: a CSV file, possibly compressed, or a Parquet file.",
            "Se lee un archivo a la vez: un CSV, quizá comprimido, o un Parquet.",
        ),
    ),
    "data-file-damaged": Entry(
        en=("{path} is damaged or not of the expected kind ({why})", "get the file again"),
        es=("{path} está dañado o no es del tipo esperado ({why})", "obtenga el archivo de nuevo"),
        more=(
            "The content broke off or did not follow its format. This happens with downloads that "
            "were cut short, and with files whose suffix does not tell the truth.",
            "El contenido se interrumpe o no sigue su formato. Ocurre con descargas cortadas y con "
            "archivos cuya extensión no dice la verdad.",
        ),
    ),
    "data-file-large": Entry(
        en=(
            "{path} holds more than {limit} bytes once uncompressed",
            "raise the limit if you trust the file",
        ),
        es=(
            "{path} contiene más de {limit} bytes al descomprimirse",
            "aumente el límite si confía en el archivo",
        ),
        more=(
            "A small compressed file can hold an enormous content. Reading stops at a limit, so "
            "that such a file cannot fill the memory.",
            "Un archivo comprimido pequeño puede tener un contenido enorme. La lectura se detiene "
            "en un límite para que un archivo así no llene la memoria.",
        ),
    ),
    "csv-empty": Entry(
        en=("{name} is empty", "a table needs a line of names and at least one row"),
        es=("{name} está vacío", "una tabla necesita una línea de nombres y al menos una fila"),
        more=(
            "The file holds nothing, or nothing but blank lines.",
            "El archivo no contiene nada, o solo líneas en blanco.",
        ),
    ),
    "csv-no-rows": Entry(
        en=("{name} has a line of names but no rows", "add rows below the names"),
        es=(
            "{name} tiene una línea de nombres pero ninguna fila",
            "agregue filas bajo los nombres",
        ),
        more=(
            "The first line was taken as the names of the columns. If it holds data, read the file "
            "with `header=False`.",
            "La primera línea se tomó como los nombres de las columnas. Si contiene datos, lea el "
            "archivo con `header=False`.",
        ),
    ),
    "csv-binary": Entry(
        en=("{name} is not a text file", "save the table as CSV and give that file"),
        es=("{name} no es un archivo de texto", "guarde la tabla como CSV y use ese archivo"),
        more=(
            "The file contains zero bytes, as spreadsheets (.xlsx), pictures and archives do. In a "
            "spreadsheet, choose Save as, then CSV.",
            "El archivo contiene bytes nulos, como las hojas de cálculo (.xlsx), las imágenes y "
            "los archivos comprimidos. En la hoja de cálculo elija Guardar como, CSV.",
        ),
    ),
    "csv-encoding": Entry(
        en=("{name} cannot be read as {encoding}", "save it as UTF-8, or name its encoding"),
        es=(
            "{name} no puede leerse como {encoding}",
            "guárdelo como UTF-8 o indique su codificación",
        ),
        more=(
            "The bytes of the file are no text in this encoding. Without one being named, UTF-8, "
            "UTF-16 with its mark, and Windows-1252 are tried.",
            "Los bytes del archivo no forman texto en esa codificación. Si no se indica ninguna, se "
            "prueban UTF-8, UTF-16 con su marca y Windows-1252.",
        ),
    ),
    "csv-delimiter": Entry(
        en=(
            "{delimiter} cannot separate the columns of {name}",
            "give a single character, e.g. ';'",
        ),
        es=(
            "{delimiter} no puede separar las columnas de {name}",
            "dé un solo carácter, p. ej. ';'",
        ),
        more=(
            "The columns of a CSV file are separated by one character. It is guessed unless given.",
            "Las columnas de un archivo CSV se separan con un carácter. Se adivina si no se indica.",
        ),
    ),
    "csv-broken": Entry(
        en=(
            "{name}, line {line}: cannot be read as CSV ({why})",
            "look for a quote without its partner",
        ),
        es=(
            "{name}, línea {line}: no puede leerse como CSV ({why})",
            "busque una comilla sin su pareja",
        ),
        more=(
            "A cell is longer than any sensible one, usually because a quotation mark was opened "
            "and never closed, so that the rest of the file became one cell.",
            "Una celda es más larga de lo razonable, casi siempre porque se abrió una comilla que "
            "no se cerró y el resto del archivo quedó en una sola celda.",
        ),
    ),
    "csv-ragged": Entry(
        en=(
            "{name}: {count} rows do not have {width} cells like the first line (lines {lines}; "
            "line {line} has {got})",
            'a comma inside a text needs quotes around it: "Pérez, Ana"',
        ),
        es=(
            "{name}: {count} filas no tienen {width} celdas como la primera línea (líneas {lines}; "
            "la línea {line} tiene {got})",
            'una coma dentro de un texto necesita comillas: "Pérez, Ana"',
        ),
        more=(
            "Every row must have as many cells as there are names. A row is too long when a text "
            "holds the separator without being quoted, and too short when the file was cut.",
            "Cada fila debe tener tantas celdas como nombres hay. Una fila es demasiado larga "
            "cuando un texto contiene el separador sin comillas, y demasiado corta cuando el "
            "archivo se cortó.",
        ),
    ),
    "table-unreadable": Entry(
        en=(
            "a {kind} cannot be read as a table",
            "give the path of a CSV or Parquet file, a DataFrame, columns by name, or a list of rows",
        ),
        es=(
            "un {kind} no puede leerse como tabla",
            "dé la ruta de un CSV o Parquet, un DataFrame, columnas por nombre o una lista de filas",
        ),
        more=(
            "A table is a set of named columns. An array without names is given as "
            "dict(a=x[:, 0], b=x[:, 1]).",
            "Una tabla es un conjunto de columnas con nombre. Un arreglo sin nombres se da como "
            "dict(a=x[:, 0], b=x[:, 1]).",
        ),
    ),
    "lengths-differ": Entry(
        en=(
            "all parts need the same length, but there are {lengths}",
            "give one target for each row",
        ),
        es=(
            "todas las partes necesitan el mismo largo, pero hay {lengths}",
            "dé un objetivo por fila",
        ),
        more=(
            "The first axis counts the examples; it must agree between inputs and targets, and "
            "between the columns of a table.",
            "El primer eje cuenta los ejemplos; debe coincidir entre entradas y objetivos, y entre "
            "las columnas de una tabla.",
        ),
    ),
    "column-kind-unknown": Entry(
        en=("there is no kind of column called {got!r}", "choose one of: {known}"),
        es=("no existe un tipo de columna llamado {got!r}", "elija uno de: {known}"),
        more=(
            "The kind of a column is guessed from its cells and can be overruled by name, e.g. "
            '`kinds=dict(zip="category")`.',
            "El tipo de una columna se adivina por sus celdas y puede fijarse por nombre, p. ej. "
            '`kinds=dict(cp="category")`.',
        ),
    ),
    "column-unknown": Entry(
        en=("there is no column {name!r}", "the columns are: {known}"),
        es=("no existe la columna {name!r}", "las columnas son: {known}"),
        more=(
            "Names of columns are taken from the first line of the file, capitals included.",
            "Los nombres de las columnas se toman de la primera línea del archivo, con sus "
            "mayúsculas.",
        ),
    ),
    "column-unknown-near": Entry(
        en=("there is no column {name!r}", "{near!r}? The columns are: {known}"),
        es=("no existe la columna {name!r}", "¿{near!r}? Las columnas son: {known}"),
        more=(
            "The name is close to that of a column that exists; capitals count.",
            "El nombre se parece al de una columna que sí existe; las mayúsculas cuentan.",
        ),
    ),
    "target-unknown": Entry(
        en=("there is no target column {name!r}", "the columns are: {known}"),
        es=("no existe la columna objetivo {name!r}", "las columnas son: {known}"),
        more=(
            "The target is the column to be predicted from the others. It is named as in the first "
            "line of the file.",
            "El objetivo es la columna que se predice a partir de las demás. Se nombra como en la "
            "primera línea del archivo.",
        ),
    ),
    "target-unknown-near": Entry(
        en=("there is no target column {name!r}", "{near!r}? The columns are: {known}"),
        es=("no existe la columna objetivo {name!r}", "¿{near!r}? Las columnas son: {known}"),
        more=(
            "The name is close to that of a column that exists; capitals count.",
            "El nombre se parece al de una columna que sí existe; las mayúsculas cuentan.",
        ),
    ),
    "target-empty": Entry(
        en=("the target column {name!r} has no value at all", "choose another target"),
        es=("la columna objetivo {name!r} no tiene ningún valor", "elija otro objetivo"),
        more=(
            "Every cell of the column is blank or a word for a missing value such as NA.",
            "Todas las celdas de la columna están en blanco o dicen que el valor falta, como NA.",
        ),
    ),
    "target-constant": Entry(
        en=(
            "the target column {name!r} always says {value!r}: there is nothing to learn",
            "choose another target",
        ),
        es=(
            "la columna objetivo {name!r} siempre dice {value!r}: no hay nada que aprender",
            "elija otro objetivo",
        ),
        more=(
            "To learn a distinction, the training rows must show at least two different values of "
            "the target. Check that the file was not filtered by it.",
            "Para aprender una distinción, las filas de entrenamiento deben mostrar al menos dos "
            "valores del objetivo. Revise que el archivo no se haya filtrado por él.",
        ),
    ),
    "target-unusable": Entry(
        en=(
            "the target column {name!r} is of kind {kind}, with {count} different values",
            "predict a number, or a column with a few categories",
        ),
        es=(
            "la columna objetivo {name!r} es de tipo {kind}, con {count} valores distintos",
            "prediga un número o una columna con pocas categorías",
        ),
        more=(
            "A target that is different in almost every row, such as a name or a date, is neither a "
            "class nor a quantity. If it does hold a few classes, say so with `kinds`.",
            "Un objetivo distinto en casi cada fila, como un nombre o una fecha, no es una clase ni "
            "una cantidad. Si contiene unas pocas clases, indíquelo con `kinds`.",
        ),
    ),
    "target-not-number": Entry(
        en=(
            "the target column {name!r} holds {count} cells that are not numbers, e.g. {value!r} "
            "in line {line}",
            "correct the cells, or take the target as classes",
        ),
        es=(
            "la columna objetivo {name!r} tiene {count} celdas que no son números, p. ej. "
            "{value!r} en la línea {line}",
            "corrija las celdas, o tome el objetivo como clases",
        ),
        more=(
            "Regression predicts a number, so every target must be one. Blank cells are allowed: "
            "their rows are left out.",
            "La regresión predice un número, así que todo objetivo debe serlo. Las celdas en blanco "
            "se permiten: sus filas se omiten.",
        ),
    ),
    "target-new-class": Entry(
        en=("the target {value!r} did not occur in training", "known classes are: {known}"),
        es=(
            "el objetivo {value!r} no apareció en el entrenamiento",
            "las clases conocidas son: {known}",
        ),
        more=(
            "A classifier can only name classes that it has seen. Split the data so that each "
            "class occurs in training.",
            "Un clasificador solo puede nombrar clases que ha visto. Divida los datos de modo que "
            "cada clase aparezca en el entrenamiento.",
        ),
    ),
    "target-gap": Entry(
        en=(
            "{count} rows have no value in the target column {name!r}, the first in line {line}",
            "leave these rows out: with_target(table, {name!r})",
        ),
        es=(
            "{count} filas no tienen valor en la columna objetivo {name!r}, la primera en la línea {line}",
            "omita esas filas: with_target(table, {name!r})",
        ),
        more=(
            "A row without its target can be predicted, but neither learned from nor tested with.",
            "Una fila sin su objetivo puede predecirse, pero no sirve para aprender ni para probar.",
        ),
    ),
    "preparation-broken": Entry(
        en=("the kept preparation of the data cannot be read ({why})", "train the model again"),
        es=(
            "no puede leerse la preparación guardada de los datos ({why})",
            "entrene el modelo otra vez",
        ),
        more=(
            "With each model the way its data were prepared is kept. This record is damaged, or "
            "was written by another version.",
            "Con cada modelo se guarda la forma en que se prepararon sus datos. Este registro está "
            "dañado o lo escribió otra versión.",
        ),
    ),
    "task-unknown": Entry(
        en=("there is no task {got!r}", 'choose "auto", "regression" or "classification"'),
        es=("no existe la tarea {got!r}", 'elija "auto", "regression" o "classification"'),
        more=(
            "Regression predicts a number, classification one of a few classes; auto decides by "
            "the target column.",
            "La regresión predice un número; la clasificación, una de pocas clases; auto decide "
            "según la columna objetivo.",
        ),
    ),
    "table-no-features": Entry(
        en=(
            "no column is left from which to predict {target!r}",
            "look at the report: each column left out is named there with its reason",
        ),
        es=(
            "no queda ninguna columna con la cual predecir {target!r}",
            "vea el informe: cada columna omitida aparece ahí con su razón",
        ),
        more=(
            "Identifiers, free texts, constants and empty columns are left out. `kinds` overrules "
            'the guess, e.g. `kinds=dict(code="category")`.',
            "Los identificadores, textos libres, constantes y columnas vacías se omiten. `kinds` "
            'corrige la suposición, p. ej. `kinds=dict(clave="category")`.',
        ),
    ),
    "table-too-few": Entry(
        en=("{count} rows are too few to learn from", "give at least {least} rows"),
        es=("{count} filas son muy pocas para aprender", "dé al menos {least} filas"),
        more=(
            "The rows are divided into a part to learn from and a part to test with; both need "
            "some.",
            "Las filas se dividen en una parte para aprender y otra para probar; ambas necesitan "
            "algunas.",
        ),
    ),
    "row-column-missing": Entry(
        en=(
            "the rows lack the column {name!r}, which the model needs",
            "add it; a blank cell is allowed. The rows have: {known}",
        ),
        es=(
            "a las filas les falta la columna {name!r}, que el modelo necesita",
            "agréguela; una celda en blanco se permite. Las filas tienen: {known}",
        ),
        more=(
            "To predict, a model needs the same columns it was trained with, by the same names, in "
            "any order.",
            "Para predecir, un modelo necesita las mismas columnas con las que se entrenó, con los "
            "mismos nombres, en cualquier orden.",
        ),
    ),
    "row-column-missing-near": Entry(
        en=(
            "the rows lack the column {name!r}, which the model needs",
            "is it the one called {near!r}? The rows have: {known}",
        ),
        es=(
            "a las filas les falta la columna {name!r}, que el modelo necesita",
            "¿es la que se llama {near!r}? Las filas tienen: {known}",
        ),
        more=(
            "A column by a similar name exists; the names must be equal, capitals included.",
            "Existe una columna de nombre parecido; los nombres deben ser iguales, también en las "
            "mayúsculas.",
        ),
    ),
    "cell-not-kind": Entry(
        en=(
            "column {name!r}, line {line}: {value!r} is not of kind {kind}",
            "correct the cell, or leave it blank",
        ),
        es=(
            "columna {name!r}, línea {line}: {value!r} no es de tipo {kind}",
            "corrija la celda o déjela en blanco",
        ),
        more=(
            "In training this column held numbers, yes/no values or dates, in one way of writing "
            "them. Rows to predict must follow it. A blank cell is treated as missing.",
            "En el entrenamiento esta columna tenía números, valores sí/no o fechas, escritos de "
            "una forma. Las filas por predecir deben seguirla. Una celda en blanco se trata como "
            "faltante.",
        ),
    ),
    "values-not-finite": Entry(
        en=(
            "{what} holds {count} values that are NaN or infinite, the first at {place}",
            "remove or fill them first",
        ),
        es=(
            "{what} contiene {count} valores NaN o infinitos, el primero en {place}",
            "quítelos o complételos primero",
        ),
        more=(
            "A single NaN spreads through every sum and ends the training. In tables missing "
            "values are filled by `Preparation`; arrays must come without them.",
            "Un solo NaN se propaga por todas las sumas y termina con el entrenamiento. En las "
            "tablas, `Preparation` completa los valores faltantes; los arreglos deben venir sin "
            "ellos.",
        ),
    ),
    "values-empty": Entry(
        en=("{what} holds no examples", "give at least one"),
        es=("{what} no contiene ejemplos", "dé al menos uno"),
        more=(
            "The first axis, which counts the examples, has length zero.",
            "El primer eje, que cuenta los ejemplos, tiene largo cero.",
        ),
    ),
    "transform-unfitted": Entry(
        en=("{name} has not seen any data yet", "call fit(x) first, or fit_apply(x)"),
        es=("{name} todavía no ha visto datos", "llame primero a fit(x), o a fit_apply(x)"),
        more=(
            "A transform learns its constants, such as the mean, from the training rows, and then "
            "applies the same constants to all rows.",
            "Una transformación aprende sus constantes, como la media, de las filas de "
            "entrenamiento, y luego aplica las mismas constantes a todas las filas.",
        ),
    ),
    "transform-unknown": Entry(
        en=("there is no transform called {got!r}", "known are: {known}"),
        es=("no existe una transformación llamada {got!r}", "se conocen: {known}"),
        more=(
            "A kept model names its transforms. This one was written by another version, or by "
            "hand.",
            "Un modelo guardado nombra sus transformaciones. Este lo escribió otra versión, o "
            "alguien a mano.",
        ),
    ),
    "transform-width": Entry(
        en=(
            "{name} was fitted on {want} columns, but x has shape {got}",
            "give the same columns as in fit",
        ),
        es=(
            "{name} se ajustó con {want} columnas, pero x tiene forma {got}",
            "dé las mismas columnas que en fit",
        ),
        more=(
            "The constants belong to the columns, one by one, so their number must not change.",
            "Las constantes pertenecen a las columnas, una por una, así que su número no debe "
            "cambiar.",
        ),
    ),
    "split-fraction": Entry(
        en=(
            "a test fraction of {got} leaves a part of the {n} rows empty",
            "choose a fraction such as 0.2",
        ),
        es=(
            "una fracción de prueba de {got} deja vacía una parte de las {n} filas",
            "elija una fracción como 0.2",
        ),
        more=(
            "The fraction must lie between 0 and 1, and both parts must get at least one row.",
            "La fracción debe estar entre 0 y 1, y cada parte debe recibir al menos una fila.",
        ),
    ),
    "split-class": Entry(
        en=(
            "class {label!r} has {count} rows, too few for a stratified division into {parts}",
            "give it more rows, or divide without stratify",
        ),
        es=(
            "la clase {label!r} tiene {count} filas, muy pocas para dividir en {parts} de forma estratificada",
            "déle más filas, o divida sin stratify",
        ),
        more=(
            "A stratified split gives each part the same share of each class, so every class needs "
            "at least one row for every part.",
            "Una división estratificada da a cada parte la misma proporción de cada clase, por lo "
            "que cada clase necesita al menos una fila por parte.",
        ),
    ),
    "split-folds": Entry(
        en=("{k} folds cannot be made of {n} rows or groups", "choose a number between 2 and {n}"),
        es=(
            "no pueden formarse {k} pliegues con {n} filas o grupos",
            "elija un número entre 2 y {n}",
        ),
        more=(
            "In k-fold cross-validation each fold is the test part once, so it needs at least one "
            "row, or one group.",
            "En la validación cruzada de k pliegues cada pliegue es una vez la parte de prueba, así "
            "que necesita al menos una fila, o un grupo.",
        ),
    ),
    "loader-argument": Entry(
        en=("DataLoader: {name} is {got!r}", "{name} must be {want}"),
        es=("DataLoader: {name} es {got!r}", "{name} debe ser {want}"),
        more=(
            "The arguments follow PyTorch's DataLoader.",
            "Los argumentos siguen al DataLoader de PyTorch.",
        ),
    ),
    "loader-state": Entry(
        en=(
            "DataLoader: the state to resume from does not fit: {name} is {got!r} here and {want!r} there",
            "make the loader as it was made before",
        ),
        es=(
            "DataLoader: el estado por retomar no corresponde: {name} es {got!r} aquí y {want!r} allá",
            "construya el cargador como antes",
        ),
        more=(
            "To resume in the middle of an epoch with the same batches, data set, batch size, "
            "shuffling and seed must be the same as when the state was taken.",
            "Para retomar a mitad de una época con los mismos lotes, los datos, el tamaño de lote, "
            "el barajado y la semilla deben ser los mismos que cuando se tomó el estado.",
        ),
    ),
    "array-file-kind": Entry(
        en=(
            "{path} is not an array file that can be read in pieces",
            "save it with numpy.save(path, x), without objects",
        ),
        es=(
            "{path} no es un archivo de arreglo que pueda leerse por partes",
            "guárdelo con numpy.save(ruta, x), sin objetos",
        ),
        more=(
            "A .npy file of numbers can be mapped into memory, so that only the rows in use are "
            "read. Files with Python objects are refused: reading them would run code.",
            "Un archivo .npy de números puede proyectarse en memoria, de modo que solo se leen las "
            "filas en uso. Los archivos con objetos de Python se rechazan: leerlos ejecutaría "
            "código.",
        ),
    ),
}

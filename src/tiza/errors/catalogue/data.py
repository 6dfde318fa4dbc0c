"""Messages about sets of data: finding, checking, dividing, changing and loading them."""

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
    "values-not-finite": Entry(
        en=(
            "{what} holds NaN or infinite values: {count}, the first at {where}",
            "remove or fill them first",
        ),
        es=(
            "{what} contiene valores NaN o infinitos: {count}, el primero en {where}",
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
            "class {label!r} has too few rows for a stratified division into {parts}: {count}",
            "give it more rows, or divide without stratify",
        ),
        es=(
            "la clase {label!r} tiene muy pocas filas para dividir en {parts} de forma "
            "estratificada: {count}",
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
            "En la validación cruzada de k pliegues cada pliegue es una vez la parte de "
            "prueba, así "
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
            "DataLoader: the state to resume from does not fit: {name} is {got!r} here and "
            "{want!r} there",
            "make the loader as it was made before",
        ),
        es=(
            "DataLoader: el estado por retomar no corresponde: {name} es {got!r} aquí y "
            "{want!r} allá",
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
    "images-layout": Entry(
        en=("there is no layout {got!r} of pictures", "choose one of: {known}"),
        es=("no existe la disposición {got!r} de imágenes", "elija una de: {known}"),
        more=(
            "Dense layers take a picture as one long row (flat), convolutions as channels of rows "
            "and columns (channels).",
            "Las capas densas toman una imagen como una sola fila larga (flat); las convoluciones, "
            "como canales de filas y columnas (channels).",
        ),
    ),
    "images-shape": Entry(
        en=(
            "pictures of shape {got} are neither (n, h, w) nor (n, h, w, c)",
            "a single picture x is given as x[None]",
        ),
        es=(
            "imágenes de forma {got} no son (n, h, w) ni (n, h, w, c)",
            "una sola imagen x se da como x[None]",
        ),
        more=(
            "The first axis counts the pictures, then come rows and columns, and for colours a "
            "last axis of channels.",
            "El primer eje cuenta las imágenes, luego vienen filas y columnas y, si hay color, un "
            "último eje de canales.",
        ),
    ),
    "example-index": Entry(
        en=("there is no example {got}: the data set has {n}", "choose a number from 0 below {n}"),
        es=(
            "no existe el ejemplo {got}: el conjunto tiene {n}",
            "elija un número desde 0 y menor que {n}",
        ),
        more=(
            "Examples are counted from 0; negative numbers count from the end.",
            "Los ejemplos se cuentan desde 0; los números negativos cuentan desde el final.",
        ),
    ),
    "tokens-character": Entry(
        en=(
            "the character {got!r} does not occur in the text that was learned from",
            "use these and the blank: {alphabet}",
        ),
        es=(
            "el carácter {got!r} no aparece en el texto del que se aprendió",
            "use estos y el espacio: {alphabet}",
        ),
        more=(
            "A model that writes letter by letter has one row of numbers for each character of its "
            "training text, and none for others. With tokens=bpe every text can be written, since "
            "its pieces begin from bytes.",
            "Un modelo que escribe letra por letra tiene una fila de números para cada carácter de "
            "su texto de entrenamiento, y ninguna para los demás. Con tokens=bpe se puede escribir "
            "cualquier texto, pues sus piezas parten de bytes.",
        ),
    ),
}

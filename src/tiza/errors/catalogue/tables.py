"""Messages about tables: reading them, their columns, and the one to predict."""

from tiza.errors.entry import Entry

ENTRIES = {
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
            "Los bytes del archivo no forman texto en esa codificación. Si no se indica "
            "ninguna, se "
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
            "Las columnas de un archivo CSV se separan con un carácter. Se adivina si no se "
            "indica.",
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
            "{name}: rows without {width} cells like the first line: {count} (lines {lines}; "
            "line {line} has {got})",
            'a comma inside a text needs quotes around it: "Pérez, Ana"',
        ),
        es=(
            "{name}: filas sin {width} celdas como la primera línea: {count} (líneas {lines}; "
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
            "give the path of a CSV or Parquet file, a DataFrame, columns by name, or a list "
            "of rows",
        ),
        es=(
            "un {kind} no puede leerse como tabla",
            "dé la ruta de un CSV o Parquet, un DataFrame, columnas por nombre o una lista "
            "de filas",
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
            "A target that is different in almost every row, such as a name or a date, "
            "is neither a "
            "class nor a quantity. If it does hold a few classes, say so with `kinds`.",
            "Un objetivo distinto en casi cada fila, como un nombre o una fecha, no es "
            "una clase ni "
            "una cantidad. Si contiene unas pocas clases, indíquelo con `kinds`.",
        ),
    ),
    "target-not-number": Entry(
        en=(
            "the target column {name!r} holds cells that are not numbers: {count}, e.g. {value!r} "
            "in line {line}",
            "correct the cells, or take the target as classes",
        ),
        es=(
            "la columna objetivo {name!r} tiene celdas que no son números: {count}, p. ej. "
            "{value!r} en la línea {line}",
            "corrija las celdas, o tome el objetivo como clases",
        ),
        more=(
            "Regression predicts a number, so every target must be one. Blank cells are allowed: "
            "their rows are left out.",
            "La regresión predice un número, así que todo objetivo debe serlo. Las "
            "celdas en blanco "
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
            "rows without a value in the target column {name!r}: {count}, the first in line {line}",
            "leave these rows out: with_target(table, {name!r})",
        ),
        es=(
            "filas sin valor en la columna objetivo {name!r}: {count}, la primera en la "
            "línea {line}",
            "omita esas filas: with_target(table, {name!r})",
        ),
        more=(
            "A row without its target can be predicted, but neither learned from nor tested with.",
            "Una fila sin su objetivo puede predecirse, pero no sirve para aprender ni para "
            "probar.",
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
        en=("too few rows to learn from: {count}", "give at least {least} rows"),
        es=("muy pocas filas para aprender: {count}", "dé al menos {least} filas"),
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
}

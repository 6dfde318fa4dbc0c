"""The words that cards, reports and notes of data use, in both languages."""

from tiza.errors import pick

WORDS: dict[str, tuple[str, str]] = {
    "card-size": ("size", "tamaño"),
    "card-licence": ("licence", "licencia"),
    "card-citation": ("cite", "cítese"),
    "card-home": ("from", "procedencia"),
    "card-note": ("note", "nota"),
    "downloading": ("downloading {name}", "descargando {name}"),
    # kinds of column
    "number": ("number", "número"),
    "boolean": ("yes/no", "sí/no"),
    "category": ("category", "categoría"),
    "date": ("date", "fecha"),
    "identifier": ("identifier", "identificador"),
    "text": ("free text", "texto libre"),
    "constant": ("constant", "constante"),
    "empty": ("empty", "vacía"),
    # headings of the report of a table
    "table-title": (
        "{name}: {rows} rows, {columns} columns",
        "{name}: {rows} filas, {columns} columnas",
    ),
    "column": ("column", "columna"),
    "kind": ("kind", "tipo"),
    "missing": ("missing", "faltantes"),
    "distinct": ("distinct", "distintos"),
    "examples": ("examples", "ejemplos"),
    "use": ("what is done", "qué se hace"),
    "more-columns": ("… and {count} more columns", "… y {count} columnas más"),
    # what is done with a column
    "use-target": ("target", "variable objetivo"),
    "use-number": ("standardised", "se estandariza"),
    "use-number-missing": (
        "gaps: median {fill}, marked; standardised",
        "huecos: mediana {fill}, marcados; se estandariza",
    ),
    "use-boolean": ("0 or 1", "0 o 1"),
    "use-boolean-missing": ("0 or 1; gaps marked", "0 o 1; huecos marcados"),
    "use-category": ("columns of 0 and 1: {count}", "columnas de 0 y 1: {count}"),
    "use-category-rare": (
        "columns of 0 and 1: {count}, and one for the rare ({rare})",
        "columnas de 0 y 1: {count}, y una para las raras ({rare})",
    ),
    "use-date": (
        "days passed; month, weekday, hour as points on a circle",
        "días transcurridos; mes, día de la semana y hora como puntos de un círculo",
    ),
    "use-identifier": (
        "left out: it names the row, it does not describe it",
        "se omite: nombra la fila, no la describe",
    ),
    "use-text": (
        "left out: almost every row has its own text",
        "se omite: casi cada fila tiene su propio texto",
    ),
    "use-constant": ("left out: always the same value", "se omite: siempre el mismo valor"),
    "use-empty": ("left out: no value at all", "se omite: no tiene ningún valor"),
    "use-dropped": ("left out, as you asked", "se omite, como usted pidió"),
    # notes on a file
    "note-encoding": (
        "the file is not UTF-8; it was read as {encoding}",
        "el archivo no es UTF-8; se leyó como {encoding}",
    ),
    "note-delimiter": (
        "columns are separated by {delimiter}",
        "las columnas están separadas por {delimiter}",
    ),
    "note-header": (
        "the first line holds numbers, not names: the columns were called {names}",
        "la primera línea contiene números y no nombres: las columnas se llamaron {names}",
    ),
    "note-renamed": (
        "column {position} was called {name!r}: its name was empty or repeated",
        "la columna {position} se llamó {name!r}: su nombre estaba vacío o repetido",
    ),
    "note-bad-cells": (
        "column {column!r}: cells that are not of kind {kind} count as missing: {count}, "
        "e.g. {value!r} in line {line}",
        "columna {column!r}: las celdas que no son de tipo {kind} cuentan como faltantes: "
        "{count}, p. ej. {value!r} en la línea {line}",
    ),
    "note-decimal-comma": (
        "column {column!r}: the comma was read as the decimal mark",
        "columna {column!r}: la coma se leyó como separador decimal",
    ),
    "note-thousands": (
        "column {column!r}: the comma was read as the mark of thousands",
        "columna {column!r}: la coma se leyó como separador de miles",
    ),
    "note-day-first": (
        "column {column!r}: dates could be day/month or month/day; they were read as day/month",
        "columna {column!r}: las fechas podrían ser día/mes o mes/día; se leyeron como día/mes",
    ),
    "note-duplicates": (
        "rows that repeat another row: {count}; a repeat that falls into both training and "
        "test flatters the result",
        "filas que repiten otra fila: {count}; una repetición que cae en entrenamiento y en "
        "prueba embellece el resultado",
    ),
    # notes on a preparation
    "note-task": (
        "target {target!r}: taken as {task}, because {why}",
        "objetivo {target!r}: se toma como {task}, porque {why}",
    ),
    "regression": ("regression", "regresión"),
    "classification": ("classification", "clasificación"),
    "why-two": ("it has two different values", "tiene dos valores distintos"),
    "why-words": (
        "it has {count} different values that are not numbers",
        "tiene {count} valores distintos que no son números",
    ),
    "why-few": (
        "it has only {count} different whole numbers",
        "tiene solo {count} números enteros distintos",
    ),
    "why-many": ("it has {count} different numbers", "tiene {count} números distintos"),
    "note-target-missing": (
        "rows without a target, left out: {count}",
        "filas sin valor objetivo, omitidas: {count}",
    ),
    "note-leak": (
        "column {column!r} determines the target {target!r} almost exactly: if it is not "
        "known when predicting, leave it out",
        "la columna {column!r} determina casi exactamente el objetivo {target!r}: si no "
        "se conoce al predecir, omítala",
    ),
    "note-extra": (
        "column {column!r} is not used by this model and was ignored",
        "la columna {column!r} no la usa este modelo y se ignoró",
    ),
    "note-unknown-category": (
        "column {column!r}: the value {value!r} did not occur in training (rows: {count})",
        "columna {column!r}: el valor {value!r} no apareció en el entrenamiento (filas: {count})",
    ),
    "note-rare-class": (
        "class {label!r} has a single row: it cannot be both learned and tested",
        "la clase {label!r} tiene una sola fila: no puede aprenderse y también ponerse a prueba",
    ),
}


def say(key: str, **params: object) -> str:
    """The words for `key` in the language in force, filled in.

    >>> say("number")
    'number'
    """
    return pick(WORDS[key]).format(**params)

"""Messages that belong to no single part."""

from tiza.errors.entry import Entry

ENTRIES = {
    "language-unknown": Entry(
        en=("there is no language {got!r} here", 'choose "en" or "es"'),
        es=("aquí no existe el idioma {got!r}", 'elija "en" o "es"'),
        more=(
            "tiza speaks English and Spanish. The language is set with `tz.set_language`, "
            "or on the command line with `--lang`.",
            "tiza habla inglés y español. El idioma se fija con `tz.set_language` o, en la "
            "línea de comandos, con `--lang`.",
        ),
    ),
    "extra-missing": Entry(
        en=("{feature} needs a library that is not installed", "pip install 'tiza[{extra}]'"),
        es=(
            "{feature} necesita una biblioteca que no está instalada",
            "pip install 'tiza[{extra}]'",
        ),
        more=(
            "The core of tiza is light; pictures, tables and bridges to other systems come as "
            "extras that pip installs by name.",
            "El núcleo de tiza es liviano; los gráficos, las tablas y los puentes a otros "
            "sistemas son extras que pip instala por su nombre.",
        ),
    ),
}

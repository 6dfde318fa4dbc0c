"""Arguments and options that several commands take."""

from tiza.cli.kept import run_names
from tiza.cli.speak import argument, option
from tiza.cli.types import COUNT, completing

one_run = argument(
    "run",
    holder=("RUN", "CORRIDA"),
    shell_complete=completing(run_names),
    words=(
        "Id of the run, its first letters, its folder, or `last`.",
        "Identificador de la corrida, sus primeras letras, su carpeta, o `last`.",
    ),
)
threads_of_code = option(
    "--threads",
    type=COUNT,
    holder=("N", "N"),
    words=(
        "Threads of compiled code; the weights do not depend on it.",
        "Hilos del código compilado; los pesos no dependen de ello.",
    ),
)

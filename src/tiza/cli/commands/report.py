"""`tiza report RUN`: where the report of a run lies, or the report in the browser."""

from tiza.cli.kept import find_run
from tiza.cli.out import show
from tiza.cli.shared import one_run
from tiza.cli.speak import command, option
from tiza.errors import UsageError


@command(
    "report",
    words=(
        "Say where the report of a run lies; --open shows it in the browser.\n"
        "The report is one HTML file that needs nothing else: it can be sent by mail.",
        "Dice dónde está el informe de una corrida; --open lo muestra en el navegador.\n"
        "El informe es un solo archivo HTML que no necesita nada más: se puede enviar por correo.",
    ),
    examples=["tiza report last", "tiza report last --open"],
)
@one_run
@option(
    "--open",
    "opened",
    is_flag=True,
    words=("Open it in the browser.", "Lo abre en el navegador."),
)
def main(run: str, opened: bool) -> None:
    """Print the path of the report; open it."""
    import webbrowser

    from tiza.train.folder import RunFolder

    found = find_run(run)
    path = RunFolder(found.folder).report
    if not path.is_file():
        raise UsageError("report-missing", run=found.id, folder=str(found.folder))
    shown = webbrowser.open(path.resolve().as_uri()) if opened else False
    show({"run": found.id, "report": str(path), "opened": shown}, lambda: print(path))

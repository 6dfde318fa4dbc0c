"""`tiza doctor`: what this machine offers tiza, what is missing and how to get it."""

from tiza.cli.out import show
from tiza.cli.speak import command
from tiza.errors import pick


@command(
    "doctor",
    words=(
        "Check the installation: versions, threads, BLAS, vector width, what is missing.\n"
        "Ends with 1 if something that tiza cannot do without is broken.",
        "Revisa la instalación: versiones, hilos, BLAS, ancho vectorial, qué falta.\n"
        "Termina con 1 si está roto algo imprescindible.",
    ),
    examples=["tiza doctor", "tiza doctor --json"],
)
def main() -> int:
    """Print the findings; 1 if a requirement fails."""
    from tiza.cli.health import examine

    findings = examine()
    broken = [f for f in findings if f.state == "broken"]
    show(
        {"healthy": not broken, "findings": [f.as_dict() for f in findings]},
        lambda: _render([f.row() for f in findings], bool(broken)),
    )
    return 1 if broken else 0


def _render(rows: list[tuple[str, str, str, str]], broken: bool) -> None:
    from rich.text import Text

    from tiza.cli.out import console

    screen = console()
    width = max(len(row[1]) for row in rows)
    for mark, name, value, cure in rows:
        style = {"✓": "green", "✗": "bold red"}.get(mark, "yellow")
        line = Text.assemble((mark, style), f" {name:<{width}}  ", value)
        screen.print(line, soft_wrap=True)
        if cure:
            screen.print(Text(f"  {'':<{width}}  {cure}", style="dim"), soft_wrap=True)
    if broken:
        screen.print(
            pick(
                (
                    "Something that tiza cannot do without is broken: see ✗ above.",
                    "Está roto algo imprescindible: vea ✗ arriba.",
                )
            )
        )
    else:
        screen.print(
            pick(
                (
                    "All that tiza needs is here. Next: tiza demo",
                    "Está todo lo que tiza necesita. Siga con: tiza demo",
                )
            )
        )

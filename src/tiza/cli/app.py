"""The root of the command line: its commands by name, each read only when it is used."""

from importlib import import_module

import click

from tiza.cli.speak import Command, Group
from tiza.cli.version import version_option

NAMES = (
    "demo",
    "train",
    "recipes",
    "runs",
    "show",
    "report",
    "replay",
    "compare",
    "sweep",
    "predict",
    "derive",
    "draw",
    "plot",
    "check",
    "data",
    "ops",
    "doctor",
    "explain",
    "completion",
)


class Root(Group):
    """`tiza`: finds each command in the file of its name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which a newcomer needs them."""
        return list(NAMES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> Command | None:
        """The command from `commands/<name>.py`."""
        if cmd_name not in NAMES:
            return None
        found = import_module(f"tiza.cli.commands.{cmd_name}").main
        return found if isinstance(found, Command) else None


app = Root(
    "tiza",
    words=(
        "tiza: deep learning with the mathematics in sight.\n"
        "Begin with `tiza demo`: a network learns handwritten digits in a few seconds.",
        "tiza: aprendizaje profundo con las matemáticas a la vista.\n"
        "Comience con `tiza demo`: una red aprende dígitos manuscritos en unos segundos.",
    ),
    params=[version_option],
    examples=[
        "tiza demo",
        ("tiza train houses.csv --target price", "tiza train casas.csv --target precio"),
        "tiza show last",
        "tiza ops tanh",
        (
            "tiza train --help                     # of one command",
            "tiza train --help                     # de un comando",
        ),
    ],
)

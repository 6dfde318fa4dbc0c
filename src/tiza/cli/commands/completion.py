"""`tiza completion SHELL`: the script that completes our commands."""

from click.shell_completion import get_completion_class

from tiza.cli.out import show
from tiza.cli.speak import argument, command
from tiza.cli.types import OneOf
from tiza.errors import UsageError


@command(
    "completion",
    words=(
        "Print the script with which a shell completes tiza's commands.\n"
        "It completes commands, options, recipes, data sets, runs and error codes.",
        "Imprime el script con que una consola completa los comandos de tiza.\n"
        "Completa comandos, opciones, recetas, conjuntos de datos, corridas y códigos de error.",
    ),
    examples=[
        'eval "$(tiza completion bash)"        # ~/.bashrc',
        'eval "$(tiza completion zsh)"         # ~/.zshrc',
        "tiza completion fish > ~/.config/fish/completions/tiza.fish",
    ],
)
@argument(
    "shell",
    holder=("bash|zsh|fish", "bash|zsh|fish"),
    type=OneOf(("bash", "zsh", "fish")),
    words=("The shell.", "La consola."),
)
def main(shell: str) -> None:
    """Print what click generates for the shell."""
    from tiza.cli.app import app

    kind = get_completion_class(shell)
    if kind is None:
        raise UsageError("cli-bad-choice", option="SHELL", got=shell, names="bash, zsh, fish")
    script = kind(app, {}, "tiza", "_TIZA_COMPLETE").source()
    show({"shell": shell, "script": script}, lambda: print(script))

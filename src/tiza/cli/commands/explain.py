"""`tiza explain CODE`: more about an error."""

import re

from tiza.cli.out import show
from tiza.cli.speak import argument, command, unknown
from tiza.cli.types import completing
from tiza.errors import entries, pick


def _codes() -> list[str]:
    return sorted(entries())


def _readable(template: str) -> str:
    """A template of `str.format`, its fields as ‹names›.

    >>> _readable("there is no column {got!r} in {file}")
    'there is no column ‹got› in ‹file›'
    """
    named = re.sub(r"\{(\w+)[^{}]*\}", r"‹\1›", template)
    return named.replace("{{", "{").replace("}}", "}")


@command(
    "explain",
    words=(
        "Explain an error: what it means, its usual cause, its cure.\n"
        "Each error ends with its code. Without a code, all codes are listed.",
        "Explica un error: qué significa, su causa usual y cómo se cura.\n"
        "Cada error termina con su código. Sin código, se listan todos.",
    ),
    examples=["tiza explain cli-no-command", "tiza explain"],
)
@argument(
    "code",
    required=False,
    holder=("CODE", "CÓDIGO"),
    shell_complete=completing(_codes),
    words=("Code of the error.", "Código del error."),
)
def main(code: str | None) -> None:
    """Print an entry of the catalogue, or its index."""
    if code is None:
        show([{"code": c, "fact": _readable(_fact(c))} for c in _codes()], _index)
        return
    if code not in entries():
        raise unknown("cli-no-code", code, _codes())
    fact, fix = (_readable(text) for text in pick((entries()[code].en, entries()[code].es)))
    more = pick(entries()[code].more)
    show(
        {"code": code, "fact": fact, "fix": fix, "explanation": more},
        lambda: _entry(code, fact, fix, more),
    )


def _fact(code: str) -> str:
    return pick((entries()[code].en, entries()[code].es))[0]


def _entry(code: str, fact: str, fix: str, more: str) -> None:
    from rich.padding import Padding
    from rich.text import Text

    from tiza.cli.out import console

    screen = console()
    screen.print(Text(code, style="bold"))
    screen.print(Padding(Text(fact), (0, 0, 0, 4)))
    if fix:
        screen.print(Padding(Text(f"{pick(('fix', 'arreglo'))}: {fix}"), (0, 0, 0, 4)))
    if more:
        screen.print()
        screen.print(Text(more))


def _index() -> None:
    from tiza.cli.out import table

    table(
        (pick(("code", "código")), pick(("what it says", "qué dice"))),
        [(c, _readable(_fact(c))) for c in _codes()],
        fold=(1,),
    )

"""`tiza ops`: the reference of all operations, read from their records."""

from collections.abc import Iterable

from tiza.cli.out import console, show
from tiza.cli.reference import FAMILIES, Card, cards
from tiza.cli.speak import argument, command, option, unknown
from tiza.cli.types import completing
from tiza.errors import pick


def _names() -> list[str]:
    return [card.name for card in cards()]


@command(
    "ops",
    words=(
        "List the operations of which every network is made: notation, derivative, shapes.\n"
        "In the derivatives, y is the answer and g the derivative of the loss with respect "
        "to y.",
        "Lista las operaciones de las que está hecha toda red: notación, derivada, formas.\n"
        "En las derivadas, y es el resultado y g la derivada de la pérdida respecto de y.",
    ),
    examples=["tiza ops", "tiza ops tanh", "tiza ops --family reduction", "tiza ops matmul --json"],
)
@argument(
    "name",
    required=False,
    holder=("NAME", "NOMBRE"),
    shell_complete=completing(_names),
    words=("One operation, in full.", "Una sola operación, completa."),
)
@option(
    "--family",
    holder=("FAMILY", "FAMILIA"),
    shell_complete=completing(lambda: sorted({card.family for card in cards()})),
    words=("Only this family, e.g. elementwise.", "Solo esta familia, p. ej. elementwise."),
)
def main(name: str | None, family: str | None) -> None:
    """Print one card, or the table of all."""
    everything = cards()
    if name is not None:
        found = next((card for card in everything if card.name == name), None)
        if found is None:
            raise unknown("cli-no-op", name, [card.name for card in everything])
        show(found.as_dict(), lambda: _one(found))
        return
    families = list(dict.fromkeys(card.family for card in everything))
    if family is not None and family not in families:
        raise unknown("cli-no-family", family, families)
    chosen = [card for card in everything if family in (None, card.family)]
    show([card.as_dict() for card in chosen], lambda: _all(chosen))


def _one(card: Card) -> None:
    from rich.text import Text

    screen = console()
    screen.print(Text.assemble((card.name, "bold"), f"   {card.title}"))
    if card.says:
        screen.print(Text(card.says))
    screen.print(Text(f"\n  {card.equation}"))
    for line in card.derivatives:
        screen.print(Text(f"  {line}"))
    if not card.derivatives:
        screen.print(Text(f"  {pick(('no derivative', 'sin derivada'))}"))
    if card.shapes:
        screen.print(Text(f"\n{pick(('shapes, for instance', 'formas, por ejemplo'))}"))
        for shapes in card.shapes:
            screen.print(Text(f"  {shapes}"))
    if card.latex:
        screen.print(Text(f"\nLaTeX  {card.latex}"))
        for latex in card.latex_derivatives:
            screen.print(Text(f"       {latex}"))


def _all(chosen: Iterable[Card]) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    by_family: dict[str, list[Card]] = {}
    for card in chosen:
        by_family.setdefault(card.family, []).append(card)
    grid = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    grid.add_column(pick(("operation", "operación")), no_wrap=True)
    grid.add_column(pick(("notation", "notación")), overflow="fold")
    grid.add_column(pick(("derivative", "derivada")), overflow="fold")
    for k, (family, members) in enumerate(by_family.items()):
        if k:
            grid.add_section()
        name = pick(FAMILIES.get(family, (family, family)))
        grid.add_row(Text(f"{name} ({len(members)})", style="bold"), "", "")
        for card in members:
            grid.add_row(Text(card.name), Text(card.notation), Text(card.slopes))
    console().print(grid)
    print(pick(("tiza ops NAME shows one in full.", "tiza ops NOMBRE muestra una completa.")))

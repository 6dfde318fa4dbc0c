"""`tiza data`: the data sets that tiza knows, where they are, and whether they are intact."""

from typing import TYPE_CHECKING

from tiza.cli.out import console, note, show, size, table
from tiza.cli.speak import Group, argument, command, unknown
from tiza.cli.types import completing
from tiza.errors import ArgumentError, pick

if TYPE_CHECKING:
    from tiza.data.fetch import Found

PLACES = {
    "package": ("ships with tiza", "viene con tiza"),
    "TIZA_DATA": ("in TIZA_DATA", "en TIZA_DATA"),
    "cache": ("in the cache", "en la caché"),
    "absent": ("not here", "no está"),
    "damaged": ("damaged", "dañado"),
}
NAME_HOLDER = ("NAME", "NOMBRE")


def _names() -> list[str]:
    from tiza.data.registry import names

    return names()


def _known(name: str) -> str:
    """The name as the registry spells it; an unknown one is a wrong usage."""
    from tiza.data.registry import card

    try:
        return card(name).name
    except ArgumentError:
        raise unknown("cli-no-data", name, _names()) from None


def _place(found: "list[Found]") -> str:
    """Where a set is: at the worst place of its files."""
    order = ["damaged", "absent", "cache", "TIZA_DATA", "package"]
    return min((one.place for one in found), key=order.index)


@command(
    "list",
    words=(
        "List the data sets: what they are, their size, whether they are on this machine.\n"
        "With a name: the whole card, with licence and citation.",
        "Lista los conjuntos de datos: qué son, su tamaño y si están en esta máquina.\n"
        "Con un nombre: la ficha completa, con licencia y cita.",
    ),
    examples=["tiza data list", "tiza data list mnist"],
)
@argument(
    "name",
    required=False,
    holder=NAME_HOLDER,
    shell_complete=completing(_names),
    words=("One data set.", "Un conjunto de datos."),
)
def list_(name: str | None) -> None:
    """Print the table of data sets, or one card."""
    from tiza.data.fetch import find
    from tiza.data.registry import card, cards

    if name is not None:
        chosen = card(_known(name))
        where = _place(find(chosen.name))
        show({**chosen.to_dict(), "place": where}, lambda: _card(chosen.describe(), where))
        return
    rows = [(c, _place(find(c.name))) for c in cards().values()]
    heads = (("name", "nombre"), ("what", "qué es"), ("size", "tamaño"), ("where", "dónde"))
    show(
        [{**c.to_dict(), "place": where} for c, where in rows],
        lambda: table(
            [pick(h) for h in heads],
            [(c.name, pick(c.about), size(c.bytes), pick(PLACES[where])) for c, where in rows],
            right=(2,),
            fold=(1,),
        ),
    )


def _card(text: str, where: str) -> None:
    from rich.text import Text

    console().print(Text(text))
    print(f"  {pick(('where', 'dónde'))}: {pick(PLACES[where])}")


@command(
    "get",
    words=(
        "Bring data sets to this machine (checked by their checksums) and say where they are.\n"
        "They are looked for in the folder TIZA_DATA, then in the cache, then on their sites.",
        "Trae conjuntos de datos a esta máquina (revisados por su suma de verificación) y dice "
        "dónde están.\n"
        "Se buscan en la carpeta TIZA_DATA, luego en la caché y luego en sus sitios.",
    ),
    examples=["tiza data get digits", "tiza data get mnist fashion_mnist"],
)
@argument(
    "names",
    nargs=-1,
    required=True,
    holder=NAME_HOLDER,
    shell_complete=completing(_names),
    words=("Data sets.", "Conjuntos de datos."),
)
def get(names: tuple[str, ...]) -> None:
    """Locate, or download, and print the paths."""
    from tiza.data.fetch import locate

    known = [_known(name) for name in names]
    paths = {name: [str(path) for path in locate(name).values()] for name in known}

    def render() -> None:
        for name in known:
            for path in paths[name]:
                print(path)

    show(paths, render)
    note(pick(('in Python: tz.data.load("{}")', 'en Python: tz.data.load("{}")')).format(known[0]))


@command(
    "verify",
    words=(
        "Check every byte of the data sets on this machine against their checksums.\n"
        "Without names: all. Ends with 1 if a file is damaged.",
        "Revisa cada byte de los conjuntos de datos de esta máquina contra sus sumas de "
        "verificación.\n"
        "Sin nombres: todos. Termina con 1 si algún archivo está dañado.",
    ),
    examples=["tiza data verify", "tiza data verify mnist"],
)
@argument(
    "names",
    nargs=-1,
    required=False,
    holder=NAME_HOLDER,
    shell_complete=completing(_names),
    words=("Data sets.", "Conjuntos de datos."),
)
def verify(names: tuple[str, ...]) -> int:
    """Read the files again, whatever is remembered of them."""
    from tiza.data.fetch import find, matches

    chosen = [_known(name) for name in names] or _names()
    rows = []
    for name in chosen:
        for one in find(name):
            good = one.path is not None and one.place != "damaged" and matches(one.path, one.file)
            state = "good" if good else "absent" if one.path is None else "damaged"
            rows.append((name, one.file.path, state, str(one.path or "")))
    damaged = [row for row in rows if row[2] == "damaged"]
    words = {"good": ("intact", "intacto"), **PLACES}
    heads = (("name", "nombre"), ("file", "archivo"), ("state", "estado"))

    def render() -> None:
        table(
            [pick(h) for h in heads],
            [(name, path, pick(words[state])) for name, path, state, _ in rows],
            fold=(1,),
        )
        for _, _, _, path in damaged:
            print(pick(("damaged, remove it: {}", "dañado, bórrelo: {}")).format(path))

    show(
        [{"name": n, "file": f, "state": state, "path": path} for n, f, state, path in rows],
        render,
    )
    return 1 if damaged else 0


main = Group(
    "data",
    words=(
        "The data sets that tiza knows: list them, get them, verify them.",
        "Los conjuntos de datos que tiza conoce: listarlos, traerlos, verificarlos.",
    ),
    commands={c.name: c for c in (list_, get, verify)},
    examples=["tiza data list", "tiza data get mnist", "tiza data verify"],
)

"""The records of the operations as cards for people: notation, derivative, shapes."""

from dataclasses import asdict, dataclass
from functools import cache
from string import Formatter
from typing import TYPE_CHECKING, Any

from tiza.cli.chalk import readable
from tiza.cli.ops_words import SPANISH
from tiza.errors import TizaError, language, pick

if TYPE_CHECKING:
    from tiza.graph.primitive import Primitive

LETTERS = "abcduvwz"
COMPOSITE_LETTERS = "xwvuzstr"  # their own formulas say a, b, α, ... already
FAMILIES = {
    "elementwise": ("element by element", "elemento a elemento"),
    "reduction": ("reductions", "reducciones"),
    "movement": ("moving entries", "mover entradas"),
    "contraction": ("products", "productos"),
    "indexing": ("indexing", "indexación"),
    "window": ("windows", "ventanas"),
    "random": ("random bits", "bits al azar"),
    "control": ("control", "control"),
    "linalg": ("linear algebra", "álgebra lineal"),
    "structure": ("structure", "estructura"),
    "leaf": ("leaves", "hojas"),
    "reading": ("for differentiation and naming", "para derivar y nombrar"),
    "scan": ("running along an axis", "a lo largo de un eje"),
    "sorting": ("order", "orden"),
    "composite": ("composites", "compuestas"),
}


@dataclass(frozen=True)
class Card:
    """One operation of the reference."""

    name: str
    family: str
    composite: bool
    says: str
    notation: str
    derivatives: tuple[str, ...]
    slopes: str
    shapes: tuple[str, ...]
    latex: str
    latex_derivatives: tuple[str, ...]

    @property
    def title(self) -> str:
        """What kind of operation it is."""
        kind = ("composite", "compuesta") if self.composite else ("primitive", "primitiva")
        return f"{pick(kind)}, {pick(FAMILIES.get(self.family, (self.family, self.family)))}"

    @property
    def equation(self) -> str:
        """The formula, `y = ...`."""
        return f"y = {self.notation}" if self.notation else "y"

    def as_dict(self) -> dict[str, object]:
        """For `--json`."""
        fields = asdict(self)
        del fields["slopes"]
        return fields


def cards() -> list[Card]:
    """Every operation, primitives first, in the order in which they were written."""
    return _cards(language())


@cache
def _cards(lang: str) -> list[Card]:
    from tiza import losses, nn  # noqa: F401  they fill the registry
    from tiza.graph import COMPOSITES, PRIMITIVES

    simple = [_card(record, False, lang) for record in PRIMITIVES.values()]
    return simple + [_card(record, True, lang) for record in COMPOSITES.values()]


def _card(record: "Primitive", composite: bool, lang: str) -> Card:
    shapes, inputs = _shapes(record)
    inputs = inputs or max(1, len(record.latex_vjp))
    letters = COMPOSITE_LETTERS if composite else LETTERS
    names = ["x"] if inputs == 1 else [*letters[:inputs]]
    padded = [*names, *(f"x_{k}" for k in range(len(names), 12))]
    filled = _fill(record.latex, padded)
    slopes = [_fill(slope, padded) for slope in record.latex_vjp]
    pairs = [(name, tidy(readable(s))) for name, s in zip(padded, slopes, strict=False) if s]
    says = SPANISH.get(record.name, record.says) if lang == "es" else record.says
    return Card(
        record.name,
        record.family,
        composite,
        says,
        readable(filled),
        tuple(f"∂L/∂{name} = {slope}" for name, slope in pairs),
        ",  ".join(slope for _, slope in pairs),
        shapes,
        filled,
        tuple(slopes),
    )


class _Letters(dict[str, object]):
    """The named fields of a template: an attribute stands for itself."""

    def __missing__(self, key: str) -> str:
        return rf"\mathrm{{{key}}}"


def _fill(template: str, names: list[str]) -> str:
    return Formatter().vformat(template, names, _Letters(y="y", g="g"))


def tidy(slope: str) -> str:
    """A product without its factors 1 and 0.

    >>> tidy("g ⊙ 1"), tidy("g ⊙ (-1)"), tidy("g ⊙ 0"), tidy("g ⊙ y")
    ('g', '-g', '0', 'g ⊙ y')
    """
    return {"g ⊙ 1": "g", "g ⊙ (-1)": "-g", "g ⊙ 0": "0"}.get(slope, slope)


def _shapes(record: "Primitive", most: int = 4) -> tuple[tuple[str, ...], int]:
    """Shapes of the record's own samples, (2, 3), (3, 4) → (2, 4), and the number of inputs."""
    import numpy as np

    from tiza.graph import apply, constant

    if record.samples is None:
        return (), 0
    found: dict[str, None] = {}
    inputs = 0
    for arrays, attrs in record.samples(np.random.default_rng(0)):
        inputs = max(inputs, len(arrays))
        try:
            node = apply(record, tuple(constant(np.asarray(a)) for a in arrays), attrs)
        except TizaError:  # a sample that only the laws use
            continue
        said = {k: v for k, v in attrs.items() if isinstance(v, int | str | tuple | None)}
        given = "".join(f", {k}={v}" for k, v in said.items())
        before = ", ".join(_shape(np.shape(a)) for a in arrays)
        after = node.shape if record.several else (node.shape,)
        found[f"{before}{given} → {', '.join(_shape(s) for s in after)}"] = None
    return tuple(found)[:most], inputs


def _shape(shape: Any) -> str:
    return "(" + ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "") + ")"

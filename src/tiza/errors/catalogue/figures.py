"""Messages of figures."""

from tiza.errors.entry import Entry

_MORE = (
    "The figures of tz.plot are matplotlib figures; what each accepts stands in its documentation: "
    "help(tz.plot.race).",
    "Las figuras de tz.plot son figuras de matplotlib; lo que acepta cada una está en su "
    "documentación: help(tz.plot.race).",
)

ENTRIES = {
    "plot-function": Entry(
        en=("nn.functional has no function {got!r}", 'a name such as "relu", or a function'),
        es=("nn.functional no tiene la función {got!r}", 'un nombre como "relu" o una función'),
        more=_MORE,
    ),
    "plot-choice": Entry(
        en=("{name} cannot be {got!r}", "one of: {known}"),
        es=("{name} no puede ser {got!r}", "una de estas: {known}"),
        more=_MORE,
    ),
    "plot-start": Entry(
        en=("a start of one or two numbers is needed", "start=(-1.5, 2.0)"),
        es=("hace falta un inicio de uno o dos números", "start=(-1.5, 2.0)"),
        more=_MORE,
    ),
    "plot-moving": Entry(
        en=("a moving picture cannot be written as {got!r}", "end the file name in .gif or .html"),
        es=(
            "una animación no se puede escribir como {got!r}",
            "termine el nombre del archivo en .gif o .html",
        ),
        more=_MORE,
    ),
    "plot-shape": Entry(
        en=("{name} must have shape {want}, not {got}", "reshape it, or choose part of it"),
        es=("{name} debe tener forma {want}, no {got}", "cambie su forma o elija una parte"),
        more=_MORE,
    ),
}

"""Messages of `tz.check`, which compares a student's derivative with the truth."""

from tiza.errors.entry import Entry

_HOW = (
    "tz.check(claim, loss, wrt) compares a formula with the true derivative of the loss with "
    "respect to wrt. The claim is text, a NumPy function or an expression; the loss is text, a "
    "function or a tensor. Lines such as `delta_f = ...` or `de/dw20 = ...` are judged one by one.",
    "tz.check(claim, loss, wrt) compara una fórmula con la derivada verdadera de la pérdida "
    "respecto de wrt. La afirmación es texto, una función de NumPy o una expresión; la pérdida es "
    "texto, una función o un tensor. Líneas como `delta_f = ...` o `de/dw20 = ...` se juzgan una "
    "por una.",
)

ENTRIES = {
    "check-not-scalar": Entry(
        en=("the loss is not one number: it has the shape {shape}", "sum or average it: sum(...)"),
        es=("la pérdida no es un número: tiene la forma {shape}", "súmela o promédiela: sum(...)"),
        more=_HOW,
    ),
    "check-constant": Entry(
        en=("the loss depends on no variable that can be derived: {names}", "write one into it"),
        es=("la pérdida no depende de ninguna variable derivable: {names}", "incluya una en ella"),
        more=_HOW,
    ),
    "check-variable": Entry(
        en=("the loss has no variable {name}", "choose among {known}"),
        es=("la pérdida no tiene la variable {name}", "elija entre {known}"),
        more=_HOW,
    ),
    "check-wrt": Entry(
        en=("the claim does not say with respect to what it derives", "add wrt=, one of {known}"),
        es=("la afirmación no dice respecto de qué deriva", "agregue wrt=, uno de {known}"),
        more=_HOW,
    ),
    "check-argument": Entry(
        en=("the claim asks for {name}, which the loss does not have", "its names are {known}"),
        es=("la afirmación pide {name}, que la pérdida no tiene", "sus nombres son {known}"),
        more=_HOW,
    ),
    "check-nothing": Entry(
        en=(
            "no line of the claim names a derivative or a result of the loss",
            "write e.g. de/dw = ..., or pass wrt=; the names are {known}",
        ),
        es=(
            "ninguna línea de la afirmación nombra una derivada o un resultado de la pérdida",
            "escriba p. ej. de/dw = ..., o pase wrt=; los nombres son {known}",
        ),
        more=_HOW,
    ),
    "check-claim": Entry(
        en=("a claim is text, a function or a tensor, not {got}", 'write it as text: "(f - y) x"'),
        es=(
            "una afirmación es texto, una función o un tensor, no {got}",
            'escríbala como texto: "(f - y) x"',
        ),
        more=_HOW,
    ),
    "check-decimal": Entry(
        en=("check: the decimal sign is a point or a comma, got {got!r}", 'decimal=","'),
        es=("check: el signo decimal es un punto o una coma, recibió {got!r}", 'decimal=","'),
        more=_HOW,
    ),
    "check-circular": Entry(
        en=("the line says what {name} is by {name} itself", "write the formula for it"),
        es=("la línea define {name} por medio de {name}", "escriba su fórmula"),
        more=_HOW,
    ),
    "check-option": Entry(
        en=("{option} does not understand {got}", "write --shapes X=5x3,w=3 or --domain x=0.1:5"),
        es=("{option} no entiende {got}", "escriba --shapes X=5x3,w=3 o --domain x=0.1:5"),
        more=_HOW,
    ),
}

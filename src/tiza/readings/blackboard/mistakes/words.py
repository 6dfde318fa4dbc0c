"""What is said of each mistake, in both languages.

{step} is the local derivative concerned, {line} the result whose derivative it is, {into} what
it is derived with respect to, {factor} a number.
"""

from __future__ import annotations

from tiza.errors import pick

KINDS: dict[str, tuple[str, str]] = {
    "dropped": (
        "the factor {step} of the chain rule is missing",
        "falta el factor {step} de la regla de la cadena",
    ),
    "function-for-derivative": (
        "the function {line} itself stands where its derivative {step} belongs",
        "en lugar de la derivada {step} aparece la propia función {line}",
    ),
    "at-activation": (
        "the derivative {step} was taken at {line}, after the activation, and not at {into}, "
        "before it",
        "la derivada {step} se evaluó en {line}, después de la activación, y no en {into}, antes "
        "de ella",
    ),
    "at-pre-activation": (
        "in {step} stands {into}, the value before the activation, where {line} belongs",
        "en {step} aparece {into}, el valor antes de la activación, donde corresponde {line}",
    ),
    "twice": ("the factor {step} occurs twice", "el factor {step} aparece dos veces"),
    "divided": (
        "the chain was divided by {step} instead of multiplied",
        "se dividió entre {step} en lugar de multiplicar",
    ),
    "half": (
        "only a part of {step} is there",
        "solo aparece una parte de {step}",
    ),
    "square-for-product": (
        "{step} is not 1 minus a square: it is {line} times 1 minus {line}",
        "{step} no es 1 menos un cuadrado: es {line} por 1 menos {line}",
    ),
    "plus-for-minus": (
        "in {step} a minus has become a plus",
        "en {step} un menos se volvió más",
    ),
    "square-forgotten": (
        "in {step} the square is missing",
        "en {step} falta el cuadrado",
    ),
    "other-activation": (
        "{step} was taken for that of another activation function",
        "{step} se tomó como la de otra función de activación",
    ),
    "mask-inverted": (
        "in {step} the mask is inverted: the derivative is 1 where {into} is positive",
        "en {step} la máscara está invertida: la derivada es 1 donde {into} es positivo",
    ),
    "mask-of-gradient": (
        "in {step} the sign of the gradient decides, where that of {into} should",
        "en {step} decide el signo del gradiente, y debe decidir el de {into}",
    ),
    "input-for-derivative": (
        "in {step} stands {into} itself instead of the derivative",
        "en {step} aparece {into} mismo en lugar de la derivada",
    ),
    "half-forgotten": (
        "the factor 1/2 of the derivative of the root, {step}, is missing",
        "falta el factor 1/2 de la derivada de la raíz, {step}",
    ),
    "sign": ("a minus sign is lost in {step}", "se perdió un signo menos en {step}"),
    "difference-reversed": (
        "the difference in {line} is turned around: its derivative {step} is +1",
        "la diferencia en {line} está al revés: su derivada {step} es +1",
    ),
    "before-activation": (
        "in {step} stands a value before its activation where the activation belongs",
        "en {step} aparece un valor antes de su activación, donde corresponde la activación",
    ),
    "sign-somewhere": ("the sign is wrong", "el signo está mal"),
    "number": (
        "the number {factor} is missing in {step}",
        "falta el número {factor} en {step}",
    ),
    "number-somewhere": (
        "the result lacks a factor {factor}",
        "al resultado le falta un factor {factor}",
    ),
    "number-twice": (
        "the number {factor} occurs twice in {step}",
        "el número {factor} aparece dos veces en {step}",
    ),
    "mean-factor": (
        "the factor 1/{factor} of the mean over the examples is missing",
        "falta el factor 1/{factor} del promedio sobre los ejemplos",
    ),
    "mean-factor-twice": (
        "it was divided by the number of examples, {factor}, twice",
        "se dividió dos veces entre la cantidad de ejemplos, {factor}",
    ),
    "own-factor": (
        "in {step} stands the factor that was derived, instead of the other one: (ab)′ with "
        "respect to a is b",
        "en {step} aparece el factor que se derivó, en lugar del otro: la derivada de ab "
        "respecto de a es b",
    ),
    "square-in-denominator": (
        "in {step} the square of the denominator is missing: (1/x)′ = −1/x²",
        "en {step} falta el cuadrado del denominador: (1/x)′ = −1/x²",
    ),
    "exponent-factor": (
        "in {step} the exponent {factor} has not come down as a factor",
        "en {step} el exponente {factor} no bajó como factor",
    ),
    "exponent-kept": (
        "in {step} the exponent {factor} was not lowered by one",
        "en {step} el exponente {factor} no se redujo en uno",
    ),
    "transpose-missing": (
        "a transpose is missing in the derivative of the matrix product, {step}",
        "falta una transpuesta en la derivada del producto matricial, {step}",
    ),
    "order": (
        "the factors of the matrix product in {step} stand in the wrong order",
        "los factores del producto matricial en {step} están en el orden equivocado",
    ),
    "result-transposed": (
        "the result of {step} is transposed",
        "el resultado de {step} está transpuesto",
    ),
    "mean-for-sum": (
        "in {step} a mean was taken, that is, divided by {factor}, where the chain rule sums",
        "en {step} se tomó un promedio, es decir, se dividió entre {factor}, donde la regla de "
        "la cadena suma",
    ),
    "sum-forgotten": (
        "the sum over the examples (or over the axis that was repeated) is missing in {step}",
        "falta la suma sobre los ejemplos (o sobre el eje que se repitió) en {step}",
    ),
    "diagonal-only": (
        "only the diagonal of the softmax's Jacobian was used in {step}: p(1 − p)",
        "en {step} solo se usó la diagonal del jacobiano de softmax: p(1 − p)",
    ),
    "target-forgotten": (
        "the target is missing in {step}: the derivative is the prediction minus the target",
        "falta el objetivo en {step}: la derivada es la predicción menos el objetivo",
    ),
    "prediction-forgotten": (
        "the prediction is missing in {step}: the derivative is the prediction minus the target",
        "falta la predicción en {step}: la derivada es la predicción menos el objetivo",
    ),
    "softmax-again": (
        "the derivative of the last activation was multiplied again in {step}: prediction minus "
        "target contains it already",
        "en {step} se multiplicó otra vez por la derivada de la última activación: predicción "
        "menos objetivo ya la contiene",
    ),
    "path-forgotten": (
        "the term of {step} is missing: {into} acts on the loss in more than one way, and the "
        "derivatives of all of them are added",
        "falta el término de {step}: {into} influye en la pérdida de más de una forma, y las "
        "derivadas de todas se suman",
    ),
}
REPAIRS: dict[str, tuple[str, str]] = {
    "transpose": ("{part} must be transposed", "{part} debe transponerse"),
    "transpose-everywhere": (
        "{part} must be transposed wherever it occurs",
        "{part} debe transponerse en todas partes",
    ),
    "transpose-too-many": ("{part} must not be transposed", "{part} no debe transponerse"),
    "sign": ("the sign of {part} is wrong", "el signo de {part} está mal"),
    "order": (
        "the factors of {part} stand in the wrong order",
        "los factores de {part} están en el orden equivocado",
    ),
    "entries": (
        "in {part} a product entry by entry belongs, not a matrix product",
        "en {part} corresponde un producto entrada por entrada, no un producto matricial",
    ),
    "matrix-product": (
        "in {part} a matrix product belongs, not a product entry by entry",
        "en {part} corresponde un producto matricial, no un producto entrada por entrada",
    ),
    "sum-forgotten": (
        "the sum over the examples is missing",
        "falta la suma sobre los ejemplos",
    ),
    "prime": (
        "the derivative of the function belongs in {part}",
        "en {part} corresponde la derivada de la función",
    ),
    "prime-too-many": (
        "in {part} the function belongs, not its derivative",
        "en {part} corresponde la función, no su derivada",
    ),
    "sum-for-mean": (
        "in {part} a sum belongs, not a mean",
        "en {part} corresponde una suma, no un promedio",
    ),
    "mean-for-sum": (
        "in {part} a mean belongs, not a sum",
        "en {part} corresponde un promedio, no una suma",
    ),
}
WORDS: dict[str, tuple[str, str]] = {
    "right": ("Correct.", "Correcto."),
    "right-one": ("{what} is right.", "{what} está bien."),
    "right-lines": ("All {count} lines are right.", "Las {count} líneas están bien."),
    "wrong-line": ("Line {line} is wrong: {source}", "La línea {line} está mal: {source}"),
    "wrong-one": ("{what} is wrong.", "{what} está mal."),
    "first": (
        "It is the first wrong step; those before it are right.",
        "Es el primer paso equivocado; los anteriores son correctos.",
    ),
    "why": ("What happened: {mistake}.", "Qué pasó: {mistake}."),
    "also": ("And there is another: {mistake}.", "Y hay otro error: {mistake}."),
    "times": (
        "Besides, the whole is multiplied by {times}.",
        "Además, todo está multiplicado por {times}.",
    ),
    "repair": ("With this change it is right: {text}", "Con este cambio es correcto: {text}"),
    "step": ("The right step: {text}", "El paso correcto: {text}"),
    "local": ("Here {text}.", "Aquí {text}."),
    "at": ("For instance at {point}:", "Por ejemplo, con {point}:"),
    "somewhere": (
        "For instance with small whole numbers in {point} (they stand in .point):",
        "Por ejemplo, con números enteros pequeños en {point} (están en .point):",
    ),
    "values": (
        "your formula gives {got}, the truth is {want}",
        "su fórmula da {got}, el valor verdadero es {want}",
    ),
    "entry": (" (entry {where})", " (entrada {where})"),
    "shapes": (
        "Your result has the shape {got}; the derivative has the shape {want}.",
        "Su resultado tiene la forma {got}; la derivada tiene la forma {want}.",
    ),
    "no-fit": ("It cannot be computed: {error}", "No se puede calcular: {error}"),
    "unknown": (
        "No common mistake gives this result.",
        "Ningún error común da este resultado.",
    ),
    "undefined": (
        "(It has no value at many points at which the derivative has one.)",
        "(No tiene valor en muchos puntos donde la derivada sí lo tiene.)",
    ),
    "assumed": ("(It takes {names} for known.)", "(Da por conocido: {names}.)"),
    "scalar": ("number", "número"),
}


def say(key: str, **values: object) -> str:
    """One text in the language in force."""
    return pick(WORDS[key]).format(**values)


def mistake(kind: str, **values: object) -> str:
    """What is said of a mistake of the derivation."""
    return pick(KINDS[kind]).format(**values)


def repaired(kind: str, **values: object) -> str:
    """What is said of a change that makes a formula right."""
    return pick(REPAIRS[kind]).format(**values)

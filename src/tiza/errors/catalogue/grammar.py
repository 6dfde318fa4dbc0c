"""Messages of the grammar in which people type formulas."""

from tiza.errors.entry import Entry

_HOW = (
    "Formulas may be typed as in Python (w*x + b, x**2, X.T @ d), as in LaTeX (\\frac{1}{2} "
    "w_{20} x^2) or with Unicode (δ, ŷ, w₂₀, ⊙). The caret stands below the place.",
    "Las fórmulas pueden escribirse como en Python (w*x + b, x**2, X.T @ d), como en LaTeX "
    "(\\frac{1}{2} w_{20} x^2) o con Unicode (δ, ŷ, w₂₀, ⊙). El signo ^ señala el lugar.",
)
_INDICES = (
    "An index is a letter that ∑_i or the left side of a line binds: y[j] = ∑_i W[j, i] x[i].",
    "Un índice es una letra que liga ∑_i o el lado izquierdo de una línea: "
    "y[j] = ∑_i W[j, i] x[i].",
)


def _entry(en: tuple[str, str], es: tuple[str, str], more: tuple[str, str] = _HOW) -> Entry:
    return Entry(en=en, es=es, more=more)


_AT = "line {line}, column {column}: "
_ES = "línea {line}, columna {column}: "

ENTRIES = {
    "grammar-text": _entry(
        ("a formula is text, not {got}", 'write it in quotes: "a*x + b"'),
        ("una fórmula es texto, no {got}", 'escríbala entre comillas: "a*x + b"'),
    ),
    "grammar-long": _entry(
        ("the text has {length} characters; {most} is the most", "split it into several formulas"),
        ("el texto tiene {length} caracteres; el máximo es {most}", "divídalo en varias fórmulas"),
    ),
    "grammar-deep": _entry(
        (
            _AT + "more than {most} brackets inside one another",
            "name an inner part on its own line",
        ),
        (
            _ES + "más de {most} paréntesis anidados",
            "dé nombre a una parte interior en una línea propia",
        ),
    ),
    "grammar-empty": _entry(
        (_AT + "there is no formula", "write one, such as a*x + b"),
        (_ES + "no hay ninguna fórmula", "escriba una, por ejemplo a*x + b"),
    ),
    "grammar-ends": _entry(
        (_AT + "the formula ends where a number or a name must follow", "complete it"),
        (_ES + "la fórmula termina donde debe seguir un número o un nombre", "complétela"),
    ),
    "grammar-unexpected": _entry(
        (_AT + "{got} has no place here", "delete it, or write what is missing before it"),
        (_ES + "{got} no puede estar aquí", "bórrelo, o escriba lo que falta antes"),
    ),
    "grammar-character": _entry(
        (_AT + "the character {got!r} means nothing in a formula", "delete it"),
        (_ES + "el carácter {got!r} no significa nada en una fórmula", "bórrelo"),
    ),
    "grammar-command": _entry(
        (
            _AT + "the LaTeX command {got} is not known here",
            "use a name or one of + - * / ^ \\frac",
        ),
        (
            _ES + "el comando de LaTeX {got} no se conoce aquí",
            "use un nombre o uno de + - * / ^ \\frac",
        ),
    ),
    "grammar-group": _entry(
        (_AT + "{got} takes a name in braces", "write e.g. {got}{{x}}"),
        (_ES + "{got} lleva un nombre entre llaves", "escriba p. ej. {got}{{x}}"),
    ),
    "grammar-number": _entry(
        (_AT + "the number is too long or too large", "use at most 40 digits, below 1e300"),
        (_ES + "el número es demasiado largo o grande", "use a lo más 40 cifras, menor que 1e300"),
    ),
    "grammar-number-behind": _entry(
        (
            _AT + "the number {number} stands behind a factor",
            "write {number} before it, or use * for a product and ^ for a power",
        ),
        (
            _ES + "el número {number} está después de un factor",
            "escríbalo antes, o use * para un producto y ^ para una potencia",
        ),
    ),
    "grammar-close": _entry(
        (_AT + "{opening} is not closed", "write {want} here"),
        (_ES + "{opening} no se cierra", "escriba {want} aquí"),
    ),
    "grammar-comma": _entry(
        (
            _AT + "a comma stands between brackets that are no function's",
            "only functions take several arguments: max(0, z)",
        ),
        (
            _ES + "hay una coma entre paréntesis que no son de una función",
            "solo las funciones llevan varios argumentos: max(0, z)",
        ),
    ),
    "grammar-left": _entry(
        (
            _AT + "the left side of = must be a name",
            "write name = formula; two formulas are not an equation to solve",
        ),
        (
            _ES + "el lado izquierdo de = debe ser un nombre",
            "escriba nombre = fórmula; dos fórmulas no son una ecuación que resolver",
        ),
    ),
    "grammar-unnamed": _entry(
        (
            _AT + "the formula of line {before} gives its value no name",
            "write name = before it; only the last line may do without",
        ),
        (
            _ES + "la fórmula de la línea {before} no da nombre a su valor",
            "escriba nombre = antes de ella; solo la última línea puede no tenerlo",
        ),
    ),
    "grammar-function": _entry(
        (_AT + "there is no function {got}", "do you mean {near}?"),
        (_ES + "no existe la función {got}", "¿quiere decir {near}?"),
    ),
    "grammar-no-argument": _entry(
        (_AT + "the function {name} has no argument", "write {name}(x)"),
        (_ES + "la función {name} no tiene argumento", "escriba {name}(x)"),
    ),
    "grammar-function-power": _entry(
        (_AT + "a function may only be raised to a whole number", "write f(x)^n"),
        (_ES + "una función solo puede elevarse a un número entero", "escriba f(x)^n"),
    ),
    "grammar-prime": _entry(
        (
            _AT + "′ derives a function once or twice, and nothing else",
            "write e.g. σ'(z), or df/dz for the derivative of a variable",
        ),
        (
            _ES + "′ deriva una función una o dos veces, y nada más",
            "escriba p. ej. σ'(z), o df/dz para la derivada de una variable",
        ),
    ),
    "grammar-prime-of": _entry(
        (
            "{name}′ is not known: ′ derives functions that act on each entry",
            "write its derivative out",
        ),
        (
            "{name}′ no se conoce: ′ deriva funciones que actúan sobre cada entrada",
            "escriba su derivada desarrollada",
        ),
    ),
    "grammar-method": _entry(
        (_AT + "there is no method {got}", "use x.T, x.sum(axis=0) or a function"),
        (_ES + "no existe el método {got}", "use x.T, x.sum(axis=0) o una función"),
    ),
    "grammar-subscript": _entry(
        (_AT + "an index is one letter or a whole number from 0", "write e.g. x[i] or x[0]"),
        (_ES + "un índice es una letra o un entero desde 0", "escriba p. ej. x[i] o x[0]"),
        _INDICES,
    ),
    "grammar-option": _entry(
        (_AT + "{name} takes a whole number", "write e.g. axis=0"),
        (_ES + "{name} lleva un número entero", "escriba p. ej. axis=0"),
    ),
    "grammar-partial": _entry(
        (_AT + "this is no derivative that can be read", "write ∂e/∂w, de/dw or ∇_w e"),
        (_ES + "esto no es una derivada legible", "escriba ∂e/∂w, de/dw o ∇_w e"),
    ),
    "grammar-sum-from": _entry(
        (_AT + "a sum must begin at 1 or at 0", "sum over the whole axis: ∑_i"),
        (_ES + "una suma debe empezar en 1 o en 0", "sume sobre todo el eje: ∑_i"),
        _INDICES,
    ),
    "grammar-sum-index": _entry(
        (_AT + "{got} is no index", "write letters: ∑_i or ∑_{{i,j}}"),
        (_ES + "{got} no es un índice", "escriba letras: ∑_i o ∑_{{i,j}}"),
        _INDICES,
    ),
    "grammar-sum-upto": _entry(
        ("the sum over {index} goes to {got}, but there are {want}", "write {want}, or ∑_{index}"),
        ("la suma sobre {index} llega a {got}, pero hay {want}", "escriba {want}, o ∑_{index}"),
        _INDICES,
    ),
    "grammar-index-free": _entry(
        ("the index {index} of {name} is bound by nothing", "write ∑_{index} before it"),
        ("el índice {index} de {name} no está ligado", "escriba ∑_{index} antes"),
        _INDICES,
    ),
    "grammar-index-unused": _entry(
        ("nothing has the index {index}", "give it to a variable: x[{index}]"),
        ("nada lleva el índice {index}", "déselo a una variable: x[{index}]"),
        _INDICES,
    ),
    "grammar-index-twice": _entry(
        ("the index {index} is used twice", "choose another letter"),
        ("el índice {index} se usa dos veces", "elija otra letra"),
        _INDICES,
    ),
    "grammar-index-size": _entry(
        (
            "the index {index} runs over {one} entries in one place and {two} in another",
            "check the order of the indices",
        ),
        (
            "el índice {index} recorre {one} entradas en un lugar y {two} en otro",
            "revise el orden de los índices",
        ),
        _INDICES,
    ),
    "grammar-index-outside": _entry(
        ("{name} has no entry {index}: it has {size}", "count from 0"),
        ("{name} no tiene la entrada {index}: tiene {size}", "cuente desde 0"),
        _INDICES,
    ),
    "grammar-index-many": _entry(
        ("{name} has the shape {shape}, but {got} indices", "write one index for each axis"),
        ("{name} tiene la forma {shape}, pero {got} índices", "escriba un índice por eje"),
        _INDICES,
    ),
    "grammar-index-rest": _entry(
        (
            "the right side still has the shape {shape} for each entry of the left one",
            "give every axis an index",
        ),
        (
            "el lado derecho aún tiene la forma {shape} por cada entrada del izquierdo",
            "dé un índice a cada eje",
        ),
        _INDICES,
    ),
    "grammar-index-function": _entry(
        ("{name} takes whole arrays and cannot stand among indices", "write it out by entries"),
        (
            "{name} toma arreglos enteros y no puede estar entre índices",
            "desarróllela por entradas",
        ),
        _INDICES,
    ),
    "grammar-name": _entry(
        ("{name} has no value", "the names with a value are: {known}"),
        ("{name} no tiene valor", "los nombres con valor son: {known}"),
    ),
    "grammar-outside": _entry(
        ("a part made of numbers alone is infinite or undefined", "look for a division by 0"),
        (
            "una parte formada solo por números es infinita o indefinida",
            "busque una división entre 0",
        ),
    ),
    "grammar-arguments": _entry(
        ("{name} takes {want} arguments, not {got}", "write {name} with {want}"),
        ("{name} lleva {want} argumentos, no {got}", "escriba {name} con {want}"),
    ),
    "grammar-no-option": _entry(
        ("{name} does not take {option}", "leave it out"),
        ("{name} no acepta {option}", "omítalo"),
    ),
    "grammar-axis": _entry(
        ("there is no axis {axis}: the argument has {rank}", "count the axes from 0"),
        ("no existe el eje {axis}: el argumento tiene {rank}", "cuente los ejes desde 0"),
    ),
    "grammar-two-vectors": _entry(
        (
            "two vectors of shapes {left} and {right} stand side by side",
            "write x^T y for the inner product, x y^T for the outer, x ⊙ y entry by entry",
        ),
        (
            "hay dos vectores de formas {left} y {right} uno junto al otro",
            "escriba x^T y para el producto interno, x y^T para el externo, x ⊙ y por entradas",
        ),
    ),
    "grammar-ones": _entry(
        ("the vector of ones does not fit here", "write A 𝟏, 𝟏^T A or 𝟏 b^T"),
        ("el vector de unos no cabe aquí", "escriba A 𝟏, 𝟏^T A o 𝟏 b^T"),
    ),
}

"""Why gradients vanish, in words: the fact, what it means in the chain rule, and what helps."""

from __future__ import annotations

from tiza.errors import pick

# kind: (name, what happens, what helps), in English and Spanish. {where} is filled in before.
KINDS: dict[str, tuple[tuple[str, str, str], tuple[str, str, str]]] = {
    "unused": (
        ("unused", "The loss was not computed from {name}.",
         "Use it in forward; a value that went through numpy(), item() or float() is a plain "
         "number, and its history is lost."),
        ("sin usar", "La función de pérdida no se calculó a partir de {name}.",
         "Úselo en forward; un valor que pasó por numpy(), item() o float() es un simple número "
         "y perdió su historia."),
    ),
    "frozen": (
        ("frozen", "{name} has requires_grad=False: no derivative is taken with respect to it.",
         "Call requires_grad_() on it, or on its module."),
        ("congelado", "{name} tiene requires_grad=False: no se deriva respecto de él.",
         "Llame a requires_grad_() en él o en su módulo."),
    ),
    "detached": (
        ("detached", "The derivative was cut here, by detach(), by no_grad or by stop_gradient: "
         "the factor is 0 by decision.",
         "Remove the detach() or the no_grad if the gradient is to pass."),
        ("separado", "Aquí se cortó la derivada, con detach(), con no_grad o con stop_gradient: "
         "el factor es 0 por decisión.",
         "Quite el detach() o el no_grad si el gradiente debe pasar."),
    ),
    "dead": (
        ("dead {op}", "{units}: the input of {op} never lies where its slope is not 0 "
         "({low} ≤ z ≤ {high}, {examples}).",
         "Lower the learning rate, begin with a smaller or positive bias, or take a leaky ReLU."),
        ("{op} muerta", "{units}: la entrada de {op} nunca está donde su pendiente no es 0 "
         "({low} ≤ z ≤ {high}, {examples})." ,
         "Baje la tasa de aprendizaje, comience con un sesgo menor o positivo, o use una ReLU con "
         "fuga (leaky)."),
    ),
    "clamped": (
        ("outside the bounds", "{units}: the input of {op} lies outside its bounds "
         "({low} ≤ z ≤ {high}, {examples}), where its slope is 0.",
         "Scale the inputs or begin with smaller weights; or take a function without bounds."),
        ("fuera de los límites", "{units}: la entrada de {op} está fuera de sus límites "
         "({low} ≤ z ≤ {high}, {examples}), donde su pendiente es 0.",
         "Escale las entradas o comience con pesos menores; o use una función sin límites."),
    ),
    "saturated": (
        ("saturated {op}", "{units}: z lies so far out ({low} ≤ z ≤ {high}, {examples}) "
         "that the derivative of {op} rounds to 0 in {dtype}.",
         "Scale the inputs or begin with smaller weights; or let the loss take z itself "
         "(cross entropy of logits)."),
        ("{op} saturada", "{units}: z está tan lejos de 0 ({low} ≤ z ≤ {high}, {examples}) "
         "que la derivada de {op} se redondea a 0 en {dtype}.",
         "Escale las entradas o comience con pesos menores; o dé z mismo a la función de pérdida "
         "(entropía cruzada de los logits)."),
    ),
    "zero-weights": (
        ("zero weights", "All {size} entries of {other} are 0, and the adjoint is multiplied by "
         "them.",
         "Begin with random weights: from zeros, the layer below never learns at the first step."),
        ("pesos nulos", "Las {size} entradas de {other} son 0, y la adjunta se multiplica por "
         "ellas.",
         "Comience con pesos al azar: con ceros, la capa anterior no aprende en el primer paso."),
    ),
    "zero-input": (
        ("zero input", "What enters here with {name} ({other}) is 0 in all {size} entries, and the "
         "gradient is a multiple of it.",
         "Look at what makes it 0: the data, a mask, or a dead unit before it."),
        ("entrada nula", "Lo que entra aquí junto con {name} ({other}) es 0 en sus {size} "
         "entradas, y el gradiente es múltiplo de ello.",
         "Busque qué lo hace 0: los datos, una máscara o una unidad muerta anterior."),
    ),
    "multiplied": (
        ("multiplied by 0", "The factor {other} is 0.", "Is that factor meant to be 0?"),
        ("multiplicado por 0", "El factor {other} es 0.", "¿Debe ser 0 ese factor?"),
    ),
    "masked": (
        ("masked", "The mask {other} lets none of the {size} entries through on which the "
         "gradient depends.", "Check the mask: is it inverted, or empty for this batch?"),
        ("enmascarado", "La máscara {other} no deja pasar ninguna de las {size} entradas de las "
         "que depende el gradiente.",
         "Revise la máscara: ¿está invertida, o vacía para este lote?"),
    ),
    "unchosen": (
        ("not chosen", "{op} chose other entries: none of the {size} entries here had a part in "
         "the result.", "Nothing is wrong if other batches choose it."),
        ("no elegido", "{op} eligió otras entradas: ninguna de las {size} entradas de aquí tuvo "
         "parte en el resultado.", "No es un error si otros lotes sí lo eligen."),
    ),
    "step": (
        ("step function", "{op} is constant between its jumps: its derivative is 0 everywhere.",
         "Use a smooth function in its place (sigmoid for a threshold, softmax for argmax)."),
        ("función escalonada", "{op} es constante entre sus saltos: su derivada es 0 en todas "
         "partes.",
         "Use en su lugar una función suave (sigmoide por un umbral, softmax por argmax)."),
    ),
    "fitted": (
        ("at the minimum", "{op} has derivative 0 here: what it measures is exactly fitted.",
         "Nothing is wrong: there is nothing left to learn from this batch."),
        ("en el mínimo", "{op} tiene derivada 0 aquí: lo que mide está ajustado exactamente.",
         "No es un error: de este lote no queda nada que aprender."),
    ),
    "symmetric": (
        ("symmetry", "The rows of {other} are all equal, and the adjoints that arrive sum to 0: "
         "their shares cancel (the largest is {largest}).",
         "Begin with random weights: equal ones stay equal."),
        ("simetría", "Las filas de {other} son todas iguales y las adjuntas que llegan suman 0: "
         "sus aportes se cancelan (el mayor es {largest}).",
         "Comience con pesos al azar: los que son iguales siguen iguales."),
    ),
    "cancels": (
        ("cancellation", "The shares that meet here cancel exactly (the largest is {largest}).",
         "A symmetry of data or weights: another batch, or random weights, breaks it."),
        ("cancelación", "Los aportes que se encuentran aquí se cancelan exactamente (el mayor es "
         "{largest}).",
         "Hay una simetría de los datos o de los pesos: otro lote o pesos al azar la rompen."),
    ),
    "apart": (
        ("never together", "In every product of the sum one of the two factors is 0: where {other} "
         "is not 0, the adjoint is.",
         "Look at both: units that are silent where the others speak."),
        ("nunca juntos", "En cada producto de la suma uno de los dos factores es 0: donde {other} "
         "no es 0, lo es la adjunta.",
         "Mire ambos: unidades que callan donde las otras hablan."),
    ),
    "underflow": (
        ("underflow", "The product is smaller than the least number of {dtype} and rounds to 0 "
         "(the adjoint that arrives is at most {largest}).",
         "Use float64, a scaled loss, or fewer saturated layers."),
        ("subdesbordamiento", "El producto es menor que el menor número de {dtype} y se redondea a "
         "0 (la adjunta que llega es a lo sumo {largest}).",
         "Use float64, una función de pérdida escalada o menos capas saturadas."),
    ),
    "flat": (
        ("flat", "The derivative of {op} is 0 at these {size} entries ({low} ≤ z ≤ {high}).",
         "Look at the input: it stands on a flat part of the function."),
        ("llano", "La derivada de {op} es 0 en estas {size} entradas ({low} ≤ z ≤ {high}).",
         "Mire la entrada: está en una parte llana de la función."),
    ),
}  # fmt: skip

WORDS: dict[str, tuple[str, str]] = {
    "zero": ("The gradient of {name} {shape} is exactly zero.",
             "El gradiente de {name} {shape} es exactamente cero."),
    "partly": ("The gradient of {name} {shape} is zero in {count} of {size} entries.",
               "El gradiente de {name} {shape} es cero en {count} de {size} entradas."),
    "nonzero": ("The gradient of {name} {shape} is not zero: all {size} entries differ from 0.",
                "El gradiente de {name} {shape} no es cero: sus {size} entradas difieren de 0."),
    "fix": ("what helps", "qué ayuda"),
    "partial": ("in part", "en parte"),
    "units": ("{n} of {all} units", "{n} de {all} unidades"),
    "one-unit": ("the only unit", "la única unidad"),
    "entries": ("{n} of {all} entries", "{n} de {all} entradas"),
    "unit": ("unit {i}: {low} ≤ z ≤ {high}", "unidad {i}: {low} ≤ z ≤ {high}"),
    "examples": ("in all {n} examples", "en los {n} ejemplos"),
    "one-example": ("in the only example", "en el único ejemplo"),
    "number": ("that is written here", "que está escrito aquí"),
}  # fmt: skip


def say(key: str, **values: object) -> str:
    """One text in the language in force."""
    return pick(WORDS[key]).format(**values)


def told(kind: str, **values: object) -> tuple[str, str, str]:
    """Name, fact and cure of one reason, in the language in force."""
    english, spanish = KINDS[kind]
    name, fact, cure = english if pick(("en", "es")) == "en" else spanish
    return name.format(**values), fact.format(**values), cure.format(**values)

"""The words in pictures of graphs and networks, in both languages."""

from __future__ import annotations

from tiza.errors import pick

WORDS: dict[str, tuple[str, str]] = {
    "graph": ("Computation graph", "Grafo de cómputo"),
    "neurons": ("Neurons and weights", "Neuronas y pesos"),
    "blocks": ("Layers", "Capas"),
    "above": ("above the arrow: the value", "sobre la flecha: el valor"),
    "below": ("below: the adjoint, ∂{loss}/∂(value)", "debajo: la adjunta, ∂{loss}/∂(valor)"),
    "right": ("right of the arrow: the value", "a la derecha de la flecha: el valor"),
    "left": ("left: the adjoint, ∂{loss}/∂(value)", "a la izquierda: la adjunta, ∂{loss}/∂(valor)"),
    "norm": ("‖·‖: norm of an array", "‖·‖: norma de un arreglo"),
    "shapes": ("on the arrows: the shape", "sobre las flechas: la forma"),
    "data": ("data", "dato"),
    "parameter": ("parameter", "parámetro"),
    "random": ("random", "al azar"),
    "operation": ("operation", "operación"),
    "layer": ("layer (opens)", "capa (se abre)"),
    "fixed-layer": ("layer", "capa"),
    "parameters": ("{n} parameters", "{n} parámetros"),
    "one-parameter": ("1 parameter", "1 parámetro"),
    "input": ("input", "entrada"),
    "output": ("output", "salida"),
    "hidden": ("hidden layer", "capa oculta"),
    "hidden-n": ("hidden layer {n}", "capa oculta {n}"),
    "neurons-n": ("{n} neurons", "{n} neuronas"),
    "one-neuron": ("1 neuron", "1 neurona"),
    "inputs-n": ("{n} inputs", "{n} entradas"),
    "one-input": ("1 input", "1 entrada"),
    "positive": ("positive weight", "peso positivo"),
    "negative": ("negative weight", "peso negativo"),
    "thickness": ("thicker: larger in its layer", "más grueso: mayor en su capa"),
    "one": ("1: the constant of the biases", "1: la constante de los sesgos"),
    "inside": ("Inside {name}", "Dentro de {name}"),
    "one-step": ("One step of the recurrence ({n} steps)", "Un paso de la recurrencia ({n} pasos)"),
    "state": ("state", "estado"),
    "at-step": ("input of the step", "entrada del paso"),
    "made": ("written at {place}", "escrito en {place}"),
    "value": ("value", "valor"),
    "shape": ("shape", "forma"),
    "scalar": ("scalar", "escalar"),
}


def say(key: str, **values: object) -> str:
    """One text in the language in force."""
    return pick(WORDS[key]).format(**values)


def counted(key: str, n: int) -> str:
    """`1 neuron`, `2,000 neurons`."""
    one = {"neurons-n": "one-neuron", "inputs-n": "one-input", "parameters": "one-parameter"}
    return say(one[key]) if n == 1 else say(key, n=f"{n:,}")

"""The waist: one graph of primitives, which everything above writes or reads."""

from tiza.graph import loaded, prims
from tiza.graph.apply import apply, constant, literal, placeholder
from tiza.graph.composite import composite
from tiza.graph.node import COMPOSITES, PRIMITIVES, Node
from tiza.graph.primitive import Primitive, parts
from tiza.graph.prims.body import Body
from tiza.graph.walk import depends_on, opened, opened_inputs, rebuild, walk

__all__ = [
    "COMPOSITES", "PRIMITIVES", "Body", "Node", "Primitive", "apply", "composite", "constant",
    "depends_on", "literal", "loaded", "opened", "opened_inputs", "parts", "placeholder", "prims",
    "rebuild", "walk",
]  # fmt: skip

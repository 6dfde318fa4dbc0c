"""Graph to graph: the chain rule, batching, simplification."""

from tiza.transforms.differentiate import cotangents_of, differentiate, gradients, push_forward
from tiza.transforms.simplify import simplify
from tiza.transforms.vectorise import vectorise

__all__ = [
    "cotangents_of", "differentiate", "gradients", "push_forward", "simplify", "vectorise",
]  # fmt: skip

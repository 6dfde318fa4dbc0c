"""Writing: tensors, their operators and functions, derivatives, random numbers."""

from tiza.lang import operators

__all__ = ["operators"]

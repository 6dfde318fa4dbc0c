"""Writing: tensors, their operators and functions, derivatives, random numbers."""

from tiza.lang import copies, operators

__all__ = ["copies", "operators"]

"""The vector mathematics of the native compiler."""

from tiza.readings.native.mathlib.philox import PHILOX
from tiza.readings.native.mathlib.table import FUNCTIONS, definitions, symbol

__all__ = ["FUNCTIONS", "PHILOX", "definitions", "symbol"]

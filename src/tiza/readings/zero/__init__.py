"""Why a gradient is exactly zero: the chain rule followed to the factor that is 0."""

from tiza.readings.zero.explanation import Explanation
from tiza.readings.zero.reasons import explain

__all__ = ["Explanation", "explain"]

"""The fast reading: expressions compiled to machine code through LLVM."""

from tiza.readings.native.running.compiled import Compiled, Outside, SlowWarning, compiled

__all__ = ["Compiled", "Outside", "SlowWarning", "compiled"]

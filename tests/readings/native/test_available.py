"""The laws of compiled code are skipped only where llvmlite is not installed at all."""

from importlib.util import find_spec

from tiza.readings.native.machine.llvm import available


def test_an_installed_llvmlite_works() -> None:
    assert (available() is None) == (find_spec("llvmlite") is not None)

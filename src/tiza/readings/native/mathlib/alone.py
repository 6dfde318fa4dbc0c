"""One function of the library run over arrays: for its tests, its measurements and the curious."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from tiza.readings.native.mathlib.lanes import Kind
from tiza.readings.native.mathlib.table import ARITIES, definitions, symbol

Floats = NDArray[Any]


def loop_text(name: str, dtype: DTypeLike, width: int) -> str:
    """A module with one function `loop`(inputs, output, how many) that takes `width` at a time."""
    kind = Kind("f", 8 * np.dtype(dtype).itemsize, width)
    arity, size = ARITIES[name], kind.bits // 8
    declares, text = definitions([(name, np.dtype(dtype), width)])
    inputs = range(arity)
    pointers = ", ".join(f"ptr %a{i}" for i in inputs)
    values = ", ".join(f"{kind.text} %x{i}" for i in inputs)
    lines = [*sorted(declares), text]
    lines += [f'define void @loop({pointers}, ptr %out, i64 %n) "prefer-vector-width"="512" {{']
    lines += ["entry:", "  br label %head", "head:", "  %i = phi i64 [0, %entry], [%next, %body]"]
    lines += ["  %more = icmp slt i64 %i, %n", "  br i1 %more, label %body, label %end", "body:"]
    for i in inputs:
        lines.append(f"  %p{i} = getelementptr {kind.lane}, ptr %a{i}, i64 %i")
        lines.append(f"  %x{i} = load {kind.text}, ptr %p{i}, align {size}")
    lines.append(f"  %y = call {kind.text} @{symbol(name, np.dtype(dtype), width)}({values})")
    lines.append(f"  %q = getelementptr {kind.lane}, ptr %out, i64 %i")
    lines.append(f"  store {kind.text} %y, ptr %q, align {size}")
    lines += [f"  %next = add i64 %i, {width}", "  br label %head", "end:", "  ret void", "}"]
    return "\n".join(lines)


def optimised(text: str, target: Any) -> Any:
    """The module of a text after LLVM's passes for a target machine (llvmlite)."""
    import llvmlite.binding as llvm

    module = llvm.parse_assembly(text)
    module.triple, module.data_layout = target.triple, str(target.target_data)
    module.verify()
    builder = llvm.create_pass_builder(target, llvm.create_pipeline_tuning_options(speed_level=2))
    builder.getModulePassManager().run(module, builder)
    return module


class Compiled:
    """A module for this machine, by the addresses of its functions."""

    def __init__(self, text: str) -> None:
        import llvmlite.binding as llvm

        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        target = llvm.Target.from_default_triple().create_target_machine(
            cpu=llvm.get_host_cpu_name(),
            features=llvm.get_host_cpu_features().flatten(),
            opt=2,
            jit=True,
        )
        self._engine = llvm.create_mcjit_compiler(optimised(text, target), target)
        self._engine.finalize_object()

    def function(self, name: str, *types: Any) -> Any:
        """A C function that returns nothing; it keeps its code alive."""
        found: Any = ctypes.CFUNCTYPE(None, *types)(self._engine.get_function_address(name))
        found.engine = self._engine
        return found


class Alone:
    """A function of arrays: `Alone("exp", "float32", 16)(x)`.

    >>> bool(np.allclose(Alone("exp", "float64", 4)(np.arange(5.0)), np.exp(np.arange(5.0))))
    True
    """

    def __init__(self, name: str, dtype: DTypeLike, width: int) -> None:
        self.dtype, self.width = np.dtype(dtype), width
        self._compiled = Compiled(loop_text(name, dtype, width))
        pointers = [ctypes.c_void_p] * (ARITIES[name] + 1)
        self.loop = self._compiled.function("loop", *pointers, ctypes.c_int64)

    def __call__(self, *inputs: Floats) -> Floats:
        """The function of arrays of equal shapes; what fills the last vector is dropped."""
        size = inputs[0].size
        filled = [np.ones(-(-size // self.width) * self.width, self.dtype) for _ in inputs]
        for whole, x in zip(filled, inputs, strict=True):
            whole[:size] = x.ravel()
        out = np.empty_like(filled[0])
        self.loop(*(x.ctypes.data for x in filled), out.ctypes.data, out.size)
        return out[:size].reshape(inputs[0].shape)


def ulps(got: Floats, truth: Floats) -> Floats:
    """How far off, in units in the last place of `got`'s type at the truth, given more precisely.

    Infinite where one is NaN, infinite or zero and the other, rounded, is not the same.

    >>> x = np.float32([1, 2])
    >>> ulps(np.nextafter(x, np.float32(9)), x.astype(float))
    array([1., 1.])
    """
    info = np.finfo(got.dtype)
    with np.errstate(all="ignore"):
        rounded = truth.astype(got.dtype)
        _, exponent = np.frexp(np.abs(truth))
        unit = np.ldexp(truth.dtype.type(1), np.maximum(exponent - 1, info.minexp) - info.nmant)
        error = np.abs(got.astype(truth.dtype) - truth) / unit
        special = ~np.isfinite(rounded) | ~np.isfinite(got) | ((rounded == 0) & (got == 0))
        same = (got == rounded) & (np.signbit(got) == np.signbit(rounded))
        same |= np.isnan(got) & np.isnan(rounded)
    return np.where(special, np.where(same, 0.0, np.inf), error).astype(float)

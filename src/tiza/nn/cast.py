"""Casting what a module holds to another type; moving it nowhere, as there is one device."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Self

from tiza.lang.tensor import Tensor
from tiza.nn.parameter import retyped
from tiza.nn.state import floating, is_type, on_cpu


class Cast:
    """The part of a module that casts; `Module` says what there is to cast."""

    if TYPE_CHECKING:
        parameters: Callable[[], Iterator[Tensor]]
        buffers: Callable[[], Iterator[Tensor]]

    def to(self, *args: object, device: object = None, dtype: object = None,
           non_blocking: bool = False, copy: bool = False,
           memory_format: object = None) -> Self:  # fmt: skip
        """Cast the floating-point parameters and buffers in place.

        Takes a type, a tensor of that type, or the device "cpu", which is the only one; what
        else PyTorch's takes says how to move between devices, and changes nothing here.

        Errors: ArgumentError for a device that is not there or a type that is not floating.
        """
        del non_blocking, copy, memory_format
        for arg in args:
            if isinstance(arg, Tensor):
                dtype = arg.dtype
            elif is_type(arg):
                dtype = arg
            elif not isinstance(arg, bool):
                device = arg
        on_cpu(device)
        kind = floating(dtype)
        if kind is not None:
            for tensor in (*self.parameters(), *self.buffers()):
                if tensor.dtype.kind == "f":
                    retyped(tensor, kind)
        return self

    def type(self, dst_type: object) -> Self:
        """Cast to a floating-point type."""
        return self.to(dtype=dst_type)

    def float(self) -> Self:
        """Cast to float32."""
        return self.to(dtype="float32")

    def double(self) -> Self:
        """Cast to float64."""
        return self.to(dtype="float64")

    def half(self) -> Self:
        """Refused: training needs more digits than float16 has."""
        return self.to(dtype="float16")

    def bfloat16(self) -> Self:
        """Refused, as `half`."""
        return self.to(dtype="bfloat16")

    def cpu(self) -> Self:
        """This module: it is there already."""
        return self

    def cuda(self, device: object = None) -> Self:
        """Refused: tiza computes on the processor."""
        return self.to(device="cuda" if device is None else f"cuda:{device}")

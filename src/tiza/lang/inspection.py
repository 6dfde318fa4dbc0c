"""What the namespace can do: the limits of its data types, their kinds, its one device."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np

from tiza.errors import ArgumentError, DTypeError

DType: TypeAlias = np.dtype[Any]


class HasDType(Protocol):
    """Anything that says what its elements are."""

    @property
    def dtype(self) -> DType:
        """The data type of the elements."""
        ...


KINDS: dict[str, tuple[str, ...]] = {
    "bool": ("bool",),
    "signed integer": ("int8", "int16", "int32", "int64"),
    "unsigned integer": ("uint8", "uint16", "uint32", "uint64"),
    "real floating": ("float32", "float64"),
    "complex floating": ("complex64", "complex128"),
}
KINDS["integral"] = KINDS["signed integer"] + KINDS["unsigned integer"]
KINDS["numeric"] = KINDS["integral"] + KINDS["real floating"] + KINDS["complex floating"]
DTYPES: dict[str, DType] = {name: np.dtype(name) for name in (*KINDS["bool"], *KINDS["numeric"])}


@dataclass(frozen=True)
class FloatLimits:
    """The limits of a floating-point data type, as Python numbers."""

    bits: int
    eps: float
    max: float
    min: float
    smallest_normal: float
    dtype: DType


@dataclass(frozen=True)
class IntLimits:
    """The limits of an integer data type, as Python numbers."""

    bits: int
    max: int
    min: int
    dtype: DType


def _dtype_of(type: DType | HasDType) -> DType:
    return np.dtype(getattr(type, "dtype", type))


def finfo(type: DType | HasDType, /) -> FloatLimits:
    """Limits of a floating-point data type; of a complex one, those of its parts.

    ε = 2⁻ᵖ, the distance from 1 to the next larger number.

    Source: Python array API standard 2024.12; IEEE 754.

    >>> import tiza as tz
    >>> tz.finfo(tz.float32).bits, tz.finfo(tz.float32).eps == 2.0**-23
    (32, True)
    """
    dtype = _dtype_of(type)
    if dtype.kind not in "fc":
        raise DTypeError("finfo-dtype", got=dtype)
    limits = np.finfo(dtype)
    return FloatLimits(
        int(limits.bits),
        float(limits.eps),
        float(limits.max),
        float(limits.min),
        float(limits.smallest_normal),
        np.dtype(limits.dtype),
    )


def iinfo(type: DType | HasDType, /) -> IntLimits:
    """Limits of an integer data type: −2ᵇ⁻¹ … 2ᵇ⁻¹−1 with sign, 0 … 2ᵇ−1 without.

    Source: Python array API standard 2024.12.

    >>> import tiza as tz
    >>> tz.iinfo(tz.int8).min, tz.iinfo(tz.uint8).max
    (-128, 255)
    """
    dtype = _dtype_of(type)
    if dtype.kind not in "iu":
        raise DTypeError("iinfo-dtype", got=dtype)
    limits = np.iinfo(dtype)
    return IntLimits(int(limits.bits), int(limits.max), int(limits.min), dtype)


def isdtype(dtype: DType, kind: DType | str | tuple[DType | str, ...]) -> bool:
    """Whether a data type is of a kind, e.g. "integral", or is one of the types named.

    Source: Python array API standard 2024.12.

    >>> import tiza as tz
    >>> tz.isdtype(tz.int8, "integral"), tz.isdtype(tz.int8, (tz.bool, "real floating"))
    (True, False)
    """
    if isinstance(kind, tuple):
        return any(isdtype(dtype, one) for one in kind)
    if isinstance(kind, str):
        if kind not in KINDS:
            raise ArgumentError("dtype-kind-unknown", got=kind, known=", ".join(KINDS))
        return np.dtype(dtype).name in KINDS[kind]
    return np.dtype(dtype) == np.dtype(kind)


def check_device(device: object) -> None:
    """Refuse every device but the one there is."""
    if device is not None and device != "cpu":
        raise ArgumentError("device-unknown", got=device)


class NamespaceInfo:
    """Answers what the namespace offers: devices, data types, defaults, capabilities."""

    def capabilities(self) -> dict[str, bool | int | None]:
        """What is optional in the standard and present here."""
        return {"boolean indexing": True, "data-dependent shapes": True, "max dimensions": 64}

    def default_device(self) -> str:
        """Where arrays live unless told otherwise."""
        return "cpu"

    def devices(self) -> list[str]:
        """All devices."""
        return ["cpu"]

    def default_dtypes(self, *, device: object = None) -> dict[str, DType]:
        """The data types that Python numbers become."""
        check_device(device)
        return {
            "real floating": np.dtype("float32"),
            "complex floating": np.dtype("complex64"),
            "integral": np.dtype("int64"),
            "indexing": np.dtype("int64"),
        }

    def dtypes(
        self, *, device: object = None, kind: str | tuple[str, ...] | None = None
    ) -> Mapping[str, DType]:
        """All data types of a kind, by name; without a kind, all there are."""
        check_device(device)
        return {
            name: dtype for name, dtype in DTYPES.items() if kind is None or isdtype(dtype, kind)
        }


def __array_namespace_info__() -> NamespaceInfo:  # noqa: N807  (the standard's name)
    """Describe this namespace in the words of the standard.

    Source: Python array API standard 2024.12, inspection.

    >>> import tiza as tz
    >>> tz.__array_namespace_info__().default_dtypes()["real floating"]
    dtype('float32')
    """
    return NamespaceInfo()

"""Walking, loading and casting what modules hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tiza.errors import ArgumentError, CheckpointError, pick
from tiza.nn.parameter import assign, converted

if TYPE_CHECKING:
    from tiza.nn.module import Module


FLOATING = (np.float32, np.float64)


class Fit(NamedTuple):
    """What load_state_dict(strict=False) left: names it missed and names it had no use for."""

    missing_keys: list[str]
    unexpected_keys: list[str]


@dataclass(frozen=True)
class Said:
    """A line in both languages, chosen when it is read."""

    en: str
    es: str

    def __str__(self) -> str:
        return pick((self.en, self.es))


def named(module: Module, table: str, prefix: str, recurse: bool,
          remove_duplicate: bool) -> Iterator[tuple[str, Any]]:  # fmt: skip
    """The entries of one kind with their dotted names."""
    seen: set[int] = set()
    places = module.named_modules(prefix, remove_duplicate) if recurse else [(prefix, module)]
    for path, part in places:
        for name, value in part.__dict__[table].items():
            if value is None or (remove_duplicate and id(value) in seen):
                continue
            seen.add(id(value))
            yield f"{path}.{name}" if path else name, value


def load_state(module: Module, state: Mapping[str, Any], strict: bool) -> Fit:
    """Fill the module from `state`, or say everything that does not fit and change nothing."""
    if not isinstance(state, Mapping):
        raise ArgumentError("state-type", got=type(state).__name__)
    own = module.state_dict()
    missing = [name for name in own if name not in state]
    unexpected = [name for name in state if name not in own]
    arrays = {name: converted(state[name]) for name in own if name in state}
    troubles: list[tuple[str, Any]] = []
    if strict:
        troubles += [(name, _nearest("missing", "falta", name, unexpected)) for name in missing]
        troubles += [(name, _nearest("unexpected", "sobra", name, missing)) for name in unexpected]
    troubles += [
        (name, Said(f"{array.shape} given, {own[name].shape} wanted",
                    f"se dio {array.shape}, se espera {own[name].shape}"))
        for name, array in arrays.items() if array.shape != own[name].shape
    ]  # fmt: skip
    if troubles:
        operands: Any = tuple(troubles)
        raise CheckpointError("state-mismatch", operands=operands, kind=type(module).__name__,
                              count=len(troubles))  # fmt: skip
    holders = dict(named(module, "_parameters", "", recurse=True, remove_duplicate=False))
    holders |= dict(named(module, "_buffers", "", recurse=True, remove_duplicate=False))
    for name, array in arrays.items():
        assign(holders[name], array)
    return Fit(missing, unexpected)


def _nearest(en: str, es: str, name: str, others: list[str]) -> Said:
    near = get_close_matches(name, others, n=1, cutoff=0.5)
    if not near:
        return Said(en, es)
    return Said(f"{en}; nearest: {near[0]}", f"{es}; el más parecido: {near[0]}")


def on_cpu(device: object) -> None:
    """Accept the processor, under any of its names.

    Errors: ArgumentError for any other device.
    """
    name = str(device)
    if device is not None and name != "cpu" and not name.startswith("cpu:"):
        raise ArgumentError("module-device", got=name)


def is_type(value: object) -> bool:
    """Whether this names a type of numbers, and no device."""
    try:
        np.dtype(_plain(value))  # type: ignore[call-overload]
    except TypeError:
        return str(value).endswith("bfloat16")
    return value is not None


def _plain(dtype: object) -> object:
    """A type as NumPy knows it; PyTorch's are called torch.float32."""
    name = str(dtype)
    return name.removeprefix("torch.") if name.startswith("torch.") else dtype


def floating(dtype: object) -> np.dtype[Any] | None:
    """The floating-point type meant, tiza's, NumPy's or PyTorch's; None for None.

    Errors: ArgumentError for what is no floating-point type of parameters.
    """
    if dtype is None:
        return None
    try:
        kind: np.dtype[Any] = np.dtype(_plain(dtype))  # type: ignore[call-overload]
    except TypeError:
        raise ArgumentError("module-dtype", got=str(dtype)) from None
    if kind.type not in FLOATING:
        raise ArgumentError("module-dtype", got=kind)
    return kind

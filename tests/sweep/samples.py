"""How a call of PyTorch becomes a call of tiza, and what the two answers have in common.

PyTorch keeps, for its own tests, samples of the arguments of every operator. A sample is put to
both systems; the answers, their types and the gradients of all float inputs are compared.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from tiza import nn
from tiza.errors import TizaError
from tiza.lang.tensor import Tensor, as_tensor

RTOL = {torch.float32: 1e-5, torch.float64: 1e-10}
LEFT_OUT = ("device", "layout", "memory_format", "pin_memory", "non_blocking", "out", "generator")


class Inapplicable(Exception):
    """A sample of something that tiza does not have: complex numbers, sparse layouts ..."""


class Differs(Exception):
    """Two answers that are not the same."""


def number(x: Any) -> Any:
    """A tensor of PyTorch as an array of NumPy."""
    if x.layout is not torch.strided:
        raise Inapplicable("sparse layout")
    if x.dtype in (torch.bfloat16, torch.complex32) or x.is_quantized:
        raise Inapplicable(f"type {x.dtype}")
    return x.detach().numpy(force=True).copy()


def ours(value: Any, pairs: list[tuple[Any, Tensor]]) -> Any:
    """An argument in tiza's terms; every tensor is noted beside its twin."""
    if isinstance(value, torch.Tensor):
        return _twin(value, pairs)
    if isinstance(value, torch.nn.Module):  # a function with a name, such as a distance
        return getattr(nn, type(value).__name__)()
    if isinstance(value, torch.dtype):
        if value in (torch.bfloat16, torch.complex32):
            raise Inapplicable(f"type {value}")
        return np.dtype(str(value).removeprefix("torch."))
    if isinstance(value, torch.Size):
        return tuple(value)
    if isinstance(value, list):
        return [ours(v, pairs) for v in value]
    if isinstance(value, tuple):
        return tuple(ours(v, pairs) for v in value)
    if isinstance(value, dict):
        return {k: ours(v, pairs) for k, v in value.items() if k not in LEFT_OUT}
    return value


def _twin(value: Any, pairs: list[tuple[Any, Tensor]]) -> Tensor:
    for known, twin in pairs:
        if known is value:
            return twin
    twin = as_tensor(number(value))
    if value.requires_grad:
        twin.requires_grad_()
    pairs.append((value, twin))
    return twin


def leaves(answer: Any) -> list[Any]:
    """The tensors and numbers of a nested answer."""
    if isinstance(answer, tuple | list):
        return [x for part in answer for x in leaves(part)]
    return [] if answer is None else [answer]


@dataclass
class Call:
    """One sample: its function in both systems and its arguments."""

    theirs: Callable[..., Any]
    ours: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    random: bool = False  # only shapes and types can be compared
    ties: bool = False  # among equal entries either place is right
    tolerance: float = 1.0
    weights: tuple[tuple[Any, Tensor], ...] = ()  # parameters of both, whose gradients count, too
    wide: Callable[..., Any] | None = None  # `theirs` in float64, and its parameters
    wide_weights: tuple[Any, ...] = ()


def compare(call: Call) -> None:
    """Both answers and all gradients, or `Differs`, or `Inapplicable`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        want = _answer(call)
        pairs: list[tuple[Any, Tensor]] = []
        args, kwargs = ours(call.args, pairs), ours(call.kwargs, pairs)
        try:
            got = leaves(call.ours(*args, **kwargs))
        except (TizaError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise Differs(f"refused: {type(error).__name__}: {str(error)[:160]}") from error
        if len(got) != len(want):
            raise Differs(f"{len(got)} answers instead of {len(want)}")
        truth = None if call.random else _truth(call)
        for k, (y, z) in enumerate(zip(got, want, strict=True)):
            _same(y, z, None if truth is None else truth[k], call, f"answer {k}")
        if not call.random:
            _slopes(got, want, [*pairs, *call.weights], call)


def _answer(call: Call) -> list[Any]:
    try:
        want = leaves(call.theirs(*call.args, **call.kwargs))
    except (RuntimeError, ValueError, TypeError, IndexError) as error:
        raise Inapplicable("PyTorch refuses it") from error
    for z in want:
        if isinstance(z, torch.Tensor):
            number(z)
    return want


def _wide(value: Any) -> Any:
    """The same arguments in float64, which tells how far float32 may be off."""
    if isinstance(value, torch.Tensor):
        return value.detach().double() if value.dtype is torch.float32 else value.detach()
    if isinstance(value, list | tuple) and not isinstance(value, torch.Size):
        return type(value)(_wide(v) for v in value)
    if isinstance(value, dict):
        return {k: _wide(v) for k, v in value.items()}
    return torch.float64 if value is torch.float32 else value


def _truth(call: Call) -> list[Any] | None:
    tensors = [t for t in leaves([call.args, list(call.kwargs.values())])
               if isinstance(t, torch.Tensor)]  # fmt: skip
    if not any(t.dtype is torch.float32 for t in tensors):
        return None
    try:
        return leaves((call.wide or call.theirs)(*_wide(call.args), **_wide(call.kwargs)))
    except (RuntimeError, ValueError, TypeError, IndexError):
        return None


def _same(y: Any, z: Any, truth: Any, call: Call, what: str) -> None:
    if not isinstance(z, torch.Tensor):
        if isinstance(z, str | type(Ellipsis)) or y != z:
            raise Differs(f"{what}: {y!r} instead of {z!r}")
        return
    a, b = np.asarray(y.numpy() if isinstance(y, Tensor) else y), number(z)
    if a.shape != b.shape:
        raise Differs(f"{what}: shape {a.shape} instead of {b.shape}")
    if a.dtype != b.dtype:
        raise Differs(f"{what}: type {a.dtype} instead of {b.dtype}")
    if call.ties and a.dtype == np.int64 and _same_entries(call, a, b):
        return
    if not call.random:
        _near(a, b, None if truth is None else np.asarray(truth.detach()), z.dtype, call, what)


def _same_entries(call: Call, a: Any, b: Any) -> bool:
    """Whether two arrays of places name equal entries of the first argument."""
    x = number(call.args[0])
    x, a, b = (v.reshape(1) if v.ndim == 0 else v for v in (x, a, b))
    for axis in range(x.ndim):
        for lined in (lambda v: v, lambda v, k=axis: np.expand_dims(v, k)):
            if a.ndim not in (x.ndim, x.ndim - 1):
                continue
            p, q = lined(a), lined(b)
            if p.ndim == x.ndim and all(
                m == n for k, (m, n) in enumerate(zip(p.shape, x.shape, strict=True)) if k != axis
            ):
                size = x.shape[axis]
                if p.size and not (0 <= min(p.min(), q.min()) <= max(p.max(), q.max()) < size):
                    continue
                one, two = (np.take_along_axis(x, v, axis) for v in (p, q))
                if np.array_equal(one, two):
                    return True
    return False


def _near(a: Any, b: Any, truth: Any, dtype: Any, call: Call, what: str) -> None:
    """Within the tolerance of the type, or at least as near to the truth as PyTorch (twice)."""
    if a.dtype.kind != "f" or b.dtype.kind != "f":
        if not np.array_equal(a, b):
            raise Differs(f"{what}: {a.ravel()[:3]} instead of {b.ravel()[:3]}")
        return
    rtol = RTOL.get(dtype, 1e-2) * call.tolerance
    finite = np.isfinite(b)
    scale = max(1.0, float(np.abs(b[finite]).max(initial=0)))
    with np.errstate(all="ignore"):
        bad = ~np.isclose(a, b, rtol=rtol, atol=rtol * scale, equal_nan=True)
        if truth is not None and truth.shape == b.shape and bad.any():
            own = np.abs(b - truth)
            right = (np.abs(a - truth) <= 2 * own + rtol * scale) | (a == truth)
            bad &= ~right
        if bad.any():
            i = tuple(np.argwhere(bad)[0])
            raise Differs(f"{what}: {a[i]!r} instead of {b[i]!r} at {tuple(map(int, i))}")


def _under_cotangents(got: list[Any], want: list[Any]) -> tuple[list[Any], list[Any], list[Any]]:
    """Σ g·y of each differentiable answer, in both systems, and the random g."""
    rng = np.random.default_rng(1)
    mine, peer, wide = [], [], []
    for y, z in zip(got, want, strict=True):
        if isinstance(z, torch.Tensor) and z.requires_grad:
            g = rng.normal(size=y.shape).astype(y.dtype)
            if isinstance(y, Tensor) and y.requires_grad:
                mine.append((y * as_tensor(g)).sum())  # else our gradient is 0
            peer.append((z * torch.tensor(g)).sum())
            wide.append(g)
    return mine, peer, wide


def _slopes(got: list[Any], want: list[Any], pairs: list[Any], call: Call) -> None:
    """The gradients of Σ g·y over all float answers y, by every float input."""
    inputs = [(t, u) for t, u in pairs if t.requires_grad]
    if not inputs:
        return
    mine, peer, wide = _under_cotangents(got, want)
    if not peer:
        return
    try:
        grads = torch.autograd.grad(sum(peer), [t for t, _ in inputs], allow_unused=True)
    except RuntimeError:
        return  # PyTorch has no derivative
    true = _true_slopes(wide, inputs, call)
    for _, u in inputs:
        u.grad = None
    try:
        if mine:
            sum(mine[1:], mine[0]).backward()
        for k, ((_, u), want_g) in enumerate(zip(inputs, grads, strict=True)):
            _same_slope(u, want_g, None if true is None else true[k], call, f"gradient {k}")
    except TizaError as error:
        raise Differs(f"gradient refused: {str(error)[:160]}") from error


def _same_slope(u: Tensor, want: Any, truth: Any, call: Call, what: str) -> None:
    a = np.zeros(u.shape, u.dtype) if u.grad is None else u.grad.numpy()
    b = np.zeros(u.shape, u.dtype) if want is None else number(want)
    if a.shape != b.shape:
        raise Differs(f"{what}: shape {a.shape} instead of {b.shape}")
    dtype = torch.float32 if b.dtype == np.float32 else torch.float64
    _near(a, b, truth, dtype, call, what)


def _true_slopes(cotangents: list[Any], inputs: list[Any], call: Call) -> Any:
    """The gradients in float64, where the call was in float32."""
    if not any(t.dtype is torch.float32 for t, _ in inputs):
        return None
    memo = {id(t): w for (t, _), w in zip(call.weights, call.wide_weights, strict=True)}

    def wide(value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            if id(value) not in memo:
                new = _wide(value)
                memo[id(value)] = new.requires_grad_() if value.requires_grad else new
            return memo[id(value)]
        if isinstance(value, list | tuple) and not isinstance(value, torch.Size):
            return type(value)(wide(v) for v in value)
        if isinstance(value, dict):
            return {k: wide(v) for k, v in value.items()}
        return torch.float64 if value is torch.float32 else value

    try:
        answers = leaves((call.wide or call.theirs)(*wide(call.args), **wide(call.kwargs)))
        used = [z for z in answers if isinstance(z, torch.Tensor) and z.requires_grad]
        total = sum((z * torch.tensor(g.astype("float64"))).sum()
                    for z, g in zip(used, cotangents, strict=True))  # fmt: skip
        found = torch.autograd.grad(total, [memo[id(t)] for t, _ in inputs], allow_unused=True)
    except (RuntimeError, ValueError, TypeError, KeyError, IndexError):
        return None
    return [np.zeros(t.shape) if g is None else number(g)
            for (t, _), g in zip(inputs, found, strict=True)]  # fmt: skip


def through_log_softmax(function: Callable[..., Any], softmax: Any) -> Callable[..., Any]:
    """CTC of normalised scores: only there is PyTorch's gradient that of its formula."""
    return lambda x, *a, **k: function(softmax(x, dim=-1), *a, **k)


@dataclass
class Tally:
    """What became of the samples of one operator."""

    name: str
    passed: int = 0
    differ: list[str] = field(default_factory=list)
    left: Counter[str] = field(default_factory=Counter)

    def judge(self, calls: Iterator[Call | str]) -> Tally:
        """Compare each call; a string in the place of a call is why it is left out."""
        for k, call in enumerate(calls):
            if isinstance(call, str):
                self.left[call] += 1
                continue
            try:
                compare(call)
            except Inapplicable as reason:
                self.left[str(reason)] += 1
            except (Differs, TizaError) as reason:
                self.differ.append(f"sample {k}: {reason}")
            else:
                self.passed += 1
        return self

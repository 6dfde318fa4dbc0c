"""Whether operations are recorded for differentiation, and how exactly products are computed."""

from __future__ import annotations

import threading
from contextlib import ContextDecorator
from types import TracebackType

from tiza.errors import ArgumentError
from tiza.graph.precision import WORDS
from tiza.graph.precision import precision as products


class _Mode(threading.local):
    grad: bool = True


mode = _Mode()


class _Switch(ContextDecorator):
    _to: bool

    def __enter__(self) -> None:
        self._before = mode.grad
        mode.grad = self._to

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:  # fmt: skip
        mode.grad = self._before

    def _recreate_cm(self) -> _Switch:
        return type(self)()  # a decorated function may call itself


class no_grad(_Switch):  # noqa: N801  (PyTorch's name)
    """Inside, results are held constant by every derivative.

    >>> import tiza as tz
    >>> w = tz.tensor(3.0, requires_grad=True)
    >>> with tz.no_grad():
    ...     (w * w).requires_grad
    False
    """

    _to = False


class enable_grad(_Switch):  # noqa: N801
    """Inside a `no_grad` block, records again."""

    _to = True


def is_grad_enabled() -> bool:
    """Whether operations are being recorded."""
    return mode.grad


def set_float32_matmul_precision(precision: str) -> None:
    """How exactly products of float32 matrices are computed from now on, in this thread.

    "medium": y = Σ r(a) r(b), where r rounds to the nearest number of bfloat16 (sign, 8 binary
    digits, float32's exponents; halves to the even neighbour). Each product of two such numbers is
    exact; sums are made in float32. A result is then off by about |a| |b| 2⁻⁸, and compiled
    programs take up to half the time for large products where the processor multiplies bfloat16
    (AVX512_BF16: `tiza doctor`); small and recurrent networks take longer. "highest", the default,
    rounds nothing. "high" is taken, and is the same as "highest".

    It counts when a value is computed or compiled, for gradients too, with or without compiling:
    results agree to the rounding of float32 sums. Convolutions, element-wise operations, sums and
    other types (float64) stay as they are. Subnormal factors count as 0, NaN and ∞ stay. A
    program that is compiled already keeps its products: another word gets programs of its own.

    Errors: ArgumentError for any other word.
    Source: PyTorch's `torch.set_float32_matmul_precision`; Intel 2018, "BFLOAT16 – hardware
    numerics definition"; Kalamkar et al. 2019, arXiv:1905.12322, for training with it.

    >>> import tiza as tz
    >>> a = tz.tensor([[1.0, 2**-9]])  # 1 + 2⁻⁹ needs ten digits, its factors do not
    >>> b = tz.tensor([[1 + 2**-9], [1.0]])
    >>> (a @ b).item() == 1 + 2**-8
    True
    >>> tz.set_float32_matmul_precision("medium")
    >>> (a @ b).item() == 1 + 2**-9
    True
    >>> tz.set_float32_matmul_precision("highest")
    """
    if precision not in WORDS:
        known = ", ".join(WORDS)
        raise ArgumentError("choice-unknown", name="precision", got=precision, known=known)
    products.products = precision


def get_float32_matmul_precision() -> str:
    """How exactly products of float32 matrices are computed: "highest", "high" or "medium".

    >>> get_float32_matmul_precision()
    'highest'
    """
    return products.products

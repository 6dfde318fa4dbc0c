"""The referee of the array functions: array-api-strict computes the same call on the same data."""

from collections.abc import Callable
from typing import Any

import array_api_strict as strict
import numpy as np
import pytest

import tiza as tz

Call = Callable[..., Any]


def _plain(value: Any) -> Any:
    return np.asarray(value) if hasattr(value, "dtype") and hasattr(value, "shape") else value


def assert_same(ours: Any, theirs: Any, rtol: float, signs: bool) -> None:
    """Same structure, shape, data type and values; NaN equals NaN, and -0 differs from +0."""
    if isinstance(theirs, tuple | list) and not hasattr(theirs, "dtype"):
        assert isinstance(ours, tuple | list)
        assert len(ours) == len(theirs)
        for mine, other in zip(ours, theirs, strict=True):
            assert_same(mine, other, rtol, signs)
        return
    if not hasattr(theirs, "dtype"):
        assert type(ours) is type(theirs)
        assert ours == theirs
        return
    assert isinstance(ours, tz.Tensor)
    assert ours.shape == tuple(theirs.shape)
    mine, other = _plain(ours), _plain(theirs)
    assert ours.dtype == mine.dtype == other.dtype
    if rtol and mine.dtype.kind in "fc":
        scale = float(np.max(np.abs(other), initial=0.0, where=np.isfinite(other)))
        np.testing.assert_allclose(mine, other, rtol=rtol, atol=rtol * min(scale, 1e300))
    else:
        np.testing.assert_array_equal(mine, other)
    if signs and mine.dtype.kind == "f":
        known = ~np.isnan(other)
        np.testing.assert_array_equal(np.signbit(mine)[known], np.signbit(other)[known])


@pytest.fixture(scope="session")
def agree() -> Call:
    """Run `call(xp, *arrays)` in tiza and in the referee, and compare."""

    def run(call: Call, *arrays: Any, rtol: float = 0.0, signs: bool = True) -> None:
        with np.errstate(all="ignore"):
            theirs = call(strict, *(strict.asarray(a) for a in arrays))
        ours = call(tz, *(tz.asarray(a) for a in arrays))
        assert_same(ours, theirs, rtol, signs)

    return run


@pytest.fixture(scope="session")
def agree_or_refuse(agree: Call) -> Call:
    """As `agree`; where the referee refuses the call, tiza refuses it too."""

    def run(call: Call, *arrays: Any, **options: Any) -> None:
        try:
            with np.errstate(all="ignore"):
                call(strict, *(strict.asarray(a) for a in arrays))
        except Exception:
            with pytest.raises((ValueError, TypeError, IndexError)):
                np.asarray(call(tz, *(tz.asarray(a) for a in arrays)))
            return
        agree(call, *arrays, **options)

    return run

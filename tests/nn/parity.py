"""What the comparisons of image layers with PyTorch share."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tiza import nn
from tiza.lang.tensor import as_tensor

torch = pytest.importorskip("torch")
DTYPES = {np.float32: 1e-5, np.float64: 1e-10}


def both(name: str, args: Any, kwargs: Any, dtype: Any) -> tuple[Any, Any]:
    """Our layer and PyTorch's, with PyTorch's weights (those of norms made irregular)."""
    torch.manual_seed(0)
    theirs = getattr(torch.nn, name)(*args, **kwargs).to(torch.float64)
    with torch.no_grad():
        for p in theirs.parameters():
            p.add_(torch.rand_like(p) * 0.5)
    ours = getattr(nn, name)(*args, **kwargs).double()
    ours.load_state_dict(theirs.state_dict())
    theirs.load_state_dict({k: torch.tensor(v.numpy()) for k, v in ours.state_dict().items()})
    assert repr(ours) == repr(theirs)
    kind = "float32" if dtype is np.float32 else "float64"
    return ours.to(kind), theirs.to(getattr(torch, kind))


def close(got: Any, want: Any, dtype: Any, what: str = "") -> None:
    """Equal up to the type's tolerance, relative to the greatest entry of the array."""
    want = np.asarray(want)
    assert got.shape == want.shape, f"{what}: {got.shape} instead of {want.shape}"
    scale = max(1.0, float(np.abs(want[np.isfinite(want)]).max(initial=0)))
    tolerance = DTYPES[dtype]
    assert_allclose(got, want, rtol=tolerance, atol=tolerance * scale, err_msg=what)


def assert_same_function(ours: Any, theirs: Any, arrays: Any, dtype: Any) -> None:
    """Outputs and the gradients by every argument, under a random cotangent."""
    mine = [as_tensor(np.asarray(a, dtype)).requires_grad_() for a in arrays]
    peer = [torch.tensor(np.asarray(a, dtype), requires_grad=True) for a in arrays]
    y, z = ours(*mine), theirs(*peer)
    assert y.dtype == dtype
    close(y.numpy(), z.detach().numpy(), dtype, "output")
    g = np.random.default_rng(1).normal(size=y.shape).astype(dtype)
    y.backward(g)
    z.backward(torch.tensor(g))
    for i, (a, b) in enumerate(zip(mine, peer, strict=True)):
        close(a.grad.numpy(), b.grad.numpy(), dtype, f"gradient of argument {i}")


def assert_same_layer(ours: Any, theirs: Any, x: Any, dtype: Any) -> None:
    """As functions of x; the gradients of all parameters, and the buffers afterwards, too."""
    assert_same_function(ours, theirs, [x], dtype)
    for (name, p), q in zip(ours.named_parameters(), theirs.parameters(), strict=True):
        close(p.grad.numpy(), q.grad.numpy(), dtype, name)
    state, other = ours.state_dict(), theirs.state_dict()
    assert list(state) == list(other)
    for name, value in other.items():
        close(state[name].numpy(), value.numpy(), dtype, name)

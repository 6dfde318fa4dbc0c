"""The same layer in tiza and in PyTorch: outputs, slopes and weights must agree."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose

from tiza import nn
from tiza.lang.tensor import Tensor, as_tensor

TOLERANCE = {"float32": 1e-5, "float64": 1e-10}


def twins(name, args, kwargs, dtype="float64", seed=0):
    """The layer of tiza and of PyTorch, with PyTorch's weights in both."""
    import torch

    torch.set_num_threads(1)  # threads cost more than these small layers
    torch.manual_seed(seed)
    theirs = getattr(torch.nn, name)(*args, **kwargs).to(torch.float64)
    ours = getattr(nn, name)(*args, **kwargs).double()
    ours.load_state_dict(theirs.state_dict())
    back = {k: torch.tensor(v.numpy()) for k, v in ours.state_dict().items()}
    theirs.load_state_dict(back)  # and the other way
    assert [n for n, _ in ours.named_parameters()] == [n for n, _ in theirs.named_parameters()]
    return ours.to(dtype), theirs.to(getattr(torch, dtype))


def flat(answer):
    """All tensors of a nested answer, None left out."""
    if isinstance(answer, tuple | list):
        return [x for part in answer for x in flat(part)]
    return [] if answer is None else [answer]


def variables(arrays, dtype):
    """Each array as a variable of tiza and one of PyTorch; whole numbers as they are."""
    import torch

    mine, peers = [], []
    for a in arrays:
        if a.dtype.kind == "f":
            mine.append(as_tensor(a.astype(dtype)).requires_grad_())
            peers.append(torch.tensor(a.astype(dtype), requires_grad=True))
        else:
            mine.append(as_tensor(a))
            peers.append(torch.tensor(a))
    return mine, peers


def assert_answers(got, want, dtype, what="answer"):
    tolerance = TOLERANCE[dtype]
    got, want = flat(got), flat(want)
    assert len(got) == len(want), what
    for y, z in zip(got, want, strict=True):
        assert isinstance(y, Tensor)
        assert y.shape == tuple(z.shape), what
        assert_allclose(y.numpy(), z.detach().numpy(), rtol=tolerance, atol=tolerance,
                        err_msg=what)  # fmt: skip


def assert_slopes(got, want, mine, peers, modules, dtype):
    """The gradients of Σ g·y over all answers y, by the inputs and all parameters."""
    tolerance = TOLERANCE[dtype]
    rng = np.random.default_rng(1)
    loss, peer = 0.0, 0.0
    import torch

    for y, z in zip(flat(got), flat(want), strict=True):
        if y.dtype.kind == "f" and y.requires_grad:
            g = rng.normal(size=y.shape).astype(dtype)
            loss, peer = loss + (y * as_tensor(g)).sum(), peer + (z * torch.tensor(g)).sum()
    if isinstance(loss, float):
        return
    loss.backward()
    peer.backward()
    ours, theirs = modules
    named = [("input", p, q) for p, q in zip(mine, peers, strict=True) if q.requires_grad]
    if ours is not None:
        named += [(name, p, q) for (name, p), q in
                  zip(ours.named_parameters(), theirs.parameters(), strict=True)]  # fmt: skip
    for name, p, q in named:
        a = np.zeros(p.shape) if p.grad is None else p.grad.numpy()
        b = np.zeros(p.shape) if q.grad is None else q.grad.numpy()
        scale = max(1.0, float(np.abs(b).max(initial=0)))
        assert_allclose(a, b, rtol=tolerance, atol=tolerance * scale, err_msg=name)

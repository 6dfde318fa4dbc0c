"""PyTorch's optimizers that tiza has under the same name, in the configurations it tests."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch.testing._internal.common_optimizers import optim_db

from tiza import nn, optim
from tiza.lang.tensor import as_tensor
from tiza.nn import functional as F

# What PyTorch itself computes with fewer digits, or what magnifies the last digit:
LOOSER = {
    "ASGD": (1e-6, "PyTorch keeps the step size as a float32 number"),
    "LBFGS": (1e-6, "directions are divided by differences of gradients that soon agree"),
    "Muon": (3e-2, "PyTorch orthogonalises in bfloat16, of 8 binary digits"),
    "NAdam": (1e-6, "PyTorch keeps the product of its momenta as a float32 number"),
}
MORE = {
    "Muon": [{"adjust_lr_fn": "match_rms_adamw"}],
    "LBFGS": [{"line_search_fn": "strong_wolfe", "max_iter": n} for n in (1, 2, 5)],
}
SHAPES = ((4, 3), (3, 5))
STEPS = 20
FEWER = {"LBFGS": 8}  # of up to twenty iterations each: more of them than the history is long


def configurations(info: Any) -> list[dict[str, Any]]:
    """The keyword arguments of each configuration."""
    theirs = [sample.kwargs for sample in info.optim_inputs_func(device="cpu")]
    return [*theirs, *MORE.get(info.optim_cls.__name__, [])]


def options(kwargs: dict[str, Any]) -> dict[str, Any]:
    """The same for tiza: a rate in a tensor is a number."""
    return {k: v.item() if isinstance(v, torch.Tensor) else v for k, v in kwargs.items()}


def _pairs(dtype: Any) -> tuple[list[Any], list[Any]]:
    rng = np.random.default_rng(0)
    arrays = [np.asarray(rng.normal(size=s), dtype) for s in SHAPES]
    return [nn.Parameter(a) for a in arrays], [torch.nn.Parameter(torch.tensor(a)) for a in arrays]


def _make(info: Any, kwargs: dict[str, Any], ours: list[Any], theirs: list[Any]) -> tuple[Any, Any]:
    mine = getattr(optim, info.optim_cls.__name__)(ours, **options(kwargs))
    return mine, info.optim_cls(theirs, **kwargs)


def _gradients(step: int, ours: list[Any], theirs: list[Any]) -> None:
    rng = np.random.default_rng(step + 1)
    for p, q in zip(ours, theirs, strict=True):
        g = np.asarray(rng.normal(size=p.shape), p.dtype)
        p.grad, q.grad = as_tensor(g), torch.tensor(g)


def _rows(step: int, ours: list[Any], theirs: list[Any]) -> None:
    """Gradients of two rows of each table, one of them looked up twice."""
    rng = np.random.default_rng(step + 1)
    for p, q in zip(ours, theirs, strict=True):
        p.grad = q.grad = None
        places = rng.choice(p.shape[0], 2, replace=False)[[0, 1, 0]]
        g = np.asarray(rng.normal(size=(3, p.shape[1])), p.dtype)
        (F.embedding(places, p, sparse=True) * as_tensor(g)).sum().backward()
        looked = torch.nn.functional.embedding(torch.tensor(places), q, sparse=True)
        (looked * torch.tensor(g)).sum().backward()


def _valley(p: list[Any]) -> Any:
    """A convex sum of squares that is steep in some directions and flat in others."""
    return ((p[0] @ p[1] - 1) ** 2).sum() + 2 * (p[0] ** 2).sum() + 5 * ((p[1] - 1) ** 2).sum()


def _step(name: str, step: int, mine: Any, peer: Any, ours: list[Any], theirs: list[Any]) -> None:
    if name != "LBFGS":
        (_rows if name == "SparseAdam" else _gradients)(step, ours, theirs)
        mine.step()
        peer.step()
        return

    def closure() -> Any:
        mine.zero_grad()
        loss = _valley(ours)
        loss.backward()
        return loss

    def peer_closure() -> Any:
        peer.zero_grad()
        loss = _valley(theirs)
        loss.backward()
        return loss

    mine.step(closure)
    peer.step(peer_closure)


def _in_torch(state: dict[str, Any]) -> dict[str, Any]:
    rows = {i: {k: torch.tensor(v.numpy()) if hasattr(v, "numpy") else v for k, v in row.items()}
            for i, row in state["state"].items()}  # fmt: skip
    return {"state": rows, "param_groups": state["param_groups"]}


def assert_same_path(info: Any, kwargs: dict[str, Any], dtype: Any, rtol: float,
                     steps: int = STEPS) -> None:  # fmt: skip
    """Twenty steps; after ten, each goes on from the state that the other one wrote."""
    name = info.optim_cls.__name__
    rtol = max(rtol, LOOSER.get(name, (0.0, ""))[0])
    if name == "LBFGS" and dtype is np.float32:
        rtol = 1e-3
    ours, theirs = _pairs(dtype)
    mine, peer = _make(info, kwargs, ours, theirs)
    for step in range(steps):
        if step == STEPS // 2 and name != "LBFGS":
            state, other = mine.state_dict(), peer.state_dict()
            mine, peer = _make(info, kwargs, ours, theirs)
            mine.load_state_dict(other)
            peer.load_state_dict(_in_torch(state))
        _step(name, step, mine, peer, ours, theirs)
        for k, (p, q) in enumerate(zip(ours, theirs, strict=True)):
            want = q.detach().numpy()
            scale = max(1.0, float(np.abs(want).max()))
            where = f"{name} {kwargs}, step {step}, parameter {k}"
            np.testing.assert_allclose(p.numpy(), want, rtol=rtol, atol=rtol * scale, err_msg=where)


OPTIMIZERS = [info for info in optim_db if hasattr(optim, info.optim_cls.__name__)]
MISSING = sorted(i.optim_cls.__name__ for i in optim_db if i not in OPTIMIZERS)

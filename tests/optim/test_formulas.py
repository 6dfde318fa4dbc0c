"""Optimizers that PyTorch lacks, against their papers' formulas in plain NumPy."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import tiza as tz
from tiza import nn, optim
from tiza.errors import ArgumentError

RNG = np.random.default_rng(0)
START = RNG.normal(size=(4, 3))
GRADS = [RNG.normal(size=(4, 3)) for _ in range(8)]


def run(kind, **options):
    p = nn.Parameter(START)
    optimizer = kind([p], **options)
    for g in GRADS:
        p.grad = tz.tensor(g)
        optimizer.step()
    return p.numpy(), optimizer


def test_lion():
    p, m = START.copy(), np.zeros_like(START)
    for g in GRADS:
        p = p - 0.1 * 0.3 * p
        p = p - 0.1 * np.sign(0.9 * m + 0.1 * g)
        m = 0.99 * m + 0.01 * g
    assert_allclose(run(optim.Lion, lr=0.1, weight_decay=0.3)[0], p, rtol=1e-12)


def test_lars():
    p, b = START.copy(), np.zeros_like(START)
    for g in GRADS:
        g = g + 0.1 * p
        b = 0.9 * b + 0.01 * np.linalg.norm(p) / np.linalg.norm(g) * g
        p = p - 0.5 * b
    got, _ = run(optim.LARS, lr=0.5, weight_decay=0.1, trust_coefficient=0.01)
    assert_allclose(got, p, rtol=1e-12)


def test_lamb():
    p, m, v = START.copy(), np.zeros_like(START), np.zeros_like(START)
    for t, g in enumerate(GRADS, 1):
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        r = (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-6) + 0.1 * p
        p = p - 0.05 * np.linalg.norm(p) / np.linalg.norm(r) * r
    assert_allclose(run(optim.LAMB, lr=0.05, weight_decay=0.1)[0], p, rtol=1e-9)


@pytest.mark.parametrize("kind", [optim.LARS, optim.LAMB])
def test_a_layer_of_zeros_still_learns(kind):
    p = nn.Parameter(np.zeros(3))
    p.grad = tz.tensor(np.ones(3))
    kind([p], lr=0.1).step()
    assert_allclose(p.numpy(), -0.1 * np.ones(3), rtol=1e-5)
    p.grad = tz.tensor(np.zeros(3))
    kind([p], lr=0.1).step()
    assert np.isfinite(p.numpy()).all()


@pytest.mark.parametrize("shape", [(6, 6), (8, 3), (3, 8), (1, 1)])
def test_muon_steps_along_a_nearly_orthogonal_matrix(shape):
    p = nn.Parameter(np.zeros(shape))
    p.grad = tz.tensor(np.random.default_rng(1).normal(size=shape))
    optim.Muon([p], lr=1.0, weight_decay=0.0).step()
    size = np.linalg.svd(p.numpy(), compute_uv=False) / np.sqrt(max(1, shape[0] / shape[1]))
    assert (size > 0.3).all()
    assert (size < 1.3).all()


def test_muon_is_for_matrices_only():
    p = nn.Parameter(np.zeros(3))
    p.grad = tz.tensor(np.ones(3))
    with pytest.raises(ArgumentError) as caught:
        optim.Muon([p]).step()
    assert str(caught.value) == (
        "Muon trains matrices, not a parameter of shape (3,)\n"
        "    fix: give biases and embeddings to another optimizer, such as AdamW")  # fmt: skip


@pytest.mark.peer
def test_muon_is_near_pytorchs_which_multiplies_in_bfloat16():
    torch = pytest.importorskip("torch")
    q = torch.nn.Parameter(torch.tensor(START))
    peer = torch.optim.Muon([q], lr=0.1)
    for g in GRADS:
        q.grad = torch.tensor(g)
        peer.step()
    got, mine = run(optim.Muon, lr=0.1)
    assert_allclose(got, q.detach().numpy(), atol=0.02)
    assert list(mine.state_dict()["state"][0]) == list(peer.state_dict()["state"][0])


@pytest.mark.parametrize("kind", [
    optim.Adadelta, optim.Adafactor, optim.Adagrad, optim.Adam, optim.Adamax, optim.AdamW,
    optim.AMSGrad, optim.LAMB, optim.LARS, optim.Lion, optim.NAdam, optim.RAdam, optim.RMSprop,
    optim.SGD,
])  # fmt: skip
def test_each_goes_downhill(kind):
    rates = {"Adadelta": 5.0, "LARS": 2.0, "Adagrad": 0.3, "LAMB": 0.03}
    p = nn.Parameter(tz.tensor([[1.0, -2.0], [0.5, 3.0]]))
    optimizer = kind([p], lr=rates.get(kind.__name__, 0.03))
    first = (p * p).sum().item()
    for _ in range(60):
        optimizer.zero_grad()
        (p * p).sum().backward()
        optimizer.step()
    assert (p * p).sum().item() < 0.6 * first


@pytest.mark.parametrize(("make", "text"), [
    (lambda p: optim.RMSprop(p, alpha=1.5), "alpha must be 0 … 1, but is 1.5"),
    (lambda p: optim.Adadelta(p, rho=-0.1), "rho must be 0 … 1, but is -0.1"),
    (lambda p: optim.Adafactor(p, beta2_decay=0.1), "beta2_decay must be ≤ 0, but is 0.1"),
    (lambda p: optim.Adafactor(p, d=0.5), "d must be ≥ 1, but is 0.5"),
    (lambda p: optim.Adagrad(p, lr_decay=-1.0), "lr_decay must be ≥ 0, but is -1.0"),
])  # fmt: skip
def test_refusals(make, text):
    with pytest.raises(ArgumentError) as caught:
        make([nn.Parameter([1.0])])
    assert str(caught.value).startswith(text)


def test_slots_of_every_shape_are_kept_and_reloaded():
    p = nn.Parameter(START)
    for kind in (optim.NAdam, optim.Adafactor):
        optimizer = kind([p])
        p.grad = tz.tensor(GRADS[0])
        optimizer.step()
        twin = kind([p])
        twin.load_state_dict(optimizer.state_dict())
        for mine, theirs in zip(twin.slot_arrays(), optimizer.slot_arrays(), strict=True):
            for a, b in zip(mine, theirs, strict=True):
                assert a.shape == b.shape
                assert (a == b).all()

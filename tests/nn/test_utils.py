"""Clipping and flattening, by hand."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import tiza as tz
from tiza import nn
from tiza.errors import ArgumentError, NonFiniteError
from tiza.nn.utils import (
    clip_grad_norm_,
    clip_grad_value_,
    clip_grads_with_norm_,
    get_total_norm,
    parameters_to_vector,
    vector_to_parameters,
)


def with_grad(*grad, dtype=tz.float32):
    p = nn.Parameter(tz.zeros(len(grad), dtype=dtype))
    p.grad = tz.tensor(grad, dtype=dtype)
    return p


def test_all_gradients_are_shortened_together():
    a, b = with_grad(3.0), with_grad(4.0, dtype=tz.float64)
    assert clip_grad_norm_([a, b], 1.0).item() == 5.0
    assert_allclose([a.grad.item(), b.grad.item()], [0.6, 0.8], rtol=1e-5)
    assert a.grad.dtype == tz.float32
    assert clip_grad_norm_(a, 10.0).item() == pytest.approx(0.6)
    assert a.grad.item() == pytest.approx(0.6)


def test_nothing_to_clip():
    assert clip_grad_norm_([], 1.0).item() == 0.0
    assert clip_grad_norm_([nn.Parameter(tz.zeros(2))], 1.0).item() == 0.0
    empty = nn.Parameter(tz.zeros((0,)))
    empty.grad = tz.zeros((0,))
    assert clip_grad_norm_([empty], 1.0).item() == 0.0


@pytest.mark.peer
@pytest.mark.parametrize("norm_type", [1.0, 2.0, 3.0, np.inf])
@pytest.mark.parametrize("max_norm", [0.5, 100.0])
def test_the_two_halves_are_pytorchs(norm_type, max_norm):
    torch = pytest.importorskip("torch")
    values = [np.array([3.0, -1.0]), np.array([0.25, 2.0, -4.0])]
    ours = [with_grad(*v, dtype=tz.float64) for v in values]
    theirs = [torch.nn.Parameter(torch.zeros(len(v), dtype=torch.float64)) for v in values]
    for p, v in zip(theirs, values, strict=True):
        p.grad = torch.tensor(v)
    norm = get_total_norm([p.grad for p in ours], norm_type)
    peer = torch.nn.utils.get_total_norm([p.grad for p in theirs], norm_type)
    assert_allclose(norm.item(), peer.item(), rtol=1e-14)
    clip_grads_with_norm_(ours, max_norm, norm)
    torch.nn.utils.clip_grads_with_norm_(theirs, max_norm, peer)
    for p, q in zip(ours, theirs, strict=True):
        assert_allclose(p.grad.numpy(), q.grad.numpy(), rtol=1e-14)


def test_the_norm_of_nothing():
    assert get_total_norm([]).item() == 0.0
    clip_grads_with_norm_([nn.Parameter(tz.zeros(2))], 1.0, tz.tensor(3.0))
    with pytest.raises(NonFiniteError):
        get_total_norm(tz.tensor([np.inf]), error_if_nonfinite=True)
    with pytest.raises(ArgumentError, match="a norm above 0"):
        get_total_norm([tz.tensor([1.0])], 0.0)
    with pytest.raises(ArgumentError, match="a bound of at least 0, not -1"):
        clip_grads_with_norm_([with_grad(1.0)], -1.0, tz.tensor(1.0))


def test_refusals():
    p = with_grad(np.nan)
    assert np.isnan(clip_grad_norm_([p], 1.0).item())
    with pytest.raises(NonFiniteError, match=r"the gradients of order 2\.0 is not finite"):
        clip_grad_norm_([with_grad(np.inf)], 1.0, error_if_nonfinite=True)
    with pytest.raises(ArgumentError, match="a bound of at least 0 and a norm above 0"):
        clip_grad_norm_([p], -1.0)
    with pytest.raises(ArgumentError, match="a bound of at least 0, not -1"):
        clip_grad_value_([p], -1.0)


def test_values_are_kept_in_bounds():
    p = with_grad(-3.0, 0.5, 7.0)
    clip_grad_value_(p, 2.0)
    assert p.grad.tolist() == [-2.0, 0.5, 2.0]


def test_vector_and_back():
    model = nn.Linear(2, 2)
    vector = parameters_to_vector(model.parameters())
    assert vector.tolist() == [*np.ravel(model.weight.tolist()), *model.bias.tolist()]
    vector_to_parameters(np.arange(6.0), model.parameters())
    assert model.weight.tolist() == [[0.0, 1.0], [2.0, 3.0]]
    assert model.bias.tolist() == [4.0, 5.0]
    with pytest.raises(ArgumentError, match=r"shape \(5,\) cannot fill 6 parameters"):
        vector_to_parameters(np.zeros(5), model.parameters())

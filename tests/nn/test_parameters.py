"""Parameters counted, frozen, tied and pruned."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from tiza import nn, optim
from tiza.errors import ArgumentError, ShapeError, use_language
from tiza.nn import functional as F
from tiza.nn.utils import count_parameters, freeze, prune, tie, unfreeze


def network():
    return nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 4))


def step(model, after=lambda: None):
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    F.mse_loss(model(np.ones((3, 6), np.float32)), np.ones((3, 4), np.float32)).backward()
    optimizer.step()
    after()


def test_counting():
    model = network()
    assert count_parameters(model) == 6 * 5 + 5 + 5 * 4 + 4
    assert freeze(model, ["0.*", "2.bias"]) == ["0.weight", "0.bias", "2.bias"]
    assert count_parameters(model, trainable=True) == 20
    assert unfreeze(model) == ["0.weight", "0.bias", "2.weight", "2.bias"]
    assert count_parameters(model, trainable=True) == 59


def test_what_is_frozen_does_not_learn():
    model = network()
    freeze(model, "0.*")
    before = {name: p.numpy().copy() for name, p in model.named_parameters()}
    step(model)
    changed = [n for n, p in model.named_parameters() if (p.numpy() != before[n]).any()]
    assert changed == ["2.weight", "2.bias"]


def test_patterns_that_fit_nothing():
    with pytest.raises(ArgumentError, match=r"no parameter is called 'encoder\.\*'"):
        freeze(network(), "encoder.*")
    with use_language("es"), pytest.raises(ArgumentError, match="ningún parámetro se llama"):
        freeze(network(), ["0.*", "x"])


def test_tied_parameters_are_one_and_sum_their_gradients():
    model = nn.Sequential(nn.Embedding(5, 3), nn.Linear(3, 5, bias=False))
    tie(model, "1.weight", to="0.weight")
    assert model[0].weight is model[1].weight
    assert [name for name, _ in model.named_parameters()] == ["0.weight"]
    model([1]).sum().backward()
    w = model[0].weight.numpy()
    wanted = np.tile(w[1], (5, 1))
    wanted[1] += w.sum(0)
    np.testing.assert_allclose(model[0].weight.grad.numpy(), wanted, rtol=1e-6)


def test_what_cannot_be_tied():
    with pytest.raises(ShapeError, match=r"0.weight \(5, 6\) and 2.weight \(4, 5\) differ"):
        tie(network(), "0.weight", to="2.weight")
    with pytest.raises(ArgumentError, match="no parameter is called"):
        tie(network(), "0.weight", to="1.weight")


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("amount", [0.0, 0.3, 1.0])
def test_pruning_takes_the_smallest(amount, together):
    model = network()
    weights = [model[0].weight, model[2].weight]
    before, bias = [w.numpy().copy() for w in weights], model[0].bias.numpy().copy()
    masks = prune(model, amount, together)
    after = [w.numpy() for w in weights]
    assert_array_equal(model[0].bias.numpy(), bias)
    groups = [
        (np.concatenate([b.ravel() for b in before]), np.concatenate([a.ravel() for a in after]))
    ]
    if not together:
        groups = [(b.ravel(), a.ravel()) for b, a in zip(before, after, strict=True)]
    for old, new in groups:
        gone = round(amount * old.size)
        assert np.count_nonzero(new == 0) == gone
        assert_array_equal(new[new != 0], old[new != 0])
        assert np.abs(old[new == 0]).max(initial=0) <= np.abs(old[new != 0]).min(initial=np.inf)
    assert masks.sparsity == pytest.approx(amount, abs=0.01)


def test_masks_keep_zeros_while_the_rest_learns():
    model = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 4))  # some unit is alive
    masks = prune(model, 0.5)
    zero = model[2].weight.numpy() == 0
    kept = model[2].weight.numpy().copy()
    step(model, masks)
    assert (model[2].weight.numpy()[zero] == 0).all()
    assert (model[2].weight.numpy()[~zero] != kept[~zero]).any()
    step(model)
    assert (model[2].weight.numpy()[zero] != 0).any()  # without the masks they learn again


def test_pruning_models_without_weights():
    assert repr(prune(nn.ReLU(), 0.5)) == "Masks(0, sparsity=0)"
    with pytest.raises(ArgumentError, match="amount must lie between 0 and 1, but is 2"):
        prune(network(), 2)

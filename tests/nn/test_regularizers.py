"""Penalties, limits and noise are what their formulas say, alone and in training."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import tiza as tz
from tiza import nn, optim
from tiza.errors import ArgumentError, use_language
from tiza.nn import functional as F


def network():
    tz.manual_seed(0)
    return nn.Sequential(nn.Linear(5, 4), nn.Tanh(), nn.Linear(4, 2)).double()


def entries(model):
    return np.concatenate([p.numpy().ravel() for p in model.parameters()])


def test_prices_are_their_formulas():
    model = network()
    p = entries(model)
    assert_allclose(nn.L1(0.3)(model).item(), 0.3 * np.abs(p).sum())
    assert_allclose(nn.L2(0.3)(model).item(), 0.15 * (p**2).sum())
    wanted = 0.3 * (0.2 * np.abs(p).sum() + 0.4 * (p**2).sum())
    assert_allclose(nn.ElasticNet(0.3, 0.2)(model).item(), wanted)


def test_prices_add_up_and_scale():
    model = network()
    one, two = nn.L1(0.1)(model).item(), nn.L2(0.2)(model).item()
    both = 3 * (nn.L1(0.1) + nn.L2(0.2) * 0.5) + nn.L1(0.1)
    assert_allclose(both(model).item(), 4 * one + 1.5 * two)
    assert_allclose(both(model.parameters()).item(), 4 * one + 1.5 * two)  # an iterator, once
    assert repr(2 * (nn.L1(0.1) + nn.L2(0.2))) == "2 * (L1(0.1) + L2(0.2))"
    with pytest.raises(TypeError):
        nn.L1(0.1) + 1


def test_only_what_is_chosen_is_priced():
    model = network()
    weights = nn.L2(1.0, only=lambda name, p: p.ndim > 1)(model).item()
    assert_allclose(
        weights, sum((p.numpy() ** 2).sum() / 2 for p in (model[0].weight, model[2].weight))
    )
    model[0].requires_grad_(False)
    assert_allclose(nn.L2(2.0)(model).item(), (entries(model[2]) ** 2).sum())
    model.requires_grad_(False)
    assert nn.L2(2.0)(model).item() == 0.0


def test_the_l2_price_is_weight_decay():
    x, y = np.random.default_rng(0).normal(size=(2, 8, 5))
    y = y[:, :2]
    priced, decayed = network(), network()
    one = optim.SGD(priced.parameters(), lr=0.1, momentum=0.9)
    other = optim.SGD(decayed.parameters(), lr=0.1, momentum=0.9, weight_decay=0.05)
    penalty = nn.L2(0.05)
    for _ in range(5):
        for model, optimizer, price in ((priced, one, penalty), (decayed, other, None)):
            optimizer.zero_grad()
            loss = F.mse_loss(model(x), y)
            (loss if price is None else loss + price(model)).backward()
            optimizer.step()
    assert_allclose(entries(priced), entries(decayed), rtol=1e-10)


def test_the_lasso_finds_the_inputs_that_matter():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 10))
    y = x[:, :2] @ [[2.0], [-3.0]]
    found = {}
    for penalty in (nn.L1(0.3), nn.L2(0.3)):
        tz.manual_seed(0)
        model = nn.Linear(10, 1).double()
        optimizer = optim.Adam(model.parameters(), lr=0.05)
        for _ in range(200):
            optimizer.zero_grad()
            (F.mse_loss(model(x), y) + penalty(model)).backward()
            optimizer.step()
        found[type(penalty)] = np.abs(model.weight.numpy()[0])
    assert found[nn.L1][2:].max() < 0.02 < 1.5 < found[nn.L1][:2].min()


def test_fit_takes_a_priced_loss():
    model, x = network(), np.random.default_rng(0).normal(size=(32, 5))
    before = np.abs(entries(model)).sum()
    loss = nn.L1(1.0).with_loss(F.mse_loss, model)
    assert loss.__name__ == "mse_loss"
    assert_allclose(loss(model(x), x[:, :2]).item(),
                    F.mse_loss(model(x), x[:, :2]).item() + before)  # fmt: skip
    trainer = tz.Trainer(model, loss=loss, optimizer=optim.SGD(model.parameters(), lr=0.01))
    trainer.fit(x, np.zeros((32, 2)), epochs=10, batch_size=8, verbose=0)
    assert np.abs(entries(model)).sum() < 0.8 * before


def test_max_norm_shortens_what_is_too_long():
    layer = nn.Conv2d(2, 3, 2).double()
    layer.weight.data = np.arange(24.0).reshape(3, 2, 2, 2) / 10
    before, bias = layer.weight.numpy().copy(), layer.bias.numpy().copy()
    nn.MaxNorm(1.0)(layer)
    lengths = np.sqrt((before**2).sum((1, 2, 3), keepdims=True))
    assert_allclose(layer.weight.numpy(), before * np.minimum(1, 1 / lengths))
    assert_allclose(layer.bias.numpy(), bias)
    kept = layer.weight.numpy().copy()
    nn.MaxNorm(0.1, only=lambda name, p: name == "bias")(layer)
    assert_allclose(layer.weight.numpy(), kept)
    (layer(np.ones((1, 2, 3, 3))).sum()).backward()  # it is still a leaf that learns
    assert layer.weight.grad is not None
    assert repr(nn.MaxNorm(2.0)) == "MaxNorm(2.0)"


def test_noise_in_training_only():
    tz.manual_seed(0)
    layer, x = nn.GaussianNoise(0.5), np.zeros((400, 50), np.float32)
    noise = layer(x).numpy()
    assert noise.dtype == np.float32
    assert abs(noise.mean()) < 0.02
    assert abs(noise.std() - 0.5) < 0.02
    assert (layer.eval()(x).numpy() == x).all()
    assert (nn.GaussianNoise(0.0)(x).numpy() == x).all()
    assert repr(layer) == "GaussianNoise(std=0.5)"


@pytest.mark.parametrize("make", [
    lambda: nn.L2(-1.0), lambda: nn.GaussianNoise(-1.0), lambda: nn.MaxNorm(-1.0),
    lambda: nn.L1(float("nan")), lambda: nn.MaxNorm(0.0),
])  # fmt: skip
def test_negative_sizes_are_refused(make):
    with pytest.raises(ArgumentError, match="must not be negative"):
        make()
    with use_language("es"), pytest.raises(ArgumentError, match="no debe ser negativo"):
        make()


def test_other_refusals():
    with pytest.raises(ArgumentError, match="l1_ratio must lie between 0 and 1, but is 2"):
        nn.ElasticNet(1.0, 2)
    with pytest.raises(ArgumentError, match="Penalty does not say"):
        nn.Penalty()(network())

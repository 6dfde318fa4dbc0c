"""What holds of every model: a step runs compiled as plainly, and weights come back by name."""

import numpy as np
import pytest

import tiza as tz
from tests.models.catalogue import BY_RULE, CASES
from tiza import models, nn, optim
from tiza.train import blueprint


def step_of(name, compiled):
    """The losses of two steps with a fixed seed, and the weights after them."""
    case = CASES[name]
    tz.manual_seed(3)
    model = case.make()
    batch = case.batch(np.random.default_rng(5))
    optimizer = optim.SGD(model.parameters(), lr=0.05)
    model.eval()  # the two draw dropout from different streams

    def step(*arrays):
        optimizer.zero_grad()
        loss = case.loss(model, *arrays)
        loss.backward()
        optimizer.step()
        return loss

    run = tz.compile(step) if compiled else step
    found = []
    for k in range(2):
        tz.manual_seed(100 + k)
        found.append(run(*batch).item())
    return found, {k: v.numpy() for k, v in model.state_dict().items()}


def random(name):
    """Whether the loss draws noise of its own, whose stream differs once compiled."""
    return name in {"VAE", "GAN", "Diffusion"}


def test_every_model_has_a_case():
    made = {n for n in models.__all__ if isinstance(getattr(models, n), type)}
    assert made == CASES.keys() | BY_RULE


@pytest.mark.parametrize("name", [n for n in CASES if not random(n)])
def test_a_step_compiled_is_the_step(name):
    plain, weights = step_of(name, compiled=False)
    quick, others = step_of(name, compiled=True)
    assert np.isfinite(plain).all()
    np.testing.assert_allclose(quick, plain, rtol=2e-4, atol=1e-6)
    for key, value in weights.items():
        np.testing.assert_allclose(others[key], value, rtol=2e-3, atol=2e-5, err_msg=key)


@pytest.mark.parametrize("name", [n for n in CASES if random(n)])
def test_a_step_with_noise_runs_compiled(name):
    plain, _ = step_of(name, compiled=False)
    quick, _ = step_of(name, compiled=True)
    assert np.isfinite([*plain, *quick]).all()
    assert quick[0] == pytest.approx(plain[0], rel=0.9)


@pytest.mark.parametrize("name", CASES)
def test_every_parameter_learns(name):
    case = CASES[name]
    tz.manual_seed(1)
    model = case.make()
    model.eval()
    case.loss(model, *case.batch(np.random.default_rng(2))).backward()
    idle = {n for n, p in model.named_parameters() if p.grad is None}
    # BERT's other task, and the GAN's other player, have losses of their own.
    own = {n for n in idle if not n.startswith(("guess_", "generator."))}
    assert not own


@pytest.mark.parametrize("name", CASES)
def test_weights_come_back_by_name(name):
    tz.manual_seed(1)
    first, second = CASES[name].make(), CASES[name].make()
    second.load_state_dict({k: v.numpy() for k, v in first.state_dict().items()})
    first.eval()
    second.eval()
    batch = CASES[name].batch(np.random.default_rng(2))
    losses = []
    for model in (first, second):
        tz.manual_seed(9)
        losses.append(CASES[name].loss(model, *batch).item())
    assert losses[0] == losses[1]


@pytest.mark.parametrize("name", CASES)
def test_a_model_keeps_the_arguments_that_made_it(name):
    import inspect

    model = CASES[name].make()
    wanted = [p for p in inspect.signature(type(model)).parameters if p != "denoiser"]
    given = {p: getattr(model, p) for p in wanted}
    more = {"denoiser": model.denoiser} if name == "Diffusion" else {}
    twin = type(model)(**given, **more)
    assert {k: v.shape for k, v in twin.state_dict().items()} == {
        k: v.shape for k, v in model.state_dict().items()
    }
    assert isinstance(twin, nn.Module)


@pytest.mark.parametrize("name", [n for n in CASES if n != "Diffusion"])
def test_a_model_is_rebuilt_from_its_description(name):
    model = CASES[name].make()
    twin = blueprint.build(blueprint.describe(model))
    assert type(twin) is type(model)
    assert blueprint.shapes(twin) == blueprint.shapes(model)

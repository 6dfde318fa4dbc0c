"""Models against what is known of them in closed form, or counted in the literature."""

import math

import numpy as np
import pytest

import tiza as tz
from tests.models.catalogue import RING
from tiza import models, optim
from tiza.errors import ArgumentError, ShapeError
from tiza.models.sampling import draw_token

# -- parameters -----------------------------------------------------------------------------

COUNTS = {  # as the papers, or their editions in PyTorch, count them
    "SlideMLP": (models.SlideMLP, 6_370),
    "LeNet5": (models.LeNet5, 61_706),
    "SmallCNN": (models.SmallCNN, 421_642),
    "VAE": (models.VAE, 652_824),
    "UNet": (models.UNet, 410_721),
    "GCN": (lambda: models.GCN(1433, 7), 23_063),
    "GAT": (lambda: models.GAT(1433, 7), 92_373),
    "GPT": (lambda: models.GPT(65, 64, 3, 4, 48), models.GPT.count(65, 64, 3, 48)),
    "BERT": (lambda: models.BERT(80, 32, 2, 2, 24),
             models.BERT.count(80, 32, 2, 24) + 24**2 + 3 * 24 + 80 + 2 * 24 + 2),
}  # fmt: skip


@pytest.mark.parametrize("name", COUNTS)
def test_parameters_are_as_many_as_the_literature_counts(name):
    make, count = COUNTS[name]
    assert sum(p.size for p in make().parameters()) == count


def test_untied_gpt_has_a_head_of_its_own():
    tied, free = (models.GPT(65, 16, 1, 2, 8, tied=t) for t in (True, False))
    assert sum(p.size for p in free.parameters()) == 65 * 8 + sum(p.size for p in tied.parameters())


# -- diffusion ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["linear", "cosine"])
def test_noise_grows_until_nothing_else_is_left(kind):
    made = models.Diffusion(models.MLPDenoiser(2, 8, 4), 1000, kind)
    assert (np.diff(made.alpha_bars) < 0).all()
    assert made.alpha_bars[-1] < 1e-4
    assert made.posterior_variances[0] == 0
    assert (made.posterior_variances <= made.betas).all()
    steps = np.sqrt(1 - made.betas)
    variance = 0.0
    for step, beta in zip(steps, made.betas, strict=True):  # one step after another
        variance = step**2 * variance + beta
    assert variance == pytest.approx(1 - made.alpha_bars[-1])


def test_noised_points_have_the_variance_of_the_formula():
    tz.manual_seed(0)
    made = models.Diffusion(models.MLPDenoiser(1, 8, 4), 50)
    x = np.full((40_000, 1), 2.0, np.float32)
    for t in (0, 10, 49):
        noise = tz.random.normal(x.shape)
        y = made.add_noise(x, np.full(len(x), t), noise).numpy()
        bar = made.alpha_bars[t]
        assert y.mean() == pytest.approx(2 * math.sqrt(bar), abs=0.02)
        assert y.var() == pytest.approx(1 - bar, abs=0.02)


def exact_noise(made, mean, std):
    """The best noise predictor for x₀ ~ N(mean, std²): E[ε | x_t], in closed form."""

    def predict(x, t):
        bar = made.alpha_bars[np.asarray(t)][:, None]
        whole = bar * std**2 + 1 - bar
        return (np.asarray(x) - np.sqrt(bar) * mean) * np.sqrt(1 - bar) / whole

    return predict


@pytest.mark.parametrize("sampler", ["sample", "ddim", "stochastic"])
def test_samplers_reach_a_gaussian_whose_noise_is_known(sampler):
    tz.manual_seed(1)
    made = models.Diffusion(models.MLPDenoiser(1, 8, 4), 200)
    predict = exact_noise(made, 1.5, 0.5)
    if sampler == "sample":
        x = made.sample((6000, 1), predict)
    else:
        x = made.ddim((6000, 1), 100, float(sampler == "stochastic"), predict)
    assert x.numpy().mean() == pytest.approx(1.5, abs=0.03)
    assert x.numpy().std() == pytest.approx(0.5, abs=0.03)


def test_ddim_with_all_steps_and_noise_is_ddpm():
    made = models.Diffusion(models.MLPDenoiser(1, 8, 4), 30)
    rng = np.random.default_rng(0)
    x, noise, fresh = (rng.normal(size=(5, 1)) for _ in range(3))
    for t in range(1, 30):
        np.testing.assert_allclose(made.leap_back(x, t, t - 1, noise, 1.0, fresh),
                                   made.step_back(x, t, noise, fresh), rtol=1e-9)  # fmt: skip


def test_guidance_goes_beyond_the_class_by_as_much_as_it_tells():
    tz.manual_seed(3)
    net = models.PatchUNet(4, 3)
    tz.nn.init.normal_(net.leave.weight)
    made = models.Diffusion(net, 10)
    x, t, y = tz.random.normal((3, 1, 28, 28)), np.array([1, 5, 9]), np.array([0, 2, 1])
    with tz.no_grad():
        told, untold = net(x, t, y).numpy(), net(x, t).numpy()
        assert abs(told - untold).max() > 1e-3
        for weight in (0.0, 1.0, 2.5):
            found = made.guided(y, weight)(x, tz.asarray(t)).numpy()
            np.testing.assert_allclose(found, (1 + weight) * told - weight * untold, atol=1e-4)


# -- the variational autoencoder ------------------------------------------------------------


def test_the_elbo_is_the_mean_of_its_draws():
    tz.manual_seed(2)
    model = models.VAE(6, 8, 2)
    x = (np.random.default_rng(0).random((3, 6)) < 0.5).astype(np.float32)
    with tz.no_grad():
        mean, log_var = (v.numpy().astype(float) for v in model.encode(x))
        draws = np.mean([model.loss(x).item() for _ in range(400)])
        z = mean + np.exp(log_var / 2) * np.random.default_rng(1).normal(size=(400, 3, 2))
        logits = model.decode(z.reshape(-1, 2).astype("f")).numpy().reshape(400, 3, 6)
        log_p = (x * logits - np.logaddexp(0, logits)).sum(-1)
        prior = (-0.5 * z**2 - 0.5 * math.log(2 * math.pi)).sum(-1)
        code = (-0.5 * ((z - mean) ** 2 / np.exp(log_var) + log_var + math.log(2 * math.pi))).sum(
            -1
        )
        bound = model.log_likelihood(x, 200).numpy().mean()
    by_hand = -(log_p + prior - code).mean()
    assert draws == pytest.approx(by_hand, abs=0.03)
    assert bound >= -by_hand - 0.01  # importance sampling only tightens it


# -- attention and language -----------------------------------------------------------------


def gpt():
    tz.manual_seed(4)
    return models.GPT(13, context=12, layers=2, heads=2, width=16).eval()


def test_attention_rows_are_shares_and_look_back_only():
    for rows in gpt().attention([[1, 5, 2, 7, 3]]):
        weights = rows.numpy()
        np.testing.assert_allclose(weights.sum(-1), 1, atol=1e-6)
        assert (weights[..., np.triu_indices(5, 1)[0], np.triu_indices(5, 1)[1]] == 0).all()


def test_a_later_token_changes_nothing_before_it():
    model = gpt()
    first, second = model([[1, 5, 2, 7]]).numpy(), model([[1, 5, 2, 9]]).numpy()
    np.testing.assert_array_equal(first[:, :3], second[:, :3])
    assert np.abs(first[:, 3] - second[:, 3]).max() > 1e-4


def test_cached_generation_is_generation():
    model = gpt()
    for temperature in (0.0, 1.0):
        made = []
        for cached in (True, False):
            tz.manual_seed(5)
            made.append(model.generate([[1, 2], [3, 4]], 16, temperature, 5, cached=cached))
        np.testing.assert_array_equal(*made)  # also beyond the context of 12


def test_the_cache_gives_the_logits_of_the_whole():
    model = gpt()
    ids = np.array([[1, 5, 2, 7, 3]])
    whole = model(ids).numpy()
    z, cache = model.advance(ids[:, :3])
    for t in (3, 4):
        z, cache = model.advance(ids[:, t : t + 1], cache)
        np.testing.assert_allclose(z.numpy()[:, 0], whole[:, t], rtol=1e-4, atol=1e-5)


def test_a_sequence_beyond_the_context_is_refused():
    with pytest.raises(ShapeError, match="at most 12"):
        gpt()(np.ones((1, 13), int))


def test_recurrent_generation_goes_on_from_its_state():
    tz.manual_seed(0)
    model = models.CharLSTM(9, 4, 6).eval()
    made = model.generate([[1, 2, 3]], 5, temperature=0.0)
    again = np.array([[1, 2, 3]])
    for _ in range(5):
        again = np.concatenate([again, model(again)[:, -1:].numpy().argmax(-1)], axis=1)
    np.testing.assert_array_equal(made, again)


def test_tokens_are_drawn_in_their_shares():
    tz.manual_seed(0)
    z = np.log(np.array([[0.1, 0.6, 0.3]]))
    many = draw_token(np.repeat(z, 20_000, axis=0), 1.0)
    np.testing.assert_allclose(np.bincount(many) / 20_000, [0.1, 0.6, 0.3], atol=0.015)
    top = draw_token(np.repeat(z, 2_000, axis=0), 1.0, top_k=2)
    assert set(top) == {1, 2}
    cold = draw_token(np.repeat(z, 2_000, axis=0), 0.05)
    assert set(cold) == {1}
    with pytest.raises(ArgumentError, match="negative"):
        draw_token(z, -1.0)


def test_padding_changes_no_answer_of_bert():
    tz.manual_seed(0)
    model = models.BERT(20, 8, 2, 2, 8).eval()
    short = model.classify([[2, 5, 7]]).numpy()
    long = model.classify([[2, 5, 7, 0, 0]]).numpy()
    np.testing.assert_allclose(short, long, rtol=1e-4, atol=1e-5)


def test_guessing_at_some_places_is_guessing_everywhere_and_looking_there():
    tz.manual_seed(0)
    model = models.BERT(20, 8, 1, 2, 8, dropout=0.0)
    ids, at = np.array([[1, 5, 6, 7], [2, 8, 9, 0]]), np.array([[0, 3], [2, 1]])
    some, every = model.guess(ids, at).numpy(), model.guess(ids).numpy()
    np.testing.assert_allclose(some, np.take_along_axis(every, at[..., None], 1), rtol=1e-5)
    target = np.array([[4, 5], [6, 7]])
    whole = np.full((2, 4), -100)
    np.put_along_axis(whole, at, target, 1)
    there, all_of_it = model.guess_loss(ids, target, at), model.guess_loss(ids, whole)
    assert there.item() == pytest.approx(all_of_it.item(), rel=1e-6)


def test_attention_of_bert_adds_up_to_one_and_leaves_padding_out():
    tz.manual_seed(0)
    model = models.BERT(20, 8, 2, 2, 8).eval()
    found = model.attention([[1, 5, 6, 0]])
    assert [w.shape for w in found] == [(1, 2, 4, 4)] * 2
    for w in found:
        np.testing.assert_allclose(w.numpy().sum(3), 1, rtol=1e-5)
        assert (w.numpy()[..., 3] == 0).all()


def test_covering_follows_its_shares():
    tz.manual_seed(0)
    ids = np.full((200, 100), 7)
    covered, target = (a.numpy() for a in models.cover(ids, 3, 50, special=4))
    chosen = target != -100
    assert chosen.mean() == pytest.approx(0.15, abs=0.01)
    assert (target[chosen] == 7).all()
    assert (covered[~chosen] == 7).all()
    assert (covered[chosen] == 3).mean() == pytest.approx(0.8, abs=0.03)
    assert (covered[chosen] == 7).mean() == pytest.approx(0.1 + 0.1 / 46, abs=0.03)
    assert covered[chosen & (covered != 3)].min() >= 4


# -- graphs, tables, regressions ------------------------------------------------------------


@pytest.mark.parametrize("kind", [models.GCN, models.GAT, models.GraphSAGE])
def test_renaming_nodes_renames_rows(kind):
    tz.manual_seed(0)
    model = kind(3, 2).eval()
    rng = np.random.default_rng(0)
    x = rng.normal(size=(4, 3)).astype("f")
    order = np.array([2, 0, 3, 1])
    place = np.argsort(order)
    np.testing.assert_allclose(model(x[order], place[RING]).numpy(), model(x, RING).numpy()[order],
                               atol=1e-5)  # fmt: skip


def test_the_slope_of_matrix_factorisation_is_that_of_the_slide():
    tz.manual_seed(0)
    model = models.MatrixFactorization(4, 5, 3, biased=False)
    rng = np.random.default_rng(0)
    user, item = rng.integers(0, 4, 12), rng.integers(0, 5, 12)
    rating = rng.uniform(1, 5, 12).astype("f")
    (12 * model.loss(user, item, rating, ridge=0.1)).backward()
    u, v = model.user.weight.numpy(), model.item.weight.numpy()
    wanted = np.zeros_like(u)
    for a, b, r in zip(user, item, rating, strict=True):
        wanted[a] += -2 * (r - u[a] @ v[b]) * v[b] + 2 * 0.1 * u[a]
    np.testing.assert_allclose(model.user.weight.grad.numpy(), wanted, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("ridge", [0.0, 2.0])
def test_linear_regression_is_that_of_scikit_learn(ridge):
    from sklearn.linear_model import LinearRegression, Ridge

    rng = np.random.default_rng(0)
    x = rng.normal(3, 2, (50, 4))
    y = x @ rng.normal(size=(4, 2)) + rng.normal(size=(50, 2))
    model = models.LinearRegression(4, 2)
    model.solve(x, y, ridge)
    peer = (Ridge(ridge) if ridge else LinearRegression()).fit(x, y)
    np.testing.assert_allclose(model.linear.weight.numpy(), peer.coef_, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(model.linear.bias.numpy(), peer.intercept_, rtol=1e-4, atol=1e-4)


def test_adaline_settles_at_least_squares():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(40, 2)).astype("f")
    t = np.where(x[:, 0] + 0.3 * rng.normal(size=40) > 0, 1.0, -1.0).astype("f")
    model = models.Adaline(2)
    optimizer = optim.SGD(model.parameters(), lr=0.3)
    for _ in range(150):
        optimizer.zero_grad()
        model.loss(x, t).backward()
        optimizer.step()
    best = np.linalg.lstsq(np.c_[x, np.ones(40)], t, rcond=None)[0]
    np.testing.assert_allclose(model.unit.weight.numpy()[0], best[:2], atol=1e-4)
    assert (model.classify(x).numpy() == (t > 0)).mean() > 0.85


# -- the course's own -----------------------------------------------------------------------


def test_taps_find_the_volume():
    tank = models.WaterTank(2, outflow=1.0)
    optimizer = optim.Adam(tank.parameters(), lr=0.05)
    for _ in range(200):
        optimizer.zero_grad()
        tank.loss([[4.0, 2.0]], [10.0], [35.0]).backward()
        optimizer.step()
    k = tank.settings().numpy()
    assert 10 * (4 * k[0] + 2 * k[1] - 1) == pytest.approx(35, abs=0.05)
    assert ((k > 0) & (k < 1)).all()


def test_the_factory_loses_nothing_and_collapses_to_one_stage():
    tz.manual_seed(0)
    factory = models.CocktailFactory((4, 3, 3, 2))
    x = np.random.default_rng(0).uniform(0, 2, (5, 4)).astype("f")
    y = factory(x).numpy()
    np.testing.assert_allclose(y.sum(1), x.sum(1), rtol=1e-5)
    np.testing.assert_allclose(y, x @ factory.whole().numpy().T, rtol=1e-5)
    narrow = models.CocktailFactory((4, 3, 3, 2), capacity=1.0)
    assert (narrow(x).numpy().sum(1) < x.sum(1)).all()


def test_traces_are_scaled_into_hasse_s_interval():
    model = models.EllipticMLP(5, 2, (4,))
    np.testing.assert_allclose(model.scale.numpy() ** 2, [2, 3, 5, 7, 11], rtol=1e-6)


def test_embeddings_of_a_siamese_network_have_length_one():
    tz.manual_seed(0)
    model = models.Siamese(6, 2)
    x = np.random.default_rng(0).random((3, 28, 28)).astype("f")
    np.testing.assert_allclose((model(x).numpy() ** 2).sum(1), 1, rtol=1e-5)
    assert model.distance(x, x).numpy().max() < 1e-4


def test_an_unknown_choice_is_refused():
    with pytest.raises(ArgumentError, match="choose among relu, tanh"):
        models.MLP((2, 1), "cube")
    with pytest.raises(ArgumentError, match="at least an input and an output"):
        models.MLP((2,))
    with pytest.raises(ArgumentError, match="ask for 1 to 5 steps"):
        models.Diffusion(models.MLPDenoiser(2, 8, 4), 5).ddim((1, 2), 6)

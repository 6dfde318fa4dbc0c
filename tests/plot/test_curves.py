"""Figures of functions: what stands on the axes is the function."""

import sys

import numpy as np
import pytest

pytest.importorskip("matplotlib")

import tiza as tz
from tiza import nn, optim, plot
from tiza.errors import ArgumentError, MissingExtraError
from tiza.nn import functional as F
from tiza.plot.descent import LANDSCAPES, RACERS
from tiza.plot.surface import filter_normalised
from tiza.plot.words import BUTTONS, WORDS


def drawn(ax, label: str) -> tuple[np.ndarray, np.ndarray]:
    line = next(line for line in ax.lines if line.get_label() == label)
    return np.asarray(line.get_xdata()), np.asarray(line.get_ydata())


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu", "gelu", "silu", "softplus"])
def test_activations_and_their_slopes(name: str) -> None:
    fig = plot.activations(name)
    x, y = drawn(fig.axes[0], name)
    np.testing.assert_allclose(y, getattr(F, name)(x).numpy())
    _, slope = drawn(fig.axes[1], name)
    numeric = np.gradient(y, x)
    smooth = np.abs(x) > 0.02
    np.testing.assert_allclose(slope[smooth][2:-2], numeric[smooth][2:-2], atol=1e-3)


def test_an_activation_of_ones_own() -> None:
    fig = plot.activations(tz.sin, derivatives=False)
    x, y = drawn(fig.axes[0], "sin")
    np.testing.assert_allclose(y, np.sin(x))
    with pytest.raises(ArgumentError, match=r"nn\.functional has no function 'sinus'"):
        plot.activations("sinus")


def test_losses_of_the_margin() -> None:
    ax = plot.losses().axes[0]
    formulas = {
        "0/1 loss": lambda m: (m <= 0) * 1.0,
        "perceptron: max(−m, 0)": lambda m: np.maximum(-m, 0),
        "hinge: max(1 − m, 0)": lambda m: np.maximum(1 - m, 0),
        "squared hinge": lambda m: np.maximum(1 - m, 0) ** 2,
        "logistic: log(1 + e⁻ᵐ)": lambda m: np.log1p(np.exp(-m)),
        "exponential: e⁻ᵐ": lambda m: np.exp(-m),
    }
    for label, formula in formulas.items():
        m, y = drawn(ax, label)
        np.testing.assert_allclose(y, formula(m), atol=1e-12)


def test_losses_of_the_residual() -> None:
    ax = plot.losses(of="residual").axes[0]
    formulas = {
        "squared: r²": np.square,
        "absolute: |r|": np.abs,
        "Huber, δ = 1": lambda r: np.where(abs(r) <= 1, r**2 / 2, abs(r) - 0.5),
        "log cosh r": lambda r: np.log(np.cosh(r)),
        "quantile, τ = 0.8": lambda r: np.where(r < 0, -0.8 * r, 0.2 * r),
    }
    for label, formula in formulas.items():
        r, y = drawn(ax, label)
        np.testing.assert_allclose(y, formula(r), atol=1e-12)
    with pytest.raises(ArgumentError, match="of cannot be 'distance'"):
        plot.losses(of="distance")
    with pytest.raises(ArgumentError, match="losses cannot be 'hinge'"):
        plot.losses("hinge", of="residual")


def test_a_race_takes_the_steps_of_its_optimizers() -> None:
    fig = plot.race("bowl", start=(-4.0, 2.0), optimizers=["SGD", "Adam"], steps=5)
    for name in ("SGD", "Adam"):
        x, y = drawn(fig.axes[0], name)
        p = nn.Parameter(np.array([-4.0, 2.0]))
        optimizer = RACERS[name]([p], pace=10.0)
        for k in range(5):
            assert (x[k], y[k]) == pytest.approx(tuple(p.numpy()))
            optimizer.zero_grad()
            (p[0] ** 2 / 10 + p[1] ** 2).backward()
            optimizer.step()
        _, value = drawn(fig.axes[1], name)
        np.testing.assert_allclose(value, x**2 / 10 + y**2)


@pytest.mark.parametrize("name", LANDSCAPES)
def test_every_landscape_races(name: str) -> None:
    fig = plot.race(name, optimizers=["momentum"], steps=8)
    _, value = drawn(fig.axes[1], "momentum")
    assert np.isfinite(value).all()
    assert value[-1] < value[0]


def test_a_race_of_ones_own() -> None:
    fig = plot.race(
        lambda x, y: x**2 + tz.cos(y),
        start=(1.0, 1.0),
        optimizers={"mine": lambda p: optim.SGD(p, lr=0.1)},
        steps=3,
        lang="es",
    )
    assert drawn(fig.axes[0], "mine")[0].shape == (4,)
    assert fig.axes[1].get_xlabel() == "paso"
    with pytest.raises(ArgumentError, match="optimizers cannot be 'Bolt'"):
        plot.race(optimizers=["Bolt"])
    with pytest.raises(ArgumentError, match="start of one or two numbers"):
        plot.race(lambda x: x**2)
    with pytest.raises(ArgumentError, match="f cannot be 'lake'"):
        plot.race("lake")


@pytest.mark.parametrize(("ending", "start"), [(".gif", b"GIF8"), (".html", b"")])
def test_a_moving_race(tmp_path, ending: str, start: bytes) -> None:
    moving = plot.race_animation("parabola", optimizers=["SGD"], steps=2)
    content = moving.save(tmp_path / f"race{ending}").read_bytes()
    assert content.startswith(start)
    assert len(content) > 2000
    assert moving.frames == 3
    with pytest.raises(ArgumentError, match="end the file name"):
        moving.save(tmp_path / "race.mp4")


def test_a_moving_page_needs_no_network_and_speaks_spanish(tmp_path) -> None:
    moving = plot.race_animation("parabola", optimizers=["SGD"], steps=2, theme="dark", lang="es")
    page = moving.save(tmp_path / "race.html").read_text("utf-8")
    assert "https:" not in page
    assert "font-awesome" not in page
    assert "fa fa-" not in page
    assert 'title="Reproducir"' in page
    assert ">En bucle<" in page
    assert not any(f">{english}<" in page for english, _ in BUTTONS)
    assert len(page) < 400_000


def test_learning_rates() -> None:
    fig = plot.learning_rates("parabola", start=2.0, rates=(0.1, 0.5, 1.2), steps=3)
    for ax, rate in zip(fig.axes, (0.1, 0.5, 1.2), strict=True):
        x = np.asarray(ax.lines[1].get_xdata())
        np.testing.assert_allclose(x, 2.0 * (1 - 2 * rate) ** np.arange(4), atol=1e-12)
    assert [ax.get_title() for ax in fig.axes] == [
        "too small: η = 0.1",
        "right: η = 0.5",
        "too big: η = 1.2",
    ]


def test_wider_networks_come_nearer_and_polynomials_do_not() -> None:
    fig = plot.approximation(widths=(2, 10, 40), power=2)
    good, bad = (np.asarray(line.get_ydata()) for line in fig.axes[2].lines)
    assert good[-1] < 0.05 < 0.9 < bad.min()
    x = np.linspace(-3, 3, 241)
    truth = np.sin(3 * x) + np.abs(x) / 2
    best = np.polyval(np.polyfit(x, truth, 2), x)  # no network with x² does better than this
    assert bad[-1] == pytest.approx(np.abs(best - truth).max(), rel=1e-6)


def test_the_decision_boundary_is_where_the_model_turns() -> None:
    model = nn.Linear(2, 1)
    model.weight.data = tz.tensor([[1.0, 0.0]])
    model.bias.data = tz.tensor([-0.5])
    X, y = [[0.0, 0.0], [1.0, 1.0]], [0, 1]
    fig = plot.decision_boundary(model, X, y, points=41)
    assert "accuracy 100.0%" in fig.axes[0].get_xlabel()
    line = fig.axes[0].collections[2].get_paths()[0].vertices
    np.testing.assert_allclose(line[:, 0], 0.5, atol=1e-6)
    three = plot.decision_boundary(nn.Linear(2, 3), X, y, points=9, names=["a", "b"], lang="es")
    assert three.axes[0].get_title() == "Frontera de decisión"
    with pytest.raises(ArgumentError, match="X must have shape"):
        plot.decision_boundary(model, [[1.0, 2.0, 3.0]], [0])


def test_directions_are_filter_normalised() -> None:
    rng = np.random.default_rng(0)
    weights = [rng.normal(size=(4, 3, 2, 2)), rng.normal(size=5)]
    kernel, bias = filter_normalised(weights, rng)
    want = np.linalg.norm(weights[0].reshape(4, -1), axis=1)
    np.testing.assert_allclose(np.linalg.norm(kernel.reshape(4, -1), axis=1), want)
    assert not bias.any()


def test_the_surface_goes_through_the_trained_loss() -> None:
    model = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
    X, Y = tz.ones((4, 2)), tz.zeros((4, 1))
    before = [p.numpy().copy() for p in model.parameters()]

    def loss():
        return F.mse_loss(model(X), Y)

    fig = plot.loss_surface(model, loss, points=5)
    assert fig.axes[0].get_ylabel() == "direction 2"
    for p, b in zip(model.parameters(), before, strict=True):
        np.testing.assert_array_equal(p.numpy(), b)
    path = [{k: v.numpy() for k, v in model.state_dict().items()}]
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    for _ in range(4):
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()
        path.append({k: v.numpy() for k, v in model.state_dict().items()})
    fig = plot.loss_surface(model, loss, path=path, points=5, lang="es")
    x, y = drawn(fig.axes[0], "camino del entrenamiento")
    assert len(x) == 5
    assert (x[-1], y[-1]) == pytest.approx((0, 0), abs=1e-6)  # the path ends at the weights


def test_figures_show_themselves() -> None:
    fig = plot.losses("hinge")
    assert fig._repr_png_().startswith(b"\x89PNG")
    assert fig._repr_html_().startswith("<img")


def test_without_matplotlib_the_extra_is_named(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'tiza\[plot\]'"):
        _ = plot.losses


def test_words_in_both_languages() -> None:
    assert all(en.strip() and es.strip() for en, es in WORDS.values())
    assert (
        plot.losses("hinge", lang="es").axes[0].get_title()
        == "Funciones de pérdida según el margen"
    )
    with pytest.raises(AttributeError):
        _ = plot.nothing

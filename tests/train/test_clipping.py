"""fit(clip_norm=…, clip_value=…): PyTorch's clipping on the step's graph, resumed to the bit."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import tiza as tz
from tiza import nn, optim
from tiza.errors import ArgumentError, CheckpointError, use_language
from tiza.lang import rows as table_rows
from tiza.nn import functional as F
from tiza.train import Trainer

from .test_resume import PressCtrlC
from .test_trainer import X, Y, assert_same_weights, figures, mlp

CLIPS = [{"clip_norm": 0.2}, {"clip_value": 0.01}, {"clip_norm": 0.3, "clip_value": 0.02}]
KINDS = [
    ("SGD", {"lr": 0.3, "momentum": 0.9}),
    ("Adagrad", {"lr": 0.1, "eps": 1e-2}),
    ("AdamW", {"lr": 0.05, "eps": 1e-2}),  # a large ε: Adam alone undoes a common factor
]


def made(**options: object) -> Trainer:
    model = mlp(0.2)
    chosen = optim.SGD(model.parameters(), lr=0.5, momentum=0.9)
    return Trainer(model, F.cross_entropy, chosen, **options)


@pytest.mark.peer
@pytest.mark.parametrize(("accumulate", "compile"), [(1, False), (1, True), (2, False)])
@pytest.mark.parametrize("clip", CLIPS)
@pytest.mark.parametrize(("kind", "options"), KINDS)
def test_twenty_steps_go_where_pytorchs_go(
    kind: str, options: dict[str, float], clip: dict[str, float], accumulate: int, compile: bool
) -> None:
    torch = pytest.importorskip("torch")
    model = mlp().double()
    peer = torch.nn.Sequential(torch.nn.Linear(2, 8), torch.nn.Tanh(), torch.nn.Linear(8, 3))
    peer.double().load_state_dict(
        {name: torch.tensor(np.array(t)) for name, t in model.state_dict().items()}
    )
    x = X.astype(np.float64)
    fitted = Trainer(model, F.cross_entropy, getattr(optim, kind)(model.parameters(), **options))
    fitted.fit(x, Y, epochs=20, batch_size=len(x) // accumulate, accumulate=accumulate,
               shuffle=False, compile=compile, verbose=0, **clip)  # fmt: skip
    optimizer = getattr(torch.optim, kind)(peer.parameters(), **options)
    for _ in range(20):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(peer(torch.tensor(x)), torch.tensor(Y)).backward()
        if "clip_norm" in clip:
            torch.nn.utils.clip_grad_norm_(peer.parameters(), clip["clip_norm"])
        if "clip_value" in clip:
            torch.nn.utils.clip_grad_value_(peer.parameters(), clip["clip_value"])
        optimizer.step()
    for name, tensor in peer.state_dict().items():
        np.testing.assert_allclose(fitted.get_weights()[name], tensor.numpy(), rtol=1e-10)


def test_one_step_by_hand() -> None:
    """w ← w − η g · min(1, c / (‖g‖ + 10⁻⁶)), by NumPy."""
    x, y = np.array([[3.0, 4.0]]), np.array([[0.0]])
    model = nn.Linear(2, 1).double()
    w, b = model.weight.numpy().copy(), model.bias.numpy().copy()
    Trainer(model, F.mse_loss, optim.SGD(model.parameters(), lr=1.0)).fit(
        x, y, clip_norm=0.5, verbose=0
    )
    slope = 2 * (x @ w.T + b)
    g = np.append(slope @ x, slope)
    g *= min(1, 0.5 / (np.linalg.norm(g) + 1e-6))
    np.testing.assert_allclose(model.weight.numpy()[0], w[0] - g[:2], rtol=1e-12)
    np.testing.assert_allclose(model.bias.numpy(), b - g[2:], rtol=1e-12)


@pytest.mark.parametrize(("accumulate", "compile"), [(1, False), (1, True), (2, False)])
@pytest.mark.parametrize("clip", CLIPS)
def test_a_run_that_was_cut_has_the_same_bits(
    clip: dict[str, float], accumulate: int, compile: bool, tmp_path: Path
) -> None:
    options = {"epochs": 3, "batch_size": 20, "accumulate": accumulate, "verbose": 0, **clip}
    whole = made(compile=compile)
    whole.fit(X, Y, **options)
    cut = made(run_dir=tmp_path / "run", compile=compile)
    cut.fit(X, Y, callbacks=[PressCtrlC(4)], **options)
    assert cut.interrupted
    again = Trainer.resume(tmp_path / "run")
    again.fit(X, Y, callbacks=[], compile=compile, verbose=0)
    assert again.settings is not None
    kept = again.settings.to_dict()
    assert {k: v for k, v in kept.items() if k.startswith("clip") and v is not None} == clip
    assert_same_weights(whole, again)
    assert figures(whole.history) == figures(again.history)


def test_resuming_with_another_bound_is_refused(tmp_path: Path) -> None:
    cut = made(run_dir=tmp_path / "run")
    cut.fit(X, Y, epochs=2, clip_norm=1.0, callbacks=[PressCtrlC(1)], verbose=0)
    with pytest.raises(CheckpointError, match="clip_norm"):
        Trainer.resume(tmp_path / "run").fit(X, Y, clip_norm=2.0, callbacks=[], verbose=0)


@pytest.mark.parametrize("accumulate", [1, 2])
@pytest.mark.parametrize("clip", CLIPS)
def test_the_printed_loop_clips_too(clip: dict[str, float], accumulate: int) -> None:
    fitted = made()
    history = fitted.fit(X, Y, epochs=3, batch_size=20, accumulate=accumulate, verbose=0, **clip)
    source = fitted.as_loop()
    for name, bound in clip.items():
        called = name.replace("clip_", "clip_grad_")
        assert f"nn.utils.{called}_(model.parameters(), {bound})\n" in source
    space: dict[str, object] = {}
    exec(compile(source, "loop", "exec"), space)  # what the user would paste
    model = mlp(0.2)
    losses = space["train"](model, X, Y)  # type: ignore[operator]
    np.testing.assert_allclose(losses, history["loss"], rtol=2e-6)
    for name, tensor in model.state_dict().items():
        np.testing.assert_allclose(tensor, fitted.get_weights()[name], rtol=2e-5, atol=1e-6)


def test_the_printed_loop_clips_what_the_optimizer_has() -> None:
    def last_layer() -> Trainer:
        model = mlp()
        return Trainer(model, F.cross_entropy, optim.SGD(model[2].parameters(), lr=0.5))

    fitted = last_layer()
    fitted.fit(X, Y, epochs=2, clip_norm=0.1, verbose=0)
    space: dict[str, object] = {}
    exec(compile(fitted.as_loop(), "loop", "exec"), space)
    model = last_layer().model
    space["train"](model, X, Y)  # type: ignore[operator]
    np.testing.assert_allclose(
        model[2].weight.numpy(), fitted.get_weights()["2.weight"], rtol=2e-5, atol=1e-6
    )


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("clip", CLIPS)
@pytest.mark.parametrize("kind", ["SGD", "Adagrad", "SparseAdam"])
def test_rows_of_tables_are_clipped_as_rows(
    kind: str, clip: dict[str, float], large: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same numbers as with the gradient written out, in the rows that were looked up."""
    if large:
        monkeypatch.setattr(table_rows, "LARGE", 0)
    random = np.random.default_rng(0)
    ids, target = random.integers(0, 20, (12, 2)), random.normal(size=(12, 2, 3))
    table = random.normal(size=(200, 3))
    model = nn.Embedding.from_pretrained(table, freeze=False, sparse=True)
    fitted = Trainer(model, F.mse_loss, getattr(optim, kind)(model.parameters(), lr=0.1))
    fitted.fit(ids, target, epochs=1, batch_size=12, shuffle=False, verbose=0, **clip)
    g = np.zeros_like(table)
    np.add.at(g, ids, 2 * (table[ids] - target) / target.size)
    if "clip_norm" in clip:
        g *= min(1, clip["clip_norm"] / (np.linalg.norm(g) + 1e-6))
    if "clip_value" in clip:
        g = np.clip(g, -clip["clip_value"], clip["clip_value"])
    steps: dict[str, Callable[[], np.ndarray]] = {
        "SGD": lambda: 0.1 * g,
        "Adagrad": lambda: 0.1 * g / (np.abs(g) + 1e-10),
        "SparseAdam": lambda: 0.1 * g / (np.abs(g) + 1e-8 / np.sqrt(1e-3)),
    }
    after = fitted.get_weights()["weight"]
    np.testing.assert_allclose(after, table - steps[kind](), rtol=1e-6)
    untouched = np.setdiff1d(np.arange(200), ids)
    assert after[untouched].tobytes() == table[untouched].tobytes()


@pytest.mark.parametrize("name", ["clip_norm", "clip_value"])
@pytest.mark.parametrize("bound", [0, -1.0, float("nan"), float("inf"), True, "1"])
def test_bounds_without_meaning(name: str, bound: object) -> None:
    with pytest.raises(ArgumentError) as refused:
        made().fit(X, Y, verbose=0, **{name: bound})
    assert str(refused.value).splitlines()[0] == f"fit: {name}={bound!r} must be > 0"
    with use_language("es"):
        assert str(refused.value).splitlines()[0] == f"fit: {name}={bound!r} debe ser > 0"


def test_a_number_of_numpy_is_a_number(tmp_path: Path) -> None:
    fitted = made(run_dir=tmp_path / "run")
    fitted.fit(X, Y, clip_norm=np.float32(0.5), batch_size=np.int64(30), verbose=0)
    assert "(model.parameters(), 0.5)" in fitted.as_loop()
    assert Trainer.resume(tmp_path / "run").settings == fitted.settings


def test_a_second_fit_may_clip_otherwise() -> None:
    one, other = made(), made()
    one.fit(X, Y, clip_norm=1e-9, verbose=0)
    other.fit(X, Y, verbose=0)
    start = mlp(0.2)[0].weight.numpy()
    assert np.abs(one.get_weights()["0.weight"] - start).max() < 1e-6
    before = one.get_weights()["0.weight"]
    one.fit(X, Y, verbose=0)
    assert np.abs(one.get_weights()["0.weight"] - before).max() > 1e-3


def test_what_was_never_finite_is_still_traced() -> None:
    tz.manual_seed(0)
    model = nn.Linear(2, 1)
    fitted = Trainer(model, lambda p, y: tz.sqrt((p - p) ** 2 - 1).mean(), "sgd")
    with pytest.raises(tz.errors.NonFiniteError):
        fitted.fit(X, Y.astype(np.float32), clip_norm=1.0, verbose=0)

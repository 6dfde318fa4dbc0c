"""What acts on the weights after every step: limits, masks, averages, and all of it resumed."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tiza import nn, optim
from tiza.errors import ArgumentError, CheckpointError
from tiza.nn import functional as F
from tiza.nn.utils import prune
from tiza.train import (
    AfterStep,
    AverageWeights,
    Callback,
    EarlyStopping,
    LambdaCallback,
    ModelCheckpoint,
    Prune,
    Trainer,
    load_weights,
)

from .test_resume import PressCtrlC
from .test_trainer import X, Y, assert_same_weights, figures, mlp, trainer

OPTIONS = {"epochs": 4, "batch_size": 32, "verbose": 0, "validation_split": 0.2}
KINDS: dict[str, Callable[[], Callback]] = {
    "limit": lambda: AfterStep(nn.MaxNorm(0.7)),
    "prune": lambda: Prune(0.5, begin=1, end=2),
    "average": lambda: AverageWeights(0.9),
    "average aside": lambda: AverageWeights(0.9, in_use=False),
}


@pytest.mark.parametrize("accumulate", [1, 2])
@pytest.mark.parametrize("batch", [2, 3, 5, 6, 8])
@pytest.mark.parametrize("kind", KINDS)
def test_a_run_that_was_cut_has_the_same_bits(
    kind: str, batch: int, accumulate: int, tmp_path: Path
) -> None:
    options = {**OPTIONS, "accumulate": accumulate}
    whole = trainer(mlp(0.3))
    whole.fit(X, Y, callbacks=[KINDS[kind]()], **options)
    cut = trainer(mlp(0.3), run_dir=tmp_path / "run")
    cut.fit(X, Y, callbacks=[KINDS[kind](), PressCtrlC(batch)], **options)
    assert cut.interrupted
    again = Trainer.resume(tmp_path / "run")
    again.fit(X, Y, callbacks=[KINDS[kind]()], verbose=0)
    assert_same_weights(whole, again)
    assert figures(whole.history) == figures(again.history)


def test_what_consists_of_settings_comes_back_by_itself(tmp_path: Path) -> None:
    whole = trainer()
    whole.fit(X, Y, callbacks=[Prune(0.5), AverageWeights(0.9)], epochs=4, verbose=0)
    cut = trainer(run_dir=tmp_path / "run", checkpoint_every=1)
    stop = LambdaCallback(on_epoch_begin=lambda epoch, logs: 1 / (2 - epoch))
    with pytest.raises(ZeroDivisionError):
        cut.fit(X, Y, callbacks=[Prune(0.5), AverageWeights(0.9), stop], epochs=4, verbose=0)
    with pytest.raises(CheckpointError, match="LambdaCallback"):
        Trainer.resume(tmp_path / "run").fit(X, Y, verbose=0)
    again = Trainer.resume(tmp_path / "run")
    assert again.kept is not None
    kept = again.kept.state["callbacks"]
    again.kept.state["callbacks"] = [c for c in kept if c["class"] != "LambdaCallback"]
    again.fit(X, Y, verbose=0)
    assert_same_weights(whole, again)


def test_no_unit_is_longer_than_its_limit() -> None:
    made = trainer(lr=0.3)
    longest: list[float] = []
    seen = LambdaCallback(on_train_batch_end=lambda batch, logs: longest.append(
        max(float(np.linalg.norm(made.model[i].weight.numpy(), axis=1).max()) for i in (0, 2))
    ))  # fmt: skip
    made.fit(X, Y, epochs=5, verbose=0, callbacks=[AfterStep(nn.MaxNorm(1.0)), seen])
    assert len(longest) == 15
    assert max(longest) <= 1 + 1e-6
    free = trainer(lr=0.3)
    free.fit(X, Y, epochs=5, verbose=0)
    assert max(np.linalg.norm(w, axis=1).max() for w in (free.model[0].weight.numpy(),)) > 1


def test_masks_hold_through_training() -> None:
    made = trainer()
    masks = prune(made.model, 0.5)
    zero = {name: ~kept for name, (_, kept) in masks.kept.items()}
    before = made.get_weights()
    made.fit(X, Y, epochs=3, verbose=0, callbacks=[AfterStep(masks)])
    after = made.get_weights()
    for name, hole in zero.items():
        assert not after[name][hole].any()
        assert (after[name][~hole] != before[name][~hole]).any()
    assert_close(masks.sparsity, 0.5)


def test_pruning_rises_along_its_curve() -> None:
    made = trainer()
    shares: list[float] = []

    def look(epoch: int, logs: object) -> None:
        weights = [made.model[i].weight.numpy() for i in (0, 2)]
        shares.append(sum(int((w == 0).sum()) for w in weights) / sum(w.size for w in weights))

    thin = Prune(0.8, begin=1, end=3)
    made.fit(X, Y, epochs=5, verbose=0, callbacks=[thin, LambdaCallback(on_epoch_end=look)])
    wanted = [0.0, 0.8 * (1 - (2 / 3) ** 3), 0.8 * (1 - (1 / 3) ** 3), 0.8, 0.8]
    assert np.abs(np.array(shares) - wanted).max() <= 0.5 / 40 + 1e-9  # 40 weights


def test_averages_are_those_of_the_formula_and_are_validated_and_saved(tmp_path: Path) -> None:
    made = trainer(metrics=[])
    steps: list[np.ndarray] = []
    watch = LambdaCallback(
        on_train_batch_end=lambda b, logs: steps.append(made.model[0].weight.numpy().copy())
    )
    first = made.get_weights()["0.weight"]
    smooth = AverageWeights(decay=0.8, warm_up=False)
    saved = ModelCheckpoint(tmp_path / "{epoch}.safetensors")
    history = made.fit(X, Y, epochs=2, batch_size=30, verbose=0, validation_data=(X, Y),
                       callbacks=[smooth, saved, watch])  # fmt: skip
    mean = first.copy()
    means = [mean := mean + (1 - 0.8) * (w - mean) for w in steps]
    kept = load_weights(tmp_path / "1.safetensors")["0.weight"]
    np.testing.assert_allclose(kept, means[2], rtol=1e-5)
    np.testing.assert_allclose(made.get_weights()["0.weight"], means[5], rtol=1e-5)
    assert_close(history["val_loss"][-1], made.evaluate(X, Y)["loss"])
    plain = trainer(metrics=[])
    plain.fit(X, Y, epochs=2, batch_size=30, verbose=0)
    np.testing.assert_array_equal(plain.get_weights()["0.weight"], steps[-1])  # undisturbed


def test_averages_count_steps_not_batches() -> None:
    model = mlp()
    made = Trainer(model, F.cross_entropy, optim.SGD(model.parameters(), lr=0.1))
    smooth = AverageWeights(0.5)
    made.fit(X, Y, epochs=2, batch_size=15, accumulate=3, verbose=0, callbacks=[smooth])
    assert smooth.average.count == 4


@pytest.mark.parametrize(
    "make",
    [
        lambda: Prune(1.5),
        lambda: Prune(0.5, begin=-1),
        lambda: Prune(0.5, begin=3, end=2),
        lambda: AverageWeights(1.5),
        lambda: AfterStep(),
        lambda: AfterStep("MaxNorm"),  # type: ignore[arg-type]
    ],
)
def test_what_has_no_meaning_is_refused(make: Callable[[], Callback]) -> None:
    with pytest.raises(ArgumentError):
        make()


def assert_close(one: float, other: float) -> None:
    assert abs(one - other) <= 1e-6 * max(abs(one), abs(other)), (one, other)


def test_the_best_averages_come_back() -> None:
    made = trainer(lr=0.5)
    stop = EarlyStopping(patience=2, restore_best_weights=True)
    history = made.fit(X, Y, epochs=12, verbose=0, validation_data=(X, Y),
                       callbacks=[AverageWeights(0.5), stop])  # fmt: skip
    assert_close(min(history["val_loss"]), made.evaluate(X, Y)["loss"])

"""fit(augment=…): pictures changed and examples mixed in training only, and resumed to the bit."""

from pathlib import Path

import numpy as np
import pytest

import tiza as tz
from tiza import nn, optim
from tiza.errors import ArgumentError, CheckpointError, ShapeError
from tiza.nn import functional as F
from tiza.train import Trainer, step_randomness

from .test_resume import PressCtrlC
from .test_trainer import X, Y, assert_same_weights, figures, mlp, trainer

PICTURES = np.random.default_rng(0).normal(size=(60, 1, 6, 6)).astype(np.float32)
CLASSES = np.arange(60) % 3
CHANGES = [nn.RandomFlip(), nn.RandomShift(1), nn.CutMix(1.0, num_classes=3)]


def pictures_trainer(**options: object) -> Trainer:
    tz.manual_seed(1)
    model = nn.Sequential(nn.Flatten(), nn.Linear(36, 3))
    return Trainer(model, F.cross_entropy, optim.Adam(model.parameters()), **options)


def test_the_first_step_is_that_of_the_changed_batch() -> None:
    mix = nn.Mixup(0.4, num_classes=3)
    made = trainer(mlp())
    made.fit(X, Y, epochs=1, batch_size=90, shuffle=False, augment=mix, verbose=0)
    model = mlp()
    optimizer = optim.Adam(model.parameters(), lr=0.05)
    with step_randomness(0, 1):
        x, target = mix(tz.asarray(X), tz.asarray(Y))
        loss = F.cross_entropy(model(x), target)
    loss.backward()
    optimizer.step()
    np.testing.assert_allclose(made.get_weights()["0.weight"], model[0].weight.numpy(), rtol=1e-6)
    assert abs(made.history["loss"][0] - loss.item()) < 1e-6


def test_only_training_is_changed() -> None:
    made = pictures_trainer()
    history = made.fit(PICTURES, CLASSES, epochs=2, augment=lambda x: x * 0.0, verbose=0,
                       validation_data=(PICTURES, CLASSES))  # fmt: skip
    weight = made.get_weights()["1.weight"]
    pictures_weight = pictures_trainer().get_weights()["1.weight"]
    np.testing.assert_array_equal(weight, pictures_weight)  # inputs of 0 teach no weight
    assert abs(history["val_loss"][-1] - made.evaluate(PICTURES, CLASSES)["loss"]) < 1e-6
    assert history["val_loss"][-1] != history["loss"][-1]


@pytest.mark.parametrize("accumulate", [1, 2])
@pytest.mark.parametrize("batch", [1, 4, 5])
def test_a_run_that_was_cut_has_the_same_bits(batch: int, accumulate: int, tmp_path: Path) -> None:
    options = {"epochs": 3, "batch_size": 20, "verbose": 0, "accumulate": accumulate,
               "augment": CHANGES}  # fmt: skip
    whole = pictures_trainer()
    whole.fit(PICTURES, CLASSES, **options)
    cut = pictures_trainer(run_dir=tmp_path / "run")
    cut.fit(PICTURES, CLASSES, callbacks=[PressCtrlC(batch)], **options)
    assert cut.interrupted
    again = Trainer.resume(tmp_path / "run")
    again.fit(PICTURES, CLASSES, callbacks=[], verbose=0)
    assert_same_weights(whole, again)
    assert figures(whole.history) == figures(again.history)


def test_resuming_with_other_changes_is_refused(tmp_path: Path) -> None:
    cut = pictures_trainer(run_dir=tmp_path / "run")
    cut.fit(PICTURES, CLASSES, epochs=2, augment=CHANGES, callbacks=[PressCtrlC(1)], verbose=0)
    with pytest.raises(CheckpointError, match="augment"):
        Trainer.resume(tmp_path / "run").fit(PICTURES, CLASSES, callbacks=[], augment=CHANGES[:1])


def test_functions_must_be_given_again(tmp_path: Path) -> None:
    def faint(x: tz.Tensor) -> tz.Tensor:
        return x * 0.5

    cut = pictures_trainer(run_dir=tmp_path / "run")
    cut.fit(PICTURES, CLASSES, epochs=2, augment=faint, callbacks=[PressCtrlC(1)], verbose=0)
    with pytest.raises(CheckpointError) as refused:
        Trainer.resume(tmp_path / "run").fit(PICTURES, CLASSES, callbacks=[], verbose=0)
    assert str(refused.value).splitlines()[0] == (
        "the run's augment had faint, which is code of yours and cannot be rebuilt"
    )
    again = Trainer.resume(tmp_path / "run")
    again.fit(PICTURES, CLASSES, callbacks=[], augment=faint, verbose=0)
    whole = pictures_trainer()
    whole.fit(PICTURES, CLASSES, epochs=2, augment=faint, verbose=0)
    assert_same_weights(whole, again)


@pytest.mark.parametrize("accumulate", [1, 2])
def test_the_printed_loop_changes_batches_too(accumulate: int) -> None:
    made = pictures_trainer()
    made.fit(PICTURES, CLASSES, epochs=2, batch_size=20, accumulate=accumulate, augment=CHANGES,
             verbose=0)  # fmt: skip
    source = made.as_loop()
    assert "x, target = nn.CutMix(alpha=1.0, num_classes=3)(x, target)" in source
    space: dict[str, object] = {}
    exec(compile(source, "loop", "exec"), space)  # what the user would paste
    other = pictures_trainer()
    space["train"](other.model, PICTURES, CLASSES)  # type: ignore[operator]
    theirs = other.model[1].weight.numpy()
    np.testing.assert_allclose(made.get_weights()["1.weight"], theirs, rtol=1e-5, atol=1e-7)


def test_what_cannot_be_is_said() -> None:
    made = pictures_trainer()
    for wrong in ("flip", [3], lambda: 0, lambda a, b, c: a):
        with pytest.raises(ArgumentError, match="augment"):
            made.fit(PICTURES, CLASSES, augment=wrong, verbose=0)
    with pytest.raises(ArgumentError) as weighted:
        made.fit(PICTURES, CLASSES, class_weight="balanced", augment=CHANGES, verbose=0)
    assert str(weighted.value).splitlines()[0] == (
        "CutMix mixes examples, which then have no weight of their own"
    )
    made.fit(PICTURES, CLASSES, class_weight="balanced", augment=CHANGES[:2], verbose=0)
    with pytest.raises(ShapeError):
        trainer().fit(X, Y, augment=nn.RandomFlip(), verbose=0)


class Sum(nn.Module):
    """Two inputs, one answer."""

    def __init__(self) -> None:
        super().__init__()
        self.part = nn.Linear(2, 3)

    def forward(self, a: tz.Tensor, b: tz.Tensor) -> tz.Tensor:
        return self.part(a + b)


def test_a_model_of_two_inputs_is_refused() -> None:
    with pytest.raises(ArgumentError) as refused:
        Trainer(Sum(), F.cross_entropy).fit((X, X), Y, augment=nn.GaussianNoise(), verbose=0)
    assert str(refused.value).splitlines()[0] == (
        "augment changes models of one input; this one has 2"
    )


class Faint(nn.Module):
    """Half of x: a class of the user's."""

    def forward(self, x: tz.Tensor) -> tz.Tensor:
        return x * 0.5


def test_classes_must_be_given_again_too(tmp_path: Path) -> None:
    cut = pictures_trainer(run_dir=tmp_path / "run")
    cut.fit(PICTURES, CLASSES, epochs=2, augment=[Faint()], callbacks=[PressCtrlC(1)], verbose=0)
    with pytest.raises(CheckpointError, match="Faint"):
        Trainer.resume(tmp_path / "run").fit(PICTURES, CLASSES, callbacks=[], verbose=0)
    assert "x = Faint(x)" in cut.as_loop()

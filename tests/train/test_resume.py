"""Saving, continuing, interrupting: in one process."""

import json
import signal
import threading
from pathlib import Path

import numpy as np
import pytest

import tiza as tz
from tiza import nn, optim
from tiza.data import Preparation, Standardize
from tiza.errors import CheckpointError, StoreError
from tiza.nn import functional as F
from tiza.train import (
    Callback,
    EarlyStopping,
    LearningRateScheduler,
    ModelCheckpoint,
    Store,
    StoreWarning,
    Trainer,
    load_weights,
)
from tiza.train.blueprint import build, build_loss, describe, describe_loss
from tiza.train.store import home

from .test_trainer import X, Y, assert_same_weights, figures, mlp, trainer


class PressCtrlC(Callback):
    """Interrupts at one batch of the whole run, `times` times."""

    def __init__(self, batch: int, times: int = 1) -> None:
        self.left, self.times = batch, times

    def on_train_batch_end(self, batch: int, logs: object) -> None:
        self.left -= 1
        if self.left == 0:
            for _ in range(self.times):
                signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("batch", [1, 2, 3, 4, 11, 17, 18])
def test_ctrl_c_ends_cleanly_and_goes_on_to_the_same_bits(batch: int, tmp_path: Path) -> None:
    options = {"epochs": 6, "batch_size": 32, "verbose": 0}
    whole = trainer(mlp(0.3))
    whole.fit(X, Y, **options)
    cut = trainer(mlp(0.3), run_dir=tmp_path / "run")
    history = cut.fit(X, Y, callbacks=[PressCtrlC(batch)], **options)
    assert len(history) == batch // 3
    again = Trainer.resume(tmp_path / "run")
    if batch == 18:
        assert not cut.interrupted
    else:
        assert cut.interrupted
        assert Store().find("last").status == "interrupted"
        again.fit(X, Y, callbacks=[], verbose=0)
    assert_same_weights(whole, again)
    assert figures(whole.history) == figures(again.history)
    assert Store().find("last").status == "finished"


def test_what_ctrl_c_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cut = trainer(run_dir=tmp_path / "run")
    cut.fit(X, Y, epochs=3, callbacks=[PressCtrlC(5)], verbose=2)
    assert capsys.readouterr().out.splitlines()[-1] == (
        f"interrupted in epoch 2, after batch 2; kept in {tmp_path / 'run'}; "
        f"continue with tz.Trainer.resume({str(tmp_path / 'run')!r})"
    )
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_the_second_ctrl_c_quits(tmp_path: Path) -> None:
    made = trainer(run_dir=tmp_path / "run")
    with pytest.raises(KeyboardInterrupt):
        made.fit(X, Y, epochs=3, callbacks=[PressCtrlC(5, times=2)], verbose=0)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert Store().find("last").status == "interrupted"
    assert len(Trainer.resume(tmp_path / "run").fit(X, Y, callbacks=[], verbose=0)) == 3


def test_a_thread_may_train() -> None:
    done: list[int] = []
    thread = threading.Thread(target=lambda: done.append(len(trainer().fit(X, Y, verbose=0))))
    thread.start()
    thread.join()
    assert done == [1]


def test_a_saved_file_is_the_trainer(tmp_path: Path) -> None:
    tz.manual_seed(3)
    model = nn.Sequential(
        nn.Linear(2, 4), nn.LeakyReLU(0.2), nn.Sequential(nn.Dropout(0.1), nn.Linear(4, 3, False))
    )
    loss = nn.CrossEntropyLoss(label_smoothing=0.1)
    made = Trainer(model, loss, optim.AdamW(model.parameters(), 0.02, betas=(0.8, 0.9)), ["f1"])
    made.fit(X, Y, epochs=2, validation_split=0.1, verbose=0)
    path = made.save(tmp_path / "model.safetensors")
    again = Trainer.resume(path)
    assert_same_weights(made, again)
    assert repr(again.model) == repr(made.model)
    assert again.loss.label_smoothing == 0.1
    assert again.optimizer.param_groups[0]["betas"] == (0.8, 0.9)
    assert again.evaluate(X, Y) == made.evaluate(X, Y)
    assert again.evaluate(X, Y).baseline.scores == made.evaluate(X, Y).baseline.scores
    for each in (made, again):
        each.fit(X, Y, epochs=2, verbose=0)
    assert_same_weights(made, again)
    assert figures(made.history) == figures(again.history)
    assert len(again.history) == 4


def test_what_is_frozen_stays_frozen(tmp_path: Path) -> None:
    made = trainer()
    made.model[0].weight.requires_grad_(False)
    again = Trainer.resume(made.save(tmp_path / "m.safetensors"))
    assert [p.requires_grad for p in again.model.parameters()] == [False, True, True, True]
    for each in (made, again):
        each.fit(X, Y, verbose=0)
    assert_same_weights(made, again)


def test_a_finished_run_can_be_trained_further(tmp_path: Path) -> None:
    made = trainer(run_dir=tmp_path / "run")
    made.fit(X, Y, epochs=2, verbose=0)
    again = Trainer.resume(tmp_path / "run")
    again.fit(X, Y, epochs=3, verbose=0)
    assert len(again.history) == 5
    assert len(Store().metrics(Store().find("last").id, "loss")) == 5
    assert (tmp_path / "run" / "history.csv").read_text().count("\n") == 6
    assert_same_weights(again, Trainer.resume(tmp_path / "run"))


def test_the_folder_of_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = trainer(run_dir=True, name="blobs", seed=5)
    made.fit(X, Y, epochs=2, validation_split=0.1, verbose=0)
    (run,) = (tmp_path / "runs").iterdir()
    facts = json.loads((run / "run.json").read_text())
    assert facts["config"]["fit"]["batch_size"] == 32
    assert facts["config"]["optimizer"]["class"] == "Adam"
    assert (facts["seed"], facts["status"], facts["parameters"]) == (5, "finished", 51)
    assert facts["data"]["rows"] == 81
    assert facts["data"]["validation_rows"] == 9
    assert len(facts["data"]["sha256"]["train"]) == 64
    found = load_weights(run / "weights.safetensors")
    for name, array in made.get_weights().items():
        np.testing.assert_array_equal(found[name], array)
    assert Store().find("last").summary["loss"] == made.history["loss"][-1]
    with pytest.raises(CheckpointError) as taken:
        trainer(run_dir=run).fit(X, Y, verbose=0)
    assert taken.value.code == "run-folder-taken"


def test_nothing_is_written_unless_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    trainer().fit(X, Y, verbose=0)
    assert list(tmp_path.iterdir()) == []
    assert not home().exists()


def test_a_failed_run_is_called_failed(tmp_path: Path) -> None:
    class Fail(Callback):
        def on_epoch_end(self, epoch: int, logs: object) -> None:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        trainer(run_dir=tmp_path / "r").fit(X, Y, callbacks=[Fail()], verbose=0)
    assert Store().find("last").status == "failed"


def test_own_classes_must_be_given_again(tmp_path: Path) -> None:
    class Mine(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = nn.Linear(2, 3)

        def forward(self, x: tz.Tensor) -> tz.Tensor:
            return self.inner(x) * 2

    def my_loss(p: tz.Tensor, t: tz.Tensor) -> tz.Tensor:
        return F.cross_entropy(p, t)

    made = Trainer(Mine(), my_loss, run_dir=tmp_path / "run")
    scheduler = LearningRateScheduler(lambda epoch: 0.01)
    made.fit(X, Y, epochs=4, callbacks=[scheduler, PressCtrlC(4)], verbose=0)
    with pytest.raises(CheckpointError) as error:
        Trainer.resume(tmp_path / "run")
    assert "a Mine cannot be rebuilt from its description" in str(error.value)
    assert "fix: pass it: tz.Trainer.resume(path, model=Mine(...))" in str(error.value)
    with pytest.raises(CheckpointError, match="my_loss"):
        Trainer.resume(tmp_path / "run", model=Mine())
    again = Trainer.resume(tmp_path / "run", model=Mine(), loss=my_loss)
    with pytest.raises(CheckpointError, match="LearningRateScheduler"):
        again.fit(X, Y, verbose=0)
    assert len(again.fit(X, Y, callbacks=[scheduler], verbose=0)) == 4
    with pytest.raises(CheckpointError, match="does not fit"):
        Trainer.resume(tmp_path / "run", model=nn.Linear(2, 3), loss=my_loss)


def test_callbacks_of_settings_come_back(tmp_path: Path) -> None:
    stopping = EarlyStopping("val_loss", patience=2, restore_best_weights=True)
    saving = ModelCheckpoint(tmp_path / "best.safetensors", save_best_only=True)
    options = {"epochs": 30, "validation_data": (X[::2], Y[::2]), "verbose": 0}
    whole = trainer(lr=1.0)
    whole.fit(X, Y, callbacks=[stopping], **options)

    class Stop(Exception):
        pass

    class Fail(Callback):
        def on_train_batch_end(self, batch: int, logs: object) -> None:
            if len(self.trainer.history) == len(whole.history) - 1:
                raise Stop

    cut = trainer(lr=1.0, run_dir=tmp_path / "run", checkpoint_every=1)
    stopping = EarlyStopping("val_loss", patience=2, restore_best_weights=True)
    with pytest.raises(Stop):
        cut.fit(X, Y, callbacks=[stopping, saving, Fail()], **options)
    again = Trainer.resume(tmp_path / "run")
    assert again.kept is not None
    again.kept.state["callbacks"].pop(2)
    again.fit(X, Y, validation_data=(X[::2], Y[::2]), verbose=0)
    assert figures(again.history) == figures(whole.history)
    assert_same_weights(again, whole)


def test_the_preparation_goes_with_the_model(tmp_path: Path) -> None:
    rows = [{"size": float(i), "kind": "ab"[i % 2], "price": 2.0 * i + 5 * (i % 2)}
            for i in range(40)]  # fmt: skip
    ready = Preparation.fit(rows, "price")
    tz.manual_seed(0)
    model = nn.Sequential(nn.Linear(len(ready.feature_names), 1), nn.Flatten(0))
    model.preparation = ready
    made = Trainer(model, F.mse_loss, optim.Adam(model.parameters(), lr=0.05))
    made.fit(ready.features(rows), ready.targets(rows), epochs=60, verbose=0)
    again = Trainer.resume(made.save(tmp_path / "m.safetensors"))
    answers = again.predict([{"size": 10.0, "kind": "a"}, {"size": 11.0, "kind": "b"}])
    np.testing.assert_allclose(answers, [20.0, 27.0], atol=3.0)
    np.testing.assert_array_equal(answers, made.predict(rows[10:12]))
    again.fit(rows, epochs=1, verbose=0)  # features and targets come from the table, too
    assert len(again.history) == 61
    assert set(again.evaluate(rows)) == {"loss"}


def test_a_transform_goes_with_the_model(tmp_path: Path) -> None:
    shifted = X * 100 + 5000
    train = slice(0, 72)
    model = mlp()
    made = Trainer(model, F.cross_entropy, transform=Standardize(), run_dir=tmp_path / "run")
    validation = {"validation_split": 0.2, "shuffle": False}
    made.fit(shifted, Y, epochs=5, verbose=0, **validation)
    by_hand = Standardize().fit(shifted[train])
    assert np.allclose(model.preparation.mean, by_hand.mean)
    other = Trainer(mlp(), F.cross_entropy)
    other.fit(by_hand.apply(shifted), Y, epochs=5, verbose=0, **validation)
    assert_same_weights(made, other)
    again = Trainer.resume(tmp_path / "run")
    np.testing.assert_array_equal(again.predict(shifted), made.predict(shifted))
    np.testing.assert_array_equal(again.predict(shifted), other.predict(by_hand.apply(shifted)))
    assert again.evaluate(shifted, Y) == other.evaluate(by_hand.apply(shifted), Y)
    assert "model.preparation" in made.as_loop()


def test_a_store_that_breaks_during_training_is_warned_of(tmp_path: Path) -> None:
    class Break(Callback):
        def on_epoch_end(self, epoch: int, logs: object) -> None:
            for path in home().iterdir():
                path.unlink()
            (home() / "runs.sqlite").write_bytes(b"not a database at all" * 100)

    made = trainer(run_dir=tmp_path / "run")
    with pytest.warns(StoreWarning, match="could not be written to the store"):
        made.fit(X, Y, epochs=2, callbacks=[Break()], verbose=0)
    assert len(made.history) == 2
    with pytest.raises(StoreError):
        trainer(run_dir=tmp_path / "other").fit(X, Y, verbose=0)


def test_descriptions_build_only_layers() -> None:
    model = nn.Sequential(
        nn.Embedding(5, 4, padding_idx=0),
        nn.Flatten(),
        nn.PReLU(),
        nn.Linear(8, 3, bias=False),
        nn.GELU("tanh"),
    )
    twin = build(json.loads(json.dumps(describe(model))))
    assert repr(twin) == repr(model)
    assert describe_loss(build_loss(describe_loss(nn.BCELoss()))) == describe_loss(nn.BCELoss())
    shared = nn.Linear(2, 2)
    for bad in (nn.Sequential(shared, shared), nn.ModuleList([shared])):
        with pytest.raises(CheckpointError):
            describe(bad)
    deep: dict[str, object] = {"class": "ReLU", "arguments": {}}
    for _ in range(60):
        deep = {"class": "Sequential", "parts": {"0": deep}}
    for hostile in (
        {"class": "Module"},
        {"class": "os.system", "arguments": {}},
        {"class": "__import__", "arguments": {"name": "os"}},
        {"class": "functional"},
        {"class": "Linear", "arguments": {"in_features": "x"}},
        {"class": "Linear", "arguments": {"in_features": 2, "out_features": 2, "evil": 1}},
        {},
        deep,
    ):
        with pytest.raises(CheckpointError):
            build(hostile)
    with pytest.raises(CheckpointError):
        build_loss({"function": "__builtins__"})

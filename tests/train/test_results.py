"""Reports and scores of trainers, schedules, full disks; the same training in PyTorch."""

from pathlib import Path

import numpy as np
import pytest

import tiza as tz
from tiza import nn, optim
from tiza.data import ArrayDataset, DataLoader, load
from tiza.errors import CheckpointError, NonFiniteError, use_language
from tiza.nn import functional as F
from tiza.optim import lr_scheduler
from tiza.train import (
    Checkpoints,
    CheckpointWarning,
    LearningRateScheduler,
    Scores,
    Trainer,
    confusion,
    mistakes,
)

from .test_resume import PressCtrlC
from .test_trainer import X, Y, assert_same_weights, mlp, trainer


def test_the_report_of_a_run(tmp_path: Path) -> None:
    made = trainer(run_dir=tmp_path / "run", name="blobs", lr=0.001)
    made.fit(X, Y, epochs=1, validation_split=0.2, verbose=0)
    page = (tmp_path / "run" / "report.html").read_text()
    assert "<h2>Learning curves</h2>" in page
    assert "<h2>Confusion matrix</h2>" not in page
    assert "51 parameters" in page
    assert "<th>optimizer.class</th><td>Adam</td>" in page
    assert f"tiza show {made.keeper.folder.id}" in page
    pictures = np.zeros((90, 4, 4), np.uint8)
    path = made.report(X, Y, classes=["red", "green", "blue"], pictures=pictures)
    page = path.read_text()
    wrong = int((made.predict(X).argmax(1) != Y).sum())
    assert page.count("<img") == wrong > 0
    assert "<h2>Confusion matrix</h2>" in page
    assert "majority class" in page
    with pytest.raises(CheckpointError):
        trainer().report()


def test_findings_are_sorted_by_confidence() -> None:
    shares = np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8], [0.7, 0.3]])
    truth = np.array([1, 0, 1, 0])
    assert confusion(shares, truth).tolist() == [[1, 1], [1, 1]]
    found = mistakes(shares, truth, classes=["no", "yes"], texts=["a", "b", "c", "d"])
    assert [(m.truth, m.guess, m.probability, m.text) for m in found] == [
        ("yes", "no", 0.9, "a"),
        ("no", "yes", 0.6, "b"),
    ]


def test_scores_read_as_a_table() -> None:
    made = trainer()
    assert str(Scores({"loss": 0.25, "f1": 0.5})) == "loss  0.2500\nf1    0.5000"
    scores = made.evaluate(X, Y)
    assert scores.beside()["accuracy"].keys() == {"model", "majority"}
    assert scores._repr_html_().startswith("<pre>metric")


def test_schedules_of_optim() -> None:
    def rates(make: object, every: str = "epoch") -> list[float]:
        model = mlp()
        made = Trainer(model, F.cross_entropy, optim.SGD(model.parameters(), lr=1e-3))
        callback = LearningRateScheduler(make(made.optimizer), every)
        return made.fit(X, Y, epochs=4, callbacks=[callback], verbose=0)["lr"]

    assert rates(lambda o: lr_scheduler.StepLR(o, 2, 0.1)) == pytest.approx(
        [1e-3, 1e-3, 1e-4, 1e-4]
    )
    halves = rates(lambda o: lr_scheduler.ExponentialLR(o, 0.5), "batch")
    assert halves == pytest.approx([1e-3 / 8, 1e-3 / 64, 1e-3 / 512, 1e-3 / 4096])
    plateau = rates(lambda o: lr_scheduler.ReduceLROnPlateau(o, patience=0, threshold=0.9))
    assert plateau == pytest.approx([1e-3, 1e-3, 1e-4, 1e-5])


def test_schedules_go_on_where_they_stood(tmp_path: Path) -> None:
    def made(run: Path | None) -> tuple[Trainer, LearningRateScheduler]:
        model = mlp()
        optimizer = optim.SGD(model.parameters(), lr=0.5)
        schedule = LearningRateScheduler(lr_scheduler.CosineAnnealingLR(optimizer, 15), "batch")
        return Trainer(model, F.cross_entropy, optimizer, run_dir=run), schedule

    whole, schedule = made(None)
    whole.fit(X, Y, epochs=5, callbacks=[schedule], verbose=0)
    cut, schedule = made(tmp_path / "r")
    cut.fit(X, Y, epochs=5, callbacks=[schedule, PressCtrlC(7)], verbose=0)
    again = Trainer.resume(tmp_path / "r")
    schedule = LearningRateScheduler(lr_scheduler.CosineAnnealingLR(again.optimizer, 15), "batch")
    again.fit(X, Y, callbacks=[schedule], verbose=0)
    assert whole.history["lr"] == again.history["lr"]
    assert_same_weights(whole, again)


def test_a_full_disk_in_the_middle_is_warned_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = Checkpoints.save, []

    def save(self: Checkpoints, step: int, state: dict[str, object]) -> Path:
        calls.append(step)
        if len(calls) == 2:
            raise CheckpointError("checkpoint-unwritable", path="x", reason="no space left")
        return real(self, step, state)

    monkeypatch.setattr(Checkpoints, "save", save)
    made = trainer(run_dir=tmp_path / "run", checkpoint_every=2)
    with pytest.warns(CheckpointWarning, match="training goes on without it: .*no space left"):
        made.fit(X, Y, epochs=2, verbose=0)
    assert len(made.history) == 2


def test_in_spanish() -> None:
    class Bad(nn.Linear):
        def forward(self, x: tz.Tensor) -> tz.Tensor:
            return tz.log(super().forward(x) * 0)

    with use_language("es"):
        with pytest.raises(NonFiniteError) as error:
            trainer(Bad(2, 3)).fit(X, Y, verbose=0)
        assert str(error.value).startswith(
            "pérdida pasó a ser NaN o infinito en la época 1, lote 1; comenzó en log(a)\n"
        )
        assert "resultado" in str(error.value)
        assert "construido en" in str(error.value)


def test_a_mapped_file_trains_as_the_array(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", X.astype(np.float64))
    options = {"epochs": 2, "validation_split": 0.2, "verbose": 0}
    mapped, plain = trainer(run_dir=tmp_path / "run"), trainer()
    data = ArrayDataset(tmp_path / "x.npy", Y)
    mapped.fit(data, **options)
    plain.fit(X, Y, **options)
    assert_same_weights(mapped, plain)
    assert mapped.evaluate(DataLoader(data)) == plain.evaluate(X, Y)
    np.testing.assert_array_equal(mapped.predict(data), plain.predict(X))


@pytest.mark.peer
@pytest.mark.parametrize("kind", ["SGD", "Adam", "AdamW"])
def test_the_same_training_in_pytorch(kind: str) -> None:
    torch = pytest.importorskip("torch")
    ours = mlp()
    theirs = torch.nn.Sequential(torch.nn.Linear(2, 8), torch.nn.Tanh(), torch.nn.Linear(8, 3))
    theirs.load_state_dict({k: torch.tensor(v.numpy()) for k, v in ours.state_dict().items()})
    options = {"momentum": 0.9} if kind == "SGD" else {}
    made = Trainer(
        ours, F.cross_entropy, getattr(optim, kind)(ours.parameters(), lr=0.02, **options), seed=3
    )
    history = made.fit(X, Y, epochs=6, batch_size=16, verbose=0)
    optimizer = getattr(torch.optim, kind)(theirs.parameters(), lr=0.02, **options)
    losses = []
    loader = DataLoader((X, Y), batch_size=16, shuffle=True, seed=3)
    for _ in range(6):
        total = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(
                theirs(torch.tensor(x.numpy())), torch.tensor(y.numpy())
            )
            loss.backward()
            optimizer.step()
            total += loss.item() * len(y)
        losses.append(total / len(X))
    np.testing.assert_allclose(history["loss"], losses, rtol=1e-4)
    for name, value in theirs.state_dict().items():
        np.testing.assert_allclose(ours.state_dict()[name].numpy(), value, rtol=1e-3, atol=1e-5)


@pytest.mark.slow
@pytest.mark.usefixtures("shared_data")
def test_mnist_is_learned_to_97_and_a_half() -> None:
    """The figure to reach: a 784-128-10 network, ten epochs of 60,000 images."""
    data = load("mnist")
    flat = [(part.x.reshape(-1, 784) / 255).astype(np.float32) for part in (data.train, data.test)]
    tz.manual_seed(0)
    model = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
    made = Trainer(model, F.cross_entropy, optim.Adam(model.parameters()), ["accuracy"])
    made.fit(flat[0], data.train.y, epochs=10, batch_size=128, verbose=0)
    assert made.evaluate(flat[1], data.test.y)["accuracy"] >= 0.975

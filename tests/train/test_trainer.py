"""fit, evaluate, predict: the numbers of the plain loop, the same bits for the same seed."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

import tiza as tz
from tiza import nn, optim
from tiza.errors import (
    ArgumentError,
    DataError,
    IndexingError,
    NonFiniteError,
    TraceError,
)
from tiza.nn import functional as F
from tiza.train import (
    Callback,
    EarlyStopping,
    History,
    LearningRateScheduler,
    TerminateOnNaN,
    Trainer,
)


def blobs(n: int = 90, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Three clouds of points in the plane."""
    random = np.random.default_rng(seed)
    y = np.arange(n) % 3
    centres = np.array([[0, 2], [2, -1], [-2, -1]])
    return (centres[y] + random.normal(0, 0.5, (n, 2))).astype(np.float32), y


def mlp(dropout: float = 0.0, seed: int = 0) -> nn.Sequential:
    tz.manual_seed(seed)
    middle = [nn.Dropout(dropout)] if dropout else []
    return nn.Sequential(nn.Linear(2, 8), nn.Tanh(), *middle, nn.Linear(8, 3))


def trainer(model: nn.Module | None = None, lr: float = 0.05, **options: object) -> Trainer:
    model = model or mlp()
    options.setdefault("metrics", ["accuracy"])
    return Trainer(model, F.cross_entropy, optim.Adam(model.parameters(), lr=lr), **options)


def assert_same_weights(one: Trainer, other: Trainer) -> None:
    a, b = one.get_weights(), other.get_weights()
    assert a.keys() == b.keys()
    for name in a:
        assert a[name].tobytes() == b[name].tobytes(), name


def figures(history: History) -> list[dict[str, float]]:
    return [{k: v for k, v in row.items() if k != "seconds"} for row in history]


X, Y = blobs()


def test_it_learns_and_reports(capsys: pytest.CaptureFixture[str]) -> None:
    made = trainer()
    history = made.fit(X, Y, epochs=15, batch_size=16, validation_split=0.2)
    assert history.columns == ["loss", "accuracy", "val_loss", "val_accuracy", "lr", "seconds"]
    assert history["val_accuracy"][-1] == 1.0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 15
    assert lines[0].startswith("epoch  1/15")
    scores = made.evaluate(X, Y)
    assert scores["accuracy"] == 1.0
    assert scores.baseline.scores["accuracy"] == pytest.approx(1 / 3)
    assert "majority class" in str(scores)
    predicted = made.predict(X)
    assert (predicted.shape, predicted.dtype) == ((90, 3), np.float32)
    assert (predicted.argmax(1) == Y).all()
    np.testing.assert_allclose(predicted, made.model.eval()(tz.asarray(X)), rtol=1e-5)


@pytest.mark.parametrize("dropout", [0.0, 0.4])
@pytest.mark.parametrize(("batch_size", "accumulate"), [(16, 1), (7, 3)])
def test_the_printed_loop_gives_the_same_numbers(
    dropout: float, batch_size: int, accumulate: int, capsys: pytest.CaptureFixture[str]
) -> None:
    fitted = trainer(mlp(dropout))
    options = {"epochs": 4, "batch_size": batch_size, "accumulate": accumulate, "verbose": 0}
    history = fitted.fit(X, Y, **options)
    space: dict[str, object] = {}
    exec(compile(fitted.as_loop(), "loop.py", "exec"), space)
    model = mlp(dropout)
    losses = space["train"](model, X, Y)
    np.testing.assert_allclose(losses, history["loss"], rtol=2e-6)
    for name, tensor in model.state_dict().items():
        np.testing.assert_allclose(tensor, fitted.get_weights()[name], rtol=2e-5, atol=1e-6)
    assert capsys.readouterr().out.count("epoch") == 4


def test_the_printed_loop_of_weights_inputs_and_groups() -> None:
    class Two(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b = nn.Linear(2, 3), nn.Linear(2, 3)

        def forward(self, x: tz.Tensor, z: tz.Tensor) -> tz.Tensor:
            return self.a(x) * self.b(z)

    def made() -> Trainer:
        tz.manual_seed(1)
        model = Two()
        groups = [
            {"params": list(model.a.parameters()), "lr": 0.1},
            {"params": list(model.b.parameters()), "lr": 0.01, "momentum": 0.9},
        ]
        return Trainer(model, nn.CrossEntropyLoss(label_smoothing=0.1), optim.SGD(groups))

    weight = np.linspace(0, 2, 90, dtype=np.float32)
    fitted = made()
    history = fitted.fit((X, X[::-1]), Y, sample_weight=weight, epochs=3, verbose=0)
    space: dict[str, object] = {}
    exec(compile(fitted.as_loop(), "loop.py", "exec"), space)
    losses = space["train"](made().model, (X, X[::-1]), Y, weight)
    np.testing.assert_allclose(losses, history["loss"], rtol=2e-6)


def test_a_plain_numpy_step_agrees() -> None:
    """One epoch of one batch of linear regression, by hand: w ← w − η ∇."""
    x = np.array([[1.0, 2.0], [3.0, -1.0], [0.5, 0.5]])
    y = np.array([[1.0], [2.0], [-1.0]])
    model = nn.Linear(2, 1).double()
    w, b = model.weight.numpy().copy(), model.bias.numpy().copy()
    Trainer(model, F.mse_loss, optim.SGD(model.parameters(), lr=0.1)).fit(
        x, y, shuffle=False, verbose=0
    )
    error = x @ w.T + b - y
    np.testing.assert_allclose(model.weight.numpy(), w - 0.1 * 2 / 3 * error.T @ x, rtol=1e-12)
    np.testing.assert_allclose(model.bias.numpy(), b - 0.1 * 2 * error.mean(0), rtol=1e-12)


def test_the_same_seed_gives_the_same_bits() -> None:
    runs = [trainer(mlp(0.3), seed=seed) for seed in (4, 4, 5)]
    histories = [r.fit(X, Y, epochs=3, validation_split=0.2, verbose=0) for r in runs]
    assert_same_weights(runs[0], runs[1])
    assert figures(histories[0]) == figures(histories[1])
    assert figures(histories[0]) != figures(histories[2])


def test_what_watches_does_not_change_the_bits(tmp_path: Path) -> None:
    class Watcher(Callback):
        def __init__(self) -> None:
            self.seen: list[str] = []

        def on_train_batch_end(self, batch: int, logs: object) -> None:
            self.seen.append(f"{batch}")
            assert self.model[0].weight.numpy().tobytes() == (
                self.trainer.get_weights()["0.weight"].tobytes()
            )

    plain = trainer(mlp(0.3))
    plain.fit(X, Y, epochs=2, verbose=0)
    watched = trainer(mlp(0.3), run_dir=tmp_path / "r", checkpoint_every=1)
    watcher = Watcher()
    watched.fit(X, Y, epochs=2, callbacks=[watcher], validation_data=(X, Y))
    assert_same_weights(plain, watched)
    assert watcher.seen == ["0", "1", "2"] * 2


def test_fit_again_trains_further() -> None:
    once, twice = trainer(), trainer()
    once.fit(X, Y, epochs=4, verbose=0)
    twice.fit(X, Y, epochs=1, verbose=0)
    twice.fit(X, Y, epochs=3, verbose=0)
    assert_same_weights(once, twice)
    assert figures(once.history) == figures(twice.history)


def test_accumulation_is_the_large_batch() -> None:
    def made() -> Trainer:
        model = mlp()
        return Trainer(model, F.cross_entropy, optim.SGD(model.parameters(), lr=0.1))

    small, large = made(), made()
    small.fit(X, Y, epochs=3, batch_size=8, accumulate=5, verbose=0)  # 90 = 2·40 + 8 + 2
    large.fit(X, Y, epochs=3, batch_size=40, verbose=0)
    for name, array in small.get_weights().items():
        np.testing.assert_allclose(array, large.get_weights()[name], rtol=1e-4, atol=1e-6)


def test_weights_are_repetitions() -> None:
    def made() -> Trainer:
        model = mlp()
        return Trainer(model, F.cross_entropy, optim.SGD(model.parameters(), lr=0.1))

    weighted, repeated = made(), made()
    weighted.fit(X, Y, epochs=2, batch_size=90, class_weight={1: 2.0}, verbose=0)
    rows = np.concatenate([np.arange(90), np.flatnonzero(Y == 1)])
    for epoch in range(2):  # the mean divides by the number of rows: 120 instead of 90
        repeated.lr = 0.1 * 120 / 90
        repeated.fit(X[rows], Y[rows], epochs=1, batch_size=120, verbose=0)
        assert len(repeated.history) == epoch + 1
    for name, array in weighted.get_weights().items():
        np.testing.assert_allclose(array, repeated.get_weights()[name], rtol=1e-4, atol=1e-6)


def test_frozen_parameters_and_other_parameters_stay() -> None:
    model = mlp()
    before = {k: v.numpy().copy() for k, v in model.state_dict().items()}
    model[0].weight.requires_grad_(False)
    made = Trainer(model, F.cross_entropy, optim.Adam([model[0].weight, model[2].weight]))
    made.fit(X, Y, epochs=2, verbose=0)
    after = model.state_dict()
    same = {name: bool((before[name] == after[name].numpy()).all()) for name in before}
    assert same == {"0.weight": True, "0.bias": True, "2.weight": False, "2.bias": True}
    assert model[2].weight.requires_grad
    model[0].weight.requires_grad_(True)
    made.fit(X, Y, epochs=1, verbose=0)
    assert not (before["0.weight"] == model[0].weight.numpy()).all()


def test_the_model_can_be_trained_by_hand_afterwards() -> None:
    fitted = trainer()
    fitted.fit(X, Y, epochs=2, verbose=0)
    model, optimizer = fitted.model, fitted.optimizer
    for _ in range(3):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(X), Y)
        loss.backward()
        optimizer.step()
    by_hand = model[0].weight.numpy().copy()
    fitted.evaluate(X, Y)
    assert (model[0].weight.numpy() == by_hand).all()
    assert fitted.get_weights()["0.weight"].tobytes() == by_hand.tobytes()
    assert optimizer.steps == 2 * 3 + 3


def test_running_statistics_are_kept() -> None:
    class Running(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(2, 3)
            self.register_buffer("mean", tz.asarray(np.zeros(2, "f4")))

        def forward(self, x: tz.Tensor) -> tz.Tensor:
            if self.training:
                self.mean = self.mean * 0.5 + x.mean(axis=0).detach() * 0.5
            return self.linear(x - self.mean)

    model = Running()
    made = Trainer(model, F.cross_entropy, optim.SGD(model.parameters(), lr=0.1))
    made.fit(X, Y, epochs=1, batch_size=30, shuffle=False, verbose=0)
    wanted = np.zeros(2)
    for part in range(3):
        wanted = wanted * 0.5 + X[part * 30 : part * 30 + 30].mean(0) * 0.5
    np.testing.assert_allclose(model.mean.numpy(), wanted, rtol=1e-5)
    before = model.mean.numpy().copy()
    made.predict(X)
    assert (model.mean.numpy() == before).all()


def test_callbacks_in_the_loop() -> None:
    seen: list[tuple[str, int]] = []

    class All(Callback):
        def on_train_begin(self, logs: object) -> None:
            seen.append(("begin", 0))

        def on_epoch_begin(self, epoch: int, logs: object) -> None:
            seen.append(("epoch", epoch))

        def on_train_batch_begin(self, batch: int, logs: object) -> None:
            seen.append(("batch", batch))

        def on_test_begin(self, logs: object) -> None:
            seen.append(("test", 0))

        def on_test_batch_end(self, batch: int, logs: object) -> None:
            seen.append(("tested", batch))

        def on_train_end(self, logs: object) -> None:
            seen.append(("end", len(self.trainer.history)))

    trainer().fit(X, Y, epochs=1, batch_size=45, validation_data=(X, Y), callbacks=[All()])
    assert seen == [
        ("begin", 0), ("epoch", 0), ("batch", 0), ("batch", 1), ("test", 0), ("tested", 0),
        ("end", 1),
    ]  # fmt: skip


def test_early_stopping_ends_with_the_best_weights() -> None:
    made = trainer(lr=1.0)
    stopping = EarlyStopping("val_loss", patience=2, restore_best_weights=True)
    history = made.fit(
        X, Y, epochs=60, validation_data=blobs(30, 1), callbacks=[stopping], verbose=0
    )
    epoch, value = history.best("val_loss")
    assert len(history) == epoch + 2 < 60
    assert made.evaluate(*blobs(30, 1))["loss"] == pytest.approx(value, rel=1e-6)


def test_schedule_and_changed_weights_take_effect() -> None:
    class Zero(Callback):
        def on_epoch_end(self, epoch: int, logs: object) -> None:
            self.trainer.set_weights({"2.bias": np.full(3, 7.0, "f4")})

    model = mlp()
    made = Trainer(model, F.cross_entropy, optim.SGD(model.parameters(), lr=0.5))
    halving = LearningRateScheduler(lambda epoch, lr: lr / 2 if epoch else 0.0)
    before = model[0].weight.numpy().copy()
    made.fit(X, Y, epochs=1, callbacks=[halving, Zero()], verbose=0)
    assert made.history["lr"] == [0.0]
    assert (model[0].weight.numpy() == before).all()
    assert model[2].bias.tolist() == [7.0, 7.0, 7.0]


def test_the_sugar_on_the_model() -> None:
    model = mlp()
    model.fit(X, Y, epochs=8, optimizer="adam", metrics=["accuracy"], verbose=0)
    history = model.fit(X, Y, epochs=2, verbose=0)
    assert len(history) == 10
    assert set(model.evaluate(X, Y)) == {"loss", "accuracy"}
    assert model.predict(X[:5]).shape == (5, 3)
    assert mlp().predict(X[:5]).shape == (5, 3)
    line = nn.Linear(2, 1)
    assert line.fit(X, X[:, :1], epochs=1, verbose=0)["loss"][0] > 0
    assert set(line.evaluate(X, X[:, :1])) == {"loss"}


# -- what is refused ------------------------------------------------------------------------


def test_the_first_nan_is_traced_to_its_line() -> None:
    class Bad(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(2, 3)

        def forward(self, x: tz.Tensor) -> tz.Tensor:
            return tz.log(self.linear(x))

    x = X.copy()
    made = trainer(Bad())
    made.model.linear.weight.data = np.ones((3, 2), "f4")
    made.model.linear.bias.data = np.zeros(3, "f4")
    before = made.get_weights()
    with pytest.raises(NonFiniteError) as error:
        made.fit(x, Y, epochs=2, shuffle=False, batch_size=90, verbose=0)
    text = str(error.value)
    assert error.value.code == "nonfinite-forward"
    assert text.startswith(
        "the loss became NaN or infinite in epoch 1, batch 1; it began in log(a)\n"
    )
    assert "test_trainer.py:" in text
    assert "in Bad" in text
    first = np.argwhere(x.sum(1) <= 0)[0, 0]
    assert f"[{first}, 0] = {x[first].sum():.6g}"[:12] in text
    for name, array in made.get_weights().items():
        assert (array == before[name]).all()


def test_a_nan_of_the_derivative_is_told_apart() -> None:
    class Root(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.w = nn.Parameter(np.zeros(3, "f4"))

        def forward(self, x: tz.Tensor) -> tz.Tensor:
            return tz.sqrt(self.w * self.w) + x.sum(axis=1, keepdims=True) * 0

    with pytest.raises(NonFiniteError) as error:
        trainer(Root()).fit(X, Y, verbose=0)
    assert error.value.code == "nonfinite-backward"
    assert "the gradient became NaN or infinite in epoch 1, batch 1" in str(error.value)
    assert "in Root" in str(error.value)


def test_a_nan_inside_a_loop_is_traced_to_its_turn() -> None:
    class Loop(nn.Linear):
        def forward(self, x: tz.Tensor) -> tz.Tensor:
            start = super().forward(x)
            last, _ = tz.scan(lambda s, _: (tz.exp(s * s), s), start, length=9)
            return last

    model = Loop(2, 3)
    with pytest.raises(NonFiniteError) as error:
        trainer(model).fit(X, Y, verbose=0)
    assert error.value.code == "nonfinite-forward"
    assert error.value.fact.endswith(("it began in exp(a)", "it began in multiply(a, b)"))
    assert "in Loop" in str(error.value)


def test_a_masked_infinity_is_passed_by() -> None:
    class Masked(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(2, 3)

        def forward(self, x: tz.Tensor) -> tz.Tensor:
            infinite = tz.exp(x[:, :1] * 0 + 200.0)
            scores = self.linear(x) + tz.where(x[:, :1] < 1e9, x[:, :1], infinite)
            return tz.log(scores - scores)

    with pytest.raises(NonFiniteError) as error:
        trainer(Masked()).fit(X, Y, verbose=0)
    assert error.value.fact.endswith("it began in log(a)")


def test_a_gradient_that_explodes_in_accumulation_is_traced() -> None:
    model = mlp()
    made = Trainer(model, F.cross_entropy, optim.SGD(model.parameters(), lr=1e39))
    with pytest.raises(NonFiniteError):
        made.fit(X, Y, epochs=5, accumulate=2, verbose=0)
    assert all(np.isfinite(a).all() for a in made.get_weights().values())


def test_terminate_on_nan_ends_quietly() -> None:
    model = mlp()
    made = Trainer(model, F.cross_entropy, optim.SGD(model.parameters(), lr=1e39))
    history = made.fit(X, Y, epochs=5, callbacks=[TerminateOnNaN()], verbose=0)
    assert len(history) < 5
    assert math.isnan(history["loss"][-1])
    assert all(np.isfinite(a).all() for a in made.get_weights().values())


def test_wrong_classes_are_named_before_training() -> None:
    with pytest.raises(IndexingError, match="3"):
        trainer().fit(X, Y + 1, verbose=0)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"epochs": -1}, ArgumentError),
        ({"epochs": True}, ArgumentError),
        ({"batch_size": 0}, ArgumentError),
        ({"accumulate": 0}, ArgumentError),
        ({"validation_split": 1.0}, ArgumentError),
        ({"shuffle": 1}, ArgumentError),
        ({"sample_weight": [1.0]}, DataError),
        ({"validation_data": X}, ArgumentError),
    ],
)
def test_arguments_without_meaning(options: dict[str, object], error: type[Exception]) -> None:
    with pytest.raises(error):
        trainer().fit(X, Y, verbose=0, **options)


def test_missing_parts() -> None:
    with pytest.raises(ArgumentError, match="needs a loss"):
        Trainer(mlp()).fit(X, Y)
    with pytest.raises(ArgumentError, match="needs targets"):
        trainer().fit(X)
    with pytest.raises(ArgumentError, match="model="):
        Trainer("mlp")
    with pytest.raises(ArgumentError, match="no parameter"):
        Trainer(mlp(), F.cross_entropy, optim.SGD(mlp().parameters())).fit(X, Y)
    with pytest.raises(ArgumentError, match="one number"):
        Trainer(mlp(), lambda p, t: p * 1).fit(X, Y)
    with pytest.raises(ArgumentError, match="no loss for each example"):
        Trainer(mlp(), lambda p, t: F.cross_entropy(p, t)).fit(X, Y, class_weight="balanced")
    with pytest.raises(ArgumentError, match=r"optimizer='adagard' must be .*adamw"):
        Trainer(mlp(), F.cross_entropy, "adagard")


def test_branching_on_numbers_is_explained() -> None:
    class Branch(nn.Linear):
        def forward(self, x: tz.Tensor) -> tz.Tensor:
            return super().forward(x) if x.sum() > 0 else x

    with pytest.raises(TraceError, match="Branch asks for a value while the step is being traced"):
        trainer(Branch(2, 3)).fit(X, Y)


class Ends(Callback):
    """Takes note of the weights that it sees in the model when epochs end."""

    def __init__(self) -> None:
        self.seen: list[np.ndarray] = []

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        self.seen.append(self.model[0].weight.numpy().copy())


class Times(Ends):
    """The same, but says that it needs no weights."""

    reads_weights = False


class Late(Times):
    """Says nothing, so that it may look."""


def test_weights_are_shown_to_who_looks_at_them() -> None:
    ends, times, late = Ends(), Times(), Late()
    runs = [trainer(), trainer(), trainer()]
    for run, callback in zip(runs, (ends, times, late), strict=True):
        run.fit(X, Y, epochs=3, batch_size=30, verbose=0, callbacks=[callback])
        assert_same_weights(run, runs[0])
    assert not np.array_equal(ends.seen[0], ends.seen[1])
    np.testing.assert_array_equal(times.seen[0], times.seen[2])  # as when training began
    np.testing.assert_array_equal(ends.seen, late.seen)

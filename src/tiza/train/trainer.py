"""The trainer: a model, a loss and an optimizer brought to data, with Keras's verbs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, Self

import numpy as np

from tiza import nn
from tiza.data import Transform
from tiza.errors import ArgumentError, CheckpointError
from tiza.metrics import Baseline, Metric, metric
from tiza.optim import Optimizer
from tiza.train import blueprint, preparing
from tiza.train.augmenting import Augment, Part
from tiza.train.callbacks import Callback, Callbacks
from tiza.train.checkpoint import save_checkpoint
from tiza.train.feed import Rows, rows_of, split_off
from tiza.train.folder import checksum
from tiza.train.glance import Glances
from tiza.train.history import History
from tiza.train.holder import Holder
from tiza.train.interrupt import interrupts
from tiza.train.keeper import Keeper
from tiza.train.loop import Loop, Place, judge, status_of
from tiza.train.progress import ProgressBar, Verbose
from tiza.train.report import write_report
from tiza.train.results import facts_of, report_of
from tiza.train.resume import Kept, keepsake, read_kept
from tiza.train.scores import Scores, beside
from tiza.train.settings import Settings
from tiza.train.source import loop_source
from tiza.train.words import word

Array = np.ndarray[Any, Any]


class Trainer(Holder):
    """Train a model: `fit`, `evaluate`, `predict`, as in Keras, on the graph of one step.

    loss: a function (prediction, target) → one number, such as those of `nn.functional`, or a
        loss module of `nn`.
    optimizer: one of `tiza.optim` on the model's parameters, or its name ("adam").
    metrics: names ("accuracy", "mae" …), `tiza.metrics` objects, or functions.
    run_dir: where the run is kept: a folder, True for `runs/<new id>`, None for nowhere.
    transform: of `tiza.data`, such as Standardize() or ImagesToFloat(): learned on the training
        rows, applied to all X of fit, evaluate and predict, kept with the model.
    seed: of the order of batches, of the validation part, of dropout. The same seed gives the
        same bits.
    compile: whether steps become machine code where that pays; fit, evaluate and predict take it,
        too, for one call.
    keep: how many checkpoints are kept. checkpoint_every: one after so many steps, besides those
        that are due by the clock and at the ends of epochs.

    A run that was killed goes on with `Trainer.resume(run_dir).fit(X, y)`, to the same bits as
    one never interrupted.

    >>> import numpy as np, tiza as tz
    >>> from tiza import nn, optim
    >>> x = np.linspace(-1, 1, 64, dtype=np.float32)[:, None]
    >>> model = nn.Linear(1, 1)
    >>> trainer = Trainer(model, nn.MSELoss(), optimizer=optim.SGD(model.parameters(), lr=0.2))
    >>> history = trainer.fit(x, 3 * x + 1, epochs=30, verbose=0)
    >>> bool(history["loss"][-1] < 1e-3), trainer.predict(x[:2]).shape
    (True, (2, 1))
    """

    def __init__(
        self,
        model: nn.Module,
        loss: Callable[..., Any] | None = None,
        optimizer: Optimizer | str = "adam",
        metrics: Sequence[str | Metric | Callable[..., object]] = (),
        *,
        run_dir: Path | str | bool | None = None,
        name: str | None = None,
        transform: Transform | None = None,
        seed: int = 0,
        keep: int = 3,
        checkpoint_every: int | None = None,
        compile: bool = True,
    ) -> None:
        if not isinstance(model, nn.Module):
            raise ArgumentError("fit-argument", verb="Trainer", name="model", got=model,
                                wanted="nn.Module")  # fmt: skip
        if isinstance(optimizer, str):
            optimizer = blueprint.optimizer_called(optimizer, model)
        self.compile = compile
        super().__init__(model, loss, optimizer, seed)
        if transform is not None:
            model.preparation = transform
        self.measure(metrics)
        self.name = name or type(model).__name__
        self.keeper = Keeper.at(run_dir, self.name, keep, checkpoint_every)
        self.history = History()
        self.baseline: Baseline | None = None
        self.settings: Settings | None = None
        self.bar: ProgressBar | None = None
        self.stop_training = self.interrupted = False
        self.inputs, self.weighted = 1, False  # of the last fit, for `as_loop`
        self.kept: Kept | None = None  # what resume has read, until fit takes it up
        self.sums: dict[str, str] = {}  # checksums of the data of the last fit
        self._told: dict[str, Any] | None = None
        self.glances = Glances(self)

    def measure(self, metrics: Sequence[str | Metric | Callable[..., object]]) -> None:
        """Measure these metrics from now on."""
        self.metric_names = [metrics] if isinstance(metrics, str | Metric) else list(metrics)
        self.metrics: list[Metric] = [metric(m, loss=self.loss) for m in self.metric_names]

    # -- the verbs ------------------------------------------------------------------------

    def fit(
        self,
        X: object,
        y: object = None,
        *,
        epochs: int | None = None,
        batch_size: int | None = None,
        validation_split: float | None = None,
        validation_data: object = None,
        callbacks: Sequence[Callback] | None = None,
        shuffle: bool | None = None,
        class_weight: object = None,
        sample_weight: object = None,
        accumulate: int | None = None,
        clip_norm: float | None = None,
        clip_value: float | None = None,
        augment: Part | Sequence[Part] | None = None,
        compile: bool | None = None,
        verbose: Verbose = "auto",
    ) -> History:
        """Train on X and y for `epochs` (1) in batches of `batch_size` (32); returns the history.

        validation_split: a share of the rows that is measured, not trained on; drawn by the seed,
            each class with its share (with shuffle=False, the last rows, as in Keras).
        validation_data: (X, y) for the same purpose.
        class_weight: {class: weight}, a list, or "balanced". sample_weight: one for each row.
        accumulate: batches whose gradients are averaged before each step of the optimizer.
        clip_norm, clip_value: the gradients of all parameters together are shortened to this
            norm, and each entry is kept between ±clip_value, before the optimizer takes them.
        augment: changes of batches in training only: [nn.RandomFlip(), nn.Mixup(num_classes=10)].
        verbose: "auto", 0 quiet, 1 bar, 2 one line for each epoch.

        After `Trainer.resume`, what is not given is as it was in the run. A second `fit` trains
        further. Ctrl-C ends after the batch, with a checkpoint; `trainer.interrupted` tells.

        Errors: DataError for data that cannot be used; NonFiniteError where a loss, gradient or
        parameter is no longer finite, traced to the operation that made it.
        """
        changes = Augment.of(augment, None if self.kept is None else self.kept.settings)
        settings = self._settle(epochs=epochs, batch_size=batch_size, accumulate=accumulate,
                                validation_split=validation_split, shuffle=shuffle,
                                clip_norm=clip_norm, clip_value=clip_value,
                                augment=changes.told())  # fmt: skip
        rows = self._rows("fit", X, y, class_weight, sample_weight)
        held = self._held(validation_data)
        sums = {"train": checksum(*rows.arrays)} if self._keeps else {}
        if held is None and settings.validation_split:
            rows, held = split_off(rows, settings.validation_split, self.seed,
                                   shuffle=settings.shuffle)  # fmt: skip
        elif held is not None and self._keeps:
            sums["validation"] = checksum(*held.arrays)
        rows, held = self._prepared(rows, held)
        loop = self._loop(rows, held, callbacks, settings, verbose, changes, compile)
        self._check_targets(rows)
        self._train(loop, sums)
        return self.history

    def evaluate(self, X: object, y: object = None, *, batch_size: int = 256,
                 sample_weight: object = None, compile: bool | None = None) -> Scores:  # fmt: skip
        """Loss and metrics on X and y, beside those of the baseline: a dict that prints as a table.

        The baseline always answers the commonest class (or the mean) of the training targets.
        """
        self.take_up()
        self._choose(compile)
        rows = self._rows("evaluate", X, y, None, sample_weight)
        rows = preparing.changed(self.model, rows, self.steps.floating)
        self._check_targets(rows)
        figures = judge(self, rows, Callbacks(()), batch_size).figures()
        return Scores(figures, beside(rows.y, self.metrics, self.baseline))

    def predict(self, X: object, *, batch_size: int = 256,
                compile: bool | None = None) -> Array:  # fmt: skip
        """The model's answers to X, as one array.

        Where the model carries a `preparation` of tables, X may be raw rows (a dict, a list of
        dicts, a DataFrame, the path of a CSV file), and the answers are values or names of classes.
        """
        quick = compile is None and self.compile
        answers = self.glances(X, batch_size) if quick else None
        if answers is not None:
            return answers
        self.take_up()
        self._choose(compile)
        raw = preparing.is_raw(self.model, X)
        features = self.model.preparation.features(X) if raw else X
        rows = rows_of(features, floating=self.steps.floating)
        rows = preparing.changed(self.model, Rows(rows.xs), self.steps.floating)
        self.steps.runs = max(self.steps.runs, len(rows) // batch_size, self.glances.ask(X))
        parts = [self.steps.predict(self.state, part) for part in rows.batches(batch_size)]
        outputs = np.concatenate(parts)
        if len(parts) == 1 and quick:
            self.glances.learn(X, rows)
        return preparing.answers(self.model, outputs) if raw else outputs

    # -- keeping --------------------------------------------------------------------------

    def save(self, path: Path | str) -> Path:
        """Write model, optimizer and history to one checked file, for `Trainer.resume`."""
        self.take_up()
        place = Place(len(self.history), 0, len(self.history), finished=True)
        self._told = None
        state = {**self.keepsake(), "place": vars(place), "tally": None, "callbacks": []}
        save_checkpoint(Path(path), state)
        return Path(path)

    @classmethod
    def resume(
        cls,
        path: Path | str,
        *,
        model: nn.Module | None = None,
        loss: Callable[..., Any] | None = None,
        optimizer: Callable[[Any], Optimizer] | None = None,
        metrics: Sequence[str | Metric | Callable[..., object]] | None = None,
    ) -> Self:
        """The trainer that a run folder or a saved file holds, ready to go on.

        A model made of layers of `tiza.nn` is rebuilt from its description; a class of your own,
        or a loss of your own, must be given. optimizer: parameters → optimizer, if it is your own.

        Errors: CheckpointError where nothing whole is there, or something does not fit.
        CheckpointWarning where the newest checkpoint is damaged and an older one is used.
        """
        kept = read_kept(Path(path))
        return kept.trainer(cls, model, loss, optimizer, metrics)

    def as_loop(self) -> str:
        """The plain loop that fit runs, as Python source with PyTorch's verbs.

        It defines `train(model, X, y)`; on the same model and data it gives the same numbers.
        """
        return loop_source(self)

    def report(self, X: object = None, y: object = None, *, classes: Sequence[str] = (),
               pictures: Array | None = None) -> Path:  # fmt: skip
        """Write the report of the run (`report.html` in its folder), with what X and y show.

        classes: the names of the classes. pictures: one for each row of X, to show the mistakes.

        Errors: CheckpointError where the run is not kept in a folder.
        """
        if self.keeper.folder is None:
            raise CheckpointError("run-folder-missing", path=str(self.run_dir))
        return write_report(self.keeper.folder, report_of(self, X, y, classes, pictures))

    def keepsake(self) -> dict[str, object]:
        """Everything about the trainer that a checkpoint holds, except how far a fit has come."""
        return keepsake(self)

    def description(self) -> dict[str, Any]:
        """Model, loss, optimizer and metrics as data, as far as they are no code of the user's."""
        if self._told is None:
            self._told = blueprint.of_trainer(self.model, self.loss, self.optimizer,
                                              self.metric_names)  # fmt: skip
        return self._told

    # -- what callbacks use ---------------------------------------------------------------

    @property
    def run_dir(self) -> Path | None:
        """The folder of the run, if it is kept."""
        return self.keeper.path

    def say(self, text: str) -> None:
        """One line for the user, above the progress bar if there is one."""
        if self.bar is not None:
            self.bar.say(text)

    # -- inside fit -----------------------------------------------------------------------

    def _choose(self, compile: bool | None) -> None:
        """Machine code or not, for this call."""
        self.steps.swift = self.compile if compile is None else compile

    @property
    def _keeps(self) -> bool:
        return self.keeper.path is not None

    def _settle(self, **given: Any) -> Settings:
        """The settings of this fit: what is given, else what the resumed run had, else defaults."""
        before = None if self.kept is None else self.kept.settings
        return Settings.of(given, before, len(self.history))

    def _rows(self, verb: str, X: object, y: object, class_weight: object,
              sample_weight: object) -> Rows:  # fmt: skip
        if self.loss is None:
            raise ArgumentError("fit-no-loss", verb=verb)
        X, y = preparing.from_table(self.model, X, y)
        rows = rows_of(X, y, floating=self.steps.floating, class_weight=class_weight,
                       sample_weight=sample_weight)  # fmt: skip
        if rows.y is None:
            raise ArgumentError("fit-no-target", verb=verb)
        return rows

    def _prepared(self, rows: Rows, held: Rows | None) -> tuple[Rows, Rows | None]:
        """Training and validation rows through the model's transform, learned on the former."""
        if not len(self.history) and self.kept is None:
            preparing.learn(self.model, rows)
        kind = self.steps.floating
        rows = preparing.changed(self.model, rows, kind)
        return rows, None if held is None else preparing.changed(self.model, held, kind)

    def _held(self, data: object) -> Rows | None:
        if data is None:
            return None
        pair = data if isinstance(data, tuple) and len(data) in (2, 3) else (data,)
        weight = pair[2] if len(pair) == 3 else None
        return self._rows("validation_data", pair[0], pair[1] if len(pair) > 1 else None, None,
                          weight)  # fmt: skip

    def _check_targets(self, rows: Rows) -> None:
        """Let the loss look at all targets at once, so that a wrong class is named beforehand."""
        assert rows.y is not None  # _rows saw to it
        self.steps.check_targets(self.state, rows)

    def _loop(self, rows: Rows, held: Rows | None, callbacks: Sequence[Callback] | None,
              settings: Settings, verbose: Verbose, changes: Augment,
              compile: bool | None) -> Loop:  # fmt: skip
        self.begin_anew()
        self._choose(compile)
        self.steps.under(changes, settings.clip)
        self._told = None
        self.inputs, self.weighted = len(rows.xs), rows.weight is not None
        self.settings, self.interrupted, self.stop_training = settings, False, False
        given = self.kept.callbacks() if callbacks is None and self.kept else list(callbacks or ())
        until, kept = settings.until, self.kept
        place = kept.place(until) if kept else Place(len(self.history), 0, until)
        loop = Loop(self, rows, held, Callbacks(given), place, settings.batch_size,
                    settings.accumulate, settings.shuffle)  # fmt: skip
        self.bar = next((c for c in given if isinstance(c, ProgressBar)), None)
        if self.bar is None:
            self.bar = ProgressBar(settings.until, loop.batches, verbose)
            loop.calls = Callbacks([*given, self.bar])
            loop.__post_init__()
        for callback in loop.calls.items:
            callback.set_trainer(self)
        if self.kept is not None:
            self.kept.into(loop)
        self.baseline = beside(rows.y, self.metrics, None)
        loop.prepare()
        return loop

    def _train(self, loop: Loop, sums: Mapping[str, str]) -> None:
        if self.kept is not None:
            self.kept.check(sums)
        self.kept, self.sums = None, dict(sums)
        facts = facts_of(self, loop, sums)
        error: BaseException | None = None
        with interrupts() as flag, self._closing():
            loop.interrupted = flag
            try:
                self.keeper.begin(facts, loop.state, self.state.steps, self.history)
                loop.run()
            except BaseException as caught:
                error = caught
                raise
            finally:
                self._end(error, loop)

    def _end(self, error: BaseException | None, loop: Loop) -> None:
        status = status_of(error, self.interrupted)
        self.put_back()
        last = self.history.rows[-1] if len(self.history) else {}
        with nullcontext() if error is None else suppress(CheckpointError):
            self.keeper.finish(status, last, self.history, self.get_weights())
            if self.keeper.folder is not None and len(self.history):
                self.report()
        if self.interrupted:
            where = {"epoch": loop.place.epoch + 1, "batch": loop.place.group}
            key = "interrupted-kept" if self._keeps else "interrupted"
            self.say(word(key, path=str(self.run_dir), **where))

    @contextmanager
    def _closing(self) -> Iterator[None]:
        try:
            yield
        finally:
            if self.bar is not None:
                self.bar.close()

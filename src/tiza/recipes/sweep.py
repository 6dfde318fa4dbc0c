"""Many runs of a recipe with other settings, chosen by Optuna; kept so that a sweep goes on.

Several processes, and machines with one database, share a sweep by its name. A trial is a run
like any other, in a folder of its own. What is best is decided by a column of the curves, of
validation data; the test set is never used for a choice.
"""

import math
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tiza.errors import MissingExtraError, NonFiniteError, UsageError
from tiza.recipes.learn import learn_recipe
from tiza.recipes.setting import Stopped
from tiza.recipes.shelf import Recipe
from tiza.recipes.space import Range
from tiza.recipes.study import run_study
from tiza.train import Callback
from tiza.train.callbacks import Logs
from tiza.train.folder import RunFolder, new_id
from tiza.train.history import is_score
from tiza.train.store import home

SAMPLERS = ("tpe", "random", "grid")
PRUNERS = ("median", "halving", "none")
BEAT, PATIENCE = 20, 90  # seconds: a process says it lives; after which it is held for dead
STARTUP = 5  # trials before a run may be ended early
TRIES = 40  # to open a database that another process is just making


@dataclass(frozen=True)
class Sweep:
    """What is varied of a recipe, what stays, and how the next settings are chosen."""

    recipe: Recipe
    ranges: Sequence[Range]
    fixed: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    metric: str = "val_loss"
    direction: str = ""  # minimize, maximize; empty: by the metric
    trials: int = 20  # in all, of all processes
    sampler: str = "tpe"
    pruner: str = "median"
    storage: str = ""
    seed: int = 0
    quick: bool = False

    @property
    def called(self) -> str:
        """The name of the sweep: the recipe's, where it has none of its own."""
        return self.name or self.recipe.name

    @property
    def towards(self) -> str:
        """Which way is better."""
        return self.direction or ("maximize" if is_score(self.metric) else "minimize")

    @property
    def about(self) -> str:
        """What must be the same for a sweep to be continued."""
        fixed = [f"{k}={v}" for k, v in sorted(self.fixed.items())]
        ranges = sorted(map(str, self.ranges))
        words = [self.recipe.name, *ranges, *fixed, f"--metric {self.metric}", self.towards]
        return " ".join([*words, "--quick"] if self.quick else words)


def optuna() -> Any:
    """Optuna, quiet.

    Errors: MissingExtraError where it is not installed.
    """
    try:
        import optuna as library
    except ImportError as error:
        raise MissingExtraError("extra-missing", feature="tiza sweep", extra="sweep") from error
    library.logging.set_verbosity(library.logging.ERROR)
    warnings.filterwarnings("ignore", category=library.exceptions.ExperimentalWarning)
    return library


def storage_url() -> str:
    """Where sweeps are kept unless another database is named: sweeps.sqlite beside the runs."""
    folder = home()
    folder.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{(folder / 'sweeps.sqlite').resolve()}"


def study_of(sweep: Sweep) -> Any:
    """The study of Optuna that holds the sweep: a new one, or the one to be continued.

    Errors: UsageError where the storage cannot be used, or holds another sweep of this name.
    """
    library = optuna()
    url = sweep.storage or storage_url()
    for attempt in range(TRIES):  # two processes may make the tables at the same moment
        try:
            study = library.create_study(
                study_name=sweep.called,
                storage=_storage(library, url),
                direction=sweep.towards,
                load_if_exists=True,
            )
            break
        except Exception as error:  # whatever the database's driver raises
            if attempt == TRIES - 1 or not _passing(error):
                reason = str(error).splitlines()[0]
                raise UsageError("sweep-storage", url=url, reason=reason) from error
            time.sleep(0.25)
    kept = study.user_attrs.get("about")
    if kept is None:
        study.set_user_attr("about", sweep.about)
    elif kept != sweep.about:
        raise UsageError("sweep-differs", name=sweep.called, kept=kept)
    study.sampler = _sampler(library, sweep)
    study.pruner = _pruner(library, sweep.pruner)
    return study


def _passing(error: Exception) -> bool:
    """Whether an error of the database is likely to be gone in a moment."""
    return any(sign in str(error).lower() for sign in ("exists", "locked", "unique", "no such"))


def _storage(library: Any, url: str) -> Any:
    patient = {"connect_args": {"timeout": 60}} if url.startswith("sqlite") else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return library.storages.RDBStorage(
            url, engine_kwargs=patient, heartbeat_interval=BEAT, grace_period=PATIENCE
        )


def _pruner(library: Any, name: str) -> Any:
    if name == "median":
        return library.pruners.MedianPruner(n_startup_trials=STARTUP)
    if name == "halving":
        return library.pruners.SuccessiveHalvingPruner()
    return library.pruners.NopPruner()


def _sampler(library: Any, sweep: Sweep) -> Any:
    """The sampler; every trial draws by its own number, so no two processes draw the same."""
    if sweep.sampler == "grid":
        space = {one.name: one.grid() for one in sweep.ranges}
        return library.samplers.GridSampler(space, seed=sweep.seed)

    def fresh(trial: Any) -> Any:
        seed = (sweep.seed * 1_000_003 + trial.number * 7919) % 2**31
        made = library.samplers
        return made.RandomSampler(seed) if sweep.sampler == "random" else made.TPESampler(seed=seed)

    def infer(self: Any, study: Any, trial: Any) -> Any:
        return fresh(trial).infer_relative_search_space(study, trial)

    def relative(self: Any, study: Any, trial: Any, space: Any) -> Any:
        return fresh(trial).sample_relative(study, trial, space)

    def independent(self: Any, study: Any, trial: Any, name: str, distribution: Any) -> Any:
        return fresh(trial).sample_independent(study, trial, name, distribution)

    methods = {
        "infer_relative_search_space": infer,
        "sample_relative": relative,
        "sample_independent": independent,
    }
    kind = type("SamplerByNumber", (library.samplers.BaseSampler,), methods)
    return kind()


def told(step: int) -> bool:
    """Whether a step is told to Optuna: all of the first 32, then every 2nd, 4th, 8th ...

    Telling costs a write to the database, and trials are compared at equal steps.

    >>> [step for step in range(60, 80) if told(step)]
    [60, 62, 64, 68, 72, 76]
    """
    stride: int = 1 << max(0, step.bit_length() - 5)
    return step % stride == 0


class Watch:
    """Follows the curve of one trial: tells Optuna, and ends a run that is worse than others."""

    def __init__(self, trial: Any, sweep: Sweep) -> None:
        self.trial, self.sweep = trial, sweep
        self.values: list[float] = []

    def __call__(self, row: Mapping[str, float]) -> None:
        """One more epoch."""
        metric = self.sweep.metric
        if metric not in row:
            names = ", ".join(n for n in row if n not in ("lr", "seconds"))
            recipe = self.sweep.recipe.name
            raise UsageError("sweep-metric", recipe=recipe, got=metric, names=names)
        self.values.append(float(row[metric]))
        if not told(len(self.values)):
            return
        self.trial.report(self.values[-1], len(self.values))
        if self.trial.should_prune():
            raise Stopped

    @property
    def best(self) -> float:
        """The best value on the way; NaN where there is none."""
        finite = [v for v in self.values if math.isfinite(v)]
        better = max if self.sweep.towards == "maximize" else min
        return better(finite) if finite else math.nan


class Epochs(Callback):
    """Hands the epochs of the Trainer to a watch; `stopped` says that it wants no more."""

    def __init__(self, watch: Watch) -> None:
        self.watch, self.stopped = watch, False

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        """One more epoch."""
        del epoch
        try:
            self.watch(logs)
        except Stopped:
            self.stopped = self.trainer.stop_training = True


def sweep(plan: Sweep, tell: Callable[[Any, Any], None] | None = None) -> Any:
    """Run trials until there are as many as wanted, of all processes together.

    tell: called with the study and each trial that has ended. Ctrl-C ends the trial that is
    running and leaves the study whole.

    Errors: UsageError, MissingExtraError; KeyboardInterrupt is passed on.
    """
    library, study = optuna(), study_of(plan)
    failed = 0
    while _taken(library, study) < plan.trials and failed < plan.trials:
        before = len(study.get_trials(deepcopy=False, states=_states(library, "FAIL")))
        study.optimize(
            lambda trial: _objective(library, plan, trial),
            n_trials=1,
            catch=(NonFiniteError,),
            callbacks=[] if tell is None else [tell],
        )
        after = len(study.get_trials(deepcopy=False, states=_states(library, "FAIL")))
        failed += after > before
        if plan.sampler == "grid" and study.sampler.is_exhausted(study):
            break
    return study


def _states(library: Any, *names: str) -> tuple[Any, ...]:
    return tuple(getattr(library.trial.TrialState, name) for name in names)


def _taken(library: Any, study: Any) -> int:
    """Trials that have ended well, and those that live processes are about."""
    library.storages.fail_stale_trials(study)
    states = _states(library, "COMPLETE", "PRUNED", "RUNNING")
    return len(study.get_trials(deepcopy=False, states=states))


def _objective(library: Any, plan: Sweep, trial: Any) -> float:
    given = {**plan.fixed, **{one.name: one.suggest(trial) for one in plan.ranges}}
    path = Path("runs") / new_id(f"{plan.called}-{trial.number}")
    trial.set_user_attr("run", path.name)
    watch = Watch(trial, plan)
    settings = plan.recipe.settings(given, seed=plan.seed, quick=plan.quick)
    try:
        if plan.recipe.is_problem:
            learn_recipe(plan.recipe, settings, run_dir=path, callbacks=[Epochs(watch)], verbose=0,
                         beside=False)  # fmt: skip
        else:
            outcome = run_study(plan.recipe, settings.watched(watch), path).outcome
            if not watch.values:  # a recipe that tells its curve only at the end
                for row in outcome.rows:
                    watch(row)
    except Stopped as stopped:
        raise library.TrialPruned from stopped
    finally:
        if (path / "run.json").is_file():
            RunFolder(path).note(sweep={"name": plan.called, "trial": trial.number})
    return watch.best


def importances(study: Any) -> dict[str, float]:
    """How much each setting decides about being among the best tenth; empty where unknown.

    Source: Watanabe, Bansal & Hutter 2023, arXiv:2304.10255 (PED-ANOVA), by Optuna.
    """
    library = optuna()
    done = study.get_trials(deepcopy=False, states=_states(library, "COMPLETE"))
    if len(done) < STARTUP:
        return {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            judge = library.importance.PedAnovaImportanceEvaluator()
            found = library.importance.get_param_importances(study, evaluator=judge)
    except (RuntimeError, ValueError):  # all values equal, or too few of them
        return {}
    return {name: float(value) for name, value in found.items() if math.isfinite(value)}

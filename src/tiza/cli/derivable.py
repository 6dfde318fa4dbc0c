"""What `tiza derive` is given, made ready to be derived: a formula, a model in a file, a run."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tiza.cli.speak import as_usage
from tiza.errors import ArgumentError, ShapeError, UsageError

if TYPE_CHECKING:
    from tiza.graph import Node
    from tiza.lang.tensor import Tensor
    from tiza.nn.module import Module
    from tiza.optim.optimizer import Optimizer

ROWS = 4  # of a file of data that are derived at once
WRAPPED = {"(": ")", "[": "]"}


@dataclass(frozen=True)
class Subject:
    """A loss, its variables, and the names by which the blackboard knows them."""

    loss: Tensor
    wrt: Sequence[Tensor]
    names: Mapping[str, Tensor]
    paths: Mapping[str, Tensor]


def assignments(text: str) -> dict[str, Any]:
    """`w=0.1,x=[1,2]` as names and values.

    >>> assignments("w=0.1, x=[1, 2]")
    {'w': 0.1, 'x': [1, 2]}
    """
    found: dict[str, Any] = {}
    for piece in _pieces(text):
        name, equals, value = piece.partition("=")
        try:
            found[name.strip()] = json.loads(value)
        except ValueError:
            equals = ""
        if not equals or not name.strip():
            raise UsageError("derive-at", got=piece.strip())
    return found


def _pieces(text: str) -> list[str]:
    """Split at the commas that stand in no bracket."""
    pieces, depth = [""], 0
    for char in text:
        depth += (char in "[(") - (char in "])")
        if char in ",;" and depth == 0:
            pieces.append("")
        else:
            pieces[-1] += char
    return [p for p in pieces if p.strip()]


def from_formula(text: str, wrt: str | None, at: str) -> Subject:
    """A formula of numbers and arrays, read by tiza's own grammar.

    Errors: UsageError where the text is no formula, or a variable has no value.
    """
    import tiza as tz
    from tiza.lang.grammar import parse

    try:
        parsed = parse(text)
    except ArgumentError as error:
        raise as_usage(error) from error
    values = assignments(at)
    missing = parsed.missing(values)
    if missing:
        raise UsageError("derive-values", names=", ".join(missing), first=missing[0])
    chosen = [n.strip() for n in wrt.split(",")] if wrt else list(parsed.variables)
    unknown = [n for n in chosen if n not in parsed.variables]
    if unknown:
        raise UsageError("derive-variable", got=unknown[0], names=", ".join(parsed.variables))
    tensors = {
        name: tz.tensor(value, dtype=tz.float64, requires_grad=name in chosen)
        for name, value in values.items()
    }
    loss = parsed.build(tensors)
    named = {**tensors, parsed.name or "L": loss}
    return Subject(loss, [tensors[n] for n in chosen], named, {})


def from_file(place: str, data: str | None, target: str | None) -> Subject:
    """A network `file.py:name` on the first rows of a table or of an .npz file.

    Errors: UsageError where the file, the name or the data cannot be used.
    """
    model = model_at(place)
    if data is None:
        raise UsageError("derive-data", model=place)
    x, y = _rows(Path(data), target)
    return of_network(model, x, y)


def of_network(model: Module, x: Any, y: Any, layer: int | None = None) -> Subject:
    """The loss of a network on some rows; of classes where the targets are whole numbers."""
    import tiza as tz
    from tiza.losses import cross_entropy, mse_loss

    inputs = tz.asarray(np.asarray(x, np.float32))
    logits = model(inputs)
    targets = np.asarray(y)
    if targets.dtype.kind in "iub" and logits.ndim == 2 and logits.shape[1] > 1:
        aims = tz.asarray(targets.astype(np.int64))
        loss = cross_entropy(logits, aims)
    else:
        aims = tz.asarray(targets.astype(np.float32).reshape(logits.shape))
        loss = mse_loss(logits, aims)
    paths = dict(model.named_parameters())
    wrt = _of_layer(paths, layer) if layer is not None else list(paths.values())
    names = {"X": inputs, "y" if aims.ndim < 2 else "Y": aims, "L": loss}
    return Subject(loss, wrt, names, paths)


def _of_layer(paths: Mapping[str, Tensor], layer: int) -> list[Tensor]:
    """The parameters of the k-th layer that has any, from 1."""
    layers: dict[str, list[Tensor]] = {}
    for path, parameter in paths.items():
        layers.setdefault(path.rpartition(".")[0], []).append(parameter)
    if not 1 <= layer <= len(layers):
        raise UsageError("derive-layer", got=layer, most=len(layers))
    return list(layers.values())[layer - 1]


def from_run(name: str, layer: int | None, example: int) -> Subject:
    """A trained run on one of its test examples; of a recipe with its own loop, on its example.

    Errors: UsageError where there is no such run, layer or example.
    """
    from tiza.cli.kept import find_run
    from tiza.recipes.asking import recipe_of
    from tiza.recipes.predictor import Predictor
    from tiza.train.folder import RunFolder

    folder = RunFolder.open(find_run(name).folder)
    facts: Any = folder.facts()
    recipe = recipe_of(facts)
    if recipe is not None and not recipe.is_problem:
        return _of_study(folder, facts, recipe, layer)
    predictor = Predictor.load(folder)
    x, y = _example(folder, predictor, example)
    return of_network(predictor.model, x, y, layer)


def _of_study(folder: Any, facts: Any, recipe: Any, layer: int | None) -> Subject:
    """The loss that the recipe's `board`, or a small example, gives with the run's weights."""
    from tiza.recipes.asking import model_of
    from tiza.recipes.example import example, variables

    model = model_of(folder, facts, recipe)
    loss, names = (recipe.offers("board") or example)(model, facts.get("kept") or {})
    paths, wrt = variables(model, loss, names)
    wrt = wrt if layer is None else _of_layer(paths, layer)
    return Subject(loss, wrt, {**names, "L": loss}, paths)


def _example(folder: Any, predictor: Any, index: int) -> tuple[Any, Any]:
    """One row as the network takes it, and its target; the network's own answer if unknown."""
    from tiza.recipes.asking import recipe_of

    facts = folder.facts()
    recipe = recipe_of(facts)
    if recipe is not None:
        settings = recipe.settings(facts.get("settings"), seed=int(facts.get("seed") or 0))
        test = recipe.module.problem(settings).test
        _inside(index, len(test))
        return test.x[index : index + 1], test.y[index : index + 1]
    x = _samples(folder.path, predictor)
    _inside(index, len(x))
    row = x[index : index + 1]
    import tiza as tz

    with tz.no_grad():
        answer = np.asarray(predictor.model(tz.asarray(np.asarray(row, np.float32))))
    classes = predictor.task == "classification"
    return row, answer.argmax(axis=1) if classes else np.zeros_like(answer)


def _inside(index: int, count: int) -> None:
    if not 0 <= index < count:
        raise UsageError("derive-example", got=index, last=count - 1)


def _samples(path: Path, predictor: Any) -> Any:
    if (path / "samples.npy").is_file():
        return predictor._array(np.load(path / "samples.npy", allow_pickle=False))
    return predictor.preparation.features(path / "samples.csv")


def model_at(place: str) -> Module:
    """The model that `file.py:name` names."""
    from tiza.nn.module import Module

    file, _, name = place.rpartition(":")
    path = Path(file)
    if not path.is_file():
        raise UsageError("derive-no-file", path=file)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise UsageError("derive-no-file", path=file)
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(path.resolve().parent))
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.pop(0)
    found = getattr(module, name, None)
    if callable(found) and not isinstance(found, Module):
        found = found()
    if not isinstance(found, Module):
        known = [k for k, v in vars(module).items() if isinstance(v, Module)]
        raise UsageError("derive-no-model", got=name, path=file, names=", ".join(known) or "-")
    return found


def _rows(path: Path, target: str | None) -> tuple[Any, Any]:
    """The first rows: x and y of an .npz file, or the columns of a table."""
    if not path.is_file():
        raise UsageError("derive-no-file", path=str(path))
    if path.suffix == ".npz":
        with np.load(path, allow_pickle=False) as arrays:
            if not {"x", "y"} <= set(arrays):
                raise UsageError("derive-npz", path=str(path), got=", ".join(arrays))
            return arrays["x"][:ROWS], arrays["y"][:ROWS]
    from tiza.data.table import read_table

    table = read_table(path)
    names = table.names
    last = target or names[-1]
    if last not in names:
        raise UsageError("derive-column", got=last, names=", ".join(names))
    columns = {name: np.asarray(table[name])[:ROWS] for name in names}
    y = _numbers(columns.pop(last), last)
    x = np.stack([_numbers(c, name) for name, c in columns.items()], axis=1)
    whole = bool(np.all(y == np.rint(y)))
    return x, y.astype(np.int64) if whole else y


def _numbers(column: Any, name: str) -> Any:
    try:
        return np.asarray(column, np.float64)
    except ValueError:
        raise UsageError("derive-text", column=name) from None


def direction_of(text: str | None, subject: Subject) -> dict[Node, Any] | None:
    """The direction that `w=1,b=0.5` says, for forward mode.

    Errors: UsageError for what is no variable, or has another shape.
    """
    from tiza.api.derive import directions

    names = {t.node: n for n, t in (*subject.paths.items(), *subject.names.items())}
    try:
        return directions(assignments(text) if text else None, subject.wrt, names)
    except (ArgumentError, ShapeError) as error:
        raise as_usage(error) from error


def optimizer_of(name: str | None, lr: float | None, wrt: Sequence[Tensor]) -> Optimizer | None:
    """The optimizer that is asked for; gradient descent where only a rate is given.

    Errors: UsageError where there is none of that name.
    """
    from tiza import optim
    from tiza.cli.speak import unknown

    if name is None and lr is None:
        return None
    known = {k.lower(): k for k in dir(optim) if _is_optimizer(getattr(optim, k))}
    key = (name or "sgd").lower()
    if key not in known:
        raise unknown("derive-optimizer", str(name), sorted(known.values()))
    kind = getattr(optim, known[key])
    made: Optimizer = kind(list(wrt)) if lr is None else kind(list(wrt), lr=lr)
    return made


def _is_optimizer(thing: object) -> bool:
    from tiza.optim.optimizer import Optimizer

    return isinstance(thing, type) and issubclass(thing, Optimizer) and thing is not Optimizer

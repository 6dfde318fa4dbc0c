"""The loop that fit runs, printed as Python source in PyTorch's verbs."""

from __future__ import annotations

import pprint
from textwrap import indent
from typing import TYPE_CHECKING, Any

from tiza import nn
from tiza.train import blueprint, preparing
from tiza.train.augmenting import takes
from tiza.train.settings import Settings

if TYPE_CHECKING:
    from tiza.optim import Optimizer
    from tiza.train.trainer import Trainer

HEAD = '''\
{imports}


def train(model, X, y{more}):
    """What trainer.fit(X, y) does, step by step; returns the mean loss of each epoch."""
{given}    optimizer = {optimizer}
    loader = DataLoader(({parts}), batch_size={batch_size}, shuffle={shuffle}, seed={seed})
    history = []
    step = 0
    for epoch in range({epochs}):
        model.train()
        total = count = 0
        {loop}
{body}            total += loss.item() * len(target)
            count += len(target)
        history.append(total / count)
        print(f"epoch {{epoch + 1}}: loss {{total / count:.4f}}")
    return history
'''
PLAIN = """\
            optimizer.zero_grad()
            {forward}
            loss.backward()
{clipped}            optimizer.step()
"""
GATHERED = """\
            if i % {accumulate} == 0:
                optimizer.zero_grad()
            {forward}
            first = (i - i % {accumulate}) * {batch_size}
            share = len(target) / min({accumulate} * {batch_size}, len(y) - first)
            (loss * share).backward()  # the parts add up to the gradient of their mean
            if i % {accumulate} == {accumulate} - 1 or i == len(loader) - 1:
{clipped}                optimizer.step()
"""


def loop_source(trainer: Trainer) -> str:
    """`train(model, X, y)` as source: the loop of the trainer's last fit, or of a usual one."""
    settings = trainer.settings or Settings()
    loss, names = _loss(trainer.loss)
    several, weighted = trainer.inputs > 1, trainer.weighted
    answer = "model(*xs)" if several else "model(x)"
    forward = f"loss = {loss}({answer}, target)"
    if weighted:
        each = _weighted(trainer.loss, loss)
        forward = f"loss = ({each.format(answer=answer)} * weight).mean()"
    changes = _changes(trainer)
    forward = "\n".join([*changes, forward])
    clipped = settings.clip.lines(_parameters(trainer.optimizer, trainer.model))
    imports = ["from tiza import nn"] * ("nn" in names or "nn." in "".join(changes + clipped))
    imports += ["from tiza import optim", "from tiza.data import DataLoader"]
    imports += ["from tiza.nn import functional as F"] if "F" in names else []
    imports += ["from tiza.train import step_randomness"] * trainer.steps.random
    batch = ("*xs" if several else "x") + ", target" + ", weight" * weighted
    given = "".join(f"    # {line}\n" for line in _notes(trainer, settings))
    many = settings.accumulate > 1
    body = (GATHERED if many else PLAIN).format(
        forward=_keyed(forward, trainer, settings).replace("\n", "\n            "),
        accumulate=settings.accumulate,
        batch_size=settings.batch_size,
        clipped="".join(f"{' ' * (16 if many else 12)}{line}\n" for line in clipped),
    )
    return HEAD.format(
        imports="\n".join(imports),
        given=given,
        optimizer=_optimizer(trainer.optimizer, trainer.model),
        batch_size=settings.batch_size,
        shuffle=settings.shuffle,
        seed=trainer.seed,
        epochs=settings.epochs,
        more=", weight" * weighted,
        parts=("*X" if several else "X") + ", y" + ", weight" * weighted,
        loop=f"for i, ({batch}) in enumerate(loader):" if many else f"for {batch} in loader:",
        body=body,
    ).replace("    step = 0\n", "    step = 0\n" if trainer.steps.random else "")


def _keyed(forward: str, trainer: Trainer, settings: Settings) -> str:
    """The forward pass, with the random numbers of this step where any are drawn."""
    if not trainer.steps.random:
        return forward
    many = settings.accumulate > 1
    counted = f"i // {settings.accumulate} + 1 + epoch * -(-len(loader) // {settings.accumulate})"
    return (
        (f"step = {counted}\n" if many else "step += 1\n")
        + f"with step_randomness({trainer.seed}, step"
        + (f", i % {settings.accumulate}" if many else "")
        + "):  # what dropout draws\n"
        + indent(forward, "    ")
    )


def _changes(trainer: Trainer) -> list[str]:
    """The lines that change a batch in training."""
    lines = []
    for part, told in zip(trainer.steps.augment.parts, trainer.steps.augment.told(), strict=True):
        made = told["class"]
        if told.get("plain") is not False:
            arguments = ", ".join(f"{k}={v!r}" for k, v in told.get("arguments", {}).items())
            made = f"nn.{made}({arguments})"
        both = "x, target" if takes(part) == 2 else "x"
        lines.append(f"{both} = {made}({both})")
    return lines


def _weighted(loss: object, source: str) -> str:
    if isinstance(loss, nn.Module):
        return (
            source[:-1]
            + ("" if source.endswith("()") else ", ")
            + 'reduction="none")({answer}, target)'
        )
    return source + '({answer}, target, reduction="none")'


def _loss(loss: object) -> tuple[str, set[str]]:
    if isinstance(loss, nn.Module):
        told = blueprint.describe_loss(loss)
        arguments = ", ".join(f"{k}={v!r}" for k, v in told["arguments"].items()
                              if v is not None and (k, v) != ("reduction", "mean"))  # fmt: skip
        return f"nn.{told['class']}({arguments})", {"nn"}
    name = getattr(loss, "__name__", "loss")
    if loss is None or getattr(nn.functional, name, None) is not loss:
        return name, set()
    return f"F.{name}", {"F"}


def _whole(optimizer: Optimizer, model: nn.Module) -> bool:
    """Whether the optimizer has one group: all parameters of the model."""
    groups = optimizer.param_groups
    ours = {id(p) for p in model.parameters()}
    return len(groups) == 1 and {id(p) for p in groups[0]["params"]} == ours


def _parameters(optimizer: Optimizer, model: nn.Module) -> str:
    if _whole(optimizer, model):
        return "model.parameters()"
    return '[p for group in optimizer.param_groups for p in group["params"]]'


def _optimizer(optimizer: Optimizer, model: nn.Module) -> str:
    kind = type(optimizer).__name__
    groups = optimizer.param_groups
    defaults = type(optimizer).defaults

    def options(group: dict[str, Any]) -> str:
        shown = {k: group[k] for k in defaults if k == "lr" or group[k] != defaults[k]}
        return ", ".join(f"{k}={v!r}" for k, v in shown.items())

    if _whole(optimizer, model):
        return f"optim.{kind}(model.parameters(), {options(groups[0])})"
    told = blueprint.describe_optimizer(optimizer, model)["groups"]
    rows = [
        "{"
        f'"params": [own[name] for name in {pprint.pformat(row["params"], width=200)}], '
        + ", ".join(f"{k!r}: {group[k]!r}" for k in defaults)
        + "}"
        for row, group in zip(told, groups, strict=True)
    ]
    listed = ", ".join(rows)
    return f"optim.{kind}((lambda own: [{listed}])(dict(model.named_parameters())))"


def _notes(trainer: Trainer, settings: Settings) -> list[str]:
    notes = []
    if preparing.of_model(trainer.model) is not None:
        notes.append("X are the rows as model.preparation leaves them")
    if settings.validation_split:
        notes.append(f"fit first set {settings.validation_split:g} of the rows aside to measure; "
                     "here X, y are the rest")  # fmt: skip
    notes += [f"{told['class']}: what the trainer was given to change batches"
              for told in trainer.steps.augment.told() if told.get("plain") is False]  # fmt: skip
    loss = trainer.loss
    if loss is not None and not isinstance(loss, nn.Module):
        name = getattr(loss, "__name__", "loss")
        if getattr(nn.functional, name, None) is not loss:
            notes.append(f"{name}: the loss function that the trainer was given")
    return notes

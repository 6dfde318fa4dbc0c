"""Language models at work: crops of a text, the descent, the loss on text held out."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tiza.recipes.setting import Settings
from tiza.recipes.study import Array

if TYPE_CHECKING:
    from tiza import nn
    from tiza.optim import Optimizer

Loss = Callable[..., Any]
Pairs = tuple[Array, Array]  # tokens, and those that follow them
Rows = tuple[Array, ...]  # of equal length
NOTES = ((
    "Trained on the first nine tenths of the text, judged on the last; the settings were chosen "
    "by the loss on that last tenth, too, as is custom with this text, which has no test part.",
    "Se entrenó con los primeros nueve décimos del texto y se juzgó con el último; también los "
    "ajustes se eligieron por la pérdida en ese último décimo, como es costumbre con este texto, "
    "que no tiene parte de prueba.",
),)  # fmt: skip


def crops(ids: Array, count: int, length: int, rng: np.random.Generator) -> Pairs:
    """Passages from random places of a text, and what follows each token.

    Shapes: ids (tokens) → (count, length) twice.

    >>> x, y = crops(np.arange(9), 2, 4, np.random.default_rng(0))
    >>> bool((y == x + 1).all())
    True
    """
    at = rng.integers(0, len(ids) - length, count)[:, None] + np.arange(length + 1)
    return ids[at[:, :-1]], ids[at[:, 1:]]


def passages(ids: Array, length: int) -> Pairs:
    """A text cut into passages one after another; what is left over at its end is left out.

    Shapes: ids (tokens) → (passages, length) twice.

    >>> passages(np.arange(9), 3)[0].tolist()
    [[0, 1, 2], [3, 4, 5]]
    """
    count = (len(ids) - 1) // length
    return (ids[: count * length].reshape(count, length),
            ids[1 : count * length + 1].reshape(count, length))  # fmt: skip


def judge(model: "nn.Module", loss: Loss, rows: Rows, size: int = 50) -> float:
    """The mean loss over rows of equal length, dropout at rest; compiled by `judging`."""
    learning = model.training
    model.eval()
    total = [(float(loss(*(part[i : i + size] for part in rows))), len(rows[0][i : i + size]))
             for i in range(0, len(rows[0]), size)]  # fmt: skip
    model.train(learning)
    return sum(value * count for value, count in total) / sum(count for _, count in total)


def judging(loss: Loss) -> Loss:
    """A loss, compiled, without gradients."""
    import tiza as tz

    def found(*batch: Any) -> Any:
        with tz.no_grad():
            return loss(*batch)

    compiled: Loss = tz.compile(found)
    return compiled


def weights(model: "nn.Module") -> dict[str, Any]:
    """A copy of the model's numbers, for `load_state_dict`."""
    return {name: value.numpy().copy() for name, value in model.state_dict().items()}


def rate(step: int, steps: int, warm: int) -> float:
    """Shares of the learning rate: up a line, then down half a cosine to a twentieth.

    >>> [round(rate(k, 100, 10), 2) for k in (0, 9, 50, 99)]
    [0.1, 0.98, 0.53, 0.05]
    """
    rising = min(1.0, (step + 1) / max(1, warm))
    return rising * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * step / steps)))


def pair(model: "nn.Module", inner: Sequence[str], lr: float, decay: float
         ) -> tuple["Optimizer", "Optimizer"]:  # fmt: skip
    """Muon for the matrices whose names begin so, AdamW for all else.

    Source: Jordan et al. 2024, kellerjordan.github.io/posts/muon: embeddings, the head and
    vectors stay with AdamW; the steps are scaled so that one rate fits both.
    """
    from tiza import optim

    named = list(model.named_parameters())
    matrices = [p for name, p in named if p.ndim == 2 and name.startswith(tuple(inner))]
    own = {id(p) for p in matrices}
    rest = [p for _, p in named if id(p) not in own]
    return (optim.Muon(matrices, lr=lr, weight_decay=decay, adjust_lr_fn="match_rms_adamw"),
            optim.AdamW(rest, lr=lr, betas=(0.9, 0.99), weight_decay=0.0))  # fmt: skip


def descent(loss: Loss, optimizers: tuple["Optimizer", "Optimizer"]) -> Loss:
    """One step of both optimizers down a loss, compiled."""
    import tiza as tz

    first, second = optimizers

    def step(*batch: Any) -> Any:
        first.zero_grad()
        second.zero_grad()
        found = loss(*batch)
        found.backward()
        first.step()
        second.step()
        return found

    compiled = tz.compile(step)
    return lambda *batch: float(compiled(*batch))


def learn(settings: Settings, model: "nn.Module", loss: Loss, batches: Iterator[Rows],
          held: Rows, *, steps: int, lr: float, inner: Sequence[str], decay: float = 0.1,
          times: int = 10, called: str = "loss") -> list[dict[str, float]]:  # fmt: skip
    """Descend `steps` batches; the loss on what is held out is measured `times` times.

    inner: how the names of the matrices begin that Muon takes, see `pair`.
    """
    optimizers = pair(model, inner, lr, decay)
    step, measure = descent(loss, optimizers), judging(loss)
    rows: list[dict[str, float]] = []
    losses: list[float] = []
    every = max(1, steps // times)
    model.train()
    for k in settings.loop(steps, model, *optimizers, batches, rows, losses):
        now = lr * rate(k, steps, min(100, steps // 10))
        for group in (group for one in optimizers for group in one.param_groups):
            group["lr"] = now
        losses.append(step(*next(batches)))
        if len(losses) == every:
            rows.append(settings.epoch({called: sum(losses) / every,
                                        f"val_{called}": judge(model, measure, held)}))  # fmt: skip
            losses.clear()
    model.eval()
    return rows


def by_counting(train: Array, valid: Array, tokens: int) -> dict[str, float]:
    """What counting alone reaches: mean nats per token from single tokens and from pairs.

    P(b) = (n_b + 1) / Σ, P(b | a) = (n_ab + 1) / Σ_b, counted in `train`.

    >>> by_counting(np.array([0, 1] * 50), np.array([0, 1] * 50), 2)["pairs"] < 0.03
    True
    """
    single = np.bincount(train, minlength=tokens) + 1.0
    double = np.ones((tokens, tokens))
    np.add.at(double, (train[:-1], train[1:]), 1)
    double /= double.sum(1, keepdims=True)
    return {
        "singles": float(-np.log(single[valid[1:]] / single.sum()).mean()),
        "pairs": float(-np.log(double[valid[:-1], valid[1:]]).mean()),
    }

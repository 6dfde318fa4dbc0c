"""Loops as users of PyTorch write them, of tiza and of PyTorch with the same lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

STEPS = 12
Seen = list[Any]  # numbers that the loop looked at


def rows(count: int = 8, seed: int = 0) -> tuple[np.ndarray[Any, Any], ...]:
    """Inputs, targets, classes."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(count, 3)).astype(np.float32)
    y = (x[:, :1] * x[:, 1:2]).astype(np.float32)
    return x, y, random.integers(0, 2, count)


class Task:
    """A small network of one library, its data, its optimizer."""

    def __init__(self, lib: Any, optimizer: str = "Adam", out: int = 1, **options: Any) -> None:
        self.lib, nn = lib, lib.nn
        self.model = nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 4), nn.ReLU(),
                                   nn.Linear(4, out))  # fmt: skip
        random = np.random.default_rng(1)
        weights = {k: random.normal(0, 0.5, tuple(v.shape)).astype(np.float32)
                   for k, v in self.model.state_dict().items()}  # fmt: skip
        self.model.load_state_dict({k: lib.tensor(v) for k, v in weights.items()})
        options = options or {"lr": 0.05}
        self.optimizer = getattr(lib.optim, optimizer)(self.model.parameters(), **options)
        self.x, self.y, self.c = (lib.tensor(a) for a in rows())
        self.mse = nn.functional.mse_loss

    def loss(self) -> Any:
        return self.mse(self.model(self.x), self.y)

    def step(self) -> Any:
        self.optimizer.zero_grad()
        loss = self.loss()
        loss.backward()
        self.optimizer.step()
        return loss

    @property
    def params(self) -> list[Any]:
        return list(self.model.parameters())

    def end(self, seen: Seen) -> Seen:
        """What was seen, then the parameters."""
        return [*seen, *(p.detach().numpy().copy() for p in self.params)]


def number(x: Any) -> float:
    return float(x.detach()) if hasattr(x, "detach") else float(x)


def grads(task: Task) -> Seen:
    return [np.array(p.grad.numpy()) for p in task.params if p.grad is not None]


def plain(lib: Any) -> Seen:
    task = Task(lib)
    return task.end([number(task.step()) for _ in range(STEPS)])


def loss_at_the_end(lib: Any) -> Seen:
    task = Task(lib)
    losses = [task.step() for _ in range(STEPS)]
    return task.end([number(loss) for loss in losses])


def loss_read_before_backward(lib: Any) -> Seen:
    task, seen = Task(lib), []
    for _ in range(STEPS):
        task.optimizer.zero_grad()
        loss = task.loss()
        seen.append(number(loss))
        loss.backward()
        task.optimizer.step()
    return task.end(seen)


def output_read_after_step(lib: Any) -> Seen:
    task, seen = Task(lib), []
    for _ in range(STEPS):
        task.optimizer.zero_grad()
        out = task.model(task.x)
        hidden = task.model[0](task.x)
        task.mse(out, task.y).backward()
        task.optimizer.step()
        seen += [out.detach().numpy().copy(), hidden.detach().numpy().copy()]
    return task.end(seen)


def output_read_before_step(lib: Any) -> Seen:
    task, seen = Task(lib), []
    for k in range(STEPS):
        task.optimizer.zero_grad()
        out = task.model(task.x)
        loss = task.mse(out, task.y)
        if k % 2:
            seen.append(out.detach().numpy().copy())
        loss.backward()
        if k % 3:
            seen.append(out.detach().numpy().copy())
        task.optimizer.step()
    return task.end(seen)


def grads_read_before_step(lib: Any) -> Seen:
    task, seen = Task(lib), []
    for k in range(STEPS):
        task.optimizer.zero_grad()
        task.loss().backward()
        if k % 3 == 0:
            seen += grads(task)
        if k % 4 == 1:
            seen.append(np.array(task.params[2].grad.numpy()))
        task.optimizer.step()
    return task.end(seen)


def grads_read_after_step(lib: Any) -> Seen:
    task, seen = Task(lib), []
    for k in range(STEPS):
        task.step()
        if k % 5 == 4 or k > 9:
            seen += grads(task)
    return task.end(seen)


def clipped(lib: Any) -> Seen:
    task, seen = Task(lib), []
    for _ in range(STEPS):
        task.optimizer.zero_grad()
        task.loss().backward()
        seen.append(number(lib.nn.utils.clip_grad_norm_(task.model.parameters(), 0.3)))
        task.optimizer.step()
    return task.end(seen)


def changed_grads(lib: Any) -> Seen:
    task = Task(lib, "SGD", lr=0.1)
    for _ in range(STEPS):
        task.optimizer.zero_grad()
        task.loss().backward()
        for p in task.params:
            p.grad *= 0.5
        task.optimizer.step()
    return task.end([])


def accumulated(lib: Any) -> Seen:
    task = Task(lib)
    for _ in range(STEPS):
        task.optimizer.zero_grad()
        for part in (slice(0, 4), slice(4, 8)):
            (task.mse(task.model(task.x[part]), task.y[part]) / 2).backward()
        task.optimizer.step()
    return task.end([])


def never_zeroed(lib: Any) -> Seen:
    task, seen = Task(lib, "SGD", lr=0.01), []
    for _ in range(STEPS):
        loss = task.loss()
        loss.backward()
        task.optimizer.step()
        seen.append(number(loss))
    return task.end(seen)


def zeroed_to_zeros(lib: Any) -> Seen:
    task = Task(lib)
    for _ in range(STEPS):
        task.optimizer.zero_grad(set_to_none=False)
        task.loss().backward()
        task.optimizer.step()
    return task.end([])


def two_losses(lib: Any) -> Seen:
    task, seen = Task(lib), []
    for _ in range(STEPS):
        task.optimizer.zero_grad()
        out = task.model(task.x)
        first, second = task.mse(out, task.y), (out**2).mean() * 0.1
        first.backward(retain_graph=True)
        second.backward()
        task.optimizer.step()
        seen += [number(first), number(second)]
    return task.end(seen)


def twice_backward(lib: Any) -> Seen:
    task = Task(lib)
    for _ in range(STEPS):
        task.optimizer.zero_grad()
        loss = task.loss()
        loss.backward(retain_graph=True)
        loss.backward()
        task.optimizer.step()
    return task.end([])


def two_steps_of_one_gradient(lib: Any) -> Seen:
    task = Task(lib)
    for _ in range(STEPS):
        task.step()
        task.optimizer.step()
    return task.end([])


def other_shapes(lib: Any) -> Seen:
    task, seen = Task(lib), []
    for k in range(3 * STEPS):
        task.optimizer.zero_grad()
        n = (8, 8, 3)[k % 3]
        loss = task.mse(task.model(task.x[:n]), task.y[:n])
        loss.backward()
        task.optimizer.step()
        seen.append(number(loss))
    return task.end(seen)


def changed_in_place(lib: Any) -> Seen:
    task = Task(lib)
    for k in range(STEPS):
        task.step()
        with lib.no_grad():
            if k % 3 == 1:
                task.params[0] *= 0.9
            if k % 3 == 2:
                task.params[1].data = task.params[1].data + 0.01
    return task.end([])


def loaded_between(lib: Any) -> Seen:
    task = Task(lib)
    kept = {k: lib.tensor(v.numpy().copy()) for k, v in task.model.state_dict().items()}
    for k in range(STEPS):
        task.step()
        if k == 8:
            task.model.load_state_dict(kept)
    return task.end([])


def scheduled(lib: Any) -> Seen:
    task = Task(lib)
    schedule = lib.optim.lr_scheduler.StepLR(task.optimizer, 2, 0.8)
    for _ in range(STEPS):
        task.step()
        schedule.step()
    return task.end([])


def options_changed(lib: Any) -> Seen:
    task = Task(lib)
    for k in range(2 * STEPS):
        if k == STEPS:
            task.optimizer.param_groups[0]["weight_decay"] = 0.1
        task.step()
    return task.end([])


def two_groups(lib: Any) -> Seen:
    task = Task(lib)
    groups = [{"params": task.params[:2], "lr": 0.1}, {"params": task.params[2:]}]
    task.optimizer = lib.optim.SGD(groups, lr=0.01, momentum=0.9)
    return task.end([number(task.step()) for _ in range(STEPS)])


def two_optimizers(lib: Any) -> Seen:
    task, seen = Task(lib), []
    first = lib.optim.Adam(task.params[:2], lr=0.05)
    second = lib.optim.SGD(task.params[2:], lr=0.05, momentum=0.5)
    for _ in range(STEPS):
        first.zero_grad()
        second.zero_grad()
        loss = task.loss()
        loss.backward()
        first.step()
        second.step()
        seen.append(number(loss))
    return task.end(seen)


def frozen_for_a_while(lib: Any) -> Seen:
    task = Task(lib)
    for k in range(2 * STEPS):
        task.params[0].requires_grad_(not 8 <= k < 16)
        task.step()
    return task.end([])


def old_values_held(lib: Any) -> Seen:
    task, seen = Task(lib), []
    held: Seen = []
    for k in range(STEPS):
        task.step()
        if k in (5, 8):
            held += [p.detach().clone() for p in task.params]
    return task.end([*seen, *(p.numpy().copy() for p in held)])


def penalised_by_hand(lib: Any) -> Seen:
    task, seen = Task(lib), []
    for _ in range(STEPS):
        task.optimizer.zero_grad()
        loss = task.loss() + 0.01 * sum((p**2).sum() for p in task.params)
        loss.backward()
        task.optimizer.step()
        seen.append(number(loss))
    return task.end(seen)


def by_closure(lib: Any) -> Seen:
    task = Task(lib)

    def closure() -> Any:
        task.optimizer.zero_grad()
        loss = task.loss()
        loss.backward()
        return loss

    return task.end([number(task.optimizer.step(closure)) for _ in range(STEPS)])


def hooked(lib: Any) -> Seen:
    task, seen = Task(lib), []
    task.params[0].register_hook(lambda g: g * 2)
    for _ in range(STEPS):
        seen.append(number(task.step()))
    return task.end(seen)


def classes(lib: Any) -> Seen:
    task = Task(lib, "SGD", out=2, lr=0.1, momentum=0.9)
    seen = []
    for _ in range(STEPS):
        task.optimizer.zero_grad()
        loss = lib.nn.functional.cross_entropy(task.model(task.x), task.c)
        loss.backward()
        task.optimizer.step()
        seen.append(number(loss))
    return task.end(seen)


def normalised(lib: Any) -> Seen:
    task, seen = Task(lib), []
    nn = lib.nn
    task.model = nn.Sequential(task.model[0], nn.BatchNorm1d(5), nn.ReLU(), nn.Linear(5, 1))
    task.model.load_state_dict({**task.model.state_dict(),
        "3.weight": lib.tensor(np.full((1, 5), 0.3, np.float32)),
        "3.bias": lib.tensor(np.zeros(1, np.float32))})  # fmt: skip
    task.optimizer = lib.optim.SGD(task.model.parameters(), lr=0.05)
    for k in range(STEPS):
        seen.append(number(task.step()))
        if k % 4 == 3:
            task.model.eval()
            seen.append(task.model(task.x).detach().numpy().copy())
            task.model.train()
    return task.end([*seen, task.model[1].running_mean.numpy().copy()])


LOOPS: list[Callable[[Any], Seen]] = [
    plain, loss_at_the_end, loss_read_before_backward, output_read_after_step,
    output_read_before_step, grads_read_before_step, grads_read_after_step, clipped, changed_grads,
    accumulated, never_zeroed, zeroed_to_zeros, two_losses, twice_backward,
    two_steps_of_one_gradient, other_shapes, changed_in_place, loaded_between, scheduled,
    options_changed, two_groups, two_optimizers, frozen_for_a_while, old_values_held,
    penalised_by_hand, by_closure, hooked, classes, normalised,
]  # fmt: skip

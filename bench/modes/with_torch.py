"""PyTorch's ways: eager with its default Adam, with the fused one, on one thread, compiled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from bench.modes.base import Maker, Stepper
from bench.rung import Data, Rung, initial

THREADS = torch.get_num_threads()


class Torch(Stepper):
    """The usual loop; one batch is kept while it is timed."""

    def __init__(self, rung: Rung, rows: Data, rate: float, *, fused: bool = True,
                 compiled: bool = False, threads: int = THREADS) -> None:  # fmt: skip
        super().__init__()
        self.threads = threads
        self.model = rung.model(torch)
        weights = {k: torch.from_numpy(v.copy()) for k, v in initial(rung).items()}
        self.model.load_state_dict(weights)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=rate, fused=fused)
        self.batch = self.tensors(rows.part(slice(0, rung.batch)))

        def loss(*arrays: Any) -> Any:
            return rung.loss(torch, self.model(*arrays[:-1]), arrays[-1])

        if compiled:
            torch.compiler.reset()  # it stops compiling after some functions of one process
        self.loss = torch.compile(loss) if compiled else loss

    @staticmethod
    def tensors(rows: Data) -> list[Any]:
        """The rows as tensors."""
        return [torch.from_numpy(a.copy()) for a in (*rows.xs, rows.y)]

    def step(self, batch: list[Any]) -> Any:
        """Forward, backward, update."""
        self.optimizer.zero_grad()
        loss = self.loss(*batch)
        loss.backward()
        self.optimizer.step()
        return loss

    def run(self, count: int) -> None:
        """Make steps on the one batch."""
        torch.set_num_threads(self.threads)
        for _ in range(count):
            self.step(self.batch)

    def losses(self, batches: list[Data]) -> list[float]:
        """The loss of each batch, with a step after each."""
        torch.set_num_threads(self.threads)
        return [float(self.step(self.tensors(rows)).detach()) for rows in batches]


def makers() -> Mapping[str, Maker]:
    """PyTorch's modes by label."""
    return {
        "PyTorch eager": lambda g, d, r: Torch(g, d, r, fused=False),
        "PyTorch fused": Torch,
        "PyTorch one thread": lambda g, d, r: Torch(g, d, r, threads=1),  # small nets profit
        "PyTorch compile": lambda g, d, r: Torch(g, d, r, compiled=True),
    }

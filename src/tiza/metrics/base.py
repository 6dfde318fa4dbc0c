"""What every metric shares: it gathers batches into sums and turns the sums into one figure."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from tiza.errors import ArgumentError, DTypeError, ShapeError

Array = npt.NDArray[Any]


class Metric(ABC):
    """A figure of merit over a stream of batches.

    `update` adds a batch, `compute` answers for all batches since `reset`; calling the metric
    answers for one batch alone. Sums are kept in float64 whatever the inputs are.

    >>> from tiza.metrics import MeanSquaredError
    >>> mse = MeanSquaredError()
    >>> mse.update([1.0, 2.0], [1.0, 4.0]); mse.update([0.0], [2.0])
    >>> round(mse.compute(), 4)
    2.6667
    """

    name: str
    better: ClassVar[Literal["max", "min"]]

    def __init__(self) -> None:
        self.state: dict[str, Array] = self.zero()

    @abstractmethod
    def zero(self) -> dict[str, Array]:
        """The sums before any batch."""

    @abstractmethod
    def update(self, prediction: object, target: object, weight: object = None) -> None:
        """Add one batch; `weight` holds one number per example."""

    @abstractmethod
    def compute(self) -> Any:
        """The figure over everything since the last reset; NaN where there is nothing."""

    def reset(self) -> None:
        """Forget every batch."""
        self.state = self.zero()

    def state_dict(self) -> dict[str, Array]:
        """The sums, as arrays that a checkpoint can hold."""
        return {key: value.copy() for key, value in self.state.items()}

    def load_state_dict(self, state: Mapping[str, object]) -> None:
        """Go on from the sums that `state_dict` gave."""
        if state.keys() != self.state.keys():
            raise ArgumentError(
                "metric-state", name=self.name, got=sorted(state), wanted=sorted(self.state)
            )
        self.state = {key: np.array(value) for key, value in state.items()}

    def __call__(self, prediction: object, target: object, weight: object = None) -> Any:
        """The figure of these predictions alone; the stream is left as it was."""
        kept, self.state = self.state, self.zero()
        try:
            self.update(prediction, target, weight)
            return self.compute()
        finally:
            self.state = kept

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name}={self.compute()})"


class Mean(Metric):
    """A metric that is the weighted mean of one value per entry: Σ wᵢ vᵢ / Σ wᵢ."""

    def zero(self) -> dict[str, Array]:
        """No total, no count."""
        return {"total": np.zeros(()), "count": np.zeros(())}

    @abstractmethod
    def each(self, prediction: Array, target: Array) -> Array:
        """The value of every entry."""

    def update(self, prediction: object, target: object, weight: object = None) -> None:
        """Add one batch; `weight` holds one number per example."""
        self.add(self.each(array(prediction), array(target)), weight)

    def add(self, values: Array, weight: object) -> None:
        """Add values, each example times its weight."""
        weights = spread(weight, values.shape)
        self.state = {
            "total": self.state["total"] + np.sum(weights * values, dtype=np.float64),
            "count": self.state["count"] + np.sum(weights, dtype=np.float64),
        }

    def compute(self) -> float:
        """The mean over everything since the last reset; NaN where there is nothing."""
        count = float(self.state["count"])
        return float(self.state["total"]) / count if count else float("nan")


class Average(Mean):
    """The mean over examples of what a function answers per batch, such as a loss.

    >>> average = Average(lambda p, t: abs(p - t).max(), name="worst")
    >>> import numpy as np
    >>> average(np.array([1.0, 5.0]), np.array([1.0, 2.0]))
    3.0
    """

    better: ClassVar[Literal["max", "min"]] = "min"

    def __init__(self, function: Callable[[Array, Array], object], name: str | None = None) -> None:
        self.function = function
        self.name = name or str(getattr(function, "__name__", type(function).__name__))
        super().__init__()

    def each(self, prediction: Array, target: Array) -> Array:
        """The function's answer, once for every example of the batch."""
        answer = np.asarray(self.function(prediction, target), dtype=np.float64)
        return np.broadcast_to(answer, len(target)) if answer.ndim == 0 else answer


def array(values: object) -> Array:
    """`values` as a NumPy array of numbers; tensors compute, lists and tables are read."""
    read = np.asarray(values)
    if read.dtype.kind not in "biuf":
        raise DTypeError("metric-dtype", got=read.dtype)
    return read


def spread(weight: object, shape: tuple[int, ...]) -> Array:
    """One weight per entry of `shape` from one per example; ones where none are given."""
    if weight is None:
        return np.ones(shape)
    weights = array(weight).astype(np.float64)
    if weights.shape not in (shape, shape[:1]):
        raise ShapeError("metric-weight", got=weights.shape, wanted=shape[:1])
    return np.broadcast_to(
        weights.reshape(weights.shape + (1,) * (len(shape) - weights.ndim)), shape
    )


def same_shape(prediction: Array, target: Array) -> None:
    """Refuse prediction and target of different shapes: they would broadcast."""
    if prediction.shape != target.shape:
        raise ShapeError("metric-shapes", prediction=prediction.shape, target=target.shape)

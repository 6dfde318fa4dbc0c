"""Changes of arrays that are learned once, on the training rows, and kept with the model."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tiza.errors import ArgumentError, DataError

Floats = NDArray[np.float32]
Config = dict[str, object]


class Transform(Protocol):
    """What all transforms offer: learn the constants, apply them, keep them."""

    def fit(self, x: ArrayLike, /) -> "Transform":
        """The transform with the constants of the training rows."""
        ...

    def apply(self, x: ArrayLike, /) -> NDArray[np.generic]:
        """The rows, changed."""
        ...

    def to_config(self) -> Config:
        """The constants, as JSON-able data."""
        ...


class Fitting:
    """The verbs that rest on `fit` and `apply`."""

    def fit_apply(self: Transform, x: ArrayLike) -> NDArray[np.generic]:
        """Learn from x and change it; for training rows only."""
        return self.fit(x).apply(x)

    def __call__(self: Transform, x: ArrayLike) -> NDArray[np.generic]:
        """The same as `apply`."""
        return self.apply(x)


def _constant(
    what: object, value: tuple[float, ...], x: NDArray[np.generic]
) -> NDArray[np.float64]:
    """A constant for each column of x, checked against its width."""
    name = type(what).__name__
    if not value:
        raise DataError("transform-unfitted", name=name)
    if x.shape[-1:] != (len(value),):
        raise DataError("transform-width", name=name, want=len(value), got=x.shape)
    return np.array(value)


def _rows(x: ArrayLike) -> NDArray[np.float64]:
    """All axes but the last counted as rows, for statistics of the columns."""
    values = np.asarray(x, np.float64)
    return values.reshape(-1, values.shape[-1] if values.ndim > 1 else 1)


@dataclass(frozen=True)
class Standardize(Fitting):
    """z = (x − mean) / std, for each column; a constant column becomes 0.

    Shapes: x (*n, d) → (*n, d), float32. Source: as StandardScaler of scikit-learn.

    >>> Standardize().fit_apply([[1.0], [3.0]])
    array([[-1.],
           [ 1.]], dtype=float32)
    """

    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()

    def fit(self, x: ArrayLike, /) -> "Standardize":
        """The mean and population standard deviation of each column."""
        rows = _rows(x)
        mean, std = rows.mean(axis=0), rows.std(axis=0)
        tiny = std <= 10 * np.finfo(np.float64).eps * np.abs(mean)
        return Standardize(tuple(mean.tolist()), tuple(np.where(tiny, 1.0, std).tolist()))

    def apply(self, x: ArrayLike, /) -> Floats:
        """Standardised rows."""
        values = np.asarray(x, np.float64)
        mean, std = _constant(self, self.mean, values), _constant(self, self.std, values)
        return ((values - mean) / std).astype(np.float32)

    def undo(self, z: ArrayLike, /) -> NDArray[np.float64]:
        """X = z · std + mean."""
        values = np.asarray(z, np.float64)
        return values * _constant(self, self.std, values) + _constant(self, self.mean, values)

    def to_config(self) -> Config:
        """The constants."""
        return {"type": "Standardize", "mean": list(self.mean), "std": list(self.std)}


@dataclass(frozen=True)
class MinMax(Fitting):
    """z = (x − low) / (high − low), for each column; a constant column becomes 0.

    Shapes: x (*n, d) → (*n, d), float32. Source: as MinMaxScaler of scikit-learn.

    >>> MinMax().fit_apply([[2.0], [4.0], [3.0]]).ravel().tolist()
    [0.0, 1.0, 0.5]
    """

    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()

    def fit(self, x: ArrayLike, /) -> "MinMax":
        """The smallest and the largest value of each column."""
        rows = _rows(x)
        return MinMax(tuple(rows.min(axis=0).tolist()), tuple(rows.max(axis=0).tolist()))

    def apply(self, x: ArrayLike, /) -> Floats:
        """Rows between 0 and 1, where they lie inside the range seen in training."""
        values = np.asarray(x, np.float64)
        low, high = _constant(self, self.low, values), _constant(self, self.high, values)
        return ((values - low) / np.where(high > low, high - low, 1.0)).astype(np.float32)

    def undo(self, z: ArrayLike, /) -> NDArray[np.float64]:
        """X = z · (high − low) + low."""
        values = np.asarray(z, np.float64)
        low, high = _constant(self, self.low, values), _constant(self, self.high, values)
        return values * np.where(high > low, high - low, 1.0) + low

    def to_config(self) -> Config:
        """The constants."""
        return {"type": "MinMax", "low": list(self.low), "high": list(self.high)}


@dataclass(frozen=True)
class OneHot(Fitting):
    """Whole numbers as columns of 0 and 1; an unknown number is all zeros.

    Shapes: x (*n) integers → (*n, values), float32.

    >>> OneHot().fit([3, 5]).apply([5, 3, 4]).tolist()
    [[0.0, 1.0], [1.0, 0.0], [0.0, 0.0]]
    """

    values: tuple[int, ...] = ()

    def fit(self, x: ArrayLike, /) -> "OneHot":
        """The different numbers, sorted."""
        return OneHot(tuple(np.unique(np.asarray(x, np.int64)).tolist()))

    def apply(self, x: ArrayLike, /) -> Floats:
        """1 where the number is the column's."""
        if not self.values:
            raise DataError("transform-unfitted", name="OneHot")
        hits: NDArray[np.bool_] = np.asarray(x)[..., None] == np.array(self.values)
        return hits.astype(np.float32)

    def to_config(self) -> Config:
        """The constants."""
        return {"type": "OneHot", "values": list(self.values)}


LAYOUTS = ("flat", "channels", "same")


@dataclass(frozen=True)
class ImagesToFloat(Fitting):
    """Pictures of whole numbers as numbers from 0 to 1: x / top.

    Shapes: x (n, h, w) or (n, h, w, c) → layout "flat": (n, h·w·c); "channels": (n, c, h, w), as
    convolutions take them; "same": as x. All float32.

    >>> ImagesToFloat().apply(np.full((2, 28, 28), 255, np.uint8)).shape
    (2, 784)
    >>> ImagesToFloat("channels").apply(np.zeros((2, 32, 32, 3), np.uint8)).shape
    (2, 3, 32, 32)
    """

    layout: str = "flat"
    top: float = 255.0

    def __post_init__(self) -> None:
        if self.layout not in LAYOUTS:
            raise ArgumentError("images-layout", got=self.layout, known=", ".join(LAYOUTS))

    def fit(self, x: ArrayLike, /) -> "ImagesToFloat":
        """Nothing is learned."""
        return self

    def apply(self, x: ArrayLike, /) -> Floats:
        """The pictures in the layout."""
        images = np.asarray(x)
        if images.ndim not in (3, 4):
            raise DataError("images-shape", got=images.shape)
        scaled = images.astype(np.float32) / np.float32(self.top)
        if self.layout == "flat":
            return scaled.reshape(len(scaled), -1)
        if self.layout == "same":
            return scaled
        return scaled[:, None] if scaled.ndim == 3 else np.moveaxis(scaled, -1, 1)  # (n, c, h, w)

    def to_config(self) -> Config:
        """The constants."""
        return {"type": "ImagesToFloat", "layout": self.layout, "top": self.top}


@dataclass(frozen=True)
class Compose(Fitting):
    """One transform after the other.

    >>> both = Compose((ImagesToFloat(), Standardize())).fit(np.eye(4).reshape(2, 2, 4))
    >>> both.apply(np.eye(4).reshape(2, 2, 4)).shape
    (2, 8)
    """

    parts: tuple[Transform, ...]

    def fit(self, x: ArrayLike, /) -> "Compose":
        """Each part is fitted on what the parts before it make of x."""
        fitted: list[Transform] = []
        for part in self.parts:
            fitted.append(part.fit(x))
            x = fitted[-1].apply(x)
        return Compose(tuple(fitted))

    def apply(self, x: ArrayLike, /) -> NDArray[np.generic]:
        """All parts in turn."""
        values = np.asarray(x)
        for part in self.parts:
            values = part.apply(values)
        return values

    def to_config(self) -> Config:
        """The constants of all parts."""
        return {"type": "Compose", "parts": [part.to_config() for part in self.parts]}


TRANSFORMS = {kind.__name__: kind for kind in (Standardize, MinMax, OneHot, ImagesToFloat)}


def transform_from_config(config: Mapping[str, object]) -> Transform:
    """The transform that `to_config` described; only those of this page can come out.

    Errors: ArgumentError for another type; DataError where the constants do not fit it.

    >>> transform_from_config(Standardize((1.0,), (2.0,)).to_config())
    Standardize(mean=(1.0,), std=(2.0,))
    """
    fields = dict(config)
    name = str(fields.pop("type", ""))
    if name == "Compose":
        parts = cast("list[Mapping[str, object]]", fields.get("parts", []))
        return Compose(tuple(transform_from_config(part) for part in parts))
    if name not in TRANSFORMS:
        known = ", ".join([*TRANSFORMS, "Compose"])
        raise ArgumentError("transform-unknown", got=name, known=known)
    listed = {key: tuple(v) if isinstance(v, list) else v for key, v in fields.items()}
    try:
        return cast(Transform, TRANSFORMS[name](**listed))  # type: ignore[arg-type]
    except TypeError as error:
        raise DataError("preparation-broken", why=repr(error)) from error

"""One verb for every data set: load it by its name."""

from typing import Any

from tiza.data.fetch import locate
from tiza.data.registry import card


def load(name: str) -> Any:
    """Load a data set by its name, from TIZA_DATA, the cache, or its official address.

    What comes back is a frozen record of NumPy arrays with the set's `card`; its kind depends on
    the set: pictures have `.train.x, .train.y, .test.x, .test.y` or `.x, .y`, tables `.table,
    .target, .x, .y`, and so on, as its loader in `tiza.data.sets` says.

    Errors: ArgumentError for an unknown name; ChecksumError, DownloadError as `locate`.

    >>> digits = load("digits")
    >>> digits.x.shape, digits.classes[3]
    ((1797, 8, 8), '3')
    """
    which = card(name)
    return which.loader(which, locate(name))

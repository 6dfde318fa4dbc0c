"""Every test and doctest starts from the same state and touches nothing of the user's."""

import gc
import os
import signal
import sys
import threading
from collections.abc import Generator, Iterator
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "ci",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("search", deadline=None)  # new examples every time
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

_numbers = count()

# Where nobody keeps bytecode, each of the many programs that the tests start compiles the whole
# package first, and pytest rewrites every file of tests again.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# A shell that runs the tests in the background lets them ignore Ctrl-C, and so the programs that
# they start: those that test Ctrl-C need it back.
if threading.current_thread() is threading.main_thread():
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Thousands of tests live to the end: the garbage collector need not look at them each time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


@pytest.fixture(autouse=True)
def _isolated(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Own XDG folders, no network, English, fixed seeds."""
    home = tmp_path_factory.getbasetemp() / f"home{next(_numbers)}"
    for kind in ("DATA", "CACHE", "CONFIG", "STATE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(home / kind.lower()))
    for name in ("TIZA_HOME", "TIZA_LANG", "LANGUAGE", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("TIZA_OFFLINE", "1")
    monkeypatch.setenv("MPLBACKEND", "agg")
    shared = tmp_path_factory.getbasetemp() / "matplotlib"  # its list of fonts is made only once
    monkeypatch.setenv("MPLCONFIGDIR", str(shared))
    np.random.seed(0)  # noqa: NPY002  the legacy generator is what foreign code draws from
    _reset()
    yield
    _reset()


def _reset() -> None:
    from tiza.errors import set_language
    from tiza.lang.random import manual_seed

    set_language("en")
    manual_seed(0)


@pytest.fixture
def shared_data(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of real data sets: `TIZA_DATA`, or shared/data beside the checkout."""
    beside = Path(__file__).resolve().parent.parent / "shared" / "data"
    folder = Path(os.environ.get("TIZA_DATA", beside))
    if not folder.is_dir():
        pytest.skip("the real data sets are not here; TIZA_DATA names their folder")
    monkeypatch.setenv("TIZA_DATA", str(folder))
    return folder


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many comparisons with other frameworks really ran."""
    ran, left = (
        sum("peer" in getattr(report, "keywords", ()) for report in reports)
        for reports in (
            [r for key in ("passed", "failed") for r in terminalreporter.stats.get(key, [])],
            terminalreporter.stats.get("skipped", []),
        )
    )
    terminalreporter.write_line(f"peer tests: {ran} ran, {left} skipped")

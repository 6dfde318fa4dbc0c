"""Every test and doctest starts from the same state and touches nothing of the user's."""

import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from tiza.readings.native.machine.llvm import Machine

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


# Of what is compiled here, LLVM itself, its locks and its threads are what is tested.
AFRESH = {"test_beside.py", "test_cache.py", "test_machine.py", "test_robust.py"}


@pytest.fixture(scope="session")
def _objects(request: pytest.FixtureRequest) -> "Callable[[str, Machine], bytes] | None":
    """LLVM's answers of earlier tests and runs, by all that they depend on: `_compiled_once`."""
    from tiza.readings.native.machine import llvm
    from tiza.readings.native.machine.cache import ObjectCache, key_of

    if llvm.available() is not None or not hasattr(request.config, "cache"):
        return None
    known = ObjectCache(request.config.cache.mkdir("objects"))
    usual = llvm._objects
    sources = sorted(Path(llvm.__file__).parent.glob("*.py"))
    made_by = [*llvm.versions(), *(path.read_text(encoding="utf-8") for path in sources)]

    def objects(ir: str, machine: "Machine") -> bytes:
        cores = str(min(llvm.usable_cores(), 2))  # with two, a long text is cut in halves
        key = key_of(ir, machine.triple, machine.cpu, machine.features, cores, *made_by)
        code = known.get(key)
        if code is None:
            code = usual(ir, machine)
            known.put(key, code)
        return code

    return objects


@pytest.fixture(autouse=True)
def _compiled_once(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    _objects: "Callable[[str, Machine], bytes] | None",
) -> None:
    """The same text is the same machine code: LLVM makes it once, which takes most of the time.

    tiza's own passes write each text again, and what it becomes is linked and run; a text that
    differs in one letter is compiled. `--cache-clear` forgets what earlier runs had made.
    """
    if _objects is not None and request.path.name not in AFRESH:
        monkeypatch.setattr("tiza.readings.native.machine.llvm._objects", _objects)


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

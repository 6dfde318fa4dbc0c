"""Garbage is left alone inside, and collected again afterwards, whatever happens."""

import gc
import os
import threading
from collections.abc import Iterator

import pytest

from tiza.graph.unswept import unswept


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    assert gc.isenabled()
    yield
    gc.enable()


def test_it_is_turned_off_and_on() -> None:
    with unswept():
        assert not gc.isenabled()
        with unswept():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_an_error_turns_it_on() -> None:
    with pytest.raises(ValueError, match="no"), unswept():
        raise ValueError("no")
    assert gc.isenabled()


def test_who_has_turned_it_off_finds_it_off() -> None:
    gc.disable()
    with unswept():
        assert not gc.isenabled()
    assert not gc.isenabled()


def test_the_last_of_several_threads_turns_it_on() -> None:
    entered, leave = threading.Event(), threading.Event()

    def stay() -> None:
        with unswept():
            entered.set()
            leave.wait(60)

    other = threading.Thread(target=stay)
    other.start()
    assert entered.wait(60)
    with unswept():
        pass
    assert not gc.isenabled()
    leave.set()
    other.join()
    assert gc.isenabled()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_child_collects_garbage() -> None:
    with unswept():
        child = os.fork()
        if not child:
            good = gc.isenabled()
            with unswept():
                good &= not gc.isenabled()
            good &= gc.isenabled()
            os._exit(0 if good else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert not gc.isenabled()

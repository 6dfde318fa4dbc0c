"""A long module in two halves that are compiled side by side: the same functions, linked again."""

import ctypes

import numpy as np
import pytest

import tiza as tz
from tiza.readings.native import Compiled
from tiza.readings.native.machine import llvm
from tiza.readings.native.machine.beside import unpacked
from tiza.readings.native.machine.llvm import LLVMError, available, load, object_code

pytestmark = pytest.mark.skipif(available() is not None, reason="no llvmlite")
cut = llvm.cut
NAMES = cut.__globals__  # of the module that is in use: doctest may have imported another

TEXT = """
@outside = global i32 5
@seven = internal constant i32 7
@table = internal constant { ptr, ptr } { ptr @down, ptr @up }
declare i32 @llvm.umin.i32(i32, i32)
define internal i32 @one(i32 %x) noinline {
  %y = add i32 %x, 1
  ret i32 %y
}
define internal i32 @more(i32 %x) alwaysinline {
  %y = call i32 @one(i32 %x)
  ret i32 %y
}
define internal i32 @up(i32 %x) noinline {
  %y = call i32 @more(i32 %x)
  %k = load i32, ptr @seven
  %z = mul i32 %y, %k
  ret i32 %z
}
define internal i32 @down(i32 %x) noinline #0 {
  %k = load i32, ptr @outside
  %y = sub i32 %x, %k
  %z = call i32 @up(i32 %y)
  ret i32 %z
}
define internal i32 @least(i32 %x) noinline {
  %y = call i32 @down(i32 %x)
  %z = call i32 @llvm.umin.i32(i32 %y, i32 %x)
  ret i32 %z
}
define i32 @f(i32 %which, i32 %x) {
  %at = getelementptr ptr, ptr @table, i32 %which
  %g = load ptr, ptr %at
  %y = call i32 %g(i32 %x)
  %z = call i32 @least(i32 %x)
  %s = add i32 %y, %z
  ret i32 %s
}
attributes #0 = { nounwind }
"""


@pytest.fixture
def _cut_anywhere(monkeypatch):
    monkeypatch.setitem(NAMES, "LONG", 0)
    monkeypatch.setattr(llvm, "usable_cores", lambda: 2)


def called(text):
    library = load(text, cache=False)
    f = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_int)(library.address("f"))
    return [f(which, x) for which in (0, 1) for x in (6, 9, 100)], library


def test_a_short_module_stays_whole():
    assert cut(TEXT) == [TEXT]


@pytest.mark.usefixtures("_cut_anywhere")
@pytest.mark.parametrize("share", [0.01, 0.1, 0.2, 0.3, 0.45, 0.6, 0.9])
def test_halves_are_the_whole(share, monkeypatch):
    monkeypatch.setitem(NAMES, "SHARE", share)
    halves = cut(TEXT)
    assert len(halves) == (1 if share == 0.01 else 2)
    assert all(object_code(half)[:4] for half in halves)  # each is a module by itself
    values, _ = called(TEXT)
    #                 down  6     9     100    up  6    9    100     and the least of each
    assert values == [14 + 6, 35 + 9, 672 + 100, 49 + 6, 70 + 9, 707 + 100]


@pytest.mark.usefixtures("_cut_anywhere")
def test_what_changes_cannot_stand_twice():
    text = TEXT.replace("@seven = internal constant", "@seven = internal global")
    assert cut(text) == [text]


@pytest.mark.usefixtures("_cut_anywhere")
def test_a_mistake_in_either_half_is_told():
    for wrong in ("add i32 %x, 1", "mul i32 %y, %k"):
        with pytest.raises(LLVMError):
            load(TEXT.replace(wrong, wrong.replace("i32", "float")), cache=False)
    assert called(TEXT)[0][0] == 20


@pytest.mark.usefixtures("_cut_anywhere")
def test_a_program_gives_the_same_bits(monkeypatch, tmp_path):
    x, w = (tz.tensor(np.random.default_rng(k).normal(size=(133, 133))) for k in (0, 1))

    def made(length):
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / str(length)))
        monkeypatch.setitem(NAMES, "LONG", length)
        y = tz.softmax(tz.tanh(x @ w) @ x, 1)
        program = Compiled([x.node, w.node], [y.node, tz.sum(y * y).node], fresh=True)
        return program, len(unpacked(llvm.ObjectCache().get(program.library.object.key)))

    (whole, one), (halves, two) = made(1 << 30), made(0)
    assert (one, two) == (1, 2)
    arrays = [t.numpy() for t in (x, w)]
    for a, b in zip(halves(*arrays), whole(*arrays), strict=True):
        assert a.tobytes() == b.tobytes()

"""Text made callable: errors are exceptions, cached code is the same code, nothing leaks."""

import ctypes
import gc
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from tiza.readings.native.machine import llvm, processor
from tiza.readings.native.machine.cache import ObjectCache
from tiza.readings.native.machine.llvm import Library, LLVMError, Machine, assembly, host, load

pytestmark = pytest.mark.skipif(llvm.available() is not None, reason="no llvmlite")

ADD = "define i32 @add(i32 %a, i32 %b) {{ %c = add i32 %a, %b %d = add i32 %c, {0} ret i32 %d }}"
FLOATS = ctypes.CFUNCTYPE(ctypes.c_float, ctypes.c_float)
INTEGERS = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_int)


def add(library: Library, a: int, b: int) -> int:
    return int(INTEGERS(library.address("add"))(a, b))


def test_a_function_can_be_called() -> None:
    library = load(ADD.format(0))
    assert add(library, 20, 22) == 42
    assert library.seconds > 0


def test_only_what_is_defined_for_others_has_an_address() -> None:
    library = load(
        "declare i32 @sched_yield()\n"
        "define internal i32 @hidden() noinline { ret i32 1 }\n"
        "define i32 @seen() { %x = call i32 @hidden() ret i32 %x }\n"
        "@value = global i32 7\n"
    )
    assert ctypes.c_int.from_address(library.address("value")).value == 7
    assert library.address("seen")
    for name in ("hidden", "sched_yield", "nothing"):
        with pytest.raises(KeyError, match=name):
            library.address(name)


@pytest.mark.parametrize(
    ("ir", "said"),
    [
        ("define i32 @f() { ret i33 0 }", "value doesn't match function result type"),
        ("define i32 @f( { }", "expected"),
        ("define i32 @f() { %x = call i32 @g() ret i32 %x }", "undefined value '@g'"),
        (
            "define i32 @f(i1 %c) { br i1 %c, label %a, label %b\n a: %x = add i32 1, 2\n"
            "br label %b\n b: ret i32 %x }",
            "Instruction does not dominate all uses",
        ),
        ("declare i32 @tz_nowhere()\ndefine i32 @f() { %x = call i32 @tz_nowhere() ret i32 %x }",
         "Failed to materialize symbols"),
    ],
    ids=["type", "syntax", "undeclared", "dominance", "unresolved"],
)  # fmt: skip
def test_a_wrong_module_is_an_exception(ir: str, said: str) -> None:
    with pytest.raises(LLVMError, match=said):
        load(ir)
    assert add(load(ADD.format(0)), 1, 2) == 3  # and others go on


def test_libm_is_at_hand() -> None:
    library = load(
        "declare float @expf(float)\n"
        "define float @f(float %x) { %y = call float @expf(float %x) ret float %y }"
    )
    assert FLOATS(library.address("f"))(1.0) == np.float32(np.e)


def test_each_load_has_its_own_memory() -> None:
    ir = (
        "@count = internal global i32 0\n"
        "define i32 @next() { %a = load i32, ptr @count %b = add i32 %a, 1\n"
        "store i32 %b, ptr @count ret i32 %b }"
    )
    first, second = load(ir), load(ir)
    count = ctypes.CFUNCTYPE(ctypes.c_int)
    assert [count(first.address("next"))() for _ in range(3)] == [1, 2, 3]
    assert count(second.address("next"))() == 1


def test_the_cache_is_used(tmp_path: Path) -> None:
    cache = ObjectCache(tmp_path / "native")
    first, second = load(ADD.format(5), cache=cache), load(ADD.format(5), cache=cache)
    assert (first.from_cache, second.from_cache) == (False, True)
    assert add(second, 1, 1) == 7
    assert not load(ADD.format(5), cache=False).from_cache
    assert not load(ADD.format(6), cache=cache).from_cache
    other = load(ADD.format(5), cache=cache, machine=Machine.portable())
    assert not other.from_cache
    assert add(other, 1, 1) == 7


@pytest.mark.parametrize("quarter", [0, 1, 2, 3])
def test_damaged_code_is_compiled_anew(tmp_path: Path, quarter: int) -> None:
    cache = ObjectCache(tmp_path / "native")
    load(ADD.format(5), cache=cache)
    (path,) = cache.folder.iterdir()
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * quarter // 4])
    library = load(ADD.format(5), cache=cache)
    assert not library.from_cache
    assert add(library, 1, 1) == 7
    assert load(ADD.format(5), cache=cache).from_cache


def test_what_the_optimizer_did_can_be_read() -> None:
    library = load("define i32 @f() { %x = add i32 20, 22 ret i32 %x }")
    assert "ret i32 42" in library.optimized()
    assert "42" in library.assembly()
    assert "%x = add i32 20, 22" in library.ir


def test_functions_to_be_inlined_are() -> None:
    text = llvm.optimized(
        "define internal i32 @g(i32 %x) alwaysinline { %y = add i32 %x, 1 ret i32 %y }\n"
        "define i32 @f(i32 %x) { %y = call i32 @g(i32 %x) %z = call i32 @g(i32 %y) ret i32 %z }"
    )
    assert "@g" not in text
    assert "add i32 %x, 2" in text


def vector(lanes: int) -> str:
    kind = f"<{lanes} x float>"
    return (
        f"declare {kind} @llvm.fma.v{lanes}f32({kind}, {kind}, {kind})\n"
        f"define void @f(ptr %p) {{ %a = load {kind}, ptr %p, align 4\n"
        f"%b = call {kind} @llvm.fma.v{lanes}f32({kind} %a, {kind} %a, {kind} %a)\n"
        f"store {kind} %b, ptr %p, align 4\n ret void }}"
    )


@pytest.mark.parametrize(
    ("level", "instruction"),
    [("AVX-512", "vfmadd"), ("AVX2", "vfmadd"), ("SSE", "fmaf"), ("NEON", "fmla")],
)
def test_every_vector_width_assembles(level: str, instruction: str) -> None:
    goal = Machine.named(level)
    text = assembly(vector(goal.lanes(np.float32)), goal)
    assert instruction in text
    assert {"AVX-512": "zmm", "AVX2": "ymm", "SSE": "xmm", "NEON": "v0.4s"}[level] in text


@pytest.mark.skipif(host().architecture != "x86_64", reason="levels of x86")
@pytest.mark.parametrize("level", ["SSE", "AVX2", "AVX-512"])
def test_every_vector_width_computes_the_same(level: str) -> None:
    goal = Machine.named(level)
    if goal.vector_bits > host().vector_bits:
        pytest.skip("this processor has no such vectors")
    x = np.random.default_rng(0).normal(size=16).astype(np.float32)
    expected = (x.astype(np.float64) ** 2 + x).astype(np.float32)
    lanes = goal.lanes(np.float32)
    library = load(vector(lanes), machine=goal)
    ctypes.CFUNCTYPE(None, ctypes.c_void_p)(library.address("f"))(x.ctypes.data)
    np.testing.assert_array_equal(x[:lanes], expected[:lanes])


def test_a_target_that_llvm_does_not_know() -> None:
    with pytest.raises(LLVMError):
        llvm.target(Machine.portable("pdp11-dec-unix"))


def test_the_host_is_described() -> None:
    here = host()
    assert here.lanes("float32") * 32 == here.lanes("float64") * 64 == here.vector_bits
    assert here.l1 <= here.l2 <= here.l3 or here.l3 > 0
    assert here.cores >= 1
    assert not here.has("nothing")


def test_without_llvmlite_the_reason_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "llvmlite", None)
    reason = processor.available.__wrapped__()
    assert reason is not None
    assert "llvmlite" in reason
    assert "\n" not in reason


@pytest.mark.parametrize(("text", "size"), [("32K", 32 << 10), ("8M", 8 << 20), ("512", 512)])
def test_sizes_of_caches(text: str, size: int) -> None:
    assert processor._size(text) == size


def resident() -> int:
    """Bytes of memory that the process holds."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def grown(turns: int, cache: bool | ObjectCache) -> float:
    """By how many bytes one load grows the process, on average."""
    gc.collect()
    before = resident()
    for turn in range(turns):
        assert add(load(ADD.format(turn), cache=cache), 1, 1) == 2 + turn
    gc.collect()
    return (resident() - before) / turns


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_a_thousand_libraries_leave_nothing_behind(tmp_path: Path) -> None:
    grown(1200, cache=False)  # until the allocator has areas for all threads that compile
    assert grown(1000, cache=False) < 3000
    cache = ObjectCache(tmp_path / "native")
    grown(1000, cache=cache)
    # The allocator takes a megabyte at once now and then: three thousand loads.
    assert sum(grown(1000, cache=cache) for _ in range(3)) / 3 < 500


def test_the_collector_closes_nothing_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llvm, "_bury", lambda: None)
    circle: list[object] = [load(ADD.format(1), cache=False)]
    circle.append(circle)
    del circle
    gc.collect()
    engine = llvm._CONDEMNED.pop()
    assert not engine._linked.closed
    assert not engine._jit.closed
    assert engine not in llvm._LIVING
    engine.close()


def test_libraries_made_and_dropped_by_several_threads() -> None:
    wrong: list[object] = []

    def work(first: int) -> None:
        try:
            for number in range(first, first + 30):
                if add(load(ADD.format(number), cache=False), 1, 2) != 3 + number:
                    wrong.append(number)
        except LLVMError as error:
            wrong.append(error)

    threads = [threading.Thread(target=work, args=(k * 100,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


FORKING = """
import os, signal, threading
from tiza.readings.native.machine.llvm import load
try:
    from resource import RLIMIT_CPU, setrlimit
except ImportError:
    setrlimit = None

text = "define i32 @f() {{ ret i32 {} }}"
stop = False
def compile():
    number = 0
    while not stop:
        load(text.format(number := number + 1), cache=False)
threads = [threading.Thread(target=compile) for _ in range(2)]
for thread in threads: thread.start()
try:
    for turn in range(25):
        child = os.fork()
        if not child:  # rather than hang:
            if setrlimit:
                setrlimit(RLIMIT_CPU, (60, 60))  # in a loop
            signal.alarm(300)  # for a lock; a machine that others hold up is no mistake
            load(text.format(turn), cache=False)
            os._exit(7)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
finally:
    stop = True
    for thread in threads: thread.join()
print("whole")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_forks_while_others_compile() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORKING],
        capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr, done.returncode) == ("whole\n", "", 0)

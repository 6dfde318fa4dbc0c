"""Whatever is compiled, run, dropped, forked and interrupted, in any order: results stay right."""

import gc
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

import tiza as tz
from tiza.readings.evaluate import Program
from tiza.readings.native.machine.llvm import available
from tiza.readings.native.running.compiled import Compiled

pytestmark = pytest.mark.skipif(available() is not None, reason="no llvmlite")

Arrays = tuple[NDArray[np.float32], ...]


def formula(draw: random.Random) -> tuple[Callable[..., tz.Tensor], Arrays]:
    """A loss of three tensors, and values for them."""
    rows, inner, columns = (draw.choice([1, 3, 8, 17, 40]) for _ in range(3))
    numbers = np.random.default_rng(draw.randrange(1000))
    values = tuple(
        numbers.normal(size=shape).astype(np.float32)
        for shape in ((rows, inner), (inner, columns), (columns,))
    )
    curve = draw.choice([tz.tanh, tz.exp, tz.sigmoid, tz.square])
    factor = draw.randrange(1, 1000) / 1000  # almost every expression is a new one

    def loss(x: tz.Tensor, w: tz.Tensor, b: tz.Tensor) -> tz.Tensor:
        return tz.mean(curve(x @ w * factor + b))

    return loss, values


def expression(draw: random.Random) -> tuple[list, list, Arrays]:
    """A loss and its gradients: inputs, outputs, and values for the inputs."""
    loss, values = formula(draw)
    inputs = [tz.tensor(value) for value in values]
    outputs = [loss(*inputs), *tz.grad(loss, argnums=(0, 1, 2))(*inputs)]
    return [x.node for x in inputs], [y.node for y in outputs], values


def assert_near(got: NDArray[np.float32], wanted: NDArray[np.float32]) -> None:
    """Equal up to the order of sums, in which large numbers may cancel."""
    size = max(1.0, float(np.abs(wanted).max()))
    np.testing.assert_allclose(got, wanted, rtol=2e-4, atol=1e-5 * size)


def assert_agrees(draw: random.Random, threads: int) -> None:
    """Machine code gives what NumPy gives, made by the compiler or by `tz.compile`."""
    if draw.random() < 0.3:
        loss, values = formula(draw)
        slopes = tz.grad(loss, argnums=(0, 1, 2))
        for got, wanted in zip(
            tz.compile(slopes, threads=threads)(*values),
            slopes(*map(tz.tensor, values)),
            strict=True,
        ):
            assert_near(got.numpy(), wanted.numpy())
        return
    inputs, outputs, values = expression(draw)
    for got, wanted in zip(
        Compiled(inputs, outputs)(*values, threads=threads),
        Program(inputs, outputs)(*values),
        strict=True,
    ):
        assert_near(got, wanted)


@pytest.mark.parametrize("seed", range(10))
def test_compiled_and_run(seed: int) -> None:
    draw = random.Random(seed)
    assert_agrees(draw, threads=draw.randint(1, 4))


def test_a_wrong_result_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Compiled.__call__
    monkeypatch.setattr(
        Compiled,
        "__call__",
        lambda self, *arrays, **options: [1.01 * a + 1e-3 for a in right(self, *arrays, **options)],
    )
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        assert_agrees(random.Random(0), threads=1)


def test_several_threads_compile_run_and_drop() -> None:
    wrong: list[BaseException] = []

    def work(seed: int) -> None:
        draw = random.Random(seed)
        try:
            for _ in range(6):
                assert_agrees(draw, threads=draw.randint(1, 3))
        except BaseException as error:
            wrong.append(error)

    workers = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    assert not any(worker.is_alive() for worker in workers)
    assert wrong == []


def test_one_compiled_function_run_by_several_threads() -> None:
    inputs, outputs, values = expression(random.Random(5))
    run, wanted = Compiled(inputs, outputs), Program(inputs, outputs)(*values)
    wrong: list[object] = []

    def work() -> None:
        for turn in range(200):
            scale = np.float32(1 + turn % 3)
            got = run(*(x * scale for x in values), threads=1 + turn % 3)
            if scale == 1 and not np.allclose(got[0], wanted[0], rtol=1e-4):
                wrong.append(got[0])

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert not any(worker.is_alive() for worker in workers)
    assert wrong == []


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_ends_a_fit_soon() -> None:
    draw = np.random.default_rng(0)
    x = draw.normal(size=(2048, 64)).astype(np.float32)
    y = draw.integers(0, 10, 2048)
    model = tz.nn.Sequential(tz.nn.Linear(64, 128), tz.nn.ReLU(), tz.nn.Linear(128, 10))
    trainer = tz.Trainer(model, loss=tz.nn.functional.cross_entropy, run_dir=False)
    trainer.fit(x, y, epochs=2, verbose=0)  # compiled
    waits = []
    for turn in range(5):
        pressed: list[float] = []

        def press(after: float, pressed: list[float] = pressed) -> None:
            time.sleep(after)
            pressed.append(time.perf_counter())
            os.kill(os.getpid(), signal.SIGINT)

        threading.Thread(target=press, args=(0.1 + 0.037 * turn,)).start()
        trainer.fit(x, y, epochs=10**6, verbose=0)
        waits.append(time.perf_counter() - pressed[0])
        assert trainer.interrupted
    assert sorted(waits)[2] < 0.1  # the median: the machine may be busy


def resident() -> int:
    """Bytes of memory that the process holds."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_a_thousand_compilations_leave_nothing_behind() -> None:
    draw = random.Random(0)
    for _ in range(600):  # until the allocator has areas for all threads that compile
        assert_agrees(draw, threads=2)
    gc.collect()
    before = resident()
    for _ in range(1000):
        assert_agrees(draw, threads=2)
    gc.collect()
    assert (resident() - before) / 1000 < 8192


# The same in a process of its own, which may end badly without ending the tests.
ALONE = """
import os, random, signal, sys, threading, time
sys.path.insert(0, {folder!r})
from test_robust import assert_agrees
"""

FORKING = """
draw, stop, wrong = random.Random({seed}), False, []
def others(seed):
    mine = random.Random(seed)
    while not stop:
        try: assert_agrees(mine, threads=mine.randint(1, 3))
        except BaseException as error: wrong.append(error)
for _ in range(9): assert_agrees(draw, threads=2)  # all is imported: no child waits for that
callers = [threading.Thread(target=others, args=(seed,)) for seed in range(2)]
for caller in callers: caller.start()
for turn in range(8):
    if draw.random() < 0.5: assert_agrees(draw, threads=draw.randint(1, 3))
    child = os.fork()
    if not child:
        signal.alarm(60)  # rather than hang
        assert_agrees(draw, threads=draw.randint(1, 3))
        os._exit(0)
    if draw.random() < 0.5: assert_agrees(draw, threads=draw.randint(1, 3))
    assert os.waitpid(child, 0)[1] == 0
stop = True
for caller in callers: caller.join()
assert wrong == [], wrong
print("whole")
"""

INTERRUPTED = """
draw, caught, armed, done = random.Random({seed}), 0, False, False
def interrupt(*_):
    global armed
    if armed:
        armed = False  # so that the handling of one is not interrupted by the next
        raise KeyboardInterrupt
def finish(*_):
    global done
    done = True
signal.signal(signal.SIGINT, interrupt)
signal.signal(signal.SIGTERM, finish)
sys.unraisablehook = lambda what: None  # one that falls into a finalizer is told and dropped
assert_agrees(draw, threads=2)
def press():
    mine = random.Random({seed})
    for _ in range(60):
        time.sleep(mine.random() * 0.03)
        os.kill(os.getpid(), signal.SIGINT)
    os.kill(os.getpid(), signal.SIGTERM)
presses = threading.Thread(target=press)
presses.start()
while not done:
    try:
        while not done:
            armed = True  # anew each time: one may have been dropped
            assert_agrees(draw, threads=draw.randint(1, 3))
        armed = False
    except KeyboardInterrupt:
        caught += 1
presses.join()
assert_agrees(draw, threads=3)
print("whole" if caught else "never interrupted")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
@pytest.mark.parametrize("code", [FORKING, INTERRUPTED], ids=["forks", "interruptions"])
@pytest.mark.parametrize("seed", [0, *(pytest.param(k, marks=pytest.mark.slow) for k in (1, 2, 3))])
def test_random_interleavings(code: str, seed: int) -> None:
    whole = ALONE.format(folder=os.path.dirname(__file__)) + code.format(seed=seed)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", whole],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr, done.returncode) == ("whole\n", "", 0)

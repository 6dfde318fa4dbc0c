"""An import that Ctrl-C broke off is made good by the next one, in the same process."""

import subprocess
import sys

import pytest

BROKEN_OFF = """
import random, sys
draw, broken, left = random.Random({seed}), 0, 0
def interrupt(frame, event, arg):
    global left
    if "tiza" not in frame.f_code.co_filename: return None  # NumPy cannot be imported again
    left -= 1
    if left == 0: raise KeyboardInterrupt
    return interrupt
sys.unraisablehook = lambda what: None  # one that falls into a finalizer is told and dropped
while True:
    left = draw.randrange(1, 200 * (broken + 1))
    sys.settrace(interrupt)
    try:
        import tiza as tz
        loss = tz.nn.CrossEntropyLoss()(tz.randn(3, 4), tz.tensor([1, 2, 3]))
        assert loss.numpy() > 0
        assert tz.compile(tz.tanh)(tz.zeros(2)).tolist() == [0, 0]
        break
    except KeyboardInterrupt:
        broken += 1
    finally:
        sys.settrace(None)
print("whole" if broken else "never interrupted")
"""


@pytest.mark.parametrize("seed", range(4))
def test_an_import_broken_off_can_be_repeated(seed: int) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", BROKEN_OFF.format(seed=seed)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr, done.returncode) == ("whole\n", "", 0)

"""`import tiza` stays light: what it must not load, and how long it took."""

import json
import subprocess
import sys
from collections.abc import Callable

HEAVY = {
    *("torch", "onnx", "onnxruntime", "llvmlite", "optuna", "sympy", "scipy", "sklearn"),
    *("matplotlib", "pandas", "polars", "pyarrow", "IPython", "sqlite3", "rich", "click"),
}
PROBE = """
import json, sys, time
start = time.perf_counter()
import tiza
took = time.perf_counter() - start
print(json.dumps([sorted({name.partition(".")[0] for name in sys.modules}), took]))
"""


def test_import_loads_nothing_heavy(record_property: Callable[[str, object], None]) -> None:
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True)
    modules, took = json.loads(done.stdout)
    record_property("import_seconds", took)  # a report: the machine's load decides the figure
    assert "tiza" in modules
    assert HEAVY.intersection(modules) == set()

"""Where there is no PyTorch, what these tests are made of is not looked at for examples."""

from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent
collect_ignore = (
    []
    if find_spec("torch")
    else [p.name for p in HERE.glob("*.py") if not p.name.startswith(("test_", "conftest"))]
)

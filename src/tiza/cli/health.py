"""The checks of `tiza doctor`, each a few lines."""

import os
import platform
import shutil
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from tiza.cli.engine import engine
from tiza.cli.finding import Finding
from tiza.cli.version import tiza_version
from tiza.errors import language, pick

NEEDED = ("numpy", "llvmlite", "scipy-openblas32", "safetensors", "rich", "click")
EXTRAS = (  # (package, extra, what it gives)
    ("matplotlib", "plot", ("pictures", "gráficos")),
    ("pillow", "plot", ("PNG pictures as input", "imágenes PNG como entrada")),
    ("pandas", "data", ("pandas tables", "tablas de pandas")),
    ("pyarrow", "data", ("Parquet files", "archivos Parquet")),
    ("scikit-learn", "maps", ("maps by t-SNE", "mapas con t-SNE")),
    ("sympy", "school", ("equality of formulas", "igualdad de fórmulas")),
    ("torch", "torch", ("the bridge to PyTorch", "el puente a PyTorch")),
    ("onnx", "onnx", ("the bridge to ONNX", "el puente a ONNX")),
    ("optuna", "sweep", ("sweeps of settings", "barridos de ajustes")),
)


def examine() -> list[Finding]:
    """All checks, the essential ones first."""
    return [
        _python(),
        _machine(),
        *map(_needed, NEEDED),
        _works(),
        *engine(),
        _blas(),
        _matmul(),
        *(_extra(*row) for row in EXTRAS),
        _data(),
        _writable(),
        _language(),
    ]


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _python() -> Finding:
    good = sys.version_info >= (3, 11)
    return Finding(
        "python",
        "good" if good else "broken",
        ("tiza, Python", "tiza, Python"),
        f"tiza {tiza_version()}, Python {platform.python_version()}",
        "" if good else pick(("install Python 3.11 or newer", "instale Python 3.11 o más nuevo")),
    )


def _machine() -> Finding:
    return Finding(
        "machine",
        "good",
        ("machine", "máquina"),
        f"{platform.system()} {platform.release()}, {platform.machine()}",
    )


def _needed(package: str) -> Finding:
    found = _installed(package)
    value = found or pick(("not installed", "no está instalado"))
    # The compiler and its BLAS make tiza fast; without them it still works.
    lacking = "warning" if package in ("llvmlite", "scipy-openblas32") else "broken"
    return Finding(
        package,
        "good" if found else lacking,
        (package, package),
        value,
        "" if found else f"pip install {package}",
    )


def _works() -> Finding:
    name = ("self-test", "autoprueba")
    try:
        import tiza as tz

        slope = float(tz.grad(lambda x: x * x)(tz.tensor(3.0)))
    except Exception as error:  # whatever is wrong belongs in the report
        return Finding(
            "self-test",
            "broken",
            name,
            f"{type(error).__name__}: {error}",
            "pip install --force-reinstall tiza",
        )
    good = abs(slope - 6) < 1e-6
    return Finding("self-test", "good" if good else "broken", name, f"d(x²)/dx (3) = {slope:g}")


def _blas() -> Finding:
    import numpy as np

    config = dict(np.show_config(mode="dicts"))
    parts: Any = config.get("Build Dependencies", {})
    blas = parts.get("blas", {})
    return Finding(
        "blas",
        "good",
        ("NumPy's BLAS", "BLAS de NumPy"),
        f"{blas.get('name', '?')} {blas.get('version', '')}".strip(),
    )


def _matmul() -> Finding:
    import numpy as np

    a = np.ones((512, 512), np.float32)
    a @ a
    best = min(_seconds(a) for _ in range(3))
    return Finding(
        "matmul",
        "good",
        ("512×512 product", "producto 512×512"),
        f"{best * 1e3:.1f} ms, {2 * 512**3 / best / 1e9:.0f} GFLOP/s",
    )


def _seconds(a: object) -> float:
    start = time.perf_counter()
    a @ a  # type: ignore[operator]
    return time.perf_counter() - start


def _extra(package: str, extra: str, gives: tuple[str, str]) -> Finding:
    found = _installed(package)
    value = found or pick(("not installed (gives {what})", "no está instalado (da {what})")).format(
        what=pick(gives)
    )
    return Finding(
        package,
        "good" if found else "missing",
        (package, package),
        value,
        "" if found else f"pip install 'tiza[{extra}]'",
    )


def _data() -> Finding:
    name = ("data", "datos")
    folder = os.environ.get("TIZA_DATA")
    if not folder:
        cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "tiza" / "data"
        return Finding("data", "good", name, str(cache))
    there = Path(folder).is_dir()
    return Finding(
        "data",
        "good" if there else "warning",
        name,
        f"TIZA_DATA={folder}",
        "" if there else pick(("that folder does not exist", "esa carpeta no existe")),
    )


def _writable() -> Finding:
    name = ("this folder", "esta carpeta")
    free = shutil.disk_usage(".").free / 2**30
    if not os.access(".", os.W_OK):
        return Finding(
            "folder",
            "warning",
            name,
            str(Path.cwd()),
            pick(
                (
                    "not writable: start tiza elsewhere to keep runs",
                    "no se puede escribir: use otra carpeta para guardar corridas",
                )
            ),
        )
    return Finding(
        "folder", "good", name, f"{Path.cwd()}, {free:.1f} GiB {pick(('free', 'libres'))}"
    )


def _language() -> Finding:
    return Finding(
        "language", "good", ("language", "idioma"), f"{language()}, {sys.stdout.encoding or '?'}"
    )

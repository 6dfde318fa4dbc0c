"""What `tiza doctor` tells of the compiler: LLVM, vectors, threads, its BLAS, its cache on disk."""

import os

from tiza.cli.finding import Finding
from tiza.errors import pick
from tiza.readings.native.machine import blas, cores, llvm, pool
from tiza.readings.native.machine.cache import ObjectCache

NAME = ("compiler", "compilador")
SWITCHES = ("TIZA_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENBLAS_CORETYPE")


def engine() -> list[Finding]:
    """The compiler and what it builds on; without llvmlite only why it is missing."""
    reason = llvm.available()
    if reason is not None:
        return [_without(reason), _threads(), _products()]
    return [_compiler(), _vector(), _caches(), _threads(), _products(), _kept()]


def _without(reason: str) -> Finding:
    """Not broken: everything works without the compiler, only slower."""
    slower = pick(("tiza works without it, slower", "tiza funciona sin él, más lento"))
    return Finding("compiler", "warning", NAME, f"{reason} ({slower})", "pip install llvmlite")


def _compiler() -> Finding:
    """Make a function and load it."""
    try:
        library = llvm.load("define i32 @f() { ret i32 7 }", cache=False)
    except llvm.LLVMError as error:
        line = str(error).partition("\n")[0]
        return Finding("compiler", "warning", NAME, line, "pip install --force-reinstall llvmlite")
    _, release, *_ = llvm.versions()
    ready = pick(("a function in {ms:.1f} ms", "una función en {ms:.1f} ms"))
    return Finding(
        "compiler", "good", NAME, f"LLVM {release}, {ready.format(ms=library.seconds * 1e3)}"
    )


def _vector() -> Finding:
    here = llvm.host()
    text = pick(
        (
            "{bits} bits = {lanes} float32, {registers} registers ({cpu})",
            "{bits} bits = {lanes} float32, {registers} registros ({cpu})",
        )
    ).format(
        bits=here.vector_bits,
        lanes=here.lanes("float32"),
        registers=here.registers,
        cpu=here.cpu,
    )
    extra = [name for name in ("fma", "avx512bf16", "avx512fp16", "amx-bf16") if here.has(name)]
    return Finding("vector", "good", ("vector width", "ancho vectorial"), ", ".join([text, *extra]))


def _caches() -> Finding:
    here = llvm.host()
    sizes = (here.l1, here.l2, here.l3)
    return Finding(
        "caches",
        "good",
        ("processor's caches", "cachés del procesador"),
        ", ".join(f"L{level} {_bytes(size)}" for level, size in enumerate(sizes, 1)),
    )


def _bytes(size: int) -> str:
    """A size in the unit in which it is short."""
    return f"{size / 2**20:g} MiB" if size >= 2**20 else f"{size / 2**10:g} KiB"


def _threads() -> Finding:
    text = pick(
        (
            "takes {now} now; {usable} usable of {all} processors",
            "toma {now} ahora; {usable} utilizables de {all} procesadores",
        )
    ).format(now=pool.default_threads(), usable=cores.usable_cores(), all=os.cpu_count())
    set_ = [f"{name}={os.environ[name]}" for name in SWITCHES if name in os.environ]
    asked = os.environ.get("TIZA_THREADS")
    state, cure = "good", ""
    if asked and pool.chosen(asked) is None:
        state, cure = "warning", "export TIZA_THREADS=1"
    return Finding("threads", state, ("threads", "hilos"), ", ".join([text, *set_]), cure)


def _products() -> Finding:
    name = ("compiler's BLAS", "BLAS del compilador")
    found = blas.description()
    if found:
        return Finding("compiler-blas", "good", name, found)
    own = pick(("none: products by its own code", "ninguna: productos con código propio"))
    return Finding("compiler-blas", "warning", name, own, "pip install scipy-openblas32")


def _kept() -> Finding:
    cache = ObjectCache()
    text = pick(
        ("{folder}, {n} entries, {mib:.1f} MiB", "{folder}, {n} entradas, {mib:.1f} MiB")
    ).format(folder=cache.folder, n=len(cache), mib=cache.size() / 2**20)
    return Finding("compiled", "good", ("compiled before", "ya compilado"), text)

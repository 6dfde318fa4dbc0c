"""`tiza doctor` tells what the compiler uses, and what to do where it is missing."""

import pytest

from tiza.readings.native.machine import blas, llvm, pool


def values(said) -> dict[str, dict[str, str]]:
    return {finding["key"]: finding for finding in said.json["findings"]}


@pytest.mark.skipif(llvm.available() is not None, reason="no llvmlite")
def test_the_compiler_is_described(tiza, monkeypatch):
    monkeypatch.setenv("TIZA_THREADS", "3")
    found = values(tiza("doctor", "--json"))
    assert found["compiler"]["state"] == "good"
    assert found["compiler"]["value"].startswith("LLVM ")
    assert str(llvm.host().vector_bits) in found["vector"]["value"]
    assert found["threads"]["value"].startswith("takes 3 now")
    assert found["threads"]["value"].endswith("TIZA_THREADS=3")
    assert found["compiler-blas"]["value"] == blas.description()
    llvm.load("define i32 @f() { ret i32 7 }")
    assert ", 1 entries, " in values(tiza("doctor", "--json"))["compiled"]["value"]


@pytest.mark.filterwarnings("always:TIZA_THREADS")
def test_threads_that_cannot_be_are_found(tiza, monkeypatch):
    monkeypatch.setenv("TIZA_THREADS", "abc")
    pool.chosen.cache_clear()
    said = tiza("doctor", "--json")
    found = values(said)
    assert "TIZA_THREADS='abc' is no number of threads: give 1 to 1024" in said.err
    assert found["threads"]["state"] == "warning"
    assert found["threads"]["cure"] == "export TIZA_THREADS=1"


def test_it_speaks_spanish(tiza, monkeypatch):
    monkeypatch.setattr(pool, "default_threads", lambda: 2)
    said = tiza("doctor", "--lang", "es").out
    for words in ("compilador", "ancho vectorial", "toma 2 ahora", "ya compilado"):
        assert words in said


def test_without_llvmlite_it_still_works(tiza, monkeypatch):
    monkeypatch.setattr(llvm, "available", lambda: "ImportError: No module named 'llvmlite'")
    monkeypatch.setattr(blas, "description", lambda: "")
    said = tiza("doctor", "--json")
    found = values(said)
    assert said.code == 0
    assert found["compiler"] == {
        "key": "compiler",
        "state": "warning",
        "value": "ImportError: No module named 'llvmlite' (tiza works without it, slower)",
        "cure": "pip install llvmlite",
    }
    assert found["compiler-blas"]["cure"] == "pip install scipy-openblas32"
    assert "vector" not in found


@pytest.mark.skipif(llvm.available() is not None, reason="no llvmlite")
def test_an_llvm_that_refuses_is_no_end(tiza, monkeypatch):
    def refuse(*_, **__):
        raise llvm.LLVMError("no executable memory\nand more")

    monkeypatch.setattr(llvm, "load", refuse)
    found = values(tiza("doctor", "--json"))
    assert found["compiler"]["state"] == "warning"
    assert found["compiler"]["value"] == "no executable memory"

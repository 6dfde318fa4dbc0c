"""The text of the vector mathematics: what it declares, where it compiles; and random bits."""

import ctypes
import importlib.util
import re
from pathlib import Path

import llvmlite.binding as llvm
import numpy as np
import pytest

from tiza.graph import philox
from tiza.readings.native import mathlib
from tiza.readings.native.mathlib import coefficients
from tiza.readings.native.mathlib.alone import Compiled, optimised

SINGLE, DOUBLE, WORD = np.dtype("float32"), np.dtype("float64"), np.dtype("uint32")
ALL = [(name, dtype, width) for name in mathlib.FUNCTIONS for dtype in (SINGLE, DOUBLE)
       for width in (1, 2, 4, 8, 16)] + [(name, WORD, width) for name in mathlib.PHILOX
                                         for width in (1, 4, 8, 16)]  # fmt: skip


def test_names():
    assert mathlib.symbol("exp", SINGLE, 16) == "tz_exp_v16f32"
    assert mathlib.symbol("pow", DOUBLE, 1) == "tz_pow_f64"
    assert mathlib.symbol("philox", WORD, 8) == "tz_philox_v8i32"


def test_everything_is_defined_and_declared_once():
    declares, text = mathlib.definitions([*ALL, *ALL])
    defined = re.findall(r"^define [^@]*@(\w+)", text, re.MULTILINE)
    assert len(defined) == len(set(defined))
    assert {mathlib.symbol(*wanted) for wanted in ALL} <= set(defined)
    assert set(defined) - {mathlib.symbol(*wanted) for wanted in ALL} == {
        name for name in defined if name.startswith("tz_each_")
    }
    outside = set(re.findall(r"call [^@]*@([\w.]+)", text)) - set(defined)
    assert outside == {re.search(r"@([\w.]+)", line)[1] for line in declares}
    assert "declare" not in text


def test_only_portable_intrinsics_and_the_c_library_s_doubles_are_called():
    declares, _ = mathlib.definitions(ALL)
    called = {re.search(r"@(?:llvm\.)?(\w+)", line)[1] for line in declares}
    assert called == {"fma", "fabs", "copysign", "sqrt", "floor", "ceil", "trunc", "rint",
                      "maximum", "minimum", "sin", "cos", "tan", "fmod"}  # fmt: skip


def test_the_text_depends_on_nothing_but_what_is_asked():
    assert mathlib.definitions(ALL[:20]) == mathlib.definitions(iter(ALL[:20]))


@pytest.mark.slow  # ten seconds a target
@pytest.mark.parametrize(
    ("triple", "features"),
    [
        ("x86_64-unknown-linux-gnu", ""),
        ("x86_64-unknown-linux-gnu", "+avx2,+fma"),
        ("x86_64-pc-windows-msvc", "+avx512f,+avx512vl,+avx512bw,+avx512dq"),
        ("aarch64-unknown-linux-gnu", "+neon"),
        ("aarch64-apple-darwin", "+neon"),
        ("riscv64-unknown-linux-gnu", "+m,+a,+f,+d"),
    ],
)
def test_every_target_assembles_every_function(triple, features):
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    target = llvm.Target.from_triple(triple).create_target_machine(features=features, opt=2)
    declares, text = mathlib.definitions(ALL)
    kept = text.replace("define internal", "define").replace(" alwaysinline", "")
    assembly = target.emit_assembly(optimised("\n".join([*sorted(declares), kept]), target))
    assert all(mathlib.symbol(*wanted) in assembly for wanted in ALL)


def fits():
    """The module tools/minimax.py, which is no part of the package."""
    path = Path(__file__).parents[3] / "tools" / "minimax.py"
    spec = importlib.util.spec_from_file_location("minimax", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "names", [["COS", "LOG_POWER"], pytest.param(None, marks=pytest.mark.slow)]
)
def test_the_coefficients_are_those_that_the_tool_finds(names):
    pytest.importorskip("mpmath")
    tool = fits()
    for job in tool.FITS:
        if names and job.name not in names:
            continue
        for field, kind, label in tool.KINDS:
            if getattr(job, field):
                found, _ = tool.fit(job, getattr(job, field), kind)
                assert found == getattr(coefficients, job.name)[label], job.name


def words(name, width):
    """A module with `go(i32* key, i64 i, i32* out)` that stores what a function returns."""
    v = "i32" if width == 1 else f"<{width} x i32>"
    four = f"{{ {v}, {v}, {v}, {v} }}"
    lines = ["define void @go(ptr %key, i64 %i, ptr %out) {"]
    for i in range(4):
        lines += [f"  %a{i} = getelementptr i32, ptr %key, i64 {i}"]
        lines += [f"  %k{i} = load i32, ptr %a{i}"]
    given = "i32 %k0, i32 %k1, i32 %k2, i32 %k3, i64 %i"
    if name == "random_bits":
        lines += [f"  %y = call {v} @{mathlib.symbol(name, WORD, width)}({given})"]
        lines += [f"  store {v} %y, ptr %out, align 4"]
    else:
        lines += [f"  %y = call {four} @{mathlib.symbol(name, WORD, width)}({given})"]
        for i in range(4):
            lines += [f"  %y{i} = extractvalue {four} %y, {i}"]
            lines += [f"  %o{i} = getelementptr i32, ptr %out, i64 {i * width}"]
            lines += [f"  store {v} %y{i}, ptr %o{i}, align 4"]
    declares, text = mathlib.definitions([(name, WORD, width)])
    go = Compiled("\n".join([*declares, text, *lines, "  ret void", "}"])).function(
        "go", ctypes.c_void_p, ctypes.c_int64, ctypes.c_void_p
    )

    def run(key, i):
        out = np.zeros(width if name == "random_bits" else 4 * width, np.uint32)
        go(key.ctypes.data, i, out.ctypes.data)
        return out

    return run


KEY = np.array([12345, 0xFFFFFFFF, 7, 0x80000001], np.uint32)


@pytest.mark.parametrize("width", [1, 4, 8, 16])
def test_random_bits_are_those_of_the_reference_at_any_place(width):
    run = words("random_bits", width)
    wanted = philox.random_bits(KEY, 200)
    for i in (0, 1, 2, 3, 4, 17, 100, 183):
        np.testing.assert_array_equal(run(KEY, i), wanted[i : i + width])


@pytest.mark.parametrize("width", [1, 4, 8, 16])
def test_four_vectors_of_random_bits_are_those_of_the_reference(width):
    run = words("random_bits4", width)
    wanted = philox.random_bits(KEY, 400)
    for j in (0, 1, 5, 33):
        np.testing.assert_array_equal(run(KEY, j), wanted[4 * j : 4 * (j + width)])


@pytest.mark.parametrize("width", [1, 16])
def test_blocks_beyond_2_to_the_32_carry_into_the_second_word(width):
    block = (1 << 32) - 3 + np.arange(width, dtype=np.uint64)
    low, high = block & np.uint64(0xFFFFFFFF), block >> np.uint64(32)
    rest = [np.full(width, k, np.uint64) for k in KEY[2:]]
    wanted = philox.philox4x32(np.stack([low, high, *rest], -1), KEY[:2])
    np.testing.assert_array_equal(words("random_bits4", width)(KEY, (1 << 32) - 3), wanted.ravel())
    again = words("random_bits", width)(KEY, 4 * ((1 << 32) - 3))
    np.testing.assert_array_equal(again, wanted.ravel()[:width])

"""The vector mathematics of the native compiler: LLVM IR of the functions that no instruction is.

`FUNCTIONS` says which primitives it has and how many arguments they take; `symbol(name, dtype,
width)` is the name of one for `width` numbers at a time (1: a plain number); `definitions(needed)`
gives the lines that declare what is outside and the text of the functions, each once. For example

    declares, text = definitions([("tanh", np.dtype("float32"), 16)])
    ... call <16 x float> @tz_tanh_v16f32(<16 x float> %x) ...

The functions are branch-free polynomials, marked `alwaysinline`. A lane's result depends neither
on the width nor on its neighbours, so any slicing of the work gives the same bits. Special points
(±0, ±∞, NaN, subnormal numbers) give what the primitive's own `value` gives. Only sin, cos, tan,
remainder and floor_divide branch, to the C library's functions of doubles, where an argument is
beyond the fast formula's reach.

Only portable IR is used: `llvm.fma` is one instruction on x86 with FMA, on ARM and RISC-V;
elsewhere LLVM calls the C library's `fma`, which is slow and right.

Greatest errors in units in the last place, float32 and float64 (`python -m bench.mathlib accuracy`:
every 31st of all float32 numbers, 200,000 random float64 ones; exp, log, tanh, sigmoid and erf on
every float32 number in the slow tests). What is not listed is exact; logaddexp, which may cancel,
is within 1.5 ulp of the larger of its result and log 2.

    exp      0.99 0.96    log       0.87 0.79    sin   1.56 1.48    asin   1.99 1.85
    expm1    1.45 1.83    log1p     1.45 1.36    cos   1.57 1.45    acos   1.11 1.11
    sigmoid  1.69 1.48    log2      1.00 0.98    tan   0.50 2.40    atan   1.35 1.50
    tanh     2.32 2.06    log10     0.97 1.01    pow   0.51 0.90    atan2  1.41 1.46
    sinh     1.60 1.54    softplus  1.69 1.54    erf   1.14 0.73    hypot  1.09 1.16
    cosh     1.43 1.37    asinh     1.75 1.52    acosh 1.86 1.69    atanh  1.80 1.62

`PHILOX` names three functions more, of 32-bit words (their dtype is uint32), that make random bits
in registers, the same as `tiza.graph.philox.random_bits(key, shape)`. There, word i of the
flattened result is word i mod 4 of block ⌊i/4⌋; block j is Philox of the counter (j mod 2³²,
⌊j/2³²⌋, stream, step) under the key (seed_lo, seed_hi), where key = (seed_lo, seed_hi, stream,
step). With V a vector of w words,

    {V, V, V, V} @tz_philox_v16i32(V c0, V c1, V c2, V c3, i32 seed_lo, i32 seed_hi)
    V            @tz_random_bits_v16i32(i32 seed_lo, i32 seed_hi, i32 stream, i32 step, i64 i)
    {V, V, V, V} @tz_random_bits4_v16i32(i32 seed_lo, …, i32 step, i64 j)

`random_bits` gives words i … i + w − 1 for any i; `random_bits4` gives words 4j … 4j + 4w − 1 in
order, for a quarter of the work a word: the one to use in a loop unrolled four times.
"""

from tiza.readings.native.mathlib.philox import PHILOX
from tiza.readings.native.mathlib.table import FUNCTIONS, WITHIN, definitions, symbol

__all__ = ["FUNCTIONS", "PHILOX", "WITHIN", "definitions", "symbol"]

"""Random bits in registers: Philox 4x32-10 as LLVM IR, bit for bit that of `tiza.graph.philox`."""

from __future__ import annotations

from tiza.graph.philox import MULTIPLIERS, ROUNDS, WEYL


def _splat(width: int, number: int) -> str:
    return str(number) if width == 1 else f"splat (i32 {number})"


def _vector(width: int) -> str:
    return "i32" if width == 1 else f"<{width} x i32>"


def _spread(lines: list[str], name: str, width: int) -> str:
    """The lines that put one i32 into all lanes; the name of the vector."""
    if width == 1:
        return f"%{name}"
    v = _vector(width)
    lines.append(f"  %{name}_0 = insertelement {v} poison, i32 %{name}, i32 0")
    zeros = f"<{width} x i32> zeroinitializer"
    lines.append(f"  %{name}_all = shufflevector {v} %{name}_0, {v} poison, {zeros}")
    return f"%{name}_all"


def philox(width: int) -> str:
    """`{V, V, V, V} @tz_philox_*(V c0, V c1, V c2, V c3, i32 k0, i32 k1)`: scramble w counters.

    Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", SC11, section 3.3.
    """
    v = _vector(width)
    w = v.replace("i32", "i64")
    thirty_two = "32" if width == 1 else "splat (i64 32)"
    four = f"{{ {v}, {v}, {v}, {v} }}"
    lines = [
        f"define internal {four} @tz_philox_{mangled(width)}"
        f"({v} %c0, {v} %c1, {v} %c2, {v} %c3, i32 %k0, i32 %k1) alwaysinline {{"
    ]
    keys = [_spread(lines, f"k{i}", width) for i in range(2)]
    c = [f"%c{i}" for i in range(4)]
    for turn in range(ROUNDS):
        halves = []
        for side, (word, multiplier) in enumerate(zip((c[0], c[2]), MULTIPLIERS, strict=True)):
            p = f"%p{turn}_{side}"
            factor = str(int(multiplier)) if width == 1 else f"splat (i64 {int(multiplier)})"
            lines += [
                f"  {p}_x = zext {v} {word} to {w}",
                f"  {p} = mul {w} {p}_x, {factor}",
                f"  {p}_up = lshr {w} {p}, {thirty_two}",
                f"  {p}_hi = trunc {w} {p}_up to {v}",
                f"  {p}_lo = trunc {w} {p} to {v}",
            ]
            halves.append(p)
        left, right = halves
        for i, (high, other) in enumerate(((right, c[1]), (left, c[3]))):
            key = f"%key{turn}_{i}"
            lines += [
                f"  {key} = add {v} {keys[i]}, {_splat(width, turn * WEYL[i] % 2**32)}",
                f"  %m{turn}_{i} = xor {v} {high}_hi, {other}",
                f"  %n{turn}_{i} = xor {v} %m{turn}_{i}, {key}",
            ]
        c = [f"%n{turn}_0", f"{right}_lo", f"%n{turn}_1", f"{left}_lo"]
    return "\n".join([*lines, *_returned(four, v, c), "}"])


def _returned(four: str, v: str, words: list[str]) -> list[str]:
    """The lines that return four vectors at once."""
    lines, total = [], "poison"
    for i, word in enumerate(words):
        lines.append(f"  %r{i} = insertvalue {four} {total}, {v} {word}, {i}")
        total = f"%r{i}"
    return [*lines, f"  ret {four} {total}"]


KEY = "i32 %seed_lo, i32 %seed_hi, i32 %stream, i32 %step"


def _blocks(width: int, lines: list[str], blocks: str) -> list[str]:
    """Philox of w blocks given as i64 lanes; the names of its four words."""
    v = _vector(width)
    w = v.replace("i32", "i64")
    four = f"{{ {v}, {v}, {v}, {v} }}"
    thirty_two = "32" if width == 1 else "splat (i64 32)"
    stream, step = (_spread(lines, name, width) for name in ("stream", "step"))
    lines += [
        f"  %c0 = trunc {w} {blocks} to {v}",
        f"  %up = lshr {w} {blocks}, {thirty_two}",
        f"  %c1 = trunc {w} %up to {v}",
        f"  %four = call {four} @tz_philox_{mangled(width)}"
        f"({v} %c0, {v} %c1, {v} {stream}, {v} {step}, i32 %seed_lo, i32 %seed_hi)",
    ]
    lines += [f"  %word{i} = extractvalue {four} %four, {i}" for i in range(4)]
    return [f"%word{i}" for i in range(4)]


def _counting(width: int, lines: list[str], start: str) -> str:
    """The lines that make start, start + 1, … in i64 lanes."""
    if width == 1:
        return start
    w = f"<{width} x i64>"
    steps = ", ".join(f"i64 {i}" for i in range(width))
    lines += [
        f"  %first_0 = insertelement {w} poison, i64 {start}, i32 0",
        f"  %first = shufflevector {w} %first_0, {w} poison, <{width} x i32> zeroinitializer",
        f"  %count = add {w} %first, <{steps}>",
    ]
    return "%count"


def random_bits(width: int) -> str:
    """`V @tz_random_bits_*(i32 seed_lo, …, i32 step, i64 i)`: words i, i + 1, … i + w − 1."""
    v = _vector(width)
    w = v.replace("i32", "i64")
    lines = [f"define internal {v} @tz_random_bits_{mangled(width)}({KEY}, i64 %i) alwaysinline {{"]
    index = _counting(width, lines, "%i")
    two, three = ("2", "3") if width == 1 else ("splat (i64 2)", "splat (i64 3)")
    lines += [f"  %block = lshr {w} {index}, {two}", f"  %which = and {w} {index}, {three}"]
    words = _blocks(width, lines, "%block")
    truths = "i1" if width == 1 else f"<{width} x i1>"
    total = words[0]
    for i in (1, 2, 3):
        number = str(i) if width == 1 else f"splat (i64 {i})"
        lines += [
            f"  %is{i} = icmp eq {w} %which, {number}",
            f"  %upto{i} = select {truths} %is{i}, {v} {words[i]}, {v} {total}",
        ]
        total = f"%upto{i}"
    return "\n".join([*lines, f"  ret {v} {total}", "}"])


def random_bits4(width: int) -> str:
    """`{V, V, V, V} @tz_random_bits4_*(key…, i64 j)`: words 4j … 4j + 4w − 1, in order.

    A quarter of the work of `random_bits` for a word, as no block is scrambled four times.
    """
    v = _vector(width)
    four = f"{{ {v}, {v}, {v}, {v} }}"
    lines = [
        f"define internal {four} @tz_random_bits4_{mangled(width)}({KEY}, i64 %j) alwaysinline {{"
    ]
    words = _blocks(width, lines, _counting(width, lines, "%j"))
    if width > 1:
        words = _interleaved(width, lines, words)
    return "\n".join([*lines, *_returned(four, v, words), "}"])


def _interleaved(width: int, lines: list[str], words: list[str]) -> list[str]:
    """a₀b₀c₀d₀ a₁b₁c₁d₁ …, cut into four vectors."""
    v, pair = _vector(width), _vector(2 * width)
    everything = ", ".join(f"i32 {i}" for i in range(2 * width))
    lines += [
        f"  %ab = shufflevector {v} {words[0]}, {v} {words[1]}, <{2 * width} x i32> <{everything}>",
        f"  %cd = shufflevector {v} {words[2]}, {v} {words[3]}, <{2 * width} x i32> <{everything}>",
    ]
    for part in range(4):
        flat = range(part * width, (part + 1) * width)
        mask = ", ".join(f"i32 {i % 4 * width + i // 4}" for i in flat)
        lines.append(
            f"  %flat{part} = shufflevector {pair} %ab, {pair} %cd, <{width} x i32> <{mask}>"
        )
    return [f"%flat{part}" for part in range(4)]


def mangled(width: int) -> str:
    """The suffix of the names: i32 or v16i32."""
    return "i32" if width == 1 else f"v{width}i32"


PHILOX = {"philox": philox, "random_bits": random_bits, "random_bits4": random_bits4}

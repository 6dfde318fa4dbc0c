"""The random bits are the published ones, in any order and any amount."""

import time

import numpy as np
import pytest

from tiza.graph.philox import CHUNK, permutation, philox4x32, random_bits

# Random123's kat_vectors, lines "philox4x32 10": counter, key, answer.
KNOWN = [
    (
        "00000000 00000000 00000000 00000000",
        "00000000 00000000",
        "6627e8d5 e169c58d bc57ac4c 9b00dbd8",
    ),
    (
        "ffffffff ffffffff ffffffff ffffffff",
        "ffffffff ffffffff",
        "408f276d 41c83b0e a20bc7c6 6d5451fd",
    ),
    (
        "243f6a88 85a308d3 13198a2e 03707344",
        "a4093822 299f31d0",
        "d16cfe09 94fdcceb 5001e420 24126ea1",
    ),
]


def words(text: str) -> list[int]:
    return [int(word, 16) for word in text.split()]


def plain_philox(counter: list[int], key: list[int]) -> list[int]:
    """The paper's rounds with Python's unbounded integers."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        left, right = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (
            right >> 32 ^ c1 ^ k0,
            right & 0xFFFFFFFF,
            left >> 32 ^ c3 ^ k1,
            left & 0xFFFFFFFF,
        )
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return [c0, c1, c2, c3]


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN)
def test_known_answers(counter: str, key: str, answer: str) -> None:
    assert philox4x32(words(counter), words(key)).tolist() == words(answer)


def test_plain_python_agrees_on_random_counters() -> None:
    rng = np.random.default_rng(0)
    counters = rng.integers(0, 2**32, (50, 4), dtype=np.uint32)
    keys = rng.integers(0, 2**32, (50, 2), dtype=np.uint32)
    expected = [plain_philox(c, k) for c, k in zip(counters.tolist(), keys.tolist(), strict=True)]
    assert philox4x32(counters, keys).tolist() == expected


def test_leading_axes_broadcast() -> None:
    many = philox4x32(np.zeros((3, 1, 4)), [[1, 0], [2, 0]])
    assert many.shape == (3, 2, 4)
    assert many[2, 1].tolist() == plain_philox([0] * 4, [2, 0])


@pytest.mark.parametrize("position", [0, 1, 2, 3, 4, 7, 4 * CHUNK - 1, 4 * CHUNK, 4 * CHUNK + 5])
def test_element_i_is_word_i_mod_4_of_block_i_div_4(position: int) -> None:
    bits = random_bits([11, 22, 33, 44], 4 * CHUNK + 6)
    block = plain_philox([position // 4, 0, 33, 44], [11, 22])
    assert bits[position] == block[position % 4]


@pytest.mark.parametrize("shape", [(), 0, (0, 3), 1, (2, 3), (4, 5, 6)])
def test_shapes_are_prefixes_of_one_stream(shape: int | tuple[int, ...]) -> None:
    bits = random_bits([1, 2, 3, 4], shape)
    assert bits.dtype == np.uint32
    assert bits.shape == ((shape,) if isinstance(shape, int) else shape)
    assert (bits.ravel() == random_bits([1, 2, 3, 4], 200)[: bits.size]).all()


def test_every_part_of_the_key_matters() -> None:
    seen = {random_bits(np.eye(4, dtype=np.uint32)[i], 4).tobytes() for i in range(4)}
    assert len(seen) == 4


def test_bits_look_uniform() -> None:
    bits = random_bits([5, 0, 0, 0], 100_000)
    for shift in range(32):  # a fair coin of 100,000 throws leaves 5 σ = 0.8 % rarely
        assert abs(float((bits >> shift & 1).mean()) - 0.5) < 0.008
    cells = np.bincount(bits >> 24, minlength=256)
    chi2 = float(((cells - cells.mean()) ** 2 / cells.mean()).sum())
    assert 150 < chi2 < 380  # χ² with 255 degrees of freedom: mean 255, σ 22.6


@pytest.mark.parametrize("n", [0, 1, 2, 1000])
def test_permutation_holds_every_number_once(n: int) -> None:
    order = permutation([3, 0, 1, 2], n)
    assert order.dtype == np.int64
    assert sorted(order.tolist()) == list(range(n))


def test_permutation_is_the_argsort_of_64_bit_words() -> None:
    key = [9, 8, 7, 6]
    low, high = random_bits(key, 200).tolist()[::2], random_bits(key, 200).tolist()[1::2]
    wide = [lo + (hi << 32) for lo, hi in zip(low, high, strict=True)]
    assert permutation(key, 100).tolist() == sorted(range(100), key=wide.__getitem__)


def test_permutations_are_fair() -> None:
    counts: dict[tuple[int, ...], int] = {}
    for step in range(3000):
        order = tuple(permutation([1, 0, 0, step], 3).tolist())
        counts[order] = counts.get(order, 0) + 1
    assert len(counts) == 6
    assert min(counts.values()) > 400  # mean 500, σ 20


def test_a_million_words_come_quickly() -> None:
    random_bits([1, 0, 0, 0], 1000)
    start = time.perf_counter()
    random_bits([1, 0, 0, 0], 1_000_000)
    assert time.perf_counter() - start < 1.0  # about 20 ms when the machine is idle

"""Random bits as a pure function of a key and a position: Philox 4x32-10, in NumPy.

Source: Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3", SC11.
The same bits come out on every machine, for any number of threads, in any order of asking.
"""

from collections.abc import Sequence
from math import prod

import numpy as np
from numpy.typing import ArrayLike, NDArray

Words = NDArray[np.uint32]
Lanes = NDArray[np.uint64]  # 32-bit words held in 64, so that a product keeps its high half

MULTIPLIERS = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
WEYL = 0x9E3779B9, 0xBB67AE85  # the golden ratio and √3 − 1: added to the key at each round
ROUNDS = 10
LOW = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)
CHUNK = 1 << 13  # blocks worked on at a time: the lanes then stay in the cache


def _rounds(c0: Lanes, c1: Lanes, c2: Lanes, c3: Lanes, k0: Lanes, k1: Lanes) -> list[Lanes]:
    """Ten rounds: (c0 c1 c2 c3) ← (hi(b c2) ⊕ c1 ⊕ k0, lo(b c2), hi(a c0) ⊕ c3 ⊕ k1, lo(a c0))."""
    a, b = MULTIPLIERS
    for turn in range(ROUNDS):
        bump0, bump1 = (np.uint64(turn * w & 0xFFFFFFFF) for w in WEYL)
        left, right = a * c0, b * c2
        c0, c2 = (right >> HALF) ^ c1, (left >> HALF) ^ c3
        c0 ^= (k0 + bump0) & LOW
        c2 ^= (k1 + bump1) & LOW
        right &= LOW
        left &= LOW
        c1, c3 = right, left
    return [c0, c1, c2, c3]


def philox4x32(counter: ArrayLike, key: ArrayLike) -> Words:
    """Scramble a 128-bit counter under a 64-bit key; a bijection of the counter.

    Ten rounds of two 32×32 → 64-bit products, exclusive ors and a key that grows by the Weyl
    constants.

    Shapes: counter (*n, 4), key (*n, 2) → (*n, 4), all of uint32; leading axes broadcast.
    Source: Salmon et al. 2011, section 3.3 and table 2.

    >>> [hex(word) for word in philox4x32([0, 0, 0, 0], [0, 0]).tolist()]
    ['0x6627e8d5', '0xe169c58d', '0xbc57ac4c', '0x9b00dbd8']
    """
    c, k = np.asarray(counter, np.uint32), np.asarray(key, np.uint32)
    leading = np.broadcast_shapes(c.shape[:-1], k.shape[:-1])
    lanes = [np.broadcast_to(c[..., i], leading).astype(np.uint64) for i in range(4)]
    keys = [np.broadcast_to(k[..., i], leading).astype(np.uint64) for i in range(2)]
    return np.stack(_rounds(*lanes, *keys), axis=-1).astype(np.uint32)


def random_bits(key: ArrayLike, shape: int | Sequence[int]) -> Words:
    """Fill `shape` with random 32-bit words that depend on nothing but `key` and the position.

    Element i of the flattened result is word i mod 4 of block ⌊i/4⌋, where block j is
    philox4x32((j mod 2³², ⌊j/2³²⌋, stream, step), (seed_lo, seed_hi)).

    Shapes: key (4) = (seed_lo, seed_hi, stream, step) → `shape`, of uint32.

    >>> random_bits([1, 0, 0, 0], (2, 3)).shape
    (2, 3)
    >>> bool((random_bits([1, 0, 0, 0], 9)[:4] == random_bits([1, 0, 0, 0], 4)).all())
    True
    """
    seed_lo, seed_hi, stream, step = np.asarray(key, np.uint32).astype(np.uint64)
    wanted = (shape,) if isinstance(shape, int) else tuple(shape)
    size = prod(wanted)
    blocks = -(-size // 4)
    words = np.empty((blocks, 4), np.uint32)
    for start in range(0, blocks, CHUNK):
        block = np.arange(start, min(start + CHUNK, blocks), dtype=np.uint64)
        lanes = _rounds(
            block & LOW,
            block >> HALF,
            np.full_like(block, stream),
            np.full_like(block, step),
            seed_lo,
            seed_hi,
        )
        for i, lane in enumerate(lanes):
            words[start : start + CHUNK, i] = lane
    return words.reshape(-1)[:size].reshape(wanted)


def permutation(key: ArrayLike, n: int) -> NDArray[np.int64]:
    """Shuffle 0 … n−1: the stable argsort of n random 64-bit words.

    Word i of the n is bits[2i] + 2³² bits[2i+1], bits = random_bits(key, 2n); equal words (one
    chance in 2⁶⁴ a pair) keep their order. Any backend that follows this gets the same shuffle.

    Shapes: key (4) → (n), of int64.

    >>> sorted(permutation([7, 0, 0, 0], 5).tolist())
    [0, 1, 2, 3, 4]
    """
    words = random_bits(key, (n, 2)).astype("<u4").view("<u8").reshape(-1)
    bits = np.uint64(max(n - 1, 1).bit_length())
    packed = (words >> bits << bits) | np.arange(n, dtype=np.uint64)
    packed.sort()  # numbers sort faster than their order does
    if (packed[1:] >> bits == packed[:-1] >> bits).any():  # the bits left out would decide
        return np.argsort(words, kind="stable").astype(np.int64)
    return (packed & ((np.uint64(1) << bits) - np.uint64(1))).astype(np.int64)

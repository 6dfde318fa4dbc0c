"""Packed and padded sequences: the same rows in the same places as PyTorch's."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

import tiza as tz
from tiza import nn
from tiza.errors import TizaError
from tiza.nn.utils.rnn import (
    pack_padded_sequence,
    pack_sequence,
    pad_packed_sequence,
    pad_sequence,
    unpack_sequence,
    unpad_sequence,
)


def sequences(lengths):
    rng = np.random.default_rng(0)
    return [rng.normal(size=(n, 2)) for n in lengths]


lengths_of = st.lists(st.integers(1, 5), min_size=1, max_size=5)


@pytest.mark.peer
@settings(max_examples=40, deadline=None, derandomize=True)
@given(lengths_of, st.booleans(), st.sampled_from(["left", "right"]))
def test_padding_and_packing_equal_pytorch(lengths, first, side):
    torch = pytest.importorskip("torch")
    theirs = torch.nn.utils.rnn
    rows = sequences(lengths)
    peers = [torch.tensor(r) for r in rows]
    got = pad_sequence(rows, first, -1.0, side)
    assert_array_equal(got.numpy(), theirs.pad_sequence(peers, first, -1.0, side).numpy())
    packed, peer = pack_sequence(rows, False), theirs.pack_sequence(peers, False)
    assert_array_equal(packed.batch_sizes.numpy(), peer.batch_sizes.numpy())
    back, long = pad_packed_sequence(packed, first, 7.0, 6)
    want, many = theirs.pad_packed_sequence(peer, first, 7.0, 6)
    assert_array_equal(back.numpy(), want.numpy())
    assert_array_equal(long.numpy(), many.numpy())


@settings(max_examples=30, deadline=None, derandomize=True)
@given(lengths_of)
def test_what_is_packed_comes_back(lengths):
    rows = sequences(lengths)
    packed = pack_sequence(rows, enforce_sorted=False)
    assert packed.data.shape == (sum(lengths), 2)
    assert packed.lengths.tolist() == sorted(lengths, reverse=True)
    for got, want in zip(unpack_sequence(packed), rows, strict=True):
        assert_array_equal(got.numpy(), want)


def test_slopes_go_through_packing():
    x = tz.tensor(np.random.default_rng(0).normal(size=(3, 2, 2)))

    def f(x):
        packed = pack_padded_sequence(x, [2, 3], enforce_sorted=False)
        return (pad_packed_sequence(packed)[0] ** 2).sum()

    tz.check_grad(f, x)
    assert (tz.grad(f)(x).numpy()[2, 0] == 0).all()  # padding


def test_lengths_may_be_0_where_nothing_is_packed():
    assert [s.shape for s in unpad_sequence(np.zeros((3, 2)), [0, 2])] == [(0,), (2,)]


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: pack_padded_sequence([1.0], [1]), "packed-rank"),
        (lambda: pack_padded_sequence(np.zeros((3, 2)), [2, 3]), "packed-order"),
        (lambda: pack_padded_sequence(np.zeros((3, 2)), [2, 0]), "lengths-range"),
        (lambda: pack_padded_sequence(np.zeros((3, 2)), [4, 1]), "lengths-range"),
        (lambda: pack_padded_sequence(np.zeros((3, 2)), [3.0, 1.0]), "lengths-shape"),
        (lambda: pack_padded_sequence(np.zeros((3, 2)), [3]), "lengths-shape"),
        (lambda: pad_packed_sequence(pack_sequence([[1, 2]]), total_length=1), "packed-total"),
        (lambda: pad_sequence([[1]], padding_side="top"), "packed-side"),
        (lambda: pad_sequence([]), "packed-none"),
    ],
)
def test_wrong_arguments_are_refused(make, code):
    with pytest.raises(TizaError) as caught:
        make()
    assert caught.value.code == code


def test_the_names_stand_where_pytorch_has_them():
    assert nn.utils.rnn.pad_sequence is pad_sequence

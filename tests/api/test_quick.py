"""The short way through a compiled function gives what the long one does, call after call."""

import numpy as np
import pytest
from crowd import at_once

import tiza as tz
from tiza import nn
from tiza.api.quick import Quick
from tiza.readings.native.machine.llvm import available

if available() is not None:
    pytest.skip("no llvmlite", allow_module_level=True)


def test_several_results_in_any_tree():
    f = tz.compile(lambda x, y: {"sum": x + y, "both": [x * y, (x - y,)]})
    for k in range(3):
        x, y = np.arange(3.0) + k, np.full(3, 2.0)
        made = f(x, tz.tensor(y))
        assert np.array_equal(made["sum"], x + y)
        assert np.array_equal(made["both"][0], x * y)
        assert np.array_equal(made["both"][1][0], x - y)
    assert isinstance(f._quick, Quick)


def test_results_of_earlier_calls_stay():
    f = tz.compile(lambda x: (x + 1, x * 2))
    made = [f(np.full(2, float(k))) for k in range(50)]
    assert all(a.tolist() == [k + 1.0] * 2 and b.tolist() == [k * 2.0] * 2
               for k, (a, b) in enumerate(made))  # fmt: skip


def test_arguments_in_lists_and_dicts():
    f = tz.compile(lambda state, x, scale=1: ([s + x for s in state["rows"]], x * scale))
    for k in range(4):
        rows, last = f({"rows": [np.ones(2) * k, tz.zeros(2, dtype=tz.float64)]}, np.ones(2))
        assert [r.tolist() for r in rows] == [[k + 1.0] * 2, [1.0] * 2]
        assert last.tolist() == [1.0, 1.0]
    assert isinstance(f._quick, Quick)
    assert f({"rows": [np.zeros(2)]}, np.ones(2))[0][0].tolist() == [1.0, 1.0]  # another tree
    assert f({"rows": [np.zeros(2)]}, np.ones(2), 3)[1].tolist() == [3.0, 3.0]


def test_a_donated_argument_is_written_over():
    f = tz.compile(lambda state, x: (state + x, tz.sum(x)), donate=0)
    state = tz.zeros(4, dtype=tz.float64)
    state, _ = f(state, np.ones(4))
    before = state.node.value
    for k in range(3):
        state, total = f(state, np.ones(4))
        assert state.tolist() == [k + 2.0] * 4
        assert total.item() == 4.0
        assert state.node.value is before
    assert isinstance(f._quick, Quick)


def test_what_may_not_be_written_over_is_copied():
    f = tz.compile(lambda x: x + 1, donate=0)
    for _ in range(3):
        fixed = np.zeros(3)
        fixed.setflags(write=False)
        assert f(fixed).tolist() == [1.0] * 3
        assert fixed.tolist() == [0.0] * 3


def test_another_weight_and_another_mode_are_noticed():
    model = nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.5))
    model.eval()
    f = tz.compile(lambda x: (model(x), x))
    x = np.ones((1, 2), np.float32)
    with tz.no_grad():
        first = [f(x)[0].numpy() for _ in range(3)][-1]
        model[0].weight[...] = 0.0
        assert np.allclose(f(x)[0].numpy(), model[0].bias.numpy())
        assert not np.allclose(first, model[0].bias.numpy())
        model.train()
        model[0].bias[...] = 1.0
        drawn = [f(np.ones((500, 2), np.float32))[0].numpy() for _ in range(2)]
    assert {0.0, 2.0} == set(np.unique(drawn))


def test_an_index_outside_is_told():
    f = tz.compile(lambda x, i: (tz.take(x, i, axis=0), x))
    x = np.arange(3.0)
    for _ in range(3):
        assert f(x, np.array([2]))[0].item() == 2.0
    with pytest.raises(tz.errors.IndexingError):
        f(x, np.array([3]))
    assert f(x, np.array([1]))[0].item() == 1.0


def test_several_threads_call_at_once():
    f = tz.compile(lambda x: (x * 2, tz.sum(x)))
    f(np.ones(1000)), f(np.ones(1000))
    wrong = []

    def work(k):
        for i in range(200):
            x = np.full(1000, float(k * 1000 + i))
            double, total = f(x)
            if not (np.array_equal(double, x * 2) and total.item() == x.sum()):
                wrong.append((k, i))

    at_once(work)
    assert not wrong


def test_an_index_outside_is_told_to_who_gave_it_on_every_thread() -> None:
    taken = tz.compile(lambda x, i: x[i])
    x = np.arange(9.0)
    silent: list[int] = []
    wrong: list[int] = []

    def run(thread: int) -> None:
        index = 99 if thread % 2 else 3
        for _ in range(2000):
            try:
                got = taken(x, np.array([index])).numpy()[0]
            except IndexError:
                wrong.extend([index] * (index < 9))
            else:
                silent.extend([index] * int(index >= 9 or got != index))

    at_once(run)
    assert not silent
    assert not wrong


def test_threads_that_begin_together():
    model = nn.Linear(4, 2)
    answers = []
    f = tz.compile(lambda x: tz.no_grad()(model)(x) + 1)
    x = np.ones((3, 4), np.float32)
    at_once(lambda k: answers.append(f(x)), 8)
    want = model(tz.tensor(x)).numpy() + 1
    assert all(isinstance(a, tz.Tensor) for a in answers)
    assert len(answers) == 8
    assert all(np.allclose(a.numpy(), want) for a in answers)


def test_what_runs_as_it_is_gets_tensors():
    w = tz.ones((2,), requires_grad=True)
    kinds = []

    @tz.compile
    def f(x, rows):
        kinds.append(type(x))
        kinds.extend(map(type, rows))
        return (x * w).sum() + rows[0].sum()  # derivatives go on from here

    assert f(np.ones(2, np.float32), [np.ones(2, np.float32)]).requires_grad
    assert set(kinds) == {tz.Tensor}

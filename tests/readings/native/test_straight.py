"""Tiny networks written out: straight lines of scalars compute what the graph says."""

import numpy as np
import pytest

import tiza as tz
from tiza.readings.evaluate import Program
from tiza.readings.native import Compiled, program
from tiza.readings.native.lowering.lower import Lowering
from tiza.readings.native.machine.llvm import available
from tiza.readings.native.terms.index import Affine
from tiza.readings.native.terms.memory import Buffer
from tiza.readings.native.unrolling.abreast import side_by_side
from tiza.readings.native.unrolling.chain import CYCLES, Chain, ordered
from tiza.readings.native.unrolling.straight import Straight
from tiza.readings.native.unrolling.symbols import Step, written_out

made = pytest.mark.skipif(available() is not None, reason="no machine code here")
FLOAT = np.dtype("float32")
WORK = {"add": np.add, "subtract": np.subtract, "multiply": np.multiply, "divide": np.divide,
        "negative": np.negative, "fma": lambda a, b, c: a * b + c, "sqrt": np.sqrt,
        "pack": lambda *a: np.array(a), "tanh": np.tanh}  # fmt: skip


class Symbols:
    """Leaves that go round, numbers, and what is made of them."""

    def __init__(self, count):
        self.low = Lowering({})
        buffer = Buffer((count,), FLOAT, 0)
        self.leaves = {}
        for i in range(count):
            place = buffer.view().at((Affine(i),))
            self.leaves[buffer, i] = self.low.load(buffer, place)
        self.x = list(self.leaves.values())

    def __call__(self, op, *args):
        return self.low.apply(op, *args)

    def number(self, x):
        return self.low.number(x, FLOAT)

    def step(self, *after):
        return Step(dict(zip(self.leaves, after, strict=True)), {}, dict(self.leaves))

    def chain(self, *after):
        step = self.step(*after)
        return Chain(step.leaves, step.kept, step.written)


def computed(root, given):
    """A value by NumPy, in float64; `given`: of leaves."""
    known = dict(given)
    for v in ordered([root], known):
        if v.op == "number":
            known[v] = np.float64(v.extra)
        elif v.op == "lane":
            known[v] = known[v.args[0]][v.extra["index"]]
        else:
            known[v] = WORK[v.op](*(known[a] for a in v.args))
    return known[root]


def test_what_is_known_early_is_multiplied_first():
    s = Symbols(2)
    early, late = s.x
    slow = s("tanh", late)
    product = s("multiply", s("multiply", s("multiply", slow, early), early), s.number(3))
    chain = s.chain(early, product)
    assert chain.length == CYCLES["tanh"] + CYCLES["multiply"]
    values = {early: 1.5, late: -0.25}
    assert np.isclose(computed(chain.kept[list(s.leaves)[1]], values), computed(product, values))


def test_a_sum_takes_late_products_up_in_one_operation():
    s = Symbols(3)
    a, b, c = s.x
    slow = s("tanh", c)
    total = s("subtract", s("add", s("multiply", slow, a), b), s("multiply", b, b))
    chain = s.chain(a, b, total)
    assert chain.length == CYCLES["tanh"] + CYCLES["fma"]
    values = {a: 2.0, b: 0.7, c: 0.3}
    assert np.isclose(computed(chain.kept[list(s.leaves)[2]], values), computed(total, values))


def test_a_root_takes_a_late_square_up_in_one_operation():
    s = Symbols(3)
    c, v, x = s.x
    slow = s("tanh", x)
    square = s("multiply", s("multiply", slow, slow), s.number(0.001))
    mean = s("add", s("multiply", v, s.number(0.999)), square)
    root = s("sqrt", s("multiply", mean, c))
    chain = s.chain(c, v, root)
    assert chain.length == sum(CYCLES[op] for op in ("tanh", "multiply", "fma", "sqrt"))
    values = {c: 1.5, v: 0.2, x: 0.4}
    assert np.isclose(computed(chain.kept[list(s.leaves)[2]], values), computed(root, values))
    differing = s("sqrt", s("multiply", s("subtract", v, slow), c))  # might cancel: stays
    chain = s.chain(c, v, differing)
    assert chain.length == sum(CYCLES[op] for op in ("tanh", "subtract", "multiply", "sqrt"))


def test_random_formulas_keep_their_values():
    rng = np.random.default_rng(0)
    for _ in range(200):
        s = Symbols(4)
        pool = [*s.x, s.number(1), s.number(2), s.number(0.5)]
        for _ in range(rng.integers(3, 25)):
            op = rng.choice(
                ["add", "subtract", "multiply", "multiply", "negative", "tanh", "divide"]
            )
            args = [
                pool[i]
                for i in rng.integers(len(pool), size=1 if op in ("negative", "tanh") else 2)
            ]
            if op == "divide":
                args[1] = s("add", s("multiply", args[1], args[1]), s.number(1))
            pool.append(s(op, *args))
        after = [pool[-1 - i] for i in range(4)]
        registers = side_by_side(s.step(*after))
        chain = Chain(registers.leaves, registers.kept, registers.written)
        values = dict(zip(s.x, rng.uniform(0.3, 1.5, 4), strict=True))
        by_cell = dict(zip(s.leaves, values.values(), strict=True))
        given = {}
        for cells, leaf in registers.leaves.items():
            row = np.array([by_cell[cell] for cell in cells])
            given[leaf] = row[0] if len(cells) == 1 else row
        for cells, root in chain.kept.items():
            want = [computed(after[list(s.leaves).index(cell)], values) for cell in cells]
            np.testing.assert_allclose(np.ravel(computed(root, given)), want, rtol=1e-9)


def test_alike_formulas_stand_side_by_side_with_their_moments():
    s = Symbols(6)
    x = s.x
    slopes = [s("tanh", x[0]), s("multiply", x[1], x[2]), s("add", x[0], x[2])]
    moments = [s("add", s("multiply", x[3 + i], s.number(0.9)), g) for i, g in enumerate(slopes)]
    weights = [s("subtract", x[i], s("multiply", m, s.number(0.1))) for i, m in enumerate(moments)]
    found = side_by_side(s.step(*weights, *moments))
    assert sorted(len(cells) for cells in found.kept) == [3, 3]
    assert {v.op for v in found.leaves.values()} == {"state"}


def steps_of(optimizer, hidden, batch, count=40, dtype="float32", act=tz.nn.Tanh):
    """The losses and weights of a fit that compiles, and of one that does not."""
    found = []
    for compile_ in (True, False):
        tz.manual_seed(3)
        model = tz.nn.Sequential(tz.nn.Linear(2, hidden), act(), tz.nn.Linear(hidden, 1))
        if dtype == "float64":
            model.double()
        rng = np.random.default_rng(1)
        x = rng.normal(size=(count * batch, 2)).astype(dtype)
        y = np.sin(x.sum(1, keepdims=True)).astype(dtype)
        trainer = tz.Trainer(model, tz.nn.MSELoss(), optimizer(model.parameters()))
        history = trainer.fit(x, y, epochs=60, batch_size=batch, verbose=0, compile=compile_)
        found.append((np.array(history["loss"]), [p.numpy() for p in model.parameters()]))
    return found


OPTIMIZERS = {
    "sgd": lambda p: tz.optim.SGD(p, lr=0.05),
    "momentum": lambda p: tz.optim.SGD(p, lr=0.02, momentum=0.9, nesterov=True),
    "adam": lambda p: tz.optim.Adam(p, lr=0.01),
    "adamw": lambda p: tz.optim.AdamW(p, lr=0.01, weight_decay=0.1),
    "rmsprop": lambda p: tz.optim.RMSprop(p, lr=0.005),
}


@made
@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize(("hidden", "batch"), [(1, 1), (3, 1), (2, 2)])
def test_training_is_as_by_numpy(name, hidden, batch, monkeypatch):
    seen = []
    monkeypatch.setattr(program, "Straight", lambda *a: seen.append(Straight(*a)) or seen[-1])
    (losses, weights), (plain, wanted) = steps_of(OPTIMIZERS[name], hidden, batch)
    assert seen
    np.testing.assert_allclose(losses[:5], plain[:5], rtol=2e-5)
    np.testing.assert_allclose(losses[-1], plain[-1], rtol=1e-2)  # 2,400 steps of rounding later
    for a, b in zip(weights, wanted, strict=True):
        np.testing.assert_allclose(a, b, rtol=3e-2, atol=3e-3)


@made
def test_float64_and_other_activations():
    for act in (tz.nn.Sigmoid, tz.nn.ReLU, tz.nn.GELU):
        (losses, _), (plain, _) = steps_of(OPTIMIZERS["adam"], 2, 1, dtype="float64", act=act)
        np.testing.assert_allclose(losses, plain, rtol=1e-9)


@made
@pytest.mark.parametrize("size", [1, 3, 5])
def test_one_step_is_the_graph_s(size):
    rng = np.random.default_rng(size)
    w, m, x = (tz.tensor(rng.normal(size=size).astype(FLOAT)) for _ in range(3))
    g = tz.tanh(w * x) * x + tz.max(x) - tz.sum(w * w) / 3
    after = 0.9 * m + g * (1 - tz.sigmoid(w))
    outputs = [(tz.sum(g) / tz.sqrt(tz.sum(x * x))).node, (w - 0.1 * after).node, after.node]
    inputs = [t.node for t in (w, m, x)]
    made = Compiled(inputs, outputs, {1: 0, 2: 1})
    assert "phi" in made.library.optimized().split("head:")[1].split("body:")[0]
    given = [t.numpy() for t in (w, m, x)]
    for a, b in zip(made(*given), Program(inputs, outputs)(*given), strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-6, atol=1e-6)


@made
def test_what_is_long_or_does_not_go_round_keeps_its_loops():
    x = tz.tensor(np.ones(4, FLOAT))
    nodes, outputs = [x.node], [(x * 2).node]
    calls = Compiled(nodes, outputs).builder.calls
    assert written_out(calls, []) is None
    wide = tz.tensor(np.ones(30, FLOAT))
    made = Compiled([wide.node], [tz.matmul(tz.outer(wide, wide), wide).node], {0: 0})
    replaced = [made.builder.memory[wide.node].buffer]
    assert written_out(made.builder.calls, replaced) is None

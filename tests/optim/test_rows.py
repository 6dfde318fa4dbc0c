"""Steps of large tables: only the rows that were looked up are touched, nobody sees a change."""

import tracemalloc

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import tiza as tz
from tiza import nn, optim
from tiza.errors import ArgumentError
from tiza.lang import rows as table_rows
from tiza.lang.rows import are_few, rows_of
from tiza.train import Trainer

KINDS = [
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "maximize": True}),
    ("SGD", {"lr": 0.1, "momentum": 0.9}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.1}),
    ("SparseAdam", {"lr": 0.1}),
    ("SparseAdam", {"lr": 0.1, "betas": (0.5, 0.9), "maximize": True}),
]
TABLES = [{"sparse": True}, {"sparse": True, "padding_idx": 1}]
DENSE = [{"max_norm": 1.0}, {"max_norm": 1.5, "norm_type": 1.0, "padding_idx": 0},
         {"scale_grad_by_freq": True, "padding_idx": 1}]  # fmt: skip


@pytest.fixture(autouse=True)
def _small_tables_too(monkeypatch):
    monkeypatch.setattr(table_rows, "LARGE", 0)


def trained(lib, optimizers, kind, options, table, rows, as_given):
    rng = np.random.default_rng(0)
    weight = rng.normal(size=(rows, 3))
    layer = lib.Embedding.from_pretrained(as_given(weight), freeze=False, **table)
    optimizer = getattr(optimizers, kind)(layer.parameters(), **options)
    for _ in range(8):
        ids, c = rng.integers(0, rows // 2, (2, 4)), rng.normal(size=(2, 4, 3))
        loss = (layer(as_given(ids)) * as_given(c)).sum()
        loss = loss + (layer(as_given(ids[:1])) ** 2).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return layer, optimizer


@pytest.mark.peer
@pytest.mark.filterwarnings("ignore:Sparse invariant checks:UserWarning")
@pytest.mark.parametrize("rows", [6, 100])
@pytest.mark.parametrize(("kind", "options"), KINDS)
@pytest.mark.parametrize("table", TABLES + DENSE)
def test_tables_go_where_pytorchs_go(table, kind, options, rows):
    torch = pytest.importorskip("torch")
    if kind == "SparseAdam" and table in DENSE:
        table = {**table, "sparse": "max_norm" not in table or None, "scale_grad_by_freq": False}
    ours, mine = trained(nn, optim, kind, options, table, rows, np.asarray)
    theirs, peer = trained(
        torch.nn,
        torch.optim,
        kind,
        options,
        {**table, **({"sparse": True} if kind == "SparseAdam" else {})},
        rows,
        torch.tensor,
    )
    assert_allclose(ours.weight.numpy(), theirs.weight.detach().numpy(), rtol=1e-10, atol=1e-13)
    wanted = peer.state_dict()["state"]
    assert mine.state_dict()["state"].keys() == wanted.keys()
    for name, value in wanted.get(0, {}).items():
        if value is not None:
            found = mine.state_dict()["state"][0][name]
            value = value.to_dense() if hasattr(value, "to_dense") else value
            assert_allclose(np.asarray(found), np.asarray(value), rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("kind", ["SGD", "Adagrad", "SparseAdam"])
def test_a_step_takes_no_memory_for_the_rows_it_does_not_use(kind):
    table = nn.Embedding(100_000, 16)  # 6.4 MB
    optimizer = getattr(optim, kind)(table.parameters(), lr=0.1)
    before = table.weight.numpy().copy()

    def step(ids):
        y = table(ids)
        loss = (y * y).sum()
        optimizer.zero_grad()
        loss.backward()
        seen = loss.item()  # between backward and step
        optimizer.step()
        return seen

    step([1, 5])
    tracemalloc.start()
    for _ in range(3):
        step([1, 5, 1])
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 500_000
    changed = np.flatnonzero((table.weight.numpy() != before).any(axis=1))
    assert changed.tolist() == [1, 5]


@pytest.mark.parametrize("kind", ["SGD", "Adagrad", "SparseAdam"])
def test_a_step_of_fit_takes_no_memory_for_the_rows_it_does_not_use(kind):
    model = nn.Sequential(nn.Embedding(100_000, 16), nn.Flatten())  # 6.4 MB
    trainer = Trainer(model, nn.MSELoss(), getattr(optim, kind)(model.parameters(), lr=0.1))
    x, y = np.arange(8).reshape(4, 2), np.zeros((4, 32), "f")
    trainer.fit(x, y, batch_size=4, verbose=0)
    steps, most = trainer.steps, []
    rows = trainer._rows("fit", x, y, None, None)
    for _ in range(3):
        tracemalloc.start()
        answer, trainer.state = steps.train(trainer.state, rows, trainer.rates)
        most.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert np.isfinite(answer.loss)
    assert most[0] > 6_000_000  # its own copy, once
    assert max(most[1:]) < 500_000
    assert sum(a.size for a in trainer.state.computed) < 1000


def test_a_step_that_fails_puts_its_rows_back():
    model = nn.Sequential(nn.Embedding(100, 1), nn.Flatten())
    trainer = Trainer(model, nn.MSELoss(), optim.SGD(model.parameters(), lr=0.1))
    x, y = np.array([[1], [2], [3], [1]]), np.ones((4, 1), "f")
    trainer.fit(x[:2], y[:2], batch_size=1, epochs=2, shuffle=False, verbose=0)
    y[3] = 1e30  # whose square overflows
    with pytest.raises(tz.errors.NonFiniteError):
        trainer.fit(x, y, batch_size=2, shuffle=False, verbose=0)
    assert np.isfinite(model[0].weight.numpy()).all()


def test_whoever_holds_the_old_values_keeps_them():
    table = nn.Embedding(40, 2)
    optimizer = optim.SGD(table.parameters(), lr=1.0)
    first = table.weight.numpy()
    copied = first.copy()
    expression = table.weight * 1.0  # not computed yet
    looked = table([3])
    kept = table.weight.detach()
    for _ in range(3):
        table([3, 3, 4]).sum().backward()
        optimizer.step()
        optimizer.zero_grad()
    assert_array_equal(first, copied)
    assert_array_equal(expression.numpy(), copied)
    assert_array_equal(looked.numpy(), copied[[3]])
    assert_array_equal(kept.numpy(), copied)
    wanted = copied.copy()
    wanted[3] -= 6
    wanted[4] -= 3
    assert_allclose(table.weight.numpy(), wanted, rtol=1e-6)


def test_an_old_expression_has_no_slope_in_the_new_table():
    table = nn.Embedding(40, 2)
    optimizer = optim.SGD(table.parameters(), lr=1.0)
    old = table([1, 2]).sum()
    table([1]).sum().backward()
    optimizer.step()
    optimizer.zero_grad()
    old.backward()
    assert table.weight.grad is None


def test_the_gradient_is_an_array_for_whoever_reads_it():
    table = nn.Embedding(40, 2)
    (table([3, 3, 4]) * 2.0).sum().backward()
    table([5]).sum().backward()  # accumulates
    node = table.weight.grad.node
    assert are_few(node)
    wanted = np.zeros((40, 2))
    wanted[[3, 4, 5]] = np.array([[4.0], [2.0], [1.0]])
    assert_array_equal(table.weight.grad.numpy(), wanted)
    before = table.weight.numpy().copy()
    optim.SparseAdam(table.parameters(), lr=1.0).step()
    after = table.weight.numpy()
    assert_allclose(before - after, np.sign(wanted), rtol=1e-6)


def test_sparse_adam_takes_rows_only():
    p = nn.Parameter(np.ones(3))
    p.grad = tz.tensor([1.0, 1.0, 1.0], dtype=tz.float64)
    with pytest.raises(ArgumentError) as caught:
        optim.SparseAdam([p]).step()
    assert str(caught.value) == (
        "SparseAdam takes gradients of looked-up rows, not of a whole parameter of shape (3,)\n"
        "    fix: give it embeddings only, and the other parameters to Adam")  # fmt: skip
    assert rows_of(tz.tensor(1.0).node) is None


def test_a_batch_that_asks_for_nothing_changes_nothing():
    table = nn.Embedding(40, 2)
    optimizer = optim.SparseAdam(table.parameters())
    before = table.weight.numpy().copy()
    table(np.zeros(0, "int64")).sum().backward()
    optimizer.step()
    assert_array_equal(table.weight.numpy(), before)
    assert optimizer.steps == 1


class Words(nn.Module):
    def __init__(self, rows, **options):
        super().__init__()
        self.table = nn.Embedding(rows, 3, **options)
        self.out = nn.Linear(3, 2)

    def forward(self, x):
        return self.out(self.table(x).mean(axis=1))


@pytest.mark.parametrize("options", [{}, {"padding_idx": 2}, {"max_norm": 0.7},
                                     {"scale_grad_by_freq": True}])  # fmt: skip
@pytest.mark.parametrize(("kind", "lr"), [("SGD", 0.5), ("Adagrad", 0.1)])
def test_fit_goes_where_the_plain_loop_goes(kind, lr, options):
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 20, (12, 4)), rng.integers(0, 2, 12)

    def made():
        tz.manual_seed(3)
        model = Words(200, **options)
        return model, getattr(optim, kind)(model.parameters(), lr=lr)

    model, optimizer = made()
    first = model.table.weight.numpy().copy()
    trainer = Trainer(model, nn.CrossEntropyLoss(), optimizer)
    trainer.fit(x, y, epochs=3, batch_size=4, shuffle=False, verbose=0)
    twin, plain = made()
    for _ in range(3):
        for start in range(0, 12, 4):
            plain.zero_grad()
            rows = slice(start, start + 4)
            nn.functional.cross_entropy(twin(x[rows]), y[rows]).backward()
            plain.step()
    assert_allclose(model.table.weight.numpy(), twin.table.weight.numpy(), rtol=1e-5, atol=1e-7)
    changed = (model.table.weight.numpy() != first).any(axis=1)
    assert 0 < changed.sum() <= 20
    assert not changed[20:].any()


def test_small_tables_are_written_out(monkeypatch):
    monkeypatch.setattr(table_rows, "LARGE", 1 << 19)
    small, large = nn.Embedding(1000, 2), nn.Embedding(300_000, 2)
    for table in (small, large):
        table([1, 2]).sum().backward()
    assert not are_few(small.weight.grad.node)
    assert are_few(large.weight.grad.node)

"""What was compiled before comes from the disk as it was, or not at all."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tiza as tz
from tiza.graph import Node, constant, placeholder
from tiza.nn import functional as F
from tiza.readings.native import Compiled
from tiza.readings.native.machine.cache import ObjectCache
from tiza.readings.native.machine.llvm import available
from tiza.readings.native.recalling import ready
from tiza.train.swift import Swift

pytestmark = pytest.mark.skipif(available() is not None, reason="no llvmlite")
KIND = np.dtype("float32")


def graph() -> tuple[list[Node], list[Node]]:
    """Built anew at each call: other nodes, the same expression."""
    x, w = placeholder((5, 7), KIND, "x"), placeholder((7, 3), KIND, "w")
    table = constant(np.arange(15, dtype=KIND).reshape(5, 3))
    f = lambda a, b: F.softmax(a @ b + tz.Tensor(table), dim=1)
    return [x, w], [f(tz.Tensor(x), tz.Tensor(w)).node, x * 2.0]


def arrays() -> list[Any]:
    rng = np.random.default_rng(0)
    return [rng.normal(size=s).astype(KIND) for s in ((5, 7), (7, 3))]


def assert_same(one: list[Any], two: list[Any]) -> None:
    assert [a.tobytes() for a in one] == [a.tobytes() for a in two]


def path_of(program: Compiled) -> Path:
    assert program.graph.key is not None
    return ObjectCache().folder / f"{program.graph.key[0]}.obj"


def test_the_second_time_nothing_is_planned() -> None:
    first, second = Compiled(*graph()), Compiled(*graph())
    assert (first.recalled, second.recalled) == (False, True)
    assert second._builder is None
    assert_same(first(*arrays()), second(*arrays()))
    assert first.ready.arena == second.peak_memory
    assert second._builder is None


def test_other_data_of_the_same_shape_are_not_mixed_up() -> None:
    x = placeholder((3,), KIND)
    made = [Compiled([x], [x + constant(np.array(c, KIND))]) for c in ([1, 2, 3], [4, 5, 6])]
    assert not any(p.recalled for p in made)
    assert [p(np.zeros(3, KIND))[0].tolist() for p in made] == [[1, 2, 3], [4, 5, 6]]


def test_looking_inside_plans_again() -> None:
    first, second = Compiled(*graph()), Compiled(*graph())
    assert second.recalled
    for level in ("kernels", "llvm", "asm"):
        assert second.show(level) == first.show(level)
    assert len(second.profile().rows) == len(first.builder.calls)
    assert_same(first(*arrays()), second(*arrays()))


def test_a_fresh_one_is_planned() -> None:
    Compiled(*graph())
    second = Compiled(*graph())
    third = second.afresh()
    assert (second.recalled, third.recalled, third.afresh()) == (True, False, third)
    assert_same(second(*arrays()), third(*arrays()))


def test_arrays_of_the_compilers_own_are_kept() -> None:
    """The mask of an attention is made as it is opened: it is no part of what was asked for."""

    def attention() -> Compiled:
        q, k, v = (placeholder((2, 9, 4), KIND, name) for name in "qkv")
        y = F.scaled_dot_product_attention(*map(tz.Tensor, (q, k, v)), is_causal=True)
        return Compiled([q, k, v], [y.node])

    first, second = attention(), attention()
    own = [a for _, a in second.ready.data]
    assert second.recalled
    assert [a.tolist() for a in own] == [a.tolist() for _, a in first.ready.data]
    given = [np.random.default_rng(k).normal(size=(2, 9, 4)).astype(KIND) for k in range(3)]
    assert_same(first(*given), second(*given))


def test_many_numbers_of_the_compilers_own_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Compiled(*graph())
    node = constant(np.zeros(4, KIND))
    made.builder.layout.data.append((node, 9))
    monkeypatch.setattr(ready, "MOST_OWN", 15)
    path_of(made).unlink()
    ready.keep(ObjectCache(), made.graph, made.builder, made.library.object)
    assert not path_of(made).exists()


def test_what_calls_python_is_not_kept() -> None:
    def solved() -> Compiled:
        a, b = placeholder((3, 3), KIND), placeholder((3,), KIND)
        return Compiled([a, b], [tz.linalg.solve(tz.Tensor(a), tz.Tensor(b)).node])

    first, second = solved(), solved()
    assert first.ready.host
    assert not second.recalled
    given = np.eye(3, dtype=KIND) * 2, np.ones(3, KIND)
    assert second(*given)[0].tolist() == [0.5, 0.5, 0.5]


# -- damage ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.9, 0.999])
def test_a_cut_entry_is_made_again(share: float) -> None:
    first = Compiled(*graph())
    path = path_of(first)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    second, third = Compiled(*graph()), Compiled(*graph())
    assert (second.recalled, third.recalled) == (False, True)
    assert path.read_bytes() == content
    assert_same(first(*arrays()), third(*arrays()))


def test_an_altered_entry_is_made_again() -> None:
    first = Compiled(*graph())
    path = path_of(first)
    content = bytearray(path.read_bytes())
    for at in range(0, len(content), 97):
        content[at] ^= 1
        path.write_bytes(content)
        assert ready.recall(ObjectCache(), first.graph) is None
        content[at] ^= 1
    path.write_bytes(content)
    assert ready.recall(ObjectCache(), first.graph) is not None


def changed(entry: bytes, **facts: Any) -> bytes:
    end = ready.LENGTH + int.from_bytes(entry[: ready.LENGTH], "little")
    head = json.dumps({**json.loads(entry[ready.LENGTH : end]), **facts}).encode()
    return len(head).to_bytes(ready.LENGTH, "little") + head + entry[end:]


@pytest.mark.parametrize("facts", [
    {"object": "0" * 64}, {"names": 5}, {"arena": "much"}, {"arena": -1}, {"arguments": 4},
    {"results": [0]}, {"results": [7, 8]}, {"data": []}, {"data": [[2, 5]]}, {"data": [[99, 0]]},
    {"data": [[2, None, "<f4", [1 << 20]]]}, {"data": [[2, None, "nothing", [1]]]},
])  # fmt: skip
def test_a_foreign_entry_is_not_believed(facts: dict[str, Any]) -> None:
    first = Compiled(*graph())
    assert first.graph.key is not None
    cache, key = ObjectCache(), first.graph.key[0]
    entry = cache.get(key)
    assert entry is not None
    cache.put(key, changed(entry, **facts))  # whole, by its checksum
    second, third = Compiled(*graph()), Compiled(*graph())
    assert (second.recalled, third.recalled) == (False, True)
    assert_same(second(*arrays()), third(*arrays()))


@pytest.mark.parametrize("entry", [b"", b"12345678", b"\xff" * 50, b"\2" + b"\0" * 7 + b"{}"])
def test_nonsense_is_not_believed(entry: bytes) -> None:
    first = Compiled(*graph())
    assert first.graph.key is not None
    ObjectCache().put(first.graph.key[0], entry)
    assert not Compiled(*graph()).recalled


def test_code_that_is_gone_is_made_again() -> None:
    first = Compiled(*graph())
    (ObjectCache().folder / f"{first.library.object.key}.obj").unlink()
    second, third = Compiled(*graph()), Compiled(*graph())
    assert (second.recalled, third.recalled) == (False, True)
    assert_same(second(*arrays()), third(*arrays()))


def test_without_a_folder_everything_is_planned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ObjectCache, "_trusted", lambda self, make=False: False)
    assert not any(Compiled(*graph()).recalled for _ in range(2))


# -- training --------------------------------------------------------------------------------------


def trained(programs: list[Compiled], monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A short training, and the program that it ran."""
    of = Swift.of.__func__

    def seen(cls: Any, *args: Any, **kwargs: Any) -> Swift | None:
        found: Swift | None = of(cls, *args, **kwargs)
        assert found is not None
        programs.append(found.program)
        return found

    monkeypatch.setattr(Swift, "of", classmethod(seen))
    tz.manual_seed(0)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 6)).astype(KIND)
    y = rng.integers(0, 3, 64)
    model = tz.nn.Sequential(tz.nn.Linear(6, 8), tz.nn.Dropout(0.2), tz.nn.Tanh(),
                             tz.nn.Linear(8, 3))  # fmt: skip
    adam = tz.optim.Adam(model.parameters(), lr=0.01)
    trainer = tz.Trainer(model, tz.nn.CrossEntropyLoss(), adam)
    history = trainer.fit(x, y, epochs=400, batch_size=16, verbose=0)
    monkeypatch.undo()
    return [row["loss"] for row in history.rows]


def test_training_is_the_same_from_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    programs: list[Compiled] = []
    with monkeypatch.context() as one:
        first = trained(programs, one)
    with monkeypatch.context() as two:
        second = trained(programs, two)
    assert [p.recalled for p in programs] == [False, True]
    assert first == second


# -- other processes -------------------------------------------------------------------------------

SHARED = """
import numpy as np, tiza as tz
from tiza.readings.native import Compiled
from tiza.nn import functional as F
x = tz.tensor(np.linspace(-1, 1, 60, dtype="float32").reshape(6, 10))
for n in range(6):
    y = F.softmax(tz.tanh(x @ x.T) * float(n), dim=1)
    found = Compiled([x.node], [y.node])(x.numpy())[0]
    assert np.abs(found - y.numpy()).max() < 1e-6
    print(found.tobytes().hex())
"""


def test_processes_share_a_folder() -> None:
    running = [
        subprocess.Popen([sys.executable, "-W", "ignore", "-c", SHARED], stdout=subprocess.PIPE,
                         env=dict(os.environ), text=True)
        for _ in range(3)
    ]  # fmt: skip
    told = [process.communicate(timeout=300)[0] for process in running]
    assert [process.returncode for process in running] == [0, 0, 0]
    assert len(set(told)) == 1
    assert len(told[0].split()) == 6
    assert not list(ObjectCache().folder.glob(".new-*"))

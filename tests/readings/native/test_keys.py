"""What has one key is one program: whatever could change the program changes the key."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from laws.cases import ALL, samples

import tiza as tz
from tiza.graph import COMPOSITES, PRIMITIVES, Body, Node, Primitive, constant, literal, placeholder
from tiza.graph import loaded as waist
from tiza.graph.prims.families import elementwise
from tiza.readings.native.machine.llvm import available, host
from tiza.readings.native.recalling import keys
from tiza.readings.native.recalling.keys import key_of_graph, source_state

pytestmark = pytest.mark.skipif(available() is not None, reason="no llvmlite")
KIND = np.dtype("float32")
P = PRIMITIVES


def hole(*shape: int, kind: Any = KIND) -> Node:
    return placeholder(shape, np.dtype(kind))


def key(inputs: list[Node], outputs: list[Node], *, aliased: Any = None, known: Any = None,
        gathers: Any = (), machine: Any = None) -> str | None:  # fmt: skip
    found = key_of_graph(inputs, outputs, aliased or {}, known or {}, gathers, machine or host())
    return None if found is None else found[0]


def distinct(keys: list[str | None]) -> bool:
    return None not in keys and len(set(keys)) == len(keys)


# -- every attribute of every primitive --------------------------------------------------------


def others(value: Any) -> Iterator[Any]:
    """Other values of an attribute, near to this one."""
    if isinstance(value, bool):
        yield from (not value, int(value))
    elif isinstance(value, int):
        yield from (value + 1, float(value), -value - 1)
    elif isinstance(value, float):
        yield from (float(np.nextafter(value, 9e9)), -value if value else -0.0)
    elif isinstance(value, str):
        yield from (value + "x", value[1:])
    elif isinstance(value, tuple):
        yield (*value, 0)
        for i, part in enumerate(value):
            yield from ((*value[:i], other, *value[i + 1 :]) for other in others(part))
    elif isinstance(value, np.dtype):
        yield from (np.dtype("int8"), np.dtype("complex64"), value.str)
    elif isinstance(value, Body):
        yield Body(value.inputs, (*value.outputs, value.outputs[0]))
        yield Body((*value.inputs, hole(3)), value.outputs)
    else:
        assert value is None, value
        yield from (0, False, ())


def made(prim: Primitive, xs: list[Node], attrs: dict[str, Any], like: Node) -> str | None:
    node = Node(prim, tuple(xs), attrs, like.shape, like.dtype, None)
    if prim.several:
        node = Node(P["part"], (node,), {"index": 0}, node.shape[0], node.dtype[0], None)
    return key(xs, [node])


@pytest.mark.parametrize("prim", ALL, ids=str)
def test_each_attribute_counts(prim: Primitive) -> None:
    for arrays, attrs in samples(prim)[:2]:
        xs = [placeholder(a.shape, a.dtype) for a in arrays]
        like = prim(*xs, **attrs)
        found = [made(prim, xs, attrs, like)]
        for name, value in attrs.items():
            near = {repr(v): v for v in others(value)}.values()
            found += [made(prim, xs, {**attrs, name: v}, like) for v in near]
        assert distinct(found), attrs
        assert made(prim, xs, dict(attrs), like) == found[0]


def test_primitives_are_told_apart() -> None:
    x, y = hole(3), hole(3)
    binary = [p for p in ALL if p.family == "elementwise" and len(samples(p)[0][0]) == 2]
    nodes = [Node(p, (x, y), {}, x.shape, x.dtype, None) for p in binary]
    assert len(nodes) > 10
    assert distinct([key([x, y], [n]) for n in nodes])


# -- edges, leaves, what is said about the graph ------------------------------------------------


def test_edges_and_orders_count() -> None:
    x, y, z = hole(3), hole(3), hole(3)
    assert distinct([
        key([x, y], [x - y]), key([x, y], [y - x]), key([x, y], [x - x]), key([x, y, z], [x - y]),
        key([x, y], [x - y, y - x]), key([x, y], [y - x, x - y]), key([x, y], [x]),
        key([x, y], [(x - y) * (x - y)]), key([x, y], [(x - y) * (y - x)]), key([x, y], []),
        key([x, y, z], [x - z]), key([x, y], [x - y, x - y]),
    ])  # fmt: skip
    assert key([y, x], [x - y]) == key([x, y], [y - x])  # the same program


def test_shapes_and_types_of_inputs_count() -> None:
    kinds = ["float32", "float64", "int32", "int64", "uint32", "bool"]
    shapes = [(), (1,), (3,), (4,), (1, 3), (3, 1), (0,)]
    every = [hole(*s, kind=k) for k in kinds for s in shapes]
    assert distinct([key([x], [x]) for x in every])


def test_numbers_count() -> None:
    x = hole(3)
    values = [1.0, 2.0, 0.0, -0.0, float("inf"), float("nan"), 1, True, float(np.nextafter(1, 2))]
    nodes = [Node(P["literal"], (), {"value": v}, (), KIND, None) for v in values]
    assert distinct([key([x], [x * n]) for n in nodes])
    assert distinct([key([hole(3, kind=k)], [literal(1, np.dtype(k))]) for k in ("f4", "f8", "i4")])


def test_data_count_by_their_content() -> None:
    x = hole(2)
    of = lambda *arrays: key([x], [x + constant(np.asarray(a, KIND)) for a in arrays])
    assert distinct([of([1, 2]), of([1, 3]), of([2, 1]), of([[1, 2]]), of([1, -0.0]), of([1, 0]),
                     of([1, 2], [1, 2]), of([1, 2], [2, 1])])  # fmt: skip
    assert of([1, 2]) == of([1, 2])
    one = constant(np.ones(2, KIND))
    assert key([x], [x + one, x - one]) != key([x], [x + one, x - constant(np.ones(2, KIND))])


def test_much_data_have_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    x, many = hole(2), constant(np.zeros((1000, 2), KIND))
    assert key([x], [x + many]) is not None
    monkeypatch.setattr(keys, "MOST_BYTES", 7999)
    assert key([x], [x + many]) is None
    assert key([x], [x + x]) is not None


def test_values_that_are_known_count() -> None:
    x = hole(2)
    data = [constant(np.array([1, k], KIND)) for k in (2, 3)]
    before = [key([x], [x * (d + d)]) for d in data]
    sums = [d + d for d in data]
    for node in sums:
        node.value = np.asarray(node.inputs[0].value * 2)
    assert distinct([*before, *(key([x], [x * s]) for s in sums)])


def test_data_are_those_that_were_looked_at() -> None:
    x, data = hole(2), constant(np.array([1, 2], KIND))
    found = key_of_graph([x], [x + data], {}, {}, (), host())
    assert found is not None
    array, data.value = data.value, None  # as another thread does that evaluates
    ((node, seen),) = found[1]
    assert node is data
    assert seen is array


def test_what_is_said_about_the_graph_counts() -> None:
    x, y, rows = hole(3), hole(3), hole(2, kind="int64")
    table = hole(5, 3)
    picked = P["take"](table, rows, axis=0)
    seen = hole(2, 3)
    inputs, outputs = [table, rows, x, y], [P["sum"](seen, axis=(0,), keepdims=False) + x + y]
    plain = {"known": {seen: picked}}
    other = {"known": {seen: picked + picked}}
    assert distinct([
        key(inputs, outputs, **plain), key(inputs, outputs, **other),
        key(inputs, outputs, **plain, aliased={0: 2}),
        key(inputs, outputs, **plain, aliased={0: 3}),
        key(inputs, outputs, **plain, gathers=[picked]),
        key([*inputs, seen], outputs),
    ])  # fmt: skip
    assert key(inputs, outputs) is None  # an input that nobody gives
    assert key([*inputs, seen], outputs, **plain) is None  # given, and replaced as well
    around = {seen: P["sum"](seen, axis=(0,), keepdims=True) + seen}
    assert key(inputs, outputs, known=around) is None


def test_what_stands_in_the_place_of_others_is_no_part_of_the_expression() -> None:
    x, seen = hole(2, 3), hole(2, 3)
    inner = P["exp"](x)
    replaced = key([x], [P["log"](seen)], known={seen: inner})
    assert replaced is not None
    assert replaced != key([x], [P["log"](inner)])  # there the passes may look into it


def test_the_processor_and_the_versions_count(monkeypatch: pytest.MonkeyPatch) -> None:
    x, machine = hole(3), host()
    changed = [replace(machine, cpu="other"), replace(machine, vector_bits=64),
               replace(machine, l1=1), replace(machine, features="+none")]  # fmt: skip
    found = [key([x], [x + x]), *(key([x], [x + x], machine=m) for m in changed)]
    monkeypatch.setattr(keys, "versions", lambda: ("0.0",))
    found.append(key([x], [x + x]))
    monkeypatch.setattr(np, "__version__", "0.0")
    found.append(key([x], [x + x]))
    monkeypatch.setattr(keys, "FORMAT", -1)
    found.append(key([x], [x + x]))
    assert distinct(found)


# -- loops ----------------------------------------------------------------------------------------


def looped(step: Any, length: int = 4, **attrs: Any) -> tuple[list[Node], list[Node]]:
    state, x = hole(3), hole(3)
    body = Body((state, x), (step(state, x),))
    begin, xs = hole(3), hole(length, 3)
    given = {"body": body, "consts": 0, "carry": 1, "length": length, "reverse": False} | attrs
    return [begin, xs], [P["part"](P["scan"](begin, xs, **given), index=0)]


def test_bodies_count_by_their_structure() -> None:
    found = [key(*looped(f)) for f in (lambda s, x: s + x, lambda s, x: s - x,
                                       lambda s, x: x - s, lambda s, x: s + x * 2.0,
                                       lambda s, x: s + x * 3.0, lambda s, x: s)]  # fmt: skip
    found.append(key(*looped(lambda s, x: s + x, reverse=True)))
    found.append(key(*looped(lambda s, x: s + x, length=5)))
    for content in ([1, 2, 3], [1, 2, 4]):
        data = constant(np.array(content, KIND))
        found.append(key(*looped(lambda s, x, d=data: s + x * d)))
    assert distinct(found)
    assert key(*looped(lambda s, x: s + x)) == found[0]


def test_a_body_that_is_not_closed_has_no_key() -> None:
    stray = hole(3)
    assert key(*looped(lambda s, x: s + stray)) is None


# -- what nobody can compare -----------------------------------------------------------------------


@pytest.fixture
def enter() -> Iterator[Any]:
    """Enters primitives that are gone after the test."""
    before = dict(PRIMITIVES), dict(COMPOSITES)
    yield elementwise
    for table, old in zip((PRIMITIVES, COMPOSITES), before, strict=True):
        for name in set(table) - set(old):
            del table[name]


def test_a_primitive_of_the_users_own_has_no_key(enter: Any) -> None:
    mine = enter("mine_alone", value=lambda x: x + 1, vjp=lambda g, y, x: [g], latex="{0}",
                 samples=[])  # fmt: skip
    assert not keys.ours(mine)
    assert all(map(keys.ours, [p for p in ALL if p is not mine]))
    x = hole(3)
    assert key([x], [mine(x)]) is None


@pytest.mark.parametrize("value", [object(), [1], {"a": 1}, np.ones(2), lambda x: x, 1j])
def test_an_attribute_of_an_unknown_kind_has_no_key(value: Any) -> None:
    x = hole(3)
    assert key([x], [Node(P["exp"], (x,), {"how": value}, x.shape, x.dtype, None)]) is None


# -- the source ------------------------------------------------------------------------------------


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small package in the place of this one."""
    for name in keys.FOLDERS:
        folder = tmp_path / name
        folder.mkdir(parents=True)
        (folder / "one.py").write_text("x = 1\n")
    monkeypatch.setattr(waist, "__file__", str(tmp_path / "graph" / "loaded.py"))
    monkeypatch.setattr(waist, "LOADED", 4e9)  # far ahead: nothing is younger
    return tmp_path


state = source_state.__wrapped__


def test_a_changed_source_is_seen(package: Path) -> None:
    found = [state()]
    for name in keys.FOLDERS:
        path = package / name / "one.py"
        times = path.stat()
        path.write_text("x = 2\n")  # as long as before
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))  # and as old, by its own word
        found.append(state())
    (package / "nn" / "two.py").write_text("")
    found.append(state())
    (package / "nn" / "two.py").rename(package / "nn" / "three.py")
    found.append(state())
    assert distinct(found)
    assert state() == found[-1]


def test_a_source_that_changed_since_it_was_loaded_has_no_state(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = (package / "graph" / "one.py").stat()
    monkeypatch.setattr(waist, "LOADED", times.st_mtime - 1)
    assert state() is None


def test_a_source_that_is_not_there_has_no_state(package: Path) -> None:
    for name in keys.FOLDERS:
        (package / name / "one.py").rename(package / name / "one.pyc")
    assert state() is None
    (package / "graph" / "one.pyc").unlink()
    (package / "graph").rmdir()
    assert state() is None


def test_whatever_compiling_runs_is_looked_at() -> None:
    """What the compiler imports, and where the bodies of composites and the rules stand."""
    seen = {name.replace("/", ".") for name in keys.FOLDERS}
    root = Path(tz.__file__).parent
    imported = {
        line.split()[1].removeprefix("tiza.")
        for folder in ("readings/native", "graph", "transforms")
        for path in (root / folder).rglob("*.py")
        for line in path.read_text().splitlines()
        if line.split()[:1] == ["from"] and line.split()[1].startswith("tiza.")
    }
    rules = {getattr(f, "__module__", "tiza.graph").removeprefix("tiza.")
             for p in ALL for f in (p.body, p.infer, p.vjp) if f is not None}  # fmt: skip
    assert len(imported) > 50
    assert {m for m in imported | rules
            if not any(f"{m}.".startswith(f"{s}.") for s in seen)} == {"errors"}  # fmt: skip


# -- other processes -------------------------------------------------------------------------------

TOLD = """
import numpy as np, tiza as tz
from tiza.readings.native import Compiled
from tiza.nn import functional as F
t = {kind: tz.tensor(np.arange(12, dtype=kind).reshape(3, 4)) for kind in ("float32", "int64")}
x, k = t["float32"], t["int64"]
loss = lambda x: tz.mean(F.layer_norm(F.softmax(x @ x.T, dim=1), (3,)))
y = [loss(x).node, tz.grad(loss)(x).node, tz.cumsum(k, axis=1).node]
print(Compiled([x.node, k.node], y).graph.key[0])
"""


def test_the_key_is_the_same_in_every_process() -> None:
    found = {
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", TOLD],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
            timeout=200,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1


def test_a_gradient_has_another_key_than_its_loss() -> None:
    x = tz.tensor([1.0, 2.0])
    assert key([x.node], [tz.sum(tz.exp(x)).node]) != key([x.node], [tz.sum(tz.tanh(x)).node])

"""How threads meet, tried in every order in which their steps can follow one another.

The barrier, the waiting and the handing out of jobs of team.py are written again as lists of
atomic steps, and a search visits every state that some interleaving reaches: in none do all
threads sleep, in none does one go on before the others have come. (A machine may also reorder
memory; the instructions of team.py that matter here are sequentially consistent.)
"""

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from typing import Any

import pytest

Step = tuple[Any, ...]


def assembled(lines: Sequence[Step | str]) -> list[Step]:
    """Steps whose labels are numbers."""
    labels, steps = {}, []
    for line in lines:
        if isinstance(line, str):
            labels[line] = len(steps)
        else:
            steps.append(line)
    return [tuple(labels.get(x, x) if isinstance(x, str) else x for x in step) for step in steps]


def wait(word: str, mark: str) -> list[Step | str]:
    """`@tz_wait(word, seen)`; looking several times is no other state than looking once."""
    return [
        ("unlike", word, f"{mark}.done"),
        f"{mark}.sleep",
        ("add", f"{word} sleepers", 1),
        ("unlike", word, f"{mark}.awake"),
        ("sleep", word),
        f"{mark}.awake",
        ("add", f"{word} sleepers", -1),
        ("like", word, f"{mark}.sleep"),
        f"{mark}.done",
    ]


def wake(word: str, mark: str) -> list[Step | str]:
    """`@tz_wake(word)`."""
    return [("zero", f"{word} sleepers", f"{mark}.none"), ("rouse", word), f"{mark}.none"]


def barrier(threads: int, mark: str) -> list[Step | str]:
    """`@tz_barrier`, and notes of who came and who left."""
    return [
        ("note", "come"),
        ("arrive", "come", threads, f"{mark}.open"),
        f"{mark}.again",
        *wait("come", mark),
        ("over", "come", f"{mark}.left"),
        ("go", f"{mark}.again"),
        f"{mark}.open",
        *wake("come", f"{mark}.wake"),
        f"{mark}.left",
        ("note", "left"),
    ]


def meeting(threads: int, rounds: int) -> list[list[Step]]:
    lines = [line for k in range(rounds) for line in barrier(threads, f"b{k}")]
    return [assembled([*lines, ("end",)])] * threads


def jobs(threads: int, count: int) -> list[list[Step]]:
    """`@tz_run`, `count` times, and `@tz_serve` in each worker, ended by `@tz_end`."""
    caller: list[Step | str] = []
    for k in range(count):
        caller += [
            ("store", "busy", threads - 1),
            ("add", "jobs", 1),
            *wake("jobs", f"j{k}"),
            ("note", "come"),
            f"look{k}",
            ("see", "busy"),
            ("zero", "busy", f"over{k}"),
            *wait("busy", f"w{k}"),
            ("go", f"look{k}"),
            f"over{k}",
            ("note", "left"),
        ]
    caller += [("store", "end", 1), ("add", "jobs", 1), *wake("jobs", "je"), ("end",)]
    worker: list[Step | str] = [
        "next",
        *wait("jobs", "w"),
        ("count",),
        ("zero", "end", "work"),
        ("end",),
        "work",
        ("note", "come"),
        ("less", "busy", "next"),  # one less; on, unless it was the last
        *wake("busy", "r"),
        ("go", "next"),
    ]
    return [assembled(caller), *[assembled(worker)] * (threads - 1)]


class Sleepless(AssertionError):
    """All threads sleep, and none will be woken."""


class Early(AssertionError):
    """A thread went on before another had come."""


State = tuple[Any, ...]  # the words, then each thread


@dataclass
class Thread:
    """Where it is, what it saw, which word it sleeps for, how often it came and left.

    goal: how many must have come for the barrier to be open.
    """

    place: int = 0
    seen: int = 0
    bed: str | None = None
    come: int = 0
    left: int = 0
    goal: int = 0


@dataclass
class World:
    """The words of the team and its threads."""

    words: dict[str, int]
    threads: list[Thread]

    def add(self, word: str, more: int) -> int:
        """Its value before."""
        before = self.words.get(word, 0)
        self.words[word] = before + more
        return before

    def branch(self, me: Thread, yes: bool, place: int) -> None:
        me.place = place if yes else me.place

    def arrive(self, me: Thread, word: str, threads: int, place: int) -> None:
        before = self.add(word, 1)
        me.seen, me.goal = before + 1, before - before % threads + threads
        self.branch(me, me.seen == me.goal, place)

    def over(self, me: Thread, word: str, place: int) -> None:
        me.seen = self.words.get(word, 0)
        self.branch(me, me.seen >= me.goal, place)

    def note(self, me: Thread, what: str) -> None:
        setattr(me, what, getattr(me, what) + 1)
        if what == "left" and any(other.come < me.left for other in self.threads):
            raise Early

    def rouse(self, word: str) -> None:
        for thread in self.threads:
            thread.bed = None if thread.bed == word else thread.bed


# What each step does, given the world w, the thread me, and the step's words and places.
DOES: dict[str, Callable[..., object]] = {
    "see": lambda w, me, word: setattr(me, "seen", w.words.get(word, 0)),
    "count": lambda w, me: setattr(me, "seen", me.seen + 1),
    "add": lambda w, me, word, more: w.add(word, more),
    "store": lambda w, me, word, value: w.words.__setitem__(word, value),
    "go": lambda w, me, place: w.branch(me, True, place),
    "like": lambda w, me, word, place: w.branch(me, w.words.get(word, 0) == me.seen, place),
    "unlike": lambda w, me, word, place: w.branch(me, w.words.get(word, 0) != me.seen, place),
    "zero": lambda w, me, word, place: w.branch(me, w.words.get(word, 0) == 0, place),
    "less": lambda w, me, word, place: w.branch(me, w.add(word, -1) != 1, place),
    "arrive": lambda w, me, word, n, place: w.arrive(me, word, n, place),
    "over": lambda w, me, word, place: w.over(me, word, place),
    "sleep": lambda w, me, word: w.words.get(word, 0) == me.seen and setattr(me, "bed", word),
    "doze": lambda w, me, word: setattr(me, "bed", word),  # a mistake: without looking
    "rouse": lambda w, me, word: w.rouse(word),
    "note": lambda w, me, what: w.note(me, what),
    "nothing": lambda w, me: None,
}


def after(state: State, programs: list[list[Step]], t: int) -> State:
    """The state when thread t has made one step."""
    world = World(dict(state[0]), [Thread(*x) for x in state[1:]])
    me = world.threads[t]
    kind, *args = programs[t][me.place]
    me.place += 1
    DOES[kind](world, me, *args)
    return (tuple(sorted(world.words.items())), *map(astuple, world.threads))


def explore(programs: list[list[Step]]) -> int:
    """Visit every state; how many there are."""
    first: State = ((), *[astuple(Thread())] * len(programs))
    seen, stack = {first}, [first]
    while stack:
        state = stack.pop()
        going = [t for t, x in enumerate(state[1:]) if programs[t][x[0]][0] != "end"]
        able = [t for t in going if state[1 + t][2] is None]
        if going and not able:
            raise Sleepless
        for t in able:
            new = after(state, programs, t)
            if new not in seen:
                seen.add(new)
                stack.append(new)
    return len(seen)


OF_THREE = pytest.param(3, 2, marks=pytest.mark.slow)  # thirty thousand states


@pytest.mark.parametrize(("threads", "rounds"), [(2, 1), (2, 3), (3, 1), OF_THREE])
def test_no_order_of_steps_loses_a_thread_at_the_barrier(threads: int, rounds: int) -> None:
    assert explore(meeting(threads, rounds)) > 100


@pytest.mark.parametrize(("threads", "count"), [(2, 1), (2, 3), (3, 1), OF_THREE])
def test_no_order_of_steps_loses_a_job(threads: int, count: int) -> None:
    assert explore(jobs(threads, count)) > 100


def changed(program: list[Step], step: str, by: Callable[[Step], Step]) -> list[Step]:
    """The program with every step of a kind changed."""
    return [by(x) if x[0] == step else x for x in program]


def test_planted_faults_are_found() -> None:
    program = meeting(2, 2)[0]
    nothing = ("nothing",)
    faults = {
        "nobody is woken": changed(program, "rouse", lambda _: nothing),
        "to sleep without looking again": changed(
            changed(program, "unlike", lambda _: nothing), "sleep", lambda x: ("doze", x[1])
        ),
        "to sleep without saying so": changed(
            program, "add", lambda x: nothing if "sleepers" in x[1] else x
        ),
    }
    for fault in faults.values():
        with pytest.raises(Sleepless):
            explore([fault, fault])
    nobody_waits = changed(program, "arrive", lambda x: ("go", x[-1]))
    with pytest.raises(Early):
        explore([nobody_waits, nobody_waits])
    any_will_do = changed(meeting(3, 1)[0], "over", lambda x: ("go", x[-1]))
    with pytest.raises(Early):
        explore([any_will_do] * 3)

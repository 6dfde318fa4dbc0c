"""Ways to make a function of one data type out of another, or out of the C library's."""

from __future__ import annotations

from tiza.readings.native.mathlib.lanes import Body, Function, Kind, Lanes, select


def through_double(f: Function) -> Function:
    """Compute float32 in float64 and round once: right to the last bit but for rare ties."""

    def rounded(*xs: Lanes) -> Lanes:
        if xs[0].kind.bits == 64:
            return f(*xs)
        return f(*(x.widened() for x in xs)).narrowed()

    return rounded


def _each_lane(name: str, kind: Kind, arity: int) -> str:
    """A function of vectors of float64 that calls the C library's once for each lane."""
    parameters = ", ".join(f"{kind.text} %x{i}" for i in range(arity))
    lines = [
        f"define internal {kind.text} @tz_each_{name}_{kind.mangled}({parameters}) noinline cold {{"
    ]
    total = "poison"
    for lane in range(kind.width):
        for i in range(arity):
            lines.append(f"  %x{i}_{lane} = extractelement {kind.text} %x{i}, i32 {lane}")
        given = ", ".join(f"double %x{i}_{lane}" for i in range(arity))
        lines.append(f"  %y{lane} = call double @{name}({given})")
        lines.append(f"  %t{lane} = insertelement {kind.text} {total}, double %y{lane}, i32 {lane}")
        total = f"%t{lane}"
    return "\n".join([*lines, f"  ret {kind.text} {total}", "}"])


def library(name: str) -> Function:
    """The C library's function of doubles, lane by lane; it has the same name everywhere."""

    def called(*xs: Lanes) -> Lanes:
        body, kind = xs[0].body, xs[0].kind
        body.declares.add(f"declare double @{name}({', '.join('double' for _ in xs)})")
        given = ", ".join(map(str, xs))
        if kind.width == 1:
            return body.write(kind, f"call double @{name}({given})")
        text = _each_lane(name, kind, len(xs))
        body.helpers[f"tz_each_{name}_{kind.mangled}"] = text
        return body.write(kind, f"call {kind.text} @tz_each_{name}_{kind.mangled}({given})")

    return through_double(called)


def _all(truths: Lanes) -> str:
    """The name of one bit: whether all lanes are true."""
    body, width = truths.body, truths.kind.width
    if width == 1:
        return truths.name
    whole = Kind("i", width, 1)
    packed = body.write(whole, f"bitcast {truths} to {whole.text}")
    return packed.equals(-1).name


def guarded(near: Function, f: Function, other: Function) -> Function:
    """f in the lanes where `near` holds, the other elsewhere; it is skipped if nowhere.

    A lane's result does not depend on its neighbours.
    """

    def either(*xs: Lanes) -> Lanes:
        body: Body = xs[0].body
        inner, here = f(*xs), near(*xs)
        body.lines += [f"  br i1 {_all(here)}, label %done, label %far", "far:"]
        outer = select(here, inner, other(*xs))
        body.lines += ["  br label %done", "done:"]
        merged = f"phi {inner.kind.text} [ {inner.name}, %entry ], [ {outer.name}, %far ]"
        return body.write(inner.kind, merged)

    return either


def by_type(single: Function, double: Function) -> Function:
    """One function for float32, another for float64."""
    return lambda *xs: (single if xs[0].kind.bits == 32 else double)(*xs)

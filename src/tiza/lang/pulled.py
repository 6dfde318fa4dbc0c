"""Gradients by the structure of their loss: a loop writes the chain rule down once.

At every turn `backward` meets the same expression over other numbers. The structure of a loss is
the list of its operations, each with the numbers of its operands. Where a loss of the same
structure was differentiated before, its gradients are known by where they come from (`Late`);
they are written down only if somebody looks at them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any
from weakref import ref

import numpy as np

from tiza.graph import PRIMITIVES, Node, constant, literal, walk
from tiza.graph.effort import Effort, effort
from tiza.graph.late import Late
from tiza.graph.structure import settings
from tiza.lang.rows import may_be_few
from tiza.transforms.differentiate import PASSING, differentiate

if TYPE_CHECKING:
    from tiza.lang.tensor import Tensor

    Variable = tuple[Tensor, Node]

CONSTANT, LITERAL, INPUT, HELD = (
    PRIMITIVES[name] for name in ("constant", "literal", "input", "stop_gradient")
)
MOST_KEPT = 64  # structures


class Leaves:
    """Which tensor a node is the data of: variables, as weak references, found by `backward`."""

    def get(self, node: Node, default: Any = None) -> Any:
        """The reference to the tensor."""
        return default if node.owner is None else node.owner

    def __getitem__(self, node: Node) -> ref[Tensor]:
        found: ref[Tensor] = node.owner
        return found

    def __setitem__(self, node: Node, tensor: ref[Tensor]) -> None:
        node.owner = tensor

    def __contains__(self, node: Node) -> bool:
        return node.owner is not None

    def owner(self, node: Node) -> Tensor | None:
        """The tensor itself."""
        found: Tensor | None = None if node.owner is None else node.owner()
        return found

    def held(self, tensor: Tensor, node: Node) -> Node:
        """A node of the tensor's own that stands for `node`, and that no derivative goes beyond."""
        own = HELD(node)
        while (other := self.owner(own)) is not None and other is not tensor:
            own = HELD(own)
        own.owner = ref(tensor)
        return own

    def pop(self, node: Node, default: Any = None) -> Any:
        """Forget whose data this is."""
        found, node.owner = node.owner, None
        return found or default


class Form:
    """One structure of a loss: which of its variables have a gradient, how large that is."""

    __slots__ = ("effort", "late", "reached", "read")

    def __init__(self, root: Node, found: Sequence[Node | None]) -> None:
        grads = [g for g in found if g is not None]
        self.reached = [k for k, g in enumerate(found) if g is not None]
        # Steps of large tables look at the rows of their gradients.
        self.late = not any(map(may_be_few, grads))
        self.effort = effort([root, *grads])
        self.read = False  # whether gradients were looked at after the step that used them


_forms: OrderedDict[Hashable, Form] = OrderedDict()


class Seen:
    """A loss as `backward` meets it: its structure, its leaves, its variables as they stood."""

    __slots__ = ("key", "leaves", "root", "variables")

    def __init__(self, root: Node, key: Hashable, leaves: list[Node],
                 variables: list[Variable]) -> None:  # fmt: skip
        self.root, self.key, self.leaves, self.variables = root, key, leaves, variables

    def differentiated(self) -> list[tuple[Tensor, Node]]:
        """The gradient of each variable that has one, held constant."""
        wrt = [node for _, node in self.variables]
        form, found = _known(self.key), None
        if form is None or not form.late:
            found = differentiate([self.root], wrt, [seed(self.root)])
        if form is None and found is not None:
            form = _kept(self.key, Form(self.root, found))
        if form is not None and form.late:  # the first turn of a loop looks like the others
            pull, depth = Pull(form, self.root, self.leaves, wrt, found), 2 * self.root.depth
            return [(self.variables[k][0], Late(pull, k, wrt[k], depth)) for k in form.reached]
        assert found is not None
        pairs = zip(self.variables, found, strict=True)
        return [(t, HELD(g)) for (t, _), g in pairs if g is not None]


class Pull:
    """The gradients of one loss, not written down yet."""

    __slots__ = ("form", "found", "leaves", "root", "spent", "wrt")

    def __init__(self, form: Form, root: Node, leaves: list[Node], wrt: list[Node],
                 found: list[Node | None] | None = None) -> None:  # fmt: skip
        self.form, self.root, self.leaves, self.wrt, self.found = form, root, leaves, wrt, found
        self.spent = False  # whether a step has used them without keeping them

    @property
    def effort(self) -> Effort:
        """What the loss and all its gradients take."""
        return self.form.effort

    def gradient(self, index: int) -> Node:
        """The expression of one of them."""
        if self.found is None:
            self.found = differentiate([self.root], self.wrt, [seed(self.root)])
        g = self.found[index]
        assert g is not None  # only those that were reached are asked for
        return g


def pulled_back(root: Node, cotangent: Node | None,
                create_graph: bool) -> list[tuple[Tensor, Node]] | None:  # fmt: skip
    """The variables that `root` depends on, each with its gradient; None where there are none.

    Unless `create_graph` the gradients are held constant.
    """
    known = None if cotangent is not None or create_graph else seen(root)
    if known is not None:
        return known.differentiated() if known.variables else None
    variables = variables_of(root)
    if not variables:
        return None
    whole = cotangent if cotangent is not None else constant(np.ones(root.shape, root.dtype))
    found = differentiate([root], [node for _, node in variables], [whole])
    pairs = [(t, g) for (t, _), g in zip(variables, found, strict=True) if g is not None]
    return pairs if create_graph else [(t, HELD(g)) for t, g in pairs]


def variables_of(*roots: Node) -> list[Variable]:
    """The variables that expressions depend on, each with the node that it was in them.

    A variable that has been given other numbers since is another node by now.
    """
    owned = [(n.owner(), n) for n in walk(roots) if n.owner is not None]
    return [(t, n) for t, n in owned if t is not None and t.requires_grad]


def seed(root: Node) -> Node:
    """The cotangent of a loss: one."""
    if root.shape == ():
        return literal(1, root.dtype)
    return constant(np.ones(root.shape, root.dtype))


def seen(root: Node) -> Seen | None:
    """The structure of a loss; None where it cannot be recognised.

    That is while a function is traced, and where hooks or kept gradients watch what is inside.
    """
    watched = len(PASSING) > 0
    numbers: dict[Node, int] = {}
    rows: list[Hashable] = []
    leaves: list[Node] = []
    variables: list[Variable] = []
    stack = [root]
    while stack:
        node = stack[-1]
        if node in numbers:
            stack.pop()
            continue
        if node.value is not None and (node.prim is CONSTANT or node.prim is HELD):
            owner = None if node.owner is None else node.owner()
            varies = owner is not None and owner.requires_grad
            if owner is not None and varies:
                variables.append((owner, node))
            leaves.append(node)
            row: Hashable = (node.shape, node.dtype, varies)
        elif node.prim is LITERAL:
            row = node  # there is one for each number
        else:
            inputs = node.inputs
            missing = [i for i in inputs if i not in numbers]
            if missing:
                stack += missing
                continue
            if node.owner is not None or (watched and node in PASSING):
                return None
            if node.prim is INPUT:
                return None
            row = (node.prim, tuple([numbers[i] for i in inputs]), *settings(node.attrs))
        stack.pop()
        numbers[node] = len(rows)
        rows.append(row)
    return Seen(root, tuple(rows), leaves, variables)


def _known(key: Hashable) -> Form | None:
    try:
        form = _forms.get(key)
    except TypeError:  # attributes that are no plain values
        return None
    if form is not None:
        _forms.move_to_end(key)
    return form


def _kept(key: Hashable, form: Form) -> Form | None:
    try:
        _forms[key] = form
    except TypeError:
        return None
    if len(_forms) > MOST_KEPT:
        _forms.popitem(last=False)
    return form

"""Optimizers by hand-worked numbers, their state, groups, errors; loops do not grow."""

import gc
from typing import ClassVar

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import tiza as tz
import tiza.nn.functional as F
from tiza import nn, optim
from tiza.errors import ArgumentError, CheckpointError
from tiza.graph import Node, constant, placeholder
from tiza.graph.apply import table_size
from tiza.lang import hot
from tiza.readings.evaluate import Program


def one(value=1.0, grad=None):
    p = nn.Parameter(tz.tensor([value], dtype=tz.float64))
    if grad is not None:
        p.grad = tz.tensor([grad], dtype=tz.float64)
    return p


def test_sgd_by_hand():
    p = one(1.0, 2.0)
    optim.SGD([p], 0.1).step()
    assert_allclose(p.item(), 0.8)
    p = one(1.0, 2.0)
    o = optim.SGD([p], lr=0.1, momentum=0.5, weight_decay=1.0)
    o.step()  # g = 2 + 1 = 3, b = 3
    assert_allclose(p.item(), 0.7)
    p.grad = tz.tensor([2.0], dtype=tz.float64)
    o.step()  # g = 2.7, b = 1.5 + 2.7 = 4.2
    assert_allclose(p.item(), 0.28)


def test_adam_by_hand():
    p = one(1.0, 2.0)
    o = optim.Adam([p], lr=0.1)
    o.step()  # m̂ = g, v̂ = g²: one full step
    assert_allclose(p.item(), 0.9, rtol=1e-8)
    p.grad = tz.tensor([-1.0], dtype=tz.float64)
    o.step()
    m = (0.9 * 0.2 - 0.1) / (1 - 0.81)
    v = (0.999 * 0.004 + 0.001) / (1 - 0.999**2)
    assert_allclose(p.item(), 0.9 - 0.1 * m / (np.sqrt(v) + 1e-8), rtol=1e-8)
    q = one(1.0, 2.0)
    optim.AdamW([q], lr=0.1, weight_decay=0.5).step()
    assert_allclose(q.item(), 0.95 - 0.1, rtol=1e-8)


def test_the_first_steps_of_adam_keep_their_digits_in_float32():
    p = nn.Parameter(tz.tensor([1.0]))
    p.grad = tz.tensor([1e-3])
    optim.Adam([p], lr=1.0, eps=0.0).step()
    assert_allclose(p.item(), 0.0, atol=2e-7)


def test_unbias_is_one_minus_the_power():
    for beta in (0.0, 0.5, 0.9, 0.999, 0.9999):
        for t in (1, 2, 10, 100_000):
            node = optim.optimizer.unbias(beta, constant(np.array(t, np.float64)))
            value = node.value if node.value is not None else Program((), [node])()[0]
            assert_allclose(value, 1 - beta**t, rtol=1e-9)


def test_a_step_leaves_leaves():
    model = nn.Linear(3, 2)
    o = optim.Adam(model.parameters())
    weight = model.weight
    F.mse_loss(model(tz.ones((4, 3))), tz.zeros((4, 2))).backward()
    o.step()
    assert model.weight is weight
    assert weight.is_leaf
    assert weight.requires_grad
    o.zero_grad(set_to_none=False)
    assert not weight.grad.numpy().any()
    o.zero_grad()
    assert weight.grad is None


def steps(count, model, optimizer, x, y):
    for _ in range(count):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    return loss.item()


@pytest.mark.parametrize("kind", [optim.SGD, optim.Adam, optim.AdamW])
def test_a_loop_learns_and_does_not_grow(kind, monkeypatch):
    monkeypatch.setattr(hot, "SECONDS", 0.0)  # compiled before anything is counted
    tz.manual_seed(0)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(32, 4)).astype("f")
    y = (x[:, 0] > 0).astype("int64")
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Dropout(0.1), nn.Linear(8, 2))
    optimizer = kind(model.parameters(), lr=0.05)
    first = steps(5, model, optimizer, x, y)
    steps(5, model, optimizer, x, y)
    gc.collect()
    nodes, objects = table_size(), len(gc.get_objects())
    last = steps(200, model, optimizer, x, y)
    gc.collect()
    assert last < first
    assert table_size() <= nodes + 5
    assert len(gc.get_objects()) <= objects + 200


@pytest.mark.slow
def test_a_hundred_thousand_steps_do_not_grow():
    import resource

    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(8, 4)).astype("f"), rng.integers(0, 2, 8)
    model = nn.Linear(4, 2)
    optimizer = optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    steps(1000, model, optimizer, x, y)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    steps(100_000, model, optimizer, x, y)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 5_000  # kilobytes


def test_the_functional_face_shares_the_formula():
    rng = np.random.default_rng(0)
    model = nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 1)).double()
    optimizer = optim.AdamW([{"params": model[0].parameters(), "lr": 0.3},
                             {"params": model[1].parameters()}], lr=0.1)  # fmt: skip
    params = optimizer.params
    arrays = [p.numpy().copy() for p in params]
    slots = optimizer.slot_arrays()

    def hole(a: np.ndarray) -> Node:
        return placeholder(a.shape, a.dtype)

    t, rates = hole(np.float64(0)), [hole(np.float64(0)) for _ in optimizer.param_groups]
    p_in, g_in = [hole(a) for a in arrays], [hole(a) for a in arrays]
    s_in = [tuple(hole(a) for a in row) for row in slots]
    new, after = optimizer.update(p_in, g_in, s_in, t, rates)
    flat_in, flat_out = [s for row in s_in for s in row], [s for row in after for s in row]
    program = Program((t, *rates, *p_in, *g_in, *flat_in), (*new, *flat_out))
    state = [a for row in slots for a in row]
    for step in range(1, 6):
        grads = [rng.normal(size=a.shape) for a in arrays]
        for p, g in zip(params, grads, strict=True):
            p.grad = tz.tensor(g)
        optimizer.step()
        out = program(np.float64(step), 0.3, 0.1, *arrays, *grads, *state)
        arrays, state = out[: len(arrays)], out[len(arrays) :]
        for p, a in zip(params, arrays, strict=True):
            assert_array_equal(p.numpy(), a)  # to the bit
    assert optimizer.steps == 5
    other = optim.AdamW([{"params": list(model[0].parameters()), "lr": 0.3},
                         {"params": list(model[1].parameters())}], lr=0.1)  # fmt: skip
    pairs = iter(state)
    other.set_slot_arrays([(next(pairs), next(pairs)) for _ in params], steps=5)
    for mine, theirs in zip(other.slot_arrays(), optimizer.slot_arrays(), strict=True):
        assert_array_equal(mine, theirs)
    assert other.steps == 5


def test_where_there_is_no_gradient_nothing_changes():
    p = constant(np.ones(2))
    optimizer = optim.SGD([nn.Parameter(np.ones(2))], lr=1.0)
    new, state = optimizer.update([p], [None], [()], constant(np.float64(1)))
    assert new == [p]
    assert state == [()]
    optimizer.step()
    assert optimizer.steps == 0


def test_state_round_trip():
    def made():
        tz.manual_seed(1)
        model = nn.Linear(3, 2)
        return model, optim.Adam(model.parameters(), lr=0.1)

    x, y = np.ones((4, 3), "f"), np.zeros(4, "int64")
    model, optimizer = made()
    steps(3, model, optimizer, x, y)
    saved, weights = optimizer.state_dict(), model.state_dict()
    steps(3, model, optimizer, x, y)
    twin, again = made()
    twin.load_state_dict(weights)
    again.load_state_dict(saved)
    steps(3, twin, again, x, y)
    for a, b in zip(model.parameters(), twin.parameters(), strict=True):
        assert_array_equal(a.numpy(), b.numpy())


def test_hyperparameters_in_force():
    optimizer = optim.Adam([one()], 0.5, betas=(0.8, 0.9))
    assert optimizer.lr == 0.5
    optimizer.param_groups[0]["lr"] = 0.25
    assert optimizer.lr == 0.25
    assert optimizer.betas == (0.8, 0.9)
    with pytest.raises(AttributeError, match="no attribute 'momentum'"):
        _ = optimizer.momentum
    assert repr(optimizer) == (
        "Adam (\nParameter Group 0\n    amsgrad: False\n    betas: (0.8, 0.9)\n"
        "    decoupled_weight_decay: False\n    eps: 1e-08\n"
        "    lr: 0.25\n    maximize: False\n    weight_decay: 0.0\n)")  # fmt: skip


def test_signatures_are_pytorchs_in_order():
    from inspect import signature

    assert list(signature(optim.SGD).parameters)[:5] == [
        "params", "lr", "momentum", "dampening", "weight_decay"
    ]  # fmt: skip
    assert str(signature(optim.Adam)) == (
        "(params, lr=0.001, betas=(0.9, 0.999), eps=1e-08, weight_decay=0.0, amsgrad=False, "
        "decoupled_weight_decay=False, *, maximize=False)"
    )
    assert signature(optim.AdamW).parameters["weight_decay"].default == 0.01


def test_named_parameters_are_taken_too():
    model = nn.Linear(2, 1)
    optimizer = optim.SGD(model.named_parameters(), lr=0.1)
    assert optimizer.params[0] is model.weight
    grouped = optim.SGD([{"params": model.named_parameters(), "lr": 0.5}])
    assert len(grouped.params) == 2


def test_a_closure_computes_the_loss():
    p = one(3.0)
    optimizer = optim.SGD([p], lr=0.25)

    def closure():
        optimizer.zero_grad()
        loss = (p * p).sum()
        loss.backward()
        return loss

    assert optimizer.step(closure).item() == 9.0
    assert p.item() == 1.5


def test_an_optimizer_of_ones_own_is_one_formula():
    class Sign(optim.Optimizer):
        lr: float = 0.5
        slots: ClassVar[tuple[str, ...]] = ()

        def rule(self, t, p, g, *slots):
            from tiza.graph.prims.elementwise import sign

            return p - self.lr * sign(g), slots

    p = one(1.0, -7.0)
    Sign([p]).step()
    assert p.item() == 1.5


def a_bad_state(**change):
    optimizer = optim.Adam([one(1.0, 1.0)])
    optimizer.step()
    return optimizer, {**optimizer.state_dict(), **change}


@pytest.mark.parametrize(("code", "error", "text"), [
    (lambda: optim.SGD([]), ArgumentError,
     "there are no parameters to train\n    fix: give model.parameters() of a model that has some"),
    (lambda: optim.SGD([one()], lr=-1.0), ArgumentError, "lr must be ≥ 0, but is -1.0"),
    (lambda: optim.SGD([one()], momentum=-1.0), ArgumentError, "momentum must be ≥ 0, but is -1.0"),
    (lambda: optim.Adam([one()], betas=(0.9, 1.0)), ArgumentError,
     "betas must be 0 ≤ β < 1, but is (0.9, 1.0)"),
    (lambda: optim.SGD([one()], nesterov=True), ArgumentError, "Nesterov's form needs momentum"),
    (lambda: optim.Adam([one()], momentum=0.9), ArgumentError,
     "Adam has no option 'momentum'\n    fix: its options are lr, betas, eps, weight_decay"),
    (lambda: optim.SGD([one()], 1, 2, 3, 4, True, 6), ArgumentError, "SGD has no option"),
    (lambda: optim.SGD([{"params": [one()], "speed": 1}]), ArgumentError,
     "SGD has no option 'speed'"),
    (lambda: optim.SGD(nn.Linear(1, 1)), ArgumentError,
     "an optimizer takes parameters, not a Linear\n    fix: give model.parameters()"),
    (lambda: optim.SGD(nn.Linear(1, 1).parameters), ArgumentError,
     "an optimizer takes parameters, not a method"),
    (lambda: optim.SGD([one() * 2]), ArgumentError, "an optimizer trains parameters"),
    (lambda: optim.SGD(["w"]), ArgumentError,
     "an optimizer trains parameters, but was given a str"),
    (lambda: optim.SGD([one()] * 2), ArgumentError, "a parameter stands in the optimizer twice"),
    (lambda: optim.Optimizer([one(1.0, 1.0)]).step(), ArgumentError, "Optimizer has no rule"),
    (lambda: optim.Adam([one(), one()]).load_state_dict(a_bad_state()[1]), CheckpointError,
     "the state has parameter groups of sizes [1], the optimizer of sizes [2]"),
    (lambda: optim.Adam([nn.Parameter(np.ones(3))]).load_state_dict(a_bad_state()[1]),
     CheckpointError, "the saved exp_avg has shape (1,), its parameter (3,)"),
])  # fmt: skip
def test_refusals(code, error, text):
    with pytest.raises(error) as caught:
        code()
    assert str(caught.value).startswith(text)


def test_hyperparameters_that_change_all_the_time_do_not_grow_the_store_of_programs():
    p = one(1.0)
    optimizer = optim.SGD([p], momentum=0.5)
    for i in range(100):
        p.grad = tz.tensor([1.0], dtype=tz.float64)
        optimizer.param_groups[0]["momentum"] = 0.5 + i / 1000
        optimizer.step()
    assert len(optimizer._programs) <= 20


def test_how_pytorch_is_to_compute_changes_nothing_and_cannot_be_asked_for():
    quiet = {"foreach": None, "fused": False, "capturable": False, "differentiable": False}
    assert optim.Adam([one()], **quiet).state_dict()["param_groups"][0].items() >= {
        "foreach": None, "fused": None, "maximize": False}.items()  # fmt: skip
    with pytest.raises(ArgumentError, match="Adam knows no other way of computing: fused=True"):
        optim.Adam([one()], fused=True)
    with pytest.raises(ArgumentError, match="Newton has no option 'maximize'"):
        optim.Newton([one()], maximize=True)
    with pytest.raises(ArgumentError, match="SGD has no option"):
        optim.SGD([one()], 0.1, 0.0, 0.0, 0.0, False, True)


@pytest.mark.parametrize(("kind", "options", "key"), [
    (optim.SGD, {"momentum": 0.9, "nesterov": True}, "momentum"), (optim.Adam, {}, "betas"),
    (optim.NAdam, {}, "betas"), (optim.LARS, {}, "momentum"),
])  # fmt: skip
def test_a_momentum_that_moves_is_an_input(kind, options, key):
    from tiza.optim.lr_scheduler import OneCycleLR

    def run(moving):
        p = nn.Parameter(np.array([1.0, -2.0, 0.5]))
        optimizer = kind([p], lr=0.1, **options)
        schedule = OneCycleLR(optimizer, 0.1, total_steps=12)
        if not moving:  # numbers written into a formula that is traced at every step
            optimizer.moving = ("lr",)
        for step in range(10):
            p.grad = tz.tensor(np.sin(np.arange(3.0) + step))
            optimizer.step()
            schedule.step()
        return p.numpy(), len(optimizer._programs)

    (ours, traced), (wanted, often) = run(True), run(False)
    assert_allclose(ours, wanted, rtol=1e-12)
    assert (traced, often) == (1, 10)


def test_rprop_refuses_steps_that_do_not_shrink():
    with pytest.raises(ArgumentError, match="etas must be 0 < η⁻ < 1 < η⁺"):
        optim.Rprop([one()], etas=(1.1, 1.2))


def test_a_hyperparameter_is_set_in_every_group():
    first, second = (tz.tensor([1.0], requires_grad=True) for _ in range(2))
    optimizer = optim.SGD([{"params": first}, {"params": second, "lr": 0.5}], lr=0.1)
    optimizer.lr = 0.25
    assert [group["lr"] for group in optimizer.param_groups] == [0.25, 0.25]
    (first + second).sum().backward()
    optimizer.step()
    assert first.item() == second.item() == 0.75
    with pytest.raises(ArgumentError):
        optimizer.lr = -1.0
    assert optimizer.lr == 0.25

"""Every optimizer and schedule goes where PyTorch's goes, step by step, and states move over."""

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

import tiza as tz
from tiza import nn, optim
from tiza.lang.tensor import as_tensor

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.peer

DTYPES = {np.float32: 1e-5, np.float64: 1e-10}
OPTIMIZERS = [
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.5}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
    ("Adam", {}),
    ("Adam", {"lr": 0.05, "betas": (0.8, 0.99), "eps": 1e-4}),
    ("Adam", {"lr": 0.05, "weight_decay": 0.1}),
    ("Adam", {"betas": (0.0, 0.9)}),
    ("AdamW", {}),
    ("AdamW", {"lr": 0.05, "weight_decay": 0.3}),
    ("Adam", {"lr": 0.05, "weight_decay": 0.3, "decoupled_weight_decay": True}),
    ("AdamW", {"lr": 0.05, "amsgrad": True, "maximize": True}),
    ("Adam", {"lr": 0.05, "betas": (0.5, 0.6), "weight_decay": 0.1, "amsgrad": True}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.1, "maximize": True}),
    ("Adagrad", {"lr": 0.1, "weight_decay": 0.1, "maximize": True}),
    ("RAdam", {"lr": 0.05, "weight_decay": 0.1, "maximize": True}),
    ("AMSGrad", {"lr": 0.05, "weight_decay": 0.1}),
    ("Adagrad", {"lr": 0.1}),
    ("Adagrad", {"lr_decay": 0.1, "initial_accumulator_value": 0.5, "weight_decay": 0.1}),
    ("RMSprop", {}),
    ("RMSprop", {"alpha": 0.8, "momentum": 0.9, "weight_decay": 0.1}),
    ("RMSprop", {"lr": 1e-3, "alpha": 0.5, "momentum": 0.9, "centered": True, "eps": 0.1}),
    ("Adadelta", {}),
    ("Adadelta", {"rho": 0.7, "weight_decay": 0.1}),
    ("Adamax", {}),
    ("Adamax", {"lr": 0.05, "weight_decay": 0.1}),
    ("NAdam", {"lr": 0.05, "weight_decay": 0.1}),
    ("NAdam", {"lr": 0.05, "weight_decay": 0.1, "decoupled_weight_decay": True}),
    ("RAdam", {"lr": 0.05, "weight_decay": 0.1}),
    ("RAdam", {"betas": (0.9, 0.9), "decoupled_weight_decay": True, "weight_decay": 0.1}),
    ("Rprop", {}),
    ("Rprop", {"lr": 0.1, "etas": (0.3, 1.5), "step_sizes": (0.05, 0.4), "maximize": True}),
    ("ASGD", {"lr": 0.1}),
    ("ASGD", {"lr": 0.5, "lambd": 0.1, "alpha": 0.5, "t0": 3.0, "weight_decay": 0.1}),
    ("Adafactor", {"lr": 0.1}),
    ("Adafactor", {"lr": 0.5, "d": 1.5, "weight_decay": 0.1}),
]


def torch_twin(name, params, **options):
    if name == "AMSGrad":
        return torch.optim.Adam(params, amsgrad=True, **options)
    return getattr(torch.optim, name)(params, **options)


SHAPES = [(3, 4), (4,), (), (1, 1), (0, 2)]


def parameters(dtype, name=""):
    rng = np.random.default_rng(0)
    shapes = SHAPES[:-1] if name == "Adafactor" else SHAPES  # PyTorch's divides by the size
    arrays = [np.asarray(rng.normal(size=s), dtype) for s in shapes]
    ours = [nn.Parameter(a) for a in arrays]
    return ours, [torch.nn.Parameter(torch.tensor(a)) for a in arrays]


def give_gradients(step, ours, theirs):
    rng = np.random.default_rng(step + 1)
    for p, q in zip(ours, theirs, strict=True):
        g = np.asarray(rng.normal(size=p.shape), p.dtype)
        p.grad, q.grad = as_tensor(g), torch.tensor(g)


def assert_close(ours, theirs, name=""):
    """NAdam and ASGD are held to 1e-7: PyTorch keeps their product or rate in float32."""
    for p, q in zip(ours, theirs, strict=True):
        tolerance = max(DTYPES[p.dtype.type], 1e-7 if name in ("NAdam", "ASGD") else 0)
        assert_allclose(p.numpy(), q.detach().numpy(), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("name", "options"), OPTIMIZERS)
def test_twenty_steps(name, options, dtype):
    ours, theirs = parameters(dtype, name)
    mine = getattr(optim, name)(ours, **options)
    peer = torch_twin(name, theirs, **options)
    for step in range(20):
        give_gradients(step, ours, theirs)
        mine.step()
        peer.step()
        assert_close(ours, theirs, name)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("name", "options"), OPTIMIZERS)
def test_states_move_both_ways(name, options, dtype):
    ours, theirs = parameters(dtype, name)
    mine = getattr(optim, name)(ours, **options)
    peer = torch_twin(name, theirs, **options)
    for step in range(3):
        give_gradients(step, ours, theirs)
        mine.step()
        peer.step()
    assert_states_agree(mine.state_dict(), peer.state_dict())
    swapped = getattr(optim, name)(ours, lr=9.0)  # what is loaded overrules
    swapped.load_state_dict(peer.state_dict())
    peer_swapped = torch_twin(name, theirs, lr=9.0)
    peer_swapped.load_state_dict(in_torch(mine.state_dict()))
    for step in range(3, 8):
        give_gradients(step, ours, theirs)
        swapped.step()
        peer_swapped.step()
        assert_close(ours, theirs, name)


def in_torch(state):
    rows = {i: {k: torch.tensor(v.numpy()) for k, v in row.items()}
            for i, row in state["state"].items()}  # fmt: skip
    return {"state": rows, "param_groups": state["param_groups"]}


def assert_states_agree(ours, theirs):
    assert ours["state"].keys() == theirs["state"].keys()
    for i, row in theirs["state"].items():
        assert ours["state"][i].keys() == row.keys()
        for key, value in row.items():
            assert_allclose(ours["state"][i][key].numpy(), value.numpy(), rtol=1e-5, atol=1e-6)
    for own, group in zip(ours["param_groups"], theirs["param_groups"], strict=True):
        assert own.items() >= {k: v for k, v in group.items() if v is not None}.items()


def test_groups_and_missing_gradients():
    ours, theirs = parameters(np.float64)

    def grouped(lib, p):
        return lib.Adam([{"params": p[:2], "lr": 0.5, "weight_decay": 0.1}, {"params": p[2:]}],
                        lr=0.01, betas=(0.7, 0.9))  # fmt: skip

    mine, peer = grouped(optim, ours), grouped(torch.optim, theirs)
    for step in range(6):
        give_gradients(step, ours, theirs)
        if step % 2:  # a parameter without gradient stays, and its step is not counted
            ours[1].grad = theirs[1].grad = None
        mine.step()
        peer.step()
        assert_close(ours, theirs)
    assert_states_agree(mine.state_dict(), peer.state_dict())


SCHEDULES = [
    ("StepLR", {"step_size": 3, "gamma": 0.9}),
    ("MultiStepLR", {"milestones": [2, 5, 5, 150], "gamma": 0.5}),
    ("ExponentialLR", {"gamma": 0.99}),
    ("CosineAnnealingLR", {"T_max": 200, "eta_min": 0.01}),
    ("LinearLR", {"start_factor": 0.25, "total_iters": 4}),
    ("LinearLR", {"start_factor": 1.0, "end_factor": 0.1, "total_iters": 150}),
    ("ConstantLR", {"factor": 0.5, "total_iters": 104}),
    ("PolynomialLR", {"total_iters": 166, "power": 2.0}),
    ("LambdaLR", {"lr_lambda": lambda t: 0.99**t}),
    ("MultiplicativeLR", {"lr_lambda": lambda t: 1 - 0.1 / (1 + t)}),
    ("CosineAnnealingWarmRestarts", {"T_0": 5}),
    ("CosineAnnealingWarmRestarts", {"T_0": 3, "T_mult": 2, "eta_min": 0.05}),
    ("OneCycleLR", {"max_lr": 1.0, "total_steps": 220}),
    ("OneCycleLR", {"max_lr": [1.0], "total_steps": 220, "three_phase": True, "pct_start": 0.2,
                    "max_momentum": [0.9]}),
    ("OneCycleLR", {"max_lr": 1.0, "epochs": 5, "steps_per_epoch": 44,
                    "anneal_strategy": "linear", "pct_start": 0.4}),
    ("CyclicLR", {"base_lr": 0.1, "max_lr": 1.0, "step_size_up": 7}),
    ("CyclicLR", {"base_lr": [0.1], "max_lr": 1.0, "step_size_up": 30, "step_size_down": 5,
                  "mode": "triangular2", "max_momentum": [0.95]}),
    ("CyclicLR", {"base_lr": 0.1, "max_lr": 1.0, "step_size_up": 9, "mode": "exp_range",
                  "gamma": 0.98, "cycle_momentum": False}),
    ("CyclicLR", {"base_lr": 0.1, "max_lr": 1.0, "step_size_up": 9,
                  "scale_fn": lambda x: 1 / (1 + x), "scale_mode": "iterations"}),
]  # fmt: skip


def a_pair(name="SGD", **options):
    ours, theirs = parameters(np.float64)
    options = {"lr": 0.3, **({"momentum": 0.9} if name == "SGD" else {}), **options}
    return getattr(optim, name)(ours, **options), getattr(torch.optim, name)(theirs, **options)


def assert_rates_agree(mine, peer):
    for key in ("lr", "momentum", "betas"):
        if key in mine.param_groups[0]:
            assert_allclose(mine.param_groups[0][key], peer.param_groups[0][key],
                            rtol=1e-8, atol=1e-12)  # fmt: skip


@pytest.mark.filterwarnings("ignore:Detected call of:UserWarning")
@pytest.mark.parametrize("kind", ["SGD", "Adam"])
@pytest.mark.parametrize(("name", "options"), SCHEDULES)
def test_schedule(name, options, kind):
    mine, peer = a_pair(kind)
    ours = getattr(optim.lr_scheduler, name)(mine, **options)
    theirs = getattr(torch.optim.lr_scheduler, name)(peer, **options)
    for step in range(200):
        assert_allclose(ours.get_last_lr(), theirs.get_last_lr(), rtol=1e-8, atol=1e-12)
        assert_rates_agree(mine, peer)
        ours.step()
        theirs.step()
        if step == 100:  # states change sides
            swapped = ours.state_dict(), theirs.state_dict()
            states = in_torch(mine.state_dict()), peer.state_dict()
            mine, peer = a_pair(kind)
            ours = getattr(optim.lr_scheduler, name)(mine, **options)
            theirs = getattr(torch.optim.lr_scheduler, name)(peer, **options)
            mine.load_state_dict(states[1])
            peer.load_state_dict(states[0])
            ours.load_state_dict(swapped[1])
            theirs.load_state_dict(swapped[0])


@pytest.mark.filterwarnings("ignore:Detected call of:UserWarning")
@pytest.mark.filterwarnings("ignore:The epoch parameter in:UserWarning")
def test_restarts_between_epochs():
    mine, peer = a_pair()
    ours = optim.lr_scheduler.CosineAnnealingWarmRestarts(mine, 3, 2, 0.05)
    theirs = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(peer, 3, 2, 0.05)
    for batch in range(60):
        ours.step(batch / 4)
        theirs.step(batch / 4)
        assert_rates_agree(mine, peer)
    for _ in range(9):
        ours.step()
        theirs.step()
        assert_rates_agree(mine, peer)


@pytest.mark.filterwarnings("ignore:Detected call of:UserWarning")
def test_chained_schedules():
    def made(lib, o):
        parts = [lib.ConstantLR(o, 0.1, total_iters=4), lib.ExponentialLR(o, 0.9), lib.StepLR(o, 3)]
        return lib.ChainedScheduler(parts, o)

    mine, peer = a_pair()
    ours, theirs = made(optim.lr_scheduler, mine), made(torch.optim.lr_scheduler, peer)
    for step in range(20):
        assert_allclose(ours.get_last_lr(), theirs.get_last_lr(), rtol=1e-9)
        ours.step()
        theirs.step()
        if step == 10:
            ours.load_state_dict(theirs.state_dict())
            theirs.load_state_dict(ours.state_dict())


@pytest.mark.filterwarnings("ignore:Detected call of:UserWarning")
def test_schedules_multiply():
    mine, peer = a_pair()
    ours, theirs = ([lib.ExponentialLR(o, 0.9), lib.StepLR(o, 2, 0.5)] for lib, o in
                    [(optim.lr_scheduler, mine), (torch.optim.lr_scheduler, peer)])  # fmt: skip
    for _ in range(8):
        for schedule in (*ours, *theirs):
            schedule.step()
        assert_allclose(mine.param_groups[0]["lr"], peer.param_groups[0]["lr"], rtol=1e-9)


@pytest.mark.filterwarnings("ignore:Detected call of:UserWarning")
@pytest.mark.filterwarnings("ignore:The epoch parameter in:UserWarning")
def test_one_schedule_after_the_other():
    mine, peer = a_pair()

    def made(lib, o):
        parts = [lib.LinearLR(o, 0.1, total_iters=4), lib.ExponentialLR(o, 0.8), lib.StepLR(o, 2)]
        return lib.SequentialLR(o, parts, [4, 9])

    ours, theirs = made(optim.lr_scheduler, mine), made(torch.optim.lr_scheduler, peer)
    for step in range(15):
        assert_allclose(ours.get_last_lr(), theirs.get_last_lr(), rtol=1e-9)
        ours.step()
        theirs.step()
        if step in (2, 6, 10):
            swapped = ours.state_dict(), theirs.state_dict()
            ours.load_state_dict(swapped[1])
            theirs.load_state_dict(swapped[0])


@pytest.mark.parametrize("options", [
    {"patience": 1}, {"patience": 0, "mode": "max", "factor": 0.5}, {"patience": 1, "cooldown": 2},
    {"patience": 1, "threshold_mode": "abs", "threshold": 0.3}, {"patience": 0, "min_lr": 0.05},
])  # fmt: skip
def test_plateau(options):
    mine, peer = a_pair()
    ours = optim.lr_scheduler.ReduceLROnPlateau(mine, **options)
    theirs = torch.optim.lr_scheduler.ReduceLROnPlateau(peer, **options)
    for figure in [1.0, 0.9, 0.9, 0.95, 0.8, 0.79, 0.79, 0.9, 0.9, 0.9, 0.1, 0.1, 0.1, 0.1]:
        ours.step(figure)
        theirs.step(figure)
        assert_allclose(mine.param_groups[0]["lr"], peer.param_groups[0]["lr"], rtol=1e-12)


def test_training_a_network_goes_the_same_way():
    rng = np.random.default_rng(0)
    x, t = rng.normal(size=(32, 6)), rng.integers(0, 3, 32)
    theirs = torch.nn.Sequential(torch.nn.Linear(6, 8), torch.nn.Tanh(),
                                 torch.nn.Linear(8, 3)).double()  # fmt: skip
    ours = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 3)).double()
    ours.load_state_dict(theirs.state_dict())
    mine, peer = optim.AdamW(ours.parameters(), lr=0.05), torch.optim.AdamW(theirs.parameters(),
                                                                          lr=0.05)  # fmt: skip
    for _ in range(20):
        mine.zero_grad()
        loss = nn.functional.cross_entropy(ours(x), t)
        loss.backward()
        nn.utils.clip_grad_norm_(ours.parameters(), 0.5)
        mine.step()
        peer.zero_grad()
        wanted = torch.nn.functional.cross_entropy(theirs(torch.tensor(x)), torch.tensor(t))
        wanted.backward()
        torch.nn.utils.clip_grad_norm_(theirs.parameters(), 0.5)
        peer.step()
        assert_allclose(loss.item(), wanted.item(), rtol=1e-10)
    for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert_allclose(p.numpy(), q.detach().numpy(), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("kind", ["SGD", "Adam", "Adagrad", "RMSprop"])
def test_a_group_that_comes_later(kind):
    """The weights of a second group begin at their own first step."""

    def trained(lib: Any) -> list[Any]:
        model = lib.nn.Linear(3, 1)
        model.load_state_dict({"weight": lib.tensor([[0.1, 0.2, 0.3]]), "bias": lib.tensor([0.5])})
        weight, bias = model.parameters()
        optimizer = getattr(lib.optim, kind)([weight], lr=0.05)
        x = np.random.default_rng(0).normal(size=(24, 8, 3)).astype(np.float32)
        for k, rows in enumerate(x):
            if k == 9:
                optimizer.add_param_group({"params": [bias], "lr": 0.02})
            optimizer.zero_grad()
            wanted = lib.tensor(rows.sum(1, keepdims=True) + 1)
            ((model(lib.tensor(rows)) - wanted) ** 2).mean().backward()
            optimizer.step()
        return [p.detach().numpy() for p in model.parameters()]

    for ours, theirs in zip(trained(tz), trained(torch), strict=True):
        assert_allclose(ours, theirs, rtol=1e-5)

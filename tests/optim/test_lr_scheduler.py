"""Schedules by hand-worked numbers, their state and their errors."""

import pytest

from tiza import nn, optim
from tiza.errors import ArgumentError
from tiza.optim import lr_scheduler as schedules


def optimizer(kind=optim.SGD, **options):
    return kind([nn.Parameter([1.0])], lr=1.0, **options)


def rates(schedule, count):
    found = []
    for _ in range(count):
        found.append(schedule.get_last_lr()[0])
        schedule.step()
    return found


@pytest.mark.parametrize(("make", "wanted"), [
    (lambda o: schedules.StepLR(o, 2, 0.1), [1, 1, 0.1, 0.1, 0.01]),
    (lambda o: schedules.MultiStepLR(o, [1, 3], 0.1), [1, 0.1, 0.1, 0.01, 0.01]),
    (lambda o: schedules.ExponentialLR(o, 0.5), [1, 0.5, 0.25, 0.125, 0.0625]),
    (lambda o: schedules.LambdaLR(o, lambda t: 1 / (1 + t)), [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5]),
    (lambda o: schedules.LinearLR(o, 0.5, 1.0, 2), [0.5, 0.75, 1, 1, 1]),
    (lambda o: schedules.ConstantLR(o, 0.5, 2), [0.5, 0.5, 1, 1, 1]),
    (lambda o: schedules.PolynomialLR(o, 4, 1.0), [1, 0.75, 0.5, 0.25, 0]),
    (lambda o: schedules.CosineAnnealingLR(o, 4), [1, 0.8535533905932737, 0.5, 0.1464466094, 0]),
    (lambda o: schedules.CosineAnnealingLR(o, 2, 0.5), [1, 0.75, 0.5, 0.75, 1]),
    (lambda o: schedules.InverseSquareRootLR(o, 2), [0.5, 1, (2 / 3) ** 0.5, 0.5**0.5, 0.4**0.5]),
    (lambda o: schedules.CosineAnnealingWarmRestarts(o, 2), [1, 0.5, 1, 0.5, 1]),
    (lambda o: schedules.MultiplicativeLR(o, lambda t: 1 / t), [1, 1, 1 / 2, 1 / 6, 1 / 24]),
    (lambda o: schedules.OneCycleLR(o, 2.0, 5, pct_start=0.6, anneal_strategy="linear",
                                    cycle_momentum=False, div_factor=4, final_div_factor=2),
     [0.5, 1.25, 2.0, 1.125, 0.25]),
])  # fmt: skip
def test_rates(make, wanted):
    schedule = make(optimizer())
    found = rates(schedule, 4)
    assert [*found, schedule.get_last_lr()[0]] == pytest.approx(wanted, rel=1e-8, abs=1e-12)


def test_one_cycle_moves_momentum_the_other_way():
    o = optimizer(optim.Adam)
    schedule = schedules.OneCycleLR(o, 2.0, 5, pct_start=0.6)
    betas = []
    for _ in range(4):
        betas.append(o.param_groups[0]["betas"][0])
        schedule.step()
    assert betas == pytest.approx([0.95, 0.9, 0.85, 0.9])
    assert o.param_groups[0]["betas"][1] == 0.999
    with pytest.raises(ArgumentError, match="step 6 is beyond the 5 steps"):
        schedule.step()


def test_groups_have_their_own_base():
    o = optim.SGD([{"params": [nn.Parameter([1.0])], "lr": 4.0}, {"params": [nn.Parameter([1.0])]}],
                  lr=2.0)  # fmt: skip
    schedule = schedules.StepLR(o, 1, 0.5)
    schedule.step()
    assert schedule.get_last_lr() == [2.0, 1.0]
    both = schedules.LambdaLR(o, [lambda t: 1.0, lambda t: 2.0])
    assert both.get_last_lr() == [2.0, 2.0]


def test_state_goes_on():
    first = schedules.ExponentialLR(optimizer(), 0.5)
    rates(first, 3)
    o = optimizer()
    second = schedules.ExponentialLR(o, 0.5)
    o.param_groups[0]["lr"] = first.optimizer.lr
    second.load_state_dict(first.state_dict())
    assert rates(first, 3) == rates(second, 3)
    assert "optimizer" not in first.state_dict()
    kept = schedules.LambdaLR(optimizer(), lambda t: 1.0).state_dict()
    assert kept["lr_lambdas"] == [None]
    o.load_state_dict(optimizer().state_dict())
    resumed = schedules.ExponentialLR(first.optimizer, 0.5, last_epoch=first.last_epoch)
    assert resumed.last_epoch == first.last_epoch + 1


def test_plateau():
    o = optimizer()
    schedule = schedules.ReduceLROnPlateau(o, patience=1, cooldown=1, min_lr=0.05)
    seen = []
    for figure in [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]:
        schedule.step(figure)
        seen.append(o.lr)
    assert seen == pytest.approx([1, 1, 0.1, 0.1, 0.1, 0.05, 0.05])
    assert schedule.get_last_lr() == [o.lr]
    twin = schedules.ReduceLROnPlateau(optimizer())
    twin.load_state_dict(schedule.state_dict())
    assert twin.best == 1.0


@pytest.mark.parametrize(("make", "text"), [
    (lambda o: schedules.OneCycleLR(o, 1.0), "does not know how many steps"),
    (lambda o: schedules.OneCycleLR(o, 1.0, 5, anneal_strategy="sine"), "no way 'sine'"),
    (lambda o: schedules.OneCycleLR(o, 1.0, 5), None),
    (lambda o: schedules.LambdaLR(o, [lambda t: 1.0] * 3), "3 functions were given for 1"),
    (lambda o: schedules.ReduceLROnPlateau(o, factor=1.0), "the factor must be below 1"),
    (lambda o: schedules.ReduceLROnPlateau(o, mode="best"), "there is no mode 'best'"),
    (lambda o: schedules.StepLR(o, 2, last_epoch=3), "knows no initial learning rate"),
    (lambda o: schedules.CosineAnnealingWarmRestarts(o, 0), "a first length of at least 1"),
    (lambda o: schedules.SequentialLR(o, [schedules.ExponentialLR(o, 1.0)], [3]),
     "1 schedules need one milestone fewer"),
    (lambda o: schedules.LRScheduler(o), "LRScheduler does not say its rate"),
    (lambda o: schedules.CyclicLR(o, 0.1, 1.0, mode="square"), "a cycle cannot have the mode"),
    (lambda o: schedules.CyclicLR(o, 0.1, [1.0, 2.0]), "max_lr has 2 numbers, but the optimizer 1"),
    (lambda o: schedules.ChainedScheduler([]), "no schedules to chain"),
    (lambda o: schedules.ChainedScheduler([schedules.StepLR(o, 2)], optimizer()),
     "belong to different optimizers"),
])  # fmt: skip
def test_refusals(make, text):
    if text is None:
        assert make(optimizer()).get_last_lr() == [pytest.approx(0.04)]
        return
    with pytest.raises(ArgumentError, match=text):
        make(optimizer())


def test_an_optimizer_without_momentum_cannot_cycle_it():
    class Plain(optim.Optimizer):
        lr: float = 0.1

        def rule(self, t, p, g, *slots):
            return p - self.lr * g, slots

    with pytest.raises(ArgumentError, match="Plain has no momentum to cycle"):
        schedules.OneCycleLR(optimizer(Plain), 1.0, 5)


def test_fit_traces_one_step_for_a_whole_cycle():
    import numpy as np

    from tiza.train import LearningRateScheduler, Trainer

    tz_model = nn.Linear(2, 1)
    o = optim.Adam(tz_model.parameters())
    cycle = schedules.OneCycleLR(o, 0.1, total_steps=21)
    trainer = Trainer(tz_model, nn.MSELoss(), o)
    x = np.random.default_rng(0).normal(size=(40, 2)).astype("f")
    trainer.fit(x, x[:, :1], epochs=2, batch_size=4, verbose=0,
                callbacks=[LearningRateScheduler(cycle, every="batch")])  # fmt: skip
    assert cycle.last_epoch == 20
    assert sum(key[0] == "train" for key in trainer.steps.made) == 1

"""Hooks on the way back: of tensors, of variables, of modules; each as PyTorch's."""

import gc

import numpy as np
import pytest
from numpy.testing import assert_allclose

import tiza as tz
from tiza import nn, optim
from tiza.errors import ArgumentError, GradientError
from tiza.transforms.differentiate import PASSING

X = np.random.default_rng(0).normal(size=(3, 4))


def libraries():
    torch = pytest.importorskip("torch")
    return [(nn, lambda a: tz.tensor(a, requires_grad=True)),
            (torch.nn, lambda a: torch.tensor(a, requires_grad=True))]  # fmt: skip


def as_array(g):
    return None if g is None else np.array(g.detach().numpy())


def assert_same(ours, theirs):
    assert len(ours) == len(theirs)
    for a, b in zip(ours, theirs, strict=True):
        if isinstance(a, tuple):
            assert_same(a, b)
        elif a is None or b is None:
            assert a is b
        else:
            assert_allclose(a, b, rtol=1e-10)


@pytest.mark.peer
def test_hooks_of_tensors_see_and_change_gradients():
    def run(lib, variable):
        seen = []
        x = variable(X)
        y = x * x
        y.register_hook(lambda g: seen.append(as_array(g)))
        y.register_hook(lambda g: g * 2)
        gone = y.register_hook(lambda g: g * 1000)
        gone.remove()
        x.register_hook(lambda g: g + 1)
        x.register_post_accumulate_grad_hook(lambda p: seen.append(as_array(p.grad)))
        (y * y).sum().backward()
        z = x * 3  # a second backward adds to it
        z.sum().backward()
        return [*seen, as_array(x.grad)]

    assert_same(*(run(*library) for library in libraries()))


@pytest.mark.peer
@pytest.mark.filterwarnings("ignore:Full backward hook is firing:UserWarning")
@pytest.mark.parametrize("wanted", [True, False])
def test_hooks_of_modules(wanted):
    def run(lib, variable):
        seen = []
        model = lib.Sequential(lib.Linear(4, 2), lib.Tanh(), lib.Linear(2, 1)).double()
        for i, p in enumerate(model.parameters()):
            p.data = p.data * 0 + (i + 1) / 4
        kept = [
            model[1].register_full_backward_hook(
                lambda m, gi, go: seen.append((type(m).__name__, *map(as_array, (*gi, *go))))),
            model[0].register_full_backward_hook(
                lambda m, gi, go: seen.append((type(m).__name__, *map(as_array, (*gi, *go))))),
            model[2].register_full_backward_pre_hook(lambda m, go: (go[0] * 2,)),
            model[2].register_full_backward_hook(lambda m, gi, go: (gi[0] * 3,)),
        ]  # fmt: skip
        x = variable(X)
        model(x if wanted else x.detach()).sum().backward()
        kept[2].remove()
        with kept[3]:
            model(x * 2).sum().backward()
        model(x).sum().backward()
        names = [row[0] for row in seen]
        grads = [as_array(p.grad) for p in (*model.parameters(), x)]
        return names, [row[1:] for row in seen], grads

    (names, rows, grads), (names2, rows2, grads2) = (run(*library) for library in libraries())
    assert names == names2
    assert_same(tuple(rows), tuple(rows2))
    assert_same(grads, grads2)


@pytest.mark.peer
def test_several_arguments_leave_together():
    def run(lib, variable):
        seen = []
        layer = lib.Bilinear(4, 4, 2).double()
        for i, p in enumerate(layer.parameters()):
            p.data = p.data * 0 + (i + 1) / 4
        layer.register_full_backward_hook(
            lambda m, gi, go: seen.append(tuple(map(as_array, (*gi, *go))))
        )
        layer.register_full_backward_hook(lambda m, gi, go: (gi[0] * 2, gi[1] * 3))
        x = variable(X)
        layer(x, x * x + 1).sum().backward()
        return [*seen[0], as_array(x.grad)]

    assert_same(*(run(*library) for library in libraries()))


def test_modules_with_several_results_may_be_watched_only():
    class Both(nn.Module):
        def forward(self, x):
            return x * 2, x * 3

    layer, seen, x = Both(), [], tz.tensor(X, requires_grad=True)
    layer.register_full_backward_pre_hook(lambda m, go: seen.append([g.numpy().max() for g in go]))
    a, b = layer(x)
    (a + 5 * b).sum().backward()
    assert seen == [[1.0, 5.0]]
    layer.register_full_backward_pre_hook(lambda m, go: go)
    a, b = layer(x)
    with pytest.raises(ArgumentError, match="Both has several results, whose gradients a hook"):
        (a + b).sum().backward()


def test_an_optimizer_may_step_in_the_hook():
    model = nn.Linear(4, 1)
    before = model.weight.numpy().copy()
    for p in model.parameters():
        own = optim.SGD([p], lr=0.1)
        p.register_post_accumulate_grad_hook(lambda q, own=own: (own.step(), own.zero_grad()))
    model(X.astype("f")).sum().backward()
    assert_allclose(model.weight.numpy(), before - 0.1 * X.sum(axis=0)[None], rtol=1e-5)
    assert model.weight.grad is None


def test_hooks_are_forgotten_with_their_call():
    gc.collect()
    before = len(PASSING)
    layer = nn.Linear(4, 2)
    layer.register_full_backward_hook(lambda m, gi, go: None)
    for _ in range(3):
        layer(tz.tensor(X.astype("f"), requires_grad=True)).sum().backward()
        layer(X.astype("f"))
    layer.weight.grad = layer.bias.grad = None
    gc.collect()
    assert len(PASSING) == before


def test_hooks_are_refused_where_no_gradient_comes():
    with pytest.raises(GradientError):
        tz.tensor([1.0]).register_hook(print)
    y = tz.tensor([1.0], requires_grad=True) * 2
    with pytest.raises(GradientError, match="only a variable accumulates a gradient"):
        y.register_post_accumulate_grad_hook(print)


def test_what_a_module_holds_is_found_and_replaced_by_name():
    model = nn.Sequential(nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3)))
    assert model.get_parameter("0.0.weight") is model[0][0].weight
    assert model.get_buffer("0.1.running_mean") is model[0][1].running_mean
    with pytest.raises(AttributeError, match=r"holds no '0\.0\.scale'"):
        model.get_parameter("0.0.scale")
    model.set_submodule("0.1", nn.Identity())
    assert isinstance(model[0][1], nn.Identity)
    with pytest.raises(AttributeError):
        model.set_submodule("0.7", nn.Identity(), strict=True)


@pytest.mark.parametrize("call", [
    lambda m: m.half(), lambda m: m.bfloat16(), lambda m: m.cuda(), lambda m: m.cuda(1),
    lambda m: m.to("mps"), lambda m: m.to(dtype="int64"), lambda m: nn.Linear(1, 1, device="cuda"),
    lambda m: nn.LSTM(1, 1, device="cuda:0"), lambda m: nn.BatchNorm1d(2, device="meta"),
])  # fmt: skip
def test_devices_and_types_that_are_not_there(call):
    with pytest.raises(ArgumentError):
        call(nn.Linear(1, 1))


def test_casts_of_all_spellings():
    model = nn.Linear(1, 1, device="cpu", dtype=tz.float64)
    assert model.weight.dtype == tz.float64
    assert model.to(tz.float32).weight.dtype == tz.float32
    assert model.to("cpu", tz.float64, non_blocking=True).weight.dtype == tz.float64
    assert model.to(tz.tensor([1.0])).weight.dtype == tz.float32
    assert model.type("float64").cpu().weight.dtype == tz.float64

"""Modules register what they hold, say where they are, and refuse what does not fit."""

import copy

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import tiza as tz
from tiza import nn
from tiza.errors import ArgumentError, CheckpointError, ShapeError, use_language


class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(4, 3)
        self.act = nn.ReLU()
        self.blocks = nn.ModuleList([nn.Linear(3, 3), nn.Linear(3, 2)])
        self.scale = nn.Parameter(tz.ones(()))
        self.register_buffer("seen", tz.zeros(()))
        self.noise = nn.Buffer(tz.zeros(2), persistent=False)
        self.missing = None

    def forward(self, x):
        x = self.act(self.fc1(x))
        for block in self.blocks:
            x = block(x)
        return x * self.scale


def test_attributes_register():
    model = MLP()
    assert [n for n, _ in model.named_parameters()] == [
        "scale", "fc1.weight", "fc1.bias", "blocks.0.weight", "blocks.0.bias", "blocks.1.weight",
        "blocks.1.bias",
    ]  # fmt: skip
    assert [n for n, _ in model.named_buffers()] == ["seen", "noise"]
    assert [n for n, _ in model.named_children()] == ["fc1", "act", "blocks"]
    assert [n for n, _ in model.named_modules()] == ["", "fc1", "act", "blocks", "blocks.0",
                                                     "blocks.1"]  # fmt: skip
    assert [n for n, _ in model.named_parameters(recurse=False)] == ["scale"]
    assert [n for n, _ in model.named_parameters(prefix="m")][1] == "m.fc1.weight"
    assert "noise" not in model.state_dict()
    assert list(model.state_dict(prefix="p."))[:2] == ["p.scale", "p.seen"]
    assert model.get_submodule("blocks.1") is model.blocks[1]
    assert {"fc1", "scale", "seen"} <= set(dir(model))


def test_parameters_carry_their_names_into_the_graph():
    model = nn.Sequential(MLP())
    assert model[0].blocks[1].weight.name == "0.blocks.1.weight"
    model.zero_grad()
    model(np.ones((2, 4), "f")).sum().backward()
    tz.optim.SGD(model.parameters(), lr=0.1).step()
    assert model[0].blocks[1].weight.name == "0.blocks.1.weight"


def test_nodes_know_the_path_of_their_layer():
    model = MLP()
    seen = {}
    for name, part in model.named_modules():
        part.register_forward_hook(
            lambda m, args, out, name=name: seen.update({name: out.node.place[2]})
        )
    model(tz.zeros((1, 4)))
    assert seen == {"": "MLP", "fc1": "MLP.fc1", "act": "MLP.act", "blocks.0": "MLP.blocks.0",
                    "blocks.1": "MLP.blocks.1"}  # fmt: skip


def test_a_shape_error_names_weight_layer_and_edit():
    model = MLP()
    with pytest.raises(ShapeError) as caught:
        model(tz.zeros((2, 5)))
    lines = str(caught.value).splitlines()
    assert lines[:-1] == [
        "linear: the last axis of x (5) must equal in_features of the weight (4)",
        "    x           (2, 5) float32",
        "    fc1.weight  (3, 4) float32",
        "    fc1.bias    (3,) float32",
        "    fix: Linear(5, 3) instead of Linear(4, 3)",
    ]
    assert lines[-1].startswith("    built at test_module.py:")
    assert lines[-1].endswith("in MLP.fc1")
    assert model(tz.zeros((2, 4))).shape == (2, 2)  # the path is put back after an error


def test_replacing_and_removing():
    model = MLP()
    model.fc1 = nn.Identity()
    assert next(n for n, _ in model.named_children()) == "fc1"
    model.scale = None
    assert "scale" not in dict(model.named_parameters())
    model.bias = nn.Parameter(tz.ones(1))
    with pytest.raises(ArgumentError, match="bias is a parameter and cannot become a Tensor"):
        model.bias = tz.ones(1)
    del model.act
    assert not hasattr(model, "act")
    model.seen = tz.ones(())
    assert model.state_dict()["seen"].item() == 1.0
    model.plain = 3
    model.plain = nn.Linear(1, 1)
    assert "plain" in dict(model.named_children())
    del model.noise
    with pytest.raises(AttributeError, match="no attribute 'noise'"):
        _ = model.noise


def test_a_part_may_be_called_as_a_verb_of_keras():
    model = nn.Module()
    model.predict = nn.Identity()
    assert model.predict(3) == 3
    assert [n for n, _ in model.named_children()] == ["predict"]


@pytest.mark.parametrize(("code", "text"), [
    (lambda m: m.register_parameter("a.b", nn.Parameter(tz.ones(1))),
     "'a.b' cannot be the name of a part\n    fix: choose a name without dots"),
    (lambda m: m.register_buffer("forward", tz.ones(1)),
     "MLP already has an attribute 'forward' of its own\n    fix: choose another name"),
    (lambda m: nn.Module()(1),
     "Module has no forward\n    fix: write def forward(self, x) in class Module"),
    (lambda m: m.to("cuda"),
     "tiza computes on the processor, and there is no device 'cuda'\n"
     '    fix: leave device out or say device="cpu"'),
    (lambda m: m.to(tz.int64),
     "parameters are float32 or float64, not int64\n    fix: say \"float32\" or \"float64\""),
])  # fmt: skip
def test_errors(code, text):
    with pytest.raises(ArgumentError) as caught:
        code(MLP())
    assert str(caught.value) == text


def test_a_forgotten_super_init_is_said():
    class Bad(nn.Module):
        def __init__(self):
            self.fc = nn.Linear(1, 1)

    with pytest.raises(ArgumentError) as caught:
        Bad()
    assert str(caught.value) == (
        "Bad holds nothing yet, because its __init__ has not called that of Module\n"
        "    fix: begin __init__ of Bad with super().__init__()")  # fmt: skip


def test_all_mismatches_of_a_state_are_listed_at_once():
    model = MLP()
    state = model.state_dict()
    before = model.fc1.bias.tolist()
    state["fc1.wieght"] = state.pop("fc1.weight")
    state["blocks.1.bias"] = np.zeros(7)
    state["extra"] = np.zeros(1)
    state["fc1.bias"] = state["fc1.bias"] + 1
    with pytest.raises(CheckpointError) as caught:
        model.load_state_dict(state)
    assert str(caught.value) == (
        "the state does not fit MLP in 4 places\n"
        "    fc1.weight     missing; nearest: fc1.wieght\n"
        "    fc1.wieght     unexpected; nearest: fc1.weight\n"
        "    extra          unexpected\n"
        "    blocks.1.bias  (7,) given, (2,) wanted\n"
        "    fix: build the model that was saved, or pass strict=False to skip missing and "
        "unexpected names")  # fmt: skip
    with use_language("es"):
        assert "fc1.weight     falta; el más parecido: fc1.wieght" in str(caught.value)
    assert model.fc1.bias.tolist() == before
    del state["blocks.1.bias"]
    found = model.load_state_dict(state, strict=False)
    assert found.missing_keys == ["fc1.weight", "blocks.1.bias"]
    assert found.unexpected_keys == ["fc1.wieght", "extra"]
    assert model.fc1.bias.tolist() != before


def test_data_takes_the_values_of_another_parameter():
    a, b = nn.Parameter([1.0]), nn.Parameter([2.0])
    a.data = b
    assert a.tolist() == [2.0]
    assert a.requires_grad
    (a * 3).sum().backward()
    assert a.grad.tolist() == [3.0]
    assert b.grad is None


def test_only_a_dictionary_is_a_state():
    with pytest.raises(ArgumentError, match="a state is a dictionary from names to values"):
        MLP().load_state_dict([1])


def test_loading_casts_and_keeps_the_parameter_objects():
    model = MLP()
    weight = model.fc1.weight
    state = {k: v.numpy().astype("f8") for k, v in MLP().state_dict().items()}
    model.load_state_dict(state)
    assert model.fc1.weight is weight
    assert weight.dtype == tz.float32
    assert_array_equal(weight.numpy(), state["fc1.weight"].astype("f"))
    model(tz.ones((1, 4))).sum().backward()
    assert weight.grad is not None


def test_modes_apply_and_freezing():
    model = MLP()
    assert model.training
    assert not model.eval().blocks[0].training
    assert model.train().blocks[0].training
    calls = []
    assert model.apply(lambda m: calls.append(type(m).__name__)) is model
    assert calls == ["Linear", "ReLU", "Linear", "Linear", "ModuleList", "MLP"]
    model.requires_grad_(False)
    assert not model(tz.zeros((1, 4))).requires_grad
    model.fc1.requires_grad_()
    model(tz.ones((1, 4))).sum().backward()
    assert model.fc1.weight.grad is not None
    assert model.blocks[0].weight.grad is None
    model.zero_grad(set_to_none=False)
    assert model.fc1.weight.grad.numpy().tolist() == np.zeros((3, 4)).tolist()
    model.zero_grad()
    assert model.fc1.weight.grad is None


def test_casting_in_place():
    model = MLP()
    model(tz.ones((1, 4))).sum().backward()
    weight = model.fc1.weight
    assert model.double() is model
    assert model.fc1.weight is weight
    assert weight.dtype == weight.grad.dtype == model.seen.dtype == tz.float64
    assert model(tz.zeros((1, 4), dtype=tz.float64)).dtype == tz.float64
    assert model.float().fc1.weight.dtype == tz.float32
    assert model.to("cpu").to(tz.float32).fc1.weight.dtype == tz.float32


def test_hooks_change_what_goes_in_and_out():
    layer = nn.Identity()
    first = layer.register_forward_pre_hook(lambda m, args: (args[0] + 1,))
    layer.register_forward_pre_hook(lambda m, args: args[0] * 10, prepend=True)
    layer.register_forward_hook(lambda m, args, out: out - 3)
    layer.register_forward_hook(lambda m, args, kwargs, out: None, with_kwargs=True)
    layer.register_forward_pre_hook(lambda m, args, kw: (args, kw), with_kwargs=True)
    assert layer(2) == 2 * 10 + 1 - 3
    first.remove()
    first.remove()
    assert layer(2) == 17
    with layer.register_forward_hook(lambda m, args, out: 0):
        assert layer(2) == 0
    assert layer(2) == 17


def test_a_deep_copy_is_independent():
    model = MLP()
    twin = copy.deepcopy(model)
    assert twin.fc1.weight is not model.fc1.weight
    assert_array_equal(twin.fc1.weight.numpy(), model.fc1.weight.numpy())
    twin(tz.ones((1, 4))).sum().backward()
    assert model.fc1.weight.grad is None
    assert isinstance(twin.fc1.weight, nn.Parameter)
    assert twin.noise.persistent is False
    assert list(twin.state_dict()) == list(model.state_dict())


def test_shared_parameters_come_once():
    layer = nn.Linear(2, 2)
    model = nn.Sequential(layer, nn.ReLU(), layer)
    assert len(list(model.parameters())) == 2
    assert len(list(model.named_parameters(remove_duplicate=False))) == 4
    assert list(model.state_dict()) == ["0.weight", "0.bias", "2.weight", "2.bias"]


def test_repr_and_html():
    assert repr(MLP()) == (
        "MLP(\n"
        "  (fc1): Linear(in_features=4, out_features=3, bias=True)\n"
        "  (act): ReLU()\n"
        "  (blocks): ModuleList(\n"
        "    (0): Linear(in_features=3, out_features=3, bias=True)\n"
        "    (1): Linear(in_features=3, out_features=2, bias=True)\n"
        "  )\n"
        ")")  # fmt: skip

    class Odd(nn.Module):
        def extra_repr(self):
            return "<script>"

    page = Odd()._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    html = MLP()._repr_html_()
    assert "weight (3, 4), bias (3,)" in html
    assert "<b>36</b>" in html
    with use_language("es"):
        assert "parámetros" in MLP()._repr_html_()

"""Lists, dictionaries and chains of modules behave as Python's and PyTorch's do."""

import pytest

import tiza as tz
from tiza import nn
from tiza.errors import ArgumentError, IndexingError


def three():
    return nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))


def test_sequential_is_the_composition():
    net = three()
    x = tz.ones((1, 4))
    assert net(x).tolist() == net[2](net[1](net[0](x))).tolist()
    assert nn.Sequential()(x) is x


def test_sequential_indexes_slices_and_changes():
    net = three()
    assert net[-1] is net[2]
    assert [type(m) for m in net[:2]] == [nn.Linear, nn.ReLU]
    assert list(net[1:]._modules) == ["1", "2"]
    assert net[1:][0] is net[1]
    net[1] = nn.Tanh()
    assert isinstance(net[1], nn.Tanh)
    assert net.append(nn.Identity()) is net
    assert len(net.extend([nn.Identity()])) == 5
    net.insert(0, nn.Flatten())
    assert isinstance(net[0], nn.Flatten)
    assert isinstance(net.pop(0), nn.Flatten)
    del net[3:]
    assert [n for n, _ in net.named_children()] == ["0", "1", "2"]
    del net[0]
    assert [n for n, _ in net.named_children()] == ["0", "1"]
    assert net[0] in net
    assert nn.Linear(1, 1) not in net
    assert len(net + net) == 4


def test_sequential_takes_names():
    net = nn.Sequential({"first": nn.Linear(2, 2), "then": nn.ReLU()})
    assert [n for n, _ in net.named_children()] == ["first", "then"]
    assert net.first is net[0]
    del net[0]
    assert [n for n, _ in net.named_children()] == ["then"]


def test_refusals():
    with pytest.raises(ArgumentError) as caught:
        nn.Sequential(nn.Linear(1, 1), nn.ReLU)
    assert str(caught.value) == (
        "Sequential: part 1 is a type, not a module\n"
        "    fix: give modules one by one, as in nn.Sequential(nn.Linear(2, 3), nn.ReLU())"
    )
    with pytest.raises(IndexingError) as caught:
        three()[3]
    assert str(caught.value) == (
        "index 3 is outside a Sequential of 3 modules\n    fix: count from 0 to 3 minus 1"
    )
    with pytest.raises(KeyError):
        nn.ModuleDict()["nothing"]
    with pytest.raises(ArgumentError, match="ModuleList has no forward"):
        nn.ModuleList()(1)


def test_module_list():
    layers = nn.ModuleList([nn.Linear(2, 2)])
    layers += [nn.ReLU()]
    assert [type(m).__name__ for m in layers] == ["Linear", "ReLU"]
    assert isinstance(layers[:1], nn.ModuleList)
    assert len(layers + nn.ModuleList([nn.Tanh()])) == 3


def test_parts_of_uncalled_containers_know_their_path():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.paths = nn.ModuleDict({"left": nn.ModuleList([nn.Linear(2, 2)])})
            self.paths["right"] = nn.Linear(2, 2)

        def forward(self, x):
            return self.paths["left"][0](x), self.paths["right"](x)

    left, right = Net()(tz.zeros((1, 2)))
    assert left.node.place[2] == "Net.paths.left.0"
    assert right.node.place[2] == "Net.paths.right"


def test_module_dict():
    parts = nn.ModuleDict({"a": nn.ReLU()})
    parts.update({"b": nn.Tanh()})
    assert list(parts) == list(parts.keys()) == ["a", "b"]
    assert [n for n, _ in parts.items()] == ["a", "b"]
    assert isinstance(parts.pop("a"), nn.ReLU)
    assert len(parts) == 1
    assert "a" not in parts
    assert [type(m) for m in parts.values()] == [nn.Tanh]
    del parts["b"]
    assert not parts


def test_parameter_list():
    several = nn.ParameterList([nn.Parameter(tz.zeros(2))])
    several.append(nn.Parameter(tz.ones(3)))
    several[0] = nn.Parameter(tz.ones(1))
    assert [p.shape for p in several] == [(1,), (3,)]
    assert [n for n, _ in several.named_parameters()] == ["0", "1"]
    assert several[-1].shape == (3,)
    assert len(several) == 2

"""The table of a network: shapes, parameters, operations, in both languages."""

import numpy as np

import tiza as tz
from tiza import nn
from tiza.errors import use_language


def test_table_in_both_languages():
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    assert str(model.summary((8, 64))) == (
        "layer        output   parameters   FLOPs\n"
        "Sequential   (8, 10)       2,410  38,480\n"
        "  0: Linear  (8, 32)       2,080  33,024\n"
        "  1: ReLU    (8, 32)           0     256\n"
        "  2: Linear  (8, 10)         330   5,200\n"
        "trainable parameters: 2,410, bytes: 9,640")  # fmt: skip
    model[0].requires_grad_(False)
    with use_language("es"):
        text = str(model.summary((8, 64)))
    assert text.splitlines()[0] == "capa         salida   parámetros   FLOPs"
    assert text.splitlines()[-1] == (
        "parámetros entrenables: 330, parámetros congelados: 2,080, bytes: 9,640")  # fmt: skip


def test_flops_by_hand():
    count = nn.Linear(5, 7).summary((3, 5))
    assert count.flops == 2 * 3 * 5 * 7 + 3 * 7
    assert nn.Linear(5, 7, bias=False).summary((2, 4, 5)).flops == 2 * 8 * 5 * 7
    assert nn.Flatten().summary((3, 5, 2)).flops == 0
    # max, difference, exponential, sum, quotient: five passes over the entries
    assert nn.Softmax(1).summary((3, 4)).flops == 5 * 12


def test_nothing_is_computed_and_modes_stay():
    model = nn.Sequential(nn.Embedding(10, 4), nn.Dropout(0.5), nn.Flatten())
    model[1].eval()
    table = model.summary((6, 3), dtype="int64")
    assert [row.output for row in table.rows] == ["(6, 12)", "(6, 3, 4)", "(6, 3, 4)", "(6, 12)"]
    assert model.training
    assert not model[1].training
    model(tz.zeros((1, 3), dtype=tz.int64))  # no hook is left behind
    assert len(table.rows) == 4


def test_inputs_may_be_given_and_shared_layers_come_as_often_as_called():
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(3, 3)

        def forward(self, x, y):
            return {"out": (self.fc(self.fc(x)), y)}

    table = Twice().summary(tz.zeros((2, 3)), (2, 1))
    assert [row.path for row in table.rows] == ["", "fc", "fc"]
    assert table.rows[0].output == "(2, 3), (2, 1)"
    assert table.rows[0].flops == table.rows[1].flops + table.rows[2].flops
    assert table.trainable == 12


def test_an_empty_network():
    table = nn.Sequential().summary((2, 2))
    assert (table.trainable, table.bytes, table.flops) == (0, 0, 0)
    assert np.isfinite(table.flops)

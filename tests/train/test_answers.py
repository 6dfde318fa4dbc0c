"""A model or a loss that does not return one tensor is named, by fit, evaluate and predict."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tiza as tz
from tiza import nn
from tiza.errors import ArgumentError

X, Y = np.zeros((6, 3), np.float32), np.zeros(6, np.int64)


class Odd(nn.Module):
    """Returns whatever it is told to."""

    def __init__(self, answer: Callable[[Any], Any]) -> None:
        super().__init__()
        self.layer, self.answer = nn.Linear(3, 2), answer

    def forward(self, x: tz.Tensor) -> Any:
        return self.answer(self.layer(x))


ANSWERS: dict[str, Callable[[Any], Any]] = {
    "None": lambda y: None,
    "float": lambda y: 3.0,
    "ndarray": lambda y: np.zeros(y.shape),
    "dict": lambda y: {"logits": y},
    "tuple": lambda y: (y, y),
    "list": lambda y: [y],
    "str": lambda y: "y",
}


@pytest.mark.parametrize("verb", ["fit", "evaluate", "predict"])
@pytest.mark.parametrize("got", ANSWERS)
def test_a_forward_without_a_tensor_is_named(got: str, verb: str) -> None:
    model = Odd(ANSWERS[got])
    trainer = tz.Trainer(model, nn.CrossEntropyLoss(), tz.optim.SGD(model.parameters(), lr=0.1))
    calls = {
        "fit": lambda: trainer.fit(X, Y, epochs=1, verbose=0),
        "evaluate": lambda: trainer.evaluate(X, Y),
        "predict": lambda: trainer.predict(X),
    }
    with pytest.raises(ArgumentError) as met:
        calls[verb]()
    assert str(met.value) == (
        f"Odd.forward returns {got}, but fit, evaluate and predict need one tensor\n"
        "    fix: end Odd.forward with `return` and the tensor that the loss is to see"
    )


@pytest.mark.parametrize(
    ("got", "loss"), [("None", lambda y, t: None), ("float", lambda y, t: 1.0)]
)
def test_a_loss_without_a_tensor_is_named(got: str, loss: Any) -> None:
    model = nn.Linear(3, 2)
    trainer = tz.Trainer(model, loss, tz.optim.SGD(model.parameters(), lr=0.1))
    with pytest.raises(ArgumentError) as met:
        trainer.fit(X, Y, epochs=1, verbose=0)
    assert met.value.fact == (
        f"the loss function returns {got}, but training needs a tensor of one number"
    )

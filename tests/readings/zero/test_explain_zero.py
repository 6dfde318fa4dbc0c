"""One network for each reason why a gradient is zero, and several at once."""

import numpy as np
import pytest

import tiza as tz
from tiza import nn, optim
from tiza.errors import ArgumentError
from tiza.nn import functional as F
from tiza.readings.zero.words import KINDS, WORDS

X = np.linspace(0, 1, 32, dtype="f").reshape(8, 4)
Y = np.array([0, 1, 2, 0, 1, 2, 0, 1])


def variable(values) -> tz.Tensor:
    return tz.tensor(values, requires_grad=True)


def perceptron(activation: nn.Module) -> nn.Sequential:
    return nn.Sequential(nn.Linear(4, 6), activation, nn.Linear(6, 3))


def assert_zero(found, *kinds: str):
    """The gradient is exactly zero, and these are the reasons, nearest to the loss first."""
    assert found.zero
    assert found.kinds == list(kinds)
    assert str(found).count("what helps") == len(kinds)
    return found


def test_dead_relu_with_its_numbers() -> None:
    net = perceptron(nn.ReLU())
    net[0].bias.data = tz.full((6,), -9.0)
    loss = F.cross_entropy(net(X), Y)
    loss.backward()
    found = assert_zero(tz.explain_zero(net[0].weight, loss), "dead")
    z = X @ net[0].weight.numpy().T - 9
    assert found.reasons[0].units[0] == pytest.approx((0, z[:, 0].min(), z[:, 0].max()))
    assert "6 of 6 units" in str(found)
    assert "in all 8 examples" in str(found)


def test_some_dead_units() -> None:
    net = perceptron(nn.ReLU())
    net[0].bias.data = tz.tensor([-9.0, 9.0, 9.0, -9.0, 9.0, 9.0])
    found = tz.explain_zero(net[0].weight, F.cross_entropy(net(X), Y))
    assert not found.zero
    assert (found.zeros, found.size) == (8, 24)
    assert found.kinds == ["dead"]
    assert [i for i, _, _ in found.reasons[0].units] == [0, 3]
    assert not found.reasons[0].complete


def test_dead_unit_before_the_weight() -> None:
    net = perceptron(nn.ReLU())
    net[0].bias.data = tz.full((6,), -9.0)
    loss = F.cross_entropy(net(X), Y)
    assert_zero(tz.explain_zero(net[2].weight, loss), "zero-input", "dead")


@pytest.mark.parametrize(("activation", "word"), [(nn.Sigmoid(), "sigmoid"), (nn.Tanh(), "tanh")])
def test_saturated(activation, word) -> None:
    net = perceptron(activation)
    net[0].bias.data = tz.full((6,), 300.0)
    found = assert_zero(tz.explain_zero(net[0].weight, F.cross_entropy(net(X), Y)), "saturated")
    assert f"saturated {word}" in str(found)
    assert "float32" in str(found)


def test_zero_weights() -> None:
    net = perceptron(nn.Tanh())
    net[2].weight.data = tz.zeros((3, 6))
    found = assert_zero(tz.explain_zero(net[0].weight, F.cross_entropy(net(X), Y)), "zero-weights")
    assert "All 18 entries of 2.weight are 0" in str(found)


def test_zero_data() -> None:
    net = nn.Linear(4, 3)
    x = tz.zeros((8, 4))
    found = assert_zero(tz.explain_zero(net.weight, F.cross_entropy(net(x), Y)), "zero-input")
    assert "(x) is 0 in all 32 entries" in str(found)


def test_symmetric_initialisation() -> None:
    net = perceptron(nn.Tanh())
    net[2].weight.data = tz.full((3, 6), 0.5)
    net[2].bias.data = tz.zeros((3,))
    loss = (net(tz.ones((3, 4))) * tz.tensor([[1.0, -2.0, 1.0]] * 3)).sum()
    assert_zero(tz.explain_zero(net[0].weight, loss), "symmetric")


def test_unused_and_frozen() -> None:
    w, v = variable([1.0, 2.0]), variable([3.0])
    loss = (w * w).sum()
    found = assert_zero(tz.explain_zero(v, loss), "unused")
    assert "not computed from v" in str(found)
    frozen = tz.tensor([1.0, 2.0])
    assert_zero(tz.explain_zero(frozen, (w * frozen).sum()), "frozen")


def test_detached_and_no_grad() -> None:
    w = variable([1.0, 2.0])
    assert_zero(tz.explain_zero(w, (w.detach() * 3.0).sum() + variable(1.0)), "detached")
    with tz.no_grad():
        h = w * 2.0
    assert_zero(tz.explain_zero(w, (h * variable([1.0, 1.0])).sum()), "detached")


def test_multiplied_by_zero_and_masked() -> None:
    w, off = variable([1.0, 2.0, 3.0]), tz.tensor(0.0)
    found = assert_zero(tz.explain_zero(w, (w * off).sum()), "multiplied")
    assert "The factor off is 0." in str(found)
    mask = tz.tensor([0.0, 0.0, 0.0])
    found = assert_zero(tz.explain_zero(w, (w * mask).sum()), "masked")
    assert "mask" in str(found)
    keep = tz.tensor([False, False, False])
    assert_zero(tz.explain_zero(w, tz.where(keep, w, tz.zeros((3,))).sum()), "masked")


def test_not_chosen_and_step() -> None:
    w = variable([1.0, 2.0, 3.0])
    big = tz.tensor([9.0, 9.0, 9.0])
    assert_zero(tz.explain_zero(w, tz.maximum(w, big).sum()), "unchosen")
    table = variable(np.ones((5, 2), "f"))
    found = tz.explain_zero(table, F.embedding(tz.tensor([1, 1]), table).sum())
    assert (found.zeros, found.size) == (8, 10)
    assert found.kinds == ["unchosen"]
    assert "none of the 8 entries" in str(found)
    assert_zero(tz.explain_zero(w, (tz.floor(w) * 2.0).sum()), "step")


def test_outside_the_bounds() -> None:
    w = variable([100.0, 200.0])
    assert_zero(tz.explain_zero(w, tz.clip(w, -1, 1).sum()), "clamped")
    found = tz.explain_zero(w, F.hardtanh(w).sum())
    assert_zero(found, "clamped")
    assert "(100 ≤ z ≤ 200, in the only example)" in str(found)


def test_probabilities_sum_to_one() -> None:
    w = variable([[0.0, 0.0, 0.0, 0.0]])
    assert_zero(tz.explain_zero(w, F.softmax(w, dim=-1).sum()), "cancels")


def test_exactly_fitted() -> None:
    w = variable(2.0)
    x, y = tz.tensor(3.0), tz.tensor(6.0)
    assert_zero(tz.explain_zero(w, (w * x - y) ** 2), "fitted")


def test_cancellation_over_the_batch() -> None:
    w = variable([[1.0]])
    x = tz.tensor([[1.0], [-1.0]])
    assert_zero(tz.explain_zero(w, (x @ w).sum()), "cancels")


def test_two_shares_cancel() -> None:
    w = variable([1.0, 2.0])
    found = assert_zero(tz.explain_zero(w, (tz.exp(w) - tz.exp(w) * 1.0).sum()), "cancels")
    assert "cancel exactly" in str(found)


def test_never_together() -> None:
    W = variable(np.ones((2, 2), "f"))
    x = tz.tensor([[1.0, 0.0], [0.0, 0.0]])
    mask = tz.tensor([[0.0, 0.0], [1.0, 1.0]])
    assert "apart" in tz.explain_zero(W, ((x @ W) * mask).sum()).kinds


def test_underflow() -> None:
    w = variable(np.float32(1.0))
    found = tz.explain_zero(w, w * 1e-30 * 1e-30)
    assert found.zero
    assert found.kinds == ["underflow"]


def test_two_reasons_at_once() -> None:
    w = variable([-1.0, -2.0])
    loss = tz.nn.functional.relu(w).sum() + (w.detach() * 2.0).sum()
    assert_zero(tz.explain_zero(w, loss), "detached", "dead")


def test_through_a_recurrence() -> None:
    net = nn.RNN(2, 3, batch_first=True)
    out, _ = net(tz.ones((2, 4, 2)))
    found = tz.explain_zero(net.weight_ih_l0, (out * 0.0).sum())
    assert found.zero
    assert "multiplied" in found.kinds


def test_not_zero() -> None:
    w = variable([1.0, 2.0])
    found = tz.explain_zero(w, (w * w).sum())
    assert not found.zero
    assert found.reasons == ()
    assert str(found) == "The gradient of w (2) is not zero: all 2 entries differ from 0."


def test_the_loss_is_found() -> None:
    w = variable([1.0, -2.0])
    loss = F.relu(-w * w).sum()
    loss.backward()
    assert tz.explain_zero(w).kinds == ["dead"]


def test_after_the_step_nothing_is_known() -> None:
    w = variable([1.0, -2.0])
    loss = F.relu(-w * w).sum()
    loss.backward()
    optim.SGD([w], lr=0.1).step()
    with pytest.raises(ArgumentError, match=r"before optimizer\.step"):
        tz.explain_zero(w)
    with pytest.raises(ArgumentError, match="takes a tensor"):
        tz.explain_zero("w")


def test_html_and_both_languages() -> None:
    w = variable([-1.0, -2.0])
    found = tz.explain_zero(w, F.relu(w).sum(), lang="es")
    assert "El gradiente de w (2) es exactamente cero." in str(found)
    assert "qué ayuda" in found._repr_html_()
    assert "<ol>" in found._repr_html_()


def test_every_reason_is_told_in_both_languages() -> None:
    fields = dict.fromkeys(
        ["op", "name", "dtype", "size", "other", "largest", "low", "high", "units", "examples"], "·"
    )
    for english, spanish in KINDS.values():
        for text in (*english, *spanish):
            assert text.format(**fields).strip()
        assert len(english) == len(spanish) == 3
    assert all(en and es for en, es in WORDS.values())

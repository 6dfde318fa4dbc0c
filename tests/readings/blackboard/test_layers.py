"""Networks of layers derive in the form of the books, and every printed formula holds."""

import numpy as np
import pytest

import tiza as tz
from tiza import nn, optim
from tiza.errors import ArgumentError, GradientError
from tiza.nn import functional as F

RNG = np.random.default_rng(0)


def normal(*shape):
    return tz.tensor(RNG.normal(size=shape).tolist())


def classes(n, *shape):
    return tz.tensor(RNG.integers(0, n, shape).tolist())


def texts(d, part):
    return [s.text for s in d.part(part)]


def assert_true(d):
    for step in d.steps:
        assert step.error(d.values) < 1e-9, step.text
    assert d.check()["finite"] < 1e-6


def perceptron(**options):
    X, y = normal(6, 3), classes(2, 6)
    net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    return tz.derive(F.cross_entropy(net(X), y), net, **options)


def test_a_perceptron_by_matrices():
    d = perceptron()
    assert texts(d, "forward") == [
        "Z⁽¹⁾ = X W⁽¹⁾ᵀ + 𝟏 b⁽¹⁾ᵀ",
        "A⁽¹⁾ = ReLU(Z⁽¹⁾)",
        "Z⁽²⁾ = A⁽¹⁾ W⁽²⁾ᵀ + 𝟏 b⁽²⁾ᵀ",
        "P = softmax(Z⁽²⁾)",
        "L = −1/B ∑ᵢ log P[i,yᵢ]",
    ]
    assert texts(d, "backward") == [
        "δ⁽²⁾ := ∂L/∂Z⁽²⁾ = (P − Y)/B",
        "∂L/∂A⁽¹⁾ = δ⁽²⁾ W⁽²⁾",
        "δ⁽¹⁾ := ∂L/∂Z⁽¹⁾ = ∂L/∂A⁽¹⁾ ⊙ 𝟏[Z⁽¹⁾ > 0]",
    ]
    assert texts(d, "gradients") == [
        "∂L/∂W⁽¹⁾ = δ⁽¹⁾ᵀ X",
        "∂L/∂b⁽¹⁾ = δ⁽¹⁾ᵀ 𝟏",
        "∂L/∂W⁽²⁾ = δ⁽²⁾ᵀ A⁽¹⁾",
        "∂L/∂b⁽²⁾ = δ⁽²⁾ᵀ 𝟏",
    ]
    assert "dZ⁽²⁾ = 𝟏 db⁽²⁾ᵀ + A⁽¹⁾ dW⁽²⁾ᵀ + dA⁽¹⁾ W⁽²⁾ᵀ" in texts(d, "local")
    assert_true(d)


def test_the_same_as_in_the_book():
    d = perceptron(layout="book")
    assert texts(d, "forward")[0] == "Z⁽¹⁾ = W⁽¹⁾ X + b⁽¹⁾ 𝟏ᵀ"
    assert texts(d, "backward")[1] == "∂L/∂A⁽¹⁾ = W⁽²⁾ᵀ δ⁽²⁾"
    assert texts(d, "gradients")[:2] == ["∂L/∂W⁽¹⁾ = δ⁽¹⁾ Xᵀ", "∂L/∂b⁽¹⁾ = δ⁽¹⁾ 𝟏"]
    assert_true(d)


def test_names_of_the_program():
    X, y = normal(6, 3), classes(2, 6)
    W1, b1, W2, b2 = (
        t.requires_grad_() for t in (normal(4, 3), normal(4), normal(2, 4), normal(2))
    )
    Z1 = X @ W1.T + b1
    A1 = F.relu(Z1)
    Z2 = A1 @ W2.T + b2
    loss = F.cross_entropy(Z2, y)
    d = tz.derive(loss, [W1, b1, W2, b2])
    assert texts(d, "forward")[0] == "Z₁ = X W₁ᵀ + 𝟏 b₁ᵀ"
    assert texts(d, "gradients") == [
        "∂L/∂W₁ = δ₁ᵀ X", "∂L/∂b₁ = δ₁ᵀ 𝟏", "∂L/∂W₂ = δ₂ᵀ A₁", "∂L/∂b₂ = δ₂ᵀ 𝟏",
    ]  # fmt: skip
    assert_true(d)


def test_logistic_regression_in_one_line():
    X, y = normal(6, 3), tz.tensor([0.0, 1.0, 1.0, 0.0, 1.0, 0.0])
    w = normal(3).requires_grad_()
    d = tz.derive(F.binary_cross_entropy_with_logits(X @ w, y), w)
    assert texts(d, "backward") == ["∂L/∂z = (p − y)/B"]
    assert texts(d, "gradients") == ["∂L/∂w = Xᵀ ∂L/∂z"]
    assert_true(d)


def test_batch_normalization():
    X, y = normal(5, 3), classes(3, 5)
    net = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 3))
    d = tz.derive(F.cross_entropy(net(X), y), net)
    assert texts(d, "forward")[1:5] == [
        "μ⁽¹⁾ = 1/5 𝟏ᵀ Z⁽¹⁾",
        "σ⁽¹⁾ = √(1/5 𝟏ᵀ (Z⁽¹⁾ − 𝟏 μ⁽¹⁾)°² + 10⁻⁵)",
        "Ẑ⁽¹⁾ = (Z⁽¹⁾ − 𝟏 μ⁽¹⁾)/(𝟏 σ⁽¹⁾)",
        "N⁽¹⁾ = Ẑ⁽¹⁾ ⊙ 𝟏 γ⁽¹⁾ᵀ + 𝟏 β⁽¹⁾ᵀ",
    ]
    assert "∂L/∂γ⁽¹⁾ = (δ_N⁽¹⁾ ⊙ Ẑ⁽¹⁾)ᵀ 𝟏" in texts(d, "gradients")
    assert_true(d)


def test_attention():
    X = normal(5, 4)
    W_Q, W_K, W_V = (normal(4, 4).requires_grad_() for _ in range(3))
    Q, K, V = X @ W_Q, X @ W_K, X @ W_V
    H = F.scaled_dot_product_attention(Q, K, V)
    d = tz.derive((H**2).mean(), [W_Q, W_K, W_V])
    assert texts(d, "forward")[2:4] == ["S = Q Kᵀ/2", "A = softmax(S)"]
    assert texts(d, "backward")[1:] == [
        "∂L/∂V = Aᵀ δ_H",
        "∂L/∂A = δ_H Vᵀ",
        "δ_S := ∂L/∂S = A ⊙ (∂L/∂A − (∂L/∂A ⊙ A) 𝟏 𝟏ᵀ)",
        "∂L/∂K = δ_Sᵀ Q/2",
        "∂L/∂Q = δ_S K/2",
    ]
    assert_true(d)


def test_convolution_and_pooling():
    X, y = normal(2, 1, 6, 6), classes(3, 2)
    layers = nn.Conv2d(1, 2, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(8, 3)
    net = nn.Sequential(*layers)
    d = tz.derive(F.cross_entropy(net(X), y), net)
    assert texts(d, "forward")[0] == "Z⁽¹⁾ = X ⋆ W⁽¹⁾ + b⁽¹⁾"
    assert texts(d, "gradients")[0] == "∂L/∂W⁽¹⁾ = X ⋆ δ⁽¹⁾"
    assert_true(d)


def test_a_graph_network_uses_the_matrix_of_the_graph():
    X, edges = normal(4, 3), tz.tensor([[0, 1, 2, 3], [1, 2, 3, 0]])
    net = nn.GCNConv(3, 2)
    d = tz.derive((net(X, edges) ** 2).mean(), net)
    assert "Â" in d.part("backward")[0].text
    assert_true(d)


def test_dropout_is_a_mask():
    X, y = normal(5, 3), classes(3, 5)
    net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Dropout(0.5), nn.Linear(4, 3))
    d = tz.derive(F.cross_entropy(net(X), y), net)
    assert "∂L/∂A⁽¹⁾ = 2 (δ⁽²⁾ W⁽²⁾) ⊙ 𝟏[M]" in texts(d, "backward")
    assert_true(d)


def test_embedding():
    t, y = classes(7, 5), classes(3, 5)
    net = nn.Sequential(nn.Embedding(7, 4), nn.Linear(4, 3))
    d = tz.derive(F.cross_entropy(net(t), y), net)
    assert texts(d, "forward")[0] == "Z⁽¹⁾ = E⁽¹⁾[t]"
    assert texts(d, "gradients")[0] == "∂L/∂E⁽¹⁾ = onehot(t)ᵀ ∂L/∂Z⁽¹⁾"
    assert_true(d)


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
def test_backpropagation_through_time(kind):
    X = normal(2, 4, 4)
    net = kind(4, 3, batch_first=True)
    d = tz.derive((net(X)[0] ** 2).mean(), net)
    text = str(d)
    assert "for t = 1, …, 4:" in text
    assert "for t = 4, …, 2:" in text
    assert "W_hh" in text
    assert "∑ₜ₌₁⁴" in text
    assert_true(d)


def test_a_long_loop_is_a_recurrence():
    """Sixty steps stand once, for any t; backpropagation through time runs from 60 to 2."""
    tz.manual_seed(0)
    net = nn.RNN(2, 3)
    x = normal(60, 1, 2)
    out, _ = net(x)
    L = (out**2).mean()
    d = tz.derive(L, net)
    assert_true(d)
    text = str(d)
    assert "scan" not in text
    assert "for t = 1, …, 60:" in text
    assert "for t = 60, …, 2:" in text
    assert "∂L/∂hₜ₋₁ =  δ[out,t−1] + δ[z,t] W_hh" in text
    assert "∂L/∂W_hh = ∑ₜ₌₁⁶⁰ δᵀ[z,t] hₜ₋₁" in text
    assert len(text.splitlines()) < 40


def test_adam_by_its_symbols():
    w = tz.tensor(0.5, requires_grad=True)
    e = (w - 2.0) ** 2
    d = tz.derive(e, [w], optim.Adam([w]))
    assert [s.text for s in d.rule] == [
        "m ← β₁ m + (1 − β₁) ∂e/∂w",
        "v ← β₂ v + (1 − β₂) (∂e/∂w)²",
        "m̂ = m/(1 − β₁ᵗ)",
        "v̂ = v/(1 − β₂ᵗ)",
        "w ← w − η m̂/(√v̂ + ε)",
    ]
    assert d.part("update")[-1].value == pytest.approx(0.501)
    assert_true(d)


def transformer(layers):
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.token = nn.Embedding(11, 8)
            made = [nn.TransformerEncoderLayer(8, 2, 32, dropout=0.0, batch_first=True,
                                               norm_first=True) for _ in range(layers)]  # fmt: skip
            self.blocks = nn.ModuleList(made)
            self.head = nn.Linear(8, 11, bias=False)

        def forward(self, t):
            x = self.token(t)
            for block in self.blocks:
                x = block(x)
            return self.head(x)

    net = Net()
    logits = net(classes(11, 2, 5))
    return F.cross_entropy(logits.reshape(10, 11), classes(11, 10)), net


def test_equal_layers_are_written_once():
    loss, net = transformer(3)
    d = tz.derive(loss, net, detail="summary")
    text = str(d)
    assert "for ℓ = 1, …, 3:" in text
    assert "for ℓ = 3, …, 1:" in text
    assert len(text.splitlines()) < 90
    again = str(tz.derive(*transformer(6), detail="summary"))
    assert len(again.splitlines()) == len(text.splitlines())
    assert_true(d)


@pytest.mark.parametrize(
    ("options", "error", "code"),
    [
        ({"detail": "all"}, ArgumentError, "derive-option"),
        ({"layout": "rows"}, ArgumentError, "derive-option"),
        ({"wrt": [tz.tensor(1.0, requires_grad=True)]}, GradientError, "derive-unused"),
    ],
)
def test_refusals(options, error, code):
    w = tz.tensor(0.5, requires_grad=True)
    with pytest.raises(error) as found:
        tz.derive((w * 2.0) ** 2, **{"wrt": [w], **options})
    assert found.value.code == code


def test_deeper_opens_the_softmax():
    X = normal(3, 2)
    W = normal(4, 2).requires_grad_()
    P = F.softmax(X @ W.T, dim=1)
    d = tz.derive((P**2).mean(), [W], deeper=["softmax"])
    assert any("e^" in s.text for s in d.part("forward"))
    assert_true(d)

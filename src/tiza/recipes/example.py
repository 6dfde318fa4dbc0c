"""A small example for every model of `tiza.models`: its loss on the blackboard of a report."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tiza.errors import UsageError

Shown = tuple[Any, dict[str, Any]]  # the loss, and the tensors with a name
RING = np.array([[0, 1, 2, 3, 1, 2, 3, 0], [1, 2, 3, 0, 0, 1, 2, 3]])  # edges of four nodes


def example(model: Any, kept: Mapping[str, Any] | None = None) -> Shown:
    """The loss of a model on a few made-up rows, as formulas need: its value means nothing.

    Of several models in a list or a dict, the first is shown.

    Errors: UsageError for a model that is none of `tiza.models`.

    >>> from tiza import models
    >>> loss, names = example(models.MLP((4, 3, 2)))
    >>> loss.shape, sorted(names)
    ((), ['X', 'y'])
    """
    del kept
    from tiza import nn

    while isinstance(model, nn.ModuleList | nn.ModuleDict | nn.Sequential) and len(model):
        model = next(model.children())
    for kind in type(model).__mro__:
        if kind.__name__ in EXAMPLES:
            return EXAMPLES[kind.__name__](model)
    raise UsageError("derive-cannot", recipe=type(model).__name__, run="-")


def variables(model: Any, loss: Any, names: Mapping[str, Any]) -> tuple[dict[str, Any], list[Any]]:
    """What a loss is derived by: the parameters that it reaches, by path; else named tensors.

    A GAN's critic, for instance, does not move the generator.

    >>> from tiza import models
    >>> gan = models.GAN(hidden=4)
    >>> paths, _ = variables(gan, gan.critic_loss([[1.0, 2.0]]), {})
    >>> {path.split(".")[0] for path in paths}
    {'discriminator'}
    """
    from tiza.graph import literal
    from tiza.transforms import differentiate

    found = dict(model.named_parameters())
    one = [literal(1, loss.dtype)]
    slopes = differentiate([loss.node], [p.node for p in found.values()], one)
    paths = {k: p for (k, p), g in zip(found.items(), slopes, strict=True) if g is not None}
    return paths, list(paths.values()) or [t for t in names.values() if t.requires_grad]


def _rows(*shape: int) -> Any:
    """Numbers between 0 and 1 without any pattern: the golden ratio's multiples, modulo 1."""
    import tiza as tz

    count = int(np.prod(shape))
    made = np.mod(np.arange(1, count + 1) * 0.6180339887498949, 1.0)
    return tz.asarray(made.reshape(shape).astype(np.float32))


def _ids(*shape: int, below: int) -> Any:
    import tiza as tz

    return tz.asarray(1 + np.arange(np.prod(shape)).reshape(shape) % max(1, below - 1))


def _classes(n: int, classes: int) -> Any:
    import tiza as tz

    return tz.asarray(np.arange(n) % classes)


def _own(model: Any) -> Shown:
    X = _rows(2, model.inputs)
    return model.loss(X), {"X": X}


def _numbers(model: Any) -> Shown:
    from tiza.nn import functional as F

    X, Y = _rows(3, model.in_features), _rows(3, model.out_features)
    return F.mse_loss(model(X), Y), {"X": X, "Y": Y}


def _logistic(model: Any) -> Shown:
    X, y = _rows(3, model.in_features), _classes(3, max(2, model.out_features))
    return model.loss(X, y), {"X": X, "y": y}


def _signs(model: Any) -> Shown:
    import tiza as tz

    X, t = _rows(3, model.in_features), tz.tensor([1.0, -1.0, 1.0])
    return model.loss(X, t), {"X": X, "t": t}


def _corrected(model: Any) -> Shown:
    """The perceptron criterion −t z of one row that was told wrong: its descent is the rule."""
    import tiza as tz

    x = _rows(1, model.in_features)
    z = x @ model.weight.T + (model.bias if model.bias is not None else 0.0)
    t = tz.tensor([[-1.0]]) * tz.ones(z.shape)
    return -(t * z).sum(), {"x": x, "z": z, "t": t}


def _units(model: Any) -> Shown:
    """½ Σ hᵢ ‖x − wᵢ‖² at a fixed winner: its descent is Kohonen's rule."""
    x, h = _rows(1, model.features), _rows(model.rows * model.columns, 1)
    weights = model.weight.detach().requires_grad_()
    return (h * (x - weights) ** 2).sum() / 2, {"x": x, "h": h, "W": weights}


def _layers(model: Any) -> Shown:
    from tiza.nn import functional as F

    X = _rows(2, model.sizes[0])
    y = _classes(2, model.sizes[-1])
    return F.cross_entropy(model(X), y), {"X": X, "y": y}


def _pictures(model: Any) -> Shown:
    from tiza.nn import functional as F

    X = _rows(2, 28, 28)
    P = model(X)
    y = _classes(2, P.shape[1])
    return F.cross_entropy(P, y), {"X": X, "y": y}


def _traces(model: Any) -> Shown:
    from tiza.nn import functional as F

    X, y = _rows(2, model.features), _classes(2, model.classes)
    return F.cross_entropy(model(X), y), {"X": X, "y": y}


def _critic(model: Any) -> Shown:
    X = _rows(2, model.inputs)
    return model.critic_loss(X), {"X": X}


def _noise(model: Any) -> Shown:
    flat = getattr(model.denoiser, "inputs", None)
    X = _rows(2, flat) if flat else _rows(2, getattr(model.denoiser, "channels", 1), 28, 28)
    labelled = getattr(model.denoiser, "classes", 0)
    loss = model.loss(X, _classes(2, labelled)) if labelled else model.loss(X)
    return loss, {"X": X}


def _pairs(model: Any) -> Shown:
    import tiza as tz

    A, B, t = _rows(2, 28, 28), 1 - _rows(2, 28, 28), tz.tensor([1.0, -1.0])
    return model.contrastive(A, B, t), {"A": A, "B": B, "t": t}


def _text(model: Any) -> Shown:
    from_, to = (_ids(1, 4, below=model.vocabulary), _ids(1, 4, below=model.vocabulary))
    return model.loss(from_, to), {"t": from_, "y": to}


def _reviews(model: Any) -> Shown:
    t, y = _ids(2, 5, below=model.vocabulary), _classes(2, 2)
    return model.loss(t, y), {"t": t, "y": y}


def _series(model: Any) -> Shown:
    from tiza.nn import functional as F

    X, Y = _rows(2, 4, model.features), _rows(2, model.horizon)
    return F.mse_loss(model(X), Y), {"X": X, "Y": Y}


def _nodes(model: Any) -> Shown:
    from tiza.nn import functional as F

    X, y = _rows(4, model.features), _classes(4, model.classes)
    return F.cross_entropy(model(X, RING), y), {"X": X, "y": y}


def _ratings(model: Any) -> Shown:
    import tiza as tz

    u, i, r = tz.asarray([0, 1, 1]), tz.asarray([1, 0, 1]), tz.tensor([4.0, 3.0, 5.0])
    return model.loss(u, i, r), {"u": u, "i": i, "r": r}


def _volume(model: Any) -> Shown:
    p, t, v = 1 + _rows(2, model.taps), 1 + _rows(2), 5 * _rows(2)
    return model.loss(p, t, v), {"p": p, "t": t, "V": v}


def _drinks(model: Any) -> Shown:
    X, Y = _rows(2, model.sizes[0]), _rows(2, model.sizes[-1])
    return model.loss(X, Y), {"X": X, "Y": Y}


EXAMPLES: dict[str, Callable[[Any], Shown]] = {
    "Perceptron": _corrected, "SOM": _units, "Adaline": _signs, "LinearRegression": _numbers,
    "LogisticRegression": _logistic, "MLP": _layers, "SlideMLP": _pictures, "LeNet5": _pictures,
    "SmallCNN": _pictures, "EllipticMLP": _traces, "Autoencoder": _own, "VAE": _own,
    "GAN": _critic, "Diffusion": _noise, "Siamese": _pairs, "CharModel": _text, "GPT": _text,
    "BERT": _reviews, "LSTMClassifier": _reviews, "LSTMForecaster": _series, "GCN": _nodes,
    "GAT": _nodes, "GraphSAGE": _nodes, "MatrixFactorization": _ratings, "TwoTower": _ratings,
    "NeuralMF": _ratings, "WaterTank": _volume, "CocktailFactory": _drinks,
}  # fmt: skip

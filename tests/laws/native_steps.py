"""Whole training steps: what every compiled call gives is compared with `evaluate`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from laws.native_cases import difference

import tiza as tz
from tiza import losses, nn
from tiza.api.compile import CompiledFunction, Form
from tiza.lang.tensor import Tensor

NEAR = {"float32": 1e-5, "float64": 1e-10}
Given = Sequence[Any]


@pytest.fixture(name="compared")
def _compared(monkeypatch: pytest.MonkeyPatch) -> list[Form]:
    """The first run of a compiled form is made with NumPy, too, and must agree; says which ran."""
    ran: list[Form] = []
    short = CompiledFunction._short

    def run(self: Form, arrays: Sequence[Any], threads: int | None) -> list[Any]:
        assert self.program is not None
        wanted = [np.asarray(a) for a in self.plain(*arrays)]
        got = self.program(*arrays, keep=not self.aliased, threads=threads)
        for k, (mine, want) in enumerate(zip(got, wanted, strict=True)):
            text = difference(mine, want, NEAR.get(want.dtype.name), least=1e-3)
            assert text is None, f"output {k}: {text}"
        ran.append(self)
        return got

    def later(self: CompiledFunction, form: Form, *given: Any) -> Any:
        return short(self, form, *given) if form in ran else None

    monkeypatch.setattr(Form, "run", run)
    monkeypatch.setattr(CompiledFunction, "_short", later)
    return ran


def drawn(spec: Any, dtype: str, rng: np.random.Generator) -> Any:
    """A shape: normal numbers; (high, shape): integers below `high`; an array: itself."""
    if isinstance(spec, np.ndarray):
        return spec.astype(dtype) if spec.dtype.kind == "f" else spec
    if spec and isinstance(spec[-1], tuple):
        return rng.integers(0, spec[0], spec[1])
    return rng.normal(size=spec).astype(dtype)


def tensors(answer: Any) -> list[Tensor]:
    """The tensors of an answer."""
    if isinstance(answer, tuple | list):
        return [t for a in answer for t in tensors(a)]
    return [answer] if isinstance(answer, Tensor) else []


def square(answer: Any) -> Tensor:
    """One number of everything that a layer answers."""
    total = tz.tensor(0.0)
    for k, t in enumerate(tensors(answer)):
        if t.dtype.kind == "f":
            total = total + tz.mean((t - 0.3 - k) ** 2)
    return total


N = [(4, 5)]
IMAGE, VOLUME, ROW = [(2, 4, 6, 7)], [(2, 4, 5, 4, 3)], [(3, 4, 9)]
EDGES = np.array([[0, 1, 2, 3, 3, 4], [1, 2, 0, 4, 0, 1]])
POINTS = np.array([[[[0, 2], [4, 5]]], [[[1, 3], [4, 7]]]])

POINTWISE = [
    "CELU", "ELU", "GELU", "Hardshrink", "Hardsigmoid", "Hardswish", "Hardtanh", "Identity",
    "LeakyReLU", "LogSigmoid", "Mish", "PReLU", "RReLU", "ReLU", "ReLU6", "SELU", "SiLU", "Sigmoid",
    "Softplus", "Softshrink", "Softsign", "Tanh", "Tanhshrink", "GaussianNoise", "Dropout",
    "AlphaDropout", "GLU",
]  # fmt: skip

LAYERS: dict[str, tuple[Callable[[], Any], Given]] = {
    **{name: (getattr(nn, name), [(4, 6)]) for name in POINTWISE},
    "Threshold": (lambda: nn.Threshold(0.1, 0.5), N),
    **{name: (lambda name=name: getattr(nn, name)(1), N)
       for name in ("Softmax", "Softmin", "LogSoftmax")},
    "Softmax2d": (nn.Softmax2d, IMAGE),
    **{f"Dropout{k}d": (getattr(nn, f"Dropout{k}d"), x)
       for k, x in ((1, ROW), (2, IMAGE), (3, VOLUME))},
    "FeatureAlphaDropout": (nn.FeatureAlphaDropout, IMAGE),
    "Linear": (lambda: nn.Linear(5, 3), N),
    "Bilinear": (lambda: nn.Bilinear(5, 3, 4), [(4, 5), (4, 3)]),
    **{f"{kind}{k}d": (lambda kind=kind, k=k: getattr(nn, f"{kind}{k}d")(4, 6, 3, padding=1), x)
       for kind in ("Conv", "ConvTranspose") for k, x in ((1, ROW), (2, IMAGE), (3, VOLUME))},
    "Conv2d strided": (lambda: nn.Conv2d(4, 4, 3, stride=2, groups=2, dilation=2), [(2, 4, 9, 9)]),
    "ConvTranspose2d strided": (lambda: nn.ConvTranspose2d(4, 4, 3, stride=2, padding=1,
                                                           output_padding=1, groups=2), IMAGE),
    **{f"{kind}{k}d": (lambda kind=kind, k=k: getattr(nn, f"{kind}{k}d")(4), x)
       for kind in ("BatchNorm", "InstanceNorm")
       for k, x in ((1, ROW), (2, IMAGE), (3, VOLUME))},
    "LayerNorm": (lambda: nn.LayerNorm((6, 7)), IMAGE),
    "RMSNorm": (lambda: nn.RMSNorm(5), N),
    "GroupNorm": (lambda: nn.GroupNorm(2, 4), IMAGE),
    "LocalResponseNorm": (lambda: nn.LocalResponseNorm(3), IMAGE),
    **{f"{kind}{k}d": (lambda kind=kind, k=k: getattr(nn, f"{kind}{k}d")(2), x)
       for kind in ("MaxPool", "AvgPool", "AdaptiveAvgPool", "AdaptiveMaxPool")
       for k, x in ((1, ROW), (2, IMAGE), (3, VOLUME))},
    "MaxPool2d overlapping": (lambda: nn.MaxPool2d(3, stride=2, padding=1), IMAGE),
    **{f"LPPool{k}d": (lambda k=k: getattr(nn, f"LPPool{k}d")(2, 2), x)
       for k, x in ((1, ROW), (2, IMAGE), (3, VOLUME))},
    "MaxUnpool1d": (lambda: nn.MaxUnpool1d(2), [(1, 1, 2), np.array([[[1, 2]]])]),
    "MaxUnpool2d": (lambda: nn.MaxUnpool2d(2), [(2, 1, 2, 2), POINTS * 2]),
    "MaxUnpool3d": (lambda: nn.MaxUnpool3d(2), [(2, 1, 1, 2, 2), POINTS[:, None] * 4]),
    **{f"{kind}Pad{k}d": (lambda kind=kind, k=k: getattr(nn, f"{kind}Pad{k}d")(2), x)
       for kind in ("Zero", "Circular", "Reflection", "Replication")
       for k, x in ((1, ROW), (2, IMAGE), (3, VOLUME))},
    **{f"ConstantPad{k}d": (lambda k=k: getattr(nn, f"ConstantPad{k}d")(1, 0.7), x)
       for k, x in ((1, ROW), (2, IMAGE), (3, VOLUME))},
    "Upsample": (lambda: nn.Upsample(scale_factor=2), IMAGE),
    "Upsample bicubic": (lambda: nn.Upsample(size=(9, 5), mode="bicubic"), IMAGE),
    "UpsamplingBilinear2d": (lambda: nn.UpsamplingBilinear2d(scale_factor=2), IMAGE),
    "UpsamplingNearest2d": (lambda: nn.UpsamplingNearest2d(scale_factor=2), IMAGE),
    "PixelShuffle": (lambda: nn.PixelShuffle(2), IMAGE),
    "PixelUnshuffle": (lambda: nn.PixelUnshuffle(2), [(2, 3, 6, 4)]),
    "ChannelShuffle": (lambda: nn.ChannelShuffle(2), IMAGE),
    "Fold": (lambda: nn.Fold((4, 5), 2), [(2, 12, 12)]),
    "Unfold": (lambda: nn.Unfold(2, stride=2, padding=1), IMAGE),
    "Flatten": (nn.Flatten, IMAGE),
    "Unflatten": (lambda: nn.Unflatten(1, (2, 2)), IMAGE),
    "Embedding": (lambda: nn.Embedding(9, 5, padding_idx=2), [(9, (4, 3))]),
    "EmbeddingBag": (lambda: nn.EmbeddingBag(9, 5), [(9, (4, 3))]),
    **{f"{kind} {way}": (lambda kind=kind, way=way: getattr(nn, kind)(
        5, 4, 2, bidirectional=way == "both ways", dropout=0.2), [(6, 3, 5)])
       for kind in ("RNN", "GRU", "LSTM") for way in ("forwards", "both ways")},
    **{f"{kind}Cell": (lambda kind=kind: getattr(nn, f"{kind}Cell")(5, 4), N)
       for kind in ("RNN", "GRU", "LSTM")},
    "MultiheadAttention": (lambda: nn.MultiheadAttention(8, 2, dropout=0.1),
                           [(5, 3, 8), (6, 3, 8), (6, 3, 8)]),
    "TransformerEncoderLayer": (lambda: nn.TransformerEncoderLayer(8, 2, 16), [(5, 3, 8)]),
    "TransformerDecoderLayer": (lambda: nn.TransformerDecoderLayer(8, 2, 16),
                                [(5, 3, 8), (6, 3, 8)]),
    "TransformerEncoder": (lambda: nn.TransformerEncoder(
        nn.TransformerEncoderLayer(8, 2, 16, norm_first=True), 2), [(5, 3, 8)]),
    "TransformerDecoder": (lambda: nn.TransformerDecoder(
        nn.TransformerDecoderLayer(8, 2, 16), 2), [(5, 3, 8), (6, 3, 8)]),
    "Transformer": (lambda: nn.Transformer(8, 2, 1, 1, 16), [(5, 3, 8), (6, 3, 8)]),
    "RotaryPositions": (lambda: nn.RotaryPositions(6), [(2, 5, 6)]),
    "SinusoidalPositions": (lambda: nn.SinusoidalPositions(6), [(2, 5, 6)]),
    **{f"{kind}Conv": (lambda kind=kind: getattr(nn, f"{kind}Conv")(4, 3), [(5, 4), EDGES])
       for kind in ("GCN", "GAT", "SAGE")},
    "GINConv": (lambda: nn.GINConv(nn.Linear(4, 3), train_eps=True), [(5, 4), EDGES]),
    "Cutout": (lambda: nn.Cutout(3), IMAGE),
    "RandomCrop": (lambda: nn.RandomCrop(5, padding=1), IMAGE),
    "RandomFlip": (nn.RandomFlip, IMAGE),
    "RandomRotation": (nn.RandomRotation, IMAGE),
    "RandomShift": (nn.RandomShift, IMAGE),
    "CutMix": (lambda: nn.CutMix(num_classes=3), [*IMAGE, (3, (2,))]),
    "Mixup": (lambda: nn.Mixup(num_classes=3), [*IMAGE, (3, (2,))]),
    "CosineSimilarity": (nn.CosineSimilarity, [(4, 5), (4, 5)]),
    "PairwiseDistance": (nn.PairwiseDistance, [(4, 5), (4, 5)]),
    "Perceptron": (lambda: nn.Perceptron(5), N),
    "SOM": (lambda: nn.SOM(3, 4, 5), N),
}  # fmt: skip

SIGN = np.array([1, -1, -1, 1])
FIRST_ALONE = {"MultiLabelSoftMarginLoss", "focal", "gradient penalty"}  # has a slope
LOSSES: dict[str, tuple[Callable[..., Any], Given]] = {
    **{name: (getattr(nn, name)(), [(4, 5), (4, 5)])
       for name in ("MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss", "SoftMarginLoss")},
    "CrossEntropyLoss": (nn.CrossEntropyLoss(label_smoothing=0.1), [(4, 5), (5, (4,))]),
    "CrossEntropyLoss of images": (nn.CrossEntropyLoss(ignore_index=1),
                                   [(2, 3, 4, 5), (3, (2, 4, 5))]),
    "NLLLoss": (nn.NLLLoss(), [(4, 5), (5, (4,))]),
    "BCEWithLogitsLoss": (lambda x, y: nn.BCEWithLogitsLoss()(x, tz.sigmoid(y)), [(4, 5), (4, 5)]),
    "BCELoss": (lambda x, y: nn.BCELoss()(tz.sigmoid(x), tz.sigmoid(y)), [(4, 5), (4, 5)]),
    "KLDivLoss": (nn.KLDivLoss(log_target=True), [(4, 5), (4, 5)]),
    "PoissonNLLLoss": (nn.PoissonNLLLoss(), [(4, 5), (4, 5)]),
    "GaussianNLLLoss": (lambda x, y, v: nn.GaussianNLLLoss()(x, y, v * v + 0.1), [(4, 5)] * 3),
    "HingeEmbeddingLoss": (nn.HingeEmbeddingLoss(), [(4,), SIGN]),
    "MarginRankingLoss": (nn.MarginRankingLoss(0.3), [(4,), (4,), SIGN]),
    "CosineEmbeddingLoss": (nn.CosineEmbeddingLoss(), [(4, 5), (4, 5), SIGN]),
    "MultiMarginLoss": (nn.MultiMarginLoss(), [(4, 5), (5, (4,))]),
    "MultiLabelMarginLoss": (nn.MultiLabelMarginLoss(),
                             [(4, 5), np.tile([1, 3, -1, 0, 2], (4, 1))]),
    "MultiLabelSoftMarginLoss": (nn.MultiLabelSoftMarginLoss(),
                                 [(4, 5), np.eye(4, 5)]),
    "TripletMarginLoss": (nn.TripletMarginLoss(), [(4, 5)] * 3),
    "TripletMarginWithDistanceLoss": (nn.TripletMarginWithDistanceLoss(), [(4, 5)] * 3),
    "CTCLoss": (lambda x, y: nn.CTCLoss()(nn.functional.log_softmax(x, -1), y + 1,
                                          np.full(3, 7), np.full(3, 2)), [(7, 3, 5), (4, (3, 2))]),
    "contrastive": (losses.contrastive_loss, [(4, 5), (4, 5), SIGN // 2 + 1]),
    "dice": (lambda x, y: losses.dice_loss(tz.sigmoid(x), tz.sigmoid(y)), [(4, 5)] * 2),
    "elbo": (lambda x, y, m, v: losses.elbo_loss(tz.sigmoid(x), tz.sigmoid(y), m, v),
             [(4, 5), (4, 5), (4, 2), (4, 2)]),
    "focal": (losses.focal_loss, [(4, 5), np.eye(4, 5)]),
    "gan critic": (losses.gan_critic_loss, [(4, 1), (4, 1)]),
    "gan generator": (losses.gan_generator_loss, [(4, 1)]),
    "gaussian_kl": (losses.gaussian_kl, [(4, 2), (4, 2)]),
    "hinge": (losses.hinge_loss, [(4,), SIGN]),
    "info_nce": (losses.info_nce_loss, [(4, 5), (4, 5)]),
    "perceptron": (losses.perceptron_loss, [(4,), SIGN]),
    "gradient penalty": (lambda w, x, y: losses.gradient_penalty(
        lambda z: tz.sum(tz.tanh(z * w) ** 2, axis=1), x, y), [(5,), (4, 5), (4, 5)]),
}  # fmt: skip

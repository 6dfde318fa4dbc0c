"""What PyTorch has and tiza has not, with the nearest thing that it has."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from tiza.errors import pick

NEAR = {  # a name of PyTorch, and what to take instead
    "AdaptiveLogSoftmaxWithLoss": "CrossEntropyLoss",
    "Container": "Module",
    "CrossMapLRN2d": "LocalResponseNorm",
    "NLLLoss2d": "NLLLoss",
    "RNNBase": "RNN",
    "RNNCellBase": "RNNCell",
    "FractionalMaxPool2d": "AdaptiveMaxPool2d",
    "FractionalMaxPool3d": "AdaptiveMaxPool3d",
    "fractional_max_pool2d": "adaptive_max_pool2d",
    "fractional_max_pool3d": "adaptive_max_pool3d",
    "conv_tbc": "conv1d",
    "LinearCrossEntropyLoss": "CrossEntropyLoss",
    "linear_cross_entropy": "cross_entropy",
    "grouped_mm": "linear",
    "scaled_mm": "linear",
    "scaled_grouped_mm": "linear",
}
FAR = ("DataParallel", "SyncBatchNorm", "parallel")  # several devices
QUANTISED = ("intrinsic", "qat", "quantizable", "quantized")
WORDS = {
    "far": ("trains on several devices; tiza computes on the processor, and its bridge to torch "
            "reaches GPUs and clusters",
            "entrena en varios dispositivos; tiza calcula en el procesador, y su puente hacia "
            "torch llega a GPU y clústeres"),
    "quantised": ("holds whole-number weights, which tiza does not compute with; export the model "
                  "to ONNX and quantise it there",
                  "usa pesos enteros, con los que tiza no calcula; exporte el modelo a ONNX y "
                  "cuantícelo allí"),
    "near": ("is not here; the nearest is", "no está aquí; lo más parecido es"),
    "none": ("has no attribute", "no tiene el atributo"),
}  # fmt: skip


def absent(module: str, name: str, known: Sequence[str]) -> str:
    """What an AttributeError says of a name that `module` does not have.

    >>> from tiza.errors import use_language
    >>> with use_language("en"):
    ...     absent("tiza.nn", "NLLLoss2d", ["NLLLoss"])
    "tiza.nn: 'NLLLoss2d' is not here; the nearest is 'NLLLoss'"
    """
    if name in FAR or name in QUANTISED:
        return f"{module}: {name!r} {pick(WORDS['far' if name in FAR else 'quantised'])}"
    near = NEAR.get(name) or next(iter(get_close_matches(name, known, 1, 0.7)), None)
    if near is None:
        return f"{module} {pick(WORDS['none'])} {name!r}"
    return f"{module}: {name!r} {pick(WORDS['near'])} {near!r}"

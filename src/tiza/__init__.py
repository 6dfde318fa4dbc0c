"""tiza: write a network once, as on the blackboard."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from tiza import errors
from tiza.errors import set_language
from tiza.lang import array_api, autograd, hot, linalg, random, torch_api
from tiza.lang.array_api import *  # noqa: F403  (every name of the standard: see array_api.__all__)
from tiza.lang.arrays import set_default_dtype
from tiza.lang.autodiff import (
    check_grad,
    grad,
    hessian,
    jacobian,
    jvp,
    named,
    stop_gradient,
    value_and_grad,
    vjp,
    vmap,
)
from tiza.lang.control import cond, scan, while_loop
from tiza.lang.mode import (
    enable_grad,
    get_float32_matmul_precision,
    is_grad_enabled,
    no_grad,
    set_float32_matmul_precision,
)
from tiza.lang.random import manual_seed
from tiza.lang.tensor import Tensor
from tiza.lang.torch_api import *  # noqa: F403  (PyTorch's other names: torch_api.__all__)
from tiza.lang.verbs import VERBS

if TYPE_CHECKING:
    from tiza import data, losses, metrics, models, nn, optim
    from tiza.train import Trainer

__all__ = [
    "Tensor", "Trainer", "autograd", "check_grad", "cond", "data", "enable_grad", "errors",
    "get_float32_matmul_precision", "grad", "hessian", "is_grad_enabled", "jacobian", "jvp",
    "linalg", "losses", "manual_seed", "metrics", "models", "named", "nn", "no_grad", "optim",
    "random", "scan", "set_default_dtype", "set_float32_matmul_precision", "set_language",
    "stop_gradient", "value_and_grad", "vjp", "vmap", "while_loop",
]  # fmt: skip
__all__ += array_api.__all__
__all__ += torch_api.__all__
globals().update(torch_api.TYPES)  # tz.long, tz.double ...: not for `import *`

hot.COMPILE = lambda given, made: import_module("tiza.readings.native").compiled(given, made)
VERBS.load = lambda: import_module("tiza.train")  # model.fit(...) finds its trainer
# What is imported on first use only, which keeps the start quick:
_MODULES = {"data", "losses", "metrics", "models", "nn", "optim", "plot", "train"}
_READINGS = {"blackboard": "tiza.readings.blackboard"}
_VERBS = {  # each name and the module that defines it
    "Trainer": "tiza.train",
    "check": "tiza.api.check",
    "compile": "tiza.api.compile",
    "derive": "tiza.api.derive",
    "draw": "tiza.api.draw",
    "explain_zero": "tiza.api.explain_zero",
}


def __getattr__(name: str) -> Any:
    if name in _VERBS:
        return getattr(import_module(_VERBS[name]), name)
    if name in _READINGS:
        return import_module(_READINGS[name])
    if name in _MODULES:
        return import_module(f"tiza.{name}")
    raise AttributeError(f"module 'tiza' has no attribute {name!r}")

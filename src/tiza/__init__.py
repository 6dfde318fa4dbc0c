"""tiza: write a network once, as on the blackboard."""

from tiza.lang import array_api, linalg, random
from tiza.lang.array_api import *  # noqa: F403  (every name of the standard: see array_api.__all__)
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
from tiza.lang.mode import enable_grad, is_grad_enabled, no_grad
from tiza.lang.random import manual_seed
from tiza.lang.tensor import Tensor, set_default_dtype

__all__ = [
    "Tensor", "check_grad", "cond", "enable_grad", "grad", "hessian", "is_grad_enabled",
    "jacobian", "jvp", "manual_seed", "named", "no_grad", "random", "scan", "set_default_dtype",
    "stop_gradient", "value_and_grad", "vjp", "vmap", "while_loop",
]  # fmt: skip
__all__ += array_api.__all__

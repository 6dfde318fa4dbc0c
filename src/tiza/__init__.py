"""tiza: write a network once, as on the blackboard."""

from tiza.lang.tensor import Tensor

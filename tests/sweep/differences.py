"""What is known to differ from PyTorch's operators and optimizers, and why."""

# Names that the array API standard gives another meaning:
STANDARD = {
    "equal": "the standard's compares entry by entry; PyTorch's answers once for all (tz.allclose)",
    "angle": "tz.angle is the angle between two vectors, not that of complex numbers",
    "arange": "of whole numbers with fractional ends the standard counts all below the stop; "
    "PyTorch cuts the fractions off first",
    "linspace": "the standard has it for floats only; PyTorch rounds integers from both ends",
    "linspace.tensor_overload": "as linspace",
    "logspace": "as linspace",
    "logspace.tensor_overload": "as linspace",
}
# Rules that tiza states:
RULES = {
    "nn.functional.gaussian_nll_loss": "losses never broadcast (n, 1) against (n, m)",
    "nextafter": "a step in the last binary digit has no derivative",
    "__rpow__": "an integer to a negative power is refused; PyTorch gives 0",
    "nn.functional.batch_norm": "x without an axis of channels is refused, even where it is empty",
}
# Fewer digits in PyTorch, or digits that cancel:
DIGITS = {
    "nn.functional.hardsigmoid": "PyTorch keeps 1/6 as a float32 number",
    "cov": "a gradient that is 0 but for rounding",
}
# Layers and losses are of real numbers; PyTorch has some of them for integers, too:
REAL = {
    "nn.functional.avg_pool1d", "nn.functional.avg_pool2d", "nn.functional.avg_pool3d",
    "nn.functional.bilinear", "nn.functional.conv1d", "nn.functional.conv2d",
    "nn.functional.conv3d", "nn.functional.conv_transpose1d", "nn.functional.conv_transpose2d",
    "nn.functional.conv_transpose3d", "nn.functional.cosine_embedding_loss",
    "nn.functional.hardtanh", "nn.functional.linear", "nn.functional.local_response_norm",
    "nn.functional.margin_ranking_loss", "nn.functional.poisson_nll_loss", "nn.functional.relu6",
    "nn.functional.softsign", "nn.functional.tanhshrink", "nn.functional.threshold",
    "nn.functional.triplet_margin_loss",
}  # fmt: skip
# Answers that are right up to a choice, or that PyTorch differentiates otherwise:
CHOICES = {
    "linalg.eigh": "the sign of an eigenvector",
    "linalg.pinv.hermitian": "the derivative of a hermitian matrix is symmetric here",
    "linalg.solve": "(0, 0) beside (0, 0, 0) is a matrix, as the standard has it",
    "linalg.svd": "the signs of singular vectors; the full decomposition has no derivative here",
}

DIFFERENT = STANDARD | RULES | DIGITS | CHOICES


def reason(name: str, kind: str) -> str | None:
    """Why an operator may differ in a data type of a kind ("f", "i" or "b"), if it may."""
    if kind != "f" and name in REAL:
        return "layers and losses are of real numbers"
    return DIFFERENT.get(name)

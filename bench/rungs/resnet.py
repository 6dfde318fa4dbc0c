"""A small residual network with batch norm on colour pictures."""

from typing import Any

from bench.rung import Rung, cross_entropy
from bench.sources import photographs


def model(lib: Any) -> Any:
    """conv16, a block of 16 channels, a block of 32 at half the size, the mean, 10 classes."""
    nn = lib.nn
    F = nn.functional

    class Block(nn.Module):
        def __init__(self, inner: int, outer: int, stride: int) -> None:
            super().__init__()
            self.conv1 = nn.Conv2d(inner, outer, 3, stride, 1, bias=False)
            self.norm1 = nn.BatchNorm2d(outer)
            self.conv2 = nn.Conv2d(outer, outer, 3, 1, 1, bias=False)
            self.norm2 = nn.BatchNorm2d(outer)
            self.short = nn.Conv2d(inner, outer, 1, stride, bias=False) if stride > 1 else None

        def forward(self, x: Any) -> Any:
            y = self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x)))))
            return F.relu(y + (x if self.short is None else self.short(x)))

    class ResNet(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.norm = nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16)
            self.block1, self.block2 = Block(16, 16, 1), Block(16, 32, 2)
            self.out = nn.Linear(32, 10)

        def forward(self, x: Any) -> Any:
            x = self.block2(self.block1(F.relu(self.norm(self.conv(x)))))
            return self.out(x.mean((2, 3)))

    return ResNet()


def loss(kit: Any, w: Any, x: Any, y: Any) -> Any:
    """The same for JAX."""

    def block(name: str, x: Any, stride: int) -> Any:
        h = kit.conv(w, f"{name}.conv1", x, padding=1, stride=stride)
        h = kit.relu(kit.batch_norm(w, f"{name}.norm1", h))
        h = kit.batch_norm(w, f"{name}.norm2", kit.conv(w, f"{name}.conv2", h, padding=1))
        short = kit.conv(w, f"{name}.short", x, stride=stride) if stride > 1 else x
        return kit.relu(h + short)

    x = kit.relu(kit.batch_norm(w, "norm", kit.conv(w, "conv", x, padding=1)))
    x = block("block2", block("block1", x, 1), 2)
    return kit.cross_entropy(kit.linear(w, "out", x.mean((2, 3))), y)


RUNG = Rung(
    name="resnet",
    title="ResNet blocks with batch norm, 32×32, batch 32",
    batch=32,
    data=photographs,
    model=model,
    loss=cross_entropy,
    jax=loss,
    rate=1e-5,
    note=(
        "JAX keeps no running means of the batch norms, which spares it a little work.",
        "JAX no lleva las medias móviles de las normas de lote, lo que le ahorra algo de trabajo.",
    ),
)

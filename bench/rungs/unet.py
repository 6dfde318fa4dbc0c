"""A small U-Net that takes the noise out of pictures."""

from typing import Any

from bench.rung import Rung, mean_square
from bench.sources import clothes


def model(lib: Any) -> Any:
    """Channels 16-32-64 down and up again, with the ways across."""
    nn = lib.nn

    def twice(inner: int, outer: int) -> Any:
        return nn.Sequential(
            nn.Conv2d(inner, outer, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(outer, outer, 3, padding=1),
            nn.ReLU(),
        )

    class UNet(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.down1, self.down2, self.deep = twice(1, 16), twice(16, 32), twice(32, 64)
            self.pool = nn.MaxPool2d(2)
            self.up2, self.up1 = (nn.Upsample(scale_factor=2) for _ in range(2))
            self.merge2, self.merge1 = twice(96, 32), twice(48, 16)
            self.out = nn.Conv2d(16, 1, 1)

        def forward(self, x: Any) -> Any:
            a = self.down1(x)
            b = self.down2(self.pool(a))
            y = self.up2(self.deep(self.pool(b)))
            y = self.merge2(lib.concat([y, b], axis=1))
            y = self.merge1(lib.concat([self.up1(y), a], axis=1))
            return self.out(y)

    return UNet()


def loss(kit: Any, w: Any, x: Any, y: Any) -> Any:
    """The same for JAX."""

    def twice(name: str, x: Any) -> Any:
        x = kit.relu(kit.conv(w, f"{name}.0", x, padding=1))
        return kit.relu(kit.conv(w, f"{name}.2", x, padding=1))

    def up(x: Any) -> Any:
        return x.repeat(2, 2).repeat(2, 3)

    a = twice("down1", x)
    b = twice("down2", kit.max_pool(a))
    deep = twice("deep", kit.max_pool(b))
    h = twice("merge2", kit.np.concatenate([up(deep), b], 1))
    h = twice("merge1", kit.np.concatenate([up(h), a], 1))
    return kit.mean_square(kit.conv(w, "out", h), y)


RUNG = Rung(
    name="unet",
    title="U-Net 16-32-64, 32×32, batch 16",
    batch=16,
    data=lambda: clothes(32),
    model=model,
    loss=mean_square,
    jax=loss,
    rate=1e-4,
)

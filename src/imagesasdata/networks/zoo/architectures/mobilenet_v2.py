"""MobileNetV2 (Sandler et al. 2018), torchvision's version."""

from __future__ import annotations

from flax import nnx

from imagesasdata.networks.nn.mobile_net import MobileNet, Stage

STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(3, 3, 2, 6, 32),
    Stage(4, 3, 2, 6, 64),
    Stage(3, 3, 1, 6, 96),
    Stage(3, 3, 2, 6, 160),
    Stage(1, 3, 1, 6, 320),
)


class MobileNetV2(MobileNet):
    """MobileNetV2 of width 1, trainable; takes pictures with mean 0 and standard deviation 1."""

    def __init__(self, *, classes: int = 1000, rngs: nnx.Rngs) -> None:
        super().__init__(STAGES, classes=classes, same=False, epsilon=1e-5, rngs=rngs)

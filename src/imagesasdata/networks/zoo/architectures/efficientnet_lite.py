"""EfficientNet-Lite (Tan and Le 2019; the Lite variants by Google, 2020)."""

from __future__ import annotations

import math

from flax import nnx

from imagesasdata.networks.nn.mobile_net import MobileNet, Stage

# Before scaling.
STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)


class EfficientNetLite(MobileNet):
    """EfficientNet-Lite, trainable; takes pictures whose values are about -1 to 1.

    Parameters
    ----------
    width, depth
        How much wider and deeper the stages are than those of Lite0. The stem and the head keep their
        width, and the first and the last stage their depth.
    classes
        Number of outputs.
    """

    def __init__(self, width: float, depth: float, *, classes: int = 1000, rngs: nnx.Rngs) -> None:
        last = len(STAGES) - 1
        stages = [
            stage._replace(
                repeats=stage.repeats if number in {0, last} else math.ceil(stage.repeats * depth),
                outputs=round_channels(stage.outputs * width),
            )
            for number, stage in enumerate(STAGES)
        ]
        super().__init__(stages, classes=classes, same=True, epsilon=1e-3, rngs=rngs)


def round_channels(channels: float, divisor: int = 8) -> int:
    """The nearest multiple of ``divisor`` that is not more than a tenth below ``channels``."""
    rounded = max(divisor, int(channels + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * channels else rounded

"""The depthwise convolution's own gradient against automatic differentiation of the plain sum."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from imagesasdata.networks.nn.conv import depthwise, depthwise_shifted


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("sides", [(3, 3), (5, 5), (3, 1)])
@pytest.mark.parametrize("padding", ["same", 2])
@pytest.mark.parametrize("size", [(7, 33)])
def test_gradients(
    stride: int, sides: tuple[int, int], padding: int | str, size: tuple[int, int]
) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, *size, 8)).astype(np.float32)
    kernel = rng.normal(size=(*sides, 8)).astype(np.float32)

    def both(layer):  # type: ignore[no-untyped-def]
        y, back = jax.vjp(lambda x, kernel: layer(x, kernel, stride, padding), x, kernel)
        slope = np.random.default_rng(1).normal(size=y.shape).astype(np.float32)
        return y, *back(slope)

    for ours, theirs in zip(
        jax.jit(lambda: both(depthwise))(), both(depthwise_shifted), strict=True
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4)

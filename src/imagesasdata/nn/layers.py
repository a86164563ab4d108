"""Trainable layers: a convolution with batch normalisation, and what it folds into."""

from __future__ import annotations

from typing import Literal, NamedTuple, cast

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float

from imagesasdata.nn.conv import conv, depthwise

Activation = Literal["relu6"] | None


class Folded(NamedTuple):
    """A convolution with its normalisation folded in: all that inference needs.

    ``kernel`` is (k, k, i, o), or (k, k, c) for a depthwise one; ``bias`` (o,).
    """

    kernel: jax.Array
    bias: jax.Array


class ConvNorm(nnx.Module):
    """Convolution without bias, batch normalisation, activation.

    Parameters
    ----------
    inputs, outputs
        Channels.
    kernel
        Side of the kernel.
    stride
        Step of the kernel.
    by_channel
        A depthwise convolution, each channel by itself; ``inputs`` and ``outputs`` are equal.
    activation
        What comes last; ``None`` for nothing.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        *,
        kernel: int = 1,
        stride: int = 1,
        by_channel: bool = False,
        activation: Activation = "relu6",
        epsilon: float = 1e-3,
        rngs: nnx.Rngs,
    ) -> None:
        shape = (kernel, kernel, outputs) if by_channel else (kernel, kernel, inputs, outputs)
        fan_out = kernel * kernel * (1 if by_channel else outputs)
        scale = jnp.sqrt(2.0 / fan_out)
        self.kernel = nnx.Param(scale * jax.random.normal(rngs.params(), shape))
        self.norm = nnx.BatchNorm(outputs, momentum=0.99, epsilon=epsilon, rngs=rngs)
        self.stride = stride
        self.by_channel = by_channel
        self.activation: Activation = activation

    def __call__(self, x: Float[Array, "b h w i"]) -> Float[Array, "b oh ow o"]:
        """Apply the layer, as it stands in training or in evaluation."""
        layer = depthwise if self.by_channel else conv
        if self.norm.use_running_average:
            # Folded, gradients are the same, and one map less is kept for them.
            scale, shift = self._linear()
            y = layer(x, self.kernel[...] * scale, self.stride) + shift
        else:
            y = self.norm(layer(x, self.kernel[...], self.stride))
        return relu6(y) if self.activation == "relu6" else y

    def folded(self) -> Folded:
        """The kernel scaled and the bias shifted by the running statistics.

        Normalisation is linear once its statistics stand still, so it can be done to the weights
        once in place of the maps each time.
        """
        scale, bias, mean, variance = (
            np.asarray(parameter[...]) for parameter in self._normalisation()
        )
        scale = scale / np.sqrt(variance + self.norm.epsilon)
        # Done in numpy: as so many small programs, it would take longer to compile than to run.
        kernel = np.asarray(self.kernel[...]) * scale
        return Folded(cast("jax.Array", kernel), cast("jax.Array", bias - mean * scale))

    def _linear(self) -> tuple[jax.Array, jax.Array]:
        """What the normalisation multiplies by and adds while its statistics stand still."""
        scale, bias, mean, variance = (parameter[...] for parameter in self._normalisation())
        scale = scale * jax.lax.rsqrt(variance + self.norm.epsilon)
        return scale, bias - mean * scale

    def _normalisation(self) -> tuple[nnx.Variable, ...]:
        norm = self.norm
        assert norm.scale is not None, "the layer is made with a scale"
        assert norm.bias is not None, "the layer is made with a bias"
        return norm.scale, norm.bias, norm.mean, norm.var


def relu6(x: Float[Array, ...]) -> Float[Array, ...]:
    """Values below 0 become 0, above 6 become 6."""
    return jnp.clip(x, 0.0, 6.0)

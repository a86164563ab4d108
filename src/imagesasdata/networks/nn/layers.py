"""Trainable convolutions, with or without batch normalization, and their folded form."""

from __future__ import annotations

import math
from typing import Literal, NamedTuple, cast

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float

from imagesasdata.networks.nn.conv import Padding, conv, depthwise
from imagesasdata.networks.nn.initial import NO_DRAW, normal

Activation = Literal["relu", "relu6"] | None


class Folded(NamedTuple):
    """A convolution with its normalization folded in, for inference.

    ``kernel`` is (k, k, i, o), or (k, k, c) if it is depthwise; ``bias`` is (o,).
    """

    kernel: jax.Array
    bias: jax.Array


class Conv(nnx.Module):
    """Convolution with a bias, activation.

    Parameters
    ----------
    inputs, outputs
        Channels.
    kernel
        Side of the kernel.
    stride
        Step of the kernel.
    by_channel
        Whether the convolution is depthwise; ``inputs`` and ``outputs`` are then equal.
    bias
        Whether there is a bias.
    activation
        The activation; ``None`` for none.
    padding
        Zeros on every side, or TensorFlow's ``"same"``.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        *,
        kernel: int = 1,
        stride: int = 1,
        by_channel: bool = False,
        bias: bool = True,
        activation: Activation = None,
        padding: Padding = "same",
        rngs: nnx.Rngs,
    ) -> None:
        self.kernel = _kernel(inputs, outputs, kernel, by_channel, rngs)
        self.bias = nnx.Param(jnp.zeros(outputs)) if bias else None
        self.stride = stride
        self.by_channel = by_channel
        self.padding: Padding = padding
        self.activation: Activation = activation

    def __call__(self, x: Float[Array, "b h w i"]) -> Float[Array, "b oh ow o"]:
        """Apply the layer."""
        layer = depthwise if self.by_channel else conv
        y = layer(x, self.kernel[...], self.stride, self.padding)
        return activate(y if self.bias is None else y + self.bias[...], self.activation)

    def folded(self) -> Folded:
        """The kernel and the bias as they are."""
        outputs = self.kernel.shape[-1]
        bias = jnp.zeros(outputs) if self.bias is None else self.bias[...]
        return Folded(self.kernel[...], bias)


class ConvNorm(nnx.Module):
    """Convolution without bias, batch normalization, activation.

    Parameters
    ----------
    inputs, outputs
        Channels.
    kernel
        Side of the kernel.
    stride
        Step of the kernel.
    by_channel
        Whether the convolution is depthwise; ``inputs`` and ``outputs`` are then equal.
    activation
        The activation; ``None`` for none.
    padding
        Zeros on every side, or TensorFlow's ``"same"``.
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
        padding: Padding = "same",
        epsilon: float = 1e-3,
        rngs: nnx.Rngs,
    ) -> None:
        self.kernel = _kernel(inputs, outputs, kernel, by_channel, rngs)
        self.norm = nnx.BatchNorm(outputs, momentum=0.99, epsilon=epsilon, rngs=NO_DRAW)
        self.stride = stride
        self.by_channel = by_channel
        self.padding: Padding = padding
        self.activation: Activation = activation

    def __call__(self, x: Float[Array, "b h w i"]) -> Float[Array, "b oh ow o"]:
        """Apply the layer, in its training or evaluation mode."""
        layer = depthwise if self.by_channel else conv
        if self.norm.use_running_average:
            # Folding gives the same gradients and keeps one map fewer in memory for them.
            scale, shift = self._linear()
            y = layer(x, self.kernel[...] * scale, self.stride, self.padding) + shift
        else:
            y = self.norm(layer(x, self.kernel[...], self.stride, self.padding))
        return activate(y, self.activation)

    def folded(self) -> Folded:
        """The kernel and bias with the normalization by running statistics folded in.

        With fixed statistics, normalization is linear, so it can be applied to the weights once
        instead of to every map.
        """
        scale, bias, mean, variance = (
            np.asarray(parameter[...]) for parameter in self._normalization()
        )
        scale = scale / np.sqrt(variance + self.norm.epsilon)
        # In NumPy: compiling many small JAX programs would take longer than running them.
        kernel = np.asarray(self.kernel[...]) * scale
        return Folded(cast("jax.Array", kernel), cast("jax.Array", bias - mean * scale))

    def _linear(self) -> tuple[jax.Array, jax.Array]:
        """The scale and shift of the normalization with fixed statistics."""
        scale, bias, mean, variance = (parameter[...] for parameter in self._normalization())
        scale = scale * jax.lax.rsqrt(variance + self.norm.epsilon)
        return scale, bias - mean * scale

    def _normalization(self) -> tuple[nnx.Variable, ...]:
        norm = self.norm
        assert norm.scale is not None, "the layer is made with a scale"
        assert norm.bias is not None, "the layer is made with a bias"
        return norm.scale, norm.bias, norm.mean, norm.var


def linear_of(layer: nnx.Linear) -> Folded:
    """A matrix product's kernel (i, o) and bias as they are."""
    assert layer.bias is not None, "the layer is made with a bias"
    return Folded(layer.kernel[...], layer.bias[...])


def activate(x: Float[Array, ...], activation: Activation) -> Float[Array, ...]:
    """Apply an activation by its name."""
    if activation == "relu":
        return jax.nn.relu(x)
    return relu6(x) if activation == "relu6" else x


@jax.custom_jvp
def relu6(x: Float[Array, ...]) -> Float[Array, ...]:
    """Values below 0 become 0, above 6 become 6."""
    return jnp.clip(x, 0.0, 6.0)


@relu6.defjvp
def _relu6_slope(
    primals: tuple[jax.Array], tangents: tuple[jax.Array]
) -> tuple[jax.Array, jax.Array]:
    # JAX's own gradient of clip divides at every element, to handle ties.
    (x,), (tangent,) = primals, tangents
    return relu6(x), jnp.where((x > 0.0) & (x < 6.0), tangent, jnp.zeros((), x.dtype))


def _kernel(
    inputs: int, outputs: int, side: int, by_channel: bool, rngs: nnx.Rngs
) -> nnx.Param[jax.Array]:
    shape = (side, side, outputs) if by_channel else (side, side, inputs, outputs)
    fan_out = side * side * (1 if by_channel else outputs)
    return nnx.Param(normal(rngs, shape, math.sqrt(2.0 / fan_out)))

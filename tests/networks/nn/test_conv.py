"""Convolutions, jitted, beside the definition written out in numpy."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from jax import lax

from imagesasdata.networks.nn import inverted_residual as block
from imagesasdata.networks.nn.compile import cpu_compiler_options
from imagesasdata.networks.nn.conv import (
    conv,
    depthwise,
    depthwise_shifted,
    pointwise,
    same_padding,
)
from imagesasdata.networks.nn.layers import ConvNorm, Folded, relu6

SHAPES = [(2, 7, 8), (1, 14, 15), (3, 5, 5), (1, 1, 1), (2, 16, 9)]


@pytest.fixture(autouse=True)
def _strict() -> object:
    with jax.numpy_dtype_promotion("strict"):
        yield


def random(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def by_definition(x: np.ndarray, kernel: np.ndarray, stride: int) -> np.ndarray:
    """kernel (k, k, i, o), TensorFlow's SAME: the sum written out."""
    side = kernel.shape[0]
    batch, height, width, _ = x.shape
    rows, columns = -(-height // stride), -(-width // stride)
    top = max((rows - 1) * stride + side - height, 0) // 2
    left = max((columns - 1) * stride + side - width, 0) // 2
    y = np.zeros((batch, rows, columns, kernel.shape[3]))
    for row in range(rows):
        for column in range(columns):
            for down in range(side):
                for across in range(side):
                    i, j = row * stride + down - top, column * stride + across - left
                    if 0 <= i < height and 0 <= j < width:
                        y[:, row, column] += x[:, i, j].astype(np.float64) @ kernel[down, across]
    return y


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("side", "stride"), [(3, 1), (3, 2), (5, 1), (5, 2)])
@pytest.mark.parametrize("form", [depthwise, depthwise_shifted])
def test_depthwise(form: object, shape: tuple[int, ...], side: int, stride: int) -> None:
    x, kernel = random(0, *shape, 8), random(1, side, side, 8)
    got = jax.jit(functools.partial(form, stride=stride))(x, kernel)
    full = kernel[..., None] * np.eye(8, dtype=np.float32)
    np.testing.assert_allclose(got, by_definition(x, full, stride), rtol=1e-4, atol=1e-5)
    padding = [same_padding(size, side, stride) for size in shape[1:]]
    eager = lax.conv_general_dilated(
        x,
        kernel[:, :, None, :],
        (stride, stride),
        padding,
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
        feature_group_count=8,
    )
    np.testing.assert_allclose(got, eager, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("channels", [3, 8])
@pytest.mark.parametrize(("side", "stride"), [(1, 1), (1, 2), (3, 1), (3, 2)])
def test_conv(shape: tuple[int, ...], channels: int, side: int, stride: int) -> None:
    x, kernel = random(0, *shape, channels), random(1, side, side, channels, 6)
    got = jax.jit(functools.partial(conv, stride=stride))(x, kernel)
    np.testing.assert_allclose(got, by_definition(x, kernel, stride), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding"),
    [
        (224, 3, 2, (0, 1)),
        (112, 3, 1, (1, 1)),
        (56, 5, 2, (1, 2)),
        (7, 3, 2, (1, 1)),
        (8, 1, 2, (0, 0)),
        (260, 3, 2, (0, 1)),
    ],
)
def test_padding_is_tensorflows(
    size: int, kernel: int, stride: int, padding: tuple[int, int]
) -> None:
    # https://www.tensorflow.org/api_docs/python/tf/nn: the odd pixel goes to the end.
    assert same_padding(size, kernel, stride) == padding


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("widens", [True, False])
def test_a_block_in_slices_is_the_block(
    stride: int, widens: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    channels = 96 if widens else 16
    x = random(0, 2, 12, 12, 16)
    expand = Folded(jnp.asarray(random(1, 1, 1, 16, 96)), jnp.asarray(random(2, 96)))
    filters = Folded(jnp.asarray(random(3, 3, 3, channels)), jnp.asarray(random(4, channels)))
    project = Folded(jnp.asarray(random(5, 1, 1, channels, 16)), jnp.asarray(random(6, 16)))
    layers = (x, expand if widens else None, filters, project)
    monkeypatch.setattr(block, "_SLICE_BYTES", 40_000)
    assert block._slices(96, 2 * 12 * 12 * 4) == 3
    sliced = jax.jit(functools.partial(block._in_slices, stride=stride))(*layers)
    y = relu6(by_definition(x, np.asarray(expand.kernel), 1) + expand.bias) if widens else x
    kernel = np.asarray(filters.kernel)[..., None] * np.eye(channels)
    y = relu6(by_definition(np.asarray(y), kernel, stride) + np.asarray(filters.bias))
    y = by_definition(np.asarray(y), np.asarray(project.kernel), 1) + np.asarray(project.bias)
    np.testing.assert_allclose(sliced, y, rtol=1e-3, atol=1e-2)
    whole = jax.jit(functools.partial(block._whole, stride=stride))(*layers)
    np.testing.assert_allclose(whole, y, rtol=1e-3, atol=1e-2)


@pytest.mark.parametrize("by_channel", [True, False])
def test_folding_changes_nothing(by_channel: bool) -> None:
    layer = ConvNorm(8, 8, kernel=3, by_channel=by_channel, rngs=nnx.Rngs(0))
    layer.norm.mean.set_value(jnp.asarray(random(1, 8)))
    layer.norm.var.set_value(jnp.asarray(random(2, 8)) ** 2)
    layer.norm.bias.set_value(jnp.asarray(random(3, 8)))  # type: ignore[union-attr]
    layer.norm.scale.set_value(jnp.asarray(random(4, 8)))  # type: ignore[union-attr]
    layer.eval()
    x = jnp.asarray(random(5, 2, 9, 9, 8))
    folded = layer.folded()
    form = depthwise if by_channel else conv
    got = relu6(form(x, jnp.asarray(folded.kernel), 1) + folded.bias)
    np.testing.assert_allclose(got, layer(x), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("channels", [24, 32, 48])
def test_a_small_detectors_layers_compiled(channels: int) -> None:
    """Such layers gave wrong numbers when XLA grouped them on a CPU (BlazeFace, 3 x 3, 32 channels)."""
    random = np.random.default_rng(0)
    x = random.normal(size=(2, 24, 24, channels)).astype(np.float32)
    kernels = random.normal(size=(2, 3, 3, channels)).astype(np.float32)
    mix = random.normal(0, channels**-0.5, (channels, channels)).astype(np.float32)

    def network(x: jax.Array, kernels: jax.Array, mix: jax.Array) -> jax.Array:
        for kernel in kernels:
            y = pointwise(depthwise(x, kernel, 1, "same"), mix)
            x = jnp.maximum(x + y, jnp.float32(0))
        return x

    expected = x.astype(np.float64)
    for kernel in kernels:
        padded = np.pad(expected, ((0, 0), (1, 1), (1, 1), (0, 0)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
        expected = np.maximum(expected + np.einsum("bhwcij,ijc->bhwc", windows, kernel) @ mix, 0)
    compiled = jax.jit(network, compiler_options=cpu_compiler_options())
    got = np.asarray(compiled(x, kernels, mix))
    assert np.abs(got - expected).max() < 1e-5 * np.abs(expected).max()
    # The form that goes wrong is not in the program.
    assert "feature_group_count" not in compiled.lower(x, kernels, mix).compile().as_text()

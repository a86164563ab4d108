"""The rows of a summary: counts against the parameters themselves, sight against derivatives."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from imagesasdata.errors import ArgumentError
from imagesasdata.networks.inside.layers import REST, layers
from imagesasdata.networks.inside.tape import Tape, run
from imagesasdata.networks.zoo import registry
from tests.networks.inside.networks import Small, Two

# One of each architecture; the others differ in depth.
FLAX = (
    "efficientnet_lite0",
    "mobilenet_v2",
    "resnet18",
    "convnext_tiny",
    "vgg16",
    "vit_b16",
    "dinov2_small",
    "clip_vit_b32",
)


@pytest.mark.parametrize("name", FLAX)
def test_counts_are_those_of_the_parameters(name: str) -> None:
    network = registry.architecture(name)
    rows = layers(network, registry.card(name).preprocess.size)
    real = sum(math.prod(leaf.shape) for leaf in jax.tree.leaves(nnx.state(network, nnx.Param)))
    assert sum(row.weights + row.biases for row in rows) == real
    # Only CLIP has a part that pictures do not run through.
    assert any(row.name == REST for row in rows) == ("clip" in name)
    assert len({row.name for row in rows}) == len(rows)


def test_a_small_network_by_hand() -> None:
    rows = {row.name: row for row in layers(Small(rngs=nnx.Rngs(0)), 16)}
    assert list(rows) == ["input", "first", "first.norm", "max_pool_1", "second", "classifier"]
    first, pool, second, last = (rows[n] for n in ("first", "max_pool_1", "second", "classifier"))
    assert (first.output, first.weights, first.formula) == ((16, 16, 4), 108, "(3*3*3)*4")
    assert (rows["first.norm"].weights, rows["first.norm"].biases) == (4, 4)
    assert (pool.kind, pool.output) == ("max pool 2x2", (8, 8, 4))
    assert (second.weights, second.biases, second.multiply_adds) == (180, 5, 16 * 180)
    assert (last.formula, last.weights, last.biases) == ("(4*4*5)*2", 160, 2)
    assert [row.sees for row in rows.values()] == [1, 3, 3, 4, 8, 16]


def test_a_detour_sees_less_than_the_way() -> None:
    rows = {row.name: row for row in layers(Two(), 64)}
    assert rows["blocks.0.far"].sees == 5
    assert rows["blocks.0.near"].sees == 1
    assert rows["blocks.1.near"].sees == 5
    assert rows["blocks.1.far"].sees == 13
    assert rows["last"].sees == 21
    assert rows[REST].weights == 24


@pytest.mark.slow
def test_sight_is_where_the_derivative_is_not_zero() -> None:
    network = Two()

    def center(x: jax.Array) -> jax.Array:
        y = network(x)
        return y[0, y.shape[1] // 2, y.shape[2] // 2].sum()

    slope = np.asarray(jax.grad(center)(jnp.ones((1, 64, 64, 3))))
    rows = np.flatnonzero(np.abs(slope[0]).sum(axis=(1, 2)))
    (layer,) = [row for row in layers(network, 64) if row.name == "last"]
    assert rows.max() - rows.min() + 1 == layer.sees


def test_watching_changes_nothing() -> None:
    network = Small(rngs=nnx.Rngs(0))
    x = jax.random.normal(jax.random.key(0), (2, 16, 16, 3))
    tape = Tape()
    watched = run(network, x, tape)
    network.eval()
    np.testing.assert_array_equal(watched, network(x))
    assert type(network.first).__name__ == "ConvNorm", "the network itself has no stand-ins"
    assert [call.path for call in tape.flat()][:3] == ["", "first", "max_pool_1"]


def test_sizes_that_do_not_fit() -> None:
    with pytest.raises(
        ArgumentError, match="cannot take pictures of 20 x 20.*\nHint: give the inp"
    ):
        layers(Small(rngs=nnx.Rngs(0)), 20)
    with pytest.raises(ArgumentError, match="of 1 x 1 pixels are too small|cannot take pictures"):
        layers(registry.architecture("vgg16"), 1)

"""The networks without their weights: their size, their parts, and files that do not fit."""

from __future__ import annotations

from pathlib import Path

import jax
import numpy as np
import pytest
from flax import nnx
from PIL import Image

from imagesasdata.arrays.pixels import center_square
from imagesasdata.errors import MissingPackageError, WeightsError
from imagesasdata.networks.nn.bicubic import resize_grid
from imagesasdata.networks.nn.pool import max_pool
from imagesasdata.networks.weights.assign import Slot, assign, from_conv
from imagesasdata.networks.zoo import registry
from imagesasdata.networks.zoo.class_names import places365
from imagesasdata.networks.zoo.names.vgg import load as load_vgg
from imagesasdata.networks.zoo.words.clip import read_tokenizer

CARDS = {card.name: card for family in registry.FAMILIES if family.build for card in family.cards}
# The smallest of each family.
ONE_OF_EACH = [family.cards[0].name for family in registry.FAMILIES if family.build]


@pytest.mark.parametrize(
    "name",
    [name if name in ONE_OF_EACH else pytest.param(name, marks=pytest.mark.slow) for name in CARDS],
)
def test_cards_count_parameters_right(name: str) -> None:
    network = registry.architecture(name)
    parameters = jax.tree.leaves(nnx.state(network, nnx.Param))
    assert sum(int(np.prod(one.shape)) for one in parameters) == CARDS[name].parameters
    # Shapes alone: 150 million values would take half a gigabyte and some seconds.
    assert all(isinstance(one, jax.ShapeDtypeStruct) for one in parameters)


@pytest.mark.parametrize("name", [name for name in ONE_OF_EACH if CARDS[name].embedding_size])
def test_networks_have_what_fine_tuning_needs(name: str) -> None:
    network, card = registry.architecture(name), CARDS[name]
    size = card.preprocess.size
    pictures = jax.ShapeDtypeStruct((2, size, size, 3), np.dtype(np.float32))
    network.eval()
    embedding = nnx.eval_shape(lambda net, x: net.features(x), network, pictures)
    assert embedding.shape == (2, card.embedding_size)
    assert len([block for stage in network.stages for block in stage]) >= 8
    if "classify" in card.tasks:
        assert isinstance(network.classifier, nnx.Linear)
        logits = nnx.eval_shape(lambda net, x: net(x), network, pictures)
        assert logits.shape == (2, card.classes)


def test_a_files_arrays_are_put_in_turned_and_in_parts() -> None:
    kernel, half = nnx.Param(np.zeros((1, 1, 2, 3))), nnx.Param(np.zeros(2))
    values = np.arange(6.0).reshape(3, 2, 1, 1)
    slots = [Slot("k", kernel, from_conv), Slot("b", half, lambda one: one[2:])]
    assign(slots, {"k": values, "b": np.arange(4.0), "steps": np.array(3)}, ignored=("steps",))
    np.testing.assert_array_equal(kernel[...], values.transpose(2, 3, 1, 0))
    np.testing.assert_array_equal(half[...], [2, 3])
    with pytest.raises(WeightsError, match=r"'k' has shape \(3, 2\), the network's \(1, 1, 2, 3\)"):
        assign(slots, {"k": values[..., 0, 0], "b": np.arange(4.0)})
    with pytest.raises(WeightsError, match="1 parameters that the network lacks, such as 'steps'"):
        assign(slots, {"k": values, "b": np.arange(4.0), "steps": np.array(3)})
    with pytest.raises(
        WeightsError, match="have no 'b'; they are for another network.\nHint: check"
    ):
        assign(slots, {"k": values})


def test_a_layer_that_stands_twice_in_a_file() -> None:
    state = {"fc1/a:0": np.zeros((2, 2)), "model_weights/fc1/b:0": np.zeros((2, 2))}
    with pytest.raises(WeightsError, match="more than one 'fc1/kernel'"):
        load_vgg(registry.architecture("vgg16"), state)


def test_scenes(tmp_path: Path) -> None:
    path = tmp_path / "categories.txt"
    path.write_text("/a/airfield 0\n/a/apartment_building/outdoor 1\n", "utf-8")
    labels = places365(path)
    assert labels.names == ("airfield", "apartment building, outdoor")
    assert labels.ids[1] == "/a/apartment_building/outdoor"
    assert labels.identifiers()[1] == "apartment_building_outdoor"
    path.write_text("/a/airfield 1\n", "utf-8")
    with pytest.raises(WeightsError, match="is not the list of Places365's categories"):
        places365(path)


def test_the_whole_picture_pressed_into_a_square() -> None:
    half = np.zeros((20, 80, 3), np.uint8)
    half[:, 40:] = 255
    picture = Image.fromarray(half)
    pressed = center_square(picture, 8, 1.0, stretch=True)
    assert (pressed[:, :3] == 0).all()
    assert (pressed[:, 5:] == 255).all()
    # Three quarters of each side, about the middle: the border stays in the middle.
    part = center_square(picture, 8, 0.75, stretch=True)
    assert (part[:, :3] == 0).all()
    assert (part[:, 5:] == 255).all()


@pytest.mark.parametrize(("side", "stride", "padding"), [(2, 2, 0), (3, 2, 1)])
def test_max_pool_by_its_definition(side: int, stride: int, padding: int) -> None:
    x = np.random.default_rng(0).normal(size=(2, 9, 12, 3)).astype(np.float32)
    around = ((0, 0), (padding, padding), (padding, padding), (0, 0))
    padded = np.pad(x, around, constant_values=-np.inf)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (side, side), axis=(1, 2))
    expected = windows[:, ::stride, ::stride].max(axis=(-1, -2))
    got = jax.jit(lambda x: max_pool(x, side, stride, padding))(x)
    np.testing.assert_array_equal(got, expected)


def test_a_grid_of_places_at_its_own_size_stays_and_a_plane_stays_a_plane() -> None:
    grid = np.random.default_rng(0).normal(size=(5, 5, 3)).astype(np.float32)
    np.testing.assert_allclose(resize_grid(grid, 5, 5), grid, atol=1e-6)
    np.testing.assert_allclose(resize_grid(np.ones((7, 7, 2)), 4, 3), np.ones((4, 3, 2)), atol=1e-6)


def test_tokenizers_that_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text("{}", "utf-8")
    with monkeypatch.context() as patch:
        patch.setitem(__import__("sys").modules, "tokenizers", None)
        with pytest.raises(MissingPackageError, match=r'Hint: pip install "imagesasdata\[clip\]"'):
            read_tokenizer(path, 77)
    tokenizers = pytest.importorskip("tokenizers")
    with pytest.raises(WeightsError, match="is not a tokenizer's"):
        read_tokenizer(path, 77)
    tokenizers.Tokenizer(tokenizers.models.BPE()).save(str(path))
    with pytest.raises(WeightsError, match="has no token"):
        read_tokenizer(path, 77)

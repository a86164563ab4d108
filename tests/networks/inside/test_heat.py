"""Heat: against what is known of small networks, and on pictures made of two."""

from __future__ import annotations

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest
from flax import nnx
from PIL import Image

import imagesasdata as iad
from imagesasdata.errors import ArgumentError
from imagesasdata.networks.inside.heat import STEPS, heat, integrated_gradients, occlusion
from tests.networks.inside.networks import Colors, Detour, Small

PLAIN = (0.0, 0.0, 0.0), (255.0, 255.0, 255.0)


def red_and_blue(size: int = 32) -> np.ndarray:
    """Left half red, right half blue."""
    pixels = np.zeros((1, size, size, 3), np.uint8)
    pixels[:, :, : size // 2, 0] = pixels[:, :, size // 2 :, 2] = 255
    return pixels


@pytest.mark.parametrize("method", ["gradcam", "integrated_gradients", "occlusion"])
@pytest.mark.parametrize("target", [0, 1])
def test_heat_lies_on_what_counts(method: str, target: int) -> None:
    apply, params = heat(Colors(), 32, method, *PLAIN)  # type: ignore[arg-type]
    found = jax.jit(apply)({**params, "target": np.int32(target)}, red_and_blue())
    here = np.asarray(found["heat"])[0]
    assert here.shape == (32, 32)
    assert here.max() == pytest.approx(1.0)
    assert here.min() >= 0
    halves = here[:, :12], here[:, 20:]
    assert halves[target].min() > 0.2
    assert halves[1 - target].max() < 0.01


def test_the_most_probable_class_and_one_with_nothing_for_it() -> None:
    pixels = np.full((2, 32, 32, 3), 0, np.uint8)
    pixels[0, ..., 2] = 200
    apply, params = heat(Colors(), 32, "gradcam", *PLAIN)
    found = jax.jit(apply)(params, pixels)
    assert found["target"].tolist() == [1, 0]
    assert float(found["heat"][1].max()) == 0.0


@pytest.mark.slow
def test_integrated_gradients_add_up_to_the_score() -> None:
    network = Small(rngs=nnx.Rngs(0))
    network.eval()
    x = jax.random.normal(jax.random.key(1), (3, 16, 16, 3))
    chosen = jnp.asarray([0, 1, 0])
    parts = integrated_gradients(network, x, chosen).sum(axis=(1, 2, 3))
    gained = (network(x) - network(jnp.zeros_like(x)))[jnp.arange(3), chosen]
    np.testing.assert_allclose(parts, gained, rtol=0.05, atol=0.02)
    assert STEPS >= 10


def test_occlusion_is_the_fall_of_the_score() -> None:
    network = Colors()
    x = jnp.asarray(red_and_blue(32), jnp.float32) / 255
    fall = np.asarray(occlusion(network, x, jnp.asarray([0])))[0]
    # A patch of 8 x 8 red pixels of 1,024 in all.
    assert fall[:, :8].min() == pytest.approx(64 / 1024)


@pytest.mark.slow
def test_a_batch_does_not_mix() -> None:
    network = Small(rngs=nnx.Rngs(0))
    pixels = np.random.default_rng(0).integers(0, 256, (3, 16, 16, 3), np.uint8)
    for method in ("gradcam", "integrated_gradients", "occlusion"):
        apply, params = heat(network, 16, method, (127.0,) * 3, (128.0,) * 3)  # type: ignore[arg-type]
        together = np.asarray(jax.jit(apply)(params, pixels)["heat"])
        alone = [np.asarray(jax.jit(apply)(params, pixels[n : n + 1])["heat"])[0] for n in range(3)]
        np.testing.assert_allclose(together, np.stack(alone), atol=1e-4)


def test_networks_that_cannot_be_explained() -> None:
    with pytest.raises(ArgumentError, match="gives no logits.\nHint: explain needs one that class"):
        heat(Detour(), 16, "gradcam", *PLAIN)

    class Flat(nnx.Module):
        def __init__(self) -> None:
            self.only = nnx.Linear(48, 2, rngs=nnx.Rngs(0))

        def __call__(self, x: jax.Array) -> jax.Array:
            return self.only(x.reshape(len(x), -1))

    with pytest.raises(
        ArgumentError, match='needs a layer that gives a map.*\nHint: give method="'
    ):
        heat(Flat(), 4, "gradcam", *PLAIN)


def two_classes(folder: Path, known: pd.DataFrame, count: int, to: Path) -> pd.DataFrame:
    """Pictures with a photo of one class on the left and of another on the right."""
    order = np.random.default_rng(0).permutation(len(known))[: 2 * count].reshape(-1, 2)
    rows = []
    for number, pair in enumerate(order):
        sheet = Image.new("RGB", (512, 512), (124, 117, 104))
        for side, place in enumerate(pair):
            with Image.open(folder / known["path"][place]) as photo:
                square = min(photo.size)
                left, top = (photo.width - square) / 2, (photo.height - square) / 2
                box = (left, top, left + square, top + square)
                # Inside the center that the network sees.
                tile = photo.convert("RGB").resize((224, 224), box=box)
            sheet.paste(tile, (32 + 224 * side, 144))
        sheet.save(to / f"{number}.png")
        for side, place in enumerate(pair):
            rows.append((str(to / f"{number}.png"), known["wnid"][place], side))
    return pd.DataFrame(rows, columns=["path", "wnid", "side"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("method", "count"),
    [
        ("gradcam", 20),
        pytest.param("occlusion", 10, marks=pytest.mark.soak),
        pytest.param("integrated_gradients", 10, marks=pytest.mark.soak),
    ],
)
def test_heat_lies_on_its_half(shared_data: Path, tmp_path: Path, method: str, count: int) -> None:
    folder = shared_data / "classify"
    cases = two_classes(folder, pd.read_csv(folder / "labels.csv"), count, tmp_path)
    hits = []
    for wnid, one in cases.groupby("wnid"):
        got = iad.explain(
            one,
            "efficientnet_lite0",
            str(wnid),
            method=method,  # type: ignore[arg-type]
            overlay=False,
            to=tmp_path / "heat",
        )
        for path, side in zip(got["heat_path"], one["side"], strict=True):
            with Image.open(path) as picture:
                here = np.asarray(picture, np.float64)
            halves = here[:, : here.shape[1] // 2].sum(), here[:, here.shape[1] // 2 :].sum()
            hits.append(halves[side] > halves[1 - side])
    assert len(hits) == 2 * count
    assert np.mean(hits) >= 0.9

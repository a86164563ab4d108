"""Depth Anything beside transformers on random weights, smaller but of the published form."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from PIL import Image

import imagesasdata as iad
from imagesasdata.arrays.measures.depth import measure
from imagesasdata.arrays.pixels import whole_shape
from imagesasdata.engine.runner import Runner
from imagesasdata.networks.nn.transformer import Form
from imagesasdata.networks.zoo import registry
from imagesasdata.networks.zoo.architectures import depth_anything
from imagesasdata.networks.zoo.families import depth_anything as family
from tests.conftest import REPO
from tests.parity import references
from tests.parity.references import close, normal

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

pytestmark = pytest.mark.parity

MODEL = "depth_anything_v2_small"
FORM = Form(width=32, depth=4, heads=4, epsilon=1e-6, scaled=True)
DESIGN = depth_anything.Design(FORM, after=(1, 2, 3, 4), maps=(8, 12, 16, 20), fused=8, last=6)


def written(folder: Path) -> references.TwoSided:
    backbone = transformers.Dinov2Config(
        image_size=518,
        hidden_size=FORM.width,
        num_hidden_layers=FORM.depth,
        num_attention_heads=FORM.heads,
        out_features=[f"stage{number}" for number in DESIGN.after],
        reshape_hidden_states=False,
    )
    config = transformers.DepthAnythingConfig(
        backbone_config=backbone,
        reassemble_hidden_size=FORM.width,
        neck_hidden_sizes=list(DESIGN.maps),
        fusion_hidden_size=DESIGN.fused,
        head_hidden_size=DESIGN.last,
    )
    model = transformers.DepthAnythingForDepthEstimation(config).eval()
    torch.manual_seed(0)
    with torch.no_grad():
        for weight in model.parameters():
            weight.normal_(0.1, 0.2)
    model.save_pretrained(folder)
    return references.TwoSided([folder / "model.safetensors"], model, None)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[references.TwoSided]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IMAGESASDATA_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setattr(depth_anything, "SMALL", DESIGN)
        families = [family.FAMILY, *registry.FAMILIES]
        patch.setattr(registry, "FAMILIES", tuple(families))
        with references.in_place(MODEL, written) as reference:
            yield reference


def theirs(small: references.TwoSided, pixels: np.ndarray) -> np.ndarray:
    x = torch.from_numpy(np.float32(normal(MODEL, pixels)).transpose(0, 3, 1, 2).copy())
    with torch.inference_mode():
        return small.model(pixel_values=x).predicted_depth.numpy()


@pytest.mark.parametrize(
    ("height", "width"),
    [(126, 210), (14, 182), pytest.param(518, 518, marks=pytest.mark.soak)],
)
def test_maps(small: references.TwoSided, height: int, width: int) -> None:
    shape = (2, height, width, 3)
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    expected = theirs(small, pixels)
    assert expected.std() > 1e-2 * expected.max()
    network = registry.load(MODEL, task="measure_depth")
    got = Runner(network.program, device="cpu", batch_size=2)(pixels, 0)
    assert close(got["nearness"], expected)
    seen = jnp.asarray(normal(MODEL, pixels), jnp.float32)
    if height < 518:
        got = nnx.jit(lambda network, x: network(x))(registry.network(MODEL), seen)
        assert close(np.asarray(got), expected)


def pictures_of(images: list[Image.Image]) -> np.ndarray:
    """As transformers' processor makes them, by the published settings."""
    processor: Any = transformers.DPTImageProcessorPil(
        size={"height": 518, "width": 518},
        keep_aspect_ratio=True,
        ensure_multiple_of=14,
        resample=3,
        image_mean=[0.485, 0.456, 0.406],
        image_std=[0.229, 0.224, 0.225],
    )
    return processor(images=images, return_tensors="pt")["pixel_values"].numpy()


@pytest.mark.parametrize(
    "size", [None, (1200, 800), (640, 480), (400, 300), (300, 400), (1000, 505), (60, 60)]
)
def test_pixels(size: tuple[int, int] | None) -> None:
    for name in ("astronaut", "chelsea", "coffee"):
        with Image.open(REPO / "examples" / "photos" / f"{name}.jpg") as file:
            image = file.convert("RGB")
        image = image if size is None else image.resize(size)
        seen = pictures_of([image])[0]
        mine = whole_shape(image, 518, 14, "bicubic")
        np.testing.assert_allclose(normal(MODEL, mine).transpose(2, 0, 1), seen, atol=1e-5)


def test_a_long_picture_is_seen_smaller() -> None:
    assert whole_shape(Image.new("RGB", (6000, 600)), 518, 14, "bicubic").shape == (98, 1036, 3)
    assert whole_shape(Image.new("RGB", (3, 3000)), 518, 14, "bicubic").shape == (518, 14, 3)


def test_the_verb(small: references.TwoSided) -> None:
    path = REPO / "examples" / "photos" / "coffee.jpg"
    with Image.open(path) as file:
        pixels = whole_shape(file.convert("RGB"), 518, 14, "bicubic")
    expected = measure(theirs(small, pixels[None])[0])
    got = iad.measure_depth([path], decode="exact").iloc[0]
    assert {name: got[name] for name in expected} == pytest.approx(expected, abs=5e-3)

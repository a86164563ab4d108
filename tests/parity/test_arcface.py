"""ArcFace's form of a residual network, written by PyTorch as ONNX, beside PyTorch's own numbers."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

from imagesasdata.networks.zoo import registry
from imagesasdata.networks.zoo.families import auraface

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

pytestmark = [
    pytest.mark.parity,
    # The exporter's own.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]


def block(inputs: int, outputs: int, stride: int) -> Any:
    """A block of IResNet: normalization, two convolutions with a PReLU between them, and the way past."""
    nn = torch.nn

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.way = nn.Sequential(
                nn.BatchNorm2d(inputs),
                nn.Conv2d(inputs, outputs, 3, 1, 1, bias=False),
                nn.BatchNorm2d(outputs),
                nn.PReLU(outputs),
                nn.Conv2d(outputs, outputs, 3, stride, 1, bias=False),
                nn.BatchNorm2d(outputs),
            )
            self.past = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

        def forward(self, x: Any) -> Any:
            return self.way(x) + self.past(x)

    return Block()


def network() -> Any:
    nn = torch.nn
    sizes = (8, 8, 16, 24, 32)
    model = nn.Sequential(
        nn.Conv2d(3, 8, 3, 1, 1, bias=False),
        nn.BatchNorm2d(8),
        nn.PReLU(8),
        *(block(i, o, 2) for i, o in itertools.pairwise(sizes)),
        nn.BatchNorm2d(32),
        nn.Flatten(),
        nn.Linear(32 * 7 * 7, 512),
        nn.BatchNorm1d(512),
    )
    torch.manual_seed(0)
    for module in model.modules():
        if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
            module.running_mean.normal_(0, 0.2)
            module.running_var.uniform_(0.5, 1.5)
    return model.eval()


def test_embeddings(tmp_path: Path) -> None:
    model, path = network(), tmp_path / "arcface.onnx"
    torch.onnx.export(model, (torch.zeros(1, 3, 112, 112),), str(path), dynamo=False)
    card = registry.card("auraface")
    params, forward = auraface.FAMILY.inference(auraface.FAMILY.read(card, [path]))
    pixels = np.random.default_rng(0).integers(0, 256, (3, 112, 112, 3), dtype=np.uint8)
    got = jax.jit(registry.normalized(forward, card))(params, pixels)["embedding"]
    x = torch.from_numpy(((pixels - 127.5) / 127.5).astype(np.float32).transpose(0, 3, 1, 2))
    with torch.inference_mode():
        expected = model(x).numpy()
    assert got.shape == (3, 512)
    assert np.abs(got - expected).max() < 1e-4 * np.abs(expected).max()

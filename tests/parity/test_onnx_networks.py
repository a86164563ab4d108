"""Whole networks that PyTorch writes as ONNX, in JAX, beside onnxruntime."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from typing import Any

import jax
import numpy as np
import pytest

from imagesasdata.networks.weights.onnx import parse_onnx_model
from imagesasdata.networks.zoo.graph.onnx import layout
from imagesasdata.networks.zoo.graph.onnx.compile import compile_onnx

pytestmark = pytest.mark.parity
torch = pytest.importorskip("torch")
onnxruntime = pytest.importorskip("onnxruntime")
from torch import nn  # noqa: E402

SIDE = 64


class Logits(nn.Module):
    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, x: Any) -> Any:
        return self.model(x).logits


def layer(
    i: int, o: int, side: int = 3, stride: int = 1, groups: int = 1, by: Any = nn.ReLU
) -> Any:
    conv = nn.Conv2d(i, o, side, stride, side // 2, groups=groups, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(o), by())


class UNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.one, self.two, self.three = layer(3, 8), layer(8, 16), layer(16, 32)
        self.up = nn.ConvTranspose2d(32, 16, 2, 2)
        self.four, self.five = layer(32, 16), layer(24, 8)
        self.out = nn.Conv2d(8, 2, 1)

    def forward(self, x: Any) -> Any:
        one = self.one(x)
        two = self.two(nn.functional.max_pool2d(one, 2))
        three = self.three(nn.functional.max_pool2d(two, 2))
        four = self.four(torch.cat([self.up(three), two], 1))
        large = nn.functional.interpolate(four, scale_factor=2, mode="bilinear")
        return self.out(self.five(torch.cat([large, one], 1)))


class Yolox(nn.Module):
    """Focus, depthwise convolutions, spatial pyramid pooling, and heads whose outputs are joined."""

    def __init__(self) -> None:
        super().__init__()
        self.focus = layer(12, 16, by=nn.SiLU)
        self.near = nn.Sequential(layer(16, 32, stride=2, by=nn.SiLU), layer(32, 64, stride=2))
        self.far = nn.Sequential(layer(64, 64, stride=2), layer(64, 64, groups=64, by=nn.SiLU))
        self.pyramid = layer(64 * 3, 64, side=1, by=nn.SiLU)
        self.lateral = layer(64, 64, side=1)
        self.heads = nn.ModuleList([nn.Conv2d(64, 7, 1) for _ in range(2)])

    def forward(self, x: Any) -> Any:
        parts = [x[..., row::2, column::2] for column in (0, 1) for row in (0, 1)]
        near = self.near(self.focus(torch.cat(parts, 1)))
        far = self.far(near)
        pools = [nn.functional.max_pool2d(far, side, 1, side // 2) for side in (5, 9)]
        far = self.pyramid(torch.cat([far, *pools], 1))
        near = near + nn.functional.interpolate(self.lateral(far), scale_factor=2, mode="nearest")
        outputs = []
        for head, maps in zip(self.heads, (near, far), strict=True):
            boxes, scores = head(maps).split([4, 3], dim=1)
            outputs.append(torch.cat([boxes, scores.sigmoid()], 1).flatten(2))
        return torch.cat(outputs, 2).permute(0, 2, 1)


def of_transformers(name: str, **options: Any) -> Callable[[], Any]:
    def build() -> Any:
        import transformers

        config = getattr(transformers, f"{name}Config")(num_labels=5, **options)
        return Logits(getattr(transformers, f"{name}ForImageClassification")(config))

    return build


NETWORKS: dict[str, Callable[[], Any]] = {
    "resnet": of_transformers(
        "ResNet", embedding_size=16, hidden_sizes=[16, 32, 64, 64], depths=[1, 1, 1, 1]
    ),
    "mobilenet": of_transformers("MobileNetV2", depth_multiplier=0.35, image_size=SIDE),
    "convnext": of_transformers("ConvNext", hidden_sizes=[16, 32, 48, 64], depths=[1, 1, 2, 1]),
    "vit": of_transformers(
        "ViT",
        hidden_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=96,
        image_size=SIDE,
    ),
    "swin": of_transformers(
        "Swin", image_size=SIDE, embed_dim=24, depths=[1, 1], num_heads=[2, 4], window_size=4
    ),
    "yolox": Yolox,
    "unet": UNet,
}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_gives_what_onnxruntime_gives(name: str) -> None:
    torch.manual_seed(0)
    network = NETWORKS[name]().eval()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.2)
            module.running_var.uniform_(0.5, 2)
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of PyTorch's exporter
        torch.onnx.export(
            network,
            (torch.rand(1, 3, SIDE, SIDE),),
            file,
            input_names=["x"],
            output_names=["y"],
            dynamic_axes={"x": {0: "batch"}},
            dynamo=False,
        )
    session = onnxruntime.InferenceSession(file.getvalue(), providers=["CPUExecutionProvider"])
    program = compile_onnx(parse_onnx_model(file.getvalue()))
    run = jax.jit(lambda params, x: program.apply(params, {"x": layout.Maps(x)})["y"])
    for batch in (1, 7):
        x = np.random.default_rng(batch).normal(size=(batch, 3, SIDE, SIDE)).astype(np.float32)
        expected = session.run(None, {"x": x})[0]
        output = run(program.params, x.transpose(0, 2, 3, 1))
        assert output.shape == expected.shape
        np.testing.assert_allclose(output, expected, rtol=1e-4, atol=1e-4 * abs(expected).max())

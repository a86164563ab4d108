"""VGG16, ResNet-50 and ViT-B/16 alone on 8 pictures in memory, against the same weights elsewhere."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import peers
import torch
from measure import Row, alternate, speed_ratios

from imagesasdata.engine.runner import Runner
from imagesasdata.machine import cores
from imagesasdata.networks.program import Network
from imagesasdata.networks.weights.h5 import read_h5
from imagesasdata.networks.zoo import registry

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.parity import references

COUNT = 8
TOLERANCE = 1e-3
TARGETS = {"onnxruntime": 0.75, "PyTorch, channels last": 1.0}


def measure(folder: Path, rounds: int, quick: bool) -> list[Row]:
    """Speed of each forward pass, once all give the same numbers; ``quick`` leaves out VGG16."""
    rows = []
    for name in ("resnet50", "vit_b16") if quick else ("vgg16", "resnet50", "vit_b16"):
        place = folder / name
        place.mkdir()
        rows += _network(name, place, rounds)
    return rows


def _network(name: str, folder: Path, rounds: int) -> list[Row]:
    written = {
        "vgg16": lambda: references.vgg(16, folder),
        "resnet50": lambda: references.resnet(50, folder),
        "vit_b16": lambda: references.vit_b16(folder),
    }[name]()
    card = registry.card(name)
    family = next(one for one in registry.FAMILIES if card in one.cards)
    inference = family.inference(family.read(card, written.files))
    runner = Runner(Network(inference.apply, inference.params, card.cpu_batch), device="cpu")
    module = _vgg16(written.files[0]) if name == "vgg16" else _Logits(written.module)
    session = peers.onnx_network(peers.export(module.eval(), folder / "network.onnx"))
    last = module.to(memory_format=torch.channels_last)
    torch.set_num_threads(cores())

    pixels = np.random.default_rng(0).normal(size=(COUNT, 224, 224, 3)).astype(np.float32)
    turned = np.ascontiguousarray(pixels.transpose(0, 3, 1, 2))
    in_torch = torch.from_numpy(turned).to(memory_format=torch.channels_last)

    def ours(lane: int, start: int) -> np.ndarray:
        return runner(pixels[start : start + runner.batch_size], lane)["logits"]

    def channels_last() -> np.ndarray:
        with torch.inference_mode():
            return last(in_torch).numpy()

    programs = {
        "imagesasdata": lambda: peers.in_threads(
            range(runner.lanes), ours, range(0, COUNT, runner.batch_size)
        ),
        "onnxruntime": lambda: session(turned),
        "PyTorch, channels last": channels_last,
    }
    expected = programs["PyTorch, channels last"]()
    for program, run in programs.items():
        largest = float(abs(run() - expected).max() / abs(expected).max())
        assert largest < TOLERANCE, (name, program, largest)
    return speed_ratios(f"{name}, {COUNT} pictures", alternate(programs, rounds), TARGETS)


class _Logits(torch.nn.Module):
    """A network of transformers that gives the logits alone."""

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.network(x).logits


def _vgg16(path: Path) -> torch.nn.Module:
    """VGG16 in PyTorch with the weights of Keras's file, less that it takes red, green, blue."""
    state = {"/".join([*key.split("/")[:1], str(v.ndim)]): v for key, v in read_h5(path).items()}
    layers: list[torch.nn.Module] = []
    for number, depth in enumerate((2, 2, 3, 3, 3), start=1):
        for place in range(1, depth + 1):
            kernel = state[f"block{number}_conv{place}/4"].transpose(3, 2, 0, 1)
            kernel = kernel[:, ::-1] if (number, place) == (1, 1) else kernel
            layer = torch.nn.Conv2d(kernel.shape[1], kernel.shape[0], 3, padding=1)
            layers += [
                _filled(layer, kernel, state[f"block{number}_conv{place}/1"]),
                torch.nn.ReLU(),
            ]
        layers.append(torch.nn.MaxPool2d(2))
    layers.append(_Rows())
    for name in ("fc1", "fc2", "predictions"):
        matrix = state[f"{name}/2"].T
        layer = torch.nn.Linear(matrix.shape[1], matrix.shape[0])
        layers += [_filled(layer, matrix, state[f"{name}/1"]), torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])


class _Rows(torch.nn.Module):
    """All values of a picture in a row, the channels last, as Keras has them."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.permute(0, 2, 3, 1).flatten(1)


def _filled(layer: Any, weight: np.ndarray, bias: np.ndarray) -> Any:
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(np.ascontiguousarray(weight)))
        layer.bias.copy_(torch.from_numpy(bias))
    return layer

"""EfficientNet-Lite0 in PyTorch and onnxruntime, from the same file of weights."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from efficientnet_lite_pytorch import EfficientNet
from PIL import Image

from imagesasdata.networks.weights import store
from imagesasdata.networks.zoo.registry import card

MODEL = "efficientnet_lite0"
SIZE, SHORT_SIDE = 224, 256

Network = Callable[[np.ndarray], np.ndarray]


def torch_module() -> torch.nn.Module:
    """The network as its PyTorch package defines it."""
    weights = store.locate(card(MODEL).weights[0])
    return EfficientNet.from_pretrained("efficientnet-lite0", weights_path=str(weights)).eval()


def torch_network(module: torch.nn.Module, threads: int) -> Network:
    """PyTorch as it runs by itself (eager), on all cores."""
    torch.set_num_threads(threads)

    def network(batch: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            return module(torch.from_numpy(batch)).numpy()

    return network


def export(module: torch.nn.Module, path: Path) -> Path:
    """The network as an ONNX file that takes batches of any size."""
    torch.onnx.export(
        module,
        (torch.zeros(1, 3, SIZE, SIZE),),
        str(path),
        dynamo=False,
        opset_version=17,
        input_names=["pixels"],
        output_names=["logits"],
        dynamic_axes={"pixels": {0: "batch"}, "logits": {0: "batch"}},
    )
    return path


def onnx_network(path: Path, threads: int | None = None) -> Network:
    """onnxruntime with ``threads`` threads in an operation; ``None`` leaves that to onnxruntime."""
    options = onnxruntime.SessionOptions()
    if threads is not None:
        options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return lambda batch: session.run(["logits"], {"pixels": batch})[0]


def normalize(pixels: np.ndarray) -> np.ndarray:
    """From uint8 (..., h, w, 3) to what these networks take, (..., 3, h, w)."""
    scaled = (pixels.astype(np.float32) - np.float32(127)) / np.float32(128)
    return np.ascontiguousarray(np.moveaxis(scaled, -1, -3))


def read_whole(path: str) -> np.ndarray:
    """The usual way: decode all, resize the shorter side, cut out the center."""
    with Image.open(path) as opened:
        image = opened.convert("RGB")
    width, height = image.size
    scale = SHORT_SIDE / min(width, height)
    image = image.resize((round(width * scale), round(height * scale)), Image.Resampling.BICUBIC)
    left, top = (image.width - SIZE) // 2, (image.height - SIZE) // 2
    return normalize(np.asarray(image.crop((left, top, left + SIZE, top + SIZE))))


def read_scaled(path: str) -> np.ndarray:
    """The quick way: decode a JPEG at a reduced scale, resize only the center."""
    with Image.open(path) as image:
        image.draft("RGB", _at_least(image.size))
        image = image.convert("RGB")
    width, height = image.size
    side = min(width, height) * SIZE / SHORT_SIDE
    left, top = (width - side) / 2, (height - side) / 2
    box = (left, top, left + side, top + side)
    return normalize(np.asarray(image.resize((SIZE, SIZE), Image.Resampling.BICUBIC, box=box)))


def loop(network: Network, paths: Sequence[str], batch: int) -> np.ndarray:
    """Top-1 by the usual loop: read a batch, run it, read the next."""
    best = []
    for start in range(0, len(paths), batch):
        pixels = np.stack([read_whole(path) for path in paths[start : start + batch]])
        best.append(network(pixels).argmax(axis=1))
    return np.concatenate(best)


def each_its_own(networks: Sequence[Network], paths: Sequence[str], batch: int) -> np.ndarray:
    """Top-1 with a thread for each network, which reads its own pictures and runs them."""

    def job(network: Network, start: int) -> np.ndarray:
        pixels = np.stack([read_scaled(path) for path in paths[start : start + batch]])
        return network(pixels).argmax(axis=1)

    return in_threads(networks, job, range(0, len(paths), batch))


def in_threads(
    networks: Sequence[Any], job: Callable[[Any, int], np.ndarray], starts: Sequence[int]
) -> np.ndarray:
    """Call ``job(network, start)`` for each start, with a thread for each network."""
    results: dict[int, np.ndarray] = {}
    waiting = iter(starts)
    lock = threading.Lock()

    def work(network: Any) -> None:
        while True:
            with lock:
                start = next(waiting, None)
            if start is None:
                return
            results[start] = job(network, start)

    threads = [threading.Thread(target=work, args=(network,)) for network in networks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return np.concatenate([results[start] for start in starts])


def _at_least(size: tuple[int, int]) -> tuple[int, int]:
    scale = min(1.0, SHORT_SIDE / min(size))
    return -int(-size[0] * scale // 1), -int(-size[1] * scale // 1)

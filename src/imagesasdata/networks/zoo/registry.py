"""The models that are known by name, and how one is loaded."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from imagesasdata.errors import ArgumentError, one_of
from imagesasdata.networks.program import HostFunction, Network
from imagesasdata.networks.weights import store
from imagesasdata.networks.weights.file import WeightFile
from imagesasdata.networks.zoo.card import ModelCard, Task
from imagesasdata.networks.zoo.class_names import Labels, coco, imagenet, places365
from imagesasdata.networks.zoo.families import (
    blip,
    clip,
    coco_detectors,
    convnext,
    detr,
    dinov2,
    efficientnet_lite,
    face_api,
    human_faces,
    insightface,
    mobilenet_v2,
    open_nsfw,
    owlvit,
    resnet,
    vgg,
    vit,
)
from imagesasdata.networks.zoo.family import Family, Inference, TextSide, Words, shapes
from imagesasdata.networks.zoo.prepared import prepared

FAMILIES: tuple[Family, ...] = (
    efficientnet_lite.FAMILY,
    mobilenet_v2.FAMILY,
    resnet.FAMILY,
    convnext.FAMILY,
    vgg.FAMILY,
    vit.FAMILY,
    dinov2.FAMILY,
    clip.FAMILY,
    blip.FAMILY,
    human_faces.FAMILY,
    face_api.FAMILY,
    insightface.FAMILY,
    coco_detectors.FAMILY,
    detr.FAMILY,
    owlvit.FAMILY,
    open_nsfw.FAMILY,
)

# What a tutorial or a group of verbs needs, under one name.
SETS: Mapping[str, tuple[str, ...]] = {
    "faces": ("blazeface_full", "dlib_resnet", "faceres", "gear", "mini_xception"),
    "objects": ("centernet", "nanodet"),
}

# What bfloat16 is good enough for. A box's corner in it may be off by a pixel or two.
_HALF: frozenset[Task] = frozenset({"classify", "embed", "zero_shot"})

# Models that this process was told of, by name.
_added: dict[str, Added] = {}


@dataclass(frozen=True, eq=False)
class Model:
    """A loaded model: parameters, and a pure function of them and of a uint8 batch.

    ``fingerprint`` is what a cached result depends on: the weights' hashes.
    """

    card: ModelCard
    params: Any
    apply: Callable[[Any, Any], dict[str, Any]]
    fingerprint: str
    labels: Callable[[], Labels]

    @property
    def program(self) -> Network:
        """What is run on batches."""
        half = not isinstance(self.apply, HostFunction) and half_will_do(self.card)
        return Network(self.apply, self.params, self.card.cpu_batch, half)

    def told(self, more: Mapping[str, Any]) -> Network:
        """What is run on batches, with more among its parameters: what it is asked in words."""
        return self.program._replace(params={**self.params, **more})


class Added(NamedTuple):
    """A user's own model, and its Flax module where it has one."""

    model: Model
    network: Any | None


def add(model: Model, network: Any | None) -> None:
    """Make a user's model known by its card's name; one of that name that was added before goes.

    Raises
    ------
    ArgumentError
        When the library has a model of that name.
    """
    name = model.card.name
    if any(card.name == name for family in FAMILIES for card in family.cards):
        raise ArgumentError(
            f"There is a model {name!r} in the library already.",
            f'take another name, such as "my_{name}".',
        )
    _added[name] = Added(model, network)


def cards() -> tuple[ModelCard, ...]:
    """The cards of all models."""
    known = [card for family in FAMILIES for card in family.cards]
    return (*known, *(added.model.card for added in _added.values()))


def names() -> list[str]:
    """The names of all models."""
    return [card.name for card in cards()]


def half_will_do(known: ModelCard) -> bool:
    """Whether what a model is for can do with bfloat16."""
    return set(known.tasks) <= _HALF


def card(name: str) -> ModelCard:
    """A model's card.

    Raises
    ------
    UnknownNameError
        When there is none of that name.
    """
    return _added[name].model.card if name in _added else _find(name)[1]


def files(wanted: Iterable[str]) -> list[WeightFile]:
    """The files of weights of models and of sets of models (``"faces"``), each once.

    Raises
    ------
    UnknownNameError
        When there is no model or set of that name.
    """
    found: dict[WeightFile, None] = {}
    for name in wanted:
        if name not in SETS and name not in names():
            raise one_of("model or set of models", name, [*SETS, *names()])
        for one in SETS.get(name, (name,)):
            found |= dict.fromkeys(card(one).weights)
    return list(found)


def load(name: str, *, task: Task, progress: bool | None = None) -> Model:
    """Load a model with its weights; a second time it is at hand.

    Parameters
    ----------
    name
        The model's.
    task
        What it is to do.
    progress
        Whether a download shows a progress bar; ``None`` in a terminal and in a notebook.

    Raises
    ------
    UnknownNameError
        When there is no model of that name.
    ArgumentError
        When the model cannot do the task.
    WeightsError
        When its weights are not on this machine.
    """
    _check(name, task)
    if name in _added:
        return _added[name].model
    _bring(card(name), progress)
    return _load(name)


def reads_texts(name: str, task: Task) -> bool:
    """Whether a model takes texts beside pictures for a task.

    Raises
    ------
    UnknownNameError
        When there is no model of that name.
    """
    return name not in _added and _find(name)[0].text is not None and task in card(name).tasks


def load_text(name: str, *, task: Task = "zero_shot", progress: bool | None = None) -> TextSide:
    """The part of a model that reads texts; a second time it is at hand.

    ``task`` and ``progress`` are as in `load`.

    Raises
    ------
    UnknownNameError
        When there is no model of that name.
    ArgumentError
        When the model has no such part, or not for this task.
    WeightsError
        When its weights are not on this machine.
    MissingPackageError
        When a package that cuts texts into words is not installed.
    """
    if not reads_texts(name, task):
        able = sorted(other for other in names() if reads_texts(other, task))
        lacking = f"The model {name!r} reads no texts to {task} with."
        raise ArgumentError(lacking, f"these do: {', '.join(able)}.")
    _bring(card(name), progress)
    return _load_text(name)


def load_words(name: str) -> Words:
    """The words of a model that writes texts; a second time they are at hand.

    Raises
    ------
    UnknownNameError
        When there is no model of that name.
    ArgumentError
        When the model does not write.
    WeightsError
        When its weights are not on this machine.
    MissingPackageError
        When a package that cuts texts into words is not installed.
    """
    _check(name, "caption")
    return _load_words(name)


def network(name: str) -> Any:
    """A model's network with its weights, for training or for a look inside.

    Raises
    ------
    UnknownNameError
        When there is no model of that name.
    WeightsError
        When its weights are not on this machine.
    """
    if name in _added:
        return _without_network(name) if (own := _added[name].network) is None else own
    family, known = _find(name)
    return family.read(known, _files(known))


def architecture(name: str) -> Any:
    """A model's network without its weights: a Flax module whose parameters have shapes alone.

    Raises
    ------
    UnknownNameError
        When there is no model of that name.
    ArgumentError
        When the model is not a Flax module.
    """
    if name in _added:
        return network(name)
    family, known = _find(name)
    if family.build is None:
        return _without_network(name)
    return shapes(family.build, known)


def labels(name: str) -> Labels:
    """The names of a model's classes, without its weights.

    Raises
    ------
    UnknownNameError
        When there is no model of that name.
    ArgumentError
        When the model has no classes.
    """
    known = card(name)
    if "classify" not in known.tasks:
        able = sorted(other.name for other in cards() if "classify" in other.tasks)
        raise ArgumentError(f"The model {name!r} has no classes.", f"these do: {', '.join(able)}.")
    return _added[name].model.labels() if name in _added else _labels(known)


def as_model(name: str, network: Any) -> Model:
    """A network of a known architecture, such as a fine-tuned one, in the form that is fast.

    Raises
    ------
    ArgumentError
        When the model was added by the user, so that its architecture is not known here.
    """
    if name in _added:
        raise ArgumentError(
            f"The weights of {name!r} cannot be trained here, for it is a model of your own.",
            'train="head" leaves them as they are and works with every model that embeds.',
        )
    family, known = _find(name)
    return _model(known, family.inference(network))


@functools.lru_cache(maxsize=4)
def _load(name: str) -> Model:
    import jax

    family, known = _find(name)
    files = _files(known)  # checks their hashes, whether they are read or not

    def build() -> Inference:
        return family.inference(family.read(known, files))

    # Programs are kept for CPUs alone; where there is no other device, none other can be asked for.
    if not family.kept or jax.default_backend() != "cpu":
        return _model(known, build())
    return _model(known, prepared(name, _fingerprint(known), build))


def _model(known: ModelCard, inference: Inference) -> Model:
    params, forward = inference
    apply = forward if isinstance(forward, HostFunction) else normalized(forward, known)
    return Model(known, params, apply, _fingerprint(known), lambda: _labels(known))


def _fingerprint(known: ModelCard) -> str:
    return " ".join(file.digest for file in known.weights)


@functools.lru_cache(maxsize=2)
def _load_words(name: str) -> Words:
    family, known = _find(name)
    if family.words is None:
        raise TypeError(f"The card of {name} promises texts that its family cannot write.")
    return family.words(_load(name).params, _files(known))


@functools.lru_cache(maxsize=2)
def _load_text(name: str) -> TextSide:
    family, known = _find(name)
    if family.text is None:
        raise TypeError(f"The card of {name} promises a text side that its family lacks.")
    return family.text(network(name), _files(known))


def normalized(
    forward: Callable[[Any, Any], dict[str, Any]], known: ModelCard
) -> Callable[[Any, Any], dict[str, Any]]:
    """A function of a normalized batch as one of pixels; it computes in what its parameters are in."""
    from imagesasdata.networks.nn.normalize import kind_of, normalize

    mean, sd = known.preprocess.mean, known.preprocess.sd

    def apply(params: Any, pixels: Any) -> dict[str, Any]:
        return forward(params, normalize(pixels, mean, sd).astype(kind_of(params)))

    return apply


def _bring(known: ModelCard, progress: bool | None) -> None:
    for file in known.weights:
        if not store.is_here(file):
            store.locate(file, progress=progress)


def _check(name: str, task: Task) -> None:
    """Raise unless a model can do a task."""
    if task not in card(name).tasks:
        able = sorted(other.name for other in cards() if task in other.tasks)
        raise ArgumentError(
            f"The model {name!r} cannot {task}.",
            f"these can: {', '.join(able)}." if able else "no model can.",
        )


def _files(known: ModelCard) -> list[Path]:
    return [store.locate(file) for file in known.weights]


def _labels(known: ModelCard) -> Labels:
    if known.labels == "places365":
        return places365(_files(known)[1])
    return coco() if known.labels == "coco" else imagenet()


def _without_network(name: str) -> NoReturn:
    able = [card.name for family in FAMILIES if family.build for card in family.cards]
    raise ArgumentError(
        f"The layers of {name!r} cannot be looked at.", f"these can: {', '.join(able)}."
    )


def _find(name: str) -> tuple[Family, ModelCard]:
    for family in FAMILIES:
        for known in family.cards:
            if known.name == name:
                return family, known
    raise one_of("model", name, names())

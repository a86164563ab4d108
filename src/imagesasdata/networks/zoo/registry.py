"""The registry of models: lists, finds and loads them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from imagesasdata.errors import ArgumentError, one_of
from imagesasdata.machine import begin_network, usual_rules
from imagesasdata.networks.calls import note_model
from imagesasdata.networks.program import HostFunction, Network
from imagesasdata.networks.weights import store
from imagesasdata.networks.weights.file import WeightFile
from imagesasdata.networks.zoo.card import ModelCard, Task
from imagesasdata.networks.zoo.class_names import Labels, coco, imagenet, places365
from imagesasdata.networks.zoo.families import (
    auraface,
    blip,
    clip,
    coco_detectors,
    convnext,
    depth_anything,
    detr,
    dinov2,
    efficientnet_lite,
    face_api,
    face_looks,
    human_faces,
    insightface,
    mobilenet_v2,
    open_nsfw,
    opencv_zoo,
    owlvit,
    resnet,
    siglip,
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
    siglip.FAMILY,
    blip.FAMILY,
    human_faces.FAMILY,
    face_api.FAMILY,
    insightface.FAMILY,
    auraface.FAMILY,
    opencv_zoo.FAMILY,
    face_looks.FAMILY,
    coco_detectors.FAMILY,
    detr.FAMILY,
    owlvit.FAMILY,
    open_nsfw.FAMILY,
    depth_anything.FAMILY,
)

# Sets of models that a tutorial or a group of verbs needs, under one name.
SETS: Mapping[str, tuple[str, ...]] = {
    "faces": ("blazeface_full", "dlib_resnet", "faceres", "gear", "mini_xception"),
    "objects": ("centernet", "nanodet"),
}

# Tasks for which bfloat16 is precise enough; the corner of a box could be off by a pixel or two.
_HALF: frozenset[Task] = frozenset({"classify", "embed", "zero_shot"})

# The user's models in this process, by name.
_added: dict[str, Added] = {}


@dataclass(frozen=True, eq=False)
class Model:
    """A loaded model: parameters, and a pure function of parameters and a uint8 batch.

    ``fingerprint``, the weights' hashes, is part of the key of cached results.
    """

    card: ModelCard
    params: Any
    apply: Callable[[Any, Any], dict[str, Any]]
    fingerprint: str
    labels: Callable[[], Labels]

    @property
    def program(self) -> Network:
        """The program to run on batches."""
        half = not isinstance(self.apply, HostFunction) and half_will_do(self.card)
        return Network(self.apply, self.params, self.card.cpu_batch, half)

    def told(self, more: Mapping[str, Any]) -> Network:
        """The program to run on batches, with further parameters, such as a query's vectors."""
        return self.program._replace(params={**self.params, **more})


class Added(NamedTuple):
    """A user's own model, its Flax module if it has one, and how to make a model of a trained one."""

    model: Model
    network: Any | None
    remake: Callable[[Any], Model] | None = None


def add(added: Added) -> None:
    """Register a user's model under its card's name, replacing an earlier one of that name.

    Raises
    ------
    ArgumentError
        When the library has a model of that name.
    """
    name = added.model.card.name
    if any(card.name == name for family in FAMILIES for card in family.cards):
        raise ArgumentError(
            f"There is a model {name!r} in the library already.",
            f'take another name, such as "my_{name}".',
        )
    _added[name] = added


def cards() -> tuple[ModelCard, ...]:
    """The cards of all models."""
    model_card = [card for family in FAMILIES for card in family.cards]
    return (*model_card, *(added.model.card for added in _added.values()))


def family(name: str) -> tuple[Family, ModelCard]:
    """A model of the library's: its family and its card.

    Raises
    ------
    UnknownNameError
        When the library has no model of that name.
    """
    return _find(name)


def names() -> list[str]:
    """The names of all models."""
    return [card.name for card in cards()]


def half_will_do(model_card: ModelCard) -> bool:
    """Whether bfloat16 is precise enough for a model's tasks."""
    return set(model_card.tasks) <= _HALF


def card(name: str, task: Task | None = None) -> ModelCard:
    """A model's card; ``task`` is what the model is wanted for, if that is known.

    Raises
    ------
    UnknownNameError
        When there is no model of that name; the hint names models for the task.
    ArgumentError
        When the model cannot do the task.
    """
    if task is not None:
        _check(name, task)
    return _added[name].model.card if name in _added else _find(name)[1]


def files(wanted: Iterable[str]) -> list[WeightFile]:
    """The weight files of models and of sets of models (``"faces"``), each once.

    Raises
    ------
    UnknownNameError
        When there is no model or set of that name.
    """
    files_once: dict[WeightFile, None] = {}
    for name in wanted:
        if name not in SETS and name not in names():
            raise one_of("model or set of models", name, [*SETS, *names()])
        for member in SETS.get(name, (name,)):
            files_once |= dict.fromkeys(card(member).weights)
    return list(files_once)


def load(name: str, *, task: Task, progress: bool | None = None) -> Model:
    """Load a model with its weights; it is cached for later calls.

    Parameters
    ----------
    name
        The model's name.
    task
        The task it is used for.
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
    note_model(name)
    if name in _added:
        return _added[name].model
    _bring(card(name), progress)
    return _load(name)


def reads_texts(name: str, task: Task) -> bool:
    """Whether a model takes texts as well as pictures for a task.

    Raises
    ------
    UnknownNameError
        When there is no model of that name.
    """
    _known(name, task)
    return name not in _added and _find(name)[0].text is not None and task in card(name).tasks


def load_text(name: str, *, task: Task = "zero_shot", progress: bool | None = None) -> TextSide:
    """A model's text encoder; it is cached for later calls.

    ``task`` and ``progress`` are as in `load`.

    Raises
    ------
    UnknownNameError
        When there is no model of that name.
    ArgumentError
        When the model has no text encoder for this task.
    WeightsError
        When its weights are not on this machine.
    MissingPackageError
        When the tokenizer's package is not installed.
    """
    if not reads_texts(name, task):
        able = sorted(other for other in names() if reads_texts(other, task))
        lacking = f"The model {name!r} does not read texts for the task {task}."
        raise ArgumentError(lacking, f"these do: {', '.join(able)}.")
    _bring(card(name), progress)
    return _load_text(name)


def load_words(name: str) -> Words:
    """The tokenizer of a model that writes texts; it is cached for later calls.

    Raises
    ------
    UnknownNameError
        When there is no model of that name.
    ArgumentError
        When the model does not write texts.
    WeightsError
        When its weights are not on this machine.
    MissingPackageError
        When the tokenizer's package is not installed.
    """
    _check(name, "caption")
    return _load_words(name)


def network(name: str) -> Any:
    """A model's network with its weights, for training or inspection.

    Raises
    ------
    UnknownNameError
        When there is no model of that name.
    WeightsError
        When its weights are not on this machine.
    """
    note_model(name)
    if name in _added:
        own = _added[name].network
        return _without_network(name) if own is None else _copy(own)
    family, model_card = _find(name)
    return family.read(model_card, _files(model_card))


def architecture(name: str) -> Any:
    """A model's network without its weights: a Flax module whose parameters have only shapes.

    Raises
    ------
    UnknownNameError
        When there is no model of that name.
    ArgumentError
        When the model is not a Flax module.
    """
    if name in _added:
        return network(name)
    family, model_card = _find(name)
    if family.build is None:
        return _without_network(name)
    return shapes(family.build, model_card)


def labels(name: str) -> Labels:
    """The names of a model's classes, without its weights.

    Raises
    ------
    UnknownNameError
        When there is no model of that name.
    ArgumentError
        When the model has no classes.
    """
    able = _known(name, "classify")
    model_card = card(name)
    if name not in able:
        raise ArgumentError(f"The model {name!r} has no classes.", f"these do: {', '.join(able)}.")
    return _added[name].model.labels() if name in _added else _labels(model_card)


def as_model(name: str, network: Any) -> Model:
    """A network of a known architecture, such as a fine-tuned one, as a model.

    Raises
    ------
    ArgumentError
        When the user added the model and it is not a Flax module.
    """
    if name in _added:
        remake = _added[name].remake
        return _without_network(name) if remake is None else remake(network)
    family, model_card = _find(name)
    return _model(model_card, family.inference(network))


@functools.lru_cache(maxsize=4)
@usual_rules()
def _load(name: str) -> Model:
    import jax

    family, model_card = _find(name)
    files = _files(model_card)  # checks their hashes, even if they are not read

    def build() -> Inference:
        return family.inference(family.read(model_card, files))

    # Programs are cached only for CPUs, so no other device may be available.
    if not family.kept or jax.default_backend() != "cpu":
        return _model(model_card, build())
    return _model(model_card, prepared(name, _fingerprint(model_card), build))


def _model(model_card: ModelCard, inference: Inference) -> Model:
    params, forward = inference
    apply = forward if isinstance(forward, HostFunction) else normalized(forward, model_card)
    return Model(model_card, params, apply, _fingerprint(model_card), lambda: _labels(model_card))


def _fingerprint(model_card: ModelCard) -> str:
    return " ".join(file.digest for file in model_card.weights)


@functools.lru_cache(maxsize=2)
def _load_words(name: str) -> Words:
    family, model_card = _find(name)
    if family.words is None:
        raise TypeError(f"The card of {name} promises texts that its family cannot write.")
    return family.words(_load(name).params, _files(model_card))


@functools.lru_cache(maxsize=2)
def _load_text(name: str) -> TextSide:
    family, model_card = _find(name)
    if family.text is None:
        raise TypeError(f"The card of {name} promises a text side that its family lacks.")
    return family.text(network(name), _files(model_card))


def normalized(
    forward: Callable[[Any, Any], dict[str, Any]], model_card: ModelCard
) -> Callable[[Any, Any], dict[str, Any]]:
    """Turn a function of a normalized batch into one of pixels, in the dtype of its parameters."""
    from imagesasdata.networks.nn.normalize import kind_of, normalize

    mean, sd = model_card.preprocess.mean, model_card.preprocess.sd

    def apply(params: Any, pixels: Any) -> dict[str, Any]:
        return forward(params, normalize(pixels, mean, sd).astype(kind_of(params)))

    return apply


def _bring(model_card: ModelCard, progress: bool | None) -> None:
    begin_network()
    for file in model_card.weights:
        if not store.is_here(file):
            store.locate(file, progress=progress)


def _check(name: str, task: Task) -> None:
    """Raise unless a model can do a task."""
    able = _known(name, task)
    if name not in able:
        raise ArgumentError(
            f"The model {name!r} cannot {task}.",
            f"these can: {', '.join(able)}." if able else "no model can.",
        )


def _files(model_card: ModelCard) -> list[Path]:
    return [store.locate(file) for file in model_card.weights]


def _labels(model_card: ModelCard) -> Labels:
    if model_card.labels == "places365":
        return places365(_files(model_card)[1])
    return coco() if model_card.labels == "coco" else imagenet()


def _copy(network: Any) -> Any:
    """The user's module is not changed by training."""
    from flax import nnx

    return nnx.clone(network)


def _without_network(name: str) -> NoReturn:
    able = [card.name for family in FAMILIES if family.build for card in family.cards]
    raise ArgumentError(
        f"The layers of {name!r} cannot be inspected.", f"these can: {', '.join(able)}."
    )


def _known(name: str, task: Task) -> list[str]:
    """The models that can do a task; raise if none at all has the name."""
    able = sorted(other.name for other in cards() if task in other.tasks)
    if name not in names():
        raise one_of("model", name, able)
    return able


def _find(name: str) -> tuple[Family, ModelCard]:
    for family in FAMILIES:
        for model_card in family.cards:
            if model_card.name == name:
                return family, model_card
    raise one_of("model", name, names())

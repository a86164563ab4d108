"""`fine_tune`: train a pretrained network on hand-coded pictures and evaluate it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from imagesasdata.augmentations import Augmentation
from imagesasdata.engine.compiled import use_compilation_cache
from imagesasdata.errors import ArgumentError
from imagesasdata.files.decode import MAX_PIXELS, Exactness
from imagesasdata.files.references import Pictures
from imagesasdata.files.sources import PathLike
from imagesasdata.machine import cores, find_devices
from imagesasdata.networks.zoo import registry
from imagesasdata.networks.zoo.registry import Model
from imagesasdata.networks.zoo.trainable import Trainable, check_trainable
from imagesasdata.options import EARLY_STOPPING, EMBEDDER, EPOCHS, STEP_SIZE, Options
from imagesasdata.progress import Progress
from imagesasdata.steps.step import Step
from imagesasdata.tables.categories import categories
from imagesasdata.tables.codes import label_cells
from imagesasdata.tables.frames import Frame, Paths
from imagesasdata.tables.table import Table, open_table
from imagesasdata.training import columns
from imagesasdata.training.batches import Pictured
from imagesasdata.training.checkpoint import Checkpoint
from imagesasdata.training.contradictions import tell_contradictions
from imagesasdata.training.deal import (
    Dealt,
    check_folds,
    deal,
    deal_as_told,
    usual_folds,
)
from imagesasdata.training.fit import Coded, Fitted, Machine, Network
from imagesasdata.training.larger import beyond_the_head
from imagesasdata.training.outcome import OutcomeKind, find_outcome
from imagesasdata.training.pictures import augmentations_of, picture_source
from imagesasdata.training.provenance import checkpoints, identity, provenance
from imagesasdata.training.recipe import Recipe, check_weights
from imagesasdata.training.saved import save_of
from imagesasdata.training.split import SHARES, check_shares, kept_together, told_parts
from imagesasdata.training.trained_on import as_bytes
from imagesasdata.training.turns import evaluate, fit_turns
from imagesasdata.verbs.train._described import Described, describe
from imagesasdata.verbs.train.fitted_model import FittedModel

if TYPE_CHECKING:
    from optax import GradientTransformation

RESULTS = {
    "tidy": columns.TIDY,
    "glance": columns.GLANCE,
    "per_class": columns.PER_CLASS,
    "confusion": columns.CONFUSION,
    "errors": columns.ERRORS,
    "tested": columns.TESTED,
}


def fine_tune(
    images: Frame | Paths,
    *,
    outcome: str,
    path: str = "path",
    model: str = EMBEDDER,
    kind: OutcomeKind | None = None,
    levels: Sequence[Any] | None = None,
    train: str = "head",
    head: tuple[int, ...] = (256,),
    dropout: float = 0.2,
    split: tuple[float, float, float] | str | None = None,
    group: str | None = None,
    stratify: bool = True,
    folds: int | None = None,
    epochs: int = EPOCHS,
    learning_rate: float | Literal["auto"] = "auto",
    optimizer: Literal["sgd", "adamw"] | GradientTransformation = "adamw",
    schedule: Literal["cosine", "constant"] = "cosine",
    l1: float = 0.0,
    l2: float = 1e-4,
    label_smoothing: float = 0.0,
    class_weight: Literal["balanced"] | Mapping[Any, float] | None = None,
    augment: Literal["light", "none"] | Sequence[Augmentation | Step] = "light",
    early_stopping: int | None = EARLY_STOPPING,
    seed: int = 1,
    checkpoint: PathLike | None = None,
    decode: Exactness = "fast",
    max_pixels: int = MAX_PIXELS,
    batch_size: int | None = None,
    workers: int | None = None,
    device: str | None = None,
    cache: PathLike | None = None,
    progress: bool | None = None,
) -> FittedModel[Frame]:
    """Train a pretrained network on hand-coded pictures, and evaluate it on held-out pictures.

    A few hundred hand-coded pictures are enough for many questions: the network has learned to see
    from a million photographs, and only your classes are new. The result predicts the outcome for
    every other picture of the collection.

    Parameters
    ----------
    images
        A table with a column of paths and a column of codes, without missing codes.
    outcome
        The column of codes: two classes, several, a category, lists of labels, or numbers.
    path
        The table's column of paths.
    model
        A name from ``iad.models("embed")``.
    kind
        ``"binary"``, ``"multiclass"``, ``"ordered"``, ``"multilabel"`` or ``"numeric"``; by default
        inferred from the column. Whole numbers with more than two values are taken as numeric; a
        warning says so if they could be codes of classes.
    levels
        The classes in order; by default the order of a category (pandas' ``Categorical``, an R factor,
        polars' ``Enum``), else sorted. Of two classes, the second is the one whose
        probability is predicted; ordered classes go from lowest to highest.
    train
        What is trained. ``"head"``: the added layers alone, which takes seconds. ``"last:2"``: the
        last two stages of the network, too. ``"all"``: every weight.
    head
        Nodes of the hidden layers between the network and the output layer; ``()`` for none.
    dropout
        Share of a hidden layer's nodes that are left out at random at each step of training, so
        that the network does not rely on single nodes.
    split
        Shares of the rows for training, for validation (to choose the epoch) and for the test (only
        to evaluate the model), by default ``(0.8, 0.1, 0.1)``; or a column with ``"train"``,
        ``"validation"`` or ``"test"`` in each row.
    group
        A column of groups that the split keeps whole: an outlet, a user, an event. Pictures of a
        group are alike, so a test on a group used in training is too optimistic.
    stratify
        Whether every part of the split gets its share of each class (of each fifth, for numbers).
    folds
        Cross-validation: the number of fits for the evaluation, each tested on a different part of
        the rows, so that every row is tested once. The model itself is then trained on all rows
        except those for validation. By default 5 with fewer than 1,000 codes, if only the head is
        trained, which takes seconds, and no ``split`` is given. ``train="all"`` with 5 folds takes
        six times as long as without. Of ``split``, only the share for validation then counts.
    epochs
        The maximum number of passes over the training pictures.
    learning_rate
        The size of a step; ``"auto"`` finds it by a short range test.
    optimizer
        ``"adamw"``, ``"sgd"`` (with Nesterov momentum 0.9), or any optax transform, which then has its
        own learning rate.
    schedule
        ``"cosine"`` decreases the learning rate to a hundredth; ``"constant"`` keeps it.
    l1
        Regularization: this, times the sum of the weights' absolute values, is added to the loss.
        Biases and the scale and shift of normalizations do not count.
    l2
        The same with the weights' squares.
    label_smoothing
        Share of each row's weight that is spread over all classes, for codes that may be wrong.
    class_weight
        ``"balanced"`` makes rare classes count as much as frequent ones; a dict gives weights. By
        default every row has the same weight, so that predicted probabilities match how frequent
        the classes are.
    augment
        With ``train`` other than ``"head"``: random changes of the pictures in each epoch.
        ``"light"``, ``"none"``, or a list of augmentations and steps.
    early_stopping
        Stop when the loss on the validation rows has not improved for this many epochs; ``None``
        never stops early. The weights of the best epoch are always kept.
    seed
        For what begins at random; the same seed gives the same result.
    checkpoint
        A folder for checkpoints, after each epoch and every 20 seconds within one, so that a
        stopped run can resume.
    decode
        ``"fast"`` decodes a large JPEG at a reduced scale that is still larger than what is needed;
        ``"exact"`` decodes every pixel.
    max_pixels
        A picture with more pixels is refused from its header.
    batch_size
        Pictures for each step; by default 32.
    workers
        Threads that read and decode pictures; by default one for each core, for remote files at
        least 16.
    device
        ``"cpu"``, ``"gpu"``, ``"tpu"`` or one of several as ``"gpu:1"``; by default all of the best
        kind. Each has its share of a batch.
    cache
        A folder that keeps finished embeddings, so that a stopped run resumes where it stopped. The
        next fit of the same pictures starts at once.
    progress
        Whether to show a progress bar; by default in a terminal and in a notebook.

    Returns
    -------
    FittedModel
        With ``augment(images)``, ``tidy()``, ``glance()``, ``tested()``, ``per_class()``,
        ``confusion()``, ``errors()``, ``plot()`` and ``save(file)``.

    Raises
    ------
    ArgumentError, ArgumentTypeError, ColumnError, UnknownNameError, DeviceError, WeightsError
        For misuse, before any picture is read, such as a missing code, only one class, or a class
        with one row.
    ArgumentError
        When too few pictures can be read, or a part of the split lacks a class.

    Notes
    -----
    Embeddings are computed once and standardized. The head is fitted to them by back-propagation;
    ``train="last:n"`` and ``"all"`` then continue from that head with pictures. Batch normalization
    keeps the statistics of pretraining: batches of a few dozen pictures are too small to estimate
    them, and this way a picture's prediction does not depend on its batch. Its scale and shift are
    trained.

    Copies and near copies (perceptual and difference hash, each within 6 of 64 bits) are always in
    the same part of the split. Pictures that cannot be read are left out and counted.

    References
    ----------
    - Kumar, A. et al. (2022). Fine-Tuning can Distort Pretrained Features and Underperform
      Out-of-Distribution. ICLR. https://doi.org/10.48550/arXiv.2202.10054
    - Loshchilov, I. and Hutter, F. (2019). Decoupled Weight Decay Regularization. ICLR.
      https://doi.org/10.48550/arXiv.1711.05101
    - Smith, L. N. (2017). Cyclical Learning Rates for Training Neural Networks. WACV.
      https://doi.org/10.1109/WACV.2017.58

    Examples
    --------
    >>> import imagesasdata as iad
    >>> import pandas as pd
    >>> names = ["brick", "grass", "coins", "chelsea", "astronaut", "coffee", "rocket", "clock"]
    >>> coded = pd.DataFrame({"path": [f"examples/photos/{name}.jpg" for name in names]})
    >>> coded["texture"] = [True, True, True, False, False, False, False, False]
    >>> fit = iad.fine_tune(coded, outcome="texture", split=(0.5, 0, 0.5))
    >>> fit.augment("examples/photos/camera.png")[["texture_pred", "texture_trained"]]
       texture_pred  texture_trained
    0         False            False
    """
    options = Options(
        path=path,
        batch_size=batch_size,
        workers=workers,
        device=device,
        cache=cache,
        progress=progress,
    )
    recipe = Recipe(
        train=train,
        head=head,
        dropout=dropout,
        epochs=epochs,
        batch_size=batch_size or STEP_SIZE,
        learning_rate=learning_rate,
        optimizer=optimizer,
        schedule=schedule,
        l1=l1,
        l2=l2,
        label_smoothing=label_smoothing,
        class_weight=class_weight,
        early_stopping=early_stopping,
        seed=seed,
    )
    column = split if isinstance(split, str) else None
    shares = check_shares(SHARES if split is None or column else split)
    check_folds(folds, column)
    steps = augmentations_of(augment)
    table = open_table(images, path)
    cells, classes = table.cells(table.known(outcome)), categories(table, outcome)
    target = find_outcome(outcome, cells, kind=kind, levels=levels, categories=classes)
    check_weights(class_weight, target)
    parts = None if column is None else told_parts(column, table.cells(table.known(column)))
    together = None if group is None else label_cells(table, group)
    base = registry.load(model, task="embed", progress=progress)
    machine = Machine(devices=find_devices(device), cores=cores())
    network = _trainable(model, recipe)
    use_compilation_cache()

    seen = _readable(describe(table.paths(), base, decode, max_pixels, options), table)
    values = target.codes([cells[row] for row in seen.rows])
    tell_contradictions(target, values, seen.paths, seen.hashes)
    coded = Coded(outcome=target, values=values, embeddings=seen.embeddings)
    names = None if together is None else [together[row] for row in seen.rows]
    groups = kept_together(seen.hashes, names)
    if parts is not None:
        dealt = deal_as_told(target, values, groups, parts[seen.rows], seen.rows)
    else:
        if folds is None and split is None and train == "head":
            folds = usual_folds(groups)
        dealt = deal(target, values, groups, shares, folds=folds, stratify=stratify, seed=seed)
    about = provenance(recipe, column or shares, group, dealt.folds, stratify, steps, decode)
    keep = checkpoints(checkpoint, base.fingerprint, about, identity(coded, seen.hashes), dealt)
    with ExitStack() as stack:
        pictures = None
        if network is not None:
            source = _source(stack, seen.paths, base, steps, decode, max_pixels, seed)
            inputs = Pictured(source, options.workers or cores())
            pictures = beyond_the_head(network, base, recipe, inputs)
        fits = _fit_all(coded, dealt, recipe, machine, pictures, keep, progress)
        tested = evaluate(coded, dealt, fits, groups, seen.rows, seen.digests, seed)
    rows = len(table)
    saved = save_of(base, coded, dealt, recipe, fits[-1], tested, about, seen.digests, rows=rows)
    every = table.paths()
    paths = [every[row] or "" for row in tested.rows]
    return FittedModel(saved, table.backend, paths, decode, table.lazy)


def _trainable(model: str, recipe: Recipe) -> Trainable | None:
    """The network to train, or ``None`` if only the head is trained."""
    if recipe.train == "head":
        return None
    network = check_trainable(registry.network(model), model)
    recipe.stages(len(network.stages))
    registry.as_model(model, network)
    return network


class _Readable(NamedTuple):
    """The rows whose picture can be read: their numbers, paths, embeddings and hashes.

    ``digests`` are the sha256 of the files, ``hashes`` tell near copies.
    """

    rows: np.ndarray
    paths: list[str]
    embeddings: np.ndarray
    digests: np.ndarray
    hashes: list[list[str]]


def _readable(seen: Described, table: Table) -> _Readable:
    rows = [row for row, why in enumerate(seen.errors) if why is None]
    if not rows:
        first = next(why for why in seen.errors if why is not None)
        raise ArgumentError(
            f"None of the {len(table):,} pictures can be read; the first: {first}.",
            "paths are relative to the working folder.",
        )
    paths = table.paths()
    return _Readable(
        np.array(rows, np.int64),
        [paths[row] or "" for row in rows],
        seen.embeddings[rows],
        as_bytes([seen.sha256[row] for row in rows]),
        [[kind[row] for row in rows] for kind in seen.hashes],
    )


def _source(
    stack: ExitStack,
    paths: Sequence[str],
    base: Model,
    steps: Sequence[Augmentation | Step],
    decode: Exactness,
    max_pixels: int,
    seed: int,
) -> Callable[[int, int | None], np.ndarray]:
    """The source of pictures for training; its files stay open until the stack closes."""
    files = stack.enter_context(Pictures(max_pixels))
    return picture_source(
        paths,
        files,
        base.card.preprocess,
        steps,
        exactness=decode,
        max_pixels=max_pixels,
        seed=seed,
    )


def _fit_all(
    coded: Coded,
    dealt: Dealt,
    recipe: Recipe,
    machine: Machine,
    pictures: Network | None,
    checkpoint: Callable[[int], Checkpoint | None],
    progress: bool | None,
) -> list[Fitted]:
    total = recipe.epochs * len(dealt.turns)
    what = f"fine_tune ({dealt.folds} folds and the model)" if dealt.folds else "fine_tune"
    with Progress(total, what, show=progress, unit="epochs") as bar:
        return fit_turns(
            coded,
            dealt,
            recipe,
            machine,
            pictures=pictures,
            checkpoint=checkpoint,
            report=lambda row: bar.step(failed=False),
        )

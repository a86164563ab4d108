"""`fine_tune`: train a pretrained network on hand-coded pictures and evaluate it."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Literal

import jax
import numpy as np

from imagesasdata.augmentations import Augmentation
from imagesasdata.engine.runner import use_compilation_cache
from imagesasdata.errors import ArgumentError
from imagesasdata.files.decode import MAX_PIXELS, Exactness, limits
from imagesasdata.files.parts import Pictures
from imagesasdata.files.sources import PathLike
from imagesasdata.machine import cores, find_devices
from imagesasdata.networks.nn.normalize import normalize
from imagesasdata.networks.zoo import registry
from imagesasdata.networks.zoo.registry import Model
from imagesasdata.networks.zoo.trainable import Trainable, check_trainable, learns_last
from imagesasdata.options import EARLY_STOPPING, EMBEDDER, EPOCHS, STEP_SIZE, Options
from imagesasdata.progress import Progress
from imagesasdata.steps.step import Step
from imagesasdata.tables.table import Table, open_table
from imagesasdata.training import columns
from imagesasdata.training.batches import Pictured
from imagesasdata.training.checkpoint import Checkpoint
from imagesasdata.training.deal import Dealt, check_folds, deal
from imagesasdata.training.evaluation import Evaluation
from imagesasdata.training.fit import Coded, Fitted, Machine, Network, fit
from imagesasdata.training.head import Head
from imagesasdata.training.near_copies import near_copies
from imagesasdata.training.network import Tuned
from imagesasdata.training.outcome import OutcomeKind, find_outcome, plain
from imagesasdata.training.pictures import augmentations_of, picture_source
from imagesasdata.training.recipe import Recipe, check_weights
from imagesasdata.training.saved import Saved, weights_of
from imagesasdata.training.split import check_shares, merge_groups
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
}


def fine_tune(
    images: Any,
    *,
    outcome: str,
    path: str = "path",
    model: str = EMBEDDER,
    kind: OutcomeKind | None = None,
    levels: Sequence[Any] | None = None,
    train: str = "head",
    head: tuple[int, ...] = (256,),
    dropout: float = 0.2,
    split: tuple[float, float, float] = (0.8, 0.1, 0.1),
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
) -> FittedModel:
    """Train a pretrained network on hand-coded pictures, with figures from held-out pictures.

    A few hundred hand-coded pictures are enough for many questions: the network has learned to see
    from a million photographs, and only your classes are new. The result predicts the outcome for
    every other picture of the collection.

    Parameters
    ----------
    images
        A table with a column of paths and a column of codes, without missing codes.
    outcome
        The column of codes: two classes, several, an ordered category, lists of labels, or numbers.
    path
        The table's column of paths.
    model
        A name from ``iad.models("embed")``.
    kind
        ``"binary"``, ``"multiclass"``, ``"ordered"``, ``"multilabel"`` or ``"numeric"``; by default
        inferred from the column. Whole numbers with more than two values are taken as numeric.
    levels
        The classes in order, by default sorted. Of two classes, the second is the one whose
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
        for the figures).
    group
        A column of groups that the split keeps whole: an outlet, a user, an event. Pictures of a
        group are alike, so a test on a group used in training is too optimistic.
    stratify
        Whether every part of the split gets its share of each class (of numbers, of each fifth).
    folds
        Cross-validation: the number of fits for the figures, each tested on another part of the
        rows, so that every row is tested once. The model itself is then trained on all rows except
        those for validation. Better than one split when there are few rows.
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
        Regularization: this times the sum of the weights' absolute values is added to the loss,
        without biases and the scale and shift of normalizations.
    l2
        The same with their squares.
    label_smoothing
        Share of each row's weight that is spread over all classes, for codes that may be wrong.
    class_weight
        ``"balanced"`` makes rare classes count as much as frequent ones; a dict gives weights. By
        default every row has the same weight, and the predicted probabilities fit the classes'
        shares.
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
        A folder that keeps finished embeddings, so that a stopped run goes on where it was. The
        next fit of the same pictures starts at once.
    progress
        Whether to show a progress bar; by default in a terminal and in a notebook.

    Returns
    -------
    FittedModel
        With ``augment(images)``, ``tidy()``, ``glance()``, ``per_class()``, ``confusion()``,
        ``errors()``, ``plot()`` and ``save(file)``.

    Raises
    ------
    ArgumentError, ArgumentTypeError, ColumnError, UnknownNameError, DeviceError, WeightsError
        For misuse, before any picture is read: a missing code, one class only, a class with one row.
    ArgumentError
        When too few pictures can be read, or a part of the split lacks a class.

    Notes
    -----
    Embeddings are computed once and standardized. The head is fitted to them by back-propagation;
    ``train="last:n"`` and ``"all"`` then continue from that head with pictures. A batch
    normalization uses the statistics of pretraining throughout, and they are not updated: batches
    of a few dozen pictures are too small to estimate them, and a picture's prediction does not
    depend on its batch. Its scale and shift are trained.

    Copies and near copies (perceptual and difference hash, each within 6 of 64 bits) are always in
    one part of the split. Pictures that cannot be read are left out and counted.

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
    >>> fit.augment("examples/photos/grass.jpg")[["texture_pred"]]
       texture_pred
    0          True
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
    shares = check_shares(split)
    check_folds(folds)
    steps = augmentations_of(augment)
    table = open_table(images, path)
    target = find_outcome(
        outcome,
        table.cells(table.known(outcome)),
        kind=kind,
        levels=levels,
        order=table.categories(outcome),
    )
    check_weights(class_weight, target)
    together = None if group is None else table.cells(table.known(group))
    base = registry.load(model, task="embed", progress=progress)
    machine = Machine(devices=find_devices(device), cores=cores())
    network = _trainable(model, recipe)
    use_compilation_cache()

    seen = describe(table.paths(), base, decode, max_pixels, options)
    usable = _usable(seen, table)
    cells = table.cells(outcome)
    coded = Coded(
        outcome=target,
        values=target.codes([cells[row] for row in usable]),
        embeddings=seen.embeddings[usable],
    )
    groups = _groups(seen, usable, together)
    dealt = deal(target, coded.values, groups, shares, folds=folds, stratify=stratify, seed=seed)
    choices = _choices(recipe, split, group, folds, stratify, steps, decode)
    with ExitStack() as stack:
        pictures = None
        if network is not None:
            files = stack.enter_context(Pictures())
            stack.enter_context(limits(max_pixels))
            paths = table.paths()
            source = picture_source(
                [paths[row] or "" for row in usable],
                files,
                base.card.preprocess,
                steps,
                exactness=decode,
                max_pixels=max_pixels,
                seed=seed,
            )
            pictures = _larger(network, base, recipe, Pictured(source, options.workers or cores()))
        fits = _fit_all(
            coded,
            dealt,
            recipe,
            machine,
            pictures,
            _checkpoints(checkpoint, base, choices, _identity(seen, usable, coded), dealt),
            progress,
        )
        tested = _evaluate(coded, dealt, fits, groups, usable, seed)
    model_fit = fits[-1]
    last = dealt.turns[-1]
    layers = {
        "inputs": coded.embeddings.shape[1],
        "outputs": target.outputs,
        "hidden": recipe.head,
        "dropout": recipe.dropout,
        "ordered": target.kind == "ordered",
    }
    counts = {
        "n": len(table),
        "n_unreadable": len(table) - len(usable),
        "n_train": len(last.train),
        "n_validation": len(last.validation),
        "n_test": len(tested.rows),
        "n_kept_together": dealt.moved,
        "epochs": len(model_fit.history),
        "best_epoch": model_fit.best_epoch,
        "learning_rate": model_fit.learning_rate,
    }
    saved = Saved(
        outcome=model_fit.outcome,
        model=model,
        fingerprint=base.fingerprint,
        layers=layers,
        weights=weights_of(model_fit.head, model_fit.trained),
        history=model_fit.history,
        counts=counts,
        about=choices,
        evaluation=tested,
    )
    every = table.paths()
    return FittedModel(saved, table.backend, [every[row] or "" for row in tested.rows], decode)


def _trainable(model: str, recipe: Recipe) -> Trainable | None:
    """The network, where more than the head is trained and the network allows it."""
    if recipe.train == "head":
        return None
    network = check_trainable(registry.network(model), model)
    recipe.stages(len(network.stages))
    registry.as_model(model, network)
    return network


def _usable(seen: Described, table: Table) -> np.ndarray:
    """The numbers of the rows whose picture can be read."""
    usable = np.array([row for row, why in enumerate(seen.errors) if why is None], np.int64)
    if not len(usable):
        first = next(why for why in seen.errors if why is not None)
        raise ArgumentError(
            f"None of the {len(table):,} pictures can be read; the first: {first}.",
            "paths are relative to the working folder.",
        )
    return usable


def _groups(seen: Described, usable: np.ndarray, together: list[Any] | None) -> np.ndarray:
    """A group number for each usable row; a group stays in one part of the split."""
    copies = near_copies(*([kind[row] for row in usable] for kind in seen.hashes))
    if together is None:
        return copies
    # A row without a group is its own group.
    names = [(row, None) if together[row] is None else (-1, plain(together[row])) for row in usable]
    place = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return merge_groups(copies, np.array([place[name] for name in names]))


def _larger(network: Trainable, base: Model, recipe: Recipe, inputs: Pictured) -> Network:
    """The part to train beyond the head."""
    stages = len(network.stages)
    learns_base = learns_last(recipe.stages(stages), stages)
    mean, sd = base.card.preprocess.mean, base.card.preprocess.sd

    def learns(name: str) -> bool:
        part, _, rest = name.partition(".")
        return part == "head" or recipe.train == "all" or learns_base(rest)

    def fresh(head: Head) -> Tuned:
        # A separate network for each fit, because training changes it.
        return Tuned(registry.network(base.card.name), head, lambda x: normalize(x, mean, sd))

    size = base.card.preprocess.size
    example = jax.ShapeDtypeStruct((1, size, size, 3), np.uint8)
    return Network(fresh, inputs, learns, example)


def _choices(
    recipe: Recipe,
    split: Sequence[float],
    group: str | None,
    folds: int | None,
    stratify: bool,
    steps: Sequence[Augmentation | Step],
    decode: Exactness,
) -> dict[str, Any]:
    """The model's provenance, for its file and to identify checkpoints."""
    chosen = {
        name: value if isinstance(value, (str, int, float, tuple, type(None))) else repr(value)
        for name, value in vars(recipe).items()
    }
    if not isinstance(recipe.optimizer, str):
        # Its repr has addresses, which differ from run to run.
        chosen["optimizer"] = "an optax transform"
    return {
        **chosen,
        "split": list(split),
        "group": group,
        "folds": folds,
        "stratify": stratify,
        "augment": [repr(step) for step in steps],
        "decode": decode,
        "imagesasdata": importlib.metadata.version("imagesasdata"),
        "jax": importlib.metadata.version("jax"),
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
    }


def _identity(seen: Described, usable: np.ndarray, coded: Coded) -> str:
    """A hash of the coded pictures, the same in every run."""
    hashes = [[kind[row] for row in usable] for kind in seen.hashes]
    return repr((coded.outcome, hashes, coded.values.tolist()))


def _checkpoints(
    folder: PathLike | None,
    base: Model,
    choices: Mapping[str, Any],
    data: str,
    dealt: Dealt,
) -> Callable[[int], Checkpoint | None]:
    """A checkpoint file for each fit."""
    settings = {
        **{name: value for name, value in choices.items() if name != "date"},
        "model": base.fingerprint,
        "data": data,
    }

    def checkpoint(turn: int) -> Checkpoint | None:
        if folder is None:
            return None
        rows = [part.tolist() for part in dealt.turns[turn]]
        return Checkpoint(folder, f"fit-{turn}", {**settings, "rows": rows})

    return checkpoint


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
    with Progress(total, "fine_tune", show=progress, unit="epochs") as bar:
        return [
            fit(
                coded,
                turn.train,
                turn.validation,
                recipe,
                machine,
                pictures=pictures,
                checkpoint=checkpoint(number),
                report=lambda row: bar.step(failed=False),
            )
            for number, turn in enumerate(dealt.turns)
        ]


def _evaluate(
    coded: Coded,
    dealt: Dealt,
    fits: Sequence[Fitted],
    groups: np.ndarray,
    usable: np.ndarray,
    seed: int,
) -> Evaluation:
    """The predictions of each fit for its test rows."""
    pairs = [(turn, one) for turn, one in zip(dealt.turns, fits, strict=True) if len(turn.test)]
    rows = np.concatenate([turn.test for turn, _ in pairs])
    chances = np.concatenate([one.chances(turn.test) for turn, one in pairs])
    order = np.argsort(rows)
    rows = rows[order]
    return Evaluation(
        outcome=coded.outcome,
        values=coded.values[rows],
        chances=chances[order],
        groups=groups[rows],
        rows=usable[rows],
        seed=seed,
    )

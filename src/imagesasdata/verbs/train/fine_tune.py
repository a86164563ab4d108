"""`fine_tune`: train a pretrained network on hand-coded pictures and evaluate it.

Most of it is the text on its settings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Literal, Unpack, overload

from imagesasdata.augmentations import Augmentation
from imagesasdata.engine.compiled import use_compilation_cache
from imagesasdata.files.decode import MAX_PIXELS, Exactness
from imagesasdata.files.sources import PathLike
from imagesasdata.machine import cores, find_devices
from imagesasdata.networks.zoo import registry
from imagesasdata.options import EARLY_STOPPING, EMBEDDER, EPOCHS, STEP_SIZE, Options
from imagesasdata.steps.step import Step
from imagesasdata.tables.categories import categories
from imagesasdata.tables.codes import label_cells
from imagesasdata.tables.frames import Frame, Paths
from imagesasdata.tables.table import Table, open_table
from imagesasdata.training import columns
from imagesasdata.training.batches import Pictured
from imagesasdata.training.contradictions import tell_contradictions
from imagesasdata.training.deal import check_folds, deal, deal_as_told, usual_folds
from imagesasdata.training.fit import Coded, Machine
from imagesasdata.training.larger import beyond_the_head
from imagesasdata.training.outcome import Outcome, OutcomeKind, find_outcome
from imagesasdata.training.outcome_names import outcome_names
from imagesasdata.training.pictures import augmentations_of
from imagesasdata.training.provenance import checkpoints, folder_of, identity, provenance
from imagesasdata.training.recipe import Recipe, check_target
from imagesasdata.training.saved import save_of
from imagesasdata.training.split import SHARES, check_shares, kept_together, told_parts
from imagesasdata.training.turns import evaluate
from imagesasdata.training.weights import check_class_weight, given_weights
from imagesasdata.verbs.train._described import describe
from imagesasdata.verbs.train._fits import fit_all, readable, source, tell_unreached, trainable
from imagesasdata.verbs.train._settings import Settings
from imagesasdata.verbs.train.fitted_model import FittedModel
from imagesasdata.verbs.train.fitted_models import FittedModels

if TYPE_CHECKING:
    from optax import GradientTransformation

RESULTS = {
    "history": columns.HISTORY,
    "glance": columns.GLANCE,
    "per_class": columns.PER_CLASS,
    "confusion": columns.CONFUSION,
    "errors": columns.ERRORS,
    "tested": columns.TESTED,
}


@overload
def fine_tune(
    images: Frame | Paths, *, outcome: str, **options: Unpack[Settings]
) -> FittedModel[Frame]: ...
@overload
def fine_tune(
    images: Frame | Paths, *, outcome: list[str] | tuple[str, ...], **options: Unpack[Settings]
) -> FittedModels[Frame]: ...
def fine_tune(
    images: Frame | Paths,
    *,
    outcome: str | Sequence[str],
    path: str = "path",
    model: str = EMBEDDER,
    kind: OutcomeKind | None = None,
    levels: Sequence[Any] | None = None,
    train: str = "head",
    head: tuple[int, ...] = (256,),
    dropout: float = 0.2,
    split: tuple[float, float, float] | str | None = None,
    group: str | None = None,
    weights: str | None = None,
    stratify: bool = True,
    folds: int | None = None,
    epochs: int = EPOCHS,
    learning_rate: float | Literal["auto"] = "auto",
    optimizer: Literal["sgd", "adamw"] | GradientTransformation = "adamw",
    schedule: Literal["cosine", "constant", "step"] = "cosine",
    step_size: int | None = None,
    gamma: float | None = None,
    l1: float = 0.0,
    l2: float = 1e-4,
    label_smoothing: float = 0.0,
    class_weight: Literal["balanced"] | Mapping[Any, float] | None = None,
    augment: Literal["light", "none"] | Sequence[Augmentation | Step] = "light",
    early_stopping: int | None = EARLY_STOPPING,
    target_accuracy: float | None = None,
    seed: int = 1,
    checkpoint: PathLike | None = None,
    decode: Exactness = "fast",
    max_pixels: int = MAX_PIXELS,
    batch_size: int | None = None,
    workers: int | None = None,
    device: str | None = None,
    cache: PathLike | None = None,
    progress: bool | None = None,
) -> FittedModel[Frame] | FittedModels[Frame]:
    """Train a pretrained network on hand-coded pictures, and evaluate it on held-out pictures.

    A few hundred hand-coded pictures are enough for many questions: the network has learned to see
    from a million photographs, and only your classes are new. The result predicts the outcome for
    every other picture of the collection.

    Parameters
    ----------
    images
        A table with a column of paths and a column of codes, without missing codes.
    outcome
        The column of codes: two classes, several, a category, lists of labels, or numbers. A list of
        columns gives a model for each: ``outcome=["protest", "anger"]``.
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
    weights
        A column of weights, all above 0: by how much each row counts in the loss. Accuracy and the
        other figures count every row once.
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
        ``"adamw"``, ``"sgd"`` (with momentum 0.9), or any optax transform, which then has its own
        learning rate.
    schedule
        ``"cosine"`` decreases the learning rate to a hundredth; ``"constant"`` keeps it; ``"step"``
        multiplies it by ``gamma`` after every ``step_size`` epochs.
    step_size
        With ``schedule="step"``: the number of epochs with the same learning rate; by default 7.
    gamma
        With ``schedule="step"``: the factor of the learning rate; by default 0.1.
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
    target_accuracy
        Stop after the first epoch with at least this accuracy on the validation rows (on the training
        rows if there are none), and keep its weights.
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
        With ``augment(images)``, ``history()``, ``glance()``, ``tested()``, ``per_class()``,
        ``confusion()``, ``errors()``, ``plot()`` and ``save(file)``. For a list of outcomes
        ``FittedModels``: a model for each, and one ``augment(images)`` for all of their columns.

    Raises
    ------
    ArgumentError, ArgumentTypeError, ColumnError, UnknownNameError, DeviceError, WeightsError
        For misuse, before any picture is read, such as a missing code, only one class, or a class
        with one row.
    ArgumentError
        When too few pictures can be read, or a part of the split lacks a class.

    Warns
    -----
    GuessWarning
        When ``target_accuracy`` was not reached.

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
        step_size=step_size,
        gamma=gamma,
        l1=l1,
        l2=l2,
        label_smoothing=label_smoothing,
        class_weight=class_weight,
        early_stopping=early_stopping,
        target_accuracy=target_accuracy,
        seed=seed,
    )
    column = split if isinstance(split, str) else None
    shares = check_shares(SHARES if split is None or column else split)
    check_folds(folds, column)
    steps = augmentations_of(augment)
    table = open_table(images, path)
    names = outcome_names(outcome)
    targets = [_target(table, name, kind, levels, recipe) for name in names]
    parts = None if column is None else told_parts(column, table.cells(table.known(column)))
    together = None if group is None else label_cells(table, group)
    own = None if weights is None else given_weights(table, weights)
    base = registry.load(model, task="embed", progress=progress)
    machine = Machine(devices=find_devices(device), cores=cores())
    network = trainable(model, recipe)
    use_compilation_cache()

    seen = readable(describe(table.paths(), base, decode, max_pixels, options), table)
    every = table.paths()
    grouped = kept_together(
        seen.hashes, None if together is None else [together[row] for row in seen.rows]
    )

    def fitted(name: str, target: Outcome) -> FittedModel[Frame]:
        cells = table.cells(name)
        values = target.codes([cells[row] for row in seen.rows])
        tell_contradictions(target, values, seen.paths, seen.hashes)
        coded = Coded(
            outcome=target,
            values=values,
            embeddings=seen.embeddings,
            weights=None if own is None else own[seen.rows],
        )
        if parts is not None:
            dealt = deal_as_told(target, values, grouped, parts[seen.rows], seen.rows)
        else:
            usual = folds is None and split is None and train == "head"
            some = usual_folds(grouped) if usual else folds
            dealt = deal(target, values, grouped, shares, folds=some, stratify=stratify, seed=seed)
        about = provenance(
            recipe, column or shares, group, weights, dealt.folds, stratify, steps, decode
        )
        folder = None if checkpoint is None else folder_of(checkpoint, name, len(names))
        keep = checkpoints(folder, base.fingerprint, about, identity(coded, seen.hashes), dealt)
        with ExitStack() as stack:
            pictures = None
            if network is not None:
                found = source(stack, seen.paths, base, steps, decode, max_pixels, seed)
                inputs = Pictured(found, options.workers or cores())
                pictures = beyond_the_head(network, base, recipe, inputs)
            fits = fit_all(coded, dealt, recipe, machine, pictures, keep, progress)
            tested = evaluate(coded, dealt, fits, grouped, seen.rows, seen.digests, seed)
        tell_unreached(name, fits[-1].history, target_accuracy)
        saved = save_of(
            base, coded, dealt, recipe, fits[-1], tested, about, seen.digests, rows=len(table)
        )
        paths = [every[row] or "" for row in tested.rows]
        return FittedModel(saved, table.backend, paths, decode, table.lazy)

    models = [fitted(name, target) for name, target in zip(names, targets, strict=True)]
    return models[0] if isinstance(outcome, str) else FittedModels(tuple(models))


def _target(
    table: Table,
    name: str,
    kind: OutcomeKind | None,
    levels: Sequence[Any] | None,
    recipe: Recipe,
) -> Outcome:
    cells, classes = table.cells(table.known(name)), categories(table, name)
    target = find_outcome(name, cells, kind=kind, levels=levels, categories=classes)
    check_class_weight(recipe.class_weight, target)
    check_target(recipe.target_accuracy, target)
    return target

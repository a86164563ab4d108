"""`plan_labels`: how many pictures to code for an interval of a width, or to find a difference."""

from __future__ import annotations

from typing import Any

from imagesasdata.arrays.stats import planning
from imagesasdata.arrays.stats.planning import Classes, Design, PlannedBy, Study, Target
from imagesasdata.arrays.stats.rare import FEW
from imagesasdata.checks import check_amount, check_share, whole
from imagesasdata.errors import ArgumentError, ArgumentTypeError
from imagesasdata.tables.categories import categories
from imagesasdata.tables.codes import (
    SAMPLE_PROB,
    label_cells,
    number_or_text,
    numbered,
    row_weights,
    sampling_column,
)
from imagesasdata.tables.frames import Frame
from imagesasdata.tables.kinds import from_columns
from imagesasdata.tables.table import Table, open_data
from imagesasdata.verbs.trust._label_plan import TIDY, LabelPlan, Plan
from imagesasdata.verbs.trust._trained import rows_of_training

RESULTS = {"tidy": TIDY}
_MOST_ROWS = 10**12
_POWER = 0.8


def plan_labels(
    data: Frame | int,
    *,
    width: float | None = None,
    effect: float | None = None,
    power: float | None = None,
    group: float | None = None,
    share: float | None = None,
    recall: float | None = None,
    precision: float | None = None,
    accuracy: float | None = None,
    truth: str | None = None,
    prediction: str | None = None,
    sample_prob: str | None = SAMPLE_PROB,
) -> LabelPlan[Frame]:
    """Plan how many pictures to code by hand.

    Coding is what costs most. How much is needed depends on how precise the answer has to be, on how
    good the predictions are, and on the method: with good predictions, `regress` by ``"dsl"`` needs a
    fraction of what a hand-coded sample alone does.

    Parameters
    ----------
    data
        The number of pictures in all, or a table with a row for each.
    width
        The width that the 95% interval may have, from end to end: 0.05 for an interval of 2.5 points
        on each side.
    effect
        In place of ``width``: the difference between two groups' shares that should be found.
    power
        The chance with which the ``effect`` should be found; by default 0.8.
    group
        The share of pictures in one of two groups, if their difference is what you want to know.
        Without, it is the share of the class in all pictures.
    share
        A guess of the class's share of all pictures.
    recall
        A guess of the recall: the share of the class's pictures that are predicted to be of it.
    precision
        A guess of the precision: the share of the pictures predicted to be of the class that are.
    accuracy
        In place of ``recall`` and ``precision``: the recall of both classes.
    truth
        In place of guesses, for a table with a pilot: the column of codes with two values, null where a
        picture was not coded. The second value, in order, is the class.
    prediction
        With ``truth``: the column of predicted classes, known for all pictures.
    sample_prob
        With ``truth``: the column of the sampling probabilities of coded rows. If the table has no
        ``sample_prob``, or with ``None``, the pilot is taken as a simple random sample.

    Returns
    -------
    LabelPlan
        ``.tidy()`` has ``design``, ``method``, ``n``, ``n_class``, ``width``, ``power``: a row for a
        simple sample and for one stratified by the prediction (as many of each predicted class), by
        each method of `regress`; ``.plot()`` draws the curves.

    Raises
    ------
    ArgumentError, ArgumentTypeError, ColumnError
        When there is no target or no guess, a guess is out of range, or a pilot has not two classes.

    Notes
    -----
    The numbers follow from the variances of `regress` in large samples, with Student's t. They count
    on codes without errors and on a model that was not trained on the coded rows. Of a difference, both
    groups are taken to have the same share and the same errors.

    A pilot is itself a small sample: half a row is added to each of its counts, so that a pilot
    without errors does not promise that there are none. With fewer than 20 coded pictures of the class,
    intervals are likely too narrow whatever their width (see ``n_class``).

    References
    ----------
    Angelopoulos, A. N., Duchi, J. C. and Zrnic, T. (2023). PPI++: Efficient Prediction-Powered
    Inference. doi:10.48550/arXiv.2311.01453

    Examples
    --------
    >>> import imagesasdata as iad
    >>> plan = iad.plan_labels(20_000, width=0.05, share=0.3, accuracy=0.9)
    >>> plan.tidy()[["design", "method", "n"]]
           design method     n
    0      simple   gold  1294
    1      simple    ppi   542
    2      simple    dsl   542
    3  stratified   gold  1161
    4  stratified    ppi   486
    5  stratified    dsl   486
    """
    target = _target(width, effect, power, group)
    guesses = {"share": share, "recall": recall, "precision": precision, "accuracy": accuracy}
    table, rows = _opened(data)
    _check_rows(rows)
    notes: list[str] = []
    if truth is not None or prediction is not None:
        given = [name for name, guess in guesses.items() if guess is not None]
        if given:
            raise ArgumentError(
                f"{given[0]} is a guess, and the pilot's {truth or prediction!r} tells.",
                f"leave {given[0]} out, or leave truth and prediction out.",
            )
        classes, notes = _pilot(table, truth, prediction, sample_prob)
    else:
        classes = _guessed(share, recall, precision, accuracy)
    has_prediction = truth is not None or recall is not None or accuracy is not None
    study = Study(rows, group)
    plans = [
        _plan(classes, study, design, method, target)
        for design in (planning.DESIGNS if has_prediction else planning.DESIGNS[:1])
        for method in (planning.METHODS if has_prediction else planning.METHODS[:1])
    ]
    return LabelPlan(
        table=table,
        study=study,
        target=target,
        classes=classes,
        plans=plans,
        notes=(*notes, *_notes(plans, rows)),
    )


def _target(
    width: float | None, effect: float | None, power: float | None, group: float | None
) -> Target:
    if (width is None) == (effect is None):
        raise ArgumentError(
            "plan_labels needs width= or effect=" + (", not both." if width is not None else "."),
            "for example width=0.05, or effect=0.1, group=0.5.",
        )
    if effect is not None and group is None:
        raise ArgumentError(
            "effect= is a difference between two groups, and needs the share of one of them.",
            "for example group=0.5.",
        )
    if power is not None and effect is None:
        raise ArgumentError(
            f"power={power} needs the difference that should be found.", "for example effect=0.1."
        )
    wanted = power if power is not None or effect is None else _POWER
    for name, value in (("width", width), ("effect", effect), ("power", wanted), ("group", group)):
        if value is not None:
            _check_inside(name, value)
    return Target(width, effect, wanted)


def _check_inside(name: str, value: float, most: float = 1.0) -> None:
    """Raise unless a share is above 0 and under ``most``."""
    check_share(name, value, under_one=True)
    check_amount(name, value, over_zero=True, example=0.1)


def _opened(data: Any) -> tuple[Table, int]:
    if isinstance(data, int | float) and not isinstance(data, bool):
        rows = whole("data", data, 1, _MOST_ROWS, hint="give the number of pictures, or a table.")
        return open_data(from_columns({"rows": [rows]})), rows
    if isinstance(data, str):
        raise ArgumentTypeError(
            f"data must be a table or the number of pictures, got {data!r}.",
            f"for example data=len(iad.read_images({data!r})).",
        )
    table = open_data(data)
    return table, len(table)


def _check_rows(rows: int) -> None:
    if rows < planning.LEAST:
        raise ArgumentError(
            f"There are {rows:,} pictures, too few for a sample.", "code all of them."
        )


def _guessed(
    share: float | None, recall: float | None, precision: float | None, accuracy: float | None
) -> Classes:
    if share is None:
        raise ArgumentError(
            "plan_labels needs a guess of the class's share, or a pilot.",
            'for example share=0.3, accuracy=0.9; or truth="protest", prediction="protest_pred".',
        )
    if accuracy is not None and (recall is not None or precision is not None):
        raise ArgumentError(
            "accuracy stands in place of recall and precision.", "leave accuracy out."
        )
    if (recall is None) != (precision is None):
        raise ArgumentError(
            "recall and precision are needed together.", "for example recall=0.8, precision=0.7."
        )
    _check_inside("share", share)
    for name, value in (("recall", recall), ("precision", precision), ("accuracy", accuracy)):
        if value is not None:
            check_share(name, value)
            check_amount(name, value, over_zero=True, example=0.8)
    if recall is not None and precision is not None:
        return planning.by_precision(share, recall, precision)
    # Without predictions, only what does not use them is planned.
    one = 0.5 if accuracy is None else accuracy
    return planning.by_recalls(share, one, one)


def _pilot(
    table: Table, truth: str | None, prediction: str | None, sample_prob: str | None
) -> tuple[Classes, list[str]]:
    if truth is None or prediction is None:
        raise ArgumentError(
            "A pilot needs truth= and prediction=.",
            'for example truth="protest", prediction="protest_pred".',
        )
    chance = sampling_column(table, sample_prob, "sample_prob")
    told = label_cells(table, truth, "truth")
    said = label_cells(table, prediction, "prediction")
    rows_of_training(table, prediction, truth, every=True)
    every = [row for row, cell in enumerate(said) if cell is not None]
    rows = [row for row in every if told[row] is not None]
    if any(isinstance(number_or_text(said[row]), float) for row in every):
        raise ArgumentTypeError(
            f"The column {prediction!r} holds fractions, not classes.",
            f"give classes: data[{prediction!r}] > 0.5.",
        )
    classes = categories(table, truth)
    labels, (true, predicted) = numbered(
        [told[row] for row in rows],
        [said[row] for row in every],
        order=classes.values if classes else (),
    )
    if len(labels) != 2 or not rows:
        raise ArgumentError(
            f"A plan is for two classes; {truth!r} and {prediction!r} have {len(labels):,} in "
            f"{len(rows):,} coded rows.",
            "plan for one class against all others: data[COLUMN] == CLASS.",
        )
    place = {row: number for number, row in enumerate(every)}
    weight, notes = row_weights(table, chance, rows)
    found = planning.by_pilot(true, predicted[[place[row] for row in rows]], weight, predicted)
    rare = min(int(true.sum()), len(true) - int(true.sum()))
    notes.append(
        f"By a pilot of {len(rows):,} coded rows, {int(true.sum()):,} of them {truth} = {labels[1]}."
    )
    if rare < FEW:
        notes.append(f"It has only {rare:,} rows of one class, so that the plan is a rough guess.")
    return found, notes


def _plan(
    classes: Classes, study: Study, design: Design, method: PlannedBy, target: Target
) -> Plan:
    n = planning.least(classes, study, design, method, target)
    if n is None:
        return Plan(design, method, None, None, None, None)
    found = planning.at(classes, study, design, method, n, target)
    return Plan(design, method, n, planning.of_class(classes, design, n, study.rows), *found)


def _notes(plans: list[Plan], rows: int) -> list[str]:
    notes = []
    if any(plan.n is None for plan in plans):
        notes.append(f"Where no number is given, coding all {rows:,} is not enough.")
    few = [plan for plan in plans if plan.n_class is not None and plan.n_class < FEW]
    if few:
        notes.append(
            f"With fewer than {FEW} coded pictures of the class (here {few[0].n:,} would give about "
            f"{few[0].n_class:,}), intervals are likely too narrow: code more, or by prediction."
        )
    return notes

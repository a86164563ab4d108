"""`plan_labels`: how many pictures to code for an interval of a width, or to find a difference."""

from __future__ import annotations

from typing import Any

from imagesasdata.arrays.stats import planning
from imagesasdata.arrays.stats.planning import (
    Classes,
    Design,
    Numbers,
    Outcome,
    PlannedBy,
    Study,
    Target,
)
from imagesasdata.arrays.stats.rare import FEW
from imagesasdata.checks import check_amount, check_share, whole
from imagesasdata.errors import ArgumentError, ArgumentTypeError
from imagesasdata.tables.categories import categories
from imagesasdata.tables.codes import (
    SAMPLE_PROB,
    label_cells,
    number_or_text,
    numbered,
    numbers,
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
    sd: float | None = None,
    correlation: float | None = None,
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
    sd
        For the mean of a number, such as a rating: a guess of its standard deviation. ``width`` and
        ``effect`` are then in its units.
    correlation
        With ``sd``: a guess of the correlation of the number and its prediction.
    truth
        In place of guesses, for a table with a pilot: the column of codes, null where a picture was not
        coded. Of two values, the second, in order, is the class; of more, there is a plan for each.
    prediction
        With ``truth``: the column of predicted classes, known for all pictures. If it holds fractions and
        ``truth`` more than two numbers, the plan is for a number.
    sample_prob
        With ``truth``: the column of the sampling probabilities of coded rows. If the table has no
        ``sample_prob``, or with ``None``, the pilot is taken as a simple random sample.

    Returns
    -------
    LabelPlan
        ``.tidy()`` has ``label``, ``design``, ``method``, ``n``, ``n_class``, ``width``, ``power``: a
        row for a simple sample and for one stratified by the prediction (as many of each predicted
        class), by each method of `regress`; ``.plot()`` draws the curves. For several classes and for
        numbers, there is the simple sample alone.

    Raises
    ------
    ArgumentError, ArgumentTypeError, ColumnError
        When there is no target or no guess, a guess is out of range, or a pilot has one class.

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
    guesses = {
        "share": share,
        "recall": recall,
        "precision": precision,
        "accuracy": accuracy,
        "sd": sd,
        "correlation": correlation,
    }
    table, rows = _opened(data)
    _check_rows(rows)
    notes: list[str] = []
    outcomes: dict[str | None, Outcome]
    if truth is not None or prediction is not None:
        given = [name for name, guess in guesses.items() if guess is not None]
        if given:
            raise ArgumentError(
                f"{given[0]} is a guess, and the pilot's {truth or prediction!r} tells.",
                f"leave {given[0]} out, or leave truth and prediction out.",
            )
        outcomes, notes = _pilot(table, truth, prediction, sample_prob)
    elif sd is not None or correlation is not None:
        outcomes = {None: _number(sd, correlation, [share, recall, precision, accuracy])}
    else:
        outcomes = {None: _guessed(share, recall, precision, accuracy)}
    for name, value in (("width", width), ("effect", effect)):
        if value is not None and not isinstance(next(iter(outcomes.values())), Numbers):
            _check_inside(name, value)
    has_prediction = any(one is not None for one in (truth, recall, accuracy, correlation))
    is_class = isinstance(outcomes.get(None), Classes)
    study = Study(rows, group)
    plans = [
        _plan(label, one, study, design, method, target)
        for label, one in outcomes.items()
        for design in (planning.DESIGNS if has_prediction and is_class else planning.DESIGNS[:1])
        for method in (planning.METHODS if has_prediction else planning.METHODS[:1])
    ]
    return LabelPlan(
        table=table,
        study=study,
        target=target,
        outcomes=outcomes,
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
    for name, value in (("width", width), ("effect", effect)):
        if value is not None:
            check_amount(name, value, over_zero=True, example=0.1)
    for name, value in (("power", wanted), ("group", group)):
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


def _number(sd: float | None, correlation: float | None, of_class: list[float | None]) -> Numbers:
    if sd is None or any(one is not None for one in of_class):
        raise ArgumentError(
            "sd and correlation are of a number; share, recall, precision and accuracy of a class.",
            "for example sd=1.5, correlation=0.6.",
        )
    check_amount("sd", sd, over_zero=True, example=1.5)
    if correlation is not None:
        check_share("correlation", correlation)
    return Numbers(sd, correlation or 0.0)


def _guessed(
    share: float | None, recall: float | None, precision: float | None, accuracy: float | None
) -> Classes:
    if share is None:
        raise ArgumentError(
            "plan_labels needs a guess of the class's share, or a pilot.",
            "for example share=0.3, accuracy=0.9 (of a number sd=1.5, correlation=0.6); or "
            'truth="protest", prediction="protest_pred".',
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
) -> tuple[dict[str | None, Outcome], list[str]]:
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
    weight, of_weights = row_weights(table, chance, rows, sample_prob)
    if any(isinstance(number_or_text(said[row]), float) for row in every):
        found = _number_pilot(truth, prediction, told, said, rows, weight)
        said_of = (
            f"By a pilot of {len(rows):,} coded rows, of which {truth} has a standard deviation of "
            f"{found.sd:.3g} and a correlation with {prediction} of {found.correlation:.2f}."
        )
        return {None: found}, [said_of, *_rough(len(rows)), *of_weights]
    classes = categories(table, truth)
    labels, (true, predicted) = numbered(
        [told[row] for row in rows],
        [said[row] for row in every],
        order=classes.values if classes else (),
    )
    if len(labels) < 2 or not rows:
        raise ArgumentError(
            f"A plan needs two classes; {truth!r} and {prediction!r} have {len(labels):,} in "
            f"{len(rows):,} coded rows.",
            "code some pictures of each class first.",
        )
    place = {row: number for number, row in enumerate(every)}
    coded = predicted[[place[row] for row in rows]]
    outcomes: dict[str | None, Outcome] = {}
    notes: list[str] = []
    for number, label in enumerate(labels):
        if len(labels) == 2 and number == 0:
            continue  # the other class's plan is the same
        own = [one == number for one in (true, coded, predicted)]
        of_class = planning.by_pilot(own[0] * 1, own[1] * 1, weight, own[2] * 1)
        outcomes[None if len(labels) == 2 else str(label)] = of_class
        count = int(own[0].sum())
        notes.append(
            f"By a pilot of {len(rows):,} coded rows, {count:,} of them {truth} = {label}."
        )
        notes += _rough(min(count, len(rows) - count))
    return outcomes, [*notes, *of_weights]


def _rough(rare: int) -> list[str]:
    if rare >= FEW:
        return []
    return [f"It has only {rare:,} rows of one kind, so that the plan is a rough guess."]


def _number_pilot(
    truth: str,
    prediction: str,
    told: list[Any],
    said: list[Any],
    rows: list[int],
    weight: Any,
) -> Numbers:
    known = {number_or_text(told[row]) for row in rows}
    if len(known) <= 2:
        raise ArgumentTypeError(
            f"The column {prediction!r} holds fractions, not classes.",
            f"give classes: data[{prediction!r}] > 0.5.",
        )
    coded = numbers([told[row] for row in rows], truth)
    predicted = numbers([said[row] for row in rows], prediction)
    return planning.numbers_of_pilot(coded, predicted, weight)


def _plan(
    label: str | None,
    outcome: Outcome,
    study: Study,
    design: Design,
    method: PlannedBy,
    target: Target,
) -> Plan:
    n = planning.least(outcome, study, design, method, target)
    if n is None:
        return Plan(label, design, method, None, None, None, None)
    found = planning.at(outcome, study, design, method, n, target)
    is_class = isinstance(outcome, Classes)
    own = planning.of_class(outcome, design, n, study.rows) if is_class else None
    return Plan(label, design, method, n, own, *found)


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

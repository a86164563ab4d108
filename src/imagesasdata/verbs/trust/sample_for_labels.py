"""`sample_for_labels`: draws pictures to code by hand, each with a known probability."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args

import numpy as np
import pyarrow as pa

from imagesasdata.arrays.stats import sampling
from imagesasdata.checks import check_choice, check_count
from imagesasdata.columns import IMAGE_ERROR, Column
from imagesasdata.engine.results import Results
from imagesasdata.errors import ArgumentError, ArgumentTypeError
from imagesasdata.options import Options
from imagesasdata.tables.codes import IS_SAMPLED, SAMPLE_PROB, label_cells, numbers
from imagesasdata.tables.frames import Frame
from imagesasdata.tables.table import Table, open_data

Strategy = Literal["random", "stratified", "uncertain", "diverse"]
COLUMN = Column(
    SAMPLE_PROB,
    "float64",
    "Probability with which the row was chosen, known by design.",
    range="above 0, to 1",
    null="never",
)
SAMPLED = Column(
    IS_SAMPLED,
    "bool",
    "Whether the row was chosen: true in every row of the sample, so that after a join of the sample "
    "to its table, rows chosen and not coded differ from those not chosen.",
    null="never",
)
COLUMNS = (COLUMN, SAMPLED)
_MOST_CLUSTERS = 50


def sample_for_labels(
    data: Frame,
    n: int,
    *,
    by: str | Sequence[str] | None = None,
    strategy: Strategy | None = None,
    prob: str | Sequence[str] | None = None,
    embedding: str = "embedding",
    seed: int = 0,
) -> Frame:
    """Choose pictures to code by hand, at random, and keep the probability of each.

    From a random sample with known probabilities, `validate`, `audit` and `regress` can estimate
    figures for all pictures, even if rare or uncertain ones were sampled more often. Hand-picked
    pictures do not allow this.

    Parameters
    ----------
    data
        A table with a row for each picture. Rows with an ``image_error`` cannot be coded and are
        not sampled.
    n
        How many rows.
    by
        For ``"stratified"``: one or more columns whose values define the strata.
    strategy
        ``"random"``: all have the same chance. ``"stratified"``: an equal number from each stratum,
        so that rare ones are included. ``"uncertain"``: more of those with an uncertain prediction.
        ``"diverse"``: an equal number from each of up to 50 clusters of the embeddings. By default
        ``"stratified"`` with ``by=``, else ``"random"``.
    prob
        For ``"uncertain"``: the column with the probability of one of two classes (uncertain near
        0.5), or a list of columns whose largest value is the certainty, as in ``["label_prob"]``.
    embedding
        For ``"diverse"``: the column that `embed` made.
    seed
        For what begins at random; the same seed gives the same result.

    Returns
    -------
    table
        The rows chosen, in the order of ``data``, and:

        - ``sample_prob``: the probability with which each was chosen;
        - ``is_sampled``: true. Join both columns to the whole table with the codes: a row that was
          chosen and not coded is different from one that was not chosen.

    Raises
    ------
    ArgumentError, ArgumentTypeError, ColumnError, NameClashError, UnknownNameError
        When there are fewer rows than ``n``, or a column cannot be used.

    Notes
    -----
    ``"uncertain"`` puts the rows in random order and samples systematically. A row's uncertainty is 1
    minus its largest probability; its chance is proportional to its uncertainty plus a quarter of the
    mean uncertainty. Rows without a probability count as uncertain.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> import pandas as pd
    >>> photos = pd.DataFrame({"path": [f"{i}.jpg" for i in range(100)]})
    >>> photos["year"] = [2020] * 90 + [2021] * 10
    >>> sample = iad.sample_for_labels(photos, 10, by="year")
    >>> sample[["year", "sample_prob"]].value_counts().reset_index().round(3)
       year  sample_prob  count
    0  2020        0.056      5
    1  2021        0.500      5
    """
    check_count("n", n)
    strategy = strategy or ("random" if by is None else "stratified")
    check_choice("strategy", strategy, get_args(Strategy))
    if (by is not None) != (strategy == "stratified"):
        raise ArgumentError(
            f'strategy="{strategy}" ' + ("takes no by=." if by is not None else "needs by=."),
            'for strata write by="COLUMN" and leave strategy= out.',
        )
    table = open_data(data)
    out = Results("sample_for_labels", table, COLUMNS, Options()).checked(has_prefix=False)
    usable = list(range(len(table)))
    if IMAGE_ERROR.name in table.names:
        usable = [row for row, cell in enumerate(table.cells(IMAGE_ERROR.name)) if cell is None]
    if len(usable) < n:
        raise ArgumentError(
            f"Cannot choose {n:,} of {len(usable):,} pictures.",
            f"give n={max(len(usable), 1)} or fewer.",
        )
    if strategy == "uncertain":
        chance = sampling.by_size(_unsure(table, prob, usable), n)
        chosen = sampling.draw_systematic(chance, seed)
    else:
        if strategy == "diverse":
            group = _clusters(table, embedding, usable, n, seed)
        else:
            group = _strata(table, [] if by is None else by, usable, n)
        counts = sampling.strata(group, n)
        chance = sampling.within(group, counts)
        chosen = sampling.draw_strata(group, counts, seed)
    kept = table.take([usable[row] for row in chosen])
    columns = {COLUMN.name: chance[chosen], SAMPLED.name: [True] * len(chosen)}
    return kept.join(pa.table(columns), [COLUMN, SAMPLED], out.run)


def _strata(table: Table, by: Any, usable: list[int], n: int) -> np.ndarray:
    names = [by] if isinstance(by, str) else list(by)
    columns = [label_cells(table, name, "by") for name in names]
    keys = [tuple(column[row] for column in columns) for row in usable]
    known = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    if len(known) > n:
        raise ArgumentError(
            f"There are {len(known):,} strata by {', '.join(map(repr, names))}, but n is {n:,}, and "
            "every stratum needs a row.",
            "make n larger, or the strata fewer.",
        )
    return np.array([known[key] for key in keys], np.int64)


def _unsure(table: Table, prob: Any, usable: list[int]) -> np.ndarray:
    if prob is None:
        raise ArgumentError('strategy="uncertain" needs prob=.', 'for example prob=["label_prob"].')
    names = [prob] if isinstance(prob, str) else list(prob)
    columns = [numbers(table.cells(table.known(name, "prob")), name) for name in names]
    values = np.array(columns)[:, usable]
    if ((values < 0.0) | (values > 1.0)).any():
        raise ArgumentError(
            f"The probabilities in {', '.join(map(repr, names))} must be from 0 to 1."
        )
    return sampling.unsure(values, of_two=isinstance(prob, str))


def _clusters(table: Table, embedding: str, usable: list[int], n: int, seed: int) -> np.ndarray:
    cells = table.cells(table.known(embedding, "embedding"))
    try:
        vectors = np.array([np.asarray(cells[row], np.float32) for row in usable])
    except (TypeError, ValueError) as error:
        raise ArgumentTypeError(
            f"The column {embedding!r} does not hold a vector in every row that can be used.",
            "make it with iad.embed(...).",
        ) from error
    if vectors.ndim != 2:
        raise ArgumentTypeError(
            f"The column {embedding!r} does not hold vectors.", "make it with iad.embed(...)."
        )
    return sampling.clusters(vectors, min(_MOST_CLUSTERS, n), seed)

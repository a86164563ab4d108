"""`settle_labels`: the codes of several people as one truth for each picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from imagesasdata.arrays.stats.agreement import MISSING
from imagesasdata.arrays.stats.settling import WAYS, By, settle
from imagesasdata.checks import check_choice
from imagesasdata.columns import Column
from imagesasdata.engine.results import run_of
from imagesasdata.errors import ArgumentError, NameClashError, tell
from imagesasdata.tables.frames import Frame
from imagesasdata.tables.table import open_data
from imagesasdata.verbs.trust._codes import Codes, label_type, read_codes

_OPEN = "as many coders gave one value as another"
COLUMNS = (
    Column(
        "{}", "string", "The settled value, of the codes' own type.", null=_OPEN, example="value"
    ),
    Column(
        "{}_share",
        "float64",
        "Share of the picture's coders who gave the settled value.",
        range="0 to 1",
        null=_OPEN,
        example="value",
    ),
    Column(
        "{}_prob",
        "float64",
        "Probability of the settled value by the model.",
        range="0 to 1",
        null='by is not "model"',
        example="value",
    ),
    Column("n_coders", "int64", "Coders of the picture.", range="1 ...", null="never"),
    Column("is_disputed", "bool", "Whether its coders differ.", null="never"),
)


def settle_labels(
    labels: Frame,
    *,
    by: By = "majority",
    adjudicator: str | int | None = None,
    coder: str = "coder",
    item: str = "path",
    value: str = "value",
    coders: Sequence[str] | None = None,
) -> Frame:
    """Settle the codes of several people into one value for each picture.

    `validate`, `audit` and `regress` compare a measure with one truth for each picture. A tie between
    coders is not broken by chance or by the alphabet: such a picture has no value until someone
    decides, and a warning says how many there are.

    Parameters
    ----------
    labels
        A table with a row for each code that a coder gave to a picture, as `read_labels` makes it, or
        with a row for each picture and a column for each coder.
    by
        ``"majority"``: the value that most coders gave. ``"coder"``: that of the ``adjudicator`` where
        they coded, elsewhere the majority. ``"model"``: the most probable value by a model of each
        coder's errors, for pictures that three or more coded.
    adjudicator
        For ``"coder"``: the coder who decides.
    coder
        The column that names the coder.
    item
        The column that names what was coded.
    value
        The column with the chosen value. Rows without a value are left out.
    coders
        In place of ``coder`` and ``value``, for a table with a row for each item: the columns that hold
        the codes, one for each coder. The settled column is still named by ``value``.

    Returns
    -------
    table
        A row for each picture that was coded:

        - the item's column;
        - ``value``: the settled value, null in a tie;
        - ``value_share``: the share of the picture's coders who gave it;
        - ``value_prob``: its probability by the model, null without;
        - ``n_coders``, ``is_disputed``: how many coded the picture, and whether they differ.

    Raises
    ------
    ArgumentError, ArgumentTypeError, ColumnError, NameClashError, UnknownNameError
        When there are fewer than two coders, a coder coded an item twice, the adjudicator coded nothing,
        or no item has the three codes that the model needs.

    Notes
    -----
    The model is that of Dawid and Skene: each coder has a probability for each code, given the true
    value, and coders err independently of one another. The probabilities are those that fit best. It
    has many figures to estimate (for each coder, one for each pair of values): with few pictures, or a
    rare value, it may do worse than the majority. Its probabilities are too certain if coders find the
    same pictures hard.

    A settled value can be wrong. To carry the disagreement into an estimate, run `regress` with the
    codes of each coder as ``gold``, and report the range beside the result by the settled values; or
    take the mean of the coders' codes (0 and 1) as gold values of a predicted outcome, where the
    disagreement becomes part of the standard error (errors that all coders share stay). Do not take
    ``value_prob`` as a gold value: it is drawn toward the share of the whole sample, and so makes groups
    look more alike than they are.

    References
    ----------
    Dawid, A. P. and Skene, A. M. (1979). Maximum Likelihood Estimation of Observer Error-Rates Using
    the EM Algorithm. doi:10.2307/2346806

    Examples
    --------
    >>> import imagesasdata as iad
    >>> import pandas as pd
    >>> codes = pd.DataFrame(
    ...     {
    ...         "path": ["a.jpg", "b.jpg", "c.jpg"],
    ...         "ann": ["yes", "no", "no"],
    ...         "ben": ["yes", "yes", "no"],
    ...         "eve": ["no", "yes", "no"],
    ...     }
    ... )
    >>> settled = iad.settle_labels(codes, coders=["ann", "ben", "eve"])
    >>> settled[["path", "value", "value_share", "is_disputed"]].round(2)
        path value  value_share  is_disputed
    0  a.jpg   yes         0.67         True
    1  b.jpg   yes         0.67         True
    2  c.jpg    no         1.00        False
    """
    check_choice("by", by, WAYS)
    if (adjudicator is not None) != (by == "coder"):
        raise ArgumentError(
            'by="coder" needs the coder who decides.'
            if by == "coder"
            else f'adjudicator={adjudicator!r} is only for by="coder", not for by="{by}".',
            'for example by="coder", adjudicator="ann".',
        )
    table = open_data(labels)
    read = read_codes(
        table, coder=coder, item=item, value=value, coders=coders, what="settle_labels"
    )
    names = [column.name.format(value) for column in COLUMNS]
    if item in names:
        raise NameClashError(
            f"The item's column {item!r} has the name of a new column.", 'give value="code".'
        )
    first = None if adjudicator is None else _place(adjudicator, read)
    found = settle(read.codes, len(read.labels), by, first)
    if found.open:
        tell(
            f"{found.open:,} of {len(read.items):,} items have no value: {_OPEN}.",
            'let someone decide them, and give by="coder", adjudicator="NAME".',
        )
    settled = [None if one == MISSING else read.labels[one] for one in found.value]
    cells: Sequence[Any] = (
        pa.array(settled, label_type(read.labels)),
        pa.array(found.share, from_pandas=True),
        pa.array(found.prob, from_pandas=True),
        pa.array(found.coders),
        pa.array(found.is_disputed),
    )
    made = dict(zip(names, cells, strict=True))
    return table.new({item: pa.array(read.items), **made}, run_of("settle_labels", "", names))


def _place(adjudicator: str | int, read: Codes) -> int:
    if adjudicator not in read.coders:
        raise ArgumentError(
            f"adjudicator={adjudicator!r} is none of the coders: {', '.join(map(repr, read.coders))}.",
            f"for example adjudicator={read.coders[0]!r}.",
        )
    return read.coders.index(adjudicator)

"""What a regression rests on: a line for each thing that may make its estimates wrong."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from imagesasdata.arrays.stats.diagnosis import agreement_with_gold, balance, is_too_good
from imagesasdata.arrays.stats.fits import Method
from imagesasdata.arrays.stats.gold import weighted
from imagesasdata.arrays.stats.rare import FEW, rare
from imagesasdata.arrays.stats.sandwich import FEW_CLUSTERS
from imagesasdata.tables.codes import number_or_text
from imagesasdata.tables.formula_columns import gold_values, is_level, predicted_codes
from imagesasdata.verbs.trust._check import Line, line
from imagesasdata.verbs.trust._trained import note_of_fit
from imagesasdata.verbs.trust.regression.rows import Rows


def lines(rows: Rows, method: Method, trained: int, marked: Collection[str]) -> list[Line]:
    """The rows of the table; of ``marked`` predictions it is known which rows are of training."""
    found = [] if not rows.pairs else _of_gold(rows, marked)
    if rows.pairs:
        found.append(_trained(trained))
    if rows.clusters is not None:
        used = rows.clusters if method == "naive" else rows.clusters[rows.is_gold]
        found.append(_clusters(len(set(used.tolist()))))
    count, terms = len(rows.is_gold), len(rows.terms)
    advice = "give a formula with fewer terms, or more rows."
    return [line("rows", f"{count:,} rows for {terms} terms", count >= 10 * terms, advice), *found]


def _of_gold(rows: Rows, marked: Collection[str]) -> list[Line]:
    count, every = int(rows.is_gold.sum()), len(rows.is_gold)
    found = [
        line(
            "gold rows",
            f"{count:,} for {len(rows.terms)} terms",
            count >= max(FEW, 10 * len(rows.terms)),
            "code more pictures, or give a formula with fewer terms.",
        )
    ]
    coding = rows.coding
    if coding is None:
        found.append(
            Line(
                "sampling",
                f"no probabilities: {count:,} of {every:,} rows as a simple random sample",
                False,
                "join sample_prob and is_sampled of iad.sample_for_labels, if it was another sample.",
            )
        )
    else:
        found += [
            line(
                "sum of 1 / p",
                f"gold rows stand for {coding.total:,.0f} of {coding.rows:,} rows",
                coding.fits,
                "give the probabilities of a sample from this table, as sample_for_labels gave them.",
            ),
            line(
                "response",
                "; ".join(
                    f"{one.coded:,} of {one.drawn:,} coded"
                    + ("" if len(coding.responses) == 1 else f" with p {one.chance:.3g}")
                    for one in coding.responses
                ),
                not coding.unfinished,
                "code the rest; or ask whether what was left out differs, as hard pictures do.",
            ),
        ]
    return [*found, *_balance(rows), *_codes(rows, marked)]


def _of_balance(rows: Rows) -> tuple[str, float, bool] | None:
    """The variable of the formula, as it was predicted, that differs most between gold and all rows."""
    counted = weighted(rows.is_gold, rows.weights, rows.chance(fit_to_rows=False))
    design, outcome = rows.design.variables
    found = balance(
        np.column_stack([design, outcome]),
        rows.is_gold,
        counted.gold_weights,
        counted.weights,
        rows.clusters,
    )
    names = [*rows.design.terms, *rows.parsed.left]
    return None if found is None else (names[found[0]], *found[1:])


def _balance(rows: Rows) -> list[Line]:
    found = _of_balance(rows)
    if found is None:
        return []
    name, away, far = found
    return [
        line(
            "balance",
            f"{name!r} in gold rows, weighted, is {away:+.2f} standard deviations from all rows",
            not far,
            "the gold rows are not a random sample of the rows: look at how they were chosen.",
        )
    ]


def unlike_all(rows: Rows) -> list[str]:
    """A note if gold rows, weighted, differ from all rows by more than chance."""
    found = _of_balance(rows)
    if found is None or not found[2]:
        return []
    name, away, _ = found
    weighted_by = "" if rows.prob is None else f", weighted by {rows.prob!r},"
    return [
        f"The gold rows{weighted_by} are not like all rows: the mean of {name!r} is {away:+.2f} standard "
        "deviations from that of all rows, which is more than chance. The estimates may be wrong: look "
        "at how the gold rows were chosen, and give their sampling probabilities."
    ]


def _codes(rows: Rows, marked: Collection[str]) -> list[Line]:
    found, chance = [], rows.chance(fit_to_rows=False)
    for (predicted, coded), values in zip(
        rows.pairs.items(), gold_values(rows.gold_frame, rows.pairs).values(), strict=True
    ):
        few = rare(values, chance)
        numbers = values.tolist()
        classes = sorted(set(numbers), key=str)
        if len(classes) <= 10:
            shown = "; ".join(f"{numbers.count(one):,} of {number_or_text(one)}" for one in classes)
            good = few is None and len(classes) > 1
            advice = "code more of the rare class, best where it is predicted."
            found.append(line(f"coded classes of {coded}", shown, good, advice))
        name, value = _agreement(rows, predicted, coded, values)
        what, shown = f"{name} of {predicted}", f"{value:.3f} in gold rows"
        if predicted not in marked and is_too_good(value, values):
            advice = "use out-of-fold predictions, if the model was trained on these rows."
            found.append(Line(what, shown, False, advice))
            continue
        advice = "predictions add little: look for a better model, or code more."
        found.append(line(what, shown, value > 0.6, advice))
    return found


def _agreement(rows: Rows, predicted: str, coded: str, values: np.ndarray) -> tuple[str, float]:
    if is_level(rows.frame, predicted):
        said, told = predicted_codes(rows.frame, rows.gold_frame, rows.is_gold, predicted, coded)
    else:
        said, told = rows.frame[predicted].to_numpy(float)[rows.is_gold], values
    return agreement_with_gold(said, told)


def too_good(rows: Rows, marked: Collection[str]) -> list[str]:
    """A note of each prediction that fits the gold values as those of rows of training do.

    Of ``marked`` predictions it is known which rows are of training.
    """
    found = []
    for (predicted, coded), values in zip(
        rows.pairs.items(), gold_values(rows.gold_frame, rows.pairs).values(), strict=True
    ):
        name, value = _agreement(rows, predicted, coded, values)
        if predicted not in marked and is_too_good(value, values):
            found.append(note_of_fit(name, value, predicted, "the gold rows"))
    return found


def _trained(count: int) -> Line:
    text = f"{count:,} gold rows, with out-of-fold predictions" if count else "none that is marked"
    return Line("rows of training", text, True, None)


def _clusters(count: int) -> Line:
    advice = "intervals may be too narrow: sample more clusters, or say so."
    return line("clusters", f"{count:,}", count >= FEW_CLUSTERS, advice)

"""`regress`: a regression on variables that were measured with error, corrected by gold values."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, get_args

from imagesasdata.arrays.rows import among_all
from imagesasdata.arrays.stats.families import FAMILIES, FamilyName
from imagesasdata.arrays.stats.fits import CORRECTED, OF_OUTCOME, Fit, Method, fitted_values, is_cr2
from imagesasdata.arrays.stats.rare import FEWEST, few_gold, rare
from imagesasdata.arrays.stats.sandwich import FEW_CLUSTERS, Robust
from imagesasdata.checks import check_choice
from imagesasdata.errors import ArgumentError, ArgumentTypeError
from imagesasdata.tables.codes import SAMPLE_PROB, sampling_column
from imagesasdata.tables.formula_columns import gold_values, repeats
from imagesasdata.tables.frames import Frame
from imagesasdata.tables.table import Table, open_data
from imagesasdata.verbs.trust._check import CHECK
from imagesasdata.verbs.trust._repeated import repeated, told
from imagesasdata.verbs.trust._trained import is_marked, rows_of_training
from imagesasdata.verbs.trust.regression import comparison, result
from imagesasdata.verbs.trust.regression.check import (
    lines,
    too_good,
    unlike_all,
)
from imagesasdata.verbs.trust.regression.estimate import estimate
from imagesasdata.verbs.trust.regression.formula import Formula, parse
from imagesasdata.verbs.trust.regression.result import Regression
from imagesasdata.verbs.trust.regression.rows import Rows, counts, observed, prepare
from imagesasdata.verbs.trust.regression.within import notes_within, robust_within

RESULTS = {
    "tidy": result.TIDY,
    "glance": result.GLANCE,
    "augment": result.AUGMENT,
    "compare": result.COMPARE,
    "compare_methods": comparison.TIDY,
    "check": CHECK,
}
# What to do about few coded rows of a class, besides coding more.
_INSTEAD = ' Or give method="imputation", whose intervals allow for few.'


def regress(
    formula: str,
    data: Frame,
    *,
    gold: Mapping[str, str] | None = None,
    sample_prob: str | None = SAMPLE_PROB,
    method: Method | None = None,
    family: FamilyName = "ols",
    vcov: Robust | Mapping[str, str] = "HC2",
    weights: str | None = None,
    seed: int = 0,
) -> Regression[Frame]:
    """Regress on variables measured from pictures, corrected for the errors of the measure.

    A variable that a model predicted has errors. A regression that takes it for the truth is
    biased, sometimes in its sign, and its intervals are too narrow. With hand codes for a random
    sample of pictures, the estimates can be corrected for these errors. They are then right on
    average, however bad the predictions are, and as precise as the predictions allow.

    Parameters
    ----------
    formula
        ``"outcome ~ explanation"`` in Wilkinson's notation, as in R and statsmodels: ``+``, ``:``,
        ``*``, ``C(x)``, ``I(x**2)``, ``np.log(x)``, ``scale(x)``, ``poly(x, 2)``, ``bs(x, df=4)``. A name
        with a dot or a space stands in backticks. After a ``|`` stand columns with many levels, whose
        fixed effects are absorbed: ``"likes ~ crowd | outlet + year"``. Bools count as 0 and 1; dates
        must be made numbers.
    data
        A table with a row for each picture.
    gold
        For each predicted column the column with its hand-coded values, null where the picture was
        not coded: ``{"protest_prob": "protest"}``. The formula uses the predicted column.
    sample_prob
        The column of the sampling probabilities of the coded rows, as `sample_for_labels` gives it.
        Without such a column, or with ``None``, the gold rows are taken as a simple random sample,
        and the result says so. If the table also has ``is_sampled``, rows that were sampled and not
        coded are told from those that were not sampled.
    method
        ``"dsl"``: design-based supervised learning, for predicted outcomes or explanatory variables;
        ``"ptd"``: predict-then-debias, for the same, by a bootstrap; ``"ppi"``: prediction-powered
        inference, for a predicted outcome; ``"cross_ppi"``: the same with predictions that are first
        improved by gold values, in folds; ``"imputation"``: multiple imputation, for rare classes;
        ``"gold"``: the coded rows alone; ``"naive"``: as if predictions were the truth. By default
        ``"dsl"`` with ``gold=``, else ``"naive"``.
    family
        ``"ols"``, ``"logit"`` or ``"poisson"``.
    vcov
        ``"HC0"`` ... ``"HC3"``, or ``{"cluster": "outlet"}`` when rows of one outlet are alike. With
        ``ppi``, ``cross_ppi`` and ``dsl``, HC0 to HC3 all mean the sandwich estimator of their moments.
    weights
        A column of survey weights.
    seed
        For what begins at random; the same seed gives the same result. It draws the folds of ``dsl`` and
        ``cross_ppi``, the bootstrap samples of ``ptd`` and the imputations.

    Returns
    -------
    Regression
        ``.tidy()`` gives ``term``, ``estimate``, ``std_error``, ``statistic``, ``p_value``,
        ``conf_low``, ``conf_high``; ``.glance()`` one row; ``.augment()`` the data with ``fitted``,
        ``residual``, ``is_gold``; ``.compare()`` the naive estimates beside the corrected;
        ``.compare_methods()`` those of every method, with ``.plot()``; ``.check()``
        what the estimates rest on, and what to do; ``.latex()`` a table for a paper. Tables are of
        the kind of ``data``.

    Raises
    ------
    ArgumentError
        When there is no gold row, a sampling probability is missing or not above 0, terms are
        collinear, an outcome is perfectly separated, a level has no gold rows, or gold rows of the
        model's training have no out-of-fold prediction; the message names the cause.
    ArgumentTypeError, ColumnError, UnknownNameError
        For other misuse.

    Notes
    -----
    ``dsl`` first regresses the gold values on the predictions and the other variables, in five folds,
    so that no row is predicted from itself. It then solves the regression's moment equations with
    these new predictions, corrected by their weighted difference from the gold values in the gold
    rows. The estimates are medians over ten divisions into folds (three, from 2,000 gold rows), and
    their spread is in the standard errors. ``ppi`` is PPI++ with power tuning.
    ``cross_ppi`` is PPI++ by predictions that are improved as those of ``dsl``: gold rows have the fit of
    the other folds, the others the mean of all fits. ``ptd`` moves the
    estimates of the gold rows by how those of the predictions differ between gold rows and all rows,
    each as far as makes its variance least; its errors are those of 500 bootstrap samples of gold rows
    (or clusters). All need gold rows that were chosen at random, with probabilities that depend only on
    what was known before coding. Rows that the model was trained on (``y_trained`` of `fine_tune`) are
    used with their out-of-fold predictions; without these they are refused. If a model from elsewhere
    was trained on gold rows, the estimates are wrong; a note says so if predictions agree with nearly
    all gold values.

    ``imputation`` is for classes. It draws the class of each row that was not coded from a logit of the
    gold values on the predictions, the other variables and the outcome, with coefficients from their
    posterior, 50 to 100 times, and combines the regressions by Rubin's rules. Of a class with few coded
    rows its intervals hold the truth where those of the other methods are too narrow. In return it
    takes the form of the logit to be right, while the others assume nothing of the errors; sampling
    probabilities may depend on the predictions.

    A mean (``"y ~ 1"``) of which all gold values are 0, or all 1, gets no standard error, and the
    interval of Clopper and Pearson (near [0, 3.7 / rows]). If a class has few gold rows, so that
    intervals are likely too narrow, the result says how many.

    If the weighted mean of a variable, as it was predicted, differs between the gold rows and all rows by
    more than chance (four standard errors), the result says so. If no row of a predicted class was
    coded, it is an error.

    Rows with a missing value in a variable are left out; ``n_dropped`` counts them. P-values and
    intervals of ``"ols"`` use Student's t with as many degrees of freedom as rows less terms, as R's
    estimatr does, those of ``"logit"`` and ``"poisson"`` the normal distribution. Clustered errors of
    ``"ols"`` are CR2 with Satterthwaite's degrees of freedom (above 5,000 clusters, and in the other
    families, CR1 and the number of clusters less one). ``ppi``, ``cross_ppi``, ``ptd`` and ``dsl`` use
    Student's t with gold rows less terms, or with the clusters of gold rows less one, and below 20 of
    these the jackknife over clusters (CV3), in which each is left out once. Below 20 clusters, the result
    says so.

    ``ppi`` and ``cross_ppi`` with unequal probabilities use the predictions of all rows, with equal ones
    (as the authors' package) those of the rows that were not coded.

    By their sampling probabilities p, gold rows stand for as many rows as 1 / p adds up to. If some
    of the sampled rows were not coded, those coded with the same probability stand for them, too, and
    the result says how many. Then probabilities are scaled so that the gold rows stand for all rows;
    if this changes them by more than chance would, the result says so, and by more than a factor of
    two it is an error.

    Fixed effects after a ``|`` are those of a term for each level, without its coefficient, for
    ``"ols"`` by ``"naive"``, ``"gold"`` and ``"dsl"``. By ``"dsl"``, levels need no gold rows: what is
    absorbed is known in all rows; what the draw of the gold rows adds to the variance of a level's mean
    is taken off. With several factors HC2 and HC3 become HC1; clustered errors are
    CR1, and levels within clusters cost no degrees of freedom.

    References
    ----------
    Angelopoulos, A. N., Duchi, J. C. and Zrnic, T. (2023). PPI++: Efficient Prediction-Powered
    Inference. doi:10.48550/arXiv.2311.01453

    Cole, S. R., Chu, H. and Greenland, S. (2006). Multiple-imputation for measurement-error correction.
    International Journal of Epidemiology. doi:10.1093/ije/dyl097

    Zrnic, T. and Candès, E. J. (2024). Cross-prediction-powered inference. PNAS.
    doi:10.1073/pnas.2322083121

    Egami, N., Hinck, M., Stewart, B. M. and Wei, H. (2023). Using Imperfect Surrogates for Downstream
    Inference. NeurIPS. doi:10.48550/arXiv.2306.04746

    Kluger, D. M. et al. (2025). Prediction-Powered Inference with Imputed Covariates and Nonuniform
    Sampling. doi:10.48550/arXiv.2501.18577

    Examples
    --------
    >>> import imagesasdata as iad
    >>> import numpy as np, pandas as pd
    >>> random = np.random.default_rng(1)
    >>> photos = pd.DataFrame({"crowd": random.normal(size=2000)})
    >>> protest = random.random(2000) < 0.3 + 0.1 * photos.crowd.clip(-2, 2)
    >>> wrong = random.random(2000) < np.where(photos.crowd > 0, 0.3, 0.05)
    >>> photos["protest_pred"] = (protest | wrong).astype(float)
    >>> photos["protest"] = protest.where(photos.index < 400).astype(float)  # in random order
    >>> result = iad.regress("protest_pred ~ crowd", photos, gold={"protest_pred": "protest"})
    >>> result.compare()[["term", "naive", "corrected"]].round(2)
            term  naive  corrected
    0  Intercept   0.42       0.31
    1      crowd   0.14       0.09
    """
    method = method or ("naive" if gold is None else "dsl")
    check_choice("method", method, get_args(Method))
    check_choice("family", family, FAMILIES)
    cluster = _cluster(vcov)
    table = open_data(data)
    parsed = parse(formula, table.names)
    pairs = _pairs(gold, parsed, method)
    prob = sampling_column(table, sample_prob, "sample_prob") if pairs else None
    for name in parsed.variables:
        table.known(name, "The formula")
    for argument, name in (("weights", weights), ('vcov={"cluster": ...}', cluster)):
        if name is not None:
            table.known(name, argument)
    for name in pairs.values():
        table.known(name, "gold")
    trained = {
        row
        for predicted, coded in pairs.items()
        for row in rows_of_training(table, predicted, coded, every=method != "naive")
    }
    marked = {predicted for predicted in pairs if is_marked(table, predicted)}
    rows = prepare(table, parsed, pairs, prob, weights, cluster)
    fitted, best = estimate(rows, method, family, vcov if isinstance(vcov, str) else "HC2", seed)
    mean, residual = fitted_values(fitted, *best, family)
    if rows.absorbed:
        mean = observed(rows, with_gold=method != "naive") - residual
    return Regression(
        method=method,
        family=family,
        formula=formula,
        vcov=_named(vcov, cluster, rows, method, family),
        terms=rows.terms,
        fit=fitted,
        n_gold=int(rows.is_gold.sum()) if pairs else None,
        n_dropped=int((~rows.used).sum()),
        sampling=("assumed" if prob is None else "known") if pairs else None,
        notes=(
            *_notes(rows, method, prob, len(trained), marked),
            *_without_error(fitted, rows.terms),
            *_repeated_gold(table, rows, method),
        ),
        table=table,
        used=rows.used,
        is_gold=among_all(rows.is_gold, rows.used),
        fitted=mean,
        residual=residual,
        columns=tuple(dict.fromkeys([*parsed.variables, *pairs.values()])),
        lines=lambda: lines(rows, method, len(trained), marked),
        again=lambda other: regress(
            formula,
            data,
            gold=gold,
            sample_prob=sample_prob,
            method=other,
            family=family,
            vcov=vcov,
            weights=weights,
            seed=seed,
        ),
    )


def _pairs(gold: Mapping[str, str] | None, parsed: Formula, method: Method) -> dict[str, str]:
    if gold is None:
        if method != "naive":
            raise ArgumentError(
                f'method="{method}" needs gold values.',
                'give gold={"predicted_column": "gold_column"}, or method="naive".',
            )
        return {}
    if not isinstance(gold, Mapping) or not gold:
        raise ArgumentTypeError(
            f"gold must map predicted columns to gold columns, got {gold!r}.",
            'for example gold={"protest_prob": "protest"}.',
        )
    for predicted, coded in gold.items():
        if predicted not in parsed.variables:
            used = coded in parsed.variables
            raise ArgumentError(
                f"gold names the predicted column {predicted!r}, which the formula does not use.",
                f"write {predicted!r} in place of {coded!r} in the formula."
                if used
                else f"the formula uses: {', '.join(map(repr, parsed.variables))}.",
            )
    held = sorted(set(gold) & set(parsed.absorbed))
    if held:
        raise ArgumentError(
            f"{held[0]!r} is predicted, and stands after the |, where there is no correction.",
            f"write C({held[0]}) before it.",
        )
    if method in OF_OUTCOME:
        wrong = sorted(set(gold) & parsed.explanation)
        if wrong:
            raise ArgumentError(
                f'method="{method}" is for a predicted outcome, and {wrong[0]!r} is on the right of '
                "the ~.",
                'give method="dsl".',
            )
    return {str(predicted): str(coded) for predicted, coded in gold.items()}


def _cluster(vcov: object) -> str | None:
    if isinstance(vcov, Mapping):
        if list(vcov) != ["cluster"]:
            raise ArgumentError(
                f"vcov={dict(vcov)!r} is not known.", 'for example vcov={"cluster": "outlet"}.'
            )
        return str(vcov["cluster"])
    check_choice("vcov", vcov, get_args(Robust))
    return None


def _named(vcov: Any, cluster: str | None, rows: Rows, method: Method, family: FamilyName) -> str:
    """How the covariance was estimated."""
    if method in (*OF_OUTCOME, "dsl", "ptd"):
        kind = "bootstrap" if method == "ptd" else "sandwich"
        by = "bootstrap by" if method == "ptd" else "by"
        return f"{by} {cluster}" if cluster else kind
    if rows.clusters is None:
        named = robust_within(vcov, len(rows.absorbed)) if rows.absorbed else vcov
    else:
        is_small = not rows.absorbed and is_cr2(family, rows.clusters)
        named = f"{'CR2' if is_small else 'CR1'} by {cluster}"
    return f"{named}, by Rubin's rules" if method == "imputation" else named


def _repeated_gold(table: Table, rows: Rows, method: Method) -> list[str]:
    """Gold rows that repeat another one, by path, or by all cells if few rows are alike by chance."""
    if method == "naive" or rows.clusters is not None:
        return []
    coded = among_all(rows.is_gold, rows.used)
    found = repeated(table, [row for row, is_gold in enumerate(coded) if is_gold], "gold rows")
    if found:
        return found
    count = int(rows.is_gold.sum())
    return told(repeats(table, coded), count, "gold rows", "same values in all columns")


def _few_clusters(rows: Rows, method: Method) -> list[str]:
    if rows.clusters is None:
        return []
    used = rows.clusters if method == "naive" else rows.clusters[rows.is_gold]
    count = len(set(used.tolist()))
    if count >= FEW_CLUSTERS:
        return []
    whose = "clusters" if method == "naive" else "clusters have gold rows"
    return [f"Only {count} {whose}: with fewer than {FEW_CLUSTERS}, intervals may be too narrow."]


def _without_error(fitted: Fit, terms: Sequence[str]) -> list[str]:
    held = [term for term, has in zip(terms, fitted.has_error, strict=True) if not has]
    if fitted.alike is not None or not held:
        return []
    return [
        f"{len(held)} terms stand for the clusters themselves ({held[0]!r} and so on), so they have no "
        "standard error; the others are compared within clusters."
    ]


def _notes(
    rows: Rows, method: Method, prob: str | None, trained: int, marked: Collection[str]
) -> list[str]:
    notes = []
    if rows.missing:
        gone = int((~rows.used).sum())
        left = f"{gone:,} row{' was' if gone == 1 else 's were'} left out for missing values"
        notes.append(f"{left}: {counts(rows.missing)}.")
    if rows.pairs and method != "naive" and prob is None:
        notes.append(
            f"No sampling probabilities were given: the {rows.is_gold.sum():,} gold rows were taken as "
            f"a simple random sample of the {len(rows.is_gold):,} rows."
        )
    if rows.coding is not None and prob is not None and method != "naive":
        notes += rows.coding.notes(prob)
    if method != "naive":
        notes += unlike_all(rows)
        chance = rows.chance(fit_to_rows=False)
        for name, values in gold_values(rows.gold_frame, rows.pairs).items():
            found = rare(values, chance)
            if found is None or (method == "imputation" and found.of_class >= FEWEST):
                continue
            instead = "" if method == "imputation" or rows.absorbed else _INSTEAD
            notes.append(found.note(name) + instead)
    if trained and method in CORRECTED:
        notes.append(
            f"The model was trained on {trained:,} of the gold rows; their predictions are out of fold."
        )
    elif method in CORRECTED:
        notes += too_good(rows, marked)
    if method != "naive":
        notes += few_gold(int(rows.is_gold.sum()))
    notes += notes_within(rows, method)
    notes += _few_clusters(rows, method)
    if method == "naive" and rows.pairs:
        notes.append("Predictions were taken as the truth.")
    return notes

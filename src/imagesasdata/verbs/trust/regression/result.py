"""The result of a regression: tidy table, one-row summary, augmented data, LaTeX."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic

import numpy as np
import pyarrow as pa

from imagesasdata.arrays.rows import among_all
from imagesasdata.arrays.stats.fits import Fit, Method
from imagesasdata.arrays.stats.inference import infer
from imagesasdata.columns import Column
from imagesasdata.engine.results import Results
from imagesasdata.errors import ArgumentError
from imagesasdata.options import Options
from imagesasdata.pages.exports import latex_text
from imagesasdata.tables.frames import Frame
from imagesasdata.tables.table import Table
from imagesasdata.verbs.door import door
from imagesasdata.verbs.trust._check import Line, as_table
from imagesasdata.verbs.trust._display import Methods, Reported
from imagesasdata.verbs.trust.regression.comparison import MethodComparison, by_method
from imagesasdata.verbs.trust.regression.figure import draw

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_NEVER = "never"
_SOURCES = {
    "ppi": "Angelopoulos, A. N., Duchi, J. C. and Zrnic, T. (2023). PPI++: Efficient Prediction-Powered "
    "Inference. arXiv. doi:10.48550/arXiv.2311.01453.",
    "cross_ppi": "Zrnic, T. and Candès, E. J. (2024). Cross-prediction-powered inference. PNAS. "
    "doi:10.1073/pnas.2322083121.",
    "dsl": "Egami, N., Hinck, M., Stewart, B. M. and Wei, H. (2023). Using Imperfect Surrogates for "
    "Downstream Inference. NeurIPS. doi:10.48550/arXiv.2306.04746.",
    "ptd": "Kluger, D. M., Lu, K., Zrnic, T., Wang, S. and Bates, S. (2025). Prediction-Powered "
    "Inference with Imputed Covariates and Nonuniform Sampling. arXiv. doi:10.48550/arXiv.2501.18577.",
    "imputation": "Cole, S. R., Chu, H. and Greenland, S. (2006). Multiple-imputation for "
    "measurement-error correction. International Journal of Epidemiology. doi:10.1093/ije/dyl097.",
}
_ALIKE = "the coefficient is a mean, and all gold values are 0 or all are 1"
TERM = Column("term", "string", "A term of the formula.", null=_NEVER)
ESTIMATE = Column("estimate", "float64", "Its coefficient.", null=_NEVER)
TIDY = (
    TERM,
    ESTIMATE,
    Column(
        "std_error", "float64", "Standard error of the coefficient.", range="0 ...", null=_ALIKE
    ),
    Column("statistic", "float64", "Coefficient over standard error.", null=_ALIKE),
    Column(
        "p_value",
        "float64",
        "Probability of a statistic at least as far from zero if the coefficient were zero.",
        range="0 to 1",
        null=_ALIKE,
    ),
    Column("conf_low", "float64", "Lower end of the confidence interval.", null=_NEVER),
    Column("conf_high", "float64", "Upper end of the confidence interval.", null=_NEVER),
)
GLANCE = (
    Column("method", "string", "naive, gold, ppi, dsl, ptd or imputation.", null=_NEVER),
    Column("family", "string", "ols, logit or poisson.", null=_NEVER),
    Column("vcov", "string", "How the covariance was estimated.", null=_NEVER),
    Column("nobs", "int64", "Rows used.", range="1 ...", null=_NEVER),
    Column("n_gold", "int64", "Rows used that have gold values.", null="no gold= was given"),
    Column("n_dropped", "int64", "Rows left out for missing values.", range="0 ...", null=_NEVER),
    Column(
        "n_clusters", "int64", "Number of clusters.", range="2 ...", null="vcov is not by clusters"
    ),
    Column(
        "power",
        "float64",
        "How far ppi trusts the predictions.",
        range="0 to 1",
        null="the method is not ppi",
    ),
    Column(
        "sampling",
        "string",
        "known: by sample_prob=; assumed: gold rows were taken as a simple random sample.",
        null="no gold= was given",
    ),
)
AUGMENT = (
    Column(
        "fitted",
        "float64",
        "The outcome that the regression expects, with gold values where there are some.",
        null="the row was left out for missing values",
    ),
    Column(
        "residual",
        "float64",
        "Outcome minus fitted; the gold value is the outcome where there is one.",
        null="the row was left out for missing values",
    ),
    Column("is_gold", "bool", "Whether the row's gold values were used.", null=_NEVER),
)
COMPARE = (
    TERM,
    *(
        column
        for name in ("naive", "gold", "corrected")
        for column in (
            Column(name, "float64", f"The {name} coefficient.", null="corrected: method is naive"),
            Column(f"{name}_low", "float64", "Lower end of its interval.", null="as above"),
            Column(f"{name}_high", "float64", "Upper end of its interval.", null="as above"),
        )
    ),
)


@dataclass(frozen=True, kw_only=True)
class Regression(Reported, Generic[Frame]):
    """A fitted regression. `tidy` has the estimates, `check` what they rest on; print it for a summary.

    ``notes`` list the assumptions and the omitted rows.
    """

    method: Method
    family: str
    formula: str
    vcov: str
    terms: list[str]
    fit: Fit
    n_gold: int | None
    n_dropped: int
    sampling: str | None
    notes: tuple[str, ...]
    table: Table = field(repr=False)
    used: np.ndarray = field(repr=False)
    is_gold: np.ndarray = field(repr=False)
    fitted: np.ndarray = field(repr=False)
    residual: np.ndarray = field(repr=False)
    columns: tuple[str, ...] = field(repr=False)
    again: Callable[[Method], Regression[Frame]] = field(repr=False)
    lines: Callable[[], list[Line]] = field(repr=False)

    @property
    def covariance(self) -> np.ndarray:
        """The covariance matrix of the coefficients, in the order of ``terms``."""
        return self.fit.covariance

    @property
    def params(self) -> dict[str, float]:
        """The coefficient of each term."""
        return dict(zip(self.terms, self.fit.estimate.tolist(), strict=True))

    @property
    def bse(self) -> dict[str, float]:
        """The standard error of each coefficient."""
        return dict(zip(self.terms, infer(self.fit, 0.95).std_error.tolist(), strict=True))

    def cov_params(self) -> np.ndarray:
        """The covariance matrix of the coefficients, under the name that statsmodels gives it."""
        return self.covariance

    def methods(self) -> Methods:
        """The result in words, the columns it rests on, and what to cite."""
        gold = "" if self.n_gold is None else f"{self.n_gold:,} hand-coded rows"
        drawn = (
            "drawn with known probabilities"
            if self.sampling == "known"
            else "taken as a simple random sample"
        )
        how = {
            "naive": "; columns were taken as they are, without a correction for errors of prediction",
            "gold": f", by the {gold} alone ({drawn})",
            "ppi": f", by prediction-powered inference with {gold} ({drawn})",
            "cross_ppi": f", by cross-fitted prediction-powered inference with {gold} ({drawn})",
            "dsl": f", by design-based supervised learning with {gold} ({drawn})",
            "ptd": f", by predict-then-debias with {gold} ({drawn})",
            "imputation": f", by multiple imputation with {gold} ({drawn})",
        }[self.method]
        gone = f" ({self.n_dropped:,} left out for missing values)" if self.n_dropped else ""
        text = (
            f"The regression {self.formula} ({self.family}) was estimated on {int(self.used.sum()):,} "
            f"rows{gone}{how}; standard errors: {self.vcov}."
        )
        return Methods(
            text, self.columns, (_SOURCES[self.method],) if self.method in _SOURCES else ()
        )

    def check(self) -> Frame:
        """What the estimates rest on, and what to do about it.

        Returns
        -------
        table
            A row for each thing that was looked at (how many rows the gold rows stand for, how many
            of the sampled rows were coded, whether gold rows are like all rows, coded rows of
            each class, accuracy in gold rows, rows of training, clusters), with ``check``,
            ``found``, ``is_good`` and ``advice``.
        """
        return as_table(self.table, self.lines())

    @door
    def tidy(self, *, conf_level: float = 0.95) -> Frame:
        """A row for each term: estimate, standard error, test and confidence interval.

        Parameters
        ----------
        conf_level
            Coverage of the interval, between 0 and 1.

        Returns
        -------
        table
            Of the kind of the data, with ``term``, ``estimate``, ``std_error``, ``statistic`` (t or
            z), ``p_value``, ``conf_low``, ``conf_high``.
        """
        cells = self._tidy(conf_level).items()
        return self.table.new({name: pa.array(some, from_pandas=True) for name, some in cells})

    def glance(self) -> Frame:
        """One row about the regression: method, rows used, gold rows, how they were sampled."""
        values = (
            self.method,
            self.family,
            self.vcov,
            int(self.used.sum()),
            self.n_gold,
            self.n_dropped,
            self.fit.clusters,
            self.fit.power,
            self.sampling,
        )
        kinds = {"string": pa.string(), "int64": pa.int64(), "float64": pa.float64()}
        return self.table.new(
            {
                column.name: pa.array([value], kinds[column.kind])
                for column, value in zip(GLANCE, values, strict=True)
            }
        )

    @door
    def augment(self, *, prefix: str | None = None) -> Frame:
        """The data with ``fitted``, ``residual`` and ``is_gold``, for every row given.

        Parameters
        ----------
        prefix
            A prefix for the names of the new columns, so that the results of two runs fit in one
            table.
        """
        out = Results("augment", self.table, AUGMENT, Options(prefix=prefix)).checked(
            replaceable=False
        )
        of_used = (among_all(values, self.used) for values in (self.fitted, self.residual))
        cells = (*of_used, self.is_gold)
        found = {
            column.name: pa.array(values, mask=None if values.dtype == bool else ~self.used)
            for column, values in zip(AUGMENT, cells, strict=True)
        }
        return out.join(pa.table(found))

    @door
    def compare(self, *, conf_level: float = 0.95) -> Frame:
        """The naive estimates and those of the gold rows alone, beside the corrected ones.

        The difference between ``naive`` and ``corrected`` is the effect of measurement error; the
        widths of ``gold`` and ``corrected`` show the value of the predictions.

        Raises
        ------
        ArgumentError
            When no gold values were given.
        """
        self._gold_is_given()
        found: dict[str, Any] = {TERM.name: self.terms}
        for name in ("naive", "gold", "corrected"):
            wanted: Any = self.method if name == "corrected" else name
            one = self if wanted == self.method else self.again(wanted)
            tidy = one._tidy(conf_level)
            if name == "corrected" and self.method in ("naive", "gold"):
                tidy = {key: pa.nulls(len(self.terms), pa.float64()) for key in tidy}
            found[name] = tidy["estimate"]
            found[f"{name}_low"], found[f"{name}_high"] = tidy["conf_low"], tidy["conf_high"]
        return self.table.new(found)

    @door
    def compare_methods(self, *, conf_level: float = 0.95) -> MethodComparison[Frame]:
        """The same regression by every method, from ``naive`` to ``imputation``.

        Parameters
        ----------
        conf_level
            Coverage of the intervals, between 0 and 1.

        Returns
        -------
        MethodComparison
            ``.tidy()`` has a row for each term and method, with the method's ``note``; ``.plot()`` draws
            them. A method that cannot estimate the regression has no estimates, and its note says why.

        Raises
        ------
        ArgumentError
            When no gold values were given.
        """
        self._gold_is_given()
        check_level(conf_level)

        def estimates(method: Method) -> tuple[dict[str, Any], tuple[str, ...]]:
            one = self if method == self.method else self.again(method)
            return one._tidy(conf_level), one.notes

        return by_method(estimates, self.table, self.formula, self.terms)

    @door
    def plot(self, *, conf_level: float = 0.95) -> Figure:
        """Draw the coefficients with their intervals, a line for each term but the constant.

        A term without a standard error has a point alone.

        Parameters
        ----------
        conf_level
            Confidence level of the intervals, over 0 and under 1.

        Returns
        -------
        matplotlib.figure.Figure
            Save it with ``.savefig("coefficients.png")``.

        Raises
        ------
        ArgumentError, ArgumentTypeError
            When the confidence level is not between 0 and 1.
        """
        title = f"{self.formula} ({self.method}), {100 * conf_level:g}% intervals"
        return draw(self.terms, self._tidy(conf_level), title)

    @door
    def latex(self, *, digits: int = 3) -> str:
        """A LaTeX table (needs ``booktabs``) with standard errors in parentheses.

        Parameters
        ----------
        digits
            Digits after the decimal point.
        """
        tidy = self._tidy(0.95)
        lines = [r"\begin{tabular}{lr}", r"\toprule", rf" & {self.method} ({self.family}) \\"]
        lines.append(r"\midrule")
        for term, estimate, error in zip(
            self.terms, tidy["estimate"], tidy["std_error"], strict=True
        ):
            lines.append(rf"{latex_text(term)} & ${estimate:.{digits}f}$ \\")
            lines.append(rf" & (${error:.{digits}f}$) \\")
        lines.append(r"\midrule")
        lines.append(rf"Rows & {int(self.used.sum()):,} \\")
        if self.n_gold is not None:
            lines.append(rf"Gold rows & {self.n_gold:,} \\")
        lines += [
            rf"Standard errors & {latex_text(self.vcov)} \\",
            r"\bottomrule",
            r"\end{tabular}",
        ]
        return "\n".join(lines)

    def __str__(self) -> str:
        """The estimates as text, and the notes below them."""
        tidy = self._tidy(0.95)
        width = max(len(term) for term in (*self.terms, "term"))
        head = ("estimate", "std_error", "p_value", "conf_low", "conf_high")
        lines = [f"{self.formula}   ({self.method}, {self.family}, {self.vcov})", ""]
        lines.append(f"{'term':<{width}} " + " ".join(f"{name:>10}" for name in head))
        for place, term in enumerate(self.terms):
            cells = " ".join(f"{tidy[name][place]:>10.4g}" for name in head)
            lines.append(f"{term:<{width}} {cells}")
        gold = "" if self.n_gold is None else f", {self.n_gold:,} with gold values"
        lines += ["", f"{int(self.used.sum()):,} rows{gold}", *self.notes]
        return "\n".join(lines)

    def _shown(self) -> tuple[str, dict[str, Any], tuple[str, ...]]:
        gold = "" if self.n_gold is None else f", {self.n_gold:,} with gold values"
        title = f"{self.formula} ({self.method}, {self.family}, {self.vcov})"
        return title, {f"{int(self.used.sum()):,} rows{gold}": self.tidy()}, self.notes

    def _gold_is_given(self) -> None:
        if self.n_gold is None:
            raise ArgumentError(
                "There is nothing to compare: the regression has no gold values.",
                'give gold={"predicted_column": "gold_column"}.',
            )

    def _tidy(self, conf_level: float) -> dict[str, Any]:
        check_level(conf_level)
        values = (self.terms, *infer(self.fit, conf_level))
        return {column.name: cells for column, cells in zip(TIDY, values, strict=True)}


def check_level(conf_level: float) -> None:
    """Raise unless a confidence level lies between 0 and 1.

    Raises
    ------
    ArgumentError
        With the level.
    """
    if not 0.0 < conf_level < 1.0:
        raise ArgumentError(
            f"conf_level must lie between 0 and 1, got {conf_level}.", "conf_level=0.95."
        )

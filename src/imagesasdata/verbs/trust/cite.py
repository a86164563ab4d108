"""`cite`: the methods paragraph and the references for what a paper used."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import imagesasdata
from imagesasdata.errors import ArgumentError, ArgumentTypeError, short
from imagesasdata.networks.zoo import registry
from imagesasdata.networks.zoo.card import ModelCard
from imagesasdata.options import CLASSIFIER
from imagesasdata.pages.results import citation_page
from imagesasdata.tables.files import ENDINGS, read
from imagesasdata.tables.frames import AnyFrame
from imagesasdata.tables.marks import Run
from imagesasdata.tables.table import Table, open_data
from imagesasdata.verbs.train.fitted_model import FittedModel
from imagesasdata.verbs.trust._display import Reported
from imagesasdata.verbs.trust._methods import failed, known_models, named, of_table, trained
from imagesasdata.verbs.trust.validate import validate

_Cited = str | ModelCard | FittedModel[Any] | Reported
_MODELS = (str, ModelCard, FittedModel)


@dataclass(frozen=True)
class Citation:
    """A paragraph for the methods section, and its references as BibTeX. Print it to see both.

    ``notes`` say which columns have no record, and how to get it back; they are not for the paper.
    """

    text: str
    bibtex: str
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The paragraph, the references, and the notes."""
        return "\n\n".join([self.text, self.bibtex, *(f"Note: {one}" for one in self.notes)])

    def _repr_html_(self) -> str:
        """The paragraph, the references and the notes, as HTML for a notebook."""
        return citation_page(self.text, self.bibtex, self.notes)


def cite(
    what: AnyFrame | _Cited | Sequence[AnyFrame | _Cited],
    *,
    model: str | ModelCard | FittedModel | Sequence[str | ModelCard | FittedModel] | None = None,
    truth: str | None = None,
    prediction: str | None = None,
) -> Citation:
    """Write the methods paragraph: what made each column, with which models, and how accurate they are.

    Readers can judge a measure if the paper says which model and version made it, what the model was
    trained on, and how well it did on the study's own pictures. This paragraph says so.

    Parameters
    ----------
    what
        The table that was analyzed; a result of `agreement`, `validate`, `audit` or `regress`; a model's
        name, its card, or a result of `fine_tune`; or a list of these. A file that the command line
        wrote (``"photos.csv"``) is a table, too.
    model
        With a table: the models that made columns of which it has no record.
    truth
        With a table: the column with hand-coded truth. The paragraph then reports the figures of
        `validate`.
    prediction
        With a table: the column with the model's classes.

    Returns
    -------
    Citation
        ``.text``, ``.bibtex``; ``.notes`` on columns that have no record; printed, all.

    Raises
    ------
    ArgumentError, ArgumentTypeError, ColumnError, UnknownNameError
        When there is no such model, or a table has no record and comes without ``model=``.

    Notes
    -----
    Every verb notes in the table what made its columns: the verb, its version, its options and the
    models it used; no paths and no keys. pandas keeps it in ``DataFrame.attrs`` and in parquet files,
    through filters, sorting, new columns and ``groupby``, but not through ``merge``, ``join``, and
    ``concat`` of tables with different records; pyarrow in the schema's metadata;
    polars not at all, but for the very table that a verb gave. The command line keeps it in parquet
    and feather files, and beside a CSV or Stata file in ``FILE.record.json``, which counts as long as
    the file is as it was written. Where a record was lost, also give the tables that the verbs gave, or
    their files: with ``iad.cite([merged, photos, "faces.csv"])``, the columns of ``merged`` are known
    by their names in the others.

    The record goes by names: a column of which you change values keeps it, and one that you rename
    loses it. Columns without a record are listed as such.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> citation = iad.cite("efficientnet_lite0")
    >>> "EfficientNet-Lite0 (weights efficientnet-lite0-57934424.pth" in citation.text
    True
    >>> citation.bibtex.count("@")
    2
    >>> photos = iad.features("examples/photos/chelsea.jpg", groups="light")
    >>> "measured from the pixels alone (features, imagesasdata" in iad.cite(photos).text
    True
    """
    several = isinstance(what, list | tuple)
    given = [_read(one) for one in cast("Sequence[Any]", what if several else [what])]
    chosen = _chosen(model)
    chosen += [one for one in given if isinstance(one, _MODELS)]
    frames = [one for one in given if not isinstance(one, (*_MODELS, Reported))]
    tables = [open_data(one) for one in frames]
    results = [one for one in given if isinstance(one, Reported)]
    if not given or (model is not None and not chosen):
        raise ArgumentTypeError("No model was named.", f'for example iad.cite("{CLASSIFIER}").')
    _check_table(tables, model, truth, prediction)
    reports = [one.methods() for one in results]
    recorded = {name for table in tables for run in table.runs() for name in run.names}
    told = [(*of_table(table, told=recorded), failed(table)) for table in tables]
    known = {name for table in tables for name in table.names}
    told += [
        (*of_table(one.table, set(report.columns) - known), [])
        for one, report in zip(results, reports, strict=True)
    ]
    runs = [run for _, some, _, _ in told for run in some]
    unknown = list(dict.fromkeys(name for _, _, some, _ in told for name in some))
    if tables and not runs and not chosen and not results:
        raise ArgumentError(
            f"The table has no record of what made {named(unknown) if unknown else 'its columns'}: "
            "merge, join, concat and CSV files drop it.",
            "give the tables as the verbs gave them, or their files, too: "
            'iad.cite([merged, photos, "faces.csv"]); or name the model: '
            f'iad.cite(merged, model="{CLASSIFIER}").',
        )
    cards = [_card(one) for one in chosen]
    cards += [registry.card(name) for name in known_models(_models(runs))]
    today = dt.datetime.now(dt.UTC).date()
    versions = sorted({run.version for run in runs if run.version} or {imagesasdata.__version__})
    sentences = [
        f"Pictures were processed with imagesasdata {' and '.join(versions)} (cited on "
        f"{today.isoformat()}).",
        *(sentence for made, _, _, bad in told for sentence in (*made, *bad)),
        *(_sentence(card) for card in _once(cards)),
        *(trained(one.methods()) for one in chosen if isinstance(one, FittedModel)),
        *(report.text for report in reports),
    ]
    if truth is not None and prediction is not None:
        sentences.append(validate(frames[0], truth, prediction).methods().text)
    sources = dict.fromkeys(source for report in reports for source in report.sources)
    entries = [
        _software(today),
        *(_entry(card.name, card.citation) for card in _one_each(cards)),
        *(_entry(_key(source), source) for source in sources),
    ]
    return Citation(" ".join(dict.fromkeys(sentences)), "\n\n".join(entries), _lost(unknown))


def _lost(columns: Sequence[str]) -> tuple[str, ...]:
    """How to get back the record of columns, if there are some."""
    if not columns:
        return ()
    return (
        f"There is no record of {named(columns)}. If a verb of this library gave them, the record was "
        "lost in a merge, join or concat, by a new name, or in a file: give the tables as the verbs gave "
        "them, or the files that the command line wrote, too, as in "
        'iad.cite([merged, photos, "faces.csv"]).',
    )


def _read(one: Any) -> Any:
    """The table in a file; anything else as it is."""
    is_file = isinstance(one, str) and os.path.splitext(one)[1].lower() in ENDINGS
    return read(one).frame if is_file else one


def _check_table(
    tables: Sequence[Table], model: object, truth: str | None, prediction: str | None
) -> None:
    if not tables and (truth is not None or prediction is not None or model is not None):
        raise ArgumentError(
            "model=, truth= and prediction= go with a table.",
            f'for example iad.cite(photos, model="{CLASSIFIER}", truth="protest", '
            'prediction="protest_pred").',
        )
    if (truth is None) != (prediction is None):
        raise ArgumentError(
            "truth= and prediction= go together.",
            'for example truth="protest", prediction="protest_pred".',
        )
    if truth is not None and len(tables) > 1:
        raise ArgumentError(
            f"truth={truth!r} is a column of one table, and there are {len(tables)}.",
            'give the result in the list: iad.validate(photos, "protest", "protest_pred").',
        )


def _chosen(model: object) -> list[Any]:
    """The models of an argument: one, several or none."""
    several = list(model) if isinstance(model, list | tuple) else [] if model is None else [model]
    for one in several:
        if not isinstance(one, _MODELS):
            raise ArgumentTypeError(
                f"model must be a model's name, its card or a fitted model, got {short(one)}.",
                f'for example model="{CLASSIFIER}".',
            )
    return several


def _models(runs: Sequence[Run]) -> list[str]:
    """The models of runs, and those that fine-tuned models began with."""
    return [
        name
        for run in runs
        for name in (*(run.models or ()), *([run.fit["model"]] if run.fit is not None else []))
    ]


def _key(source: str) -> str:
    """A BibTeX key from a reference: ``egami_2023``."""
    year = re.search(r"\((\d{4})\)", source)
    name = source.partition(",")[0].lower()
    return f"{name}_{year[1] if year else 'nd'}"


def _card(one: str | ModelCard | FittedModel) -> ModelCard:
    if isinstance(one, ModelCard):
        return one
    return registry.card(one.provenance["model"] if isinstance(one, FittedModel) else one)


def _once(cards: Sequence[ModelCard]) -> list[ModelCard]:
    """Each card once, because models fine-tuned from the same network share its card."""
    return list({card.name: card for card in cards}.values())


def _sentence(card: ModelCard) -> str:
    scores = ", ".join(f"{name} {value}" for name, value in card.score.items())
    published = f" Its published accuracy is {scores} ({card.score_source})." if scores else ""
    files = ", ".join(f"{file.name}, {file.algorithm} {file.digest}" for file in card.weights)
    return (
        f"{card.title} (weights {files}; license: "
        f"{card.license}) was trained on {card.training_data}.{published}"
    )


def _software(today: dt.date) -> str:
    return "\n".join(
        [
            "@software{imagesasdata,",
            "  author = {{The imagesasdata authors}},",
            "  title = {imagesasdata: Pictures as data},",
            f"  version = {{{imagesasdata.__version__}}},",
            f"  year = {{{today.year}}},",
            f"  note = {{Cited on {today.isoformat()}}},",
            "}",
        ]
    )


def _one_each(cards: Sequence[ModelCard]) -> list[ModelCard]:
    """One card for each reference, because models from the same paper share one."""
    return list({card.citation: card for card in cards}.values())


def _entry(name: str, citation: str) -> str:
    """A reference of the form "Authors (year). Title. Where. doi:..." as BibTeX."""
    match = re.match(r"(?P<who>.+?) \((?P<year>\d{4})\)\. (?P<title>.+?)\. (?P<rest>.*)", citation)
    key = re.sub(r"\W+", "_", name)
    if match is None:
        return f"@misc{{{key},\n  note = {{{_safe(citation)}}},\n}}"
    fields = {
        "author": _authors(match["who"]),
        "title": f"{{{_safe(match['title'])}}}",
        "year": match["year"],
    }
    doi = re.search(r"doi:(\S+?)\.?$", match["rest"])
    where = re.sub(r"\s*doi:\S+$", "", match["rest"]).strip(" .")
    if where:
        fields["howpublished"] = _safe(where)
    if doi:
        fields["doi"] = doi[1]
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items()]
    return "\n".join([f"@misc{{{key},", *lines, "}"])


def _authors(text: str) -> str:
    """``Tan, M. and Le, Q.`` and ``Deng, J., Guo, J. and Xue, N.`` as BibTeX wants them."""
    text = _safe(text).removesuffix(", et al.").removesuffix(" et al.")
    return re.sub(r"(?<=\.), (?=\w)", " and ", text)


def _safe(text: str) -> str:
    return re.sub(r"([&%$#_])", r"\\\1", text)

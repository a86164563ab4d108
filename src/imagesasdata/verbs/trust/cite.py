"""`cite`: the methods paragraph and the references for the models that a paper used."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import imagesasdata
from imagesasdata.errors import ArgumentError, ArgumentTypeError
from imagesasdata.networks.zoo import registry
from imagesasdata.networks.zoo.card import ModelCard
from imagesasdata.options import CLASSIFIER
from imagesasdata.pages.results import citation_page
from imagesasdata.tables.frames import AnyFrame
from imagesasdata.tables.table import open_data
from imagesasdata.verbs.train.fitted_model import FittedModel
from imagesasdata.verbs.trust.validate import validate

_Cited = str | ModelCard | FittedModel[Any]
_MODELS = (str, ModelCard, FittedModel)


@dataclass(frozen=True)
class Citation:
    """A paragraph for the methods section, and its references as BibTeX. Print it to see both."""

    text: str
    bibtex: str

    def __str__(self) -> str:
        """The paragraph and the references."""
        return f"{self.text}\n\n{self.bibtex}"

    def _repr_html_(self) -> str:
        """The paragraph and the references, as HTML for a notebook."""
        return citation_page(self.text, self.bibtex)


def cite(
    what: AnyFrame | _Cited | Sequence[_Cited],
    *,
    model: _Cited | Sequence[_Cited] | None = None,
    truth: str | None = None,
    prediction: str | None = None,
) -> Citation:
    """Write the methods paragraph that reports the models used and their accuracy.

    Readers can judge a measure if the paper says which model and version made it, what the model was
    trained on, and how well it did on the study's own pictures. This paragraph says so.

    Parameters
    ----------
    what
        A model's name, its card, a result of `fine_tune`, or several of these; or the table that
        was analyzed, with ``model=``.
    model
        The model or models that made the table's columns; the table does not record them.
    truth
        With a table: the column with hand-coded truth. The paragraph then reports the figures of
        `validate`.
    prediction
        With a table: the column with the model's classes.

    Returns
    -------
    Citation
        ``.text``, ``.bibtex``; printed, both.

    Raises
    ------
    ArgumentError, ArgumentTypeError, ColumnError, UnknownNameError
        When there is no such model, or a table comes without ``model=``.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> citation = iad.cite("efficientnet_lite0")
    >>> "EfficientNet-Lite0 (weights efficientnet-lite0-57934424.pth" in citation.text
    True
    >>> citation.bibtex.count("@")
    2
    """
    measured = ""
    if isinstance(what, _MODELS) or (
        isinstance(what, (list, tuple)) and all(isinstance(one, _MODELS) for one in what)
    ):
        if truth is not None or prediction is not None or model is not None:
            raise ArgumentError(
                "model=, truth= and prediction= go with a table.",
                f'for example iad.cite(photos, model="{CLASSIFIER}", truth="protest", '
                'prediction="protest_pred").',
            )
        chosen = [what] if isinstance(what, _MODELS) else list(what)
    else:
        table = open_data(what)
        if model is None:
            raise ArgumentError(
                "A table does not say which model made its columns.",
                f'name it: iad.cite(photos, model="{CLASSIFIER}").',
            )
        if (truth is None) != (prediction is None):
            raise ArgumentError(
                "truth= and prediction= go together.",
                'for example truth="protest", prediction="protest_pred".',
            )
        chosen = [model] if isinstance(model, _MODELS) else list(model)
        rows = f"{len(table):,} pictures"
        if truth is not None and prediction is not None:
            measured = _measured(what, truth, prediction, rows)
    if not chosen:
        raise ArgumentTypeError("No model was named.", f'for example iad.cite("{CLASSIFIER}").')
    cards = [_card(one) for one in chosen]
    today = dt.datetime.now(dt.UTC).date()
    sentences = [
        f"Pictures were processed with imagesasdata {imagesasdata.__version__} (cited on "
        f"{today.isoformat()})."
    ]
    sentences += [_sentence(card) for card in _once(cards)]
    sentences += [_taught(one) for one in chosen if isinstance(one, FittedModel)]
    text = " ".join([*sentences, measured]).strip()
    entries = [_software(today), *(_entry(card) for card in _one_each(cards))]
    return Citation(text, "\n\n".join(entries))


def _card(one: str | ModelCard | FittedModel) -> ModelCard:
    if isinstance(one, ModelCard):
        return one
    return registry.card(one.provenance["model"] if isinstance(one, FittedModel) else one)


def _once(cards: Sequence[ModelCard]) -> list[ModelCard]:
    """Each card once, because models fine-tuned from the same network share its card."""
    return list({card.name: card for card in cards}.values())


def _taught(model: FittedModel) -> str:
    made = model.provenance
    chose = f", {made['n_validation']:,} more to choose the epoch" if made["n_validation"] else ""
    folds = made.get("folds")
    tested = (
        f"in {folds}-fold cross-validation over {made['n_test']:,} hand-coded pictures, each predicted "
        f"by a fit that had not seen it, this procedure reached {model.headline()}"
        if folds
        else f"on {made['n_test']:,} others it reached {model.headline()}"
    )
    return (
        f"On {registry.card(made['model']).title} a model of {model.outcome} was trained "
        f'(train="{made["train"]}") with {made["n_train"]:,} hand-coded pictures{chose}; {tested}.'
    )


def _sentence(card: ModelCard) -> str:
    scores = ", ".join(f"{name} {value}" for name, value in card.score.items())
    published = f" Its published accuracy is {scores} ({card.score_source})." if scores else ""
    files = ", ".join(f"{file.name}, {file.algorithm} {file.digest}" for file in card.weights)
    return (
        f"{card.title} (weights {files}; license: "
        f"{card.license}) was trained on {card.training_data}.{published}"
    )


def _measured(data: Any, truth: str, prediction: str, rows: str) -> str:
    found = validate(data, truth, prediction)
    one = found.overall
    by_class = found.by_class
    parts = [
        f"{label!s}: precision {by_class['precision'][place]:.2f}, recall "
        f"{by_class['recall'][place]:.2f}"
        for place, label in enumerate(found.labels)
    ]
    seen = one["n_trained"]
    folds = f" ({seen:,} of them in training, and predicted out of fold)" if seen else ""
    classes = f" By class, {'; '.join(parts)}." if len(parts) <= 5 else ""
    return (
        f"Of {rows}, {one['n']:,} with hand-coded {truth} were used to validate {prediction}{folds}: "
        f"accuracy was {one['accuracy']:.2f} (95% interval {one['accuracy_low']:.2f} to "
        f"{one['accuracy_high']:.2f}), the mean F1 {one['f1']:.2f}.{classes}"
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


def _entry(card: ModelCard) -> str:
    """A reference of the form "Authors (year). Title. Where. doi:..." as BibTeX."""
    match = re.match(
        r"(?P<who>.+?) \((?P<year>\d{4})\)\. (?P<title>.+?)\. (?P<rest>.*)", card.citation
    )
    key = re.sub(r"\W+", "_", card.name)
    if match is None:
        return f"@misc{{{key},\n  note = {{{_safe(card.citation)}}},\n}}"
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

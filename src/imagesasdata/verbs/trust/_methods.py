"""What made the columns of a table, in sentences for the methods section."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from imagesasdata.columns import IMAGE_ERROR
from imagesasdata.files.media import PICTURES, VIDEOS
from imagesasdata.networks.zoo import registry
from imagesasdata.tables.marks import Run
from imagesasdata.tables.table import Table

# What each verb did, before "with MODELS (verb, options) gave the columns ...".
DID = {
    "analyze_faces": "Age, gender, race or expression, as faces look to a network, were estimated",
    "augment": "The outcome of a fine-tuned model was predicted",
    "blur_faces": "Faces were hidden",
    "caption": "Captions were written",
    "classify": "Pictures were classified",
    "cluster": "Pictures were clustered by their embeddings",
    "cluster_faces": "Faces were grouped into persons by their embeddings",
    "cluster_table": "Clusters were described",
    "count_faces": "Faces were counted",
    "count_objects": "Objects were counted",
    "detect_faces": "Faces were found",
    "detect_objects": "Objects were found",
    "embed": "Pictures were embedded",
    "embed_faces": "Faces were embedded",
    "explain": "Heat maps of what a network looked at were drawn",
    "features": "Size, color, light, texture or composition were measured from the pixels alone",
    "find_duplicates": "Copies were looked for",
    "find_faces": "Faces were looked for in a gallery",
    "find_similar": "The most similar pictures were looked for",
    "measure_depth": "The layout of pictures in depth was measured",
    "measure_regions": "A raster was measured by region",
    "pseudonymize": "Columns that identify were replaced by keyed hashes",
    "read_annotations": "The answers of a commercial service or a language model were read",
    "read_images": "Files were described by their headers and names",
    "read_labels": "Hand-coded labels were read",
    "read_text": "Text was read",
    "read_video": "Frames were taken from videos",
    "recognize_objects": "Things were recognized by examples",
    "reduce": "Embeddings were reduced to a few dimensions",
    "sample_for_labels": "Rows to code by hand were drawn at random with known probabilities",
    "score_aesthetics": "Aesthetic quality was scored",
    "score_emotions": "The emotions that pictures evoke were scored",
    "score_unsafe": "The probability of pictures unsafe to look at was scored",
    "segment_colors": "Colors of a palette were segmented",
    "settle_labels": "The codes of several coders were settled into one",
    "transform": "Pictures were changed and written",
    "verify_faces": "Pairs of faces were compared",
    "video_motion": "Motion was measured in videos",
    "video_shots": "Videos were cut into shots",
    "zero_shot": "Pictures were classified by labels in words",
}
# Columns that name a row or its failure, which are no measure.
_NAMING = {
    IMAGE_ERROR.name,
    PICTURES.number.name,
    PICTURES.path.name,
    VIDEOS.number.name,
    VIDEOS.path.name,
}
_MOST_COLUMNS = 6
_MOST_UNKNOWN = 12


def of_table(
    table: Table, columns: Iterable[str] | None = None, told: Collection[str] = ()
) -> tuple[list[str], list[Run], list[str]]:
    """Sentences on what made the columns of a table, or some of them; the runs; columns of no record.

    Parameters
    ----------
    told
        Columns that another table has a record of, as before tables were merged.
    """
    wanted = [name for name in table.names if columns is None or name in set(columns)]
    runs = _together(run.only(wanted) for run in table.runs())
    sentences = [sentence for run in runs for sentence in _of_run(run, table)]
    made = {name for run in runs for name in run.names}
    known = {*made, *_NAMING, *told, table.path}
    unknown = [name for name in wanted if name not in known]
    if unknown:
        sentences.append(f"What made {named(unknown)} is not recorded in the table.")
    return sentences, runs, unknown


def named(columns: Sequence[str]) -> str:
    """Columns in a sentence, the first of many."""
    listed = _listed([repr(name) for name in columns], _MOST_UNKNOWN)
    return f"the column{'s' * (len(columns) > 1)} {listed}"


def _together(runs: Iterable[Run]) -> list[Run]:
    """Runs that still have columns; those of one call as one."""
    found: dict[str, Run] = {}
    for run in runs:
        if not run.names:
            continue
        key = json.dumps([run.verb, run.prefix, run.version, run.options])
        if key in found:
            first = found[key]
            models = list(dict.fromkeys([*(first.models or ()), *(run.models or ())]))
            run = run._replace(names=[*first.names, *run.names], models=models)
        found[key] = run
    return list(found.values())


def _of_run(run: Run, table: Table) -> list[str]:
    did = DID.get(run.verb, f"{run.verb} was run")
    models = f" with {_and([_title(name) for name in run.models])}" if run.models else ""
    options = [f"{name}={_option(value)}" for name, value in (run.options or {}).items()]
    version = f"imagesasdata {run.version}" if run.version else "version not recorded"
    details = ", ".join([run.verb, version, *options])
    names = _listed([repr(name) for name in run.names], _MOST_COLUMNS)
    told = [f"{did}{models} ({details}; column{'s' * (len(run.names) > 1)} {names})."]
    if run.fit is not None:
        told.append(trained(run.fit))
    if run.verb in _FOUND:
        told += _FOUND[run.verb](run, table)
    return told


def _copies(run: Run, table: Table) -> list[str]:
    kept = f"{run.prefix}is_kept"
    if kept not in run.names:
        return []
    cells = table.cells(kept)
    gone = sum(cell is False or (cell is not None and not cell) for cell in cells)
    return [
        f"In {gone:,} of {len(cells):,} rows, the picture is a copy of another ({kept} is false)."
    ]


def _drawn(run: Run, table: Table) -> list[str]:
    drawn = f"{run.prefix}is_sampled"
    if drawn not in run.names:
        return []
    count = sum(cell is not None and bool(cell) for cell in table.cells(drawn))
    return [f"The table has {count:,} of these rows."]


_FOUND: dict[str, Callable[[Run, Table], list[str]]] = {
    "find_duplicates": _copies,
    "sample_for_labels": _drawn,
}


def failed(table: Table) -> list[str]:
    """A sentence on the pictures that could not be used, if there are some."""
    bad = sum(cell is not None for cell in table.earlier_errors())
    return [f"In {bad:,} of {len(table):,} rows, the picture could not be used."] if bad else []


def trained(fit: Mapping[str, Any]) -> str:
    """How a fine-tuned model was trained, and how well it did (`FittedModel.methods`)."""
    more = fit["n_validation"]
    chose = f", {more:,} more to choose the epoch" if more else ""
    folds, tested = fit["folds"], fit["n_test"]
    how = (
        f"in {folds}-fold cross-validation over {tested:,} hand-coded pictures, each predicted "
        f"by a fit that had not seen it, this procedure reached {fit['figure']}"
        if folds
        else f"on {tested:,} others it reached {fit['figure']}"
    )
    return (
        f"On {_title(fit['model'])} a model of {fit['outcome']} was trained "
        f'(train="{fit["train"]}") with {fit["n_train"]:,} hand-coded pictures{chose}; {how}.'
    )


def known_models(names: Iterable[str]) -> list[str]:
    """Those of some models that have a card in this process; a user's own may have none."""
    return [name for name in dict.fromkeys(names) if name in registry.names()]


def _title(model: str) -> str:
    known = model in registry.names()
    return registry.card(model).title if known else f"the user's model {model!r}"


def _option(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else repr(value)


def _listed(names: Sequence[str], most: int) -> str:
    if len(names) <= most:
        return _and(names)
    return f"{', '.join(names[:most])} and {len(names) - most:,} more"


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"

"""The reference's tables, made from the library itself: columns, commands, errors, models."""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import imagesasdata as iad
from imagesasdata import columns as col
from imagesasdata.arrays.faces import columns as faces
from imagesasdata.arrays.measures import GROUPS, aesthetics
from imagesasdata.columns import Column
from imagesasdata.files.exif import CAMERA, PLACE
from imagesasdata.training import columns as training
from imagesasdata.verbs.classify import caption
from imagesasdata.verbs.collections import (
    _cluster_curve,
    cluster,
    cluster_table,
    find_duplicates,
    find_similar,
    reduce,
)
from imagesasdata.verbs.faces import blur_faces
from imagesasdata.verbs.inside import explain
from imagesasdata.verbs.inside import models as models_module
from imagesasdata.verbs.inside import summary as summary_module
from imagesasdata.verbs.measure import measure_regions, score_emotions, score_unsafe, segment_colors
from imagesasdata.verbs.measure.score_aesthetics import PRED
from imagesasdata.verbs.read import read_images, read_video, transform, video_motion, video_shots
from imagesasdata.verbs.things import count_objects, detect_objects, read_text, recognize_objects
from imagesasdata.verbs.trust import agreement as agreement_module
from imagesasdata.verbs.trust import audit as audit_module
from imagesasdata.verbs.trust import label_page, read_annotations, sample_for_labels
from imagesasdata.verbs.trust import validate as validate_module
from imagesasdata.verbs.trust.regression import result

READ = (col.IMAGE_ID, col.PATH, *read_images.COLUMNS)
EXIF = (*CAMERA, *PLACE)
FRAMES = (col.FILE_ID, col.FILE_PATH, col.FRAME)
VIDEO = (read_video.FRAME_ID, col.VIDEO_ID, col.VIDEO_PATH, *read_video.COLUMNS)
SHOTS, MOTION = video_shots.COLUMNS[3:], video_motion.COLUMNS
TRANSFORM = transform.COLUMNS
EXPLAIN = explain.COLUMNS
AESTHETICS = (*aesthetics.COLUMNS, PRED)
REGIONS = (*measure_regions.CELL, *measure_regions.COLUMNS)
COLORS = (*segment_colors.CELL, segment_colors.SHARE.named("road_share"))
OBJECTS = detect_objects.COLUMNS
COUNTS = (count_objects.COUNT.named("n_person"),)
UNSAFE = score_unsafe.COLUMNS
MATCHES = recognize_objects.COLUMNS
EMOTIONS = tuple(column for columns in score_emotions.COLUMNS.values() for column in columns)
TEXT, WHOLE_TEXT = read_text.COLUMNS, read_text.WHOLE
CAPTION = (caption.CAPTION,)
CLASSIFY = (col.LABEL, col.LABEL_ID, col.LABEL_PROB, col.RANK)
EMBED = (col.EMBEDDING, col.EMB.named("emb_0"))
DETECT_FACES = faces.DETECTED
EMBED_FACES = (faces.FACE_EMBEDDING,)
VERIFY_FACES = faces.VERIFIED
FIND_FACES = (faces.TARGET, faces.RANK, faces.FACE_ID, faces.DISTANCE, faces.MATCH)
CLUSTER_FACES = (faces.PERSON, faces.PERSON_DISTANCE)
ANALYZE_FACES = tuple(
    column for name in ("age", *faces.CLASSES) for column in faces.attribute_columns(name)
)
BLUR_FACES = blur_faces.COLUMNS
SIMILAR = (
    find_similar.QUERY_ID,
    find_similar.RANK,
    col.IMAGE_ID,
    col.PATH,
    find_similar.DISTANCE,
    find_similar.INDEX_RECALL,
)
DUPLICATES, CLUSTER, CURVE = find_duplicates.COLUMNS, cluster.COLUMNS, _cluster_curve.COLUMNS
CLUSTER_TABLE = (
    *cluster_table.FIRST,
    cluster_table.TYPICAL.named("typical_path_1"),
    cluster_table.ATYPICAL.named("atypical_path_1"),
)
REDUCE = (reduce.DIM.named("dim_1"),)
SAMPLE, LABELS = (sample_for_labels.COLUMN,), label_page.LABELS
ANNOTATIONS = read_annotations.COLUMNS[2:-1]
# Tables of results, by the call that gives them.
RESULTS = {
    "models": tuple(models_module.COLUMNS),
    "summary": summary_module.COLUMNS,
    "fine_tune(...).tidy()": training.TIDY,
    "fine_tune(...).glance()": training.GLANCE,
    "fine_tune(...).per_class()": training.PER_CLASS,
    "fine_tune(...).confusion()": training.CONFUSION,
    "fine_tune(...).errors()": training.ERRORS,
    "agreement(...).tidy()": agreement_module.TIDY,
    "validate(...).tidy()": validate_module.TIDY,
    "validate(...).glance()": validate_module.GLANCE,
    "audit(...).tidy()": audit_module.TIDY,
    "audit(...).gaps()": audit_module.GAPS,
    "regress(...).tidy()": result.TIDY,
    "regress(...).glance()": result.GLANCE,
    "regress(...).augment()": result.AUGMENT,
    "regress(...).compare()": result.COMPARE,
}
FEATURES = {name: group.columns for name, group in GROUPS.items()}
# The columns of each verb. Names that depend on the call are shown by an example above.
BY_VERB: dict[str, tuple[Column, ...]] = {
    "read_images": (*READ, *EXIF, *FRAMES, col.IMAGE_ERROR),
    "read_video": VIDEO,
    "transform": TRANSFORM,
    "features": tuple(column for group in FEATURES.values() for column in group),
    "score_aesthetics": AESTHETICS,
    "score_emotions": EMOTIONS,
    "score_unsafe": UNSAFE,
    "caption": CAPTION,
    "segment_colors": COLORS,
    "measure_regions": REGIONS,
    "video_shots": (*VIDEO, *SHOTS),
    "video_motion": (col.VIDEO_ID, col.VIDEO_PATH, *MOTION),
    "classify": CLASSIFY,
    "embed": EMBED,
    "explain": EXPLAIN,
    "detect_faces": DETECT_FACES,
    "embed_faces": EMBED_FACES,
    "verify_faces": VERIFY_FACES,
    "find_faces": FIND_FACES,
    "cluster_faces": CLUSTER_FACES,
    "analyze_faces": ANALYZE_FACES,
    "blur_faces": BLUR_FACES,
    "detect_objects": OBJECTS,
    "count_objects": COUNTS,
    "recognize_objects": MATCHES,
    "read_text": (*TEXT, *WHOLE_TEXT),
    "find_similar": SIMILAR,
    "find_duplicates": DUPLICATES,
    "cluster": (*CLUSTER, *CURVE),
    "cluster_table": CLUSTER_TABLE,
    "reduce": REDUCE,
    "sample_for_labels": SAMPLE,
    "read_labels": LABELS,
    "read_annotations": ANNOTATIONS,
    **RESULTS,
}


def columns(chosen: Iterable[Column]) -> str:
    """A Markdown table with a row for each column."""
    usual = Column.null  # stated once, above the tables
    rows = [
        [f"`{c.name}`", c.description, c.kind, c.unit, c.range, "" if c.null == usual else c.null]
        for c in chosen
    ]
    return _markdown(["column", "what it is", "type", "unit", "range", "null when"], rows)


def dictionary() -> str:
    """A Markdown table of all columns from A to Z, with the verbs that give each."""
    verbs: dict[Column, list[str]] = {}
    for verb, given in BY_VERB.items():
        for column in given:
            # A group of thousands of like columns, such as HOG's, is shown by its first.
            if re.fullmatch(r"hog_\d+", column.name) and column != FEATURES["hog"][0]:
                continue
            verbs.setdefault(column, []).append(verb)
    rows = [
        [f"`{c.name}`", ", ".join(f"`{v}`" for v in verbs[c]), c.kind, c.unit, c.range]
        for c in sorted(verbs, key=lambda column: column.name)
    ]
    return _markdown(["column", "of", "type", "unit", "range"], rows)


def unlisted(known: Iterable[Column]) -> list[str]:
    """The names of columns that the page of columns lacks."""
    shown = {column.name for given in BY_VERB.values() for column in given}
    return sorted(
        {
            column.name
            for column in known
            if not any(re.fullmatch(_pattern(column.name), name) for name in shown)
        }
    )


def constants() -> list[Column]:
    """Every column that a module of the library names, in public or as part of a group."""
    found: dict[Column, None] = {}
    for module in pkgutil.walk_packages(iad.__path__, "imagesasdata."):
        if module.name.endswith("__main__"):
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            if not name.startswith("_"):  # such columns are passed on between functions only
                found |= dict.fromkeys(_columns_in(value))
    return list(found)


def undocumented(pages: Iterable[Path], names: Iterable[str]) -> list[str]:
    """Which of the public names have no entry on the pages of the reference."""
    text = "\n".join(page.read_text("utf-8") for page in pages)
    return sorted(set(names) - set(re.findall(r"^::: imagesasdata\.(\w+)$", text, re.MULTILINE)))


def _columns_in(value: Any) -> Iterator[Column]:
    if isinstance(value, Column):
        yield value
    elif isinstance(value, Mapping):
        for each in (*value, *value.values()):
            yield from _columns_in(each)
    elif isinstance(value, (tuple, list)):
        for each in value:
            yield from _columns_in(each)


def _pattern(name: str) -> str:
    """A name as a pattern: what the call fills in may be anything."""
    return re.escape(name).replace(re.escape("{}"), r"\w+")


def errors(what_to_do: dict[str, str]) -> str:
    """A Markdown table with a row for each public error; every one needs an entry."""
    kinds = [
        (name, kind)
        for name in iad.__all__
        if isinstance(kind := getattr(iad, name), type) and issubclass(kind, Exception)
    ]
    rows = []
    for name, kind in sorted(kinds, key=lambda one: len(one[1].__mro__)):
        built_in = [b.__name__ for b in kind.__bases__ if b.__module__ == "builtins"]
        meaning = inspect.cleandoc(kind.__doc__ or "").split("\n\n")[0].replace("``", "`")
        rows.append(
            [f"[`{name}`][imagesasdata.{name}]", f"`{built_in[0]}`", meaning, what_to_do[name]]
        )
    return _markdown(["error", "is also a", "meaning", "what to do"], rows)


def command(*words: str) -> str:
    """The help of ``imagesasdata WORDS``, as the shell shows it."""
    one = _program()
    context = one.make_context("imagesasdata", ["--"], resilient_parsing=True)
    for word in words:
        one = one.get_command(context, word)
        context = type(context)(one, info_name=word, parent=context)
    one.rich_markup_mode = None  # plain text, without boxes
    context.max_content_width = context.terminal_width = 78
    return one.get_help(context)


@functools.cache
def _program() -> Any:
    import typer

    from imagesasdata import cli

    return typer.main.get_command(cli.app)


def commands() -> dict[str, list[tuple[str, ...]]]:
    """The words of every command by group, in the order in which they are listed."""
    program = _program()
    context = program.make_context("imagesasdata", ["--"], resilient_parsing=True)
    found: dict[str, list[tuple[str, ...]]] = {}
    for name in program.list_commands(context):
        one = program.get_command(context, name)
        inner = getattr(one, "commands", None)
        words = [(name, other) for other in inner] if inner else [(name,)]
        found.setdefault(one.rich_help_panel, []).extend(words)
    return found


def model_table() -> str:
    """The models in a table: what they do, their size and their published accuracy."""
    listed = iad.models()
    rows = [
        [
            f"`{one.model}`",
            one.tasks,
            str(one.input_size),
            f"{one.parameters / 1000000.0:.1f}",
            f"{one.megabytes:.0f}",
            one.score,
            one.license.split(" (")[0],
        ]
        for one in listed.itertuples()
    ]
    head = ["model", "does", "pixels", "million parameters", "MB", "published accuracy", "license"]
    return _markdown(head, rows)


def model_cards() -> str:
    """Every model's card, as a section each."""
    cards = [str(iad.model_card(name)) for name in iad.models().model]
    # A card is a page with a heading of its own; here it is part of one.
    return "\n\n".join(card.replace("## ", "#### ").replace("# ", "### ", 1) for card in cards)


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    safe = [[cell.replace("|", "\\|") for cell in line] for line in lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in safe)

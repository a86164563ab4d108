"""What a type checker makes of verbs: read by pyright alone (see tests/test_types.py), never run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, assert_type

import pandas as pd
import polars as pl
import pyarrow as pa
import ray.data

import imagesasdata as iad
from imagesasdata.tables.frames import ArrowTable


def paths(
    names: list[str], files: list[Path], both: set[str | Path], found: Iterator[Path]
) -> None:
    assert_type(iad.classify("photos/"), pd.DataFrame)
    assert_type(iad.classify(Path("photos")), pd.DataFrame)
    assert_type(iad.features(names), pd.DataFrame)
    assert_type(iad.embed(files), pd.DataFrame)
    assert_type(iad.detect_faces(both), pd.DataFrame)
    assert_type(iad.read_text(found), pd.DataFrame)


def tables(
    pandas: pd.DataFrame,
    eager: pl.DataFrame,
    lazy: pl.LazyFrame,
    either: pd.DataFrame | pl.DataFrame,
) -> None:
    assert_type(iad.classify(pandas), pd.DataFrame)
    assert_type(iad.classify(eager), pl.DataFrame)
    assert_type(iad.classify(lazy), pl.LazyFrame)
    assert_type(iad.classify(either), pd.DataFrame | pl.DataFrame)
    assert_type(iad.cluster(iad.embed(eager), k=8), pl.DataFrame)
    assert_type(iad.cluster_faces(iad.detect_faces(lazy)), pl.LazyFrame)
    assert_type(iad.find_similar(eager, "photo.jpg"), pl.DataFrame)
    assert_type(iad.find_similar("photos/", eager), pd.DataFrame)
    assert_type(iad.find_faces(pandas, eager), pl.DataFrame)
    assert_type(iad.sample_for_labels(eager, 100), pl.DataFrame)


def arrow(table: pa.Table, like_it: ArrowTable) -> None:
    # pyarrow has no types: what a checker knows of the table that comes out is what it knew before.
    assert_type(iad.classify(table), pa.Table)
    assert_type(iad.classify(like_it), ArrowTable)


def dataset(pictures: ray.data.Dataset) -> None:
    assert_type(iad.classify(pictures), ray.data.Dataset)
    assert_type(iad.ray_dataset("photos/"), ray.data.Dataset)
    iad.classify(iad.ray_dataset("photos/")).write_parquet("labels/")


def backends(frame: pl.DataFrame) -> None:
    assert_type(iad.read_images("photos/"), pd.DataFrame)
    assert_type(iad.read_images("photos/", exif=True, backend="pandas"), pd.DataFrame)
    assert_type(iad.read_images("photos/", backend="polars"), pl.DataFrame)
    assert_type(iad.read_images(frame, path="file"), pl.DataFrame)
    assert_type(iad.read_video(["a.mp4", "b.mp4"], every=1.0, backend="polars"), pl.DataFrame)
    assert_type(iad.video_shots("a.mp4", min_length=2, backend="polars"), pl.DataFrame)
    assert_type(iad.video_motion("a.mp4"), pd.DataFrame)
    assert_type(iad.measure_regions("a.tif", "b.geojson", backend="polars"), pl.DataFrame)
    assert_type(iad.measure_regions("a.tif", frame), pl.DataFrame)
    assert_type(iad.models("embed"), pd.DataFrame)
    assert_type(iad.models(backend="polars"), pl.DataFrame)
    assert_type(iad.summary("vgg16", backend="polars"), pl.DataFrame)
    assert_type(iad.read_labels("answers/"), pd.DataFrame)
    assert_type(iad.read_annotations("answers/", backend="polars"), pl.DataFrame)
    assert_type(iad.read_annotations("answers/", service="azure"), pd.DataFrame)
    assert_type(iad.read_annotations(frame, service="language_model"), pl.DataFrame)


def results(pandas: pd.DataFrame, eager: pl.DataFrame) -> None:
    assert_type(iad.agreement(eager), iad.Agreement[pl.DataFrame])
    assert_type(iad.similarities("photos/").tidy(), pd.DataFrame)
    assert_type(iad.similarities(eager).tidy(), pl.DataFrame)
    assert_type(iad.agreement(eager).tidy(), pl.DataFrame)
    assert_type(iad.settle_labels(eager), pl.DataFrame)
    assert_type(iad.plan_labels(eager, width=0.1, share=0.3).tidy(), pl.DataFrame)
    assert_type(iad.plan_labels(900, width=0.1, share=0.3).tidy(), pd.DataFrame)
    assert_type(iad.validate(pandas, "truth", "said").glance(), pd.DataFrame)
    assert_type(iad.audit(eager, "truth", "said", by="group").gaps(), pl.DataFrame)
    assert_type(iad.regress("y ~ x", eager).tidy(), pl.DataFrame)
    model = iad.fine_tune(eager, outcome="protest")
    assert_type(model, iad.FittedModel[pl.DataFrame])
    assert_type(model.glance(), pl.DataFrame)
    several = iad.fine_tune(eager, outcome=["protest", "anger"])
    assert_type(several, iad.FittedModels[pl.DataFrame])
    assert_type(several["anger"].glance(), pl.DataFrame)
    assert_type(model.augment("photos/"), pd.DataFrame)
    assert_type(iad.load_model("protest.iad").augment(eager), pl.DataFrame)
    assert_type(iad.cite(model), iad.Citation)
    assert_type(iad.model_card("vgg16"), iad.ModelCard)


def kept(found: iad.Regression, loaded: iad.FittedModel) -> None:
    """Without a kind a result's tables are pandas, as a table without one is."""
    assert_type(found.tidy(), pd.DataFrame)
    assert_type(loaded.errors(), pd.DataFrame)


def misuse(frame: pd.DataFrame, anything: Any) -> None:
    # Each of these must be told; a comment that nothing calls for is an error itself.
    iad.classify(3)  # pyright: ignore[reportArgumentType]
    iad.classify({"path": "a.jpg"})  # pyright: ignore[reportArgumentType]
    iad.classify("photos/", modle="vgg16")  # pyright: ignore[reportCallIssue]
    iad.cluster_table("photos/")  # pyright: ignore[reportArgumentType]
    iad.read_images("photos/", backend="polers")  # pyright: ignore[reportCallIssue, reportArgumentType]
    iad.read_images(frame, backend="polars")  # pyright: ignore[reportCallIssue, reportArgumentType]
    iad.read_images("photos/", exfi=True)  # pyright: ignore[reportCallIssue]
    iad.clasify("photos/")  # pyright: ignore[reportAttributeAccessIssue]
    iad.classify(anything)

"""Every verb on every kind of table: rows, order, index, types, and the user's columns to the byte."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import imagesasdata as iad
from tests.conftest import REPO, Kind

PHOTOS = REPO / "examples" / "photos"
VIDEO = REPO / "examples" / "videos" / "shots.mp4"
# With the face, a thing, a file that is not there, no path, and the first one again.
PATHS = [str(PHOTOS / "astronaut.jpg"), str(PHOTOS / "coffee.jpg"), "gone.jpg", None]
PATHS.append(PATHS[0])
WRONG = ["gone.jpg", "folder/none.png", None, "gone.jpg", "x"]
CLIPS = [str(VIDEO), "gone.mp4", None, str(VIDEO), "x"]

Call = Callable[[Any, Path], Any]
# With networks only those that come with the library or are fetched for the tests.
WIDE: dict[str, Call] = {
    "read_images": lambda t, to: iad.read_images(t, exif=True, gps=True),
    "features": lambda t, to: iad.features(t, groups=["size", "light", "hash"]),
    "transform": lambda t, to: iad.transform(t, iad.steps.resize(16), to=to),
    "score_aesthetics": lambda t, to: iad.score_aesthetics(t),
    "segment_colors": lambda t, to: iad.segment_colors(t, {"wood": "saddlebrown"}),
    "find_duplicates": lambda t, to: iad.find_duplicates(t),
    "cluster": lambda t, to: iad.cluster(t, k=1, stability=0, embedding="vector"),
    "reduce": lambda t, to: iad.reduce(t, dims=1, embedding="vector"),
}
LONG: dict[str, Call] = {
    "segment_colors": lambda t, to: iad.segment_colors(t, {"wood": "saddlebrown"}, grid=(1, 2)),
    "read_images": lambda t, to: iad.read_images(t, frames="all"),
    "find_similar": lambda t, to: iad.find_similar(t, t, top=1, embedding="vector", keep=list(OWN)),
}
VIDEOS: dict[str, Call] = {
    "read_video": lambda t, to: iad.read_video(t, n=2),
    "video_shots": lambda t, to: iad.video_shots(t),
    "video_motion": lambda t, to: iad.video_motion(t, every="4s", fps=1),
}
NETWORKS: dict[str, Call] = {
    "classify": lambda t, to: iad.classify(t, top=2),
    "embed": lambda t, to: iad.embed(t),
    "count_faces": lambda t, to: iad.count_faces(t, tiles="never"),
    "blur_faces": lambda t, to: iad.blur_faces(t, to=to, tiles="never"),
}
LONG_NETWORKS: dict[str, Call] = {
    "classify": lambda t, to: iad.classify(t, top=2, shape="long"),
    "detect_faces": lambda t, to: iad.detect_faces(t, tiles="never", keep_empty=True),
    "analyze_faces": lambda t, to: iad.analyze_faces(t, attributes=["age"]),
}

OWN: dict[str, list[Any]] = {
    "mark": [0, 1, 2, 3, 4],
    "tweet": [1234567890123456789, None, 3, 9007199254740993, 5],
    "zeros": ["007", "NA", "", None, "-"],
    "flag": [True, None, False, True, None],
    "party": ["b", "a", None, "b", "a"],
    "at": [dt.datetime(2020, 3, 29, 1, 30, tzinfo=dt.UTC)] * 4 + [None],
    "share": [0.1, None, float("inf"), -0.0, 1e-300],
}
IDS = [9007199254740993, 9007199254740995, 9007199254740997, 1, 1234567890123456789]


def native(kind: Kind, paths: list[str | None], *, rows: int | None = None) -> Any:
    """A table of the kind, with columns of every type, an odd index, and ids of 19 digits."""
    arrow = pa.table(
        {
            "path": pa.array(paths, pa.string()),
            "image_id": pa.array(IDS, pa.int64()),
            **{name: pa.array(cells) for name, cells in OWN.items()},
            "vector": pa.array([[1.0, 0.0], [0.0, 1.0], None, [0.5, 0.5], [1.0, 1.0]]),
        }
    )
    arrow = arrow if rows is None else arrow.slice(0, rows)
    if kind.name == "pyarrow":
        return arrow
    if kind.name.startswith("polars"):
        frame = pl.DataFrame(arrow).with_columns(pl.col("party").cast(pl.Categorical))
        return frame.lazy() if kind.name == "polars-lazy" else frame
    if kind.name == "pandas-pyarrow":
        frame = arrow.to_pandas(types_mapper=pd.ArrowDtype)
    else:
        frame = arrow.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
        frame["party"] = pd.Categorical(frame["party"], ["b", "a"], ordered=True)
        frame["at"] = frame["at"].dt.tz_convert("Europe/Berlin")
        frame["tweet"] = frame["tweet"].astype(object)
    return frame.set_axis(pd.Index([7, 7, 2, 0, 9][: len(frame)], name="case"))


def taken(table: Any, rows: list[int] | None, columns: list[str]) -> Any:
    """Some columns, as they are, of some rows."""
    if isinstance(table, pl.LazyFrame):
        table = table.collect()
    if isinstance(table, pd.DataFrame):
        return table[columns] if rows is None else table[columns].iloc[rows]
    table = table.select(columns)
    if rows is None:
        return table
    return (
        table[rows] if isinstance(table, pl.DataFrame) else table.take(pa.array(rows, pa.int64()))
    )


def assert_same(got: Any, given: Any, *, index: bool = True) -> None:
    if isinstance(got, pd.DataFrame):
        if not index:
            got, given = got.reset_index(drop=True), given.reset_index(drop=True)
        pd.testing.assert_frame_equal(got, given, check_exact=True, check_freq=False)
    else:
        assert got.equals(given)
        assert got.schema == given.schema


def types(table: Any, without: set[str]) -> dict[str, Any]:
    if isinstance(table, pl.LazyFrame):
        table = table.collect()
    if isinstance(table, pd.DataFrame):
        pairs = table.dtypes.items()
    elif isinstance(table, pl.DataFrame):
        pairs = table.schema.items()
    else:
        pairs = zip(table.schema.names, table.schema.types, strict=True)
    return {name: kind for name, kind in pairs if name not in without}


def check_wide(call: Call, kind: Kind, to: Path) -> None:
    seen = []
    for paths, rows in ((PATHS, None), (WRONG, None), (PATHS, 0), (PATHS, 2)):
        given = native(kind, paths, rows=rows)
        own = list(types(given, set()))
        done = call(given, to)
        assert kind.is_kind(done)
        assert_same(taken(done, None, own), taken(given, None, own))
        again = call(done, to)
        assert types(again, set()) == types(done, set()), "a second run"
        seen.append(types(done, set(own)))
    for one in seen[1:]:
        assert one == seen[0], "types depend on what failed"


def check_long(call: Call, kind: Kind, to: Path, paths: list[str | None], *, index: bool) -> None:
    seen = []
    for some, rows in ((paths, None), (WRONG, None), (paths, 0)):
        given = native(kind, some, rows=rows)
        done = call(given, to)
        assert kind.is_kind(done)
        marks = kind.columns(done)["mark"]
        if None in marks:  # a query that could not be used has no picture
            done = taken(
                done,
                [n for n, one in enumerate(marks) if one is not None],
                list(types(done, set())),
            )
            marks = [one for one in marks if one is not None]
        own = list(OWN)
        expected = taken(given, [int(one) for one in marks], own)
        got = taken(done, None, own)
        if isinstance(got, pd.DataFrame) and not index:
            expected = expected.astype(got.dtypes.to_dict())
        assert_same(got, expected, index=index)
        # An index without rows repeats nothing, so an id may come from it.
        seen.append(types(done, {*own, "file_id", "video_id"}))
    for one in seen[1:]:
        assert one == seen[0], "types depend on what failed"


@pytest.mark.parametrize("verb", WIDE)
def test_a_verb_that_keeps_rows(verb: str, kind: Kind, tmp_path: Path) -> None:
    check_wide(WIDE[verb], kind, tmp_path)


@pytest.mark.parametrize("verb", LONG)
def test_a_verb_that_makes_rows(verb: str, kind: Kind, tmp_path: Path) -> None:
    check_long(LONG[verb], kind, tmp_path, PATHS, index=verb == "segment_colors")


@pytest.mark.parametrize("verb", VIDEOS)
def test_a_verb_on_videos(verb: str, kind: Kind, tmp_path: Path) -> None:
    check_long(VIDEOS[verb], kind, tmp_path, CLIPS, index=verb == "video_motion")


@pytest.mark.slow
@pytest.mark.parametrize("verb", NETWORKS)
def test_a_network_that_keeps_rows(
    verb: str, kind: Kind, tmp_path: Path, bring_weights: Callable[..., None]
) -> None:
    bring_weights("blazeface_full")
    check_wide(NETWORKS[verb], kind, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("verb", LONG_NETWORKS)
def test_a_network_that_makes_rows(
    verb: str, kind: Kind, tmp_path: Path, bring_weights: Callable[..., None]
) -> None:
    bring_weights("blazeface_full", "faceres")
    check_long(LONG_NETWORKS[verb], kind, tmp_path, PATHS, index=True)

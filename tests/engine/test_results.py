"""The one way out: prefix, clash, raise and drop are the same for every verb, and written once."""

from __future__ import annotations

import re
import shutil
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from typer.testing import CliRunner

import imagesasdata as iad
from imagesasdata import cli
from imagesasdata.arrays.faces import columns as face
from imagesasdata.columns import IMAGE_ERROR, IMAGE_ID, Column
from imagesasdata.engine.results import (
    Results,
    prefixed,
    row_name,
    speaking_as,
    stop_at,
    stop_at_first,
    within,
)
from imagesasdata.engine.verb import Network
from imagesasdata.errors import (
    ArgumentError,
    DroppedImagesWarning,
    ImageError,
    ImagesAsDataError,
    NameClashError,
)
from imagesasdata.files.media import PICTURES, VIDEOS
from imagesasdata.options import Options
from imagesasdata.tables.table import open_table
from imagesasdata.verbs.faces._faces import run_on_faces
from imagesasdata.verbs.faces._identity import Known
from tests.conftest import REPO, Kind

SOURCE = REPO / "src" / "imagesasdata"
GOOD, GONE = "examples/photos/astronaut.jpg", "gone.jpg"
SCORE = Column("score", "float64", "A score.")
COUNT = Column("count", "int64", "A count.")


# Written once

PREFIXING = r"prefix or |f[\"'][^\"']*\{(options\.|self\.)?prefix\}[^x]"


@pytest.mark.parametrize(
    ("pattern", "files"),
    [
        (r"on_error\s*(==|!=)|(==|!=)\s*[\w.]*on_error", ["engine/results.py"]),
        (r"on_error (not )?in |get_args\(OnError\)", ["options.py"]),
        (PREFIXING, ["engine/results.py"]),
        (r"class \w+Warning\b", ["errors.py"]),
        (r"^\s+DroppedImagesWarning,\n\s+stacklevel", ["engine/results.py"]),
        (
            r"raise NameClashError\b",
            [
                "engine/results.py",
                "verbs/read/read_images.py",
                "verbs/trust/read_annotations.py",  # a key of an answer, not a column of the user
                "verbs/trust/settle_labels.py",  # whose table is a new one, not the user's
            ],
        ),
        (r"able has no column \{|but the table has no such column", ["tables/table.py"]),
        (r"def (need|check_names)\b", []),
    ],
)
def test_written_once(pattern: str, files: list[str]) -> None:
    found = [
        path.relative_to(SOURCE).as_posix()
        for path in sorted(SOURCE.rglob("*.py"))
        # There a prefix is that of a weight's name in a file, not of a column.
        if not (pattern == PREFIXING and path.is_relative_to(SOURCE / "networks"))
        if re.search(pattern, path.read_text("utf-8"), re.MULTILINE)
    ]
    assert found == files


def test_a_double_would_be_seen() -> None:
    pattern = r"on_error\s*(==|!=)|(==|!=)\s*[\w.]*on_error"
    assert re.search(pattern, 'if options.on_error != "drop":')
    assert re.search(pattern, 'if "drop" == options.on_error:')
    assert re.search(PREFIXING, "column.named(f\"{options.prefix or ''}{column.name}\")")
    assert re.search(PREFIXING, 'column.named(f"{prefix}{column.name}")')


# The same for every verb


@dataclass(frozen=True)
class Case:
    """A verb on three things of which the second fails."""

    verb: str
    things: str
    added: tuple[str, ...]
    call: Callable[..., Any]
    place: str = r"Row 1"
    prefix: bool = True


def pictures(**options: Any) -> Any:
    table = options.pop("table", pd.DataFrame({"path": [GOOD, GONE, GOOD]}))
    return iad.features(table, groups="size", **options)


def faces(**options: Any) -> Any:
    """A network on faces: the mean of each crop."""
    given = options.pop("table", None)
    known = {column.name: [9.0, 9.0, 9.0] for column in (*face.BOX, *face.EYES)}
    table = pd.DataFrame({"path": [GOOD, GONE, GOOD], **known}).assign(**options.pop("more", {}))
    return run_on_faces(
        table if given is None else given,
        name="embed_faces",
        columns=(SCORE,),
        crop=lambda image, one: np.full((4, 4, 3), 7, np.uint8),
        finish=lambda outputs: {"score": float(outputs["mean"])},
        network=Network(lambda params, x: {"mean": jnp.mean(x * params, (1, 2, 3))}, jnp.ones(())),
        settings={},
        options=Options(**options),
    )


def vectors(**options: Any) -> Any:
    cells = [np.eye(3, dtype=np.float32)[0], None, np.eye(3, dtype=np.float32)[1]]
    table = pd.DataFrame({"path": list("abc"), "embedding": cells})
    given = options.pop("table", table.assign(**options.pop("more", {})))
    return iad.reduce(given, dims=1, **options)


def queries(**options: Any) -> Any:
    cells = [np.eye(3, dtype=np.float32)[0], None, np.eye(3, dtype=np.float32)[1]]
    table = pd.DataFrame({"path": list("abc"), "embedding": cells})
    return iad.find_similar(table.iloc[[0]], table, top=1, **options)


def pairs(**options: Any) -> Any:
    table = pd.DataFrame({"path_a": [GOOD, GONE, GOOD], "path_b": [GOOD] * 3})
    given = options.pop("table", table.assign(**options.pop("more", {})))
    return iad.verify_faces(given, **options)


def targets(**options: Any) -> Any:
    return iad.find_faces([GOOD, GONE, "other.jpg"], GOOD, top=1, **options)


CASES = [
    Case("features", "pictures", ("aspect_ratio",), pictures),
    Case("embed_faces", "faces", ("score",), faces),
    Case("reduce", "pictures", ("dim_1",), vectors),
    Case("verify_faces", "pairs", ("distance", "threshold", "match", "match_prob"), pairs),
    Case("find_similar", "queries", ("query_id", "rank", "distance"), queries),
    Case("find_faces", "targets", ("target", "rank"), targets, "The target", prefix=False),
]


@pytest.fixture(params=CASES, ids=lambda case: case.verb)
def case(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Case:
    """Each kind of verb in turn; verbs that compare faces know three pictures without a network."""

    def known_faces(images: Any, model: str, options: Options) -> Known:
        table = open_table(images, "path")
        paths = table.paths()
        gone = [path == GONE for path in paths]
        return Known(
            table,
            list(range(len(paths))),
            paths,
            [None if bad else 0 for bad in gone],
            [1.0] * len(paths),
            [None if bad else np.array([1, 0], np.float32) for bad in gone],
            ["file not found" if bad else None for bad in gone],
        )

    for module in ("verify_faces", "find_faces"):
        monkeypatch.setattr(f"imagesasdata.verbs.faces.{module}.known_faces", known_faces)
    # `find_faces` lists the paths that it is given; here they need not exist.
    monkeypatch.setattr("imagesasdata.tables.files.list_files", lambda where, media: _listed(where))
    return request.param


def _listed(where: Any) -> list[str]:
    return [where] if isinstance(where, str) else list(where)


def test_a_failure_is_recorded(case: Case) -> None:
    done = case.call()
    assert len(done) == 3
    assert list(done.columns)[-1] == IMAGE_ERROR.name
    assert done.image_error.notna().sum() == 1


def test_prefix(case: Case) -> None:
    plain = list(case.call().columns)
    assert set(case.added) <= set(plain)
    if case.prefix:
        named = list(case.call(prefix="my_").columns)
        kept = {"path", "image_id", "embedding", "path_a", "path_b", IMAGE_ERROR.name}
        kept |= {column.name for column in (*face.BOX, *face.EYES)}
        assert named == [name if name in kept else f"my_{name}" for name in plain]


def test_clash() -> None:
    message = r"has a column '{0}' already, and it is not overwritten.*\nHint: give prefix=\"new_\""
    with pytest.raises(NameClashError, match=message.format("aspect_ratio")):
        pictures(table=pd.DataFrame({"path": [GOOD], "aspect_ratio": [1]}))
    for call, name in ((faces, "score"), (vectors, "dim_1"), (pairs, "match")):
        with pytest.raises(NameClashError, match=message.format(name)):
            call(more={name: [1, 2, 3]})
        with pytest.raises(NameClashError, match=r"prefix=\"my_new_\""):
            call(more={f"my_{name}": [1, 2, 3]}, prefix="my_")
        with pytest.raises(NameClashError, match="'image_error' does not hold text"):
            call(more={IMAGE_ERROR.name: [1, 2, 3]})


@pytest.mark.parametrize("case", [one for one in CASES if one.verb[:5] != "find_"], indirect=True)
@pytest.mark.parametrize("prefix", [None, "my_"])
def test_a_second_run_takes_the_place_of_the_first(case: Case, prefix: str | None) -> None:
    first = case.call(prefix=prefix)
    again = case.call(prefix=prefix, table=first)
    pd.testing.assert_frame_equal(again, first)
    # Another prefix is another run, and what came after stays.
    other = case.call(prefix="b_", table=first.assign(mine=1))
    assert {f"b_{name}" for name in case.added} <= {*other}
    assert {*first, "mine"} < {*other}
    third = case.call(
        prefix=prefix, table=other[other.path.notna() if "path" in other else slice(None)]
    )
    assert {*third} == {*other}


def test_a_second_run_in_each_kind_of_table(kind: Kind) -> None:
    first = iad.features(kind.make({"path": [GOOD, GONE], "mine": [1, 2]}), groups="size")
    again = iad.features(first, groups="size")
    assert kind.is_kind(again)
    assert kind.columns(again) == kind.columns(first)
    # A run with fewer columns leaves none of the earlier one's.
    fewer = iad.read_images(iad.read_images(again, exif=True))
    assert "camera_make" not in kind.columns(fewer)
    assert kind.columns(first).items() <= kind.columns(fewer).items()


@pytest.mark.parametrize(
    "change",
    [
        lambda table: table.assign(aspect_ratio=[1, 2]),  # another type
        # The table does not say where its columns come from, and lacks one.
        lambda table: pd.DataFrame(table.drop(columns="megapixel").to_dict("list")),
        lambda table: pl.from_pandas(table).drop("megapixel"),
        lambda table: (
            iad.features(pa.Table.from_pandas(table), groups="size", prefix="x_")
            .drop_columns("megapixel")
            .replace_schema_metadata(None)
        ),
    ],
)
def test_what_may_be_the_users_is_only_replaced_when_told(change: Callable[[Any], Any]) -> None:
    table = change(iad.features(pd.DataFrame({"path": [GOOD, GONE]}), groups="size"))
    with pytest.raises(NameClashError, match=r"write over it: features\(\.\.\., replace=True\)"):
        iad.features(table, groups="size")
    told = iad.features(table, groups="size", replace=True)
    names = told.column_names if isinstance(told, pa.Table) else list(told.columns)
    assert len({*names}) == len(names)
    assert [round(float(one), 3) for one in told["aspect_ratio"].to_numpy()[:1]] == [1.0]


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_a_table_without_notes_is_known_by_the_verbs_full_set_of_columns(library: str) -> None:
    table = pd.DataFrame({"path": [GOOD, GONE, GOOD], "mine": [1, 2, 3]})
    change: dict[str, Callable[[Any], Any]] = {
        "pandas": lambda one: pd.DataFrame(one.to_dict("series")).iloc[:2],
        "polars": lambda one: pl.from_pandas(one).filter(pl.col("mine") < 3),
        "pyarrow": lambda one: pa.Table.from_pandas(one).replace_schema_metadata(None).slice(0, 2),
    }
    shown = lambda one: one if isinstance(one, pd.DataFrame) else one.to_pandas()  # noqa: E731
    once = change[library](iad.features(table, groups="light"))
    with pytest.warns(
        iad.GuessWarning, match=r"features: the table's columns .* are replaced"
    ) as w:
        again = iad.features(once, groups="light")
    assert "replace=True says so; if they are your own, give prefix='new_'" in str(w[0].message)
    pd.testing.assert_frame_equal(shown(again), shown(once))
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # from now on the table notes it
        pd.testing.assert_frame_equal(shown(iad.features(again, groups="light")), shown(once))
        iad.features(once, groups="light", replace=True)
    # A part of the columns, or another type, or fewer than three may be the user's own.
    table["luminance_mean"] = [0.1, 0.2, 0.3]
    with pytest.raises(NameClashError, match=r"features\(\.\.\., replace=True\)"):
        iad.features(table, groups="light")


@pytest.mark.parametrize(
    ("names", "left", "stay"),
    [
        (
            ["label", "label_id", "label_prob"],
            ["label_2", "label_2_prob"],
            "'label_2', 'label_2_prob'",
        ),
        (["emb_0", "emb_1", "emb_2"], ["emb_3", "emb_4", "emb_5", "emb_6"], "'emb_5' and 1 more"),
        (["dim_1", "dim_2", "dim_3"], ["dim_4", "labels", "number", "dim"], "'dim_4' stay"),
        (["label", "label_prob", "label_id"], ["labels", "prob", "emb_1"], ""),
    ],
)
def test_columns_of_a_larger_run_that_stay_are_told(
    names: list[str], left: list[str], stay: str
) -> None:
    cells = {name: [1.0] for name in (*names, *left)}
    table = open_table(pd.DataFrame({"path": ["a"], **cells, "image_error": [None]}), "path")
    columns = [Column(name, "float64", "") for name in names]
    for replace in (True, False):
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            out = Results("classify", table, columns, Options(replace=replace)).checked()
        texts = [str(one.message) for one in told]
        assert out.table.names == ["path", *left, "image_error"]
        assert len(texts) == (not replace) + bool(stay)
        assert all(stay in text for text in texts[-1:])
    assert not stay or "data.drop(columns=['" in texts[-1]


def test_a_path_is_not_replaced(tmp_path: Path) -> None:
    once = iad.transform([GOOD], iad.steps.resize(8), to=tmp_path)
    hint = r"nor are 'out_path'.*\nHint: give prefix=\"new_\" for other names, as path names one"
    for more in ({}, {"replace": True}):
        with pytest.raises(NameClashError, match=hint):
            iad.transform(once, iad.steps.resize(4), to=tmp_path, path="out_path", **more)
    with pytest.raises(NameClashError, match="column 'is_sampled' already"):
        iad.sample_for_labels(iad.sample_for_labels(pd.DataFrame({"path": list("abcd")}), 3), 2)


def test_a_reason_that_is_gone_is_forgotten(tmp_path: Path) -> None:
    late = tmp_path / "late.jpg"
    table = pd.DataFrame(
        {"path": [str(late), GONE, GOOD], "image_error": [None, None, "of another"]}
    )
    first = iad.features(table, groups="size")
    assert first.image_error.tolist() == ["file not found", "file not found", "of another"]
    shutil.copy(REPO / GOOD, late)
    again = iad.features(first, groups="size")
    assert again.image_error.isna().tolist() == [True, False, False]
    assert again.image_error[2] == "of another"


def test_raise(case: Case) -> None:
    hint = r"\nHint: on_error=\"record\" goes on and writes this into the column image_error"
    with pytest.raises(ImageError, match=rf"^{case.place}.*: [^\n]+\.{hint}"):
        case.call(on_error="raise")


def test_drop(case: Case) -> None:
    with pytest.warns(DroppedImagesWarning) as told:
        done = case.call(on_error="drop")
    text = f"{case.verb}: 1 of 3 {case.things} could not be used and were dropped."
    assert [str(one.message) for one in told] == [text]
    assert told[0].filename == __file__
    assert len(done) == 2
    assert done.image_error.isna().all()


def test_nothing_to_drop_is_no_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(pictures(table=pd.DataFrame({"path": [GOOD]}), on_error="drop")) == 1
        assert len(pictures(table=pd.DataFrame({"path": []}), on_error="drop")) == 0


def test_regions_may_be_dropped() -> None:
    """Parts of pictures are joined by their rows, whatever became of them."""
    box = {"x": [0, None, 9], "y": [0, None, 9], "width": [50, None, 50], "height": [50, None, 50]}
    table = pd.DataFrame({"path": [GOOD] * 3, "mine": [1, 2, 3], **box})
    with pytest.warns(DroppedImagesWarning, match="^recognize_objects: 1 of 3 pictures"):
        done = iad.recognize_objects(table, {"a": GOOD}, regions=True, on_error="drop")
    assert done.mine.tolist() == [1, 3]
    assert done.match.tolist() == ["a", "a"]


def test_one_verb_within_another_drops_in_its_name() -> None:
    table = open_table(pd.DataFrame({"path": list("ab")}), "path")
    out = Results("inner", table, [SCORE], Options(on_error="drop"))
    with pytest.warns(DroppedImagesWarning, match="^outer: 1 of 2 pictures"), speaking_as("outer"):
        out.kept(["no", None])
    with pytest.warns(DroppedImagesWarning, match="^inner: 1 of 7 pictures"):
        out.kept(["no", None], of=7)


# The parts


def opened(kind: Kind, **columns: list[Any]) -> Any:
    return open_table(kind.make({"path": list("abc"), **columns}), "path")


def test_cells_of_some_rows_are_spread_over_all(kind: Kind) -> None:
    out = Results("verb", opened(kind), [SCORE, COUNT], Options(prefix="my_"))
    results = out.spread({"score": np.array([0.5, np.nan]), "count": [1, 2]}, [2, 0])
    assert results.schema.types == [pa.float64(), pa.int64()]
    assert results.to_pydict() == {"score": [None, None, 0.5], "count": [2, None, 1]}
    done = out.join(results, [None, "no", None])
    assert kind.is_kind(done)
    assert kind.columns(done) == {
        "path": list("abc"),
        "my_score": [None, None, 0.5],
        "my_count": [2, None, 1],
        "image_error": [None, "no", None],
    }
    assert list(kind.columns(out.join(results))) == ["path", "my_score", "my_count"]


def test_a_long_table(kind: Kind) -> None:
    out = Results("verb", opened(kind), [SCORE, COUNT], Options(prefix="my_"))
    results = pa.table({"count": [1, 2, 3], "score": [0.1, 0.2, 0.3], "unused": [0, 0, 0]})
    done = kind.columns(out.expand(results, [2, 0, None], [None, None, "no"], first=1, gaps=True))
    assert list(done) == ["my_score", "image_id", "path", "my_count", "image_error"]
    assert done["path"] == ["c", "a", None]
    assert done["image_error"] == [None, None, "no"]


def carried(names: list[str], *, path: str = "path", **options: Any) -> dict[str, str]:
    table = open_table(pd.DataFrame({name: ["a"] for name in names}), path)
    media, number = options.pop("media", PICTURES), options.pop("number", None)
    return Results("verb", table, [SCORE], Options(**options)).carried(media, number)


def test_columns_come_along() -> None:
    mine = ["path", "image_id", "party", "image_error", "date"]
    assert carried(mine) == {"party": "party", "date": "date"}
    assert carried(mine, keep="none") == {}
    assert carried(mine, keep=["date", "date"]) == {"date": "date"}
    assert carried(["file", "path", "score"], path="file") == {
        "file": "file",
        "path": "image_path",
        "score": "image_score",
    }
    assert carried(["path", "score"], prefix="my_") == {"score": "score"}
    videos = {"media": VIDEOS, "number": IMAGE_ID}
    assert carried(["path", "image_id", "video_id", "score"], **videos) == {
        "path": "path",
        "image_id": "video_image_id",
        "score": "video_score",
    }


# The index of a table and its own ids, and how many rows get another row's count from pandas.
MISNAMED = [
    ([0, 1, 2], [1, 2, 3], 2),
    ([0, 1, 2], [2, 1, 0], 2),
    ([0, 1, 2], ["1", "2", "3"], 0),
    (["1", "2", "3"], ["2", "1", None], 2),
    ([0, 1, 2], [1.0, None, 7.0], 1),
    ([0, 0, 1], [5, 6, 0], 2),
    ([0, 1, 2], [0, 1, 2], 0),
    ([2, 0, 1], [2, 0, 1], 0),
    ([0, 1, 2], [5, 6, 7], 0),
    ([0, 1, 2], [[1], [2], [3]], 0),
    ([("a", 1), ("a", 2), ("b", 1)], [1, 2, 3], 0),
]


@pytest.mark.parametrize(("index", "ids", "rows"), MISNAMED)
def test_an_own_id_that_the_index_contradicts_is_told(
    index: list[Any], ids: list[Any], rows: int
) -> None:
    levels = pd.MultiIndex.from_tuples(index) if isinstance(index[0], tuple) else index
    data = pd.DataFrame({"path": list("abc"), "image_id": ids}, index=levels)
    results = Results("detect_faces", open_table(data, "path"), [SCORE], Options())
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        results.check_long()
    assert len(told) == (rows > 0)
    for one in told:
        assert re.search(
            rf"^detect_faces: the table's own 'image_id' .* \({rows} of 3\), .*\nHint: .*"
            r"map\(result.groupby\(\"image_id\"\).size\(\)\), or iad.count_faces\(data\); ",
            str(one.message),
        )
    # pandas itself says on how many rows another row's count lands.
    if isinstance(index[0], tuple) or isinstance(ids[0], list):
        return
    marks = data.assign(mark=range(3)).groupby("image_id")["mark"].first()
    data["landed"] = marks
    assert (data["landed"].notna() & (data["landed"] != np.arange(3))).sum() == rows


def test_the_lines_that_are_told_for_ids_put_counts_right() -> None:
    data = pd.DataFrame({"path": [GOOD, GONE, GOOD], "image_id": [2, 3, 1]})
    with pytest.warns(iad.GuessWarning) as told:
        result = iad.segment_colors(data, {"wood": "saddlebrown"}, grid=(1, 2))
    (hint,) = [str(one.message).partition("Hint: write ")[2] for one in told]
    mapped, _, named = hint.partition("; or before the call ")
    names = {"data": data, "result": result}
    exec(mapped, names)
    assert data["n"].tolist() == [2, 1, 2]
    exec(named.removesuffix("."), names)
    result = iad.segment_colors(data, {"wood": "saddlebrown"}, grid=(1, 2))  # tells nothing
    data["n"] = result.groupby("image_id").size()
    assert data["n"].tolist() == [2, 1, 2]


def test_ids_are_told_once_and_where_they_can_mislead(tmp_path: Path) -> None:
    data = pd.DataFrame({"path": [GOOD, GONE], "image_id": [1, 2]})
    iad.segment_colors(data, {"wood": "saddlebrown"})  # the rows as they are
    iad.read_images(pa.Table.from_pandas(data), frames="all")
    data.to_csv(tmp_path / "a.csv", index=False)
    words = ["segment-colors", tmp_path / "a.csv", "--palette", "a=#ff0000", "--grid", "1,2"]
    CliRunner().invoke(cli.app, [*map(str, words), "--to", str(tmp_path / "b.csv")])
    assert pd.read_csv(tmp_path / "b.csv")["image_id"].tolist() == [1, 1, 2]
    with speaking_as("count_them"), pytest.warns(iad.GuessWarning, match="^count_them: ") as told:
        iad.segment_colors(data, {"wood": "saddlebrown"}, grid=(1, 2))
    assert len(told) == 1


@pytest.mark.parametrize(
    ("names", "options", "message"),
    [
        (
            ["path", "day"],
            {"keep": ["days"]},
            "keep names 'days', but .* 'path', 'day'.\nHint: .*'day'",
        ),
        (
            ["path"],
            {"keep": "day"},
            r"keep='day' is neither .*\nHint: for one .* keep=\['day'\]",
        ),
        (
            ["path"],
            {"keep": [["day"]]},
            "keep must be a list of columns, got list.\nHint: for example keep=",
        ),
        (
            ["path", "score", "image_score"],
            {},
            r"verb gives a column 'score', so .* named 'image_score' .*\nHint: .*keep=\['image_score'\]",
        ),
    ],
)
def test_columns_that_cannot_come_along(
    names: list[str], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ImagesAsDataError, match=message):
        carried(names, **options)


def test_no_columns_are_chosen_where_rows_stay() -> None:
    with pytest.raises(ArgumentError, match=r"keep='none' is for .*\nHint: leave keep out\."):
        iad.read_images([GOOD], keep="none")
    table = pd.DataFrame({"path": [GOOD], **{column.name: [9.0] for column in face.DETECTED}})
    with pytest.raises(ArgumentError, match=r"keep=\['path'\] is for .*\nHint: leave keep out\."):
        iad.analyze_faces(table, keep=["path"])


def test_an_earlier_reason_stays_in_a_long_table() -> None:
    table = open_table(pd.DataFrame({"path": list("ab"), "image_error": ["no", None]}), "path")
    results = pa.table({"score": [1.0, 2.0, None]})
    rows, errors = [0, 1, 1], [None, None, "late"]
    done = Results("verb", table, [SCORE], Options()).expand(results, rows, errors)
    assert done.image_error.tolist()[::2] == ["no", "late"]
    assert done.columns.tolist() == ["image_id", "path", "score", "image_error"]


def test_names_and_places() -> None:
    assert prefixed("score", None) == "score"
    assert prefixed("score", "a_") == "a_score"
    assert prefixed("image_error", "a_") == "image_error"
    assert row_name(3, "a.jpg") == "Row 3 ('a.jpg')"
    assert row_name(3, None) == "Row 3 (None)"
    assert "secret" not in row_name(0, "https://user:secret@host/a.jpg")


@pytest.mark.parametrize(
    ("given", "inner"), [("record", "record"), ("drop", "record"), ("raise", "raise")]
)
def test_within(given: Any, inner: str) -> None:
    options = within(Options(on_error=given, prefix="a_", workers=3))
    assert (options.on_error, options.prefix, options.workers) == (inner, None, 3)


def test_stop_at_the_first() -> None:
    errors = [None, "no", "never"]
    for on_error in ("record", "drop"):
        stop_at_first(Options(on_error=on_error), errors, str)
        stop_at(Options(on_error=on_error), "Row 1", "no")
    with pytest.raises(ImageError, match="^Row 1: no.\nHint: "):
        stop_at_first(Options(on_error="raise"), errors, lambda row: f"Row {row}")


def test_the_library_says_whose_line_it_was(tmp_path: Path) -> None:
    """However deep the warning is given, it names the user's file."""
    script = tmp_path / "mine.py"
    script.write_text(
        "import imagesasdata as iad\n"
        "def call():\n"
        "    return iad.detect_objects(['gone.jpg'], on_error='drop')\n"
    )
    space: dict[str, Any] = {}
    exec(compile(script.read_text(), str(script), "exec"), space)
    with pytest.warns(DroppedImagesWarning, match="1 of 1 pictures") as told:
        space["call"]()
    assert (told[0].filename, told[0].lineno) == (str(script), 3)

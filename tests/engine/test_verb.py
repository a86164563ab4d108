"""The promises that every verb keeps, shown on test verbs of each kind."""

from __future__ import annotations

import io
import itertools
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import pandas as pd
import polars as pl
import pytest
from PIL import Image, ImageSequence

import imagesasdata as iad
from imagesasdata.arrays.pixels import center_square, fit
from imagesasdata.columns import Column
from imagesasdata.engine.stream import Sample
from imagesasdata.engine.verb import Network, Row, Verb, run
from imagesasdata.errors import (
    ArgumentError,
    ArgumentTypeError,
    ColumnError,
    DroppedImagesWarning,
    ImageError,
    NameClashError,
    UnknownNameError,
)
from imagesasdata.files.decode import decode
from imagesasdata.options import Options
from tests.conftest import Kind, encoded, picture

MEAN = Column("mean", "float64", "Mean of all values.", range="0 to 255")
WIDTH = Column("stored_width", "int64", "Width.", unit="pixels")


def apply_mean(params: Any, batch: Any) -> dict[str, Any]:
    return {"mean": params["scale"] * batch.astype(jnp.float32).mean(axis=(1, 2, 3))}


NETWORK = Network(apply_mean, {"scale": np.float32(1.0)})


def per_image(network: bool = True, **changes: Any) -> Verb:
    """A verb of one row for each picture: its mean, by a jitted function or by numpy."""

    def load(data: bytes) -> list[Any]:
        image = decode(data)
        if network:
            return [Sample(center_square(image, 16, 1.0), note=image.width)]
        return [{"mean": float(fit(image, 512).mean()), "stored_width": image.width}]

    def finish(results: list[Any]) -> Sequence[Row]:
        if not network:
            return results
        outputs, width = results[0]
        return [{"mean": float(outputs["mean"]), "stored_width": width}]

    defaults = {
        "name": "mean_of",
        "columns": (MEAN, WIDTH),
        "load": load,
        "finish": finish,
        "network": NETWORK if network else None,
    }
    return Verb(**{**defaults, **changes})


def per_thing(**changes: Any) -> Verb:
    """A verb of many rows for each picture: a row for each bright quarter."""

    def load(data: bytes) -> list[Sample]:
        pixels = fit(decode(data), 64)
        height, width = pixels.shape[0] // 2 * 2, pixels.shape[1] // 2 * 2
        quarters = pixels[:height, :width].reshape(2, height // 2, 2, width // 2, 3)
        means = quarters.mean(axis=(1, 3, 4))
        return [Sample(np.zeros((2, 2, 3), np.uint8), note=means)]

    def finish(results: list[Any]) -> Sequence[Row]:
        means = results[0][1].ravel()
        return [{"mean": float(m), "stored_width": i} for i, m in enumerate(means) if m > 100]

    return Verb(
        **{
            "name": "bright_quarters",
            "columns": (MEAN, WIDTH),
            "load": load,
            "finish": finish,
            "network": NETWORK,
            "many": True,
            **changes,
        }
    )


def per_frame() -> Verb:
    """A verb whose samples are frames: one row for each frame of an animated picture."""

    def load(data: bytes) -> Iterator[Sample]:
        with Image.open(io.BytesIO(data)) as animation:
            for number, frame in enumerate(ImageSequence.Iterator(animation)):
                yield Sample(center_square(frame.convert("RGB"), 8, 1.0), note=number)

    def finish(results: list[Any]) -> Sequence[Row]:
        return [{"mean": float(out["mean"]), "stored_width": number} for out, number in results]

    return Verb(
        name="frame_means",
        columns=(MEAN, WIDTH.named("frame")),
        load=load,
        finish=lambda results: [
            {"mean": row["mean"], "frame": row["stored_width"]} for row in finish(results)
        ],
        network=NETWORK,
        many=True,
        every_frame=True,
    )


def per_crop() -> Verb:
    """A verb whose samples are crops: the left and right half of each picture, in one row."""

    def load(data: bytes) -> list[Sample]:
        image = decode(data)
        middle = image.width // 2
        halves = [(0, 0, middle, image.height), (middle, 0, image.width, image.height)]
        return [Sample(center_square(image.crop(box), 8, 1.0)) for box in halves]

    left, right = MEAN.named("mean_left"), MEAN.named("mean_right")
    return Verb(
        name="halves",
        columns=(left, right),
        load=load,
        finish=lambda results: [
            {"mean_left": float(results[0][0]["mean"]), "mean_right": float(results[1][0]["mean"])}
        ],
        network=NETWORK,
    )


def options(**chosen: Any) -> Options:
    return Options(**{"progress": False, **chosen})


def columns_of(folder: Path, extra: Sequence[str | None] = ()) -> dict[str, list[Any]]:
    paths: list[str | None] = [str(path) for path in sorted(folder.glob("*.jpg"))]
    paths += extra
    return {"path": paths, "y": list(range(len(paths)))}


# 1 and 2: rows and kind


@pytest.mark.parametrize("network", [True, False])
def test_rows_order_columns_and_kind(kind: Kind, folder: Path, network: bool) -> None:
    given = columns_of(folder, extra=[None, str(folder), "gone.jpg"])
    table = kind.make(given)
    result = run(table, per_image(network), options())
    assert kind.is_kind(result)
    got = kind.columns(result)
    assert list(got) == ["path", "y", "mean", "stored_width", "image_error"]
    assert got["path"] == given["path"]
    assert got["y"] == given["y"]
    assert all(0 < mean < 255 for mean in got["mean"][:8])
    assert got["stored_width"] == [48] * 8 + [None] * 3
    assert got["image_error"][:8] == [None] * 8
    assert "no path" in got["image_error"][8]
    assert got["image_error"][9] == "is a folder, not a picture"
    assert got["image_error"][10] == "file not found"


def test_values_belong_to_their_rows(kind: Kind, folder: Path) -> None:
    given = columns_of(folder)
    given["path"].reverse()
    got = kind.columns(run(kind.make(given), per_image(network=False), options()))
    expected = [np.asarray(Image.open(path).convert("RGB")).mean() for path in given["path"]]
    np.testing.assert_allclose(got["mean"], expected)


@pytest.mark.parametrize(
    "index",
    [
        [5, 5, 5, 1, 1, 0, 2, 2],
        list("aabbccdd"),
        pd.date_range("2020", periods=8),
        pd.MultiIndex.from_product([[1, 2], [1, 1, 2, 2]]),
    ],
)
def test_any_pandas_index_stays(folder: Path, index: Any) -> None:
    table = pd.DataFrame(columns_of(folder), index=index)
    before = table.copy()
    result = run(table, per_image(), options())
    pd.testing.assert_index_equal(result.index, table.index)
    pd.testing.assert_frame_equal(result[["path", "y"]], before)
    pd.testing.assert_frame_equal(table, before, obj="the user's own table")


def test_pandas_dtypes_stay(folder: Path) -> None:
    table = pd.DataFrame(columns_of(folder))
    table["group"] = pd.Categorical(list("aabbccdd"))
    table["small"] = np.arange(8, dtype=np.int8)
    table["maybe"] = pd.array([1, None, 3, 4, 5, 6, 7, 8], dtype="Int16")
    table["place"] = [Path(path) for path in table["path"]]
    result = run(table, per_image(), options(path="place"))
    pd.testing.assert_frame_equal(result[list(table.columns)], table)
    assert result["mean"].notna().all()


def test_numbers_in_pandas_suit_a_regression(folder: Path) -> None:
    result = run(pd.DataFrame(columns_of(folder)), per_image(), options())
    assert result["mean"].dtype == np.float64
    assert result["stored_width"].dtype == "Int64"  # whether there is a null or not
    assert np.asarray(result["stored_width"]).dtype == np.int64


def test_pyarrow_backed_pandas_stays_so(folder: Path) -> None:
    table = pd.DataFrame(columns_of(folder)).convert_dtypes(dtype_backend="pyarrow")
    result = run(table, per_image(), options())
    assert all(isinstance(dtype, pd.ArrowDtype) for dtype in result.dtypes)


def test_empty_in_empty_out_with_all_columns(kind: Kind) -> None:
    empty = kind.make({"path": ["a.jpg"], "y": [1]})[:0] if kind.name != "polars-lazy" else None
    if kind.name == "pyarrow":
        empty = kind.make({"path": ["a.jpg"], "y": [1]}).slice(0, 0)
    if empty is None:
        empty = pl.DataFrame({"path": ["a.jpg"], "y": [1]}).clear().lazy()
    result = run(empty, per_image(), options())
    assert kind.columns(result) == {
        name: [] for name in ["path", "y", "mean", "stored_width", "image_error"]
    }


@pytest.mark.parametrize("images", ["folder", "path", "glob", "list", "generator", "one"])
def test_paths_in_pandas_out(folder: Path, images: str) -> None:
    given = {
        "folder": str(folder),
        "path": folder,
        "glob": str(folder / "*.jpg"),
        "list": sorted(folder.glob("*.jpg")),
        "generator": iter(sorted(folder.glob("*.jpg"))),
        "one": folder / "0.jpg",
    }[images]
    result = run(given, per_image(), options())
    assert list(result.columns) == ["image_id", "path", "mean", "stored_width", "image_error"]
    assert result["image_id"].tolist() == list(range(1 if images == "one" else 8))


def test_pictures_in_an_archive_and_in_memory(folder: Path, tmp_path: Path, kind: Kind) -> None:
    import fsspec

    expected = run(folder, per_image(), options())["mean"].tolist()
    with zipfile.ZipFile(tmp_path / "photos.zip", "w") as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, f"in/{file.name}")
    memory = fsspec.filesystem("memory")
    for file in folder.iterdir():
        memory.pipe_file(f"/photos/{file.name}", file.read_bytes())
    for place in (
        tmp_path / "photos.zip",
        f"zip://in::{tmp_path / 'photos.zip'}",
        "memory://photos",
    ):
        assert run(place, per_image(), options())["mean"].tolist() == expected
    paths = [f"zip://in/0.jpg::{tmp_path / 'photos.zip'}", "memory://photos/gone.jpg", None]
    got = kind.columns(run(kind.make({"path": paths}), per_image(), options()))
    assert got["mean"] == [expected[0], None, None]
    assert got["image_error"][1] == "file not found"


def test_columns_without_names_are_kept(folder: Path) -> None:
    table = pd.DataFrame({0: sorted(map(str, folder.iterdir())), 1: range(8)})
    with pytest.raises(ColumnError, match="no column 'path'. Its columns: 0, 1."):
        run(table, per_image(), options())
    table = table.rename(columns={0: "path"})
    assert list(run(table, per_image(), options()).columns)[:2] == ["path", 1]


def test_many_rows_for_a_picture(kind: Kind, tmp_path: Path) -> None:
    names = ["dark", "bright", "half"]
    for name in names:
        pixels = np.zeros((20, 20, 3), np.uint8)
        pixels[: {"dark": 0, "bright": 20, "half": 10}[name]] = 200
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
    paths = [str(tmp_path / f"{name}.png") for name in names]
    table = kind.make({"path": [*paths, "gone.jpg"], "image_id": list("abcd")})
    got = kind.columns(run(table, per_thing(), options()))
    assert list(got) == ["image_id", "path", "mean", "stored_width", "image_error"]
    assert got["image_id"] == ["b", "b", "b", "b", "c", "c", "d"]
    assert got["stored_width"] == [0, 1, 2, 3, 0, 1, None]
    assert got["image_error"] == [None] * 6 + ["file not found"]
    kept = kind.columns(run(table, per_thing(keep_empty=True), options()))
    assert kept["image_id"] == ["a", "b", "b", "b", "b", "c", "c", "d"]
    assert kept["mean"][0] is None
    with pytest.warns(DroppedImagesWarning, match="1 of 4 pictures"):
        dropped = kind.columns(run(table, per_thing(), options(on_error="drop")))
    assert dropped["image_id"] == ["b", "b", "b", "b", "c", "c"]


def test_a_long_table_numbers_its_pictures(folder: Path) -> None:
    table = pd.DataFrame(columns_of(folder), index=list("hgfedcba"))
    result = run(table, per_thing(keep_empty=True), options())
    assert result["image_id"].drop_duplicates().tolist() == list("hgfedcba")
    plain = run(table.reset_index(drop=True), per_thing(keep_empty=True), options())
    assert plain["image_id"].drop_duplicates().tolist() == list(range(8))


def test_frames_are_samples_too(tmp_path: Path, kind: Kind) -> None:
    frames = [Image.new("RGB", (9, 9), (level,) * 3) for level in (0, 50, 100, 150, 250)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    frames[3].save(tmp_path / "b.gif")
    table = kind.make({"path": [str(tmp_path / "a.gif"), str(tmp_path / "b.gif")]})
    got = kind.columns(run(table, per_frame(), options(batch_size=4)))
    assert got["frame"] == [0, 1, 2, 3, 4, 0]
    np.testing.assert_allclose(got["mean"], [0, 50, 100, 150, 250, 150], atol=1)


def test_crops_are_samples_too(tmp_path: Path) -> None:
    pixels = np.zeros((10, 20, 3), np.uint8)
    pixels[:, 10:] = 240
    Image.fromarray(pixels).save(tmp_path / "a.png")
    result = run(tmp_path, per_crop(), options())
    assert result.loc[0, ["mean_left", "mean_right"]].tolist() == [0.0, 240.0]


# 3: failures are data


def test_on_error_raise_names_row_and_reason(folder: Path) -> None:
    table = pd.DataFrame({"path": ["gone.jpg"]})
    with pytest.raises(ImageError, match=r"Row 0 \('gone.jpg'\): file not found.\nHint: on_error"):
        run(table, per_image(), options(on_error="raise"))


def test_on_error_drop_says_how_many(kind: Kind, folder: Path) -> None:
    table = kind.make(columns_of(folder, extra=["gone.jpg", None]))
    with pytest.warns(DroppedImagesWarning, match="mean_of: 2 of 10 pictures could not be used"):
        result = run(table, per_image(), options(on_error="drop"))
    assert kind.is_kind(result)
    assert kind.columns(result)["y"] == list(range(8))


def test_reasons_of_an_earlier_verb_stay(kind: Kind, folder: Path, tmp_path: Path) -> None:
    late = tmp_path / "late.jpg"
    table = kind.make(columns_of(folder, extra=[str(late)]))
    first = run(table, per_image(), options())
    late.write_bytes(encoded(picture()))
    again = run(first, per_crop(), options())
    got = kind.columns(again)
    assert list(got)[-3:] == ["mean_left", "mean_right", "image_error"]
    assert got["image_error"] == [None] * 8 + ["file not found"]
    assert got["mean_left"][8] is not None


# 4: names


def test_prefix_renames(folder: Path) -> None:
    result = run(folder, per_image(), options(prefix="small_"))
    assert list(result.columns)[2:] == ["small_mean", "small_stored_width", "image_error"]


def test_a_users_column_is_never_overwritten(kind: Kind, folder: Path) -> None:
    table = kind.make({**columns_of(folder), "mean": [0.0] * 8})
    with pytest.raises(NameClashError, match="has a column 'mean' already.*\nHint: give prefix="):
        run(table, per_image(), options())
    assert "new_mean" in kind.columns(run(table, per_image(), options(prefix="new_")))


# 7: same answer


def test_same_answer_whatever_the_batch_workers_and_order(folder: Path) -> None:
    expected = run(folder, per_image(), options(batch_size=1, workers=1))
    for batch_size, workers in itertools.product([1, 3, 8, 50], [1, 5]):
        got = run(folder, per_image(), options(batch_size=batch_size, workers=workers))
        pd.testing.assert_frame_equal(got, expected, rtol=1e-6)
    shuffled = expected[["path"]].sample(frac=1, random_state=1)
    got = run(shuffled, per_image(), options()).sort_index()
    pd.testing.assert_series_equal(got["mean"], expected["mean"], rtol=1e-6)


# misuse, before any picture is read


def fail_if_read(data: bytes) -> list[Any]:
    raise AssertionError("a picture was read")


@pytest.mark.parametrize(
    ("table", "chosen", "error", "message"),
    [
        ({"paht": ["a"]}, {}, ColumnError, "no column 'path'.*'paht'.\nHint: give path=\"paht\""),
        ({"path": [1.5]}, {}, ArgumentTypeError, "'path' holds Float64, not paths"),
        ({"path": ["a"]}, {"on_error": "skip"}, UnknownNameError, "Unknown on_error 'skip'"),
        ({"path": ["a"]}, {"batch_size": 0}, ArgumentError, "batch_size must be at least 1"),
        ({"path": ["a"]}, {"workers": 1.5}, ArgumentTypeError, "workers must be a whole number"),
        ({"path": ["a"]}, {"prefix": "a b"}, ArgumentError, "cannot stand in a formula"),
        ({"path": ["a"]}, {"device": "cuda:0x"}, ArgumentError, "Unknown device 'cuda:0x'"),
    ],
)
def test_misuse(
    kind: Kind, table: dict[str, list[Any]], chosen: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        run(kind.make(table), per_image(load=fail_if_read), options(**chosen))


def test_a_device_that_is_not_here() -> None:
    from imagesasdata.errors import DeviceError

    with pytest.raises(DeviceError, match="No tpu is available .*cpu.\nHint: leave device=None"):
        run(pd.DataFrame({"path": ["a"]}), per_image(), options(device="tpu"))
    with pytest.raises(DeviceError, match="There is no device 'cpu:7'"):
        run(pd.DataFrame({"path": ["a"]}), per_image(), options(device="cpu:7"))


def test_a_column_twice() -> None:
    twice = pd.DataFrame([["a", "b"]], columns=["path", "path"])
    with pytest.raises(ColumnError, match="more than one column named 'path'"):
        run(twice, per_image(), options())


@pytest.mark.parametrize("thing", [3, None, object(), {"path": ["a"]}])
def test_no_table_at_all(thing: Any) -> None:
    with pytest.raises(ArgumentTypeError, match="Expected a table .* or paths, got"):
        run(thing, per_image(), options())


def test_the_hint_for_a_table_without_path_names_its_text(kind: Kind) -> None:
    table = kind.make({"likes": [1], "file": ["a.jpg"]})
    with pytest.raises(ColumnError, match='give path="file", the column that holds'):
        run(table, per_image(), Options())
    with pytest.raises(ColumnError, match='give path="NAME"'):
        run(kind.make({"likes": [1]}), per_image(), Options())


def test_a_kept_row_is_not_taken_under_another_limit(tmp_path: Path) -> None:
    photo = ["examples/photos/chelsea.jpg"]

    def failed(**limit: int) -> str | None:
        found = iad.features(photo, groups="light", cache=tmp_path, **limit)
        return None if found.image_error.isna()[0] else found.image_error[0]

    assert failed() is None
    assert "over the limit of 10" in str(failed(max_pixels=10))
    assert failed() is None

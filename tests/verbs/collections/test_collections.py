"""`find_similar`, `find_duplicates`, `cluster`, `cluster_table` and `reduce`."""

from __future__ import annotations

import io
import json
import uuid
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from PIL import Image, ImageEnhance, ImageOps

import imagesasdata as iad
from imagesasdata.verbs.collections.find_duplicates import Method
from tests.conftest import Kind, encoded

VERBS = {
    "cluster": lambda table, **more: iad.cluster(table, k=2, stability=2, **more),
    "reduce": lambda table, **more: iad.reduce(table, dims=2, **more),
    "find_duplicates": lambda table, **more: iad.find_duplicates(table, method="embedding", **more),
}
ADDED = {
    "cluster": ["cluster", "cluster_distance", "cluster_stability"],
    "reduce": ["dim_1", "dim_2"],
    "find_duplicates": ["copy_group", "copy_distance", "is_kept"],
}


def vectors(rows: int = 8) -> np.ndarray:
    """Two directions in turn, with a little noise."""
    draws = np.random.default_rng(0)
    base = np.eye(2, 6)[np.arange(rows) % 2]
    return (base + 0.05 * draws.standard_normal((rows, 6))).astype(np.float32)


def table(rows: int = 8) -> pd.DataFrame:
    return pd.DataFrame(
        {"path": [f"{n}.jpg" for n in range(rows)], "embedding": list(vectors(rows))}
    )


@pytest.fixture(params=list(VERBS))
def name(request: pytest.FixtureRequest) -> str:
    """Each verb that adds columns in turn."""
    return request.param


def test_each_table_library(kind: Kind, name: str) -> None:
    rows = table()
    given = kind.make(
        {
            "id": list("abcdefgh"),
            "path": rows.path.tolist(),
            "embedding": [one.tolist() for one in rows.embedding],
        }
    )
    done = VERBS[name](given)
    assert kind.is_kind(done)
    cells = kind.columns(done)
    assert list(cells) == ["id", "path", "embedding", *ADDED[name], "image_error"]
    assert cells["id"] == list("abcdefgh")
    assert all(
        None not in cells[column]
        for column in ADDED[name]
        if column not in ("copy_group", "copy_distance")
    )
    assert set(cells["image_error"]) == {None}


def test_similar_from_each_table_library(kind: Kind) -> None:
    rows = table()
    given = kind.make(
        {"path": rows.path.tolist(), "embedding": [one.tolist() for one in rows.embedding]}
    )
    done = iad.find_similar(given, given, top=2)
    assert kind.is_kind(done)
    cells = kind.columns(done)
    assert list(cells) == ["query_id", "rank", "image_id", "path", "distance", "image_error"]
    assert cells["rank"] == [1, 2] * 8
    assert cells["query_id"] == [n // 2 for n in range(16)]
    assert cells["path"][::2] == rows.path.tolist()


def test_rows_without_a_vector_keep_nulls(name: str) -> None:
    rows = table()
    rows.loc[2, "embedding"] = None
    rows.at[5, "embedding"] = np.full(6, np.nan, np.float32)
    rows.at[6, "embedding"] = np.array([1, 2, np.nan, 4, 5, 6], np.float32)
    rows["image_error"] = [None, None, "file not found", *[None] * 5]
    rows.index = [1, 1, 2, 2, 3, 3, 4, 4]
    done = VERBS[name](rows)
    assert done.index.tolist() == rows.index.tolist()
    bad = [2, 5, 6]
    assert done[ADDED[name]].iloc[bad].isna().all(axis=None)
    assert done.image_error.iloc[bad].tolist() == [
        "file not found",
        "there is no embedding",
        "the embedding holds NaN or infinity",
    ]
    assert done.image_error.iloc[[0, 1, 3, 4, 7]].isna().all()
    with pytest.warns(
        iad.DroppedImagesWarning,
        match=rf"{name}: 3 of 8 pictures could not be",
    ):
        assert len(VERBS[name](rows, on_error="drop")) == 5
    with pytest.raises(iad.ImageError, match=r"Row 2 \('2.jpg'\): there is no embedding"):
        VERBS[name](rows.drop(columns="image_error"), on_error="raise")


@pytest.mark.parametrize("rows", [0, 3])
def test_no_vector_at_all(name: str, rows: int) -> None:
    given = pa.table(
        {
            "path": pa.array(["a"] * rows, pa.string()),
            "embedding": pa.nulls(rows, pa.list_(pa.float32(), 4)),
        }
    )
    done = VERBS[name](given)
    assert done.column_names == ["path", "embedding", *ADDED[name], "image_error"]
    assert all(done[column].null_count == rows for column in ADDED[name])
    assert iad.find_similar(given, given).num_rows == rows
    curve = iad.cluster(given, k=range(2, 5))
    assert curve.to_pydict() == {
        "k": [2, 3, 4],
        "silhouette_mean": [None] * 3,
        "chosen": [False] * 3,
    }


def test_one_row(name: str) -> None:
    done = VERBS[name](table(1)) if name != "cluster" else iad.cluster(table(1))
    assert len(done) == 1
    assert done.image_error.isna().all()
    if name == "cluster":
        assert done.cluster.tolist() == [0]
        assert done.cluster_distance.tolist() == [0]
        assert done.cluster_stability.isna().all()


def test_names_that_are_taken(name: str) -> None:
    taken = ADDED[name][0]
    rows = table().assign(**{taken: 1})
    with pytest.raises(iad.NameClashError, match=rf"column '{taken}' already"):
        VERBS[name](rows)
    assert f"my_{taken}" in VERBS[name](rows, prefix="my_")


def test_vectors_under_another_name_or_in_columns() -> None:
    rows = table()
    plain = iad.cluster(rows, k=2, stability=0).cluster.tolist()
    renamed = rows.rename(columns={"embedding": "face"})
    assert iad.cluster(renamed, k=2, stability=0, embedding="face").cluster.tolist() == plain
    wide = pd.concat([rows[["path"]], pd.DataFrame(vectors()).add_prefix("emb_")], axis=1)
    assert iad.cluster(wide, k=2, stability=0).cluster.tolist() == plain
    with pytest.raises(iad.ColumnError, match=r"no column 'faces'(.|\n)*embedding=None"):
        iad.cluster(renamed, embedding="faces")


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda t: iad.cluster(t, k=9), iad.ArgumentError, r"k=9 clusters .* only 8(.|\n)*k=4"),
        (lambda t: iad.cluster(t, k=0), iad.ArgumentError, "k must be at least 1"),
        (lambda t: iad.cluster(t, method="kmean"), iad.UnknownNameError, "did you mean 'kmeans'"),
        (
            lambda t: iad.cluster(t, method="hdbscan", k=3),
            iad.ArgumentError,
            "number of clusters itself",
        ),
        (lambda t: iad.cluster(t, reduce="tsne"), iad.UnknownNameError, "reduction 'tsne'"),
        (
            lambda t: iad.cluster(t, stability=-1),
            iad.ArgumentError,
            "stability must be a whole",
        ),
        (lambda t: iad.cluster(t, seed=0.5), iad.ArgumentTypeError, "seed must be a whole"),
        (lambda t: iad.cluster(t, model="lite"), iad.UnknownNameError, "model 'lite'"),
        (
            lambda t: iad.cluster(t, k=range(2, 5), method="hdbscan"),
            iad.ArgumentError,
            "there is no curve",
        ),
        (lambda t: iad.cluster(t, k=range(1, 5)), iad.ArgumentError, "from 2 on, got 1"),
        (lambda t: iad.cluster(t, k=[]), iad.ArgumentTypeError, r"range of them, got \[\]"),
        (lambda t: iad.cluster(t, k="8"), iad.ArgumentTypeError, "range of them, got '8'"),
        (lambda t: iad.cluster(t, k=[2, 2.5]), iad.ArgumentTypeError, r"got \[2, 2.5\]"),
        (lambda t: iad.cluster_table(t), iad.ColumnError, "no column 'cluster'"),
        (
            lambda t: iad.cluster_table(t.assign(cluster=["a"] * 8)),
            iad.ArgumentTypeError,
            r"'cluster' must hold .* got 'a'(.|\n)*pandas.factorize\(data\[\"cluster\"\]\)",
        ),
        (
            lambda t: iad.cluster_table(t.assign(cluster=[1.5] * 8)),
            iad.ArgumentTypeError,
            "'cluster' must hold .* got 1.5",
        ),
        (lambda t: iad.cluster_table(t[["path"]]), iad.ColumnError, "no column of vectors"),
        (lambda t: iad.reduce(t, method="ump"), iad.UnknownNameError, "method 'ump'"),
        (lambda t: iad.reduce(t, dims=0), iad.ArgumentError, "dims must be at least 1"),
        (lambda t: iad.find_similar(t, t, metric="l2"), iad.UnknownNameError, "metric 'l2'"),
        (lambda t: iad.find_similar(t, t, index="flat"), iad.UnknownNameError, "index 'flat'"),
        (lambda t: iad.find_similar(t, t, top=0), iad.ArgumentError, "top must be at least 1"),
        (lambda t: iad.find_similar(t, "two dogs"), iad.ArgumentError, r"no text side(.|\n)*clip"),
        (
            lambda t: iad.find_similar(t, t.assign(embedding=[np.ones(3)] * 8)),
            iad.ArgumentError,
            "vectors have 6 numbers and the query's 3",
        ),
        (lambda t: iad.find_duplicates(t, method="md5"), iad.UnknownNameError, "method 'md5'"),
        (lambda t: iad.find_duplicates(t, threshold=16), iad.ArgumentError, "from 0 to 15, got 16"),
        (
            lambda t: iad.find_duplicates(t, threshold=0.1),
            iad.ArgumentError,
            "whole number of bits",
        ),
        (
            lambda t: iad.find_duplicates(t, method="embedding", threshold=3),
            iad.ArgumentError,
            "cosine distance from 0 to 2, got 3",
        ),
        (
            lambda t: iad.find_duplicates(t, against=t.drop(columns="path")),
            iad.ColumnError,
            "no column 'path'",
        ),
        (
            lambda t: iad.find_duplicates(
                t, method="embedding", against=t.assign(embedding=[np.ones(3)] * 8)
            ),
            iad.ArgumentError,
            "vectors have 6 numbers and those of against 3",
        ),
        (
            lambda t: iad.find_duplicates(t, method="both", threshold=5),
            iad.ArgumentTypeError,
            r"must be a pair, got 5(.|\n)*threshold=\(6, 0.1\)",
        ),
    ],
)
def test_misuse(call: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        call(table())


def test_similar_to_a_picture_on_disk(folder: Path) -> None:
    photos = iad.embed(folder, on_error="raise")
    gone = str(folder / "gone.jpg")
    done = iad.find_similar(photos, [str(folder / "3.jpg"), gone], top=3, prefix="s_")
    assert done.columns.tolist() == [
        "s_query_id",
        "s_rank",
        "image_id",
        "path",
        "s_distance",
        "image_error",
    ]
    assert done.path[0] == str(folder / "3.jpg")
    assert done.s_distance[0] == pytest.approx(0, abs=1e-6)
    assert done.s_distance[:3].is_monotonic_increasing
    assert done.iloc[3][["s_rank", "path", "s_distance"]].isna().all()
    assert (done.s_query_id[3], done.image_error[3]) == (1, "file not found")
    with pytest.warns(iad.DroppedImagesWarning, match="1 of 2 queries"):
        assert (
            len(iad.find_similar(photos, [str(folder / "3.jpg"), gone], top=3, on_error="drop"))
            == 3
        )
    with pytest.raises(iad.ImageError, match="file not found"):
        iad.find_similar(photos, [gone], on_error="raise")
    # Straight from pictures, the numbers are the same.
    again = iad.find_similar(folder, str(folder / "3.jpg"), top=3)
    assert again.distance.tolist() == pytest.approx(done.s_distance[:3].tolist(), abs=1e-6)


def test_similar_to_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, list[str]]] = []

    def embed_text(model: str, texts: list[str], *, device: str | None) -> np.ndarray:
        asked.append((model, texts))
        return vectors()[3:4]

    monkeypatch.setattr("imagesasdata.verbs.collections.find_similar.embed_text", embed_text)
    done = iad.find_similar(table(), "two dogs", top=2, model="clip_vit_b32")
    assert asked == [("clip_vit_b32", ["two dogs"])]
    assert done.path[0] == "3.jpg"
    assert done.query_id.tolist() == [0, 0]


@pytest.mark.parametrize(
    "ids",
    [
        [f"0c1f-{n}" for n in range(8)],
        [uuid.UUID(int=n) for n in range(8)],
        [1234567890123456789 + n for n in range(8)],
        ["07", 8, None, "x", "y", "z", 1.5, "last"],
    ],
)
def test_own_ids(ids: list[Any]) -> None:
    rows = table().assign(image_id=pd.Series(ids, index=table().index, dtype=object))
    done = iad.find_similar(rows, rows, top=1, keep="none")
    assert [*map(text_of, done.query_id)] == [*map(text_of, done.image_id)] == [*map(text_of, ids)]
    middle = iad.cluster_table(iad.cluster(rows, k=2, stability=0)).medoid_id
    assert {*map(text_of, middle)} <= {*map(text_of, ids)}


def text_of(one: Any) -> str | None:
    return None if one is None or one is pd.NA or one != one else str(one)


def test_an_index_reports_its_recall() -> None:
    pytest.importorskip("faiss")
    done = iad.find_similar(table(), table(), top=2, index="hnsw")
    assert done.columns.tolist()[4:] == ["distance", "index_recall", "image_error"]
    assert (done.index_recall == 1).all()


def test_the_number_of_clusters_is_chosen_and_shown(capsys: pytest.CaptureFixture[str]) -> None:
    rows = table(20)
    done = iad.cluster(rows, progress=True)
    assert sorted(done.cluster.unique()) == [0, 1]
    assert done.cluster_stability.unique().tolist() == [1]
    assert "2  0.9" in (shown := capsys.readouterr().err)
    assert "<- chosen" in shown
    curve = iad.cluster(rows, k=range(2, 21))
    assert curve.k[curve.chosen].tolist() == [2]
    assert curve.silhouette_mean.idxmax() == 0


def test_a_table_of_clusters() -> None:
    rows = table(9).assign(label=["a", "b"] * 4 + [None])
    done = iad.cluster_table(iad.cluster(rows, k=2, stability=3), top=2)
    assert done["size"].tolist() == [5, 4]
    assert done["share"].tolist() == pytest.approx([5 / 9, 4 / 9])
    assert done["labels"].tolist() == ["a (4, 2.0x)", "b (4, 2.0x)"]
    assert done["proposed_name"].tolist() == ["a", "b"]
    assert done.stability.tolist() == [1, 1]
    assert done.medoid_path.tolist() == done.typical_path_1.tolist()
    assert done.medoid_id.tolist() == [int(path[0]) for path in done.medoid_path]
    assert {int(path[0]) % 2 for path in done.iloc[0].filter(like="typical_path")} == {0}
    own = iad.cluster(rows, k=2, stability=0, prefix="my_")
    unnamed = iad.cluster_table(own, prefix="my_", label="none")
    assert unnamed.labels.isna().all()
    assert unnamed.proposed_name.isna().all()


def test_without_labels_words_name_a_cluster() -> None:
    said = ["Police and a crowd", "a crowd", "Coffee beside a spoon", "coffee", None]
    rows = table(5).assign(caption=said, cluster=[0, 0, 1, 1, -1])
    named = iad.cluster_table(rows).set_index("cluster").proposed_name
    assert (named[0], named[1]) == ("crowd, police", "coffee, beside")
    assert pd.isna(named[-1])


def save(image: Image.Image, to: Path, **options: Any) -> str:
    to.write_bytes(encoded(image, **options))
    return str(to)


def changed(image: Image.Image) -> dict[str, Image.Image]:
    width, height = image.size
    jpeg = io.BytesIO(encoded(image, quality=30))
    caption = Image.new("RGB", (width, round(1.09 * height)))
    caption.paste(image, (0, 0))
    return {
        "half": image.resize((width // 2, height // 2)),
        "quality": Image.open(jpeg).convert("RGB"),
        "crop": image.crop((width // 40, height // 40, width - width // 40, height - height // 40)),
        "brighter": ImageEnhance.Brightness(image).enhance(1.1),
        "darker": ImageEnhance.Brightness(image).enhance(0.9),
        "caption": caption,
        "mirror": ImageOps.mirror(image),
    }


def test_copies_are_found_and_the_largest_is_kept(example_photos: Path, tmp_path: Path) -> None:
    rows = []
    for source in sorted(example_photos.glob("*.jpg")):
        # A wall of equal bricks looks much the same a little to the side; its hash does not.
        # Blades of grass are finer than the pixels of a print; their crop is missed.
        if source.stem in {"broken", "brick", "grass"}:
            continue
        image = ImageOps.exif_transpose(Image.open(source)).convert("RGB")
        for variant, copy in {**changed(image), "original": image}.items():
            to = tmp_path / f"{source.stem}-{variant}.jpg"
            rows.append(
                {"truth": source.stem, "variant": variant, "path": save(copy, to, quality=95)}
            )
    rows = pd.DataFrame(rows)
    done = iad.find_duplicates(rows)
    originals = done[done.variant == "original"].set_index("truth").copy_group
    for variant in ("half", "quality", "crop", "brighter", "darker", "caption"):
        some = done[done.variant == variant]
        assert (some.copy_group.to_numpy() == originals[some.truth].to_numpy()).all(), variant
    assert (done.groupby("copy_group").truth.nunique() == 1).all()
    alone = done[done.variant == "mirror"]
    assert alone.copy_group.isna().all()
    assert (alone.is_kept == True).all()  # noqa: E712
    kept = done[(done.is_kept == True) & done.copy_group.notna()]  # noqa: E712
    # The caption makes a picture larger.
    assert kept.variant.unique().tolist() == ["caption"]
    assert (kept.copy_distance == 0).all()
    assert done.copy_distance.max() <= 12
    turned = iad.find_duplicates(rows, mirror=True)
    assert turned.groupby("truth").copy_group.nunique().unique().tolist() == [1]
    assert turned.copy_group.notna().all()


def test_equal_and_plain_and_broken_files(folder: Path) -> None:
    red, blue = (Image.new("RGB", (40, 40), color) for color in ("red", "blue"))
    paths = [
        save(red, folder / "red.jpg"),
        save(blue, folder / "blue.jpg"),
        save(red, folder / "again.jpg"),
        str(folder / "0.jpg"),
        str(folder / "gone.jpg"),
    ]
    done = iad.find_duplicates(paths)
    assert done.copy_group.tolist()[:1] + done.copy_group.tolist()[2:3] == [0, 0]
    assert done.copy_group[[1, 3, 4]].isna().all()
    assert done.is_kept.tolist()[:4] == [True, True, False, True]
    assert done.is_kept.isna().tolist() == [False] * 4 + [True]
    assert done.image_error[4] == "file not found"


def framed(image: Image.Image, margins: tuple[int, int, int, int], color: str) -> Image.Image:
    left, top, right, bottom = margins
    whole = Image.new("RGB", (image.width + left + right, image.height + top + bottom), color)
    whole.paste(image, (left, top))
    return whole


@pytest.mark.parametrize("mirror", [False, True])
def test_framed_and_cropped_copies(example_photos: Path, tmp_path: Path, mirror: bool) -> None:
    rows = []
    for name in ("chelsea", "coffee", "rocket", "astronaut"):
        image = Image.open(example_photos / f"{name}.jpg").convert("RGB")
        width, height = image.size
        copies = {
            "original": image,
            "bars": framed(image, (0, 60, 0, 60), "black"),
            "pillars": framed(image, (90, 0, 90, 0), "black"),
            "screenshot": framed(image, (100, 200, 100, 200), "white"),
            "frame": framed(image, (20, 20, 20, 20), "brown"),
            "caption": framed(image, (0, 0, 0, height // 7), "white"),
            "crop": image.crop((width // 8, height // 11, width, height - height // 9)),
            "crop in a frame": framed(
                image.crop((width // 9, 0, width, height)), (0, 50, 0, 50), "black"
            ),
            "mirrored": ImageOps.mirror(image),
            "mirrored bars": framed(ImageOps.mirror(image), (0, 60, 0, 60), "black"),
        }
        for variant, copy in copies.items():
            path = save(copy, tmp_path / f"{name}-{variant}.jpg", quality=85)
            rows.append({"truth": name, "variant": variant, "path": path})
    done = iad.find_duplicates(pd.DataFrame(rows), mirror=mirror)
    assert (done.groupby("copy_group").truth.nunique() == 1).all()
    turned = done.variant.str.startswith("mirrored")
    assert done.copy_group.notna().all()
    groups = done.groupby("truth").copy_group.nunique()
    assert groups.tolist() == [1 if mirror else 2] * 4
    if not mirror:
        assert not set(done.copy_group[turned]) & set(done.copy_group[~turned])
    assert done.copy_distance.max() <= 12


@pytest.mark.parametrize("method", ["hash", "both"])
@pytest.mark.parametrize("mirror", [False, True])
@pytest.mark.parametrize(
    ("names", "groups"),
    [
        ([], []),
        (["gone.png"], [None]),
        (["gone.png", "text.png"], [None, None]),
        ([None, None], [None, None]),
        (["white.png"], [None]),
        (["white.png", "black.png"], [None, None]),
        (["white.png", "again.png"], [0, 0]),
        (["gone.png", "white.png", None, "again.png", "black.png"], [None, 0, None, 0, None]),
    ],
)
def test_without_any_hash(
    tmp_path: Path, method: Method, mirror: bool, names: list[str | None], groups: list[int | None]
) -> None:
    for name, color in {"white": "white", "again": "white", "black": "black"}.items():
        Image.new("RGB", (64, 48), color).save(tmp_path / f"{name}.png")
    (tmp_path / "text.png").write_text("no picture")
    paths = pd.Series([name and str(tmp_path / name) for name in names], dtype="string")
    done = iad.find_duplicates(pd.DataFrame({"path": paths}), method=method, mirror=mirror)
    assert [None if pd.isna(one) else one for one in done.copy_group] == groups
    errors = [name is None or name in {"gone.png", "text.png"} for name in names]
    assert done.image_error.notna().tolist() == errors
    assert done.is_kept.isna().tolist() == errors
    assert done.copy_distance.dropna().tolist() == [0.0] * sum(one is not None for one in groups)


def test_a_killed_search_goes_on(folder: Path, tmp_path: Path) -> None:
    first = iad.find_duplicates(folder, cache=tmp_path / "cache")
    for number in range(8):
        (folder / f"{number}.jpg").touch()
    assert iad.find_duplicates(folder, cache=tmp_path / "cache").equals(first)


def test_both_methods_find_what_either_finds(folder: Path) -> None:
    rows = pd.DataFrame({"path": [str(folder / f"{n}.jpg") for n in range(4)]})
    rows["embedding"] = list(np.eye(4, dtype=np.float32)[[0, 0, 1, 2]])
    done = iad.find_duplicates(rows, method="both")
    assert done.copy_group.tolist()[:2] == [0, 0]
    assert done.copy_group[2:].isna().all()
    done = iad.find_duplicates(rows, method="both", threshold=(0, 0.0))
    assert done.copy_distance.tolist()[:2] == [0, 0]


def crowded(method: Method, folder: Path) -> pd.DataFrame:
    """Pictures with many near ones and ties: chains of small steps, and equal files."""
    draws = np.random.default_rng(3)
    rows = []
    for family in range(4):
        cells = Image.fromarray(draws.integers(0, 255, (12, 12, 3), np.uint8))
        base = cells.resize((128, 128), Image.Resampling.BICUBIC)
        for step in range(5):
            image = base.crop((8 * step, 0, 128, 128))
            path = save(image, folder / f"{family}-{step}.png")
            rows.append({"path": path, "embedding": draws.normal(size=3).astype(np.float32)})
    rows = pd.DataFrame([*rows, *rows[::7]])
    return rows if method != "hash" else rows[["path"]]


def sets(table: pd.DataFrame, of: pd.Index) -> set[frozenset[int]]:
    """The groups, each as the labels of its rows that are among ``of``."""
    some = table.loc[table.index.isin(of)].groupby("copy_group").groups.values()
    return {frozenset(one) for one in some}


@pytest.mark.parametrize("method", ["hash", "embedding", "both"])
def test_new_pictures_against_old_ones(method: Method, tmp_path: Path) -> None:
    rows = crowded(method, tmp_path).reset_index(drop=True)
    together = iad.find_duplicates(rows, method=method)
    assert together.copy_group.notna().sum() > 8
    for seed, share in enumerate((0.3, 0.8)):
        shuffled = rows.sample(frac=1, random_state=seed)
        assert sets(iad.find_duplicates(shuffled, method=method), rows.index) == sets(
            together, rows.index
        )
        old = shuffled.iloc[: round(share * len(rows))]
        new = shuffled.iloc[len(old) :]
        done = iad.find_duplicates(new, method=method, against=old)
        assert done.index.equals(new.index)
        assert sets(done, new.index) == sets(together, new.index)
        numbers = done.copy_group.dropna().drop_duplicates().tolist()
        assert numbers == list(range(len(numbers)))
        for label, row in done.iterrows():
            number = together.copy_group[label]
            group = together.index[(together.copy_group == number).fillna(value=False)]
            before = [one for one in group if one in old.index]
            assert pd.isna(row.copy_of) == pd.isna(row.copy_group) == pd.isna(number)
            if before:
                assert not row.is_kept
                assert row.copy_of in rows.path[before].tolist()
        grouped = done[done.copy_group.notna()]
        kept = grouped[grouped.is_kept == True]  # noqa: E712
        assert (kept.copy_of == kept.path).all()
        assert kept.copy_distance.max() < 1e-9 or not len(kept)


def test_against_takes_paths_and_tells_what_it_could_not_compare(folder: Path) -> None:
    old = [str(folder / "0.jpg"), str(folder / "gone.jpg")]
    with pytest.warns(iad.GuessWarning, match="1 of 2 pictures of against could not be compared"):
        done = iad.find_duplicates([str(folder / "0.jpg"), str(folder / "1.jpg")], against=old)
    assert done.copy_of.tolist()[:1] == old[:1]
    assert done.copy_of.isna().tolist() == [False, True]
    assert done.is_kept.tolist() == [False, True]
    with pytest.raises(iad.ImageError, match="file not found"):
        iad.find_duplicates([old[0]], against=old, on_error="raise")
    assert "copy_of" not in iad.find_duplicates(old[:1])
    assert iad.find_duplicates(old[:1], against=[]).is_kept.tolist() == [True]


@pytest.mark.parametrize("method", ["pca", "umap", "tsne"])
def test_more_dimensions_than_pictures_are_refused(method: Any) -> None:
    vectors = np.random.default_rng(0).normal(size=(12, 64)).astype(np.float32)
    data = pd.DataFrame({"path": [f"{n}.jpg" for n in range(12)], "embedding": list(vectors)})
    with pytest.raises(
        iad.ArgumentError, match="need more than 50 pictures, and there are 12"
    ) as told:
        iad.reduce(data, dims=50, method=method)
    assert told.value.hint == "give dims=2, or more pictures."
    with pytest.raises(iad.ArgumentError, match="need more than 3 pictures, and there are 2"):
        iad.reduce(["a.jpg", "b.jpg"], dims=3, method=method)


@pytest.mark.parametrize("verb", [iad.reduce, iad.find_duplicates, iad.map_images])
def test_vectors_that_a_csv_made_texts_of(verb: Any, tmp_path: Path) -> None:
    cells = ["[0.1, 0.2]", "[0.3, 0.1]", "[0.0, 0.4]"]
    data = pd.DataFrame({"path": ["a.jpg", "b.jpg", "c.jpg"], "embedding": cells})
    more = {"method": "embedding"} if verb is iad.find_duplicates else {}
    more |= {"to": tmp_path / "map.html"} if verb is iad.map_images else {}
    with pytest.raises(iad.ColumnError, match="does not hold vectors of numbers") as told:
        verb(data, **more)
    line = str(told.value.hint).partition("This one can be read: ")[2].removesuffix(".")
    exec(line, {"data": data, "json": json})
    assert list(data.embedding[0]) == [0.1, 0.2]
    data["embedding"] = ["[0.1 0.2 ... 0.3]"] * 3
    with pytest.raises(
        iad.ColumnError, match=r"save the table as .parquet, or use iad.embed\(shape"
    ):
        verb(data, **more)


@pytest.mark.parametrize(
    "ids",
    [
        pd.array([1234567890123456789, None, 1234567890123456791], "Int64"),
        [5.0, None, 7.0],
        ["a", None, "c"],
        [None, None, None],
    ],
)
def test_a_query_without_an_id(ids: Any) -> None:
    table = pd.DataFrame({"path": ["0.jpg", "1.jpg", "2.jpg"], "image_id": ids})
    table["embedding"] = [[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]]
    found = iad.find_similar(table, table, top=1)
    assert found.path.tolist() == table.path.tolist()
    for name in ("query_id", "image_id"):
        told = [None if pd.isna(one) else one for one in found[name]]
        assert told == [None if pd.isna(one) else one for one in table.image_id]


@pytest.mark.parametrize("index", ["exact", "hnsw"])
@pytest.mark.parametrize("empty", ["collection", "query", "both", "failed"])
def test_a_search_in_nothing_or_for_nothing(index: Any, empty: str) -> None:
    rows = pd.DataFrame({"path": ["0.jpg", "1.jpg"], "embedding": [[1.0, 0.0], [0.0, 1.0]]})
    none = rows.assign(embedding=[None, None]) if empty == "failed" else rows.head(0)
    collection = rows if empty == "query" else none
    query = rows if empty in ("collection", "failed") else none
    if index == "hnsw":
        pytest.importorskip("faiss", reason="the extra 'index' is not installed")
    full = iad.find_similar(rows, rows, index=index)
    found = iad.find_similar(collection, query, index=index)
    assert found.dtypes.to_dict() == full.dtypes.to_dict()
    assert found["path"].isna().all()

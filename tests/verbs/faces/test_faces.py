"""The verbs on faces, on the photos that ship with the project and on labeled ones."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from PIL import Image, ImageOps

import imagesasdata as iad
from imagesasdata.arrays.faces import columns as col
from imagesasdata.errors import (
    ArgumentError,
    ColumnError,
    DroppedImagesWarning,
    ImageError,
    NameClashError,
    UnknownNameError,
)
from imagesasdata.files.decode import decode
from imagesasdata.verbs.faces import _faces
from imagesasdata.verbs.faces import analyze_faces as analyze_module
from tests.conftest import Kind, encoded, picture

BOX = ["face_x", "face_y", "face_width", "face_height"]


@pytest.fixture(autouse=True)
def _weights(bring_weights: Callable[..., None]) -> None:
    bring_weights("faces")


@pytest.fixture
def astronaut(example_photos: Path) -> str:
    return str(example_photos / "astronaut.jpg")


@pytest.fixture
def three(example_photos: Path) -> list[str]:
    """A face, none, and a picture that cannot be read."""
    return [str(example_photos / name) for name in ("astronaut.jpg", "coins.jpg", "broken.jpg")]


def saved(image: Image.Image, to: Path, **options: Any) -> str:
    image.save(to, **options)
    return str(to)


def test_a_face_is_found(kind: Kind, three: list[str]) -> None:
    table = kind.make({"id": ["a", "b", "c"], "path": three})
    faces = iad.detect_faces(table, progress=False)
    assert kind.is_kind(faces)
    got = kind.columns(faces)
    assert list(got) == ["image_id", "path", "id", *(c.name for c in col.DETECTED), "image_error"]
    assert (got["image_id"], got["id"]) == ([0, 2], ["a", "c"])
    assert got["face_id"] == [0, None]
    assert got["image_error"][0] is None
    assert "truncated" in got["image_error"][1]
    # By hand: the face is from 172 to 278 across and from 70 to 175 down.
    box = [got[name][0] for name in BOX]
    assert box == pytest.approx([172, 68, 106, 107], abs=14)
    # The person's right eye is on the left.
    assert got["face_right_eye_x"][0] < got["face_nose_x"][0] < got["face_left_eye_x"][0]
    assert got["face_left_eye_y"][0] < got["face_nose_y"][0] < got["face_mouth_y"][0]
    kept = kind.columns(iad.detect_faces(table, keep_empty=True, progress=False))
    assert kept["image_id"] == [0, 1, 2]
    assert kept["face_x"][1] is None
    assert kept["image_error"][1] is None


def test_no_rows_and_null_paths(kind: Kind) -> None:
    faces = iad.detect_faces(kind.make({"path": [None]}), progress=False)
    assert kind.columns(faces)["image_error"] == ["no path (the cell is missing or is not text)"]
    empty = iad.detect_faces(pd.DataFrame({"path": pd.Series([], dtype=str)}))
    assert list(empty.columns) == [
        "image_id",
        "path",
        *(c.name for c in col.DETECTED),
        "image_error",
    ]
    assert len(iad.embed_faces(empty)) == len(iad.cluster_faces(empty)) == 0
    assert "age" in iad.analyze_faces(empty).columns
    assert "match" in iad.verify_faces(pd.DataFrame({"path_a": [], "path_b": []}, dtype=str))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("gray.png", lambda image: image.convert("L")),
        ("cmyk.jpg", lambda image: image.convert("CMYK")),
        ("alpha.png", lambda image: image.convert("RGBA")),
        ("large.jpg", lambda image: image.resize((4096, 3072))),
        ("close.jpg", lambda image: image.crop((165, 60, 290, 190))),
        ("border.jpg", lambda image: image.crop((150, 100, 512, 512))),
    ],
)
def test_faces_in_odd_pictures(name: str, change: Any, astronaut: str, tmp_path: Path) -> None:
    path = saved(change(Image.open(astronaut)), tmp_path / name)
    faces = iad.detect_faces(path)
    assert len(faces) == 1
    assert faces["image_error"].isna().all()


def test_tiny_pictures_have_no_face(tmp_path: Path) -> None:
    paths = [saved(picture(w, h), tmp_path / f"{w}.png") for w, h in ((1, 1), (2, 300), (9, 9))]
    assert len(iad.detect_faces(paths)) == 0


def test_a_person_keeps_their_identity(astronaut: str, tmp_path: Path) -> None:
    """Turned by EXIF, mirrored, and in a large picture: the same vector nearly."""
    image = Image.open(astronaut).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6
    large = Image.new("RGB", (4000, 3000), (90, 110, 80))
    large.paste(image.resize((768, 768)), (2900, 2000))
    others = [
        saved(image.rotate(90, expand=True), tmp_path / "turned.jpg", exif=exif, quality=95),
        saved(ImageOps.mirror(image), tmp_path / "mirrored.jpg", quality=95),
        saved(large, tmp_path / "large.jpg", quality=95),
    ]
    pairs = pd.DataFrame({"path_a": [astronaut] * 3, "path_b": others})
    seen = iad.verify_faces(pairs)
    assert seen["match"].tolist() == [True] * 3
    assert (seen["distance"] < 0.3).all()
    assert (seen["match_prob"] > 0.99).all()


def test_threshold_size_and_tiles(astronaut: str, tmp_path: Path) -> None:
    assert len(iad.detect_faces(astronaut, threshold=0.9999)) == 0
    assert len(iad.detect_faces(astronaut, min_size=200)) == 0
    assert len(iad.detect_faces(astronaut, tiles="never")) == 1
    # One small face far from the middle of a large picture: in tiles only.
    large = Image.new("RGB", (2400, 1800), (120, 120, 120))
    large.paste(Image.open(astronaut).resize((200, 200)), (1900, 1300))
    path = saved(large, tmp_path / "large.png")
    assert len(iad.detect_faces(path, tiles="never")) == 0
    assert len(iad.detect_faces(path)) == 1


def test_pictures_taken_as_they_are(astronaut: str, tmp_path: Path) -> None:
    image = Image.open(astronaut).convert("RGB").crop((120, 20, 330, 230))
    path = saved(image.transpose(Image.Transpose.ROTATE_180), tmp_path / "turned.png")
    assert iad.detect_faces(path)["face_turn"].tolist() == [180]
    assert 180 not in iad.detect_faces(path, upright="never")["face_turn"].tolist()
    with pytest.raises(UnknownNameError, match="upright"):
        iad.detect_faces(path, upright="yes")  # type: ignore[arg-type]


def test_a_run_goes_on_from_its_cache(three: list[str], tmp_path: Path) -> None:
    first = iad.detect_faces(three, cache=tmp_path)
    again = iad.detect_faces(three, cache=tmp_path)
    pd.testing.assert_frame_equal(first, again)


def test_embeddings(kind: Kind, three: list[str]) -> None:
    faces = kind.columns(iad.detect_faces(kind.make({"path": three}), keep_empty=True))
    faces["mine"] = ["x", "y", "z"]
    got = kind.columns(iad.embed_faces(kind.make(faces), progress=False))
    assert list(got) == [*list(faces)[:-2], "mine", "face_embedding", "image_error"]
    assert np.linalg.norm(got["face_embedding"][0]) == pytest.approx(1)
    assert got["face_embedding"][1] is None
    assert got["face_embedding"][2] is None
    assert "truncated" in got["image_error"][2]


def test_rows_may_be_shuffled_repeated_and_of_any_index(astronaut: str, tmp_path: Path) -> None:
    other = saved(ImageOps.mirror(Image.open(astronaut)), tmp_path / "mirrored.png")
    faces = iad.detect_faces([astronaut, other])
    plain = iad.embed_faces(faces)
    mixed = faces.iloc[[1, 0, 1]].set_axis([7, 7, 7])
    got = iad.embed_faces(mixed)
    assert got.index.tolist() == [7, 7, 7]
    for row, place in enumerate([1, 0, 1]):
        np.testing.assert_allclose(
            got["face_embedding"].iloc[row], plain["face_embedding"].iloc[place], atol=1e-5
        )


def test_pictures_that_are_gone(astronaut: str) -> None:
    faces = iad.detect_faces(astronaut)
    gone = pd.concat([faces, faces.assign(path="gone.jpg")])
    got = iad.embed_faces(gone)
    assert got["image_error"].tolist()[1] == "file not found"
    assert got["face_embedding"].isna().tolist() == [False, True]
    with pytest.warns(DroppedImagesWarning, match="embed_faces: 1 of 2 faces could not be used"):
        assert len(iad.embed_faces(gone, on_error="drop")) == 1
    with pytest.raises(ImageError, match="gone.jpg"):
        iad.embed_faces(gone, on_error="raise")


def test_verify(kind: Kind, three: list[str]) -> None:
    face, none, broken = three
    pairs = {"a": [face, face, broken, None], "b": [face, none, face, face], "y": [1, 2, 3, 4]}
    got = kind.columns(iad.verify_faces(kind.make(pairs), a="a", b="b", progress=False))
    assert list(got) == ["a", "b", "y", *(c.name for c in col.VERIFIED), "image_error"]
    assert got["distance"][0] == pytest.approx(0, abs=1e-3)
    assert got["match"] == [True, None, None, None]
    # 3.0902 standard deviations below the mean distance of strangers, as the card has them.
    assert got["threshold"] == pytest.approx([0.579 - 3.0902 * 0.0748] * 4, abs=1e-4)
    assert got["image_error"][0] is None
    assert got["image_error"][1] == "b: no face was found"
    assert got["image_error"][2].startswith("a: picture is truncated")
    assert got["image_error"][3] == "a: no path"


def test_a_match_depends_on_the_rate_of_false_matches(astronaut: str, tmp_path: Path) -> None:
    small = saved(Image.open(astronaut).resize((200, 200)), tmp_path / "small.png")
    pairs = pd.DataFrame({"path_a": [astronaut], "path_b": [small]})
    far = iad.verify_faces(pairs)["distance"][0]
    for rate in (1e-4, 1e-3, 0.1):
        got = iad.verify_faces(pairs, false_match_rate=rate)
        assert got["match"][0] == (far <= got["threshold"][0])
        found = iad.find_faces(astronaut, small, false_match_rate=rate)
        assert found["match"][0] == got["match"][0]
    limits = [
        iad.verify_faces(pairs, false_match_rate=rate)["threshold"][0] for rate in (1e-4, 1e-2)
    ]
    assert limits[0] < limits[1]
    for rate in (0.0, 0.5):
        with pytest.raises(ArgumentError, match="false_match_rate must be from 0.0001 to 0.1"):
            iad.verify_faces(pairs, false_match_rate=rate)


def test_a_gallery_with_a_folder_for_each_person(astronaut: str, tmp_path: Path) -> None:
    for name in ("Collins, E.", "nobody"):
        (tmp_path / "officials" / name).mkdir(parents=True)
    Image.open(astronaut).save(tmp_path / "officials" / "Collins, E." / "a.png")
    Image.new("RGB", (64, 64)).save(tmp_path / "officials" / "nobody" / "b.png")
    officials = iad.read_images(str(tmp_path / "officials")).assign(party=["x", "y"])
    found = iad.find_faces(astronaut, officials, top=1)
    assert found[["folder", "party", "match"]].to_numpy().tolist() == [["Collins, E.", "x", True]]


def test_verify_stops_or_drops(three: list[str]) -> None:
    pairs = pd.DataFrame({"path_a": three[:1] * 2, "path_b": three[:2]})
    with pytest.raises(ImageError, match="Row 1: path_b: no face was found"):
        iad.verify_faces(pairs, on_error="raise")
    with pytest.warns(DroppedImagesWarning, match="verify_faces: 1 of 2 pairs could not be used"):
        assert len(iad.verify_faces(pairs, on_error="drop")) == 1


@pytest.fixture
def couple(astronaut: str, tmp_path: Path) -> str:
    """One picture with two faces: a large one and a small one."""
    sheet = Image.new("RGB", (900, 512), (100, 100, 100))
    sheet.paste(Image.open(astronaut), (0, 0))
    sheet.paste(Image.open(astronaut).resize((300, 300)), (560, 100))
    return saved(sheet, tmp_path / "couple.png")


def test_find(kind: Kind, three: list[str], astronaut: str) -> None:
    gallery = kind.make({"path": three})
    found = iad.find_faces(astronaut, gallery, progress=False)
    assert kind.is_kind(found)
    got = kind.columns(found)
    assert got["target"] == [astronaut]
    assert (got["rank"], got["image_id"], got["face_id"]) == ([1], [0], [0])
    assert got["match"] == [True]


def test_find_in_embedded_faces_and_for_many_targets(
    three: list[str], astronaut: str, couple: str
) -> None:
    gallery = iad.embed_faces(iad.detect_faces([astronaut, couple]))
    assert len(gallery) == 3
    found = iad.find_faces([*three], gallery, top=2)
    assert found["rank"].tolist()[:2] == [1, 2]
    assert found["path"].tolist()[0] == astronaut
    assert found["image_error"].tolist()[2] == "no face was found"
    assert "truncated" in found["image_error"].tolist()[3]
    with pytest.warns(DroppedImagesWarning, match="find_faces: 2 of 3 targets could not be used"):
        assert len(iad.find_faces(three, gallery, top=2, on_error="drop")) == 2
    with pytest.raises(ImageError, match="The target .*coins.jpg': no face was found"):
        iad.find_faces(three[:2], gallery, on_error="raise")


def test_a_gallery_without_a_face(three: list[str], astronaut: str) -> None:
    found = iad.find_faces(astronaut, three[1])
    assert found["image_error"].tolist() == ["the gallery has no face"]
    assert found["rank"].isna().all()


def test_a_target_with_several_faces(astronaut: str, couple: str) -> None:
    with pytest.raises(ArgumentError, match=r"shows 2 faces: \d \(\d+ pixels\), .*\nHint: say"):
        iad.find_faces(couple, astronaut)
    assert iad.find_faces(couple, astronaut, which="largest")["match"].tolist() == [True]
    assert iad.find_faces(couple, astronaut, which=1)["match"].tolist() == [True]
    gone = iad.find_faces(couple, astronaut, which=5)
    assert gone["image_error"].tolist()[0].startswith("there is no face 5; the faces: ")


def test_cluster(astronaut: str, couple: str, three: list[str]) -> None:
    faces = iad.detect_faces(pl.DataFrame({"path": [couple, *three]}), keep_empty=True)
    got = iad.cluster_faces(faces)
    assert isinstance(got, pl.DataFrame)
    assert got["person"].to_list() == [0, 0, 0, None, None]
    assert got["person_distance"].drop_nulls().max() < 0.2
    alone = iad.cluster_faces(faces, threshold=1e-6)
    assert sorted(alone["person"].drop_nulls().to_list()) == [0, 1, 2]


@pytest.fixture
def _again() -> None:
    """The note is given once in a session; here once in a test."""
    analyze_module._note.cache_clear()


def test_analyze_gives_age_unless_more_is_named(kind: Kind, three: list[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", iad.AppearanceWarning)
        got = kind.columns(iad.analyze_faces(kind.make({"path": three}), progress=False))
    assert list(got)[-4:] == ["age", "age_low", "age_high", "image_error"]
    assert 20 < got["age"][0] < 50  # she was 37
    assert got["age_low"][0] < got["age"][0] < got["age_high"][0]
    assert got["age"][1] is None


@pytest.mark.usefixtures("_again")
def test_analyze_what_is_named(astronaut: str) -> None:
    faces = iad.detect_faces(astronaut)
    wanted = ("expression", "race", "gender")
    with pytest.warns(iad.AppearanceWarning, match="Measure the error .* iad.audit"):
        got = iad.analyze_faces(faces, attributes=wanted)
    assert "age" not in got.columns
    for attribute, classes in col.CLASSES.items():
        chances = [got[f"{attribute}_prob_{name}"][0] for name in classes]
        assert sum(chances) == pytest.approx(1, abs=1e-4)
        assert got[attribute][0] == classes[int(np.argmax(chances))]
    assert got["expression"][0] == "happy"
    # Said once.
    one = iad.analyze_faces(faces, attributes=("gender",))
    assert one["gender"][0] == "female"
    added = ["gender", "gender_prob_female", "gender_prob_male"]
    assert [name for name in one if name not in faces] == added
    assert one["gender_prob_female"][0] == pytest.approx(got["gender_prob_female"][0], abs=1e-5)


@pytest.mark.filterwarnings("ignore::imagesasdata.AppearanceWarning")
def test_a_picture_is_decoded_once_for_all_attributes(
    astronaut: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    faces = iad.detect_faces(astronaut)
    named = ("age", "gender", "race", "expression")
    alone = [iad.analyze_faces(faces, attributes=(one,)) for one in named]
    decoded = counted_decoding(monkeypatch)
    together = iad.analyze_faces(faces, attributes=named)
    assert len(decoded) == 1
    for one in alone:
        pd.testing.assert_frame_equal(together[list(one)], one, atol=1e-4)


@pytest.mark.parametrize(
    "verb", [iad.embed_faces, iad.analyze_faces], ids=["embed_faces", "analyze_faces"]
)
def test_a_table_of_faces_goes_on_from_its_cache(
    verb: Any, astronaut: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = f"{astronaut}#xywh=100,0,300,300"  # a part of a picture has a cache, too
    faces = iad.detect_faces([astronaut, part])
    # Two faces of one picture, which come back in their own places whatever the order.
    faces = pd.concat([faces, faces.assign(face_x=faces["face_x"] + 9)], ignore_index=True)
    plain = verb(faces)
    decoded = counted_decoding(monkeypatch)
    first = verb(faces, cache=tmp_path)
    pd.testing.assert_frame_equal(first, plain, atol=1e-4)
    assert len(decoded) == 2
    pd.testing.assert_frame_equal(verb(faces, cache=tmp_path), first)
    assert len(decoded) == 2
    # Another box is another face.
    moved = faces.assign(face_x=faces["face_x"] + 30, face_left_eye_x=faces["face_left_eye_x"] + 30)
    pd.testing.assert_frame_equal(verb(moved, cache=tmp_path), verb(moved), atol=1e-4)
    assert len(decoded) == 6


def counted_decoding(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The bytes of each picture that is decoded for its faces from now on."""
    decoded: list[bytes] = []

    def counted(data: bytes, **options: Any) -> Any:
        decoded.append(data)
        return decode(data, **options)

    monkeypatch.setattr(_faces, "decode", counted)
    return decoded


@pytest.mark.parametrize("method", ["pixelate", "gaussian", "fill"])
def test_blurred_faces_are_not_known(
    method: Any, astronaut: str, couple: str, tmp_path: Path
) -> None:
    with Image.open(astronaut) as image:
        exif = Image.Exif()
        exif[0x010E] = "who this is"
        named = saved(image, tmp_path / "named.jpg", exif=exif, quality=95)
    copies = iad.blur_faces([named, couple], to=tmp_path / "out", method=method)
    assert copies["faces_hidden"].tolist() == [1, 2]
    assert len(iad.detect_faces(copies, path="out_path")) == 0
    pairs = pd.DataFrame({"path_a": [named], "path_b": copies["out_path"][:1]})
    assert iad.verify_faces(pairs)["match"].isna().all()
    with Image.open(copies["out_path"][0]) as made, Image.open(named) as image:
        assert len(made.getexif()) == 0
        before, after = (np.asarray(one.convert("RGB")).astype(int) for one in (image, made))
    np.testing.assert_allclose(after[250:], before[250:], atol=25)  # JPEG, saved anew


def test_faces_to_keep(couple: str, astronaut: str, tmp_path: Path) -> None:
    faces = iad.detect_faces(couple)
    keep = faces[faces["face_width"] == faces["face_width"].max()]
    copies = iad.blur_faces([couple, astronaut], to=tmp_path / "out", visible=keep)
    assert copies["faces_hidden"].tolist() == [1, 1]
    left = iad.detect_faces(copies, path="out_path")
    assert left[BOX].to_numpy() == pytest.approx(keep[BOX].to_numpy(), abs=8)


def test_blur_says_what_it_could_not_do(three: list[str], tmp_path: Path) -> None:
    copies = iad.blur_faces(three, to=tmp_path / "out")
    assert copies["faces_hidden"][0] == 1
    assert "truncated" in copies["image_error"][2]
    assert copies["out_path"].isna().tolist() == [False, False, True]


MISUSE = [
    (lambda p: iad.detect_faces(p, tiles="some"), UnknownNameError, "Unknown tiles 'some'"),
    (lambda p: iad.detect_faces(p, threshold=1), ArgumentError, "over 0 and under 1, got 1"),
    (lambda p: iad.detect_faces(p, min_size=-1), ArgumentError, "at least 0, got -1"),
    (lambda p: iad.detect_faces(p, model="gear"), ArgumentError, "'gear' cannot detect_faces"),
    (lambda p: iad.embed_faces(pd.DataFrame({"path": [p]})), ColumnError, "no column 'face_x', so"),
    (lambda p: iad.cluster_faces(pd.DataFrame({"path": [p]})), ColumnError, "no column 'face_x'"),
    (
        lambda p: iad.analyze_faces(p, attributes=("iq",)),
        UnknownNameError,
        "Unknown attribute 'iq'",
    ),
    (lambda p: iad.analyze_faces(p, attributes=()), ArgumentError, "attributes is empty"),
    (lambda p: iad.find_faces(p, p, which="best"), ArgumentError, "which='best' names no face"),
    (lambda p: iad.find_faces(p, p, top=0), ArgumentError, "top must be at least 1"),
    (
        lambda p: iad.find_faces(p, p, model="faceres"),
        ArgumentError,
        "'faceres' has no threshold of its own.\nHint: use one of: dlib_resnet",
    ),
    (
        lambda p: iad.cluster_faces(
            pd.DataFrame(
                {name: [1.0] for name in (*BOX, *(c.name for c in col.EYES))} | {"path": [p]}
            ),
            threshold=3,
        ),
        ArgumentError,
        "threshold must be over 0 and at most 2",
    ),
    (
        lambda p: iad.blur_faces(p, to="out", method="smudge"),
        UnknownNameError,
        "Unknown method 'smudge'",
    ),
    (
        lambda p: iad.blur_faces(p, to="/tmp", visible=pd.DataFrame({"path": [p]})),
        ColumnError,
        "no column 'face_x', so it is not a table of faces.*\nHint: visible= takes",
    ),
    (
        lambda p: iad.verify_faces(pd.DataFrame({"path_a": [p], "path_b": [p], "match": [1]})),
        NameClashError,
        "has a column 'match' already",
    ),
]


@pytest.mark.parametrize(("call", "kind_of_error", "message"), MISUSE)
def test_misuse(call: Any, kind_of_error: type[Exception], message: str) -> None:
    with pytest.raises(kind_of_error, match=message):
        call("nowhere/gone.jpg")


def test_embed_does_not_overwrite(astronaut: str) -> None:
    faces = iad.embed_faces(iad.detect_faces(astronaut))
    with pytest.raises(NameClashError, match="'face_embedding' already"):
        iad.embed_faces(faces.assign(face_embedding="mine"))
    assert list(iad.embed_faces(faces)) == list(faces)
    assert "new_face_embedding" in iad.embed_faces(faces, prefix="new_")


def test_labeled_pairs(shared_data: Path) -> None:
    """A part of the pairs whose figures the reference gives in full."""
    folder = shared_data / "faces"
    pairs = pd.read_csv(folder / "pairs.csv").groupby("same").head(20)
    for name in ("path_a", "path_b"):
        pairs[name] = [str(folder / path) for path in pairs[name]]
    seen = iad.verify_faces(pairs)
    assert seen["image_error"].isna().all()
    assert (seen["match"].astype(bool) == (seen["same"] == 1)).all()


def test_labeled_groups(shared_data: Path) -> None:
    from imagesasdata.arrays.faces.boxes import overlap

    folder = shared_data / "faces"
    truth = pd.read_csv(folder / "groups.csv")
    found, false = 0, 0
    for path, boxes in truth.groupby("path"):
        faces = iad.detect_faces(str(folder / str(path)))[BOX].to_numpy()
        shared = overlap(boxes[["x", "y", "width", "height"]].to_numpy(float), faces) >= 0.4
        found, false = found + shared.any(axis=1).sum(), false + (~shared.any(axis=0)).sum()
    assert found >= 0.95 * len(truth)
    assert false <= 0.05 * len(truth)


def test_bytes_are_enough(astronaut: str, tmp_path: Path) -> None:
    """A face that fills a JPEG of few pixels."""
    small = Image.open(astronaut).convert("RGB").crop((170, 65, 285, 185)).resize((40, 42))
    path = tmp_path / "small.jpg"
    path.write_bytes(encoded(small, quality=90))
    assert len(iad.detect_faces(str(path))) == 1


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_turned_pictures_have_the_same_person(turn: int, astronaut: str, tmp_path: Path) -> None:
    upright = Image.open(astronaut).convert("RGB")
    face = iad.detect_faces(astronaut).iloc[0]
    x, y, side = face.face_x - 120, face.face_y - 100, face.face_width + 240
    portrait = upright.crop((int(max(x, 0)), int(max(y, 0)), int(x + side), int(y + side)))
    portrait.save(tmp_path / "a.png")
    portrait.rotate(turn, expand=True).save(tmp_path / "b.png")
    found = iad.detect_faces(tmp_path / "b.png")
    assert found["face_turn"].tolist() == [-turn % 360]
    assert iad.verify_faces([tmp_path / "a.png"], [tmp_path / "b.png"])["match"].tolist() == [True]

"""`read_annotations`: answers of three services in one form, and answers that cannot be used."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import imagesasdata as iad
from imagesasdata.verbs.trust.read_annotations import COLUMNS

GOOGLE = {
    "context": {"uri": "photos/cat.jpg"},
    "labelAnnotations": [
        {"mid": "/m/01yrx", "description": "Cat", "score": 0.98, "topicality": 0.98},
        {"mid": "/m/07k6w8", "description": "Whiskers", "score": 0.85},
    ],
    "localizedObjectAnnotations": [
        {
            "mid": "/m/01yrx",
            "name": "Cat",
            "score": 0.9,
            "boundingPoly": {"normalizedVertices": [{"y": 0.25}, {"x": 0.5, "y": 0.75}]},
        }
    ],
    "faceAnnotations": [
        {
            "boundingPoly": {"vertices": [{"x": 10, "y": 20}, {"x": 40, "y": 60}]},
            "detectionConfidence": 0.75,
            "joyLikelihood": "VERY_LIKELY",
        }
    ],
    "textAnnotations": [{"description": "NO WAR"}, {"description": "NO"}, {"description": "WAR"}],
    "safeSearchAnnotation": {"adult": "VERY_UNLIKELY", "violence": "POSSIBLE"},
}
REKOGNITION = {
    "Labels": [
        {
            "Name": "Person",
            "Confidence": 99.5,
            "Instances": [
                {
                    "BoundingBox": {"Width": 0.5, "Height": 0.6, "Left": 0.1, "Top": 0.2},
                    "Confidence": 98.0,
                }
            ],
        }
    ],
    "FaceDetails": [
        {
            "BoundingBox": {"Width": 0.1, "Height": 0.2, "Left": 0.3, "Top": 0.4},
            "Confidence": 99.9,
            "AgeRange": {"Low": 23, "High": 31},
            "Gender": {"Value": "Female", "Confidence": 97.0},
            "Emotions": [{"Type": "CALM", "Confidence": 90.0}],
            "Smile": {"Value": True, "Confidence": 80.0},
            "Beard": {"Value": False, "Confidence": 99.0},
        }
    ],
    "TextDetections": [
        {"DetectedText": "NO WAR", "Type": "LINE", "Confidence": 90.0},
        {"DetectedText": "NO", "Type": "WORD", "Confidence": 91.0},
    ],
    "ModerationLabels": [{"Name": "Violence", "Confidence": 60.0}],
}
AZURE = {
    "tags": [{"name": "outdoor", "confidence": 0.99}],
    "description": {"captions": [{"text": "a crowd", "confidence": 0.5}]},
    "faces": [
        {
            "age": 30,
            "gender": "Male",
            "faceRectangle": {"left": 1, "top": 2, "width": 3, "height": 4},
        }
    ],
    "objects": [
        {"object": "car", "confidence": 0.7, "rectangle": {"x": 5, "y": 6, "w": 7, "h": 8}}
    ],
    "adult": {"adultScore": 0.01, "racyScore": 0.02, "goreScore": 0.0},
    "metadata": {"width": 100, "height": 50},
}
AZURE_4 = {
    "modelVersion": "2023-10-01",
    "tagsResult": {"values": [{"name": "cat", "confidence": 0.9}]},
    "captionResult": {"text": "a cat", "confidence": 0.8},
    "objectsResult": {
        "values": [
            {
                "boundingBox": {"x": 1, "y": 2, "w": 3, "h": 4},
                "tags": [{"name": "cat", "confidence": 0.9}],
            }
        ]
    },
    "peopleResult": {
        "values": [{"boundingBox": {"x": 1, "y": 1, "w": 2, "h": 2}, "confidence": 0.6}]
    },
    "readResult": {"blocks": [{"lines": [{"text": "NO WAR"}]}]},
}


def read(folder: Path, *answers: Any, **options: Any) -> pd.DataFrame:
    for number, answer in enumerate(answers):
        (folder / f"{number}.jpg.json").write_text(
            answer if isinstance(answer, str) else json.dumps(answer)
        )
    return iad.read_annotations(folder, **options)


def said(got: pd.DataFrame, *columns: str) -> list[list[Any]]:
    cells = got[list(columns)].astype(object)
    return cells.where(cells.notna(), None).to_numpy().tolist()


def test_google(tmp_path: Path) -> None:
    got = read(tmp_path, GOOGLE)
    assert said(got, "task", "label", "label_prob", "likelihood", "rank") == [
        ["label", "Cat", 0.98, None, 1],
        ["label", "Whiskers", 0.85, None, 2],
        ["object", "Cat", 0.9, None, 1],
        ["face", "face", 0.75, None, 1],
        ["face", "joy", None, "VERY_LIKELY", 2],
        ["text", "NO", None, None, 1],
        ["text", "WAR", None, None, 2],
        ["moderation", "adult", None, "VERY_UNLIKELY", 1],
        ["moderation", "violence", None, "POSSIBLE", 2],
    ]
    assert set(got.path) == {"photos/cat.jpg"}
    assert got.label_id[0] == "/m/01yrx"
    box = ["x", "y", "width", "height", "box_unit"]
    assert said(got, *box)[2:4] == [[0.0, 0.25, 0.5, 0.5, "share"], [10, 20, 30, 40, "pixel"]]
    assert list(got.columns) == [column.name for column in COLUMNS]


def test_rekognition(tmp_path: Path) -> None:
    got = read(tmp_path, REKOGNITION)
    assert said(got, "task", "attribute", "label", "label_prob", "face_id") == [
        ["label", None, "Person", 0.995, None],
        ["object", None, "Person", 0.98, None],
        ["face", None, "face", pytest.approx(0.999), 0],
        ["face", "age", "23-31", None, 0],
        ["face", "gender", "Female", 0.97, 0],
        ["face", "expression", "calm", 0.9, 0],
        ["face", "other", "smile", 0.8, 0],
        ["text", None, "NO WAR", 0.9, None],
        ["moderation", None, "Violence", 0.6, None],
    ]
    assert said(got, "x", "y", "width", "height")[2] == [0.3, 0.4, 0.1, 0.2]
    assert set(got.path) == {"0.jpg"}


def _face(left: float) -> dict[str, Any]:
    box = {"Left": left, "Top": 0.5, "Width": 0.25, "Height": 0.25}
    return {"BoundingBox": box, "Confidence": 99.0}


CELEBRITIES = {
    "CelebrityFaces": [
        {"Name": "Ada", "Id": "3Ir0du6", "MatchConfidence": 98.0, "Face": _face(0.5)}
    ],
    "UnrecognizedFaces": [_face(0.0)],
}


def test_celebrities_are_faces_with_a_name(tmp_path: Path) -> None:
    got = read(tmp_path, CELEBRITIES)
    assert said(got, "task", "label", "label_id", "label_prob", "face_id", "x") == [
        ["face", "face", None, 0.99, 0, 0.5],
        ["face", "face", None, 0.99, 1, 0.0],
        ["celebrity", "Ada", "3Ir0du6", 0.98, 0, 0.5],
    ]


def test_joined_answers_count_each_face_once(tmp_path: Path) -> None:
    got = read(tmp_path, {**CELEBRITIES, "FaceDetails": [_face(0.0), _face(0.5)]})
    assert said(got, "task", "face_id", "x") == [
        ["face", 0, 0.0],
        ["face", 1, 0.5],
        ["celebrity", None, 0.5],
    ]


@pytest.mark.parametrize("wrong", [{"Name": "Ada"}, {"Face": _face(0.5)}, 3])
def test_a_celebrity_without_name_or_face_is_an_error(tmp_path: Path, wrong: Any) -> None:
    got = read(tmp_path, {"CelebrityFaces": [wrong]})
    assert "not in the format of rekognition" in got.image_error[0]


def test_azure(tmp_path: Path) -> None:
    got = read(tmp_path, AZURE, AZURE_4)
    assert set(got.service) == {"azure"}
    first, second = got[got.image_id == 0], got[got.image_id == 1]
    assert said(first, "task", "attribute", "label", "label_prob", "x") == [
        ["label", None, "outdoor", 0.99, None],
        ["caption", None, "a crowd", 0.5, None],
        ["object", None, "car", 0.7, 5.0],
        ["face", None, "face", None, 1.0],
        ["face", "age", "30", None, None],
        ["face", "gender", "Male", None, None],
        ["moderation", None, "adult", 0.01, None],
        ["moderation", None, "racy", 0.02, None],
        ["moderation", None, "gore", 0.0, None],
    ]
    assert said(second, "task", "label", "width") == [
        ["label", "cat", None],
        ["caption", "a cat", None],
        ["object", "cat", 3.0],
        ["object", "person", 2.0],
        ["text", "NO WAR", None],
    ]


def test_many_answers_in_one_file(tmp_path: Path) -> None:
    got = read(tmp_path, {"responses": [GOOGLE, {"labelAnnotations": []}, 3]}, [REKOGNITION])
    assert list(dict.fromkeys(got.path)) == ["photos/cat.jpg", "0.jpg#2", "1.jpg#0"]
    assert got.image_error.dropna().tolist() == ["answer is not a JSON object"]
    kept = read(tmp_path, {"responses": [{"labelAnnotations": []}]}, "[]", keep_empty=True)
    assert said(kept, "path", "label", "image_error") == [["0.jpg#0", None, None]]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("{", "is not JSON: Expecting"),
        ("", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("3", "answer is not a JSON object"),
        ({"error": {"code": 7, "message": "quota"}}, "the service reports an error: quota"),
        ({"weather": "fine"}, "answer is not from a known service; it has weather"),
        ({}, "answer is not from a known service; it has nothing"),
        ({"Labels": [3]}, "answer is not in the format of rekognition"),
        ({"Labels": [{"Name": None}]}, "is not in the format of rekognition: None is not text"),
        ({"Labels": [{"Name": "a", "Confidence": "high"}]}, "'high' is not a number"),
        ({"faceAnnotations": {"a": 1}}, "answer is not in the format of google_vision"),
        ({"FaceDetails": [{"AgeRange": {}}]}, "is not in the format of rekognition: 'Low'"),
        ({"tags": 7}, "answer is not in the format of azure"),
        ({"tags": [{"name": "a", "confidence": 98.5}]}, "98.5 is not a confidence from 0 to 1"),
        ({"tags": [{"name": "a", "confidence": float("nan")}]}, "nan is not a finite number"),
        ({"tags": [{"name": "a", "confidence": 10**400}]}, "is not a finite number"),
        ({"tags": [{"name": "a", "confidence": "0,5"}]}, "'0,5' is not a number"),
        ({"labelAnnotations": [{"mid": 7, "description": "a"}]}, "7 is not text"),
    ],
)
def test_answers_that_cannot_be_used_are_rows(tmp_path: Path, answer: Any, reason: str) -> None:
    got = read(tmp_path, answer, REKOGNITION)
    assert reason in got.image_error[0]
    assert got.path[0] == "0.jpg"
    assert got.label.isna().tolist()[0]
    assert len(got) == 10


def test_services_can_be_named(tmp_path: Path) -> None:
    got = read(tmp_path, {"Labels": [], "tags": [{"name": "x"}]}, service="azure")
    assert got.label.tolist() == ["x"]
    with pytest.raises(iad.UnknownNameError, match="Unknown service 'bing'"):
        iad.read_annotations(tmp_path, service="bing")  # type: ignore[arg-type]
    with pytest.raises(iad.ArgumentError, match="There is no file 'gone.json'"):
        iad.read_annotations("gone.json")
    (tmp_path / "empty").mkdir()
    with pytest.raises(iad.ArgumentError, match="There is no JSON file in"):
        iad.read_annotations(tmp_path / "empty")


def test_a_services_answers_can_be_validated(tmp_path: Path) -> None:
    answers = [{"Labels": [{"Name": name, "Confidence": 90}]} for name in ("Cat", "Dog", "Cat")]
    got = read(tmp_path, *answers, backend="polars").to_pandas()
    truth = pd.DataFrame({"path": ["0.jpg", "1.jpg", "2.jpg"], "truth": ["Cat", "Dog", "Dog"]})
    found = iad.validate(got.merge(truth, on="path"), "truth", "label", rounds=5)
    assert found.glance().accuracy[0] == pytest.approx(2 / 3)

"""`read_annotations`: answers of services and of language models, and answers that cannot be used."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import imagesasdata as iad
from imagesasdata.verbs.trust.read_annotations import SAID
from tests.conftest import Kind

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
    assert list(got.columns) == ["image_id", "path", *(one.name for one in SAID), "image_error"]


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
        (
            {"tags": [{"name": "a", "confidence": float("nan")}]},
            "answer has NaN, which is no number",
        ),
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


def test_halves_of_a_character_are_replaced(tmp_path: Path) -> None:
    half = '{"Labels": [{"Name": "a\\ud83dz", "Confidence": 50}, {"Name": "\\ud83d\\ude00"}]}'
    (tmp_path / "a.jpg.json").write_text(half)
    assert iad.read_annotations(tmp_path)["label"].tolist() == ["a\ufffdz", "\N{GRINNING FACE}"]
    for answer in ('{"a\\udc00": "x\\ud800"}', "{'a\\udc00': 'x\\ud800'}"):
        table = pd.DataFrame({"path": ["a.jpg"], "answer": [answer]})
        got = iad.read_annotations(table, service="language_model")
        assert "x\ufffd" in got.iloc[0].tolist()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            '{"Labels": [{"Name": "a", "Confidence": 9}], "Labels": []}',
            "has the key 'Labels' twice",
        ),
        ('{"Labels": [{"Name": "a", "Confidence": NaN}]}', "has NaN, which is no number"),
        ("[" * 200_000, "is not JSON"),
    ],
)
def test_files_that_say_two_things_are_rows(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "a.jpg.json").write_text(text)
    assert reason in iad.read_annotations(tmp_path)["image_error"][0]


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
    table: Any = read(tmp_path, *answers, backend="polars")
    got = table.to_pandas()
    truth = pd.DataFrame({"path": ["0.jpg", "1.jpg", "2.jpg"], "truth": ["Cat", "Dog", "Dog"]})
    found = iad.validate(got.merge(truth, on="path"), "truth", "label", rounds=5)
    assert found.glance().accuracy[0] == pytest.approx(2 / 3)


@pytest.mark.parametrize("write", [json.dumps, repr], ids=["JSON", "Python"])
def test_a_column_of_answers(write: Any, kind: Kind) -> None:
    answers = [write(REKOGNITION), None, write({"Labels": []}), write(AZURE)]
    columns = {"path": list("abcd"), "party": [1, 2, 3, 4], "answer": answers}
    got = iad.read_annotations(kind.make(columns), keep=["party"])
    assert kind.is_kind(got)
    cells = kind.columns(got)
    assert list(dict.fromkeys(cells["path"])) == ["a", "b", "d"]
    assert list(dict.fromkeys(cells["party"])) == [1, 2, 4]
    assert cells["label"][0] == "Person"
    errors = [one for one in cells["image_error"] if isinstance(one, str)]
    assert errors == ["there is no answer"]
    every = iad.read_annotations(kind.make(columns), keep_empty=True)
    assert list(dict.fromkeys(kind.columns(every)["path"])) == ["a", "b", "c", "d"]


def line(content: Any, **more: Any) -> dict[str, Any]:
    """A line of OpenAI's batch interface."""
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": content},
        "finish_reason": "stop",
    }
    choice = {**choice, **{key: more.pop(key) for key in list(more) if key in choice}}
    body = {"object": "chat.completion", "model": "gpt-4o-2024-08-06", "choices": [choice]}
    return {
        "id": "batch_req_1",
        "custom_id": "a.jpg",
        "response": {"status_code": 200, "request_id": "r", "body": body},
        "error": None,
    } | more


def result(content: Any, stop: str = "end_turn", **more: Any) -> dict[str, Any]:
    """A line of Anthropic's batch results."""
    message = {"type": "message", "role": "assistant", "model": "claude-x", "content": content}
    done = {"type": "succeeded", "message": {**message, "stop_reason": stop}, **more}
    return {"custom_id": "a.jpg", "result": done}


OBJECT = '{"protest": true}'
RESPONSE = {
    "object": "response",
    "model": "gpt-x",
    "error": None,
    "output": [
        {"type": "reasoning", "summary": []},
        {"type": "message", "content": [{"type": "output_text", "text": OBJECT}]},
    ],
}


def one(answer: Any) -> pd.Series:
    table = pd.DataFrame({"path": ["a.jpg"], "answer": pd.Series([answer], dtype=object)})
    return iad.read_annotations(table, service="language_model").iloc[0]


@pytest.mark.parametrize(
    ("answer", "model"),
    [
        ({"protest": True}, None),
        (OBJECT, None),
        ("{'protest': True}", None),
        (f"```json\n{OBJECT}\n```", None),
        (f"Here it is:\n```\n{OBJECT}\n```\nI am {{sure}}.", None),
        (f"The answer is {OBJECT}.", None),
        ([{"protest": True}], None),
        (line(OBJECT), "gpt-4o-2024-08-06"),
        (json.dumps(line(f"```json\n{OBJECT}\n```")), "gpt-4o-2024-08-06"),
        (line([{"type": "text", "text": OBJECT}]), "gpt-4o-2024-08-06"),
        (
            line(None)["response"]["body"]
            | {"choices": line(OBJECT)["response"]["body"]["choices"]},
            "gpt-4o-2024-08-06",
        ),
        (
            line(
                "", message={"content": None, "tool_calls": [{"function": {"arguments": OBJECT}}]}
            ),
            "gpt-4o-2024-08-06",
        ),
        (RESPONSE, "gpt-x"),
        (result([{"type": "text", "text": OBJECT}]), "claude-x"),
        (
            result(
                [{"type": "text", "text": "Yes."}, {"type": "tool_use", "input": {"protest": True}}]
            ),
            "claude-x",
        ),
        (result([{"type": "text", "text": OBJECT}])["result"]["message"], "claude-x"),
    ],
)
def test_an_object_in_any_interface(answer: Any, model: str | None) -> None:
    got = one(answer)
    assert got.protest == True  # noqa: E712
    assert pd.isna(got.image_error)
    assert got.answer_model == model or (model is None and pd.isna(got.answer_model))


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (None, "there is no answer"),
        ("  ", "there is no answer"),
        ("I'm sorry, but I can't help with that.", "has no object .* \"I'm sorry, but"),
        ('{"protest": tr', "is cut off within an object"),
        ('{"protest": true, "protest": false}', "has the key 'protest' twice"),
        ("{'protest': True, 'protest': False}", "has the key 'protest' twice"),
        ('{"protest": NaN}', "NaN, which is no number"),
        ('{"protest": 1e999}', "a number for 'protest' that is not finite"),
        ("{}", "an object without keys"),
        ("3", "not one object with keys, but 3"),
        ([{"a": 1}, {"a": 2}], "but a list of 2"),
        (f"{OBJECT} or {OBJECT}", "has no object"),
        ("[" * 5000, "has no object"),
        ("x" * 2_000_000, "2,000,000 characters"),
        (line(OBJECT, finish_reason="length"), "cut off at the limit of its length"),
        (line(None, finish_reason="content_filter"), "the model refused: content_filter"),
        (line("", message={"content": None, "refusal": "I can't."}), "the model refused: I can't."),
        (line(None), "there is no answer"),
        (line(OBJECT, response=None), "there is no answer"),
        (line(OBJECT, response=None, error={"code": "e", "message": "expired"}), "failed: expired"),
        (
            line(
                OBJECT, response={"status_code": 400, "body": {"error": {"message": "too large"}}}
            ),
            "the request failed: too large",
        ),
        (RESPONSE | {"incomplete_details": {"reason": "max_output_tokens"}}, "cut off"),
        (
            RESPONSE
            | {"output": [{"type": "message", "content": [{"type": "refusal", "refusal": "no"}]}]},
            "refused: no",
        ),
        (RESPONSE | {"output": [3]}, "not in the form of its interface"),
        (result([], "refusal"), "the model refused: refusal"),
        (result([{"type": "text", "text": OBJECT}], "max_tokens"), "cut off"),
        (result([], type="expired"), "the request expired"),
        (
            result([], type="errored", error={"type": "error", "error": {"message": "bad"}}),
            "errored: bad",
        ),
        ({"custom_id": "a.jpg", "result": 3}, "there is no answer"),
    ],
)
def test_an_answer_without_an_object_is_a_row_with_its_reason(answer: Any, reason: str) -> None:
    got = one(answer)
    assert got.path == "a.jpg"
    assert re.search(reason, got.image_error)
    assert set(got.index) == {"path", "answer", "answer_model", "image_error"}


def test_each_key_is_a_column_of_its_type(kind: Kind) -> None:
    objects = [
        {"protest": True, "people": 12, "share": 0.5, "mood": "angry", "tags": ["a", "b"]},
        {"protest": False, "people": 7, "share": 1, "mood": None, "tags": []},
    ]
    answers = [*map(json.dumps, objects), "I cannot."]
    given = kind.make({"path": list("abc"), "answer": answers})
    got = iad.read_annotations(given, service="language_model", prefix="gpt_")
    assert kind.is_kind(got)
    cells = kind.columns(got)
    assert list(cells) == [
        *("path", "answer", "gpt_protest", "gpt_people", "gpt_share", "gpt_mood", "gpt_tags"),
        *("gpt_answer_model", "image_error"),
    ]
    assert cells["gpt_protest"][:2] == [True, False]
    assert [cells["gpt_people"][0] + 1, cells["gpt_share"][1]] == [13, 1.0]
    assert cells["gpt_tags"][:2] == ['["a", "b"]', "[]"]
    for name in ("gpt_protest", "gpt_people", "gpt_share", "gpt_mood", "gpt_tags"):
        assert pd.isna(cells[name][2])
    assert [isinstance(error, str) for error in cells["image_error"]] == [False, False, True]


def test_what_is_doubtful_of_keys_is_told() -> None:
    table = pd.DataFrame({"path": list("ab"), "answer": ['{"n": 3, "odd": 1}', '{"n": "many"}']})
    with pytest.warns(iad.GuessWarning) as warned:
        got = iad.read_annotations(table, service="language_model")
    assert got.n.tolist() == ["3", "many"]
    told = [str(one.message) for one in warned]
    assert any("2 answers that can be used have the key 'odd' (1)" in one for one in told)
    assert any("several types were given for 'n' (text, whole number)" in one for one in told)


def test_answers_of_a_language_model_in_files(tmp_path: Path) -> None:
    second = line(OBJECT) | {"custom_id": "b.jpg"}
    (tmp_path / "out.jsonl").write_text(f"{json.dumps(line(OBJECT))}\n\n{json.dumps(second)}\n{{\n")
    (tmp_path / "c.jpg.json").write_text(f"```json\n{OBJECT}\n```")
    (tmp_path / "list.json").write_text('[{"path": "d.jpg", "protest": false}, {"protest": true}]')
    got = iad.read_annotations(tmp_path, service="language_model", backend="polars").to_pandas()
    assert got.path.tolist() == ["c.jpg", "d.jpg", "list#1", "a.jpg", "b.jpg", "out#2"]
    assert got.protest.tolist() == [True, False, True, True, True, None]
    assert got.image_id.tolist() == [0, 1, 2, 3, 4, 5]
    assert got.image_error.notna().tolist() == [False] * 5 + [True]
    lines = "\n".join(json.dumps(one) for one in (REKOGNITION, {"Labels": []}))
    (tmp_path / "aws.jsonl").write_text(lines)
    assert len(iad.read_annotations(tmp_path / "aws.jsonl", keep_empty=True)) == 10


def test_a_service_is_not_taken_for_a_language_model() -> None:
    table = pd.DataFrame({"path": ["a.jpg"], "answer": [OBJECT]})
    got = iad.read_annotations(table)
    assert 'give service="language_model"' in got.image_error[0]


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        ({"answer": "said"}, iad.ColumnError, "answer names 'said'"),
        ({"path": "file"}, iad.ColumnError, "no column 'file'"),
        ({"prefix": "1"}, iad.ArgumentError, "prefix='1'"),
        ({"keep": ["gone"]}, iad.ColumnError, "keep names 'gone'"),
    ],
)
def test_misuse_with_a_table(change: Any, error: Any, text: str) -> None:
    table = pd.DataFrame({"path": ["a.jpg"], "answer": ['{"Labels": []}']})
    with pytest.raises(error, match=text):
        iad.read_annotations(table, **change)


@pytest.mark.parametrize("key", ["path", "image_error", "answer_model", "answer"])
def test_a_key_overwrites_nothing(key: str) -> None:
    table = pd.DataFrame({"path": ["a.jpg"], "answer": [json.dumps({key: "x"})]})
    with pytest.raises(iad.NameClashError, match=key):
        iad.read_annotations(table, service="language_model")


def test_a_second_run_replaces_the_keys_of_the_first() -> None:
    table = pd.DataFrame({"path": ["a.jpg"], "answer": [OBJECT]})
    once = iad.read_annotations(table, service="language_model")
    again = iad.read_annotations(once, service="language_model")
    assert list(again.columns) == list(once.columns)

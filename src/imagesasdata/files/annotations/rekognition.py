"""AWS Rekognition: answers about labels, faces, celebrities, text and moderation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from imagesasdata.files.annotations.row import Statement, number, text

KEYS = (
    "Labels",
    "FaceDetails",
    "CelebrityFaces",
    "UnrecognizedFaces",
    "TextDetections",
    "ModerationLabels",
)
_PERCENT = 100.0
_TRAITS = ("Smile", "Eyeglasses", "Sunglasses", "Beard", "Mustache", "EyesOpen", "MouthOpen")


def statements(answer: dict[str, Any]) -> Iterator[Statement]:
    """The statements in one answer."""
    for item in answer.get("Labels", ()):
        name = text(item.get("Name"))
        yield Statement(
            task="label", label=name, label_prob=number(item.get("Confidence"), _PERCENT)
        )
        for instance in item.get("Instances", ()):
            yield Statement(
                task="object",
                label=name,
                label_prob=number(instance.get("Confidence"), _PERCENT),
                **_box(instance),
            )
    celebrities = answer.get("CelebrityFaces", ())
    # Joined answers of both operations have the same faces twice, in orders of their own.
    numbered = "FaceDetails" not in answer
    known = [item["Face"] for item in celebrities]
    faces = [*known, *answer.get("UnrecognizedFaces", ())] if numbered else answer["FaceDetails"]
    for face, item in enumerate(faces):
        yield Statement(
            task="face",
            label="face",
            label_prob=number(item.get("Confidence"), _PERCENT),
            face_id=face,
            **_box(item),
        )
        if "AgeRange" in item:
            ends = item["AgeRange"]
            yield Statement(
                task="face", attribute="age", label=f"{ends['Low']}-{ends['High']}", face_id=face
            )
        if "Gender" in item:
            yield _trait("gender", text(item["Gender"].get("Value")), item["Gender"], face)
        for shown in item.get("Emotions", ()):
            yield _trait("expression", text(shown.get("Type")).lower(), shown, face)
        for name in _TRAITS:
            if item.get(name, {}).get("Value") is True:
                yield _trait("other", name.lower(), item[name], face)
    for face, item in enumerate(celebrities):
        yield Statement(
            task="celebrity",
            label=text(item.get("Name")),
            label_id=item.get("Id"),
            label_prob=number(item.get("MatchConfidence"), _PERCENT),
            face_id=face if numbered else None,
            **_box(item["Face"]),
        )
    for item in answer.get("TextDetections", ()):
        if item.get("Type") != "WORD":  # words are parts of lines
            yield Statement(
                task="text",
                label=text(item.get("DetectedText")),
                label_prob=number(item.get("Confidence"), _PERCENT),
                **_box(item.get("Geometry", {})),
            )
    for item in answer.get("ModerationLabels", ()):
        yield Statement(
            task="moderation",
            label=text(item.get("Name")),
            label_prob=number(item.get("Confidence"), _PERCENT),
        )


def _trait(attribute: str, label: str, item: dict[str, Any], face: int) -> Statement:
    return Statement(
        task="face",
        attribute=attribute,
        label=label,
        label_prob=number(item.get("Confidence"), _PERCENT),
        face_id=face,
    )


def _box(item: dict[str, Any]) -> dict[str, Any]:
    sides = item.get("BoundingBox")
    if not sides:
        return {}
    box = tuple(number(sides.get(side)) for side in ("Left", "Top", "Width", "Height"))
    return {"box": None if None in box else box, "unit": "share"}

"""AWS Rekognition: answers of DetectLabels, DetectFaces, DetectText and DetectModerationLabels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from imagesasdata.files.annotations.row import Statement, number, text

KEYS = ("Labels", "FaceDetails", "TextDetections", "ModerationLabels")
_PERCENT = 100.0
_TRAITS = ("Smile", "Eyeglasses", "Sunglasses", "Beard", "Mustache", "EyesOpen", "MouthOpen")


def statements(answer: dict[str, Any]) -> Iterator[Statement]:
    """What one answer says."""
    for one in answer.get("Labels", ()):
        name = text(one.get("Name"))
        yield Statement(
            task="label", label=name, label_prob=number(one.get("Confidence"), _PERCENT)
        )
        for found in one.get("Instances", ()):
            yield Statement(
                task="object",
                label=name,
                label_prob=number(found.get("Confidence"), _PERCENT),
                **_box(found),
            )
    for face, one in enumerate(answer.get("FaceDetails", ())):
        yield Statement(
            task="face",
            label="face",
            label_prob=number(one.get("Confidence"), _PERCENT),
            face_id=face,
            **_box(one),
        )
        if "AgeRange" in one:
            ends = one["AgeRange"]
            yield Statement(
                task="face", attribute="age", label=f"{ends['Low']}-{ends['High']}", face_id=face
            )
        if "Gender" in one:
            yield _trait("gender", text(one["Gender"].get("Value")), one["Gender"], face)
        for shown in one.get("Emotions", ()):
            yield _trait("expression", text(shown.get("Type")).lower(), shown, face)
        for name in _TRAITS:
            if one.get(name, {}).get("Value") is True:
                yield _trait("other", name.lower(), one[name], face)
    for one in answer.get("TextDetections", ()):
        if one.get("Type") != "WORD":  # words are parts of lines
            yield Statement(
                task="text",
                label=text(one.get("DetectedText")),
                label_prob=number(one.get("Confidence"), _PERCENT),
                **_box(one.get("Geometry", {})),
            )
    for one in answer.get("ModerationLabels", ()):
        yield Statement(
            task="moderation",
            label=text(one.get("Name")),
            label_prob=number(one.get("Confidence"), _PERCENT),
        )


def _trait(attribute: str, label: str, found: dict[str, Any], face: int) -> Statement:
    return Statement(
        task="face",
        attribute=attribute,
        label=label,
        label_prob=number(found.get("Confidence"), _PERCENT),
        face_id=face,
    )


def _box(found: dict[str, Any]) -> dict[str, Any]:
    sides = found.get("BoundingBox")
    if not sides:
        return {}
    box = tuple(number(sides.get(side)) for side in ("Left", "Top", "Width", "Height"))
    return {"box": None if None in box else box, "unit": "share"}

"""Azure AI Vision: answers of Image Analysis 3.2 and 4.0."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from imagesasdata.files.annotations.row import Statement, number, text

KEYS = (
    "tags",
    "categories",
    "description",
    "faces",
    "objects",
    "adult",
    "tagsResult",
    "captionResult",
    "denseCaptionsResult",
    "objectsResult",
    "peopleResult",
    "readResult",
)


def statements(answer: dict[str, Any]) -> Iterator[Statement]:
    """The statements in one answer."""
    yield from _labels(answer)
    yield from _objects(answer)
    for face, item in enumerate(answer.get("faces", ())):
        yield Statement(task="face", label="face", face_id=face, **_box(item.get("faceRectangle")))
        if "age" in item:
            yield Statement(task="face", attribute="age", label=str(item["age"]), face_id=face)
        if "gender" in item:
            yield Statement(
                task="face", attribute="gender", label=text(item["gender"]), face_id=face
            )
    for block in answer.get("readResult", {}).get("blocks", ()):
        for line in block.get("lines", ()):
            yield Statement(task="text", label=text(line.get("text")))
    adult = answer.get("adult", {})
    for name in ("adult", "racy", "gore"):
        if f"{name}Score" in adult:
            yield Statement(task="moderation", label=name, label_prob=number(adult[f"{name}Score"]))


def _labels(answer: dict[str, Any]) -> Iterator[Statement]:
    tags = [*answer.get("tags", ()), *answer.get("tagsResult", {}).get("values", ())]
    for item in tags:
        yield Statement(
            task="label", label=text(item.get("name")), label_prob=number(item.get("confidence"))
        )
    captions = list(answer.get("description", {}).get("captions", ()))
    if "captionResult" in answer:
        captions.append(answer["captionResult"])
    for item in captions:
        yield Statement(
            task="caption", label=text(item.get("text")), label_prob=number(item.get("confidence"))
        )


def _objects(answer: dict[str, Any]) -> Iterator[Statement]:
    for item in answer.get("objects", ()):
        yield Statement(
            task="object",
            label=text(item.get("object")),
            label_prob=number(item.get("confidence")),
            **_box(item.get("rectangle")),
        )
    for item in answer.get("objectsResult", {}).get("values", ()):
        for tag in item.get("tags", ()):
            yield Statement(
                task="object",
                label=text(tag.get("name")),
                label_prob=number(tag.get("confidence")),
                **_box(item.get("boundingBox")),
            )
    for item in answer.get("peopleResult", {}).get("values", ()):
        yield Statement(
            task="object",
            label="person",
            label_prob=number(item.get("confidence")),
            **_box(item.get("boundingBox")),
        )


def _box(sides: dict[str, Any] | None) -> dict[str, Any]:
    """A box; the keys differ between rectangles of objects and of faces."""
    if not sides:
        return {}
    names = ("left", "top", "width", "height") if "left" in sides else ("x", "y", "w", "h")
    box = tuple(number(sides.get(name)) for name in names)
    return {"box": None if None in box else box, "unit": "pixel"}

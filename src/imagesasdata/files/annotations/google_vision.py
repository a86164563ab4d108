"""Google Cloud Vision: an ``AnnotateImageResponse``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from imagesasdata.files.annotations.row import Statement, number, text

KEYS = (
    "labelAnnotations",
    "localizedObjectAnnotations",
    "faceAnnotations",
    "textAnnotations",
    "fullTextAnnotation",
    "safeSearchAnnotation",
    "landmarkAnnotations",
    "logoAnnotations",
    "webDetection",
    "imagePropertiesAnnotation",
)
_EXPRESSIONS = ("joy", "sorrow", "anger", "surprise")
_OTHERS = ("headwear", "blurred", "underExposed")


def statements(answer: dict[str, Any]) -> Iterator[Statement]:
    """The statements in one answer."""
    for task, key in (("label", "labelAnnotations"), ("object", "localizedObjectAnnotations")):
        for item in answer.get(key, ()):
            box = item.get("boundingPoly", {}).get("normalizedVertices")
            yield Statement(
                task=task,  # type: ignore[arg-type]
                label=text(item.get("description", item.get("name"))),
                label_id=item.get("mid"),
                label_prob=number(item.get("score")),
                box=_box(box),
                unit="share" if box else None,
            )
    for face, item in enumerate(answer.get("faceAnnotations", ())):
        box = item.get("boundingPoly", {}).get("vertices")
        yield Statement(
            task="face",
            label="face",
            label_prob=number(item.get("detectionConfidence")),
            face_id=face,
            box=_box(box),
            unit="pixel" if box else None,
        )
        for kind, names in (("expression", _EXPRESSIONS), ("other", _OTHERS)):
            for name in names:
                if f"{name}Likelihood" in item:
                    yield Statement(
                        task="face",
                        attribute=kind,
                        label=name,
                        likelihood=text(item[f"{name}Likelihood"]),
                        face_id=face,
                    )
    # The first is the whole text; the others are its words.
    for item in list(answer.get("textAnnotations", ()))[1:]:
        box = item.get("boundingPoly", {}).get("vertices")
        yield Statement(
            task="text",
            label=text(item.get("description")),
            box=_box(box),
            unit="pixel" if box else None,
        )
    for name, likelihood in answer.get("safeSearchAnnotation", {}).items():
        if isinstance(likelihood, str):
            yield Statement(task="moderation", label=name, likelihood=likelihood)


def _box(corners: Any) -> tuple[float, float, float, float] | None:
    """The box around some corners; Google omits coordinates that are zero."""
    if not corners:
        return None
    across = [number(corner.get("x", 0)) or 0.0 for corner in corners]
    down = [number(corner.get("y", 0)) or 0.0 for corner in corners]
    return min(across), min(down), max(across) - min(across), max(down) - min(down)

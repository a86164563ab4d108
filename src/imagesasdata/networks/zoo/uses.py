"""Intended and inappropriate uses of the models of each task, for their cards."""

from __future__ import annotations

from typing import NamedTuple


class Use(NamedTuple):
    """A task's intended use, and a caution on what not to conclude."""

    intended: str
    caution: str


_VALIDATE = (
    "Compare it with hand-coded pictures of your own, in each group that you compare, before its "
    "output enters an estimate."
)

USES: dict[str, Use] = {
    "classify": Use(
        "naming what a picture shows among the classes it was trained on",
        f"A class is not a concept of your study. {_VALIDATE}",
    ),
    "embed": Use(
        "comparing pictures, grouping them, and as input of a model trained on hand-coded pictures",
        "The network defines similarity; it can be of background, style or persons.",
    ),
    "zero_shot": Use(
        "a first sorting of pictures by descriptions in words",
        f"Small changes of the words change the result. {_VALIDATE}",
    ),
    "caption": Use(
        "a first look at a collection in words, and searching it by text",
        "A caption describes what such pictures usually show, which may be absent from this one. "
        + _VALIDATE,
    ),
    "detect_objects": Use("finding and counting things of the kinds in its list", _VALIDATE),
    "detect_faces": Use(
        "finding, counting and covering faces",
        f"Faces are missed more often in some groups, sizes and turns than in others. {_VALIDATE}",
    ),
    "embed_faces": Use(
        "finding pictures of the same person in a collection, with people to check each match",
        "A match is not proof of identity. Biometric data need a legal basis.",
    ),
    "analyze_faces": Use(
        "describing how faces appear to others, over many pictures and with known error rates",
        "It judges appearance, not what someone is or feels. Do not use it on single persons. "
        + _VALIDATE,
    ),
    "score_unsafe": Use(
        "screening a collection before people look at it",
        f"It helps people to look; it decides nothing. {_VALIDATE}",
    ),
    "measure_depth": Use(
        "describing how pictures are laid out in depth, over many pictures",
        f"It guesses the scene from one view, and knows no distances. {_VALIDATE}",
    ),
}

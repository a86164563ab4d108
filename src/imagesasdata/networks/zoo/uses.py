"""What a model of each task is for, and what it is not for: the part of a card that tasks share."""

from __future__ import annotations

from typing import NamedTuple


class Use(NamedTuple):
    """What to use a task's models for, and a caution on what not to conclude."""

    intended: str
    caution: str


_VALIDATE = (
    "Hold it against hand-coded pictures of your own, in each group that you compare, before its "
    "output enters an estimate."
)

USES: dict[str, Use] = {
    "classify": Use(
        "naming what a picture shows among the classes it was trained on",
        f"A class is not a concept of your study. {_VALIDATE}",
    ),
    "embed": Use(
        "comparing pictures, grouping them, and as input of a model trained on hand-coded pictures",
        "Nearness is the network's, and can be of background, style or persons.",
    ),
    "zero_shot": Use(
        "a first sorting of pictures by descriptions in words",
        f"Small changes of the words change the result. {_VALIDATE}",
    ),
    "caption": Use(
        "a first look at a collection in words, and searching it by these",
        "A caption says what such pictures mostly show, which need not be in this one. "
        + _VALIDATE,
    ),
    "detect_objects": Use("finding and counting things of the kinds that it knows", _VALIDATE),
    "detect_faces": Use(
        "finding, counting and covering faces",
        f"Faces are missed more often in some groups, sizes and turns than in others. {_VALIDATE}",
    ),
    "embed_faces": Use(
        "finding pictures of the same person in a collection, with people to check each match",
        "A match is no proof of identity. Biometric data need a ground in law.",
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
}

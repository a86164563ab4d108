"""`analyze_faces`: what faces look like: age and, on request, gender, race and expression."""

from __future__ import annotations

import dataclasses
import functools
import warnings
from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
from PIL import Image

from imagesasdata.arrays.faces import columns as col
from imagesasdata.arrays.faces.align import Look, looks_at
from imagesasdata.arrays.faces.attributes import (
    age,
    calibrated_male,
    gender,
    gender_by_group,
    labeled,
    most_probable,
)
from imagesasdata.checks import check_choice
from imagesasdata.columns import Column
from imagesasdata.engine.results import speaking_as
from imagesasdata.errors import AppearanceWarning, ArgumentError, users_line
from imagesasdata.files.sources import PathLike
from imagesasdata.networks.program import Network, Several, apart, mean_of_crops, side_by_side
from imagesasdata.networks.zoo.card import Preprocess
from imagesasdata.networks.zoo.registry import Model, card, load
from imagesasdata.options import Keep, OnError, Options
from imagesasdata.tables.frames import Frame, Paths
from imagesasdata.verbs.faces._faces import Face, aligned, has_faces, points_for, run_on_faces
from imagesasdata.verbs.faces.detect_faces import detect_faces

Attribute = Literal["age", "gender", "race", "expression"]


# The mean of two crops is right more often than one. For classes a face and its mirror image are
# best; for age, measured errors are lower when the crops also differ in size.
_SIDES = (Look(1.0, False), Look(1.0, True))
_SIZES = (Look(0.9, False), Look(1.1, True))


# The one crop that a network was made for.
_ONE = (Look(1.0, False),)


class _Part(NamedTuple):
    """The model for an attribute, its crops of a face, and how their mean becomes columns."""

    model: str
    looks: tuple[Look, ...]
    finish: Callable[[Any], dict[str, Any]]
    columns: tuple[Column, ...]


_PARTS: dict[Attribute, _Part] = {
    "age": _Part(
        "faceres", _SIZES, lambda outputs: age(outputs["age"]), col.attribute_columns("age")
    ),
    "gender": _Part(
        "faceres",
        _SIDES,
        lambda outputs: gender(
            calibrated_male(float(outputs["gender"][0])), age(outputs["age"])["age"]
        ),
        col.attribute_columns("gender"),
    ),
    "race": _Part(
        "gear",
        _SIDES,
        lambda outputs: labeled("race", outputs["race"]),
        col.attribute_columns("race"),
    ),
    "expression": _Part(
        "mini_xception",
        _SIDES,
        lambda outputs: labeled("expression", outputs["expression"]),
        col.attribute_columns("expression"),
    ),
}


def _classes(model: str, name: str, classes: tuple[str, ...]) -> _Part:
    """Classes by another model, with its own probabilities."""
    return _Part(
        model,
        _ONE,
        lambda outputs: most_probable(name, classes, outputs[name]),
        col.class_columns(name, classes),
    )


_OTHERS: dict[str, dict[Attribute, _Part]] = {
    "fairface": {
        "age": _classes("fairface", "age_group", col.AGE_GROUPS),
        "gender": _Part(
            "fairface",
            _ONE,
            lambda outputs: gender_by_group(float(outputs["gender"][0]), outputs["age_group"]),
            col.attribute_columns("gender"),
        ),
        "race": _classes("fairface", "race", col.SEVEN_RACES),
    },
    "ferplus": {"expression": _classes("ferplus", "expression", col.EIGHT_EXPRESSIONS)},
    "fer_mobilefacenet": {
        "expression": _classes("fer_mobilefacenet", "expression", col.EXPRESSIONS)
    },
}

COLUMNS = tuple(column for name in ("age", *col.CLASSES) for column in col.attribute_columns(name))


def analyze_faces(
    images: Frame | Paths,
    *,
    path: str = "path",
    model: str | None = None,
    attributes: Sequence[Attribute] = ("age",),
    keep: Keep = "all",
    prefix: str | None = None,
    replace: bool = False,
    batch_size: int | None = None,
    workers: int | None = None,
    device: str | None = None,
    cache: PathLike | None = None,
    on_error: OnError = "record",
    progress: bool | None = None,
) -> Frame:
    """Describe what faces look like: their age and, on request, gender, race and expression.

    These are guesses at how strangers would label a face, not measurements of a person. They can be
    useful as averages over many pictures, once you know their error in your pictures by group; they
    must not be used to decide about anyone.

    Parameters
    ----------
    images
        A table with a column of paths, or a folder, glob, archive or list of paths. Or a table of
        faces from `detect_faces`.
    path
        The table's column of paths.
    model
        A name from ``iad.models("analyze_faces")``; by default each attribute has its own. Another
        gives its own classes: ``"fairface"`` age group, gender and seven races, ``"ferplus"`` eight
        expressions, ``"fer_mobilefacenet"`` seven.
    attributes
        Any of ``"age"``, ``"gender"``, ``"race"``, ``"expression"``. The last three are given only
        when named.
    keep
        Which other columns of the table come along into a table that has a row for each thing:
        ``"all"``, a list of names, or ``"none"``. A column with the name of a new one gets
        ``image_`` before it (of a video, ``video_``).
    prefix
        A prefix for the names of the new columns, so that the results of two runs fit in one table.
    replace
        Whether columns of the table are replaced if new ones have their names. Those of an earlier
        run of the same verb always are.
    batch_size
        Pictures or faces that go through the network together; by default what is fastest on the
        device. It does not change the result.
    workers
        Threads that read and decode pictures; by default one for each core, for remote files at
        least 16.
    device
        ``"cpu"``, ``"gpu"``, ``"tpu"`` or one of several as ``"gpu:1"``; by default all of the best
        kind.
    cache
        A folder that keeps finished faces, so that a stopped run resumes where it stopped.
    on_error
        ``"record"`` writes the reason into ``image_error``, ``"raise"`` stops at the first picture
        that cannot be used, ``"drop"`` leaves such rows out and says how many.
    progress
        Whether to show a progress bar; by default in a terminal and in a notebook.

    Returns
    -------
    table
        A row for each face (see `detect_faces`), or the rows of faces given, and:

        - ``age``: in years; ``age_low``, ``age_high``: an interval that holds the age of 80% of
          people, young or old;
        - ``gender``: ``"female"`` or ``"male"`` by appearance; ``gender_prob_female``,
          ``gender_prob_male``; null where the face looks younger than 12;
        - ``race``: ``"white"``, ``"black"``, ``"asian"``, ``"indian"`` or ``"other"``, the
          categories of the network's makers; ``race_prob_white`` and so on;
        - ``expression``: ``"angry"``, ``"disgust"``, ``"fear"``, ``"happy"``, ``"sad"``,
          ``"surprise"`` or ``"neutral"``; ``expression_prob_angry`` and so on; the label is null
          where none has a probability of 0.4;
        - ``image_error``: why the picture cannot be read, else null.

        ``model="fairface"`` gives ``age_group`` (``"0-2"``, ``"3-9"``, ``"10-19"`` and so on to
        ``"70+"``) with ``age_group_prob_0_2`` and so on in place of ``age``, and the races
        ``"white"``, ``"black"``, ``"latino_hispanic"``, ``"east_asian"``, ``"southeast_asian"``,
        ``"indian"`` and ``"middle_eastern"``; gender is null where the age group is under 10.
        ``model="ferplus"`` also knows ``"contempt"``. Of these, the most probable label is always
        given.

        By default, age, gender and expression are calibrated on labeled pictures: of expressions that
        say .6, about .6 are right, where expressions are as frequent as there. Race is the network's own.

    Raises
    ------
    UnknownNameError, WeightsError, ColumnError, NameClashError, ArgumentError, DeviceError
        For misuse, before any picture is read.

    Warns
    -----
    AppearanceWarning
        Once in a session, when gender, race or expression is asked for.

    Notes
    -----
    A picture is decoded once for all its faces and attributes. Each number is the mean of two crops:
    the face and its mirror image; for age, a crop a tenth tighter and a mirrored one a tenth wider.

    Gender here is two classes seen from outside; how people see themselves is not visible, and trans
    and non-binary people are misclassified by design. Race is a social category that differs by
    place and time; the five classes are one data set's. An expression is not a feeling (Barrett et
    al. 2019). Measured error by group is in the reference on faces; measure it on your pictures
    with labels of your own (``iad.audit``), and correct estimates for it.

    References
    ----------
    Barrett, L. F. et al. (2019). Emotional Expressions Reconsidered. Psychological Science in the
    Public Interest 20(1). doi:10.1177/1529100619832930

    Scheuerman, M. K., Paul, J. M. and Brubaker, J. R. (2019). How Computers See Gender. CSCW.
    doi:10.1145/3359246

    Examples
    --------
    >>> import imagesasdata as iad
    >>> faces = iad.analyze_faces("examples/photos/astronaut.jpg")
    >>> bool(faces.age_low[0] <= faces.age[0] <= faces.age_high[0])
    True
    """
    options = Options(
        path=path,
        keep=keep,
        prefix=prefix,
        replace=replace,
        batch_size=batch_size,
        workers=workers,
        device=device,
        cache=cache,
        on_error=on_error,
        progress=progress,
    )
    chosen = check_attributes(attributes)
    parts = _parts(model, chosen)
    faces: Any = images
    if keep != "all" and has_faces(images, path):
        raise ArgumentError(
            f"keep={keep!r} is for pictures; the rows of a table of faces keep all of their columns.",
            "leave keep out.",
        )
    if not has_faces(images, path):
        with speaking_as("analyze_faces"):
            faces = detect_faces(
                images,
                path=path,
                keep=keep,
                batch_size=batch_size,
                workers=workers,
                device=device,
                cache=cache,
                on_error=on_error,
                progress=progress,
            )
        options = dataclasses.replace(options, path="path", keep="all")
    passes: dict[tuple[str, tuple[Look, ...]], list[_Part]] = {}
    for part in parts.values():
        passes.setdefault((part.model, part.looks), []).append(part)
    networks = [load(name, task="analyze_faces", progress=progress) for name, _ in passes]
    prepares = [network.card.preprocess for network in networks]
    cuts = list(zip(prepares, [looks for _, looks in passes], strict=True))
    return run_on_faces(
        faces,
        name="analyze_faces",
        columns=[column for part in parts.values() for column in part.columns],
        crop=functools.partial(_crops, cuts=cuts),
        finish=functools.partial(_finish, list(passes.values())),
        network=Several(
            tuple(Network(_mean_of_looks(one), one.params) for one in networks),
            tuple((len(looks), one.size, one.size, 3) for one, looks in cuts),
        ),
        settings={
            "models": [network.fingerprint for network in networks],
            "attributes": list(parts),
        },
        options=options,
        # The models of a call all need the same points: they are the default ones, or a single one.
        points=points_for(prepares[0]),
    )


def _parts(model: str | None, chosen: Sequence[Attribute]) -> dict[Attribute, _Part]:
    """How each attribute is found, by the default models or one that was named.

    Raises
    ------
    UnknownNameError, ArgumentError
        When there is no such model, or it does not know an attribute.
    """
    if model is None:
        return {one: _PARTS[one] for one in chosen}
    card(model, "analyze_faces")
    known = _OTHERS.get(model, {one: part for one, part in _PARTS.items() if part.model == model})
    for one in chosen:
        if one not in known:
            raise ArgumentError(
                f"The model {model!r} does not tell {one}.", f"attributes={list(known)}."
            )
    return {one: known[one] for one in chosen}


@functools.cache
def _mean_of_looks(network: Model) -> Callable[[Any, Any], dict[str, Any]]:
    """The function for a network, kept so that the next call need not compile it again."""
    return mean_of_crops(network.apply)


def check_attributes(attributes: Sequence[Attribute]) -> list[Attribute]:
    """The attributes in their own order; the first call with some of them warns.

    Raises
    ------
    UnknownNameError, ArgumentError
        When one is not known, or there is none.
    """
    wanted = [attributes] if isinstance(attributes, str) else list(attributes)
    for one in wanted:
        check_choice("attribute", one, get_args(Attribute))
    if not wanted:
        raise ArgumentError("attributes is empty.", 'for example attributes=("age",).')
    if set(wanted) - {"age"}:
        _note()
    return [one for one in get_args(Attribute) if one in wanted]


@functools.cache
def _note() -> None:
    warnings.warn(
        "Gender, race and expression are guesses from appearance, wrong more often for some groups "
        "than for others. Measure the error in your own pictures with iad.audit before you use them. "
        "(This warning is given once.)",
        AppearanceWarning,
        stacklevel=users_line(),
    )


def _crops(
    image: Image.Image, face: Face, *, cuts: Sequence[tuple[Preprocess, Sequence[Look]]]
) -> np.ndarray:
    return side_by_side([_cut(image, face, preprocess, looks) for preprocess, looks in cuts])


def _cut(
    image: Image.Image, face: Face, preprocess: Preprocess, looks: Sequence[Look]
) -> np.ndarray:
    if preprocess.fit != "face":
        return aligned(preprocess)(image, face)[None]
    return looks_at(image, face.box, looks, share=preprocess.share, size=preprocess.size)


def _finish(passes: Sequence[Sequence[_Part]], outputs: Any) -> dict[str, Any]:
    each = zip(passes, apart(outputs, len(passes)), strict=True)
    return {
        name: cell
        for parts, own in each
        for part in parts
        for name, cell in part.finish(own).items()
    }

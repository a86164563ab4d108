"""Runs a network on detected faces; each picture is decoded once for all its faces."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from PIL import Image

from imagesasdata.arrays.faces import columns as col
from imagesasdata.arrays.faces.align import ARCFACE, by_eyes, by_points, cut
from imagesasdata.columns import IMAGE_ERROR, Column
from imagesasdata.engine.results import Results, within
from imagesasdata.engine.stream import Sample
from imagesasdata.engine.verb import Row, Source, Verb, run
from imagesasdata.files.decode import MAX_PIXELS, decode
from imagesasdata.networks.program import Network, Several
from imagesasdata.networks.zoo.card import Preprocess
from imagesasdata.options import Options
from imagesasdata.tables.kinds import is_paths
from imagesasdata.tables.table import Table, open_table

# Where dlib's alignment puts the eyes on a crop, as shares of its side.
_EYE_DISTANCE, _EYE_HEIGHT = 0.35, 0.314
_PLACE = Column("face_place", "int64", "Place among the picture's faces.", null="never")
_PATH = "path"
NO_FACES = "it is not a table of faces"
_HINT = "make one with faces = iad.detect_faces(images), and keep its columns."


class Face(NamedTuple):
    """A face's position: a box (left, top, width, height), and the eyes and other points (x, y)."""

    box: np.ndarray
    points: np.ndarray


def has_faces(images: Any, path: str) -> bool:
    """Whether this is a table of faces, as from `detect_faces`."""
    return not is_paths(images) and col.BOX[0].name in open_table(images, path).names


def faces_in(table: Table, points: Sequence[Column] = col.EYES) -> list[Face | None]:
    """The faces of a table with some of their key points; ``None`` for rows without a face.

    Raises
    ------
    ColumnError
        When it lacks a column.
    """
    wanted = [column.name for column in (*col.BOX, *points)]
    for name in wanted:
        table.known(name, so=NO_FACES, hint=_HINT)
    rows = zip(*(table.cells(name) for name in wanted), strict=True)
    return [
        None
        if any(cell is None or cell != cell for cell in row)
        else Face(np.array(row[:4], float), np.array(row[4:], float).reshape(-1, 2))
        for row in rows
    ]


def run_on_faces(
    faces: Any,
    *,
    name: str,
    columns: Sequence[Column],
    crop: Callable[[Image.Image, Face], np.ndarray],
    finish: Callable[[Any], Row],
    network: Network | Several,
    settings: Mapping[str, Any],
    options: Options,
    points: Sequence[Column] = col.EYES,
) -> Any:
    """The table of faces with the columns of networks; rows without a face get nulls."""
    table = open_table(faces, options.path)
    out = Results(name, table, columns, options, "faces").checked()
    found = faces_in(table, points)
    by_path: dict[str, list[int]] = {}
    for row, (path, face) in enumerate(zip(table.paths(), found, strict=True)):
        if path is not None and face is not None:
            by_path.setdefault(path, []).append(row)

    def of_picture(path: str) -> list[Face]:
        return [face for row in by_path[path] if (face := found[row]) is not None]

    def about(path: str) -> bytes:
        return b"".join(
            part.tobytes() for face in of_picture(path) for part in (face.box, face.points)
        )

    def visit(source: Source) -> Iterator[Sample]:
        image = decode(source.files.read(source.path), exactness="exact", max_pixels=MAX_PIXELS)
        for place, face in enumerate(of_picture(source.path)):
            yield Sample(crop(image, face), place)

    verb = Verb(
        name=name,
        columns=(_PLACE, *columns),
        visit=visit,
        finish=lambda results: [{_PLACE.name: place, **finish(one)} for one, place in results],
        network=network,
        settings=settings,
        about=about,
        many=True,
    )
    pictures = pa.table({_PATH: pa.array(list(by_path), pa.string())})
    inner = replace(within(options), path=_PATH)
    return _joined(out, run(pictures, verb, inner), by_path)


def points_for(preprocess: Preprocess) -> tuple[Column, ...]:
    """The columns of the points by which a model's faces are aligned."""
    return col.FOUR if preprocess.fit == "points" else col.EYES


def aligned(preprocess: Preprocess) -> Callable[[Image.Image, Face], np.ndarray]:
    """A function that crops a face so that its points are where a model expects them."""

    def cut_out(image: Image.Image, face: Face) -> np.ndarray:
        if preprocess.fit == "points":
            return cut(image, by_points(face.points, ARCFACE), preprocess.size)
        frame = by_eyes(*face.points, distance=_EYE_DISTANCE, height=_EYE_HEIGHT)
        return cut(image, frame, preprocess.size)

    return cut_out


def _joined(out: Results, long: pa.Table, by_path: dict[str, list[int]]) -> Any:
    """The table of faces, joined with the results of their pictures."""
    places: list[int | None] = [None] * len(out.table)
    errors: list[str | None] = [None] * len(out.table)
    for number, (place, path, error) in enumerate(
        zip(*(long[n].to_pylist() for n in (_PLACE.name, _PATH, IMAGE_ERROR.name)), strict=True)
    ):
        rows = by_path[path]
        for row in rows if place is None else [rows[place]]:
            places[row], errors[row] = (None if place is None else number), error
    return out.join(long.take(pa.array(places, pa.int64())), errors)

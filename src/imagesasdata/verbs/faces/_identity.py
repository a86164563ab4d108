"""Shared by verbs that compare faces: one face of each picture, and its embedding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal, NamedTuple

import numpy as np
import pyarrow as pa

from imagesasdata.arrays.faces import columns as col
from imagesasdata.arrays.faces.identity import HIGHEST_RATE, LOWEST_RATE, Calibration
from imagesasdata.columns import IMAGE_ERROR, IMAGE_ID, PATH
from imagesasdata.engine.results import within
from imagesasdata.errors import ArgumentError
from imagesasdata.files.remote import shown
from imagesasdata.networks.zoo import registry
from imagesasdata.options import FALSE_MATCH_RATE, Options
from imagesasdata.tables.kinds import to_arrow
from imagesasdata.tables.table import Table, open_table
from imagesasdata.verbs.faces.detect_faces import detect_faces
from imagesasdata.verbs.faces.embed_faces import embed_faces

Which = Literal["largest"] | int


class Known(NamedTuple):
    """A row for each face with its embedding, and one with the reason for each picture without.

    Row ``i`` belongs to row ``sources[i]`` of the user's table.
    """

    table: Table
    sources: list[int]
    paths: list[str | None]
    face_ids: list[int | None]
    sizes: list[float]
    vectors: list[np.ndarray | None]
    errors: list[str | None]

    def rows(self) -> list[int]:
        """The rows with a face."""
        return [row for row, vector in enumerate(self.vectors) if vector is not None]

    def matrix(self, rows: Sequence[int]) -> np.ndarray:
        """The embeddings of rows with a face, stacked into a matrix."""
        vectors = [vector for row in rows if (vector := self.vectors[row]) is not None]
        return np.array(vectors) if vectors else np.zeros((0, 1), np.float32)

    def rows_of(self, path: str) -> list[int]:
        """The rows of a picture's faces, the largest first."""
        rows = [
            row
            for row, one in enumerate(self.paths)
            if one == path and self.vectors[row] is not None
        ]
        return sorted(rows, key=lambda row: -self.sizes[row])


def calibration(model: str, false_match_rate: float) -> tuple[Calibration, float]:
    """A model's calibration, and the largest distance of a match at a rate of false matches.

    Raises
    ------
    UnknownNameError
        When there is no model of that name.
    ArgumentError
        When the model was not calibrated, or not for such a rate.
    """
    by = registry.card(model, "embed_faces").calibration
    if by is None:
        known = ", ".join(card.name for card in registry.cards() if card.calibration is not None)
        raise ArgumentError(
            f"The model {model!r} has no threshold of its own.",
            f"use one of: {known}; or compare the vectors of embed_faces yourself.",
        )
    if not LOWEST_RATE <= false_match_rate <= HIGHEST_RATE:
        raise ArgumentError(
            f"false_match_rate must be from {LOWEST_RATE} to {HIGHEST_RATE}, got {false_match_rate}.",
            f"for example false_match_rate={FALSE_MATCH_RATE}.",
        )
    return by, by.threshold(false_match_rate)


def known_faces(images: Any, model: str, options: Options) -> Known:
    """The embedded faces of pictures or of a table of faces, which may have embeddings already."""
    shared = {
        "batch_size": options.batch_size,
        "workers": options.workers,
        "device": options.device,
        "cache": options.cache,
        "on_error": within(options).on_error,
        "progress": options.progress,
    }
    faces, given = images, open_table(images, options.path)
    pictures = col.BOX[0].name not in given.names
    if pictures:
        # The number of each picture's row takes the place of its id, to find the row again.
        numbers, paths = (
            pa.array(range(len(given)), pa.int64()),
            pa.array(given.paths(), pa.string()),
        )
        faces = detect_faces(
            pa.table({IMAGE_ID.name: numbers, PATH.name: paths}),
            keep_empty=True,
            **shared,
        )
        options = replace(options, path=PATH.name)
    if col.FACE_EMBEDDING.name not in open_table(faces, options.path).names:
        faces = embed_faces(faces, path=options.path, model=model, **shared)
    table = open_table(faces, options.path)
    count = len(table)

    def cells(name: str) -> list[Any]:
        return table.cells(name) if name in table.names else [None] * count

    widths, heights = cells(col.BOX[2].name), cells(col.BOX[3].name)
    return Known(
        given,
        cells(IMAGE_ID.name) if pictures else list(range(count)),
        table.paths(),
        cells(col.FACE_ID.name),
        [(w or 0.0) * (h or 0.0) for w, h in zip(widths, heights, strict=True)],
        [_vector(cell) for cell in cells(col.FACE_EMBEDDING.name)],
        cells(IMAGE_ERROR.name),
    )


def _vector(cell: Any) -> np.ndarray | None:
    if cell is None or (isinstance(cell, float) and cell != cell):
        return None
    return np.asarray(cell, np.float32)


def one_face(known: Known, path: str, which: Which | None) -> tuple[int | None, str | None]:
    """The row of the chosen face of a picture, or why there is none."""
    rows = known.rows_of(path)
    if not rows:
        errors = [known.errors[r] for r, one in enumerate(known.paths) if one == path]
        return None, next((error for error in errors if error), "no face was found")
    if which is None and len(rows) > 1:
        raise ArgumentError(
            f"{shown(path)!r} shows {len(rows)} faces: {_listed(known, rows)}.",
            'say which is meant: which="largest", or the number of the face, as in which=0.',
        )
    if which is None or which == "largest":
        return rows[0], None
    for row in rows:
        if known.face_ids[row] == which:
            return row, None
    return None, f"there is no face {which}; the faces: {_listed(known, rows)}"


def _listed(known: Known, rows: Sequence[int]) -> str:
    few = [f"{known.face_ids[row]} ({known.sizes[row] ** 0.5:.0f} pixels)" for row in rows[:8]]
    return ", ".join(few) + (", ..." if len(rows) > 8 else "")


def check_which(which: object) -> None:
    """Raise unless it is ``"largest"``, the number of a face, or ``None``."""
    number = isinstance(which, int) and not isinstance(which, bool) and which >= 0
    if which is not None and which != "largest" and not number:
        raise ArgumentError(
            f"which={which!r} names no face.", 'give "largest" or the number of a face, from 0.'
        )


def as_paths(paths: Sequence[str]) -> pa.Table:
    """Paths as a table, without repeats, in their order."""
    return to_arrow(pa.table({"path": pa.array(list(dict.fromkeys(paths)), pa.string())}))

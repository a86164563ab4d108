"""`label_page`: a page on which people code pictures by keyboard."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from imagesasdata.arrays.pixels import fit
from imagesasdata.checks import check_count
from imagesasdata.engine.stream import Loaded, stream
from imagesasdata.errors import ArgumentError, ArgumentTypeError, tell, without_credentials
from imagesasdata.files.decode import decode
from imagesasdata.files.outputs import output
from imagesasdata.files.references import Pictures
from imagesasdata.files.remote import shown
from imagesasdata.files.sources import PathLike
from imagesasdata.files.targets import PAGES, target
from imagesasdata.machine import cores
from imagesasdata.pages.template import fill
from imagesasdata.tables.frames import AnyFrame, Paths
from imagesasdata.tables.kinds import id_text
from imagesasdata.tables.table import Table, open_table

_MOST_CHOICES = 9
_QUALITY = 85


def label_page(
    sample: AnyFrame | Paths,
    question: str,
    choices: Sequence[Any],
    *,
    path: str = "path",
    coders: str | Sequence[str] | None = None,
    blur: bool = False,
    long_side: int = 800,
    to: PathLike = "label.html",
) -> Path:
    """Write a page on which people code pictures by keyboard.

    The page is a single file that contains the pictures, opens from disk in any browser and needs
    no server: send it to the coders. Keys 1 to 9 choose, ``u`` undoes, arrows move. Every answer is
    kept in the browser at once, so that a closed window or a crash loses nothing, and answers from
    two windows are kept together. *Export CSV* gives the file for `read_labels`.

    Parameters
    ----------
    sample
        The pictures to code, as `sample_for_labels` gives them: a table with a column of paths, or paths.
    question
        The question for each picture.
    choices
        The answers, two to nine: text or whole numbers.
    path
        The table's column of paths.
    coders
        The coders' names. With one name, the page is for that coder; with several, it asks which
        one; with ``None`` it asks for a name.
    blur
        Whether a picture is blurred until it is clicked, for content that may disturb.
    long_side
        The longest side of the pictures in pixels, because the page contains them all.
    to
        The file to write.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    ArgumentError, ArgumentTypeError, ColumnError
        When there are no pictures, two rows have the same path, the choices cannot be used, or the
        file cannot be written.

    Notes
    -----
    The page contains copies of the pictures without their metadata: protect it like the originals.
    For a picture that cannot be read, its path and the reason are shown.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> page = getfixture("tmp_path") / "label.html"
    >>> page = iad.label_page("examples/photos", "Is it outdoors?", ["yes", "no"], to=page)
    >>> page.name
    'label.html'
    """
    chosen = _choices(choices)
    place = target(to, PAGES)
    if not isinstance(question, str) or not question.strip():
        raise ArgumentTypeError(
            f"question must be text, got {question!r}.", 'for example "Is there a protest?".'
        )
    check_count("long_side", long_side)
    names = [coders] if isinstance(coders, str) else list(coders or [])
    table = open_table(sample, path)
    paths = [one and without_credentials(one) for one in table.paths()]
    if len(table) == 0:
        raise ArgumentError("There are no pictures to code.", "give a sample of at least one row.")
    seen: set[str] = set()
    for row, one in enumerate(paths):
        if one in seen:
            raise ArgumentError(
                f"The path {shown(one)!r} is in more than one row, and answers are kept by path.",
                "drop the rows that repeat a picture.",
            )
        seen.add(f"row {row}" if one is None else one)
    if paths != table.paths():
        tell(
            "The page and its answers hold addresses without their signatures and tokens.",
            'join answers to your table by image_id, as in codes.merge(sample, on="image_id").',
        )
    items = _items(table, paths, long_side)
    described = json.dumps([question, chosen, sorted(seen)])
    data = {
        "id": hashlib.sha256(described.encode("utf-8", "surrogateescape")).hexdigest()[:12],
        "question": question,
        "choices": chosen,
        "coders": names,
        "blur": bool(blur),
        "items": items,
    }
    page = fill("label.html", texts={"question": question}, data={"data": data})
    with output(place) as file:
        file.write(page.encode("utf-8", "surrogatepass"))
    return place


def _choices(choices: Sequence[Any]) -> list[Any]:
    if isinstance(choices, str) or not isinstance(choices, Sequence):
        raise ArgumentTypeError(
            f"choices must be a list of answers, got {choices!r}.", 'for example ["yes", "no"].'
        )
    found = [one.item() if isinstance(one, np.generic) else one for one in choices]
    if not all(isinstance(one, (str, int)) and not isinstance(one, bool) for one in found):
        raise ArgumentTypeError(
            f"choices must be text or whole numbers, got {found!r}.", 'for example ["yes", "no"].'
        )
    if not 2 <= len(found) <= _MOST_CHOICES or len(set(map(str, found))) < len(found):
        raise ArgumentError(
            f"choices must be two to nine different answers, got {len(found)}: {found!r}.",
            "keys 1 to 9 choose; ask in two steps when there are more.",
        )
    return found


def _items(table: Table, shown_paths: list[str | None], long_side: int) -> list[dict[str, Any]]:
    paths = table.paths()
    ids = table.ids()

    def load(row: int) -> Loaded:
        name = paths[row]
        if name is None:
            return Loaded([None])
        pixels = fit(decode(files.read(name), long_side=long_side), long_side)
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "JPEG", quality=_QUALITY)
        return Loaded([f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"])

    sources: dict[int, tuple[str | None, str | None]] = {}
    with Pictures() as files:
        for done in stream(range(len(paths)), load, None, workers=cores()):
            found = None if done.error is not None else done.results[0]
            sources[done.job] = found, done.error if found is None else None
    return [
        {
            # As text, because JavaScript rounds numbers of more than 15 digits.
            "image_id": id_text(ids[row]),
            "path": f"row {row}" if shown_paths[row] is None else shown_paths[row],
            "source": sources[row][0],
            "error": sources[row][1] or "no path",
        }
        for row in range(len(paths))
    ]

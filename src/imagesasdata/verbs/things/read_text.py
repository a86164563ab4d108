"""`read_text`: the text in pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, get_args

import numpy as np

from imagesasdata.arrays.pixels import fit
from imagesasdata.arrays.text.legible import Sides, legible
from imagesasdata.arrays.text.pieces import Piece, Placed, corners
from imagesasdata.arrays.text.presence import area_share, characters, has_text
from imagesasdata.arrays.text.reading_order import arrange, as_text, mean_score
from imagesasdata.checks import check_choice, check_count, check_share
from imagesasdata.columns import Column
from imagesasdata.engine.verb import Row, Verb, run
from imagesasdata.errors import ArgumentError
from imagesasdata.files.decode import MAX_PIXELS, read_header
from imagesasdata.files.decode import decode as decode_picture
from imagesasdata.files.sources import PathLike
from imagesasdata.machine import begin_network, cores
from imagesasdata.networks.ocr import rapidocr, tesseract
from imagesasdata.networks.ocr.languages import ENGINES, Engine, check_languages
from imagesasdata.networks.ocr.scripts import scripts_of
from imagesasdata.options import TEXT_SCORE, Keep, OnError, Options, Shape
from imagesasdata.tables.frames import Frame, Paths

Unit = Literal["line", "word"]

_NULL = "the picture could not be read or has no text"
ROW = Column(
    "row",
    "int64",
    "Number of the row of text in its picture; pieces side by side have the same.",
    range="0 ...",
    null=_NULL,
)
TEXT = Column("text", "string", "What is written there.", null=_NULL)
SCORE = Column("score", "float64", "How sure the engine is.", range="0 to 1", null=_NULL)
_CORNERS = (
    "where the text begins, above",
    "where it ends, above",
    "where it ends, below",
    "where it begins, below",
)
CORNERS = tuple(
    Column(
        f"{axis}{number}", "float64", f"Corner {number} of its box, {where}.", "pixels", null=_NULL
    )
    for number, where in enumerate(_CORNERS, start=1)
    for axis in "xy"
)
UNREAD = Column(
    "unread_print",
    "bool",
    "Whether its picture is a page with what looks like lines of small print that were not read.",
    null="the picture could not be read",
)
PIECE = (ROW, TEXT, SCORE, *CORNERS, UNREAD)
WHOLE = (
    TEXT.named("text"),
    Column(
        "score",
        "float64",
        "How sure the engine is, the mean over letters.",
        range="0 to 1",
        null=_NULL,
    ),
    Column("has_text", "bool", "Whether it has text of which the engine is sure."),
    Column("text_chars", "int64", "Letters and digits in the text.", range="0 ..."),
    Column(
        "text_share", "float64", "Share of the picture's area that text covers.", range="0 to 1"
    ),
    UNREAD,
)
COLUMNS = (*PIECE, *WHOLE)


def read_text(
    images: Frame | Paths,
    *,
    path: str = "path",
    languages: Sequence[str] | str = ("en",),
    shape: Shape = "long",
    unit: Unit = "line",
    engine: Engine = "rapidocr",
    threshold: float = TEXT_SCORE,
    keep_empty: bool = False,
    max_pixels: int = MAX_PIXELS,
    keep: Keep = "all",
    prefix: str | None = None,
    replace: bool = False,
    workers: int | None = None,
    cache: PathLike | None = None,
    on_error: OnError = "record",
    progress: bool | None = None,
) -> Frame:
    """Read the text in pictures: signs, banners, memes, screenshots, scanned forms and receipts.

    Slogans become strings that can be searched and counted; a scanned table becomes numbers, with
    their positions on the page.

    Parameters
    ----------
    images
        A table with a column of paths, or a folder, glob, archive or list of paths.
    path
        The table's column of paths.
    languages
        ISO 639-1 codes, as in ``("en", "de")``. RapidOCR reads all its languages in Latin letters at
        once, and Chinese and Japanese characters only where you name ``"zh"``, ``"zh-Hant"`` or
        ``"ja"``; Tesseract reads only the languages named.
    shape
        ``"long"`` gives a row for each line or word; ``"wide"`` keeps a row for each picture, with all
        its text in one cell.
    unit
        What a row of the long table is: ``"line"``, a piece of text without a wide gap, or
        ``"word"``.
    engine
        ``"rapidocr"`` (``pip install "imagesasdata[text]"``), which reads photographs and turned
        text too; or ``"tesseract"``, a separate program, for upright text on pages, in more scripts.
    threshold
        Lines with a lower score are left out, from 0 to 1.
    keep_empty
        Whether a picture in which nothing was found gets a row of nulls. With ``shape="wide"`` it
        always has one.
    max_pixels
        A picture with more pixels is refused from its header.
    keep
        Which other columns of the table come along into a table that has a row for each thing:
        ``"all"``, a list of names, or ``"none"``. A column with the name of a new one gets
        ``image_`` before it (of a video, ``video_``).
    prefix
        A prefix for the names of the new columns, so that the results of two runs fit in one table.
    replace
        Whether columns of the table are replaced if new ones have their names. Those of an earlier
        run of the same verb always are.
    workers
        Threads that read and decode pictures; by default one for each core, for remote files at
        least 16.
    cache
        A folder that keeps finished rows, so that a stopped run resumes where it stopped.
    on_error
        ``"record"`` writes the reason into ``image_error``, ``"raise"`` stops at the first picture
        that cannot be used, ``"drop"`` leaves such rows out and says how many.
    progress
        Whether to show a progress bar; by default in a terminal and in a notebook.

    Returns
    -------
    table
        With ``shape="long"`` a row for each line or word in reading order:

        - ``image_id``, ``path``: the picture;
        - ``row``: number of the row of text in the picture, from 0. Pieces that stand side by side,
          such as an article and its price, share it;
        - ``text``: the text; ``score``: how sure the engine is, 0 to 1;
        - ``x1``, ``y1`` ... ``x4``, ``y4``: the corners in pixels of the upright original, as seen in
          the direction of reading: top left, top right, bottom right, bottom left;
        - ``unread_print``: whether the picture is a page with what looks like lines of small print
          that were not read. A page of which nothing was read then has a row of nulls;
        - ``image_error``: why the picture was not read, else null.

        With ``shape="wide"`` the rows given, in order, and ``text`` (a line for each row, null
        without text), ``score`` (mean over letters), ``has_text`` (whether there is text of which the
        engine is sure, whatever ``threshold`` is), ``text_chars`` (letters and digits),
        ``text_share`` (of the picture's area), ``unread_print`` and ``image_error``.

    Raises
    ------
    MissingPackageError
        When the engine is not installed; the message has the command.
    WeightsError
        When Tesseract lacks a language's file.
    UnknownNameError, ArgumentError, ArgumentTypeError, ColumnError, NameClashError
        For other misuse, before any picture is read.

    Notes
    -----
    RapidOCR runs PP-OCRv6 (Baidu, Apache-2.0) on the CPU; its files are inside the package and nothing
    is downloaded. Pictures are scaled to at most 2,000 pixels on their longer side; those more than
    twice as long as wide (screenshots, panoramas, receipts) to 1,000 on the shorter, and read in
    tiles. Where lines are then under 20 pixels high, as the print of a newspaper page, the picture
    is read again at a larger scale, in tiles too. On a page, a picture of which half has one shade,
    what looks like lines of small print and was not read is read enlarged; if that fails,
    ``unread_print`` says so. Text at any angle is read: the direction of a page
    is decided from all of its text, so a lone 6 on an upright page is no 9. Rows are ordered by the
    direction of most of the text. Words are separated at spaces, so a Chinese or Japanese line is
    one word. The model lacks the letters of Vietnamese, which is refused.

    Handwriting is read badly. Large and clear text is read best, so misses are not random: check a
    sample by eye. In numbers every digit matters: where they have to add up, use that as a check.

    References
    ----------
    - Cui, C. et al. (2025). PaddleOCR 3.0 Technical Report. https://doi.org/10.48550/arXiv.2507.05595
    - Smith, R. (2007). An Overview of the Tesseract OCR Engine. ICDAR.
      https://doi.org/10.1109/ICDAR.2007.4376991

    Examples
    --------
    >>> import imagesasdata as iad
    >>> sheet = iad.read_text("examples/tally/sheet_1.jpg")
    >>> sheet[["row", "text"]].head(5)
       row                 text
    0    0  Polling station 001
    1    1            Candidate
    2    1                Votes
    3    2              Adeyemi
    4    2                  127
    """
    options = Options(
        path=path,
        keep=keep,
        prefix=prefix,
        replace=replace,
        workers=workers,
        cache=cache,
        on_error=on_error,
        progress=progress,
    )
    check_choice("engine", engine, ENGINES)
    check_choice("shape", shape, get_args(Shape))
    check_choice("unit", unit, get_args(Unit))
    if shape == "wide" and unit == "word":
        raise ArgumentError(
            'unit="word" makes a row for each word, shape="wide" a row for each picture: not both.',
            'leave out unit, or give shape="long".',
        )
    chosen = check_languages(languages, engine)
    check_share("threshold", threshold)
    check_count("max_pixels", max_pixels)
    read, most = _engine(engine, chosen, workers)

    def load(data: bytes) -> list[Row]:
        header = read_header(data, max_pixels=max_pixels)
        size = (header.width, header.height)

        def scaled(long_side: int) -> np.ndarray:
            return fit(decode_picture(data, long_side=long_side, max_pixels=max_pixels), long_side)

        (width, height), found, unread = legible(scaled, read, size, most, float(threshold))
        pieces = [piece for piece in found if piece.score >= threshold]
        placed = arrange(pieces)
        told = {UNREAD.name: unread}
        if shape == "wide":
            return [{**_joined(placed), **_amount(found, pieces, (width, height)), **told}]
        scale = header.width / width, header.height / height
        rows = [row for row, piece in placed for row in _rows(row, piece, unit, scale)]
        # A page of which nothing was read has a row if there is something to read.
        return [{**row, **told} for row in rows] or ([told] if unread else [])

    verb = Verb(
        name="read_text",
        columns=WHOLE if shape == "wide" else PIECE,
        load=load,
        finish=lambda results: results,
        settings={
            "engine": engine,
            # RapidOCR's result depends on the scripts of the languages alone.
            "languages": chosen if engine == "tesseract" else tuple(sorted(scripts_of(chosen))),
            "shape": shape,
            "unit": unit,
            "threshold": threshold,
        },
        many=shape == "long",
        keep_empty=keep_empty,
        max_pixels=max_pixels,
    )
    return run(images, verb, options)


def _engine(
    engine: Engine, languages: Sequence[str], workers: int | None
) -> tuple[Callable[[np.ndarray], list[Piece]], Sides]:
    """The engine's function for pixels, and the scale at which it reads a picture."""
    if engine == "tesseract":
        return tesseract.load(languages), tesseract.SIDES
    begin_network()
    threads = max(1, cores() // (workers or cores()))
    return rapidocr.load(threads, scripts_of(languages)), rapidocr.SIDES


def _rows(row: int, piece: Piece, unit: Unit, scale: tuple[float, float]) -> list[Row]:
    parts = piece.words if unit == "word" else (piece,)
    names = [column.name for column in CORNERS]
    return [
        {
            ROW.name: row,
            TEXT.name: part.text,
            SCORE.name: part.score,
            **dict(zip(names, corners(part.quad, *scale), strict=True)),
        }
        for part in parts
    ]


def _joined(placed: Sequence[Placed]) -> Row:
    if not placed:
        return {}
    return {TEXT.name: as_text(placed), SCORE.name: mean_score(placed)}


def _amount(found: Sequence[Piece], kept: Sequence[Piece], size: tuple[int, int]) -> Row:
    return {
        "has_text": has_text(found),
        "text_chars": characters(kept),
        "text_share": area_share(kept, size),
    }

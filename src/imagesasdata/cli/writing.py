"""Checks before a command's work: that its result can be written, and what its tables leave open."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any

import imagesasdata
from imagesasdata.cli.values import TABLES
from imagesasdata.errors import ImagesAsDataError, tell
from imagesasdata.verbs.signatures import verbs

TEXTS = ("ModelCard", "Citation")  # results that are written as text


def check_target(to: str, option: str, *, is_text: bool = False) -> None:
    """Raise if a file cannot be written: a missing folder, or an ending of no table."""
    from imagesasdata.files.targets import target

    endings = () if is_text or option == "save" else TABLES
    target(to, endings, argument=f"--{option}")


def write_text(text: str, to: str) -> None:
    """Write a text file, whole or not at all."""
    from imagesasdata.files.outputs import output
    from imagesasdata.files.targets import target

    with output(target(to)) as file:
        file.write(text.encode())


def check_vectors(verb: str, passed: Mapping[str, Any], opened: Sequence[Any], to: str) -> None:
    """Raise if the result will have a column of vectors, and the kind of file has none."""
    from imagesasdata.tables.csv_output import no_vectors
    from imagesasdata.tables.files import WITHOUT_VECTORS, vectors_in

    ending = next((one for one in WITHOUT_VECTORS if to.lower().endswith(one)), None)
    if ending is None:
        return
    module = import_module("imagesasdata.verbs.{}.{}".format(*verbs()[verb]))
    added = [one.name for one in getattr(module, "COLUMNS", ()) if one.kind == "embedding"]
    if added and passed.get("shape") != "wide":
        raise no_vectors(added[0], ending)
    vectors = {name for one in opened for name in vectors_in(one.frame)}
    if not vectors or not hasattr(imagesasdata, verb):
        return
    # Of a table without rows, a verb gives one with the same columns at once.
    tables = {id(one.frame): one.frame.head(0) for one in opened}
    empty = {name: tables.get(id(given), given) for name, given in passed.items()}
    try:
        result = getattr(imagesasdata, verb)(**empty)
    except ImagesAsDataError:
        return  # it needs rows; what is wrong is told with them
    if hasattr(result, "columns") and (kept := vectors & set(result.columns)):
        raise no_vectors(min(kept), ending)


def tell_doubts(opened: Sequence[Any], passed: Mapping[str, Any]) -> None:
    """Warn of what is open in the columns that the command names."""
    words = {word for given in passed.values() for word in _words(given)}
    for table in opened:
        for column, doubt in table.csv.doubts.items() if table.csv is not None else ():
            if column in words:
                tell(
                    f"The column {column!r} is taken as text; it holds {doubt}.",
                    "leave a cell empty where there is no value, and write fractions in one way.",
                )


def _words(given: Any) -> Iterator[str]:
    if isinstance(given, str):
        yield given
        yield from re.findall(r"\w+", given)
    elif isinstance(given, (list, tuple)):
        for one in given:
            yield from _words(one)
    elif isinstance(given, Mapping):
        yield from _words([*given, *given.values()])

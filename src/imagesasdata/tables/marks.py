"""What each run of a verb added to a table, kept with the table, so that a next run replaces it.

pandas keeps this in ``DataFrame.attrs`` and pyarrow in the schema's metadata, through filters and
sorting. polars has no place for it: there a table is known as long as it is the very table that a
verb returned.
"""

from __future__ import annotations

import json
import weakref
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import narwhals as nw

_KEY = "imagesasdata"
# Where pandas keeps the attrs of a table in a parquet file.
_PANDAS = b"PANDAS_ATTRS"
# By the id of a polars table, as its rows have no hash. An entry goes with its table.
_polars: dict[int, tuple[weakref.ref[Any], str]] = {}


class Run(NamedTuple):
    """The columns, by their names in the table, that one run of a verb added, and how it made them.

    ``options`` are those of the user's call; ``models`` the names of the models it used; ``fit`` tells
    how a fine-tuned model was trained.
    """

    verb: str
    prefix: str
    names: list[str]
    version: str = ""
    options: Mapping[str, Any] | None = None
    models: Sequence[str] | None = None
    fit: Mapping[str, Any] | None = None

    def only(self, names: Collection[str]) -> Run:
        """The same with these columns alone."""
        return self._replace(names=[name for name in self.names if name in names])

    def without(self, gone: set[str]) -> Run:
        """The same without some columns."""
        return self._replace(names=[name for name in self.names if name not in gone])


def made_by(run: Run, native: Any) -> Any:
    """A new table, with a note of the run that made it."""
    return marked(native, [run], nw.from_native(native, eager_only=True))


def runs_in(native: Any) -> list[Run]:
    """The runs that added columns to a table, as its table library has it."""
    try:
        return [Run(*one) for one in json.loads(text_in(native) or "[]")]
    except (TypeError, ValueError):  # it is not ours
        return []


def text_in(native: Any) -> Any:
    """What is noted in a table, as a text that `note` takes; ``None`` if nothing is."""
    if hasattr(native, "attrs"):
        return native.attrs.get(_KEY)
    if hasattr(native, "replace_schema_metadata"):
        known = native.schema.metadata or {}
        # A file that pandas wrote has the attrs of its table there.
        return known.get(_KEY.encode()) or _in_attrs(known.get(_PANDAS))
    known, text = _polars.get(id(native), (None, None))
    return text if known is not None and known() is native else None


def _in_attrs(attrs: bytes | None) -> Any:
    try:
        return json.loads(attrs or b"{}").get(_KEY)
    except (AttributeError, ValueError):  # it is not pandas'
        return None


def note(native: Any, text: str) -> None:
    """Note in a table of pandas what `text_in` gave of another one."""
    native.attrs = {**native.attrs, _KEY: text}


def marked(native: Any, runs: Sequence[Run], like: nw.DataFrame[Any]) -> Any:
    """The table with its runs noted; what else pandas or pyarrow note stays as in ``like``."""
    # A text, because pandas copies attrs deeply at each step.
    text = json.dumps([list(run) for run in runs if run.names])
    kind, before = like.implementation, nw.to_native(like)
    if kind.is_pandas():
        native.attrs = {**before.attrs, _KEY: text}
    elif kind.is_pyarrow():
        others = before.schema.metadata or {}
        native = native.replace_schema_metadata({**others, _KEY.encode(): text.encode()})
    else:
        number = id(native)
        _polars[number] = weakref.ref(native, lambda _: _polars.pop(number, None)), text
    return native

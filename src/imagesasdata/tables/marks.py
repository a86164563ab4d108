"""What each run of a verb added to a table, kept with the table, so that a next run replaces it.

pandas keeps this in ``DataFrame.attrs`` and pyarrow in the schema's metadata, through filters and
sorting. polars has no place for it: there a table is known as long as it is the very table that a
verb returned.
"""

from __future__ import annotations

import json
import weakref
from collections.abc import Sequence
from typing import Any, NamedTuple

import narwhals as nw

_KEY = "imagesasdata"
# By the id of a polars table, as its rows have no hash. An entry goes with its table.
_polars: dict[int, tuple[weakref.ref[Any], str]] = {}


class Run(NamedTuple):
    """The columns, by their names in the table, that one run of a verb added."""

    verb: str
    prefix: str
    names: list[str]

    def without(self, gone: set[str]) -> Run:
        """The same without some columns."""
        return self._replace(names=[name for name in self.names if name not in gone])


def runs_in(native: Any) -> list[Run]:
    """The runs that added columns to a table, as its table library has it."""
    if hasattr(native, "attrs"):
        text = native.attrs.get(_KEY)
    elif hasattr(native, "replace_schema_metadata"):
        text = (native.schema.metadata or {}).get(_KEY.encode())
    else:
        known, text = _polars.get(id(native), (None, None))
        text = text if known is not None and known() is native else None
    try:
        return [Run(*one) for one in json.loads(text or "[]")]
    except (TypeError, ValueError):  # it is not ours
        return []


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

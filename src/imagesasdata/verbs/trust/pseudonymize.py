"""`pseudonymize`: replaces names and ids by keyed hashes; tables can be shared and still joined."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from imagesasdata.columns import Column
from imagesasdata.engine.results import run_of
from imagesasdata.errors import ArgumentError, ColumnError
from imagesasdata.tables.codes import number_or_text
from imagesasdata.tables.frames import Frame
from imagesasdata.tables.table import open_data

# The library's own columns that identify a picture or person.
IDENTIFYING = (
    "path",
    "image_id",
    "file_path",
    "file_id",
    "video_path",
    "video_id",
    "out_path",
    "sha256",
    "coder",
)
_LEAST_KEY = 16
_LENGTH = 16

# No new columns: it replaces values in existing ones.
COLUMNS: tuple[Column, ...] = ()


def pseudonymize(
    data: Frame, *, key: str | bytes, columns: str | Sequence[str] | None = None
) -> Frame:
    """Replace names and ids by keyed hashes, the same for the same value in every table.

    A path may contain a name, an id leads to a profile, and a file's hash finds the file on the web.
    Values hashed with a key can still join tables and count persons, but without the key nobody can
    identify them, not even by hashing all possible names.

    Parameters
    ----------
    data
        A table.
    key
        A secret of at least 16 characters, such as ``secrets.token_hex(16)`` gives. Keep it apart from
        the data; whoever has it can test guesses. Without it the hashes cannot be reproduced.
    columns
        The columns to replace. By default the library's own columns that can identify: ``path``,
        ``image_id``, ``file_path``, ``file_id``, ``video_path``, ``video_id``, ``out_path``, ``sha256``,
        ``coder``.

    Returns
    -------
    table
        The same rows and columns; in ``columns`` 16 hexadecimal digits of HMAC-SHA256 in place of each
        value, as text. Missing values stay missing.

    Raises
    ------
    ArgumentError, ArgumentTypeError, ColumnError
        When the key is too short, or there is no such column.

    Notes
    -----
    Pseudonymized data are still personal data in law, because whoever has the key can trace them.
    Other columns can identify, too: times, places, embeddings, rare combinations of traits. Among
    two million different values, the chance that two share a hash is about one in ten million.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> import pandas as pd
    >>> posts = pd.DataFrame({"user": ["ann", "ben", "ann"], "likes": [3, 5, 8]})
    >>> hidden = iad.pseudonymize(posts, key="keep me in a safe", columns="user")
    >>> hidden.user.nunique(), hidden.user[0] == hidden.user[2], hidden.likes.tolist()
    (2, True, [3, 5, 8])
    """
    secret = key.encode() if isinstance(key, str) else key
    if len(secret) < _LEAST_KEY:
        raise ArgumentError(
            f"The key has {len(secret)} characters; a short one can be guessed.",
            f"give at least {_LEAST_KEY}, as secrets.token_hex(16) makes them.",
        )
    table = open_data(data)
    if columns is None:
        names = [name for name in table.names if name in IDENTIFYING]
        if not names:
            raise ColumnError(
                f"The table has none of the columns that are hashed by default. Its columns: "
                f"{', '.join(map(repr, table.names)) or 'none'}.",
                'name those that identify, as in columns=["user"].',
            )
    else:
        names = [columns] if isinstance(columns, str) else list(columns)
        names = [table.known(name, "columns") for name in names]
    hashed = {
        name: pa.array([_hash(secret, cell) for cell in table.cells(name)], pa.string())
        for name in names
    }
    described = [Column(name, "string", "Keyed hash.", null="as given") for name in names]
    return table.replace(pa.table(hashed), described, run_of("pseudonymize", "", names))


def _hash(key: bytes, cell: Any) -> str | None:
    if cell is None:
        return None
    text = str(number_or_text(cell)).encode("utf-8", "surrogatepass")
    return hmac.new(key, text, "sha256").hexdigest()[:_LENGTH]

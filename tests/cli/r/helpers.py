"""What the checks in R call: what Python sees of a value, and values as they come back."""

from __future__ import annotations

from typing import Any

import pandas as pd

from imagesasdata.errors import tell


def echo(value: Any) -> Any:
    return value


def see(value: Any) -> Any:
    if not isinstance(value, pd.DataFrame):
        return f"{type(value).__name__} {value!r}"
    return {str(name): f"{value[name].dtype} {list(map(plain, value[name]))}" for name in value}


def plain(cell: Any) -> Any:
    return None if cell is pd.NA or cell is pd.NaT else getattr(cell, "tolist", lambda: cell)()


def doubled(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.loc[frame.index.repeat(2)].reset_index(drop=True)


def half(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.iloc[::2]


def long_ids() -> pd.DataFrame:
    return pd.DataFrame({"id": pd.array([1234567890123456789, None], "Int64")})


def warned() -> int:
    tell("It could mean two things.", 'write iad.features(photos, groups=["light", "size"]).')
    return 3

"""Table types for a type checker: a verb returns the kind of table that it was given.

A checker that sees ``def classify(images: Frame | Paths) -> Frame`` infers a polars table for a polars
table, and pandas for paths. Nothing here is used at run time, and no table library is imported.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, runtime_checkable

from imagesasdata.files.sources import PathLike

Paths = PathLike | Sequence[PathLike] | AbstractSet[PathLike] | Iterator[PathLike]
Backend = Literal["pandas", "polars", "pyarrow"]
# One for each overload.
Pandas = Literal["pandas"]
Polars = Literal["polars"]
Pyarrow = Literal["pyarrow"]


@runtime_checkable
class ArrowTable(Protocol):
    """A ``pyarrow.Table``, recognized by its methods: pyarrow ships no types."""

    @property
    def column_names(self) -> list[str]:
        """The columns' names."""
        ...

    def combine_chunks(self) -> Any:
        """The same table, each column in one piece."""
        ...

    def to_batches(self) -> Any:
        """The same rows in batches."""
        ...


@runtime_checkable
class RayDataset(Protocol):
    """A ``ray.data.Dataset``, recognized by its methods: Ray may not be installed."""

    def iter_batches(self) -> Any:
        """The rows, a batch at a time."""
        ...

    def map_batches(self, fn: Any, /) -> RayDataset:
        """A new Dataset: a function's result for each batch."""
        ...


if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa
    from typing_extensions import TypeVar

    AnyFrame = pd.DataFrame | pl.DataFrame | pl.LazyFrame | ArrowTable | RayDataset
    Frame = TypeVar("Frame", bound=AnyFrame, default=pd.DataFrame)
    OtherFrame = TypeVar("OtherFrame", bound=AnyFrame, default=pd.DataFrame)
    PandasFrame = pd.DataFrame
    PolarsFrame = pl.DataFrame
    PyarrowFrame: TypeAlias = "pa.Table"
    MadeFrame = pd.DataFrame | pl.DataFrame | ArrowTable
else:
    from typing import TypeVar

    AnyFrame = PandasFrame = PolarsFrame = PyarrowFrame = MadeFrame = Any
    Frame = TypeVar("Frame")
    OtherFrame = TypeVar("OtherFrame")

"""What this project measured of a model, apart from what its makers state."""

from __future__ import annotations

from typing import NamedTuple


class Measured(NamedTuple):
    """A share that was measured with this library.

    ``what`` says what is counted, ``right`` how many ``of`` how many were so, ``on`` on which
    pictures; ``command`` measures it again.
    """

    what: str
    right: int
    of: int
    on: str
    command: str
    date: str
    by: str = "this project"

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval of the share, at 95%."""
        from imagesasdata.arrays.stats.intervals import wilson

        low, high = wilson(self.right / self.of, self.of)
        return float(low), float(high)

    def __str__(self) -> str:
        """The figure in a line."""
        low, high = self.interval
        return (
            f"{self.what}: {self.right:,} of {self.of:,} ({low:.3f} to {high:.3f}), {self.on}; by "
            f"{self.by}, {self.date}, `{self.command}`"
        )

"""Layers of a PyTorch file as plain arrays, for a network's inference form."""

from __future__ import annotations

import numpy as np

from imagesasdata.errors import WeightsError
from imagesasdata.networks.nn.transformer import Dense, Scale


class Arrays(dict[str, np.ndarray]):
    """A file's arrays by name; a missing one raises a `WeightsError`."""

    def __missing__(self, name: str) -> np.ndarray:
        raise WeightsError(
            f"The weights have no {name!r}; they are for another network.",
            "check that the file belongs to the model.",
        )

    def count(self, start: str) -> int:
        """The number of numbered layers with a name prefix."""
        return len(
            {name[len(start) :].partition(".")[0] for name in self if name.startswith(start)}
        )

    def dense(self, name: str) -> Dense:
        """A matrix product with a bias."""
        return Dense(self[f"{name}.weight"].T, self[f"{name}.bias"])  # type: ignore[arg-type]

    def joined(self, *names: str) -> Dense:
        """Several matrix products of the same input, joined into one."""
        layers = [self.dense(name) for name in names]
        return Dense(
            np.concatenate([layer.kernel for layer in layers], axis=1),  # type: ignore[arg-type]
            np.concatenate([layer.bias for layer in layers]),  # type: ignore[arg-type]
        )

    def scale(self, name: str) -> Scale:
        """The scale and shift of a layer normalization."""
        return Scale(self[f"{name}.weight"], self[f"{name}.bias"])  # type: ignore[arg-type]

    def after(self, norm: str, name: str) -> Dense:
        """A matrix product with the preceding normalization's scale and shift folded in."""
        scale, shift = self.scale(norm)
        kernel, bias = self.dense(name)
        return Dense(scale[:, None] * kernel, shift @ kernel + bias)

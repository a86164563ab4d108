"""Texture: how busy, sharp and regular the surface of a picture is.

All on grey values from 0 to 255 (0.299 R + 0.587 G + 0.114 B, ITU-R BT.601, as OpenCV has it).

- ``entropy``: -sum p log2 p over the histogram of 256 grey values (Shannon 1948), in bits.
- ``edge_share``: share of pixels on an edge (Canny 1986, doi:10.1109/TPAMI.1986.4767851), with
  thresholds 100 and 200 after a Gaussian blur of 5 x 5 pixels.
- ``sharpness``: variance of the Laplacian (Pech-Pacheco et al. 2000, doi:10.1109/ICPR.2000.903548).
- ``glcm_*``: contrast, homogeneity, energy and correlation of the grey-level co-occurrence matrix
  (Haralick et al. 1973, doi:10.1109/TSMC.1973.4309314): 32 grey levels, neighbours one pixel away in
  four directions, symmetric, the mean of the directions. Correlation is null for a constant picture.
- ``lbp_0`` ... ``lbp_9``: shares of the uniform local binary patterns with 8 points at radius 1
  (Ojala et al. 2002, doi:10.1109/TPAMI.2002.1017623): 0 to 8 brighter neighbours in one run, 9 for all
  other patterns.
"""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import UInt8
from skimage.feature import local_binary_pattern

from imagesasdata.columns import Column
from imagesasdata.measures.size import Size

_LEVELS = 32
_DIRECTIONS = ((0, 1), (1, 1), (1, 0), (1, -1))
_NO_PAIRS = "the picture could not be read, or is a single pixel"

COLUMNS = (
    Column("entropy", "float64", "Entropy of the grey values.", unit="bits", range="0 to 8"),
    Column("edge_share", "float64", "Share of pixels on a Canny edge.", range="0 to 1"),
    Column("sharpness", "float64", "Variance of the Laplacian.", range="0 ..."),
    Column("glcm_contrast", "float64", "Co-occurrence contrast.", range="0 to 961", null=_NO_PAIRS),
    Column(
        "glcm_homogeneity", "float64", "Co-occurrence homogeneity.", range="0 to 1", null=_NO_PAIRS
    ),
    Column("glcm_energy", "float64", "Co-occurrence energy.", range="0 to 1", null=_NO_PAIRS),
    Column(
        "glcm_correlation",
        "float64",
        "Co-occurrence correlation.",
        range="-1 to 1",
        null=f"{_NO_PAIRS}, or constant",
    ),
    *(
        Column(
            f"lbp_{pattern}", "float64", f"Share of local binary pattern {pattern}.", range="0 to 1"
        )
        for pattern in range(10)
    ),
)


def measure(rgb: UInt8[np.ndarray, "h w 3"], original: Size) -> dict[str, float | None]:
    """The group's values."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    edges = cv2.Canny(cv2.GaussianBlur(grey, (5, 5), 0), 100, 200)
    patterns = local_binary_pattern(grey, 8, 1, "uniform").astype(np.int64)
    shares = np.bincount(patterns.ravel(), minlength=10) / grey.size
    return {
        "entropy": _entropy(grey),
        "edge_share": float((edges > 0).mean()),
        "sharpness": float(cv2.Laplacian(grey, cv2.CV_64F).var()),
        **_co_occurrence(grey),
        **{f"lbp_{pattern}": float(share) for pattern, share in enumerate(shares)},
    }


def _entropy(grey: np.ndarray) -> float:
    shares = np.bincount(grey.ravel(), minlength=256) / grey.size
    present = shares[shares > 0.0]
    return float(max(0.0, -(present * np.log2(present)).sum()))


def _co_occurrence(grey: np.ndarray) -> dict[str, float | None]:
    levels = grey.astype(np.int32) * _LEVELS // 256
    matrices = [_pairs(levels, down, across) for down, across in _DIRECTIONS]
    measured = [_properties(matrix / matrix.sum()) for matrix in matrices if matrix.any()]
    names = ("contrast", "homogeneity", "energy", "correlation")
    if not measured:
        return {f"glcm_{name}": None for name in names}
    values: dict[str, float | None] = {}
    for place, name in enumerate(names):
        known = [value for properties in measured if (value := properties[place]) is not None]
        values[f"glcm_{name}"] = float(np.mean(known)) if known else None
    return values


def _pairs(levels: np.ndarray, down: int, across: int) -> np.ndarray:
    """How often each level lies beside each other one in a direction, counted both ways."""
    height, width = levels.shape
    left, right = max(0, -across), width - max(0, across)
    first = levels[: max(0, height - down), left:right]
    second = levels[down:, left + across : right + across]
    counts = np.bincount((first * _LEVELS + second).ravel(), minlength=_LEVELS * _LEVELS)
    matrix = counts.reshape(_LEVELS, _LEVELS)
    return matrix + matrix.T


def _properties(shares: np.ndarray) -> tuple[float, float, float, float | None]:
    level = np.arange(_LEVELS)
    apart = (level[:, None] - level) ** 2
    mean = float((shares.sum(axis=1) * level).sum())
    variance = float((shares.sum(axis=1) * (level - mean) ** 2).sum())
    covariance = float((shares * np.outer(level - mean, level - mean)).sum())
    return (
        float((shares * apart).sum()),
        float((shares / (1 + apart)).sum()),
        float(np.sqrt((shares**2).sum())),
        covariance / variance if variance > 1e-12 else None,
    )

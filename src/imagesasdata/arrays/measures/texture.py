"""Texture: how busy, sharp and regular the surface of a picture is.

All use gray values from 0 to 255 (0.299 R + 0.587 G + 0.114 B, ITU-R BT.601, as in OpenCV).

- ``entropy``: -sum p log2 p over the histogram of 256 gray values (Shannon 1948,
  doi:10.1002/j.1538-7305.1948.tb01338.x).
- ``edge_share``: share of pixels on an edge (Canny 1986, doi:10.1109/TPAMI.1986.4767851), with
  thresholds 100 and 200 of the L1 gradient (Sobel, 3 x 3) after a Gaussian blur of 5 x 5 pixels
  (sigma 1.1).
- ``sharpness``: variance of the Laplacian, 4 neighbors (Pech-Pacheco et al. 2000,
  doi:10.1109/ICPR.2000.903548).
- ``glcm_*``: contrast sum p (i - j)^2, homogeneity sum p / (1 + (i - j)^2), energy sqrt(sum p^2) and
  correlation of the gray-level co-occurrence matrix p(i, j) (Haralick et al. 1973,
  doi:10.1109/TSMC.1973.4309314). The matrix is symmetric, with 32 gray levels and neighbors one pixel
  away in four directions; each measure is the mean over the directions.
- ``lbp_*``: shares of the uniform local binary patterns with 8 points at radius 1
  (Ojala et al. 2002, doi:10.1109/TPAMI.2002.1017623): ``lbp_0`` to ``lbp_8`` by the number of
  adjacent neighbors that are at least as bright as the pixel; ``lbp_9`` for all other patterns. They
  sum to 1, so leave one out of a regression. Beyond its edge, the picture counts as black.
- ``compression_ratio``: bytes of the picture saved as JPEG at quality 75, divided by its uncompressed
  size of 3 bytes per pixel: busy and irregular pictures compress badly (Machado et al. 2015,
  doi:10.1016/j.actpsy.2015.06.005). Unlike ``bytes_per_pixel``, it does not depend on how the file was
  saved.
- ``fractal_dimension``: box-counting dimension of the Canny edges, with boxes of side 1, 2, 4, ... up
  to a quarter of the shorter side (Forsythe et al. 2011, doi:10.1348/000712610X498958).
"""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import UInt8

from imagesasdata.arrays.measures.binary_patterns import PATTERNS, pattern_shares
from imagesasdata.arrays.measures.box_counting import fractal_dimension
from imagesasdata.arrays.measures.co_occurrence import PROPERTIES, co_occurrence
from imagesasdata.arrays.measures.edges import edges
from imagesasdata.arrays.measures.group import Size, Value
from imagesasdata.arrays.measures.moments import mean_and_sd, strips
from imagesasdata.columns import Column

_JPEG_QUALITY = 75
_NO_PAIRS = "the picture could not be read, or is a single pixel"
_GLCM = {
    "contrast": ("0 to 961", _NO_PAIRS),
    "homogeneity": ("0 to 1", _NO_PAIRS),
    "energy": ("0 to 1", _NO_PAIRS),
    "correlation": ("-1 to 1", f"{_NO_PAIRS}, or all of one gray level"),
}

COLUMNS = (
    Column("entropy", "float64", "Entropy of the gray values.", unit="bits", range="0 to 8"),
    Column("edge_share", "float64", "Share of pixels on a Canny edge.", range="0 to 1"),
    Column("sharpness", "float64", "Variance of the Laplacian.", range="0 ..."),
    *(
        Column(f"glcm_{name}", "float64", f"Co-occurrence {name}.", range=limits, null=null)
        for name, (limits, null) in _GLCM.items()
    ),
    *(
        Column(
            f"lbp_{pattern}", "float64", f"Share of local binary pattern {pattern}.", range="0 to 1"
        )
        for pattern in range(PATTERNS)
    ),
    Column(
        "compression_ratio",
        "float64",
        "Bytes as JPEG at quality 75, divided by the uncompressed bytes.",
        range="0 ...",
    ),
    Column(
        "fractal_dimension",
        "float64",
        "Box-counting dimension of the edges.",
        range="0 to 2",
        null="the picture could not be read, has no edge, or a side under 16 pixels",
    ),
)


def measure(rgb: UInt8[np.ndarray, "h w 3"], header: Size) -> dict[str, Value]:
    """The group's values."""
    gray = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    drawn = edges(gray)
    _, (roughness,) = mean_and_sd(strips(cv2.Laplacian(gray, cv2.CV_16S)))
    pairs = co_occurrence(gray)
    shares = pattern_shares(gray).tolist()
    return {
        "entropy": _entropy(gray),
        "edge_share": cv2.countNonZero(drawn) / drawn.size,
        "sharpness": roughness**2,
        **{f"glcm_{name}": pairs[name] for name in PROPERTIES},
        **{f"lbp_{pattern}": share for pattern, share in enumerate(shares)},
        "compression_ratio": _compression_ratio(rgb),
        "fractal_dimension": fractal_dimension(drawn),
    }


def _compression_ratio(rgb: UInt8[np.ndarray, "h w 3"]) -> float:
    bgr = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR)
    _, packed = cv2.imencode(".jpg", bgr, (cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY))
    return packed.size / rgb.size


def _entropy(gray: np.ndarray) -> float:
    counts = cv2.calcHist([gray], [0], None, [256], [0, 256]).ravel()
    shares = counts[counts > 0].astype(np.float64) / gray.size
    return max(0.0, float(-(shares @ np.log2(shares))))

"""A step that fills each segment of a picture with its mean color."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Literal, get_args

import cv2
import numpy as np
from jaxtyping import Int, UInt8

from imagesasdata.checks import check_choice, check_only_for, seed_of, whole
from imagesasdata.steps.clusters import clusters
from imagesasdata.steps.outlines import steepness
from imagesasdata.steps.step import Step, to_bytes

SegmentMethod = Literal["kmeans", "watershed", "slic"]

_MOST_N = {"kmeans": 256, "watershed": 10_000, "slic": 10_000}
_USUAL_N = {"kmeans": 8, "watershed": 100, "slic": 100}


@dataclass(frozen=True, repr=False)
class Segment(Step):
    """See `segment`; ``seed`` is ``None`` for a method without randomness."""

    method: SegmentMethod = "kmeans"
    _: KW_ONLY
    n: int
    seed: int | None = None

    def _apply(self, rgb: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "h w 3"]:
        labels = self.labels(rgb).ravel()
        sizes = np.bincount(labels)
        colors = [
            np.bincount(labels, weights=rgb[..., channel].ravel()) / np.maximum(sizes, 1)
            for channel in range(3)
        ]
        return to_bytes(np.stack(colors, axis=1))[labels].reshape(rgb.shape)

    def labels(self, rgb: UInt8[np.ndarray, "h w 3"]) -> Int[np.ndarray, "h w"]:
        """The number of each pixel's segment, from 0."""
        if self.method == "kmeans":
            return clusters(rgb, self.n, self.seed or 0)
        # scikit-image takes long to import, and most runs do not segment.
        from skimage.segmentation import slic, watershed

        n = min(self.n, rgb.shape[0] * rgb.shape[1])
        if self.method == "slic":
            return slic(rgb, n_segments=n, start_label=0, channel_axis=-1)
        steep = steepness(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY))
        return watershed(steep, markers=n)


def segment(
    method: SegmentMethod = "kmeans", *, n: int | None = None, seed: int | None = None
) -> Segment:
    """Divide a picture into segments, each filled with its mean color.

    Parameters
    ----------
    method
        ``"kmeans"``: pixels of similar color, wherever they are (k-means in CIELAB with k-means++, on
        a sample of at most 50,000 pixels). ``"slic"``: patches of similar color and about equal size
        ("superpixels"; k-means of color and position). ``"watershed"``: basins of even light, flooded
        from seeds on a regular grid until they meet at edges.
    n
        The number of segments. For ``"kmeans"`` 1 to 256, by default 8; a picture with fewer colors
        has fewer. For ``"slic"`` and ``"watershed"`` an approximate number, 1 to 10,000, by default
        100.
    seed
        Only for ``"kmeans"``, whose first centers are random; by default 0.

    Returns
    -------
    Step

    Raises
    ------
    ArgumentError, ArgumentTypeError, UnknownNameError
        For invalid arguments, or arguments that contradict each other.

    References
    ----------
    Lloyd, S. (1982). Least squares quantization in PCM. doi:10.1109/TIT.1982.1056489.
    Vincent, L. and Soille, P. (1991). Watersheds in digital spaces. doi:10.1109/34.87344.
    Achanta, R. et al. (2012). SLIC superpixels. doi:10.1109/TPAMI.2012.120.

    Examples
    --------
    >>> import numpy as np
    >>> from imagesasdata import steps
    >>> grays = np.repeat(np.uint8([[10, 20, 200, 220]]), 3).reshape(1, 4, 3)
    >>> steps.segment(n=2)(grays)[0, :, 0].tolist()
    [15, 15, 210, 210]
    """
    chosen = check_choice("method", method, get_args(SegmentMethod))
    hint = f'for example segment("{chosen}", n={_USUAL_N[chosen]}).'
    n = whole("n", _USUAL_N[chosen] if n is None else n, 1, _MOST_N[chosen], hint=hint)
    if chosen != "kmeans":
        check_only_for("kmeans", seed=seed)
        return Segment(chosen, n=n)
    return Segment(chosen, n=n, seed=seed_of(0 if seed is None else seed))

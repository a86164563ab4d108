"""Perceptual hashes: 64 bits that stay nearly the same when a picture is scaled or compressed.

They find copies: the same photo at another size, saved again, or a little brighter. Compare two by
`hamming`, the number of bits that differ: 0 for a copy, a few for a near copy, about half of the 64 for
unrelated pictures. How many count as few depends on the pictures, so inspect pairs around the
threshold before using it (Zauner 2010, Implementation and Benchmarking of Perceptual Image Hash
Functions, thesis, Upper Austria University of Applied Sciences, Hagenberg).

Limits: a hash says nothing about what is shown, and does not survive mirroring, rotating or much
cropping. Pictures with a large plain surface, such as screenshots, share most bits without being
copies. A picture of a single color has no structure to hash, so its bits are all 0, or depend on
rounding.

All hashes use the gray picture (ITU-R BT.601, as in Pillow), stretched to a square by Lanczos
interpolation. The bits are in row order; the first is the highest of the hexadecimal number.

- ``hash_average``: 8 x 8 bits; whether a pixel is brighter than the mean (Krawetz 2011, Looks Like It,
  hackerfactor.com/blog/index.php?/archives/432-Looks-Like-It.html).
- ``hash_difference``: from 9 x 8 pixels; whether a pixel is brighter than its left neighbor (Krawetz
  2013, Kind of Like That, hackerfactor.com/blog/index.php?/archives/529-Kind-of-Like-That.html).
- ``hash_perceptual``: from 32 x 32 pixels; whether each of the 8 x 8 lowest coefficients of the
  discrete cosine transform is over their median (Krawetz 2011; Zauner 2010 describes pHash's version,
  with the same transform).

The bits are those of the Python package ImageHash 4.3.2 (Buchner, github.com/JohannesBuchner/imagehash)
with its defaults, so that hashes can be compared with other collections. Like ImageHash, these
functions take the whole picture: all pixels, upright, in mode RGB. A picture that was decoded at a
reduced scale or shrunk beforehand has nearly the same hashes, but not the same bits.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, UInt8
from PIL import Image

from imagesasdata.arrays.measures.group import Value
from imagesasdata.columns import Column
from imagesasdata.errors import ArgumentError

_SIDE = 8
_DCT_SIDE = 32

COLUMNS = (
    Column("hash_average", "string", "Average hash: 64 bits.", unit="hex"),
    Column("hash_difference", "string", "Difference hash: 64 bits.", unit="hex"),
    Column("hash_perceptual", "string", "Perceptual (cosine transform) hash: 64 bits.", unit="hex"),
)


def measure(image: Image.Image) -> dict[str, Value]:
    """The three hashes of a whole upright picture in mode RGB."""
    gray = image.convert("L")  # converted once; the hashes then only copy it
    return {
        "hash_average": average_hash(gray),
        "hash_difference": difference_hash(gray),
        "hash_perceptual": perceptual_hash(gray),
    }


def average_hash(image: Image.Image) -> str:
    """The average hash: which of 8 x 8 pixels are brighter than their mean."""
    pixels = _shrink(image, _SIDE, _SIDE)
    return _hex(pixels > pixels.mean())


def difference_hash(image: Image.Image) -> str:
    """The difference hash: which of 9 x 8 pixels are brighter than their left neighbor."""
    pixels = _shrink(image, _SIDE + 1, _SIDE)
    return _hex(pixels[:, 1:] > pixels[:, :-1])


def perceptual_hash(image: Image.Image) -> str:
    """The perceptual hash: which of the 8 x 8 lowest cosine coefficients are over their median."""
    from scipy.fft import dct  # imported here, because it takes a quarter of a second

    pixels = _shrink(image, _DCT_SIDE, _DCT_SIDE)
    low = np.asarray(dct(dct(pixels, axis=0), axis=1))[:_SIDE, :_SIDE]
    return _hex(low > np.median(low))


def hamming(a: str, b: str) -> int:
    """The number of bits in which two hashes of the same kind differ, from 0 to 64."""
    if len(a) != len(b):
        raise ArgumentError(
            f"The hashes {a!r} and {b!r} are not of the same length.", "compare two of one column."
        )
    return (int(a, 16) ^ int(b, 16)).bit_count()


def _shrink(image: Image.Image, width: int, height: int) -> UInt8[np.ndarray, "{height} {width}"]:
    return np.asarray(image.convert("L").resize((width, height), Image.Resampling.LANCZOS))


def _hex(bits: Bool[np.ndarray, "8 8"]) -> str:
    return np.packbits(bits).tobytes().hex()

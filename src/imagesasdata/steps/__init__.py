"""Steps of image processing: small objects that describe an operation on a picture and apply it.

The functions of this module make steps, as in ``steps.resize(256)``. A step is called on an array of
pixels (uint8, (height, width, 3), sRGB) and returns a new one. A list of steps is applied in order.
Wrong arguments raise when the step is made, before any picture is read.
"""

from __future__ import annotations

from inspect import isfunction

from imagesasdata.steps.as_is import strip_metadata, unchanged
from imagesasdata.steps.centering import center_crop, pad
from imagesasdata.steps.colors import color_space, grayscale, hue, saturation
from imagesasdata.steps.filters import blur, sharpen
from imagesasdata.steps.framing import crop, erase
from imagesasdata.steps.geometry import flip, rotate
from imagesasdata.steps.grain import noise
from imagesasdata.steps.kernels import convolve
from imagesasdata.steps.light import brightness, contrast
from imagesasdata.steps.named import worded
from imagesasdata.steps.outlines import edges
from imagesasdata.steps.segments import segment
from imagesasdata.steps.sizes import resize
from imagesasdata.steps.step import Step
from imagesasdata.steps.stretching import equalize, normalize
from imagesasdata.steps.thresholds import threshold

__all__ = [
    "Step",
    "blur",
    "brightness",
    "center_crop",
    "color_space",
    "contrast",
    "convolve",
    "crop",
    "edges",
    "equalize",
    "erase",
    "flip",
    "grayscale",
    "hue",
    "noise",
    "normalize",
    "pad",
    "resize",
    "rotate",
    "saturation",
    "segment",
    "sharpen",
    "strip_metadata",
    "threshold",
    "unchanged",
]

for _name in __all__:
    if isfunction(globals()[_name]):
        globals()[_name] = worded(globals()[_name], __name__)

"""A color as users write it: a name, a code or three numbers."""

from __future__ import annotations

from PIL import ImageColor

from imagesasdata.checks import whole
from imagesasdata.errors import ArgumentError, ArgumentTypeError

Color = str | tuple[int, int, int]


def color_of(value: object) -> Color:
    """``value`` if it is a color, as it was given."""
    hint = (
        'a name such as "white", a code such as "#ff8800" or three numbers such as (255, 136, 0).'
    )
    if isinstance(value, str):
        try:
            rgb = ImageColor.getrgb(value)
        except ValueError:
            raise ArgumentError(f"Unknown color {value!r}.", hint) from None
        if len(rgb) == 4:
            raise ArgumentError(
                f"color {value!r} is partly transparent, which pictures here cannot be.", hint
            )
        return value
    if not isinstance(value, list | tuple) or len(value) != 3:
        raise ArgumentTypeError(
            f"color must be a name, a code or three numbers, got {value!r}.", hint
        )
    red, green, blue = (whole("a color's part", part, 0, 255, hint=hint) for part in value)
    return red, green, blue


def rgb_of(color: Color) -> tuple[int, int, int]:
    """A color's red, green and blue."""
    rgb = ImageColor.getrgb(color) if isinstance(color, str) else color
    return rgb[0], rgb[1], rgb[2]

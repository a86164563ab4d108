"""Light, by values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from imagesasdata.arrays.measures import Size
from imagesasdata.arrays.measures.light import measure
from tests.arrays.measures.pictures import HEADER, gray, plain


def test_half_black_half_white() -> None:
    stored = Size(width=400, height=300, bytes=1)
    assert measure(gray([[0, 255]] * 50), stored) == pytest.approx(
        {
            "luminance_mean": 0.5,
            "rms_contrast": 0.5,
            "michelson_contrast": 1.0,
            "dynamic_range": 12.0,
            "overexposed_share": 0.5,
            "underexposed_share": 0.5,
            "bright_share": 0.5,
            "light_sum": 60_000.0,
        }
    )


@pytest.mark.parametrize(
    ("rgb", "luminance"),
    [
        ((255, 0, 0), 0.2126),
        ((0, 255, 0), 0.7152),
        ((0, 0, 255), 0.0722),
        ((10, 10, 10), 10 / 255 / 12.92),  # on the straight part of sRGB's curve
        ((128, 128, 128), ((128 / 255 + 0.055) / 1.055) ** 2.4),
    ],
)
def test_luminance(rgb: tuple[int, int, int], luminance: float) -> None:
    assert measure(plain(rgb), HEADER)["luminance_mean"] == pytest.approx(luminance, rel=1e-6)


def test_a_stop_is_twice_the_light() -> None:
    """sRGB's 188 is nearly twice 137 in light."""
    linear = ((np.array([137, 188]) / 255 + 0.055) / 1.055) ** 2.4
    values = measure(gray([[137, 188]] * 50), HEADER)
    assert values["dynamic_range"] == pytest.approx(np.log2(linear[1] / linear[0]), abs=1e-5)
    assert values["dynamic_range"] == pytest.approx(1.0, abs=0.05)
    assert values["michelson_contrast"] == pytest.approx(1 / 3, abs=0.01)


def test_a_few_odd_pixels_do_not_decide() -> None:
    rgb = gray(np.full((20, 20), 100))
    rgb[0, 0], rgb[5, 5] = 0, 255
    values = measure(rgb, HEADER)
    assert (values["michelson_contrast"], values["dynamic_range"]) == (0.0, 0.0)


def test_exposure_has_its_limits() -> None:
    values = measure(gray([[0, 5, 6, 249, 250, 255]]), HEADER)
    assert values["underexposed_share"] == values["overexposed_share"] == pytest.approx(1 / 3)
    # A full red is neither: it has a channel at each end.
    red = measure(plain((255, 0, 0)), HEADER)
    assert (red["underexposed_share"], red["overexposed_share"]) == (0.0, 0.0)


def test_black_has_no_contrast() -> None:
    values = measure(plain((0, 0, 0)), HEADER)
    assert values["michelson_contrast"] is None
    assert values["dynamic_range"] == values["light_sum"] == 0.0

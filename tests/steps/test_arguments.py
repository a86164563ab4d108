"""Wrong arguments raise when the step is made, with a text that says what to write."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from imagesasdata import ArgumentError, ArgumentTypeError, UnknownNameError, augmentations, steps
from imagesasdata.errors import ImagesAsDataError

A, T, U = ArgumentError, ArgumentTypeError, UnknownNameError

WRONG: list[tuple[Callable[[], object], type[ImagesAsDataError], str, str]] = [
    (lambda: steps.resize(), A, "resize needs a size.", "resize(256)"),
    (
        lambda: steps.resize(256, short_side=256),
        A,
        "resize got width and short_side, which contradict each other.",
        "resize(short_side=256)",
    ),
    (lambda: steps.resize(0), A, "width must be from 1 to 65,535, got 0.", "resize(256)"),
    (lambda: steps.resize(2.5), T, "width must be a whole number, got 2.5.", "resize(256)"),
    (lambda: steps.resize(True), T, "width must be a whole number, got True.", "resize(256)"),
    (lambda: steps.resize(9, -1), A, "height must be from 1 to 65,535, got -1.", "resize(256"),
    (
        lambda: steps.resize((9, 9)),
        T,
        "width must be a whole number, got (9, 9).",
        "resize(256, 192)",
    ),
    (
        lambda: steps.resize(9, method="bicubical"),
        U,
        "Unknown method 'bicubical'.",
        "did you mean 'bicubic'?",
    ),
    (lambda: steps.crop(-1, 0, 5, 5), A, "x must be from 0 to 65,535, got -1.", "crop(0, 0, 100"),
    (lambda: steps.crop(0, 0, 0, 5), A, "width must be from 1 to 65,535, got 0.", "crop(0, 0, 100"),
    (lambda: steps.crop(0, 0, 0.5, 1), T, "width must be a whole number, got 0.5.", 'unit="share"'),
    (
        lambda: steps.crop(0, 0, 50, 50, unit="share"),
        A,
        "width must be from 0.001 to 1, got 50.",
        "for the upper half",
    ),
    (lambda: steps.crop(0, 0, 5, 5, unit="%"), U, "Unknown unit '%'.", "Known: pixels, share."),
    (lambda: steps.erase(0, 2, 1, 1, unit="share"), A, "y must be from 0 to 1, got 2.", "erase(0"),
    (lambda: steps.center_crop(0), A, "width must be from 1 to 65,535, got 0.", "center_crop(224)"),
    (lambda: steps.center_crop(9, 0), A, "height must be from 1 to 65,535, got 0.", "center_crop("),
    (lambda: steps.pad(99_999), A, "width must be from 1 to 65,535, got 99999.", "pad(320, 240)"),
    (lambda: steps.pad(9, color="whit"), A, "Unknown color 'whit'.", '"#ff8800"'),
    (
        lambda: steps.pad(9, color="#ff880080"),
        A,
        "color '#ff880080' is partly transparent, which pictures here cannot be.",
        '"#ff8800"',
    ),
    (
        lambda: steps.pad(9, color=0),
        T,
        "color must be a name, a code or three numbers, got 0.",
        '"white"',
    ),
    (
        lambda: steps.pad(9, color=(1, 2, 256)),
        A,
        "a color's part must be from 0 to 255, got 256.",
        "(255, 136, 0)",
    ),
    (lambda: steps.rotate(400), A, "degrees must be from -360 to 360, got 400.", "rotate(90)"),
    (lambda: steps.rotate("90"), T, "degrees must be a number, got '90'.", "rotate(90)"),
    (
        lambda: steps.rotate(np.nan),
        A,
        "degrees must be from -360 to 360, got nan.",
        "rotate(90)",
    ),
    (lambda: steps.rotate(9, expand="no"), T, "expand must be True or False, got 'no'.", "=True."),
    (lambda: steps.rotate(9, method="area"), U, "Unknown method 'area'.", "Known: bicubic, bil"),
    (lambda: steps.flip("leftright"), U, "Unknown direction 'leftright'.", "'left-right'?"),
    (lambda: steps.flip(["left-right"]), U, "Unknown direction ['left-right'].", "Known: left-"),
    (lambda: steps.blur(-1), A, "radius must be from 0 to 127, got -1.", "blur(2)"),
    (
        lambda: steps.blur(1.5, method="median"),
        T,
        "radius must be a whole number, got 1.5.",
        'blur(1, method="median")',
    ),
    (lambda: steps.blur(1, method="gauss"), U, "Unknown method 'gauss'.", "'gaussian'?"),
    (lambda: steps.sharpen(-1), A, "amount must be from 0 to 100, got -1.", "sharpen(1, radius=2)"),
    (lambda: steps.sharpen(1, radius=999), A, "radius must be from 0 to 127, got 999.", "sharpen("),
    (lambda: steps.threshold(256), A, "value must be from 0 to 255, got 256.", "threshold(128)"),
    (lambda: steps.threshold(method="fixed"), A, 'method="fixed" needs a value.', "threshold(128)"),
    (lambda: steps.threshold(method="osu"), U, "Unknown method 'osu'.", "'otsu'?"),
    (
        lambda: steps.threshold(9, method="otsu"),
        A,
        "value is only for method='fixed', got 9.",
        "leave value out",
    ),
    (
        lambda: steps.threshold(window=9),
        A,
        "window is only for method='adaptive', got 9.",
        "write method='adaptive'",
    ),
    (
        lambda: steps.threshold(method="adaptive", window=8),
        A,
        "window must be odd, so that it has a middle, got 8.",
        "window=35",
    ),
    (
        lambda: steps.threshold(method="adaptive", offset=300),
        A,
        "offset must be from -255 to 255, got 300.",
        "offset=10",
    ),
    (lambda: steps.equalize("local"), U, "Unknown method 'local'.", "Known: clahe, global."),
    (
        lambda: steps.equalize(clip=3),
        A,
        "clip is only for method='clahe', got 3.",
        "write method='clahe'",
    ),
    (lambda: steps.equalize("clahe", clip=0), A, "clip must be from 1 to 256, got 0.", "clip=2"),
    (lambda: steps.equalize("clahe", tiles=0), A, "tiles must be from 1 to 64, got 0.", "tiles=8"),
    (lambda: steps.edges("cany"), U, "Unknown method 'cany'.", "did you mean 'canny'?"),
    (
        lambda: steps.edges(low=300),
        A,
        "low must not be over high, got low=300 and high=200.",
        "low=100, high=200",
    ),
    (lambda: steps.edges(high=9999), A, "high must be from 0 to 1,500, got 9999.", "high=200"),
    (
        lambda: steps.edges("sobel", low=1),
        A,
        "low is only for method='canny', got 1.",
        "leave low out",
    ),
    (lambda: steps.color_space("hvs"), U, "Unknown color space 'hvs'.", "did you mean 'hsv'?"),
    (lambda: steps.normalize("z"), U, "Unknown method 'z'.", "Known: range, standard."),
    (lambda: steps.normalize(low=101), A, "low must be from 0 to 100, got 101.", "low=1, high=99"),
    (
        lambda: steps.normalize(low=60, high=50),
        A,
        "low must be under high, got low=60 and high=50.",
        "low=1, high=99",
    ),
    (
        lambda: steps.normalize(mean=100),
        A,
        "mean is only for method='standard', got 100.",
        "write method='standard'",
    ),
    (
        lambda: steps.normalize("standard", low=1),
        A,
        "low is only for method='range', got 1.",
        "write method='range'",
    ),
    (lambda: steps.normalize("standard", sd=-1), A, "sd must be from 0 to 255, got -1.", "sd=64"),
    (lambda: steps.normalize(channels="each"), U, "Unknown channels 'each'.", "apart, together"),
    (lambda: steps.convolve(3), T, "kernel must be rows of numbers, got 3.", "convolve([[0, -1"),
    (lambda: steps.convolve([1, 2]), T, "kernel must be rows of numbers, got [1, 2].", "[[0, -1"),
    (
        lambda: steps.convolve([[1, 2], [3]]),
        A,
        "kernel must be 1 x 1 to 31 x 31 with rows of one length, got 2 rows of 1 and 2 numbers.",
        "[[0, -1",
    ),
    (
        lambda: steps.convolve([]),
        A,
        "kernel must be 1 x 1 to 31 x 31 with rows of one length, got 0 rows of no numbers.",
        "[[0, -1",
    ),
    (
        lambda: steps.convolve(np.ones((33, 3))),
        A,
        "kernel must be 1 x 1 to 31 x 31 with rows of one length, got 33 rows of 3 numbers.",
        "[[0, -1",
    ),
    (lambda: steps.convolve([["a"]]), T, "a kernel's weight must be a number, got 'a'.", "[[0, -1"),
    (
        lambda: steps.convolve([[np.inf]]),
        A,
        "a kernel's weight must be from -1e+06 to 1e+06, got inf.",
        "[[0, -1",
    ),
    (lambda: steps.convolve([[1]], scale=0), A, "scale must not be 0.", "leave it out"),
    (
        lambda: steps.convolve([[1]], offset=256),
        A,
        "offset must be from -255 to 255, got 256.",
        "offset=128",
    ),
    (lambda: steps.brightness(-1), A, "factor must be from 0 to 100, got -1.", "brightness(1.2)"),
    (lambda: steps.contrast(-1), A, "factor must be from 0 to 100, got -1.", "contrast(1.2)"),
    (lambda: steps.saturation(None), T, "factor must be a number, got None.", "saturation(1.2)"),
    (lambda: steps.hue(361), A, "degrees must be from -360 to 360, got 361.", "hue(30)"),
    (lambda: steps.segment("k-means"), U, "Unknown method 'k-means'.", "did you mean 'kmeans'?"),
    (lambda: steps.segment(n=0), A, "n must be from 1 to 256, got 0.", 'segment("kmeans", n=8)'),
    (lambda: steps.segment(seed=-1), A, "seed must be from 0", "for example seed=1."),
    (
        lambda: steps.segment("slic", seed=1),
        A,
        "seed is only for method='kmeans', got 1.",
        "leave seed out",
    ),
    (lambda: steps.noise(-1), A, "sd must be from 0 to 255, got -1.", "noise(10, seed=1)"),
    (lambda: steps.noise(seed=0.5), T, "seed must be a whole number, got 0.5.", "seed=1"),
    (lambda: augmentations.random_flip(2), A, "p must be from 0 to 1, got 2.", "random_flip(0.5)"),
    (lambda: augmentations.random_flip(direction="x"), U, "Unknown direction 'x'.", "left-right"),
    (lambda: augmentations.random_crop(0.5), T, "share must be two numbers, got 0.5.", "(0.6, 1)"),
    (
        lambda: augmentations.random_crop((1, 0.5)),
        A,
        "share must have its lower bound first, got (1, 0.5).",
        "(0.6, 1)",
    ),
    (
        lambda: augmentations.random_crop((0, 1)),
        A,
        "share must be from 0.01 to 1, got 0.",
        "(0.6, 1)",
    ),
    (
        lambda: augmentations.random_crop(shape=(0.5, 99)),
        A,
        "shape must be from 0.1 to 10, got 99.",
        "shape=(0.75, 1.33)",
    ),
    (lambda: augmentations.random_rotate(-5), A, "degrees must be from 0 to 180, got -5.", "(15)"),
    (lambda: augmentations.random_rotate(color="x"), A, "Unknown color 'x'.", '"white"'),
    (lambda: augmentations.random_brightness(2), A, "amount must be from 0 to 1, got 2.", "(0.2)"),
    (lambda: augmentations.random_contrast("a"), T, "amount must be a number, got 'a'.", "(0.2)"),
    (lambda: augmentations.random_saturation(-1), A, "amount must be from 0 to 1, got -1.", "0.2"),
    (lambda: augmentations.random_hue(200), A, "degrees must be from 0 to 180, got 200.", "(10)"),
    (lambda: augmentations.random_blur(-1), A, "radius must be from 0 to 127, got -1.", "blur(2)"),
    (lambda: augmentations.random_erase(-1), A, "p must be from 0 to 1, got -1.", "random_erase("),
    (lambda: augmentations.one_of([]), A, "one_of got nothing to choose from.", "random_blur()"),
    (
        lambda: augmentations.one_of(["flip"]),
        T,
        "expected augmentations or steps, got 'flip'.",
        "random_flip()",
    ),
    (
        lambda: augmentations.draw_all(5, 1, 1),
        T,
        "expected a list of augmentations, got 5.",
        "light()",
    ),
    (
        lambda: augmentations.draw_all(augmentations.light(), -1, 1),
        A,
        "seed must be from 0 to",
        "seed=1",
    ),
    (
        lambda: augmentations.draw_all(augmentations.light(), 1, 1.5),
        T,
        "index must be a whole number, got 1.5.",
        "index=0",
    ),
    (
        lambda: augmentations.random_hue().draw(1),
        T,
        "rng must be a numpy.random.Generator, got 1.",
        "np.random.default_rng(1)",
    ),
]


@pytest.mark.parametrize(
    ("call", "kind", "message", "hint"), WRONG, ids=[f"{row[2][:60]}" for row in WRONG]
)
def test_wrong_arguments(
    call: Callable[[], object], kind: type[ImagesAsDataError], message: str, hint: str
) -> None:
    with pytest.raises(ImagesAsDataError) as caught:
        call()
    assert type(caught.value) is kind
    assert caught.value.message.startswith(message)
    assert hint in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: steps.resize(widht=9),
            "resize has no argument 'widht'.\nHint: did you mean width=",
        ),
        (lambda: steps.blur(zzz=1), "blur has no argument 'zzz'.\nHint: its arguments are "),
        (lambda: steps.flip("x", "y", "z"), "flip takes .* without a name, got 3 values"),
        (lambda: steps.crop(1, 2), "crop needs .*\nHint: write crop\\("),
        (lambda: steps.resize(9, width=9), "resize got width twice"),
        (
            lambda: augmentations.random_flip(probability=1),
            "random_flip has no argument 'probability'.\nHint: ",
        ),
    ],
)
def test_names_of_arguments(call: Callable[[], object], message: str) -> None:
    with pytest.raises(T, match=message):
        call()

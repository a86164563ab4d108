"""Frames have the shape, the turn and the colors that players show."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from imagesasdata.errors import ImageError
from imagesasdata.files.video import Video
from imagesasdata.files.video_pixels import shown_size
from tests.clips import write

# Kr and Kb of the matrices, by their number in ITU-T H.273.
MATRICES = {1: (0.2126, 0.0722), 6: (0.299, 0.114), 7: (0.212, 0.087), 9: (0.2627, 0.0593)}
LIMITED, FULL = 1, 2
SAMPLES = [(120, 90, 180), (200, 128, 128), (60, 170, 100), (16, 128, 128), (235, 128, 128)]


def closed_form(sample: tuple[int, int, int], matrix: int, range_: int) -> list[float]:
    """ITU-T H.273: RGB from 8-bit Y'CbCr."""
    kr, kb = MATRICES[matrix]
    offset, luma, chroma = (0, 255, 255) if range_ == FULL else (16, 219, 224)
    y, cb, cr = (
        (sample[0] - offset) / luma,
        (sample[1] - 128) / chroma,
        (sample[2] - 128) / chroma,
    )
    red, blue = y + 2 * (1 - kr) * cr, y + 2 * (1 - kb) * cb
    green = (y - kr * red - kb * blue) / (1 - kr - kb)
    return [255 * min(max(part, 0), 1) for part in (red, green, blue)]


def plain(
    path: Path,
    *samples: tuple[int, int, int],
    size: tuple[int, int] = (64, 48),
    matrix: int = 2,
    range_: int = LIMITED,
    transfer: int = 2,
    bits: int = 8,
) -> Path:
    """A lossless video with a frame for each color, and its tags (2 for none)."""
    layout = "yuv444p" if bits == 8 else f"yuv444p{bits}le"
    with av.open(str(path), "w") as file:
        stream = file.add_stream("ffv1", rate=10)
        stream.width, stream.height = size
        stream.pix_fmt = layout
        context = stream.codec_context
        context.colorspace, context.color_range, context.color_trc = matrix, range_, transfer
        for sample in samples:
            frame = av.VideoFrame(*size, layout)
            for plane, value in zip(frame.planes, sample, strict=True):
                cell = struct.pack("<B" if bits == 8 else "<H", value)
                plane.update(cell * (plane.buffer_size // len(cell)))
            frame.colorspace, frame.color_range, frame.color_trc = matrix, range_, transfer
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return path


def first(path: Path, **options: int) -> np.ndarray:
    with Video(path) as video:
        return next(video.frames([0.0], **options)).pixels


@pytest.mark.parametrize("range_", [LIMITED, FULL])
@pytest.mark.parametrize(
    ("tag", "size", "matrix"),
    [
        (1, (64, 48), 1),
        (6, (64, 48), 6),
        (5, (64, 48), 6),
        (7, (64, 48), 7),
        (9, (64, 48), 9),
        (6, (1280, 32), 6),
        (1, (1280, 32), 1),
        # Without a tag: by the size.
        (2, (64, 48), 6),
        (2, (1024, 32), 6),
        (2, (32, 576), 6),
        (2, (1280, 32), 1),
        (2, (32, 720), 1),
    ],
)
def test_colors_are_those_of_the_matrix(
    tmp_path: Path, tag: int, size: tuple[int, int], matrix: int, range_: int
) -> None:
    path = plain(tmp_path / "a.mkv", *SAMPLES, size=size, matrix=tag, range_=range_)
    with Video(path) as video:
        frames = [frame.pixels for frame in video.frames()]
    for sample, pixels in zip(SAMPLES, frames, strict=True):
        assert pixels.shape == (size[1], size[0], 3)
        expected = closed_form(sample, matrix, range_)
        assert abs(pixels.astype(int) - expected).max() < 2, (sample, pixels[0, 0], expected)


def test_colors_that_cannot_be_converted(tmp_path: Path) -> None:
    path = plain(tmp_path / "a.mkv", SAMPLES[0], matrix=10)
    with pytest.raises(ImageError, match="colors that cannot be converted \\(matrix 10\\)"):
        first(path)


@pytest.mark.parametrize("transfer", [16, 18])
def test_white_paper_of_high_dynamic_range_is_white(tmp_path: Path, transfer: int) -> None:
    """White paper has 58% of the signal in PQ and 75% in HLG (ITU-R BT.2408, table 1)."""
    white = 64 + 876 * (0.58 if transfer == 16 else 0.75)
    levels = [round(64 + (white - 64) * share) for share in (0.0, 0.5, 0.8, 1.0)]
    samples = [(level, 512, 512) for level in levels]
    path = plain(tmp_path / "a.mkv", *samples, matrix=9, transfer=transfer, bits=10)
    with Video(path) as video:
        frames = [frame.pixels for frame in video.frames()]
    assert max(np.ptp(pixels) for pixels in frames) <= 1
    shown = [int(pixels[0, 0, 0]) for pixels in frames]
    assert shown[0] == 0
    assert shown == sorted(shown)
    assert shown[-1] >= 252
    # Half of the signal of white paper, from the curves in BT.2100, against the curve of sRGB.
    assert abs(shown[1] - half_of_white(transfer)) <= 3


def half_of_white(transfer: int) -> float:
    """The sRGB value of half of white paper's signal, from the curves of ITU-R BT.2100."""
    if transfer == 16:
        m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128

        def light(signal: float) -> float:
            power = signal ** (1 / m2)
            return (max(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1)

        share = light(0.29) / light(0.58)
    else:
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        scene = (0.375**2 / 3, (np.exp((0.75 - c) / a) + b) / 12)
        share = (scene[0] / scene[1]) ** 1.2
    return 255 * (12.92 * share if share < 0.0031308 else 1.055 * share ** (1 / 2.4) - 0.055)


@pytest.mark.parametrize(
    ("size", "aspect", "shown"),
    [
        ((720, 576), "64/45", (1024, 576)),
        ((720, 576), "16/15", (768, 576)),
        ((720, 480), "8/9", (720, 540)),
        ((720, 480), "32/27", (853, 480)),
        ((1440, 1080), "4/3", (1920, 1080)),
        ((64, 48), "1/1", (64, 48)),
        ((64, 48), "0/1", (64, 48)),
        ((64, 48), "255/254", (64, 48)),
    ],
)
def test_pixels_that_are_not_square(
    tmp_path: Path, size: tuple[int, int], aspect: str, shown: tuple[int, int]
) -> None:
    assert shown_size(*size, Fraction(aspect)) == shown
    width, height = size
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[:, : width // 2] = 255
    path = write(tmp_path / "a.mp4", [pixels] * 2, aspect=Fraction(aspect))
    got = first(path)
    assert got.shape[1::-1] == shown
    assert got[:, : shown[0] // 2 - 4].min() > 245
    assert got[:, shown[0] // 2 + 4 :].max() < 10
    small = first(path, long_side=32)
    assert max(small.shape) == 32
    assert abs(small.shape[1] / small.shape[0] - shown[0] / shown[1]) < 0.1


def test_wide_pixels_count_as_they_are_shown(tmp_path: Path) -> None:
    frame = np.zeros((48, 64, 3), np.uint8)
    path = write(tmp_path / "a.mp4", [frame] * 2, aspect=Fraction(40, 1))
    with pytest.raises(ImageError, match="video has 2560 x 48 pixels, over the limit of 100,000"):
        Video(path, max_pixels=100_000)


# The matrix [a, b, c, d] of the header, and the corner where the stored frame's top left is then.
ONE = 1 << 16
TURNS = {
    "as stored": ((ONE, 0, 0, ONE), "top left", False),
    "mirrored": ((-ONE, 0, 0, ONE), "top right", False),
    "upside down and mirrored": ((ONE, 0, 0, -ONE), "bottom left", False),
    "half a turn": ((-ONE, 0, 0, -ONE), "bottom right", False),
    "quarter turn, clockwise": ((0, ONE, -ONE, 0), "top right", True),
    "quarter turn, counterclockwise": ((0, -ONE, ONE, 0), "bottom left", True),
    "transposed": ((0, ONE, ONE, 0), "top left", True),
    "transposed the other way": ((0, -ONE, -ONE, 0), "bottom right", True),
}


@pytest.mark.parametrize("turn", TURNS)
def test_turned_and_mirrored_frames(tmp_path: Path, turn: str) -> None:
    matrix, corner, exchanged = TURNS[turn]
    stored = np.zeros((48, 64, 3), np.uint8)
    stored[:16, :32] = 255  # twice as wide as high
    path = write(tmp_path / "clip.mp4", [stored] * 2)
    data = bytearray(path.read_bytes())
    place = data.index(b"tkhd") + 4 + 40
    unit = (ONE, 0, 0, 0, ONE, 0, 0, 0, 1 << 30)
    assert struct.unpack(">9i", data[place : place + 36]) == unit
    a, b, c, d = matrix
    data[place : place + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(data)
    pixels = first(path)
    height, width = pixels.shape[:2]
    assert (width, height) == ((48, 64) if exchanged else (64, 48))
    bright = np.zeros((height, width), bool)
    across, down = (16, 32) if exchanged else (32, 16)
    rows = slice(0, down) if "top" in corner else slice(height - down, height)
    columns = slice(0, across) if "left" in corner else slice(width - across, width)
    bright[rows, columns] = True
    assert ((pixels.mean(axis=2) > 127) == bright).mean() > 0.99

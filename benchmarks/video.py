"""`read_video`: a frame each second, against decoding every frame with OpenCV."""

from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np
import pictures
from measure import Row, alternate, speed_ratios
from PIL import Image

import imagesasdata as iad

SIZE, RATE, SECONDS = (1280, 720), 25, 60
LOOP = "OpenCV decoding all frames"
# From one key frame to the next: as cameras and broadcasters have it, and as most encoders do unasked.
KEYS = {"1 second": RATE, "10 seconds": 10 * RATE}


def measure(folder: Path, rounds: int, quick: bool) -> list[Row]:
    """Speed of a frame each second of a minute at 720p, as references and as files."""
    rows = []
    for words, keys in KEYS.items():
        clip = _clip(folder / f"{keys}.mp4", keys)
        programs = {
            "imagesasdata": lambda clip=clip: iad.read_video(clip, every="1s", progress=False),
            LOOP: lambda clip=clip: _count_with_opencv(clip),
        }
        with_features = {
            "imagesasdata": lambda clip=clip: iad.features(
                iad.read_video(clip, every="1s", progress=False), groups="light", progress=False
            ),
            LOOP: programs[LOOP],
        }
        assert len(programs["imagesasdata"]()) == SECONDS
        assert programs[LOOP]() == SECONDS * RATE
        few = min(rounds, 5)
        case = f"a minute at 720p, key frames {words} apart"
        rows += speed_ratios(f"{case}: frames as rows", alternate(programs, few), {LOOP: 5.0})
        rows += speed_ratios(f"{case}: rows and their light", alternate(with_features, few), {})
    return rows


def _clip(path: Path, keys: int) -> str:
    photo = Image.open(pictures.PHOTOS / "coffee.jpg").convert("RGB").resize((1480, 920))
    whole = np.asarray(photo)
    width, height = SIZE
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=RATE, options={"preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.gop_size = keys
        for number in range(SECONDS * RATE):
            left, top = (
                round(100 + 100 * np.sin(number / 40)),
                round(100 + 100 * np.cos(number / 55)),
            )
            pixels = np.ascontiguousarray(whole[top : top + height, left : left + width])
            file.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        file.mux(stream.encode(None))
    return str(path)


def _count_with_opencv(clip: str) -> int:
    video, count = cv2.VideoCapture(clip), 0
    while video.read()[0]:
        count += 1
    return count

"""Makes `videos/shots.mp4` from the example photos: four shots of known length, with hard cuts.

Each shot moves slowly over a photo. Run it again only to change the clip.
"""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
from PIL import Image

HERE = Path(__file__).parent
PHOTOS = ("chelsea.jpg", "coffee.jpg", "rocket.jpg", "astronaut.jpg")
FRAMES = (25, 15, 20, 20)
WIDTH, HEIGHT, RATE = 320, 240, 10


def main() -> None:
    folder = HERE / "videos"
    folder.mkdir(exist_ok=True)
    with av.open(str(folder / "shots.mp4"), "w") as file:
        stream = file.add_stream("mpeg4", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.bit_rate = 400_000
        for name, count in zip(PHOTOS, FRAMES, strict=True):
            photo = Image.open(HERE / "photos" / name).convert("RGB")
            for number in range(count):
                pixels = np.asarray(view(photo, number / count))
                file.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        file.mux(stream.encode(None))


def view(photo: Image.Image, share: float) -> Image.Image:
    """What the camera sees when it has made a share of its way: a slow move to the right."""
    scale = min(photo.width / WIDTH, photo.height / HEIGHT) * 0.8
    width, height = WIDTH * scale, HEIGHT * scale
    left = (photo.width - width) * (0.3 + 0.4 * share)
    top = (photo.height - height) / 2
    box = (left, top, left + width, top + height)
    return photo.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC, box=box)


if __name__ == "__main__":
    main()

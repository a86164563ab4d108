"""Make the photos of examples/photos/ from those that scikit-image carries in its package.

Run from the checkout: python examples/make_photos.py
"""

from __future__ import annotations

from pathlib import Path

import skimage.data
from PIL import Image

FOLDER = Path(__file__).parent / "photos"
NAMES = (
    ["astronaut", "brick", "chelsea", "clock", "coffee", "coins", "grass", "hubble_deep_field", "rocket"]
)  # fmt: skip
TURNED = 6  # EXIF: to be turned right by 90 degrees


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name in NAMES:
        image = Image.fromarray(getattr(skimage.data, name)())
        image.thumbnail((600, 600))
        options = {"quality": 85, "optimize": True}
        if name == "chelsea":
            exif = Image.Exif()
            exif[0x0112] = TURNED
            exif[0x0132] = "2013:05:04 12:30:00"
            exif.get_ifd(0x8769)[0x9003] = exif[0x0132]
            image = image.transpose(Image.Transpose.ROTATE_90)
            image.save(FOLDER / f"{name}.jpg", exif=exif, **options)
        else:
            image.save(FOLDER / f"{name}.jpg", **options)
    Image.fromarray(skimage.data.camera()).save(FOLDER / "camera.png", optimize=True)
    whole = (FOLDER / "coffee.jpg").read_bytes()
    (FOLDER / "broken.jpg").write_bytes(whole[: len(whole) // 4])


if __name__ == "__main__":
    main()

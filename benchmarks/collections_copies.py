"""How many copies `find_duplicates` finds, and how many of its pairs are wrong, by kind of change.

python benchmarks/collections_copies.py DATA [photos|portraits|receipts], where DATA is the folder that
IMAGESASDATA_DATA names.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image, ImageDraw, ImageEnhance, ImageOps
from scipy.stats import binomtest

import imagesasdata as iad

SETS = {
    "photos": ("classify/**", "objects/**"),
    "portraits": ("faces/london/**", "faces/canada/**"),
    "receipts": ("text",),
}
# Pictures of a set that are crops of the same photo, although they have different names.
SAME = {"000000554625.jpg": "000000318219.jpg"}
Change = Callable[[Image.Image, np.random.Generator], Image.Image]


def jpeg(image: Image.Image, quality: int) -> Image.Image:
    """Saved as JPEG and opened again."""
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(file).convert("RGB")


def cropped(image: Image.Image, random: np.random.Generator, most: float) -> Image.Image:
    """Without a random share of up to ``most`` at each side."""
    width, height = image.size
    left, top, right, bottom = random.uniform(0, most, 4)
    box = left * width, top * height, (1 - right) * width, (1 - bottom) * height
    return image.crop(tuple(int(side) for side in box))


def framed(
    image: Image.Image, shares: tuple[float, float, float, float], color: str
) -> Image.Image:
    """With margins at the left, top, right and bottom, as shares of the sides."""
    left, top, right, bottom = shares
    width, height = image.size
    wide, high = round(width * (1 + left + right)), round(height * (1 + top + bottom))
    whole = Image.new("RGB", (wide, high), color)
    whole.paste(image, (round(left * width), round(top * height)))
    return whole


def square(image: Image.Image) -> Image.Image:
    """The square in the middle."""
    return ImageOps.fit(image, (min(image.size),) * 2)


def marked(image: Image.Image) -> Image.Image:
    """With a mark in a corner."""
    copy = image.copy()
    width, height = copy.size
    ImageDraw.Draw(copy).rectangle((0.8 * width, 0.9 * height, width, height), fill="white")
    return copy


CHANGES: dict[str, Change] = {
    "half the size": lambda i, r: i.resize((i.width // 2, i.height // 2)),
    "JPEG quality 30": lambda i, r: jpeg(i, 30),
    "10% brighter": lambda i, r: ImageEnhance.Brightness(i).enhance(1.1),
    "20% darker": lambda i, r: ImageEnhance.Brightness(i).enhance(0.8),
    "gray": lambda i, r: ImageOps.grayscale(i).convert("RGB"),
    "up to 5% cropped at each side": lambda i, r: cropped(i, r, 0.05),
    "up to 10% cropped at each side": lambda i, r: cropped(i, r, 0.10),
    "up to 15% cropped at each side": lambda i, r: cropped(i, r, 0.15),
    "up to 20% cropped at each side": lambda i, r: cropped(i, r, 0.20),
    "cropped to a square": lambda i, r: square(i),
    "bar for a caption": lambda i, r: framed(i, (0, 0, 0, 0.12), "black"),
    "bars above and below": lambda i, r: jpeg(framed(i, (0, 0.2, 0, 0.2), "black"), 85),
    "bars at the sides": lambda i, r: jpeg(framed(i, (0.25, 0, 0.25, 0), "black"), 85),
    "frame": lambda i, r: jpeg(framed(i, (0.04,) * 4, "#8a5a2b"), 85),
    "screenshot with margins": lambda i, r: framed(i, (0.15, 0.4, 0.15, 0.3), "white"),
    "mark in a corner": lambda i, r: marked(i),
    "mirrored": lambda i, r: ImageOps.mirror(i),
}


def main() -> None:
    """Print a table for each set of pictures."""
    data = Path(sys.argv[1])
    for name in sys.argv[2:] or SETS:
        folders = SETS[name]
        sources = [path for one in folders for path in sorted(data.glob(f"{one}/*.[jJ]*[gG]"))]
        print(f"\n{name}, n={len(sources)}\n")
        print("| change | found | wrong pairs | of other sitters |\n| --- | --- | --- | --- |")
        for change, make in CHANGES.items():
            with tempfile.TemporaryDirectory() as folder:
                found = iad.find_duplicates(
                    pairs(sources, make, Path(folder)), mirror=change == "mirrored", progress=False
                )
            print(f"| {change} | {report(found)} |")


def pairs(sources: list[Path], make: Change, folder: Path) -> pd.DataFrame:
    """The originals, at most 640 pixels, and a changed copy of each."""
    rows = []
    for number, source in enumerate(sources):
        image = ImageOps.exif_transpose(Image.open(source)).convert("RGB")
        image.thumbnail((640, 640))
        copies = {"original": image, "copy": make(image, np.random.default_rng(number))}
        for kind, copy in copies.items():
            path = folder / f"{number}-{kind}.jpg"
            copy.save(path, quality=92)
            truth = SAME.get(source.name, source.name)
            # Two photos of a sitter are not copies; they are counted apart, because they nearly are.
            sitter = source.name.split("_")[0] if "faces" in source.parts else truth
            rows.append(
                {
                    "path": str(path),
                    "number": number,
                    "truth": truth,
                    "sitter": sitter,
                    "kind": kind,
                }
            )
    return pd.DataFrame(rows)


def report(found: pd.DataFrame) -> str:
    """The share of copies with their original, and the pairs that are wrong, with 95% intervals."""
    group = found.copy_group.to_numpy(float, na_value=np.nan)
    truth, sitter = found.truth.to_numpy(), found.sitter.to_numpy()
    by_truth = found.assign(group=group).pivot(index="number", columns="kind", values="group")
    right = int((by_truth.original == by_truth["copy"]).sum())
    above = np.triu_indices(len(found), 1)
    together = (group[:, None] == group[None])[above]
    wrong = together & (truth[:, None] != truth[None])[above]
    of_others = wrong & (sitter[:, None] != sitter[None])[above]
    share = f"{right / len(by_truth):.2f} {interval(right, len(by_truth))}"
    pairs = f"{wrong.sum()} of {together.sum()} {interval(wrong.sum(), together.sum())}"
    return f"{share} | {pairs} | {of_others.sum()}"


def interval(count: int, trials: int) -> str:
    """The 95% interval of a share (Wilson)."""
    if not trials:
        return ""
    low, high = binomtest(int(count), int(trials)).proportion_ci(method="wilson")
    return f"[{low:.2f}, {high:.2f}]"


if __name__ == "__main__":
    main()

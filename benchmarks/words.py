"""Whether pictures have text, on labeled pictures: ``IMAGESASDATA_DATA=... python benchmarks/words.py``.

The rule of `has_text` was chosen on the first half of the photos; this reports on the second. A picture has
text if a person can read a word or number of three characters in it at its stored size.
"""

from __future__ import annotations

import os
from pathlib import Path

import imagesasdata as iad
from imagesasdata.arrays.stats.intervals import wilson

DATA = Path(os.environ.get("IMAGESASDATA_DATA", "../shared/data"))
# Photos with text, by eye; all others of objects/ and transfer/ have none.
WITH_TEXT = {
    "000000012448.jpg",
    "000000173350.jpg",
    "000000204805.jpg",
    "000000222564.jpg",
    "000000293802.jpg",
    "000000309022.jpg",
    "000000324266.jpg",
    "000000328757.jpg",
    "000000372938.jpg",
    "000000412151.jpg",
    "000000462565.jpg",
    "1225872729_6f0856588f.jpg",
    "175998972.jpg",
    "2278278459_6b99605e50.jpg",
    "469333327_358ba8fe8a.jpg",
    "476347960_52edd72b06.jpg",
    "172772109_d0a8e15fb0.jpg",
}


def share(right: int, of: int) -> str:
    """A share with Wilson's 95% interval."""
    if not of:
        return "none"
    low, high = wilson(right / of, of)
    return f"{right} of {of}, {right / of:.3f} ({float(low):.3f} to {float(high):.3f})"


def main() -> None:
    """Print precision and recall on the half that the rule was not chosen on."""
    photos = sorted(DATA.glob("objects/*.jpg")) + sorted(DATA.glob("transfer/*/*/*.jpg"))
    pages = sorted(DATA.glob("text/*.jpg"))
    paths = [str(path) for path in photos[1::2] + pages]
    has = iad.read_text(paths, shape="wide")["has_text"].tolist()
    count = len(photos[1::2])
    truth = [path.name in WITH_TEXT for path in photos[1::2]]
    both = sum(a and b for a, b in zip(truth, has[:count], strict=True))
    print("photos, precision:", share(both, sum(has[:count])))
    print("photos, recall:", share(both, sum(truth)))
    print(
        "photos without text, said to have some:",
        share(sum(has[:count]) - both, count - sum(truth)),
    )
    print("receipts, recall:", share(sum(has[count:]), len(pages)))


if __name__ == "__main__":
    main()

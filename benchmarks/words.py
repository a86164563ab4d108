"""Whether pictures have text: precision and recall of ``has_text``, on pictures labeled by eye.

``IMAGESASDATA_DATA=... python benchmarks/words.py``; some three minutes on two cores.

The rule was set before these pictures were read. Labels are by one person, who also saw what was read: a
picture has text if a word or number of three characters can be read in it at its stored size.
"""

from __future__ import annotations

from labeled import DATA, told

import imagesasdata as iad

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


def main() -> None:
    """Print precision and recall on photos, and recall on receipts."""
    insects = sorted(DATA.glob("transfer/*/*/*.jpg"))[::2]
    photos = [*sorted(DATA.glob("objects/*.jpg")), *insects]
    receipts = sorted(DATA.glob("text/*.jpg"))
    read = iad.read_text([str(path) for path in photos + receipts], shape="wide")
    said = read["has_text"].tolist()
    truth = [path.name in WITH_TEXT for path in photos]
    right = sum(a and b for a, b in zip(truth, said[: len(photos)], strict=True))
    positive = sum(said[: len(photos)])
    told("photos, precision", right, positive)
    told("photos, recall", right, sum(truth))
    told("photos without text that are said to have some", positive - right, truth.count(False))
    told("receipts, recall", sum(said[len(photos) :]), len(receipts))


if __name__ == "__main__":
    main()

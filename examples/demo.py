"""Classify the example photos, print the table, and write it with a contact sheet to demo/."""

from __future__ import annotations

from pathlib import Path

import imagesasdata as iad

HERE = Path(__file__).parent
DEMO = HERE.parent / "demo"


def main() -> None:
    DEMO.mkdir(exist_ok=True)
    photos = iad.read_images(HERE / "photos")
    photos = iad.classify(photos)
    shown = photos.assign(photo=photos["path"].map(lambda path: Path(str(path)).name))
    columns = ["photo", "width", "height", "label", "label_id", "label_prob", "image_error"]
    print(shown[columns].to_string(na_rep="", float_format="{:.3g}".format))
    photos.to_parquet(DEMO / "photos.parquet")
    iad.contact_sheet(photos, label="label", per_row=4, to=DEMO / "contact_sheet.png")
    print(f"\nWrote {DEMO / 'photos.parquet'} and {DEMO / 'contact_sheet.png'}")


if __name__ == "__main__":
    main()

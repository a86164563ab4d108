"""How many copies are found, and how clusters agree with labels, on labeled pictures.

python benchmarks/collections_quality.py DATA, where DATA is the folder that IMAGESASDATA_DATA names.
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image, ImageEnhance, ImageOps
from sklearn.metrics import adjusted_rand_score

import imagesasdata as iad


def main() -> None:
    """Print the tables of the page "Collections"."""
    data = Path(sys.argv[1])
    shared = pd.read_csv(data / "duplicates" / "duplicates.csv")
    shared["path"] = [str(data / "duplicates" / path) for path in shared.path]
    shared = shared.rename(columns={"group": "truth"})
    with tempfile.TemporaryDirectory() as folder:
        made = make(sorted((data / "classify").glob("*.[jJ]*")), Path(folder))
        for name, photos in {"duplicates": shared, "made": made}.items():
            for method in ("hash", "both"):
                for mirror in (False, True):
                    found = iad.find_duplicates(photos, method=method, mirror=mirror)
                    report(f"{name}, {method}, mirror={mirror}", found)
    for name, column, k in (("transfer", "label", 2), ("classify", "name", None)):
        labels = pd.read_csv(data / name / "labels.csv")
        labels["path"] = [str(data / name / path) for path in labels.path]
        if k is None:  # the classes are species and things; the coarse ones are animal or not
            labels[column] = np.where(labels.class_index < 398, "animal", "other")
            k = 2
        photos = iad.embed(labels)
        for method in ("kmeans", "gmm", "agglomerative"):
            for reduce in (None, "pca"):
                done = iad.cluster(photos, k=k, method=method, reduce=reduce)
                index = adjusted_rand_score(done[column], done.cluster)
                purity = done.groupby("cluster")[column].agg(lambda c: c.value_counts().iloc[0])
                print(
                    f"{name}: {method}, reduce={reduce}: adjusted Rand {index:.2f}, purity "
                    f"{purity.sum() / len(done):.2f}, stability {done.cluster_stability[0]:.2f}"
                )


def make(sources: list[Path], folder: Path) -> pd.DataFrame:
    """Seven variants of each photo."""
    rows = []
    for number, source in enumerate(sources):
        image = ImageOps.exif_transpose(Image.open(source)).convert("RGB")
        width, height = image.size
        jpeg = io.BytesIO()
        image.save(jpeg, "JPEG", quality=30)
        caption = Image.new("RGB", (width, round(1.1 * height)))
        caption.paste(image, (0, 0))
        variants = {
            "original": image,
            "resized to 50%": image.resize((width // 2, height // 2), Image.Resampling.BICUBIC),
            "JPEG quality 30": Image.open(jpeg),
            "5% cropped": image.crop((width // 20, 0, width, height - height // 20)),
            "10% brighter": ImageEnhance.Brightness(image).enhance(1.1),
            "10% darker": ImageEnhance.Brightness(image).enhance(0.9),
            "caption bar": caption,
            "mirrored": ImageOps.mirror(image),
        }
        for variant, copy in variants.items():
            path = folder / f"{number}-{len(rows)}.jpg"
            if variant == "JPEG quality 30":
                path.write_bytes(jpeg.getvalue())
            else:
                copy.convert("RGB").save(path, "JPEG", quality=92)
            rows.append({"path": str(path), "truth": source.name, "variant": variant})
    return pd.DataFrame(rows)


def report(case: str, found: pd.DataFrame) -> None:
    """The share of copies that are in their original's group, and of pairs in a group that are copies."""
    readable = found[found.image_error.isna()]
    truth, group = readable.truth.to_numpy(), readable.copy_group.to_numpy()
    above = np.triu_indices(len(readable), 1)
    together = (group[:, None] == group[None])[above]
    same = (truth[:, None] == truth[None])[above]
    print(f"{case}: precision {np.sum(together & same) / max(np.sum(together), 1):.3f}")
    originals = readable[readable.variant == "original"].set_index("truth").copy_group
    for variant, some in readable[readable.variant != "original"].groupby("variant"):
        recall = np.mean(some.copy_group.to_numpy() == originals[some.truth].to_numpy())
        print(f"    {variant:28} {len(some):4} recall {recall:.3f}")


if __name__ == "__main__":
    main()

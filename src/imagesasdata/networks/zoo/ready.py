"""What a model needs before it can run on this machine: a package, a download, or a file."""

from __future__ import annotations

from typing import Literal, NamedTuple

from imagesasdata.extras import is_installed
from imagesasdata.networks.weights import fetch
from imagesasdata.networks.weights.file import PackageResource
from imagesasdata.networks.weights.store import is_here
from imagesasdata.networks.zoo.card import ModelCard

Need = Literal["nothing", "download", "extra", "file"]
# The easiest first.
NEEDS: tuple[Need, ...] = ("nothing", "download", "extra", "file")


class Ready(NamedTuple):
    """Whether a model is ready: the hardest thing that it needs, and all in words."""

    need: Need
    text: str


def ready(card: ModelCard) -> Ready:
    """What a model needs on this machine; the words are ``yes`` if it runs now."""
    missing = [file for file in card.weights if not is_here(file)]
    extras = [] if not card.extra or is_installed(card.extra) else [card.extra]
    unknown = [file for file in missing if not any(map(fetch.can_fetch, file.sources))]
    for file in unknown:
        extras += [
            one.extra for one in file.sources if isinstance(one, PackageResource) and one.extra
        ]
    brought = [
        file
        for file in unknown
        if not any(isinstance(one, PackageResource) for one in file.sources)
    ]
    loaded = [file for file in missing if file not in unknown]
    words = [f"needs extra [{extra}]" for extra in dict.fromkeys(extras)]
    if loaded:
        sizes = [file.bytes for file in loaded]
        size = sum(sizes) if all(sizes) else 4 * card.parameters  # some are not published
        barred = " (IMAGESASDATA_OFFLINE forbids it)" if fetch.offline() else ""
        words.append(f"download of {max(1, round(size / 1e6)):,} MB{barred}")
    if brought:
        words.append("bring the file")
    need: Need = "file" if brought else "extra" if extras else "download" if loaded else "nothing"
    return Ready(need, "; ".join(words) or "yes")

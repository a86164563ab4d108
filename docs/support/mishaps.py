"""The most common mistakes, made on purpose, so that the page of errors shows the real messages."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

import imagesasdata as iad

PHOTOS = "examples/photos"


@dataclass(frozen=True)
class Mishap:
    """A call as typed, the same call to run, why it fails and how to fix it."""

    code: str
    call: Callable[[], Any]
    cause: str
    cure: str


def _table() -> pd.DataFrame:
    return pd.DataFrame({"file": [f"{PHOTOS}/coffee.jpg"], "label": ["cup"]})


MISHAPS = (
    Mishap(
        'iad.classify(table)  # its columns are "file" and "label"',
        lambda: iad.classify(_table()),
        "Verbs look for pictures in a column named `path`.",
        "Name yours.",
    ),
    Mishap(
        'iad.classify(table, path="file")',
        lambda: iad.classify(_table(), path="file"),
        "A column of yours has the name of one that would be added. Yours is never overwritten.",
        'Give `prefix="new_"`, or rename or drop yours.',
    ),
    Mishap(
        'iad.read_images("no such folder")',
        lambda: iad.read_images("no such folder"),
        "The folder is not there, seen from where Python runs.",
        "`import os; os.getcwd()` says where that is; give the whole path.",
    ),
    Mishap(
        'iad.classify(photos, model="resnet")',
        lambda: iad.classify(PHOTOS, model="resnet"),
        "A model's whole name is needed.",
        "`iad.models().model` lists them.",
    ),
    Mishap(
        'iad.features(photos, groups="colour")',
        lambda: iad.features(PHOTOS, groups="colour"),
        "Names are in British spelling.",
        "Take the name that the hint proposes.",
    ),
    Mishap(
        "iad.classify(photos, top=0)",
        lambda: iad.classify(PHOTOS, top=0),
        "A number is out of its range.",
        "The message gives the range.",
    ),
    Mishap(
        'iad.classify(photos, device="gpu")',
        lambda: iad.classify(PHOTOS, device="gpu"),
        "JAX was installed without support for this machine's graphics card, or there is none.",
        "Leave `device=` out to run on the processor, or install JAX for the card.",
    ),
    Mishap(
        "iad.classify(3)",
        lambda: iad.classify(3),
        "The first argument is a table of pictures, or where they are.",
        "Give a folder, a list of paths or a table.",
    ),
    Mishap(
        'iad.fine_tune(coded, outcome="protest")  # every row is coded alike',
        lambda: iad.fine_tune(
            pd.DataFrame({"path": [f"{PHOTOS}/coffee.jpg"] * 20, "protest": ["no"] * 20}),
            outcome="protest",
        ),
        "All rows have one class.",
        "Code pictures of each class; a rare class needs a sample that looks for it.",
    ),
)


def shown() -> str:
    """Each mistake with its message, cause and fix, as Markdown."""
    return "\n\n".join(_entry(one) for one in MISHAPS)


def message(mishap: Mishap) -> tuple[str, str]:
    """The error's name and text; a mistake that no longer raises stops the build."""
    try:
        mishap.call()
    except iad.ImagesAsDataError as error:
        return type(error).__name__, str(error).replace(os.getcwd(), "/home/ann/study")
    raise AssertionError(f"{mishap.code} is no mistake any more")


def _entry(mishap: Mishap) -> str:
    name, text = message(mishap)
    return (
        f"```python\n{mishap.code}\n```\n\n```text\n{name}: {text}\n```\n\n"
        f"**Cause**: {mishap.cause} **Fix**: {mishap.cure}"
    )

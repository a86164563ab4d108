"""The words of the interface: what each option means, and the rules that names follow."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import tables

import imagesasdata as iad
from imagesasdata.verbs.signatures import GROUPS

# The common options, in the order in which every verb that has them lists them.
COMMON = {
    "path": "the table's column of paths",
    "model": "the network, by its name in `models()`",
    "keep": "columns that come along into a table with a row for each thing: `all`, a list, `none`",
    "prefix": "put before the new columns' names",
    "replace": "whether columns with the names of new ones are written over",
    "batch_size": "pictures that go through a network together",
    "workers": "threads that read and decode",
    "device": "`cpu`, `gpu`, `tpu`, or one of several",
    "cache": "a folder that keeps finished rows",
    "on_error": "`record`, `raise` or `drop`",
    "progress": "whether to show a bar",
}
# Other words that mean the same wherever they stand.
WORDS = {
    "shape": "how many rows: `wide`, one for each picture; `long`, one for each thing in it",
    "unit": "what a row of a long table is",
    "top": "number of ranked answers, the best first",
    "k": "number of clusters",
    "n": "number of pictures or frames",
    "labels": "what to tell apart or to find",
    "label": "a column of labels",
    "by": "a column of groups, each with its own results",
    "method": "the algorithm",
    "threshold": "the value at which the answer changes to yes",
    "keep_empty": "whether a picture in which nothing is found has a row",
    "embedding": "the column of vectors",
    "decode": "`fast`, at a reduced scale that is enough, or `exact`",
    "max_pixels": "larger pictures are refused",
    "to": "the file or folder to write",
    "backend": "the table library of the result",
    "seed": "the same seed gives the same result",
}


def verbs() -> dict[str, Callable[..., Any]]:
    """The public functions."""
    public = {name: getattr(iad, name) for name in iad.__all__}
    return {name: one for name, one in public.items() if inspect.isfunction(one)}


def groups() -> str:
    """A Markdown table of the groups and their verbs, by the folder that each is written in."""
    found: dict[str, list[str]] = {group: [] for group in GROUPS}
    for name in tables.verbs():
        found[inspect.unwrap(getattr(iad, name)).__module__.split(".")[-2]].append(f"`{name}`")
    return _markdown(["group", "verbs"], [[group, ", ".join(found[group])] for group in GROUPS])


def takes(option: str) -> list[str]:
    """The verbs that have an option of that name."""
    return [name for name, verb in verbs().items() if option in inspect.signature(verb).parameters]


def table(words: Mapping[str, str]) -> str:
    """A Markdown table of words, their meaning and the verbs that take each."""
    most = len(verbs()) // 4
    rows = []
    for word, meaning in words.items():
        users = takes(word)
        named = ", ".join(f"`{name}`" for name in users)
        rows.append([f"`{word}`", meaning, f"{len(users)} verbs" if len(users) > most else named])
    return _markdown(["option", "what it says", "in"], rows)


def _markdown(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)

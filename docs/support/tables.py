"""The reference's tables, made from the library itself: columns, commands, errors, models."""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import imagesasdata as iad
from imagesasdata.arrays.measures import GROUPS
from imagesasdata.columns import Column

DOCS = Path(__file__).parents[1]


def verbs() -> list[str]:
    """The public functions in the order in which the reference has them."""
    menu = (DOCS.parent / "mkdocs.yml").read_text("utf-8")
    pages = [DOCS / page for page in re.findall(r"reference/[\w-]+\.md", menu)]
    entries = [name for page in pages for name in entries_of(page.read_text("utf-8"))]
    return [name for name in entries if inspect.isfunction(getattr(iad, name))]


def entries_of(page: str) -> list[str]:
    """The public names that a page of the reference documents."""
    return re.findall(r"^::: imagesasdata\.(\w+)$", page, re.MULTILINE)


def gives_table(verb: str) -> bool:
    """Whether a verb's docstring says that it gives a table."""
    text = inspect.getdoc(getattr(iad, verb)) or ""
    return re.search(r"^Returns\n-+\ntable$", text, re.MULTILINE) is not None


def _module(verb: str) -> Any:
    return inspect.getmodule(inspect.unwrap(getattr(iad, verb)))


# What each verb adds: ``COLUMNS`` of its module, and ``RESULTS``, the tables that its result can give.
# A template is shown by its example.
ADDED: dict[str, tuple[Column, ...]] = {
    verb: tuple(column.shown() for column in _module(verb).COLUMNS)
    for verb in verbs()
    if gives_table(verb) and _module(verb).COLUMNS
}
RESULTS: dict[str, tuple[Column, ...]] = {
    f"{verb}(...).{method}()": columns
    for verb in verbs()
    for method, columns in getattr(_module(verb), "RESULTS", {}).items()
}
BY_VERB = {**ADDED, **RESULTS}


def section(verb: str) -> str:
    """What a verb adds, as a Markdown table; for `features` one for each group."""
    if verb != "features":
        return columns(ADDED[verb])
    parts = []
    for name, group in GROUPS.items():
        many = len(group.columns) > 100
        parts.append(
            f"### {name}\n\n{columns((group.columns[0], group.columns[-1]) if many else group.columns)}"
        )
    return "\n\n".join(parts)


def columns(chosen: Iterable[Column]) -> str:
    """A Markdown table with a row for each column."""
    usual = Column.null  # stated once, above the tables
    rows = [
        [f"`{c.name}`", c.description, c.kind, c.unit, c.range, "" if c.null == usual else c.null]
        for c in chosen
    ]
    return _markdown(["column", "what it is", "type", "unit", "range", "null when"], rows)


def dictionary() -> str:
    """A Markdown table of all columns from A to Z, with the verbs that give each."""
    verbs: dict[Column, list[str]] = {}
    for verb, given in BY_VERB.items():
        for column in given:
            # A group of thousands of like columns, such as HOG's, is shown by its first.
            if re.fullmatch(r"hog_\d+", column.name) and column != GROUPS["hog"].columns[0]:
                continue
            verbs.setdefault(column, []).append(verb)
    rows = [
        [f"`{c.name}`", ", ".join(f"`{v}`" for v in verbs[c]), c.kind, c.unit, c.range]
        for c in sorted(verbs, key=lambda column: column.name)
    ]
    return _markdown(["column", "of", "type", "unit", "range"], rows)


def unlisted(known: Iterable[Column]) -> list[str]:
    """The names of columns that the page of columns lacks."""
    shown = {column.name for given in BY_VERB.values() for column in given}
    return sorted(
        {
            column.name
            for column in known
            if not any(re.fullmatch(_pattern(column.name), name) for name in shown)
        }
    )


def constants() -> list[Column]:
    """Every column that a module of the library names, in public or as part of a group."""
    found: dict[Column, None] = {}
    for module in pkgutil.walk_packages(iad.__path__, "imagesasdata."):
        if module.name.endswith("__main__"):
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            if not name.startswith("_"):  # such columns are passed on between functions only
                found |= dict.fromkeys(_columns_in(value))
    return list(found)


def undocumented(pages: Iterable[Path], names: Iterable[str]) -> list[str]:
    """Which of the public names have no entry on the pages of the reference."""
    return sorted(set(names).difference(*(entries_of(page.read_text("utf-8")) for page in pages)))


def _columns_in(value: Any) -> Iterator[Column]:
    if isinstance(value, Column):
        yield value
    elif isinstance(value, Mapping):
        for each in (*value, *value.values()):
            yield from _columns_in(each)
    elif isinstance(value, (tuple, list)):
        for each in value:
            yield from _columns_in(each)


def _pattern(name: str) -> str:
    """A name as a pattern: what the call fills in may be anything."""
    return re.escape(name).replace(re.escape("{}"), r"\w+")


def errors(what_to_do: dict[str, str]) -> str:
    """A Markdown table with a row for each public error; every one needs an entry."""
    kinds = [
        (name, kind)
        for name in iad.__all__
        if isinstance(kind := getattr(iad, name), type) and issubclass(kind, Exception)
    ]
    rows = []
    for name, kind in sorted(kinds, key=lambda one: len(one[1].__mro__)):
        built_in = [b.__name__ for b in kind.__bases__ if b.__module__ == "builtins"]
        meaning = inspect.cleandoc(kind.__doc__ or "").split("\n\n")[0].replace("``", "`")
        rows.append(
            [f"[`{name}`][imagesasdata.{name}]", f"`{built_in[0]}`", meaning, what_to_do[name]]
        )
    return _markdown(["error", "is also a", "meaning", "what to do"], rows)


def command(*words: str) -> str:
    """The help of ``imagesasdata WORDS``, as the shell shows it."""
    one = _program()
    context = one.make_context("imagesasdata", ["--"], resilient_parsing=True)
    for word in words:
        one = one.get_command(context, word)
        context = type(context)(one, info_name=word, parent=context)
    one.rich_markup_mode = None  # plain text, without boxes
    context.max_content_width = context.terminal_width = 78
    return one.get_help(context)


@functools.cache
def _program() -> Any:
    import typer

    from imagesasdata import cli

    return typer.main.get_command(cli.app)


def commands() -> dict[str, list[tuple[str, ...]]]:
    """The words of every command by group, in the order in which they are listed."""
    program = _program()
    context = program.make_context("imagesasdata", ["--"], resilient_parsing=True)
    found: dict[str, list[tuple[str, ...]]] = {}
    for name in program.list_commands(context):
        one = program.get_command(context, name)
        inner = getattr(one, "commands", None)
        words = [(name, other) for other in inner] if inner else [(name,)]
        found.setdefault(one.rich_help_panel, []).extend(words)
    return found


def model_table() -> str:
    """The models in a table: what they do, their size and their published accuracy."""
    listed = iad.models().sort_values("model")  # the same whatever is on this machine
    rows = [
        [
            f"`{one.model}`",
            one.tasks,
            str(one.input_size),
            f"{one.parameters / 1000000.0:.1f}",
            f"{one.megabytes:.0f}",
            one.score,
            one.license.split(" (")[0],
        ]
        for one in listed.itertuples()
    ]
    head = ["model", "does", "pixels", "million parameters", "MB", "published accuracy", "license"]
    return _markdown(head, rows)


def model_cards() -> str:
    """Every model's card, as a section each."""
    cards = [str(iad.model_card(name)) for name in sorted(iad.models().model)]
    # A card is a page with a heading of its own; here it is part of one.
    return "\n\n".join(card.replace("## ", "#### ").replace("# ", "### ", 1) for card in cards)


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    safe = [[cell.replace("|", "\\|") for cell in line] for line in lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in safe)

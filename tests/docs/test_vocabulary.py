"""One vocabulary: every public name, option, value and column follows its rules."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal, get_args, get_origin

import imagesasdata as iad
from imagesasdata import augmentations, steps
from imagesasdata.options import Shape, VectorShape
from imagesasdata.verbs.train.fitted_model import FittedModel
from tests.conftest import REPO

# Beginnings and endings of words that Britain spells in another way.
BRITISH = re.compile(
    r"colour|behaviour|favour|neighbour|honour|labour|grey|centre|centring|kilometre|metres|fibre"
    r"|artefact|catalogue|licence|judgement|labell|modell(?:ed|ing)|travell(?:ed|ing)|whilst|amongst"
    r"|analys(?:e[ds]?|ing)(?![a-z])|(?:recogn|organ|normal|optim|equal|pseudonym|general|summar|standard"
    r"|categor|regular|minim|maxim|visual|initial|serial|token|quant|random|stabil|local|special"
    r"|character|real|util|emphas|polar|author|item|memor|prior|apolog)is(?:e[drs]?|ing|ation)(?![a-z])",
    re.IGNORECASE,
)
# Published as they are.
PUBLISHED = re.compile(
    r"great_grey_owl"
    # A class of the R package haven.
    r"|haven_labelled"
    # What a user may type, in examples of the message that answers.
    r"|groups=\"colour\""
)
SNAKE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
# Words that other words took the place of; a word stays where it means something else.
RETIRED = {
    "as_dict": (),
    "count": (),
    "k": ("cluster",),  # so many clusters
    "level": ("agreement",),
    "long": (),
    "most": (),
    "wide": (),
}
# Of two classes, the probability of the one that the column is named after.
OF_ONE_CLASS = {"unsafe", "sample", "coded"}


def verbs() -> dict[str, Callable[..., Any]]:
    from vocabulary import verbs

    return {**verbs(), "FittedModel.augment": FittedModel.augment}


def wrong_spelling(names: Iterable[str]) -> list[str]:
    return [name for name in names if BRITISH.search(PUBLISHED.sub("", name))]


def wrong_options(name: str, verb: Callable[..., Any]) -> list[str]:
    """What breaks the rules in a verb's signature."""
    from vocabulary import COMMON

    parameters = inspect.signature(verb).parameters
    said = [f"{name}({one})" for one in parameters if not SNAKE.fullmatch(one)]
    said += [f"{name}({one})" for one in wrong_spelling(parameters)]
    said += [f"{name}({one})" for one in parameters if name not in RETIRED.get(one, (name,))]
    keywords = [one for one, p in parameters.items() if p.kind is p.KEYWORD_ONLY]
    common = [one for one in keywords if one in COMMON]
    if common != [one for one in COMMON if one in common]:
        said.append(f"{name}: {', '.join(common)}")
    last = [one for one in COMMON if one not in {"path", "model"} and one in keywords]
    if last and keywords[-len(last) :] != last:
        said.append(f"{name}: {', '.join(last)} come last")
    known = {*get_args(Shape), *get_args(VectorShape)}
    if "shape" in parameters and parameters["shape"].default not in known:
        said.append(f"{name}(shape)")
    return said


def wrong_columns(columns: Iterable[str]) -> list[str]:
    """Which names of a verb's columns break the rules."""
    names = list(columns)
    said = [name for name in names if not SNAKE.fullmatch(name.replace("{}", "0"))]
    # Classes that others published keep their spelling.
    said += [name for name in names if wrong_spelling([name.partition("_prob_")[0]])]
    for name in names:
        first, prob, _ = name.partition("_prob")
        if name == "prob" or name.startswith("prob_"):
            said.append(name)
        elif not prob:
            continue
        elif re.fullmatch(r"\w+_prob_\w+", name):
            if first not in names and f"{first}_pred" not in names:
                said.append(name)
        elif not name.endswith("_prob") or not {first, f"{first}_pred"} & {*names, *OF_ONE_CLASS}:
            said.append(name)
    return said


def values() -> Iterator[str]:
    """Every text that an option takes, by the modules' Literals."""
    for module in pkgutil.walk_packages(iad.__path__, "imagesasdata."):
        if not module.name.endswith("__main__"):
            for value in vars(importlib.import_module(module.name)).values():
                if get_origin(value) is Literal:
                    yield from (one for one in get_args(value) if isinstance(one, str))


def test_public_names() -> None:
    names = [*iad.__all__, *steps.__all__, *augmentations.__all__]
    assert wrong_spelling(names) == []
    assert wrong_spelling(["analyse_faces", "segment_colours", "great_grey_owl"]) == [
        "analyse_faces",
        "segment_colours",
    ]
    for name in names:
        kind = r"(?:[A-Z][a-z0-9]*)+" if name[0].isupper() else SNAKE.pattern
        assert re.fullmatch(kind, name), name
    assert not {"filters", "cluster_curve"} & {*iad.__all__}


def test_options() -> None:
    assert [one for name, verb in verbs().items() for one in wrong_options(name, verb)] == []


def test_options_of_steps() -> None:
    for module in (steps, augmentations):
        for name in module.__all__:
            assert wrong_spelling(inspect.signature(getattr(module, name)).parameters) == []


def test_an_option_that_is_out_of_line_is_found() -> None:
    def made(images: Any, *, as_dict: bool, k: int, colour: str, model: str, path: str) -> None:
        """Made up."""

    def mixed(images: Any, *, prefix: str, shape: bool = False, Level: int = 1) -> None:
        """Made up."""

    assert wrong_options("made", made) == [
        "made(colour)",
        "made(as_dict)",
        "made(k)",
        "made: model, path",
    ]
    assert wrong_options("mixed", mixed) == [
        "mixed(Level)",
        "mixed: prefix come last",
        "mixed(shape)",
    ]


def test_values() -> None:
    found = set(values())
    assert {"record", "wide", "long", "expression", "kmeans"} <= found
    assert wrong_spelling(found) == []
    assert wrong_spelling(["greyscale", "grayscale"]) == ["greyscale"]


def test_columns() -> None:
    from tables import BY_VERB, constants

    assert wrong_spelling(column.name for column in constants()) == []
    copies = {column.name for column in BY_VERB["find_duplicates"]}
    assert copies == {"copy_group", "copy_distance", "is_kept", "copy_of"}
    for verb, columns in BY_VERB.items():
        assert (verb, wrong_columns(column.name for column in columns)) == (verb, [])


def test_columns_that_a_call_names() -> None:
    one = iad.classify("examples/photos/chelsea.jpg", top=3, probs=True, progress=False)
    assert len(one.columns) > 1000
    assert wrong_columns(one.columns) == []
    assert {"label_prob_great_grey_owl", "label_2", "label_3_id", "label_3_prob"} <= {*one.columns}


def test_a_column_that_is_out_of_form_is_found() -> None:
    right = [
        *("label", "label_prob", "label_prob_cat", "label_2", "label_2_prob", "unsafe_prob"),
        *("y_pred", "y_prob", "y_prob_yes", "emb_{}", "great_grey_owl"),
    ]
    assert wrong_columns(right) == []
    wrong = [
        "prob",
        "prob_cat",
        "awe_prob",
        "race_prob_white",
        "label_probs",
        "Label",
        "grey_share",
    ]
    assert sorted(wrong_columns([*right, *wrong])) == sorted(wrong)


def test_the_spelling_of_every_line() -> None:
    files = [
        file
        for folder in ("src", "docs", "examples", "benchmarks", "tools")
        for pattern in ("*.py", "*.md", "*.ipynb", "*.html", "*.js", "*.css")
        for file in (REPO / folder).rglob(pattern)
        # What others wrote, and what studies made.
        if not {"vendor", "data", "output"} & {*file.parts}
    ]
    files += REPO.glob("*.md")
    assert len(files) > 300
    assert [
        f"{file.relative_to(REPO)}: {line.strip()[:90]}"
        for file in files
        for line in wrong_spelling(file.read_text("utf-8").splitlines())
    ] == []


def test_the_page_has_every_verb_once_and_its_words_are_used() -> None:
    from vocabulary import COMMON, WORDS, groups, takes, verbs

    page = (REPO / "docs" / "reference" / "vocabulary.md").read_text("utf-8")
    assert "print(vocabulary.groups())" in page.partition("## Groups")[2].partition("\n## ")[0]
    rows = [line for line in groups().splitlines() if line.startswith("| ")]
    assert any(row.startswith("| classify | `classify`, `embed`,") for row in rows)
    named = [name for line in rows for name in re.findall(r"`(\w+)`", line)]
    assert sorted(named) == sorted(verbs())
    for word in {**COMMON, **WORDS}:
        assert takes(word), word
    assert takes("forgotten") == []
    for word in RETIRED:
        assert not re.search(rf"\| `{word}` \|", page)


def test_the_table_of_words_names_verbs() -> None:
    from vocabulary import WORDS, table

    text = table(WORDS)
    assert "| `unit` | what a row of a long table is | `read_text` |" in text
    assert re.search(r"\| `max_pixels` \| .* \| \d+ verbs \|", text)

"""A shared option has one text, one default and one place in every signature."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest

import imagesasdata as iad
from imagesasdata import options
from imagesasdata.options import SHARED
from tests.conftest import REPO

# Beside `path` stands `model`, and at the end of a signature, in this order, what all verbs have.
LAST = tuple(list(SHARED)[list(SHARED).index("decode") :])
# By place come the data and what a verb is about (the steps, the formula, the columns to compare), at
# most three things and none with a default, but for these: the model, or the other half of pairs.
BY_PLACE = {
    "explain": ["model", "target"],
    "feature_maps": ["image", "model", "layer"],
    "models": ["task"],
    "verify_faces": ["others"],
}
# Which model a verb takes by default for a task.
MODELS = {
    "classify": options.CLASSIFIER,
    "embed": options.EMBEDDER,
    "zero_shot": options.ZERO_SHOT,
    "caption": options.CAPTIONER,
    "detect_objects": options.OBJECT_DETECTOR,
    "measure_depth": options.DEPTH,
    "detect_faces": options.FACE_DETECTOR,
    "embed_faces": options.FACE_EMBEDDER,
}
# Where a sentence follows the shared text, and why.
MORE = {
    "vectors that a table has are used": [
        ("cluster", "images"),
        ("find_similar", "images"),
        ("map_images", "images"),
        ("reduce", "images"),
        ("similarities", "images"),
        ("similarities", "model"),
        ("cluster", "model"),
        ("find_similar", "model"),
        ("map_images", "model"),
        ("reduce", "model"),
    ],
    "one of the methods does not use it": [
        ("find_duplicates", "embedding"),
        ("find_duplicates", "model"),
        ("regress", "seed"),
        ("score_aesthetics", "model"),
        ("score_aesthetics", "batch_size"),
        ("score_aesthetics", "device"),
    ],
    "what models know differs, and users may add their own": [
        ("classify", "model"),
        ("embed", "model"),
        ("detect_objects", "model"),
        ("count_objects", "model"),
        ("find_faces", "model"),
        ("verify_faces", "model"),
    ],
    "a table of faces will do": [("analyze_faces", "images"), ("cluster_faces", "model")],
    "there are two tables": [
        ("find_faces", "path"),
        ("find_similar", "path"),
        ("find_similar", "on_error"),
    ],
    "a table or paths may be given": [
        ("measure_regions", "backend"),
        ("read_annotations", "backend"),
        ("read_annotations", "path"),
        ("read_images", "backend"),
        ("read_video", "backend"),
        ("video_motion", "backend"),
        ("video_shots", "backend"),
    ],
    "a video has frames": [
        ("read_video", "max_pixels"),
        ("video_motion", "max_pixels"),
        ("video_shots", "max_pixels"),
        ("read_video", "prefix"),
    ],
    "a picture may be cut into tiles": [
        ("detect_faces", "batch_size"),
        ("blur_faces", "batch_size"),
    ],
    "it does one thing more": [
        ("cluster", "progress"),
        ("find_similar", "keep"),
        ("find_similar", "device"),
        ("fine_tune", "cache"),
        ("fine_tune", "device"),
        ("read_images", "max_pixels"),
        ("read_text", "keep_empty"),
        ("show", "path"),
        ("transform", "decode"),
    ],
}
# Where an option of that name is about something else, and why.
OWN = {
    "a made-up or a fitted model will do, or one that is not here": [
        ("cite", "model"),
        ("explain", "model"),
        ("feature_maps", "model"),
        ("model_card", "model"),
        ("summary", "model"),
    ],
    "by default each attribute has its own": [("analyze_faces", "model")],
    "the data are of another kind": [
        ("cluster_table", "images"),
        ("fine_tune", "images"),
        ("ray_dataset", "images"),
        ("read_images", "images"),
    ],
    "it is the size of a step of training, which does change the result": [
        ("fine_tune", "batch_size")
    ],
    "it names the columns that `cluster` gave": [("cluster_table", "prefix")],
    "it is the column of one strategy, and has a default": [("sample_for_labels", "embedding")],
}


def public() -> dict[str, Callable[..., Any]]:
    """Every public function, and every method of a public class, by its name."""
    found: dict[str, Callable[..., Any]] = {}
    for name in iad.__all__:
        one = getattr(iad, name)
        if inspect.isfunction(one):
            found[name] = one
        elif inspect.isclass(one):
            methods = inspect.getmembers(one, inspect.isfunction)
            found |= {m: f for m, f in methods if m[0] != "_" and m in vars(one)}
    return found


FUNCTIONS = public()
VERBS = {name: FUNCTIONS[name] for name in iad.__all__ if name in FUNCTIONS}


def described(function: Callable[..., Any]) -> dict[str, str]:
    """What a docstring says of each parameter, in its order, on one line."""
    found: dict[str, str] = {}
    section = re.search(
        r"^Parameters\n-+\n(.*?)(?=^\w+\n---|\Z)", inspect.getdoc(function) or "", re.M | re.S
    )
    if section is not None:
        for names, text in re.findall(r"^(\S.*)\n((?:(?: .*)?\n)*)", section[1] + "\n", re.M):
            found |= dict.fromkeys(names.split(", "), " ".join(text.split()))
    return found


def fitting(name: str, function: Callable[..., Any]) -> tuple[str, ...]:
    """The texts that an option may have in a function: of videos where it takes these."""
    shared = SHARED[name]
    if {"picture", "video"} <= set(shared.things):
        subject = "video" if "videos" in inspect.signature(function).parameters else "picture"
        return (shared.about(subject),)
    return shared.texts()


def differences(
    name: str,
    function: Callable[..., Any],
    more: set[str] = frozenset(),
    own: set[str] = frozenset(),
) -> list[str]:
    """What is not as everywhere in a function's docstring and signature."""
    parameters = inspect.signature(function).parameters
    found = []
    for option, text in described(function).items():
        if option not in SHARED or option in own:
            continue
        known = fitting(option, function)
        if not any(text == one or (option in more and text.startswith(f"{one} ")) for one in known):
            found.append(f"{name}: {option} says {text!r}, not {known[0]!r}")
    keywords = [one for one, p in parameters.items() if p.kind is p.KEYWORD_ONLY]
    both = {"path", "model"} <= set(keywords)
    if both and keywords.index("model") != keywords.index("path") + 1:
        found.append(f"{name}: model does not follow path")
    last = [one for one in keywords if one in LAST]
    if (
        last != [one for one in LAST if one in last]
        or last != keywords[len(keywords) - len(last) :]
    ):
        found.append(f"{name}: {', '.join(last)} are not the last in this order")
    found += [
        f"{name}: {option} is not a keyword"
        for option, p in parameters.items()
        if (option in LAST or option == "path") and p.kind is not p.KEYWORD_ONLY
    ]
    if parameters.keys() & set(SHARED) - described(function).keys():
        found.append(f"{name}: a shared option is not described")
    return found


def listed(reasons: dict[str, list[tuple[str, str]]], name: str) -> set[str]:
    return {option for pairs in reasons.values() for verb, option in pairs if verb == name}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_shared_option_is_the_same_everywhere(name: str) -> None:
    assert differences(name, FUNCTIONS[name], listed(MORE, name), listed(OWN, name)) == []


def test_what_is_listed_as_different_is_different() -> None:
    for name, option in (pair for pairs in (MORE | OWN).values() for pair in pairs):
        text = described(FUNCTIONS[name])[option]
        assert text not in fitting(option, FUNCTIONS[name]), (name, option)


def made_up(
    images: Any,
    *,
    path: str = "path",
    model: str = options.CLASSIFIER,
    top: int = 1,
    prefix: str | None = None,
    batch_size: int | None = None,
    on_error: str = "record",
) -> None:
    """Do nothing.

    Parameters
    ----------
    images
        A table with a column of paths, or a folder, glob, archive or list of paths.
    path
        The table's column of paths.
    model
        A name from ``iad.models("classify")``.
    top
        Its own.
    prefix
        A prefix for the names of the new columns, so that the results of two runs fit in one table.
    batch_size
        Faces that go through the network together; by default what is fastest on the device. It
        does not change the result.
    on_error
        ``"record"`` writes the reason into ``image_error``, ``"raise"`` stops at the first picture
        that cannot be used, ``"drop"`` leaves such rows out and says how many.

    Returns
    -------
    None
        Path.
    """


def planted(old: str, new: str) -> Callable[..., Any]:
    """The made-up function with something else in its docstring."""
    # Python 3.13 keeps docstrings without their indentation, earlier ones with it.
    text = inspect.getdoc(made_up) or ""
    assert old in text

    def other(*args: Any, **options: Any) -> None: ...

    other.__doc__ = text.replace(old, new)
    other.__signature__ = inspect.signature(made_up)  # type: ignore[attr-defined]
    return other


def test_a_planted_difference_is_found() -> None:
    assert differences("made_up", made_up) == []
    assert differences("a", planted("Faces that", "Views that")) == [
        "a: batch_size says 'Views that go through the network together; by default what is fastest on "
        "the device. It does not change the result.', not 'Pictures that go through the network "
        "together; by default what is fastest on the device. It does not change the result.'"
    ]
    (found,) = differences("a", planted("the first picture", "the first video"))
    assert found.startswith("a: on_error says")
    longer = planted("column of paths.\nmodel", "column of paths. Or not.\nmodel")
    assert len(differences("a", longer)) == 1
    assert differences("a", longer, more={"path"}) == []
    assert differences("a", planted("The table's", "A"), own={"path"}) == []
    assert len(differences("a", planted("The table's", "A"), more={"path"})) == 1
    assert differences("a", planted("prefix\n", "pre\n")) == ["a: a shared option is not described"]


def test_a_planted_signature_is_found() -> None:
    def signature(change: Callable[[list[inspect.Parameter]], None]) -> list[str]:
        other = planted("Its own.", "Its own.")
        parameters = list(inspect.signature(made_up).parameters.values())
        change(parameters)
        other.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        return differences("a", other)

    assert signature(lambda p: None) == []
    assert signature(lambda p: p.insert(3, p.pop(2))) == ["a: model does not follow path"]
    assert signature(lambda p: p.insert(5, p.pop(4))) == [
        "a: batch_size, prefix, on_error are not the last in this order"
    ]
    assert signature(lambda p: p.append(p.pop(3))) == [
        "a: prefix, batch_size, on_error are not the last in this order"
    ]
    either = inspect.Parameter.POSITIONAL_OR_KEYWORD
    assert signature(lambda p: p.insert(1, p.pop(1).replace(kind=either))) == [
        "a: path is not a keyword"
    ]


@pytest.mark.parametrize("name", VERBS)
def test_only_the_data_may_be_given_by_place(name: str) -> None:
    parameters = inspect.signature(VERBS[name]).parameters.values()
    places = [p for p in parameters if p.kind is not p.KEYWORD_ONLY]
    assert len(places) <= 3
    with_default = [p.name for p in places if p.default is not p.empty]
    assert with_default == BY_PLACE.get(name, [])


@pytest.mark.parametrize("option", ["path", "keep_empty", "backend", *LAST])
def test_an_option_has_one_default_everywhere(option: str) -> None:
    signatures = [inspect.signature(one).parameters for one in FUNCTIONS.values()]
    defaults = {repr(s[option].default) for s in signatures if option in s}
    assert len(defaults) == 1


def test_the_common_options_have_the_defaults_of_their_class() -> None:
    of_class = inspect.signature(options.Options).parameters
    assert set(LAST) - {"decode", "max_pixels"} == set(of_class) - {"path"}
    for name, parameter in of_class.items():
        for function in FUNCTIONS.values():
            if name in (given := inspect.signature(function).parameters):
                assert given[name].default == parameter.default


def test_a_verb_takes_the_default_model_of_its_task() -> None:
    seen = set()
    for name, verb in VERBS.items():
        parameters = inspect.signature(verb).parameters
        default = parameters["model"].default if "model" in parameters else None
        if not isinstance(default, str):
            continue
        task = re.match(r'A name from ``iad\.models\("(\w+)"\)``', described(verb)["model"])
        assert default == (options.CLASSIFIER if task is None else MODELS[task[1]]), name
        seen.add(default)
    assert seen == set(MODELS.values())


def said(source: str) -> list[str]:
    """The texts in a file's code, without its docstrings."""
    tree = ast.parse(source)
    plain = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return [one.value for one in texts if isinstance(one.value, str) and id(one) not in plain]


def test_a_default_model_is_named_once() -> None:
    folder = REPO / "src" / "imagesasdata"
    files = [
        file for file in folder.rglob("*.py") if folder / "networks" / "zoo" not in file.parents
    ]
    assert len(files) > 200
    texts = [(file.name, text) for file in files for text in said(file.read_text("utf-8"))]
    for model in set(MODELS.values()):
        named = [file for file, text in texts if text == model or f'"{model}"' in text]
        # Beside its figures, which are a model's own.
        assert [file for file in named if file != "_identity.py"] == ["options.py"], model


def test_a_name_in_code_is_found_and_one_in_a_docstring_is_not() -> None:
    source = '"""Of a."""\ndef f(x="b"):\n    """Of c."""\n    return f"say {x} d"\n'
    assert said(source) == ["b", "say ", " d"]

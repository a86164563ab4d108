"""The common options: what is refused, and with which words; the defaults are models that there are."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from imagesasdata import options
from imagesasdata.errors import ArgumentError, ArgumentTypeError, UnknownNameError
from imagesasdata.networks.zoo.registry import card
from imagesasdata.options import SHARED, Options, Shared


def test_without_a_choice_all_are_as_in_a_signature() -> None:
    chosen = Options()
    assert (chosen.path, chosen.on_error) == ("path", "record")
    rest = ("prefix", "batch_size", "workers", "device", "cache", "progress")
    assert [getattr(chosen, name) for name in rest] == [None] * len(rest)


MISUSE: list[tuple[dict[str, Any], type[Exception], str]] = [
    (
        {"on_error": "skip"},
        UnknownNameError,
        "Unknown on_error 'skip'.\nHint: Known: drop, raise, record.",
    ),
    (
        {"on_error": "rise"},
        UnknownNameError,
        "Unknown on_error 'rise'.\nHint: did you mean 'raise'? Known: drop, raise, record.",
    ),
    (
        {"batch_size": 0},
        ArgumentError,
        "batch_size must be at least 1, got 0.\nHint: for example batch_size=8.",
    ),
    (
        {"workers": 1.5},
        ArgumentTypeError,
        "workers must be a whole number, got 1.5.\nHint: for example workers=8.",
    ),
    (
        {"workers": True},
        ArgumentTypeError,
        "workers must be a whole number, got True.\nHint: for example workers=8.",
    ),
    (
        {"prefix": "my "},
        ArgumentError,
        "prefix='my ' would make column names that cannot stand in a formula.\n"
        'Hint: use letters, digits and underscores, as in prefix="lite0_".',
    ),
    (
        {"prefix": "1_"},
        ArgumentError,
        "prefix='1_' would make column names that cannot stand in a formula.\n"
        'Hint: use letters, digits and underscores, as in prefix="lite0_".',
    ),
]


@pytest.mark.parametrize(("chosen", "kind", "message"), MISUSE)
def test_what_cannot_be_used(chosen: dict[str, Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as caught:
        Options(**chosen)
    assert str(caught.value) == message


@pytest.mark.parametrize("prefix", [None, "", "a", "a_", "été_", "a1"])
def test_prefixes_that_names_may_begin_with(prefix: str | None) -> None:
    assert Options(prefix=prefix).prefix == prefix


def test_options_are_given_by_name_and_stay_as_they_are() -> None:
    with pytest.raises(TypeError):
        Options("path")  # type: ignore[misc]
    with pytest.raises(AttributeError):
        Options().path = "file"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("task", "model"),
    [
        ("classify", options.CLASSIFIER),
        ("embed", options.EMBEDDER),
        ("zero_shot", options.ZERO_SHOT),
        ("caption", options.CAPTIONER),
        ("detect_objects", options.OBJECT_DETECTOR),
        ("measure_depth", options.DEPTH),
        ("detect_faces", options.FACE_DETECTOR),
        ("embed_faces", options.FACE_EMBEDDER),
    ],
)
def test_a_default_model_does_its_task(task: str, model: str) -> None:
    assert task in card(model).tasks


def test_a_default_is_shown_as_its_value() -> None:
    import imagesasdata as iad

    shown = str(inspect.signature(iad.classify))
    assert f"= '{options.CLASSIFIER}'" in shown


def test_a_text_is_filled_in() -> None:
    shared = Shared("{Things} of a {thing}; {things}.", ("face", "picture or face"))
    assert shared.texts() == (
        "Faces of a face; faces.",
        "Pictures or faces of a picture or face; pictures or faces.",
    )
    assert Shared("As it is.").texts() == ("As it is.",)


@pytest.mark.parametrize("name", SHARED)
def test_a_text_is_a_sentence_with_nothing_left_to_fill_in(name: str) -> None:
    for text in SHARED[name].texts():
        assert text.endswith(".")
        assert "{" not in text
    assert ("hing" in SHARED[name].text.partition("{")[2]) == bool(SHARED[name].things)

"""The errors: one root, kinds that are also Python's own, a message with a hint; reasons of pictures."""

from __future__ import annotations

import inspect
import pickle

import pytest
from PIL import UnidentifiedImageError

from imagesasdata import errors
from imagesasdata.errors import (
    LONGEST,
    ArgumentError,
    ColumnError,
    GuessWarning,
    ImageError,
    ImagesAsDataError,
    MissingPackageError,
    UnknownNameError,
    nearest,
    one_of,
    reason,
    short,
    tell,
    without_credentials,
)

KINDS = {
    name: kind
    for name, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, ImagesAsDataError) and kind is not ImagesAsDataError
}
BUILT_IN = {
    "ArgumentError": ValueError,
    "ArgumentTypeError": TypeError,
    "CacheError": OSError,
    "ColumnError": KeyError,
    "DeviceError": RuntimeError,
    "ImageError": OSError,
    "MissingPackageError": ImportError,
    "NameClashError": ValueError,
    "UnknownNameError": KeyError,
    "WeightsError": OSError,
}


def test_every_kind_is_also_one_of_pythons_own() -> None:
    assert {name: kind.__bases__ for name, kind in KINDS.items()} == {
        name: (ImagesAsDataError, own) for name, own in BUILT_IN.items()
    }


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.__name__)
def test_a_message_and_its_hint(kind: type[ImagesAsDataError]) -> None:
    error = kind("k is 0.", "k=1.")
    assert (error.message, error.hint) == ("k is 0.", "k=1.")
    assert str(error) == "k is 0.\nHint: k=1."
    plain = kind("k is 0.")
    assert plain.hint is None
    assert str(plain) == "k is 0."
    assert kind.__doc__


def test_a_key_error_shows_its_lines() -> None:
    # Python's own shows the repr, with the line break as two characters.
    assert "\n" in str(ColumnError("No column 'a'.", "Known: b."))
    assert "\n" not in str(KeyError("No column 'a'.\nHint: Known: b."))


def test_an_error_goes_to_another_process_with_its_text() -> None:
    again = pickle.loads(pickle.dumps(ArgumentError("k is 0.", "k=1.")))
    assert type(again) is ArgumentError
    assert str(again) == "k is 0.\nHint: k=1."


def test_warnings_are_no_errors() -> None:
    found = [kind for _, kind in inspect.getmembers(errors, inspect.isclass)]
    warnings = [kind for kind in found if issubclass(kind, Warning)]
    assert errors.SmallerBatchWarning in warnings
    assert all(issubclass(kind, UserWarning) and kind.__doc__ for kind in warnings)
    assert not any(issubclass(kind, ImagesAsDataError) for kind in warnings)


def test_the_nearest_name() -> None:
    assert nearest("clasify", ["classify", "embed"]) == "classify"
    assert nearest("xyz", ["classify", "embed"]) is None
    assert nearest("a", []) is None


def test_a_name_that_is_not_known() -> None:
    error = one_of("color", "rad", ["red", "blue"])
    assert type(error) is UnknownNameError
    assert str(error) == "Unknown color 'rad'.\nHint: did you mean 'red'? Known: blue, red."
    assert str(one_of("color", 7, ["red"])) == "Unknown color 7.\nHint: Known: red."


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ImageError("too large.", "raise max_pixels."), "too large."),
        (
            UnidentifiedImageError("cannot identify <x at 0x7f>"),
            "cannot be read: cannot identify file",
        ),
        (OSError("image file is truncated (3 bytes)"), "picture is truncated (3 bytes)"),
        (OSError("image file is truncated (3 bytes not processed)"), "picture is truncated"),
        (OSError("decoder error -2"), "picture is damaged: its pixels cannot be decoded"),
        (OSError("cannot load this image"), "picture is damaged: its pixels cannot be decoded"),
        (ValueError("a\n b\tc"), "cannot be read: a b c"),
    ],
)
def test_the_reason_of_a_picture(error: Exception, text: str) -> None:
    assert reason(error) == text


def test_reasons_are_short_and_show_no_addresses() -> None:
    assert reason(ValueError("bad <_io.BytesIO object at 0x7f00> " + "x" * 500)).startswith(
        "cannot be read: bad file xxx"
    )
    assert len(reason(ValueError("x" * 500))) < 160
    assert reason(KeyError()) == "cannot be read: KeyError"
    assert reason(OSError("no https://host/a?sig=1 there")) == "cannot be read: no (address) there"
    assert reason(ArgumentError("begins with x://.", "a hint")) == "begins with x://."
    assert reason(MissingPackageError("needs s3fs.", "pip install s3fs")) == (
        "needs s3fs. pip install s3fs"
    )
    assert reason(MemoryError()) == "not enough memory to decode the picture"
    assert reason(TimeoutError()) == "the server did not answer in time"


SECRETS = [
    ("'https://host/a b.jpg?sig=hunter2'.", "'https://host/a b.jpg?sig=...'."),
    (
        "https://host/a?x=1&X-Amz-Signature=hunter2&y=2",
        "https://host/a?x=1&X-Amz-Signature=...&y=2",
    ),
    ("https://host/a?AWSAccessKeyId=hunter2#t=1.5", "https://host/a?AWSAccessKeyId=...#t=1.5"),
    ("https://host/a#access_token=hunter2", "https://host/a#access_token=..."),
    ("zip://a.png::https://host/b.zip?token=hunter2", "zip://a.png::https://host/b.zip?token=..."),
    ("simplecache::https://me:hunter2@host/a", "simplecache::https://host/a"),
    ("https://hunter2@host/a?api_key=hunter2", "https://host/a?api_key=..."),
    ("HTTPS://host/a?SIG=hunter2 and s3://k:hunter2@b/c", "HTTPS://host/a?SIG=... and s3://b/c"),
]
HARMLESS = [
    "https://host/a?monkey=1&signal=2&keyword=3",
    "https://host/@me/a.jpg",
    "abfs://container@account/a.jpg",
    "me@example.org, see https://host/a",
    "a.jpg?token=1",
]


@pytest.mark.parametrize(("text", "expected"), [*SECRETS, *((text, text) for text in HARMLESS)])
def test_no_message_holds_credentials(text: str, expected: str) -> None:
    assert without_credentials(text) == expected
    error = ArgumentError(f"No file {text}", f"give another than {text}")
    assert str(error) == f"No file {expected}\nHint: give another than {expected}"
    assert error.message == pickle.loads(pickle.dumps(error)).message
    with pytest.warns(GuessWarning) as told:
        tell(text, "look")
    assert str(told[0].message) == f"{expected}\nHint: look"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "None"),
        (3, "3"),
        ("a", "'a'"),
        (b"ab", "b'ab'"),
        ([1, "a"], "[1, 'a']"),
        ({"a": (1, None)}, "{'a': (1, None)}"),
        ("x" * 9000, f"'{'x' * 30}'... (9,000 characters)"),
        (b"x" * 9000, "bytes of 9,000"),
        ([0] * 9000, "list of 9,000"),
        ([b"x" * 9000], "list of 1"),
        ({"bytes": b"x" * 9000}, "dict of 1"),
        (inspect.signature, "function"),
        (object(), "object"),
    ],
)
def test_a_value_in_a_message_is_short(value: object, text: str) -> None:
    assert short(value) == text


def test_a_message_has_a_limit() -> None:
    error = ArgumentError("begin " + "x" * 9000 + " end", "this " + "y" * 9000 + " that")
    assert (len(error.message), len(error.hint or "")) == (LONGEST, LONGEST)
    assert str(error).startswith("begin x")
    assert str(error).endswith("y that")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
    assert len(str(ArgumentError("x" * LONGEST))) == LONGEST

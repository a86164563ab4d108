"""`cite` and `pseudonymize`."""

from __future__ import annotations

import datetime as dt
import hmac
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import imagesasdata as iad
from tests.conftest import Kind


@pytest.mark.parametrize("name", list(iad.models().model))
def test_every_model_can_be_cited(name: str) -> None:
    card = iad.model_card(name)
    got = iad.cite(card)
    for file in card.weights:
        assert file.digest in got.text
    assert card.training_data in got.text
    assert card.license in got.text
    assert dt.datetime.now(dt.UTC).date().isoformat() in got.text
    for entry in got.bibtex.split("\n\n"):
        assert re.match(r"@\w+\{\w+,\n", entry)
        assert entry.endswith("\n}")
        assert entry.count("{") == entry.count("}")
    assert f"@misc{{{name}," in got.bibtex
    assert str(got) == f"{got.text}\n\n{got.bibtex}"


def test_models_of_one_paper_share_its_reference() -> None:
    got = iad.cite(["efficientnet_lite0", "efficientnet_lite1"])
    assert got.bibtex.count("@") == 2
    assert "  author = {Tan, M. and Le, Q.},\n" in got.bibtex
    assert "  doi = {10.48550/arXiv.1905.11946},\n" in got.bibtex


def test_measured_validation(kind: Kind) -> None:
    coded = kind.make({"truth": [1, 1, 0, 0, None], "pred": [1, 0, 0, 0, 1]})
    got = iad.cite(coded, model="efficientnet_lite0", truth="truth", prediction="pred").text
    assert "Of 5 pictures, 4 with hand-coded truth were used to validate pred" in got
    assert "accuracy was 0.75 (95% interval 0.30 to 0.95)" in got
    assert "1: precision 1.00, recall 0.50" in got


@pytest.mark.slow
def test_a_model_that_was_taught_is_cited_with_its_network(example_photos: Path) -> None:
    names = ["brick", "grass", "coins", "chelsea", "astronaut", "coffee", "rocket", "clock"]
    coded = pd.DataFrame({"path": [str(example_photos / f"{name}.jpg") for name in names]})
    coded["texture"] = [1, 1, 1, 0, 0, 0, 0, 0]
    fit = iad.fine_tune(coded, outcome="texture", split=(0.5, 0, 0.5))
    train, test = fit.provenance["n_train"], fit.provenance["n_test"]
    taught = (
        f'On EfficientNet-Lite0 a model of texture was trained (train="head") with {train} '
        f"hand-coded pictures; on {test} others it reached accuracy "
    )
    alone = iad.cite(fit)
    assert taught in alone.text
    assert "was trained on ImageNet-1k" in alone.text
    with pytest.warns(iad.TrainedRowsWarning):
        photos = fit.augment(coded)
    both = iad.cite(photos, model=[fit, fit], truth="texture", prediction="texture_pred")
    assert both.text.count("was trained on ImageNet-1k") == 1
    assert both.text.count(taught) == 2
    assert f"Of 8 pictures, {test} with hand-coded texture" in both.text
    assert both.bibtex == alone.bibtex


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: iad.cite("resnet"), iad.UnknownNameError, "Unknown model 'resnet'"),
        (lambda: iad.cite([]), iad.ArgumentTypeError, "No model was named"),
        (
            lambda: iad.cite(pd.DataFrame({"a": [1]})),
            iad.ArgumentError,
            "does not say which model made its columns.\nHint: name it",
        ),
        (
            lambda: iad.cite("efficientnet_lite0", truth="a"),
            iad.ArgumentError,
            "go with a table",
        ),
        (
            lambda: iad.cite(pd.DataFrame({"a": [1]}), model="efficientnet_lite0", truth="a"),
            iad.ArgumentError,
            "truth= and prediction= go together",
        ),
        (lambda: iad.cite(3), iad.ArgumentTypeError, "Expected a table"),
    ],
)
def test_misuse_of_cite(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


KEY = "correct horse battery"


def test_hashes_are_hmac_and_keep_joins(kind: Kind) -> None:
    table = kind.make({"path": ["a.jpg", None, "b.jpg"], "user": [7, 8, 7], "likes": [1, 2, 3]})
    got = iad.pseudonymize(table, key=KEY, columns=["path", "user"])
    assert kind.is_kind(got)
    columns = kind.columns(got)
    assert list(columns) == ["path", "user", "likes"]
    expected = hmac.new(KEY.encode(), b"a.jpg", "sha256").hexdigest()[:16]
    assert columns["path"][:2] == [expected, None]
    assert columns["user"][0] == columns["user"][2] != columns["user"][1]
    assert columns["likes"] == [1, 2, 3]


def test_a_number_has_one_hash_however_it_is_stored() -> None:
    whole = iad.pseudonymize(pd.DataFrame({"image_id": [7, 8]}), key=KEY)
    float_ = iad.pseudonymize(pd.DataFrame({"image_id": [np.nan, 7.0]}), key=KEY.encode())
    text = iad.pseudonymize(pd.DataFrame({"image_id": ["7"]}), key=KEY)
    assert whole.image_id[0] == float_.image_id[1] == text.image_id[0]
    assert (
        iad.pseudonymize(pd.DataFrame({"image_id": [7]}), key=KEY + "!").image_id[0]
        != (whole.image_id[0])
    )


def test_identifying_columns_are_known(folder: Any) -> None:
    photos = iad.read_images(folder)
    photos.index = photos.index * 2
    got = iad.pseudonymize(photos, key=KEY)
    assert list(got.columns) == list(photos.columns)
    assert got.index.equals(photos.index)
    for name in ("image_id", "path", "sha256"):
        assert got[name].str.fullmatch("[0-9a-f]{16}").all()
        assert got[name].nunique() == len(photos)
    assert got.width.equals(photos.width)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"key": "short"}, iad.ArgumentError, "has 5 characters.*\nHint: give at least 16"),
        ({"key": 12}, iad.ArgumentTypeError, "key must be text or bytes, got 12"),
        ({"key": KEY}, iad.ColumnError, "none of the columns .*\nHint: name those"),
        ({"key": KEY, "columns": "usr"}, iad.ColumnError, "did you mean 'user'"),
    ],
)
def test_misuse_of_pseudonymize(
    options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        iad.pseudonymize(pd.DataFrame({"user": ["a"]}), **options)

"""`cite` and `pseudonymize`."""

from __future__ import annotations

import datetime as dt
import hmac
import inspect
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import imagesasdata as iad
from imagesasdata.tables.files import save
from imagesasdata.verbs.trust._methods import DID
from tests.conftest import Kind

LITE0 = "efficientnet_lite0"
PHOTO = "examples/photos/coffee.jpg"


def _codes() -> pd.DataFrame:
    codes = {"path": list("aabbcc"), "coder": ["x", "y"] * 3, "value": [1, 1, 0, 0, 1, 0]}
    return pd.DataFrame(codes)


@pytest.mark.parametrize("name", sorted(iad.models().model))
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


def test_a_table_tells_what_made_each_column(kind: Kind) -> None:
    table = kind.make({"path": [PHOTO, "none.jpg"], "likes": [1, 2]})
    photos = iad.classify(iad.features(table, groups="light", prefix="a_"), top=2)
    got = iad.cite(photos)
    version = f"imagesasdata {iad.__version__}"
    assert (
        f"were measured from the pixels alone (features, {version}, groups='light', decode='fast'; "
        "columns 'a_luminance_mean', " in got.text
    )
    assert f"with EfficientNet-Lite0 (classify, {version}, top=2, shape='wide'" in got.text
    assert "What made the column 'likes' is not recorded" in got.text
    assert "In 1 of 2 rows, the picture could not be used." in got.text
    assert "was trained on ImageNet-1k" in got.text
    assert "@misc{efficientnet_lite0," in got.bibtex


def test_what_was_not_recorded_is_said_and_not_guessed() -> None:
    photos = iad.features(pd.DataFrame({"path": [PHOTO]}), groups="light")
    renamed = photos.rename(columns={"luminance_mean": "light"})
    text = iad.cite(renamed).text
    assert "What made the column 'light' is not recorded" in text
    assert "luminance_mean" not in text
    assert "rms_contrast" not in iad.cite(photos.drop(columns="rms_contrast")).text
    merged = photos.merge(pd.DataFrame({"path": [PHOTO], "likes": [1]}), on="path")
    with pytest.raises(
        iad.ArgumentError, match="no record of what made the columns 'luminance_mean'"
    ):
        iad.cite(merged)


def _changed(photos: pd.DataFrame, likes: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """What a researcher makes of a table, by the way."""
    indexed = photos.set_index("path")
    return {
        "merge": photos.merge(likes, on="path"),
        "join": indexed.join(likes.set_index("path")).reset_index(),
        "concat": pd.concat([photos, likes.assign(luminance_mean=1.0)]),
        "groupby": photos.groupby("path", as_index=False).first().assign(likes=1),
        "filter": photos[photos.path == PHOTO].assign(likes=1),
    }


@pytest.mark.parametrize("way", ["merge", "join", "concat", "groupby", "filter"])
def test_a_lost_record_comes_back_from_the_tables_before(way: str, tmp_path: Path) -> None:
    photos = iad.features(pd.DataFrame({"path": [PHOTO]}), groups="light")
    changed = _changed(photos, pd.DataFrame({"path": [PHOTO], "likes": [1]}))[way]
    file = tmp_path / "photos.csv"
    save(photos, str(file))
    for other in (photos, str(file)):
        found = iad.cite([changed, other])
        assert found.text.count("measured from the pixels alone (features, ") == 1
        assert "What made the column 'likes' is not recorded" in found.text
        assert len(found.notes) == 1
        assert found.notes[0].startswith("There is no record of the column 'likes'. If a verb")
        assert f"Note: {found.notes[0]}" in str(found)
        assert "Note: There is no record" in found._repr_html_()
    assert iad.cite([photos[["path"]], photos]).notes == ()


def test_a_model_is_cited_only_if_it_was_used() -> None:
    vectors = pd.DataFrame({"path": list("abcd"), "embedding": list(np.eye(4))})
    text = iad.cite(iad.cluster(vectors, k=2, stability=1)).text
    assert "clustered by their embeddings (cluster, " in text
    assert "EfficientNet" not in text
    text = iad.cite(iad.find_duplicates([PHOTO, PHOTO])).text
    assert "method='hash'" in text
    assert "In 1 of 2 rows, the picture is a copy of another" in text
    assert "EfficientNet" not in text


def test_no_secret_and_no_path_is_recorded(tmp_path: Path) -> None:
    hidden = iad.pseudonymize(pd.DataFrame({"user": ["a"]}), key=KEY, columns="user")
    assert KEY not in str(hidden.attrs)
    cached = iad.features([PHOTO], groups="light", cache=tmp_path)
    assert str(tmp_path) not in str(cached.attrs)
    found = iad.recognize_objects([PHOTO], {"cup": PHOTO})
    assert "coffee" not in str(found.attrs)


def test_results_are_cited_with_their_figures() -> None:
    agreed = iad.cite(iad.agreement(_codes()))
    assert "2 coders coded 3 items, 3 of them by two coders or more." in agreed.text
    assert "Krippendorff's alpha (nominal) was 0.44 (95% interval " in agreed.text
    assert "@misc{krippendorff_2019," in agreed.bibtex
    truth = [0, 1] * 20
    coded = pd.DataFrame({"truth": truth, "said": truth[:30] + [0] * 10, "group": ["a", "b"] * 20})
    audited = iad.cite(iad.audit(coded, "truth", "said", by="group", min_group=5)).text
    assert "error rate by group: 0.25 (highest b, lowest a)" in audited
    gold = coded.assign(gold=[0, 1] * 10 + [None] * 20, x=np.arange(40) % 7)
    result = iad.regress("said ~ x", gold, gold={"said": "gold"}, method="ppi")
    told = iad.cite([iad.validate(coded, "truth", "said"), result])
    assert "accuracy was 0.88" in told.text
    assert (
        "The regression said ~ x (ols) was estimated on 40 rows, by prediction-powered" in told.text
    )
    assert "20 hand-coded rows (taken as a simple random sample)" in told.text
    assert "What made the columns 'said', 'gold' and 'x' is not recorded" in told.text
    assert "@misc{angelopoulos_2023," in told.bibtex


def test_a_regression_tells_what_made_its_variables() -> None:
    photos = iad.features("examples/photos", groups="light").assign(likes=range(11))
    result = iad.regress("likes ~ luminance_mean", photos)
    assert "; column 'luminance_mean')." in iad.cite(result).text
    both = iad.cite([photos, result]).text
    assert both.count("measured from the pixels alone") == 1


@pytest.mark.parametrize("ending", [".parquet", ".feather", ".csv", ".dta"])
def test_the_record_is_kept_in_files(ending: str, tmp_path: Path) -> None:
    photos = iad.features([PHOTO], groups="light")
    file = tmp_path / f"photos{ending}"
    save(photos, str(file))
    assert iad.cite(str(file)).text == iad.cite(photos).text
    if ending == ".csv":
        file.write_text(file.read_text("utf-8").replace("coffee", "tea"), "utf-8")
        with pytest.raises(iad.ArgumentError, match="no record"):
            iad.cite(str(file))
        save(pd.DataFrame({"a": [1]}), str(file))
        assert [one.name for one in tmp_path.iterdir()] == ["photos.csv"]


def test_every_verb_that_adds_columns_can_be_told() -> None:
    adding = {
        name
        for name in iad.__all__
        if inspect.isfunction(getattr(iad, name))
        if hasattr(sys.modules[inspect.unwrap(getattr(iad, name)).__module__], "COLUMNS")
    }
    assert {"features", "classify", "read_labels"} < adding
    assert adding - DID.keys() <= {"models", "model_card", "summary"}


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
    assert both.text.count(taught) == 1
    assert f"Of 8 pictures, {test} with hand-coded texture" in both.text
    assert both.bibtex == alone.bibtex
    recorded = iad.cite(photos)
    assert taught in recorded.text
    assert recorded.bibtex == alone.bibtex


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: iad.cite("resnet"), iad.UnknownNameError, "Unknown model 'resnet'"),
        (lambda: iad.cite([]), iad.ArgumentTypeError, "No model was named"),
        (
            lambda: iad.cite(pd.DataFrame({"a": [1]})),
            iad.ArgumentError,
            "no record of what made the column 'a': merge, join, concat and CSV files drop it",
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
        (
            lambda: iad.cite([_codes(), _codes()], model=LITE0, truth="a", prediction="b"),
            iad.ArgumentError,
            "truth='a' is a column of one table, and there are 2",
        ),
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

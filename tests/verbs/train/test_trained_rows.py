"""Rows that a model was trained on: marked, predicted out of fold, and never taken as gold in sample."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import imagesasdata as iad
from imagesasdata.training.arrays import read_arrays, write_arrays
from imagesasdata.training.saved import FORMAT
from tests.conftest import encoded

N = 40


@pytest.fixture(scope="module")
def noise(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Forty small pictures of noise, coded by a coin."""
    folder, random = tmp_path_factory.mktemp("noise"), np.random.default_rng(1)
    paths = [folder / f"{number}.png" for number in range(N)]
    for file in paths:
        grid = Image.fromarray(random.integers(0, 256, (8, 8, 3), dtype=np.uint8))
        file.write_bytes(encoded(grid.resize((64, 64)), "PNG"))
    codes = random.permutation([0, 1] * (N // 2))
    return pd.DataFrame({"path": list(map(str, paths)), "coin": codes, "x": random.normal(size=N)})


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    cache = tmp_path_factory.mktemp("cache")
    return {
        "outcome": "coin",
        "head": (),
        "dropout": 0.0,
        "learning_rate": 0.1,
        "early_stopping": None,
        "progress": False,
        "cache": cache,
    }


@pytest.fixture(scope="module")
def folded(noise: pd.DataFrame, quick: dict[str, Any]) -> iad.FittedModel:
    """The default: cross-validated, because there are few codes."""
    return iad.fine_tune(noise, **quick)


@pytest.fixture(scope="module")
def halved(noise: pd.DataFrame, quick: dict[str, Any]) -> iad.FittedModel:
    return iad.fine_tune(noise, split=(0.5, 0, 0.5), **quick)


def test_codes_by_a_coin_are_not_predicted(
    folded: iad.FittedModel, noise: pd.DataFrame, tmp_path: Path
) -> None:
    photos = folded.augment(noise)
    assert photos["coin_trained"].tolist() == [True] * N
    tested = folded.tested()
    assert tested["row"].tolist() == list(range(N))
    assert sorted(tested["fold"].value_counts()) == [8] * 5
    assert photos["coin_pred"].tolist() == tested["pred"].tolist()
    np.testing.assert_array_equal(photos["coin_prob"], tested["pred_prob"])
    found = iad.validate(photos, "coin", "coin_pred").glance().iloc[0]
    assert (found["n"], found["n_trained"]) == (N, N)
    assert found["accuracy"] == folded.glance()["accuracy"][0] < 0.75
    same = ["accuracy", "accuracy_low", "accuracy_high"]
    np.testing.assert_allclose(
        found[same].astype(float), folded.glance().loc[0, same].astype(float)
    )
    assert iad.audit(photos, "coin", "coin_pred", by="x").rows["estimate"][0] > 0.25
    # What it would be in sample: the same pictures, saved again, are unknown to the model.
    again = noise.assign(path=[str(tmp_path / f"{row}.bmp") for row in range(N)])
    for one, other in zip(noise["path"], again["path"], strict=True):
        Image.open(one).save(other)
    within = folded.augment(again)
    assert not within["coin_trained"].any()
    assert (within["coin_pred"] == noise["coin"]).mean() > 0.85


def test_a_picture_is_known_by_its_content(
    folded: iad.FittedModel, noise: pd.DataFrame, tmp_path: Path
) -> None:
    moved = tmp_path / "elsewhere.png"
    shutil.copy(noise["path"][3], moved)
    folded.save(tmp_path / "coin.iad")
    loaded = iad.load_model(tmp_path / "coin.iad")
    for model in (folded, loaded):
        got = model.augment([str(moved)], cache=tmp_path / "cache")
        assert got["coin_trained"].tolist() == [True]
        assert got["coin_prob"][0] == folded.tested()["pred_prob"][3]
    kept, ours = loaded.tested(), folded.tested()
    assert kept["path"].isna().all()
    pd.testing.assert_frame_equal(kept.drop(columns="path"), ours.drop(columns="path"))
    assert kept["sha256"][3] == iad.read_images([str(moved)])["sha256"][0]


def test_without_folds_rows_of_training_have_no_prediction(
    halved: iad.FittedModel, noise: pd.DataFrame
) -> None:
    with pytest.warns(
        iad.TrainedRowsWarning,
        match=r"trained on 20 of these pictures .*: coin_trained is true .*\nHint: fine_tune",
    ):
        photos = halved.augment(noise)
    rows = halved.tested()["row"]
    assert len(rows) == N // 2
    assert photos.index[~photos["coin_trained"]].tolist() == rows.tolist()
    assert photos["coin_pred"].isna().equals(photos["coin_trained"].astype(bool))
    assert photos["coin_prob"].isna().equals(photos["coin_trained"].astype(bool))
    np.testing.assert_allclose(photos["coin_prob"][rows], halved.tested()["pred_prob"], atol=1e-5)
    found = iad.validate(photos, "coin", "coin_pred").glance().iloc[0]
    assert (found["n"], found["n_dropped"], found["n_trained"]) == (N // 2, N // 2, 0)
    assert found["accuracy"] == halved.glance()["accuracy"][0]


def test_such_rows_are_no_gold(halved: iad.FittedModel, noise: pd.DataFrame) -> None:
    with pytest.warns(iad.TrainedRowsWarning):
        photos = halved.augment(noise)
    gold = {"coin_prob": "coin"}
    for method in ("dsl", "ppi", "gold"):
        with pytest.raises(
            iad.ArgumentError,
            match=r"'coin_prob' was trained on 20 of the rows with 'coin'.*\nHint: cross-validate",
        ):
            iad.regress("coin_prob ~ x", photos, gold=gold, method=method)
    naive = iad.regress("coin_prob ~ x", photos, gold=gold, method="naive")
    assert "20 rows were left out for missing values" in naive.notes[0]
    only = photos[photos["coin_trained"].astype(bool)]
    for check in (iad.validate, lambda *given: iad.audit(*given, by="x")):
        with pytest.raises(iad.ArgumentError, match="has no out-of-fold predictions"):
            check(only, "coin", "coin_pred")


def test_out_of_fold_rows_are_gold_and_the_result_says_so(
    folded: iad.FittedModel, noise: pd.DataFrame
) -> None:
    photos = folded.augment(noise, prefix="m_")
    more = pd.concat([photos, photos.assign(coin=np.nan, m_coin_trained=False)])
    found = iad.regress("m_coin_prob ~ x", more, gold={"m_coin_prob": "coin"})
    assert found.notes[-1] == (
        "The model was trained on 40 of the gold rows; their predictions are out of fold."
    )


def test_a_file_that_does_not_say_what_it_was_trained_on(
    folded: iad.FittedModel, noise: pd.DataFrame, tmp_path: Path
) -> None:
    file = tmp_path / "old.iad"
    folded.save(file)
    arrays, values = read_arrays(file, FORMAT)
    for name in ("trained/digests", "tested/digests", "tested/folds"):
        del arrays[name]
    write_arrays(file, FORMAT, arrays, values)
    with pytest.warns(
        iad.TrainedRowsWarning, match="leaves coin_trained empty.*\nHint: fit the model again"
    ):
        old = iad.load_model(file)
    assert old.tested()["sha256"].isna().all()
    assert old.glance()["accuracy"][0] == folded.glance()["accuracy"][0]
    photos = old.augment(noise)
    assert photos["coin_trained"].isna().all()
    assert photos["coin_pred"].notna().all()
    calls = [
        lambda: iad.validate(photos, "coin", "coin_pred", prob="coin_prob"),
        lambda: iad.audit(photos, "coin", "coin_pred", by="x"),
        lambda: iad.regress("x ~ coin_prob", photos, gold={"coin_prob": "coin"}),
        lambda: iad.cite(photos, model=old, truth="coin", prediction="coin_pred"),
    ]
    for call in calls:
        with pytest.raises(
            iad.ArgumentError, match="It is not known whether the model of .*\nHint: fit the model"
        ):
            call()


def test_a_mark_that_is_no_truth_value() -> None:
    table = pd.DataFrame({"y": [0, 1], "y_pred": [0, 1], "y_trained": ["in May", "never"]})
    with pytest.raises(iad.ArgumentTypeError, match="'y_trained' says .* and holds 'in May'"):
        iad.validate(table, "y", "y_pred")
    for yes, no in ((True, False), ("True", "False"), ("TRUE", "FALSE"), (1.0, 0.0)):
        marked = table.assign(y_trained=[yes, no])
        assert iad.validate(marked, "y", "y_pred").glance()["n_trained"][0] == 1


def test_a_split_of_ones_own(noise: pd.DataFrame, quick: dict[str, Any], tmp_path: Path) -> None:
    parts = noise.assign(part=["train"] * 20 + ["validation"] * 8 + ["test"] * 12)
    fit = iad.fine_tune(parts, split="part", **quick)
    glance = fit.glance().iloc[0]
    counts = ["n_train", "n_validation", "n_test", "n_folds"]
    assert glance[counts].tolist() == [20, 8, 12, 0]
    assert fit.tested()["row"].tolist() == list(range(28, N))
    with pytest.warns(iad.TrainedRowsWarning, match="on 28 of these.*m_coin_trained is true"):
        photos = fit.augment(parts, prefix="m_")
    assert photos["m_coin_trained"].tolist() == [True] * 28 + [False] * 12
    assert fit.provenance["split"] == "part"
    shutil.copy(noise["path"][2], tmp_path / "copy.png")
    leaky = pd.concat([parts, parts.iloc[[30]].assign(path=str(tmp_path / "copy.png"))])
    with pytest.raises(
        iad.ArgumentError, match="has row 40 in the test part and row 2 in the train part"
    ):
        iad.fine_tune(leaky.reset_index(drop=True), split="part", **quick)


@pytest.mark.parametrize(
    ("cells", "options", "error", "message"),
    [
        (["train"] * 39 + [None], {}, iad.ArgumentError, "'part' has None in row 39 .1 such"),
        (["train", "held out"] * 20, {}, iad.ArgumentError, "'part' has 'held out' in row 1 .20"),
        (["train"] * 40, {}, iad.ArgumentError, "'part' has no row for testing"),
        (["test"] * 40, {}, iad.ArgumentError, "'part' has no row for training"),
        (
            ["train", "test"] * 20,
            {"folds": 5},
            iad.ArgumentError,
            "and so does folds=5.\nHint: leave",
        ),
        (["train", "test"] * 20, {"split": "parts"}, iad.ColumnError, "no column 'parts'"),
    ],
)
def test_splits_that_cannot_be(
    noise: pd.DataFrame,
    quick: dict[str, Any],
    cells: list[Any],
    options: dict[str, Any],
    error: type[Exception],
    message: str,
) -> None:
    gone = noise.assign(path="gone.jpg", part=cells)
    with pytest.raises(error, match=message):
        iad.fine_tune(gone, **{"split": "part", **quick, **options})


def test_a_cross_validation_is_cited_as_one(folded: iad.FittedModel) -> None:
    text = iad.cite(folded).text
    assert "in 5-fold cross-validation over 40 hand-coded pictures, each predicted by a fit" in text
    assert "others" not in text
    photos = folded.tested().rename(columns={"pred": "coin_pred"}).assign(coin_trained=True)
    text = iad.cite(photos, model=folded, truth="truth", prediction="coin_pred").text
    assert (
        "validate coin_pred (40 of them in training, and predicted out of fold): accuracy" in text
    )


WORDS = "If its model was trained on them"
# Each verb of predictions and codes, with the note that starts so.
VERBS = {
    "regress": lambda table: iad.regress("x ~ p", table, gold={"p": "gold"}),
    "validate": lambda table: iad.validate(table, "gold", "p", rounds=50),
    "audit": lambda table: iad.audit(table, "gold", "p", by="group"),
    "prevalence": lambda table: iad.prevalence(table, "gold", "p"),
}


def coded_by_a_model(wrong: int = 0, rare: bool = False, **more: Any) -> pd.DataFrame:
    """100 coded rows of 200, of whose predictions some are wrong."""
    random = np.random.default_rng(1)
    coin = (random.permutation(200) % (50 if rare else 2) == 0).astype(int)
    table = pd.DataFrame({"x": random.normal(size=200), "group": ["a", "b"] * 100, "p": coin})
    table["gold"] = table["p"].where(table.index < 100)
    table.loc[: wrong - 1, "p"] = 1 - table.loc[: wrong - 1, "p"]
    return table.assign(**more)


@pytest.mark.parametrize("verb", VERBS)
def test_predictions_that_agree_too_well_are_told(verb: str) -> None:
    def told(table: pd.DataFrame) -> list[str]:
        return [note for note in VERBS[verb](table).notes if WORDS in note]

    (note,) = told(coded_by_a_model())
    assert note.startswith("The accuracy of 'p' is 1.000 in the ")
    assert told(coded_by_a_model(wrong=2))
    assert not told(coded_by_a_model(wrong=3))
    # A table that says which rows are of training needs no such note.
    assert not told(coded_by_a_model(fold=[0, 1] * 100, row=range(200), sha256="0" * 64))


def test_few_of_a_class_are_not_predicted_well_by_chance() -> None:
    table = coded_by_a_model(rare=True)
    assert 1 <= table["gold"].sum() <= 4
    table["p"] = 0
    table.loc[150:, "p"] = 1  # where nothing is coded
    notes = iad.validate(table, "gold", "p", rounds=50).notes
    assert not [note for note in notes if WORDS in note]


def test_what_a_regression_rests_on_names_it_too() -> None:
    checked = VERBS["regress"](coded_by_a_model()).check().set_index("check").loc["accuracy of p"]
    assert not checked["is_good"]
    assert "out-of-fold" in checked["advice"]
    checked = VERBS["regress"](coded_by_a_model(wrong=9)).check().set_index("check")
    assert checked.loc["accuracy of p", "is_good"]

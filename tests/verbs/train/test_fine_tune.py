"""`fine_tune` and `load_model`: what is fitted, what is reported, what is refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import optax
import pandas as pd
import polars as pl
import pytest
from PIL import Image
from typer.testing import CliRunner

import imagesasdata as iad
from imagesasdata import cli
from tests.conftest import REPO, Kind, encoded


def drawn(seed: int, warm: bool) -> Image.Image:
    """Stripes of random colors: red ones upright, blue ones across."""
    rng = np.random.default_rng(seed)
    lines = rng.integers(0, 120, (1, 12, 3), dtype=np.uint8)
    lines[..., 0 if warm else 2] += 120
    grid = lines.repeat(12, axis=0) if warm else lines.repeat(12, axis=0).transpose(1, 0, 2)
    return Image.fromarray(grid).resize((64, 64), Image.Resampling.BICUBIC)


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Forty small pictures of two kinds, with outcomes of every sort."""
    folder = tmp_path_factory.mktemp("coded")
    rows = []
    for number in range(40):
        warm = number % 2 == 0
        (folder / f"{number}.jpg").write_bytes(encoded(drawn(number, warm), quality=90))
        pixels = np.asarray(drawn(number, warm)) / 255
        rows.append(
            {
                "path": str(folder / f"{number}.jpg"),
                "warm": "yes" if warm else "no",
                "sort": ("red", "blue")[number % 2] if number % 4 else "first",
                "redness": float(pixels[..., 0].mean() - pixels[..., 2].mean()),
                "tags": [["red"], ["blue"], ["red", "fourth"], ["blue", "fourth"]][number % 4],
                "outlet": f"o{number // 4}",
            }
        )
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Eight more pictures of the two kinds, which no model was trained on."""
    folder = tmp_path_factory.mktemp("fresh")
    paths = [folder / f"{number}.jpg" for number in range(8)]
    for number, file in enumerate(paths):
        file.write_bytes(encoded(drawn(100 + number, number % 2 == 0), quality=90))
    return pd.DataFrame({"path": list(map(str, paths)), "warm": ["yes", "no"] * 4})


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Options for a fit that takes no time; embeddings are shared by all tests here."""
    cache = tmp_path_factory.mktemp("cache")
    return {"head": (), "learning_rate": 0.01, "epochs": 5, "progress": False, "cache": cache}


@pytest.fixture(scope="module")
def fit(coded: pd.DataFrame, quick: dict[str, Any]) -> iad.FittedModel:
    return iad.fine_tune(coded, outcome="warm", split=(0.5, 0.2, 0.3), **quick)


def test_it_learns_and_predicts(fit: iad.FittedModel, fresh: pd.DataFrame) -> None:
    got = fit.augment(fresh)
    added = ["warm_pred", "warm_prob", "warm_trained", "image_error"]
    assert [name for name in got if name not in fresh] == added
    assert got["warm_pred"].tolist() == fresh["warm"].tolist()
    assert ((got["warm_prob"] >= 0.5) == (got["warm_pred"] == "yes")).all()
    assert got["warm_trained"].tolist() == [False] * 8


def test_each_kind_of_table(
    kind: Kind,
    coded: pd.DataFrame,
    fresh: pd.DataFrame,
    fit: iad.FittedModel,
    quick: dict[str, Any],
) -> None:
    columns = {"path": [*fresh["path"][:2], None], "warm": ["yes", "no", "no"]}
    got = kind.columns(fit.augment(kind.make(columns)))
    assert got["warm_pred"] == ["yes", "no", None]
    assert got["warm_trained"] == [False, False, None]
    assert got["image_error"][:2] == [None, None]
    assert got["image_error"][2] is not None
    whole = {name: coded[name].tolist() for name in ("path", "warm")}
    model = iad.fine_tune(kind.make(whole), outcome="warm", split=(0.8, 0.1, 0.1), **quick)
    assert kind.columns(model.glance())["n"] == [40]
    assert kind.columns(model.tested())["truth"] == [
        whole["warm"][row] for row in kind.columns(model.tested())["row"]
    ]
    assert type(model.tidy()) is type(kind.make(whole))


def test_an_empty_table_and_a_clash(fit: iad.FittedModel, fresh: pd.DataFrame) -> None:
    empty = fit.augment(fresh[:0])
    added = ["warm_pred", "warm_prob", "warm_trained", "image_error"]
    assert list(empty.columns) == [*fresh.columns, *added]
    with pytest.raises(iad.NameClashError, match="has a column 'warm_pred' already"):
        fit.augment(fresh.assign(warm_pred=1))
    assert "m_warm_pred" in fit.augment(fresh[:2].assign(warm_pred=1), prefix="m_")


def test_a_duplicate_index_stays(fit: iad.FittedModel, fresh: pd.DataFrame) -> None:
    twice = fresh[:3].set_index(pd.Index([7, 7, 7]))
    assert fit.augment(twice).index.tolist() == [7, 7, 7]


def test_the_report(fit: iad.FittedModel) -> None:
    glance = fit.glance().iloc[0]
    assert (glance["n_train"], glance["n_validation"], glance["n_test"]) == (20, 8, 12)
    assert glance["n"] == 40
    assert glance["accuracy_low"] <= glance["accuracy"] <= glance["accuracy_high"] <= 1
    tidy = fit.history()
    assert fit.tidy().equals(tidy)
    assert tidy["epoch"].tolist() == list(range(1, len(tidy) + 1))
    assert {"train_loss", "validation_loss", "train_accuracy", "validation_macro_f1"} <= set(tidy)
    for name in ("train_precision", "train_recall", "validation_precision", "validation_recall"):
        assert tidy[name].dtype == "float64"
        assert tidy[name].dropna().between(0, 1).all()
    assert tidy["train_loss"].iloc[-1] < tidy["train_loss"].iloc[0]
    assert fit.confusion()["n"].sum() == 12
    assert fit.per_class()["class"].tolist() == ["no", "yes"]
    assert list(fit.errors().columns) == ["row", "path", "coded", "predicted", "coded_prob"]
    assert "accuracy" in repr(fit)
    assert (fit.outcome, fit.kind, fit.levels) == ("warm", "binary", ("no", "yes"))


@pytest.mark.parametrize(
    ("outcome", "options", "columns"),
    [
        ("sort", {}, ["sort_pred", "sort_prob_blue", "sort_prob_first", "sort_prob_red"]),
        (
            "sort",
            {"kind": "ordered", "levels": ["blue", "red", "first"]},
            ["sort_pred", "sort_prob_blue", "sort_prob_red", "sort_prob_first"],
        ),
        ("redness", {}, ["redness_pred"]),
        (
            "tags",
            {},
            [
                f"tags_{what}_{tag}"
                for what in ("pred", "prob")
                for tag in ("blue", "fourth", "red")
            ],
        ),
    ],
)
def test_each_kind_of_outcome(
    coded: pd.DataFrame,
    fresh: pd.DataFrame,
    outcome: str,
    options: dict[str, Any],
    columns: list[str],
    quick: dict[str, Any],
) -> None:
    model = iad.fine_tune(coded, outcome=outcome, split=(0.6, 0.1, 0.3), **quick, **options)
    got = model.augment(fresh[["path"]])
    assert list(got.columns) == ["path", *columns, f"{outcome}_trained", "image_error"]
    chances = got.filter(like="_prob_")
    if outcome == "sort":
        np.testing.assert_allclose(chances.sum(axis=1), 1.0)
    figures = model.glance().iloc[0]
    if outcome == "redness":
        assert figures["r_squared"] > 0.5
        assert "coded_prob" not in model.errors()
        assert np.corrcoef(got["redness_pred"], fresh["warm"] == "yes")[0, 1] > 0.9
    else:
        assert figures["accuracy"] > 0.4
    if outcome == "tags":
        assert got["tags_pred_red"].tolist() == (fresh["warm"] == "yes").tolist()
    assert model.plot().axes


def test_whole_numbers_and_truth_values_stay_what_they_are(
    coded: pd.DataFrame, quick: dict[str, Any]
) -> None:
    table = coded.assign(code=[3, 8] * 20, truth=[True, False] * 20)
    assert iad.fine_tune(table, outcome="code", **quick).augment(table)["code_pred"][0] == 3
    assert (
        iad.fine_tune(table, outcome="truth", **quick).augment(table)["truth_pred"].dtype
        == "boolean"
    )


def test_the_same_seed_gives_the_same_model(coded: pd.DataFrame, quick: dict[str, Any]) -> None:
    options = {**quick, "head": (8,), "batch_size": 16, "split": (0.8, 0.1, 0.1)}
    one, two = (iad.fine_tune(coded, outcome="warm", seed=3, **options) for _ in range(2))
    for name in one._saved.weights:
        np.testing.assert_allclose(one._saved.weights[name], two._saved.weights[name], atol=1e-5)
    other = iad.fine_tune(coded, outcome="warm", seed=4, **options)
    assert (one._saved.evaluation.rows != other._saved.evaluation.rows).any()


def test_groups_and_copies_do_not_straddle(
    coded: pd.DataFrame, tmp_path: Path, quick: dict[str, Any]
) -> None:
    copy = tmp_path / "copy.png"
    with Image.open(coded["path"][0]) as image:
        image.resize((70, 70)).save(copy)
    more = pd.concat([coded, coded[:1].assign(path=str(copy))], ignore_index=True)
    for seed in range(1, 5):
        model = iad.fine_tune(more, outcome="warm", seed=seed, split=(0.5, 0.2, 0.3), **quick)
        tested = set(model._saved.evaluation.rows)
        assert (0 in tested) == (40 in tested)
    model = iad.fine_tune(coded, outcome="warm", group="outlet", split=(0.5, 0.2, 0.3), **quick)
    rows = model._saved.evaluation.rows
    assert coded["outlet"].isin(coded["outlet"][rows]).sum() == len(rows)
    assert model.glance()["n_kept_together"][0] > 0


def test_pictures_that_cannot_be_read_are_counted(
    coded: pd.DataFrame, tmp_path: Path, quick: dict[str, Any]
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture")
    more = pd.concat([coded, coded[:2].assign(path=[str(broken), None])], ignore_index=True)
    glance = iad.fine_tune(more, outcome="warm", split=(0.8, 0.1, 0.1), **quick).glance().iloc[0]
    assert (glance["n"], glance["n_unreadable"]) == (42, 2)
    assert glance[["n_train", "n_validation", "n_test"]].sum() == 40


@pytest.mark.slow
def test_cross_validation_tests_every_row(coded: pd.DataFrame, quick: dict[str, Any]) -> None:
    model = iad.fine_tune(coded, outcome="warm", folds=4, **quick)
    assert model.glance()["n_test"][0] == 40
    assert model._saved.evaluation.rows.tolist() == list(range(40))


def test_early_stopping(coded: pd.DataFrame, quick: dict[str, Any]) -> None:
    options = {**quick, "epochs": 40, "learning_rate": 0.2, "schedule": "constant"}
    options["split"] = (0.8, 0.1, 0.1)
    model = iad.fine_tune(coded, outcome="sort", early_stopping=2, **options)
    losses = model.tidy()["validation_loss"]
    best = int(losses.idxmin())
    assert model.glance()["best_epoch"][0] == best + 1
    assert len(losses) == best + 3 < 40


def test_the_accuracy_that_is_wanted_ends_the_training(
    coded: pd.DataFrame, quick: dict[str, Any]
) -> None:
    options = {**quick, "epochs": 8, "split": (0.7, 0, 0.3), "outcome": "sort"}
    whole = iad.fine_tune(coded, **options).history()["train_accuracy"]
    first = int(whole.idxmax()) + 1
    assert 1 < first < 8
    model = iad.fine_tune(coded, target_accuracy=float(whole.max()), **options)
    assert model.history()["train_accuracy"].tolist() == whole[:first].tolist()
    assert model.glance()[["epochs", "best_epoch"]].iloc[0].tolist() == [first, first]
    # Where there are rows for validation, those count.
    options = {**options, "split": (0.6, 0.2, 0.2), "learning_rate": 1e-6}
    model = iad.fine_tune(coded, target_accuracy=0.1, **options)
    assert model.history()["validation_accuracy"].tolist()[0] >= 0.1
    assert len(model.history()) == 1
    options = {**options, "outcome": "warm", "split": (0.7, 0, 0.3)}
    noise = coded.assign(warm=np.random.default_rng(0).permutation(coded["warm"]))
    with pytest.warns(
        iad.GuessWarning, match="accuracy of 1 was not reached: for 'warm' the highest"
    ):
        iad.fine_tune(noise, target_accuracy=1, **{**options, "epochs": 2})


def test_the_learning_rate_in_stairs(coded: pd.DataFrame, quick: dict[str, Any]) -> None:
    options = {**quick, "early_stopping": None, "split": (0.7, 0, 0.3), "optimizer": "sgd"}
    model = iad.fine_tune(coded, outcome="warm", schedule="step", step_size=2, gamma=0.5, **options)
    expected = [0.01, 0.01, 0.005, 0.005, 0.0025]
    np.testing.assert_allclose(model.history()["learning_rate"], expected, rtol=1e-6)
    assert model.provenance["step_size"] == 2


@pytest.mark.filterwarnings("ignore::imagesasdata.TrainedRowsWarning")
def test_rows_count_by_their_weights(coded: pd.DataFrame, quick: dict[str, Any]) -> None:
    options = {**quick, "epochs": 1, "learning_rate": 1e-6, "split": (0.6, 0, 0.4)}
    noise = coded.assign(
        warm=np.random.default_rng(0).permutation(coded["warm"]), equal=[7] * len(coded)
    )
    noise["heavy"] = np.where(noise["warm"] == "yes", 3.0, 1.0)
    plain = iad.fine_tune(noise, outcome="warm", **options)
    same = iad.fine_tune(noise, outcome="warm", weights="equal", **options)
    heavy = iad.fine_tune(noise, outcome="warm", weights="heavy", **options)
    assert same.augment(noise).equals(plain.augment(noise))
    # The head begins at the weighted share: 3 of 4.
    assert heavy.augment(noise)["warm_prob"].mean() == pytest.approx(0.75, abs=0.02)
    assert heavy.provenance["row_weights"] == "heavy"
    assert plain.provenance["weights"] == heavy.provenance["weights"]  # of the network


def test_several_outcomes_in_one_call(
    coded: pd.DataFrame, fresh: pd.DataFrame, quick: dict[str, Any], tmp_path: Path
) -> None:
    options = {**quick, "split": (0.6, 0.1, 0.3), "checkpoint": tmp_path}
    fits = iad.fine_tune(coded, outcome=["warm", "redness"], **options)
    assert [fit.outcome for fit in fits] == list(fits.models) == ["warm", "redness"]
    got = fits.augment(fresh[["path"]])
    added = ["warm_pred", "warm_prob", "warm_trained", "redness_pred", "redness_trained"]
    assert list(got) == ["path", *added, "image_error"]
    for fit in fits:
        one = iad.fine_tune(coded, outcome=fit.outcome, **{**options, "checkpoint": None})
        alone = one.augment(fresh[["path"]])
        pd.testing.assert_frame_equal(got[list(alone)], alone, rtol=1e-5)
    assert fits.history().groupby("outcome").size().to_dict() == {"redness": 5, "warm": 5}
    glance = fits.glance().set_index("outcome")
    assert glance.loc["warm", "accuracy"] == fits["warm"].glance()["accuracy"][0]
    assert np.isnan(glance.loc["redness", "accuracy"])
    assert fits.per_class()[["outcome", "class"]].to_numpy().tolist() == [
        ["warm", "no"],
        ["warm", "yes"],
    ]
    assert repr(fits).count("<FittedModel of") == len(fits) == 2
    with pytest.raises(iad.UnknownNameError, match="Unknown outcome 'cold'"):
        fits["cold"]


def test_a_large_penalty_makes_weights_small(coded: pd.DataFrame, quick: dict[str, Any]) -> None:
    def size(**penalties: float) -> float:
        options = {**quick, "optimizer": "sgd", "learning_rate": 0.1, "epochs": 15, **penalties}
        options["split"] = (0.8, 0.1, 0.1)
        model = iad.fine_tune(coded, outcome="warm", **options)
        return float(np.abs(model._saved.weights["head.output.kernel"]).sum())

    free = size(l2=0.0)
    assert size(l2=0.5) < 0.8 * free
    assert size(l1=0.01) < 0.8 * free


@pytest.mark.filterwarnings("ignore::imagesasdata.TrainedRowsWarning")
def test_class_weights_move_the_probabilities(coded: pd.DataFrame, quick: dict[str, Any]) -> None:
    few = coded[(coded["warm"] == "yes") | (coded.index < 10)].reset_index(drop=True)
    noise = few.assign(warm=np.random.default_rng(0).permutation(few["warm"]))
    options = {**quick, "epochs": 1, "learning_rate": 1e-6, "split": (0.6, 0, 0.4)}
    plain = iad.fine_tune(noise, outcome="warm", **options).augment(noise)["warm_prob"]
    even = iad.fine_tune(noise, outcome="warm", class_weight="balanced", **options)
    given = iad.fine_tune(noise, outcome="warm", class_weight={"no": 4.0}, **options)
    assert plain.mean() == pytest.approx(0.8, abs=0.02)
    assert even.augment(noise)["warm_prob"].mean() == pytest.approx(0.5, abs=0.02)
    assert given.augment(noise)["warm_prob"].mean() == pytest.approx(0.5, abs=0.02)


LOADED = """
import json, sys, jax, imagesasdata as iad
model = iad.load_model(sys.argv[1])
got = model.augment(json.loads(sys.argv[2]), batch_size=1, progress=False)
figures = model.glance().iloc[0]
print(json.dumps([len(jax.devices()), got["warm_prob"].tolist(), float(figures["auc_low"])]))
"""


@pytest.mark.parametrize("devices", [1, pytest.param(4, marks=pytest.mark.soak)])
def test_a_saved_model_gives_the_same_bits_elsewhere(
    fit: iad.FittedModel, fresh: pd.DataFrame, tmp_path: Path, devices: int
) -> None:
    fit.save(tmp_path / "warm.iad")
    paths = fresh["path"][:6].tolist()
    done = subprocess.run(
        [sys.executable, "-c", LOADED, str(tmp_path / "warm.iad"), json.dumps(paths)],
        env={**os.environ, "XLA_FLAGS": f"--xla_force_host_platform_device_count={devices}"},
        capture_output=True,
        text=True,
        check=True,
        cwd=REPO,
    )
    count, chances, low = json.loads(done.stdout)
    assert count == devices
    here = fit.augment(paths, batch_size=1)["warm_prob"]
    if devices == 1:
        assert chances == here.tolist()
    # For several devices XLA makes another program, whose sums may differ in their last digit.
    np.testing.assert_allclose(chances, here, atol=1e-6)
    assert low == fit.glance()["auc_low"][0]


def test_what_a_file_does_not_say(
    fit: iad.FittedModel, coded: pd.DataFrame, tmp_path: Path
) -> None:
    fit.save(tmp_path / "warm.iad")
    loaded = iad.load_model(tmp_path / "warm.iad")
    pd.testing.assert_frame_equal(loaded.glance(), fit.glance())
    pd.testing.assert_frame_equal(loaded.tidy(), fit.tidy())
    assert loaded.provenance["train"] == "head"
    assert str(Path(coded["path"][0]).parent).encode() not in (tmp_path / "warm.iad").read_bytes()
    with pytest.raises(iad.ArgumentError, match="does not know the pictures it was tested on"):
        loaded.errors()
    assert loaded.plot().axes


def test_files_that_are_no_models(fit: iad.FittedModel, tmp_path: Path) -> None:
    from imagesasdata.training.arrays import read_arrays, write_arrays
    from imagesasdata.training.saved import FORMAT

    with pytest.raises(iad.ArgumentError, match="There is no file"):
        iad.load_model(tmp_path / "gone.iad")
    with pytest.raises(iad.ArgumentError, match="cannot be written"):
        fit.save(tmp_path / "no folder" / "warm.iad")
    bad = tmp_path / "bad.iad"
    bad.write_bytes(b"junk" * 10)
    with pytest.raises(iad.WeightsError, match="is damaged, or not an imagesasdata fitted model"):
        iad.load_model(bad)
    write_arrays(bad, "something 1", {"a": np.zeros(1)}, {})
    with pytest.raises(iad.WeightsError, match="is not an imagesasdata fitted model"):
        iad.load_model(bad)
    fit.save(bad)
    arrays, values = read_arrays(bad, FORMAT)
    write_arrays(bad, FORMAT, arrays, {**values, "fingerprint": "0"})
    with pytest.raises(iad.WeightsError, match="needs other weights of efficientnet_lite0"):
        iad.load_model(bad)
    write_arrays(bad, FORMAT, arrays, {"model": "efficientnet_lite0"})
    with pytest.raises(iad.WeightsError, match="written by another version"):
        iad.load_model(bad)


def test_a_checkpoint_is_of_one_fit(
    coded: pd.DataFrame, tmp_path: Path, quick: dict[str, Any]
) -> None:
    options = {**quick, "checkpoint": tmp_path, "split": (0.8, 0.1, 0.1)}
    first = iad.fine_tune(coded, outcome="warm", **options)
    again = iad.fine_tune(coded, outcome="warm", **options)
    assert first.tidy().equals(again.tidy())  # the seconds, too: nothing was trained again
    with pytest.raises(iad.ArgumentError, match="is of a fit with other pictures or settings"):
        iad.fine_tune(coded, outcome="warm", seed=2, **options)
    (tmp_path / "file").write_text("")
    with pytest.raises(iad.CacheError, match="The checkpoint folder .* cannot be made"):
        iad.fine_tune(coded, outcome="warm", **{**options, "checkpoint": tmp_path / "file" / "x"})


def test_a_damaged_checkpoint_is_told_and_trained_again(
    coded: pd.DataFrame, tmp_path: Path, quick: dict[str, Any]
) -> None:
    options = {**quick, "checkpoint": tmp_path}
    first = iad.fine_tune(coded, outcome="warm", **options)
    for file in tmp_path.glob("*.safetensors"):
        data = bytearray(file.read_bytes())
        data[-1] ^= 1
        file.write_bytes(data)
    with pytest.warns(UserWarning, match="is damaged, .* training starts afresh"):
        again = iad.fine_tune(coded, outcome="warm", **options)
    assert again.glance()["accuracy"].equals(first.glance()["accuracy"])
    assert list(tmp_path.glob("*.damaged"))


def test_optimizers_of_ones_own(coded: pd.DataFrame, quick: dict[str, Any]) -> None:
    model = iad.fine_tune(
        coded, outcome="warm", split=(0.8, 0.1, 0.1), **{**quick, "optimizer": optax.lion(1e-3)}
    )
    assert model.glance()["accuracy"][0] > 0.7


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"outcome": "warmth"}, iad.ColumnError, "no column 'warmth'.*\nHint: did you mean 'warm'"),
        ({"group": "outlets"}, iad.ColumnError, "no column 'outlets'"),
        ({"model": "efficientnet"}, iad.UnknownNameError, "Unknown model 'efficientnet'"),
        ({"train": "tail"}, iad.UnknownNameError, "Unknown train 'tail'"),
        ({"train": "last:9"}, iad.ArgumentError, "asks for 9 stages, but the model has 7"),
        ({"head": 256}, iad.ArgumentTypeError, "head must be a list, got 256"),
        ({"head": (0,)}, iad.ArgumentError, "a hidden layer of head must be at least 1"),
        ({"dropout": 1}, iad.ArgumentError, "dropout must be from 0 to under 1"),
        (
            {"label_smoothing": "a"},
            iad.ArgumentTypeError,
            "label_smoothing must be a number, got .a.",
        ),
        ({"l2": -1}, iad.ArgumentError, "l2 must be at least 0, got -1"),
        ({"epochs": 0}, iad.ArgumentError, "epochs must be at least 1"),
        ({"learning_rate": "fast"}, iad.ArgumentError, "learning_rate must be a number over 0"),
        ({"optimizer": "adam"}, iad.UnknownNameError, "Unknown optimizer 'adam'"),
        ({"optimizer": 3}, iad.ArgumentTypeError, "optimizer must be a name or an optax transform"),
        ({"schedule": "stairs"}, iad.UnknownNameError, "Unknown schedule 'stairs'"),
        ({"step_size": 7}, iad.ArgumentError, 'step_size is only for schedule="step", got 7'),
        ({"gamma": 0.1}, iad.ArgumentError, 'gamma is only for schedule="step", got 0.1'),
        ({"schedule": "step", "step_size": 0}, iad.ArgumentError, "step_size must be at least 1"),
        ({"schedule": "step", "gamma": 0}, iad.ArgumentError, "gamma must be over 0, got 0"),
        ({"schedule": "step", "gamma": 10}, iad.ArgumentError, "gamma must be from 0 to 1, got 10"),
        (
            {"schedule": "step", "optimizer": optax.sgd(0.1)},
            iad.ArgumentError,
            "an optax transform has a learning rate of its own",
        ),
        ({"target_accuracy": 95}, iad.ArgumentError, "target_accuracy must be from 0 to 1, got 95"),
        ({"target_accuracy": 0}, iad.ArgumentError, "target_accuracy must be over 0, got 0"),
        (
            {"outcome": "redness", "target_accuracy": 0.9},
            iad.ArgumentError,
            "target_accuracy is for classes; the outcome 'redness' is numeric",
        ),
        (
            {"weights": "wieght"},
            iad.ColumnError,
            "weights.*'wieght'.*\nHint: did you mean 'weight'",
        ),
        ({"weights": "sort"}, iad.ArgumentTypeError, "'sort' does not hold numbers"),
        ({"weights": "none"}, iad.ArgumentError, "'none' must be above 0; the smallest is 0"),
        ({"weights": "some"}, iad.ArgumentError, "missing in 39 rows, the first of them row 1"),
        ({"weights": "sample_prob"}, iad.ArgumentError, "holds the probabilities of being drawn"),
        ({"outcome": []}, iad.ArgumentError, "outcome names no column"),
        ({"outcome": ["warm", "warm"]}, iad.ArgumentError, "outcome names 'warm' twice"),
        ({"outcome": ["warm", "o p", "o_p"]}, iad.ArgumentError, "columns of one name: o_p_pred"),
        ({"outcome": ["warm", "nope"]}, iad.ColumnError, "no column 'nope'"),
        ({"outcome": ["warm", 3]}, iad.ArgumentTypeError, "outcome must be text or a list"),
        ({"class_weight": "equal"}, iad.ArgumentTypeError, 'class_weight must be "balanced"'),
        ({"class_weight": {"maybe": 2}}, iad.ArgumentError, "class_weight names 'maybe'"),
        ({"class_weight": {"yes": 0}}, iad.ArgumentError, "is 0, so that nothing would be learned"),
        (
            {"class_weight": {"yes": -2}},
            iad.ArgumentError,
            r"class_weight\['yes'\] must be at least 0",
        ),
        ({"outcome": "redness", "class_weight": "balanced"}, iad.ArgumentError, "is for classes"),
        ({"augment": "heavy"}, iad.UnknownNameError, "Unknown augment 'heavy'"),
        ({"augment": [1]}, iad.ArgumentTypeError, "expected augmentations or steps"),
        ({"seed": -1}, iad.ArgumentError, "seed must be a whole number from 0"),
        ({"split": (0.5, 0.5)}, iad.ArgumentTypeError, "split must be three shares"),
        ({"folds": 1}, iad.ArgumentError, "folds must be at least 2"),
        ({"decode": "quick"}, iad.UnknownNameError, "Unknown decode 'quick'"),
        ({"device": "quantum"}, iad.ArgumentError, "Unknown device"),
    ],
)
def test_misuse_is_told_before_any_picture_is_read(
    coded: pd.DataFrame, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    gone = coded.assign(
        path="gone.jpg", weight=1.0, none=0, sample_prob=0.5, some=[1.0] + [None] * 39
    )
    with pytest.raises(error, match=message):
        iad.fine_tune(gone, **{"outcome": "warm", **options})


def test_nothing_but_broken_pictures(coded: pd.DataFrame) -> None:
    with pytest.raises(iad.ArgumentError, match="None of the 40 pictures can be read.*not found"):
        iad.fine_tune(coded.assign(path="gone.jpg"), outcome="warm")


def test_figures_for_classes_are_refused_for_numbers(
    coded: pd.DataFrame, quick: dict[str, Any]
) -> None:
    model = iad.fine_tune(coded, outcome="redness", **quick)
    for name in ("confusion", "per_class"):
        with pytest.raises(iad.ArgumentError, match=f"{name}.. is for classes"):
            getattr(model, name)()


def test_an_ordered_category_is_ordered(coded: pd.DataFrame, quick: dict[str, Any]) -> None:
    dtype = pd.CategoricalDtype(["blue", "red", "first"], ordered=True)
    model = iad.fine_tune(coded.astype({"sort": dtype}), outcome="sort", **quick)
    assert (model.kind, model.levels) == ("ordered", ("blue", "red", "first"))
    enum = pl.DataFrame(coded[["path", "sort"]]).with_columns(
        pl.col("sort").cast(pl.Enum(["blue", "red", "first"]))
    )
    with pytest.warns(iad.GuessWarning, match="are taken to go from low to high"):
        model = iad.fine_tune(enum, outcome="sort", split=(0.8, 0.1, 0.1), **quick)
    assert model.levels == ("blue", "red", "first")


@pytest.mark.slow
def test_from_a_shell(coded: pd.DataFrame, quick: dict[str, Any], tmp_path: Path) -> None:
    coded[["path", "warm"]].to_csv(tmp_path / "coded.csv")
    model, out = tmp_path / "warm.iad", tmp_path / "out.csv"

    def shell(*words: Any) -> str:
        done = CliRunner().invoke(cli.app, [str(word) for word in words])
        assert done.exit_code == 0, done.output
        return done.output

    where = ["--outcome", "warm", "--save", model, "--cache", quick["cache"], "--epochs", "3"]
    assert "accuracy" in shell("fine-tune", tmp_path / "coded.csv", *where)
    shell("augment", model, coded["path"][0], "--to", out)
    assert pd.read_csv(out)["warm_pred"].tolist() == ["yes"]


KILLED = """
import os, sys, pandas as pd, imagesasdata as iad
from imagesasdata.training.checkpoint import Checkpoint
keep, steps = Checkpoint.keep, int(sys.argv[4])
def keep_and_die(self, course, rate):
    keep(self, course, rate)
    if len(course.history) == 2 and course.now.steps == steps:
        os._exit(9)
Checkpoint.keep = keep_and_die
Checkpoint.is_due = lambda self: True
coded = pd.read_json(sys.argv[1])
iad.fine_tune(coded, outcome="warm", checkpoint=sys.argv[2], progress=False, **eval(sys.argv[3]))
"""


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param(0, marks=pytest.mark.soak, id="between epochs"),
        pytest.param(2, id="within an epoch"),
    ],
)
@pytest.mark.parametrize(
    "train", ["head", pytest.param("last:1", marks=pytest.mark.soak, id="last stage")]
)
def test_a_killed_run_ends_as_an_unbroken_one(
    coded: pd.DataFrame, tmp_path: Path, train: str, steps: int
) -> None:
    few = coded[["path", "warm"]].iloc[:16]
    few.to_json(tmp_path / "coded.json")
    options = {
        "train": train,
        "epochs": 4,
        "split": (0.5, 0.25, 0.25),
        "early_stopping": None,
        "batch_size": 3,
    }
    where = [str(tmp_path / "coded.json"), str(tmp_path / "runs"), repr(options), str(steps)]
    done = subprocess.run([sys.executable, "-c", KILLED, *where], cwd=REPO, check=False)
    assert done.returncode == 9
    assert (tmp_path / "runs" / "fit-0.safetensors").is_file()
    resumed = iad.fine_tune(few, outcome="warm", checkpoint=tmp_path / "runs", **options)
    unbroken = iad.fine_tune(few, outcome="warm", **options)
    assert len(resumed.tidy()) == len(unbroken.tidy()) == 4
    courses = (one.tidy().drop(columns="seconds") for one in (resumed, unbroken))
    pd.testing.assert_frame_equal(*courses, rtol=1e-3, atol=1e-4)
    # Embeddings differ in their last digit by a picture's place in its batch; Adam makes more of it.
    for name, values in unbroken._saved.weights.items():
        np.testing.assert_allclose(resumed._saved.weights[name], values, atol=1e-4, err_msg=name)


@pytest.mark.slow
@pytest.mark.parametrize("train", ["last:1", pytest.param("all", marks=pytest.mark.soak)])
def test_each_mode_changes_the_parameters_it_says_and_no_other(
    coded: pd.DataFrame, fresh: pd.DataFrame, tmp_path: Path, train: str
) -> None:
    from flax import nnx

    from imagesasdata.networks.zoo import registry

    few = coded[["path", "warm"]].iloc[:12]
    options = {"epochs": 1, "learning_rate": 1e-3, "split": (0.5, 0, 0.5), "progress": False}
    fit = iad.fine_tune(few, outcome="warm", train=train, **options)
    flat = nnx.to_flat_state(nnx.state(registry.network("efficientnet_lite0"), nnx.Param))
    before = {".".join(map(str, path)): np.asarray(value[...]) for path, value in flat}
    after = fit._saved.base_weights()
    trained = {
        name
        for name in before
        if not name.startswith("classifier")
        and (train == "all" or name.startswith(("stages.6", "head")))
    }
    assert set(after) == trained
    for name in trained:
        assert (after[name] != before[name]).any(), name
    fit.save(tmp_path / "tuned.iad")
    loaded = iad.load_model(tmp_path / "tuned.iad").augment(fresh[:3], batch_size=1)
    assert loaded["warm_prob"].equals(fit.augment(fresh[:3], batch_size=1)["warm_prob"])


@pytest.mark.slow
def test_ants_and_bees(shared_data: Path) -> None:
    labels = pd.read_csv(shared_data / "transfer" / "labels.csv")
    labels["path"] = [str(shared_data / "transfer" / name) for name in labels["path"]]
    train = labels[labels["split"] == "train"].drop(columns="split")
    test = labels[labels["split"] == "test"]
    got = iad.fine_tune(train, outcome="label").augment(test)
    assert (got["label_pred"] == got["label"]).mean() >= 0.97


@pytest.mark.soak
@pytest.mark.filterwarnings("ignore::FutureWarning:sklearn")
def test_it_is_as_good_as_a_logistic_regression(shared_data: Path) -> None:
    linear = pytest.importorskip("sklearn.linear_model", reason="scikit-learn is not installed")
    labels = pd.read_csv(shared_data / "transfer" / "labels.csv")
    labels["path"] = [str(shared_data / "transfer" / name) for name in labels["path"]]
    vectors = np.stack(iad.embed(labels)["embedding"])
    ours, theirs = [], []
    for seed in range(1, 11):
        order = np.random.default_rng(seed).permutation(len(labels))
        train, test = order[:100], order[100:]
        fit = iad.fine_tune(labels.iloc[train][["path", "label"]], outcome="label", seed=seed)
        got = fit.augment(labels.iloc[test][["path", "label"]])
        ours.append((got["label_pred"] == got["label"]).mean())
        yardstick = linear.LogisticRegressionCV(Cs=5, cv=3, max_iter=200)
        yardstick.fit(vectors[train], labels["label"].iloc[train])
        theirs.append(yardstick.score(vectors[test], labels["label"].iloc[test]))
    assert np.mean(ours) >= np.mean(theirs) - 0.01, (ours, theirs)


@pytest.mark.slow
def test_where_a_fitted_model_looks(
    fit: iad.FittedModel,
    coded: pd.DataFrame,
    fresh: pd.DataFrame,
    quick: dict[str, Any],
    tmp_path: Path,
) -> None:
    pair = Image.new("RGB", (256, 256))
    for side, warm in enumerate((True, False)):
        pair.paste(drawn(100, warm).resize((128, 256)), (128 * side, 0))
    pair.save(tmp_path / "pair.png")
    middles = []
    for target in ("yes", "no"):
        got = iad.explain(str(tmp_path / "pair.png"), fit, target, to=tmp_path / "heat")
        assert got["heat_label"].tolist() == [target]
        middles.append(got["heat_x"][0])
    assert middles[0] < middles[1], "the red stripes are on the left"
    given = iad.explain(fresh[:2], fit, "yes", to=tmp_path / "heat")
    predicted = fit.augment(fresh[:2])
    np.testing.assert_allclose(given["heat_label_prob"], predicted["warm_prob"], atol=1e-3)
    number = iad.fine_tune(coded, outcome="redness", **quick)
    with pytest.raises(iad.ArgumentError, match="is numeric; explain is for classes that exclude"):
        iad.explain(coded, number, to=tmp_path)

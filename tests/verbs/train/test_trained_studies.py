"""Many small studies by the public verbs: codes that taught a model also judge and correct it."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from flax import nnx
from PIL import Image

import imagesasdata as iad

PICTURES, CODED, SIDE = 600, 120, 8
SLOPE, EFFECT = 0.15, 0.8


class Pixels(nnx.Module):
    """The pixels themselves as the embedding."""

    def features(self, x):
        return x.reshape(len(x), -1)


def population(folder: Path, random: np.random.Generator, *, signal: float) -> pd.DataFrame:
    """Pictures that show, among noise, whether there is a protest, and something of x."""
    x = random.uniform(-1, 1, PICTURES)
    protest = (random.random(PICTURES) < 0.35 + SLOPE * x).astype(int)
    noise = random.normal(size=(PICTURES, SIDE * SIDE * 3))
    noise[:, 0] += signal * protest
    noise[:, 1] += signal / 2 * x
    # A rotation spreads both over all pixels.
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(noise.shape[1],) * 2))[0]
    pixels = np.clip(128 + 25 * noise @ turn, 0, 255).astype(np.uint8)
    paths = [folder / f"{number}.png" for number in range(PICTURES)]
    for path, values in zip(paths, pixels.reshape(-1, SIDE, SIDE, 3), strict=True):
        Image.fromarray(values).save(path)
    shares = 1 + EFFECT * protest + 0.3 * x + random.normal(size=PICTURES)
    return pd.DataFrame({"path": map(str, paths), "x": x, "truth": protest, "shares": shares})


def study(folder: Path, seed: int, *, signal: float, coin: bool = False) -> dict[str, float]:
    """One study: estimates less truth, whether intervals hold it, and the accuracy found and true."""
    random = np.random.default_rng(seed)
    photos = population(folder, random, signal=signal)
    if coin:
        photos["truth"] = random.permutation(np.arange(PICTURES) % 2)
    photos["protest"] = photos["truth"].where(photos.index < CODED)
    fit = iad.fine_tune(
        photos[:CODED], outcome="protest", model="pixels", seed=seed, progress=False
    )
    photos = fit.augment(photos, progress=False)
    valid = iad.validate(photos, "protest", "protest_pred", rounds=50).glance().iloc[0]
    rest = photos[CODED:]
    true = (rest["protest_pred"] == rest["truth"]).mean()
    found = {"accuracy": valid["accuracy"], "true_accuracy": true}
    found["accuracy_holds"] = valid["accuracy_low"] <= true <= valid["accuracy_high"]
    if coin:
        return found
    gold = {"protest_prob": "protest"}
    for formula, term, truth, methods in (
        ("protest_prob ~ 1", "Intercept", 0.35, ("dsl", "ppi")),
        ("protest_prob ~ x", "x", SLOPE, ("dsl", "ppi")),
        ("shares ~ protest_prob + x", "protest_prob", EFFECT, ("dsl",)),
    ):
        for method in methods:
            table = iad.regress(formula, photos, gold=gold, method=method).tidy()
            row = table.set_index("term").loc[term]
            name = f"{method}_{formula.partition(' ')[0]}_{term}"
            found[name] = row["estimate"] - truth
            found[f"{name}_holds"] = row["conf_low"] <= truth <= row["conf_high"]
    return found


def studies(folder: Path, count: int, *, signal: float, coin: bool = False) -> dict[str, float]:
    """The means over some studies."""
    iad.register_model("pixels", Pixels(), size=SIDE, sd=(255, 255, 255))
    found = defaultdict(list)
    for seed in range(count):
        for name, value in study(folder, seed, signal=signal, coin=coin).items():
            found[name].append(float(value))
    return {name: float(np.mean(values)) for name, values in found.items()}


@pytest.mark.soak
def test_codes_that_taught_a_model_are_gold(tmp_path: Path) -> None:
    found = studies(tmp_path, 200, signal=2.5)
    for name, value in found.items():
        print(name, round(value, 3))
    # The fits of the folds have fewer rows than the model, so that they are a little worse.
    assert -0.05 < found["accuracy"] - found["true_accuracy"] < 0.01
    for name, value in found.items():
        if name.endswith("_holds") and name != "accuracy_holds":
            assert 0.90 <= value <= 1.0, name
    assert found["accuracy_holds"] >= 0.85
    assert abs(found["dsl_protest_prob_Intercept"]) < 0.01
    assert abs(found["ppi_protest_prob_Intercept"]) < 0.01
    assert abs(found["dsl_protest_prob_x"]) < 0.02


@pytest.mark.soak
def test_codes_by_a_coin_are_predicted_by_chance(tmp_path: Path) -> None:
    found = studies(tmp_path, 40, signal=2.5, coin=True)
    assert 0.45 < found["accuracy"] < 0.53
    assert found["accuracy_holds"] >= 0.9

"""The registry, the labels and the cards."""

from __future__ import annotations

import datetime as dt
import keyword
import re
from dataclasses import fields
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
import pytest

from imagesasdata.errors import ArgumentError, UnknownNameError, WeightsError
from imagesasdata.networks.zoo import registry
from imagesasdata.networks.zoo.architectures import efficientnet_lite
from imagesasdata.networks.zoo.card import ModelCard, Task
from imagesasdata.networks.zoo.class_names import imagenet
from imagesasdata.networks.zoo.families.imagenet import NOT_RUN
from imagesasdata.networks.zoo.uses import USES
from tests.conftest import REPO


def test_labels_are_those_of_imagenet(shared_data: Path) -> None:
    labels = imagenet()
    known = pd.read_csv(shared_data / "classify" / "labels.csv")
    assert [labels.ids[place] for place in known["class_index"]] == known["wnid"].tolist()


def test_names_repeat_and_ids_do_not() -> None:
    labels = imagenet()
    assert len(labels.names) == len(set(labels.ids)) == 1000
    assert labels.names[657] == labels.names[744] == "missile"
    assert (labels.ids[657], labels.ids[744]) == ("n03773504", "n04008634")
    assert labels.names[0] == "tench"
    assert labels.ids[0] == "n01440764"


def test_identifiers_fit_a_formula() -> None:
    names = imagenet().identifiers()
    assert len(set(names)) == 1000
    assert all(name.isidentifier() and not keyword.iskeyword(name) for name in names)
    assert names[24] == "great_grey_owl"
    assert names[657] == "missile_n03773504"


def test_every_task_has_a_use() -> None:
    assert set(USES) == set(get_args(Task))


@pytest.mark.parametrize("card", registry.cards(), ids=lambda card: card.name)
def test_cards_are_complete(card: ModelCard) -> None:
    # What a model need not have: classes, an embedding, a published score, an unusual batch, an extra.
    optional = {"labels", "classes", "embedding_size", "score", "calibration", "odds"}
    optional |= {"cpu_batch", "extra", "measured"}
    for field in fields(card):
        assert field.name in optional or getattr(card, field.name), field.name
    text = str(card)
    assert all(limit in text for limit in card.limits)
    assert f"**intended use**: {card.intended_use}" in text
    assert card.cautions
    assert all(caution in text for caution in card.cautions)
    assert all(file.digest in text for file in card.weights)
    for file in card.weights:
        (line,) = (line for line in text.splitlines() if file.digest in line)
        # A second source, or that there is none; the size, or that none is stated.
        assert (len(file.sources) > 1) != line.endswith(", its only source")
        assert all(str(source) in line for source in file.sources)
        assert (f"{file.bytes:,} bytes" if file.bytes else "size is not stated") in line


FACES = {"detect_faces", "embed_faces", "analyze_faces"}
OF_FACES = [card for card in registry.cards() if FACES & set(card.tasks)]


@pytest.mark.parametrize("card", OF_FACES, ids=lambda card: card.name)
def test_cards_of_faces_say_what_was_measured_or_that_nothing_was(card: ModelCard) -> None:
    assert card.measured or NOT_RUN in card.limits
    for figure in card.measured:
        assert 0 <= figure.right <= figure.of
        low, high = figure.interval
        assert 0 <= low <= figure.right / figure.of <= high <= 1
        assert dt.date.fromisoformat(figure.date) >= dt.date(2026, 11, 1)
        command = re.fullmatch(r"make evaluate ONLY=(\w+)", figure.command)
        assert command, figure.command
        assert (REPO / "benchmarks" / f"{command[1]}.py").is_file()
        assert f'"{command[1]}"' in (REPO / "benchmarks" / "evaluate.py").read_text()
        assert str(figure) in str(card)
        assert f"({low:.3f} to {high:.3f})" in str(figure)


def test_the_center_that_efficientnet_lite_sees() -> None:
    prepare = registry.card("efficientnet_lite1").preprocess
    assert prepare.share == pytest.approx(240 / 272)
    assert "(bicubic), RGB less 127, divided by 128" in str(registry.card("efficientnet_lite1"))


def test_unknown_models_and_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnknownNameError, match="Unknown model 'efficientnetlite1'.\nHint: did you"):
        registry.load("efficientnetlite1", task="embed")
    with pytest.raises(ArgumentError, match="cannot detect.\nHint: no model can"):
        registry.load("efficientnet_lite0", task="detect")  # type: ignore[arg-type]


def test_weights_for_another_network_are_refused() -> None:
    from flax import nnx

    from imagesasdata.networks.weights.pth import read_pth
    from imagesasdata.networks.weights.store import locate
    from imagesasdata.networks.zoo.names.efficientnet_lite import load

    def network() -> efficientnet_lite.EfficientNetLite:
        return nnx.eval_shape(
            lambda: efficientnet_lite.EfficientNetLite(1.0, 1.0, rngs=nnx.Rngs(0))
        )

    state = read_pth(locate(registry.card("efficientnet_lite0").weights[0]))
    name = "_blocks.3._project_conv.weight"
    with pytest.raises(WeightsError, match=f"have no '{name}'"):
        load(network(), {key: value for key, value in state.items() if key != name})
    with pytest.raises(WeightsError, match="1 parameters that the network lacks, such as 'more'"):
        load(network(), {**state, "more": np.zeros(3)})
    with pytest.raises(WeightsError, match=f"'{name}' has shape"):
        load(network(), {**state, name: state[name][:-1]})


def test_a_model_is_loaded_once() -> None:
    first = registry.load("efficientnet_lite0", task="embed")
    assert registry.load("efficientnet_lite0", task="classify") is first
    assert first.fingerprint == first.card.weights[0].sha256


@pytest.mark.parametrize(
    ("wanted", "rounded"),
    [(16, 16), (17.6, 16), (26.4, 24), (44, 48), (88, 88), (352, 352), (5, 8)],
)
def test_channels_are_rounded_as_in_mobilenet(wanted: float, rounded: int) -> None:
    # The values for width 1.1 are those of EfficientNet-Lite2's published weights.
    assert efficientnet_lite.round_channels(float(wanted)) == rounded

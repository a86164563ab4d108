"""Predictions of one fitted model, or of several in one pass over the pictures."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from imagesasdata.engine.pictures import picture_loader
from imagesasdata.engine.ray.blocks import is_dataset
from imagesasdata.engine.stream import Sample
from imagesasdata.engine.verb import Network, Row, Verb, run
from imagesasdata.files.decode import Exactness
from imagesasdata.networks.zoo import registry
from imagesasdata.networks.zoo.registry import Model
from imagesasdata.options import Options
from imagesasdata.tables.frames import OtherFrame, Paths
from imagesasdata.training.saved import Saved, head_function
from imagesasdata.verbs.train._predictions import output_columns, predicted_row, tell_unpredicted


def joint_network(models: Sequence[Saved]) -> Network:
    """The network of some models on one pretrained network: where it was not trained, it runs once."""
    plain = registry.load(models[0].model, task="embed")
    bases: list[Model] = []
    which = []
    for saved in models:
        base = _base(saved, plain)
        if base not in bases:
            bases.append(base)
        which.append(bases.index(base))
    heads = [head_function(saved.head()) for saved in models]

    def apply(params: Any, pixels: Any) -> dict[str, Any]:
        pairs = zip(bases, params["bases"], strict=True)
        seen = [base.apply(given, pixels)["embedding"] for base, given in pairs]
        return {
            f"outputs_{number}": forward(given, seen[base])
            for number, (given, (_, forward), base) in enumerate(
                zip(params["heads"], heads, which, strict=True)
            )
        }

    # In float32 on every device, as it was trained.
    params = {"bases": [base.params for base in bases], "heads": [given for given, _ in heads]}
    return Network(apply, params, plain.card.cpu_batch)


def _base(saved: Saved, plain: Model) -> Model:
    trained = saved.base_weights()
    if not trained:
        return plain
    from imagesasdata.training.network import put

    network = registry.network(saved.model)
    put(network, trained)
    return registry.as_model(saved.model, network)


def predict(
    images: OtherFrame | Paths,
    models: Sequence[Saved],
    network: Network,
    decode: Exactness,
    max_pixels: int,
    options: Options,
) -> OtherFrame:
    """A table with the predictions of all models; ``network`` is their joint one."""
    sets = [output_columns(saved.outcome) for saved in models]
    known = [None if saved.trained is None else saved.trained.out_of_fold for saved in models]
    load = picture_loader(registry.card(models[0].model).preprocess, decode, max_pixels)

    def digested(data: bytes) -> list[Sample]:
        digest = hashlib.sha256(data).digest()
        return [Sample(sample.array, note=digest) for sample in load(data)]

    def finish(results: Any) -> list[Row]:
        ((outputs, digest), *_) = results
        row: Row = {}
        for number, (saved, columns, seen) in enumerate(zip(models, sets, known, strict=True)):
            given = outputs[f"outputs_{number}"]
            row |= predicted_row(given, digest, saved.outcome, columns, seen)
        return [row]

    verb = Verb(
        name="augment",
        columns=tuple(column for columns in sets for column in columns),
        load=digested,
        finish=finish,
        network=network,
        settings={"model": " ".join(saved.hash for saved in models), "decode": decode},
        max_pixels=max_pixels,
    )
    predicted = run(images, verb, options)
    if not is_dataset(predicted):
        for columns, seen in zip(sets, known, strict=True):
            if seen is not None:
                tell_unpredicted(predicted, columns, options.prefix)
    return predicted

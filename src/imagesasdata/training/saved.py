"""A fitted model as named arrays and plain values for a file, without code."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import jax
import numpy as np
from flax import nnx
from jaxtyping import Array

from imagesasdata.networks.zoo.registry import Model
from imagesasdata.training.deal import Dealt
from imagesasdata.training.evaluation import Evaluation, arrays_of, evaluation_of
from imagesasdata.training.fit import Coded, Fitted
from imagesasdata.training.head import Head
from imagesasdata.training.network import put, split_module
from imagesasdata.training.outcome import Outcome
from imagesasdata.training.recipe import Recipe
from imagesasdata.training.trained_on import TrainedOn

FORMAT = "imagesasdata fitted model 1"
_HEAD, _BASE, _TESTED, _TRAINED = "head.", "base.", "tested/", "trained/digests"


@dataclass(frozen=True, eq=False, kw_only=True)
class Saved:
    """A fitted model without its training pictures.

    ``weights`` holds the parameters of the head (``head. ...``) and the trained parameters of the
    base (``base. ...``); ``layers`` describes the head; ``model`` and ``fingerprint`` identify the
    base network; ``about`` is the provenance; ``counts`` are the rows in each part; ``trained`` are
    the pictures of training, ``None`` for a file from before they were kept.
    """

    outcome: Outcome
    model: str
    fingerprint: str
    layers: Mapping[str, Any]
    weights: Mapping[str, np.ndarray]
    history: list[dict[str, float]]
    counts: Mapping[str, Any]
    about: Mapping[str, Any]
    evaluation: Evaluation
    trained: TrainedOn | None

    @property
    def hash(self) -> str:
        """A hash of what a prediction depends on: weights, base, classes and pictures of training."""
        digest = hashlib.sha256(self.fingerprint.encode())
        digest.update(repr(self.outcome).encode())
        for name in sorted(self.weights):
            digest.update(name.encode() + np.ascontiguousarray(self.weights[name]).tobytes())
        if self.trained is not None:
            digest.update(self.trained.digests.tobytes())
            digest.update(np.ascontiguousarray(self.evaluation.chances).tobytes())
        return digest.hexdigest()

    def base_weights(self) -> dict[str, np.ndarray]:
        """The trained parameters of the base, by their names in the base."""
        return _without(self.weights, _BASE)

    def head(self) -> Head:
        """The head, with its weights."""
        built = Head(**self.layers, rngs=nnx.Rngs(0))
        put(built, _without(self.weights, _HEAD))
        return built

    def arrays(self) -> dict[str, np.ndarray]:
        """All arrays, by their names in a file."""
        tested = {f"{_TESTED}{name}": a for name, a in arrays_of(self.evaluation).items()}
        seen = {} if self.trained is None else {_TRAINED: self.trained.digests}
        return {**self.weights, **tested, **seen}

    def values(self) -> dict[str, Any]:
        """Everything but the arrays, as JSON values."""
        return {
            "outcome": asdict(self.outcome),
            "model": self.model,
            "fingerprint": self.fingerprint,
            "layers": dict(self.layers),
            "history": self.history,
            "counts": dict(self.counts),
            "about": dict(self.about),
            "seed": self.evaluation.seed,
        }


def save_of(
    base: Model,
    coded: Coded,
    dealt: Dealt,
    recipe: Recipe,
    fitted: Fitted,
    tested: Evaluation,
    about: Mapping[str, Any],
    digests: np.ndarray,
    *,
    rows: int,
) -> Saved:
    """A fit in the form that is saved.

    ``digests`` are the sha256 of the coded pictures; ``rows`` counts the table's rows, also
    unreadable ones.
    """
    last = dealt.turns[-1]
    used = digests[np.sort(np.concatenate([last.train, last.validation]))]
    return Saved(
        outcome=fitted.outcome,
        model=base.card.name,
        fingerprint=base.fingerprint,
        layers={
            "inputs": coded.embeddings.shape[1],
            "outputs": coded.outcome.outputs,
            "hidden": recipe.head,
            "dropout": recipe.dropout,
            "ordered": coded.outcome.kind == "ordered",
        },
        weights=weights_of(fitted.head, fitted.trained),
        history=fitted.history,
        counts={
            "n": rows,
            "n_unreadable": rows - len(coded.values),
            "n_train": len(last.train),
            "n_validation": len(last.validation),
            "n_test": len(tested.rows),
            "n_kept_together": dealt.moved,
            "n_folds": dealt.folds,
            "epochs": len(fitted.history),
            "best_epoch": fitted.best_epoch,
            "learning_rate": fitted.learning_rate,
        },
        about=about,
        evaluation=tested,
        trained=TrainedOn(used, tested),
    )


def from_file(arrays: Mapping[str, np.ndarray], values: Mapping[str, Any]) -> Saved:
    """The model from `Saved.arrays` and `Saved.values`."""
    known = dict(values["outcome"])
    outcome = Outcome(**{**known, "levels": tuple(known["levels"])})
    layers = {**values["layers"], "hidden": tuple(values["layers"]["hidden"])}
    tested = evaluation_of(outcome, _without(arrays, _TESTED), values["seed"])
    return Saved(
        outcome=outcome,
        model=values["model"],
        fingerprint=values["fingerprint"],
        layers=layers,
        weights={n: a for n, a in arrays.items() if n.startswith((_HEAD, _BASE))},
        history=list(values["history"]),
        counts=values["counts"],
        about=values["about"],
        evaluation=tested,
        trained=TrainedOn(arrays[_TRAINED], tested) if _TRAINED in arrays else None,
    )


def head_function(head: Head) -> tuple[dict[str, Array], Any]:
    """A head as parameters and a pure function of parameters and embeddings."""
    split = split_module(head, lambda name: False)
    return split.fixed, lambda params, x: split.forward({}, params, x, None)


def weights_of(head: Head, base: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The head's parameters and the base's trained ones, as numpy arrays by name."""
    params, _ = head_function(head)
    of_head = {f"{_HEAD}{name}": np.asarray(jax.device_get(v)) for name, v in params.items()}
    return {**of_head, **{n: np.asarray(v) for n, v in base.items() if n.startswith(_BASE)}}


def _without(arrays: Mapping[str, np.ndarray], start: str) -> dict[str, np.ndarray]:
    return {n.removeprefix(start): a for n, a in arrays.items() if n.startswith(start)}

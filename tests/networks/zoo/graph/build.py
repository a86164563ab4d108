"""Small graphs in TensorFlow.js's JSON, written by hand."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np

from imagesasdata.networks.weights.tfjs import TfjsModel


def attribute(value: Any) -> dict[str, Any]:
    """A plain value as TensorFlow writes it."""
    match value:
        case bool():
            return {"b": value}
        case int():
            return {"i": str(value)}
        case float():
            return {"f": value}
        case str() if value.startswith("DT_"):
            return {"type": value}
        case str():
            return {"s": base64.b64encode(value.encode()).decode()}
        case [str(), *_]:
            return {"list": {"s": [attribute(one)["s"] for one in value]}}
        case list():
            return {"list": {"i": [str(one) for one in value]} if value else {}}
    raise TypeError(value)


def node(name: str, op: str, inputs: list[str], **settings: Any) -> dict[str, Any]:
    return {
        "name": name,
        "op": op,
        "input": inputs,
        "attr": {key: attribute(value) for key, value in settings.items()},
    }


def placeholder(shape: tuple[int, ...] = (-1, 4)) -> dict[str, Any]:
    dims = [{"size": str(size)} for size in shape]
    return {"name": "x", "op": "Placeholder", "attr": {"shape": {"shape": {"dim": dims}}}}


def model(
    nodes: list[dict[str, Any]],
    weights: Mapping[str, Any] | None = None,
    shape: tuple[int, ...] = (-1, 4),
    outputs: Mapping[str, str] | None = None,
) -> TfjsModel:
    """A model with the input ``x``, constants of the given names, and these nodes."""
    arrays = {name: np.asarray(values) for name, values in (weights or {}).items()}
    constants = [node(name, "Const", []) for name in arrays]
    signature = {"outputs": {key: {"name": name} for key, name in (outputs or {}).items()}}
    return TfjsModel(arrays, {"node": [placeholder(shape), *constants, *nodes]}, signature)

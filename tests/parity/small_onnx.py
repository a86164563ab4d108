"""Writes small networks as ONNX files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np


def save(
    path: Path,
    nodes: list[Any],
    values: Mapping[str, np.ndarray],
    given: tuple[str, Sequence[int | str]],
    gives: Mapping[str, Sequence[int | str]],
    opset: int = 11,
) -> Path:
    """Write a network with one input, of the old version that OpenCV and others read."""
    import onnx

    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info(given[0], kind, given[1])],
        [helper.make_tensor_value_info(name, kind, shape) for name, shape in gives.items()],
        [onnx.numpy_helper.from_array(array, name) for name, array in values.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=6)
    onnx.save(model, str(path))
    return path

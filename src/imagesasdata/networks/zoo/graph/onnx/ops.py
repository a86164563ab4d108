"""The table of operations: the JAX function of each supported ONNX operation.

An operation is a function of its node, an array module (NumPy or jax.numpy) and its inputs, of which
those that are left out are ``None``. Operations on maps are in the table of `layout`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from imagesasdata.networks.zoo.graph.onnx import (
    elementwise,
    indexing,
    norms,
    products,
    quantized,
    reductions,
    resizing,
    shapes,
)

OPS: Mapping[str, Callable[..., Any]] = {
    **elementwise.OPS,
    **indexing.OPS,
    **norms.OPS,
    **products.OPS,
    **quantized.OPS,
    **reductions.OPS,
    **resizing.OPS,
    **shapes.OPS,
}

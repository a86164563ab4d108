"""ONNX operations that are matrix products."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from imagesasdata.networks.zoo.graph.nodes import Node
from imagesasdata.networks.zoo.graph.onnx.elementwise import same_type

Op = Callable[..., Any]


def _matmul(node: Node, m: Any, a: Any, b: Any) -> Any:
    return m.matmul(*same_type(m, a, b))


def _gemm(node: Node, m: Any, a: Any, b: Any, c: Any = None) -> Any:
    a, b = same_type(m, a, b)
    first = m.transpose(a) if node.get("transA", 0) else a
    second = m.transpose(b) if node.get("transB", 0) else b
    alpha, beta = node.get("alpha", 1.0), node.get("beta", 1.0)
    product = m.matmul(first, second)
    if alpha != 1:
        product = product * np.asarray(alpha, product.dtype)
    if c is None or beta == 0:
        return product
    return product + (c if beta == 1 else c * np.asarray(beta, c.dtype))


def _einsum(node: Node, m: Any, *inputs: Any) -> Any:
    return m.einsum(node.get("equation", "").replace(" ", ""), *same_type(m, *inputs))


OPS: Mapping[str, Op] = {"Einsum": _einsum, "Gemm": _gemm, "MatMul": _matmul}

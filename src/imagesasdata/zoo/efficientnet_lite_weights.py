"""The names that EfficientNet-Lite's parameters have in the published PyTorch files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from flax import nnx

from imagesasdata.errors import WeightsError
from imagesasdata.nn.layers import ConvNorm
from imagesasdata.zoo.efficientnet_lite import EfficientNetLite

# Counts training steps; inference has no use for it.
_IGNORED = "num_batches_tracked"


def load(model: EfficientNetLite, state: Mapping[str, np.ndarray]) -> None:
    """Put a PyTorch state dict into a model, in place.

    Raises
    ------
    WeightsError
        When a parameter is missing, left over or of another shape.
    """
    left = {name for name in state if not name.endswith(_IGNORED)}
    for name, parameter, axes in _parameters(model):
        if name not in left:
            raise WeightsError(
                f"The weights have no {name!r}; they are for another network.",
                "check that the file belongs to the model.",
            )
        left.remove(name)
        values = np.asarray(state[name])
        if axes is not None and values.ndim == len(axes):
            values = values.transpose(axes)
        if len(parameter.shape) == 3 and values.ndim == 4:
            values = values[:, :, 0, :]
        if values.shape != tuple(parameter.shape):
            raise WeightsError(
                f"The weights' {name!r} has shape {values.shape}, "
                f"the network's {tuple(parameter.shape)}."
            )
        parameter.set_value(np.ascontiguousarray(values, np.float32))
    if left:
        raise WeightsError(
            f"The weights have {len(left)} parameters that the network lacks, such as "
            f"{min(left)!r}; they are for another network."
        )


def _parameters(
    model: EfficientNetLite,
) -> Iterator[tuple[str, nnx.Variable, tuple[int, ...] | None]]:
    """Each parameter, its name in the file, and how the file's axes are to be turned."""
    yield from _conv_norm(model.stem, "_conv_stem", "_bn0")
    blocks = [block for stage in model.stages for block in stage]
    for number, block in enumerate(blocks):
        place = f"_blocks.{number}."
        if block.expand is not None:
            yield from _conv_norm(block.expand, f"{place}_expand_conv", f"{place}_bn0")
        yield from _conv_norm(block.filters, f"{place}_depthwise_conv", f"{place}_bn1")
        yield from _conv_norm(block.project, f"{place}_project_conv", f"{place}_bn2")
    yield from _conv_norm(model.head, "_conv_head", "_bn1")
    yield "_fc.weight", model.classifier.kernel, (1, 0)
    if model.classifier.bias is not None:
        yield "_fc.bias", model.classifier.bias, None


def _conv_norm(
    layer: ConvNorm, conv: str, norm: str
) -> Iterator[tuple[str, nnx.Variable, tuple[int, ...] | None]]:
    # PyTorch has (out, in, height, width), and (channels, 1, height, width) for depthwise layers.
    yield f"{conv}.weight", layer.kernel, (2, 3, 1, 0)
    if layer.norm.scale is not None and layer.norm.bias is not None:
        yield f"{norm}.weight", layer.norm.scale, None
        yield f"{norm}.bias", layer.norm.bias, None
    yield f"{norm}.running_mean", layer.norm.mean, None
    yield f"{norm}.running_var", layer.norm.var, None

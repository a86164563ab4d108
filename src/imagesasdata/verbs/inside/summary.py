"""`summary`: a network as a table, with a row for each layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

from imagesasdata.checks import check_count
from imagesasdata.columns import Column
from imagesasdata.networks.modules import flax_module
from imagesasdata.tables.frames import (
    Backend,
    MadeFrame,
    Pandas,
    PandasFrame,
    Polars,
    PolarsFrame,
    Pyarrow,
    PyarrowFrame,
)
from imagesasdata.tables.kinds import from_columns

if TYPE_CHECKING:
    from flax import nnx

_BYTES = 4
COLUMNS = (
    Column("layer", "string", "The layer's name in the network.", null="never"),
    Column("kind", "string", "What it is, such as conv 3x3, 64.", null="never"),
    Column("output", "string", "Shape of its output for one picture.", null="never"),
    Column("values", "int64", "Values in that output.", range="1 ...", null="never"),
    Column("bytes", "int64", "Their size as float32.", "bytes", "4 ...", null="never"),
    Column("weights", "int64", "Weights that it has learned.", range="0 ...", null="never"),
    Column("formula", "string", "How their number is computed.", null="never"),
    Column("biases", "int64", "Biases that it has learned.", range="0 ...", null="never"),
    Column("multiply_adds", "int64", "Products for one picture.", range="0 ...", null="never"),
    Column(
        "receptive_field",
        "int64",
        "Side of the square of the picture on which one value depends.",
        "pixels",
        "1 ...",
        null="the output is neither a map nor a vector",
    ),
)


@overload
def summary(
    model: str | nnx.Module, *, input_size: int | None = None, backend: Pandas = "pandas"
) -> PandasFrame: ...
@overload
def summary(
    model: str | nnx.Module, *, input_size: int | None = None, backend: Polars
) -> PolarsFrame: ...
@overload
def summary(
    model: str | nnx.Module, *, input_size: int | None = None, backend: Pyarrow
) -> PyarrowFrame: ...
def summary(
    model: str | nnx.Module, *, input_size: int | None = None, backend: Backend = "pandas"
) -> MadeFrame:
    """Describe a network layer by layer: its outputs, parameters and operations.

    In VGG16 the first layers take most of the memory and the first full layer has most of the
    weights; later networks dropped that layer.

    Parameters
    ----------
    model
        A name from `models`, whose weights need not be on this machine, or a Flax NNX module.
    input_size
        Side of the pictures in pixels; by default the size that the model was trained for. Your own
        modules have no default.
    backend
        The kind of table: ``"pandas"``, ``"polars"`` or ``"pyarrow"``.

    Returns
    -------
    table
        The input, then a row for each layer in the order of their use, then a ``total``:

        - ``layer``: its name in the network, which `feature_maps` takes;
        - ``kind``: what it is, such as ``"conv 3x3, 64"``;
        - ``output``: shape of its output for one picture: height x width x channels;
        - ``values``, ``bytes``: the number of values, and their memory as float32;
        - ``weights``, ``formula``, ``biases``: the learned parameters, and the formula of their number;
        - ``multiply_adds``: multiplications (each with an addition) for one picture;
        - ``receptive_field``: side in pixels of the square of the picture on which one of its
          values depends; null where the output is neither a map nor a vector.

    Raises
    ------
    UnknownNameError, ArgumentError, ArgumentTypeError
        When there is no such model, or it cannot take pictures of that size.

    Notes
    -----
    The network is traced with the shape of a picture, and nothing is computed. Parameters are
    counted as in training, where normalization is a separate layer; running means and variances,
    which are not learned, are not counted. ``values`` counts each layer's output once; activations
    without weights are not counted. The receptive field is the theoretical one; near a map's middle
    most of the influence comes from its center, and it can be larger than the picture.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> layers = iad.summary("vgg16").set_index("layer")
    >>> print(*layers.loc["hidden.0", ["output", "weights", "formula"]])
    4096 102760448 (7*7*512)*4096
    """
    from imagesasdata.networks.inside.layers import layers

    check_count("input_size", input_size)
    network, size = flax_module(model, input_size, weights=False)
    rows = layers(network, size)
    values = [row.values for row in rows]
    weights, biases = [row.weights for row in rows], [row.biases for row in rows]
    products = [row.multiply_adds for row in rows]
    cells: list[list[Any]] = [
        [*(row.name for row in rows), "total"],
        [*(row.kind for row in rows), ""],
        [*(" x ".join(map(str, row.output)) for row in rows), ""],
        [*values, sum(values)],
        [_BYTES * value for value in [*values, sum(values)]],
        [*weights, sum(weights)],
        [*(row.formula for row in rows), ""],
        [*biases, sum(biases)],
        [*products, sum(products)],
        [*(row.sees for row in rows), None],
    ]
    names = [column.name for column in COLUMNS]
    return from_columns(dict(zip(names, cells, strict=True)), backend)

"""`feature_maps` and `filters`: a layer's maps of a picture, and its filters."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from imagesasdata.engine.pictures import picture_loader
from imagesasdata.errors import ArgumentTypeError
from imagesasdata.files.decode import MAX_PIXELS, limits
from imagesasdata.files.parts import Pictures
from imagesasdata.files.sources import PathLike
from imagesasdata.networks.modules import flax_module
from imagesasdata.networks.zoo import registry
from imagesasdata.options import check_count

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def feature_maps(
    image: PathLike,
    model: str,
    layer: str,
    *,
    most: int = 24,
    to: PathLike | None = None,
) -> Figure:
    """Draw the outputs of one layer's channels for a picture.

    Early layers respond to local edges and colors; later ones to textures and parts of things, on a
    coarser grid. Bright is where a channel responds strongly.

    Parameters
    ----------
    image
        The path of a picture.
    model
        The name of a model that is a Flax module.
    layer
        The name of a layer that gives a map, as in `summary`; or of a block of several.
    most
        How many channels are drawn: those that vary most over the picture, the most variable first.
    to
        A file to save the figure to (``.png``, ``.pdf``, ``.svg``, ...).

    Returns
    -------
    matplotlib.figure.Figure
        A small picture for each channel, scaled by itself, with the channel's number and its
        largest value.

    Raises
    ------
    UnknownNameError, WeightsError, ArgumentError, ArgumentTypeError, ImageError
        When there is no such model, layer or picture.

    Notes
    -----
    A block's map is its output after the activation; so is a convolution's, where the network has
    both in one layer.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> figure = iad.feature_maps("examples/photos/chelsea.jpg", "efficientnet_lite0", "stem", most=8)
    >>> len(figure.axes)
    8
    """
    from imagesasdata.networks.inside.drawing import as_grid
    from imagesasdata.networks.inside.maps import check_layer, map_names, maps

    check_count("most", most)
    _check_name(model)
    if not isinstance(image, (str, os.PathLike)):
        raise ArgumentTypeError(
            f"Expected the path of one picture, got {type(image).__name__}.",
            "for a table of pictures, call it with each path.",
        )
    prepare = registry.card(model).preprocess
    # A wrong layer raises before weights are read or downloaded.
    shapes, size = flax_module(model, None, weights=False)
    check_layer(layer, map_names(shapes, size), "gives a map")
    network, _ = flax_module(model, None, weights=True)
    with Pictures() as files, limits(MAX_PIXELS):
        (sample,) = picture_loader(prepare, "fast", MAX_PIXELS)(files.read(os.fspath(image)))
    found = maps(network, sample.array, layer, prepare.mean, prepare.sd)
    lively = np.argsort(-found.std(axis=(0, 1)), kind="stable")[:most]
    height, width, channels = found.shape
    figure = as_grid(
        [found[:, :, place] for place in lively],
        [f"{place}: {found[:, :, place].max():.3g}" for place in lively],
        f"{model}, {layer}: {height} x {width} x {channels}",
    )
    if to is not None:
        figure.savefig(os.fspath(to))
    return figure


def filters(
    model: str = "efficientnet_lite0",
    layer: str | None = None,
    *,
    most: int = 32,
    to: PathLike | None = None,
) -> Figure:
    """Draw the filters that a convolution has learned.

    The first layer's filters are small color pictures of what they respond to: edges in several
    directions, spots, pairs of colors. Nobody designed them; they were learned from labeled
    photographs.

    Parameters
    ----------
    model
        The name of a model that is a Flax module.
    layer
        The name of a layer with filters of more than one pixel; by default the first.
    most
        How many filters are drawn.
    to
        A file to save the figure to (``.png``, ``.pdf``, ``.svg``, ...).

    Returns
    -------
    matplotlib.figure.Figure
        A small picture for each filter, scaled by itself. Those of the first layer are in color.
        Those of later ones take many channels: the part for the channel with the most weight is drawn.

    Raises
    ------
    UnknownNameError, WeightsError, ArgumentError, ArgumentTypeError
        When there is no such model or layer.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> len(iad.filters("efficientnet_lite0").axes)
    32
    """
    from imagesasdata.networks.inside.drawing import as_grid
    from imagesasdata.networks.inside.maps import check_layer, filter_names, kernels

    check_count("most", most)
    _check_name(model)
    if layer is not None:
        shapes, _ = flax_module(model, None, weights=False)
        check_layer(layer, filter_names(shapes), "has filters of more than one pixel")
    network, _ = flax_module(model, None, weights=True)
    layer, found = kernels(network, layer)
    side, _, inputs, outputs = found.shape
    if inputs == 3:
        tiles = [found[..., place] for place in range(min(most, outputs))]
    else:
        strongest = np.square(found).sum(axis=(0, 1)).argmax(axis=0)
        tiles = [found[:, :, strongest[place], place] for place in range(min(most, outputs))]
    figure = as_grid(
        tiles,
        [f"{place}" for place in range(len(tiles))],
        f"{model}, {layer}: {outputs} filters of {side} x {side} x {inputs}",
    )
    if to is not None:
        figure.savefig(os.fspath(to))
    return figure


def _check_name(model: Any) -> None:
    if not isinstance(model, str):
        raise ArgumentTypeError(
            f"Expected a model's name, got {type(model).__name__}.",
            'for example "efficientnet_lite0"; iad.models() lists the names.',
        )

"""`feature_maps`: a layer's maps of a picture, or its filters."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

from imagesasdata.checks import check_choice, check_count
from imagesasdata.engine.pictures import picture_loader
from imagesasdata.errors import ArgumentError, ArgumentTypeError
from imagesasdata.files.decode import MAX_PIXELS
from imagesasdata.files.outputs import output
from imagesasdata.files.references import Pictures
from imagesasdata.files.sources import PathLike
from imagesasdata.files.targets import FIGURES, target
from imagesasdata.networks.modules import flax_module
from imagesasdata.networks.zoo import registry
from imagesasdata.options import CLASSIFIER

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure

Of = Literal["maps", "filters"]


def feature_maps(
    image: PathLike | None = None,
    model: str = CLASSIFIER,
    layer: str | None = None,
    *,
    of: Of = "maps",
    top: int = 32,
    to: PathLike | None = None,
) -> Figure:
    """Draw the outputs of one layer's channels for a picture, or the layer's filters.

    Early layers respond to local edges and colors; later ones to textures and parts of things, on a
    coarser grid. Bright is where a channel responds strongly.

    The first layer's filters are small color pictures of what they respond to: edges in several
    directions, spots, pairs of colors. Nobody designed them; they were learned from labeled
    photographs.

    Parameters
    ----------
    image
        The path of a picture. Leave it out with ``of="filters"``, because filters are the same for
        every picture.
    model
        The name of a model that is a Flax module.
    layer
        The name of a layer, as in `summary`; by default the first. For maps, a layer or block that
        outputs a map; for filters, a layer whose filters have more than one pixel.
    of
        ``"maps"``, the layer's outputs for the picture; or ``"filters"``, its weights.
    top
        How many to draw: of maps, those that vary most over the picture, the most variable first; of
        filters, the first.
    to
        A file to save the figure to (``.png``, ``.pdf``, ``.svg``, ...).

    Returns
    -------
    matplotlib.figure.Figure
        A small picture for each channel or filter, each scaled separately, with its number and, for a
        channel, its largest value. Filters of the first layer are in color. Those of later layers
        take many channels: the part for the channel with the most weight is drawn.

    Raises
    ------
    UnknownNameError, WeightsError, ArgumentError, ArgumentTypeError, ImageError
        When there is no such model, layer or picture.

    Notes
    -----
    A block's map is its output after the activation. So is a convolution's, if the network has both
    in one layer.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> figure = iad.feature_maps("examples/photos/chelsea.jpg", layer="stem", top=8)
    >>> len(figure.axes)
    8
    >>> len(iad.feature_maps(of="filters").axes)
    32
    """
    from imagesasdata.networks.inside.drawing import as_grid

    check_choice("drawing", of, get_args(Of))
    check_count("top", top)
    place = None if to is None else target(to, FIGURES)
    if of == "filters":
        if image is not None:
            raise ArgumentError(
                "Filters are the same for every picture.",
                'leave out the picture, as in iad.feature_maps(of="filters"); or leave out of.',
            )
        drawn = _filters(model, layer, top)
    else:
        drawn = _maps(image, model, layer, top)
    figure = as_grid(*drawn)
    if place is not None:
        with output(place) as file:
            figure.savefig(file, format=place.suffix[1:].lower())
    return figure


class _Drawn(NamedTuple):
    """Pictures, a caption for each, and the title of the figure."""

    tiles: list[np.ndarray]
    captions: list[str]
    title: str


def _maps(image: Any, model: str, layer: str | None, top: int) -> _Drawn:
    from imagesasdata.networks.inside.maps import check_layer, liveliest, map_names, maps

    if not isinstance(image, (str, os.PathLike)):
        raise ArgumentTypeError(
            f"Expected the path of one picture, got {type(image).__name__}.",
            'for a table of pictures, call it with each path; of="filters" needs no picture.',
        )
    prepare = registry.card(model).preprocess
    # A wrong layer raises before weights are read or downloaded.
    shapes, size = flax_module(model, None, weights=False)
    known = map_names(shapes, size)
    layer = known[0] if layer is None else layer
    check_layer(layer, known, "gives a map")
    network, _ = flax_module(model, None, weights=True)
    with Pictures() as files:
        (sample,) = picture_loader(prepare, "fast", MAX_PIXELS)(files.read(os.fspath(image)))
    found = maps(network, sample.array, layer, prepare.mean, prepare.sd)
    shown = liveliest(found, top)
    height, width, channels = found.shape
    return _Drawn(
        [found[:, :, place] for place in shown],
        [f"{place}: {found[:, :, place].max():.3g}" for place in shown],
        f"{model}, {layer}: {height} x {width} x {channels}",
    )


def _filters(model: str, layer: str | None, top: int) -> _Drawn:
    from imagesasdata.networks.inside.maps import as_tiles, check_layer, filter_names, kernels

    if layer is not None:
        shapes, _ = flax_module(model, None, weights=False)
        check_layer(layer, filter_names(shapes), "has filters of more than one pixel")
    network, _ = flax_module(model, None, weights=True)
    layer, found = kernels(network, layer)
    side, _, inputs, outputs = found.shape
    tiles = as_tiles(found, top)
    return _Drawn(
        tiles,
        [f"{place}" for place in range(len(tiles))],
        f"{model}, {layer}: {outputs} filters of {side} x {side} x {inputs}",
    )

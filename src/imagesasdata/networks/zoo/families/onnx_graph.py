"""What families of ONNX graphs share: how a published file becomes a function of a batch of pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from imagesasdata.errors import WeightsError
from imagesasdata.networks.zoo.card import ModelCard, Preprocess
from imagesasdata.networks.zoo.family import Inference

if TYPE_CHECKING:
    from imagesasdata.networks.zoo.graph.onnx.compile import OnnxProgram

# A limit of networks that were trained on faces in such a position.
ALIGNED = (
    "Faces have to be aligned by eyes, nose and mouth, as is done here; by the middle of the mouth, "
    "where its makers take the two corners."
)
# A face that is turned and scaled to fixed places of its points, from -1 to 1.
FACE_112 = Preprocess(
    112,
    interpolation="bilinear",
    mean=(127.5, 127.5, 127.5),
    sd=(127.5, 127.5, 127.5),
    fit="points",
)
# The outputs that are used, from those of one picture by name, each with a batch axis of one.
End = Callable[[Mapping[str, Any]], dict[str, Any]]


class Network(NamedTuple):
    """A graph and its card."""

    card: ModelCard
    program: OnnxProgram


def read(card: ModelCard, files: Sequence[Path]) -> Network:
    """A graph from its file.

    Raises
    ------
    WeightsError
        When the file is not a network of pictures that is known here.
    """
    from imagesasdata.networks.weights.onnx import read_onnx_model
    from imagesasdata.networks.zoo.graph.onnx.compile import compile_onnx

    return Network(card, compile_onnx(read_onnx_model(files[0])))


def inference(
    network: Network, end: End, begin: Callable[[Any], Any] = lambda pixels: pixels
) -> Inference:
    """The graph as a function of normalized pictures, one by one, as most files are made for.

    Parameters
    ----------
    network
        The graph.
    end
        What becomes of one picture's outputs.
    begin
        What the graph takes of one picture's normalized pixels (1, height, width, 3).

    Raises
    ------
    WeightsError
        When the graph does not take such pictures or does not give such outputs.
    """
    import jax
    import jax.numpy as jnp

    from imagesasdata.networks.zoo.graph.onnx.layout import Maps

    card, program = network
    if len(program.graph.inputs) != 1:
        raise WeightsError(f"The file is not {card.title}: it takes {program.graph.inputs}.")

    def one(params: Any, pixels: Any) -> dict[str, Any]:
        given = {program.graph.inputs[0]: Maps(begin(pixels[None]))}
        return end(program.apply(params, given))

    def apply(params: Any, x: Any) -> dict[str, Any]:
        return jax.vmap(one, in_axes=(None, 0))(params, x)

    side = card.preprocess.size
    # So that a file of another form is refused before any picture is read.
    jax.eval_shape(apply, program.params, jax.ShapeDtypeStruct((1, side, side, 3), jnp.float32))
    return Inference(program.params, apply)


def embedding(card: ModelCard) -> End:
    """Takes the only output as the embedding."""

    def end(outputs: Mapping[str, Any]) -> dict[str, Any]:
        (vector,) = outputs.values()
        if vector.size != card.embedding_size:
            raise WeightsError(
                f"The file is not {card.title}: it gives {vector.size:,} numbers for a picture, not "
                f"{card.embedding_size:,}."
            )
        return {"embedding": vector.reshape(-1)}

    return end

"""Which part of a pretrained network is trained besides the new head."""

from __future__ import annotations

import jax
import numpy as np

from imagesasdata.networks.nn.normalize import normalize
from imagesasdata.networks.zoo import registry
from imagesasdata.networks.zoo.registry import Model
from imagesasdata.networks.zoo.trainable import Trainable, learns_last
from imagesasdata.training.batches import Pictured
from imagesasdata.training.fit import Network
from imagesasdata.training.head import Head
from imagesasdata.training.network import Tuned
from imagesasdata.training.recipe import Recipe


def beyond_the_head(network: Trainable, base: Model, recipe: Recipe, inputs: Pictured) -> Network:
    """A pretrained network with the stages to train that a recipe asks for."""
    stages = len(network.stages)
    learns_base = learns_last(recipe.stages(stages), stages)
    mean, sd = base.card.preprocess.mean, base.card.preprocess.sd

    def learns(name: str) -> bool:
        part, _, rest = name.partition(".")
        return part == "head" or recipe.train == "all" or learns_base(rest)

    def fresh(head: Head) -> Tuned:
        # Each fit gets its own network, because training changes it.
        return Tuned(registry.network(base.card.name), head, lambda x: normalize(x, mean, sd))

    size = base.card.preprocess.size
    example = jax.ShapeDtypeStruct((1, size, size, 3), np.uint8)
    return Network(fresh, inputs, learns, example)

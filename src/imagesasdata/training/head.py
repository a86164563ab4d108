"""The layers added to a network: from standardized embeddings to one output for each class."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float

from imagesasdata.training.outcome import Outcome

_LEAST_SCALE = 1e-3


class Fixed(nnx.Variable):
    """A number that is part of the network and is not trained."""


class Thresholds(nnx.Module):
    """The output layer for ordered classes: one weighted sum, compared with rising thresholds.

    It returns the logits of being above each class except the highest (proportional odds).
    """

    def __init__(self, inputs: int, thresholds: int) -> None:
        self.kernel = nnx.Param(jnp.zeros((inputs, 1)))
        self.first = nnx.Param(jnp.zeros((1,)))
        self.gaps = nnx.Param(jnp.zeros((thresholds - 1,)))

    def start(self, logits: np.ndarray) -> None:
        """Set the thresholds so that with zero weights they give these (decreasing) logits."""
        self.first.set_value(jnp.asarray(-logits[:1], jnp.float32))
        gaps = np.maximum(-np.diff(logits), 1e-3)
        self.gaps.set_value(jnp.asarray(np.log(np.expm1(gaps)), jnp.float32))

    def __call__(self, x: Float[Array, "b i"]) -> Float[Array, "b o"]:
        """Logits of being above each threshold."""
        rises = jnp.concatenate([self.first[...], jax.nn.softplus(self.gaps[...])])
        return x @ self.kernel[...] - jnp.cumsum(rises)


class Linear(nnx.Module):
    """The output layer for all other outcomes: weights and a bias for each output."""

    def __init__(self, inputs: int, outputs: int) -> None:
        self.kernel = nnx.Param(jnp.zeros((inputs, outputs)))
        self.bias = nnx.Param(jnp.zeros((outputs,)))

    def start(self, logits: np.ndarray) -> None:
        """Set the biases."""
        self.bias.set_value(jnp.asarray(logits, jnp.float32))

    def __call__(self, x: Float[Array, "b i"]) -> Float[Array, "b o"]:
        """Weighted sums."""
        return x @ self.kernel[...] + self.bias[...]


class Head(nnx.Module):
    """Input layer, hidden layers with dropout, output layer.

    Parameters
    ----------
    inputs, outputs
        Length of the embedding; number of outputs.
    hidden
        Nodes of each hidden layer; the activation is ReLU.
    dropout
        Share of a hidden layer's nodes that training drops at random; without a hidden layer, of the
        inputs.
    ordered
        Whether the outputs are thresholds between ordered classes.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        *,
        hidden: Sequence[int] = (),
        dropout: float = 0.0,
        ordered: bool = False,
        rngs: nnx.Rngs,
    ) -> None:
        self.center = Fixed(jnp.zeros((inputs,)))
        self.scale = Fixed(jnp.ones((inputs,)))
        sizes = [inputs, *hidden]
        he = nnx.initializers.he_normal()
        self.hidden = nnx.List(
            [
                nnx.Linear(before, after, kernel_init=he, rngs=rngs)
                for before, after in itertools.pairwise(sizes)
            ]
        )
        output = Thresholds if ordered else Linear
        self.output = output(sizes[-1], outputs)
        self.dropout = dropout

    def standardize(self, embeddings: Float[np.ndarray, "n i"]) -> None:
        """Set the inputs' mean and standard deviation from the training embeddings."""
        values = embeddings.astype(np.float64)
        spread = values.std(axis=0)
        # A dimension that hardly varies has no information; scaling must not magnify it.
        least = max(_LEAST_SCALE, _LEAST_SCALE * float(spread.max(initial=0.0)))
        # Scaled so that the squared inputs of a row sum to about 16, whatever their number.
        size = np.sqrt(values.shape[1]) / 4
        self.center.set_value(jnp.asarray(values.mean(axis=0), jnp.float32))
        self.scale.set_value(jnp.asarray(np.maximum(spread, least) * size, jnp.float32))

    def __call__(self, x: Float[Array, "b i"], keys: Array | None = None) -> Float[Array, "b o"]:
        """Outputs for embeddings; with ``keys`` (one for each row) nodes are dropped, as in training."""
        x = (x - self.center[...]) / self.scale[...]
        if not self.hidden:
            x = self._drop(x, keys, 0)
        for index, layer in enumerate(self.hidden):
            x = self._drop(jax.nn.relu(layer(x)), keys, index)
        return self.output(x)

    def _drop(self, x: Array, keys: Array | None, index: int) -> Array:
        if keys is None or self.dropout == 0.0:
            return x
        keep = 1.0 - self.dropout
        # One key per row: dropout depends on the row, not on its batch.
        mask = jax.vmap(
            lambda key: jax.random.bernoulli(jax.random.fold_in(key, index), keep, x.shape[1:])
        )(keys)
        return jnp.where(mask, x / keep, 0.0)


def base_logits(outcome: Outcome, codes: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The best constant outputs: the logits of the class shares."""
    total = weights.sum()
    if outcome.kind == "numeric":
        return np.zeros(1)
    if outcome.kind == "multilabel":
        return _logit((codes * weights[:, None]).sum(axis=0) / total)
    shares = np.bincount(codes, weights, minlength=len(outcome.levels)) / total
    if outcome.kind == "binary":
        return _logit(shares[1:])
    if outcome.kind == "ordered":
        return _logit(1 - np.cumsum(shares)[:-1])
    return np.log(np.clip(shares, 1e-3, None))


def _logit(shares: np.ndarray) -> np.ndarray:
    safe = np.clip(shares, 1e-3, 1 - 1e-3)
    return np.log(safe / (1 - safe))

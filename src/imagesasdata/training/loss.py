"""What training minimizes: the loss of the outputs and the penalty on the weights."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax.nn import log_sigmoid, log_softmax, softplus
from jaxtyping import Array, Float

from imagesasdata.arrays.probabilities import logistic, softmax
from imagesasdata.training.outcome import Outcome, OutcomeKind

Params = dict[str, jax.Array]


def row_losses(
    kind: OutcomeKind, outputs: Float[Array, "b o"], codes: Array, *, smoothing: float = 0.0
) -> Float[Array, " b"]:
    """The loss of each row.

    For classes it is the cross-entropy (for several labels, its mean over the labels), for ordered
    classes the negative log-likelihood of the proportional odds model, and for numbers half the
    squared error of the standardized value.

    Parameters
    ----------
    kind
        The kind of outcome.
    outputs
        The network's outputs.
    codes
        Class numbers (b,), labels (b, o) or standardized values (b,).
    smoothing
        Share of each row's weight that is spread over all classes (Szegedy et al. 2016).
    """
    if kind == "numeric":
        return 0.5 * (outputs[:, 0] - codes) ** 2
    if kind == "ordered":
        return _ordered(outputs, codes, smoothing)
    if kind == "multiclass":
        return -(
            _smooth(jax.nn.one_hot(codes, outputs.shape[1]), smoothing) * log_softmax(outputs)
        ).sum(axis=1)
    wanted = codes[:, None].astype(outputs.dtype) if kind == "binary" else codes
    wanted = wanted * (1 - smoothing) + smoothing / 2
    return -(wanted * log_sigmoid(outputs) + (1 - wanted) * log_sigmoid(-outputs)).mean(axis=1)


def penalty(params: Params, l1: float, l2: float) -> jax.Array:
    """``l1`` times the sum of the weights' absolute values and ``l2`` times that of their squares.

    Only kernels count: not biases, nor a normalization's scale and shift.
    """
    kernels = [values for name, values in params.items() if is_kernel(name)]
    total = jnp.zeros(())
    if l1:
        total += l1 * sum(jnp.abs(values).sum() for values in kernels)
    if l2:
        total += l2 * sum(jnp.square(values).sum() for values in kernels)
    return total


def is_kernel(name: str) -> bool:
    """Whether a parameter's name says that it is a kernel, which multiplies its input."""
    return name.rsplit(".", 1)[-1] == "kernel"


def chances(outcome: Outcome, outputs: Float[np.ndarray, "n o"]) -> Float[np.ndarray, "n k"]:
    """Outputs as probabilities of each class or label, or as values in their unit, (n, 1)."""
    z = outputs.astype(np.float64)
    if outcome.kind == "numeric":
        return z * outcome.scale + outcome.center
    if outcome.kind == "multiclass":
        return softmax(z)
    above = logistic(z)
    if outcome.kind == "multilabel":
        return above
    edges = np.concatenate([np.ones((len(z), 1)), above, np.zeros((len(z), 1))], axis=1)
    return edges[:, :-1] - edges[:, 1:]


def _ordered(outputs: Array, codes: Array, smoothing: float) -> Array:
    # P(class k) = P(above k - 1) - P(above k); the outermost are 1 and 0.
    upper = jnp.pad(outputs, ((0, 0), (1, 0)), constant_values=jnp.inf)
    lower = jnp.pad(outputs, ((0, 0), (0, 1)), constant_values=-jnp.inf)
    gap = jnp.where(jnp.isfinite(upper - lower), upper - lower, jnp.inf)
    logs = -softplus(-upper) - softplus(lower) + jnp.log(-jnp.expm1(-jnp.maximum(gap, 1e-6)))
    wanted = _smooth(jax.nn.one_hot(codes, logs.shape[1]), smoothing)
    return -(wanted * logs).sum(axis=1)


def _smooth(one_hot: Array, smoothing: float) -> Array:
    return one_hot * (1 - smoothing) + smoothing / one_hot.shape[1]

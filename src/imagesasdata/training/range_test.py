"""The learning-rate range test: raise the rate step by step and find where the loss is lowest."""

from __future__ import annotations

import jax
import numpy as np

from imagesasdata.training.batches import Inputs, shuffled
from imagesasdata.training.optimizer import OptimizerName, build_optimizer
from imagesasdata.training.trainer import Trainer

# First and last rate, number of steps, and the lowest and highest rate that may be chosen. Steps on
# pictures are slow, so there are fewer, and the network is pretrained, so rates are lower.
_VECTORS = (1e-5, 1.0, 60, 3e-4, 3e-3)
_PICTURES = (1e-6, 0.1, 16, 3e-5, 3e-4)
# Adam's steps are about as large as the rate; SGD's are scaled by the gradient and smaller.
_TIMES = {"adamw": 1.0, "sgd": 30.0}
_SMOOTH = 0.7
_TOO_HIGH = 2.0


def find_rate(
    trainer: Trainer,
    optimizer: OptimizerName,
    inputs: Inputs,
    train: np.ndarray,
    *,
    batch_size: int,
    seed: int,
    picture: bool,
) -> float:
    """A learning rate for an optimizer, from a test on a copy of the weights.

    The rate rises by a factor each step; the smoothed loss first falls, then rises. The result is a
    tenth of the rate at the minimum (Smith 2017), well below the rates at which training is
    unstable.

    Parameters
    ----------
    picture
        Whether the inputs are pictures rather than embeddings.
    """
    lowest, highest, steps, least, most = _PICTURES if picture else _VECTORS
    least, most = least * _TIMES[optimizer], most * _TIMES[optimizer]
    rates = np.geomspace(lowest, highest, steps)
    chosen = build_optimizer(optimizer, lambda step: _at(rates, step), l2=trainer.objective.l2)
    trained = trainer.start()
    state = chosen.transform.init(trained)
    update = trainer.update(chosen)
    size = trainer.size(min(batch_size, len(train)))
    smooth, weight, losses = 0.0, 0.0, []
    epoch = 0
    while len(losses) < steps:
        epoch += 1
        # Epoch numbers that training does not use, so that the test does not change it.
        order = shuffled(train, seed, 2**31 + epoch)
        for batch in inputs.batches(order, size, 2**31 - epoch):
            gradients, sums = trainer.gradients(trained, batch, 2**31 - epoch)
            loss = float(sums.loss) / float(sums.weight)
            smooth = _SMOOTH * smooth + (1 - _SMOOTH) * loss
            weight = _SMOOTH * weight + 1 - _SMOOTH
            losses.append(smooth / weight)
            blown = not np.isfinite(loss) or losses[-1] > _TOO_HIGH * losses[0] + 0.1
            if blown or len(losses) == steps:
                return float(np.clip(_choose(rates, losses), least, most))
            trained, state = update(trained, state, gradients, sums.weight)
    return float(np.clip(_choose(rates, losses), least, most))


def _choose(rates: np.ndarray, losses: list[float]) -> float:
    finite = np.nan_to_num(np.asarray(losses), nan=np.inf)
    return float(f"{rates[max(int(finite.argmin()) - 1, 0)] / 10:.2g}")


def _at(rates: np.ndarray, step: jax.Array) -> jax.Array:
    import jax.numpy as jnp

    return jnp.asarray(rates)[jnp.minimum(step, len(rates) - 1)]

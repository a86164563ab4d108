"""Boxes from a detector's outputs: suppression against a plain loop, distances in closed form."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from imagesasdata.networks.nn.detections import (
    Detections,
    distances_to_boxes,
    overlap,
    strongest,
    suppress,
)


def iou(a: np.ndarray, b: np.ndarray) -> float:
    width = max(min(a[2], b[2]) - max(a[0], b[0]), 0)
    height = max(min(a[3], b[3]) - max(a[1], b[1]), 0)
    areas = [(one[2] - one[0]) * (one[3] - one[1]) for one in (a, b)]
    return width * height / (sum(areas) - width * height)


def random_detections(seed: int, count: int = 60) -> Detections:
    random = np.random.default_rng(seed)
    corner = random.uniform(0, 60, (count, 2))
    boxes = np.concatenate([corner, corner + random.uniform(10, 50, (count, 2))], axis=1)
    scores = random.permutation(count) / count
    return Detections(
        jnp.asarray(boxes, jnp.float32),
        jnp.asarray(scores, jnp.float32),
        jnp.asarray(random.integers(0, 3, count)),
    )


@pytest.mark.parametrize("seed", range(4))
def test_suppression_is_that_of_a_plain_loop(seed: int) -> None:
    found = random_detections(seed)
    boxes, scores, classes = map(np.asarray, found)
    kept: list[int] = []
    for place in np.argsort(-scores):
        rivals = [one for one in kept if classes[one] == classes[place]]
        if all(iou(boxes[one], boxes[place]) <= 0.5 for one in rivals):
            kept.append(place)
    got = jax.jit(suppress, static_argnums=1)(found, 0.5)
    mask = np.asarray(got.scores) > 0
    expected = [place for place in kept if scores[place] > 0]
    assert 5 < len(expected) < len(scores) - 2
    np.testing.assert_allclose(np.asarray(got.scores)[mask], scores[expected])
    np.testing.assert_allclose(np.asarray(got.boxes)[mask], boxes[expected])
    np.testing.assert_array_equal(np.asarray(got.classes)[mask], classes[expected])


def test_things_of_two_kinds_do_not_suppress_each_other() -> None:
    boxes = jnp.asarray([[0, 0, 10, 10], [0, 0, 10, 10], [1, 0, 10, 10]], jnp.float32)
    found = Detections(boxes, jnp.asarray([0.5, 0.9, 0.7]), jnp.asarray([0, 1, 0]))
    got = suppress(found, 0.5)
    np.testing.assert_allclose(got.scores, [0.9, 0.7, 0.0])


def test_overlap() -> None:
    boxes = jnp.asarray([[0, 0, 2, 2], [1, 0, 3, 2], [5, 5, 5, 5]], jnp.float32)
    expected = [[1, 1 / 3, 0], [1 / 3, 1, 0], [0, 0, 0]]
    np.testing.assert_allclose(overlap(boxes), expected, rtol=1e-6)


def test_the_strongest_pairs() -> None:
    boxes = jnp.arange(8, dtype=jnp.float32).reshape(2, 4)
    chances = jnp.asarray([[0.1, 0.9, 0.2], [0.8, 0.0, 0.3]])
    got = strongest(boxes, chances, 3)
    np.testing.assert_allclose(got.scores, [0.9, 0.8, 0.3])
    np.testing.assert_array_equal(got.classes, [1, 0, 2])
    np.testing.assert_allclose(got.boxes[:, 0], [0, 4, 4])


def test_distances() -> None:
    """All weight on bins 1, 2, 3 and 0: that many strides to the left, top, right and bottom."""
    logits = jnp.asarray(50 * np.eye(4)[[[1, 2, 3, 0]] * 6], jnp.float32)
    got = distances_to_boxes(logits, stride=8, width=3)
    middles = [(4, 4), (12, 4), (20, 4), (4, 12), (12, 12), (20, 12)]
    np.testing.assert_allclose(got, [[x - 8, y - 16, x + 24, y] for x, y in middles], atol=1e-5)

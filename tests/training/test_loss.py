"""The loss and the penalty by hand; the head; sums over a batch's parts and devices."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from imagesasdata.training.batches import Batch, Embedded, shuffled
from imagesasdata.training.head import Head, base_logits
from imagesasdata.training.loss import chances, is_kernel, penalty, row_losses
from imagesasdata.training.network import put, split_module
from imagesasdata.training.optimizer import build_optimizer, rates
from imagesasdata.training.outcome import Outcome, find_outcome
from imagesasdata.training.trainer import Objective, Trainer
from imagesasdata.training.weights import row_weights
from tests.conftest import REPO

OUTPUTS = np.array([[2.0, -1.0, 0.5], [0.0, 0.3, -2.0]], np.float32)
THREE = find_outcome("y", ["a", "b", "c"] * 2)


def test_cross_entropy_by_hand() -> None:
    codes = jnp.array([0, 2])
    soft = np.exp(OUTPUTS) / np.exp(OUTPUTS).sum(axis=1, keepdims=True)
    got = row_losses("multiclass", jnp.asarray(OUTPUTS), codes)
    np.testing.assert_allclose(got, -np.log(soft[[0, 1], [0, 2]]), rtol=1e-5)
    got = row_losses("multiclass", jnp.asarray(OUTPUTS), codes, smoothing=0.3)
    wanted = np.array([[0.8, 0.1, 0.1], [0.1, 0.1, 0.8]])
    np.testing.assert_allclose(got, -(wanted * np.log(soft)).sum(axis=1), rtol=1e-5)


def test_two_classes_and_labels_by_hand() -> None:
    above = 1 / (1 + np.exp(-OUTPUTS))
    got = row_losses("binary", jnp.asarray(OUTPUTS[:, :1]), jnp.array([1, 0]))
    np.testing.assert_allclose(got, -np.log([above[0, 0], 1 - above[1, 0]]), rtol=1e-5)
    coded = np.array([[1, 0, 1], [0, 0, 0]], np.float32)
    got = row_losses("multilabel", jnp.asarray(OUTPUTS), jnp.asarray(coded))
    expected = -np.log(np.where(coded > 0, above, 1 - above)).mean(axis=1)
    np.testing.assert_allclose(got, expected, rtol=1e-5)


def test_numbers_by_hand() -> None:
    got = row_losses("numeric", jnp.asarray(OUTPUTS[:, :1]), jnp.array([0.5, 1.0]))
    np.testing.assert_allclose(got, [0.5 * 1.5**2, 0.5])


def test_ordered_classes_are_proportional_odds() -> None:
    falling = np.array([[2.0, 0.5, -1.0], [3.0, -2.0, -2.5]], np.float32)
    outcome = Outcome("y", "ordered", ("a", "b", "c", "d"))
    shares = chances(outcome, falling)
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)
    for code in range(4):
        got = row_losses("ordered", jnp.asarray(falling), jnp.full(2, code))
        np.testing.assert_allclose(got, -np.log(shares[:, code]), rtol=1e-4)
    slope = jax.grad(lambda x: row_losses("ordered", x, jnp.array([0, 3])).sum())(falling)
    assert np.isfinite(slope).all()


def test_the_penalty_by_hand_is_of_kernels_alone() -> None:
    params = {
        "base.stem.kernel": jnp.array([[1.0, -2.0]]),
        "base.stem.norm.scale": jnp.array([5.0]),
        "base.stem.norm.bias": jnp.array([5.0]),
        "head.output.bias": jnp.array([7.0]),
        "head.output.first": jnp.array([7.0]),
    }
    assert float(penalty(params, 0.1, 0.01)) == pytest.approx(0.1 * 3 + 0.01 * 5)
    assert [is_kernel(name) for name in params] == [True, False, False, False, False]


@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
def test_a_step_by_hand(optimizer: str) -> None:
    head = Head(2, 1, rngs=nnx.Rngs(0))
    put(head, {"output.kernel": np.array([[0.5], [-1.0]], np.float32)})
    x, y = np.array([[1.0, 2.0], [3.0, -1.0]], np.float32), np.array([1, 0], np.int32)
    objective = Objective(
        outcome=find_outcome("y", [0, 1, 0, 1]),
        codes=y,
        weights=np.ones(2, np.float32),
        l1=0.1,
        l2=0.2,
    )
    trainer = Trainer(
        split_module(head, lambda name: True), objective, jax.devices()[:1], 1, None, 1
    )
    chosen = build_optimizer(optimizer, 0.01, l2=0.2)  # type: ignore[arg-type]
    trained = trainer.start()
    gradients, sums = trainer.gradients(trained, Batch(x, np.arange(2)), 1)
    new, _ = trainer.update(chosen)(trained, chosen.transform.init(trained), gradients, sums.weight)
    w = np.array([0.5, -1.0])
    slope = x.T @ (1 / (1 + np.exp(-x @ w)) - y) / 2 + 0.1 * np.sign(w)
    if optimizer == "sgd":
        expected = w - 0.01 * (slope + 2 * 0.2 * w)
    else:
        expected = w - 0.01 * (np.sign(slope) + 2 * 0.2 * w)
    np.testing.assert_allclose(np.asarray(new["output.kernel"])[:, 0], expected, atol=1e-5)
    np.testing.assert_allclose(trainer.penalty(trained), 0.1 * 1.5 + 0.2 * 1.25, rtol=1e-6)


def test_dropout_is_in_training_alone_and_follows_the_row() -> None:
    head = Head(8, 3, hidden=(64,), dropout=0.5, rngs=nnx.Rngs(0))
    put(head, {"output.kernel": np.ones((64, 3), np.float32)})
    x = jnp.asarray(np.random.default_rng(0).normal(size=(4, 8)), jnp.float32)
    still = head(x)
    np.testing.assert_array_equal(still, head(x))
    keys = jax.vmap(lambda row: jax.random.fold_in(jax.random.key(1), row))(jnp.arange(4))
    moved = head(x, keys)
    assert (np.asarray(moved) != np.asarray(still)).all()
    np.testing.assert_allclose(head(x[1:3], keys[1:3]), moved[1:3], rtol=1e-5)
    many = jax.vmap(lambda row: jax.random.fold_in(jax.random.key(1), row))(jnp.arange(4000))
    mean = head(jnp.tile(x[:1], (4000, 1)), many).mean(axis=0)
    np.testing.assert_allclose(mean, still[0], rtol=0.05)


def test_a_head_starts_at_the_shares() -> None:
    for outcome, codes in (
        (THREE, np.array([0, 0, 1, 2], np.int32)),
        (Outcome("y", "ordered", ("a", "b", "c")), np.array([0, 0, 1, 2], np.int32)),
        (find_outcome("y", [0, 1] * 2), np.array([1, 1, 1, 0], np.int32)),
    ):
        head = Head(4, outcome.outputs, ordered=outcome.kind == "ordered", rngs=nnx.Rngs(0))
        head.output.start(base_logits(outcome, codes, np.ones(4)))
        got = chances(outcome, np.asarray(head(jnp.ones((1, 4)))))[0]
        shares = np.bincount(codes, minlength=len(outcome.levels)) / 4
        np.testing.assert_allclose(got, shares, atol=2e-3)


def test_the_head_standardizes_what_varies() -> None:
    values = np.random.default_rng(0).normal(3, 2, (50, 16)).astype(np.float32)
    values[:, 0] = 1.0
    head = Head(16, 1, rngs=nnx.Rngs(0))
    head.standardize(values)
    scaled = (values - np.asarray(head.center[...])) / np.asarray(head.scale[...])
    assert scaled[:, 0].std() == 0
    np.testing.assert_allclose(scaled[:, 1:].std(axis=0), 1.0, rtol=1e-4)


def test_batches_are_filled_up_and_ordered_by_the_seed() -> None:
    rows = shuffled(np.arange(10), 1, 1)
    assert sorted(rows) == list(range(10))
    assert (rows == shuffled(np.arange(10), 1, 1)).all()
    assert (rows != shuffled(np.arange(10), 1, 2)).any()
    batches = list(Embedded(np.arange(20.0).reshape(10, 2)).batches(rows, 4, 1))
    assert [batch.rows.tolist() for batch in batches][2][2:] == [-1, -1]
    assert batches[2].inputs[2:].tolist() == [[0, 0], [0, 0]]


def test_the_learning_rate_falls_by_a_cosine() -> None:
    rate = rates("cosine", 1.0, epochs=10, steps=10)
    assert float(rate(0)) == 1.0
    assert float(rate(50)) == pytest.approx(0.505)
    assert float(rate(100)) == pytest.approx(0.01)
    assert float(rates("constant", 0.5, epochs=1, steps=100)(99)) == 0.5


@pytest.mark.parametrize(("steps", "step_size", "gamma"), [(1, 7, 0.1), (5, 3, 0.5), (33, 1, 1.0)])
def test_the_learning_rate_falls_in_stairs(steps: int, step_size: int, gamma: float) -> None:
    stairs = {"step_size": step_size, "gamma": gamma}
    rate = rates("step", 1e-4, epochs=30, steps=steps, **stairs)  # type: ignore[arg-type]
    every = np.arange(30 * steps)
    # PyTorch's StepLR, which is told of each epoch's end.
    expected = 1e-4 * gamma ** (every // steps // step_size)
    np.testing.assert_allclose(jax.jit(jax.vmap(rate))(every), expected, rtol=1e-5)
    assert rate(8 * steps) == pytest.approx(expected[8 * steps])
    usual = rates("step", 1.0, epochs=30, steps=2)
    assert [usual(step) for step in (13, 14, 27, 28)] == pytest.approx([1, 0.1, 0.1, 0.01])


def test_each_row_counts_by_its_weight() -> None:
    codes, train = np.array([0, 0, 1, 1]), np.array([0, 1, 2])
    outcome, own = find_outcome("y", [0, 0, 1, 1]), np.array([1.0, 3.0, 2.0, 2.0])
    np.testing.assert_array_equal(row_weights(None, outcome, codes, train), 1)
    np.testing.assert_array_equal(row_weights(None, outcome, codes, train, own), own)
    got = row_weights("balanced", outcome, codes, train, own)
    np.testing.assert_allclose(got, own * [0.75, 0.75, 1.5, 1.5])
    assert got[[0, 1]].sum() == got[2]
    got = row_weights({1: 4.0}, outcome, codes, train, own)
    np.testing.assert_allclose(got, own * [1, 1, 4, 4])


DEVICES = """
import json, sys, jax, numpy as np
from flax import nnx
from imagesasdata.training.batches import Batch
from imagesasdata.training.head import Head
from imagesasdata.training.network import split_module
from imagesasdata.training.outcome import find_outcome
from imagesasdata.training.trainer import Objective, Trainer
rng = np.random.default_rng(0)
x, y = rng.normal(size=(7, 6)).astype(np.float32), np.array([0, 1, 2, 0, 1, 2, 0], np.int32)
objective = Objective(
    outcome=find_outcome("y", ["a", "b", "c"] * 2), codes=y, weights=np.ones(7, np.float32)
)
head = Head(6, 3, hidden=(5,), dropout=0.3, rngs=nnx.Rngs(0))
network = split_module(head, lambda name: True)
network.trained["output.kernel"] = jax.numpy.ones((5, 3))
found = []
for part in (None, 2):
    trainer = Trainer(network, objective, jax.devices(), 2, part, 1)
    size = trainer.size(7)
    inputs = np.concatenate([x, np.zeros((size - 7, 6), np.float32)])
    rows = np.concatenate([np.arange(7), np.full(size - 7, -1)])
    gradients, sums = trainer.gradients(trainer.start(), Batch(inputs, rows), 1)
    flat = np.concatenate([np.ravel(gradients[name]) for name in sorted(gradients)])
    found.append([size, float(sums.loss), float(sums.weight), flat.tolist()])
print(json.dumps([len(jax.devices()), found]))
"""


@pytest.mark.slow
def test_parts_and_devices_add_up_to_the_same() -> None:
    answers = []
    for devices in (1, 4):
        flags = f"--xla_force_host_platform_device_count={devices}"
        done = subprocess.run(
            [sys.executable, "-c", DEVICES],
            env={**os.environ, "XLA_FLAGS": flags},
            capture_output=True,
            text=True,
            check=True,
            cwd=REPO,
        )
        count, found = json.loads(done.stdout)
        assert count == devices
        answers += found
    assert [size for size, *_ in answers] == [7, 8, 8, 8]
    for _, loss, weight, flat in answers[1:]:
        assert weight == 7
        assert loss == pytest.approx(answers[0][1], rel=1e-5)
        np.testing.assert_allclose(flat, answers[0][3], rtol=1e-4, atol=1e-6)

"""Several codes of an item to one: by majority, by one coder first, or by Dawid and Skene's model.

The model takes the truth of each item as unknown. Given it, coders err independently of one another,
each with rates of their own. Its likelihood is maximized by EM, which begins with the share of the codes
that each value has.

Dawid, A. P. and Skene, A. M. (1979). Maximum Likelihood Estimation of Observer Error-Rates Using the EM
Algorithm. doi:10.2307/2346806.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

import numpy as np
from jaxtyping import Bool, Float, Int

from imagesasdata.arrays.stats.agreement import MISSING, Codes, counts
from imagesasdata.errors import ArgumentError

By = Literal["majority", "coder", "model"]
WAYS: tuple[By, ...] = get_args(By)
_ROUNDS, _ENOUGH = 10_000, 1e-10
_TINY = 1e-300
# Fewer coders than these leave the model's error rates open, whatever the number of items.
LEAST_CODERS = 3


class Settled(NamedTuple):
    """The value of each item, or `MISSING`, and what it rests on.

    ``share`` is the share of the item's codes that are the settled value, ``prob`` the probability of
    it by the model (NaN without).
    """

    value: Int[np.ndarray, " items"]
    share: Float[np.ndarray, " items"]
    prob: Float[np.ndarray, " items"]
    coders: Int[np.ndarray, " items"]
    is_disputed: Bool[np.ndarray, " items"]

    @property
    def open(self) -> int:
        """How many items have no value."""
        return int((self.value == MISSING).sum())


class Model(NamedTuple):
    """Dawid and Skene's model, fitted.

    ``prob`` is the probability of each value of each item, ``share`` of each value among items,
    ``rates`` that with which each coder gives a code (last axis) to an item of a value (second axis).
    """

    prob: Float[np.ndarray, "items values"]
    share: Float[np.ndarray, " values"]
    rates: Float[np.ndarray, "coders values values"]


def settle(codes: Codes, values: int, by: By, first: int | None = None) -> Settled:
    """One value for each item.

    Parameters
    ----------
    codes
        Numbers from 0, or `MISSING`, for each coder and item; each item has one code or more.
    values
        How many values there are.
    by
        ``"majority"``: the value that most coders gave, none if two were given as often; ``"coder"``:
        that of the coder ``first``, elsewhere the majority; ``"model"``: the most probable.
    first
        The coder who decides.

    Raises
    ------
    ArgumentError
        When the model cannot be estimated from these codes.
    """
    table = counts(codes, values)
    times = table.sum(axis=1)
    prob = np.full(len(table), np.nan)
    if by == "model":
        check_identified(codes)
        found = dawid_skene(repeated(codes, values)).prob
        value = _largest(found)
        prob = np.where(value == MISSING, np.nan, found.max(axis=1, initial=0.0))
    else:
        value = _largest(table)
        if first is not None:
            value = np.where(codes[first] == MISSING, value, codes[first])
    given = np.take_along_axis(table, np.maximum(value, 0)[:, None], axis=1)[:, 0]
    share = np.where(value == MISSING, np.nan, given / times)
    return Settled(value, share, prob, times.astype(np.int64), (table > 0.0).sum(axis=1) > 1)


def _largest(table: Float[np.ndarray, "items values"]) -> Int[np.ndarray, " items"]:
    """The column with each row's largest number, `MISSING` where two have it."""
    most = table.max(axis=1, keepdims=True, initial=0.0)
    tied = (table >= most * (1.0 - 1e-9)).sum(axis=1) > 1
    return np.where(tied, MISSING, table.argmax(axis=1)).astype(np.int64)


def repeated(codes: Codes, values: int) -> Float[np.ndarray, "coders items values"]:
    """How often each coder gave each value to each item: once or not at all."""
    return (codes[:, :, None] == np.arange(values)).astype(float)


def check_identified(codes: Codes) -> None:
    """Raise when there are too few coders to tell who errs.

    Raises
    ------
    ArgumentError
        With two coders, or if no item was coded by three, many different error rates fit as well.
    """
    most = int((codes != MISSING).sum(axis=0).max(initial=0))
    if most < LEAST_CODERS:
        raise ArgumentError(
            f'by="model" needs items that three or more coders coded; here none has more than {most:,}. '
            "With fewer, codes do not tell which coder errs.",
            'let a third person code some items, or give by="majority" or by="coder".',
        )


def dawid_skene(given: Float[np.ndarray, "coders items values"]) -> Model:
    """Fit the model by EM.

    ``given`` says how often each coder gave each value to each item.
    """
    whole = given.sum(axis=(0, 2))
    found, before = _estimated(given, given.sum(axis=0) / whole[:, None])
    for _ in range(_ROUNDS):
        found, now = _estimated(given, found.prob)
        if now - before < _ENOUGH * (1.0 + abs(now)):
            break
        before = now
    return found


def _estimated(given: np.ndarray, prob: np.ndarray) -> tuple[Model, float]:
    """The model by the items' probabilities, then these by the model, and its log likelihood."""
    share = prob.mean(axis=0)
    rates = np.einsum("iv,ciw->cvw", prob, given)
    total = rates.sum(axis=2, keepdims=True)
    # Of a value that no item has, nothing is known: the same rate for each code.
    rates = np.where(total > 0.0, rates / np.maximum(total, _TINY), 1.0 / given.shape[2])
    fit = np.einsum("ciw,cvw->iv", given, np.log(np.maximum(rates, _TINY)))
    fit += np.log(np.maximum(share, _TINY))
    top = fit.max(axis=1, keepdims=True)
    weight = np.exp(fit - top)
    whole = weight.sum(axis=1, keepdims=True)
    return Model(weight / whole, share, rates), float((top + np.log(whole)).sum())

"""Agreement on codes with an order: weighted kappa and intraclass correlation, with weights of items.

- Weighted kappa is for two coders, as Cohen's; with more, it is the mean over pairs of coders. A
  disagreement counts by its distance (linear) or the square of it (quadratic).
- The intraclass correlations are those of a two-way random model for absolute agreement: of one coder's
  codes, and of the mean over all coders (ICC(2,1) and ICC(2,k) of Shrout and Fleiss). All coders must
  have coded all items.

Cohen, J. (1968). Weighted kappa. doi:10.1037/h0026256. Shrout, P. E. and Fleiss, J. L. (1979).
Intraclass correlations: Uses in assessing rater reliability. doi:10.1037/0033-2909.86.2.420.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from jaxtyping import Float, Int

from imagesasdata.arrays.stats.classification import mean_known

Codes = Int[np.ndarray, "coders items"]
Domain = Float[np.ndarray, " values"]
Weights = Float[np.ndarray, " items"] | None
_TINY = 1e-12


def weighted_kappa(codes: Codes, domain: Domain, exponent: int, weights: Weights = None) -> float:
    """Weighted kappa; ``domain`` is the number that each code stands for, a code below 0 is missing."""
    distance = np.abs(np.subtract.outer(domain, domain)) ** exponent
    kappas = [
        _two(codes[one], codes[other], distance, weights)
        for one, other in combinations(range(len(codes)), 2)
    ]
    return mean_known(np.array(kappas))


def _two(one: np.ndarray, other: np.ndarray, distance: np.ndarray, weights: Weights) -> float:
    both = (one >= 0) & (other >= 0)
    if not both.any():
        return float("nan")
    each = np.ones(both.sum()) if weights is None else weights[both]
    values = len(distance)
    mine, theirs = (np.bincount(some[both], each, values) for some in (one, other))
    apart = (each * distance[one[both], other[both]]).sum() / each.sum()
    chance = mine @ distance @ theirs / each.sum() ** 2
    return float(1.0 - apart / chance) if chance > _TINY else float("nan")


def intraclass(codes: Codes, domain: Domain, weights: Weights = None) -> tuple[float, float]:
    """The intraclass correlation of one coder's codes, and of the mean of all coders'.

    NaN if a code is missing, or there are fewer than two items.
    """
    coders, items = codes.shape
    if items < 2 or coders < 2 or (codes < 0).any():
        return float("nan"), float("nan")
    each = np.ones(items) if weights is None else weights * (items / weights.sum())
    values = domain[codes]
    of_item, of_coder = values.mean(axis=0), values @ each / items
    whole = of_coder.mean()
    rows = coders * (each * (of_item - whole) ** 2).sum() / (items - 1)
    columns = items * ((of_coder - whole) ** 2).sum() / (coders - 1)
    rest = values - of_item - of_coder[:, None] + whole
    error = (each * rest**2).sum() / ((items - 1) * (coders - 1))
    single = rows + (coders - 1) * error + coders * (columns - error) / items
    average = rows + (columns - error) / items
    found = [
        float((rows - error) / one) if one > _TINY else float("nan") for one in (single, average)
    ]
    return found[0], found[1]

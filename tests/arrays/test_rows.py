"""Values of some rows among all rows."""

from __future__ import annotations

import numpy as np

from imagesasdata.arrays.rows import among_all

SOME = np.array([False, True, False, True])


def test_values_in_their_rows() -> None:
    assert among_all(np.array([2.5, -1.0]), SOME).tolist() == [0, 2.5, 0, -1]
    found = among_all(np.array([True, False]), SOME)
    assert found.dtype == bool
    assert found.tolist() == [False, True, False, False]
    assert among_all(np.zeros(0), np.zeros(0, bool)).shape == (0,)

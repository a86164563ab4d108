"""Pictures that are coded in two ways."""

from __future__ import annotations

import numpy as np
import pytest

from imagesasdata.errors import GuessWarning
from imagesasdata.training.contradictions import tell_contradictions
from imagesasdata.training.outcome import Outcome

BINARY = Outcome("y", "binary", ("no", "yes"))
LABELS = Outcome("y", "multilabel", ("a", "b"))


@pytest.mark.parametrize(
    ("outcome", "values", "paths", "hashes"),
    [
        (BINARY, [0, 0, 1], ["a", "a", "b"], ["1", "1", "2"]),
        (BINARY, [0, 1], ["a", "b"], ["0", "0"]),  # plain pictures have no hash of their own
        (Outcome("y", "numeric"), [0.5, 1.5], ["a", "a"], ["1", "1"]),
        (LABELS, [[0, 1], [0, 1]], ["a", "a"], ["1", "1"]),
    ],
)
def test_codes_that_agree(
    outcome: Outcome, values: list[object], paths: list[str], hashes: list[str]
) -> None:
    tell_contradictions(outcome, np.array(values), paths, [hashes, hashes])


@pytest.mark.parametrize(
    ("outcome", "values", "paths", "hashes", "told"),
    [
        (BINARY, [0, 1, 1], ["a", "a", "b"], ["1", "1", "2"], "2 of 3 rows are of 1 picture with"),
        (BINARY, [0, 1], ["a", "a"], ["0", "0"], "2 of 2 rows are of 1 picture with"),
        (BINARY, [0, 1, 0], ["a", "b", "c"], ["1", "1", "1"], "3 of 3 rows .* such as 'a' and 'b'"),
        (
            BINARY,
            [0, 1, 1, 0],
            ["a", "a", "b", "b"],
            ["1", "1", "2", "2"],
            "are of 2 pictures with",
        ),
        (LABELS, [[0, 1], [1, 1]], ["a", "a"], ["1", "1"], "contradict one another"),
    ],
)
def test_codes_that_contradict(
    outcome: Outcome, values: list[object], paths: list[str], hashes: list[str], told: str
) -> None:
    with pytest.warns(GuessWarning, match=told):
        tell_contradictions(outcome, np.array(values), paths, [hashes, hashes])

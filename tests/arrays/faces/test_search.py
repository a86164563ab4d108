"""A search in several looks, with a made detector: it takes white squares for faces."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image

from imagesasdata.arrays.faces.candidates import Candidates
from imagesasdata.arrays.faces.closer_look import Odds
from imagesasdata.arrays.faces.search import Look, Search

SIZE = 96
ODDS = Odds(1.0, 1.0, 0.0, certain=0.9, usual=2.0, weakest=0.5)


def detector(inputs: list[np.ndarray], score: float, closer: float | None) -> Any:
    """Finds the white square of an input: with a score, and with another when it is a third as large."""

    def decode(number: Any, least: float) -> Candidates:
        rows, columns = np.nonzero(inputs[number][..., 0] > 200)
        if not len(rows):
            return Candidates(np.zeros((0, 4)), np.zeros((0, 6, 2)), np.zeros(0))
        left, top = columns.min(), rows.min()
        side = float(max(columns.max() - left, rows.max() - top) + 1)
        points = np.array([[0.3, 0.35], [0.7, 0.35], [0.5, 0.6], [0.5, 0.75], [0, 0.4], [1, 0.4]])
        seen = closer if closer is not None and 0.2 * SIZE < side < 0.4 * SIZE else score
        found = Candidates(
            np.array([[left, top, side, side]], np.float64),
            points[None] * side + np.array([left, top]),
            np.array([seen]),
        )
        return found if seen >= least else Candidates(*(part[:0] for part in found))

    return decode


def searched(
    image: Image.Image, score: float, closer: float | None = None, **options: Any
) -> tuple[Candidates, list[Look]]:
    inputs: list[np.ndarray] = []
    given = {"odds": ODDS, "threshold": 0.5, "min_size": 5.0, "turns": True, **options}
    search = Search(detector(inputs, score, closer), size=SIZE, **given)
    results: list[tuple[Any, Look]] = []
    waiting = list(search.first(image, 2.0, (0.5, 1.0)))
    while waiting:
        for pixels, look in waiting:
            assert pixels.shape == (SIZE, SIZE, 3)
            results.append((len(inputs), look))
            inputs.append(pixels)
        waiting = list(search.again(results))
    return search.faces(results), [look for _, look in results]


def scene(left: int = 60, top: int = 20, side: int = 12) -> Image.Image:
    """A dark picture of 120 x 80 with a white square."""
    image = Image.new("RGB", (120, 80), (20, 20, 20))
    image.paste((255, 255, 255), (left, top, left + side, top + side))
    return image


def test_a_certain_face_is_seen_once() -> None:
    found, looks = searched(scene(), 0.95)
    assert len(looks) == 2
    # In pixels of the stored picture, of which this is half a copy.
    np.testing.assert_allclose(found.boxes, [[120, 40, 24, 24]], atol=4)
    expected = 1 / (1 + np.exp(-(np.log(0.95 / 0.05) + 2.0)))
    assert found.scores.tolist() == pytest.approx([expected])


@pytest.mark.parametrize(("closer", "count"), [(0.8, 1), (0.02, 0)])
def test_a_face_in_doubt_is_looked_at_again(closer: float, count: int) -> None:
    found, looks = searched(scene(), 0.7, closer)
    near = [look for look in looks if look.number == 0 and look.turn is None]
    assert len(near) == 2
    assert len(found.scores) == count
    if count:
        expected = 0.7 / 0.3 * closer / (1 - closer)
        assert found.scores.tolist() == pytest.approx([expected / (1 + expected)])


def test_where_nothing_is_found_all_turns_are_searched() -> None:
    _, looks = searched(Image.new("RGB", (120, 80)), 0.9)
    assert [look.share is not None for look in looks] == [False, False, True, True]


def test_a_detector_whose_score_is_taken_as_it_is() -> None:
    found, looks = searched(scene(), 0.7, 0.02, odds=None)
    assert not any(look.number is not None for look in looks)
    assert found.scores.tolist() == pytest.approx([0.7])


def test_faces_under_the_least_size_are_no_faces() -> None:
    assert len(searched(scene(), 0.95, min_size=40.0)[0].scores) == 0


def test_without_turns() -> None:
    """Of the four copies of the second look, only the upright one counts."""
    _, looks = searched(scene(20, 10, 60), 0.7, 0.8, turns=False)
    assert {look.turn for look in looks if look.number is not None} <= {None, 0}

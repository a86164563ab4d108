"""Geometry and statistics of faces, against closed forms and plain loops."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from PIL import Image

from imagesasdata.arrays.faces import identity
from imagesasdata.arrays.faces.align import Frame, Look, by_box, by_eyes, cut, looks_at
from imagesasdata.arrays.faces.attributes import (
    AGE_CURVE,
    CALIBRATION,
    MALE,
    age,
    calibrated_male,
    gender,
    labeled,
)
from imagesasdata.arrays.faces.blazeface import decode
from imagesasdata.arrays.faces.boxes import inside, is_among, overlap, suppress
from imagesasdata.arrays.faces.hide import hide
from imagesasdata.arrays.views import View, render, row, views, whole, zooms
from imagesasdata.errors import ArgumentError
from tests.conftest import picture

RNG = np.random.default_rng(0)
NORMAL = np.array([NormalDist().inv_cdf((one + 0.5) / 200) for one in range(200)])


def test_overlap() -> None:
    a = np.array([[0.0, 0, 2, 2], [0, 0, 0, 0]])
    b = np.array([[1.0, 1, 2, 2], [0, 0, 2, 2], [5, 5, 1, 1]])
    np.testing.assert_allclose(overlap(a, b), [[1 / 7, 1, 0], [0, 0, 0]])
    np.testing.assert_allclose(inside(a, b), [[1 / 4, 1, 0], [0, 0, 0]])
    assert overlap(np.zeros((0, 4)), b).shape == (0, 3)


def test_of_boxes_that_overlap_the_best_stays() -> None:
    boxes = np.array([[0.0, 0, 10, 10], [1, 0, 10, 10], [20, 0, 10, 10], [22, 2, 3, 3]])
    scores = np.array([0.6, 0.9, 0.7, 0.65])
    kept = suppress(boxes, scores, most_overlap=0.3)
    assert kept.tolist() == [1, 2, 3]
    kept = suppress(boxes, scores, most_overlap=0.3, most_inside=0.7)
    assert kept.tolist() == [1, 2]
    assert len(suppress(np.zeros((0, 4)), np.zeros(0), most_overlap=0.3)) == 0


def test_a_box_among_others() -> None:
    others = [(0.0, 0.0, 10.0, 10.0), (50.0, 0.0, 10.0, 10.0)]
    assert is_among((1.0, 0.0, 10.0, 10.0), others)  # 90 of 110
    assert not is_among((4.0, 0.0, 10.0, 10.0), others)  # 60 of 140
    assert not is_among((0.0, 0.0, 10.0, 10.0), [])


def test_blazeface_numbers_become_boxes() -> None:
    raw = np.full((2304, 17), -100.0, np.float32)
    # The cell in row 3 and column 5: its middle is at (22, 14).
    raw[3 * 48 + 5] = [0, 1, -2, 8, 6, *np.arange(12)]
    boxes, points, scores = decode(raw, side=192, threshold=0.5)
    np.testing.assert_allclose(boxes, [[23 - 4, 12 - 3, 8, 6]])
    np.testing.assert_allclose(points[0, 1], [22 + 2, 14 + 3])
    np.testing.assert_allclose(scores, [0.5])
    assert len(decode(raw, side=192, threshold=0.51).scores) == 0


def test_views_cover_a_picture() -> None:
    seen = views(500, 300, (0.5, 1.0, 2.0))
    assert seen[0] == View(-250, -350, 1000)
    assert seen[1] == View(0, -100, 500)
    covered = np.zeros((300, 500), bool)
    for left, top, side in seen[2:]:
        assert side == 250
        covered[max(0, int(top)) : int(top + side), max(0, int(left)) : int(left + side)] = True
    assert covered.all()
    # Neighbors share at least a quarter.
    lefts = sorted({view.left for view in seen[2:]})
    assert np.diff(lefts).max() <= 0.75 * 250


@pytest.mark.parametrize(
    ("size", "tiles", "wanted"),
    [
        ((300, 200), "auto", (0.5, 1)),
        ((300, 200), "always", (0.5, 1, 2, 4)),
        ((3000, 1500), "never", (0.5, 1)),
        ((400, 300), "auto", (0.5, 1, 2)),
        ((1600, 1200), "auto", (0.5, 1, 2, 4)),
        # Long: squares of the shorter side, which is what decides on more tiles.
        ((2100, 300), "auto", (0.5, 1, 7)),
        ((400, 2800), "auto", (0.5, 1, 7, 14)),
        ((16000, 1600), "auto", (0.5, 1, 10, 20, 40)),
        ((65000, 1), "auto", (0.5, 1, 50)),
        ((2100, 300), "never", (0.5, 1)),
    ],
)
def test_zooms(size: tuple[int, int], tiles: Any, wanted: tuple[float, ...]) -> None:
    assert zooms(*size, 192, tiles) == wanted


def test_squares_of_a_long_picture() -> None:
    assert row(240, 100) == []
    squares = row(100, 300)
    assert squares[0] == View(0, 0, 100)
    assert squares[-1] == View(0, 200, 100)
    assert np.diff([view.top for view in squares]).max() <= 50
    assert len(row(60_000, 1)) < 120


def test_a_view_has_the_picture_in_its_middle() -> None:
    image = Image.new("RGB", (100, 50), (200, 100, 50))
    square = render(image, views(100, 50, (0.5,))[0], 40)
    assert square.shape == (40, 40, 3)
    rows, columns = np.nonzero(square[..., 0])
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (15, 24, 10, 29)
    assert (square[15:25, 10:30] == (200, 100, 50)).all()


def test_boxes_cut_by_a_tile_go_and_those_cut_by_the_picture_stay() -> None:
    tile = View(0, 0, 100)
    boxes = np.array([[-20.0, 10, 50, 50], [60, 10, 50, 50], [10, 60, 50, 50], [10, 10, 50, 50]])
    assert whole(boxes, tile, 300, 100).tolist() == [True, False, True, True]


@pytest.mark.parametrize("turn", [0, 25, -60, 180])
def test_eyes_are_put_where_they_belong(turn: float) -> None:
    """A face of two dots, turned and far away, has its dots at the same place of the crop."""
    angle = np.deg2rad(turn)
    across = 60 * np.array([np.cos(angle), np.sin(angle)])
    right, left = np.array([150.0, 150.0]) - across / 2, np.array([150.0, 150.0]) + across / 2
    pixels = np.zeros((300, 300, 3), np.uint8)
    for (x, y), color in ((right, (255, 0, 0)), (left, (0, 255, 0))):
        down, over = np.mgrid[:300, :300]
        pixels[(over + 0.5 - x) ** 2 + (down + 0.5 - y) ** 2 < 36] = color
    crop = cut(Image.fromarray(pixels), by_eyes(right, left, distance=0.35, height=0.314), 150)
    for channel, share in ((0, 0.5 - 0.175), (1, 0.5 + 0.175)):
        rows, columns = np.nonzero(crop[..., channel] > 127)
        assert columns.mean() + 0.5 == pytest.approx(share * 150, abs=1)
        assert rows.mean() + 0.5 == pytest.approx(0.314 * 150, abs=1)


def test_a_crop_is_what_pillow_cuts() -> None:
    image = picture(400, 300)
    frame = by_box(np.array([100.0, 50, 100, 80]), scale=1.0)
    assert frame == Frame(150, 90, 100)
    expected = np.asarray(image.resize((50, 50), Image.Resampling.BOX, (100, 40, 200, 140)))
    np.testing.assert_allclose(cut(image, frame, 50).astype(int), expected, atol=2)


def test_a_face_beyond_the_border_is_black_there() -> None:
    image = Image.new("RGB", (50, 50), (255, 255, 255))
    crop = cut(image, Frame(0, 25, 40), 40)
    assert (crop[:, :18] == 0).all()
    assert (crop[:, 22:] == 255).all()
    assert (cut(image, Frame(-500, -500, 40), 40) == 0).all()


def test_several_crops_of_a_face() -> None:
    image, box = picture(400, 300), np.array([100.0, 50, 100, 80])
    found = looks_at(image, box, [Look(1.0, False), Look(0.5, True)], share=1.2, size=40)
    np.testing.assert_array_equal(found[0], cut(image, by_box(box, scale=1.2), 40))
    np.testing.assert_array_equal(found[1], cut(image, by_box(box, scale=0.6), 40)[:, ::-1])


def unit(*shape: int) -> np.ndarray:
    vectors = RNG.standard_normal(shape)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_the_nearest_faces() -> None:
    targets, gallery = unit(7, 16), unit(50, 16)
    gallery[9] = gallery[3]
    places, far = identity.nearest(targets, gallery, 5)
    plain = np.linalg.norm(targets[:, None] - gallery[None], axis=2)
    np.testing.assert_array_equal(places, np.argsort(plain.round(9), axis=1, kind="stable")[:, :5])
    np.testing.assert_allclose(far, np.sort(plain, axis=1)[:, :5], atol=1e-7)
    assert identity.nearest(targets, gallery[:2], 5)[0].shape == (7, 2)


def test_a_large_gallery_is_searched_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    targets, gallery = unit(7, 16), unit(50, 16)
    whole_ = identity.nearest(targets, gallery, 3)
    monkeypatch.setattr(identity, "_BLOCK", 120)
    for a, b in zip(identity.nearest(targets, gallery, 3), whole_, strict=True):
        np.testing.assert_allclose(a, b)


def test_groups_are_persons_the_most_frequent_first() -> None:
    people = unit(3, 32)
    who = np.array([2, 0, 1, 1, 0, 1])
    vectors = people[who] + 0.02 * RNG.standard_normal((6, 32))
    group, far = identity.groups(vectors, 0.42)
    assert group.tolist() == [2, 1, 0, 0, 1, 0]
    assert far[0] == 0
    assert (far[1:] < 0.2).all()
    order = RNG.permutation(6)
    assert identity.groups(vectors[order], 0.42)[0][np.argsort(order)].tolist() == [
        2,
        1,
        0,
        0,
        1,
        0,
    ]
    assert identity.groups(vectors[:1], 0.42)[0].tolist() == [0]
    assert identity.groups(vectors[:0], 0.42)[0].tolist() == []


def test_too_many_faces_to_group(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "MOST_FACES", 5)
    with pytest.raises(
        ArgumentError, match="There are 6 faces; at most 5 .*\nHint: group by event"
    ):
        identity.groups(unit(6, 4), 0.4)


def test_a_threshold_is_a_quantile_of_the_strangers_distances() -> None:
    by = identity.Calibration(0.58, 0.075, 50.0, 0.434)
    assert by.threshold(0.5) == pytest.approx(0.58)
    # 3.0902 standard deviations below the mean, from a table of the normal distribution.
    assert by.threshold(1e-3) == pytest.approx(0.58 - 3.0902 * 0.075, abs=1e-4)


def test_one_false_link_merges_no_two_persons() -> None:
    # Two persons of six faces each, and one face of each that lies beside one of the other's.
    rng = np.random.default_rng(1)
    first, second = np.eye(16)[0], np.eye(16)[1]
    faces = np.concatenate(
        [first + rng.normal(0, 0.04, (6, 16)), second + rng.normal(0, 0.04, (6, 16))]
    )
    faces[0] = 0.55 * first + 0.45 * second
    faces[6] = 0.45 * first + 0.55 * second
    faces /= np.linalg.norm(faces, axis=1, keepdims=True)
    limit = 0.6
    assert np.linalg.norm(faces[0] - faces[6]) < limit
    group, _ = identity.groups(faces, limit)
    assert len(set(group[1:6])) == len(set(group[7:])) == 1
    assert group[1] != group[7]


def test_probabilities_fall_with_distance() -> None:
    by = identity.Calibration(0.58, 0.075, 50.0, 0.434)
    chances = identity.probability(np.array([0.0, 0.434, 2.0]), by)
    np.testing.assert_allclose(chances, [1, 0.5, 0], atol=1e-6)


def test_attributes() -> None:
    cells = labeled("gender", np.array([0.25, 0.75]))
    assert cells == {"gender": "male", "gender_prob_female": 0.25, "gender_prob_male": 0.75}
    assert gender(0.75, 30.0) == cells
    assert set(gender(0.75, 11.9).values()) == {None}


@pytest.mark.parametrize("years", [0, 6, 12, 30, 55, 80])
def test_of_people_of_any_age_the_interval_holds_four_in_five(years: int) -> None:
    at = np.array([float(years)])
    mean, sd = AGE_CURVE.mean(at)[0], AGE_CURVE.sd(at)[0]
    # What the network says of people of this age, from the lowest to the highest tenth.
    held = []
    for said in mean + sd * NORMAL:
        chances = np.zeros(100)
        whole = int(np.clip(said, 0, 98))
        chances[[whole, whole + 1]] = 1 - (said - whole), said - whole
        told = age(chances)
        assert 0 <= told["age_low"] <= told["age"] <= told["age_high"] <= 100
        held.append(told["age_low"] <= years <= told["age_high"])
    # Of a child the network may say nothing below 0.
    assert np.mean(held) == pytest.approx(0.8, abs=0.01) or years == 0
    assert all(held[20:180])


def test_an_age_is_that_of_which_the_network_says_so_on_average() -> None:
    chances = np.zeros(100)
    chances[[20, 40]] = 0.5
    told = age(chances)
    assert told["age"] == pytest.approx((30 - AGE_CURVE.start) / AGE_CURVE.slope)
    # The lower end is the age of which it says so much, or less, of nine in ten.
    for end, tenths in (("age_low", 0.9), ("age_high", 0.1)):
        at = np.array([told[end]])
        below = NormalDist(AGE_CURVE.mean(at)[0], AGE_CURVE.sd(at)[0]).cdf(30)
        assert below == pytest.approx(tenths, abs=0.001)


def test_gender_is_calibrated() -> None:
    slope, offset = MALE
    assert calibrated_male(0.5) == pytest.approx(1 / (1 + np.exp(-offset)))
    odds = slope * np.log(0.9 / 0.1) + offset
    assert calibrated_male(0.9) == pytest.approx(1 / (1 + np.exp(-odds)))
    assert 0 < calibrated_male(0.0) < calibrated_male(1.0) < 1


def test_expressions_are_calibrated() -> None:
    given = np.array([0.02, 0.02, 0.02, 0.9, 0.01, 0.01, 0.02])
    cells = labeled("expression", given)
    chances = np.array([value for name, value in cells.items() if name != "expression"])
    slope, offsets = CALIBRATION["expression"]
    # Log odds: the network's times the slope, and the difference of the two offsets.
    odds = slope * np.log(given[3] / given) + offsets[3] - np.array(offsets)
    np.testing.assert_allclose(np.log(chances[3] / chances), odds)
    assert chances.sum() == pytest.approx(1)
    assert cells["expression"] == "happy"
    # All alike but for the offsets: none has a probability that is enough for a label.
    assert (
        labeled("expression", np.array([0.2, 0.01, 0.2, 0.2, 0.2, 0.1, 0.2]))["expression"] is None
    )


def test_a_network_that_knows_nothing_gives_the_offsets() -> None:
    cells = labeled("expression", np.full(7, 1 / 7))
    chances = np.array([value for name, value in cells.items() if name != "expression"])
    offsets = np.exp(CALIBRATION["expression"][1])
    np.testing.assert_allclose(chances, offsets / offsets.sum())


@pytest.mark.parametrize("method", ["pixelate", "gaussian", "fill"])
def test_hiding_leaves_few_values_and_nothing_else_changes(method: str) -> None:
    pixels = RNG.integers(0, 256, (120, 160, 3), dtype=np.uint8)
    before = pixels.copy()
    hide(pixels, np.array([60.0, 40, 40, 40]), method)  # type: ignore[arg-type]
    changed = (pixels != before).any(axis=-1)
    rows, columns = np.nonzero(changed)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (30, 89, 50, 109)
    assert pixels[50:70, 70:90].std(axis=(0, 1)).max() < 12  # noise of 74 before
    assert not changed[:30].any()
    # Over the border and off the picture.
    hide(pixels, np.array([-20.0, -20, 40, 40]), method)  # type: ignore[arg-type]
    hide(pixels, np.array([500.0, 500, 40, 40]), method)  # type: ignore[arg-type]

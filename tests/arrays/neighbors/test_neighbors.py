"""Neighbors: exact search against all distances, near codes against all pairs, groups."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter
from scipy.spatial.distance import cdist

from imagesasdata.arrays.measures.crop_hashes import PARTS, as_codes, part_codes, whole_codes
from imagesasdata.arrays.measures.hashes import perceptual_hash
from imagesasdata.arrays.measures.prints import prints_of
from imagesasdata.arrays.neighbors import copies, exact
from imagesasdata.arrays.neighbors.approximate import nearest_by_index, recall
from imagesasdata.arrays.neighbors.codes import near_codes
from imagesasdata.arrays.neighbors.copies import (
    bits_between,
    copies_by_all,
    copies_by_prints,
    near_parts,
)
from imagesasdata.arrays.neighbors.distances import Metric, of_pairs, unit
from imagesasdata.arrays.neighbors.duplicates import (
    Hashes,
    Vectors,
    group_copies,
    largest_first,
    numbered,
)
from imagesasdata.arrays.neighbors.exact import Found, nearest
from imagesasdata.arrays.neighbors.gallery import Gallery
from imagesasdata.arrays.neighbors.groups import (
    best_of_groups,
    linked_groups,
    row_groups,
    star_groups,
)
from imagesasdata.arrays.neighbors.overlay import shows_same
from imagesasdata.arrays.neighbors.vectors import near_vectors
from imagesasdata.errors import MissingPackageError
from tests.conftest import picture


def vectors(rows: int, size: int = 24, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((rows, size), dtype=np.float32)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
@pytest.mark.parametrize(("rows", "k"), [(1, 3), (7, 7), (256, 5), (1000, 10), (900, 300)])
@pytest.mark.parametrize("search", ["_search_here", "_search_there"])
def test_nearest_is_what_all_distances_say(
    rows: int, k: int, metric: Metric, search: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exact, "_search_here", getattr(exact, search))
    queries, collection = vectors(13, seed=1), vectors(rows)
    every = cdist(queries.astype(float), collection.astype(float), metric)
    found = nearest(queries, collection, k, metric)
    truth = np.sort(every, axis=1)[:, : min(k, rows)]
    assert found.distances == pytest.approx(truth, abs=1e-6)
    assert np.take_along_axis(every, found.rows, axis=1) == pytest.approx(truth, abs=1e-6)


@pytest.mark.parametrize("search", ["_search_here", "_search_there"])
def test_nearest_across_blocks(search: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact, "_search_here", getattr(exact, search))
    monkeypatch.setattr(exact, "_BLOCK", 512)
    monkeypatch.setattr(exact, "_QUERIES", 4)
    queries, collection = vectors(11, seed=1), vectors(1700)
    every = cdist(queries.astype(float), collection.astype(float), "cosine")
    found = nearest(queries, collection, 20)
    assert (found.rows == np.argsort(every, axis=1)[:, :20]).all()


def test_many_cores_hold_no_more_scores(monkeypatch: pytest.MonkeyPatch) -> None:
    seen, search = [], exact._search_here

    def counted(queries: np.ndarray, *rest: Any) -> np.ndarray:
        seen.append(len(queries))
        return search(queries, *rest)

    monkeypatch.setattr(exact, "_search_here", counted)
    monkeypatch.setattr(exact, "cores", lambda: 64)
    queries, collection = vectors(600, seed=1), vectors(300)
    found = nearest(queries, collection, 3)
    assert sum(seen) == 600
    assert max(seen) * 64 * exact._BLOCK <= exact._SCORES
    monkeypatch.undo()
    assert (found.rows == nearest(queries, collection, 3).rows).all()


def test_equal_rows_come_in_their_order() -> None:
    collection = np.repeat(vectors(3), 4, axis=0)
    found = nearest(collection[:1], collection, 4)
    assert found.rows.tolist() == [[0, 1, 2, 3]]
    assert found.distances == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(("queries", "rows"), [(0, 5), (5, 0)])
def test_nearest_of_nothing(queries: int, rows: int) -> None:
    found = nearest(vectors(queries), vectors(rows), 3)
    assert found.rows.shape == found.distances.shape
    assert len(found.rows) == queries
    assert found.rows.size == 0


def test_a_vector_of_zeros_has_distance_one() -> None:
    some = np.zeros((2, 3), np.float32)
    some[1] = 1
    found = nearest(some[:1], some, 2)
    assert found.distances.tolist() == [[1, 1]]
    assert unit(some)[0].tolist() == [0, 0, 0]


def codes(count: int, seed: int = 0) -> np.ndarray:
    """Random codes, a fifth of them near another one."""
    draws = np.random.default_rng(seed)
    made = draws.integers(0, 2**64, count, dtype=np.uint64)
    for place in range(0, count - 1, 5):
        made[place] = made[place + 1]
        for bit in draws.integers(0, 64, place % 16):
            made[place] ^= np.uint64(1) << np.uint64(bit)
    return made


@pytest.mark.parametrize("bits", [0, 1, 3, 4, 7, 8, 12, 15])
@pytest.mark.parametrize("count", [1, 2, 40, 1500])
def test_near_codes_are_those_of_all_pairs(bits: int, count: int) -> None:
    a, b = codes(count), codes(count, seed=1)
    b[: count // 2] = a[: count // 2]
    differing = np.bitwise_count(a[:, None] ^ a[None])
    within = near_codes(a, bits=bits, threads=2)
    truth = np.argwhere(np.triu(differing <= bits, 1))
    assert np.stack([within.a, within.b], axis=1).tolist() == truth.tolist()
    assert within.bits.tolist() == differing[within.a, within.b].tolist()
    across = near_codes(a, b, bits=bits)
    truth = np.argwhere(np.bitwise_count(a[:, None] ^ b[None]) <= bits)
    assert np.stack([across.a, across.b], axis=1).tolist() == truth.tolist()


def test_near_codes_of_none() -> None:
    assert len(near_codes(codes(0), bits=3).a) == 0


def test_near_vectors_are_those_of_all_pairs() -> None:
    made = np.repeat(vectors(300), 10, axis=0)
    made += 0.02 * vectors(3000, seed=2)
    every = cdist(made.astype(float), made.astype(float), "cosine")
    found = near_vectors(made, 0.01)
    truth = np.argwhere(np.triu(every <= 0.01, 1))
    assert len(truth) > 10_000
    assert np.stack([found.a, found.b], axis=1).tolist() == truth.tolist()
    assert found.distances == pytest.approx(every[found.a, found.b], abs=1e-7)


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_near_vectors_of_few(rows: int) -> None:
    found = near_vectors(np.ones((rows, 4), np.float32), 0.1)
    assert len(found.a) == (rows == 2)


def test_a_chain_is_not_one_group() -> None:
    # 0-1-2-...-7 in a row: a center takes its neighbors and theirs, no more.
    a, b = np.arange(7), np.arange(1, 8)
    assert star_groups(a, b, np.arange(8)).tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
    assert star_groups(a, b, np.arange(8)[::-1]).tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
    # With two neighbors more 4 comes first, and 0 and 1 are on their own.
    a, b = np.append(a, [4, 4]), np.append(b, [8, 9])
    assert star_groups(a, b, np.arange(10)).tolist() == [0, 0, 1, 1, 1, 1, 1, 1, 1, 1]
    assert star_groups(a[:0], b[:0], np.arange(2)).tolist() == [-1, -1]


def test_rows_of_one_item_are_together() -> None:
    items = np.array([2, 0, 2, 1, 0])
    none = np.empty(0, np.int64)
    assert row_groups(items, none, none, np.arange(5)).tolist() == [0, 1, 0, -1, 1]
    groups = row_groups(items, np.array([1]), np.array([2]), np.arange(5))
    assert groups.tolist() == [0, 1, 0, 0, 1]
    assert best_of_groups(groups, np.array([3, 9, 2, 1, 0])).tolist() == [3, 4, 3, 3, 4]


def squares(*images: Image.Image) -> np.ndarray:
    return np.stack([prints_of(image)[0] for image in images])


def test_a_cropped_picture_is_near_a_part() -> None:
    image = picture(640, 480, seed=3)
    both = squares(image, image.crop((32, 24, 608, 456)))
    wholes = whole_codes(both)
    assert int(np.bitwise_count(wholes[0] ^ wholes[1])) > 6
    found = near_parts(both, bits=6)
    assert [found.a.tolist(), found.b.tolist()] == [[1], [0]]
    assert np.abs(np.array(PARTS[found.part[0]]) - 0.05).max() < 0.051
    assert bits_between(both, np.array([0]), np.array([1])).tolist() == found.bits.tolist()
    assert [ends.tolist() for ends in copies_by_prints(both, np.arange(2), bits=6)] == [[1], [0]]


def test_hashes_of_parts_are_those_of_cut_pictures() -> None:
    """The same cosines as of the cut picture, but for how its pixels were averaged."""
    image = picture(640, 640, seed=5)
    batches = np.concatenate(list(part_codes(squares(image))), axis=1)[0]
    assert len(batches) == len(PARTS)
    apart = []
    for place in range(0, len(PARTS), 15):
        left, top, right, bottom = PARTS[place]
        box = (640 * left, 640 * top, 640 * (1 - right), 640 * (1 - bottom))
        cut = whole_codes(squares(image.crop(tuple(map(int, box)))))
        apart.append(int(np.bitwise_count(cut[0] ^ batches[place])))
    assert max(apart) <= 6
    assert np.mean(apart) <= 2


def test_whole_hashes_are_near_those_of_features() -> None:
    images = [picture(320, 240, seed=seed) for seed in range(8)]
    theirs = as_codes([perceptual_hash(image) for image in images])
    assert np.bitwise_count(whole_codes(squares(*images)) ^ theirs).max() <= 6


def test_prints_with_near_hashes_are_laid_over_each_other() -> None:
    image = picture(320, 240, seed=2)
    whole = np.array([[0.0, 0.0, 1.0, 1.0]])
    same = squares(image, image.resize((160, 120)))
    assert shows_same(same[:1], same[1:], whole).tolist() == [True]
    # Further from the given part than the parts are from each other.
    moved = squares(image.crop((22, 13, 310, 233)), image)
    assert shows_same(moved[:1], moved[1:], np.array([[0.05, 0.05, 0.95, 0.95]])).tolist() == [True]
    other = squares(picture(320, 240, seed=4), image)
    assert shows_same(other[:1], other[1:], whole).tolist() == [False]
    # The same large areas, other details.
    random = np.random.default_rng(0)
    slope = np.linspace(40, 200, 64)[:, None] + np.zeros((64, 64))
    fine = [slope + gaussian_filter(random.normal(0, 30, (64, 64)), 1.5) for _ in range(2)]
    one, two = (np.clip(values, 0, 255).astype(np.uint8)[None] for values in fine)
    assert np.corrcoef(one.ravel(), two.ravel())[0, 1] > 0.95
    assert shows_same(one, two, whole).tolist() == [False]
    assert shows_same(one[:0], two[:0], whole[:0]).tolist() == []


def test_a_small_part_that_moved_is_seen() -> None:
    """As when a sitter blinks between two photos; a copy saved at half the size has no such part."""
    one = picture(320, 240, seed=2)
    other = one.copy()
    other.paste(one.crop((120, 80, 190, 130)), (144, 104))
    whole = np.array([[0.0, 0.0, 1.0, 1.0]])
    for changed, same in ((one.resize((160, 120)), True), (other, False)):
        prints = squares(one, changed)
        assert np.corrcoef(prints[0].ravel(), prints[1].ravel())[0, 1] > 0.97
        assert shows_same(prints[:1], prints[1:], whole).tolist() == [same]


@pytest.mark.parametrize(
    ("gain", "added"), [(1.1, 0), (1.25, 0), (1.0, 25), (0.9, -60), (1.5, -90)]
)
def test_what_became_white_or_black_need_not_agree(gain: float, added: float) -> None:
    """A figure on a bright ground that loses details where it is made brighter, and the reverse."""
    random = np.random.default_rng(0)
    ground = 232 + 12 * gaussian_filter(random.standard_normal((64, 64)), 1) * 3
    figure = 90 + 70 * gaussian_filter(random.standard_normal((64, 64)), 1.5) * 4
    inside = np.hypot(*(np.mgrid[:64, :64] - 32.0)) < 22
    scene = np.where(inside, figure, ground).clip(0, 255)
    changed = (gain * scene + added).clip(0, 255)
    assert (np.isin(changed, (0, 255)) != np.isin(scene, (0, 255))).mean() > 0.1
    elsewhere = np.where(inside, np.roll(figure, 2, axis=1), ground)
    whole = np.array([[0.0, 0.0, 1.0, 1.0]])
    prints = np.stack([scene, changed, (gain * elsewhere + added)]).clip(0, 255).astype(np.uint8)
    for one, other in ((0, 1), (1, 0)):
        assert shows_same(prints[[one]], prints[[other]], whole).tolist() == [True]
    for one, other in ((0, 2), (2, 0), (1, 2)):
        assert shows_same(prints[[one]], prints[[other]], whole).tolist() == [False]


def test_frames_are_not_compared_with_frames() -> None:
    one = picture(320, 240, seed=2)
    prints = squares(one, one.resize((160, 120)))
    for framed, count in {(True, True): 0, (True, False): 1, (False, False): 1}.items():
        a, _ = copies_by_prints(prints, np.arange(2), np.array(framed), bits=6)
        assert len(a) == count, framed


def test_many_copies_of_one_picture_are_not_all_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    one = np.asarray(squares(picture(320, 240, seed=2))[0], float)
    many = np.clip(one + random.normal(0, 0.7, (200, 64, 64)), 0, 255).astype(np.uint8)
    compared = []

    def counted(*given: np.ndarray) -> np.ndarray:
        compared.append(len(given[0]))
        return shows_same(*given)

    monkeypatch.setattr(copies, "shows_same", counted)
    a, b = copies_by_prints(many, np.arange(200), bits=6)
    assert linked_groups(a, b, 200).max() == 0
    assert sum(compared) <= 400, "of 19,900 pairs"


def test_without_hashes_equal_files_are_copies() -> None:
    nothing = Hashes(np.empty(0, np.int64), np.empty((0, 64, 64), np.uint8), 6)
    found = group_copies(np.array([0, 1, 0]), np.array([1, 2, 0]), nothing, None)
    assert found.groups.tolist() == [0, -1, 0]
    assert found.best.tolist() == [2, 1, 2]
    assert found.distances[[0, 2]].tolist() == [0, 0]


def test_with_both_a_distance_is_a_share_of_its_threshold() -> None:
    image = picture(320, 240, seed=2)
    prints = squares(image, image.crop((6, 5, 320, 240)))
    bits = int(bits_between(prints, np.array([0]), np.array([1]))[0])
    assert 0 < bits <= 6
    hashes = Hashes(np.arange(2), prints, 6)
    turned = Vectors(np.array([[1, 0], [np.cos(0.02), np.sin(0.02)]], np.float32), 0.1)
    found = group_copies(np.arange(2), np.arange(2), hashes, turned)
    assert found.distances[1] == pytest.approx((1 - np.cos(0.02)) / 0.1, abs=1e-6)
    found = group_copies(np.arange(2), np.arange(2), hashes, None)
    assert found.distances.tolist() == [0, bits]


def test_an_index_needs_faiss(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "faiss", None)
    some = vectors(4)
    with pytest.raises(MissingPackageError, match=r'pip install "imagesasdata\[faiss\]"'):
        nearest_by_index(some, some, 2, "cosine", "hnsw")


@pytest.mark.parity
@pytest.mark.parametrize("index", ["hnsw", "ivf"])
@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_an_index_finds_most_neighbors(index: str, metric: Metric) -> None:
    pytest.importorskip("faiss")
    collection = np.repeat(vectors(100), 50, axis=0) + 0.3 * vectors(5000, seed=1)
    found = nearest_by_index(collection[:100], collection, 10, metric, index)
    assert found.rows[:, 0].tolist() == list(range(100))
    reached = recall(found, collection[:100], collection, metric)
    assert 0.9 < reached <= 1
    truth = nearest(collection[:100], collection, 10, metric)
    alike = [len(set(a) & set(b)) / 10 for a, b in zip(truth.rows, found.rows, strict=True)]
    assert reached == pytest.approx(np.mean(alike), abs=0.01)


def test_recall_counts_what_is_missing() -> None:
    collection = vectors(50)
    found = nearest(collection[:10], collection, 5)
    worse = exact.Found(found.rows, found.distances + np.array([0, 0, 0, 0, 1.0]))
    assert recall(found, collection[:10], collection, "cosine") == 1
    assert recall(worse, collection[:10], collection, "cosine") == pytest.approx(0.8)


def test_pairs_have_distances_in_double_precision() -> None:
    some = vectors(6)
    a, b = np.array([0, 1, 2]), np.array([3, 4, 2])
    assert of_pairs(some, some, a, b, "cosine")[2] == pytest.approx(0, abs=1e-15)
    truth = np.linalg.norm(some[:2].astype(float) - some[3:5].astype(float), axis=1)
    assert of_pairs(some, some, a, b, "euclidean")[:2] == pytest.approx(truth, rel=1e-12)


def test_a_vector_is_scaled_as_a_row_of_a_matrix_is() -> None:
    some = np.random.default_rng(0).normal(size=(5, 7)).astype(np.float32)
    for row, scaled in zip(some, unit(some), strict=True):
        np.testing.assert_allclose(unit(row), scaled, rtol=1e-6)
        assert unit(row).dtype == np.float32
    assert unit(np.zeros(3)).tolist() == [0, 0, 0]


def test_neighbors_as_a_list() -> None:
    found = Found(np.array([[4, 2], [3, -1]]), np.array([[0.1, 0.2], [0.3, np.nan]]))
    queries, ranks, rows, distances = found.listed()
    assert queries.tolist() == [0, 0, 1]
    assert ranks.tolist() == [0, 1, 0]
    assert rows.tolist() == [4, 2, 3]
    assert distances.tolist() == [0.1, 0.2, 0.3]
    assert len(Found(np.empty((2, 0), np.int64), np.empty((2, 0))).listed().rows) == 0


def test_the_best_copy_is_the_largest() -> None:
    widths, heights, sizes = [2, 4, 0, 4, 4], [3, 4, 0, 4, 4], [9, 1, 5, 7, 7]
    assert largest_first(np.array([widths, heights, sizes])).tolist() == [3, 2, 4, 0, 1]
    assert largest_first(np.empty((3, 0), np.int64)).tolist() == []
    sizes = np.array([[1, 9, 1, 9], [1] * 4, [1] * 4])
    assert largest_first(sizes, np.array([1, 3, 0, 2]), old=2).tolist() == [1, 3, 0, 2]
    assert numbered(["b", "a", "b"]).tolist() == [0, 1, 0]
    assert numbered([]).tolist() == []


def test_copies_by_every_kind_of_hash() -> None:
    one = as_codes(["0" * 16, "0" * 15 + "7", "f" * 16, "0" * 16])
    other = as_codes(["0" * 16, "0" * 15 + "3", "f" * 16, "f" * 16])
    groups = copies_by_all(np.stack([one, other], axis=1), bits=6)
    assert groups.tolist() == [0, 0, 1, 2]
    # Along a chain of small steps all are together, though its ends are far apart.
    chain = np.array([[0], [0b111111], [0b111111111111]], np.uint64)
    assert copies_by_all(chain, bits=6).tolist() == [0, 0, 0]
    assert copies_by_all(chain, bits=5).tolist() == [0, 1, 2]
    assert copies_by_all(np.empty((0, 2), np.uint64), bits=6).tolist() == []


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_vectors_of_length_one(kind: type) -> None:
    rows = np.array([[3, 4], [0, 0]], kind)
    scaled = unit(rows)
    assert scaled.dtype == kind
    np.testing.assert_array_equal(scaled, np.array([[0.6, 0.8], [0, 0]], kind))
    np.testing.assert_array_equal(unit(rows[0]), scaled[0])


def test_votes() -> None:
    """Four vectors in the plane; the nearest is outvoted by two others."""
    angles = np.deg2rad([0, 20, 25, 180])
    gallery = Gallery(["a", "b", "b", "a"], np.stack([np.cos(angles), np.sin(angles)], axis=1))
    point = np.array([np.cos(np.deg2rad(8)), np.sin(np.deg2rad(8))])
    one, three = gallery.match(point, 1), gallery.match(point, 3)
    assert (one.name, three.name) == ("a", "b")
    np.testing.assert_allclose(one.distance, 1 - np.cos(np.deg2rad(8)))
    np.testing.assert_allclose(one.margin, np.cos(np.deg2rad(8)) - np.cos(np.deg2rad(12)))
    np.testing.assert_allclose(three.margin, -float(one.margin or 0))
    assert Gallery(["a"], np.ones((1, 2))).match(point, 5).margin is None

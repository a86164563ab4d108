"""Clusters against ones that were made, silhouettes, stability, contents, reductions."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import adjusted_rand_score, silhouette_score
from threadpoolctl import threadpool_info

from imagesasdata.arrays.clustering import partition
from imagesasdata.arrays.clustering.choosing import silhouettes
from imagesasdata.arrays.clustering.contents import contents, over_represented
from imagesasdata.arrays.clustering.partition import Method, part
from imagesasdata.arrays.clustering.reduction import Reduction, for_clusters, project
from imagesasdata.arrays.clustering.stability import stability
from imagesasdata.arrays.clustering.starts import Starts
from imagesasdata.arrays.clustering.threads import fitting_threads
from imagesasdata.errors import ArgumentError, MissingPackageError

SIZES = (60, 30, 20)


def clouds(spread: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    """Three clouds of 8 dimensions, the largest in the middle of the rows, and which row is in which."""
    draws = np.random.default_rng(5)
    truth = np.repeat([2, 0, 1], [SIZES[2], SIZES[0], SIZES[1]])
    centers = 3 * np.eye(3, 8)
    rows = centers[truth] + spread * draws.standard_normal((len(truth), 8))
    return rows.astype(np.float32), truth


@pytest.mark.parametrize("method", ["kmeans", "gmm", "agglomerative", "hdbscan"])
def test_clouds_are_found_and_numbered_by_size(method: Method) -> None:
    rows, truth = clouds()
    found = part(rows, method, None if method == "hdbscan" else 3)
    kept = found.clusters >= 0
    assert kept.mean() > 0.8
    assert (found.clusters[kept] == truth[kept]).all()
    members = found.clusters == 1
    center = rows[members].astype(float).mean(axis=0)
    truth_distances = np.linalg.norm(rows[members] - center, axis=1)
    assert found.distances[members] == pytest.approx(truth_distances)
    assert np.isnan(found.distances[~kept]).all()


@pytest.mark.parametrize("k", [2, 3, 11])
@pytest.mark.parametrize("size", [3, 200])
def test_k_means_is_scikit_learns(k: int, size: int) -> None:
    draws = np.random.default_rng(k)
    rows = draws.standard_normal((300, size), dtype=np.float32)
    rows[:40] = rows[40:80]
    for seed in range(3):
        truth = KMeans(k, n_init=4, random_state=seed).fit(rows)
        same = KMeans(k, init=Starts(4), n_init=4, random_state=seed).fit(rows)
        np.testing.assert_array_equal(same.labels_, truth.labels_)
        np.testing.assert_array_equal(same.cluster_centers_, truth.cluster_centers_)
        assert adjusted_rand_score(part(rows, "kmeans", k, seed=seed).clusters, truth.labels_) == 1


def test_few_numbers_are_left_to_one_thread() -> None:
    def threads() -> list[int]:
        return [library["num_threads"] for library in threadpool_info()]

    usual = threads()
    with fitting_threads(clouds()[0]):
        assert set(threads()) == {1}
    assert threads() == usual
    with fitting_threads(np.empty((4096, 1024), np.float32)):
        assert threads() == usual


def test_many_rows_are_clustered_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partition, "MINI_BATCH_ROWS", 50)
    rows, truth = clouds()
    assert adjusted_rand_score(part(rows, "kmeans", 3).clusters, truth) == 1


def test_agglomerative_refuses_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partition, "AGGLOMERATIVE_ROWS", 50)
    with pytest.raises(ArgumentError, match=r"110 pictures are more.*50(.|\n)*method=\"kmeans\""):
        part(clouds()[0], "agglomerative", 3)


@pytest.mark.parametrize("method", ["kmeans", "hdbscan"])
@pytest.mark.parametrize("rows", [0, 1])
def test_few_rows_are_one_cluster_or_none(method: Method, rows: int) -> None:
    found = part(np.ones((rows, 3), np.float32), method, None)
    assert found.clusters.tolist() == [-1 if method == "hdbscan" else 0] * rows


def test_the_silhouette_is_highest_for_three() -> None:
    rows, truth = clouds()
    curve = silhouettes(rows, "kmeans", range(2, 7))
    assert list(curve) == [2, 3, 4, 5, 6]
    assert max(curve, key=curve.__getitem__) == 3
    assert curve[3] == float(silhouette_score(rows, truth))
    assert silhouettes(rows[:2], "kmeans", range(2, 7)) == {}


@pytest.mark.filterwarnings("ignore:Number of distinct clusters")
def test_rows_that_are_all_alike_cannot_be_parted() -> None:
    assert set(silhouettes(np.ones((9, 2), np.float32), "kmeans", [2, 3, 4]).values()) == {-1.0}


def test_stability_tells_clouds_from_noise() -> None:
    rows, truth = clouds()
    assert stability(rows, truth, "kmeans", 3, runs=4) == 1
    noise = np.random.default_rng(1).standard_normal((300, 20), dtype=np.float32)
    clusters = part(noise, "kmeans", 6).clusters
    assert stability(noise, clusters, "kmeans", 6, runs=6) < 0.4
    assert np.isnan(stability(rows[:1], truth[:1], "kmeans", 1, runs=2))


def test_contents_are_ordered_from_the_middle() -> None:
    rows = np.array([[0, 0], [9, 9], [1, 0], [-1, 0], [4, 0], [0.1, 0]], np.float32)
    found = contents(rows, np.array([0, 2, 3, 4, 5]), top=2)
    # Their mean is (0.82, 0).
    assert (found.size, found.medoid) == (5, 2)
    assert found.typical == [2, 5]
    assert found.atypical == [4, 3]


def test_labels_in_excess() -> None:
    labels = ["cat", "cat", "dog", None, "dog", "dog", "owl"]
    cat, owl = over_represented(labels, np.array([0, 1, 3, 6]), top=2)
    # Of 6 labeled rows 2 are cats, 1 an owl; the cluster has 3 labeled rows.
    assert (cat.label, cat.members, cat.ratio) == ("cat", 2, pytest.approx(2))
    assert (owl.label, owl.members, owl.ratio) == ("owl", 1, pytest.approx(2))
    assert over_represented(labels, np.array([3]), top=2) == []


def test_components_are_scikit_learns() -> None:
    rows, _ = clouds()
    truth = PCA(2).fit_transform(rows)
    assert np.abs(project(rows, "pca", 2)) == pytest.approx(np.abs(truth), abs=1e-4)


@pytest.mark.parametrize("method", ["pca", "tsne"])
@pytest.mark.parametrize("rows", [1, 2, 3, 5])
def test_few_rows_are_placed(method: Reduction, rows: int) -> None:
    places = project(clouds()[0][:rows], method, 2)
    assert places.shape == (rows, 2)
    assert np.isfinite(places).all()


def test_tsne_keeps_clouds_apart() -> None:
    rows, truth = clouds()
    assert silhouette_score(project(rows, "tsne", 2), truth) > 0.5
    assert (project(rows, "tsne", 2, seed=3) == project(rows, "tsne", 2, seed=3)).all()


def test_umap_has_to_be_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "umap", None)
    with pytest.raises(MissingPackageError, match=r'pip install "imagesasdata\[umap\]"'):
        project(clouds()[0], "umap", 2)


@pytest.mark.parity
@pytest.mark.filterwarnings("ignore")  # numba's, while it compiles
def test_umap_keeps_clouds_apart() -> None:
    pytest.importorskip("umap")
    rows, truth = clouds()
    assert silhouette_score(project(rows, "umap", 2), truth) > 0.5
    assert project(rows[:3], "umap", 2).shape == (3, 2)


def test_vectors_before_they_are_clustered() -> None:
    rows = clouds()[0] * np.float32(3)
    scaled = for_clusters(rows, None)
    np.testing.assert_allclose(np.linalg.norm(scaled, axis=1), 1, rtol=1e-6)
    dims = min(50, *rows.shape)
    np.testing.assert_array_equal(for_clusters(rows, "pca"), project(scaled, "pca", dims))
    # Neither needs a package for nothing.
    for method in ("pca", "umap"):
        assert for_clusters(rows[:0], method).shape == (0, rows.shape[1])
        assert project(rows[:0], method, 2).shape == (0, 2)

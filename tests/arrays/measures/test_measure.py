"""What all groups keep: their columns, their ranges, and agreement with the plain formulas."""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagesasdata.arrays.measures import GROUPS, Size, Value, color, light, measure, size, texture
from imagesasdata.columns import Column
from tests.arrays.measures.pictures import HEADER, PHOTOS, noise, photo, pictures, plain
from tests.arrays.measures.reference import measure_plainly

COLUMNS = {column.name: column for group in GROUPS.values() for column in group.columns}
ALL = tuple(name for name in GROUPS if not GROUPS[name].on_request)
# How far from the plain formulas: relative, or absolute under 1. CIELAB's white is rounded otherwise
# in scikit-image, so cells on the limit of warm or cool may fall to either side. A tie of a diagonal
# neighbor, once in some 20,000 pixels, is a tie here and left to rounding there. Otsu's threshold
# may differ by a level of 255 where two are as good.
TOLERANCE = {
    "figure_ground": 5e-2,
    "lab_a_*": 5e-3,
    "lab_b_*": 5e-3,
    "lbp_*": 1e-3,
    "*_share": 2e-3,
}


def limits(column: Column) -> tuple[float, float]:
    """The range that a column states."""
    if found := re.fullmatch(r"(-?\d+(?:\.\d+)?) to (-?\d+(?:\.\d+)?)", column.range):
        return float(found[1]), float(found[2])
    if found := re.fullmatch(r"(-?\d+) \.\.\.", column.range):
        return float(found[1]), np.inf
    found = re.fullmatch(r"over (\d+)", column.range)
    assert found, f"{column.name}: the range {column.range!r} is not understood"
    return float(np.nextafter(float(found[1]), np.inf)), np.inf


def check(values: dict[str, Value], groups: Sequence[str] = ALL) -> None:
    """Exactly the columns that are declared, each of its kind and in its range."""
    assert set(values) == {column.name for name in groups for column in GROUPS[name].columns}
    for name, value in values.items():
        column = COLUMNS[name]
        if value is None:
            assert column.null != Column("", "float64", "").null, name
        elif column.kind == "string":
            assert isinstance(value, str)
            assert re.fullmatch("#[0-9a-f]{6}", value)
        else:
            assert type(value) is (int if column.kind == "int64" else float)
            low, high = limits(column)
            assert low <= value <= high, f"{name} = {value} is not in {column.range}"


def assert_close(got: dict[str, Value], wanted: dict[str, Value]) -> None:
    assert set(got) == set(wanted)
    for name, value in wanted.items():
        if isinstance(value, float):
            tolerance = next((t for p, t in TOLERANCE.items() if fnmatch(name, p)), 1e-5)
            assert got[name] == pytest.approx(value, rel=tolerance, abs=tolerance), name
        else:
            assert got[name] == value, name


def test_groups_come_in_order_and_know_their_names() -> None:
    assert list(GROUPS) == ["size", "color", "light", "texture", "composition", "hog", "hash"]
    assert all(name == group.name for name, group in GROUPS.items())


@pytest.mark.parametrize("groups", [[], ["light"], ["texture", "size"], list(ALL)])
def test_only_the_groups_asked_for(groups: list[str]) -> None:
    values = measure(noise(20, 30), HEADER, groups)
    check(values, groups)
    in_order = [column.name for name in groups for column in GROUPS[name].columns]
    assert sorted(values) == sorted(in_order)


@given(pictures())
@settings(max_examples=120, deadline=None)
def test_values_are_of_their_kind_and_in_their_range(rgb: np.ndarray) -> None:
    check(measure(rgb, HEADER, ALL))


@pytest.mark.parametrize("shape", [(1, 1), (1, 2), (2, 1), (1, 40), (40, 1), (16, 16), (3, 257)])
@pytest.mark.parametrize("value", [0, 1, 128, 255, None])
def test_odd_shapes(shape: tuple[int, int], value: int | None) -> None:
    rgb = noise(*shape) if value is None else plain((value,) * 3, *shape)
    values = measure(rgb, HEADER, ALL)
    check(values)
    assert_close(values, measure_plainly(rgb, HEADER))


@pytest.mark.parametrize("name", PHOTOS)
def test_photos_measure_as_the_plain_formulas_say(example_photos: Path, name: str) -> None:
    rgb = photo(example_photos, name)
    assert_close(measure(rgb, HEADER, ALL), measure_plainly(rgb, HEADER))


@pytest.mark.parametrize("seed", range(12))
def test_noise_measures_as_the_plain_formulas_say(seed: int) -> None:
    height, width = np.random.default_rng(seed).integers(1, 70, 2)
    rgb = noise(height, width, seed)
    assert_close(measure(rgb, HEADER, ALL), measure_plainly(rgb, HEADER))


@given(pictures(), st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_color_and_light_do_not_depend_on_where_pixels_are(rgb: np.ndarray, random) -> None:
    height, width, _ = rgb.shape
    order = random.sample(range(height * width), height * width)
    moved = rgb.reshape(-1, 3)[order].reshape(width, height, 3)
    groups = ["color", "light"]
    expected = measure(rgb, HEADER, groups)
    for other in (rgb[:, ::-1], rgb[::-1], moved):
        for name, value in measure(other, HEADER, groups).items():
            if not isinstance(value, float):
                assert value == expected[name]
            elif name == "hue_mean":
                away = (value - expected[name] + 180) % 360 - 180
                assert away == pytest.approx(0, abs=1e-3)
            else:  # hue_sd is a root of a small difference where there is a single hue
                precision = 1e-5 if name == "hue_sd" else 1e-6
                assert value == pytest.approx(expected[name], rel=precision, abs=precision), name


def test_a_strip_is_as_good_as_a_column(example_photos: Path) -> None:
    rgb = photo(example_photos, "coffee.jpg")
    turned = measure(np.rot90(rgb), HEADER, ["color", "light"])
    expected = measure(rgb, HEADER, ["color", "light"])
    for name in ("dominant_color", "dominant_color_2", "dominant_color_3"):
        assert turned.pop(name) == expected.pop(name)
    assert turned == pytest.approx(expected, rel=1e-6)


@given(st.tuples(*[st.integers(0, 255)] * 3), st.integers(1, 40), st.integers(1, 40))
@settings(max_examples=80, deadline=None)
def test_a_plain_picture_has_no_spread(rgb: tuple[int, int, int], height: int, width: int) -> None:
    values = measure(plain(rgb, height, width), HEADER, ALL)
    still = [name for name in COLUMNS if name.endswith("_sd") and name != "hue_sd"]
    still += ["rms_contrast", "dynamic_range", "entropy", "edge_share", "sharpness"]
    assert {name: values[name] for name in still} == dict.fromkeys(still, 0.0)
    assert values["michelson_contrast"] == (0.0 if max(rgb) > 0 else None)
    assert values["hue_sd"] is None or values["hue_sd"] < 1e-3
    assert (values["hue_mean"] is None) == (len(set(rgb)) == 1)
    assert values["glcm_correlation"] is values["fractal_dimension"] is None
    if height * width > 1:
        assert (values["glcm_contrast"], values["glcm_homogeneity"]) == (0.0, 1.0)
        assert values["glcm_energy"] == pytest.approx(1.0)
    assert values["dominant_color"] == "#{:02x}{:02x}{:02x}".format(*rgb)
    assert values["dominant_color_share"] == 1.0


def test_views_and_read_only_pixels_are_taken_as_they_are() -> None:
    rgb = noise(40, 50)
    expected = measure(rgb, HEADER, ALL)
    wide = np.zeros((80, 100, 3), np.uint8)
    wide[::2, ::2] = rgb
    backwards = np.ascontiguousarray(rgb[::-1, ::-1])
    locked = rgb.copy()
    locked.flags.writeable = False
    for view in (wide[::2, ::2], backwards[::-1, ::-1], locked, np.asfortranarray(rgb)):
        assert measure(view, HEADER, ALL) == expected


def test_nothing_is_changed_and_threads_do_not_disturb_each_other() -> None:
    many = [noise(60, 70 + seed % 5, seed) for seed in range(24)]
    before = [rgb.copy() for rgb in many]
    one_by_one = [measure(rgb, HEADER, ALL) for rgb in many]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda rgb: measure(rgb, HEADER, ALL), many)) == one_by_one
    assert all(np.array_equal(*pair) for pair in zip(many, before, strict=True))


@pytest.mark.parametrize("module", [size, color, light, texture], ids=lambda m: m.__name__)
def test_every_column_has_its_formula(module) -> None:
    stated = set(re.findall(r"``([a-z0-9_*]+)``", module.__doc__))
    for column in module.COLUMNS:
        of_channel = re.sub("_(mean|sd)$", "", column.name)
        assert any(fnmatch(name, p) for name in (column.name, of_channel) for p in stated), column


def test_size_is_that_of_the_stored_picture() -> None:
    stored = Size(width=4000, height=3000, bytes=6_000_000)
    values = measure(noise(384, 512), stored, ["size"])
    assert values == {"aspect_ratio": 4 / 3, "megapixel": 12.0, "bytes_per_pixel": 0.5}

"""`measure_regions` against rasterstats and closed forms on made rasters."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import imagesasdata as iad
from imagesasdata.files import rasters as geo
from tests.conftest import REPO, Kind

rasterio = pytest.importorskip("rasterio", reason="the extra 'geo' is not installed")
shapely = pytest.importorskip("shapely", reason="the extra 'geo' is not installed")

LIGHTS = REPO / "examples" / "lights" / "lights.tif"
DISTRICTS = REPO / "examples" / "lights" / "districts.geojson"
MEASURES = ["pixel_count", "pixel_sum", "pixel_mean", "pixel_min", "pixel_max"]


@pytest.fixture(scope="module")
def raster(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Random numbers on 80 x 50 pixels of 10 m, two bands, holes without data."""
    values = np.random.default_rng(0).normal(5, 20, (2, 80, 50)).astype(np.float32)
    values[0, 10:20, 5:30] = -999
    values[0, 40, 40] = np.nan
    path = tmp_path_factory.mktemp("geo") / "raster.tif"
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=50,
        height=80,
        count=2,
        dtype="float32",
        crs="EPSG:32632",
        transform=rasterio.transform.from_origin(500_000, 6_000_000, 10, 10),
        nodata=-999,
    ) as file:
        file.write(values)
    return str(path)


def blobs(count: int = 12) -> list[object]:
    """Polygons of odd forms, some with holes, some in parts, some half or wholly outside."""
    random = np.random.default_rng(1)
    shapes: list[object] = []
    for number in range(count):
        x, y = 500_000 + random.uniform(-80, 560), 6_000_000 - random.uniform(-80, 860)
        blob = shapely.Point(x, y).buffer(random.uniform(20, 200), quad_segs=5)
        if number % 3 == 1:
            blob = blob.difference(shapely.Point(x, y).buffer(30))
        if number % 3 == 2:
            blob = blob.union(shapely.box(500_350, 5_999_350, 500_420, 5_999_470))
        shapes.append(blob)
    return [*shapes, shapely.box(0, 0, 10, 10)]


@pytest.mark.parametrize("touched", [False, True])
@pytest.mark.parametrize("band", [1, 2])
def test_equal_to_rasterstats(raster: str, band: int, touched: bool) -> None:
    rasterstats = pytest.importorskip("rasterstats", reason="rasterstats is not installed")
    shapes = blobs()
    names = ["count", "sum", "mean", "min", "max"]
    truth = pd.DataFrame(
        rasterstats.zonal_stats(shapes, raster, stats=names, band=band, all_touched=touched)
    )
    got = iad.measure_regions(
        raster, pd.DataFrame({"geometry": shapes}), band=band, all_touched=touched
    )
    assert got["pixel_count"].tolist() == truth["count"].tolist()
    np.testing.assert_allclose(got[MEASURES[1:]], truth[names[1:]].astype(float), rtol=1e-6)


def test_strips_change_nothing(raster: str, monkeypatch: pytest.MonkeyPatch) -> None:
    table = pd.DataFrame({"geometry": blobs()})
    whole = iad.measure_regions(raster, table)
    monkeypatch.setattr(geo, "_AT_ONCE", 70)
    strips = iad.measure_regions(raster, table)
    pd.testing.assert_frame_equal(whole, strips)


def test_each_kind_of_table(kind: Kind, raster: str) -> None:
    shapes = [one.wkt for one in blobs(2)]  # type: ignore[attr-defined]
    table = kind.make({"district": ["a", "b", "c", "d"], "geometry": [*shapes, None]})
    got = iad.measure_regions(raster, table, prefix="lights_")
    assert kind.is_kind(got)
    columns = kind.columns(got)
    assert list(columns) == ["district", "geometry", *(f"lights_{name}" for name in MEASURES)]
    assert columns["lights_pixel_count"][2:] == [0, None]
    assert columns["lights_pixel_sum"][2:] == [None, None]


def test_forms_of_a_polygon_are_equal(raster: str) -> None:
    shape = blobs(1)[0]
    forms = [
        shape,
        shape.wkt,
        shape.wkb,
        shapely.to_geojson(shape),
        json.loads(shapely.to_geojson(shape)),
    ]  # type: ignore[attr-defined]
    sums = [
        iad.measure_regions(raster, pd.DataFrame({"geometry": [form]}))["pixel_sum"][0]
        for form in forms
    ]
    np.testing.assert_allclose(sums, sums[0])


def test_other_coordinates(raster: str) -> None:
    """The same box in degrees; near 9 E the grid of zone 32 runs along the meridian."""
    from rasterio.warp import transform_geom

    box = shapely.box(500_100, 5_999_500, 500_300, 5_999_900)
    degrees = transform_geom("EPSG:32632", "EPSG:4326", json.loads(shapely.to_geojson(box)))
    got = iad.measure_regions(raster, pd.DataFrame({"geometry": [degrees]}), crs="EPSG:4326")
    truth = iad.measure_regions(raster, pd.DataFrame({"geometry": [box]}))
    assert got["pixel_count"][0] == truth["pixel_count"][0] == 20 * 40 - 200
    np.testing.assert_allclose(got["pixel_sum"], truth["pixel_sum"])


def test_cells_cover_every_pixel_once(raster: str) -> None:
    got = iad.measure_regions(raster, 200)
    assert got[["cell_row", "cell_column"]].max().tolist() == [3, 2]
    with rasterio.open(raster) as file:
        values = file.read(1, masked=True).astype(np.float64)
    assert got["pixel_count"].sum() == 80 * 50 - 250 - 1
    np.testing.assert_allclose(got["pixel_sum"].sum(), np.nansum(values.filled(np.nan)), rtol=1e-6)
    polars = iad.measure_regions(raster, 200, backend="polars")
    assert polars["pixel_count"].to_list() == got["pixel_count"].tolist()


def test_the_example() -> None:
    got = iad.measure_regions(LIGHTS, DISTRICTS).set_index("district")
    with rasterio.open(LIGHTS) as file:
        values = file.read(1)
    assert got.loc["Nord", "pixel_sum"] == values[:30].sum()
    assert got.loc["Ouest", "pixel_sum"] == values[30:, :30].sum()


@pytest.mark.parametrize(
    ("regions", "chosen", "error", "message"),
    [
        (0, {}, iad.ArgumentError, "Cells must have a side over 0, got 0"),
        (1e-3, {}, iad.ArgumentError, "over ten million.\nHint: the raster is 500 by 800"),
        ("gone.geojson", {}, iad.ArgumentError, "There is no file 'gone.geojson'"),
        ("README.md", {}, iad.ArgumentError, "cannot be read as a GeoJSON FeatureCollection"),
        ({"shape": ["POINT (1 1)"]}, {}, iad.ColumnError, "Hint: give geometry="),
        ({"geometry": ["POINT (1 1)"]}, {}, iad.ArgumentError, "must be a polygon, got a Point"),
        ({"geometry": ["POLY"]}, {}, iad.ArgumentError, "A region cannot be read"),
        ({"geometry": [5]}, {}, iad.ArgumentTypeError, "geometry, WKT, WKB or GeoJSON, got int"),
        (
            {"geometry": [None]},
            {"band": 3},
            iad.ArgumentError,
            "has 2 bands, so there is no band 3",
        ),
        ({"geometry": [None]}, {"crs": "EPSG:x"}, iad.ArgumentError, "crs='EPSG:x' is not known"),
        ({"geometry": [None], "pixel_sum": [1]}, {}, iad.NameClashError, "'pixel_sum' already"),
    ],
)
def test_misuse(
    raster: str, regions: object, chosen: dict[str, object], error: type[Exception], message: str
) -> None:
    if isinstance(regions, dict):
        regions = pd.DataFrame(regions)
    with pytest.raises(error, match=message):
        iad.measure_regions(raster, regions, **chosen)  # type: ignore[arg-type]


def test_what_is_no_raster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(iad.ArgumentError, match=r"There is no raster at 'gone.tif'"):
        iad.measure_regions("gone.tif", 1)
    (tmp_path / "text.tif").write_text("no raster")
    with pytest.raises(iad.ArgumentError, match="is no GeoTIFF, or is damaged"):
        iad.measure_regions(tmp_path / "text.tif", 1)
    monkeypatch.setitem(sys.modules, "rasterio", None)
    with pytest.raises(iad.MissingPackageError, match=r'Hint: pip install "imagesasdata\[geo\]"'):
        iad.measure_regions(LIGHTS, 1)


@pytest.mark.filterwarnings("ignore:Dataset has no geotransform")
def test_a_raster_without_coordinates(tmp_path: Path) -> None:
    with rasterio.open(
        tmp_path / "plain.tif",
        "w",
        driver="GTiff",
        width=4,
        height=4,
        count=1,
        dtype="uint8",
        transform=rasterio.transform.from_origin(0, 4, 1, 1),
    ) as file:
        file.write(np.arange(16, dtype=np.uint8).reshape(1, 4, 4))
    got = iad.measure_regions(tmp_path / "plain.tif", 2)
    assert got["pixel_sum"].tolist() == [10, 18, 42, 50]
    with pytest.raises(iad.ArgumentError, match="does not say which coordinates it has"):
        iad.measure_regions(tmp_path / "plain.tif", DISTRICTS)

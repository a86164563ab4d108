"""`map_images`: the file it writes and what it refuses."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import imagesasdata as iad
from imagesasdata.pages import sprites
from tests.conftest import REPO, Kind, encoded, picture

VENDOR = REPO / "src" / "imagesasdata" / "pages" / "vendor"


def data(page: Path) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page.read_text())
    assert found is not None
    return json.loads(found[1])


def test_each_table_library(kind: Kind, folder: Path, tmp_path: Path) -> None:
    cells = {
        "path": [str(folder / f"{n}.jpg") for n in range(3)],
        "x": [0.5, 1.0, None],
        "y": [0, 2, 1],
        "word": ["a", None, "c"],
        "when": [dt.datetime(2024, 1, 2), None, dt.datetime(2024, 1, 3)],
    }
    made = iad.map_images(kind.make(cells), to=tmp_path / "map.html", x="x", y="y", time="when")
    found = data(made)
    assert found["ids"] == ["0", "1", "2"]
    assert (found["x"], found["y"]) == ([0.5, 1, None], [0, 2, 1])
    assert found["columns"]["word"] == {"kind": "text", "values": ["a", None, "c"]}
    day = found["columns"]["when"]
    assert day == {"kind": "time", "values": [1704153600000, None, 1704240000000]}
    assert found["sizes"] == [[48, 32]] * 3


def test_sheets_hold_the_pictures(folder: Path, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(sprites, "SHEET_SIDE", 128)
    (folder / "3.jpg").write_bytes(b"no picture")
    made = iad.map_images(folder, to=tmp_path / "map.html")
    found = data(made)
    assert found["perSheet"] == 3
    assert len(found["sheets"]) == 3
    assert found["sizes"][3] == [0, 0]
    assert found["x"][3] is None
    assert sum(x is not None for x in found["x"]) == 7
    sheet = Image.open(io.BytesIO(base64.b64decode(found["sheets"][1].partition(",")[2])))
    fourth = np.asarray(sheet.crop((64, 0, 112, 32)), float)
    source = np.asarray(Image.open(folder / "4.jpg"), float)
    assert np.abs(fourth - source).mean() < 12
    assert np.asarray(sheet.crop((70, 70, 120, 120))).min() > 240


def test_only_the_columns_that_are_wanted(folder: Path, tmp_path: Path) -> None:
    table = pd.DataFrame(
        {"path": [str(folder / "0.jpg")], "dim_1": 1.0, "dim_2": 2.0, "secret": "s"}
    )
    table["vector"] = [np.ones(3)]
    every = data(iad.map_images(table, to=tmp_path / "a.html"))
    assert list(every["columns"]) == ["dim_1", "dim_2", "secret"]
    some = iad.map_images(table, to=tmp_path / "b.html", columns=["dim_1"])
    assert list(data(some)["columns"]) == ["dim_1"]
    assert "secret" not in some.read_text()


def test_the_page_runs_its_own_scripts_only(folder: Path, tmp_path: Path) -> None:
    page = iad.map_images(folder, to=tmp_path / "map.html", title="<b>&").read_text()
    assert "<title>&lt;b&gt;&amp;</title>" in page
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    for code in re.findall(r"<script>(.*?)</script>", page, re.DOTALL):
        digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
        assert f"sha256-{digest}" in policy[1]
    assert "default-src 'none'" in policy[1].replace("&#x27;", "'")


@pytest.mark.parametrize("text", ["</script>", "<!--<script>", "\u2028", '"\\'])
def test_any_name_stands_in_the_page(text: str, tmp_path: Path) -> None:
    table = pd.DataFrame({"path": [f"{text}.jpg"], "dim_1": 1.0, "dim_2": 2.0, f"a{text}": [text]})
    made = iad.map_images(table, to=tmp_path / "map.html")
    assert made.read_text().count("</script>") == 3
    assert data(made)["paths"] == [f"{text}.jpg"]
    assert data(made)["columns"][f"a{text}"]["values"] == [text]


def test_the_bundled_script_is_the_one_that_is_named() -> None:
    digest = hashlib.sha256((VENDOR / "pixi.min.js").read_bytes()).hexdigest()
    assert digest in (VENDOR / "README.md").read_text()
    assert "MIT License" in (VENDOR / "pixi.LICENSE.txt").read_text()


TABLE = pd.DataFrame({"path": ["a.jpg"], "dim_1": [1.0], "dim_2": [1.0], "word": ["w"]})


@pytest.mark.parametrize(
    ("more", "kind", "message"),
    [
        ({"to": "map.png"}, iad.ArgumentError, r"must end in .html(.|\n)*map.html"),
        ({"to": "no/such/map.html"}, iad.ArgumentError, "'no/such' does not exist"),
        ({"thumbnail": 100}, iad.ArgumentError, "one of 32, 64, 128, got 100"),
        ({"method": "mds"}, iad.UnknownNameError, "method 'mds'"),
        ({"label": "wrd"}, iad.ColumnError, r"no column 'wrd'(.|\n)*did you mean 'word'"),
        ({"color": "none"}, iad.ColumnError, "no column 'none'"),
        ({"time": "word"}, iad.ColumnError, "'word' holds no times"),
        ({"x": "left"}, iad.ColumnError, r"no column 'left'(.|\n)*iad.reduce"),
        ({"x": "word"}, iad.ColumnError, "'word' holds no numbers"),
        ({"model": "lite"}, iad.UnknownNameError, "model 'lite'"),
    ],
)
def test_misuse(more: dict[str, Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        iad.map_images(TABLE, **{"to": "never.html", **more})


def test_a_column_that_cannot_be_shown() -> None:
    table = TABLE.assign(vector=[np.ones(2)])
    with pytest.raises(iad.ColumnError, match="'vector' cannot be shown"):
        iad.map_images(table, columns=["vector"])


@pytest.mark.parametrize("prefix", [None, "my_"])
def test_clusters_are_categories_with_names(
    folder: Path, tmp_path: Path, prefix: str | None
) -> None:
    paths = sorted(map(str, folder.glob("*.jpg")))[:4]
    rows = pd.DataFrame({"path": paths, "label": ["cup", "cup", "cat", "dog"]})
    rows["embedding"] = [[1.0, 0.0], [1.0, 0.1], [0.0, 1.0], [0.1, 1.0]]
    rows = iad.cluster(rows, k=2, stability=0, prefix=prefix)
    name = f"{prefix or ''}cluster"
    made = iad.map_images(rows, to=tmp_path / "map.html", color=name)
    found = data(made)["columns"][name]
    assert found == {
        "kind": "group",
        "values": rows[name].tolist(),
        "names": {str(rows[name][0]): "cup", str(rows[name][2]): "cat, dog"},
    }


def test_a_sheet_by_cluster_begins_with_the_most_typical(folder: Path) -> None:
    paths = sorted(map(str, folder.glob("*.jpg")))[:6]
    angles = np.radians([0, 40, 10, 90, 99, 93])
    rows = pd.DataFrame({"path": paths, "cluster": [0, 0, 0, 1, 1, 1]})
    rows["embedding"] = [[np.cos(angle), np.sin(angle)] for angle in angles]
    rows.loc[1, "embedding"] = None
    rows.loc[1, "embedding"] = None
    sheet = iad.contact_sheet(rows, by="cluster", n=5, per_row=2)
    shown = [axis.texts[0].get_text() if axis.texts else "" for axis in sheet.axes]
    assert sheet._suptitle.get_text() == "(the most typical 4 of 6 pictures)"
    titles = [axis.get_title() or axis.get_xlabel() for axis in sheet.axes]
    told = " ".join([*shown, *titles])
    assert Path(paths[5]).name in told
    assert Path(paths[4]).name not in told
    assert Path(paths[1]).name not in told


def test_a_contact_sheet_has_the_names_of_clusters(tmp_path: Path) -> None:
    paths = [str(tmp_path / f"{number}.jpg") for number in range(6)]
    for number, path in enumerate(paths):
        Path(path).write_bytes(encoded(picture(seed=number)))
    rows = pd.DataFrame({"path": paths, "cluster": [0, 0, 0, 1, 1, -1]})
    rows["label"] = ["cup", "cup", "plate", "dog", "dog", "cup"]

    def headings(table: pd.DataFrame, by: str) -> list[str]:
        sheet = iad.contact_sheet(table, by=by)
        return [title for axis in sheet.axes if (title := axis.get_title("left"))]

    proposed = iad.cluster_table(
        rows.assign(embedding=[[1.0, float(number)] for number in range(6)])
    ).set_index("cluster")["proposed_name"]
    assert headings(rows, "cluster") == [
        "cluster: -1",
        f"cluster: 0 ({proposed[0]})",
        f"cluster: 1 ({proposed[1]})",
    ]
    assert "dog" in proposed[1]
    assert headings(rows.drop(columns="label"), "cluster")[1] == "cluster: 0"
    # Other groups have names of their own.
    assert headings(rows.rename(columns={"cluster": "outlet"}), "outlet")[1] == "outlet: 0"

"""The studies in `examples/` run from a copy of the folder, and find what is known to be true."""

from __future__ import annotations

import contextlib
import io
import os
import re
import runpy
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import pandas as pd
import pytest

import imagesasdata as iad

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
STUDIES = sorted(file.parent.name for file in EXAMPLES.glob("*/study.py"))


@pytest.fixture
def examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the folder, without what was made in it; scripts draw into files."""
    copy = tmp_path / "examples"
    made = shutil.ignore_patterns("data", "output", "__pycache__")
    shutil.copytree(EXAMPLES, copy, ignore=made)
    monkeypatch.chdir(tmp_path)
    matplotlib.use("agg")
    return copy


def run(study: Path, monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    """Run a study as ``python study.py`` does, and give its table."""
    monkeypatch.setattr(sys, "path", [str(study), *sys.path])
    for module in ("make_data", "camera"):  # each study has its own
        monkeypatch.delitem(sys.modules, module, raising=False)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        runpy.run_path(str(study / "study.py"), run_name="__main__")
    print(printed.getvalue(), end="")
    plt.close("all")
    for module in ("make_data", "camera"):
        sys.modules.pop(module, None)
    figure = study / "output" / "figure.png"
    assert figure.stat().st_size > 10_000
    if kept := os.environ.get("IMAGESASDATA_STUDIES"):
        keep(Path(kept) / study.name, figure, printed.getvalue())
    return pd.read_csv(study / "output" / "table.csv")


def keep(to: Path, figure: Path, printed: str) -> None:
    """What a study gave, for the site, which is built later in the same run of CI."""
    if not to.exists():
        to.mkdir(parents=True)
        shutil.copy(figure, to)
        (to / "printed.txt").write_text(printed, "utf-8")


def holds(table: pd.DataFrame, estimate: str = "") -> list[bool]:
    """Of each row, whether an interval holds the truth."""
    prefix = estimate or "conf"
    return table["truth"].between(table[f"{prefix}_low"], table[f"{prefix}_high"]).tolist()


def test_night_lights(examples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("rasterio", reason='needs the extra "geo"')
    table = run(examples / "night_lights", monkeypatch)
    assert table["term"].tolist() == ["elasticity", "road_on_light", "road_on_output"]
    assert all(holds(table))


@pytest.mark.slow
def test_road_maps(examples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = run(examples / "road_maps", monkeypatch).set_index("term")
    assert holds(table, "corrected") == [True, True]
    road = table.loc["road_km"]
    assert road["naive_low"] > road["truth"]
    assert road["corrected_high"] - road["corrected_low"] < road["gold_high"] - road["gold_low"]


@pytest.mark.slow
def test_engagement(examples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = run(examples / "engagement", monkeypatch)
    within = table[table["model"] == "within accounts"]
    assert len(within) == 4
    assert all(holds(within))
    assert holds(table[table["model"] == "pooled"])[0] is False  # brightness


@pytest.mark.slow
def test_outlets(examples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = run(examples / "outlets", monkeypatch)
    assert table["outlet"].tolist() == ["Courier", "Tribune"]
    assert all(holds(table, "corrected"))


@pytest.mark.slow
def test_protest(
    examples: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    table = run(examples / "protest", monkeypatch).set_index("term")
    assert all(holds(table, "corrected"))
    law = table.loc["after_law"]
    assert law["naive"] < law["corrected"]  # protests at night are missed
    assert law["corrected_high"] - law["corrected_low"] < law["gold_high"] - law["gold_low"]
    said = " ".join(capsys.readouterr().out.split())
    assert "200 with hand-coded protest were used to validate protest_pred (200 of them in" in said
    assert "5-fold cross-validation over 200 hand-coded pictures" in said
    assert "a model of protest was trained" in said


@pytest.mark.slow
def test_tally_sheets(
    examples: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("rapidocr", reason='needs the extra "text"')
    table = run(examples / "tally_sheets", monkeypatch).set_index("term")
    assert holds(table.loc[["untrained"]]) == [True]
    said = capsys.readouterr().out
    flagged = dict(re.findall(r"^ +(\d+) +\w+ +(\w+) +\w+$", said, re.M))
    copies = dict(re.findall(r"^ +(\d+) +\w+ +\w+ +(\w+)$", said, re.M))
    assert flagged["17"] == "True"
    assert copies["11"] == copies["29"] == "True"
    right = re.search(r"Counts read right: ([\d.]+)%", said)
    assert right is not None
    assert float(right[1]) > 95.0


@pytest.mark.slow
def test_floor_motion(
    examples: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    table = run(examples / "floor_motion", monkeypatch).set_index("motion")
    assert holds(table.loc[["changed pixels, camera still"]]) == [True]
    assert holds(table.loc[["moving pixels, camera still"]]) == [False]  # flow has a floor
    assert "the camera moves: 4 of 40" in capsys.readouterr().out


@pytest.mark.slow
def test_collection(examples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = run(examples / "collection", monkeypatch)
    assert len(table) == 5
    assert all(holds(table))
    assert (examples / "collection" / "output" / "map.html").stat().st_size > 500_000


@pytest.mark.slow
def test_service_audit(examples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = run(examples / "service_audit", monkeypatch).set_index("measured_by")
    assert all(holds(table, "corrected"))
    assert holds(table.loc[["service"]], "naive") == [False]
    audit = pd.read_csv(examples / "service_audit" / "output" / "audit.csv")
    missed = audit.query(
        "measured_by == 'service' and grouping == 'income' and measure == 'false_negative_rate'"
    ).set_index("group")
    for income, truth in {"low": 0.35, "high": 0.05}.items():  # as made
        assert missed.loc[income, "conf_low"] < truth < missed.loc[income, "conf_high"]


@pytest.mark.soak
@pytest.mark.parametrize("name", ["face_audit", "evoked_valence"])
def test_a_study_of_real_pictures_gives_what_its_page_shows(
    name: str,
    examples: Path,
    monkeypatch: pytest.MonkeyPatch,
    shared_data: Path,
    bring_weights: Callable[..., None],
) -> None:
    if name == "face_audit":
        bring_weights("faces")
    monkeypatch.setenv("IMAGESASDATA_DATA", str(shared_data))
    table = run(examples / name, monkeypatch)
    shown = pd.read_csv(EXAMPLES / name / "measured" / "table.csv")
    pd.testing.assert_frame_equal(table, shown, atol=0.05, rtol=0.05)


def test_made_data_are_the_same_each_time(
    tmp_path: Path, examples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [str(examples / "road_maps"), *sys.path])
    make = runpy.run_path(str(examples / "road_maps" / "make_data.py"))["make_data"]
    one, two = (make(tmp_path / name) for name in ("one", "two"))
    files = sorted(file.relative_to(one) for file in one.rglob("*") if file.is_file())
    assert len(files) == 12
    for file in files:
        assert (one / file).read_bytes() == (two / file).read_bytes()


def test_there_are_eleven_studies_and_each_has_a_page() -> None:
    assert len(STUDIES) == 11
    index = (ROOT / "docs" / "studies" / "index.md").read_text("utf-8")
    nav = (ROOT / "mkdocs.yml").read_text("utf-8")
    for name in STUDIES:
        page = f"{name.replace('_', '-')}.md"
        assert f"({page})" in index
        assert f"studies/{page}" in nav
        assert f"examples/{name}/study.py" in (ROOT / "docs" / "studies" / page).read_text("utf-8")


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_says_what_it_must_and_uses_public_names_only(name: str) -> None:
    readme = (EXAMPLES / name / "README.md").read_text("utf-8")
    for part in ("Data.", "What is estimated.", "Run it", "What the table shows.", "Ethics."):
        assert f"**{part}" in readme
    assert "**What it cannot show.**" in readme
    assert f"python examples/{name}/study.py" in readme
    script = (EXAMPLES / name / "study.py").read_text("utf-8")
    used = set(re.findall(r"\biad\.(\w+)", script))
    assert used
    assert used <= set(iad.__all__)
    assert "imagesasdata." not in script

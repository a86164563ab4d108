"""The shell: the same verbs, tables that can be read, exit codes that mean something."""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from PIL import Image

from imagesasdata import cli
from imagesasdata.verbs.signatures import GROUPS
from tests.conftest import REPO


def shell_apart(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "imagesasdata", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=REPO,
        env={**os.environ, "COLUMNS": "120"},
        check=False,
    )


def _show(message: Any, category: Any, filename: Any, lineno: Any, *_: Any) -> None:
    sys.stderr.write(warnings.formatwarning(message, category, filename, lineno))


def shell(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The command line in this process, which has imported everything already."""
    command = ["imagesasdata", *map(str, arguments)]
    out, err, code = io.StringIO(), io.StringIO(), 0
    with (
        pytest.MonkeyPatch.context() as patch,
        warnings.catch_warnings(),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        patch.chdir(REPO)
        patch.setenv("COLUMNS", "120")
        patch.setattr(sys, "argv", command)
        patch.setattr(warnings, "showwarning", _show)
        patch.setattr(warnings, "formatwarning", warnings.formatwarning)
        # As Python has them without options.
        warnings.simplefilter("default")
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            cli.main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0
    return subprocess.CompletedProcess(command, code, out.getvalue(), err.getvalue())


def test_help_lists_the_commands() -> None:
    done = shell_apart("--help")
    assert done.returncode == 0
    for command in ("read-images", "features", "classify", "embed", "models", "weights"):
        assert command in done.stdout
    assert "Exit codes" in done.stdout


def test_help_names_the_groups_in_order_and_imports_no_numerics() -> None:
    lines = [line for line in shell("--help").stdout.splitlines() if line.startswith("╭─ ")]
    assert [line.split()[1] for line in lines] == [
        *("Options", *(group for group in GROUPS if group != "scale"), "weights"),
    ]
    heavy = "{'jax', 'pandas', 'numpy', 'narwhals', 'PIL'} & set(sys.modules)"
    for words in (["--help"], ["classify", "--help"], ["fine-tune", "--help"]):
        code = (
            "import sys, typer.testing; from imagesasdata.cli import app\n"
            f"done = typer.testing.CliRunner().invoke(app, {words})\n"
            f"assert done.exit_code == 0 and 'Usage' in done.output; print({heavy})"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert done.stdout == "set()\n", done.stderr


def test_a_name_as_in_python_and_a_name_with_a_mistake(example_photos: Path) -> None:
    done = shell("read_images", example_photos / "coffee.jpg")
    assert done.returncode == 0, done.stderr
    done = shell("find-simlar", "x")
    assert done.returncode == 2
    assert "Did you mean 'find-similar'" in done.stderr


def test_two_tables_in_order() -> None:
    photos = Path("examples/photos")  # short, for a long path is cut in the table
    queries = (photos / "coffee.jpg", photos / "clock.jpg")
    done = shell("find-similar", photos, *queries, "--quiet")
    assert done.returncode == 0, done.stderr
    first = [line.split() for line in done.stdout.splitlines() if " 1  " in line]
    assert ["coffee.jpg" in row[3] for row in first if row[1] == "1"] == [True, False]


def test_files_of_coders_are_paths(tmp_path: Path) -> None:
    page = tmp_path / "label.html"
    words = ("--question", "Is it?", "--choice", "yes", "--choice", "no", "--to", page)
    done = shell("label-page", "examples/photos/coffee.jpg", *words)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"wrote {page}\n"
    assert "Is it?" in page.read_text()
    (tmp_path / "labels-ann.csv").write_text(
        "image_id,path,coder,question,value,coded_at,seconds\n"
        "0,a.jpg,ann,Is it?,yes,2026-05-01T10:00:00.000Z,1.5\n"
    )
    done = shell("read-labels", tmp_path / "labels-ann.csv", "--to", tmp_path / "labels.csv")
    assert done.returncode == 0, done.stderr
    assert pd.read_csv(tmp_path / "labels.csv")["value"].tolist() == ["yes"]


def test_results_that_are_no_tables(tmp_path: Path) -> None:
    table = tmp_path / "coded.csv"
    rows = [[i % 2, (i + i // 7) % 2, float(i % 5 + i % 2), "anna"] for i in range(40)]
    pd.DataFrame(rows, columns=["x", "y", "z", "coder"]).to_csv(table, index=False)
    done = shell("regress", "z ~ x", table, "--to", tmp_path / "fit.csv")
    assert done.returncode == 0, done.stderr
    assert "HC2" in done.stdout
    assert pd.read_csv(tmp_path / "fit.csv")["term"].tolist() == ["Intercept", "x"]
    done = shell("validate", table, "--truth", "x", "--prediction", "y")
    assert done.returncode == 0, done.stderr
    assert "precision" in done.stdout
    done = shell("sample-for-labels", table, "--n", "7", "--to", tmp_path / "sample.csv")
    assert done.returncode == 0, done.stderr
    sample = pd.read_csv(tmp_path / "sample.csv")
    assert len(sample) == 7
    assert list(sample) == ["x", "y", "z", "coder", "sample_prob", "is_sampled"]
    done = shell("cite", "efficientnet_lite0", "--to", tmp_path / "cite.txt")
    assert "@software{imagesasdata" in done.stdout
    assert (tmp_path / "cite.txt").read_text() == done.stdout


def test_a_figure_needs_a_file(example_photos: Path, tmp_path: Path) -> None:
    done = shell("contact-sheet", example_photos)
    assert done.returncode == 2
    assert "Missing option '--to'" in done.stderr
    done = shell("contact-sheet", example_photos, "--to", tmp_path / "sheet.png")
    assert done.stdout == f"wrote {tmp_path / 'sheet.png'}\n"
    with Image.open(tmp_path / "sheet.png") as image:
        assert image.width > 300


def test_a_table_is_not_taken_for_a_folder_of_files(tmp_path: Path) -> None:
    target = tmp_path / "frames.parquet"
    done = shell("read-video", "examples/videos/shots.mp4", "--to", target)
    assert done.returncode == 2
    assert "--to is a folder.\nHint: write the table with --table." in done.stderr
    assert not target.exists()


@pytest.mark.slow
def test_a_model_is_taught_and_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(REPO / "examples")
    from make_posts import make_posts

    table, model, out = tmp_path / "posts.csv", tmp_path / "life.iad", tmp_path / "out.csv"
    make_posts(tmp_path / "posts", 60).to_csv(table, index=False)
    words = ("--outcome", "shows_life", "--save", model, "--epochs", "2", "--to", out, "--quiet")
    few = ("--split", "0.6,0.1,0.3", "--early-stopping", "none", "--class-weight", "yes=2")
    done = shell("fine-tune", table, *words, *few, "--class-weight", "no=1")
    assert done.returncode == 0, done.stderr
    assert "<FittedModel of 'shows_life' (binary)" in done.stdout
    assert len(pd.read_csv(out)) == 1
    done = shell("augment", model, table, "--to", out, "--quiet")
    assert done.returncode == 0, done.stderr
    got = pd.read_csv(out)
    # A picture that the model was trained on has no prediction that it did not learn by heart.
    assert got["shows_life_trained"].any()
    assert got.loc[~got["shows_life_trained"], "shows_life_pred"].isin(["yes", "no"]).all()
    heat = ("--model", model, "--to", tmp_path / "heat", "--table", out, "--quiet")
    done = shell("explain", "examples/photos/coffee.jpg", *heat)
    assert done.returncode == 0, done.stderr
    assert pd.read_csv(out)["heat_label"].isin(["yes", "no"]).all()


def test_ctrl_c_ends_with_130(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "app", stop)
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == 130
    assert capsys.readouterr().err == "Stopped.\n"


def test_classify_writes_and_prints(example_photos: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.parquet"
    done = shell("classify", example_photos / "coffee.jpg", "--to", target)
    assert done.returncode == 0, done.stderr
    assert "espresso" in done.stdout
    assert done.stderr == ""
    assert pd.read_parquet(target)["label"].tolist() == ["espresso"]


def test_failures_end_with_one(example_photos: Path) -> None:
    done = shell("read-images", example_photos / "coffee.jpg", "gone.jpg")
    assert done.returncode == 1
    assert "1 of 2 rows have an image_error" in done.stderr
    assert "file not found" in done.stdout
    done = shell("read-images", "gone.jpg", example_photos / "coffee.jpg", "--on-error", "raise")
    assert done.returncode == 1
    assert "Error: Row 0 ('gone.jpg'): file not found." in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["classify", "nowhere"], "Error: There is no folder, picture or archive at 'nowhere'."),
        (["classify", "examples/photos", "--model", "vgg"], "Error: Unknown model 'vgg'."),
        (["features", "examples/photos", "--group", "hue"], "Unknown group of features 'hue'"),
        (["embed", "examples/photos/coffee.jpg", "--to", "o.csv"], "cannot hold the column"),
        (
            ["zero-shot", "examples/photos", "--label", "a cat"],
            "Error: labels needs at least two texts, got 1.",
        ),
        (["embed", "examples/photos", "--to", "o.dta"], "A Stata file cannot hold the column"),
        (
            ["features", "nowhere", "--to", "o.txt"],
            "--to='o.txt' must end in .parquet, .csv",
        ),
        (
            ["features", "nowhere", "--to", "gone/o.csv"],
            "The folder 'gone' does not exist.\nHint: make it",
        ),
        (["features", "nowhere", "--to", "src"], "--to='src' is a folder"),
        (["cite", "efficientnet_lite0", "--to", "gone/cite.txt"], "The folder 'gone' does not"),
        (
            ["fine-tune", "nowhere", "--outcome", "y", "--save", "gone/m.iad"],
            "The folder 'gone' does not exist",
        ),
        (["read-images", "gone.csv"], "There is no table at 'gone.csv'"),
        (["weights", "add", "nowhere"], "There is no file or folder 'nowhere'"),
    ],
)
def test_mistakes_end_with_two_and_no_traceback(arguments: list[str], message: str) -> None:
    done = shell(*arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_table_goes_in_and_comes_out_with_more_columns(folder: Path, tmp_path: Path) -> None:
    table = pd.DataFrame({"photo": [str(folder / "0.jpg")], "likes": [12]})
    table.to_csv(tmp_path / "posts.csv", index=False)
    done = shell("features", tmp_path / "posts.csv", "--path", "photo", "--to", tmp_path / "o.csv")
    assert done.returncode == 0, done.stderr
    got = pd.read_csv(tmp_path / "o.csv")
    assert list(got.columns[:2]) == ["photo", "likes"]
    assert "luminance_mean" in got.columns


def test_models_and_a_card() -> None:
    assert "efficientnet_lite2" in shell("models").stdout
    card = shell("model-card", "efficientnet_lite0").stdout
    assert "Known limits" in card
    assert "4,652,008 parameters" in card


@pytest.mark.slow
def test_videos(tmp_path: Path) -> None:
    clip = "examples/videos/shots.mp4"
    out = tmp_path / "frames.parquet"
    assert shell("read-video", clip, "--every", "2s", "--table", str(out)).returncode == 0
    assert pd.read_parquet(out)["frame"].tolist() == [0, 20, 40, 60]
    done = shell("features", str(out), "--group", "light", "--to", str(out))
    assert done.returncode == 0, done.stderr
    assert pd.read_parquet(out)["luminance_mean"].notna().all()
    done = shell("video-shots", clip, "--to", str(out))
    assert pd.read_parquet(out)["start"].tolist() == [0.0, 2.5, 4.0, 6.0]
    done = shell("video-motion", clip, "--every", "4s", "--to", str(out))
    assert len(pd.read_parquet(out)) == 2
    assert "flow_speed" in pd.read_parquet(out)


def test_transform(tmp_path: Path) -> None:
    steps = ("--step", "resize(100)", "--step", "grayscale")
    done = shell("transform", "examples/photos/coffee.jpg", *steps, "--to", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    (made,) = (tmp_path / "out").iterdir()
    with Image.open(made) as image:
        assert image.width == 100


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("resise(100)", "Unknown step 'resise'.\nHint: did you mean 'resize'?"),
        ("resize(", "'resize(' is not a step.\nHint: for example resize(256)"),
        ("resize(width=open('x'))", "cannot be made"),
        ("resize(size=3)", "resize has no argument 'size'"),
        ("resize(-3)", "width"),
        ("steps.resize(3)", "is not a step"),
    ],
)
def test_steps_that_are_none(step: str, message: str, tmp_path: Path) -> None:
    from imagesasdata.errors import ImagesAsDataError
    from imagesasdata.steps.written import read_step

    with pytest.raises(ImagesAsDataError) as caught:
        read_step(step)
    assert message in str(caught.value)


def test_weights_are_fetched_verified_and_removed() -> None:
    done = shell("weights", "fetch", "efficientnet_lite0")
    assert done.returncode == 0, done.stderr
    assert "efficientnet-lite0-57934424.pth: " in done.stdout
    done = shell("weights", "verify", "efficientnet_lite0")
    assert done.returncode == 0
    assert done.stdout.startswith("whole    ")
    done = shell("weights", "verify", "vgg16")
    assert done.returncode == 1
    assert done.stdout.startswith("missing  vgg16")
    done = shell("weights", "remove", "efficientnet_lite0")
    assert "efficientnet-lite0-57934424.pth is not in the store" in done.stdout


def test_weights_that_fail_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("IMAGESASDATA_HOME", str(tmp_path))
    monkeypatch.setenv("IMAGESASDATA_OFFLINE", "1")
    done = shell("weights", "fetch", "vgg16", "efficientnet_lite0", "--check")
    assert done.returncode == 1
    assert re.search(r"^FAILED   vgg16\S+: .*IMAGESASDATA_OFFLINE forbids", done.stdout, re.M)
    assert "efficientnet-lite0-57934424.pth: " in done.stdout
    assert done.stdout.endswith("1 of 2 files are whole.\n")
    assert shell("weights", "fetch", "efficientnet_lite0", "--check").returncode == 0
    for both in ([], ["vgg16", "--all"]):
        done = shell("weights", "fetch", *both)
        assert done.returncode != 0
        assert "Name models, or give --all" in done.stderr


@pytest.mark.slow
def test_faces(bring_weights: Callable[..., None], tmp_path: Path) -> None:
    bring_weights("faces")
    photo, out = "examples/photos/astronaut.jpg", str(tmp_path / "faces.parquet")
    done = shell("detect-faces", photo, "--to", out)
    assert done.returncode == 0, done.stderr
    done = shell("analyze-faces", out, "--attribute", "age", "--to", out)
    assert done.returncode == 0, done.stderr
    assert {"face_x", "age"} <= set(pd.read_parquet(out).columns)
    done = shell("blur-faces", photo, "--to", str(tmp_path / "out"), "--table", out)
    assert done.returncode == 0, done.stderr
    assert pd.read_parquet(out)["faces_hidden"].tolist() == [1]


def test_summary_lists_every_layer() -> None:
    done = shell("summary", "vgg16")
    assert done.returncode == 0, done.stderr
    assert "102760448" in done.stdout
    assert "hidden.1" in done.stdout
    assert "138344128" in done.stdout


@pytest.mark.slow
def test_looks_inside(tmp_path: Path) -> None:
    photo = "examples/photos/chelsea.jpg"
    done = shell("feature-maps", "--of", "filters", "--to", str(tmp_path / "filters.png"))
    assert done.returncode == 0, done.stderr
    layer = ("--model", "efficientnet_lite0", "--layer", "stem")
    done = shell("feature-maps", "--image", photo, *layer, "--to", str(tmp_path / "maps.png"))
    assert done.returncode == 0, done.stderr
    for name in ("filters.png", "maps.png"):
        with Image.open(tmp_path / name) as image:
            assert image.width > 300
    table = tmp_path / "heat.parquet"
    done = shell("explain", photo, "--to", str(tmp_path / "heat"), "--table", str(table))
    assert done.returncode == 0, done.stderr
    with Image.open(pd.read_parquet(table)["heat_path"][0]) as image:
        assert image.width > 100

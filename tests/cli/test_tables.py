"""Tables through the shell: the user's own columns come back as they were, whatever the verb."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import typer.testing

from imagesasdata import GuessWarning, cli
from imagesasdata.errors import ImagesAsDataError
from tests.conftest import REPO, encoded, picture

# Own columns as people have them: ids, codes of countries, words for missing, names, fractions.
OWN = {
    "post_id": ["1234567890123456789", "", "1234567890123456791", "1234567890123456793"],
    "zip": ["00123", "00124", "01000", "00007"],
    "country": ["NA", "DE", "", "US"],
    "word": ["null", "None", "nan", "N/A"],
    "user": ["@paper", "-", "+49 30", "=1+1"],
    "x": ["1.50", "1.5", "NA", "-0"],
    "t": ["TRUE", "FALSE", "", "TRUE"],
    "text": ['5" wide', "a,b", " pad ", "two\nlines"],
}
TOLD = 2  # exit code


def run(*words: Any) -> Any:
    """A command within this process."""
    done = typer.testing.CliRunner().invoke(cli.app, [str(word) for word in words])
    if isinstance(done.exception, ImagesAsDataError):
        return done
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


@pytest.fixture
def posts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """A table of four posts, ``posts.csv``, in the working folder; a path begins with a hyphen."""
    monkeypatch.chdir(tmp_path)
    names = ["a.jpg", "-b.jpg", "c.jpg", "@d.jpg"]
    for number, name in enumerate(names):
        (tmp_path / name).write_bytes(encoded(picture(48, 40, seed=number)))
    rows = [
        dict(zip(["path", *OWN], cells, strict=True))
        for cells in zip(names, *OWN.values(), strict=True)
    ]
    write(tmp_path / "posts.csv", rows)
    return rows


def write(file: Path, rows: list[dict[str, str]], **options: Any) -> None:
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, list(rows[0]), **options)
        writer.writeheader()
        writer.writerows(rows)


def rows_in(file: str, **options: Any) -> list[dict[str, str]]:
    with Path(file).open(newline="", encoding="utf-8-sig") as opened:
        return list(csv.DictReader(opened, **options))


# Each way in which a verb gives rows back: as they were, fewer of them, several for each.
WORDS = {
    "read-images": [],
    "features": ["--group", "size", "--group", "light"],
    "transform": ["--step", "resize(16)", "--to", "small"],
    "segment-colors": ["--palette", "red=#ff0000"],
    "score-aesthetics": [],
    "classify": [],
    "classify --shape long": ["--top", "2"],
    "embed": ["--shape", "wide"],
    "cluster": ["--k", "2", "--stability", "2"],
    "find-duplicates": [],
    "explain": ["--method", "gradcam", "--to", "heat"],
    "sample-for-labels": ["--n", "2"],
    "find-similar a.jpg": ["--top", "3"],
}


@pytest.mark.parametrize("command", WORDS)
def test_own_columns_come_back(posts: list[dict[str, str]], command: str) -> None:
    verb, *more = command.split()
    words = [*more, *WORDS[command]]
    is_long = bool(more)
    option = "--table" if "--to" in words else "--to"
    done = run(verb, "posts.csv", *words, option, "out.csv")
    assert done.exit_code == 0, (done.output, done.exception)
    got = rows_in("out.csv")
    assert got
    by_path = {row["path"]: row for row in posts}
    for row in got:
        before = by_path[row["path"]]
        own = {name: row[name] for name in before if name in row}
        assert own == {name: before[name] for name in own}
    assert set(own) == set(posts[0])
    if verb != "sample-for-labels" and not is_long:
        assert [row["path"] for row in got] == [row["path"] for row in posts]
        assert set(posts[0]) < set(got[0])


@pytest.mark.parametrize("verb", ["video-shots", "video-motion", "read-video"])
def test_own_columns_of_videos_come_back(tmp_path: Path, verb: str) -> None:
    clip = str(REPO / "examples" / "videos" / "shots.mp4")
    rows = [{"path": clip, "id": text, "x": x} for text, x in (("007", "1.50"), ("NA", "1.5"))]
    write(tmp_path / "a.csv", rows)
    option = "--table" if verb == "read-video" else "--to"
    words = ["--every", "4s"] if verb == "read-video" else []
    done = run(verb, tmp_path / "a.csv", *words, option, tmp_path / "o.csv")
    assert done.exit_code == 0, (done.output, done.exception)
    got = [(row["id"], row["x"]) for row in rows_in(str(tmp_path / "o.csv"))]
    assert list(dict.fromkeys(got)) == [("007", "1.50"), ("NA", "1.5")]


def test_the_result_of_one_command_goes_into_the_next(posts: list[dict[str, str]]) -> None:
    for verb, words in (("features", ["--group", "size"]), ("classify", []), ("read-images", [])):
        done = run(verb, "posts.csv", *words, "--to", "posts.csv", "--prefix", f"{verb[:2]}_")
        assert done.exit_code == 0, done.output
    got = rows_in("posts.csv")
    assert [{name: row[name] for name in posts[0]} for row in got] == posts
    assert [row["image_error"] for row in got] == [""] * 4


def test_a_spreadsheet_in_another_language(posts: list[dict[str, str]]) -> None:
    rows = [
        {"path": row["path"], "x": x}
        for row, x in zip(posts, ["1,5", "", "2,50", "3"], strict=True)
    ]
    write(Path("a.csv"), rows, delimiter=";")
    done = run("features", "a.csv", "--group", "light", "--to", "out.csv")
    assert done.exit_code == 0, done.output
    got = rows_in("out.csv", delimiter=";")
    assert [row["x"] for row in got] == ["1,5", "", "2,50", "3"]
    assert all("," in row["luminance_mean"] for row in got)
    done = run("regress", "luminance_mean ~ x", "out.csv", "--to", "fit.csv")
    assert done.exit_code in (0, TOLD), done.output


def test_verbs_that_need_numbers_see_them(tmp_path: Path) -> None:
    file, out = tmp_path / "coded.csv", tmp_path / "fit.csv"
    rows = [
        {
            "y": f"{number % 7}.50",
            "x": "NA" if number == 3 else str(number),
            "g": "a" if number % 2 else "b",
        }
        for number in range(40)
    ]
    write(file, rows)
    done = run("regress", "y ~ x + g", file, "--to", out)
    assert done.exit_code == 0, done.output
    assert pd.read_csv(out)["term"].tolist() == ["Intercept", "x", "g[T.b]"]
    truth = [{"truth": str(n % 2), "said": f"{n % 2}.0"} for n in range(40)]
    write(file, truth)
    done = run(
        "validate", file, "--truth", "truth", "--prediction", "said", "--rounds", "5", "--to", out
    )
    assert done.exit_code == 0, done.output
    assert pd.read_csv(out)["recall"].tolist() == [1.0, 1.0]


def test_words_for_missing_in_a_column_that_is_named_are_told(tmp_path: Path) -> None:
    rows = [{"truth": str(n % 2), "land": "NA" if n % 3 else "DE"} for n in range(120)]
    write(tmp_path / "a.csv", rows)
    words = [
        "audit",
        tmp_path / "a.csv",
        "--truth",
        "truth",
        "--prediction",
        "truth",
        "--by",
        "land",
    ]
    with pytest.warns(
        GuessWarning, match="'land' is taken as text; it holds the text 'NA' in 80 rows"
    ):
        done = run(*words, "--to", tmp_path / "o.csv")
    assert done.exit_code == 0, done.output
    assert "NA" in {row["group"] for row in rows_in(str(tmp_path / "o.csv"))}


def test_ids_that_are_made_into_codes_are_texts(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", [{"user": "1.50", "n": "2.50"}, {"user": "1.5", "n": "3"}])
    words = ["pseudonymize", tmp_path / "a.csv", "--key", "a key that is long", "--column", "user"]
    assert run(*words, "--to", tmp_path / "o.csv").exit_code == 0
    got = rows_in(str(tmp_path / "o.csv"))
    assert got[0]["user"] != got[1]["user"]
    assert [row["n"] for row in got] == ["2.50", "3"]


def test_paths_that_look_like_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("2019", "2020"):
        (tmp_path / name).write_bytes(encoded(picture(20, 20)))
    write(tmp_path / "a.csv", [{"path": "2019"}, {"path": "2020"}])
    assert run("read-images", "a.csv", "--to", "o.csv").exit_code == 0
    assert [row["path"] for row in rows_in("o.csv")] == ["2019", "2020"]


def test_formulas_of_others_are_escaped_when_asked(posts: list[dict[str, str]]) -> None:
    write(Path("a.csv"), [{**row, "=h": "\t=2"} for row in posts])
    words = ["features", "a.csv", "--group", "size", "--to"]
    assert run(*words, "as_it_was.csv").exit_code == 0
    assert run(*words, "safe.csv", "--escape-formulas").exit_code == 0
    plain, safe = rows_in("as_it_was.csv"), rows_in("safe.csv")
    assert [one["path"] for one in safe] == ["a.jpg", "./-b.jpg", "c.jpg", "./@d.jpg"]
    assert [one["user"] for one in safe] == ["'@paper", "'-", "'+49 30", "'=1+1"]
    assert {one["'=h"] for one in safe} == {"'\t=2"}
    changed = {"path", "user"}
    for one, other in zip(plain, safe, strict=True):
        assert {name: one[name] for name in OWN if name not in changed} == {
            name: other[name] for name in OWN if name not in changed
        }
    assert run("features", "safe.csv", "--group", "light", "--to", "o.csv").exit_code == 0


def test_vectors_of_a_table_are_told_before_the_work(
    posts: list[dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    pd.DataFrame(posts).assign(v=[np.zeros(3)] * 4).to_parquet("v.parquet")
    done = run("features", "v.parquet", "--to", "o.csv")
    assert "A CSV file cannot hold the column 'v'" in str(done.exception)
    assert not Path("o.csv").exists()
    assert run("features", "v.parquet", "--group", "size", "--to", "o.feather").exit_code == 0


def test_stata_and_parquet_keep_types(posts: list[dict[str, str]]) -> None:
    for ending in ("parquet", "feather", "dta"):
        assert run("features", "posts.csv", "--group", "size", "--to", f"o.{ending}").exit_code == 0
    for name, kept in (
        ("parquet", pd.read_parquet("o.parquet")),
        ("feather", pd.read_feather("o.feather")),
    ):
        assert kept["post_id"].dtype == pd.Int64Dtype(), name
        assert kept["zip"].tolist() == OWN["zip"]
        assert kept["x"].tolist()[:2] == [1.5, 1.5]
    stata = pd.read_stata("o.dta")
    assert stata["post_id"].tolist() == OWN["post_id"]
    assert stata["image_error"].tolist() == [""] * 4
    assert run("features", "o.dta", "--group", "light", "--to", "o.csv").exit_code == 0
    assert [row["zip"] for row in rows_in("o.csv")] == OWN["zip"]

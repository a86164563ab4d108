"""Files that a call names for its result."""

from __future__ import annotations

from pathlib import Path

import pytest

from imagesasdata.errors import ArgumentError
from imagesasdata.files.outputs import output


def test_a_result_takes_the_place_of_an_earlier_one_when_it_is_whole(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("old")
    (tmp_path / "a.csv").chmod(0o600)
    (tmp_path / "link.csv").symlink_to(tmp_path / "a.csv")
    place = tmp_path / "link.csv"
    with output(place) as file:
        file.write(b"new")
        file.flush()
        assert (tmp_path / "a.csv").read_text() == "old"
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "a.csv").read_text() == "new"
    assert (tmp_path / "a.csv").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("earlier", "message"),
    [
        (True, "cannot be written: broken; the file that was there is unchanged.\nHint: free"),
        (False, "a.csv' cannot be written: broken.\nHint: free some space"),
    ],
)
def test_a_result_that_fails_leaves_what_was_there(
    tmp_path: Path, earlier: bool, message: str
) -> None:
    place = tmp_path / "a.csv"
    if earlier:
        place.write_text("old")

    def fail() -> None:
        with output(place) as file:
            file.write(b"half")
            raise OSError("broken")

    with pytest.raises(ArgumentError, match=message):
        fail()
    assert [one.read_text() for one in tmp_path.iterdir()] == ["old"] * earlier

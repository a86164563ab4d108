"""Arrays in a file: whole, or told to be damaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from imagesasdata.errors import WeightsError
from imagesasdata.training.arrays import DamagedFileError, read_arrays, write_arrays

ARRAYS = {"head.weight": np.arange(12, dtype=np.float32).reshape(3, 4), "n": np.asarray([7, 9])}
ABOUT = {"outcome": "protest", "levels": ["no", "yes"], "mean": 0.25}


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write_arrays(tmp_path / "x", "thing 1", ARRAYS, ABOUT)
    arrays, about = read_arrays(tmp_path / "x", "thing 1")
    assert about == ABOUT
    assert set(arrays) == set(ARRAYS)
    for name, values in ARRAYS.items():
        np.testing.assert_array_equal(arrays[name], values, strict=True)


def test_no_flipped_bit_is_believed(tmp_path: Path) -> None:
    file = tmp_path / "x"
    write_arrays(file, "thing 1", ARRAYS, ABOUT)
    whole, refused = file.read_bytes(), 0
    for position in range(len(whole)):
        damaged = bytearray(whole)
        damaged[position] ^= 1 << position % 8
        file.write_bytes(damaged)
        try:
            arrays, about = read_arrays(file, "thing 1")
        except DamagedFileError:
            refused += 1
            continue
        # A blank of the header may differ; what it says may not.
        assert about == ABOUT
        for name, values in ARRAYS.items():
            np.testing.assert_array_equal(arrays[name], values, strict=True)
    assert refused > 0.9 * len(whole)


def test_a_file_of_another_format(tmp_path: Path) -> None:
    write_arrays(tmp_path / "other", "thing 2", ARRAYS, ABOUT)
    save_file(ARRAYS, tmp_path / "foreign", {"format": "pt"})
    for name in ("other", "foreign"):
        with pytest.raises(WeightsError, match="is not an thing") as raised:
            read_arrays(tmp_path / name, "thing 1")
        assert raised.type is WeightsError


@pytest.mark.parametrize("keep", [0, 7, 100, -1])
def test_a_file_that_is_cut_off(keep: int, tmp_path: Path) -> None:
    file = tmp_path / "x"
    write_arrays(file, "thing 1", ARRAYS, ABOUT)
    file.write_bytes(file.read_bytes()[:keep])
    with pytest.raises(DamagedFileError, match="is damaged, .*\nHint: take a copy of it"):
        read_arrays(file, "thing 1")

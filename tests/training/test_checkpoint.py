"""A checkpoint: read once, and damage wherever it is put aside."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from imagesasdata.training import checkpoint
from imagesasdata.training.arrays import write_arrays
from imagesasdata.training.checkpoint import Checkpoint


def kept(folder: Path) -> Path:
    about = {"settings": "none", "learning_rate": 0.25}
    write_arrays(folder / "one.safetensors", "imagesasdata checkpoint 2", {"a": np.ones(3)}, about)
    return folder / "one.safetensors"


@pytest.mark.parametrize("part", [b"checkpoint 2", b'"format"', b'"about"', b'"sha256"', b"0.25"])
def test_damage_anywhere_is_put_aside(part: bytes, tmp_path: Path) -> None:
    file = kept(tmp_path)
    assert Checkpoint(tmp_path, "one", {}).rate() == 0.25
    data = bytearray(file.read_bytes())
    data[data.index(part) + len(part) // 2] ^= 1
    file.write_bytes(data)
    with pytest.warns(UserWarning, match="is damaged, .* training starts afresh"):
        assert Checkpoint(tmp_path, "one", {}).rate() == 0.0
    assert [path.name for path in tmp_path.iterdir()] == ["one.damaged"]


def test_a_checkpoint_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(tmp_path)
    reads, read = [], checkpoint.read_arrays
    monkeypatch.setattr(
        checkpoint, "read_arrays", lambda *given: reads.append(given) or read(*given)
    )
    one = Checkpoint(tmp_path, "one", {})
    assert one.rate() == 0.25
    with pytest.raises(Exception, match="is of a fit with other pictures or settings"):
        one.restore(None)  # type: ignore[arg-type]
    assert len(reads) == 1

"""A study on its page of the site: what the tests kept of it is shown, and else it is run."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tests.examples.test_studies import keep


def test_what_the_tests_kept_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import study

    monkeypatch.setenv("IMAGESASDATA_STUDIES", str(tmp_path / "kept"))
    monkeypatch.setattr(study, "_run", lambda name: pytest.fail(f"{name} is run again"))
    Image.new("RGB", (2000, 1000), "teal").save(tmp_path / "figure.png")
    for printed in ("road_km < 3\n", "another Python's"):  # the first stays
        keep(tmp_path / "kept" / "road_maps", tmp_path / "figure.png", printed)
    page = study.output("road_maps", "Roads on a map")
    assert "<pre><code>road_km &lt; 3\n</code></pre>" in page
    assert '<img alt="Roads on a map" src="data:image/webp;base64,' in page


@pytest.mark.parametrize("kept", [None, "an empty folder"])
def test_a_study_that_was_not_kept_is_run(
    kept: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import study

    monkeypatch.delenv("IMAGESASDATA_STUDIES", raising=False)
    if kept is not None:
        monkeypatch.setenv("IMAGESASDATA_STUDIES", str(tmp_path))
    monkeypatch.setattr(study, "EXAMPLES", tmp_path)
    (tmp_path / "one" / "output").mkdir(parents=True)
    script = tmp_path / "one" / "study.py"
    drawing = f"from PIL import Image; Image.new('RGB', (9, 9)).save({str(tmp_path)!r} + "
    script.write_text(drawing + "'/one/output/figure.png'); print('ran')")
    assert "<pre><code>ran\n</code></pre>" in study.output("one", "Nothing")
    script.write_text("raise SystemExit('no data')")
    with pytest.raises(RuntimeError, match="the study one failed:\nno data"):
        study.output("one", "Nothing")


def test_a_study_of_real_pictures_is_shown_as_it_was_measured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import study

    monkeypatch.setattr(study, "_run", lambda name: pytest.fail(f"{name} is run"))
    page = study.measured("face_audit", "Errors by group")
    assert "smile missed" in page
    assert '<img alt="Errors by group" src="data:image/webp;base64,' in page

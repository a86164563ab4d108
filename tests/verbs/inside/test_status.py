"""`status`, and the column `ready` of `models`: what works now on this machine, and what is needed."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace

import pytest

import imagesasdata as iad
from imagesasdata import extras
from imagesasdata.networks.weights import npm
from imagesasdata.networks.weights.file import (
    Download,
    NpmPackage,
    PackageResource,
    Source,
    WeightFile,
)
from imagesasdata.networks.zoo import ready as module
from imagesasdata.networks.zoo.ready import NEEDS, ready
from tests.conftest import REPO

WEB = Download("https://example.org/file")
NPM = NpmPackage("a", "1", "b")
EXTRA = PackageResource("nonesuch", "nonesuch", "file", extra="lite1")


def _file(*sources: Source, size: int = 45_000_000) -> WeightFile:
    return WeightFile("file", f"{len(sources)}{size}", size, sources)


@pytest.mark.parametrize(
    ("files", "extra", "need", "text"),
    [
        ((), "", "nothing", "yes"),
        ((_file(WEB),), "", "download", "download of 45 MB"),
        ((_file(WEB, size=300),), "", "download", "download of 1 MB"),
        ((_file(WEB), _file(WEB, size=2_000_000_000)), "", "download", "download of 2,045 MB"),
        # Where the size of one is not published, four bytes for each parameter.
        ((_file(WEB, size=0), _file(WEB, size=300)), "", "download", "download of 80 MB"),
        ((_file(EXTRA),), "", "extra", "needs extra [lite1]"),
        ((_file(EXTRA, WEB),), "", "download", "download of 45 MB"),
        ((_file(WEB),), "clip", "extra", "needs extra [clip]; download of 45 MB"),
        ((), "clip", "extra", "needs extra [clip]"),
        ((_file(),), "", "file", "bring the file"),
        ((_file(NPM),), "", "file", "bring the file"),
    ],
)
def test_what_a_model_needs(
    files: tuple[WeightFile, ...],
    extra: str,
    need: str,
    text: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "is_installed", lambda _: False)
    monkeypatch.setattr(npm, "is_here", lambda: False)
    monkeypatch.delenv("IMAGESASDATA_OFFLINE", raising=False)
    card = iad.model_card("efficientnet_lite0")
    card = replace(card, weights=files, extra=extra, parameters=20_000_000)
    assert ready(card) == (need, text)


def test_offline_a_download_is_told_to_be_barred(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMAGESASDATA_OFFLINE", "1")
    card = replace(iad.model_card("efficientnet_lite0"), weights=(_file(WEB),))
    assert ready(card).text == "download of 45 MB (IMAGESASDATA_OFFLINE forbids it)"
    assert iad.status().tidy().query("part == 'downloads'").state.item().startswith("forbidden")


def test_what_works_now_is_listed_first() -> None:
    models = iad.models()
    needs = [NEEDS.index(ready(iad.model_card(name)).need) for name in models.model]
    assert needs == sorted(needs)
    assert models.ready[0] == "yes"
    assert models.available[models.ready == "yes"].all()


def test_extras_are_those_of_the_package() -> None:
    project = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    known = project["optional-dependencies"]
    assert set(extras.EXTRAS) == set(known)
    for extra, requirements in known.items():
        assert len(extras.EXTRAS[extra]) == len(requirements)
    assert not extras.is_installed("gs") or __import__("gcsfs")


def test_models_that_read_texts_need_a_package() -> None:
    texts = {"zero_shot": "clip", "caption": "captions", "score_unsafe": "unsafe"}
    for task, extra in texts.items():
        for name in iad.models(task).model:  # type: ignore[arg-type]
            assert iad.model_card(name).extra == extra


def test_status_is_one_screen() -> None:
    status = iad.status()
    lines = str(status).splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 140
    assert re.match(r"imagesasdata \S+, Python 3\.\d+\.\d+, jax ", lines[0])
    rows = status.tidy()
    assert set(rows.part) == {"version", "device", "model", "extra", "folder", "downloads"}
    assert set(rows.name[rows.part == "model"]) == set(iad.models().model)
    assert "efficientnet_lite0" in status._repr_html_()

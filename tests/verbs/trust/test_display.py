"""Results show themselves: as text, and as HTML that takes nothing from a table as markup."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import docx
import numpy as np
import pandas as pd
import pytest

import imagesasdata as iad
from tests.conftest import Kind

CODES = {"path": ["1", "1", "2", "2"], "coder": ["a", "b"] * 2, "value": [1, 1, 0, 1]}


def results(kind: Kind) -> dict[str, Any]:
    random = np.random.default_rng(0)
    truth = random.integers(0, 2, 120)
    plain = {
        "truth": truth.tolist(),
        "pred": np.where(random.random(120) < 0.2, 1 - truth, truth).tolist(),
        "group": random.choice(["<b>a</b>", "b"], 120).tolist(),
        "x": random.normal(size=120).tolist(),
    }
    table = kind.make(plain)
    return {
        "Validation": iad.validate(table, "truth", "pred", rounds=5),
        "Audit": iad.audit(table, "truth", "pred", by="group"),
        "Agreement": iad.agreement(kind.make(CODES), rounds=5),
        "Regression": iad.regress("truth ~ x + group", table),
        "LabelPlan": iad.plan_labels(table, width=0.3, truth="truth", prediction="pred"),
    }


def test_each_kind_of_table(kind: Kind) -> None:
    for name, result in results(kind).items():
        text, page = str(result), result._repr_html_()
        figure = {"Validation": "recall", "LabelPlan": "width"}.get(name, "estimate")
        assert figure in text, name
        assert f"<th>{figure}</th>" in page, name
        assert "<b>a</b>" not in page, name
        # Columns of an option that was not given are left out.
        assert "brier" not in text, name
        assert "brier" not in page, name
    assert "&lt;b&gt;a&lt;/b&gt;" in results(kind)["Audit"]._repr_html_()


def test_notes_are_shown() -> None:
    frame = pd.DataFrame({"truth": [0, 1, 1, None], "pred": [0, 1, 0, 1], "sample_prob": 0.5})
    frame["is_sampled"] = True
    found = iad.validate(frame, "truth", "pred", rounds=5)
    note = "1 of the 4 sampled rows were not coded. They were taken as missing at random."
    assert str(found).endswith(note)
    assert f"<li>{note}</li>" in found._repr_html_()


def test_a_long_table_is_cut() -> None:
    frame = pd.DataFrame({"truth": [0, 1] * 60, "pred": [0, 1] * 60, "g": np.arange(120) // 2})
    page = iad.audit(frame, "truth", "pred", by="g", min_group=1)._repr_html_()
    assert "By group (the first 40 of 244 rows)" in page


def test_a_citation_in_a_notebook() -> None:
    page = iad.cite("efficientnet_lite0")._repr_html_()
    assert page.startswith("<p>")
    assert "<pre>@" in page


def test_names_of_statsmodels() -> None:
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(50, 2)), columns=["y", "x"])
    found = iad.regress("y ~ x", frame)
    tidy = found.tidy()
    assert found.params == dict(zip(["Intercept", "x"], tidy.estimate, strict=True))
    assert found.bse == pytest.approx(dict(zip(["Intercept", "x"], tidy.std_error, strict=True)))
    np.testing.assert_array_equal(found.cov_params(), found.covariance)


def test_results_as_tables_for_a_paper(kind: Kind) -> None:
    for name, result in results(kind).items():
        tidy = kind.columns(result.tidy())
        some = [column for column, cells in tidy.items() if set(cells) != {None}]
        lines = result.to_markdown(digits=2).splitlines()
        assert len(lines) == 2 + len(tidy[some[0]]), name
        assert lines[0].count("|") == 1 + len(some), name
        assert "<b>" not in result.to_markdown(), name
        rows = result.to_latex().splitlines()
        assert rows[0] == r"\begin{tabular}{" + rows[0].split("{")[2], name
        assert len(rows) == 6 + len(tidy[some[0]]), name
        assert result.to_html() == result._repr_html_(), name
    with pytest.raises(
        iad.ArgumentError, match="digits must be a whole number from 0 to 15, got 99"
    ):
        result.to_latex(digits=99)


def test_results_as_word_documents(kind: Kind, tmp_path: Path) -> None:
    for name, result in results(kind).items():
        file = result.to_docx(tmp_path / f"{name}.docx", digits=2)
        document = docx.Document(str(file))
        assert document.paragraphs[0].text == result._shown()[0], name
        tidy = kind.columns(result.tidy())
        some = {column: cells for column, cells in tidy.items() if set(cells) != {None}}
        found = [[cell.text for cell in row.cells] for row in document.tables[-1].rows]
        assert found[0] == list(some), name
        assert len(found) == 1 + len(next(iter(some.values()))), name
    numbers = dict(zip(found[0], found[1], strict=True))
    assert numbers["n"] == f"{tidy['n'][0]:,}"
    assert numbers["width"] == f"{tidy['width'][0]:.2f}"


def test_a_word_document_says_what_the_result_says(tmp_path: Path) -> None:
    frame = pd.DataFrame({"x": np.arange(30.0), "g": ["a\x0b", "b", "c"] * 10})
    frame["y"] = np.sin(frame.x) - 2 * frame.x
    frame.loc[3, "y"] = None
    found = iad.regress("y ~ x + g", frame)
    document = docx.Document(str(found.to_docx(tmp_path / "a.docx")))
    assert [one.text for one in document.paragraphs if one.style.name == "List Bullet"] == list(
        found.notes
    )
    rows = {row.cells[0].text: row.cells[1].text for row in document.tables[0].rows}
    assert rows["x"] == f"\u2212{-found.params['x']:.3f}"
    assert document.core_properties.author == ""
    for name in ("a.doc", "a"):
        with pytest.raises(iad.ArgumentError, match=r"\.docx"):
            found.to_docx(tmp_path / name)


def test_a_word_document_needs_a_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(iad.MissingPackageError, match=r'pip install "imagesasdata\[docx\]"'):
        iad.agreement(pd.DataFrame(CODES)).to_docx(tmp_path / "a.docx")
    assert not list(tmp_path.iterdir())

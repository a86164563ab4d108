"""Tables for a paper: numbers, gaps, and texts that are no markup."""

from __future__ import annotations

import re

import pytest

from imagesasdata.pages.exports import latex, markdown, number_text

COLUMNS = [
    ("a_term", ["x|y", "<b>50%</b>", "C:\\a_b"]),
    ("p_value", [0.04961, 1e-9, None]),
    ("n", [1234, None, -5]),
]


def test_markdown() -> None:
    assert markdown(COLUMNS, 3).splitlines() == [
        r"| a\_term | p\_value | n |",
        "| :-- | --: | --: |",
        r"| x\|y | 0.050 | 1,234 |",
        "| &lt;b&gt;50%&lt;/b&gt; | &lt;0.001 |  |",
        r"| C:\\a\_b |  | -5 |",
    ]


def test_latex() -> None:
    assert latex(COLUMNS, 2).splitlines() == [
        r"\begin{tabular}{lrr}",
        r"\toprule",
        r"a\_term & p\_value & n \\",
        r"\midrule",
        r"x|y & 0.05 & 1,234 \\",
        r"\textless{}b\textgreater{}50\%\textless{}/b\textgreater{} & \textless{}0.01 &  \\",
        r"C:\textbackslash{}a\_b &  & $-$5 \\",
        r"\bottomrule",
        r"\end{tabular}",
    ]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (0.0, "0.000"),
        (0.00049, "<0.001"),
        (-0.00049, ">-0.001"),
        (-0.0005001, "-0.001"),
        (float("nan"), ""),
        (True, "True"),
        (12345, "12,345"),
        ("", ""),
    ],
)
def test_a_number_that_is_not_zero_is_not_shown_as_zero(cell: object, text: str) -> None:
    assert number_text(cell, 3) == text


def test_a_line_break_does_not_end_a_row() -> None:
    assert len(markdown([("x", ["a\n|b", "c"])], 1).splitlines()) == 4
    assert not re.search(r"(?<!\\)%", latex([("x", ["5%"])], 1))

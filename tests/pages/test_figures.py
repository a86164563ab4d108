"""Figures in a notebook and outside of one."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from imagesasdata.pages.figures import new_figure
from imagesasdata.progress import notebook


class ZMQInteractiveShell:
    """A notebook's shell, as far as figures are concerned."""

    def __init__(self) -> None:
        from IPython.core.formatters import DisplayFormatter

        self.display_formatter = DisplayFormatter()
        self.events = SimpleNamespace(register=lambda *_: None)


@pytest.fixture
def shell(monkeypatch: Any) -> ZMQInteractiveShell:
    ipython = pytest.importorskip("IPython", reason="make slow installs ipykernel")
    shell = ZMQInteractiveShell()
    monkeypatch.setattr(ipython, "get_ipython", lambda: shell)
    return shell


def test_outside_of_a_notebook(monkeypatch: Any) -> None:
    monkeypatch.setitem(sys.modules, "IPython", None)
    assert notebook() is None
    assert new_figure(3, 2).get_size_inches().tolist() == [3, 2]


def test_a_notebook_shows_figures(shell: Any) -> None:
    assert notebook() is shell
    figure = new_figure(3, 2)
    figure.subplots()
    shown, _ = shell.display_formatter.format(figure)
    assert shown["image/png"].startswith("iVBOR")  # a PNG in base64


def test_what_a_notebook_was_told_of_figures_stays(shell: Any) -> None:
    from matplotlib.figure import Figure

    shell.display_formatter.formatters["image/png"].for_type(Figure, lambda figure: b"mine")
    shown, _ = shell.display_formatter.format(new_figure(3, 2))
    assert shown["image/png"] == b"mine"

"""What a study in `examples/` prints and draws when it is run, as HTML for its page."""

from __future__ import annotations

import base64
import html as escape
import io
import os
import subprocess
import sys
from pathlib import Path

from PIL import Image

EXAMPLES = Path(__file__).parents[2] / "examples"
WIDTH = 1000  # pixels of a figure on the page, at most


def output(name: str, figure: str) -> str:
    """Run a study by its one command, and give what it printed and its figure.

    Where the tests ran it before (``IMAGESASDATA_STUDIES`` names the folder), as in CI, it is not run
    again.

    Parameters
    ----------
    name
        The study's folder.
    figure
        What its figure shows, for those who cannot see it.
    """
    folder = os.environ.get("IMAGESASDATA_STUDIES")
    if folder and (Path(folder) / name / "printed.txt").is_file():
        drawing = Path(folder) / name / "figure.png"
        printed = drawing.with_name("printed.txt").read_text("utf-8")
    else:
        drawing = EXAMPLES / name / "output" / "figure.png"
        printed = _run(name)
    return _shown(printed, drawing, figure)


def measured(name: str, figure: str) -> str:
    """What a study of pictures that the library has not printed and drew when it was run.

    Parameters
    ----------
    name
        The study's folder, with what was kept in ``measured``.
    figure
        What its figure shows, for those who cannot see it.
    """
    folder = EXAMPLES / name / "measured"
    return _shown((folder / "printed.txt").read_text("utf-8"), folder / "figure.png", figure)


def _shown(printed: str, drawing: Path, figure: str) -> str:
    text = f"<pre><code>{escape.escape(printed)}</code></pre>"
    return f'<div class="output">{text}{_figure(drawing, figure)}</div>'


def _run(name: str) -> str:
    run = subprocess.run(
        [sys.executable, str(EXAMPLES / name / "study.py")],
        env={**os.environ, "MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
    )
    if run.returncode:
        raise RuntimeError(f"the study {name} failed:\n{run.stderr}")
    return run.stdout


def _figure(file: Path, shows: str) -> str:
    buffer = io.BytesIO()
    with Image.open(file) as opened:
        picture = opened.convert("RGB")
    picture.thumbnail((WIDTH, 4 * WIDTH))
    picture.save(buffer, "WEBP", quality=85)
    data = base64.b64encode(buffer.getvalue()).decode()
    return f'<img alt="{escape.escape(shows)}" src="data:image/webp;base64,{data}">'

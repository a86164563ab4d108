"""The page of `map_images` with 10,000 pictures in Chromium: how soon it is there, how it moves."""

from __future__ import annotations

import shutil
import statistics
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pictures
from measure import Row
from playwright.sync_api import sync_playwright

import imagesasdata as iad

FILES, COUNT = 200, 10_000
FIRST_SECONDS, FRAMES = 3.0, 30.0
MOVING_MS = 4000
# Without a graphics card Chromium draws WebGL on the processor.
RENDERERS = {
    "software": ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
    "what Chromium chooses": ["--use-angle=default", "--enable-gpu", "--ignore-gpu-blocklist"],
}
# Drags the map to and fro at every frame that the browser shows, and counts them.
_DRAG = """
(milliseconds) => new Promise((done) => {
  const stage = document.getElementById("stage");
  const canvas = stage.querySelector("canvas") || stage;
  const box = stage.getBoundingClientRect();
  const send = (kind, x) => canvas.dispatchEvent(new PointerEvent(kind, {
    bubbles: true, pointerId: 1, button: 0, buttons: 1,
    clientX: box.left + box.width / 2 + x, clientY: box.top + box.height / 2,
  }));
  let frames = 0, start = null;
  const step = (now) => {
    start ??= now;
    if (now - start >= milliseconds) {
      done(1000 * frames / (now - start));
      return;
    }
    frames += 1;
    send("pointermove", 100 * Math.sin(frames / 10));
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})
"""
_RENDERER = """
() => {
  const gl = document.createElement("canvas").getContext("webgl");
  const info = gl && gl.getExtension("WEBGL_debug_renderer_info");
  return gl ? gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER) : "none";
}
"""


def measure(folder: Path, rounds: int, quick: bool) -> list[Row]:
    """Seconds to the first picture, and frames a second while the whole map is dragged."""
    count = 1_000 if quick else COUNT
    page = _page(folder, count)
    program = shutil.which("chromium")
    rows = []
    with sync_playwright() as playwright:
        for renderer, options in RENDERERS.items():
            browser = playwright.chromium.launch(
                executable_path=program, args=["--no-sandbox", *options]
            )
            runs = [_run(browser, page) for _ in range(min(rounds, 3))]
            browser.close()
            details = {"renderer": runs[0]["renderer"], "runs": runs}
            case = f"map of {count:,} pictures, drawn by {renderer}"
            rows += [
                Row(
                    f"{case}: first picture",
                    statistics.median(run["first"] for run in runs),
                    "s",
                    at_most=FIRST_SECONDS,
                    details=details,
                ),
                Row(
                    f"{case}: while dragged",
                    statistics.median(run["frames"] for run in runs),
                    "fps",
                    at_least=FRAMES,
                    details=details,
                ),
            ]
    return rows


def _page(folder: Path, count: int) -> Path:
    """The page, its pictures in clouds as a projection gives them."""
    paths = pictures.linked(folder, pictures.small(folder, min(FILES, count)), count)
    draws = np.random.default_rng(0)
    centers = draws.normal(size=(20, 2))[draws.integers(0, 20, count)]
    places = centers + 0.2 * draws.normal(size=(count, 2))
    table = pd.DataFrame({"path": paths, "dim_1": places[:, 0], "dim_2": places[:, 1]})
    return iad.map_images(table, to=folder / "map.html", progress=False)


def _run(browser: Any, page: Path) -> dict[str, Any]:
    tab = browser.new_page(viewport={"width": 1200, "height": 800})
    tab.set_default_timeout(120_000)
    tab.goto(page.as_uri())
    tab.wait_for_function("document.documentElement.dataset.firstPicture")
    first = float(tab.evaluate("document.documentElement.dataset.firstPicture")) / 1000
    tab.wait_for_function("document.documentElement.dataset.ready")
    box = tab.locator("#stage").bounding_box()
    tab.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    tab.mouse.down()
    frames = tab.evaluate(_DRAG, MOVING_MS)
    tab.mouse.up()
    found = {"first": first, "frames": frames, "renderer": tab.evaluate(_RENDERER)}
    tab.close()
    return found

"""Nothing leaves the machine: no verb opens a socket when its weights are here.

Weights that are not here are not fetched in these tests: such a verb says so and is passed over.
"""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import imagesasdata as iad

# Every way out of Python goes by one of these audit events; they cannot be hooked off again. A package
# that a verb imports (urllib3) binds to the machine itself, to learn if it has IPv6; nothing is sent.
PROGRAM = """
import json, sys
calls = []
def hook(event, arguments):
    if event in ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname",
                 "socket.sendto", "socket.sendmsg"):
        if event != "socket.bind" or arguments[1][0] not in ("::1", "127.0.0.1"):
            calls.append(f"{event} {arguments[1:]}")
sys.addaudithook(hook)
import imagesasdata as iad
import pandas as pd
photos = ["examples/photos/chelsea.jpg", "examples/photos/coffee.jpg"]
clip = "examples/videos/shots.mp4"
coded = pd.DataFrame({"path": ["a", "b"] * 20, "x": range(40), "y": [0, 0, 1, 1] * 10})
coded["pred"] = [0, 1, 1, 1] * 10
folder = sys.argv[2]
"""
CALLS = {
    "read_images": "iad.read_images(photos, exif=True)",
    "read_video": "iad.read_video(clip)",
    "transform": "iad.transform(photos, [iad.steps.resize(32)], to=folder)",
    "contact_sheet": "iad.contact_sheet(photos)",
    "features": "iad.features(photos)",
    "score_aesthetics": "iad.score_aesthetics(photos)",
    "video_shots": "iad.video_shots(clip)",
    "video_motion": "iad.video_motion(clip)",
    "classify": "iad.classify(photos)",
    "embed": "iad.embed(photos)",
    "explain": "iad.explain(photos, to=folder)",
    "feature_maps": "iad.feature_maps(photos[0], 'efficientnet_lite0', 'stem')",
    "feature_maps of filters": "iad.feature_maps(of='filters')",
    "summary": "iad.summary('efficientnet_lite0')",
    "register_model": "iad.register_model('mine', object())",
    "zero_shot": "iad.zero_shot(photos, labels=['cat', 'cup'])",
    "caption": "iad.caption(photos)",
    "cluster": "iad.cluster(photos, k=2, stability=1)",
    "find_similar": "iad.find_similar(photos, photos[0], k=1)",
    "map_images": "iad.map_images(photos, to=folder + '/map.html')",
    "fine_tune": "iad.fine_tune(photos, outcome='y')",
    "load_model": "iad.load_model(folder + '/labels.csv')",
    "blur_faces": "iad.blur_faces(photos, to=folder)",
    "find_faces": "iad.find_faces(photos[0], photos)",
    "verify_faces": "iad.verify_faces(pd.DataFrame({'path_a': photos, 'path_b': photos}))",
    "recognize_objects": "iad.recognize_objects(photos, {'cat': photos[0]})",
    "segment_colors": "iad.segment_colors(photos, {'wood': 'saddlebrown'})",
    "measure_regions": (
        "iad.measure_regions('examples/lights/lights.tif', 'examples/lights/districts.geojson')"
    ),
    "models": "iad.models()",
    "model_card": "iad.model_card('efficientnet_lite0')",
    "sample_for_labels": "iad.sample_for_labels(coded, 5)",
    "label_page": "iad.label_page(photos, 'Q?', ['y', 'n'], to=folder + '/l.html')",
    "read_labels": "iad.read_labels(folder)",
    "agreement": "iad.agreement(coded, coder='path', item='x', value='y')",
    "validate": "iad.validate(coded, 'y', 'pred', rounds=5).plot()",
    "audit": "iad.audit(coded, 'y', 'pred', by='path').plot()",
    "regress": "iad.regress('y ~ x', coded).tidy()",
    "read_annotations": "iad.read_annotations(folder)",
    "cite": "iad.cite('efficientnet_lite0')",
    "isolate": "with iad.isolate(): iad.features(photos)",
    "ray_workers": "iad.ray_workers()",
    # Ray's processes speak to one another by sockets; what comes before Ray is looked at.
    "ray_dataset": "iad.ray_dataset(coded, path='none')",
    "pseudonymize": "iad.pseudonymize(coded, key='a key that is long')",
}
VERBS = [name for name in iad.__all__ if name[0].islower()]


def sockets(folder: Path, lines: list[str]) -> list[str]:
    """What the lines reach for; what they raise of the library's own errors is no matter here."""
    (folder / "labels.csv").write_text("image_id,path,coder,question,value,coded_at,seconds\n")
    (folder / "cat.json").write_text('{"Labels": []}')
    code = PROGRAM
    for line in lines:
        code += f"try:\n    {line}\nexcept iad.ImagesAsDataError:\n    pass\n"
    code += "open(sys.argv[1], 'w').write(json.dumps(calls))\n"
    found = folder / "calls.json"
    environment = {**os.environ, "JAX_PLATFORMS": "cpu", "IMAGESASDATA_OFFLINE": "1"}
    command = [sys.executable, "-c", code, str(found), str(folder)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(found.read_text())


def call_of(name: str) -> str | None:
    if name in CALLS:
        return CALLS[name]
    parameters = inspect.signature(getattr(iad, name)).parameters.values()
    needed = [one for one in parameters if one.default is inspect.Parameter.empty]
    return f"iad.{name}(photos)" if len(needed) == 1 else None


def test_the_hook_sees_sockets(tmp_path: Path) -> None:
    lines = ["__import__('socket').socket().connect_ex(('127.0.0.1', 9))"]
    assert sockets(tmp_path, lines) == ["socket.connect (('127.0.0.1', 9),)"]


@pytest.mark.slow
def test_no_verb_opens_a_socket(tmp_path: Path) -> None:
    lines = [call for name in VERBS if (call := call_of(name)) is not None]
    assert len(lines) >= len(CALLS)
    assert sockets(tmp_path, lines) == []


@pytest.mark.parametrize("name", VERBS)
def test_every_verb_is_among_them(name: str) -> None:
    assert call_of(name) is not None, f"add a call of {name} to CALLS"

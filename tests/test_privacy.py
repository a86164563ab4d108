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
from tests.calls import WATCHED

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
VERBS = [name for name in iad.__all__ if inspect.isfunction(getattr(iad, name))]


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
    if name in WATCHED:
        return WATCHED[name]
    parameters = inspect.signature(getattr(iad, name)).parameters.values()
    needed = [one for one in parameters if one.default is inspect.Parameter.empty]
    return f"iad.{name}(photos)" if len(needed) == 1 else None


def test_the_hook_sees_sockets(tmp_path: Path) -> None:
    lines = ["__import__('socket').socket().connect_ex(('127.0.0.1', 9))"]
    assert sockets(tmp_path, lines) == ["socket.connect (('127.0.0.1', 9),)"]


@pytest.mark.slow
def test_no_verb_opens_a_socket(tmp_path: Path) -> None:
    lines = [call for name in VERBS if (call := call_of(name)) is not None]
    assert len(lines) >= len(WATCHED)
    assert sockets(tmp_path, lines) == []


@pytest.mark.parametrize("name", VERBS)
def test_every_verb_is_among_them(name: str) -> None:
    assert call_of(name) is not None, f"add a call of {name} to WATCHED in tests/calls.py"

"""A process that was forked after a network ran is told apart, and refuses to run networks."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")

FORK = """
import os, sys
from imagesasdata.errors import DeviceError
from imagesasdata.machine import begin_network

def child(name):
    if os.fork():
        os.wait()
        return
    try:
        begin_network()
        print(name, "may")
    except DeviceError as error:
        print(name, error)
    sys.stdout.flush()
    os._exit(0)

child("before")
begin_network()
begin_network()
child("after")
begin_network()
print("parent may")
"""

VERBS = """
import os
import imagesasdata as iad
from flax import nnx

class MeanColor(nnx.Module):
    def features(self, x):
        return x.mean(axis=(1, 2))

PHOTO = "examples/photos/chelsea.jpg"
iad.register_model("mean_color", MeanColor(), size=32)
iad.embed(PHOTO, model="mean_color", progress=False)
for call in (
    lambda: iad.embed(PHOTO, model="mean_color", progress=False),
    lambda: iad.classify(PHOTO, progress=False),
    lambda: iad.summary("efficientnet_lite0"),
    lambda: iad.explain(PHOTO, progress=False),
    lambda: iad.features(PHOTO, groups="light", progress=False),
):
    if not os.fork():
        try:
            print("ran", len(call()), flush=True)
        except iad.DeviceError as error:
            print("refused", error.message, flush=True)
        os._exit(0)
    os.wait()
"""


def run(code: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    return done.stdout.splitlines()


def test_only_processes_forked_afterwards_are_refused() -> None:
    before, after, hint, parent = run(FORK)
    assert (before, parent) == ("before may", "parent may")
    assert after.startswith("after This process was forked from one in which a network had run")
    assert 'multiprocessing.get_context("spawn").Pool()' in hint
    assert "mclapply" in hint
    assert '"loky"' in hint


def test_verbs_in_a_forked_process_end() -> None:
    embed, classify, summary, explain, features = run(VERBS)
    for told in (embed, classify, explain):
        assert told.startswith("refused This process was forked"), told
    assert summary.startswith(("ran", "refused"))
    assert features == "ran 1"

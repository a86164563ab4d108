"""Prints pip's settings as settings of uv, for a shell to read: uv does not read pip's."""

from __future__ import annotations

import ast
import os
import shlex
import subprocess
import sys

# pip's option, uv's variable, and what separates several values in it.
NAMES = {
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "no-index": ("UV_NO_INDEX", " "),
    "constraint": ("UV_CONSTRAINT", " "),
    "trusted-host": ("UV_INSECURE_HOST", " "),
    "cert": ("SSL_CERT_FILE", " "),
    "timeout": ("UV_HTTP_TIMEOUT", " "),
    "default-timeout": ("UV_HTTP_TIMEOUT", " "),
}
# In the order in which pip reads them: the later wins.
SECTIONS = ("global", "install", ":env:")


def settings(listed: str) -> dict[str, str]:
    """What uv is to be told, from what ``pip config list`` prints."""
    found: dict[str, dict[str, str]] = {section: {} for section in SECTIONS}
    for line in listed.splitlines():
        key, _, value = line.partition("=")
        section, _, option = key.rpartition(".")
        if section in found and option in NAMES:
            found[section][option] = ast.literal_eval(value)
    told = {}
    for section in SECTIONS:
        for option, value in found[section].items():
            variable, between = NAMES[option]
            told[variable] = between.join(value.split())
    # As pip does: take the best version from all indexes.
    told["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return {name: value for name, value in told.items() if name not in os.environ}


if __name__ == "__main__":
    pip = [sys.executable, "-m", "pip", "config", "list"]
    listed = subprocess.run(pip, capture_output=True, text=True, check=True).stdout
    for name, value in settings(listed).items():
        print(f"export {name}={shlex.quote(value)}")

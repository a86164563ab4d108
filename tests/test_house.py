"""The house: few rooms at the top, no circle of files or folders, no numerics among the verbs."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.conftest import REPO

PACKAGE = REPO / "src" / "imagesasdata"
MOST_AT_THE_TOP = 22
# Of NumPy, what verbs may use: its kinds of numbers, and what makes an array from cells.
FOR_VERBS = set(
    "ndarray generic int32 int64 uint8 uint64 float32 float64 array asarray ascontiguousarray zeros "
    "column_stack errstate".split()
)
NUMERICS = {"cv2", "jax", "scipy", "skimage", "sklearn", "statsmodels"}


def modules(package: Path) -> dict[str, Path]:
    """Each module's dotted name, without the package's, and its file."""
    found = {}
    for path in package.rglob("*.py"):
        parts = path.relative_to(package).with_suffix("").parts
        found[".".join(part for part in parts if part != "__init__")] = path
    return found


def imports(package: Path) -> dict[str, set[str]]:
    """For each module those of the package that it imports, at the top or within a function."""
    known = modules(package)
    found: dict[str, set[str]] = {name: set() for name in known if name}
    for name in found:
        for node in ast.walk(ast.parse(known[name].read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(package.name):
                base = (node.module or "").removeprefix(package.name).lstrip(".")
                for alias in node.names:
                    inner = f"{base}.{alias.name}".lstrip(".")
                    found[name] |= {inner if inner in known else base} - {"", name}
    return found


def folders(package: Path, graph: Mapping[str, Iterable[str]], depth: int) -> dict[str, set[str]]:
    """The same between folders, down to a depth; a folder's own modules count as one."""
    known = modules(package)

    def folder(name: str) -> str:
        parts = name.split(".")
        within = parts if known[name].name == "__init__.py" else parts[:-1]
        return ".".join(within[:depth]) or parts[0]

    found: dict[str, set[str]] = {}
    for name, others in graph.items():
        for other in others:
            one, two = folder(name), folder(other)
            if not f"{one}.".startswith(f"{two}.") and not f"{two}.".startswith(f"{one}."):
                found.setdefault(one, set()).add(two)
    return found


def circle(graph: Mapping[str, Iterable[str]]) -> list[str]:
    """The names on a circle, or nothing."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def test_no_circle_of_files() -> None:
    graph = imports(PACKAGE)
    assert len(graph) > 300
    assert circle(graph) == []


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_no_circle_of_folders(depth: int) -> None:
    graph = folders(PACKAGE, imports(PACKAGE), depth)
    assert len(graph) > 6
    assert circle(graph) == []


def test_a_circle_is_seen(tmp_path: Path) -> None:
    package = tmp_path / "house"
    for name, text in {
        "a/one.py": "from house.b import two",
        "b/two.py": "def f():\n    from house.a.three import g",
        "a/three.py": "",
    }.items():
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(text)
    graph = imports(package)
    assert circle(graph) == []
    assert set(circle(folders(package, graph, 1))) == {"a", "b"}
    (package / "a/three.py").write_text("from house.a.one import f")
    assert set(circle(imports(package))) == {"a.one", "b.two", "a.three"}


def test_few_entries_at_the_top() -> None:
    entries = [path.name for path in PACKAGE.iterdir() if path.name != "__pycache__"]
    assert len(entries) <= MOST_AT_THE_TOP, sorted(entries)


def numerics(text: str) -> list[str]:
    """The packages for numerics that a file imports, and what it computes by NumPy."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append(node.module or "")
        elif (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == "np"
            and node.attr not in FOR_VERBS
        ):
            found.append(f"np.{node.attr}")
    return [name for name in found if name.startswith("np.") or name.split(".")[0] in NUMERICS]


def test_no_numerics_in_verbs() -> None:
    files = sorted((PACKAGE / "verbs").rglob("*.py"))
    assert len(files) > 60
    found = {path.name: numerics(path.read_text(encoding="utf-8")) for path in files}
    assert {name: names for name, names in found.items() if names} == {}


def test_numerics_are_seen() -> None:
    text = (
        "import numpy as np\nfrom scipy import stats\ndef f(x: np.ndarray):\n    np.where(x, 1, 2)"
    )
    assert numerics(text) == ["scipy", "np.where"]
    assert numerics("import jax.numpy as jnp") == ["jax.numpy"]


def test_every_folder_says_its_rule() -> None:
    silent = [
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("__init__.py")
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []

"""How tests are run: the order within a session, the count of suites, the settings of the installer."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.conftest import REPO
from tests.session import every, long_first, suite, tally


def item(name: str, *marks: str) -> Any:
    made = [SimpleNamespace(name=mark) for mark in marks]
    return SimpleNamespace(name=name, path=Path(name[0]), iter_markers=lambda: made)


def names(items: list[Any]) -> str:
    return " ".join(one.name for one in items)


def test_each_worker_begins_with_its_share_of_long_tests() -> None:
    fast = [item(f"a{number}") for number in range(7)]
    slow = [item(name, "slow") for name in ("b0", "b1", "c0", "d0")]
    mixed = [fast[0], slow[0], slow[1], *fast[1:5], slow[2], slow[3], *fast[5:]]
    assert names(long_first(mixed, 1)) == names(mixed)
    # The longest file first, and a file's tests with one worker.
    assert names(long_first(mixed, 2)) == "b0 b1 a0 a1 a2 c0 d0 a3 a4 a5 a6"
    for workers in range(1, 13):
        assert {one.name for one in long_first(mixed, workers)} == {one.name for one in mixed}
        assert len(long_first(mixed, workers)) == len(mixed)
    assert names(long_first(fast, 2)) == names(fast)
    assert names(long_first(slow, 2)) == names(slow)
    assert long_first([], 2) == []


def test_every_third_test_of_each_file() -> None:
    ids = ["t.py::one", *(f"t.py::two[{case}]" for case in "abcde"), "u.py::two[b]", "u.py::three"]
    items: list[Any] = [SimpleNamespace(nodeid=one) for one in ids]
    kept = [one.nodeid for one in every(items, 3)]
    assert kept == ["t.py::one", "t.py::two[c]", "u.py::two[b]"]
    assert every(items, 1) == items


def test_a_test_belongs_to_one_suite() -> None:
    assert suite([]) == suite(["parametrize"]) == "fast"
    assert suite(["parametrize", "slow"]) == "slow"
    assert suite({"slow": 1, "soak": 1}) == "soak"  # never in CI


def test_suites_are_counted() -> None:
    def reports(*marks: str) -> list[Any]:
        return [
            SimpleNamespace(keywords={"a_test": 1, **({mark: 1} if mark else {})}) for mark in marks
        ]

    stats = {
        "passed": reports("", "", "slow"),
        "skipped": reports("slow", "parity"),
        "error": [object(), *reports("")],
        "warnings": [object()],
    }
    assert tally(stats) == [
        "fast suite: 2 passed, 1 error",
        "slow suite: 1 passed, 1 skipped",
        "parity suite: 1 skipped",
    ]


def test_compiled_programs_are_kept_in_one_place_by_all_processes_of_a_run() -> None:
    import jax

    place = os.environ["JAX_COMPILATION_CACHE_DIR"]
    assert jax.config.jax_compilation_cache_dir == place  # type: ignore[attr-defined]
    assert jax.config.jax_persistent_cache_min_compile_time_secs == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize("chosen", [None, "elsewhere"])
def test_without_a_choice_compiled_programs_are_kept_in_the_home(
    chosen: str | None, tmp_path: Path
) -> None:
    program = (
        "import imagesasdata.engine.compiled as compiled; compiled.use_compilation_cache();"
        "import jax, numpy; jax.jit(lambda x: x + 1)(numpy.ones(3))"
    )
    env = {**os.environ, "IMAGESASDATA_HOME": str(tmp_path / "home")}
    for name in ("JAX_COMPILATION_CACHE_DIR", "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"):
        del env[name]
    if chosen is not None:
        env["JAX_COMPILATION_CACHE_DIR"] = str(tmp_path / chosen)
    subprocess.run([sys.executable, "-c", program], env=env, check=True)
    assert any((tmp_path / "home" / "compiled").glob("jit_*")) is (chosen is None)


LISTED = """\
:env:.find-links='/wheels /more'
:env:.disable-pip-version-check='1'
global.index-url='https://one.example/simple'
global.extra-index-url='\\nfile:///a\\nfile:///b'
install.index-url='https://two.example/simple'
user.name='nobody'
"""


def test_the_installer_is_told_what_pip_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = runpy.run_path(str(REPO / ".ci" / "uv_settings.py"))["settings"]
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX", "UV_FIND_LINKS", "UV_INDEX_STRATEGY"):
        monkeypatch.delenv(name, raising=False)
    assert settings(LISTED) == {
        "UV_DEFAULT_INDEX": "https://two.example/simple",
        "UV_INDEX": "file:///a file:///b",
        "UV_FIND_LINKS": "/wheels,/more",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://mine.example/simple")
    assert "UV_DEFAULT_INDEX" not in settings(LISTED)
    assert settings("") == {"UV_INDEX_STRATEGY": "unsafe-best-match"}

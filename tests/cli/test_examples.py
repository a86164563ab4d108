"""Each verb's own example, through the shell and back: the same table as in Python."""

from __future__ import annotations

import doctest
import inspect
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from typer.testing import CliRunner

import imagesasdata as iad
from imagesasdata import cli
from imagesasdata.cli.command import commands
from imagesasdata.cli.writing import TEXTS
from imagesasdata.steps.step import Step
from imagesasdata.tables.files import read
from imagesasdata.verbs.signatures import read as signature
from tests.small import small_networks

# These compile whole networks or draw many samples.
SLOW = {"agreement", "explain", "feature_maps", "fine_tune"}
# `augment` is a method of a fitted model, and its example needs one: tests/cli/test_commands.py.
VERBS = sorted(set(commands()) - {"augment"})


@pytest.fixture(scope="module", autouse=True)
def _small() -> Iterator[None]:
    with small_networks():
        yield


class Call:
    """The last call of a verb in its example, and what it gave."""

    def __init__(self, verb: str) -> None:
        self.verb = verb
        self.given: dict[str, Any] = {}
        self.is_made = False
        self.result: Any = None

    def namespace(self) -> types.SimpleNamespace:
        """The library, with the verb watched."""
        function = getattr(iad, self.verb)

        def watched(*args: Any, **kwargs: Any) -> Any:
            self.is_made = True
            self.given = dict(inspect.signature(function).bind(*args, **kwargs).arguments)
            self.result = function(*args, **kwargs)
            return self.result

        names = {name: getattr(iad, name) for name in iad.__all__}
        return types.SimpleNamespace(**{**names, self.verb: watched})


def example_of(verb: str, folder: Path) -> Call:
    call = Call(verb)
    names: dict[str, Any] = {"iad": call.namespace(), "getfixture": lambda _: folder}
    for one in doctest.DocTestParser().get_examples(inspect.getdoc(getattr(iad, verb)) or ""):
        if not one.source.startswith("import imagesasdata") and one.exc_msg is None:
            exec(one.source, names)
    assert call.is_made, f"the example of {verb} does not call it"
    return call


def words(call: Call, folder: Path) -> list[str]:
    """The call as it is written in a shell."""
    parameters = {one.name: one for one in signature(call.verb)[0]}
    argued: list[str] = []
    named: list[str] = []
    for name, value in call.given.items():
        one = parameters[name]
        texts = list(_texts(value, folder / f"{name}.parquet", is_tuple="tuple" in one.kinds))
        option = f"--{name.replace('_', '-')}"
        if one.is_argument:
            argued += texts
        elif isinstance(value, bool):
            named.append(option if value else f"--no-{option[2:]}")
        else:
            named += [word for text in texts for word in (option, text)]
    return [call.verb.replace("_", "-"), *named, "--", *argued]


def _texts(value: Any, file: Path, *, is_tuple: bool) -> Iterator[str]:
    if isinstance(value, pd.DataFrame):
        value.to_parquet(file)
        yield str(file)
    elif isinstance(value, dict):
        for name, cells in value.items():
            yield from (f"{name}={cell}" for cell in (cells if type(cells) is list else [cells]))
    elif isinstance(value, tuple) and is_tuple:
        yield ",".join(map(str, value))
    elif isinstance(value, (list, tuple, range)):
        for one in value:
            yield from _texts(one, file, is_tuple=is_tuple)
    else:
        yield repr(value) if isinstance(value, Step) else str(value)


def shell(given: list[str], *, failed: bool = False) -> Any:
    done = CliRunner().invoke(cli.app, given)
    assert done.exit_code == failed, (given, done.output, done.exception)
    return done


def as_written(result: Any) -> pd.DataFrame:
    """A result as a table whose index does not count."""
    table = result.tidy() if hasattr(result, "tidy") else result
    return table.reset_index(drop=True)


def assert_same(got: pd.DataFrame, wanted: pd.DataFrame) -> None:
    assert list(got.columns) == [str(name) for name in wanted.columns]
    for name in got.columns:
        if name.endswith("out_path") or name == "heat_path":  # of another folder
            assert got[name].map(lambda path: Path(path).name).tolist() == [
                Path(path).name for path in wanted[name]
            ]
            continue
        pairs = zip(got[name], wanted[name], strict=True)
        assert all(_same(one, two) for one, two in pairs), name


def _same(one: Any, two: Any) -> bool:
    if isinstance(one, (np.ndarray, list)) or isinstance(two, (np.ndarray, list)):
        return np.allclose(np.asarray(one, float), np.asarray(two, float), rtol=1e-5)
    if pd.isna(one) or pd.isna(two) or one == "" or two == "":  # CSV has one way to be missing
        return (pd.isna(one) or one == "") and (pd.isna(two) or two == "")
    if isinstance(two, pd.Timestamp):
        return pd.Timestamp(one) == two
    if isinstance(one, (float, np.floating)) or isinstance(two, (float, np.floating)):
        return bool(np.isclose(float(one), float(two), rtol=1e-5, atol=1e-9))
    return one == two or str(one) == str(two)


def has_vectors(table: pd.DataFrame) -> bool:
    return any(pa.types.is_nested(kind) for kind in pa.Table.from_pandas(table).schema.types)


@pytest.mark.filterwarnings(
    "ignore::imagesasdata.AppearanceWarning", "ignore::imagesasdata.GuessWarning"
)
@pytest.mark.parametrize(
    "verb", [pytest.param(one, marks=[pytest.mark.slow] * (one in SLOW)) for one in VERBS]
)
def test_an_example_through_the_shell(verb: str, tmp_path: Path) -> None:
    call = example_of(verb, tmp_path)
    gives = signature(verb)[1]
    has_to = "to" in inspect.signature(getattr(iad, verb)).parameters
    option = "--table" if has_to else "--to"
    if "to" in call.given or gives in ("Figure", "Path"):
        ending = Path(str(call.given.get("to", "figure.png"))).suffix
        call.given["to"] = tmp_path / f"made{ending}"
    given = words(call, tmp_path)
    at = given.index("--")

    def written_to(file: str, *, failed: bool = False) -> str:
        shell([*given[:at], option, str(tmp_path / file), *given[at:]], failed=failed)
        return str(tmp_path / file)

    if gives in ("Figure", "Path"):
        assert "wrote" in shell(given).output
        assert Path(call.given["to"]).exists()
    elif gives in TEXTS:
        assert Path(written_to("o.txt")).read_text("utf-8") == f"{call.result}\n"
    elif gives == "FittedModel":
        given[at:at] = ["--save", str(tmp_path / "m.iad")]
        written_to("o.csv")
        assert iad.load_model(tmp_path / "m.iad").outcome == call.result.outcome
    else:
        wanted = as_written(call.result)
        failed = "image_error" in wanted and bool(wanted["image_error"].notna().any())
        out = written_to("o.parquet" if has_vectors(wanted) else "o.csv", failed=failed)
        assert_same(read(out).frame.reset_index(drop=True), wanted)
